/**
 * The form that asks for keys. What is typed leaves once, in one message, when Log in is pressed, and the inputs
 * of secrets are emptied at that moment. It never enters the model, because a model may be saved with the notebook.
 * When the form has to ask again, the reason stands at its field, and what is no secret stands there still.
 *
 * browser → kernel   {do: "submit", values: {name: text}, environment, save, gitignore}
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(content: object) => void} send
 * @property {(event: string, callback: () => void) => void} on
 * @property {(event: string, callback: () => void) => void} off
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {boolean} secret
 * @property {string} found_in   Where a value was found already; "" when nowhere.
 * @property {string} hint
 * @property {string} stays      What a text that is no secret looks like; "" for any.
 */

/** A kernel that is alive and free answers in milliseconds; after this long the person deserves a word. */
const PATIENCE = 3000;

/** Password managers must neither fill in nor keep a merchant's keys. */
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
  return `vipps-nb-${Date.now().toString(36)}-${lastId}`;
}

/** JupyterLab hears keys before anything in here does: without this, "d d" on a check box deletes a cell. */
const KEYS_STAY_HERE = { "data-lm-suppress-shortcuts": "true" };

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
  node.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  return node;
}

/** A radio button or check box with its label around it. */
function choice(attributes, text) {
  const label = element("label", "choice");
  const input = element("input", "", "", { ...KEYS_STAY_HERE, ...attributes });
  label.append(input, element("span", "", text));
  return { label, input };
}

function hideSecret({ input, toggle, field }) {
  if (!toggle) return;
  input.type = "password";
  toggle.textContent = "Show";
  toggle.setAttribute("aria-label", `Show ${field.label}`);
}

function showSecret({ input, toggle, field }) {
  input.type = "text";
  toggle.textContent = "Hide";
  toggle.setAttribute("aria-label", `Hide ${field.label}`);
}

function buildToggle(id) {
  return element("button", "", "", { type: "button", "aria-controls": id, ...KEYS_STAY_HERE });
}

/**
 * One line of the form: label, input, for a secret the Show button, and a hint.
 * @param {Field} field
 */
function buildLine(field) {
  const id = freshId();
  const label = element("label", "", field.label, { for: id });
  const input = element("input", "", "", {
    id,
    type: field.secret ? "password" : "text",
    autocomplete: field.secret ? "new-password" : "off",
    placeholder: field.found_in ? `set, from ${field.found_in}` : "",
    ...LEAVE_ALONE,
    ...KEYS_STAY_HERE,
  });
  const toggle = field.secret ? buildToggle(id) : null;
  const line = { field, input, toggle, nodes: [label, element("div", "entry")] };
  line.nodes[1].append(...[input, toggle].filter(Boolean));
  hideSecret(line);
  toggle?.addEventListener("click", () => (input.type === "password" ? showSecret(line) : hideSecret(line)));
  line.fault = element("p", "fault", "", { id: `${id}-fault` });
  line.fault.hidden = true;
  line.nodes.push(line.fault);
  if (field.hint) {
    line.hint = element("p", "hint", field.hint, { id: `${id}-hint` });
    line.nodes.push(line.hint);
  }
  return line;
}

/** Shows or takes away what is wrong with one line, for eyes and for screen readers. */
function showFault({ input, fault, hint }, words) {
  fault.textContent = words;
  fault.hidden = !words;
  if (words) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  const described = [words && fault.id, hint?.id].filter(Boolean).join(" ");
  if (described) input.setAttribute("aria-describedby", described);
  else input.removeAttribute("aria-describedby");
}

/** Whether a text may stand in the page for longer than it takes to send it: a secret in the wrong line may not. */
function mayStay({ field, input }) {
  return !field.secret && (!field.stays || new RegExp(`^(?:${field.stays})$`, "i").test(input.value.trim()));
}

/** Takes the typed texts out of the inputs: afterwards the page no longer holds them. */
function takeTyped(lines, keeps = () => false) {
  const values = {};
  for (const line of lines) {
    if (line.input.value && !line.input.matches(":disabled")) values[line.field.name] = line.input.value;
    if (!keeps(line)) line.input.value = "";
    hideSecret(line);
  }
  return values;
}

/** The empty form, in reading order. */
function buildForm() {
  const title = element("p", "title", "Log in to Vipps MobilePay", { id: freshId() });
  const form = element("form", "form", "", {
    "aria-labelledby": title.id,
    autocomplete: "off",
    novalidate: "",
  });
  form.classList.add("vipps-nb");
  const [head, badge] = [element("div", "head"), element("span", "badge")];
  head.append(title, badge);

  const questions = element("fieldset", "", "", { "aria-labelledby": title.id });
  const environments = element("div", "choices", "", { role: "radiogroup", "aria-label": "Environment" });
  const lines = element("fieldset", "lines", "", { "aria-label": "Keys" });
  const save = choice({ type: "checkbox" }, "Save to .env (readable only by you)");
  const gitignore = choice({ type: "checkbox" }, "Add .env to .gitignore");
  const savings = element("fieldset", "choices", "", { "aria-label": "Saving" });
  savings.append(save.label, gitignore.label);
  questions.append(environments, lines, savings);

  const footer = element("div", "footer");
  const submit = element("button", "primary", "Log in", { ...KEYS_STAY_HERE, type: "submit" });
  const words = element("div", "words");
  const alert = element("p", "alert", "", { role: "alert" });
  const news = element("p", "news", "", { role: "status" });
  words.append(alert, news);
  footer.append(submit, words);
  form.append(head, questions, footer);
  return { form, head, badge, questions, environments, lines, savings, save, gitignore, submit, alert, news };
}

/**
 * @param {{ model: Model, el: HTMLElement }} view
 * @returns {() => void} Clean-up: forgets what was typed and stops every listener.
 */
function render({ model, el }) {
  const parts = buildForm();
  const group = freshId();
  let lines = [];
  let radios = [];
  let patience = 0; // the running timer of a submission nobody has reacted to yet
  let late = false;
  let submitted = false; // here, and not in another view of the same form: only this one moves the focus

  const chosen = () => radios.find((radio) => radio.checked)?.value ?? model.get("environment");

  function fillEnvironments() {
    const keyless = model.get("keyless");
    const built = model.get("environments").map((name) => {
      const text = keyless.includes(name) ? `${name} (no keys needed)` : name;
      return choice({ type: "radio", name: group, value: name }, text);
    });
    radios = built.map(({ input }) => input);
    parts.environments.replaceChildren(...built.map(({ label }) => label));
    markEnvironment();
  }

  function markEnvironment() {
    radios.forEach((radio) => (radio.checked = radio.value === model.get("environment")));
    draw();
  }

  function fillLines() {
    lines = model.get("fields").map(buildLine);
    parts.lines.replaceChildren(...lines.flatMap((line) => line.nodes));
    draw();
  }

  function draw() {
    const [state, environment] = [model.get("state"), chosen()];
    const busy = state === "checking" || patience > 0 || late;
    parts.form.dataset.state = state;
    parts.form.dataset.environment = environment;
    parts.badge.textContent = environment === "production" ? "PRODUCTION" : environment;
    parts.questions.hidden = parts.submit.hidden = state === "done";
    parts.questions.disabled = busy;
    parts.lines.disabled = parts.savings.disabled = model.get("keyless").includes(environment);
    parts.gitignore.label.hidden = !parts.save.input.checked;
    parts.head.hidden = state === "done";
    const faults = state === "asking" && !busy && !parts.lines.disabled ? model.get("faults") : {};
    lines.forEach((line) => showFault(line, faults[line.field.name] ?? ""));
    parts.submit.setAttribute("aria-disabled", String(busy));
    parts.alert.textContent = state === "asking" && !busy ? model.get("message") : "";
    parts.news.textContent = newsWords(state);
  }

  function newsWords(state) {
    if (state === "done") return model.get("message");
    if (state === "checking") return "checking the keys …";
    return late ? "waiting for the kernel: a cell is running, or it is gone" : "";
  }

  function submit(event) {
    event.preventDefault();
    if (parts.submit.getAttribute("aria-disabled") === "true") return;
    const save = parts.save.input.checked && !parts.savings.disabled;
    const content = {
      do: "submit",
      values: takeTyped(lines, mayStay),
      environment: chosen(),
      save,
      gitignore: save && parts.gitignore.input.checked,
    };
    submitted = true;
    patience = setTimeout(() => {
      [patience, late] = [0, true];
      draw();
    }, PATIENCE);
    try {
      model.send(content);
    } catch {
      // Nobody is there; what follows is the same as when nobody answers.
    }
    draw();
  }

  /** Inside a notebook's cell, JupyterLab keeps Enter from submitting a form. */
  function submitOnEnter(event) {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
    event.preventDefault();
    parts.form.requestSubmit();
  }

  function reacted() {
    clearTimeout(patience);
    [patience, late] = [0, false];
    draw();
    const state = model.get("state");
    if (state === "done") takeTyped(lines);
    if (!submitted || state === "checking") return;
    submitted = false;
    // To the first wrong field; without one to where one presses again. Both were disabled, and so lost the focus.
    const wrong = lines.find((line) => line.input.getAttribute("aria-invalid"));
    if (state === "asking") (wrong?.input ?? parts.submit).focus();
  }

  const listeners = {
    "change:state": reacted,
    "change:message": reacted,
    "change:faults": draw,
    "change:environment": markEnvironment,
    "change:environments": fillEnvironments,
    "change:fields": fillLines,
  };
  Object.entries(listeners).forEach(([event, listener]) => model.on(event, listener));
  parts.form.addEventListener("submit", submit);
  parts.form.addEventListener("keydown", submitOnEnter);
  parts.form.addEventListener("change", draw);
  fillEnvironments();
  fillLines();
  el.append(parts.form);

  return () => {
    clearTimeout(patience);
    takeTyped(lines);
    Object.entries(listeners).forEach(([event, listener]) => model.off(event, listener));
  };
}

export default { render };
