/** A token's life in words. */

import { DAY, dateWords, HOUR, MINUTE, SECOND, wallTime, zoneWords } from "../shared/time.js";
import { counted } from "../shared/words.js";

/**
 * @import { Life, Phase } from "./life.js"
 * @import { Zone } from "../shared/time.js"
 */

/**
 * Seconds are padded, so that the text keeps its width while it counts.
 * @param {number} milliseconds
 */
export function remainingWords(milliseconds) {
  const seconds = Math.ceil(milliseconds / SECOND);
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  /** @param {number} number */
  const pad = (number) => String(number).padStart(2, "0");
  if (h) return `${h} h ${pad(min)} min ${pad(s)} s`;
  return min ? `${min} min ${pad(s)} s` : `${s} s`;
}

/**
 * Coarse on purpose: nobody needs to know for how many seconds a token has been dead.
 * @param {number} milliseconds
 */
export function elapsedWords(milliseconds) {
  if (milliseconds < MINUTE) return "less than a minute";
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)} min`;
  if (milliseconds < DAY) return `${Math.floor(milliseconds / HOUR)} h`;
  return counted(Math.floor(milliseconds / DAY), "day");
}

/**
 * The moment with its zone; with the day when that is not today.
 * @param {number} moment
 * @param {number} now
 * @param {Zone} zone
 */
function momentWords(moment, now, zone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const style = { day: "numeric", month: "short" };
  const time = `${wallTime(moment, zone).slice(0, 5)} ${zoneWords(moment, zone)}`;
  const [day, today] = [moment, now].map((one) => dateWords(one, zone, { ...style, year: "numeric" }));
  return day === today ? time : `${dateWords(moment, zone, style)} ${time}`;
}

/**
 * What the clock says: words, the large part, words.
 * @param {Phase} phase
 * @param {Life} life
 * @param {number} now
 * @returns {[string, string, string]}
 */
export function clockWords(phase, life, now) {
  if (phase === "logged_out") return ["", "logged out", ""];
  if (phase === "gone") return ["", "the kernel is gone", ""];
  if (!life.expires) return ["", "no token yet", ""];
  if (now < life.expires) return ["valid for ", remainingWords(life.expires - now), ""];
  return ["expired ", elapsedWords(now - life.expires), " ago"];
}

/**
 * What happens next, or what the person can do; the first fact under the clock.
 * @param {Phase} phase
 * @param {boolean} expired
 */
export function noteWords(phase, expired) {
  switch (phase) {
    case "stale":
      return "renews with the next request";
    case "expired":
      return "the next request fetches a new one";
    case "renewing":
      return "renewing …";
    case "renewal_failed":
      return expired ? "renewal failed" : "renewal failed, old token still valid";
    case "logged_out":
      return "run %vipps_login to log in again";
    case "gone":
      return "and the token with it: run this cell to log in again";
    default:
      return "";
  }
}

/**
 * Where the token belongs, and when its life ends or ended.
 * @param {object} labels
 * @param {string} labels.msn
 * @param {string} labels.keyType
 * @param {string} labels.source         Where the keys came from.
 * @param {boolean} labels.guarded       Whether writes need to be allowed here.
 * @param {boolean} labels.writesAllowed
 * @param {Phase} phase
 * @param {Life} life
 * @param {number} offset   How far the kernel's clock is ahead of the reader's.
 * @param {number} now
 * @param {Zone} zone
 */
export function factsOf({ msn, keyType, source, guarded, writesAllowed }, phase, life, offset, now, zone) {
  const facts = [];
  if (msn) facts.push(`MSN ${msn}`);
  if (keyType && keyType !== "merchant") facts.push(`${keyType} keys`);
  const over = phase === "logged_out" || phase === "gone";
  if (guarded && !over) facts.push(writesAllowed ? "writes allowed" : "read-only");
  // "the sandbox's pretend keys" already says that it is keys.
  if (source) facts.push(source.endsWith("keys") ? source : `keys from ${source}`);
  if (!life.expires || over) return facts;
  if (now < life.expires) facts.push(`until ${momentWords(life.expires - offset, now - offset, zone)}`);
  else if (now - life.expires >= DAY) facts.push(`ended ${momentWords(life.expires - offset, now - offset, zone)}`);
  return facts;
}

/**
 * What a screen reader hears when a phase begins.
 * @param {Phase} phase
 * @param {Life} life
 * @param {number} now
 */
export function spokenWords(phase, life, now) {
  if (phase === "logged_out") return "Logged out.";
  if (phase === "gone") return "The kernel is gone, and the access token with it. Run this cell to log in again.";
  if (phase === "renewing") return "Renewing the access token.";
  if (phase === "none") return "There is no access token yet.";
  const note = noteWords(phase, now >= life.expires);
  return `Access token ${clockWords(phase, life, now).join("")}${note && `, ${note}`}.`;
}

/** @param {boolean} allowed */
export function writesWords(allowed) {
  return allowed ? "Writes to production are allowed." : "Production is read-only.";
}

/** @param {number} moment   Milliseconds before the end. */
export function leftWords(moment) {
  return `Access token: ${counted(moment / MINUTE, "minute")} left.`;
}
