/** A call as code: Python, %%vipps, curl, HTTPie; to be copied or inserted as a cell. */

import { copy } from "../explorer/clipboard.js";
import { button, element, group, replaceChildren, write } from "../shared/dom.js";

/** @import { CodeTexts } from "./types.js" */

/** @type {Record<string, string>} */
export const CODE_NAMES = { python: "Python", magic: "%%vipps", curl: "curl", httpie: "HTTPie" };

/**
 * Copies the code and says so.
 * @param {CodeTexts} code
 * @param {string} wanted   The language.
 * @param {(words: string) => void} tell
 */
export async function copyCode(code, wanted, tell) {
  const language = code.texts[wanted] ? wanted : (Object.keys(code.texts)[0] ?? "");
  const text = code.texts[language];
  if (!text) {
    tell(code.note);
    return;
  }
  const done = await copy(text);
  tell(done ? `Copied as ${CODE_NAMES[language]}.` : "The browser does not allow copying: select the text.");
}

/**
 * @param {CodeTexts} code
 * @param {object} given
 * @param {{ language: string }} given.wishes   Kept from one call to the next.
 * @param {() => boolean} given.canInsert
 * @param {(source: string) => boolean} given.insert   Gives whether it worked.
 * @param {() => void} given.turned                    Another language is wanted now.
 */
export function textsPart(code, { wishes, canInsert, insert, turned }) {
  const languages = element("div", "switch", "", { role: "group", "aria-label": "The call as code, in" });
  const pre = element("pre", "code", "", { tabindex: "0", "aria-label": "The call as code" });
  const news = element("span", "news", "", { role: "status" });
  const names = Object.keys(CODE_NAMES).filter((name) => code.texts[name]);
  if (!names.length) return [element("p", "note", code.note)];
  const shown = () => (names.includes(wishes.language) ? wishes.language : (names[0] ?? ""));
  const copyButton = button("Copy", () => copyCode(code, shown(), (words) => write(news, words)));
  const insertButton = button("Insert as a cell below", () => {
    const done = insert(code.texts[shown()] ?? "");
    write(news, done ? "Inserted as a cell below." : "The notebook cannot be reached from here: use Copy.");
  });

  function draw() {
    const buttons = names.map((name) => {
      const turn = () => {
        wishes.language = name;
        turned();
        draw();
      };
      return button(CODE_NAMES[name] ?? name, turn, "", { "aria-pressed": String(name === shown()) });
    });
    replaceChildren(languages, buttons, () => '[aria-pressed="true"]');
    write(pre, code.texts[shown()] ?? "");
    write(news, "");
    insertButton.hidden = !code.cells.includes(shown()) || !canInsert();
  }
  draw();
  const note = code.note ? [element("p", "note", code.note)] : [];
  return [languages, pre, group("div", "actions", [copyButton, insertButton, news]), ...note];
}
