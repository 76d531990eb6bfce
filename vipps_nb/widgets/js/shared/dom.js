/** Elements: built, written, kept quiet. What comes from elsewhere is written as text, never as markup. */

import { followPage } from "./surroundings.js";

/** Password managers must neither fill in nor keep what is typed into a field of these. */
export const LEAVE_ALONE = {
  autocapitalize: "off",
  autocorrect: "off",
  spellcheck: "false",
  "data-1p-ignore": "",
  "data-bwignore": "",
  "data-form-type": "other",
  "data-lpignore": "true",
  // The browser's own menu instead of JupyterLab's: it has Paste.
  "data-jp-suppress-context-menu": "",
};

/** Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours, and the forms that old encodings had of them. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The same module is loaded once for each widget of a page, and none may take another's ids. */
const loaded = Math.random().toString(36).slice(2, 10);
let lastId = 0;

/** Labels need ids, and one page may show the same form twice. */
export function freshId() {
  lastId += 1;
  return `vipps-nb-${loaded}-${lastId}`;
}

/**
 * A new element with a class, its text (never markup) and attributes.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [name]   Its class, without the prefix that all of ours have.
 * @param {string} [text]
 * @param {Record<string, string>} [attributes]
 */
export function element(tag, name = "", text = "", attributes = {}) {
  const node = document.createElement(tag);
  if (name) node.className = `vipps-nb-${name}`;
  if (tag === "textarea" || (tag === "input" && !attributes.type)) node.dir = "auto"; // whatever is typed into it
  write(node, text);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/**
 * An element with children, and attributes where its meaning is not in its tag.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} name
 * @param {(Node | string)[]} children
 * @param {Record<string, string>} [attributes]
 */
export function group(tag, name, children, attributes = {}) {
  const node = element(tag, name, "", attributes);
  node.append(...children);
  return node;
}

/**
 * JupyterLab hears keys before anything in here does, and looks for this mark on what has the focus; on something
 * around it, it would come too late. Without it, "d d" on a button deletes a cell.
 * @param {Event} event
 */
function keepKeys({ target }) {
  if (target instanceof HTMLElement) target.dataset.lmSuppressShortcuts = "true";
}

/**
 * A widget's outermost element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} name
 * @param {Node[]} children
 * @param {Record<string, string>} [attributes]
 */
export function frame(tag, name, children, attributes = {}) {
  const node = group(tag, name, children, attributes);
  node.classList.add("vipps-nb");
  followPage(node);
  node.addEventListener("focusin", keepKeys);
  return node;
}

/**
 * A button that does one thing, unless it is turned off.
 * @param {string} text
 * @param {() => void} press
 * @param {string} [name]
 * @param {Record<string, string>} [attributes]
 */
export function button(text, press, name = "", attributes = {}) {
  const node = element("button", name, text, { type: "button", ...attributes });
  node.addEventListener("click", () => isOff(node) || press());
  return node;
}

/**
 * aria-disabled instead of disabled: a button that had the focus keeps it.
 * @param {HTMLElement} node
 * @param {boolean} off
 */
export function turnOff(node, off) {
  node.setAttribute("aria-disabled", String(off));
}

/** @param {HTMLElement} node */
export function isOff(node) {
  return node.getAttribute("aria-disabled") === "true";
}

/**
 * A check box or radio button with its words, which are pressed as well.
 * @param {string} name
 * @param {string} text
 * @param {Record<string, string>} attributes
 */
export function choice(name, text, attributes) {
  const input = element("input", "", "", attributes);
  const words = element("span", "", text);
  return { label: group("label", name, [input, words]), input, words };
}

/** Says what is written into it to those who do not see the card. */
export function speaker() {
  return element("p", "unseen", "", { role: "status" });
}

/**
 * Leaves an unchanged text alone, so that a selection survives and nothing is spoken again.
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  // What is written from right to left does not turn around what stands beside it.
  if (node instanceof HTMLElement && RIGHT_TO_LEFT.test(text)) node.dir = "auto";
}

/**
 * Sets an attribute to a text, or takes it off where there is none.
 * @param {Element} node
 * @param {string} name
 * @param {string} text
 */
export function attribute(node, name, text) {
  if (text) node.setAttribute(name, text);
  else node.removeAttribute(name);
}

/**
 * New children in place of the old. Where one of those had the focus, what takes its place has it now: the keyboard
 * shall not start again at the top of the page.
 * @param {HTMLElement} parent
 * @param {Node[]} children
 * @param {(focused: HTMLElement) => string} successor   A selector, by what had the focus.
 */
export function replaceChildren(parent, children, successor) {
  const focused = document.activeElement;
  const had = focused instanceof HTMLElement && parent.contains(focused) ? successor(focused) : "";
  parent.replaceChildren(...children);
  const next = had ? parent.querySelector(had) : null;
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
}

/**
 * A hidden tab's timers are throttled; the moment it is looked at, it must be right.
 * @param {() => void} act
 * @returns {() => void} Stops.
 */
export function whenLookedAt(act) {
  const looked = () => {
    if (!document.hidden) act();
  };
  document.addEventListener("visibilitychange", looked);
  return () => document.removeEventListener("visibilitychange", looked);
}
