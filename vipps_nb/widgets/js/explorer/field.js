/** One field with its label, its control, a hint, and a place for what is wrong with it. */

import { attribute, element, freshId, group, LEAVE_ALONE, write } from "../shared/dom.js";

/** @import { Shape } from "./types.js" */

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/**
 * @param {object} given
 * @param {string} given.at         Where it belongs, as faults name it.
 * @param {HTMLLabelElement} given.label
 * @param {Control} given.control
 * @param {boolean} given.required
 * @param {string} given.hint
 * @param {HTMLElement | null} [given.remark]   Beside the control.
 * @param {HTMLElement[]} [given.more]          Behind that.
 */
export function buildField({ at, label, control, required, hint, remark = null, more = [] }) {
  const id = freshId();
  control.id = id;
  label.htmlFor = id;
  const hints = hint ? [element("p", "hint", hint, { id: `${id}-hint` })] : [];
  if (remark) remark.id = `${id}-remark`;
  const fault = element("p", "fault", "", { id: `${id}-fault` });
  fault.hidden = true;
  const described = [...hints, ...(remark ? [remark] : []), fault];
  control.setAttribute("aria-describedby", described.map((one) => one.id).join(" "));
  if (required) control.setAttribute("aria-required", "true");
  const entry = group("div", "entry", [control, ...(remark ? [remark] : []), ...more]);
  return group("div", "field", [label, entry, ...hints, fault], { "data-at": at });
}

/**
 * An input for a text; for a secret one that nobody reads.
 * @param {Shape} shape
 */
export function textInput({ secret }) {
  return element("input", "", "", {
    ...LEAVE_ALONE,
    type: secret ? "password" : "text",
    autocomplete: secret ? "new-password" : "off",
  });
}

/**
 * What can be chosen for a shape; null where it is typed.
 * @param {Shape} shape
 */
export function optionsOf(shape) {
  if (shape.kind === "boolean") return [true, false];
  return shape.kind === "enum" ? shape.values : null;
}

/**
 * Says what is wrong with a field, or that nothing is, to eyes and to screen readers.
 * @param {HTMLElement} field   Or a group of fields.
 * @param {string} words
 */
export function markField(field, words) {
  const fault = [...field.children].find((one) => one.classList.contains("vipps-nb-fault"));
  if (fault instanceof HTMLElement) {
    write(fault, words);
    fault.hidden = !words;
  }
  if (!field.classList.contains("vipps-nb-field")) return;
  const control = field.querySelector("input, select, textarea");
  if (control) attribute(control, "aria-invalid", words && "true");
}

/**
 * All fields and groups of fields in an element.
 * @param {HTMLElement} root
 * @returns {NodeListOf<HTMLElement>}
 */
export function fieldsIn(root) {
  return root.querySelectorAll("[data-at]");
}

/**
 * @param {HTMLElement} root
 * @param {string} at
 */
export function fieldAt(root, at) {
  return [...fieldsIn(root)].find((one) => one.dataset.at === at);
}

/**
 * Puts the cursor into a field; where it has no control, to its button.
 * @param {HTMLElement | undefined} field
 */
export function focusField(field) {
  const inner = field?.querySelector("input, select, textarea") ?? field?.querySelector("button");
  if (inner instanceof HTMLElement) inner.focus();
}
