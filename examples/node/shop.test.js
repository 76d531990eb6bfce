import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { startSandbox } from "./sandbox.js";
import { createShop } from "./shop.js";

/** @type {Awaited<ReturnType<typeof startSandbox>>} */
let sandbox;
/** @type {ReturnType<typeof createShop>} */
let shop;

before(async () => {
  sandbox = await startSandbox();
});

after(() => sandbox?.stop());

beforeEach(async () => {
  await sandbox.reset();
  shop = createShop(sandbox.env);
});

test("an order is paid for when the customer approves, and captured when it ships", async () => {
  await shop.buy("order-0001", 49900);
  assert.equal(await shop.state("order-0001"), "CREATED");

  await sandbox.approve("order-0001");
  assert.equal(await shop.state("order-0001"), "AUTHORIZED");

  await shop.ship("order-0001", 49900);
  const captures = (await sandbox.requests()).filter(({ path }) => path.endsWith("/order-0001/capture"));
  assert.deepEqual(
    captures.map(({ method, status }) => [method, status]),
    [["POST", 200]],
  );
});

test("an order that nobody pays for expires", async () => {
  await shop.buy("order-0002", 49900);

  await sandbox.advance(15 * 60);

  assert.equal(await shop.state("order-0002"), "EXPIRED");
});

test("a shop says when it cannot be paid", async () => {
  await sandbox.faults([{ method: "POST", path: "/epayment/*", status: 503 }]);

  await assert.rejects(shop.buy("order-0003", 49900), /503/);
});
