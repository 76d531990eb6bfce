/** Sending a call again: what that would do is said before anything is sent. */

import { button, element, group } from "../shared/dom.js";

/** @import { Again } from "./types.js" */

/**
 * @param {Again} again
 * @param {object} given
 * @param {(newKey: boolean) => void} given.send
 * @param {() => void} given.close
 */
export function buildAgain(again, { send, close }) {
  /** @type {HTMLElement[]} */
  const choices = [];
  /**
   * @param {string} words
   * @param {string} consequence
   * @param {boolean} newKey
   */
  function offer(words, consequence, newKey) {
    const go = button(words, () => {
      close();
      send(newKey);
    });
    choices.push(group("div", "offer", [go, element("span", "", consequence)]));
  }
  if (again.same) offer(again.reads ? "Send" : "Under the same key", again.same, false);
  if (again.new) offer(again.same ? "Under a new key" : "Send once more", again.new, true);
  if (again.not) choices.push(element("p", "note", again.not));
  choices.push(group("div", "offer", [button("Cancel", close)]));
  return group("div", "again", [element("strong", "", "Send again"), ...choices], {
    role: "group",
    "aria-label": "Send again",
    tabindex: "-1",
  });
}
