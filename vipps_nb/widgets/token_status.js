/**
 * The card of an access token. The kernel sends moments, this module counts: the countdown moves while the
 * kernel computes, and costs no message. Holds moments and labels only; there is no token in the browser.
 *
 * browser → kernel   {do: "renew", issued_at}   {do: "log_out"}   {do: "allow_writes", on}   {ask: "time", id}
 * kernel → browser   {time, id}
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(content: object) => void} send
 * @property {(event: string, callback: (content?: any) => void) => void} on
 * @property {(event: string, callback: (content?: any) => void) => void} off
 *
 * @typedef {object} Life       A token's moments, in milliseconds on the kernel's wall clock.
 * @property {number} issued
 * @property {number} stale
 * @property {number} expires   0 when there is no token.
 *
 * @typedef {"none" | "valid" | "stale" | "expired" | "renewing" | "renewal_failed" | "logged_out"} Phase
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A kernel that is alive and free answers in milliseconds; after this long the person deserves a word. */
const PATIENCE = 3 * SECOND;

const SILENCE = "waiting for the kernel: a cell is running, or it is gone";

/** Beyond this round trip the question lay in the kernel's queue, and half of it is not the way back. */
const LONG_ROUND_TRIP = 500;

/** Quick enough to stop asking. A page that is still loading needs a few questions to get there. */
const QUICK_ROUND_TRIP = 50;

const QUESTIONS_PER_MEASUREMENT = 5;

/** What is left at these moments is spoken to people who do not see the countdown. */
const SPOKEN_MOMENTS = [5 * MINUTE, MINUTE];

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

/** A new token has come, or (ipywidgets' own event) the kernel has gone or come back. */
const ASKING_TIMES = ["change:issued_at", "comm_live_update"];

/**
 * A new element with a class and, as text and never as markup, its content.
 * @param {string} tag
 * @param {string} [name]
 * @param {string} [text]
 */
function element(tag, name = "", text = "") {
  const node = document.createElement(tag);
  if (name) node.className = `vipps-nb-${name}`;
  node.textContent = text;
  return node;
}

/** Leaves an unchanged text alone, so that a selection survives and nothing is laid out again. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {Model} model
 * @returns {Life}
 */
function lifeOf(model) {
  return { issued: model.get("issued_at"), stale: model.get("stale_at"), expires: model.get("expires_at") };
}

/**
 * @param {string} state
 * @param {Life} life
 * @param {number} now
 * @returns {Phase}
 */
function phaseOf(state, life, now) {
  if (state === "logged_out" || state === "renewing") return state;
  if (!life.expires) return state === "renewal_failed" ? state : "none";
  if (now >= life.expires) return state === "renewal_failed" ? state : "expired";
  if (state === "renewal_failed") return state;
  return now >= life.stale ? "stale" : "valid";
}

/** Seconds are padded, so that the text keeps its width while it counts. */
function remainingWords(milliseconds) {
  const seconds = Math.ceil(milliseconds / SECOND);
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const pad = (number) => String(number).padStart(2, "0");
  if (h) return `${h} h ${pad(min)} min ${pad(s)} s`;
  return min ? `${min} min ${pad(s)} s` : `${s} s`;
}

/** Coarse on purpose: nobody needs to know for how many seconds a token has been dead. */
function elapsedWords(milliseconds) {
  if (milliseconds < MINUTE) return "less than a minute";
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)} min`;
  if (milliseconds < DAY) return `${Math.floor(milliseconds / HOUR)} h`;
  const days = Math.floor(milliseconds / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}

/** The moment in the reader's own time zone; with the day when that is not today. */
function momentWords(moment) {
  const date = new Date(moment);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}

/**
 * What the clock says: words, the large part, words.
 * @returns {[string, string, string]}
 */
function clockWords(phase, life, now) {
  if (phase === "logged_out") return ["", "logged out", ""];
  if (!life.expires) return ["", "no token yet", ""];
  if (now < life.expires) return ["valid for ", remainingWords(life.expires - now), ""];
  return ["expired ", elapsedWords(now - life.expires), " ago"];
}

/** What happens next, or what the person can do; the first fact under the clock. */
function noteWords(phase, expired) {
  switch (phase) {
    case "stale":
      return "renews with the next request";
    case "expired":
      return "the next request fetches a new one";
    case "renewing":
      return "renewing …";
    case "renewal_failed":
      return expired ? "renewal failed" : "renewal failed, old token still valid";
    case "logged_out":
      return "run %vipps_login to log in again";
    default:
      return "";
  }
}

/** @param {Model} model */
function factsOf(model, phase, life, offset, now) {
  const [msn, keys, source] = ["merchant_serial_number", "key_type", "source"].map((name) => model.get(name));
  const facts = [];
  if (msn) facts.push(`MSN ${msn}`);
  if (keys && keys !== "merchant") facts.push(`${keys} keys`);
  if (model.get("environment") === "production" && phase !== "logged_out") {
    facts.push(model.get("writes_allowed") ? "writes allowed" : "read-only");
  }
  // "the sandbox's pretend keys" already says that it is keys.
  if (source) facts.push(source.endsWith("keys") ? source : `keys from ${source}`);
  if (!life.expires || phase === "logged_out") return facts;
  if (now < life.expires) facts.push(`until ${momentWords(life.expires - offset)}`);
  else if (now - life.expires >= DAY) facts.push(`ended ${momentWords(life.expires - offset)}`);
  return facts;
}

/** What a screen reader hears when a phase begins. */
function spokenWords(phase, life, now) {
  if (phase === "logged_out") return "Logged out.";
  if (phase === "renewing") return "Renewing the access token.";
  if (phase === "none") return "There is no access token yet.";
  const [before, large, after] = clockWords(phase, life, now);
  const note = noteWords(phase, now >= life.expires);
  return `Access token ${before}${large}${after}${note && `, ${note}`}.`;
}

function writesWords(allowed) {
  return allowed ? "Writes to production are allowed." : "Production is read-only.";
}

function leftWords(milliseconds) {
  const minutes = milliseconds / MINUTE;
  return `Access token: ${minutes} ${minutes === 1 ? "minute" : "minutes"} left.`;
}

/**
 * Estimates how far the kernel's wall clock is ahead of the browser's.
 *
 * Asks a few times and believes the quickest answer. A question may also wait until a cell has finished; the
 * answer is stamped when it is given, so then the moment it arrives counts.
 * @param {Model} model
 * @param {(offset: number) => void} tell   Called with each better estimate, in milliseconds.
 */
function clockComparison(model, tell) {
  // Every view of this model hears every answer; a random start keeps their questions apart.
  let id = Math.floor(Math.random() * 2 ** 40) * 2 ** 8;
  let asked = { id: -1, at: 0 };
  let left = 0;
  let quickest = Infinity;

  function ask() {
    left -= 1;
    id += 1;
    asked = { id, at: Date.now() };
    deliver(model, { ask: "time", id });
  }

  function hear(content) {
    if (content?.id !== asked.id) return;
    const [heard, roundTrip] = [Date.now(), Date.now() - asked.at];
    asked.id = -1;
    if (roundTrip < quickest) {
      quickest = roundTrip;
      tell(content.time - heard + (roundTrip > LONG_ROUND_TRIP ? 0 : roundTrip / 2));
    }
    if (left > 0 && quickest > QUICK_ROUND_TRIP) ask();
  }

  function measure() {
    left = QUESTIONS_PER_MEASUREMENT;
    quickest = Infinity;
    ask();
  }

  model.on("msg:custom", hear);
  return { measure, stop: () => model.off("msg:custom", hear) };
}

/** Sends quietly: in a saved notebook there is nobody to send to, and the card says so in words. */
function deliver(model, content) {
  try {
    model.send(content);
  } catch {
    // The missing answer is noticed, whatever the reason for it was.
  }
}

/** The card's elements, empty, in reading order. */
function buildCard() {
  const card = element("section", "token");
  card.classList.add("vipps-nb");
  card.setAttribute("role", "group");

  const badge = element("span", "badge");
  const clock = element("div", "clock");
  clock.setAttribute("role", "timer");
  clock.setAttribute("aria-live", "off");
  const [before, large, after] = [element("span"), element("span", "large"), element("span")];
  clock.append(before, large, after);
  const buttons = element("div", "buttons");
  const [renew, logOut] = [element("button", "", "Renew"), element("button", "", "Log out")];
  // Its name stays and its position changes, which is what screen readers expect of a switch.
  const writes = element("button", "switch", "Allow writes");
  writes.setAttribute("role", "switch");
  for (const button of [writes, renew, logOut]) {
    button.type = "button";
    // JupyterLab hears keys before anything in here does: without this, "d d" on a button deletes a cell.
    button.dataset.lmSuppressShortcuts = "true";
  }
  buttons.append(writes, renew, logOut);
  const row = element("div", "row");
  row.append(badge, clock, buttons);

  const meta = element("p", "meta");
  const message = element("p", "message");
  const speaker = element("p", "unseen");
  speaker.setAttribute("role", "status");
  const line = element("div", "line");
  line.setAttribute("aria-hidden", "true");
  const [fuel, notch] = [element("div", "fuel"), element("div", "notch")];
  line.append(fuel, notch);

  card.append(row, meta, message, line, speaker);
  const clockParts = { before, large, after };
  const lineParts = { line, fuel, notch };
  return { card, badge, ...clockParts, buttons, writes, renew, logOut, meta, message, ...lineParts, speaker };
}

/** Draws "59 min 12 s" with its numbers large and its units small. */
function drawLarge(node, text) {
  if (node.textContent === text) return;
  const pieces = text.split(/(\d+)/).filter(Boolean);
  const draw = (piece) => (/\d/.test(piece) ? element("b", "", piece) : element("span", "unit", piece));
  node.replaceChildren(...pieces.map(draw));
}

/** Rewrites the facts under the clock only when one of them changed. */
function drawMeta(meta, note, facts) {
  const texts = [note, ...facts].filter(Boolean);
  if (meta.dataset.texts === JSON.stringify(texts)) return;
  meta.dataset.texts = JSON.stringify(texts);
  meta.replaceChildren(...texts.map((text) => element("span", "fact", text)));
  if (note) meta.firstChild.classList.add("vipps-nb-note");
}

function drawLine(parts, life, now) {
  parts.line.hidden = !life.expires;
  const length = Math.max(life.expires - life.issued, 1);
  const left = Math.min(Math.max(life.expires - now, 0) / length, 1);
  parts.fuel.style.transform = `scaleX(${left.toFixed(4)})`;
  parts.notch.style.left = `${(((life.expires - life.stale) / length) * 100).toFixed(2)}%`;
}

/**
 * @param {{ model: Model, el: HTMLElement }} view
 * @returns {() => void} Clean-up: stops the countdown and every listener.
 */
function render({ model, el }) {
  const parts = buildCard();
  let asked = 0; // when the kernel was last asked for the time
  let offset = 0;
  let answered = false;
  let clicked = 0; // when a button was pressed to which nothing has happened yet
  let spoken = { phase: "", issued: 0, left: 0, writes: false };
  let timer = 0;

  /** Whether the kernel has left a question or a click unanswered for too long. */
  function isSilent() {
    const now = Date.now();
    return (!answered && now - asked > PATIENCE) || (clicked > 0 && now - clicked > PATIENCE);
  }

  /** The kernel's time; a token in hand has been issued, so an estimate before that moment is corrected. */
  function nowFor(life) {
    return Math.max(Date.now() + offset, life.issued);
  }

  function speak(phase, life, now) {
    const left = life.expires - now;
    const news = phase !== spoken.phase || life.issued !== spoken.issued;
    const passed = SPOKEN_MOMENTS.filter((moment) => left <= moment && moment < spoken.left);
    const writes = model.get("writes_allowed");
    if (spoken.phase && writes !== spoken.writes) write(parts.speaker, writesWords(writes));
    else if (spoken.phase && news) write(parts.speaker, spokenWords(phase, life, now));
    else if (passed.length && left > 0) write(parts.speaker, leftWords(Math.min(...passed)));
    spoken = { phase, issued: life.issued, left, writes };
  }

  function draw() {
    const [life, environment] = [lifeOf(model), model.get("environment")];
    const now = nowFor(life);
    const phase = phaseOf(model.get("state"), life, now);
    parts.card.dataset.environment = environment;
    parts.card.dataset.phase = phase;
    parts.card.setAttribute("aria-label", `Vipps access token, ${environment}`);
    write(parts.badge, environment === "production" ? "PRODUCTION" : environment);
    const words = clockWords(phase, life, now);
    write(parts.before, words[0]);
    drawLarge(parts.large, words[1]);
    write(parts.after, words[2]);
    // Without a kernel there is no next request to promise anything of.
    const note = phase === "expired" && isSilent() ? "" : noteWords(phase, now >= life.expires);
    drawMeta(parts.meta, note, factsOf(model, phase, life, offset, now));
    drawLine(parts, life, now);
    drawButtons(phase);
    speak(phase, life, now);
    return life;
  }

  function drawButtons(phase) {
    const [silent, loggedOut] = [isSilent(), phase === "logged_out"];
    parts.buttons.hidden = loggedOut;
    // aria-disabled instead of disabled: a button that had the focus keeps it.
    parts.renew.setAttribute("aria-disabled", String(silent || clicked > 0 || phase === "renewing"));
    parts.logOut.setAttribute("aria-disabled", String(silent || clicked > 0));
    parts.writes.hidden = model.get("environment") !== "production";
    parts.writes.setAttribute("aria-checked", String(model.get("writes_allowed")));
    parts.writes.setAttribute("aria-disabled", String(silent || clicked > 0));
    const text = [model.get("message"), silent && !loggedOut && SILENCE].filter(Boolean).join(" · ");
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

  function click(button, content) {
    if (button.getAttribute("aria-disabled") === "true") return;
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

  const renew = () => click(parts.renew, { do: "renew", issued_at: model.get("issued_at") });
  const logOut = () => click(parts.logOut, { do: "log_out" });
  const switchWrites = () => click(parts.writes, { do: "allow_writes", on: !model.get("writes_allowed") });
  // A hidden tab's timers are throttled; the moment it is looked at, it must be right.
  const looked = () => document.hidden || tick();

  parts.renew.addEventListener("click", renew);
  parts.logOut.addEventListener("click", logOut);
  parts.writes.addEventListener("click", switchWrites);
  document.addEventListener("visibilitychange", looked);
  TRAITS.forEach((name) => model.on(`change:${name}`, reacted));
  ASKING_TIMES.forEach((event) => model.on(event, askKernel));
  el.append(parts.card);
  askKernel();
  tick();

  return () => {
    clearTimeout(timer);
    comparison.stop();
    document.removeEventListener("visibilitychange", looked);
    TRAITS.forEach((name) => model.off(`change:${name}`, reacted));
    ASKING_TIMES.forEach((event) => model.off(event, askKernel));
  };
}

export default { render };
