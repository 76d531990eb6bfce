import assert from "node:assert/strict";
import { test } from "node:test";
import { inTime, partnersOf } from "../../vipps_nb/widgets/js/calls/compare.js";
import { isWished, namesOf } from "../../vipps_nb/widgets/js/calls/filter.js";
import { placeFor, ROW_HEIGHT, windowOf } from "../../vipps_nb/widgets/js/calls/list.js";
import {
  found,
  jsonOf,
  namesTo,
  openAtFirst,
  plainOf,
  pythonPath,
  seen,
} from "../../vipps_nb/widgets/js/calls/nodes.js";
import { actsOf } from "../../vipps_nb/widgets/js/calls/steering.js";
import { treeStep } from "../../vipps_nb/widgets/js/calls/tree.js";
import { countWords, rowWords, tookWords } from "../../vipps_nb/widgets/js/calls/words.js";

/** @import { Row, TreeNode } from "../../vipps_nb/widgets/js/calls/types.js" */

/**
 * @param {Partial<Row>} [changes]
 * @returns {Row}
 */
function row(changes = {}) {
  return {
    ...{ key: "k", number: 1, at: 1, time: "12:00:00 UTC", method: "GET", path: "/epayment/v1/payments/order-1" },
    ...{ title: "Get payment", api: "ePayment", status: 200, tone: "good", ms: 12, environment: "sandbox", tries: 0 },
    about: "order-1",
    ...changes,
  };
}

/** @type {TreeNode[]} */
const BODY = [
  [0, null, "object", "3", null],
  [1, "amount", "object", "2", "499.00 NOK"],
  [2, "currency", "text", '"NOK"', null],
  [2, "value", "word", "49900", "499.00 NOK"],
  [1, 'a "b"', "array", "2", null],
  [2, 0, "word", "12345678901234567890", null],
  [2, 1, "object", "0", null],
  [1, "end", "text", '"a\\nb"', null],
];
const WISH = { words: "", answer: "", api: "", about: "" };

test("calls are found by words, by how they went, by API and by what they are about", () => {
  assert.ok(isWished(row(), WISH));
  assert.ok(isWished(row(), { ...WISH, words: "payment 200" }));
  assert.ok(!isWished(row(), { ...WISH, words: "payment 404" }));
  assert.ok(!isWished(row(), { ...WISH, answer: "not good" }));
  assert.ok(isWished(row({ tone: "failed", status: 0, failure: "ReadTimeout" }), { ...WISH, words: "readtimeout" }));
  assert.ok(!isWished(row(), { ...WISH, api: "Recurring" }));
  assert.ok(isWished(row(), { ...WISH, about: "order-1" }));
  assert.deepEqual(
    namesOf(
      [row({ about: "a" }), row({ about: "b" }), row({ about: undefined }), row({ about: "a" })],
      (one) => one.about,
    ),
    ["a", "b"],
  );
});

test("only the rows in sight are elements", () => {
  const [first = 0, last = 0] = windowOf(500 * ROW_HEIGHT, 11 * ROW_HEIGHT, 1000);

  assert.ok(first <= 500 && last >= 511 && last - first < 30);
  assert.deepEqual(windowOf(0, 300, 3), [0, 3]);
  assert.deepEqual(windowOf(90_000, 300, 3), [3, 3]);
});

test("keys lead through the list, and its ends are ends", () => {
  assert.equal(placeFor("ArrowDown", -1, 5), 0);
  assert.equal(placeFor("ArrowUp", 0, 5), 0);
  assert.equal(placeFor("ArrowDown", 4, 5), 4);
  assert.equal(placeFor("End", 0, 5), 4);
  assert.equal(placeFor("PageUp", 3, 5), 0);
  assert.equal(placeFor("x", 3, 5), null);
  assert.equal(placeFor("ArrowDown", -1, 0), null);
});

test("what is copied of a tree is what came", () => {
  assert.equal(pythonPath(BODY, 3), '["amount"]["value"]');
  assert.equal(pythonPath(BODY, 5), '["a \\"b\\""][0]');
  assert.deepEqual(namesTo(BODY, 0), []);
  assert.equal(plainOf(BODY, 7), "a\nb");
  assert.equal(jsonOf(BODY, 1), '{\n  "currency": "NOK",\n  "value": 49900\n}');
  assert.match(jsonOf(BODY, 0), /12345678901234567890/);
  assert.deepEqual(JSON.parse(jsonOf(BODY, 0)).end, "a\nb");
});

test("a tree is folded, searched and walked through", () => {
  const open = openAtFirst(BODY);

  assert.deepEqual(seen(BODY, open), [0, 1, 4, 5, 6, 7]); // an amount says all in its line
  assert.deepEqual(found(BODY, "nok"), [1, 2, 3]);
  assert.deepEqual(found(BODY, " "), []);
  assert.deepEqual(treeStep(BODY, open, 1, "ArrowDown"), { to: 4 });
  assert.deepEqual(treeStep(BODY, open, 1, "ArrowRight"), { fold: false });
  assert.deepEqual(treeStep(BODY, open, 5, "ArrowLeft"), { to: 4 });
  assert.deepEqual(treeStep(BODY, open, 4, "ArrowLeft"), { fold: true });
  assert.equal(treeStep(BODY, open, 4, "c"), null);
});

test("a call is compared with one of the same thing first, and before is before", () => {
  const own = row({ key: "own", at: 5 });
  const rows = [
    own,
    row({ key: "other", about: "x", at: 4 }),
    row({ key: "same", at: 3 }),
    row({ key: "far", title: "List" }),
  ];
  const { alike, rest } = partnersOf(rows, own);

  assert.deepEqual([alike.map((one) => one.key), rest.map((one) => one.key)], [["same", "other"], ["far"]]);
  assert.deepEqual(
    inTime(own, row({ key: "same", at: 3 })).map((one) => one.key),
    ["same", "own"],
  );
});

test("a line is read aloud with all that it shows", () => {
  assert.equal(
    rowWords(row({ money: "499.00 NOK" })),
    "200 ok · GET · Get payment · order-1 · 499.00 NOK · 12 ms · 12:00:00 UTC",
  );
  assert.equal(
    rowWords(row({ status: 0, tone: "failed", failure: "ReadTimeout", tries: 2, ms: 1250, about: undefined })),
    "no answer, ReadTimeout · GET · Get payment · 1.25 s · after 3 tries · 12:00:00 UTC",
  );
  assert.equal(tookWords(0.44), "0.4 ms");
  assert.equal(tookWords(12_345), "12.3 s");
  assert.deepEqual([countWords(0, 0), countWords(1, 1), countWords(2, 9)], ["", "1 call", "2 of 9 calls"]);
});

test("a letter is an act only where nobody types and a call is chosen", () => {
  const [field, list] = [{ focus: () => {} }, { focus: () => {} }];
  const given = /** @type {Parameters<typeof actsOf>[0]} */ (
    /** @type {unknown} */ ({ field, list, back: () => {}, copy: () => {}, edit: null })
  );
  Object.assign(globalThis, { HTMLInputElement: class {}, HTMLSelectElement: class {} });

  assert.deepEqual(Object.keys(actsOf(given, null)), ["/", "Escape", "c"]);
  assert.deepEqual(Object.keys(actsOf(given, /** @type {EventTarget} */ (/** @type {unknown} */ (field)))), [
    "Escape",
    "ArrowDown",
  ]);
});
