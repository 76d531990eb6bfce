/** Finds operations by words. The catalogue's own search has the same rules, and the same examples test both. */

/** @import { Operation } from "./types.js" */

/** @typedef {{ operation: Operation, number: number }} Found   With its place in the list. */

const FILLERS = new Set([
  "a",
  "an",
  "the",
  "how",
  "to",
  "do",
  "i",
  "my",
  "can",
  "please",
  "is",
  "it",
  "was",
  "what",
  "does",
  "did",
]);
const PARTS = /[\p{L}\p{N}]+/gu;
/** Letters, from which on one and two mistakes are forgiven. */
const SHORT = 4;
const LONG = 8;
/** More than a word somewhere in the purpose. */
const TASK = 3;
/** Who has one comes after who has not. */
const DRAWBACKS = ["deprecated", "not in test"];

/**
 * How many letters have to be changed to make one word of another.
 * @param {string} one
 * @param {string} other
 */
function distance(one, other) {
  /** @type {number[]} */
  let before = [];
  let last = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const wrong = Number(one[row - 1] !== other[column - 1]);
      let steps = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + wrong);
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (row > 1 && column > 1 && swapped) steps = Math.min(steps, at(before, column - 2) + 1);
      current.push(steps);
    }
    [before, last] = [last, current];
  }
  return at(last, other.length);
}

/**
 * @param {number[]} row
 * @param {number} place
 */
function at(row, place) {
  return row[place] ?? Number.POSITIVE_INFINITY;
}

/**
 * Whether a word was meant to be another one, or its beginning: a letter too much, missing, wrong or swapped with its
 * neighbour; two of them in a long word.
 * @param {string} word
 * @param {string} other
 */
function isAlike(word, other) {
  const allowed = word.length < SHORT ? 0 : word.length < LONG ? 1 : 2;
  if (!allowed) return false;
  const most = Math.min(other.length, word.length + allowed);
  for (let length = Math.max(1, word.length - allowed); length <= most; length++) {
    if (distance(word, other.slice(0, length)) <= allowed) return true;
  }
  return false;
}

/**
 * @typedef {object} Words   What an operation can be found by, in lower case.
 * @property {string} purpose
 * @property {string} place
 * @property {Set<string>} tasks
 */

/**
 * @param {Operation} operation
 * @returns {Words}
 */
function wordsOf({ purpose, api, method, path, tasks = "" }) {
  return {
    purpose: purpose.toLowerCase(),
    place: `${api} ${method} ${path}`.toLowerCase(),
    tasks: new Set(tasks.toLowerCase().match(PARTS) ?? []),
  };
}

/**
 * Whether an operation has a word, or in its own texts a part of one.
 * @param {Words} words
 * @param {string} word
 */
function has({ purpose, place, tasks }, word) {
  return purpose.includes(word) || place.includes(word) || tasks.has(word);
}

/**
 * How well a word fits; null where it does not.
 * @param {Words} words
 * @param {string} word
 * @param {boolean} misspelled
 */
function scoreOf({ purpose, place, tasks }, word, misspelled) {
  if (misspelled) {
    const parts = [...(`${purpose} ${place}`.match(PARTS) ?? []), ...tasks];
    return parts.some((other) => isAlike(word, other)) ? 1 : null;
  }
  const [inPurpose, inPlace] = [purpose.includes(word), place.includes(word)];
  if (inPurpose || inPlace) return 2 * Number(purpose.startsWith(word)) + Number(inPurpose) + Number(inPlace);
  return tasks.has(word) ? TASK : null;
}

/**
 * Operations that have all the words in their API, method, path or purpose, or in what people want to do with them;
 * best first. A word that nothing has is taken for a misspelled one or for the beginning of a longer one.
 * Without a word all of them, as they stand in the list.
 * @param {Operation[]} operations
 * @param {string} words
 * @returns {Found[]}
 */
export function search(operations, words) {
  const typed = words.toLowerCase().split(/\s+/).filter(Boolean);
  const telling = typed.filter((word) => !FILLERS.has(word));
  const wanted = telling.length ? telling : typed;
  const all = operations.map((operation, number) => ({ operation, number }));
  if (!wanted.length) return all;
  const rows = operations.map(wordsOf);
  const known = new Set(wanted.filter((word) => rows.some((own) => has(own, word))));
  return all
    .flatMap((found) => {
      const own = wordsOf(found.operation);
      let score = DRAWBACKS.filter((mark) => !found.operation.marks.includes(mark)).length;
      for (const word of wanted) {
        const fits = scoreOf(own, word, !known.has(word));
        if (fits === null) return [];
        score += fits;
      }
      return [{ found, score }];
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
