import assert from "node:assert/strict";
import { test } from "node:test";
import { fits } from "../../vipps_nb/widgets/js/desk/log.js";
import { wayTo } from "../../vipps_nb/widgets/js/desk/pages.js";
import { dayWords, headWords, newsWords, outcomeWords, untilWords } from "../../vipps_nb/widgets/js/desk/words.js";
import { seedOf } from "../../vipps_nb/widgets/js/desk/world.js";
import { DAY, HOUR, MINUTE, SECOND } from "../../vipps_nb/widgets/js/shared/time.js";

const ROW = {
  number: 1,
  time: "12:00:00",
  method: "POST",
  path: "/epayment/v1/payments",
  status: 201,
  ms: 3,
  dropped: "",
};
const PAYMENT = {
  request: 1,
  kind: "payment",
  value: "order-0001",
  msn: "123456",
  merchant: "Sandbox Shop",
  price: "499.00 NOK",
  text: "Socks",
  details: [],
  choices: [],
  legend: "",
  since: 0,
  expires: 0,
};

test("how long until then is told in its largest unit", () => {
  assert.equal(untilWords(2 * DAY), "2 days");
  assert.equal(untilWords(HOUR), "1 hour");
  assert.equal(untilWords(10 * MINUTE), "10 minutes");
  assert.equal(untilWords(SECOND), "1 second");
  assert.equal(untilWords(400), "0 seconds");
});

test("a day has its weekday and no comma", () => {
  assert.equal(dayWords(Date.UTC(2026, 0, 1), []), "Thu 1 Jan 2026");
  assert.equal(dayWords(Date.UTC(2026, 0, 1), [], "long"), "Thursday 1 January 2026");
});

test("a request is named by its price, a login by what it is", () => {
  assert.equal(headWords(PAYMENT), "499.00 NOK");
  assert.equal(headWords({ kind: "login", price: null, text: "Shop" }), "Log in");
  assert.equal(headWords({ kind: "agreement", price: null, text: "Socks every month" }), "Socks every month");
});

test("what comes to the phone is spoken once, several together", () => {
  assert.equal(newsWords([]), "");
  assert.equal(newsWords([PAYMENT]), "On the phone: payment of 499.00 NOK, Sandbox Shop, Socks");
  assert.equal(newsWords([PAYMENT, PAYMENT]), "On the phone: 2 new requests");
});

test("an answer that was lost is no status", () => {
  assert.equal(outcomeWords({ dropped: "after", status: 201 }), "lost");
  assert.equal(outcomeWords({ dropped: "", status: null }), "—");
  assert.equal(outcomeWords(ROW), "201");
});

test("the filter looks at method, path, status and what was tolerated", () => {
  for (const words of ["post", "/payments", "201", ""]) assert.ok(fits(ROW, words), words);
  assert.ok(fits({ ...ROW, tolerated: 2 }, "2 tolerated"));
  assert.ok(!fits(ROW, "refund"));
});

test("a seed is a whole number, whatever was typed", () => {
  assert.equal(seedOf("42"), 42);
  assert.equal(seedOf(""), 1);
  assert.equal(seedOf("1e400"), 1);
  assert.equal(seedOf("99999999999999999999"), 1);
});

test("the sandbox's pages are opened where a browser reaches them, and a sentence stands elsewhere", () => {
  const here = { protocol: "http:", hostname: "localhost", origin: "http://localhost:8888" };
  const hub = { protocol: "https:", hostname: "hub.example.com", origin: "https://hub.example.com" };
  const local = { base: "http://127.0.0.1:8080", words: "" };

  assert.equal(wayTo(local, here).base, "http://127.0.0.1:8080");
  assert.equal(wayTo({ base: "/user/kari/proxy/8080" }, hub).base, "https://hub.example.com/user/kari/proxy/8080");
  assert.equal(wayTo(local, hub).base, "");
  assert.match(wayTo(local, hub).words, /comes from hub\.example\.com/);
  assert.equal(wayTo({ base: "https://sandbox.example.com" }, hub).base, "https://sandbox.example.com");
  assert.equal(wayTo(local, { protocol: "vscode-webview:", hostname: "x", origin: "null" }).base, local.base);
  assert.deepEqual(wayTo({ words: "Colab." }, hub), { base: "", words: "Colab." });
});
