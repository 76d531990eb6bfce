"""Every widget and card in each of its states and in both themes: nothing in it keeps anybody out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import barriers
from tests.browser.gallery import NAMES, WIDGETS, Exhibit, Wall, opened
from tests.browser.test_cards import NOW, THEMES

pytestmark = pytest.mark.browser

# For each kind of barrier something small that has it.
BARRIERS = {
    "image-alt": "<img src='data:,' width=10 height=10>",
    "label": "<input>",
    "button-name": "<button></button>",
    "color-contrast": "<p style='color:#999;background:#fff'>faint</p>",
    "aria-required-children": "<div role='listbox' aria-label='L'><p>no option</p></div>",
}

# The least contrast of any text with what is painted behind it, by WCAG's formula.
LEAST_CONTRAST = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgba(colour).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return rgba(colour)[3] ? colour : behind(node.parentElement);
  };
  const hasText = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  const texts = [...document.querySelectorAll("main *")].filter((node) => node.offsetParent && hasText(node));
  return texts
    .map((node) => {
      const [a, b] = [luminance(getComputedStyle(node).color), luminance(behind(node))].sort();
      return [(b + 0.05) / (a + 0.05), node.textContent];
    })
    .sort((one, other) => one[0] - other[0])[0];
}
"""

# By Tab from outside, once through everything: what was reached, and how the focus shows there.
REACHED = """
() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const rings = [node, node.closest("label")].filter(Boolean).filter((one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && style.opacity !== "0";
  });
  node.dataset.reached = "yes";
  return { what: node.outerHTML.slice(0, 120), ring: rings.length > 0 };
}
"""
NOT_REACHED = """
() => [...document.querySelectorAll("main :is(a[href], button, input, select, textarea, summary, [tabindex='0'])")]
  .filter((node) => node.checkVisibility() && !node.matches(":disabled") && node.tabIndex >= 0)
  .filter((node) => node.type !== "radio" || node.checked)  // arrow keys lead to the others
  .filter((node) => !node.dataset.reached)
  .map((node) => node.outerHTML.slice(0, 120))
"""
MOVING = "document.querySelector('main').getAnimations({ subtree: true }).length"


@pytest.fixture(scope="module")
def exhibits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Exhibit]]:
    with opened(tmp_path_factory.mktemp("gallery")) as gallery:
        yield gallery


@pytest.fixture(scope="module")
def wall(chromium: Browser) -> Iterator[Wall]:
    context = chromium.new_context(timezone_id="Europe/Oslo", device_scale_factor=2)
    page = context.new_page()
    page.clock.install(time=NOW)
    yield Wall(page)
    context.close()


def test_the_gallery_is_whole(exhibits: dict[str, Exhibit]) -> None:
    combined = {"answer: payment and events", "answer: agreement and charges"}

    assert set(exhibits) - combined == set(NAMES)


@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_barrier_would_be_found(wall: Wall, barrier: str) -> None:
    wall.hang(Exhibit(BARRIERS[barrier]))

    assert [finding.partition(" ")[0] for finding in barriers(wall.page, "main")] == [barrier]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_keeps_anybody_out(
    wall: Wall, exhibits: dict[str, Exhibit], artifacts: Path, name: str, theme: str
) -> None:
    wall.hang(exhibits[name], theme)
    file = artifacts / "gallery" / f"{name}-{theme}.png".replace(": ", "-").replace(" ", "-").replace("'", "")
    wall.page.locator("main").screenshot(path=file, animations="disabled")

    contrast, text = wall.page.evaluate(LEAST_CONTRAST)
    assert contrast >= 4.5, text
    assert barriers(wall.page, "main") == []


@pytest.mark.parametrize("name", NAMES)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    wall: Wall, exhibits: dict[str, Exhibit], name: str
) -> None:
    wall.hang(exhibits[name])
    page = wall.page
    page.evaluate("document.activeElement?.blur()")
    page.evaluate("document.querySelector('main').tabIndex = -1; document.querySelector('main').focus()")
    hidden = []
    for _ in range(150):
        page.keyboard.press("Tab")
        reached = page.evaluate(REACHED)
        if reached is None:
            break
        if not reached["ring"]:
            hidden.append(reached["what"])
    else:
        pytest.fail("the keyboard does not come out again")

    assert page.evaluate(NOT_REACHED) == []
    assert hidden == []


def test_nothing_moves_for_those_who_do_not_want_it(wall: Wall, exhibits: dict[str, Exhibit]) -> None:
    moving: dict[str, set[str]] = {}
    for wish in ("no-preference", "reduce"):
        wall.page.emulate_media(reduced_motion=wish)
        moving[wish] = set()
        for name in WIDGETS:
            wall.hang(exhibits[name])
            if wall.page.evaluate(MOVING):
                moving[wish].add(name)
    wall.page.emulate_media(reduced_motion="no-preference")

    assert {"token: renewing", "desk: payment"} <= moving["no-preference"]
    assert moving["reduce"] == set()
