/** The form of one operation. What is typed lives in `filled`, in this function and nowhere else. */

import { element, group } from "../shared/dom.js";
import { buildBody } from "./body.js";
import { fieldAt, fieldsIn, focusField, markField } from "./field.js";
import { parameterField, placeOf } from "./parameters.js";
import { masked } from "./values.js";

/** @import { Fault, Filled, Form, Values } from "./types.js" */

const PLACES = { path: "Path", query: "Query", header: "Headers" };

/**
 * @param {Form} form
 * @param {() => void} changed   Told of each change.
 */
export function buildForm(form, changed) {
  /** @type {Filled} */
  const filled = {
    parameters: Object.fromEntries(form.parameters.map((one) => [placeOf(one), one.value])),
    body: form.body?.value,
  };
  /** @type {Map<string, string>} */
  const broken = new Map();
  /** @type {Fault[]} */
  let faults = [];

  const general = element("ul", "faults");
  general.hidden = true;
  const body = form.body && buildBody({ body: form.body, filled, broken, changed: edited, turned: mark });
  const fields = group("div", "fields", [general, ...parameterParts(), ...(body ? [body.part] : [])]);
  if (!body && !form.parameters.length) fields.append(element("p", "hint", "Nothing to fill in."));

  function parameterParts() {
    return Object.entries(PLACES).flatMap(([where, title]) => {
      const own = form.parameters.filter((one) => one.place === where);
      const drawn = own.map((one) => parameterField(one, filled.parameters, edited));
      return own.length ? [group("fieldset", "part", [element("legend", "part-title", title), ...drawn])] : [];
    });
  }

  function edited() {
    body?.refresh();
    mark();
    changed();
  }

  /** Says what is wrong beside each field, and above them what belongs to none that is shown. */
  function mark() {
    const unread = [...broken].map(([at, reason]) => ({ at, reason }));
    const all = [...faults.filter((one) => !broken.has(one.at)), ...unread];
    const left = new Set(all);
    for (const field of fieldsIn(fields)) {
      const hidden = body?.isText() && body.drawn.contains(field);
      const own = hidden ? [] : all.filter((one) => one.at === field.dataset.at);
      for (const one of own) left.delete(one);
      markField(field, own.map((one) => one.reason).join(" "));
    }
    body?.takeFaults(left);
    const rest = [...left].map((one) => (one.at.length > 1 ? `${one.at}: ${one.reason}` : one.reason));
    general.replaceChildren(...rest.map((words) => element("li", "", words)));
    general.hidden = left.size === 0;
  }

  return {
    fields,
    /** @param {Fault[]} found */
    showFaults: (found) => {
      faults = found;
      mark();
    },
    /**
     * What is filled in, as it travels.
     * @param {boolean} withSecrets
     * @returns {Values}
     */
    values: (withSecrets) => {
      const hides = !withSecrets && filled.body !== undefined;
      const shown = hides ? masked(form.body?.shape, filled.body ?? null) : filled.body;
      return { parameters: { ...filled.parameters }, body: shown === undefined ? null : JSON.stringify(shown) };
    },
    /** @param {string} at */
    focusOn: (at) => focusField(fieldAt(fields, at) ?? body?.drawn),
    /** @returns Whether there is a text that is no JSON yet; the cursor is there now. */
    stopsAtBroken: () => {
      const [at] = broken.keys();
      if (at === undefined) return false;
      if (body?.isText()) body.focusText();
      else fieldAt(fields, at)?.querySelector("textarea")?.focus();
      return true;
    },
    forget: () => {
      filled.parameters = {};
      filled.body = undefined;
      /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */
      const inputs = fields.querySelectorAll("input, textarea");
      for (const input of inputs) input.value = "";
    },
  };
}
