/** A field set with a heading that reads like one. */

import { element, freshId, group } from "../shared/dom.js";

/**
 * @param {string} name
 * @param {string} title
 * @param {Node[]} children
 */
export function panel(name, title, ...children) {
  const heading = element("h4", "heading", title, { id: freshId() });
  return group("div", name, [heading, ...children], { role: "group", "aria-labelledby": heading.id });
}
