/**
 * The calls of this kernel: newest first and live, and everything about the chosen one.
 *
 * Nothing of a call is state of the widget, so nothing can be saved with a notebook. Rows come by themselves, several
 * in one message; what a row opens to is asked for when somebody looks.
 *
 * browser → kernel   {ask: "rows", id}   {ask: "details" | "edit", id, call}   {ask: "compare", id, call, with}
 *                    {do: "again", id, call, new}
 * kernel → browser   {id, all, place, mark, model} | {id, details} | {id, compared} | {id, explorer} | {id, sent, say}
 *                    | {id, refused}   and by itself {rows, place}
 *
 * Names, values and sentences are written as text. The one exception is the card of an explanation, HTML that the
 * kernel made and in which it escaped everything that came from elsewhere.
 */

import { buildChosen } from "./js/calls/chosen.js";
import { buildFilter, isWished } from "./js/calls/filter.js";
import { buildHead } from "./js/calls/head.js";
import { buildList } from "./js/calls/list.js";
import { actsOf, hearLinks, steer } from "./js/calls/steering.js";
import { countWords } from "./js/calls/words.js";
import { button, element, frame, group, write } from "./js/shared/dom.js";
import { conversation, GONE, SILENCE, stayInTouch } from "./js/shared/kernel.js";

/**
 * @import { RenderProps } from "@anywidget/types"
 * @import { Exchange, News, Place, Row } from "./js/calls/types.js"
 * @import { Conversation } from "./js/shared/kernel.js"
 */

const KEYS = "↑ ↓ choose · Enter look into · / search · c copy · e edit · Esc back";

/**
 * @param {RenderProps<Record<string, never>>} view
 * @returns {() => void} Clean-up: stops timers and listeners.
 */
function render({ model, el }) {
  /** @type {Map<string, Row>} */
  const rows = new Map(); // oldest first
  let [modelId, mark, environment] = ["", "", ""];
  let gone = false;
  let following = ""; // a call that was sent from here, to be chosen when its row comes

  /** @type {Conversation<Exchange>} */
  const talk = conversation(model, (silent) => {
    if (gone) return;
    head.say(silent ? SILENCE : "");
    card.dataset.state = silent ? "silent" : "live";
  });
  const newestFirst = () => [...rows.values()].reverse();
  const head = buildHead();
  const filter = buildFilter(draw);
  const list = buildList({ choose: (row, enter) => chosen.open(row, enter) });
  const toList = () => list.node.focus({ preventScroll: true });
  const chosen = buildChosen({
    ...{ model, el, modelId: () => modelId, talk, rows: newestFirst, turned: drawColumns, left: toList },
    sent: (key) => {
      following = key;
      followSent();
    },
  });
  const { details, editing } = chosen;
  const empty = element("p", "empty");
  const showAll = button("Show all", () => {
    filter.clear();
    draw();
    toList();
  });
  const left = group("div", "left", [list.node, group("div", "nothing", [empty, showAll])]);
  const columns = group("div", "columns", [left, details.node]);
  const keys = element("p", "keys", KEYS, { "aria-hidden": "true" });
  const card = frame("section", "callspanel", [head.node, filter.node, columns, keys, editing.bar], {
    "aria-label": "Vipps MobilePay calls",
  });

  function draw() {
    const wish = filter.wish();
    const shown = newestFirst().filter((row) => isWished(row, wish));
    list.show(shown, environment);
    list.node.hidden = !shown.length;
    empty.hidden = shown.length > 0;
    showAll.hidden = shown.length > 0 || !rows.size;
    write(empty, rows.size ? "No call fits." : "No calls yet. Send one in a cell: it appears here at once.");
    head.count(countWords(shown.length, rows.size));
    filter.node.hidden = keys.hidden = !rows.size;
  }

  function drawColumns() {
    columns.dataset.open = String(details.isOpen());
    list.draw();
  }

  /** @param {Row[]} next @param {Place | null} place */
  function take(next, place) {
    for (const row of next) rows.set(row.key, row);
    card.dataset.environment = environment = place?.environment ?? "";
    head.place(place);
    filter.offer([...rows.values()]);
    draw();
    details.refresh();
    followSent();
  }

  /**
   * @param {string} key
   * @returns Whether there is such a call.
   */
  function choose(key) {
    const row = rows.get(key);
    if (!row || !el.isConnected) return false;
    if (!isWished(row, filter.wish())) filter.clear();
    draw();
    list.choose(key);
    return true;
  }

  /** Chooses the call that was just sent from here; its row comes with a message of its own. */
  function followSent() {
    if (following && choose(following)) following = "";
  }

  function askForRows() {
    talk.forget();
    talk.ask({ ask: "rows" }, (said) => {
      if (said.refused !== undefined) {
        head.say(said.refused);
        return;
      }
      if (said.mark !== mark) rows.clear(); // another kernel's life
      [modelId, mark] = [said.model, said.mark];
      take(said.all, said.place);
    });
  }

  /** @param {News} content   What nobody asked for. */
  function hear(content) {
    if (Array.isArray(content?.rows)) take(content.rows, content.place);
  }

  card.addEventListener("keydown", (event) => {
    const back = () => details.escape() || (details.isOpen() && chosen.leave());
    const key = details.shown();
    const acts = { copy: key ? details.copy : null, edit: key ? () => chosen.edit(key) : null };
    steer(event, actsOf({ field: filter.field, list: list.node, back, ...acts }, event.target));
  });
  const unlink = hearLinks((key) => {
    if (!choose(key)) return false;
    card.scrollIntoView({ block: "nearest" });
    toList();
    return true;
  });
  const watch = new ResizeObserver(() => list.draw());
  watch.observe(list.node);
  model.on("msg:custom", hear);
  const untouch = stayInTouch(model, askForRows, () => {
    gone = true;
    talk.forget();
    head.say(GONE);
    card.dataset.state = "gone";
  });
  el.append(card, editing.place);
  draw();
  drawColumns();
  askForRows();

  return () => {
    for (const stop of [talk.stop, list.stop, chosen.forget, untouch, unlink]) stop();
    watch.disconnect();
    model.off("msg:custom", hear);
  };
}

export default { render };
