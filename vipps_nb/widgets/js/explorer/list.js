/** The list of operations, and the field that searches in it: a combobox that is steered from the keyboard. */

import { attribute, element, freshId, group, LEAVE_ALONE, write } from "../shared/dom.js";
import { byApi, search } from "./search.js";
import { nameOf, starred } from "./starred.js";

/** @import { Found } from "./search.js" */
/** @import { Operation } from "./types.js" */

const PAGE = 8;
const MOST_RECENT = 5;
/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };

/** What a mark means, on hover. @type {Record<string, string>} */
const MARKS = {
  "not in test": "The test environment does not have this: it answers in production, and here in the sandbox.",
  deprecated: "Another API or version has taken its place. It still answers, and new shops should not begin with it.",
};

/** An API's name stays at the top of the list while its operations are scrolled. */
const API_HEIGHT = 24;

/**
 * The place that a key leads to. Single steps go round, pages end at the ends.
 * @param {number} active   -1 for none.
 * @param {number} step
 * @param {number} count
 */
export function placeAfter(active, step, count) {
  const last = count - 1;
  const next = active < 0 ? (step > 0 ? 0 : last) : active + step;
  if (Math.abs(step) === 1 && next > last) return 0;
  if (Math.abs(step) === 1 && next < 0) return Math.max(0, last);
  return Math.max(0, Math.min(last, next));
}

/**
 * An operation's method, path and marks, in one line.
 * @param {Pick<Operation, "method" | "path" | "marks">} operation
 */
export function targetOf({ method, path, marks }) {
  return [
    element("span", "method", method, { "data-method": method }),
    element("code", "path", path),
    ...marks.map((mark) => element("span", "mark", mark, { title: MARKS[mark] ?? "" })),
  ];
}

/**
 * @param {Operation} operation
 * @param {() => void} pick
 */
function buildOption(operation, pick) {
  const line = group("span", "line", targetOf(operation));
  const option = group("div", "option", [line, element("span", "purpose", operation.purpose)], {
    role: "option",
    id: freshId(),
    "aria-selected": "false",
  });
  option.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
  option.addEventListener("click", pick);
  return option;
}

/**
 * What stands before everything while nothing is looked for: what was starred, and what was called last.
 * @param {Operation[]} operations
 * @param {number[]} last
 * @returns {[string, Found[]][]}
 */
function favourites(operations, last) {
  const names = starred();
  const all = operations.map((operation, number) => ({ operation, number }));
  const own = all.filter(({ operation }) => names.includes(nameOf(operation)));
  const called = last.flatMap((number) => all.filter((one) => one.number === number && !own.includes(one)));
  /** @type {[string, Found[]][]} */
  const groups = [
    ["Starred", own],
    ["Recent", called],
  ];
  return groups.filter(([, members]) => members.length > 0);
}

/**
 * @param {object} given
 * @param {Operation[]} given.operations
 * @param {string} given.subject
 * @param {number[]} given.recent             What was called last, by its place; the newest first.
 * @param {HTMLElement} given.news            Says how many were found.
 * @param {(number: number) => void} given.choose
 */
export function buildList({ operations, subject, recent, news, choose }) {
  let last = [...recent];
  const id = freshId();
  const field = element("input", "search", "", {
    ...LEAVE_ALONE,
    type: "text",
    role: "combobox",
    "aria-label": `Find an operation of ${subject}`,
    "aria-autocomplete": "list",
    "aria-controls": id,
    "aria-expanded": "false",
    autocomplete: "off",
    placeholder: "Find an operation: capture, recurring charges, POST payments …",
  });
  // Arrow keys in the search field move through it. A browser would make it a stop for Tab, for it scrolls.
  const list = element("div", "list", "", { role: "listbox", id, "aria-label": "Operations", tabindex: "-1" });
  const none = element("p", "none", "No operation has all of these words. Fewer words find more.");
  /** @type {{ option: HTMLElement, number: number }[]} */
  let options = []; // as they stand in the list
  let active = -1;
  let isOpen = false;
  let chosen = false; // whether there is something to close the list for

  /** @param {Found} found */
  function addOption({ operation, number }) {
    const option = buildOption(operation, () => pick(number));
    options.push({ option, number });
    return option;
  }

  /** @returns How many there are. */
  function draw() {
    const found = search(operations, field.value);
    options = [];
    const first = field.value.trim() ? [] : favourites(operations, last);
    const groups = [...first, ...byApi(found)].map(([api, members]) => {
      const name = element("p", "api", api, { id: freshId(), role: "presentation" });
      const labels = { role: "group", "aria-labelledby": name.id };
      return group("div", "apigroup", [name, ...members.map(addOption)], labels);
    });
    list.replaceChildren(...groups);
    activate(field.value.trim() && options.length ? 0 : -1);
    return found.length;
  }

  /** @param {number} index */
  function activate(index) {
    options[active]?.option.setAttribute("aria-selected", "false");
    active = index;
    const option = options[active]?.option;
    attribute(field, "aria-activedescendant", option?.id ?? "");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    // Only the list scrolls: the notebook stays where it is.
    const [box, inner] = [list.getBoundingClientRect(), option.getBoundingClientRect()];
    const top = box.top + API_HEIGHT;
    if (inner.top < top) list.scrollTop -= top - inner.top;
    else if (inner.bottom > box.bottom) list.scrollTop += inner.bottom - box.bottom;
  }

  /** @param {boolean} shown */
  function show(shown) {
    isOpen = shown;
    list.hidden = !isOpen || options.length === 0;
    none.hidden = !isOpen || options.length > 0;
    field.setAttribute("aria-expanded", String(isOpen && options.length > 0));
    if (!isOpen) field.removeAttribute("aria-activedescendant");
  }

  function open() {
    if (isOpen) return;
    draw();
    show(true);
  }

  function typed() {
    const count = draw();
    show(true);
    write(news, count === 1 ? "1 operation" : `${count || "No"} operations`);
  }

  /** @param {number} number */
  function pick(number) {
    close();
    choose(number);
  }

  function close() {
    chosen = true;
    field.value = "";
    show(false);
    write(news, "");
  }

  /** @param {KeyboardEvent} event */
  function steer(event) {
    if (event.isComposing) return;
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      if (isOpen) activate(placeAfter(active, step, options.length));
      else open();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const option = options[active];
      if (isOpen && option) pick(option.number);
    } else if (event.key === "Escape" && (isOpen || field.value)) {
      event.preventDefault();
      event.stopPropagation();
      withdraw();
    }
  }

  function withdraw() {
    if (isOpen && chosen) {
      show(false);
    } else {
      field.value = "";
      typed();
    }
  }

  field.addEventListener("input", typed);
  field.addEventListener("keydown", steer);
  field.addEventListener("focus", open);
  field.addEventListener("click", open);
  field.addEventListener("blur", () => chosen && show(false));

  return {
    field,
    nodes: [field, list, none],
    close,
    /** @param {number} number   Was called just now. */
    remember: (number) => {
      last = [number, ...last.filter((one) => one !== number)].slice(0, MOST_RECENT);
    },
    /**
     * What is there at first.
     * @param {string} query
     * @param {boolean} shown
     */
    begin: (query, shown) => {
      field.value = query;
      draw();
      show(shown);
    },
  };
}
