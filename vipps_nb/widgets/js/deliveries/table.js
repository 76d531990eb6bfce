/** Deliveries as a table, the newest on top. */

import { element, group } from "../shared/dom.js";
import { timeWords } from "../shared/time.js";
import { repeatWords, verdictWords } from "./words.js";

/** @import { Delivery } from "./words.js" */

const HEADINGS = ["number", "time", "event", "signature", "answered", "about"];

/**
 * A delivery as a line of the table, and below it, where something is wrong, a line that says what to do.
 * @param {Delivery} delivery
 */
function drawDelivery(delivery) {
  const repeat = repeatWords(delivery);
  const event = [element("span", "name", delivery.name), ...(repeat ? [element("span", "repeat", repeat)] : [])];
  const line = group("tr", "line", [
    element("td", "number", String(delivery.number)),
    element("td", "time", timeWords(delivery.moment)),
    group("td", "event", event),
    element("td", "verdict", verdictWords(delivery)),
    element("td", "answer", String(delivery.status)),
    element("td", "about", delivery.subject, { title: delivery.subject }),
  ]);
  line.dataset.verdict = delivery.genuine ? "genuine" : delivery.reason === "no-secret" ? "unknown" : "false";
  line.dataset.answer = delivery.status < 300 ? "yes" : "no";
  if (!delivery.sentence) return [line];
  const advice = element("td", "", delivery.sentence, { colspan: String(HEADINGS.length - 1) });
  return [line, group("tr", "advice", [element("td"), advice])];
}

/** The table, empty, in a box that scrolls. */
export function buildTable() {
  const headings = HEADINGS.map((heading) => {
    const words = element("span", heading === "number" ? "unseen" : "", heading);
    return group("th", heading, [words], { scope: "col" });
  });
  const body = element("tbody");
  const table = group("table", "", [group("thead", "", [group("tr", "", headings)]), body]);
  // Reached by Tab, so that a keyboard can scroll it.
  const reached = { tabindex: "0", role: "region", "aria-label": "Deliveries, newest first" };
  return {
    scroll: group("div", "scroll", [table], reached),
    /** @param {Delivery[]} deliveries   Oldest first. */
    draw: (deliveries) => body.replaceChildren(...[...deliveries].reverse().flatMap(drawDelivery)),
  };
}
