/**
 * The sandbox's desk. The kernel sends what there is, this module draws it and lets the clock tick; at rest no message
 * passes. Whatever a merchant wrote is drawn as text, never as markup.
 *
 * browser → kernel   {do: verb, id, …}   {look: number, id}   {ask: "time", id}
 * kernel → browser   {heard: id}   {did: id, say, well}   {entry, id}   {time, id}
 *
 * @typedef {object} Waiting   Something the customer can decide now.
 * @property {number} request
 * @property {string} kind     "payment", "agreement", "login", …
 * @property {string | null} value
 * @property {string} msn
 * @property {string} merchant
 * @property {string | null} price
 * @property {string} text
 * @property {string[]} details
 * @property {{id: string, label: string, chosen: boolean}[]} choices
 * @property {string} legend   What the choice is about.
 * @property {number} since    Milliseconds, by the sandbox's clock.
 * @property {number} expires  Milliseconds; 0 where nobody knows.
 *
 * @typedef {object} Row       A line of the request log.
 * @property {number} number
 * @property {string} time
 * @property {string} method
 * @property {string} path
 * @property {number | null} status
 * @property {number} ms
 * @property {number} [tolerated]   How much of it no document has.
 * @property {string} dropped  "before" or "after" the request acted; empty where it was answered.
 * @property {string} [by]     "doctor" for what the doctor has asked; hidden unless wanted.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A kernel that is alive and free answers in milliseconds; after this long the person deserves a word. */
const PATIENCE = 3 * SECOND;

const SILENCE = "waiting for the kernel: a cell is running, or it is gone";

const NOTHING = "Nothing is waiting. A payment, an agreement or a login appears here.";
const NO_SERVICE = "No service";

const FAULTS = [
  ["off", "Off", "Everything is answered as it should be"],
  ["slow", "Slow", "Answers come two seconds late"],
  ["busy", "429", "Too many requests, with Retry-After: 2"],
  ["broken", "500", "An error of the server; nothing is done"],
  ["lost", "Lost", "The request is acted upon, and its answer is lost"],
];

const SHARES = [
  [1, "every request"],
  [0.5, "one in two"],
  [0.2, "one in five"],
];

const TRAITS = ["clock", "waiting", "faults", "seed", "strict", "world", "rows", "total", "state", "message"];

let nextName = 0;

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

/** An element with children, and attributes where its meaning is not in its tag. */
function group(tag, name, children, attributes = {}) {
  const node = element(tag, name);
  node.append(...children);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  return node;
}

/** A button that does one thing. */
function button(text, act, name = "", title = "") {
  const node = element("button", name, text);
  node.type = "button";
  if (title) node.title = title;
  // aria-disabled instead of disabled: a button that had the focus keeps it.
  node.addEventListener("click", () => node.getAttribute("aria-disabled") !== "true" && act(node));
  return node;
}

/** Leaves an unchanged text alone, so that a selection survives and nothing is spoken again. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function timeWords(moment) {
  return new Date(moment).toISOString().slice(11, 19);
}

function dayWords(moment, weekday = "short") {
  const style = { weekday, day: "numeric", month: weekday, year: "numeric", timeZone: "UTC" };
  return new Date(moment).toLocaleDateString("en-GB", style).replace(",", "");
}

/** How long until then, in its largest unit. */
function untilWords(milliseconds) {
  const units = [
    [DAY, "day"],
    [HOUR, "hour"],
    [MINUTE, "minute"],
    [SECOND, "second"],
  ];
  const [length, name] = units.find(([each]) => milliseconds >= each) ?? units[3];
  const count = Math.max(Math.round(milliseconds / length), 0);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** @param {Waiting} one */
function headWords(one) {
  return one.price ?? (one.kind === "login" ? "Log in" : one.text);
}

/** What a screen reader hears of a request. @param {Waiting} one */
function spokenWords(one) {
  return `On the phone: ${one.kind}${one.price ? ` of ${one.price}` : ""}, ${one.merchant}, ${one.text}`;
}

/** @param {Row} row */
function outcomeWords(row) {
  return row.dropped ? "lost" : String(row.status ?? "—");
}

/** @param {Row} row */
function toleratedWords(row) {
  return row.tolerated ? `${row.tolerated} tolerated` : "";
}

/** Sends quietly: in a saved notebook there is nobody to send to, and the card says so in words. */
function deliver(model, content) {
  try {
    model.send(content);
  } catch {
    // The missing answer is noticed, whatever the reason for it was.
  }
}

/**
 * Questions and orders with their answers.
 * @param {any} model
 * @param {(silent: boolean) => void} notice   Told when the kernel falls silent, and when it is heard again.
 */
function conversation(model, notice) {
  // Every view of this model hears every answer; a random start keeps their questions apart.
  let id = Math.floor(Math.random() * 2 ** 40) * 2 ** 8;
  /** @type {Map<number, {answer: (content: any) => void, timer: number}>} */
  const open = new Map();

  function say(content, answer) {
    id += 1;
    open.set(id, { answer, timer: setTimeout(() => notice(true), PATIENCE) });
    deliver(model, { ...content, id });
  }

  function hear(content) {
    const key = content?.heard ?? content?.did ?? content?.id;
    const asked = open.get(key);
    if (!asked) return;
    clearTimeout(asked.timer);
    notice(false);
    if (content.heard === undefined) {
      open.delete(key);
      asked.answer(content);
    }
  }

  model.on("msg:custom", hear);
  return {
    say,
    forget: () => {
      open.forEach((asked) => clearTimeout(asked.timer));
      open.clear();
    },
    stop: () => {
      open.forEach((asked) => clearTimeout(asked.timer));
      model.off("msg:custom", hear);
    },
  };
}

/** A field set with a heading that reads like one. */
function panel(name, title, ...children) {
  const heading = element("h4", "heading", title);
  nextName += 1;
  heading.id = `vipps-nb-desk-${nextName}`;
  return group("div", name, [heading, ...children], { role: "group", "aria-labelledby": heading.id });
}

/**
 * The customer's phone: a lock screen while nothing is asked, otherwise what the app would show.
 * @param {(verb: string, given: object) => void} act
 */
function buildPhone(act) {
  const radios = `vipps-nb-choice-${(nextName += 1)}`;
  const corner = element("span", "phone-time");
  const count = element("span", "phone-count");
  const bar = group("div", "phone-bar", [corner, count]);
  const lock = {
    time: element("p", "lock-time"),
    day: element("p", "lock-day"),
    words: element("p", "lock-words"),
  };
  const lockScreen = group("div", "lock", [lock.time, lock.day, lock.words]);
  const list = element("ul", "stack");
  list.setAttribute("aria-label", "Waiting requests, newest first");
  const sheet = element("div", "sheet");
  const said = element("p", "said");
  const approve = button("Approve", () => decide("approve"), "yes");
  const abort = button("Abort", () => decide("abort"), "no");
  const ignore = button("Let it expire", () => decide("ignore"), "wait");
  const actions = group("div", "actions", [approve, abort, ignore]);
  const screen = group("div", "screen", [bar, said, lockScreen, list, sheet, actions]);
  const phone = group("div", "phone", [screen], { role: "region", "aria-label": "The customer's phone", tabindex: "-1" });

  let shown = "";
  let listed = "";
  let openRequest = 0;
  let byHand = false;
  /** @type {Waiting[]} */
  let waiting = [];

  function decide(verb) {
    const choice = sheet.querySelector("input:checked")?.value;
    const picked = verb === "approve" && choice !== undefined ? { choice } : {};
    act(verb, { request: openRequest, ...picked });
  }

  function open(request) {
    openRequest = request;
    byHand = true;
    write(said, "");
    draw(waiting, false);
    list.querySelector('[aria-pressed="true"]')?.focus();
  }

  /** @param {Waiting} one */
  function drawSheet(one) {
    const face = element("span", "face", (one.merchant.trim()[0] ?? "?").toUpperCase());
    face.setAttribute("aria-hidden", "true");
    const who = group("div", "who", [element("strong", "merchant", one.merchant), element("span", "msn", `MSN ${one.msn}`)]);
    if (!one.msn) who.lastChild.remove();
    const parts = [element("p", "kind", one.kind), group("div", "from", [face, who])];
    if (one.price) parts.push(element("p", "price", one.price));
    parts.push(element("p", one.price ? "text" : "text-large", one.text));
    if (one.value && one.value !== one.text) parts.push(element("p", "reference", one.value));
    if (one.details.length) parts.push(group("ul", "details", one.details.map((line) => element("li", "", line))));
    if (one.choices.length) parts.push(drawChoices(one));
    sheet.replaceChildren(...parts);
  }

  /** @param {Waiting} one */
  function drawChoices(one) {
    const rows = one.choices.map((each) => {
      const radio = element("input");
      Object.assign(radio, { type: "radio", name: radios, value: each.id, checked: each.chosen });
      return group("label", "choice", [radio, element("span", "", each.label)]);
    });
    return group("fieldset", "choices", [element("legend", "", one.legend), ...rows]);
  }

  function drawList() {
    const wanted = JSON.stringify([openRequest, waiting.map((one) => [one.request, headWords(one), one.merchant, one.text])]);
    if (wanted === listed) return;
    listed = wanted;
    const focused = list.contains(document.activeElement);
    const rows = waiting.map((one) => {
      const line = button("", () => open(one.request), "card");
      line.append(element("strong", "", headWords(one)), element("span", "", `${one.merchant} · ${one.text}`));
      line.setAttribute("aria-pressed", String(one.request === openRequest));
      return group("li", "", [line]);
    });
    list.replaceChildren(...rows);
    if (focused) list.querySelector('[aria-pressed="true"]')?.focus();
  }

  /**
   * @param {Waiting[]} next
   * @param {boolean} over   Whether there is no sandbox any more.
   */
  function draw(next, over) {
    waiting = next;
    write(lock.words, over ? NO_SERVICE : NOTHING);
    const had = screen.contains(document.activeElement);
    const before = openRequest;
    const still = waiting.some((one) => one.request === openRequest);
    if (!still) byHand = false;
    // A newer request comes to the front, unless somebody is busy with the one that is there.
    const busy = still && (byHand || sheet.contains(document.activeElement) || actions.contains(document.activeElement));
    if (!busy) openRequest = waiting[0]?.request ?? 0;
    const one = waiting.find((each) => each.request === openRequest);
    lockScreen.hidden = Boolean(one);
    sheet.hidden = !one;
    actions.hidden = !one;
    list.hidden = waiting.length < 2;
    phone.dataset.locked = String(!one);
    write(count, waiting.length ? `${waiting.length} waiting` : "");
    drawList();
    const wanted = JSON.stringify(one ?? "");
    if (wanted !== shown) {
      shown = wanted;
      if (one) drawSheet(one);
      if (one && before !== openRequest) {
        // Taken off and put on again, so that each new request slides in.
        sheet.classList.remove("vipps-nb-comes");
        void sheet.offsetWidth;
        sheet.classList.add("vipps-nb-comes");
      }
    }
    // What had the focus may be gone; the keyboard shall not start again at the top of the page.
    if (had && !screen.contains(document.activeElement)) phone.focus({ preventScroll: true });
    if (had && actions.hidden) phone.focus({ preventScroll: true });
  }

  function tick(now) {
    write(corner, timeWords(now).slice(0, 5));
    write(lock.time, timeWords(now).slice(0, 5));
    write(lock.day, dayWords(now, "long"));
    const one = waiting.find((each) => each.request === openRequest);
    const left = one?.expires ? one.expires - now : 0;
    ignore.hidden = !one?.expires;
    write(ignore, left > 0 ? `Let it expire · in ${untilWords(left)}` : "Let it expire");
  }

  function tell(text, well) {
    write(said, text ? `${well ? "✓" : "✗"} ${text}` : "");
    said.dataset.well = String(well);
  }

  return { phone, draw, tick, tell, buttons: [approve, abort, ignore] };
}

/** The request log as a table in which a line opens to what was asked and answered. */
function buildLog(ask) {
  const filter = element("input", "filter");
  Object.assign(filter, { type: "search", placeholder: "filter: path, method, status" });
  filter.setAttribute("aria-label", "Filter the request log");
  const summary = element("span", "summary");
  const doctors = element("input");
  doctors.type = "checkbox";
  const doctorsCount = element("span");
  const doctorSwitch = group("label", "doctors", [doctors, doctorsCount]);
  const body = element("tbody");
  const head = group(
    "tr",
    "",
    ["time", "method", "path", "status", "ms"].map((name) => group("th", name, [name], { scope: "col" })),
  );
  const table = group("table", "", [group("thead", "", [head]), body]);
  const scroll = group("div", "scroll", [table], { role: "region", "aria-label": "Requests, newest first", tabindex: "0" });
  const empty = element("p", "empty");
  const top = group("div", "log-top", [element("h4", "heading", "Requests"), summary, doctorSwitch, filter]);
  const log = group("div", "log", [top, scroll, empty], { role: "group", "aria-label": "Requests" });

  /** @type {Row[]} */
  let rows = [];
  let total = 0;
  let opened = 0;
  /** What was asked and answered in the open line; null while it is on its way. */
  let entry = null;

  function toggle(number) {
    opened = opened === number ? 0 : number;
    entry = null;
    draw();
    if (opened) {
      ask(number, (found) => {
        if (opened !== number) return;
        entry = found ?? { gone: true };
        draw();
      });
    }
  }

  /** @param {Row} row */
  function drawRow(row) {
    const path = button(row.path, () => toggle(row.number), "path-button", "Show what was asked and answered");
    path.setAttribute("aria-expanded", String(row.number === opened));
    path.dataset.number = String(row.number);
    const by = row.by ? [element("span", "by", row.by)] : [];
    const line = group("tr", "line", [
      element("td", "time", row.time),
      element("td", "method", row.method),
      group("td", "path", [...by, path, ...(row.tolerated ? [element("span", "tolerated", toleratedWords(row))] : [])]),
      element("td", "status", outcomeWords(row)),
      element("td", "ms", String(Math.round(row.ms))),
    ]);
    line.dataset.well = String(!row.dropped && row.status !== null && row.status < 400);
    if (row.by) line.dataset.by = row.by;
    if (row.number !== opened) return [line];
    const cell = group("td", "entry", drawEntry(row));
    cell.colSpan = 5;
    return [line, group("tr", "opened", [cell])];
  }

  /** @param {Row} row */
  function drawEntry(row) {
    if (entry === null) return [element("p", "", "…")];
    if (entry.gone) return [element("p", "", "The sandbox has forgotten this request.")];
    const fate = row.dropped === "after" ? "acted upon, answer lost" : row.dropped ? "not acted upon" : "";
    const sections = [
      ["Tolerated, and in no document", entry.tolerated?.join("\n")],
      ["Headers", entry.headers],
      ["Body", entry.body],
      ["Answer", entry.response],
    ].filter(([, value]) => value !== null && value !== undefined);
    const drawn = sections.map(([name, value]) =>
      group("div", "part", [
        element("strong", "", name),
        element("pre", "", typeof value === "string" ? value : JSON.stringify(value, null, 2)),
      ]),
    );
    return fate ? [element("p", "", fate), ...drawn] : drawn;
  }

  function draw() {
    const wanted = filter.value.trim().toLowerCase();
    const asked = rows.filter((row) => row.by === "doctor").length;
    const all = rows.filter((row) => doctors.checked || row.by !== "doctor").reverse();
    doctorSwitch.hidden = asked === 0;
    write(doctorsCount, `show the doctor’s ${asked}`);
    const fitting = all.filter((row) =>
      `${row.method} ${row.path} ${outcomeWords(row)} ${toleratedWords(row)}`.toLowerCase().includes(wanted),
    );
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.number : undefined;
    body.replaceChildren(...fitting.flatMap(drawRow));
    if (focused) body.querySelector(`[data-number="${focused}"]`)?.focus({ preventScroll: true });
    scroll.hidden = fitting.length === 0;
    empty.hidden = fitting.length > 0;
    const nothing = rows.length ? "Nothing but the doctor’s questions." : "Nothing has been asked yet.";
    write(empty, all.length ? "Nothing fits the filter." : nothing);
    const kept = rows.length < total ? `, the last ${rows.length} here` : "";
    const fits = wanted && rows.length ? `${fitting.length} of ` : "";
    write(summary, total ? `${fits}${total} in all${kept}` : "");
  }

  doctors.addEventListener("change", draw);
  filter.addEventListener("input", draw);
  return {
    log,
    show: (nextRows, nextTotal) => {
      // A reset starts counting again: what was open belongs to a world that is gone.
      if (nextTotal < total) opened = 0;
      [rows, total] = [nextRows, nextTotal];
      draw();
    },
  };
}

/** Hold, release, forward, next. */
function buildClock(act) {
  const time = element("p", "clock-time");
  time.setAttribute("role", "timer");
  time.setAttribute("aria-live", "off");
  const day = element("p", "clock-day");
  const hold = button("", () => act(hold.dataset.verb, {}), "", "A held clock stands still until somebody moves it");
  const moves = [
    button("+1 h", () => act("advance", { seconds: 3600 }), "", "One hour on; everything that falls due happens"),
    button("+1 day", () => act("advance", { seconds: 86400 }), "", "One day on; everything that falls due happens"),
    button("Next event", () => act("next", {}), "", "To the next thing that happens by itself"),
  ];
  const row = group("div", "buttons", [hold, ...moves]);
  const clock = panel("clock", "Clock", group("div", "clock-row", [group("div", "clock-face", [time, day]), row]));

  function tick(now, held) {
    write(time, timeWords(now));
    write(day, `${dayWords(now)} UTC · ${held ? "held" : "running"}`);
    hold.dataset.verb = held ? "release" : "hold";
    write(hold, held ? "Release" : "Hold");
    clock.dataset.held = String(held);
  }

  return { clock, tick, buttons: [hold, ...moves] };
}

/** What goes wrong on demand, and how often. */
function buildFaults(act) {
  const name = `vipps-nb-fault-${(nextName += 1)}`;
  const radios = FAULTS.map(([preset, text, title]) => {
    const radio = element("input");
    Object.assign(radio, { type: "radio", name, value: preset });
    radio.addEventListener("change", send);
    return { radio, label: Object.assign(group("label", "fault", [radio, element("span", "", text)]), { title }) };
  });
  const share = group(
    "select",
    "share",
    SHARES.map(([rate, text]) => Object.assign(element("option", "", text), { value: String(rate) })),
    { "aria-label": "How many requests are hit" },
  );
  share.addEventListener("change", send);
  const words = element("p", "words");
  const chips = group("div", "chips", radios.map((each) => each.label), { role: "radiogroup", "aria-label": "Faults" });
  const faults = panel("faults", "Faults", group("div", "fault-row", [chips, share, words]));

  function send() {
    const preset = radios.find((each) => each.radio.checked)?.radio.value;
    if (preset) act("faults", { preset, rate: Number(share.value) });
  }

  function draw(found) {
    const preset = found.preset ?? "off";
    radios.forEach((each) => (each.radio.checked = each.radio.value === preset));
    share.hidden = preset === "off" || preset === "own";
    if (!share.hidden) share.value = String(found.rate);
    const known = FAULTS.find(([each]) => each === preset);
    write(words, known ? `${known[2]}.` : `${found.rules} ${found.rules === 1 ? "rule" : "rules"} of your own.`);
    faults.dataset.on = String(preset !== "off");
  }

  return { faults, draw, inputs: [...radios.map((each) => each.radio), share] };
}

/** The seed, and a new world; asks first. */
function buildWorld(act) {
  const words = element("p", "words");
  const seed = element("input", "seed");
  Object.assign(seed, { type: "number", step: "1", value: "1" });
  const label = group("label", "seed-label", ["Seed", seed]);
  const ask = button("Reset …", () => turn(true), "", "A new world: asks first");
  const sure = button("Forget it all", () => (turn(false), send()), "sure");
  const keep = button("Keep it", () => turn(false));
  const question = element("p", "question", "Forget all payments, agreements, logins and the log?");
  const asking = group("div", "asking", [question, sure, keep], { role: "alertdialog", "aria-label": "Reset the sandbox" });
  const strict = element("input");
  strict.type = "checkbox";
  strict.addEventListener("change", () => act("strict", { on: strict.checked }));
  const strictLabel = group("label", "strict", [strict, "Strict"], {
    title: "Refuse what no document has, although published clients send it",
  });
  const row = group("div", "buttons", [words, strictLabel, label, ask]);
  const world = panel("world", "World", row, asking);
  asking.hidden = true;
  asking.addEventListener("keydown", (event) => {
    if (event.key === "Escape") turn(false);
  });

  function turn(on) {
    asking.hidden = !on;
    row.hidden = on;
    (on ? keep : ask).focus();
  }

  function send() {
    const wanted = Number.parseInt(seed.value, 10);
    act("reset", { seed: Number.isSafeInteger(wanted) ? wanted : 1 });
  }

  let shown = NaN;
  function draw(nextSeed, nextWorld, nextStrict) {
    strict.checked = nextStrict;
    write(words, nextWorld || "Nothing in it yet");
    // Not while it is being typed: only a seed that has changed is written.
    if (nextSeed !== shown) seed.value = String(nextSeed);
    shown = nextSeed;
  }

  return { world, draw, buttons: [ask, sure], inputs: [strict] };
}

/** @returns {() => void} Clean-up: stops every timer and listener. */
function render({ model, el }) {
  let silent = false;
  let working = 0;
  let ahead = 0; // how far the kernel's clock is ahead of the browser's
  let timer = 0;
  let spoken = new Set(model.get("waiting").map((one) => one.request));

  const talk = conversation(model, (now) => {
    if (silent === now) return;
    silent = now;
    drawState();
  });

  function order(verb, given, told) {
    working += 1;
    drawState();
    talk.say({ do: verb, ...given }, (answer) => {
      working -= 1;
      drawState();
      told(answer.say, answer.well);
      write(speaker, answer.say);
      // A fault that was refused is still chosen here: back to what there is.
      draw();
    });
  }

  const tellBelow = (text, well) => {
    write(outcome, `${well ? "✓" : "✗"} ${text}`);
    outcome.dataset.well = String(well);
    outcome.hidden = !text;
  };
  const act = (verb, given) => order(verb, given, tellBelow);

  const badge = element("span", "badge", "sandbox");
  const state = element("span", "state");
  const title = element("strong", "title", "The desk");
  const outcome = element("p", "outcome");
  outcome.hidden = true;
  const speaker = group("p", "unseen", [], { role: "status" });
  const phone = buildPhone((verb, given) => order(verb, given, phone.tell));
  const clock = buildClock(act);
  const faults = buildFaults(act);
  const world = buildWorld(act);
  const log = buildLog((number, found) => talk.say({ look: number }, (answer) => found(answer.entry)));
  const head = group("div", "head", [badge, title, state]);
  const rest = group("div", "panels", [clock.clock, faults.faults, world.world, outcome]);
  const grid = group("div", "grid", [phone.phone, rest, log.log]);
  const card = group("section", "desk", [head, grid, speaker], { role: "group", "aria-label": "Vipps sandbox desk" });
  card.classList.add("vipps-nb");
  card.dataset.environment = "sandbox";
  // JupyterLab hears keys before anything in here does: without this, "d d" on a button deletes a cell.
  card.dataset.lmSuppressShortcuts = "true";

  function nowThere() {
    const shown = model.get("clock");
    return shown.held ? shown.now : Date.now() + ahead + (shown.ahead ?? 0);
  }

  function tick() {
    clearTimeout(timer);
    const now = nowThere();
    const held = Boolean(model.get("clock").held);
    clock.tick(now, held);
    phone.tick(now);
    if (!held) timer = setTimeout(tick, SECOND - (now % SECOND) + 1);
  }

  function drawState() {
    const over = model.get("state") !== "live";
    const words = over ? model.get("message") : silent ? SILENCE : working ? "working …" : "";
    write(state, words);
    card.dataset.state = silent ? "silent" : model.get("state");
    const off = over || silent || working > 0;
    const buttons = [...phone.buttons, ...clock.buttons, ...world.buttons];
    buttons.forEach((each) => each.setAttribute("aria-disabled", String(off)));
    [...faults.inputs, ...world.inputs].forEach((each) => (each.disabled = over || silent));
  }

  function speak() {
    const waiting = model.get("waiting");
    const news = waiting.filter((one) => !spoken.has(one.request));
    spoken = new Set(waiting.map((one) => one.request));
    if (!news.length) return;
    phone.tell("", true);
    write(speaker, news.length === 1 ? spokenWords(news[0]) : `On the phone: ${news.length} new requests`);
  }

  let drawing = false;
  /** Traits that change together are drawn together. */
  function draw() {
    if (drawing) return;
    drawing = true;
    queueMicrotask(() => {
      drawing = false;
      speak();
      phone.draw(model.get("waiting"), model.get("state") !== "live");
      faults.draw(model.get("faults"));
      world.draw(model.get("seed"), model.get("world"), Boolean(model.get("strict")));
      log.show(model.get("rows"), model.get("total"));
      drawState();
      tick();
    });
  }

  /** Compares the clocks, and finds out whether anybody is there. */
  function askKernel() {
    talk.forget();
    working = 0;
    const asked = Date.now();
    talk.say({ ask: "time" }, (answer) => {
      ahead = answer.time - (asked + Date.now()) / 2;
      drawState();
      tick();
    });
  }

  // A hidden tab's timers are throttled; the moment it is looked at, it must be right.
  const looked = () => document.hidden || tick();
  document.addEventListener("visibilitychange", looked);
  TRAITS.forEach((name) => model.on(`change:${name}`, draw));
  model.on("comm_live_update", askKernel);
  el.append(card);
  draw();
  askKernel();

  return () => {
    clearTimeout(timer);
    talk.stop();
    document.removeEventListener("visibilitychange", looked);
    TRAITS.forEach((name) => model.off(`change:${name}`, draw));
    model.off("comm_live_update", askKernel);
  };
}

export default { render };
