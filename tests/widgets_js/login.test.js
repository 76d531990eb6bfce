import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { mayStay } from "../../vipps_nb/widgets/js/login/key_line.js";
import { shapeFault } from "../../vipps_nb/widgets/js/login/shapes.js";

test("a secret never stays, however it looks", () => {
  assert.ok(!mayStay({ secret: true }, "123456"));
  assert.ok(!mayStay({ secret: true, stays: "\\d+" }, "123456"));
});

test("what is no secret stays, if it looks like what was asked for", () => {
  assert.ok(mayStay({ secret: false }, "anything"));
  assert.ok(mayStay({ secret: false, stays: "\\d{5,7}" }, " 123456 "));
  assert.ok(mayStay({ secret: false, stays: "[0-9a-f]+" }, "ABC"));
  assert.ok(!mayStay({ secret: false, stays: "\\d{5,7}" }, "a-client-secret"));
});

test("the whole text must look like it, in each of several ways", () => {
  assert.ok(!mayStay({ secret: false, stays: "a|b" }, "ab"));
});

/** @type {[name: string, text: string, fits: boolean][]} */
const SHAPES = JSON.parse(readFileSync(new URL("shapes.json", import.meta.url), "utf8"));

for (const [name, text, fits] of SHAPES) {
  test(`${JSON.stringify(text)} ${fits ? "may be" : "cannot be"} a ${name}, and no sentence holds it`, () => {
    const words = shapeFault(name, text, true);
    assert.equal(words === "", fits, words);
    assert.ok(!words.includes(text.trim()));
  });
}

test("no key is blamed while it is being typed", () => {
  for (const [name, text] of SHAPES.filter(([, , fits]) => fits)) {
    for (let typed = 1; typed <= text.length; typed += 1)
      assert.equal(shapeFault(name, text.slice(0, typed), false), "");
  }
});
