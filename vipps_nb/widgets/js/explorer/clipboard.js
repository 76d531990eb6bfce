/** To the clipboard. */

import { element } from "../shared/dom.js";

/**
 * With the old way where the new one is not allowed.
 * @param {string} text
 * @returns Whether it is there.
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", "unseen");
    area.value = text;
    document.body.append(area);
    const before = document.activeElement;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    return done;
  }
}
