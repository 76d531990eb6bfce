"""The card of a webhook listener: alone in a page, and in a real JupyterLab while events arrive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_cards import NOW, SHOW, THEMES
from vipps_nb.widgets import card

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser


def row(number: int, name: str, **facts: Any) -> dict[str, Any]:
    usual = {"moment": NOW + 2000 * number, "subject": "order-0001", "genuine": True, "reason": "valid", "sentence": ""}
    return {"number": number, "name": name, **usual, "attempt": 1, "duplicate": False, "status": 200} | facts


STRANGER = row(4, "CAPTURED", genuine=False, reason="body-changed", status=401, sentence="Do not act on it.")
ROWS = [
    row(1, "CREATED"),
    row(2, "CAPTURED", status=500),
    row(3, "CAPTURED", attempt=2, duplicate=True),
    STRANGER,
    row(5, "<b>bold</b>", genuine=False, reason="no-secret", sentence="Not checked."),
]
STATES = {
    "empty": {"rows": [], "total": 0, "listening": True},
    "full": {"rows": ROWS, "total": len(ROWS), "listening": True},
    "stopped": {"rows": ROWS[:1], "total": 51, "listening": False},
}


@pytest.fixture
def show(window: Page) -> Callable[..., Page]:
    def show(state: str, theme: str = "light", width: int = 800, alive: bool = True) -> Page:
        page = window
        page.goto("about:blank")
        page.clock.set_system_time(NOW / 1000)
        page.set_viewport_size({"width": width, "height": 420})
        colours = "".join(f"{name}:{value};" for name, value in THEMES[theme].items())
        page.set_content(
            f"<style>{card.stylesheet('deliveries.css')}</style>"
            f'<body data-jp-theme-light="{str(theme == "light").lower()}" '
            f'style="{colours}background:var(--jp-layout-color1)"><main></main></body>'
        )
        # The stand-in answers questions about the time; this card asks whether anybody is there.
        esm = card.script("deliveries.js")
        answering = SHOW.replace("{ time: Date.now() + kernelClock, id: content.id }", "{ alive: content.id }")
        page.evaluate(answering, {"esm": esm, "traits": dict(STATES[state]), "kernelClock": 0 if alive else None})
        return page

    return show


def test_it_fits_where_it_stands(show: Callable[..., Page]) -> None:
    for width in (440, 520, 800):
        page = show("full", width=width)

        scroll = page.locator(".vipps-nb-scroll")
        assert scroll.evaluate("node => node.scrollWidth <= node.clientWidth"), width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_the_newest_is_on_top_and_says_what_is_wrong(show: Callable[..., Page]) -> None:
    page = show("full")

    lines = page.locator("tbody tr.vipps-nb-line")
    expect(lines).to_have_count(5)
    expect(lines.nth(0)).to_contain_text("<b>bold</b>")
    expect(lines.nth(0)).to_contain_text("not checked")
    expect(lines.nth(1)).to_contain_text("body-changed401")
    expect(lines.nth(2)).to_contain_text("attempt 2, duplicate")
    expect(lines.nth(4)).to_contain_text("12:00:02 UTC")
    expect(page.get_by_text("Do not act on it.")).to_be_visible()


def test_what_arrives_is_drawn_and_spoken_once(show: Callable[..., Page]) -> None:
    page = show("empty")
    expect(page.get_by_text("Nothing has come yet.")).to_be_visible()

    page.evaluate("([rows, total]) => window.update({ rows, total })", [[STRANGER], 4])

    expect(page.get_by_role("status")).to_have_text("CAPTURED, body changed, answered 401")
    expect(page.get_by_text("Nothing has come yet.")).to_be_hidden()


def test_buttons_work_by_keyboard(show: Callable[..., Page]) -> None:
    page = show("full")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")

    sent = page.evaluate("window.sent.filter(content => content.do)")
    assert sent == [{"do": "fail"}, {"do": "clear"}]


def test_a_copy_without_a_kernel_says_so(show: Callable[..., Page]) -> None:
    page = show("full", alive=False)
    page.clock.run_for(3100)

    expect(page.get_by_text("waiting for the kernel")).to_be_visible()
    expect(page.get_by_role("button", name="Clear")).to_have_attribute("aria-disabled", "true")


def test_leaving_stops_everything(show: Callable[..., Page]) -> None:
    page = show("full")

    page.evaluate("window.leave()")

    assert page.evaluate("window.listeners.length") == 0


SHOP = """\
%load_ext vipps_nb
%vipps_login --env sandbox --quiet
from vipps_nb.webhooks import Listener
listener = Listener(vipps)
listener"""
REGISTER = """\
hook = {"url": listener.url, "events": ["epayments.payment.created.v1"]}
listener.trust(vipps.post("/webhooks/v1/webhooks", json=hook).json()["secret"])"""
PAY = """\
order = {"amount": {"currency": "NOK", "value": 49900}, "paymentMethod": {"type": "WALLET"}, "userFlow": "WEB_REDIRECT",
         "returnUrl": "https://example.com/return"}
vipps.post("/epayment/v1/payments", json=order | {"reference": "order-0001"}).status_code"""
AGAIN = 'vipps.post("/epayment/v1/payments", json=order | {"reference": "order-0002"}).status_code'


def test_events_appear_in_jupyterlab_as_they_arrive(lab: Lab, artifacts: Path) -> None:
    lab.write("shop.ipynb", SHOP, REGISTER, PAY, AGAIN)
    lab.open("shop.ipynb")
    lab.run(0)
    expect(lab.page.get_by_text("Nothing has come yet.")).to_be_visible(timeout=30_000)
    lab.run(1)
    lab.run(2)

    lines = lab.page.locator("tr.vipps-nb-line")
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text("genuine200order-0001")

    # Told to fail three times, it gets the same event again by itself: the sandbox's clock is running.
    lab.page.get_by_role("button", name="Fail the next 3").click()
    lab.run(3)
    expect(lines.first).to_contain_text("attempt 2", timeout=10_000)
    lab.page.screenshot(path=artifacts / "deliveries-in-jupyterlab.png")
    expect(lines.first).to_contain_text("attempt 4genuine200order-0002", timeout=15_000)

    lab.use_theme("JupyterLab Dark")
    lab.page.screenshot(path=artifacts / "deliveries-in-jupyterlab-dark.png")
    lab.save()
    assert lab.files_holding("HMAC-SHA256 SignedHeaders") == []
    assert lab.blocked == []
