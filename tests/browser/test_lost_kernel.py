"""Every live card beside a kernel that is restarted: it says so by itself, before anybody has clicked."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import barriers
from tests.browser.test_cards import NOW, SHOW, THEMES
from vipps_nb.widgets import card

pytestmark = pytest.mark.browser

CARDS: dict[str, dict[str, Any]] = {
    "calls": {},
    "deliveries": {"rows": [], "total": 0, "listening": True, "zone": []},
    "explorer": {"operations": [], "subject": "", "query": "", "chosen": -1, "recent": [], "place": None},
    "sandbox_desk": {
        "clock": {"held": True, "now": NOW},
        "waiting": [],
        "faults": {"preset": "off", "rate": 1, "rules": 0},
        "seed": 1,
        "strict": False,
        "world": "",
        "rows": [],
        "total": 0,
        "state": "live",
        "message": "",
        "zone": [],
    },
}
GONE = "the kernel is gone: run this cell again"
# What JupyterLab and Notebook 7 put beside a model: the session of the notebook that it stands in.
SESSION = """
const signal = () => { const all = []; return { connect: (one) => all.push(one), all,
  disconnect: (one) => all.splice(all.indexOf(one), 1) }; };
window.session = { statusChanged: signal(), connectionStatusChanged: signal(), kernelChanged: signal() };
"""
BESIDE = "const model = { widget_manager: { context: { sessionContext: window.session } },"
ANSWERS = "{ time: Date.now() + kernelClock, id: content.id, all: [], place: null, mark: '1', model: '', pages: {} }"


def test_each_card_says_that_its_kernel_is_gone(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 900, "height": 700})
    for name, traits in CARDS.items():
        colours = "".join(f"{one}:{value};" for one, value in THEMES["light"].items())
        page.set_content(
            f"<html lang='en'><style>{card.stylesheet(f'{name}.css')}</style>"
            f"<body data-jp-theme-light='true' style='{colours}background:#fff'><main></main></body></html>"
        )
        standing_in = SHOW.replace("const model = {", BESIDE).replace(
            "{ time: Date.now() + kernelClock, id: content.id }", ANSWERS
        )
        page.evaluate(SESSION)
        page.evaluate(standing_in, {"esm": card.script(f"{name}.js"), "traits": traits, "kernelClock": 0})
        expect(page.locator("main .vipps-nb")).to_be_visible()
        expect(page.locator("main")).not_to_contain_text(GONE)

        page.evaluate("window.session.statusChanged.all.forEach((hear) => hear(null, 'restarting'))")

        expect(page.locator("main")).to_contain_text(GONE, timeout=1_000)
        assert barriers(page, "main") == [], name
        page.evaluate("window.leave()")
        left = page.evaluate("Object.values(window.session).flatMap((signal) => signal.all).length")
        assert (name, left) == (name, 0)
    page.close()
