/** A body as fields or as JSON, whichever somebody likes; both show the same. */

import { attribute, button, element, freshId, group, LEAVE_ALONE, write } from "../shared/dom.js";
import { drawBody, refreshRemarks } from "./body_fields.js";
import { fieldAt, focusField } from "./field.js";
import { start } from "./values.js";
import { jsonFaultWords } from "./words.js";

/** @import { Fault, Filled, FormBody } from "./types.js" */

/** Where the text as a whole is at fault: no pointer, for nobody knows what is in it. */
const TEXT = "json";

/**
 * @param {object} given
 * @param {FormBody} given.body
 * @param {Filled} given.filled
 * @param {Map<string, string>} given.broken   By pointer, why a text is no JSON yet.
 * @param {() => void} given.changed
 * @param {() => void} given.turned            Faults stand elsewhere now.
 */
export function buildBody({ body, filled, broken, changed, turned }) {
  let asText = false;
  const drawn = element("div", "body");
  const toForm = button("Form", () => turn(false));
  const toText = button("JSON", () => turn(true));
  const views = group("div", "switch", [toForm, toText], { role: "group", "aria-label": "Body as" });
  const area = element("textarea", "json", "", { ...LEAVE_ALONE, "aria-label": "Body as JSON", rows: "12" });
  const areaFault = element("p", "fault", "", { id: freshId() });
  area.setAttribute("aria-describedby", areaFault.id);
  area.addEventListener("input", readText);
  const names = [element("span", "part-title", "Body"), element("span", "maybe", body.required ? "" : "optional")];
  const head = group("div", "part-head", [...names, views]);
  if (!body.required) head.append(button("Send without a body", removeBody));
  redraw();

  function removeBody() {
    filled.body = undefined;
    redraw();
    changed();
  }

  function addBody() {
    filled.body = start(body.shape);
    redraw("/");
    changed();
  }

  /** @param {boolean} toJson */
  function turn(toJson) {
    if (toJson === asText) return;
    if (!toJson && broken.has(TEXT)) {
      area.focus();
      return;
    }
    asText = toJson;
    redraw();
    turned();
  }

  /** @param {string} [focus]   Where the cursor goes. */
  function redraw(focus) {
    broken.clear();
    toForm.setAttribute("aria-pressed", String(!asText));
    toText.setAttribute("aria-pressed", String(asText));
    drawn.hidden = asText;
    area.hidden = areaFault.hidden = !asText;
    if (asText) {
      area.value = filled.body === undefined ? "" : JSON.stringify(filled.body, null, 2);
      area.rows = Math.max(6, Math.min(24, area.value.split("\n").length + 1));
      return;
    }
    const editing = { filled, broken, changed, redraw };
    drawn.replaceChildren(filled.body === undefined ? button("Add a body", addBody) : drawBody(editing, body.shape));
    if (focus !== undefined) focusField(fieldAt(drawn, focus) ?? drawn);
  }

  function readText() {
    broken.delete(TEXT);
    try {
      filled.body = area.value.trim() ? JSON.parse(area.value) : undefined;
    } catch (error) {
      broken.set(TEXT, jsonFaultWords(error));
    }
    changed();
  }

  return {
    part: group("div", "part", [head, drawn, area, areaFault]),
    drawn,
    /** Whether it is shown as JSON. */
    isText: () => asText,
    focusText: () => area.focus(),
    refresh: () => refreshRemarks(drawn),
    /**
     * Takes from these faults those that belong to the text, and shows them below it.
     * @param {Set<Fault>} faults
     */
    takeFaults: (faults) => {
      const own = asText ? [...faults].filter((one) => one.at.startsWith("/") || one.at === TEXT) : [];
      for (const one of own) faults.delete(one);
      write(areaFault, own.map((one) => (one.at === TEXT ? one.reason : `${one.at}: ${one.reason}`)).join("\n"));
      attribute(area, "aria-invalid", own.length ? "true" : "");
    },
  };
}
