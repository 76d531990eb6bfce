/** Ways to the sandbox's own pages, where the browser reaches them; a sentence where it does not. */

import { element, group, write } from "../shared/dom.js";

/** @import { Pages } from "./types.js" */

const OUT = { target: "_blank", rel: "noopener noreferrer" };
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.*\.localhost)$/;

/**
 * What the addresses of pages begin with for whoever looks at this page.
 * @param {Pages} pages
 * @param {Pick<Location, "protocol" | "hostname" | "origin">} here
 * @returns {{ base: string, words: string }}   Without a base there is no way, and the words say why.
 */
export function wayTo({ base = "", words = "" }, { protocol, hostname, origin }) {
  const served = protocol === "http:" || protocol === "https:"; // VS Code's views are not
  if (base.startsWith("/")) return served ? { base: origin + base, words } : { base: "", words };
  if (base && served && !LOCAL.test(hostname) && LOCAL.test(new URL(base).hostname)) {
    const far = `This notebook comes from ${hostname}, and the sandbox is known on its own machine only: nothing can be`;
    return { base: "", words: `${far} opened from here. JupyterHub with jupyter-server-proxy leads there.` };
  }
  return { base, words };
}

/** @param {Pick<Location, "protocol" | "hostname" | "origin">} here */
export function buildPages(here = location) {
  const links = element("span", "links");
  const words = element("span", "words");
  const node = group("p", "pages", [links, words]);
  const phone = element("a", "phone-page", "Open as a page of its own", OUT);
  node.hidden = phone.hidden = true;
  let base = "";
  let shown = 0;

  function drawPhone() {
    phone.hidden = !base || !shown;
    if (!phone.hidden) phone.href = `${base}/sandbox/customer/requests/${shown}/page`;
  }

  /** @param {Pages} pages */
  function tell(pages) {
    const way = wayTo(pages, here);
    base = way.base;
    const ways = [
      ["Documentation of this sandbox", "docs"],
      ["Board of all sales units", "board"],
    ];
    const rows = base
      ? ways.map(([text, page]) => element("a", "", text, { href: `${base}/sandbox/${page}`, ...OUT }))
      : [];
    links.replaceChildren(...rows);
    write(words, way.words);
    node.hidden = !rows.length && !way.words;
    drawPhone();
  }

  return {
    pages: node,
    phone,
    tell,
    /** @param {number} request   What the phone shows; 0 for nothing. */
    show: (request) => {
      shown = request;
      drawPhone();
    },
  };
}
