import assert from "node:assert/strict";
import { test } from "node:test";
import { timeWords } from "../../vipps_nb/widgets/js/shared/time.js";
import { counted, environmentWords, joined } from "../../vipps_nb/widgets/js/shared/words.js";

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

test("the time is UTC's", () => {
  assert.equal(timeWords(Date.UTC(2026, 0, 1, 12, 0, 2, 999)), "12:00:02");
});
