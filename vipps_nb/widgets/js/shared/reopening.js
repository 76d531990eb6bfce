/**
 * A notebook is opened again more often than it is run. A saved view without its kernel is an error there ("Loading
 * widget…", "model not found"), and stands before the static twin that lies beside it. So the file gets the twin alone:
 * where JupyterLab or Notebook 7 writes the notebook, the view is left out, and where the kernel still lives when the
 * page is loaded, it is put back. The output's metadata keeps the view's address, which both of them need.
 *
 * Every widget has this from card.py. A host that hands out no notebook (VS Code, Colab) is left alone.
 */

const VIEW_TYPE = "application/vnd.jupyter.widget-view+json";
const STATE_TYPE = "application/vnd.jupyter.widget-state+json";

/**
 * One mark for each notebook: every widget has a copy of this module, and the first to come does it for all.
 */
const DONE = Symbol.for("vipps-nb saves twins");

/**
 * @typedef {{ model_id: string }} View
 * @typedef {object} Output
 * @property {Record<string, unknown>} [data]
 * @property {{ vipps_nb?: { view?: View } }} [metadata]
 *
 * @typedef {object} Cell
 * @property {() => { outputs?: Output[] }} toJSON
 * @property {(outputs: Output[]) => void} [setOutputs]
 *
 * @typedef {object} Content    Of a notebook file.
 * @property {{ outputs?: Output[] }[]} cells
 * @property {{ widgets?: Record<string, { state?: Record<string, unknown> }> }} [metadata]
 *
 * @typedef {object} Notebook   What of JupyterLab's is needed here.
 * @property {() => Content} toJSON
 * @property {(content: Content) => void} fromJSON
 * @property {boolean} dirty
 * @property {{ cells: Cell[] }} sharedModel
 * @property {boolean} [DONE]
 *
 * @typedef {object} Manager
 * @property {{ model?: Notebook }} [context]
 * @property {(id: string) => boolean} has_model
 * @property {boolean} restoredStatus   Whether the kernel's widgets are known.
 * @property {{ connect: (hear: () => void) => void }} restored
 */

/**
 * A widget whose notebook can be opened again.
 * @template Widget
 * @param {Widget} widget
 */
export function reopenable(widget) {
  return {
    /** @param {{ model: object }} view */
    initialize: ({ model }) => {
      try {
        // JupyterLab and Notebook 7 share one widget manager, and it knows the document that it works for.
        const { widget_manager: manager } = /** @type {{ widget_manager?: Manager }} */ (model);
        const notebook = manager?.context?.model;
        if (manager && typeof notebook?.toJSON === "function") saveTwins(notebook, manager);
      } catch {
        // Nothing of this is needed for the widget itself, and the file is as it always was.
      }
    },
    ...widget,
  };
}

/**
 * @param {Notebook} notebook
 * @param {Manager} manager
 */
function saveTwins(notebook, manager) {
  const marked = /** @type {Record<symbol, boolean>} */ (/** @type {unknown} */ (notebook));
  if (marked[DONE]) return;
  marked[DONE] = true;
  const { toJSON, fromJSON } = notebook;
  notebook.toJSON = () => withoutViews(toJSON.call(notebook));
  notebook.fromJSON = (content) => {
    fromJSON.call(notebook, content);
    showLiving(notebook, manager);
  };
  manager.restored.connect(() => showLiving(notebook, manager));
  if (manager.restoredStatus) showLiving(notebook, manager);
}

/**
 * What goes into the file. A view whose state is saved as well ("Save Widget State Automatically") stays: the next
 * kernel's page finds it there.
 * @param {Content} content
 * @returns {Content}
 */
function withoutViews(content) {
  const saved = content.metadata?.widgets?.[STATE_TYPE]?.state ?? {};
  /** @param {Output} output */
  const written = (output) => {
    const view = output.metadata?.vipps_nb?.view;
    if (!view || !output.data || view.model_id in saved) return output;
    const { [VIEW_TYPE]: _view, ...twins } = output.data;
    return { ...output, data: twins };
  };
  const cells = content.cells.map((cell) => (cell.outputs ? { ...cell, outputs: cell.outputs.map(written) } : cell));
  return { ...content, cells };
}

/**
 * Puts the views of living widgets back in front of their twins.
 * @param {Notebook} notebook
 * @param {Manager} manager
 */
function showLiving(notebook, manager) {
  const { dirty } = notebook;
  /** @param {Output} output */
  const living = (output) => {
    const view = output.metadata?.vipps_nb?.view;
    if (!view || !output.data || VIEW_TYPE in output.data || !manager.has_model(view.model_id)) return output;
    return { ...output, data: { ...output.data, [VIEW_TYPE]: view } };
  };
  for (const cell of notebook.sharedModel.cells) {
    const before = cell.toJSON().outputs ?? [];
    const after = before.map(living);
    if (after.some((output, number) => output !== before[number])) cell.setOutputs?.(after);
  }
  notebook.dirty = dirty; // the file would be the same
}
