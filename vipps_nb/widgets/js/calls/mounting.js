/** Another widget inside this one, where the front end can. */

/**
 * @typedef {{ el: HTMLElement, remove: () => void }} View
 * @typedef {{ get_model: (id: string) => Promise<object>, create_view: (model: object) => Promise<View> }} Manager
 */

/**
 * Shows another widget's view in a place.
 * @param {object} model   Of the widget that is here already.
 * @param {string} id      Of the other one's model.
 * @param {HTMLElement} place
 * @returns {Promise<(() => void) | null>} Takes it away again; null where the front end cannot do this.
 */
export async function mount(model, id, place) {
  try {
    const { widget_manager: manager } = /** @type {{ widget_manager?: Manager }} */ (model);
    if (!manager) return null;
    const view = await manager.create_view(await manager.get_model(id));
    place.replaceChildren(view.el);
    return () => view.remove();
  } catch {
    return null;
  }
}

/**
 * Puts the focus onto something that is still being drawn.
 * @param {HTMLElement} place
 * @param {string} selector
 * @param {number} [patience]   In frames.
 */
export function focusWhenThere(place, selector, patience = 300) {
  const found = place.querySelector(selector);
  if (found instanceof HTMLElement) {
    found.focus({ preventScroll: true });
    found.scrollIntoView({ block: "nearest" });
  } else if (patience > 0 && place.isConnected) {
    requestAnimationFrame(() => focusWhenThere(place, selector, patience - 1));
  }
}
