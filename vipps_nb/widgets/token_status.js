/**
 * The card of an access token. The kernel sends moments, this module counts: the countdown moves while the
 * kernel computes, and costs no message. Holds moments and labels only; there is no token in the browser.
 *
 * browser → kernel   {do: "renew", issued_at}   {do: "log_out"}   {do: "allow_writes", on}   {ask: "time", id}
 *                    {ask: "places", id}   {do: "switch", place, typed, id}
 * kernel → browser   {time, id}   {places, say, id}   {heard}   {did, say, well}
 */

import { turnOff, whenLookedAt, write } from "./js/shared/dom.js";
import { changesOf, deliver, follow, PATIENCE, SILENCE, stayInTouch } from "./js/shared/kernel.js";
import { SECOND } from "./js/shared/time.js";
import { environmentWords, joined } from "./js/shared/words.js";
import { buildCard, drawLarge, drawLine, drawMeta } from "./js/token/card.js";
import { clockComparison } from "./js/token/clock_comparison.js";
import { phaseOf } from "./js/token/life.js";
import { speaking } from "./js/token/speech.js";
import { buildSwitch } from "./js/token/switch.js";
import { clockWords, factsOf, noteWords } from "./js/token/words.js";

/**
 * @import { RenderProps } from "@anywidget/types"
 * @import { Zone } from "./js/shared/time.js"
 * @import { Life, Phase, State } from "./js/token/life.js"
 */

/**
 * @typedef {object} Traits
 * @property {number} issued_at     Moments are milliseconds on the kernel's wall clock; 0 says there is no token.
 * @property {number} stale_at
 * @property {number} expires_at
 * @property {string} environment
 * @property {string} merchant_serial_number
 * @property {string} key_type
 * @property {string} source        Where the keys came from.
 * @property {State} state
 * @property {string} message
 * @property {boolean} writes_allowed
 * @property {Zone} zone
 *
 * @typedef {{ do: "renew", issued_at: number } | { do: "log_out" } | { do: "allow_writes", on: boolean }} Order
 */

const TRAITS = [
  "issued_at",
  "stale_at",
  "expires_at",
  "environment",
  "merchant_serial_number",
  "key_type",
  "source",
  "state",
  "message",
  "writes_allowed",
  "zone",
];

const NO_LIFE = { issued: 0, stale: 0, expires: 0 };

/**
 * @param {RenderProps<Traits>} view
 * @returns {() => void} Clean-up: stops the countdown and every listener.
 */
function render({ model, el }) {
  const elsewhere = buildSwitch(model, (open, outcome) => {
    parts.elsewhere.setAttribute("aria-expanded", String(open));
    if (!open) parts.elsewhere.focus();
    if (outcome) write(parts.news, outcome);
  });
  const press = {
    renew: () => order({ do: "renew", issued_at: model.get("issued_at") }),
    logOut: () => order({ do: "log_out" }),
    writes: () => order({ do: "allow_writes", on: !model.get("writes_allowed") }),
    switch: elsewhere.toggle,
  };
  const parts = buildCard(press, elsewhere.node);
  const speak = speaking(parts.news);
  let asked = 0; // when the kernel was last asked for the time
  let offset = 0;
  let answered = false;
  let gone = false; // the kernel, and all that it knew
  let clicked = 0; // when a button was pressed to which nothing has happened yet
  let timer = 0;

  /** @returns {Life} */
  function lifeNow() {
    return { issued: model.get("issued_at"), stale: model.get("stale_at"), expires: model.get("expires_at") };
  }

  /** Whether the kernel has left a question or a click unanswered for too long. */
  function isSilent() {
    const now = Date.now();
    return (!answered && now - asked > PATIENCE) || (clicked > 0 && now - clicked > PATIENCE);
  }

  /**
   * The kernel's time; a token in hand has been issued, so an estimate before that moment is corrected.
   * @param {Life} life
   */
  function nowFor(life) {
    return Math.max(Date.now() + offset, life.issued);
  }

  function draw() {
    const [life, environment] = [lifeNow(), model.get("environment")];
    const now = nowFor(life);
    const state = model.get("state");
    const phase = gone && state !== "logged_out" ? "gone" : phaseOf(state, life, now);
    parts.card.dataset.environment = environment;
    parts.card.dataset.phase = phase;
    parts.card.setAttribute("aria-label", `Vipps access token, ${environment}`);
    write(parts.badge, environmentWords(environment));
    const words = clockWords(phase, life, now);
    write(parts.before, words[0]);
    drawLarge(parts.large, words[1]);
    write(parts.after, words[2]);
    // Without a kernel there is no next request to promise anything of.
    const note = phase === "expired" && isSilent() ? "" : noteWords(phase, now >= life.expires);
    drawMeta(parts.meta, note, factsOf(labels(), phase, life, offset, now, model.get("zone") ?? []));
    drawLine(parts, gone ? NO_LIFE : life, now);
    drawButtons(phase);
    speak(phase, life, now, model.get("writes_allowed"));
    return life;
  }

  function labels() {
    return {
      msn: model.get("merchant_serial_number"),
      keyType: model.get("key_type"),
      source: model.get("source"),
      guarded: model.get("environment") === "production",
      writesAllowed: model.get("writes_allowed"),
    };
  }

  /** @param {Phase} phase */
  function drawButtons(phase) {
    const [silent, over] = [isSilent(), phase === "logged_out" || phase === "gone"];
    parts.buttons.hidden = over;
    if (over) elsewhere.close();
    turnOff(parts.renew, silent || clicked > 0 || phase === "renewing");
    turnOff(parts.logOut, silent || clicked > 0);
    turnOff(parts.elsewhere, silent || clicked > 0);
    turnOff(parts.writes, silent || clicked > 0);
    parts.writes.hidden = model.get("environment") !== "production";
    parts.writes.setAttribute("aria-checked", String(model.get("writes_allowed")));
    const text = joined(model.get("message"), silent && !over && SILENCE);
    parts.message.hidden = !text;
    write(parts.message, text);
  }

  /** Draws, then sleeps until the shown second is over, by the deadline; a lost tick does no harm. */
  function tick() {
    clearTimeout(timer);
    const life = draw();
    const left = life.expires - nowFor(life);
    const untilNextSecond = ((((left - 1) % SECOND) + SECOND) % SECOND) + 1;
    const counts = !gone && (life.expires || clicked || !answered);
    timer = counts ? setTimeout(tick, untilNextSecond) : 0;
  }

  /** @param {Order} content */
  function order(content) {
    clicked = Date.now();
    deliver(model, content);
    tick();
  }

  function reacted() {
    clicked = 0;
    tick();
  }

  const comparison = clockComparison(model, (estimate) => {
    offset = estimate;
    answered = true;
    tick();
  });

  /** Compares the clocks again, and finds out whether anybody is there. */
  function askKernel() {
    [asked, answered] = [Date.now(), false];
    comparison.measure();
    tick();
  }

  const stops = [
    comparison.stop,
    elsewhere.stop,
    whenLookedAt(tick),
    follow(model, changesOf(TRAITS, reacted)),
    follow(model, { "change:issued_at": askKernel }), // a new token has come
    stayInTouch(model, askKernel, () => {
      gone = true;
      askKernel();
    }),
  ];
  el.append(parts.card);
  askKernel();

  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

export default { render };
