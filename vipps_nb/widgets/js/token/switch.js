/**
 * Where the session could talk to instead: chosen, confirmed, and for production typed. The places are asked for when
 * the list is opened, and forgotten when it is closed.
 */

import { attribute, button, choice, element, freshId, group, LEAVE_ALONE, turnOff, write } from "../shared/dom.js";
import { conversation, SILENCE } from "../shared/kernel.js";
import { environmentWords, joined } from "../shared/words.js";

/** @import { Conversation, Line } from "../shared/kernel.js" */

/**
 * @typedef {object} Place
 * @property {string} key
 * @property {string} environment   "" where a file does not get so far.
 * @property {string} source        Where its keys stand.
 * @property {string} msn
 * @property {boolean} now          Whether the session talks to it already.
 * @property {string} fault         Why nobody can go there.
 *
 * @typedef {[{ ask: "places" }, { places: Place[], say: string }]} Looking
 * @typedef {[{ do: "switch", place: string, typed: string }, { say: string, well: boolean }]} Going
 */

const PRODUCTION = "production";

/**
 * What a place is called in the list.
 * @param {Place} place
 */
export function placeWords({ environment, source, msn, now, fault }) {
  const keys = source.endsWith("keys") ? source : `keys from ${source}`;
  return joined(environmentWords(environment), keys, msn && `MSN ${msn}`, now && "now", fault);
}

/**
 * What going there means.
 * @param {string} environment
 */
export function consequenceWords(environment) {
  const held = `Code that holds this session talks to ${environment} from then on.`;
  return environment === PRODUCTION ? `${held} That is real money; writes stay forbidden until you allow them.` : held;
}

/**
 * Whether what was chosen, and typed, is enough to go.
 * @param {Place | undefined} place
 * @param {string} typed
 */
export function mayGo(place, typed) {
  return place !== undefined && (place.environment !== PRODUCTION || typed.trim().toLowerCase() === PRODUCTION);
}

/**
 * @param {Line} model
 * @param {(open: boolean, outcome?: string) => void} opened   Told when the list is opened or closed by somebody, and
 *   how it went.
 */
export function buildSwitch(model, opened) {
  /** @type {Place[]} */
  let places = [];
  let going = false;
  const name = freshId();
  const list = element("div", "choices", "", { role: "radiogroup", "aria-label": "Switch to" });
  const consequence = element("p", "consequence", "", { id: freshId() });
  const typed = element("input", "", "", { type: "text", autocomplete: "off", ...LEAVE_ALONE });
  const question = group("label", "typed", [element("span", "", "Type production to confirm"), typed]);
  const go = button("Switch", send, "primary", { "aria-describedby": consequence.id });
  const cancel = button("Cancel", () => close(true));
  const said = element("p", "said", "", { role: "status" });
  const foot = group("div", "buttons", [go, cancel]);
  const node = group("div", "places", [list, consequence, question, foot, said]);
  node.hidden = true;

  /** @type {Conversation<Looking | Going>} */
  const talk = conversation(model, (silent) => {
    if (silent) write(said, SILENCE);
    else if (said.textContent === SILENCE) write(said, "");
  });

  function chosen() {
    const picked = list.querySelector("input:checked");
    return places.find(({ key }) => picked instanceof HTMLInputElement && picked.value === key);
  }

  function draw() {
    const place = chosen();
    const environment = place?.environment ?? "";
    write(consequence, place ? consequenceWords(environment) : "");
    question.hidden = environment !== PRODUCTION;
    write(go, place ? `Switch to ${environmentWords(environment)}` : "Switch");
    turnOff(go, going || !mayGo(place, typed.value));
    node.dataset.environment = environment;
  }

  /** @param {Place} place */
  function row(place) {
    const { label, input } = choice("choice", placeWords(place), { type: "radio", name, value: place.key });
    input.disabled = place.now || place.fault !== "";
    attribute(label, "data-off", input.disabled ? "true" : "");
    return label;
  }

  function open() {
    node.hidden = false;
    write(said, "Looking for keys …");
    draw();
    opened(true);
    talk.ask({ ask: "places" }, (answer) => {
      places = answer.places;
      list.replaceChildren(...places.map(row));
      write(said, answer.say);
      draw();
      const first = list.querySelector("input:enabled");
      if (first instanceof HTMLInputElement) first.focus();
    });
  }

  /**
   * @param {boolean} bySomebody
   * @param {string} [outcome]
   */
  function close(bySomebody, outcome) {
    if (node.hidden) return;
    talk.forget();
    [places, going, typed.value, node.hidden] = [[], false, "", true];
    list.replaceChildren();
    write(said, "");
    if (bySomebody) opened(false, outcome);
  }

  function send() {
    const place = chosen();
    if (!place || going) return;
    going = true;
    write(said, `Logging in to ${place.environment} …`);
    talk.ask({ do: "switch", place: place.key, typed: typed.value }, ({ say, well }) => {
      going = false;
      draw();
      if (well) close(true, say);
      else write(said, say);
    });
    draw();
  }

  list.addEventListener("change", draw);
  typed.addEventListener("input", draw);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(true);
    if (event.key === "Enter" && event.target === typed && mayGo(chosen(), typed.value)) send();
  });
  draw();
  return {
    node,
    toggle: () => (node.hidden ? open() : close(true)),
    close: () => close(false),
    stop: talk.stop,
  };
}
