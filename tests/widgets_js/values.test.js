import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chosenOption,
  masked,
  pointerOf,
  removeAt,
  start,
  typedValue,
  valueAt,
  withValue,
} from "../../vipps_nb/widgets/js/explorer/values.js";

/** @import { Shape } from "../../vipps_nb/widgets/js/explorer/types.js" */

/** @type {Shape} */
const TEXT = { kind: "text", start: "a" };
/** @type {Shape} */
const AMOUNT = {
  kind: "object",
  fields: [
    { name: "currency", required: true, shape: { kind: "enum", values: ["NOK", "DKK"], start: "NOK" } },
    { name: "value", required: true, shape: { kind: "integer", start: 49900 } },
    { name: "note", required: false, shape: TEXT },
  ],
};
/** @type {Shape} */
const KEYS = {
  kind: "object",
  fields: [
    { name: "client_id", required: true, shape: TEXT },
    { name: "client_secret", required: true, shape: { kind: "text", secret: true, start: "" } },
  ],
};

test("a path is a pointer", () => {
  assert.equal(pointerOf([]), "");
  assert.equal(pointerOf(["orders", 0, "name"]), "/orders/0/name");
});

test("a value is put where there was nothing, in objects and in lists", () => {
  assert.deepEqual(withValue(undefined, ["orders", 0, "name"], "Coffee"), { orders: [{ name: "Coffee" }] });
  assert.deepEqual(withValue({ a: 1, b: [1, 2] }, ["b", 1], 3), { a: 1, b: [1, 3] });
  assert.equal(withValue({ a: 1 }, [], "instead"), "instead");
});

test("a field named like something that every object has is a field like any other", () => {
  const body = withValue({}, ["__proto__", "polluted"], true);

  assert.equal(/** @type {{ polluted?: boolean }} */ ({}).polluted, undefined);
  assert.equal(JSON.stringify(body), '{"__proto__":{"polluted":true}}');
  assert.equal(valueAt(body, ["__proto__", "polluted"]), true);
  assert.equal(valueAt({}, ["constructor"]), undefined);
});

test("what is taken out is gone, and the rest moves up", () => {
  const body = { a: 1, b: ["x", "y"] };
  removeAt(body, ["a"]);
  removeAt(body, ["b", 0]);

  assert.deepEqual(body, { b: ["y"] });
});

test("a form starts with what is required", () => {
  assert.deepEqual(start(AMOUNT), { currency: "NOK", value: 49900 });
  assert.deepEqual(start({ kind: "array", item: AMOUNT }), [{ currency: "NOK", value: 49900 }]);
  assert.deepEqual(start({ kind: "array", item: TEXT, minItems: 2 }), ["a", "a"]);
  assert.equal(start({ kind: "choice", options: [{ label: "One", shape: TEXT }] }), "a");
});

test("two forms of one shape share nothing", () => {
  /** @type {Shape} */
  const shape = { kind: "json", start: { list: [] } };

  assert.deepEqual(start(shape), start(shape));
  assert.notEqual(start(shape), start(shape));
});

test("the variant is meant that a value fits best", () => {
  const options = [{ shape: TEXT }, { shape: AMOUNT }, { shape: KEYS }];

  assert.equal(chosenOption(options, "text"), 0);
  assert.equal(chosenOption(options, { currency: "NOK", value: 1 }), 1);
  assert.equal(chosenOption(options, { client_id: "a" }), 2);
});

test("variants with the same fields are told apart by the names they allow", () => {
  /** @param {string} name @returns {{ shape: Shape }} */
  const variant = (name) => ({
    shape: { kind: "object", fields: [{ name: "type", required: true, shape: { kind: "enum", values: [name] } }] },
  });

  assert.equal(chosenOption([variant("CARD"), variant("WALLET")], { type: "WALLET" }), 1);
});

test("secrets are dots, as many as there were characters, wherever they stand", () => {
  const value = { client_id: "mine", client_secret: "four" };

  assert.deepEqual(masked(KEYS, value), { client_id: "mine", client_secret: "••••" });
  assert.deepEqual(masked({ kind: "array", item: KEYS }, [value]), [masked(KEYS, value)]);
  assert.deepEqual(masked({ kind: "choice", options: [{ label: "", shape: KEYS }] }, value), masked(KEYS, value));
  assert.deepEqual(value, { client_id: "mine", client_secret: "four" });
});

test("what nobody knows stays as it is", () => {
  assert.deepEqual(masked(KEYS, { client_id: "mine", more: { a: [1, null] } }), {
    client_id: "mine",
    more: { a: [1, null] },
  });
});

test("what was typed is a number where it is one, and stays text where it is not", () => {
  assert.equal(typedValue("integer", "-12"), -12);
  assert.equal(typedValue("integer", "1.5"), "1.5");
  assert.equal(typedValue("integer", "12345678901234567890"), "12345678901234567890");
  assert.equal(typedValue("number", "1.5"), 1.5);
  assert.equal(typedValue("number", " "), " ");
  assert.equal(typedValue("text", "12"), "12");
});
