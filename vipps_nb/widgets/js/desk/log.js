/** The request log as a table in which a line opens to what was asked and answered. */

import { button, choice, element, group, replaceChildren, write } from "../shared/dom.js";
import { outcomeTone, outcomeWords, toleratedWords } from "./words.js";

/** @import { Entry, Row } from "./types.js" */

const HEADINGS = ["time", "method", "path", "answered", "ms"];

/**
 * Whether a line is one of those that the filter asks for.
 * @param {Row} row
 * @param {string} wanted   In lower case.
 */
export function fits(row, wanted) {
  const words = `${row.method} ${row.path} ${outcomeWords(row)} ${toleratedWords(row)}`;
  return words.toLowerCase().includes(wanted);
}

/**
 * @param {Row} row
 * @param {Entry | "on its way" | "gone"} entry
 */
function drawEntry(row, entry) {
  if (entry === "on its way") return [element("p", "", "…")];
  if (entry === "gone") return [element("p", "", "The sandbox has forgotten this request.")];
  const fate = row.dropped === "after" ? "acted upon, answer lost" : row.dropped ? "not acted upon" : "";
  /** @type {[string, unknown][]} */
  const sections = [
    ["Tolerated, and in no document", entry.tolerated?.join("\n")],
    ["Headers", entry.headers],
    ["Body", entry.body],
    ["Answer", entry.response],
  ];
  const drawn = sections
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
      return group("div", "part", [element("strong", "", name), element("pre", "", text)]);
    });
  return fate ? [element("p", "", fate), ...drawn] : drawn;
}

/** @param {(number: number, hear: (entry: Entry | null) => void) => void} look */
export function buildLog(look) {
  const filter = element("input", "filter", "", {
    type: "search",
    placeholder: "filter: path, method, status",
    "aria-label": "Filter the request log",
  });
  const summary = element("span", "summary");
  const doctors = choice("doctors", "", { type: "checkbox" });
  const body = element("tbody");
  const head = group(
    "tr",
    "",
    HEADINGS.map((name) => element("th", name, name, { scope: "col" })),
  );
  const table = group("table", "", [group("thead", "", [head]), body]);
  const reached = { role: "region", "aria-label": "Requests, newest first", tabindex: "0" };
  const scroll = group("div", "scroll", [table], reached);
  const empty = element("p", "empty");
  const top = group("div", "log-top", [element("h4", "heading", "Requests"), summary, doctors.label, filter]);
  const log = group("div", "log", [top, scroll, empty], { role: "group", "aria-label": "Requests" });

  /** @type {Row[]} */
  let rows = [];
  let total = 0;
  let opened = 0;
  /** @type {Entry | "on its way" | "gone"} */
  let entry = "on its way";

  /** @param {number} number */
  function toggle(number) {
    opened = opened === number ? 0 : number;
    entry = "on its way";
    draw();
    if (!opened) return;
    look(number, (found) => {
      if (opened !== number) return;
      entry = found ?? "gone";
      draw();
    });
  }

  /** @param {Row} row */
  function drawRow(row) {
    const path = button(row.path, () => toggle(row.number), "path-button", {
      title: "Show what was asked and answered",
      "aria-expanded": String(row.number === opened),
      "data-number": String(row.number),
    });
    const before = row.by ? [element("span", "by", row.by)] : [];
    const behind = row.tolerated ? [element("span", "tolerated", toleratedWords(row))] : [];
    const line = group("tr", "line", [
      element("td", "time", row.time),
      element("td", "method", row.method),
      group("td", "path", [...before, path, ...behind]),
      group("td", "answered", [element("span", "status", outcomeWords(row), { "data-tone": outcomeTone(row) })]),
      element("td", "ms", String(Math.round(row.ms))),
    ]);
    if (row.by) line.dataset.by = row.by;
    if (row.number !== opened) return [line];
    const cell = group("td", "entry", drawEntry(row, entry), { colspan: String(HEADINGS.length) });
    return [line, group("tr", "opened", [cell])];
  }

  function draw() {
    const wanted = filter.value.trim().toLowerCase();
    const asked = rows.filter((row) => row.by === "doctor").length;
    const all = rows.filter((row) => doctors.input.checked || row.by !== "doctor").reverse();
    const fitting = all.filter((row) => fits(row, wanted));
    doctors.label.hidden = asked === 0;
    write(doctors.words, `show the doctor’s ${asked}`);
    replaceChildren(body, fitting.flatMap(drawRow), ({ dataset }) => `[data-number="${dataset.number}"]`);
    scroll.hidden = fitting.length === 0;
    empty.hidden = fitting.length > 0;
    const nothing = rows.length ? "Nothing but the doctor’s questions." : "Nothing has been asked yet.";
    write(empty, all.length ? "Nothing fits the filter." : nothing);
    const kept = rows.length < total ? `, the last ${rows.length} here` : "";
    const found = wanted && rows.length ? `${fitting.length} of ` : "";
    write(summary, total ? `${found}${total} in all${kept}` : "");
  }

  doctors.input.addEventListener("change", draw);
  filter.addEventListener("input", draw);
  return {
    log,
    /**
     * @param {Row[]} nextRows
     * @param {number} nextTotal
     */
    show: (nextRows, nextTotal) => {
      // A reset starts counting again: what was open belongs to a world that is gone.
      if (nextTotal < total) opened = 0;
      [rows, total] = [nextRows, nextTotal];
      draw();
    },
  };
}
