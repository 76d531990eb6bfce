/**
 * Whether a card stands on a dark page. Every host says that in classes of its own, and a page can be dark without
 * any; so the colour behind the card is asked.
 */

/**
 * The colour as numbers, however it was written: a canvas understands what CSS does.
 * @param {string} colour
 * @returns {[number, number, number, number]} Red, green, blue and opacity, each up to 255.
 */
function numbersOf(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return [255, 255, 255, 0];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 255, green = 255, blue = 255, opacity = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, opacity];
}

/**
 * Whether light text reads better on a colour than dark text.
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 */
export function isDarkColour(red, green, blue) {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((share) => {
    const part = share / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  // Where the contrast with white and that with black are the same.
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.179;
}

/**
 * Out of a shadow as well, which some hosts put around a widget.
 * @param {Node} node
 * @returns {Element | null}
 */
function around(node) {
  const parent = node.parentNode;
  if (parent instanceof Element) return parent;
  return parent instanceof ShadowRoot ? parent.host : null;
}

/**
 * @param {Element} card
 * @returns Whether what is behind it is dark.
 */
export function standsOnDark(card) {
  for (let node = around(card); node; node = around(node)) {
    const [red, green, blue, opacity] = numbersOf(getComputedStyle(node).backgroundColor);
    if (opacity > 127) return isDarkColour(red, green, blue);
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return scheme.includes("dark") && (!scheme.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches);
}

/**
 * Marks a card as dark or light, now and when the page changes, as long as there is the card.
 * @param {HTMLElement} card
 */
export function followPage(card) {
  const known = new WeakRef(card);
  const look = () => {
    const node = known.deref();
    if (!node) changes.disconnect();
    else if (node.isConnected) node.dataset.dark = String(standsOnDark(node));
  };
  const changes = new MutationObserver(look);
  for (const node of [document.documentElement, document.body]) changes.observe(node, { attributes: true });
  // Told when the card first is on the page, and whenever it is scrolled to.
  new IntersectionObserver(look).observe(card);
}
