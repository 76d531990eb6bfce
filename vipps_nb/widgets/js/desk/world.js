/** The seed, strictness, and a new world; asks first. */

import { button, element, freshId, group, write } from "../shared/dom.js";
import { panel } from "./panel.js";

/** @import { Order } from "./types.js" */

/**
 * A seed as it was typed; 1 where that is none.
 * @param {string} text
 */
export function seedOf(text) {
  const wanted = Number.parseInt(text, 10);
  return Number.isSafeInteger(wanted) ? wanted : 1;
}

const REAL = "Takes what published clients send although no document has it, and notes it in the log.";
const STRICT = "Strict: refuses whatever no document has, although published clients send it.";

/** @param {(order: Order) => void} act */
export function buildWorld(act) {
  const words = element("p", "words");
  const seed = element("input", "seed", "", { type: "number", step: "1", value: "1" });
  const label = group("label", "seed-label", ["Seed", seed]);
  const ask = button("Reset …", () => turn(true), "", { title: "A new world: asks first" });
  const sure = button("Forget it all", forgetAll, "sure");
  const keep = button("Keep it", () => turn(false));
  const question = element("p", "question", "Forget all payments, agreements, logins and the log?");
  const labels = { role: "alertdialog", "aria-label": "Reset the sandbox" };
  const asking = group("div", "asking", [question, sure, keep], labels);
  const strict = element("input", "", "", { type: "checkbox" });
  strict.addEventListener("change", () => act({ do: "strict", on: strict.checked }));
  const strictLabel = group("label", "strict", [strict, "Strict"]);
  const strictWords = element("p", "strict-words", "", { id: freshId() });
  strict.setAttribute("aria-describedby", strictWords.id);
  label.title = "Fixes the pretend keys and the order of all ids in the next world";
  const row = group("div", "buttons", [words, strictLabel, label, ask, strictWords]);
  const world = panel("world", "World", row, asking);
  asking.hidden = true;
  asking.addEventListener("keydown", (event) => {
    if (event.key === "Escape") turn(false);
  });

  /** @param {boolean} on */
  function turn(on) {
    asking.hidden = !on;
    row.hidden = on;
    (on ? keep : ask).focus();
  }

  function forgetAll() {
    turn(false);
    act({ do: "reset", seed: seedOf(seed.value) });
  }

  let shown = Number.NaN;
  /**
   * @param {number} nextSeed
   * @param {string} nextWorld
   * @param {boolean} nextStrict
   */
  function draw(nextSeed, nextWorld, nextStrict) {
    strict.checked = nextStrict;
    write(strictWords, nextStrict ? STRICT : REAL);
    write(words, nextWorld || "Nothing in it yet");
    // Not while it is being typed: only a seed that has changed is written.
    if (nextSeed !== shown) seed.value = String(nextSeed);
    shown = nextSeed;
  }

  return { world, draw, buttons: [ask, sure], inputs: [strict] };
}
