import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import {
  changesOf,
  conversation,
  deliver,
  follow,
  PATIENCE,
  stayInTouch,
  watchKernel,
} from "../../vipps_nb/widgets/js/shared/kernel.js";
import { clockComparison } from "../../vipps_nb/widgets/js/token/clock_comparison.js";

/** @import { Conversation, Reply } from "../../vipps_nb/widgets/js/shared/kernel.js" */

/** A model whose kernel answers when the test says so. */
class Model {
  /** @type {(Record<string, unknown> & { id: number })[]} */
  sent = [];
  /** @type {[string, (content: Reply) => void][]} */
  listeners = [];

  /** @param {object} content */
  send(content) {
    this.sent.push(/** @type {Record<string, unknown> & { id: number }} */ (content));
  }

  /**
   * @param {string} event
   * @param {(content: Reply) => void} hear
   */
  on(event, hear) {
    this.listeners.push([event, hear]);
  }

  /**
   * @param {string} event
   * @param {(content: Reply) => void} hear
   */
  off(event, hear) {
    this.listeners = this.listeners.filter(([name, other]) => name !== event || other !== hear);
  }

  /**
   * @param {string} event
   * @param {object} [content]
   */
  tell(event, content = {}) {
    for (const [name, hear] of this.listeners) if (name === event) hear(content);
  }

  /** @param {object} content */
  answer(content, question = this.sent.at(-1)) {
    this.tell("msg:custom", { id: question?.id, ...content });
  }
}

/** @typedef {[{ ask: string }, { said: string }]} Exchange */

/** @param {Model} model */
function talking(model) {
  /** @type {unknown[]} */
  const noticed = [];
  /** @type {string[]} */
  const heard = [];
  /** @type {Conversation<Exchange>} */
  const talk = conversation(model, (silent, open) => noticed.push([silent, open]));
  /** @param {string} words */
  const ask = (words) => talk.ask({ ask: words }, ({ said }) => heard.push(said));
  return { talk, ask, noticed, heard };
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 }));
afterEach(() => mock.timers.reset());

test("each question hears its own answer, once", () => {
  const model = new Model();
  const { ask, heard } = talking(model);
  ask("one");
  ask("two");
  const [one, two] = model.sent;

  model.answer({ said: "second" }, two);
  model.answer({ said: "first" }, one);
  model.answer({ said: "again" }, one);

  assert.deepEqual(heard, ["second", "first"]);
});

test("answers to another view's questions are not heard", () => {
  const model = new Model();
  const [mine, other] = [talking(model), talking(model)];
  mine.ask("mine");
  other.ask("other");

  model.answer({ said: "for the other" });

  assert.deepEqual([mine.heard, other.heard], [[], ["for the other"]]);
});

test("a kernel that does not answer is noticed, and so is its answer", () => {
  const model = new Model();
  const { ask, noticed, heard } = talking(model);
  ask("anybody?");

  mock.timers.tick(PATIENCE - 1);
  assert.deepEqual(noticed, []);
  mock.timers.tick(1);
  assert.deepEqual(noticed, [[true, 1]]);
  model.answer({ said: "late" });

  assert.deepEqual([noticed.at(-1), heard], [[false, 0], ["late"]]);
});

test("an order that was heard may take its time", () => {
  const model = new Model();
  const { ask, noticed, heard } = talking(model);
  const id = ask("a long journey");

  model.tell("msg:custom", { heard: id });
  mock.timers.tick(10 * PATIENCE);
  model.tell("msg:custom", { did: id, said: "done" });

  assert.deepEqual(noticed, [
    [false, 1],
    [false, 0],
  ]);
  assert.deepEqual(heard, ["done"]);
});

test("what is forgotten is answered in vain, and nobody waits for it", () => {
  const model = new Model();
  const { talk, ask, noticed, heard } = talking(model);
  const first = ask("first");
  ask("second");
  const [one, two] = model.sent;

  talk.forget(first);
  model.answer({ said: "one" }, one);
  model.answer({ said: "two" }, two);
  ask("third");
  talk.forget();
  mock.timers.tick(PATIENCE);
  model.answer({ said: "three" });

  assert.deepEqual([heard, noticed], [["two"], [[false, 0]]]);
});

test("a conversation that has stopped leaves nothing behind", () => {
  const model = new Model();
  const { talk, ask, noticed } = talking(model);
  ask("one");

  talk.stop();
  mock.timers.tick(PATIENCE);

  assert.deepEqual([model.listeners, noticed], [[], []]);
});

test("where there is nobody to send to, nothing is thrown", () => {
  const send = () => {
    throw new Error("This view has no kernel.");
  };

  assert.doesNotThrow(() => deliver({ send }, { do: "renew" }));
});

test("what is followed can be left again", () => {
  const model = new Model();
  let times = 0;
  const stop = follow(
    model,
    changesOf(["rows", "total"], () => (times += 1)),
  );

  model.tell("change:rows");
  model.tell("change:total");
  stop();
  model.tell("change:rows");

  assert.deepEqual([times, model.listeners], [2, []]);
});

test("the clocks are compared by the quickest of a few answers", () => {
  const model = new Model();
  /** @type {number[]} */
  const told = [];
  const comparison = clockComparison(model, (offset) => told.push(offset));
  const ahead = 60_000;

  comparison.measure();
  for (const roundTrip of [900, 200, 300, 40]) {
    mock.timers.tick(roundTrip);
    // Stamped halfway, but for the first, which waited in the kernel's queue and came at once.
    const back = roundTrip > 500 ? 0 : roundTrip / 2;
    model.answer({ time: Date.now() - back + ahead });
  }

  assert.deepEqual(told, [ahead, ahead, ahead]);
  assert.equal(model.sent.length, 4, "the last was quick enough");
  comparison.stop();
  assert.deepEqual(model.listeners, []);
});

test("no more than five questions are asked, however slow the answers are", () => {
  const model = new Model();
  const comparison = clockComparison(model, () => {});

  comparison.measure();
  for (let answers = 0; answers < 9; answers += 1) {
    mock.timers.tick(100);
    model.answer({ time: 0 });
  }

  assert.equal(model.sent.length, 5);
});

/** A signal of JupyterLab's. */
class Signal {
  /** @type {Set<(sender: unknown, value: never) => void>} */
  hearers = new Set();

  /** @param {(sender: unknown, value: never) => void} hear */
  connect = (hear) => this.hearers.add(hear);

  /** @param {(sender: unknown, value: never) => void} hear */
  disconnect = (hear) => this.hearers.delete(hear);

  /** @param {unknown} value */
  emit(value) {
    for (const hear of this.hearers) hear(null, /** @type {never} */ (value));
  }
}

test("a kernel that dies, restarts or is changed takes the widget's other half with it", () => {
  const session = { statusChanged: new Signal(), connectionStatusChanged: new Signal(), kernelChanged: new Signal() };
  const model = { widget_manager: { context: { sessionContext: session } } };
  /** @type {boolean[]} */
  const told = [];
  const stop = watchKernel(model, (lost) => told.push(lost));

  for (const status of ["busy", "idle", "connecting"]) session.statusChanged.emit(status);
  session.kernelChanged.emit({ oldValue: null });
  assert.deepEqual(told, []);
  session.connectionStatusChanged.emit("disconnected");
  assert.deepEqual(told, [false], "out of reach is not lost");
  for (const status of ["dead", "restarting", "autorestarting", "terminating"]) session.statusChanged.emit(status);
  session.kernelChanged.emit({ oldValue: {} });
  assert.deepEqual(told, [false, true, true, true, true, true]);

  stop();
  session.statusChanged.emit("dead");
  assert.equal(told.length, 6);
  watchKernel({}, () => assert.fail("a host that tells nothing"))();
});

test("whoever stays in touch asks again when the kernel is back, and hears once that it is lost", () => {
  const session = { statusChanged: new Signal(), connectionStatusChanged: new Signal(), kernelChanged: new Signal() };
  const model = Object.assign(new Model(), { widget_manager: { context: { sessionContext: session } } });
  /** @type {string[]} */
  const told = [];
  const stop = stayInTouch(
    model,
    () => told.push("again"),
    () => told.push("lost"),
  );

  model.tell("comm_live_update");
  session.connectionStatusChanged.emit("connected");
  assert.deepEqual(told, ["again", "again"]);
  session.statusChanged.emit("restarting");
  session.statusChanged.emit("autorestarting");
  model.tell("comm_live_update");
  session.connectionStatusChanged.emit("connected");
  assert.deepEqual(told, ["again", "again", "lost"]);

  stop();
  assert.equal(model.listeners.length, 0);
});
