/** Milliseconds, and moments in words. */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * The time in UTC, as the sandbox's clock and the platform's dates say it.
 * @param {number} moment
 */
export function timeWords(moment) {
  return new Date(moment).toISOString().slice(11, 19);
}
