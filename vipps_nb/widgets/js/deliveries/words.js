/** Deliveries in words. */

/**
 * @typedef {object} Delivery
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

/** @param {Delivery} delivery */
export function verdictWords({ genuine, reason }) {
  if (genuine) return "genuine";
  return reason === "no-secret" ? "not checked" : reason;
}

/**
 * @param {Delivery} delivery
 * @returns {import("../shared/words.js").Tone}
 */
export function verdictTone({ genuine, reason }) {
  if (genuine) return "good";
  return reason === "no-secret" ? "refused" : "failed";
}

/** @param {Delivery} delivery */
export function repeatWords({ attempt, duplicate }) {
  return [attempt > 1 && `attempt ${attempt}`, duplicate && "duplicate"].filter(Boolean).join(", ");
}

/** @param {Delivery} delivery */
function spokenWords(delivery) {
  const verdict = delivery.genuine ? "genuine" : delivery.reason.replaceAll("-", " ");
  const words = [`${delivery.name}, ${verdict}, answered ${delivery.status}`, repeatWords(delivery)];
  return words.filter(Boolean).join(", ");
}

/**
 * What a screen reader hears of what has come; nothing where nothing has.
 * @param {Delivery[]} news   Oldest first.
 */
export function newsWords(news) {
  const last = news.at(-1);
  if (!last) return "";
  return news.length === 1 ? spokenWords(last) : `${news.length} deliveries, the last: ${spokenWords(last)}`;
}
