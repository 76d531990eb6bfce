/** Everything about one operation: its form, Send, and the call as code. */

import { button, element, group } from "../shared/dom.js";
import { buildCode } from "./code.js";
import { buildFoot } from "./foot.js";
import { buildForm } from "./form.js";
import { targetOf } from "./list.js";
import { nameOf, star, starred } from "./starred.js";
import { buildVariables } from "./variables.js";

/** @import { Conversation } from "../shared/kernel.js" */
/** @import { Answer, Exchange, Form, Judgement, Operation, Place, Refusal } from "./types.js" */

/** After the last key; the kernel is asked once for a word, not once for each letter. */
const PAUSE = 180;

/**
 * @param {object} given
 * @param {number} given.number             The operation's, in the list.
 * @param {Operation} given.operation
 * @param {Form} given.form
 * @param {Parameters<typeof buildCode>[0]} given.code
 * @param {Conversation<Exchange>} given.talk
 * @param {(place: Place | null) => void} given.place   Shows where a call would go.
 * @param {(text: string) => void} given.tell
 * @param {(answer: Answer) => void} given.show
 * @param {() => void} given.used   Told of each call that was answered.
 */
export function buildPanel({ number, operation, form, code: codeGiven, talk, place, tell, show, used }) {
  const heading = element("h3", "heading", form.purpose.replace(/[.]$/, ""), { tabindex: "-1" });
  const named = nameOf(form);
  const starButton = button("", turnStar, "star");
  drawStar();
  const target = group("p", "target", targetOf({ method: form.method, path: form.path, marks: operation.marks }));
  if (form.page) {
    const link = { href: form.page, target: "_blank", rel: "noopener noreferrer" };
    target.append(element("a", "", "Official page", link));
  }
  const filled = buildForm(form, changed);
  const foot = buildFoot(send);
  const code = buildCode(codeGiven);
  const variables = buildVariables();
  code.side.append(variables.node);
  const left = group("div", "left", [filled.fields, foot.foot]);
  const columns = group("div", "columns", [left, code.side]);

  function drawStar() {
    const on = starred().includes(named);
    starButton.textContent = on ? "★ Starred" : "☆ Star";
    starButton.setAttribute("aria-pressed", String(on));
    starButton.title = "Starred operations stand first in the list, in every notebook of this browser.";
  }

  function turnStar() {
    star(named, !starred().includes(named));
    drawStar();
  }

  let pause = 0;
  let judging = 0; // the question that is open
  let sending = false;
  let gone = false;

  function changed() {
    foot.say("");
    code.hush();
    clearTimeout(pause);
    pause = setTimeout(judge, PAUSE);
  }

  /** Asks what is wrong with what is there now; a question about what was there before is none any more. */
  function judge() {
    clearTimeout(pause);
    talk.forget(judging);
    judging = talk.ask({ ask: "judge", operation: number, values: filled.values(false) }, judged);
  }

  /** @param {Judgement | Refusal} said */
  function judged(said) {
    if (said.refused !== undefined) {
      tell(said.refused);
      return;
    }
    filled.showFaults(said.faults);
    foot.offerForce(said.faults.length > 0);
    code.show(said.code, said.cells, said.no_code ?? "The code appears when every variable is known.");
    variables.show(said.variables);
    place(said.place);
  }

  function send() {
    if (sending) return;
    if (filled.stopsAtBroken()) {
      foot.say("The body is not JSON yet, so nothing was sent.");
      return;
    }
    clearTimeout(pause);
    turn(true);
    foot.say("sending …");
    const values = { ...filled.values(true), ...foot.takeTicks() };
    talk.ask({ do: "send", operation: number, values }, (said) => {
      turn(false);
      if (gone) return; // another operation is on the screen
      if (said.refused !== undefined) refused(said);
      else answered(said);
    });
  }

  /** @param {boolean} busy */
  function turn(busy) {
    sending = busy;
    foot.turn(busy);
  }

  /** @param {Refusal} said */
  function refused({ refused: words, faults, place: found }) {
    if (faults) {
      filled.showFaults(faults);
      foot.offerForce(faults.length > 0);
      filled.focusOn(faults[0]?.at ?? "/");
    }
    if (found) place(found);
    foot.say(words, "refused");
  }

  /** @param {Answer} said */
  function answered(said) {
    foot.say(`${said.status}. The answer is below.`, said.tone);
    show(said);
    used();
    judge();
  }

  return {
    nodes: [group("div", "panel-head", [heading, starButton]), target, columns],
    heading,
    words: foot.words,
    judge,
    send,
    /** @param {string} environment */
    setEnvironment: (environment) => foot.offerAllow(environment === "production" && form.method !== "GET"),
    /** What is not asked yet will not be. */
    rest: () => clearTimeout(pause),
    forget: () => {
      gone = true;
      clearTimeout(pause);
      talk.forget(judging);
      filled.forget();
    },
  };
}
