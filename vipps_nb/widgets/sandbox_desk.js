/**
 * The sandbox's desk. The kernel sends what there is, this module draws it and lets the clock tick; at rest no message
 * passes. Whatever a merchant wrote is drawn as text, never as markup.
 *
 * browser → kernel   {do: verb, id, …}   {look: number, id}   {ask: "time" | "pages", id}
 * kernel → browser   {heard: id}   {did: id, say, well}   {entry, id}   {time, id}   {pages, id}
 */

import { buildClock } from "./js/desk/clock.js";
import { buildFaults } from "./js/desk/faults.js";
import { buildLog } from "./js/desk/log.js";
import { buildPages } from "./js/desk/pages.js";
import { buildPhone } from "./js/desk/phone.js";
import { newsWords, outcomeMark } from "./js/desk/words.js";
import { buildWorld } from "./js/desk/world.js";
import { element, frame, group, speaker, turnOff, whenLookedAt, write } from "./js/shared/dom.js";
import { changesOf, conversation, follow, GONE, SILENCE, stayInTouch } from "./js/shared/kernel.js";
import { SECOND } from "./js/shared/time.js";

/**
 * @import { RenderProps } from "@anywidget/types"
 * @import { Exchange, Order, Traits } from "./js/desk/types.js"
 * @import { Conversation } from "./js/shared/kernel.js"
 */

const TRAITS = ["clock", "zone", "waiting", "faults", "seed", "strict", "world", "rows", "total", "state", "message"];

/**
 * @param {RenderProps<Traits>} view
 * @returns {() => void} Clean-up: stops every timer and listener.
 */
function render({ model, el }) {
  let silent = false;
  let gone = false;
  let working = 0;
  let ahead = 0; // how far the kernel's clock is ahead of the browser's
  let timer = 0;
  let spoken = new Set(model.get("waiting").map((one) => one.request));

  /** @type {Conversation<Exchange>} */
  const talk = conversation(model, (now) => {
    if (gone || silent === now) return;
    silent = now;
    drawState();
  });

  /**
   * @param {Order} content
   * @param {(text: string, well: boolean) => void} tell   Says what came of it, where it was asked for.
   */
  function order(content, tell) {
    working += 1;
    drawState();
    talk.ask(content, ({ say, well }) => {
      working -= 1;
      drawState();
      tell(say, well);
      write(news, say);
      // A fault that was refused is still chosen here: back to what there is.
      draw();
    });
  }

  /**
   * @param {string} text
   * @param {boolean} well
   */
  function tellBelow(text, well) {
    write(outcome, outcomeMark(text, well));
    outcome.dataset.well = String(well);
    outcome.hidden = !text;
  }

  /** @param {Order} content */
  const act = (content) => order(content, tellBelow);

  const [badge, title] = [element("span", "badge", "sandbox"), element("strong", "title", "The desk")];
  const [state, outcome, news] = [element("span", "state"), element("p", "outcome"), speaker()];
  outcome.hidden = true;
  const pages = buildPages();
  const phone = buildPhone((content) => order(content, phone.tell), pages);
  const clock = buildClock(act);
  const faults = buildFaults(act);
  const world = buildWorld(act);
  const log = buildLog((number, found) => talk.ask({ look: number }, ({ entry }) => found(entry)));
  const head = group("div", "head", [badge, title, state]);
  const rest = group("div", "panels", [clock.clock, faults.faults, world.world, outcome]);
  const grid = group("div", "grid", [phone.phone, rest, log.log]);
  const labels = { role: "group", "aria-label": "Vipps sandbox desk", "data-environment": "sandbox" };
  const card = frame("section", "desk", [head, grid, pages.pages, news], labels);

  function tick() {
    clearTimeout(timer);
    const shown = model.get("clock");
    const held = Boolean(shown.held);
    const now = held ? (shown.now ?? 0) : Date.now() + ahead + (shown.ahead ?? 0);
    const zone = model.get("zone") ?? [];
    clock.tick(now, held, zone);
    phone.tick(now, zone);
    if (!held) timer = setTimeout(tick, SECOND - (now % SECOND) + 1);
  }

  function stateWords() {
    if (model.get("state") !== "live") return model.get("message");
    if (silent) return gone ? GONE : SILENCE;
    return working ? "working …" : "";
  }

  function drawState() {
    const over = model.get("state") !== "live";
    write(state, stateWords());
    card.dataset.state = silent ? "silent" : model.get("state");
    const off = over || silent || working > 0;
    for (const one of [...phone.buttons, ...clock.buttons, ...world.buttons]) turnOff(one, off);
    for (const one of [...faults.inputs, ...world.inputs]) one.disabled = over || silent;
  }

  function speak() {
    const waiting = model.get("waiting");
    const words = newsWords(waiting.filter((one) => !spoken.has(one.request)));
    spoken = new Set(waiting.map((one) => one.request));
    if (!words) return;
    phone.tell("", true);
    write(news, words);
  }

  let drawing = false;
  /** Traits that change together are drawn together. */
  function draw() {
    if (drawing) return;
    drawing = true;
    queueMicrotask(() => {
      drawing = false;
      speak();
      phone.draw(model.get("waiting"), model.get("state") !== "live");
      faults.draw(model.get("faults"));
      world.draw(model.get("seed"), model.get("world"), Boolean(model.get("strict")));
      log.show(model.get("rows"), model.get("total"));
      drawState();
      tick();
    });
  }

  /** Compares the clocks, and finds out whether anybody is there. */
  function askKernel() {
    talk.forget();
    working = 0;
    const asked = Date.now();
    talk.ask({ ask: "time" }, ({ time }) => {
      ahead = time - (asked + Date.now()) / 2;
      drawState();
      tick();
    });
    talk.ask({ ask: "pages" }, (said) => pages.tell(said.pages ?? {}));
  }

  const unlook = whenLookedAt(tick);
  const unfollow = follow(model, changesOf(TRAITS, draw));
  const untouch = stayInTouch(model, askKernel, () => {
    gone = silent = true;
    talk.forget();
    drawState();
  });
  el.append(card);
  draw();
  askKernel();

  return () => {
    clearTimeout(timer);
    for (const stop of [talk.stop, unlook, unfollow, untouch]) stop();
  };
}

export default { render };
