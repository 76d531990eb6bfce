/** Numbers, places and lists in words. */

/**
 * "1 rule", "2 rules".
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * The sentences and facts that there are, in one line.
 * @param {(string | false | null | undefined)[]} texts
 */
export function joined(...texts) {
  return texts.filter(Boolean).join(" · ");
}

/**
 * An environment's name; production's is loud.
 * @param {string} environment
 */
export function environmentWords(environment) {
  return environment === "production" ? "PRODUCTION" : environment;
}

/** @typedef {"good" | "refused" | "failed"} Tone */

/**
 * How an answer went, by its status: refused by the request's fault, failed by the server's.
 * @param {number} status
 * @returns {Tone}
 */
export function toneOf(status) {
  if (status < 400) return "good";
  return status < 500 ? "refused" : "failed";
}
