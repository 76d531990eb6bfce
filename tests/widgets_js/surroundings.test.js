import assert from "node:assert/strict";
import { test } from "node:test";
import { isDarkColour } from "../../vipps_nb/widgets/js/shared/surroundings.js";

/** @type {[number, number, number][]} */
const DARK = [
  [0, 0, 0],
  [17, 17, 17],
  [30, 41, 59],
  [0, 43, 54],
  [100, 0, 120],
];

/** @type {[number, number, number][]} */
const LIGHT = [
  [255, 255, 255],
  [253, 246, 227],
  [128, 200, 128],
  [140, 140, 140],
];

test("a colour is dark where light text reads better on it", () => {
  for (const colour of DARK) assert.equal(isDarkColour(...colour), true, String(colour));
  for (const colour of LIGHT) assert.equal(isDarkColour(...colour), false, String(colour));
});
