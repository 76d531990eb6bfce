/** What the desk shows, in words. */

import { DAY, dateWords, HOUR, MINUTE, SECOND } from "../shared/time.js";
import { counted, toneOf } from "../shared/words.js";

/**
 * @import { Zone } from "../shared/time.js"
 * @import { Row, Waiting } from "./types.js"
 */

/**
 * @param {number} moment
 * @param {Zone} zone
 * @param {"short" | "long"} [length]
 */
export function dayWords(moment, zone, length = "short") {
  /** @type {Intl.DateTimeFormatOptions} */
  const style = { weekday: length, day: "numeric", month: length, year: "numeric" };
  return dateWords(moment, zone, style).replace(",", "");
}

/**
 * How long until then, in its largest unit.
 * @param {number} milliseconds
 */
export function untilWords(milliseconds) {
  /** @type {[number, string][]} */
  const units = [
    [DAY, "day"],
    [HOUR, "hour"],
    [MINUTE, "minute"],
  ];
  const [length, name] = units.find(([each]) => milliseconds >= each) ?? [SECOND, "second"];
  return counted(Math.max(Math.round(milliseconds / length), 0), name);
}

/** @param {Pick<Waiting, "price" | "kind" | "text">} one */
export function headWords({ price, kind, text }) {
  return price ?? (kind === "login" ? "Log in" : text);
}

/**
 * What a screen reader hears of what has come to the phone; nothing where nothing has.
 * @param {Waiting[]} news
 */
export function newsWords(news) {
  const [one] = news;
  if (!one) return "";
  if (news.length > 1) return `On the phone: ${news.length} new requests`;
  return `On the phone: ${one.kind}${one.price ? ` of ${one.price}` : ""}, ${one.merchant}, ${one.text}`;
}

/** @param {Pick<Row, "dropped" | "status">} row */
export function outcomeWords({ dropped, status }) {
  return dropped ? "lost" : String(status ?? "—");
}

/**
 * Which colour a line has: the same as an answer's card, where a refusal is no failure.
 * @param {Pick<Row, "dropped" | "status">} row
 * @returns {import("../shared/words.js").Tone | "open"}
 */
export function outcomeTone({ dropped, status }) {
  if (dropped) return "failed";
  return status === null ? "open" : toneOf(status);
}

/** @param {Pick<Row, "tolerated">} row */
export function toleratedWords({ tolerated }) {
  return tolerated ? `${tolerated} tolerated` : "";
}

/**
 * @param {string} text
 * @param {boolean} well
 */
export function outcomeMark(text, well) {
  return `${well ? "✓" : "✗"} ${text}`;
}
