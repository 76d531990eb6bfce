"""Every widget and card in each of its states and in both themes: nothing in it keeps anybody out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import barriers
from tests.browser.gallery import NAMES, OWN, WIDGETS, Exhibit, Wall, opened
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
    "calls": ("calls: refusal", 1080, 0.85),
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


def artifact(artifacts: Path, name: str, kind: str) -> Path:
    return artifacts / "gallery" / f"{name}-{kind}.png".replace(": ", "-").replace(" ", "-").replace("'", "")


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


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_keeps_anybody_out(
    wall: Wall, exhibits: dict[str, Exhibit], artifacts: Path, name: str, theme: str
) -> None:
    wall.hang(exhibits[name], theme)
    wall.page.locator("main").screenshot(path=artifact(artifacts, name, theme), animations="disabled")

    contrast, text = wall.page.evaluate(LEAST_CONTRAST)
    assert contrast >= 4.5, text
    assert barriers(wall.page, "main") == []


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_a_narrow_cell(wall: Wall, exhibits: dict[str, Exhibit], artifacts: Path, name: str) -> None:
    wall.hang(exhibits[name], width=NARROW)
    wall.page.locator("main").screenshot(path=artifact(artifacts, name, "narrow"), animations="disabled")

    assert wall.page.evaluate("document.documentElement.scrollWidth") <= NARROW


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


@pytest.mark.parametrize("name", PICTURES)
def test_the_documentations_pictures(
    chromium: Browser, exhibits: dict[str, Exhibit], artifacts: Path, name: str
) -> None:
    """Drawn anew into the artifacts; whoever likes the new ones better copies them to docs/pictures."""
    title, width, scale = PICTURES[name]
    context = chromium.new_context(timezone_id="Europe/Oslo", device_scale_factor=scale)
    page = context.new_page()
    page.clock.install(time=NOW / 1000)
    wall = Wall(page)
    exhibit = exhibits[title]
    for theme in THEMES:
        # As a cell shows it: what is folded stays folded.
        wall.hang(exhibit if exhibit.widget else replace(exhibit, prepare=lambda page: None), theme, width)
        words = page.locator("main").inner_text()
        page.locator("main").screenshot(path=artifacts / "pictures" / f"{name}-{theme}.png", animations="disabled")

        assert not re.search(r"127\.0\.0\.1:|localhost|eyJ|/tmp/", words)
        assert (DOCS_PICTURES / f"{name}-{theme}.png").stat().st_size <= 120 * 1024
    context.close()
