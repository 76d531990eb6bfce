/** The customer's phone: a lock screen while nothing is asked, otherwise what the app would show. */

import { button, choice, element, freshId, group, replaceChildren, write } from "../shared/dom.js";
import { wallTime } from "../shared/time.js";
import { dayWords, headWords, outcomeMark, untilWords } from "./words.js";

/**
 * @import { Zone } from "../shared/time.js"
 * @import { Order, Waiting } from "./types.js"
 */

const NOTHING = "Nothing is waiting. A payment, an agreement or a login appears here.";
const NO_SERVICE = "No service";
const PRESSED = '[aria-pressed="true"]';

/** @param {Waiting} one */
function drawSender({ merchant, msn }) {
  const face = element("span", "face", (merchant.trim()[0] ?? "?").toUpperCase(), { "aria-hidden": "true" });
  const who = group("div", "who", [element("strong", "merchant", merchant)]);
  if (msn) who.append(element("span", "msn", `MSN ${msn}`));
  return group("div", "from", [face, who]);
}

/**
 * @param {Waiting} one
 * @param {string} radios   The name that the choice's radio buttons share.
 */
function drawRequest(one, radios) {
  const { kind, price, text, value, details, choices } = one;
  const lines = details.map((line) => element("li", "", line));
  /** @type {HTMLElement[]} */
  const parts = [element("p", "kind", kind), drawSender(one)];
  if (price) parts.push(element("p", "price", price));
  parts.push(element("p", price ? "text" : "text-large", text));
  if (value && value !== text) parts.push(element("p", "reference", value));
  if (lines.length) parts.push(group("ul", "details", lines));
  if (choices.length) parts.push(drawChoices(one, radios));
  return parts;
}

/**
 * @param {Waiting} one
 * @param {string} radios
 */
function drawChoices({ choices, legend }, radios) {
  const rows = choices.map((each) => {
    const { label, input } = choice("choice", each.label, { type: "radio", name: radios, value: each.id });
    input.checked = each.chosen;
    return label;
  });
  return group("fieldset", "choices", [element("legend", "", legend), ...rows]);
}

/**
 * @param {(order: Order) => void} act
 * @param {{ phone: HTMLElement, show: (request: number) => void }} pages   A link to the request on a page of its own.
 */
export function buildPhone(act, pages) {
  const radios = freshId();
  const [corner, count] = [element("span", "phone-time"), element("span", "phone-count")];
  const lock = { time: element("p", "lock-time"), day: element("p", "lock-day"), words: element("p", "lock-words") };
  const lockScreen = group("div", "lock", [lock.time, lock.day, lock.words]);
  const list = element("ul", "stack", "", { "aria-label": "Waiting requests, newest first" });
  const sheet = element("div", "sheet");
  const said = element("p", "said");
  const approve = button("Approve", decideYes, "primary");
  const abort = button("Abort", () => act({ do: "abort", request: openRequest }), "no");
  const ignore = button("Let it expire", () => act({ do: "ignore", request: openRequest }), "wait");
  const actions = group("div", "actions", [approve, abort, ignore]);
  const bar = group("div", "phone-bar", [corner, count]);
  const screen = group("div", "screen", [bar, said, lockScreen, list, sheet, actions, pages.phone]);
  const labels = { role: "region", "aria-label": "The customer's phone", tabindex: "-1" };
  const phone = group("div", "phone", [screen], labels);

  let shown = "";
  let listed = "";
  let openRequest = 0;
  let byHand = false;
  /** @type {Waiting[]} */
  let waiting = [];

  function decideYes() {
    /** @type {HTMLInputElement | null} */
    const picked = sheet.querySelector("input:checked");
    act({ do: "approve", request: openRequest, ...(picked ? { choice: picked.value } : {}) });
  }

  const openOne = () => waiting.find((one) => one.request === openRequest);

  /** @param {number} request */
  function open(request) {
    openRequest = request;
    byHand = true;
    write(said, "");
    draw(waiting, false);
    /** @type {HTMLElement | null} */
    const pressed = list.querySelector(PRESSED);
    pressed?.focus();
  }

  function drawList() {
    const words = waiting.map((one) => [one.request, headWords(one), one.merchant, one.text]);
    const wanted = JSON.stringify([openRequest, words]);
    if (wanted === listed) return;
    listed = wanted;
    const rows = waiting.map((one) => {
      const line = button("", () => open(one.request), "card", { "aria-pressed": String(one.request === openRequest) });
      line.append(element("strong", "", headWords(one)), element("span", "", `${one.merchant} · ${one.text}`));
      return group("li", "", [line]);
    });
    replaceChildren(list, rows, () => PRESSED);
  }

  /** A newer request comes to the front, unless somebody is busy with the one that is there. */
  function chooseOne() {
    const still = openOne() !== undefined;
    if (!still) byHand = false;
    const touched = [sheet, actions].some((part) => part.contains(document.activeElement));
    if (!still || !(byHand || touched)) openRequest = waiting[0]?.request ?? 0;
  }

  /**
   * @param {Waiting} one
   * @param {boolean} comes   Whether it was not there before.
   */
  function drawSheet(one, comes) {
    sheet.replaceChildren(...drawRequest(one, radios));
    if (!comes) return;
    // Taken off and put on again, so that each new request slides in.
    sheet.classList.remove("vipps-nb-comes");
    void sheet.offsetWidth;
    sheet.classList.add("vipps-nb-comes");
  }

  /**
   * @param {Waiting[]} next
   * @param {boolean} over   Whether there is no sandbox any more.
   */
  function draw(next, over) {
    waiting = next;
    write(lock.words, over ? NO_SERVICE : NOTHING);
    const had = screen.contains(document.activeElement);
    const before = openRequest;
    chooseOne();
    const one = openOne();
    lockScreen.hidden = Boolean(one);
    sheet.hidden = actions.hidden = !one;
    list.hidden = waiting.length < 2;
    phone.dataset.locked = String(!one);
    write(count, waiting.length ? `${waiting.length} waiting` : "");
    drawList();
    pages.show(one?.request ?? 0);
    const wanted = JSON.stringify(one ?? "");
    if (wanted !== shown && one) drawSheet(one, before !== openRequest);
    shown = wanted;
    // What had the focus may be gone; the keyboard shall not start again at the top of the page.
    if (had && (actions.hidden || !screen.contains(document.activeElement))) phone.focus({ preventScroll: true });
  }

  /**
   * A phone shows no zone; the clock beside it does.
   * @param {number} now
   * @param {Zone} zone
   */
  function tick(now, zone) {
    const time = wallTime(now, zone).slice(0, 5);
    write(corner, time);
    write(lock.time, time);
    write(lock.day, dayWords(now, zone, "long"));
    const expires = openOne()?.expires ?? 0;
    const left = expires ? expires - now : 0;
    ignore.hidden = !expires;
    write(ignore, left > 0 ? `Let it expire · in ${untilWords(left)}` : "Let it expire");
  }

  /**
   * @param {string} text
   * @param {boolean} well
   */
  function tell(text, well) {
    write(said, text && outcomeMark(text, well));
    said.dataset.well = String(well);
  }

  return { phone, draw, tick, tell, buttons: [approve, abort, ignore] };
}
