/** One key's line in the form: label, input, for a secret the Show button, a fault and a hint. */

import { attribute, button, element, freshId, group, LEAVE_ALONE } from "../shared/dom.js";
import { shapeFault } from "./shapes.js";

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {boolean} secret
 * @property {string} found_in   Where a value was found already; "" when nowhere.
 * @property {string} hint
 * @property {string} [stays]    What a text that is no secret looks like; nothing for any.
 *
 * @typedef {object} KeyLine
 * @property {Field} field
 * @property {HTMLInputElement} input
 * @property {HTMLElement[]} nodes
 * @property {(words: string) => void} showFault   What the kernel says about it; typing takes that away.
 * @property {() => void} hideSecret
 */

/**
 * @param {Field} field
 * @returns {KeyLine}
 */
export function buildLine(field) {
  const id = freshId();
  const label = element("label", "", field.label, { for: id });
  const input = element("input", "", "", {
    id,
    autocomplete: field.secret ? "new-password" : "off",
    placeholder: field.found_in ? `set, from ${field.found_in}` : "",
    ...LEAVE_ALONE,
  });
  const toggle = button("", () => show(input.type === "password"), "", { "aria-controls": id });
  const fault = element("p", "fault", "", { id: `${id}-fault` });
  fault.hidden = true;
  const hints = field.hint ? [element("p", "hint", field.hint, { id: `${id}-hint` })] : [];
  show(!field.secret);

  /** @param {boolean} readable */
  function show(readable) {
    input.type = readable ? "text" : "password";
    toggle.textContent = readable ? "Hide" : "Show";
    toggle.setAttribute("aria-label", `${toggle.textContent} ${field.label}`);
  }

  let said = ""; // by the kernel
  let typed = false; // since then

  /** @param {boolean} done   Whether the field was left. */
  function judge(done) {
    typed = true;
    draw(shapeFault(field.name, input.value, done));
  }

  input.addEventListener("input", () => judge(false));
  input.addEventListener("change", () => judge(true));

  /**
   * For eyes and for screen readers; no words take it away.
   * @param {string} words
   */
  function draw(words) {
    fault.textContent = words;
    fault.hidden = !words;
    attribute(input, "aria-invalid", words && "true");
    const described = [...(words ? [fault] : []), ...hints];
    attribute(input, "aria-describedby", described.map((one) => one.id).join(" "));
  }

  return {
    field,
    input,
    nodes: [label, group("div", "entry", field.secret ? [input, toggle] : [input]), fault, ...hints],
    showFault: (words) => {
      if (typed && words === said) return;
      [said, typed] = [words, false];
      draw(words);
    },
    hideSecret: () => show(!field.secret),
  };
}

/**
 * Whether a text may stand in the page for longer than it takes to send it: a secret in the wrong line may not.
 * @param {Pick<Field, "secret" | "stays">} field
 * @param {string} text
 */
export function mayStay({ secret, stays }, text) {
  return !secret && (!stays || new RegExp(`^(?:${stays})$`, "i").test(text.trim()));
}

/**
 * Takes the typed texts out of the inputs: afterwards the page no longer holds them.
 * @param {KeyLine[]} lines
 * @param {(field: Field, text: string) => boolean} [keeps]
 * @returns {Record<string, string>} By field name; only those that were typed.
 */
export function takeTyped(lines, keeps = () => false) {
  /** @type {Record<string, string>} */
  const values = {};
  for (const { field, input, hideSecret } of lines) {
    if (input.value && !input.matches(":disabled")) values[field.name] = input.value;
    if (!keeps(field, input.value)) input.value = "";
    hideSecret();
  }
  return values;
}
