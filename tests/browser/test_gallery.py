"""Every widget and card in each of its states and in both themes: nothing in it keeps anybody out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import barriers
from tests.browser.gallery import NAMES, OWN, WIDE, Exhibit, Wall, opened
from tests.browser.test_cards import NOW, THEMES
from vipps_nb.widgets import card

pytestmark = pytest.mark.browser

REPOSITORY = Path(__file__).parents[2]
SHEETS = [*map(card.HERE.joinpath, OWN)]
SHEETS += [REPOSITORY / "vipps_nb" / name for name in ("display/answer.css", "doctor/doctor.css")]
DOCS_PICTURES = REPOSITORY / "docs" / "pictures"
# By file name: what is shown, how wide in CSS pixels, and how many of the picture's go into one.
PICTURES = {
    "answer": ("answer: payment and events", 640, 1.4),
    "refusal": ("answer: refusal", 640, 1.4),
    "agreement": ("answer: agreement and charges", 820, 1.1),
    "ledger": ("answer: ledger", 900, 1),
    "history": ("answer: history", 720, 1.25),
    "doctor": ("doctor: wrong secret", 740, 1.2),
    "token": ("token: sandbox", 580, 1.55),
    "login-form": ("form: whole", 580, 1.55),
    "explorer": ("explorer: sent", 900, 1),
    "calls": ("calls: refusal", 980, 0.95),
    "compare": ("calls: compared", 980, 0.75),
    "desk": ("desk: shop", 900, 1),
}

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
NARROW = 340
# Selectors that would meet something outside the sheet's own root.
LOOSE = """
(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  const style = (rule) => {
    if (rule.selectorText) return [rule];
    return rule instanceof CSSKeyframesRule ? [] : [...rule.cssRules].flatMap(style);
  };
  const rules = [...sheet.cssRules].flatMap(style);
  const root = rules[0].selectorText.split(".").at(-1);
  return rules.flatMap((rule) => rule.selectorText.split(/,(?![^(]*\\))/)).filter((one) => !one.includes(`.${root}`));
}
"""
MOVING = "document.querySelector('main').getAnimations({ subtree: true }).length"
MOVES = {"token: renewing", "desk: payment"}
Picture = Callable[[Locator, str], None]


@pytest.fixture(scope="module")
def exhibits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Exhibit]]:
    with opened(tmp_path_factory.mktemp("gallery")) as gallery:
        yield gallery


@pytest.fixture(scope="module")
def wall(chromium: Browser) -> Iterator[Wall]:
    context = chromium.new_context(timezone_id="Europe/Oslo", device_scale_factor=2)
    page = context.new_page()
    page.clock.install(time=NOW / 1000)
    yield Wall(page)
    context.close()


def file_name(name: str, kind: str) -> str:
    return f"gallery/{name}-{kind}.png".replace(": ", "-").replace(" ", "-").replace("'", "")


def test_the_gallery_is_whole(exhibits: dict[str, Exhibit]) -> None:
    combined = {"answer: payment and events", "answer: agreement and charges"}

    assert set(exhibits) - combined == set(NAMES)


def test_the_doctors_commands_are_marked_and_not_ticked(wall: Wall, exhibits: dict[str, Exhibit]) -> None:
    wall.hang(exhibits["doctor: wrong secret"])

    expect(wall.page.locator("code", has_text="vipps-nb sandbox")).to_have_text("vipps-nb sandbox")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_no_widget_dresses_another(wall: Wall, sheet: Path) -> None:
    """All their sheets come together in one page: each speaks of its own root only."""
    wall.hang(Exhibit("<p>"))

    loose = wall.page.evaluate(LOOSE, sheet.read_text(encoding="utf-8"))

    assert loose == []


@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_barrier_would_be_found(wall: Wall, barrier: str) -> None:
    wall.hang(Exhibit(BARRIERS[barrier]))

    assert [finding.partition(" ")[0] for finding in barriers(wall.page, "main")] == [barrier]


def expect_calm(page: Page, name: str) -> None:
    """Nothing moves for those who do not want it; what moves for others does."""
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(MOVING) or name not in MOVES


def expect_whole_way_by_keyboard(page: Page) -> None:
    """The keyboard reaches everything, shows where it is, and comes out again."""
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


@pytest.mark.parametrize("name", NAMES)
def test_nothing_keeps_anybody_out(wall: Wall, exhibits: dict[str, Exhibit], picture: Picture, name: str) -> None:
    """In motion or not, in both themes, in a narrow cell, and by keyboard alone."""
    page = wall.page
    page.emulate_media(reduced_motion="reduce")
    wall.hang(exhibits[name])
    expect_calm(page, name)

    for theme in reversed(THEMES):  # it hangs there in the light one
        wall.wear(theme)
        picture(page.locator("main"), file_name(name, theme))
        contrast, text = page.evaluate(LEAST_CONTRAST)
        assert contrast >= 4.5, (theme, text)
        assert barriers(page, "main") == [], theme

    wall.widen(NARROW)
    picture(page.locator("main"), file_name(name, "narrow"))
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW

    wall.widen(WIDE)
    expect_whole_way_by_keyboard(page)  # last, for it closes what stood open


@pytest.mark.parametrize("name", PICTURES)
def test_the_documentations_pictures(
    chromium: Browser, exhibits: dict[str, Exhibit], picture: Picture, name: str
) -> None:
    """Drawn anew where pictures are wanted; whoever likes the new ones better copies them to docs/pictures."""
    title, width, scale = PICTURES[name]
    context = chromium.new_context(timezone_id="Europe/Oslo", device_scale_factor=scale)
    page = context.new_page()
    page.clock.install(time=NOW / 1000)
    wall = Wall(page)
    exhibit = exhibits[title]
    # As a cell shows it: what is folded stays folded.
    wall.hang(exhibit if exhibit.widget else replace(exhibit, prepare=lambda page: None), width=width)
    words = page.locator("main").inner_text()
    assert not re.search(r"127\.0\.0\.1:|localhost|eyJ|/tmp/", words)
    for theme in THEMES:
        wall.wear(theme)
        picture(page.locator("main"), f"pictures/{name}-{theme}.png")
        assert (DOCS_PICTURES / f"{name}-{theme}.png").stat().st_size <= 120 * 1024
    context.close()
