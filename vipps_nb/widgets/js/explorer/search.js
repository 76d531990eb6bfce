/** Finds operations by words. The catalogue's own search has the same rules, and the same examples test both. */

/** @import { Operation } from "./types.js" */

/** @typedef {{ operation: Operation, number: number }} Found   With its place in the list. */

/**
 * How well an operation fits; null where one of the words is missing.
 * @param {Operation} operation
 * @param {string[]} wanted   In lower case.
 */
function scoreOf(operation, wanted) {
  const purpose = operation.purpose.toLowerCase();
  const place = `${operation.api} ${operation.method} ${operation.path}`.toLowerCase();
  let score = operation.marks.includes("deprecated") ? 0 : 1;
  for (const word of wanted) {
    if (!purpose.includes(word) && !place.includes(word)) return null;
    score += 2 * Number(purpose.startsWith(word)) + Number(purpose.includes(word)) + Number(place.includes(word));
  }
  return score;
}

/**
 * Operations that have all the words in their API, method, path or purpose; best first. Without a word all of them, as
 * they stand in the list.
 * @param {Operation[]} operations
 * @param {string} words
 * @returns {Found[]}
 */
export function search(operations, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const all = operations.map((operation, number) => ({ operation, number }));
  if (!wanted.length) return all;
  return all
    .flatMap((found) => {
      const score = scoreOf(found.operation, wanted);
      return score === null ? [] : [{ found, score }];
    })
    .sort((one, other) => other.score - one.score || one.found.number - other.found.number)
    .map(({ found }) => found);
}

/**
 * What was found, by API; the API of the best one first.
 * @param {Found[]} found
 */
export function byApi(found) {
  /** @type {Map<string, Found[]>} */
  const groups = new Map();
  for (const one of found) groups.set(one.operation.api, [...(groups.get(one.operation.api) ?? []), one]);
  return groups;
}
