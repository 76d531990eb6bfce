/** How far the kernel's wall clock is ahead of the browser's. */

import { conversation } from "../shared/kernel.js";

/** @import { Conversation, Line } from "../shared/kernel.js" */

/** @typedef {[{ ask: "time" }, { time: number }]} Exchange */

/** Beyond this round trip the question lay in the kernel's queue, and half of it is not the way back. */
const LONG_ROUND_TRIP = 500;

/** Quick enough to stop asking. A page that is still loading needs a few questions to get there. */
const QUICK_ROUND_TRIP = 50;

const QUESTIONS_PER_MEASUREMENT = 5;

/**
 * By one question and its answer.
 * @param {number} asked    When, by the browser's clock.
 * @param {number} heard    When, by the browser's clock.
 * @param {number} time     By the kernel's, stamped when it answered.
 */
export function aheadBy(asked, heard, time) {
  const roundTrip = heard - asked;
  return time - heard + (roundTrip > LONG_ROUND_TRIP ? 0 : roundTrip / 2);
}

/**
 * Asks a few times and believes the quickest answer. A question may also wait until a cell has finished; the
 * answer is stamped when it is given, so then the moment it arrives counts.
 * @param {Line} model
 * @param {(offset: number) => void} tell   Called with each better estimate, in milliseconds.
 */
export function clockComparison(model, tell) {
  /** @type {Conversation<Exchange>} */
  const talk = conversation(model, () => {}); // silence is noticed by whoever counts
  let left = 0;
  let quickest = Number.POSITIVE_INFINITY;

  function ask() {
    left -= 1;
    talk.forget();
    const asked = Date.now();
    talk.ask({ ask: "time" }, ({ time }) => {
      const heard = Date.now();
      if (heard - asked < quickest) {
        quickest = heard - asked;
        tell(aheadBy(asked, heard, time));
      }
      if (left > 0 && quickest > QUICK_ROUND_TRIP) ask();
    });
  }

  return {
    measure: () => {
      left = QUESTIONS_PER_MEASUREMENT;
      quickest = Number.POSITIVE_INFINITY;
      ask();
    },
    stop: talk.stop,
  };
}
