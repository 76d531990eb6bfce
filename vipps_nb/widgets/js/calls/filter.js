/** Which calls are shown: by words, by how they went, by API, by what they are about. */

import { element, freshId, group, LEAVE_ALONE } from "../shared/dom.js";

/** @import { Row } from "./types.js" */

/**
 * @typedef {object} Wish
 * @property {string} words
 * @property {string} answer      "", "good", "refused", "failed", or "not good" for the last two.
 * @property {string} api
 * @property {string} about
 */

const ANSWERS = {
  "": "Every answer",
  good: "OK",
  "not good": "Only refusals and failures",
  refused: "Refused (4xx)",
  failed: "Failed (5xx, none)",
};
const MOST_NAMES = 200;

/**
 * What is searched in a line.
 * @param {Row} row
 */
export function searchedIn(row) {
  const { method, path, title, api, status, failure = "none", about = "", money = "" } = row;
  return `${method} ${path} ${title} ${api} ${status || failure} ${about} ${money}`.toLowerCase();
}

/**
 * @param {Row} row
 * @param {Wish} wish
 */
export function isWished(row, { words, answer, api, about }) {
  if (answer && (answer === "not good" ? row.tone === "good" : row.tone !== answer)) return false;
  if ((api && row.api !== api) || (about && row.about !== about)) return false;
  const text = words ? searchedIn(row) : "";
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/**
 * The names that calls have, the newest first.
 * @param {Row[]} rows   Oldest first.
 * @param {(row: Row) => string | undefined} name
 */
export function namesOf(rows, name) {
  const found = new Set(rows.map(name).reverse());
  return /** @type {string[]} */ ([...found].filter(Boolean)).slice(0, MOST_NAMES);
}

/**
 * A choice whose options change; what is chosen stays.
 * @param {string} label
 * @param {string} all
 * @param {() => void} changed
 */
function buildChoice(label, all, changed) {
  const node = element("select", "choice", "", { "aria-label": label });
  node.addEventListener("change", changed);
  let drawn = "";
  return {
    node,
    /** @param {string[]} names */
    offer: (names) => {
      const wanted = node.value;
      const options = wanted && !names.includes(wanted) ? [wanted, ...names] : names;
      if (options.join("\n") === drawn) return;
      drawn = options.join("\n");
      const nodes = options.map((name) => element("option", "", name, { value: name }));
      node.replaceChildren(element("option", "", all, { value: "" }), ...nodes);
      node.value = wanted;
    },
  };
}

/** @param {() => void} changed */
export function buildFilter(changed) {
  const field = element("input", "search", "", {
    ...LEAVE_ALONE,
    id: freshId(),
    type: "search",
    "aria-label": "Search the calls",
    "aria-keyshortcuts": "/",
    placeholder: "Search: refund, 409, order-0001 …",
  });
  field.addEventListener("input", changed);
  const answer = element("select", "choice", "", { "aria-label": "By answer" });
  for (const [value, words] of Object.entries(ANSWERS)) answer.append(element("option", "", words, { value }));
  answer.addEventListener("change", changed);
  const [api, about] = [
    buildChoice("By API", "Every API", changed),
    buildChoice("By reference", "Every reference", changed),
  ];

  return {
    node: group("div", "filter", [field, answer, api.node, about.node]),
    field,
    /** @returns {Wish} */
    wish: () => ({
      words: field.value.trim(),
      answer: answer.value,
      api: api.node.value,
      about: about.node.value,
    }),
    clear: () => {
      field.value = answer.value = api.node.value = about.node.value = "";
    },
    /** @param {Row[]} rows */
    offer: (rows) => {
      api.offer(namesOf(rows, (row) => row.api).sort());
      about.offer(namesOf(rows, (row) => row.about));
    },
  };
}
