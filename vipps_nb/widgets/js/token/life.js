/** A token's life: which phase it is in, by the kernel's clock. */

import { MINUTE } from "../shared/time.js";

/**
 * @typedef {object} Life       A token's moments, in milliseconds on the kernel's wall clock.
 * @property {number} issued
 * @property {number} stale
 * @property {number} expires   0 when there is no token.
 *
 * @typedef {"ready" | "renewing" | "renewal_failed" | "logged_out"} State   What the kernel says.
 * @typedef {"none" | "valid" | "stale" | "expired" | "gone" | Exclude<State, "ready">} Phase   Gone with its kernel.
 */

/** What is left at these moments is spoken to people who do not see the countdown. */
const SPOKEN_MOMENTS = [5 * MINUTE, MINUTE];

/**
 * @param {State} state
 * @param {Life} life
 * @param {number} now
 * @returns {Phase}
 */
export function phaseOf(state, life, now) {
  if (state !== "ready") return state;
  if (!life.expires) return "none";
  if (now >= life.expires) return "expired";
  return now >= life.stale ? "stale" : "valid";
}

/**
 * How much of a token's life is left, and where it becomes stale, both as shares of its length.
 * @param {Life} life
 * @param {number} now
 */
export function sharesOf(life, now) {
  const length = Math.max(life.expires - life.issued, 1);
  return {
    left: Math.min(Math.max(life.expires - now, 0) / length, 1),
    stale: (life.expires - life.stale) / length,
  };
}

/**
 * The moment to speak of that has passed between two looks at what was left; 0 for none.
 * @param {number} before
 * @param {number} left
 */
export function passedMoment(before, left) {
  const passed = SPOKEN_MOMENTS.filter((moment) => left <= moment && moment < before);
  return left > 0 && passed.length ? Math.min(...passed) : 0;
}
