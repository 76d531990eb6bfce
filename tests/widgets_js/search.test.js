import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { byApi, search } from "../../vipps_nb/widgets/js/explorer/search.js";

// The same examples test the kernel's search, in tests/test_search_examples.py.
const { operations, searches } = JSON.parse(readFileSync(new URL("search.json", import.meta.url), "utf8"));

/** @param {string} words */
const found = (words) => search(operations, words).map(({ number }) => number);

for (const { why, words, found: expected } of searches) {
  test(why, () => assert.deepEqual(found(words), expected));
}

test("without a word everything is there, as it stands in the list", () => {
  assert.deepEqual(found(" "), [...operations.keys()]);
});

test("the API of the best one comes first, and keeps the order of its own", () => {
  const groups = [...byApi(search(operations, "capture"))].map(([api, own]) => [api, own.map(({ number }) => number)]);

  assert.deepEqual(groups, [
    ["ePayment API", [3]],
    ["Recurring API", [7]],
    ["eCom API", [0]],
  ]);
});
