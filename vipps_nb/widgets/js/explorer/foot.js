/** Send, what it may do although something speaks against it, and what came of it. */

import { button, choice, element, group, turnOff, write } from "../shared/dom.js";

/** @param {() => void} send */
export function buildFoot(send) {
  const sendButton = button("Send", send, "primary");
  const keys = element("kbd", "keys", /Mac/.test(navigator.platform) ? "⌘ Enter" : "Ctrl Enter");
  const force = choice("tick", "Send it as it is", { type: "checkbox" });
  const allow = choice("tick", "Allow this one write to production", { type: "checkbox" });
  const words = element("p", "words", "", { role: "status" });
  force.label.hidden = true;

  return {
    foot: group("div", "foot", [sendButton, keys, force.label, allow.label, words]),
    words,
    /**
     * @param {string} text
     * @param {string} [tone]
     */
    say: (text, tone) => {
      if (tone) words.dataset.tone = tone;
      write(words, text);
    },
    /** @param {boolean} busy */
    turn: (busy) => {
      turnOff(sendButton, busy);
      delete words.dataset.tone;
    },
    /** @param {boolean} offered */
    offerForce: (offered) => {
      force.label.hidden = !offered;
      if (!offered) force.input.checked = false;
    },
    /** @param {boolean} offered */
    offerAllow: (offered) => {
      allow.label.hidden = !offered;
    },
    /** What was ticked; a write is allowed once. */
    takeTicks: () => {
      const ticks = { force: force.input.checked, allow: allow.input.checked };
      allow.input.checked = false;
      return ticks;
    },
  };
}
