/**
 * The card of a webhook listener: one row for each delivery, the newest on top. The kernel sends rows, this module
 * draws them. There is no secret and no signature in the browser.
 *
 * browser → kernel   {do: "fail"}   {do: "clear"}   {ask: "alive", id}
 * kernel → browser   {alive: id}
 *
 * @typedef {object} Row
 * @property {number} number
 * @property {number} moment      Milliseconds, by the clock that deliveries are judged by.
 * @property {string} name
 * @property {string} subject
 * @property {boolean} genuine
 * @property {string} reason      "valid", or a slug.
 * @property {string} sentence    What to do about it; empty when genuine.
 * @property {number} attempt
 * @property {boolean} duplicate
 * @property {number} status
 */

/** A kernel that is alive and free answers in milliseconds; after this long the person deserves a word. */
const PATIENCE = 3000;

const SILENCE = "waiting for the kernel: a cell is running, or it is gone";
const HEADINGS = ["number", "time", "event", "signature", "answered", "about"];
const TRAITS = ["rows", "total", "listening"];

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

/** Leaves an unchanged text alone, so that a selection survives and nothing is spoken again. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The moment in UTC, as the sandbox's clock and the platform's dates say it. */
function timeWords(moment) {
  return new Date(moment).toISOString().slice(11, 19);
}

/** @param {Row} row */
function verdictWords(row) {
  if (row.genuine) return "✓ genuine";
  return row.reason === "no-secret" ? "? not checked" : `✗ ${row.reason}`;
}

/** @param {Row} row */
function repeatWords(row) {
  const words = [];
  if (row.attempt > 1) words.push(`attempt ${row.attempt}`);
  if (row.duplicate) words.push("duplicate");
  return words.join(", ");
}

/** @param {Row} row */
function spokenWords(row) {
  const verdict = row.genuine ? "genuine" : row.reason.replaceAll("-", " ");
  return [`${row.name}, ${verdict}, answered ${row.status}`, repeatWords(row)].filter(Boolean).join(", ");
}

/**
 * A delivery as a line of the table, and below it, where something is wrong, a line that says what to do.
 * @param {Row} row
 */
function drawRow(row) {
  const line = element("tr", "line");
  line.dataset.verdict = row.genuine ? "genuine" : row.reason === "no-secret" ? "unknown" : "false";
  line.dataset.answer = row.status < 300 ? "yes" : "no";
  const event = element("td", "event");
  event.append(element("span", "name", row.name));
  const repeat = repeatWords(row);
  if (repeat) event.append(element("span", "repeat", repeat));
  const about = element("td", "about", row.subject);
  about.title = row.subject;
  line.append(
    element("td", "number", String(row.number)),
    element("td", "time", timeWords(row.moment)),
    event,
    element("td", "verdict", verdictWords(row)),
    element("td", "answer", String(row.status)),
    about,
  );
  if (!row.sentence) return [line];
  const advice = element("tr", "advice");
  const cell = element("td", "", row.sentence);
  cell.colSpan = HEADINGS.length - 1;
  advice.append(element("td"), cell);
  return [line, advice];
}

/** The card's elements, empty, in reading order. */
function buildCard() {
  const card = element("section", "deliveries");
  card.classList.add("vipps-nb");
  card.setAttribute("role", "group");
  card.setAttribute("aria-label", "Webhook deliveries");

  const title = element("strong", "title", "Webhooks");
  const state = element("span", "state");
  const buttons = element("div", "buttons");
  const [fail, clear] = [element("button", "", "Fail the next 3"), element("button", "", "Clear")];
  fail.title = "Answer 500 to the next three deliveries, to see them tried again";
  for (const button of [fail, clear]) {
    button.type = "button";
    // JupyterLab hears keys before anything in here does: without this, "d d" on a button deletes a cell.
    button.dataset.lmSuppressShortcuts = "true";
  }
  buttons.append(fail, clear);
  const row = element("div", "row");
  row.append(title, state, buttons);

  const message = element("p", "message");
  const scroll = element("div", "scroll");
  scroll.tabIndex = 0; // so that a keyboard can scroll it
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Deliveries, newest first");
  const table = element("table");
  const head = element("tr");
  for (const heading of HEADINGS) {
    const cell = element("th", heading);
    cell.scope = "col";
    cell.append(element("span", heading === "number" ? "unseen" : "", heading));
    head.append(cell);
  }
  const [thead, tbody] = [element("thead"), element("tbody")];
  thead.append(head);
  table.append(thead, tbody);
  scroll.append(table);
  const empty = element("p", "empty", "Nothing has come yet.");
  const speaker = element("p", "unseen");
  speaker.setAttribute("role", "status");
  card.append(row, message, scroll, empty, speaker);
  return { card, state, buttons, fail, clear, message, scroll, tbody, empty, speaker };
}

/** Sends quietly: in a saved notebook there is nobody to send to, and the card says so in words. */
function deliver(model, content) {
  try {
    model.send(content);
  } catch {
    // The missing answer is noticed, whatever the reason for it was.
  }
}

/** @returns {() => void} Clean-up: stops every timer and listener. */
function render({ model, el }) {
  const parts = buildCard();
  // Every view of this model hears every answer; a random start keeps their questions apart.
  let question = Math.floor(Math.random() * 2 ** 40);
  let silent = false;
  let timer = 0;
  let spoken = model.get("total");

  function draw() {
    const [rows, total, listening] = TRAITS.map((name) => model.get(name));
    const count = `${total} ${total === 1 ? "delivery" : "deliveries"}`;
    parts.card.dataset.listening = String(listening && !silent);
    write(parts.state, `${listening ? (silent ? "" : "listening · ") : "stopped · "}${count}`);
    parts.scroll.hidden = rows.length === 0;
    parts.empty.hidden = rows.length > 0;
    write(parts.empty, listening ? "Nothing has come yet." : "Nothing came.");
    parts.tbody.replaceChildren(...[...rows].reverse().flatMap(drawRow));
    const shown = rows.length < total ? `The latest ${rows.length} are shown.` : "";
    const text = [silent && listening && SILENCE, shown].filter(Boolean).join(" · ");
    parts.message.hidden = !text;
    write(parts.message, text);
    parts.buttons.hidden = !listening;
    for (const button of [parts.fail, parts.clear]) button.setAttribute("aria-disabled", String(silent));
    const news = rows.filter((row) => row.number > spoken);
    if (news.length === 1) write(parts.speaker, spokenWords(news[0]));
    else if (news.length) write(parts.speaker, `${news.length} deliveries, the last: ${spokenWords(news.at(-1))}`);
    spoken = total;
  }

  function askKernel() {
    clearTimeout(timer);
    question += 1;
    deliver(model, { ask: "alive", id: question });
    timer = setTimeout(() => {
      silent = true;
      draw();
    }, PATIENCE);
  }

  function hear(content) {
    if (content?.alive !== question) return;
    clearTimeout(timer);
    if (silent) {
      silent = false;
      draw();
    }
  }

  function click(button, content) {
    if (button.getAttribute("aria-disabled") === "true") return;
    deliver(model, content);
    if (content.do === "fail") write(parts.speaker, "The next three deliveries will be answered with 500.");
    askKernel();
  }

  const fail = () => click(parts.fail, { do: "fail" });
  const clear = () => click(parts.clear, { do: "clear" });
  parts.fail.addEventListener("click", fail);
  parts.clear.addEventListener("click", clear);
  TRAITS.forEach((name) => model.on(`change:${name}`, draw));
  model.on("msg:custom", hear);
  model.on("comm_live_update", askKernel);
  el.append(parts.card);
  draw();
  askKernel();

  return () => {
    clearTimeout(timer);
    TRAITS.forEach((name) => model.off(`change:${name}`, draw));
    model.off("msg:custom", hear);
    model.off("comm_live_update", askKernel);
  };
}

export default { render };
