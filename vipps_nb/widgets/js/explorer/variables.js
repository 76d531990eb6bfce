/** The variables that the call takes its values from, and which of them are missing. */

import { element, group } from "../shared/dom.js";

/** @import { UsedVariable } from "./types.js" */

/** @param {UsedVariable} variable */
function row({ name, value, missing }) {
  const words = missing ? "missing: set it in a cell above" : value;
  const shown = element("span", missing ? "missing" : "value", words);
  return group("li", "variable", [element("code", "", name), missing ? " is " : " = ", shown]);
}

export function buildVariables() {
  const title = element("p", "part-title", "Filled in from variables");
  const list = element("ul", "variables");
  const node = group("div", "used", [title, list]);
  node.hidden = true;
  return {
    node,
    /** @param {UsedVariable[]} variables */
    show: (variables) => {
      list.replaceChildren(...variables.map(row));
      node.hidden = !variables.length;
    },
  };
}
