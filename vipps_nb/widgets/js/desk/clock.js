/** The sandbox's clock: hold, release, forward, next. */

import { button, element, group, write } from "../shared/dom.js";
import { wallTime, zoneWords } from "../shared/time.js";
import { panel } from "./panel.js";
import { dayWords } from "./words.js";

/**
 * @import { Zone } from "../shared/time.js"
 * @import { Order } from "./types.js"
 */

/** @param {(order: Order) => void} act */
export function buildClock(act) {
  const time = element("p", "clock-time", "", { role: "timer", "aria-live": "off" });
  const day = element("p", "clock-day");
  let isHeld = false;
  const hold = button("", () => act({ do: isHeld ? "release" : "hold" }), "", {
    title: "A held clock stands still until somebody moves it",
  });
  const moves = [
    button("+1 h", () => act({ do: "advance", seconds: 3600 }), "", {
      title: "One hour on; everything that falls due happens",
    }),
    button("+1 day", () => act({ do: "advance", seconds: 86400 }), "", {
      title: "One day on; everything that falls due happens",
    }),
    button("Next event", () => act({ do: "next" }), "", { title: "To the next thing that happens by itself" }),
  ];
  const row = group("div", "buttons", [hold, ...moves]);
  const clock = panel("clock", "Clock", group("div", "clock-row", [group("div", "clock-face", [time, day]), row]));

  /**
   * @param {number} now
   * @param {boolean} held
   * @param {Zone} zone
   */
  function tick(now, held, zone) {
    isHeld = held;
    write(time, wallTime(now, zone));
    write(day, `${dayWords(now, zone)} ${zoneWords(now, zone)} · ${held ? "held" : "running"}`);
    write(hold, held ? "Release" : "Hold");
    clock.dataset.held = String(held);
  }

  return { clock, tick, buttons: [hold, ...moves] };
}
