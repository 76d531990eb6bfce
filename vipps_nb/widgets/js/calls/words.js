/** Calls and times in words. */

import { joined } from "../shared/words.js";

/** @import { Row, Tone } from "./types.js" */

/**
 * The status as a number, or that there is none.
 * @param {Pick<Row, "status">} row
 */
export function statusWords({ status }) {
  return status ? String(status) : "none";
}

/** @type {Record<Tone, string>} */
const HOW = { good: "ok", refused: "refused", failed: "failed" };

/**
 * Milliseconds as somebody reads them: 0.4 ms, 23 ms, 1.25 s.
 * @param {number} ms
 */
export function tookWords(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return ms && ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/**
 * A line of the list as it is read aloud.
 * @param {Row} row
 */
export function rowWords(row) {
  const answer = row.status ? `${row.status} ${HOW[row.tone]}` : `no answer, ${row.failure ?? ""}`;
  const tries = row.tries > 0 && `after ${row.tries + 1} tries`;
  return joined(answer, row.method, row.title, row.about, row.money, tookWords(row.ms), tries, row.time);
}

/**
 * How many there are, and how many of them are shown.
 * @param {number} shown
 * @param {number} all
 */
export function countWords(shown, all) {
  if (!all) return "";
  return shown === all ? `${all} ${all === 1 ? "call" : "calls"}` : `${shown} of ${all} calls`;
}
