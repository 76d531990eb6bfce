/** The call as code: in several languages, to be copied, or inserted as a cell. */

import { button, element, group, replaceChildren, write } from "../shared/dom.js";
import { copy } from "./clipboard.js";

/** @type {Record<string, string>} */
const LANGUAGES = { python: "Python", magic: "%%vipps", curl: "curl" };

const PRESSED = '[aria-pressed="true"]';

/**
 * The language to show: the one that somebody has chosen, or the first that there is.
 * @param {Record<string, string>} code
 * @param {string} wanted
 */
export function shownLanguage(code, wanted) {
  const names = Object.keys(LANGUAGES).filter((name) => code[name]);
  return { names, shown: names.includes(wanted) ? wanted : (names[0] ?? "") };
}

/**
 * @param {object} given
 * @param {{ language: string }} given.wishes   Kept from one operation to the next.
 * @param {() => boolean} given.canInsert
 * @param {(source: string) => boolean} given.insert   Gives whether it worked.
 */
export function buildCode({ wishes, canInsert, insert }) {
  /** @type {Record<string, string>} */
  let code = {};
  /** @type {string[]} */
  let cells = []; // the languages in which the code runs as a cell
  const languages = element("div", "switch", "", { role: "group", "aria-label": "The call as code, in" });
  const pre = element("pre", "code", "", { tabindex: "0", "aria-label": "The call as code" });
  const news = element("p", "news", "", { role: "status" });
  const source = () => code[shownLanguage(code, wishes.language).shown] ?? "";
  const copyButton = button("Copy", async () => {
    const done = await copy(source());
    write(news, done ? "Copied." : "The browser does not allow copying: select the text.");
  });
  const insertButton = button("Insert below", () => {
    const done = insert(source());
    write(news, done ? "Inserted as a cell below." : "The notebook cannot be reached from here: use Copy.");
  });
  const actions = group("div", "actions", [copyButton, insertButton, news]);
  const head = group("div", "part-head", [element("span", "part-title", "As code"), languages]);

  /** @param {string} [otherwise]   What stands there where there is no code. */
  function draw(otherwise = "") {
    const { names, shown } = shownLanguage(code, wishes.language);
    const buttons = names.map((name) => {
      const turn = () => {
        wishes.language = name;
        write(news, "");
        draw();
      };
      return button(LANGUAGES[name] ?? name, turn, "", { "aria-pressed": String(name === shown) });
    });
    replaceChildren(languages, buttons, () => PRESSED);
    write(pre, code[shown] ?? otherwise);
    pre.dataset.empty = String(!names.length);
    actions.hidden = !names.length;
    // What would not run as a cell is for a terminal: it can be copied.
    insertButton.hidden = !cells.includes(shown) || !canInsert();
  }

  return {
    side: group("div", "side", [head, pre, actions]),
    /**
     * @param {Record<string, string>} nextCode
     * @param {string[]} nextCells
     * @param {string} otherwise
     */
    show: (nextCode, nextCells, otherwise) => {
      [code, cells] = [nextCode, nextCells];
      draw(otherwise);
    },
    /** What was said of an earlier state is over. */
    hush: () => write(news, ""),
  };
}
