/** What the tabs show of one call. */

import { element, group } from "../shared/dom.js";
import { buildTree } from "./tree.js";
import { tookWords } from "./words.js";

/** @import { Body, Details, TimePart } from "./types.js" */

/**
 * Names and values as a table.
 * @param {string} title
 * @param {[string, string][]} rows
 */
function buildPairs(title, rows) {
  const lines = rows.map(([name, value]) =>
    group("tr", "", [element("th", "", name, { scope: "row" }), element("td", "", value)]),
  );
  return group("table", "pairs", [element("caption", "", title), group("tbody", "", lines)]);
}

/**
 * @param {Body} body
 * @param {string} label
 */
function buildBodyPart(body, label) {
  if (body.nodes) return [buildTree(body.nodes, label)];
  return body.note ? [element("p", "note", body.note)] : [];
}

/** @param {Details} details */
export function answerPart({ answer }) {
  return buildBodyPart(answer, "Answer");
}

/** @param {Details} details */
export function requestPart({ request, facts }) {
  const { url, headers, received, left_out, note = "", nodes } = request;
  return [
    group("p", "target", [element("code", "", url)]),
    ...(left_out ? [element("p", "note", left_out)] : []),
    ...(nodes ? [buildTree(nodes, "Body")] : [element("p", "note", "It had no body.")]),
    ...(facts.length ? [buildPairs("To quote", facts)] : []),
    buildPairs("Sent", headers),
    element("p", "note", note),
    ...(received.length ? [buildPairs("Received", received)] : []),
  ];
}

/** @param {Details} details */
export function explainedPart({ explained }) {
  const { about, html, words } = explained;
  const parts = [element("p", "about", about)];
  if (words) parts.push(element("p", "", words));
  if (html) {
    const place = element("div", "card-place");
    // The kernel escapes everything in its cards that came from elsewhere; see vipps_nb/display/markup.py.
    place.innerHTML = html;
    parts.push(place);
  }
  return parts;
}

/**
 * @param {TimePart} part
 * @param {number} before   What went before it.
 * @param {number} total
 */
function buildTimeRow({ name, words, ms, why }, before, total) {
  const bar = element("i", "bar", "", { "data-part": name });
  bar.style.marginInlineStart = `${(100 * before) / total}%`;
  bar.style.inlineSize = `${Math.max(0, (100 * ms) / total)}%`;
  return group("tr", "", [
    element("th", "", words, { scope: "row" }),
    group("td", "bar-cell", why ? [element("span", "gist", why)] : [bar]),
    element("td", "took", why ? "" : tookWords(ms)),
  ]);
}

/** @param {Details} details */
export function timePart({ time, moment, held }) {
  const { total, parts, tries = [], unknown } = time;
  let before = 0;
  const rows = parts.map((part) => {
    const row = buildTimeRow(part, before, total || 1);
    before += part.ms;
    return row;
  });
  const sum = group("tr", "sum", [
    element("th", "", "All of it", { scope: "row" }),
    element("td"),
    element("td", "took", tookWords(total)),
  ]);
  const table = group("table", "times", [group("tbody", "", [...rows, sum])]);
  return [
    element("p", "about", `Sent ${moment}. ${held}`),
    table,
    ...tries.map((words) => element("p", "note", `Before: ${words}`)),
    group("ul", "unknown", [...unknown.map((words) => element("li", "", words))]),
  ];
}
