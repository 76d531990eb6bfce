import assert from "node:assert/strict";
import { test } from "node:test";
import { mayStay } from "../../vipps_nb/widgets/js/login/key_line.js";

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
