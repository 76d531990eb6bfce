/** Two calls side by side: what differs in their answers, and in what was asked. */

import { element, group } from "../shared/dom.js";
import { joined } from "../shared/words.js";
import { statusWords } from "./words.js";

/** @import { Compared, Difference, Row } from "./types.js" */

const MOST_OFFERED = 100;
const KINDS = { added: "only now", removed: "only before", changed: "" };

/**
 * The calls that one can be compared with: first those of the same operation, of these first those about the same.
 * @param {Row[]} rows   Newest first.
 * @param {Row} own
 */
export function partnersOf(rows, own) {
  const others = rows.filter((row) => row.key !== own.key);
  const same = others.filter((row) => row.title === own.title && row.api === own.api && row.method === own.method);
  const alike = [...same.filter((row) => row.about === own.about), ...same.filter((row) => row.about !== own.about)];
  const rest = others.filter((row) => !alike.includes(row)).slice(0, Math.max(0, MOST_OFFERED - alike.length));
  return { alike: alike.slice(0, MOST_OFFERED), rest };
}

/**
 * Which of two is the earlier one, so that "before" is before.
 * @param {Row} one
 * @param {Row} other
 */
export function inTime(one, other) {
  return one.at < other.at || (one.at === other.at && one.number < other.number) ? [one, other] : [other, one];
}

/**
 * @param {string} title
 * @param {Difference[]} found
 * @param {Compared} compared
 */
function buildDifferences(title, found, { before, after }) {
  const heading = element("h4", "part-title", title);
  if (!found.length) return [heading, element("p", "note", "No field differs.")];
  const rows = found.map((one) =>
    group(
      "tr",
      "",
      [
        group("th", "", [element("code", "", one.path), element("span", "kind", KINDS[one.kind])], { scope: "row" }),
        group("td", "", one.before ? [element("code", "before", one.before)] : []),
        group("td", "", one.after ? [element("code", "after", one.after)] : []),
      ],
      { "data-kind": one.kind },
    ),
  );
  const names = ["Field", `Call ${before.number}`, `Call ${after.number}`];
  const head = group(
    "tr",
    "",
    names.map((name) => element("th", "", name, { scope: "col" })),
  );
  return [heading, group("table", "differences", [group("thead", "", [head]), group("tbody", "", rows)])];
}

/** @param {Compared} compared */
function buildCompared(compared) {
  const sides = [compared.before, compared.after].map((side) =>
    group("span", "side", [
      element("span", "", `Call ${side.number} `),
      element("span", "status", side.outcome, { "data-tone": side.tone }),
    ]),
  );
  const [before, after] = sides;
  return [
    group("p", "sides", [before ?? "", " → ", after ?? ""]),
    ...(compared.unknown ? [element("p", "note", compared.unknown)] : []),
    ...buildDifferences("In the answers", compared.answers, compared),
    ...buildDifferences("In what was asked", compared.requests, compared),
  ];
}

/**
 * @param {object} given
 * @param {Row} given.own
 * @param {Row[]} given.rows   Newest first.
 * @param {(one: string, other: string, hear: (said: Compared | string) => void) => void} given.compare
 */
export function comparePart({ own, rows, compare }) {
  const { alike, rest } = partnersOf(rows, own);
  if (!alike.length && !rest.length) {
    return [element("p", "note", "There is no other call yet to compare this one with.")];
  }
  const choice = element("select", "choice", "", { "aria-label": "Compare with" });
  /** @type {[string, Row[]][]} */
  const groups = [
    ["The same operation", alike],
    ["Others", rest],
  ];
  for (const [label, members] of groups) {
    const options = members.map((row) =>
      element("option", "", joined(`Call ${row.number}`, statusWords(row), row.title, row.about, row.time), {
        value: row.key,
      }),
    );
    if (options.length) choice.append(group("optgroup", "", options, { label }));
  }
  const result = element("div", "compared", "", { role: "region", "aria-label": "Differences", "aria-live": "polite" });

  function ask() {
    const other = rows.find((row) => row.key === choice.value);
    if (!other) return;
    const [before, after] = inTime(own, other);
    compare(before?.key ?? "", after?.key ?? "", (said) => {
      const nodes = typeof said === "string" ? [element("p", "note", said)] : buildCompared(said);
      result.replaceChildren(...nodes);
    });
  }

  choice.addEventListener("change", ask);
  ask();
  return [group("label", "with", [element("span", "", "Compare with"), choice]), result];
}
