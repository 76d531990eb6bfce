import assert from "node:assert/strict";
import { test } from "node:test";
import { newsWords, repeatWords, verdictWords } from "../../vipps_nb/widgets/js/deliveries/words.js";

const GENUINE = {
  number: 1,
  moment: 0,
  name: "CAPTURED",
  subject: "order-0001",
  genuine: true,
  reason: "valid",
  sentence: "",
  attempt: 1,
  duplicate: false,
  status: 200,
};
const CHANGED = { ...GENUINE, genuine: false, reason: "body-changed", status: 401 };

test("a verdict is a word; its sign is drawn", () => {
  assert.equal(verdictWords(GENUINE), "genuine");
  assert.equal(verdictWords(CHANGED), "body-changed");
  assert.equal(verdictWords({ ...GENUINE, genuine: false, reason: "no-secret" }), "not checked");
});

test("what came before says so", () => {
  assert.equal(repeatWords(GENUINE), "");
  assert.equal(repeatWords({ ...GENUINE, attempt: 2, duplicate: true }), "attempt 2, duplicate");
});

test("news are one sentence, whatever their number", () => {
  assert.equal(newsWords([]), "");
  assert.equal(newsWords([CHANGED]), "CAPTURED, body changed, answered 401");
  assert.equal(newsWords([CHANGED, GENUINE]), "2 deliveries, the last: CAPTURED, genuine, answered 200");
});
