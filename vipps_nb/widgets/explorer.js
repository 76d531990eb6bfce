/**
 * The explorer: find an operation, fill in its form, send it, see the answer, take the call along as code.
 *
 * The list of operations is the model's; everything else travels as messages, so nothing that is typed can be saved
 * with a notebook. What stands in a secret field leaves once, with Send; for checks dots go in its place.
 *
 * browser → kernel   {ask: "form", id, operation}   {ask: "judge" | do: "send", id, operation, values}
 * kernel → browser   {id, form, model} | {id, faults, code, no_code, place} | {id, answer, status, title, tone}
 *                    | {id, refused, faults?}
 *
 * Names, values and sentences are written as text. The one exception is the answer's card, HTML that the kernel made
 * and in which it escaped everything that came from elsewhere.
 *
 * @typedef {object} Shape   See vipps_nb/forms.py.
 * @property {"object"|"array"|"choice"|"enum"|"text"|"integer"|"number"|"boolean"|"json"} kind
 *
 * @typedef {(string | number)[]} Path   From the body's root: names of fields and positions in lists.
 */

/** A kernel that is alive and free answers in milliseconds; after this long the person deserves a word. */
const PATIENCE = 3000;
const SILENCE = "waiting for the kernel: a cell is running, or it is gone";

/** After the last key; the kernel is asked once for a word, not once for each letter. */
const PAUSE = 180;

const PAGE = 8;
const LANGUAGES = { python: "Python", magic: "%%vipps", curl: "curl" };
const PLACES = { path: "Path", query: "Query", header: "Headers" };
const DOT = "•";

/** Password managers must neither fill in nor keep what is typed here. */
const LEAVE_ALONE = {
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

let lastId = 0;

/** Labels need ids, and one page may show the same form twice. */
function freshId() {
  lastId += 1;
  return `vipps-nb-${Date.now().toString(36)}-x${lastId}`;
}

/**
 * A new element with a class, its text (never markup) and attributes.
 * @param {string} tag
 * @param {string} [name]
 * @param {string} [text]
 * @param {Record<string, string>} [attributes]
 */
function element(tag, name = "", text = "", attributes = {}) {
  const node = document.createElement(tag);
  if (name) node.className = `vipps-nb-${name}`;
  if (text) node.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  return node;
}

/** @param {string} text @param {() => void} press */
function button(text, press, attributes = {}) {
  const node = element("button", "", text, { type: "button", ...attributes });
  node.addEventListener("click", press);
  return node;
}

/** Leaves an unchanged text alone, so that a selection survives and nothing is spoken again. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// ---- searching ------------------------------------------------------------------------------------------------------

/** Operations that have all the words, best first; the same rules as the catalogue's own search. */
function search(operations, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return operations
    .map((operation, number) => {
      const purpose = operation.purpose.toLowerCase();
      const place = `${operation.api} ${operation.method} ${operation.path}`.toLowerCase();
      let score = operation.marks.includes("deprecated") ? 0 : 1;
      for (const word of wanted) {
        if (!purpose.includes(word) && !place.includes(word)) return null;
        score += 2 * purpose.startsWith(word) + purpose.includes(word) + place.includes(word);
      }
      return { operation, number, score: wanted.length ? score : 0 };
    })
    .filter(Boolean)
    .sort((one, other) => other.score - one.score || one.number - other.number);
}

/** What was found, by API; the API of the best one first. */
function grouped(found) {
  const groups = new Map();
  for (const one of found) {
    if (!groups.has(one.operation.api)) groups.set(one.operation.api, []);
    groups.get(one.operation.api).push(one);
  }
  return groups;
}

// ---- values and shapes ----------------------------------------------------------------------------------------------

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const pointerOf = (path) => path.map((step) => `/${step}`).join("");

function valueAt(root, path) {
  return path.reduce((node, step) => node?.[step], root);
}

/** @returns The root: a new one when the path is empty. */
function withValue(root, path, value) {
  if (path.length === 0) return value;
  const [step, ...rest] = path;
  const node = root ?? (typeof step === "number" ? [] : {});
  // A name such as __proto__ is a field like any other.
  const inner = withValue(Object.hasOwn(node, step) ? node[step] : undefined, rest, value);
  Object.defineProperty(node, step, { value: inner, writable: true, enumerable: true, configurable: true });
  return node;
}

function without(root, path) {
  const parent = valueAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (Array.isArray(parent)) parent.splice(last, 1);
  else delete parent[last];
}

/** The smallest value of a shape that is a good one; the kernel's forms.start does the same. */
function start(shape) {
  switch (shape.kind) {
    case "object":
      return Object.fromEntries(shape.fields.filter((one) => one.required).map((one) => [one.name, start(one.shape)]));
    case "array":
      return Array.from({ length: Math.max(1, shape.minItems ?? 1) }, () => start(shape.item));
    case "choice":
      return start(shape.options[0].shape);
    default:
      return structuredClone(shape.start);
  }
}

/** How well a value fits: which of several alternatives is meant. */
function fitting(shape, value) {
  if (shape.kind === "enum") return shape.values.includes(value) ? 3 : -9;
  if (shape.kind !== "object") return Array.isArray(value) === (shape.kind === "array") && !isObject(value) ? 1 : -9;
  if (!isObject(value)) return -9;
  const known = new Map(shape.fields.map((one) => [one.name, one]));
  let score = 0;
  for (const [name, inner] of Object.entries(value)) {
    const field = known.get(name);
    if (!field) score -= 3;
    else score += 1 + (field.shape.kind === "enum" ? fitting(field.shape, inner) : 0);
  }
  return score - 2 * shape.fields.filter((one) => one.required && !Object.hasOwn(value, one.name)).length;
}

function chosenOption(shape, value) {
  const scores = shape.options.map((option) => fitting(option.shape, value));
  return scores.indexOf(Math.max(...scores));
}

/** A copy in which secrets are dots, as many as there were characters. */
function masked(shape, value) {
  if (shape?.secret) return typeof value === "string" ? DOT.repeat(value.length) : value;
  if (shape?.kind === "choice") return masked(shape.options[chosenOption(shape, value)].shape, value);
  if (shape?.kind === "array" && Array.isArray(value)) return value.map((item) => masked(shape.item, item));
  if (shape?.kind !== "object" || !isObject(value)) return value;
  const inner = new Map(shape.fields.map((one) => [one.name, one.shape]));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(inner.get(name), item)]));
}

/** Minor units as money: 499.00 NOK. */
function moneyWords(value, currency) {
  if (!Number.isSafeInteger(value)) return "in minor units: 49900 is 499.00";
  const [whole, rest] = [Math.floor(Math.abs(value) / 100), Math.abs(value) % 100];
  const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return `${value < 0 ? "−" : ""}${grouped}.${String(rest).padStart(2, "0")}${currency ? ` ${currency}` : ""}`;
}

/** What a field allows, in words. */
function limitWords(shape) {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, format } = shape;
  const words = [];
  const range = (least, most, unit) => {
    const few = least !== undefined && least > 0;
    if (least !== undefined && most !== undefined && (few || unit === "")) return `${least} to ${most}${unit}`;
    if (few) return `at least ${least}${unit}`;
    return most === undefined ? "" : `at most ${most}${unit}`;
  };
  words.push(range(minimum, maximum, ""), range(minLength, maxLength, " characters"), range(minItems, maxItems, " entries"));
  if (format && !["int32", "int64", "password", "double", "float"].includes(format)) words.push(format);
  return words.filter(Boolean).join(", ");
}

/** What was typed as what it means; text that is no number stays text, and the kernel says what is wrong. */
function typedValue(kind, text) {
  if (kind === "integer" && /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  if (kind === "number" && text.trim() && Number.isFinite(Number(text))) return Number(text);
  return text;
}

// ---- the form -------------------------------------------------------------------------------------------------------

/**
 * A body's fields. Edits change `state.body`; what changes the form's own shape draws it again.
 * @param {{ state: { body: any }, shape: Shape, changed: () => void, redraw: (focus?: string) => void }} form
 */
function bodyFields({ state, shape: root, changed, redraw, broken }) {
  function put(path, value) {
    state.body = withValue(state.body, path, value);
    changed();
  }

  function remove(path, focus) {
    if (path.length) without(state.body, path);
    else state.body = undefined;
    redraw(focus);
    changed();
  }

  /** One field with its label, control, remark, hint and a place for what is wrong with it. */
  function row(label, path, required, removable, shape, control, remark) {
    const pointer = pointerOf(path);
    const field = element("div", "field", "", { "data-at": pointer || "/" });
    const id = freshId();
    const name = element("label", "label", label, { for: id });
    if (required) name.append(element("span", "need", "required"));
    const entry = element("div", "entry");
    control.id = id;
    entry.append(control);
    if (remark) entry.append(remark);
    if (removable) entry.append(removeButton(label, path));
    field.append(name, entry);
    const words = [shape.description, limitWords(shape)].filter(Boolean).join(" · ");
    const described = [];
    if (words) {
      const hint = element("p", "hint", words, { id: `${id}-hint` });
      field.append(hint);
      described.push(hint.id);
    }
    if (remark) described.push((remark.id = `${id}-remark`));
    const fault = element("p", "fault", "", { id: `${id}-fault` });
    fault.hidden = true;
    field.append(fault);
    described.push(fault.id);
    control.setAttribute("aria-describedby", described.join(" "));
    if (required) control.setAttribute("aria-required", "true");
    return field;
  }

  function removeButton(label, path) {
    const parent = pointerOf(path.slice(0, -1));
    return button("×", () => remove(path, parent || "/"), { "aria-label": `Remove ${label}`, class: "vipps-nb-remove" });
  }

  function group(label, path, required, removable, content) {
    const box = element("fieldset", "group", "", { "data-at": pointerOf(path) || "/" });
    if (path.length) {
      const legend = element("legend", "legend", label);
      if (required) legend.append(element("span", "need", "required"));
      box.append(legend);
      if (removable) box.append(removeButton(label, path));
    } else {
      box.setAttribute("aria-label", "Body");
    }
    const fault = element("p", "fault");
    fault.hidden = true;
    box.append(fault, ...content);
    return box;
  }

  function asJson(label, path, required, removable, shape, value) {
    const area = element("textarea", "", "", { ...LEAVE_ALONE, rows: "3" });
    area.value = value === undefined ? "" : JSON.stringify(value, null, 2);
    area.addEventListener("input", () => {
      const pointer = pointerOf(path) || "/";
      try {
        const read = JSON.parse(area.value);
        broken.delete(pointer);
        put(path, read);
      } catch {
        broken.set(pointer, "This is not JSON yet.");
        changed();
      }
    });
    return row(label, path, required, removable, shape, area);
  }

  function select(options, value, take) {
    const node = element("select");
    const texts = options.map((one) => JSON.stringify(one));
    if (value !== undefined && !texts.includes(JSON.stringify(value))) options = [value, ...options];
    if (value === undefined) node.append(element("option", "", "choose …", { value: "" }));
    for (const one of options) {
      const text = typeof one === "string" ? one : JSON.stringify(one);
      node.append(element("option", "", text || "(empty)", { value: JSON.stringify(one) }));
    }
    node.value = value === undefined ? "" : JSON.stringify(value);
    node.addEventListener("change", () => node.value && take(JSON.parse(node.value)));
    return node;
  }

  function scalar(label, path, required, removable, shape, value) {
    if (shape.kind === "enum" || shape.kind === "boolean") {
      const options = shape.kind === "enum" ? shape.values : [true, false];
      return row(label, path, required, removable, shape, select(options, value, (taken) => put(path, taken)));
    }
    const input = element("input", "", "", {
      ...LEAVE_ALONE,
      type: shape.secret ? "password" : "text",
      autocomplete: shape.secret ? "new-password" : "off",
      ...(shape.kind === "text" ? {} : { inputmode: "decimal" }),
    });
    input.value = value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
    const remark = shape.money ? element("span", "remark") : null;
    const say = () => {
      const owner = valueAt(state.body, path.slice(0, -1));
      const currency = typeof owner?.currency === "string" ? owner.currency : "";
      write(remark, moneyWords(valueAt(state.body, path), currency));
    };
    if (remark) {
      say();
      remark.dataset.owner = pointerOf(path.slice(0, -1));
      remark.addEventListener("vipps-nb-say", say);
    }
    input.addEventListener("input", () => {
      put(path, typedValue(shape.kind, input.value));
      if (remark) say();
    });
    return row(label, path, required, removable, shape, input, remark);
  }

  function objectFields(shape, path, value) {
    const known = new Set(shape.fields.map((one) => one.name));
    const shown = shape.fields.filter((one) => one.required || Object.hasOwn(value, one.name));
    const more = Object.keys(value).filter((name) => !known.has(name));
    const rows = [
      ...shown.map((one) => draw(one.name, [...path, one.name], one.required, !one.required, one.shape, value[one.name])),
      ...more.map((name) => draw(name, [...path, name], false, true, { kind: "json" }, value[name])),
    ];
    const rest = shape.fields.filter((one) => !one.required && !Object.hasOwn(value, one.name));
    if (rest.length) rows.push(adder(rest, path));
    return rows;
  }

  /** Fields that may be added. Choosing and adding are two steps, for arrow keys in a list must not add anything. */
  function adder(rest, path) {
    const line = element("div", "adder");
    const where = path.length ? ` to ${path.at(-1)}` : "";
    const list = element("select", "", "", { "aria-label": `Optional field to add${where}` });
    for (const one of rest) list.append(element("option", "", one.name, { value: one.name }));
    const add = button("Add field", () => {
      const field = rest.find((one) => one.name === list.value);
      state.body = withValue(state.body, [...path, field.name], start(field.shape));
      redraw(pointerOf([...path, field.name]));
      changed();
    });
    add.setAttribute("aria-label", `Add field${where}`);
    line.append(list, add);
    return line;
  }

  function items(label, shape, path, value) {
    const rows = value.map((item, index) =>
      draw(`${label} ${index + 1}`, [...path, index], false, true, shape.item, item),
    );
    const add = button("Add entry", () => {
      const at = [...path, value.length];
      state.body = withValue(state.body, at, start(shape.item));
      redraw(pointerOf(at));
      changed();
    });
    add.setAttribute("aria-label", `Add entry to ${label}`);
    const line = element("div", "adder");
    const limits = limitWords(shape);
    line.append(add, ...(limits ? [element("span", "hint", limits)] : []));
    return [...rows, line];
  }

  function draw(label, path, required, removable, shape, value) {
    if (shape.kind === "choice") {
      const index = chosenOption(shape, value);
      const names = shape.options.map((one) => one.label);
      const picker = select(names, names[index], (name) => {
        state.body = withValue(state.body, path, start(shape.options[names.indexOf(name)].shape));
        redraw(pointerOf(path) || "/");
        changed();
      });
      picker.setAttribute("aria-label", `Variant of ${label || "the body"}`);
      const inner = shape.options[index].shape;
      const line = element("div", "adder");
      line.append(picker);
      if (inner.kind === "object" && isObject(value)) {
        return group(label, path, required, removable, [line, ...objectFields(inner, path, value)]);
      }
      return group(label, path, required, removable, [line, draw(label, path, false, false, inner, value)]);
    }
    if (shape.kind === "object" && (isObject(value) || value === undefined)) {
      return group(label, path, required, removable, objectFields(shape, path, value ?? {}));
    }
    if (shape.kind === "array" && (Array.isArray(value) || value === undefined)) {
      return group(label, path, required, removable, items(label || "entries", shape, path, value ?? []));
    }
    const nested = value !== null && typeof value === "object";
    if (nested || shape.kind === "json" || shape.kind === "object" || shape.kind === "array") {
      return asJson(label || "Body", path, required, removable, shape, value);
    }
    return scalar(label, path, required, removable, shape, value);
  }

  return draw("", [], false, false, root, state.body);
}

/** A parameter's field: always text, for it becomes part of an address or a header. */
function parameterField(parameter, values, changed) {
  const at = `${parameter.place}/${parameter.name}`;
  const field = element("div", "field", "", { "data-at": at });
  const id = freshId();
  const label = element("label", "label", parameter.name, { for: id });
  label.append(element("span", parameter.required ? "need" : "maybe", parameter.required ? "required" : "optional"));
  const { shape } = parameter;
  let control;
  if (shape.kind === "enum" || shape.kind === "boolean") {
    control = element("select");
    const options = shape.kind === "enum" ? shape.values : [true, false];
    for (const one of parameter.required ? options : ["", ...options]) {
      control.append(element("option", "", one === "" ? "(leave out)" : String(one), { value: String(one) }));
    }
  } else {
    control = element("input", "", "", {
      ...LEAVE_ALONE,
      type: shape.secret ? "password" : "text",
      autocomplete: shape.secret ? "new-password" : "off",
    });
  }
  control.id = id;
  control.value = values[at];
  const described = [`${id}-fault`];
  const entry = element("div", "entry");
  entry.append(control);
  field.append(label, entry);
  const words = [parameter.purpose, shape.kind === "array" ? "several with commas" : "", limitWords(shape)];
  const text = words.filter(Boolean).join(" · ");
  if (text) {
    field.append(element("p", "hint", text, { id: `${id}-hint` }));
    described.push(`${id}-hint`);
  }
  if (parameter.suggestions.length && control.tagName === "INPUT") {
    const list = element("datalist", "", "", { id: `${id}-list` });
    for (const one of parameter.suggestions) list.append(element("option", "", "", { value: one }));
    control.setAttribute("list", list.id);
    entry.append(list);
  }
  const fault = element("p", "fault", "", { id: `${id}-fault` });
  fault.hidden = true;
  field.append(fault);
  control.setAttribute("aria-describedby", described.join(" "));
  if (parameter.required) control.setAttribute("aria-required", "true");
  control.addEventListener("input", () => {
    values[at] = control.value;
    changed();
  });
  return field;
}

/** The notebook that this view lives in; null where the host does not hand it out (VS Code, an exported page). */
function notebookOf(model) {
  try {
    // JupyterLab and Notebook 7 share one widget manager, and it knows the document that it works for.
    const shared = model.widget_manager?.context?.model?.sharedModel;
    return typeof shared?.insertCell === "function" ? shared : null;
  } catch {
    return null;
  }
}

/** @returns Whether a cell was inserted below the one that shows this widget. */
function insertBelow(notebook, modelId, el, source) {
  const shows = (cell) =>
    (cell?.toJSON().outputs ?? []).some(
      (output) => output.data?.["application/vnd.jupyter.widget-view+json"]?.model_id === modelId,
    );
  // The same widget may stand below several cells; this view's own is known by its place in the page.
  const here = Number(el.closest?.(".jp-Cell")?.dataset.windowedListIndex ?? Number.NaN);
  const index = shows(notebook.cells[here]) ? here : notebook.cells.findIndex(shows);
  if (index < 0) return false;
  const cell = index === here || Number.isNaN(here) ? el.closest?.(".jp-Cell") : null;
  const follower = cell?.nextElementSibling;
  notebook.insertCell(index + 1, { cell_type: "code", source, metadata: {} });
  if (cell) lookAt(() => (cell.nextElementSibling === follower ? null : cell.nextElementSibling));
  return true;
}

/**
 * Scrolls to a new cell and puts the cursor into it, which selects it.
 *
 * The notebook draws it when it comes to it, and its editor after that; what it offers for this is not within reach of
 * a widget.
 */
function lookAt(find, patience = 60) {
  const cell = find();
  const editor = cell?.querySelector(".cm-content");
  cell?.scrollIntoView({ block: "nearest" });
  if (editor) {
    editor.focus();
    cell.scrollIntoView({ block: "nearest" }); // whole, not only the cursor's line
  } else if (patience > 0) {
    requestAnimationFrame(() => lookAt(find, patience - 1));
  }
}

/** To the clipboard; with the old way where the new one is not allowed. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", "unseen");
    area.value = text;
    document.body.append(area);
    const before = document.activeElement;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus?.();
    return done;
  }
}

/** The card's elements, empty, in reading order. */
function buildCard(subject) {
  const card = element("section", "explorer", "", {
    "aria-label": "Vipps MobilePay explorer",
    // JupyterLab hears keys before anything in here does: without this, "d d" on a button deletes a cell.
    "data-lm-suppress-shortcuts": "true",
  });
  card.classList.add("vipps-nb");
  const head = element("div", "head");
  const badge = element("span", "badge");
  const listId = freshId();
  const field = element("input", "search", "", {
    ...LEAVE_ALONE,
    type: "text",
    role: "combobox",
    "aria-label": `Find an operation of ${subject}`,
    "aria-autocomplete": "list",
    "aria-controls": listId,
    "aria-expanded": "false",
    autocomplete: "off",
    placeholder: "Find an operation: capture, recurring charges, POST payments …",
  });
  head.append(element("strong", "title", "Explore"), element("span", "subject", subject), badge);
  // Arrow keys in the search field move through it. A browser would make it a stop for Tab, for it scrolls.
  const list = element("div", "list", "", { role: "listbox", id: listId, "aria-label": "Operations", tabindex: "-1" });
  const none = element("p", "none", "No operation has all of these words. Fewer words find more.");
  const panel = element("div", "panel");
  const answer = element("div", "answer-place", "", { role: "region", "aria-label": "Answer", tabindex: "-1" });
  const speaker = element("p", "unseen", "", { role: "status" });
  panel.hidden = answer.hidden = none.hidden = badge.hidden = true;
  card.append(head, field, list, none, panel, answer, speaker);
  return { card, badge, field, list, none, panel, answer, speaker };
}

/**
 * @param {{ model: any, el: HTMLElement }} view
 * @returns {() => void} Clean-up: forgets what was typed, stops timers and listeners.
 */
function render({ model, el }) {
  const operations = model.get("operations");
  const parts = buildCard(model.get("subject"));
  // Every view of this model hears every answer; a random start keeps their questions apart.
  let question = Math.floor(Math.random() * 2 ** 40);
  const waiting = new Map(); // what was asked, by question
  let patience = 0;
  let pause = 0;
  let options = []; // as they stand in the list
  let active = -1;
  let open = false;
  let chosen = -1;
  let opening = 0;
  let modelId = "";
  let language = "python";
  /** @type {null | ReturnType<typeof buildPanel>} */
  let panel = null;

  // -- asking the kernel --

  function ask(content, hear) {
    question += 1;
    waiting.set(question, hear);
    clearTimeout(patience);
    patience = setTimeout(() => waiting.size && tell(SILENCE), PATIENCE);
    try {
      model.send({ ...content, id: question });
    } catch {
      // Nobody is there; what follows is the same as when nobody answers.
    }
    return question;
  }

  function hear(content) {
    const then = waiting.get(content?.id);
    if (!then) return;
    waiting.delete(content.id);
    if (!waiting.size) {
      clearTimeout(patience);
      tell("", SILENCE);
    }
    then(content);
  }

  /** A sentence beside Send, or to whoever listens while there is no form; `only` replaces that sentence and no other. */
  function tell(text, only) {
    for (const node of [panel?.words, parts.speaker].filter(Boolean)) {
      if (only === undefined || node.textContent === only) write(node, panel && node === parts.speaker ? "" : text);
    }
  }

  // -- the list --

  function drawList() {
    const found = search(operations, parts.field.value);
    options = [];
    const nodes = [];
    for (const [api, members] of grouped(found)) {
      const name = element("p", "api", api, { id: freshId(), role: "presentation" });
      const group = element("div", "apigroup", "", { role: "group", "aria-labelledby": name.id });
      group.append(name);
      for (const { operation, number } of members) {
        const option = element("div", "option", "", { role: "option", id: freshId(), "aria-selected": "false" });
        const line = element("span", "line");
        line.append(
          element("span", "method", operation.method, { "data-method": operation.method }),
          element("code", "path", operation.path),
        );
        for (const mark of operation.marks) line.append(element("span", "mark", mark));
        option.append(line, element("span", "purpose", operation.purpose));
        option.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
        option.addEventListener("click", () => choose(number));
        group.append(option);
        options.push({ option, number });
      }
      nodes.push(group);
    }
    parts.list.replaceChildren(...nodes);
    activate(parts.field.value.trim() && options.length ? 0 : -1);
    return found.length;
  }

  function activate(index) {
    options[active]?.option.setAttribute("aria-selected", "false");
    active = index;
    const option = options[active]?.option;
    if (!option) {
      parts.field.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    parts.field.setAttribute("aria-activedescendant", option.id);
    // Only the list scrolls: the notebook stays where it is.
    const [box, inner] = [parts.list.getBoundingClientRect(), option.getBoundingClientRect()];
    if (inner.top < box.top + 24) parts.list.scrollTop -= box.top + 24 - inner.top;
    else if (inner.bottom > box.bottom) parts.list.scrollTop += inner.bottom - box.bottom;
  }

  function show(shown) {
    open = shown;
    parts.list.hidden = !open || options.length === 0;
    parts.none.hidden = !open || options.length > 0;
    parts.field.setAttribute("aria-expanded", String(open && options.length > 0));
    if (!open) parts.field.removeAttribute("aria-activedescendant");
  }

  function typed() {
    const count = drawList();
    show(true);
    write(parts.speaker, count === 1 ? "1 operation" : `${count || "No"} operations`);
  }

  function steer(event) {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };
    if (event.key in steps) {
      event.preventDefault();
      if (!open) {
        drawList();
        show(true);
        return;
      }
      const [step, last] = [steps[event.key], options.length - 1];
      const single = Math.abs(step) === 1;
      let next = active < 0 ? (step > 0 ? 0 : last) : active + step;
      if (single && next > last) next = 0;
      if (single && next < 0) next = last;
      activate(Math.max(0, Math.min(last, next)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && options[active]) choose(options[active].number);
    } else if (event.key === "Escape" && (open || parts.field.value)) {
      event.preventDefault();
      event.stopPropagation();
      if (open && chosen >= 0) show(false);
      else {
        parts.field.value = "";
        typed();
      }
    }
  }

  function enter() {
    if (open) return;
    drawList();
    show(true);
  }

  function leave() {
    if (chosen >= 0) show(false);
  }

  // -- the form --

  function choose(number, { focus = true } = {}) {
    clearTimeout(pause);
    chosen = number;
    parts.field.value = "";
    show(false);
    write(parts.speaker, "");
    opening = ask({ ask: "form", operation: number }, (content) => {
      if (content.id !== opening) return; // another was chosen meanwhile
      if (content.refused) {
        write(parts.speaker, content.refused);
        return;
      }
      modelId = content.model;
      panel = buildPanel(number, content.form);
      parts.panel.replaceChildren(...panel.nodes);
      parts.panel.hidden = false;
      parts.answer.hidden = true;
      parts.answer.replaceChildren();
      place(content.form.place);
      panel.judge();
      if (focus) panel.heading.focus();
    });
  }

  function place(found) {
    const environment = found?.environment ?? "";
    parts.card.dataset.environment = environment;
    write(parts.badge, found ? (environment === "production" ? "PRODUCTION" : environment) : "not logged in");
    parts.badge.hidden = false;
    parts.badge.dataset.none = String(!found);
    parts.badge.title = found?.msn ? `MSN ${found.msn}` : "";
    if (panel) panel.allow.hidden = environment !== "production" || panel.form.method === "GET";
  }

  /** Everything about one operation. What is typed lives in `state`, in this function and nowhere else. */
  function buildPanel(number, form) {
    const state = {
      parameters: Object.fromEntries(form.parameters.map((one) => [`${one.place}/${one.name}`, one.value])),
      body: form.body?.value,
    };
    const broken = new Map(); // what is no JSON yet, by pointer
    let view = "form";
    let faults = [];
    let asked = 0;
    let sending = false;
    let code = {};
    let cells = []; // the languages in which the code runs as a cell

    const heading = element("h3", "heading", form.purpose.replace(/[.]$/, ""), { tabindex: "-1" });
    const target = element("p", "target");
    target.append(
      element("span", "method", form.method, { "data-method": form.method }),
      element("code", "path", form.path),
    );
    for (const mark of operations[number].marks) target.append(element("span", "mark", mark));
    if (form.page) {
      target.append(
        element("a", "", "Official page", { href: form.page, target: "_blank", rel: "noopener noreferrer" }),
      );
    }

    const fields = element("div", "fields");
    const general = element("ul", "faults");
    general.hidden = true;
    fields.append(general);
    for (const [where, title] of Object.entries(PLACES)) {
      const own = form.parameters.filter((one) => one.place === where);
      if (!own.length) continue;
      const box = element("fieldset", "part");
      box.append(element("legend", "part-title", title));
      box.append(...own.map((one) => parameterField(one, state.parameters, changed)));
      fields.append(box);
    }
    const body = element("div", "part");
    const drawn = element("div", "body");
    const views = element("div", "switch", "", { role: "group", "aria-label": "Body as" });
    const asForm = button("Form", () => turn("form"));
    const asText = button("JSON", () => turn("json"));
    const area = element("textarea", "json", "", { ...LEAVE_ALONE, "aria-label": "Body as JSON", rows: "12" });
    const areaFault = element("p", "fault", "", { id: freshId() });
    area.setAttribute("aria-describedby", areaFault.id);
    if (form.body) {
      const title = element("div", "part-head");
      title.append(element("span", "part-title", "Body"), element("span", "maybe", form.body.required ? "" : "optional"));
      views.append(asForm, asText);
      title.append(views);
      const bare = button("Send without a body", () => {
        state.body = undefined;
        redraw();
        changed();
      });
      if (!form.body.required) title.append(bare);
      body.append(title, drawn, area, areaFault);
      fields.append(body);
      area.addEventListener("input", readArea);
      redraw();
    } else if (!form.parameters.length) {
      fields.append(element("p", "hint", "Nothing to fill in."));
    }

    const foot = element("div", "foot");
    const send = button("Send", post, { class: "vipps-nb-primary" });
    const keys = element("kbd", "keys", /Mac/.test(navigator.platform) ? "⌘ Enter" : "Ctrl Enter");
    const words = element("p", "words", "", { role: "status" });
    const force = check("Send it as it is");
    force.label.hidden = true;
    const allow = check("Allow this one write to production");
    foot.append(send, keys, force.label, allow.label, words);

    // -- the call as code --
    const side = element("div", "side");
    const languages = element("div", "switch", "", { role: "group", "aria-label": "The call as code, in" });
    const pre = element("pre", "code", "", { tabindex: "0", "aria-label": "The call as code" });
    const copyButton = button("Copy", async () => {
      const done = await copy(code[shownLanguage()] ?? "");
      write(news, done ? "Copied." : "The browser does not allow copying: select the text.");
    });
    const insertButton = button("Insert below", () => {
      const notebook = notebookOf(model);
      const done = notebook && insertBelow(notebook, modelId, el, code[shownLanguage()]);
      write(news, done ? "Inserted as a cell below." : "The notebook cannot be reached from here: use Copy.");
    });
    const news = element("p", "news", "", { role: "status" });
    const actions = element("div", "actions");
    actions.append(copyButton, insertButton, news);
    const sideHead = element("div", "part-head");
    sideHead.append(element("span", "part-title", "As code"), languages);
    side.append(sideHead, pre, actions);

    const columns = element("div", "columns");
    const left = element("div", "left");
    left.append(fields, foot);
    columns.append(left, side);

    function check(text) {
      const label = element("label", "tick");
      const input = element("input", "", "", { type: "checkbox" });
      label.append(input, element("span", "", text));
      return { label, input };
    }

    function codeNames() {
      return Object.keys(LANGUAGES).filter((name) => code[name]);
    }

    function shownLanguage() {
      const names = codeNames();
      return names.includes(language) ? language : names[0];
    }

    function drawCode(said) {
      const names = codeNames();
      const shown = shownLanguage();
      languages.replaceChildren(
        ...names.map((name) => {
          const one = button(LANGUAGES[name], () => {
            language = name;
            write(news, "");
            drawCode();
            languages.querySelector('[aria-pressed="true"]')?.focus();
          });
          one.setAttribute("aria-pressed", String(name === shown));
          return one;
        }),
      );
      write(pre, code[shown] ?? said ?? "");
      pre.dataset.empty = String(!names.length);
      actions.hidden = !names.length;
      // What would not run as a cell is for a terminal: it can be copied.
      insertButton.hidden = !cells.includes(shown) || notebookOf(model) === null;
    }

    // -- form and JSON, in step --

    function turn(to) {
      if (to === view) return;
      if (to === "form" && broken.has("json")) {
        area.focus();
        return;
      }
      view = to;
      redraw();
      mark();
    }

    function redraw(focus) {
      broken.clear();
      asForm.setAttribute("aria-pressed", String(view === "form"));
      asText.setAttribute("aria-pressed", String(view === "json"));
      drawn.hidden = view !== "form";
      area.hidden = areaFault.hidden = view !== "json";
      if (view === "json") {
        area.value = state.body === undefined ? "" : JSON.stringify(state.body, null, 2);
        area.rows = Math.max(6, Math.min(24, area.value.split("\n").length + 1));
        return;
      }
      if (state.body === undefined) {
        drawn.replaceChildren(
          button("Add a body", () => {
            state.body = start(form.body.shape);
            redraw("/");
            changed();
          }),
        );
      } else {
        drawn.replaceChildren(bodyFields({ state, shape: form.body.shape, changed, redraw, broken }));
      }
      if (focus !== undefined) focusOn(focus);
    }

    function readArea() {
      broken.delete("json");
      try {
        state.body = area.value.trim() ? JSON.parse(area.value) : undefined;
      } catch (error) {
        broken.set("json", `This is not JSON yet: ${error.message}`);
      }
      changed();
    }

    function focusOn(at) {
      const field = fieldAt(at) ?? drawn;
      (field.querySelector("input, select, textarea") ?? field.querySelector("button"))?.focus();
    }

    function fieldAt(at) {
      return [...fields.querySelectorAll("[data-at]")].find((one) => one.dataset.at === at);
    }

    // -- checking --

    function changed() {
      for (const remark of drawn.querySelectorAll(".vipps-nb-remark")) remark.dispatchEvent(new Event("vipps-nb-say"));
      write(words, "");
      write(news, "");
      mark();
      clearTimeout(pause);
      pause = setTimeout(judge, PAUSE);
    }

    function values(withSecrets) {
      const shown = withSecrets || !form.body ? state.body : masked(form.body.shape, state.body);
      return { parameters: { ...state.parameters }, body: shown === undefined ? null : JSON.stringify(shown) };
    }

    function judge() {
      clearTimeout(pause);
      asked = ask({ ask: "judge", operation: number, values: values(false) }, (content) => {
        if (content.id !== asked) return; // something was typed meanwhile
        if (content.refused) {
          tell(content.refused);
          return;
        }
        faults = content.faults;
        code = content.code;
        cells = content.cells;
        drawCode(content.no_code ?? "The code appears when every variable is known.");
        mark();
        place(content.place);
      });
    }

    /** Says what is wrong beside each field, and above them what belongs to none that is shown. */
    function mark() {
      const all = [...faults.filter((one) => !broken.has(one.at)), ...[...broken].map(([at, reason]) => ({ at, reason }))];
      const left = new Set(all);
      for (const field of fields.querySelectorAll("[data-at]")) {
        const own = view === "json" && field.closest(".vipps-nb-body") ? [] : all.filter((one) => one.at === field.dataset.at);
        own.forEach((one) => left.delete(one));
        const fault = [...field.children].find((one) => one.classList.contains("vipps-nb-fault"));
        write(fault, own.map((one) => one.reason).join(" "));
        fault.hidden = own.length === 0;
        if (!field.classList.contains("vipps-nb-field")) continue;
        const control = field.querySelector("input, select, textarea");
        if (own.length) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
      }
      const ofText = view === "json" ? [...left].filter((one) => one.at.startsWith("/") || one.at === "json") : [];
      ofText.forEach((one) => left.delete(one));
      write(areaFault, ofText.map((one) => (one.at === "json" ? one.reason : `${one.at}: ${one.reason}`)).join("\n"));
      if (ofText.length) area.setAttribute("aria-invalid", "true");
      else area.removeAttribute("aria-invalid");
      general.replaceChildren(
        ...[...left].map((one) => element("li", "", one.at.length > 1 ? `${one.at}: ${one.reason}` : one.reason)),
      );
      general.hidden = left.size === 0;
      force.label.hidden = faults.length === 0;
      if (!faults.length) force.input.checked = false;
    }

    // -- sending --

    function post() {
      if (sending) return;
      if (broken.size) {
        write(words, "The body is not JSON yet, so nothing was sent.");
        (view === "json" ? area : fieldAt([...broken.keys()][0])?.querySelector("textarea"))?.focus();
        return;
      }
      clearTimeout(pause);
      busy(true);
      write(words, "sending …");
      const content = { ...values(true), force: force.input.checked, allow: allow.input.checked };
      allow.input.checked = false; // it was for one write
      ask({ do: "send", operation: number, values: content }, (said) => {
        busy(false);
        if (panel !== own) return; // another operation is on the screen
        if (said.faults) {
          faults = said.faults;
          mark();
          focusOn(faults[0]?.at ?? "/");
        }
        if (said.place) place(said.place);
        if (said.answer === undefined) {
          write(words, said.refused ?? "");
          words.dataset.tone = "refused";
          return;
        }
        words.dataset.tone = said.tone;
        write(words, `${said.status}. The answer is below.`);
        // The kernel escapes everything in its cards that came from elsewhere; see vipps_nb/cards/markup.py.
        parts.answer.innerHTML = said.answer;
        parts.answer.hidden = false;
        const box = parts.answer.getBoundingClientRect();
        if (box.top > window.innerHeight - 80) {
          const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
          parts.answer.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
        }
        judge();
      });
    }

    function busy(now) {
      sending = now;
      send.setAttribute("aria-disabled", String(now));
      delete words.dataset.tone;
    }

    function forget() {
      state.parameters = {};
      state.body = undefined;
      for (const input of fields.querySelectorAll("input, textarea")) input.value = "";
    }

    const own = { nodes: [heading, target, columns], heading, words, form, allow: allow.label, judge, post, forget };
    return own;
  }

  function hotkeys(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !panel || event.target === parts.field) return;
    event.preventDefault();
    event.stopPropagation();
    panel.post();
  }

  parts.field.addEventListener("input", typed);
  parts.field.addEventListener("keydown", steer);
  parts.field.addEventListener("focus", enter);
  parts.field.addEventListener("click", enter);
  parts.field.addEventListener("blur", leave);
  parts.card.addEventListener("keydown", hotkeys);
  model.on("msg:custom", hear);
  parts.field.value = model.get("query");
  el.append(parts.card);
  drawList();
  show(model.get("chosen") < 0);
  if (model.get("chosen") >= 0) choose(model.get("chosen"), { focus: false });

  return () => {
    clearTimeout(patience);
    clearTimeout(pause);
    panel?.forget();
    model.off("msg:custom", hear);
  };
}

export default { render };
