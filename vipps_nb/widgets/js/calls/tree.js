/** A body as a tree: folded and walked through by keyboard, searched, and copied from. */

import { copy } from "../explorer/clipboard.js";
import { attribute, button, element, freshId, group, LEAVE_ALONE, write } from "../shared/dom.js";
import { counted } from "../shared/words.js";
import { found, isBranch, jsonOf, openAtFirst, parentOf, plainOf, pythonPath, seen } from "./nodes.js";

/** @import { TreeNode } from "./types.js" */

const MOST_ROWS = 1200;

/**
 * @param {TreeNode} node
 * @param {boolean} branch
 */
function gistOf([, , kind, text, remark], branch) {
  if (!branch) return kind === "array" ? "[]" : "{}";
  return remark ?? (kind === "array" ? counted(Number(text), "item") : counted(Number(text), "field"));
}

/**
 * @param {TreeNode} node
 * @param {boolean} open
 */
function buildLine(node, open) {
  const [depth, name, kind, text, remark] = node;
  const branch = isBranch(node);
  const parts = [];
  if (name !== null) parts.push(element("span", "key", String(name)));
  if (kind === "object" || kind === "array") {
    parts.push(element("span", "gist", gistOf(node, branch)));
  } else {
    parts.push(element("code", `leaf-${kind}`, text));
    if (remark) parts.push(element("span", "gist", remark));
  }
  const line = group("div", "node", parts, { role: "treeitem", id: freshId(), "aria-level": String(depth + 1) });
  line.style.paddingInlineStart = `${depth * 16 + 18}px`;
  if (branch) line.setAttribute("aria-expanded", String(open));
  return line;
}

/**
 * Where a key leads in a tree.
 * @param {TreeNode[]} nodes
 * @param {Set<number>} open
 * @param {number} active
 * @param {string} key
 * @returns {{ to?: number, fold?: boolean } | null}
 */
export function treeStep(nodes, open, active, key) {
  const places = seen(nodes, open);
  const at = places.indexOf(active);
  const branch = isBranch(nodes[active]);
  switch (key) {
    case "ArrowDown":
      return { to: places[Math.min(at + 1, places.length - 1)] };
    case "ArrowUp":
      return { to: places[Math.max(at - 1, 0)] };
    case "Home":
      return { to: places[0] };
    case "End":
      return { to: places[places.length - 1] };
    case "ArrowRight":
      return branch && !open.has(active) ? { fold: false } : { to: branch ? active + 1 : active };
    case "ArrowLeft":
      return branch && open.has(active) ? { fold: true } : { to: Math.max(0, parentOf(nodes, active)) };
    case "Enter":
    case " ":
      return branch ? { fold: open.has(active) } : { to: active };
    default:
      return null;
  }
}

/**
 * @param {TreeNode[]} nodes
 * @param {string} label
 */
export function buildTree(nodes, label) {
  const open = openAtFirst(nodes);
  let active = 0;
  /** @type {number[]} */
  let hits = [];
  const field = element("input", "find", "", {
    ...LEAVE_ALONE,
    type: "search",
    "aria-label": `Search in: ${label}`,
    placeholder: "Search names and values",
  });
  const count = element("span", "count", "", { role: "status" });
  const tree = element("div", "tree", "", { role: "tree", tabindex: "0", "aria-label": label });
  const path = element("code", "path-here");
  const news = element("span", "news", "", { role: "status" });
  const copies = [
    button("Copy value", () => take(plainOf(nodes, active), "The value")),
    button("Copy path", () => take(pythonPath(nodes, active), "The path"), "", {
      title: 'For Python, behind .json(): ["amount"]["value"]',
    }),
    button("Copy JSON", () => take(jsonOf(nodes, active), "The JSON")),
  ];
  const foot = group("div", "tree-foot", [...copies, path, news]);

  /**
   * @param {string} text
   * @param {string} what
   */
  async function take(text, what) {
    const done = await copy(text);
    write(news, done ? `${what} is copied.` : "The browser does not allow copying: select the text.");
  }

  function draw() {
    const marked = new Set(hits);
    const places = seen(nodes, open);
    const lines = places.slice(0, MOST_ROWS).map((place) => {
      const line = buildLine(/** @type {TreeNode} */ (nodes[place]), open.has(place));
      line.dataset.place = String(place);
      line.setAttribute("aria-selected", String(place === active));
      if (marked.has(place)) line.dataset.hit = "true";
      return line;
    });
    tree.replaceChildren(...lines);
    if (places.length > MOST_ROWS) {
      const words = `… ${places.length - MOST_ROWS} more lines: fold some, or search.`;
      tree.append(element("div", "node gist", words, { role: "none" }));
    }
    const line = lines.find((one) => one.dataset.place === String(active));
    attribute(tree, "aria-activedescendant", line?.id ?? "");
    write(path, pythonPath(nodes, active) || "the whole");
    write(news, "");
    return line;
  }

  /** @param {number} place */
  function go(place) {
    active = place;
    for (let up = parentOf(nodes, place); up >= 0; up = parentOf(nodes, up)) open.add(up);
    const line = draw();
    if (!line) return;
    const [box, inner] = [tree.getBoundingClientRect(), line.getBoundingClientRect()];
    if (inner.top < box.top) tree.scrollTop -= box.top - inner.top;
    else if (inner.bottom > box.bottom) tree.scrollTop += inner.bottom - box.bottom;
  }

  /**
   * @param {number} place
   * @param {boolean} fold
   */
  function turn(place, fold) {
    if (fold) open.delete(place);
    else open.add(place);
    go(place);
  }

  function search() {
    hits = found(nodes, field.value);
    write(count, field.value.trim() ? (hits.length ? counted(hits.length, "place") : "Not in it.") : "");
    if (hits[0] !== undefined) go(hits[0]);
    else draw();
  }

  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !hits.length) return;
    event.preventDefault();
    const step = event.shiftKey ? -1 : 1;
    const next = hits[(hits.indexOf(active) + step + hits.length) % hits.length] ?? active;
    write(count, `${hits.indexOf(next) + 1} of ${hits.length}`);
    go(next);
  });
  tree.addEventListener("click", ({ target }) => {
    const line = target instanceof Element ? target.closest("[data-place]") : null;
    if (!(line instanceof HTMLElement)) return;
    const place = Number(line.dataset.place);
    if (isBranch(nodes[place])) turn(place, open.has(place));
    else go(place);
  });
  tree.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = treeStep(nodes, open, active, event.key);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    if (step.fold !== undefined) turn(active, step.fold);
    else go(step.to ?? active);
  });
  draw();
  const head = nodes.length > 3 ? [group("div", "tree-head", [field, count])] : [];
  return group("div", "tree-box", [...head, tree, foot]);
}
