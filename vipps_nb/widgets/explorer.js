/**
 * The explorer: find an operation, fill in its form, send it, see the answer, take the call along as code.
 *
 * The list of operations is the model's; everything else travels as messages, so nothing that is typed can be saved
 * with a notebook. What stands in a secret field leaves once, with Send; for checks dots go in its place.
 *
 * browser → kernel   {ask: "form", id, operation}   {ask: "judge" | do: "send", id, operation, values}
 * kernel → browser   {id, form, model} | {id, faults, code, cells, no_code, place} | {id, answer, status, title, tone}
 *                    | {id, refused, faults?}
 *
 * Names, values and sentences are written as text. The one exception is the answer's card, HTML that the kernel made
 * and in which it escaped everything that came from elsewhere.
 */

import { buildAnswer } from "./js/explorer/answer.js";
import { buildList } from "./js/explorer/list.js";
import { insertBelow, notebookOf } from "./js/explorer/notebook.js";
import { buildPanel } from "./js/explorer/panel.js";
import { element, frame, group, speaker, write } from "./js/shared/dom.js";
import { conversation, GONE, SILENCE, stayInTouch } from "./js/shared/kernel.js";
import { environmentWords } from "./js/shared/words.js";

/**
 * @import { RenderProps } from "@anywidget/types"
 * @import { Exchange, Form, Place, Traits } from "./js/explorer/types.js"
 * @import { Conversation } from "./js/shared/kernel.js"
 */

/**
 * @param {RenderProps<Traits>} view
 * @returns {() => void} Clean-up: forgets what was typed, stops timers and listeners.
 */
function render({ model, el }) {
  const [operations, subject] = [model.get("operations"), model.get("subject")];
  const wishes = { language: "python" };
  let opening = 0; // the question for a form that is open
  let modelId = "";
  let gone = false;
  /** @type {null | ReturnType<typeof buildPanel>} */
  let panel = null;

  /** @type {Conversation<Exchange>} */
  const talk = conversation(model, (silent, open) => {
    if (gone) return;
    if (silent) tell(SILENCE);
    else if (!open) tell("", SILENCE);
  });

  const [badge, panelPlace, news] = [element("span", "badge"), element("div", "panel"), speaker()];
  badge.hidden = panelPlace.hidden = true;
  const list = buildList({
    operations,
    subject,
    recent: model.get("recent"),
    news,
    choose: (number) => open(number, true),
  });
  const answer = buildAnswer();
  const names = [badge, element("strong", "title", "Explore"), element("span", "subject", subject)];
  const parts = [group("div", "head", names), ...list.nodes, panelPlace, answer.node, news];
  const card = frame("section", "explorer", parts, { "aria-label": "Vipps MobilePay explorer" });

  /**
   * A sentence beside Send, or to whoever listens while there is no form.
   * @param {string} text
   * @param {string} [only]   Replaces that sentence and no other.
   */
  function tell(text, only) {
    const here = panel ? panel.words : news;
    if (panel && (only === undefined || news.textContent === only)) write(news, "");
    if (only === undefined || here.textContent === only) write(here, text);
  }

  /**
   * @param {number} number
   * @param {boolean} focus
   */
  function open(number, focus) {
    panel?.rest();
    talk.forget(opening); // another was chosen meanwhile
    opening = talk.ask({ ask: "form", operation: number }, (said) => {
      if (said.refused !== undefined) {
        write(news, said.refused);
        return;
      }
      modelId = said.model;
      model.set("chosen", number); // a page that is loaded again goes on there
      model.save_changes();
      panel?.forget();
      panel = panelOf(number, said.form);
      panelPlace.replaceChildren(...panel.nodes);
      panelPlace.hidden = false;
      answer.clear();
      place(said.form.place);
      panel.judge();
      if (focus) panel.heading.focus();
    });
  }

  /**
   * @param {number} number
   * @param {Form} form
   */
  function panelOf(number, form) {
    return buildPanel({
      number,
      operation: operations[number] ?? { api: "", marks: [], ...form },
      form,
      code: {
        wishes,
        canInsert: () => notebookOf(model) !== null,
        insert: (source) => {
          const notebook = notebookOf(model);
          return notebook !== null && insertBelow(notebook, modelId, el, source);
        },
      },
      talk,
      place,
      tell,
      show: (said) => answer.show(said.answer),
      used: () => list.remember(number),
    });
  }

  /** @param {Place | null} found */
  function place(found) {
    const environment = found?.environment ?? "";
    card.dataset.environment = environment;
    write(badge, found ? environmentWords(environment) : "not logged in");
    badge.hidden = false;
    badge.dataset.none = String(!found);
    badge.title = found?.msn ? `MSN ${found.msn}` : "";
    panel?.setEnvironment(environment);
  }

  /** @param {KeyboardEvent} event */
  function hotkeys(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !panel || event.target === list.field) return;
    event.preventDefault();
    event.stopPropagation();
    panel.send();
  }

  card.addEventListener("keydown", hotkeys);
  el.append(card);
  const chosen = model.get("chosen");
  list.begin(model.get("query"), chosen < 0);
  place(model.get("place"));
  if (chosen >= 0) {
    list.close();
    open(chosen, false);
  }

  const untouch = stayInTouch(
    model,
    () => {}, // what is asked here, somebody asks who is there to see that nothing comes
    () => {
      gone = true;
      talk.forget();
      write(badge, "no kernel");
      badge.dataset.none = "true";
      badge.title = "";
      badge.hidden = false;
      write(news, GONE);
      tell(GONE);
    },
  );

  return () => {
    untouch();
    talk.stop();
    panel?.forget();
  };
}

export default { render };
