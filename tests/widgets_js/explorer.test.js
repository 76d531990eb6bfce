import assert from "node:assert/strict";
import { test } from "node:test";
import { shownLanguage } from "../../vipps_nb/widgets/js/explorer/code.js";
import { placeAfter } from "../../vipps_nb/widgets/js/explorer/list.js";
import { typedValue } from "../../vipps_nb/widgets/js/explorer/values.js";
import { amountWords, jsonFaultWords, limitWords, moneyWords } from "../../vipps_nb/widgets/js/explorer/words.js";

test("minor units are read as money", () => {
  assert.equal(moneyWords(49900, "NOK"), "499.00 NOK");
  assert.equal(moneyWords(5, ""), "0.05");
  assert.equal(moneyWords(-123456789, "DKK"), "−1\u202f234\u202f567.89 DKK");
  assert.equal(moneyWords("all", "NOK"), "in minor units: 49900 is 499.00");
  assert.equal(moneyWords(1.5, "NOK"), "in minor units: 49900 is 499.00");
});

test("an amount shows its money and how much is sent", () => {
  assert.equal(amountWords(49900, "NOK"), "499.00 NOK = 49900 øre");
  assert.equal(amountWords(50, "EUR"), "0.50 EUR = 50 cents");
  assert.equal(amountWords("499.0", "NOK"), "in minor units: 49900 is 499.00; 499.00 may be typed too");
});

test("an amount with two decimals is typed in kroner, one without in minor units", () => {
  const typed = (/** @type {string} */ text) => typedValue("integer", text, true);
  assert.deepEqual(
    ["499.00", "499,00", "1 499,50", "0.29", "-5.00", "49900"].map(typed),
    [49900, 49900, 149950, 29, -500, 49900],
  );
  assert.deepEqual(["499.0", "499.000", "1,499", "abc", "{price}"].map(typed), [
    "499.0",
    "499.000",
    "1,499",
    "abc",
    "{price}",
  ]);
  assert.equal(typedValue("integer", "499.00"), "499.00", "what is no amount has no decimals");
});

test("what a field allows is said in words", () => {
  assert.equal(limitWords({ minimum: 0, maximum: 10 }), "0 to 10");
  assert.equal(limitWords({ minLength: 0, maxLength: 10 }), "at most 10 characters");
  assert.equal(limitWords({ minLength: 8, maxLength: 64 }), "8 to 64 characters");
  assert.equal(limitWords({ minItems: 1 }), "at least 1 entries");
  assert.equal(limitWords({ minimum: 100, format: "int32" }), "at least 100");
  assert.equal(limitWords({ maxLength: 5, format: "date" }), "at most 5 characters, date");
  assert.equal(limitWords({}), "");
});

test("a text that is no JSON yet is told why", () => {
  assert.equal(jsonFaultWords(new SyntaxError("Unexpected end")), "This is not JSON yet: Unexpected end");
});

test("arrow keys go round the list, pages end at its ends", () => {
  assert.equal(placeAfter(-1, 1, 10), 0);
  assert.equal(placeAfter(-1, -1, 10), 9);
  assert.equal(placeAfter(9, 1, 10), 0);
  assert.equal(placeAfter(0, -1, 10), 9);
  assert.equal(placeAfter(5, 8, 10), 9);
  assert.equal(placeAfter(5, -8, 10), 0);
  assert.equal(placeAfter(-1, 1, 0), 0);
  assert.equal(placeAfter(-1, -1, 0), 0);
});

test("the chosen language stays while it is there, and otherwise the first is shown", () => {
  const code = { curl: "curl …", python: "vipps.get(…)" };

  assert.deepEqual(shownLanguage(code, "curl"), { names: ["python", "curl"], shown: "curl" });
  assert.deepEqual(shownLanguage(code, "magic"), { names: ["python", "curl"], shown: "python" });
  assert.deepEqual(shownLanguage({}, "python"), { names: [], shown: "" });
});
