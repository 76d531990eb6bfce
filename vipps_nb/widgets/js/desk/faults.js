/** What goes wrong on demand, and how often. */

import { choice, element, freshId, group, write } from "../shared/dom.js";
import { counted } from "../shared/words.js";
import { panel } from "./panel.js";

/** @import { Faults, Order } from "./types.js" */

/** @type {[preset: string, text: string, title: string][]} */
const PRESETS = [
  ["off", "Off", "Everything is answered as it should be"],
  ["slow", "Slow", "Answers come two seconds late"],
  ["busy", "429", "Too many requests, with Retry-After: 2"],
  ["broken", "500", "An error of the server; nothing is done"],
  ["lost", "Lost", "The request is acted upon, and its answer is lost"],
];

/** @type {[rate: number, text: string][]} */
const SHARES = [
  [1, "every request"],
  [0.5, "one in two"],
  [0.2, "one in five"],
];

/** @param {(order: Order) => void} act */
export function buildFaults(act) {
  const name = freshId();
  const choices = PRESETS.map(([preset, text, title]) => {
    const one = choice("fault", text, { type: "radio", name, value: preset });
    one.label.title = title;
    one.input.addEventListener("change", send);
    return one;
  });
  const share = group(
    "select",
    "share",
    SHARES.map(([rate, text]) => element("option", "", text, { value: String(rate) })),
    { "aria-label": "How many requests are hit" },
  );
  share.addEventListener("change", send);
  const words = element("p", "words");
  const labels = choices.map((one) => one.label);
  const chips = group("div", "chips", labels, { role: "radiogroup", "aria-label": "Faults" });
  const faults = panel("faults", "Faults", group("div", "fault-row", [chips, share, words]));

  function send() {
    const preset = choices.find((one) => one.input.checked)?.input.value;
    if (preset) act({ do: "faults", preset, rate: Number(share.value) });
  }

  /** @param {Faults} found */
  function draw({ preset = "off", rate, rules = 0 }) {
    for (const { input } of choices) input.checked = input.value === preset;
    share.hidden = preset === "off" || preset === "own";
    if (!share.hidden) share.value = String(rate);
    const known = PRESETS.find(([each]) => each === preset);
    write(words, known ? `${known[2]}.` : `${counted(rules, "rule")} of your own.`);
    faults.dataset.on = String(preset !== "off");
  }

  return { faults, draw, inputs: [...choices.map((one) => one.input), share] };
}
