/** The form that asks for keys: its elements. */

import { choice, element, frame, freshId, group } from "../shared/dom.js";

const LEAVING = "noopener noreferrer";
const PRODUCTION =
  "Production is real money and real customers. Calls that change something are refused until you allow them.";

/** The empty form, in reading order. */
export function buildForm() {
  const title = element("p", "title", "Log in to Vipps MobilePay", { id: freshId() });
  const badge = element("span", "badge");
  const head = group("div", "head", [badge, title]);

  const environments = element("div", "choices", "", { role: "radiogroup", "aria-label": "Environment" });
  const consequence = element("p", "consequence", PRODUCTION);
  const portal = element("a", "", "", { target: "_blank", rel: LEAVING });
  const source = group("p", "source", ["The keys are at ", portal, " → For developers."]);
  const lines = element("fieldset", "lines", "", { "aria-label": "Keys" });
  const save = choice("choice", "Save to .env (readable only by you)", { type: "checkbox" });
  const gitignore = choice("choice", "Add .env to .gitignore", { type: "checkbox" });
  const remember = choice("choice", "Remember in the system's key store", { type: "checkbox" });
  const savings = group("fieldset", "choices", [save.label, gitignore.label, remember.label], {
    "aria-label": "Saving",
  });
  const questions = group("fieldset", "", [environments, consequence, source, lines, savings], {
    "aria-labelledby": title.id,
  });

  const submit = element("button", "primary", "Log in", { type: "submit" });
  const alert = element("p", "alert", "", { role: "alert" });
  const news = element("p", "news", "", { role: "status" });
  const footer = group("div", "footer", [submit, group("div", "words", [alert, news])]);
  const form = frame("form", "form", [head, questions, footer], {
    "aria-labelledby": title.id,
    autocomplete: "off",
    novalidate: "",
  });
  return {
    ...{ form, head, badge, questions, environments, consequence, source, portal, lines },
    ...{ savings, save, gitignore, remember, submit, alert, news },
  };
}
