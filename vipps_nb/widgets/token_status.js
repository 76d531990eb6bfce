/**
 * The card of an access token. The kernel sends moments, this module counts: the countdown moves while the
 * kernel computes, and costs no message. Holds moments and labels only; there is no token in the browser.
 *
 * browser → kernel   {do: "renew", issued_at}   {do: "log_out"}   {do: "allow_writes", on}   {ask: "time", id}
 * kernel → browser   {time, id}
 */

import { turnOff, whenLookedAt, write } from "./js/shared/dom.js";
import { changesOf, deliver, follow, PATIENCE, SILENCE } from "./js/shared/kernel.js";
import { SECOND } from "./js/shared/time.js";
import { environmentWords, joined } from "./js/shared/words.js";
import { buildCard, drawLarge, drawLine, drawMeta } from "./js/token/card.js";
import { clockComparison } from "./js/token/clock_comparison.js";
import { passedMoment, phaseOf } from "./js/token/life.js";
import { clockWords, factsOf, leftWords, noteWords, spokenWords, writesWords } from "./js/token/words.js";

/**
 * @import { RenderProps } from "@anywidget/types"
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
];

/**
 * @param {RenderProps<Traits>} view
 * @returns {() => void} Clean-up: stops the countdown and every listener.
 */
function render({ model, el }) {
  const parts = buildCard({
    renew: () => order({ do: "renew", issued_at: model.get("issued_at") }),
    logOut: () => order({ do: "log_out" }),
    writes: () => order({ do: "allow_writes", on: !model.get("writes_allowed") }),
  });
  let asked = 0; // when the kernel was last asked for the time
  let offset = 0;
  let answered = false;
  let clicked = 0; // when a button was pressed to which nothing has happened yet
  let spoken = { phase: "", issued: 0, left: 0, writes: false };
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

  /**
   * @param {Phase} phase
   * @param {Life} life
   * @param {number} now
   */
  function speak(phase, life, now) {
    const left = life.expires - now;
    const begins = phase !== spoken.phase || life.issued !== spoken.issued;
    const passed = passedMoment(spoken.left, left);
    const writes = model.get("writes_allowed");
    if (spoken.phase && writes !== spoken.writes) write(parts.news, writesWords(writes));
    else if (spoken.phase && begins) write(parts.news, spokenWords(phase, life, now));
    else if (passed) write(parts.news, leftWords(passed));
    spoken = { phase, issued: life.issued, left, writes };
  }

  function draw() {
    const [life, environment] = [lifeNow(), model.get("environment")];
    const now = nowFor(life);
    const phase = phaseOf(model.get("state"), life, now);
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
    drawMeta(parts.meta, note, factsOf(labels(), phase, life, offset, now));
    drawLine(parts, life, now);
    drawButtons(phase);
    speak(phase, life, now);
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
    const [silent, loggedOut] = [isSilent(), phase === "logged_out"];
    parts.buttons.hidden = loggedOut;
    turnOff(parts.renew, silent || clicked > 0 || phase === "renewing");
    turnOff(parts.logOut, silent || clicked > 0);
    turnOff(parts.writes, silent || clicked > 0);
    parts.writes.hidden = model.get("environment") !== "production";
    parts.writes.setAttribute("aria-checked", String(model.get("writes_allowed")));
    const text = joined(model.get("message"), silent && !loggedOut && SILENCE);
    parts.message.hidden = !text;
    write(parts.message, text);
  }

  /** Draws, then sleeps until the shown second is over, by the deadline; a lost tick does no harm. */
  function tick() {
    clearTimeout(timer);
    const life = draw();
    const left = life.expires - nowFor(life);
    const untilNextSecond = ((((left - 1) % SECOND) + SECOND) % SECOND) + 1;
    const counts = life.expires || clicked || !answered;
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
  }

  const unlook = whenLookedAt(tick);
  const unfollow = follow(model, changesOf(TRAITS, reacted));
  // A new token has come, or (ipywidgets' own event) the kernel has gone or come back.
  const unask = follow(model, { "change:issued_at": askKernel, comm_live_update: askKernel });
  el.append(parts.card);
  askKernel();
  tick();

  return () => {
    clearTimeout(timer);
    comparison.stop();
    unlook();
    unfollow();
    unask();
  };
}

export default { render };
