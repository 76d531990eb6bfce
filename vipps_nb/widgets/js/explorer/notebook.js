/** The notebook around a widget, where the host lets a widget reach it. */

/**
 * What of JupyterLab's notebook is needed here.
 * @typedef {object} Notebook
 * @property {(NotebookCell | undefined)[]} cells
 * @property {(index: number, cell: { cell_type: "code", source: string, metadata: object }) => void} insertCell
 *
 * @typedef {{ toJSON: () => { outputs?: { data?: Record<string, { model_id?: string }> }[] } }} NotebookCell
 */

const VIEW = "application/vnd.jupyter.widget-view+json";

/**
 * The notebook that this view lives in; null where the host does not hand it out (VS Code, an exported page).
 * @param {object} model
 * @returns {Notebook | null}
 */
export function notebookOf(model) {
  try {
    // JupyterLab and Notebook 7 share one widget manager, and it knows the document that it works for.
    const { widget_manager: manager } =
      /** @type {{ widget_manager?: { context?: { model?: { sharedModel?: Notebook } } } }} */ (model);
    const shared = manager?.context?.model?.sharedModel;
    return shared && typeof shared.insertCell === "function" ? shared : null;
  } catch {
    return null;
  }
}

/**
 * @param {Notebook} notebook
 * @param {string} modelId   Of the widget.
 * @param {Element} el       Its view.
 * @param {string} source
 * @returns Whether a cell was inserted below the one that shows this widget.
 */
export function insertBelow(notebook, modelId, el, source) {
  /** @param {NotebookCell | undefined} cell */
  const shows = (cell) => (cell?.toJSON().outputs ?? []).some((output) => output.data?.[VIEW]?.model_id === modelId);
  // The same widget may stand below several cells; this view's own is known by its place in the page.
  /** @type {HTMLElement | null} */
  const own = el.closest(".jp-Cell");
  const here = Number(own?.dataset.windowedListIndex ?? Number.NaN);
  const index = shows(notebook.cells[here]) ? here : notebook.cells.findIndex(shows);
  if (index < 0) return false;
  const cell = index === here || Number.isNaN(here) ? own : null;
  const follower = cell?.nextElementSibling;
  notebook.insertCell(index + 1, { cell_type: "code", source, metadata: {} });
  if (cell) lookAt(() => (cell.nextElementSibling === follower ? null : cell.nextElementSibling));
  return true;
}

/**
 * Scrolls to a new cell and puts the cursor into it, which selects it.
 *
 * The notebook draws it when it comes to it, and its editor after that; what it offers for this is not within reach of
 * a widget.
 * @param {() => Element | null} find
 * @param {number} [patience]   In frames.
 */
function lookAt(find, patience = 60) {
  const cell = find();
  const editor = cell?.querySelector(".cm-content");
  cell?.scrollIntoView({ block: "nearest" });
  if (editor instanceof HTMLElement) {
    editor.focus();
    cell?.scrollIntoView({ block: "nearest" }); // whole, not only the cursor's line
  } else if (patience > 0) {
    requestAnimationFrame(() => lookAt(find, patience - 1));
  }
}
