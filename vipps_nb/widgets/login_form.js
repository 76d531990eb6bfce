/**
 * The form that asks for keys. What is typed leaves once, in one message, when Log in is pressed, and the inputs
 * of secrets are emptied at that moment. It never enters the model, because a model may be saved with the notebook.
 * When the form has to ask again, the reason stands at its field, and what is no secret stands there still.
 *
 * browser → kernel   {do: "submit", values: {name: text}, environment, save, gitignore, remember}
 */

import { buildForm } from "./js/login/form.js";
import { buildLine, mayStay, takeTyped } from "./js/login/key_line.js";
import { choice, freshId, isOff, turnOff } from "./js/shared/dom.js";
import { deliver, follow, PATIENCE, SILENCE } from "./js/shared/kernel.js";
import { environmentWords } from "./js/shared/words.js";

/**
 * @import { RenderProps } from "@anywidget/types"
 * @import { Field, KeyLine } from "./js/login/key_line.js"
 */

/**
 * @typedef {object} Traits
 * @property {Field[]} fields
 * @property {string} environment
 * @property {string[]} environments   All that can be chosen.
 * @property {string[]} keyless        Those of them that need no keys.
 * @property {string} portal           The page where the keys are; nothing for no link to it.
 * @property {"no" | "yes" | "ticked"} remembers   Whether the system's key store is offered.
 * @property {"asking" | "checking" | "done"} state
 * @property {string} message          Why it asks again, or how it ended.
 * @property {Record<string, string>} faults   By field name, a sentence.
 *
 * @typedef {object} Submission
 * @property {"submit"} do
 * @property {Record<string, string>} values
 * @property {string} environment
 * @property {boolean} save
 * @property {boolean} gitignore
 * @property {boolean} remember
 */

/**
 * @param {RenderProps<Traits>} view
 * @returns {() => void} Clean-up: forgets what was typed and stops every listener.
 */
function render({ model, el }) {
  const parts = buildForm();
  const group = freshId();
  /** @type {KeyLine[]} */
  let lines = [];
  /** @type {HTMLInputElement[]} */
  let radios = [];
  let patience = 0; // the running timer of a submission nobody has reacted to yet
  let late = false;
  let submitted = false; // here, and not in another view of the same form: only this one moves the focus

  const chosen = () => radios.find((radio) => radio.checked)?.value ?? model.get("environment");

  function fillEnvironments() {
    const keyless = model.get("keyless");
    const built = model.get("environments").map((name) => {
      const text = keyless.includes(name) ? `${name} (no keys needed)` : name;
      const one = choice("choice", text, { type: "radio", name: group, value: name });
      one.label.dataset.environment = name;
      return one;
    });
    radios = built.map(({ input }) => input);
    parts.environments.replaceChildren(...built.map(({ label }) => label));
    markEnvironment();
  }

  function markEnvironment() {
    for (const radio of radios) radio.checked = radio.value === model.get("environment");
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
    const asking = state === "asking" && !busy;
    parts.form.dataset.state = state;
    parts.form.dataset.environment = environment;
    parts.badge.textContent = environmentWords(environment);
    parts.head.hidden = parts.questions.hidden = parts.submit.hidden = state === "done";
    parts.questions.disabled = busy;
    parts.lines.disabled = parts.savings.disabled = model.get("keyless").includes(environment);
    parts.consequence.hidden = environment !== "production";
    const portal = model.get("portal") ?? "";
    parts.source.hidden = parts.lines.disabled || !portal;
    parts.portal.href = portal;
    parts.portal.textContent = portal.replace(/^[a-z]+:\/\//, "");
    parts.remember.label.hidden = model.get("remembers") === "no";
    parts.gitignore.label.hidden = !parts.save.input.checked;
    const faults = asking && !parts.lines.disabled ? model.get("faults") : {};
    for (const line of lines) line.showFault(faults[line.field.name] ?? "");
    turnOff(parts.submit, busy);
    parts.alert.textContent = asking ? model.get("message") : "";
    parts.news.textContent = newsWords(state);
  }

  /** @param {Traits["state"]} state */
  function newsWords(state) {
    if (state === "done") return model.get("message");
    if (state === "checking") return "checking the keys …";
    return late ? SILENCE : "";
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    if (isOff(parts.submit)) return;
    const save = parts.save.input.checked && !parts.savings.disabled;
    /** @type {Submission} */
    const content = {
      do: "submit",
      values: takeTyped(lines, mayStay),
      environment: chosen(),
      save,
      gitignore: save && parts.gitignore.input.checked,
      remember: parts.remember.input.checked && !parts.savings.disabled && !parts.remember.label.hidden,
    };
    submitted = true;
    patience = setTimeout(() => {
      [patience, late] = [0, true];
      draw();
    }, PATIENCE);
    deliver(model, content);
    draw();
  }

  /**
   * Inside a notebook's cell, JupyterLab keeps Enter from submitting a form.
   * @param {KeyboardEvent} event
   */
  function submitOnEnter(event) {
    if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
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

  const unfollow = follow(model, {
    "change:state": reacted,
    "change:message": reacted,
    "change:faults": draw,
    "change:environment": markEnvironment,
    "change:environments": fillEnvironments,
    "change:fields": fillLines,
  });
  parts.form.addEventListener("submit", submit);
  parts.form.addEventListener("keydown", submitOnEnter);
  parts.form.addEventListener("change", draw);
  parts.remember.input.checked = model.get("remembers") === "ticked";
  fillEnvironments();
  fillLines();
  el.append(parts.form);

  return () => {
    clearTimeout(patience);
    takeTyped(lines);
    unfollow();
  };
}

export default { render };
