"""All live cards beside a kernel that is restarted: each says so by itself, before anybody has clicked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.axe import barriers

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

LOGIN = "import vipps_nb\n%load_ext vipps_nb\n%vipps_login --env sandbox"
CARDS = {
    "%vipps_calls": ".vipps-nb-callspanel",
    "%vipps_sandbox": ".vipps-nb-desk",
    "%vipps_explore create payment": ".vipps-nb-explorer",
    "vipps_nb.webhooks.Listener()": ".vipps-nb-deliveries",
}
GONE = "the kernel is gone: run this cell again"


@pytest.mark.parametrize("app", ["lab/tree", "notebooks"])
def test_every_card_says_that_its_kernel_is_gone(lab: Lab, app: str, artifacts: Path) -> None:
    lab.write("lost.ipynb", LOGIN, *CARDS)
    lab.open("lost.ipynb", app=app)
    lab.run(0)
    for number, card in enumerate(CARDS.values(), 1):
        lab.run(number)
        expect(lab.page.locator(card)).to_be_visible(timeout=20_000)
    # The way to the sandbox's pages is there while there is a sandbox.
    expect(lab.page.get_by_role("link", name="Documentation of this sandbox")).to_be_visible(timeout=20_000)

    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(lab.page.locator(".vipps-nb-token")).to_have_attribute("data-phase", "gone", timeout=20_000)
    for card in CARDS.values():
        expect(lab.page.locator(card)).to_contain_text(GONE, timeout=5_000)
        assert barriers(lab.page, card) == []
        lab.page.locator(card).screenshot(path=artifacts / f"gone-{card.rpartition('-')[2]}.png")
