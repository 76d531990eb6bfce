/**
 * The card of a webhook listener: one row for each delivery, the newest on top. The kernel sends rows, this module
 * draws them. There is no secret and no signature in the browser.
 *
 * browser → kernel   {do: "fail"}   {do: "clear"}   {ask: "alive", id}
 * kernel → browser   {alive: id}
 */

import { buildTable } from "./js/deliveries/table.js";
import { newsWords } from "./js/deliveries/words.js";
import { button, element, frame, group, speaker, turnOff, write } from "./js/shared/dom.js";
import { changesOf, conversation, deliver, follow, GONE, SILENCE, stayInTouch } from "./js/shared/kernel.js";
import { counted, joined } from "./js/shared/words.js";

/**
 * @import { RenderProps } from "@anywidget/types"
 * @import { Delivery } from "./js/deliveries/words.js"
 * @import { Zone } from "./js/shared/time.js"
 * @import { Conversation } from "./js/shared/kernel.js"
 */

/**
 * @typedef {object} Traits
 * @property {Delivery[]} rows    The latest, oldest first.
 * @property {Zone} zone
 * @property {number} total
 * @property {boolean} listening
 *
 * @typedef {{ do: "fail" } | { do: "clear" }} Order
 * @typedef {[{ ask: "alive" }, { alive: number }]} Exchange
 */

/** The card's elements, empty, in reading order. */
function buildCard() {
  const title = element("strong", "title", "Webhooks");
  const state = element("span", "state");
  const buttons = element("div", "buttons");
  const message = element("p", "message");
  const table = buildTable();
  const empty = element("p", "empty", "Nothing has come yet.");
  const news = speaker();
  const row = group("div", "row", [title, state, buttons]);
  const labels = { role: "group", "aria-label": "Webhook deliveries" };
  const card = frame("section", "deliveries", [row, message, table.scroll, empty, news], labels);
  return { card, state, buttons, message, table, empty, news };
}

/**
 * @param {RenderProps<Traits>} view
 * @returns {() => void} Clean-up: stops every timer and listener.
 */
function render({ model, el }) {
  const parts = buildCard();
  const fail = button("Fail the next 3", () => order({ do: "fail" }), "", {
    title: "Answer 500 to the next three deliveries, to see them tried again",
  });
  const clear = button("Clear", () => order({ do: "clear" }));
  parts.buttons.append(fail, clear);
  let silent = false;
  let gone = false;
  let spoken = model.get("total");

  /** @type {Conversation<Exchange>} */
  const talk = conversation(model, (now) => {
    if (gone || silent === now) return;
    silent = now;
    draw();
  });

  function draw() {
    const [rows, total, listening] = [model.get("rows"), model.get("total"), model.get("listening")];
    parts.card.dataset.listening = String(listening && !silent);
    const state = listening ? !silent && "listening" : "stopped";
    write(parts.state, joined(state, counted(total, "delivery", "deliveries")));
    parts.table.scroll.hidden = rows.length === 0;
    parts.empty.hidden = rows.length > 0;
    write(parts.empty, listening ? "Nothing has come yet." : "Nothing came.");
    parts.table.draw(rows, model.get("zone") ?? []);
    const shown = rows.length < total && `The latest ${rows.length} are shown.`;
    const text = joined(silent && listening && (gone ? GONE : SILENCE), shown);
    parts.message.hidden = !text;
    write(parts.message, text);
    parts.buttons.hidden = !listening;
    for (const one of [fail, clear]) turnOff(one, silent);
    const news = newsWords(rows.filter((row) => row.number > spoken));
    if (news) write(parts.news, news);
    spoken = total;
  }

  function askKernel() {
    talk.forget();
    talk.ask({ ask: "alive" }, () => {}); // that it was heard is all there is to know
  }

  /** @param {Order} content */
  function order(content) {
    deliver(model, content);
    if (content.do === "fail") write(parts.news, "The next three deliveries will be answered with 500.");
    askKernel();
  }

  const unfollow = follow(model, changesOf(["rows", "total", "listening", "zone"], draw));
  const untouch = stayInTouch(model, askKernel, () => {
    gone = silent = true;
    talk.forget();
    draw();
  });
  el.append(parts.card);
  draw();
  askKernel();

  return () => {
    talk.stop();
    unfollow();
    untouch();
  };
}

export default { render };
