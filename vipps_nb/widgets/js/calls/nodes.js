/** A body as the kernel lists it: which values are in which, and what is copied of one. */

/** @import { TreeNode } from "./types.js" */

const OPEN_LEVELS = 2;
const OPEN_SIZE = 24; // a longer list or object starts folded, unless it is all there is

/**
 * Whether a value has others in it.
 * @param {TreeNode | undefined} node
 */
export function isBranch(node) {
  return node !== undefined && (node[2] === "object" || node[2] === "array") && node[3] !== "0";
}

/**
 * The place of what a value stands in; -1 for the body as a whole.
 * @param {TreeNode[]} nodes
 * @param {number} place
 */
export function parentOf(nodes, place) {
  const depth = nodes[place]?.[0] ?? 0;
  for (let before = place - 1; before >= 0; before -= 1) if ((nodes[before]?.[0] ?? 0) < depth) return before;
  return -1;
}

/**
 * The place behind a value and all that is in it.
 * @param {TreeNode[]} nodes
 * @param {number} place
 */
export function endOf(nodes, place) {
  const depth = nodes[place]?.[0] ?? 0;
  let end = place + 1;
  while (end < nodes.length && (nodes[end]?.[0] ?? 0) > depth) end += 1;
  return end;
}

/**
 * The names that lead to a value.
 * @param {TreeNode[]} nodes
 * @param {number} place
 * @returns {(string | number)[]}
 */
export function namesTo(nodes, place) {
  const name = nodes[place]?.[1] ?? null;
  if (name === null) return [];
  return [...namesTo(nodes, parentOf(nodes, place)), name];
}

/**
 * Where a value stands, as Python has it behind `.json()`: ["amount"]["value"].
 * @param {TreeNode[]} nodes
 * @param {number} place
 */
export function pythonPath(nodes, place) {
  return namesTo(nodes, place)
    .map((name) => `[${JSON.stringify(name)}]`)
    .join("");
}

/**
 * A value with all that is in it, as JSON; numbers as they came.
 * @param {TreeNode[]} nodes
 * @param {number} place
 * @param {string} [indent]
 * @returns {string}
 */
export function jsonOf(nodes, place, indent = "") {
  const node = nodes[place];
  if (!node) return "";
  const [depth, , kind, text] = node;
  if (kind === "cut") return JSON.stringify(text);
  if (kind !== "object" && kind !== "array") return text;
  const [left, right] = kind === "object" ? "{}" : "[]";
  const inner = `${indent}  `;
  const entries = [];
  for (let next = place + 1; next < endOf(nodes, place); next += 1) {
    const child = nodes[next];
    if (!child || child[0] !== depth + 1) continue;
    const name = kind === "object" ? `${JSON.stringify(child[1] ?? "…")}: ` : "";
    entries.push(`${inner}${name}${jsonOf(nodes, next, inner)}`);
  }
  return entries.length ? `${left}\n${entries.join(",\n")}\n${indent}${right}` : `${left}${right}`;
}

/**
 * A value as it is used elsewhere: a text without its quotes.
 * @param {TreeNode[]} nodes
 * @param {number} place
 */
export function plainOf(nodes, place) {
  const node = nodes[place];
  return node?.[2] === "text" ? String(JSON.parse(node[3])) : jsonOf(nodes, place);
}

/**
 * The values that start unfolded.
 * @param {TreeNode[]} nodes
 */
export function openAtFirst(nodes) {
  const small = (/** @type {TreeNode} */ [depth, , kind, text, remark]) =>
    depth < OPEN_LEVELS && Number(text) <= OPEN_SIZE && !(kind === "object" && remark);
  return new Set([...nodes.keys()].filter((place) => place === 0 || small(/** @type {TreeNode} */ (nodes[place]))));
}

/**
 * The places that are to be seen: those that stand in nothing that is folded.
 * @param {TreeNode[]} nodes
 * @param {Set<number>} open
 */
export function seen(nodes, open) {
  const places = [];
  for (let place = 0; place < nodes.length; place = open.has(place) ? place + 1 : endOf(nodes, place))
    places.push(place);
  return places;
}

/**
 * The places whose name or value has a text in it.
 * @param {TreeNode[]} nodes
 * @param {string} text
 */
export function found(nodes, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  return [...nodes.keys()].filter((place) => {
    const [, name, kind, value, remark] = /** @type {TreeNode} */ (nodes[place]);
    const words = `${typeof name === "string" ? name : ""} ${kind === "text" || kind === "word" ? value : ""} ${remark ?? ""}`;
    return words.toLowerCase().includes(wanted);
  });
}
