import assert from "node:assert/strict";
import { test } from "node:test";
import { reopenable } from "../../vipps_nb/widgets/js/shared/reopening.js";

/** @import { Cell, Content, Manager, Notebook, Output } from "../../vipps_nb/widgets/js/shared/reopening.js" */

const VIEW = "application/vnd.jupyter.widget-view+json";
const STATE = "application/vnd.jupyter.widget-state+json";

/**
 * @param {string} id
 * @returns {Output}
 */
const live = (id) => ({
  data: { [VIEW]: { model_id: id }, "text/html": "<div>twin</div>", "text/plain": "twin" },
  metadata: { vipps_nb: { view: { model_id: id } } },
});
/**
 * @param {string} id
 * @returns {Output}
 */
const twin = (id) => ({
  data: { "text/html": "<div>twin</div>", "text/plain": "twin" },
  metadata: { vipps_nb: { view: { model_id: id } } },
});
const THEIRS = { data: { [VIEW]: { model_id: "theirs" }, "text/plain": "a slider" }, metadata: {} };

/**
 * JupyterLab's notebook, as far as it is needed.
 * @param {Output[]} outputs
 * @param {NonNullable<Content["metadata"]>} [metadata]
 */
function pageOf(outputs, metadata = {}, alive = ["a"]) {
  const cell = {
    outputs,
    written: 0,
    toJSON: () => ({ outputs: cell.outputs }),
    /** @param {Output[]} after */
    setOutputs: (after) => {
      cell.outputs = after;
      cell.written += 1;
      notebook.dirty = true;
    },
  };
  const notebook = {
    dirty: false,
    sharedModel: { cells: [/** @type {Cell} */ ({ toJSON: () => ({}) }), cell] },
    /** @returns {Content} */
    toJSON: () => ({ cells: [{}, cell.toJSON()], metadata }),
    /** @param {Content} content */
    fromJSON: (content) => {
      cell.outputs = content.cells[1]?.outputs ?? [];
    },
  };
  /** @type {(() => void)[]} */
  const hearers = [];
  const manager = {
    context: { model: notebook },
    restoredStatus: false,
    restored: { connect: (/** @type {() => void} */ hear) => hearers.push(hear) },
    has_model: (/** @type {string} */ id) => alive.includes(id),
  };
  const restore = () => {
    manager.restoredStatus = true;
    for (const hear of hearers) hear();
  };
  const begin = () => reopenable({ render: () => {} }).initialize({ model: { widget_manager: manager } });
  return { cell, notebook, begin, restore };
}

test("a file gets the twins of our widgets, and the page keeps the views", () => {
  const { cell, notebook, begin } = pageOf([live("a"), THEIRS]);
  begin();

  assert.deepEqual(notebook.toJSON().cells[1]?.outputs, [twin("a"), THEIRS]);
  assert.deepEqual(cell.outputs, [live("a"), THEIRS]);
  assert.equal(cell.written, 0);
});

test("a view stays in the file where its state is saved too", () => {
  const { notebook, begin } = pageOf([live("a"), live("b")], { widgets: { [STATE]: { state: { a: {} } } } });
  begin();

  assert.deepEqual(notebook.toJSON().cells[1]?.outputs, [live("a"), twin("b")]);
});

test("a page that is loaded again shows what is alive, and owes its file nothing", () => {
  const { cell, notebook, begin, restore } = pageOf([twin("a"), twin("gone"), THEIRS]);
  begin();
  restore();

  assert.deepEqual(cell.outputs, [live("a"), twin("gone"), THEIRS]);
  assert.equal(notebook.dirty, false);
  restore();
  assert.equal(cell.written, 1, "what stands there already is not written again");
});

test("a file that is read again while its kernel lives is shown alive", () => {
  const { cell, notebook, begin, restore } = pageOf([live("a")]);
  begin();
  restore();
  notebook.fromJSON({ cells: [{}, { outputs: [twin("a")] }] });

  assert.deepEqual(cell.outputs, [live("a")]);
});

test("several widgets of one page do it once", () => {
  const { notebook, begin } = pageOf([live("a")]);
  begin();
  const { toJSON } = notebook;
  begin();

  assert.equal(notebook.toJSON, toJSON);
});

test("a host that hands out no notebook is left alone, and the widget is the same", () => {
  const render = () => {};
  const widget = reopenable({ render });
  for (const model of [{}, { widget_manager: {} }, { widget_manager: { context: { model: {} } } }]) {
    widget.initialize({ model });
  }
  assert.equal(widget.render, render);
});
