"""JupyterLab's shortcuts keep away from what has the focus in a widget: "d d" deletes the cell around a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

LOGIN = "%load_ext vipps_nb\n%vipps_login --env sandbox"
ASK = "vipps.get('/epayment/v1/payments/order-0001')"
LISTEN = "from vipps_nb.webhooks import Listener\nListener(vipps)"
# What has the focus in each widget, by what a person sees of it.
FOCUSED = {
    ".vipps-nb-token": ["button:has-text('Renew')"],
    ".vipps-nb-explorer": ["h3", "button:has-text('Send')", "pre.vipps-nb-code", ".vipps-nb-answer-place summary"],
    ".vipps-nb-desk": ["button:has-text('Hold')", "input[type=radio][value=slow]", ".vipps-nb-scroll"],
    ".vipps-nb-deliveries": ["button:has-text('Clear')"],
}


def test_shortcuts_keep_away_from_what_has_the_focus(lab: Lab) -> None:
    """The letters are JupyterLab's shortcuts for "delete cell", "cut", "new cell" and "to markdown"."""
    explore = "%vipps_explore GET /epayment/v1/payments/{reference}"
    lab.write("keys.ipynb", LOGIN, explore, "%vipps_sandbox", LISTEN)
    lab.open("keys.ipynb")
    for number in range(4):
        lab.run(number)
    send = lab.page.get_by_role("button", name="Send", exact=True)
    send.click()
    expect(lab.page.locator(".vipps-nb-answer-place summary").first).to_be_visible(timeout=20_000)

    for widget, places in FOCUSED.items():
        for place in places:
            focused = lab.page.locator(widget).locator(place).first
            focused.focus()
            expect(focused).to_be_focused()
            lab.page.keyboard.type("ddxam")
            assert lab.cell_count() == 4, f"{place} in {widget}"
            expect(focused).to_be_focused()
