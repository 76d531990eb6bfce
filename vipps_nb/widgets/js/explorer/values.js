/** A body as data: what is in it, and what its shape says about it. */

/** @import { Json, Path, Shape } from "./types.js" */

const DOT = "•";

/**
 * @param {Json | undefined} value
 * @returns {value is { [name: string]: Json }}
 */
export function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** @param {Path} path */
export function pointerOf(path) {
  return path.map((step) => `/${step}`).join("");
}

/**
 * @param {Json | undefined} node
 * @param {string | number} step
 * @returns {Json | undefined}
 */
function inside(node, step) {
  // A name such as __proto__ is a field like any other.
  if (node === null || typeof node !== "object" || !Object.hasOwn(node, step)) return undefined;
  return /** @type {Record<string | number, Json>} */ (node)[step];
}

/**
 * @param {Json | undefined} root
 * @param {Path} path
 */
export function valueAt(root, path) {
  return path.reduce(inside, root);
}

/**
 * @param {Json | undefined} root
 * @param {Path} path
 * @param {Json} value
 * @returns {Json} The root: a new one when the path is empty.
 */
export function withValue(root, path, value) {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const node = root ?? (typeof step === "number" ? [] : {});
  const inner = withValue(inside(node, step), rest, value);
  // Defined, not assigned, for the same reason as above.
  return Object.defineProperty(node, step, { value: inner, writable: true, enumerable: true, configurable: true });
}

/**
 * Takes a field or an entry out.
 * @param {Json | undefined} root
 * @param {Path} path   Not empty.
 */
export function removeAt(root, path) {
  const parent = valueAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isObject(parent)) delete parent[String(last)];
}

/**
 * The smallest value of a shape that is a good one; the kernel's forms.start does the same.
 * @param {Shape} shape
 * @returns {Json}
 */
export function start(shape) {
  switch (shape.kind) {
    case "object":
      return Object.fromEntries(shape.fields.filter((one) => one.required).map((one) => [one.name, start(one.shape)]));
    case "array":
      return Array.from({ length: Math.max(1, shape.minItems ?? 1) }, () => start(shape.item));
    case "choice":
      return start(optionOf(shape.options, 0));
    default:
      return structuredClone(shape.start ?? null);
  }
}

/**
 * @param {{ shape: Shape }[]} options
 * @param {number} index
 * @returns {Shape}
 */
function optionOf(options, index) {
  return options[index]?.shape ?? { kind: "json" };
}

/**
 * How well a value fits: which of several alternatives is meant.
 * @param {Shape} shape
 * @param {Json | undefined} value
 */
function fitting(shape, value) {
  if (shape.kind === "enum") return shape.values.some((one) => one === value) ? 3 : -9;
  if (shape.kind !== "object") return Array.isArray(value) === (shape.kind === "array") && !isObject(value) ? 1 : -9;
  if (!isObject(value)) return -9;
  const known = new Map(shape.fields.map((one) => [one.name, one.shape]));
  let score = 0;
  for (const [name, inner] of Object.entries(value)) {
    const field = known.get(name);
    if (!field) score -= 3;
    else score += 1 + (field.kind === "enum" ? fitting(field, inner) : 0);
  }
  return score - 2 * shape.fields.filter((one) => one.required && !Object.hasOwn(value, one.name)).length;
}

/**
 * Which of several alternatives a value is, by its place among them.
 * @param {{ shape: Shape }[]} options
 * @param {Json | undefined} value
 */
export function chosenOption(options, value) {
  const scores = options.map((option) => fitting(option.shape, value));
  return scores.indexOf(Math.max(...scores));
}

/**
 * A copy in which secrets are dots, as many as there were characters.
 * @param {Shape | undefined} shape   None where nobody knows the field.
 * @param {Json} value
 * @returns {Json}
 */
export function masked(shape, value) {
  if (shape?.secret) return typeof value === "string" ? DOT.repeat(value.length) : value;
  if (shape?.kind === "choice") return masked(optionOf(shape.options, chosenOption(shape.options, value)), value);
  if (shape?.kind === "array" && Array.isArray(value)) return value.map((item) => masked(shape.item, item));
  if (shape?.kind !== "object" || !isObject(value)) return value;
  const inner = new Map(shape.fields.map((one) => [one.name, one.shape]));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(inner.get(name), item)]));
}

/** An amount with two decimals; whoever types none means minor units. */
const MAJOR_UNITS = /^-?(\d+|\d{1,3}([ \u00a0\u202f]\d{3})+)[.,]\d{2}$/;

/**
 * 499.00 or 1 499,00 in minor units, without a detour through fractions.
 * @param {string} text
 */
function minorUnits(text) {
  const value = Number(text.replace(/[^\d-]/g, ""));
  return Number.isSafeInteger(value) ? value : text;
}

/**
 * What was typed as what it means; text that is no number stays text, and the kernel says what is wrong.
 * @param {Shape["kind"]} kind
 * @param {string} text
 * @param {boolean} [money]   Whether it is an amount, which may be typed in kroner or euros: 499.00 or 499,00.
 */
export function typedValue(kind, text, money = false) {
  if (money && kind === "integer" && MAJOR_UNITS.test(text.trim())) return minorUnits(text.trim());
  if (kind === "integer" && /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  if (kind === "number" && text.trim() && Number.isFinite(Number(text))) return Number(text);
  return text;
}
