/** The token's card: its elements, and how its parts are drawn. */

import { button, element, frame, group, speaker } from "../shared/dom.js";
import { sharesOf } from "./life.js";

/** @import { Life } from "./life.js" */

/**
 * The card's elements, empty, in reading order.
 * @param {{ renew: () => void, logOut: () => void, writes: () => void, switch: () => void }} press
 * @param {Node} places   Where the session could talk to instead.
 */
export function buildCard(press, places) {
  const badge = element("span", "badge");
  const [before, large, after] = [element("span"), element("span", "large"), element("span")];
  const clock = group("div", "clock", [before, large, after], { role: "timer", "aria-live": "off" });
  // Its name stays and its position changes, which is what screen readers expect of a switch.
  const writes = button("Allow writes", press.writes, "switch", {
    role: "switch",
    title: "Off: production is only read. On: calls may change something there, for real.",
  });
  const renew = button("Renew", press.renew);
  const logOut = button("Log out", press.logOut);
  const elsewhere = button("Switch …", press.switch, "", { "aria-expanded": "false" });
  const buttons = group("div", "buttons", [writes, renew, elsewhere, logOut]);
  const row = group("div", "row", [badge, clock, buttons]);

  const [meta, message, news] = [element("p", "meta"), element("p", "message"), speaker()];
  const [fuel, notch] = [element("div", "fuel"), element("div", "notch")];
  const line = group("div", "line", [fuel, notch], { "aria-hidden": "true" });
  const card = frame("section", "token", [row, meta, message, places, line, news], { role: "group" });
  return {
    card,
    badge,
    before,
    large,
    after,
    buttons,
    writes,
    renew,
    elsewhere,
    logOut,
    meta,
    message,
    line,
    fuel,
    notch,
    news,
  };
}

/**
 * Draws "59 min 12 s" with its numbers large and its units small.
 * @param {HTMLElement} node
 * @param {string} text
 */
export function drawLarge(node, text) {
  if (node.textContent === text) return;
  const pieces = text.split(/(\d+)/).filter(Boolean);
  node.replaceChildren(
    ...pieces.map((piece) => (/\d/.test(piece) ? element("b", "", piece) : element("span", "unit", piece))),
  );
}

/**
 * Rewrites the facts under the clock only when one of them changed.
 * @param {HTMLElement} meta
 * @param {string} note
 * @param {string[]} facts
 */
export function drawMeta(meta, note, facts) {
  const texts = [note, ...facts].filter(Boolean);
  if (meta.dataset.texts === JSON.stringify(texts)) return;
  meta.dataset.texts = JSON.stringify(texts);
  meta.replaceChildren(...texts.map((text) => element("span", "fact", text)));
  if (note) meta.firstElementChild?.classList.add("vipps-nb-note");
}

/**
 * @param {{ line: HTMLElement, fuel: HTMLElement, notch: HTMLElement }} parts
 * @param {Life} life
 * @param {number} now
 */
export function drawLine({ line, fuel, notch }, life, now) {
  line.hidden = !life.expires;
  const { left, stale } = sharesOf(life, now);
  fuel.style.transform = `scaleX(${left.toFixed(4)})`;
  notch.style.left = `${(stale * 100).toFixed(2)}%`;
}
