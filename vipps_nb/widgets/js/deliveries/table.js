/** Deliveries as a table, the newest on top. */

import { element, group } from "../shared/dom.js";
import { timeWords } from "../shared/time.js";
import { toneOf } from "../shared/words.js";
import { repeatWords, verdictTone, verdictWords } from "./words.js";

/**
 * @import { Zone } from "../shared/time.js"
 * @import { Delivery } from "./words.js"
 */

const HEADINGS = ["number", "time", "event", "signature", "answered", "about"];

/**
 * A delivery as a line of the table, and below it, where something is wrong, a line that says what to do.
 * @param {Delivery} delivery
 * @param {Zone} zone
 */
function drawDelivery(delivery, zone) {
  const repeat = repeatWords(delivery);
  const event = [element("span", "name", delivery.name), ...(repeat ? [element("span", "repeat", repeat)] : [])];
  const status = String(delivery.status);
  const line = group("tr", "line", [
    element("td", "number", String(delivery.number)),
    element("td", "time", timeWords(delivery.moment, zone)),
    group("td", "event", event),
    group("td", "verdict", [element("span", "status", verdictWords(delivery), { "data-tone": verdictTone(delivery) })]),
    group("td", "answer", [element("span", "status", status, { "data-tone": toneOf(delivery.status) })]),
    element("td", "about", delivery.subject, { title: delivery.subject }),
  ]);
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
    /**
     * @param {Delivery[]} deliveries   Oldest first.
     * @param {Zone} zone
     */
    draw: (deliveries, zone) => {
      body.replaceChildren(...[...deliveries].reverse().flatMap((one) => drawDelivery(one, zone)));
    },
  };
}
