import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE, SECOND } from "../../vipps_nb/widgets/js/shared/time.js";
import { aheadBy } from "../../vipps_nb/widgets/js/token/clock_comparison.js";
import { passedMoment, phaseOf, sharesOf } from "../../vipps_nb/widgets/js/token/life.js";
import {
  clockWords,
  elapsedWords,
  factsOf,
  leftWords,
  noteWords,
  remainingWords,
  spokenWords,
} from "../../vipps_nb/widgets/js/token/words.js";

const NOON = Date.UTC(2026, 0, 1, 12);
const LIFE = { issued: NOON, stale: NOON + 55 * MINUTE, expires: NOON + HOUR };
const NONE = { issued: 0, stale: 0, expires: 0 };

test("a token is valid, then stale, then expired, each from its first millisecond", () => {
  assert.equal(phaseOf("ready", LIFE, LIFE.stale - 1), "valid");
  assert.equal(phaseOf("ready", LIFE, LIFE.stale), "stale");
  assert.equal(phaseOf("ready", LIFE, LIFE.expires - 1), "stale");
  assert.equal(phaseOf("ready", LIFE, LIFE.expires), "expired");
  assert.equal(phaseOf("ready", NONE, NOON), "none");
});

test("what the kernel says of a renewal or a logout counts more than the clock", () => {
  for (const state of /** @type {const} */ (["renewing", "renewal_failed", "logged_out"])) {
    for (const life of [LIFE, NONE]) assert.equal(phaseOf(state, life, LIFE.expires), state);
  }
});

test("what is left counts down with padded numbers", () => {
  assert.equal(remainingWords(23 * HOUR + 4 * MINUTE), "23 h 04 min 00 s");
  assert.equal(remainingWords(HOUR), "1 h 00 min 00 s");
  assert.equal(remainingWords(HOUR - SECOND), "59 min 59 s");
  assert.equal(remainingWords(4 * MINUTE + 3 * SECOND), "4 min 03 s");
  assert.equal(remainingWords(1), "1 s");
});

test("what is over is told coarsely", () => {
  assert.equal(elapsedWords(MINUTE - 1), "less than a minute");
  assert.equal(elapsedWords(HOUR - 1), "59 min");
  assert.equal(elapsedWords(DAY - 1), "23 h");
  assert.equal(elapsedWords(DAY), "1 day");
  assert.equal(elapsedWords(3 * DAY + HOUR), "3 days");
});

test("the clock is one sentence in every phase", () => {
  assert.equal(clockWords("valid", LIFE, NOON).join(""), "valid for 1 h 00 min 00 s");
  assert.equal(clockWords("expired", LIFE, NOON + 3 * HOUR).join(""), "expired 2 h ago");
  assert.equal(clockWords("none", NONE, NOON).join(""), "no token yet");
  assert.equal(clockWords("logged_out", NONE, NOON).join(""), "logged out");
});

test("a token that went with its kernel promises nothing", () => {
  assert.equal(clockWords("gone", LIFE, NOON).join(""), "the kernel is gone");
  assert.equal(noteWords("gone", false), "and the token with it: run this cell to log in again");
  const labels = { msn: "123456", keyType: "merchant", source: ".env", guarded: true, writesAllowed: true };
  assert.deepEqual(factsOf(labels, "gone", LIFE, 0, NOON, []), ["MSN 123456", "keys from .env"]);
});

test("a failed renewal says whether the old token still works", () => {
  assert.equal(noteWords("renewal_failed", false), "renewal failed, old token still valid");
  assert.equal(noteWords("renewal_failed", true), "renewal failed");
  assert.equal(noteWords("valid", false), "");
});

test("a phase is spoken in one sentence", () => {
  assert.equal(
    spokenWords("stale", LIFE, LIFE.stale),
    "Access token valid for 5 min 00 s, renews with the next request.",
  );
  assert.equal(spokenWords("logged_out", NONE, NOON), "Logged out.");
});

test("moments to speak of are spoken once, and the one nearest to the end", () => {
  assert.equal(passedMoment(5 * MINUTE + 1, 5 * MINUTE), 5 * MINUTE);
  assert.equal(passedMoment(5 * MINUTE, 4 * MINUTE), 0);
  assert.equal(passedMoment(HOUR, MINUTE - 1), MINUTE);
  assert.equal(passedMoment(HOUR, 0), 0);
  assert.equal(leftWords(5 * MINUTE), "Access token: 5 minutes left.");
  assert.equal(leftWords(MINUTE), "Access token: 1 minute left.");
});

test("the fuel is what is left of the life, and never less than nothing", () => {
  assert.deepEqual(sharesOf(LIFE, NOON + HOUR / 4), { left: 0.75, stale: 5 / 60 });
  assert.equal(sharesOf(LIFE, NOON + DAY).left, 0);
  assert.equal(sharesOf(LIFE, NOON - DAY).left, 1);
  assert.deepEqual(sharesOf(NONE, NOON), { left: 0, stale: 0 });
});

test("facts say where the token belongs, production's first of all whether it may write", () => {
  const labels = { msn: "123456", keyType: "partner", source: ".env", guarded: true, writesAllowed: false };

  assert.deepEqual(factsOf(labels, "logged_out", NONE, 0, NOON, []), ["MSN 123456", "partner keys", "keys from .env"]);
  assert.deepEqual(factsOf(labels, "none", NONE, 0, NOON, []).slice(2), ["read-only", "keys from .env"]);
  const sandbox = { ...labels, keyType: "merchant", source: "the sandbox's pretend keys", guarded: false };
  assert.deepEqual(factsOf(sandbox, "none", NONE, 0, NOON, []), ["MSN 123456", "the sandbox's pretend keys"]);
});

test("half of a short round trip is the way back; of a long one, nothing is", () => {
  assert.equal(aheadBy(NOON, NOON + 40, NOON + 1020), 1000);
  assert.equal(aheadBy(NOON, NOON + 9000, NOON + 10000), 1000);
});

test("the end of a life is told with its zone, and with its day when that is another one there", () => {
  /** @type {import("../../vipps_nb/widgets/js/shared/time.js").Zone} */
  const zone = [[0, 780, "NZDT"]];
  const labels = { msn: "", keyType: "", source: "", guarded: false, writesAllowed: false };
  const told = (/** @type {number} */ now) => factsOf(labels, "valid", LIFE, 0, now, zone);
  const end = new Date(LIFE.expires + 780 * MINUTE).toISOString().slice(11, 16);

  assert.deepEqual(told(LIFE.expires - 1), [`until ${end} NZDT`]);
  assert.match(told(LIFE.expires - DAY)[0] ?? "", new RegExp(`^until \\d+ [A-Z][a-z]+ ${end} NZDT$`));
});
