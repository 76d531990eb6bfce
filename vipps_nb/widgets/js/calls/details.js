/** Everything about the chosen call: its head, what can be done with it, and the tabs. */

import { button, element, group, write } from "../shared/dom.js";
import { buildAgain } from "./again.js";
import { comparePart } from "./compare.js";
import { answerPart, explainedPart, requestPart, timePart } from "./parts.js";
import { buildTabs } from "./tabs.js";
import { CODE_NAMES, copyCode, textsPart } from "./texts.js";

/** @import { Compared, Details, Row } from "./types.js" */

const TABS = {
  answer: "Answer",
  request: "Request",
  explained: "Explained",
  time: "Time",
  code: "Code",
  compare: "Compare",
};

/**
 * @param {object} given
 * @param {{ language: string }} given.wishes
 * @param {() => Row[]} given.rows   Newest first.
 * @param {(one: string, other: string, hear: (said: Compared | string) => void) => void} given.compare
 * @param {(key: string) => void} given.edit
 * @param {(key: string, newKey: boolean) => void} given.send
 * @param {() => void} given.close
 * @param {() => boolean} given.canInsert
 * @param {(source: string) => boolean} given.insert
 */
export function buildDetails({ wishes, rows, compare, edit, send, close, canInsert, insert }) {
  /** @type {Details | null} */
  let details = null;
  /** @type {Row | undefined} */
  let row;
  const title = element("h3", "heading", "", { tabindex: "-1" });
  const status = element("span", "status");
  const target = element("code", "target-path");
  const moment = element("span", "moment");
  const news = element("p", "news", "", { role: "status" });
  const againPlace = element("div", "again-place");
  const editButton = button("Edit and send again", () => details && edit(details.key), "primary", {
    "aria-keyshortcuts": "e",
  });
  const againButton = button("Send again …", openAgain);
  const copyButton = button("Copy", () => copyShown(), "", { "aria-keyshortcuts": "c" });
  const closeButton = button("×", close, "close", { "aria-label": "Close the call", title: "Close (Esc)" });
  const head = group("div", "details-head", [title, status, closeButton]);
  const meta = group("p", "meta", [target, moment]);
  const actions = group("div", "actions", [editButton, againButton, copyButton, news]);
  const tabs = buildTabs("About the call", TABS, (name, panel) => panel.append(...partOf(name)));
  const node = group("section", "details", [head, meta, actions, againPlace, ...tabs.nodes], {
    "aria-label": "The chosen call",
  });
  node.hidden = true;

  /** @param {string} name */
  function partOf(name) {
    if (!details) return [];
    if (name === "code") return textsPart(details.code, { wishes, canInsert, insert, turned });
    if (name === "compare") return row ? comparePart({ own: row, rows: rows(), compare }) : [];
    /** @type {Record<string, (details: Details) => HTMLElement[]>} */
    const parts = { answer: answerPart, request: requestPart, explained: explainedPart, time: timePart };
    return parts[name]?.(details) ?? [];
  }

  function turned() {
    write(copyButton, `Copy as ${CODE_NAMES[wishes.language]}`);
  }

  function copyShown() {
    if (details) copyCode(details.code, wishes.language, tell);
  }

  /** @param {string} words */
  function tell(words) {
    write(news, words);
  }

  function closeAgain() {
    againPlace.replaceChildren();
  }

  function openAgain() {
    if (!details) return;
    const { key, again } = details;
    const leave = () => {
      closeAgain();
      againButton.focus();
    };
    const box = buildAgain(again, { send: (newKey) => send(key, newKey), close: leave });
    againPlace.replaceChildren(box);
    box.focus();
  }

  return {
    node,
    tell,
    copy: copyShown,
    isOpen: () => !node.hidden,
    shown: () => details?.key,
    focus: () => tabs.focus(),
    /** Whether there was something to leave before the call itself. */
    escape: () => {
      if (!againPlace.firstChild) return false;
      closeAgain();
      againButton.focus();
      return true;
    },
    /** A call was chosen, and more about it is on its way. @param {Row} next */
    wait: (next) => {
      row = next;
      node.dataset.waiting = "true";
      node.hidden = false;
    },
    /** @param {Details} found */
    show: (found) => {
      details = found;
      delete node.dataset.waiting;
      node.dataset.environment = found.environment;
      write(title, found.title);
      write(status, found.outcome);
      status.dataset.tone = found.tone;
      write(target, found.target);
      write(moment, found.moment);
      actions.hidden = false;
      closeAgain();
      tell("");
      turned();
      tabs.show(tabs.shown());
      node.hidden = false;
    },
    /** There is nothing to show, and this is why. @param {string} words */
    fail: (words) => {
      details = null;
      delete node.dataset.waiting;
      write(title, row?.title ?? "");
      write(target, words);
      for (const part of [status, moment]) write(part, "");
      actions.hidden = true;
      tabs.panel.replaceChildren();
      tell("");
    },
    /** New calls can be compared with. */
    refresh: () => {
      const choosing = tabs.panel.contains(document.activeElement);
      if (details && tabs.shown() === "compare" && !choosing) tabs.show("compare");
    },
    close: () => {
      node.hidden = true;
      details = null;
      closeAgain();
    },
  };
}
