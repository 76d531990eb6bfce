/** Milliseconds, and moments in words. */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * The zone in which the kernel tells moments: from when on (milliseconds), minutes east of Greenwich, what it is called
 * then. A browser has another machine's zone, and other names for zones. Empty is UTC.
 * @typedef {[from: number, minutes: number, name: string][]} Zone
 */

/** @type {[from: number, minutes: number, name: string]} */
const IN_UTC = [0, 0, "UTC"];

/**
 * @param {number} moment
 * @param {Zone} zone
 */
function changeAt(moment, zone) {
  return zone.findLast(([from]) => from <= moment) ?? zone[0] ?? IN_UTC;
}

/**
 * The moment as a date whose UTC parts are those that a clock on a wall of this zone shows.
 * @param {number} moment
 * @param {Zone} zone
 */
export function wallDate(moment, zone) {
  return new Date(moment + changeAt(moment, zone)[1] * MINUTE);
}

/**
 * @param {number} moment
 * @param {Zone} zone
 * @returns What the zone is called then.
 */
export function zoneWords(moment, zone) {
  return changeAt(moment, zone)[2];
}

/**
 * The time on a wall, without the zone's name: only beside something that says it.
 * @param {number} moment
 * @param {Zone} zone
 */
export function wallTime(moment, zone) {
  return wallDate(moment, zone).toISOString().slice(11, 19);
}

/**
 * Such as "12:00:05 NZDT".
 * @param {number} moment
 * @param {Zone} zone
 */
export function timeWords(moment, zone) {
  return `${wallTime(moment, zone)} ${zoneWords(moment, zone)}`;
}

/**
 * The day on a wall of this zone.
 * @param {number} moment
 * @param {Zone} zone
 * @param {Intl.DateTimeFormatOptions} style
 */
export function dateWords(moment, zone, style) {
  return wallDate(moment, zone).toLocaleDateString("en-GB", { ...style, timeZone: "UTC" });
}
