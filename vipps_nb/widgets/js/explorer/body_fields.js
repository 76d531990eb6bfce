/** A body as fields, which follow its shape. What is in the body and not in its shape is a field as well. */

import { button, element, group, LEAVE_ALONE, write } from "../shared/dom.js";
import { joined } from "../shared/words.js";
import { buildField, optionsOf, textInput } from "./field.js";
import { chosenOption, isObject, pointerOf, removeAt, start, typedValue, valueAt, withValue } from "./values.js";
import { amountWords, limitWords } from "./words.js";

/** @import { Control } from "./field.js" */
/** @import { ArrayShape, ChoiceShape, Filled, Json, ObjectField, ObjectShape, Path, Shape } from "./types.js" */

/**
 * @typedef {object} Editing   What the fields work on.
 * @property {Filled} filled
 * @property {Map<string, string>} broken           By pointer, why a text is no JSON yet.
 * @property {() => void} changed
 * @property {(focus?: string) => void} redraw      What changes the form's own shape draws it again.
 *
 * @typedef {object} Slot   A value and its place in the body.
 * @property {string} label
 * @property {Path} path
 * @property {boolean} required
 * @property {boolean} removable
 * @property {Shape} shape
 * @property {Json | undefined} value
 */

const SAY = "vipps-nb-say";

/** Lets each remark say again what its field means: another field may have changed that. @param {HTMLElement} root */
export function refreshRemarks(root) {
  for (const remark of root.querySelectorAll(".vipps-nb-remark")) remark.dispatchEvent(new Event(SAY));
}

/**
 * All fields of a body.
 * @param {Editing} editing
 * @param {Shape} shape
 */
export function drawBody(editing, shape) {
  return draw(editing, {
    label: "",
    path: [],
    required: false,
    removable: false,
    shape,
    value: editing.filled.body,
  });
}

/**
 * @param {Editing} editing
 * @param {Slot} slot
 * @returns {HTMLElement}
 */
function draw(editing, slot) {
  const { label, shape, value } = slot;
  if (shape.kind === "choice") return drawChoice(editing, slot, shape);
  if (shape.kind === "object" && (isObject(value) || value === undefined)) {
    return drawGroup(editing, slot, objectFields(editing, slot.path, shape, value ?? {}));
  }
  if (shape.kind === "array" && (Array.isArray(value) || value === undefined)) {
    return drawGroup(editing, slot, entries(editing, { ...slot, label: label || "entries" }, shape, value ?? []));
  }
  const nested = value !== null && typeof value === "object";
  if (nested || shape.kind === "json" || shape.kind === "object" || shape.kind === "array") {
    return drawJson(editing, { ...slot, label: label || "Body" });
  }
  return drawPlain(editing, slot);
}

/**
 * @param {Editing} editing
 * @param {Path} path
 * @param {Json} value
 */
function put({ filled, changed }, path, value) {
  filled.body = withValue(filled.body, path, value);
  changed();
}

/**
 * Puts a value that has fields of its own, and draws them.
 * @param {Editing} editing
 * @param {Path} path
 * @param {Json} value
 */
function grow({ filled, changed, redraw }, path, value) {
  filled.body = withValue(filled.body, path, value);
  redraw(pointerOf(path) || "/");
  changed();
}

/**
 * @param {Editing} editing
 * @param {string} label
 * @param {Path} path
 */
function removeButton({ filled, changed, redraw }, label, path) {
  const remove = () => {
    if (path.length) removeAt(filled.body, path);
    else filled.body = undefined;
    redraw(pointerOf(path.slice(0, -1)) || "/");
    changed();
  };
  return button("×", remove, "remove", { "aria-label": `Remove ${label}` });
}

/** @param {boolean} required */
function need(required) {
  return required ? [element("span", "need", "required")] : [];
}

/**
 * @param {Editing} editing
 * @param {Slot} slot
 * @param {Control} control
 * @param {HTMLElement | null} [remark]
 */
function drawField(editing, { label, path, required, removable, shape }, control, remark = null) {
  return buildField({
    at: pointerOf(path) || "/",
    label: group("label", "label", [label, ...need(required)]),
    control,
    required,
    hint: joined(shape.description, limitWords(shape)),
    remark,
    more: removable ? [removeButton(editing, label, path)] : [],
  });
}

/**
 * @param {Editing} editing
 * @param {Slot} slot
 * @param {Node[]} content
 */
function drawGroup(editing, { label, path, required, removable }, content) {
  const fault = element("p", "fault");
  fault.hidden = true;
  const at = { "data-at": pointerOf(path) || "/" };
  if (!path.length) return group("fieldset", "group", [fault, ...content], { ...at, "aria-label": "Body" });
  const legend = group("legend", "legend", [label, ...need(required)]);
  const remove = removable ? [removeButton(editing, label, path)] : [];
  return group("fieldset", "group", [legend, ...remove, fault, ...content], at);
}

/**
 * @param {Editing} editing
 * @param {Slot} slot
 */
function drawJson(editing, slot) {
  const pointer = pointerOf(slot.path) || "/";
  const area = element("textarea", "", "", { ...LEAVE_ALONE, rows: "3" });
  area.value = slot.value === undefined ? "" : JSON.stringify(slot.value, null, 2);
  area.addEventListener("input", () => {
    try {
      const read = JSON.parse(area.value);
      editing.broken.delete(pointer);
      put(editing, slot.path, read);
    } catch {
      editing.broken.set(pointer, "This is not JSON yet.");
      editing.changed();
    }
  });
  return drawField(editing, slot, area);
}

/**
 * @param {Json[]} options
 * @param {Json | undefined} value   Offered as well where it is none of them.
 * @param {(taken: Json) => void} take
 */
function select(options, value, take) {
  const node = element("select");
  const shown = value === undefined ? "" : JSON.stringify(value);
  const missing = value !== undefined && !options.some((one) => JSON.stringify(one) === shown);
  if (value === undefined) node.append(element("option", "", "choose …", { value: "" }));
  for (const one of missing ? [value, ...options] : options) {
    const text = typeof one === "string" ? one : JSON.stringify(one);
    node.append(element("option", "", text || "(empty)", { value: JSON.stringify(one) }));
  }
  node.value = shown;
  node.addEventListener("change", () => node.value && take(JSON.parse(node.value)));
  return node;
}

/**
 * @param {Editing} editing
 * @param {Slot} slot
 */
function drawPlain(editing, slot) {
  const { path, shape, value } = slot;
  const options = optionsOf(shape);
  if (options) {
    return drawField(
      editing,
      slot,
      select(options, value, (taken) => put(editing, path, taken)),
    );
  }
  const input = textInput(shape);
  if (shape.kind !== "text") input.inputMode = "decimal";
  input.value = value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  input.addEventListener("input", () => put(editing, path, typedValue(shape.kind, input.value, shape.money)));
  return drawField(editing, slot, input, shape.money ? moneyRemark(editing, path) : null);
}

/**
 * An amount in major units, with the currency that stands beside it.
 * @param {Editing} editing
 * @param {Path} path
 */
function moneyRemark({ filled }, path) {
  const remark = element("span", "remark");
  const say = () => {
    const currency = valueAt(filled.body, [...path.slice(0, -1), "currency"]);
    write(remark, amountWords(valueAt(filled.body, path), typeof currency === "string" ? currency : ""));
  };
  say();
  remark.addEventListener(SAY, say);
  return remark;
}

/**
 * @param {Editing} editing
 * @param {Path} path
 * @param {ObjectShape} shape
 * @param {{ [name: string]: Json }} value
 */
function objectFields(editing, path, shape, value) {
  const known = new Set(shape.fields.map((one) => one.name));
  const shown = shape.fields.filter((one) => one.required || Object.hasOwn(value, one.name));
  const more = Object.keys(value).filter((name) => !known.has(name));
  /** @type {ObjectField[]} */
  const all = [...shown, ...more.map((name) => ({ name, required: false, shape: unknownShape() }))];
  const rows = all.map(({ name, required, shape: inner }) => {
    const at = [...path, name];
    const slot = { label: name, path: at, required, removable: !required, shape: inner, value: valueAt(value, [name]) };
    return draw(editing, slot);
  });
  const rest = shape.fields.filter((one) => !shown.includes(one));
  return rest.length ? [...rows, adder(editing, rest, path)] : rows;
}

/** @returns {Shape} */
function unknownShape() {
  return { kind: "json" };
}

/**
 * Fields that may be added. Choosing and adding are two steps, for arrow keys in a list must not add anything.
 * @param {Editing} editing
 * @param {ObjectField[]} rest
 * @param {Path} path
 */
function adder(editing, rest, path) {
  const where = path.length ? ` to ${path.at(-1)}` : "";
  const options = rest.map((one) => element("option", "", one.name, { value: one.name }));
  const list = group("select", "", options, { "aria-label": `Optional field to add${where}` });
  const addField = () => {
    const field = rest.find((one) => one.name === list.value);
    if (field) grow(editing, [...path, field.name], start(field.shape));
  };
  return group("div", "adder", [list, button("Add field", addField, "", { "aria-label": `Add field${where}` })]);
}

/**
 * @param {Editing} editing
 * @param {Slot} slot
 * @param {ArrayShape} shape
 * @param {Json[]} value
 */
function entries(editing, { label, path }, shape, value) {
  const rows = value.map((item, index) => {
    const at = [...path, index];
    const name = `${label} ${index + 1}`;
    return draw(editing, { label: name, path: at, required: false, removable: true, shape: shape.item, value: item });
  });
  const addEntry = () => grow(editing, [...path, value.length], start(shape.item));
  const limits = limitWords(shape);
  const add = button("Add entry", addEntry, "", { "aria-label": `Add entry to ${label}` });
  return [...rows, group("div", "adder", [add, ...(limits ? [element("span", "hint", limits)] : [])])];
}

/**
 * @param {Editing} editing
 * @param {Slot} slot
 * @param {ChoiceShape} shape
 */
function drawChoice(editing, slot, { options }) {
  const { label, path, value } = slot;
  const chosen = options[chosenOption(options, value)] ?? { label: "", shape: unknownShape() };
  const names = options.map((one) => one.label);
  const picker = select(names, chosen.label, (name) => {
    const taken = options.find((one) => one.label === name);
    if (taken) grow(editing, path, start(taken.shape));
  });
  picker.setAttribute("aria-label", `Variant of ${label || "the body"}`);
  const line = group("div", "adder", [picker]);
  if (chosen.shape.kind === "object" && isObject(value)) {
    return drawGroup(editing, slot, [line, ...objectFields(editing, path, chosen.shape, value)]);
  }
  const inner = { label, path, required: false, removable: false, shape: chosen.shape, value };
  return drawGroup(editing, slot, [line, draw(editing, inner)]);
}
