/** The panel's first line: what it is, where calls go today, how many there are, and whether the kernel answers. */

import { element, group, write } from "../shared/dom.js";
import { environmentWords } from "../shared/words.js";

/** @import { Place } from "./types.js" */

export function buildHead() {
  const [badge, count, state] = [element("span", "badge"), element("span", "count"), element("span", "state")];
  state.setAttribute("role", "status");
  badge.hidden = true;
  return {
    node: group("div", "head", [badge, element("strong", "title", "Calls"), count, state]),
    /** @param {Place | null} place */
    place: (place) => {
      write(badge, place ? environmentWords(place.environment) : "not logged in");
      badge.dataset.none = String(!place);
      badge.title = place?.msn ? `MSN ${place.msn}` : "";
      badge.hidden = false;
    },
    /** @param {string} words */
    count: (words) => write(count, words),
    /** @param {string} words */
    say: (words) => write(state, words),
  };
}
