/** The list of calls: a listbox of which only the rows in sight are elements, so a thousand cost no more than twenty. */

import { attribute, element, freshId, group } from "../shared/dom.js";
import { environmentWords } from "../shared/words.js";
import { rowWords, statusWords, tookWords } from "./words.js";

/** @import { Row } from "./types.js" */

export const ROW_HEIGHT = 28;
const MORE = 6; // rows beyond both edges, so that a quick scroll shows no gap
const PAGE_STEP = 10;

/**
 * Which rows have to be elements: from the first to before the last.
 * @param {number} top      How far it is scrolled.
 * @param {number} height   Of what is in sight.
 * @param {number} count
 */
export function windowOf(top, height, count) {
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - MORE);
  return [Math.min(first, count), Math.min(count, Math.ceil((top + height) / ROW_HEIGHT) + MORE)];
}

/**
 * The place that a key leads to; the ends are ends.
 * @param {string} key
 * @param {number} place   -1 for none.
 * @param {number} count
 * @returns {number | null}
 */
export function placeFor(key, place, count) {
  const last = count - 1;
  /** @type {Record<string, number>} */
  const places = {
    ArrowDown: place + 1,
    ArrowUp: place < 0 ? last : place - 1,
    PageDown: place + PAGE_STEP,
    PageUp: place - PAGE_STEP,
    Home: 0,
    End: last,
  };
  const wanted = places[key];
  return wanted === undefined || last < 0 ? null : Math.max(0, Math.min(last, wanted));
}

/**
 * @param {Row} row
 * @param {string} usual   The environment that needs no word.
 */
function buildRow(row, usual) {
  const words = [element("span", "row-title", row.title)];
  if (row.environment !== usual) words.unshift(element("span", "mark", environmentWords(row.environment)));
  if (row.money) words.push(element("span", "row-money", row.money));
  words.push(element("code", "row-path", row.path));
  return group(
    "div",
    "row",
    [
      element("span", "status", statusWords(row), { "data-tone": row.tone }),
      element("span", "method", row.method, { "data-method": row.method }),
      group("span", "row-call", words),
      element("span", "row-took", tookWords(row.ms)),
      element("span", "row-time", row.time),
    ],
    { role: "option", id: freshId(), "data-key": row.key, "aria-label": rowWords(row), title: row.path },
  );
}

/**
 * @param {object} given
 * @param {(row: Row, enter: boolean) => void} given.choose   Told of a chosen call, and whether to go into it.
 */
export function buildList({ choose }) {
  const space = element("div", "space", "", { role: "presentation" });
  const list = group("div", "rows", [space], {
    role: "listbox",
    tabindex: "0",
    "aria-label": "Calls, newest first",
    "aria-keyshortcuts": "Enter c e",
  });
  /** @type {Row[]} */
  let rows = []; // as they stand, newest first
  /** @type {Map<string, HTMLElement>} */
  let drawn = new Map();
  let chosen = "";
  let usual = "";
  let frame = 0;

  /** Rows that are in sight, by key; those that were drawn before are the same elements. */
  function inSight() {
    const [first = 0, last = 0] = windowOf(list.scrollTop, list.clientHeight || 12 * ROW_HEIGHT, rows.length);
    /** @type {Map<string, HTMLElement>} */
    const found = new Map();
    rows.slice(first, last).forEach((row, index) => {
      const node = drawn.get(row.key) ?? buildRow(row, usual);
      node.style.top = `${(first + index) * ROW_HEIGHT}px`;
      node.setAttribute("aria-posinset", String(first + index + 1));
      node.setAttribute("aria-setsize", String(rows.length));
      node.setAttribute("aria-selected", String(row.key === chosen));
      found.set(row.key, node);
    });
    return found;
  }

  function draw() {
    frame = 0;
    const next = inSight();
    for (const [key, node] of drawn) if (!next.has(key)) node.remove();
    // In the page they stand as they are seen, for whoever reads it line by line.
    let follower = space.firstChild;
    for (const node of next.values()) {
      if (node === follower) follower = node.nextSibling;
      else space.insertBefore(node, follower);
    }
    drawn = next;
    attribute(list, "aria-activedescendant", drawn.get(chosen)?.id ?? "");
  }

  function drawSoon() {
    if (!frame) frame = requestAnimationFrame(draw);
  }

  /** @param {number} place */
  function bringIntoSight(place) {
    const top = place * ROW_HEIGHT;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + ROW_HEIGHT > list.scrollTop + list.clientHeight)
      list.scrollTop = top + ROW_HEIGHT - list.clientHeight;
  }

  /**
   * @param {number} place
   * @param {boolean} enter
   */
  function pick(place, enter) {
    const row = rows[place];
    if (!row) return;
    chosen = row.key;
    bringIntoSight(place);
    draw();
    choose(row, enter);
  }

  const placeOfChosen = () => rows.findIndex((row) => row.key === chosen);

  list.addEventListener("scroll", drawSoon, { passive: true });
  list.addEventListener("click", ({ target }) => {
    const option = target instanceof Element ? target.closest("[data-key]") : null;
    const key = option instanceof HTMLElement ? option.dataset.key : undefined;
    if (key)
      pick(
        rows.findIndex((row) => row.key === key),
        false,
      );
  });
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = event.key === "Enter" || event.key === " " ? placeOfChosen() : null;
    const wanted = place ?? placeFor(event.key, placeOfChosen(), rows.length);
    if (wanted === null) return;
    event.preventDefault();
    event.stopPropagation();
    pick(Math.max(0, wanted), place !== null);
  });

  return {
    node: list,
    /**
     * @param {Row[]} nextRows   Newest first.
     * @param {string} environment
     */
    show: (nextRows, environment) => {
      // Who has scrolled away from the newest goes on looking at the same rows.
      const firstSeen = Math.floor(list.scrollTop / ROW_HEIGHT);
      const held = list.scrollTop > 0 ? rows[firstSeen]?.key : undefined;
      if (environment !== usual) {
        for (const node of drawn.values()) node.remove();
        drawn = new Map();
      }
      [rows, usual] = [nextRows, environment];
      space.style.height = `${rows.length * ROW_HEIGHT}px`;
      const place = held ? rows.findIndex((row) => row.key === held) : -1;
      if (place >= 0 && place !== firstSeen) list.scrollTop += (place - firstSeen) * ROW_HEIGHT;
      draw();
    },
    draw,
    /** @param {string} key */
    choose: (key) =>
      pick(
        rows.findIndex((row) => row.key === key),
        false,
      ),
    chosen: () => rows[placeOfChosen()],
    stop: () => cancelAnimationFrame(frame),
  };
}
