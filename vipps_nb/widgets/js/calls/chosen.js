/** The chosen call: what is asked about it, and what is done with it. */

import { insertBelow, notebookOf } from "../explorer/notebook.js";
import { button, element, group } from "../shared/dom.js";
import { buildDetails } from "./details.js";
import { focusWhenThere, mount } from "./mounting.js";

/** @import { Conversation } from "../shared/kernel.js" */
/** @import { Exchange, Row } from "./types.js" */

/** After the last arrow key; details are asked for once, not once for each row that was passed. */
const REST = 120;

/**
 * The explorer below the panel, with a call filled in; its place is outside, where the panel's own style does not reach.
 * @param {object} model        The panel's.
 * @param {() => void} closed   Told when somebody closes it.
 */
function buildEditing(model, closed) {
  /** @type {(() => void) | null} */
  let unmount = null;
  const place = element("div");
  const close = button("Close the form", () => {
    forget();
    closed();
  });
  const words = element("span", "", "The call is filled in below, to be changed and sent.");
  const bar = group("p", "edit-bar", [words, close]);
  bar.hidden = true;

  function forget() {
    unmount?.();
    unmount = null;
    place.replaceChildren();
    bar.hidden = true;
  }

  return {
    bar,
    place,
    forget,
    /**
     * @param {string} id   The explorer's model.
     * @returns Whether this front end could show it.
     */
    open: async (id) => {
      forget();
      unmount = await mount(model, id, place);
      bar.hidden = !unmount;
      if (unmount) focusWhenThere(place, "h3.vipps-nb-heading");
      return unmount !== null;
    },
  };
}

/**
 * @param {object} given
 * @param {object} given.model
 * @param {Element} given.el
 * @param {() => string} given.modelId
 * @param {Conversation<Exchange>} given.talk
 * @param {() => Row[]} given.rows              Newest first.
 * @param {() => void} given.turned             Told when details come or go.
 * @param {() => void} given.left               Told when somebody goes back to the list.
 * @param {(key: string) => void} given.sent    Told of a call that was sent from here.
 */
export function buildChosen({ model, el, modelId, talk, rows, turned, left, sent }) {
  let resting = 0;
  let asking = 0; // the question for details that is open
  let wantsIn = false; // whether the focus follows once they are there

  const editing = buildEditing(model, () => (details.isOpen() ? details.focus() : left()));
  const details = buildDetails({
    wishes: { language: "python" },
    rows,
    edit,
    send,
    close: leave,
    compare: (one, other, hear) => {
      const question = /** @type {const} */ ({ ask: "compare", call: one, with: other });
      talk.ask(question, (said) => hear(said.refused === undefined ? said.compared : said.refused));
    },
    canInsert: () => notebookOf(model) !== null,
    insert: (source) => {
      const notebook = notebookOf(model);
      return notebook !== null && insertBelow(notebook, modelId(), el, source);
    },
  });

  /** @param {string} key */
  function look(key) {
    asking = talk.ask({ ask: "details", call: key }, (said) => {
      if (said.refused !== undefined) {
        details.fail(said.refused);
        return;
      }
      details.show(said.details);
      if (wantsIn) details.focus();
    });
  }

  function leave() {
    clearTimeout(resting);
    talk.forget(asking);
    details.close();
    turned();
    left();
  }

  /** @param {string} key */
  function edit(key) {
    details.tell("opening the form …");
    talk.ask({ ask: "edit", call: key }, async (said) => {
      if (said.refused !== undefined) {
        details.tell(said.refused);
        return;
      }
      const shown = await editing.open(said.explorer);
      details.tell(shown ? "" : "This front end shows no widget inside another: take the call along as code.");
    });
  }

  /**
   * @param {string} key
   * @param {boolean} newKey
   */
  function send(key, newKey) {
    details.tell("sending …");
    talk.ask({ do: "again", call: key, new: newKey }, (said) => {
      details.tell(said.refused === undefined ? `${said.say}.` : said.refused);
      if (said.refused === undefined) sent(said.sent);
    });
  }

  return {
    details,
    editing,
    edit,
    leave,
    /**
     * @param {Row} row
     * @param {boolean} enter   Whether to go into it.
     */
    open: (row, enter) => {
      clearTimeout(resting);
      wantsIn = enter;
      if (details.shown() === row.key) {
        if (enter) details.focus();
        return;
      }
      details.wait(row);
      turned();
      talk.forget(asking);
      resting = setTimeout(() => look(row.key), enter ? 0 : REST);
    },
    forget: () => {
      clearTimeout(resting);
      editing.forget();
    },
  };
}
