/** Tabs: arrows lead from one to the next, Tab leads into what it shows. */

import { element, freshId, group } from "../shared/dom.js";

/**
 * @param {string} label
 * @param {Record<string, string>} names   Words by name, in order.
 * @param {(name: string, panel: HTMLElement) => void} fill   Puts what it shows into a panel.
 */
export function buildTabs(label, names, fill) {
  const panel = element("div", "tabpanel", "", { role: "tabpanel", id: freshId(), tabindex: "0" });
  const list = Object.keys(names);
  const tabs = list.map((name) =>
    element("button", "tab", names[name], {
      type: "button",
      role: "tab",
      id: freshId(),
      "data-tab": name,
      "aria-controls": panel.id,
    }),
  );
  const row = group("div", "tabs", tabs, { role: "tablist", "aria-label": label });
  let shown = list[0] ?? "";

  /** @param {string} name */
  function show(name) {
    shown = name;
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) panel.setAttribute("aria-labelledby", tab.id);
    }
    panel.replaceChildren();
    fill(name, panel);
  }

  row.addEventListener("click", ({ target }) => {
    const tab = target instanceof Element ? target.closest("[data-tab]") : null;
    if (tab instanceof HTMLElement && tab.dataset.tab) show(tab.dataset.tab);
  });
  row.addEventListener("keydown", (event) => {
    const steps = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1, Home: -99, End: 99 });
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const at = list.indexOf(shown);
    const next = Math.abs(step) === 1 ? (at + step + list.length) % list.length : step < 0 ? 0 : list.length - 1;
    show(list[next] ?? shown);
    tabs[next]?.focus();
  });

  return {
    nodes: [row, panel],
    panel,
    show,
    shown: () => shown,
    focus: () => tabs[list.indexOf(shown)]?.focus(),
  };
}
