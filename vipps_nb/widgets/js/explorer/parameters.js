/** A parameter's field: always text, for it becomes part of an address or a header. */

import { element, freshId } from "../shared/dom.js";
import { joined } from "../shared/words.js";
import { buildField, optionsOf, textInput } from "./field.js";
import { limitWords } from "./words.js";

/** @import { Parameter } from "./types.js" */

/** @param {Parameter} parameter */
export function placeOf({ place, name }) {
  return `${place}/${name}`;
}

/** @param {Parameter} parameter */
function buildControl({ shape, required }) {
  const options = optionsOf(shape);
  if (!options) return textInput(shape);
  const control = element("select");
  for (const one of required ? options : ["", ...options]) {
    control.append(element("option", "", one === "" ? "(leave out)" : String(one), { value: String(one) }));
  }
  return control;
}

/**
 * @param {Parameter} parameter
 * @param {Record<string, string>} values   By place; what is typed goes there.
 * @param {() => void} changed
 */
export function parameterField(parameter, values, changed) {
  const at = placeOf(parameter);
  const { name, required, purpose, shape, suggestions } = parameter;
  const label = element("label", "label", name);
  label.append(element("span", required ? "need" : "maybe", required ? "required" : "optional"));
  const control = buildControl(parameter);
  control.value = values[at] ?? "";
  control.addEventListener("input", () => {
    values[at] = control.value;
    changed();
  });
  const more = [];
  if (suggestions.length && control instanceof HTMLInputElement) {
    const list = element("datalist", "", "", { id: freshId() });
    for (const one of suggestions) list.append(element("option", "", "", { value: one }));
    control.setAttribute("list", list.id);
    more.push(list);
  }
  const hint = joined(purpose, shape.kind === "array" && "several with commas", limitWords(shape));
  return buildField({ at, label, control, required, hint, more });
}
