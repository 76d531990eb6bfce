/** What is said of a token's life to those who do not see the card: little, and only what has changed. */

import { write } from "../shared/dom.js";
import { passedMoment } from "./life.js";
import { leftWords, spokenWords, writesWords } from "./words.js";

/** @import { Life, Phase } from "./life.js" */

/**
 * @param {HTMLElement} news   What is written into it is spoken.
 * @returns {(phase: Phase, life: Life, now: number, writes: boolean) => void} Called with each look at the token.
 */
export function speaking(news) {
  let spoken = { phase: "", issued: 0, left: 0, writes: false };
  return (phase, life, now, writes) => {
    const left = life.expires - now;
    const begins = phase !== spoken.phase || life.issued !== spoken.issued;
    const passed = passedMoment(spoken.left, left);
    if (spoken.phase && writes !== spoken.writes) write(news, writesWords(writes));
    else if (spoken.phase && begins) write(news, spokenWords(phase, life, now));
    else if (passed) write(news, leftWords(passed));
    spoken = { phase, issued: life.issued, left, writes };
  };
}
