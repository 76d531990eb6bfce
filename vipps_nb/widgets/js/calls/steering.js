/** What leads into the panel from elsewhere: keys, and links on the cards of answers. */

/**
 * A key's act, where nobody is typing; in a field only those that lead out of it.
 * @param {object} given
 * @param {HTMLElement} given.field   The search.
 * @param {HTMLElement} given.list
 * @param {() => void} given.back
 * @param {(() => void) | null} given.copy   Null while no call is chosen.
 * @param {(() => void) | null} given.edit
 * @param {EventTarget | null} target
 * @returns {Record<string, () => void>}
 */
export function actsOf({ field, list, back, copy, edit }, target) {
  const toList = () => list.focus();
  if (target === field) return { Escape: toList, ArrowDown: toList };
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return { Escape: toList };
  return {
    "/": () => field.focus(),
    Escape: back,
    ...(copy && { c: copy }),
    ...(edit && { e: edit }),
  };
}

/**
 * @param {KeyboardEvent} event
 * @param {Record<string, () => void>} acts   By key.
 */
export function steer(event, acts) {
  const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
  if (!act || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/**
 * Hears clicks on "In the calls panel", which stands on a card anywhere in the page.
 * @param {(key: string) => boolean} open   Gives whether the call is one of its own.
 * @returns {() => void} Stops.
 */
export function hearLinks(open) {
  /** @param {MouseEvent} event */
  const hear = (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#vipps-nb-call-']") : null;
    const key = link?.getAttribute("href")?.slice(1);
    if (key && !event.defaultPrevented && open(key)) event.preventDefault();
  };
  document.addEventListener("click", hear, true);
  return () => document.removeEventListener("click", hear, true);
}
