/**
 * The operations that somebody has starred, in every notebook of this browser. Only methods and paths are kept, nothing
 * that was typed.
 */

/** @import { Operation } from "./types.js" */

const KEY = "vipps-nb-starred";

/** @param {Pick<Operation, "method" | "path">} operation */
export function nameOf({ method, path }) {
  return `${method} ${path}`;
}

/** @returns {string[]} */
export function starred() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // a browser that keeps nothing, or something else's
  }
}

/**
 * @param {string} name
 * @param {boolean} on
 */
export function star(name, on) {
  const others = starred().filter((one) => one !== name);
  try {
    localStorage.setItem(KEY, JSON.stringify(on ? [...others, name] : others));
  } catch {
    // It is gone with the page then.
  }
}
