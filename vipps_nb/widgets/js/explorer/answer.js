/** Where the answer appears. */

import { element } from "../shared/dom.js";

export function buildAnswer() {
  const node = element("div", "answer-place", "", { role: "region", "aria-label": "Answer", tabindex: "-1" });
  node.hidden = true;

  return {
    node,
    clear: () => {
      node.hidden = true;
      node.replaceChildren();
    },
    /** @param {string} html   The kernel's. */
    show: (html) => {
      // The kernel escapes everything in its cards that came from elsewhere; see vipps_nb/cards/markup.py.
      node.innerHTML = html;
      node.hidden = false;
      if (node.getBoundingClientRect().top <= window.innerHeight - 80) return;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      node.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    },
  };
}
