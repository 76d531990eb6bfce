import assert from "node:assert/strict";
import { test } from "node:test";
import { timeWords } from "../../vipps_nb/widgets/js/shared/time.js";
import { counted, environmentWords, joined, toneOf } from "../../vipps_nb/widgets/js/shared/words.js";

test("one of something has no plural", () => {
  assert.equal(counted(1, "rule"), "1 rule");
  assert.equal(counted(0, "rule"), "0 rules");
  assert.equal(counted(2, "delivery", "deliveries"), "2 deliveries");
});

test("what is not there leaves no separator", () => {
  assert.equal(joined("a", "", false, null, undefined, "b"), "a · b");
  assert.equal(joined(), "");
});

test("production is loud", () => {
  assert.equal(environmentWords("production"), "PRODUCTION");
  assert.equal(environmentWords("test"), "test");
});

test("a time is told with its zone, UTC where nobody says which", () => {
  const noon = Date.UTC(2026, 0, 1, 12, 0, 2, 999);
  assert.equal(timeWords(noon, []), "12:00:02 UTC");
  assert.equal(timeWords(noon, [[0, 780, "NZDT"]]), "01:00:02 NZDT");
});

test("a zone's name and distance are those of the moment", () => {
  const spring = Date.UTC(2026, 2, 29, 1);
  /** @type {import("../../vipps_nb/widgets/js/shared/time.js").Zone} */
  const oslo = [
    [0, 60, "CET"],
    [spring, 120, "CEST"],
  ];
  assert.equal(timeWords(spring - 1000, oslo), "01:59:59 CET");
  assert.equal(timeWords(spring, oslo), "03:00:00 CEST");
});

test("4xx was refused by the request's fault, 5xx failed by the server's", () => {
  assert.deepEqual([200, 302, 404, 429, 500].map(toneOf), ["good", "good", "refused", "refused", "failed"]);
});
