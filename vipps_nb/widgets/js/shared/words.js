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
