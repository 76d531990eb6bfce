"""The desk: alone in a page, and in a real JupyterLab while a shop sells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import barriers
from tests.browser.test_cards import NOW, SHOW, THEMES, Picture
from tests.browser.test_live_widget import A_TOKEN
from vipps_nb.widgets import card

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

MINUTE = 60_000


def request(number: int, **facts: Any) -> dict[str, Any]:
    usual = {"kind": "payment", "selector": "reference", "value": f"order-000{number}", "msn": "123456"}
    usual |= {"merchant": "Sandbox Shop", "price": "499.00 NOK", "text": "One pair of socks", "details": []}
    usual |= {"choices": [], "legend": "", "since": NOW, "expires": NOW + 10 * MINUTE}
    return {"request": number, **usual, **facts}


PAYMENT = request(1, details=["You share: name, phoneNumber."])
AGREEMENT = request(
    2,
    kind="agreement",
    selector="agreementId",
    value="agr_5kSeqzF",
    price="up to 500.00 NOK",
    text="Socks every month",
    details=[
        "Two pairs of socks, chosen by us",
        "Every month, until you or the shop stop it.",
        "The shop suggests at most 500.00 NOK.",
        "You pay now: 99.00 NOK for the first pair.",
    ],
    choices=[
        {"id": "50000", "label": "500.00 NOK", "chosen": True},
        {"id": "25000", "label": "250.00 NOK", "chosen": False},
        {"id": "100000", "label": "1000.00 NOK", "chosen": False},
    ],
    legend="The most that may be taken",
)
LOGIN = request(
    3,
    kind="login",
    selector=None,
    value=None,
    price=None,
    text="Log in?",
    details=["You share your name, your phone number, your email address."],
)
CHECKOUT = request(
    4,
    kind="checkout",
    choices=[
        {"id": "home", "label": "Posten home delivery · 49.00 NOK", "chosen": True},
        {"id": "shop", "label": "In the shop · 0.00 NOK", "chosen": False},
    ],
    legend="Delivery, added to the amount",
)
STRANGER = request(5, merchant="<img src=x onerror=alert(1)>", text="<b>bold</b> " + "x" * 90, details=["<i>no</i>"])


def row(number: int, method: str, path: str, status: int | None = 200, **facts: Any) -> dict[str, Any]:
    second = f"12:00:{number:02} UTC"
    return {"number": number, "time": second, "method": method, "path": path, "status": status, "ms": 3.4} | {
        "dropped": "",
        **facts,
    }


ROWS = [
    row(1, "POST", "/accesstoken/get"),
    row(2, "POST", "/epayment/v1/payments", 201, tolerated=2),
    row(3, "GET", "/epayment/v1/payments/order-0001?<script>", 404),
    row(4, "POST", "/epayment/v1/payments/order-0001/capture", None, dropped="after"),
    row(5, "GET", "/recurring/v3/agreements?status=ACTIVE&pageNumber=1&pageSize=500&createdAfter=1767268800000", 429),
]

IDLE = {
    "clock": {"held": True, "now": NOW},
    "waiting": [],
    "faults": {"preset": "off", "rate": 1, "rules": 0},
    "seed": 1,
    "world": "",
    "rows": [],
    "total": 0,
    "state": "live",
    "message": "",
}
BUSY = IDLE | {"world": "3 payments · 1 agreement · 2 webhooks", "rows": ROWS, "total": len(ROWS)}
STATES: dict[str, dict[str, Any]] = {
    "idle": IDLE,
    "payment": BUSY | {"waiting": [PAYMENT]},
    "agreement": BUSY | {"waiting": [AGREEMENT], "faults": {"preset": "busy", "rate": 0.5, "rules": 1}},
    "login": BUSY | {"waiting": [LOGIN]},
    "several": BUSY | {"waiting": [CHECKOUT, LOGIN, AGREEMENT, PAYMENT]},
    "stranger": BUSY | {"waiting": [STRANGER], "faults": {"preset": "own", "rate": 1, "rules": 2}},
    "stopped": BUSY | {"state": "stopped", "message": "The sandbox was stopped. %vipps_login starts a new one."},
}

ANSWER = """
if (content.do) { tell("msg:custom", { heard: content.id }); }
if (content.do && window.obeys) { tell("msg:custom", { did: content.id, ...window.obeys }); }
const entry = { headers: { authorization: "***" }, body: { a: 1 } };
const pages = { base: "http://127.0.0.1:8080", words: "", ...window.pages };
if (content.ask === "pages") { tell("msg:custom", { pages, id: content.id }); }
if (content.look) { tell("msg:custom", { entry, id: content.id }); }
"""


@pytest.fixture
def show(window: Page) -> Callable[..., Page]:
    def show(state: str, theme: str = "light", width: int = 900, alive: bool = True, **changes: Any) -> Page:
        page = window
        page.goto("about:blank")
        page.clock.set_system_time(NOW / 1000)
        page.set_viewport_size({"width": width, "height": 900})
        colours = "".join(f"{name}:{value};" for name, value in THEMES[theme].items())
        page.set_content(
            f"<style>{card.stylesheet('sandbox_desk.css')}</style>"
            f'<body data-jp-theme-light="{str(theme == "light").lower()}" '
            f'style="margin:0;{colours}background:var(--jp-layout-color1)"><main></main></body>'
        )
        esm = card.script("sandbox_desk.js")
        answering = SHOW.replace(
            "window.sent.push(content);", f"window.sent.push(content); if (kernelClock !== null) {{ {ANSWER} }}"
        )
        traits = {**STATES[state], **changes}
        page.evaluate(answering, {"esm": esm, "traits": traits, "kernelClock": 0 if alive else None})
        expect(page.locator(".vipps-nb-clock-time")).not_to_be_empty()
        return page

    return show


def sent(page: Page) -> list[dict[str, Any]]:
    """The orders that went to the kernel, without their numbers."""
    orders = page.evaluate("window.sent.filter(content => content.do)")
    return [{name: value for name, value in order.items() if name != "id"} for order in orders]


def test_it_fits_where_it_stands(show: Callable[..., Page], picture: Picture) -> None:
    for state, widths in {"idle": (480, 900), "several": (320, 640), "stranger": (480, 900)}.items():
        for width in widths:
            page = show(state, width=width)
            picture(page.locator("body"), f"desk-{state}-{width}.png")

            where = f"{state}, {width}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
            assert page.locator(".vipps-nb-screen").evaluate("node => node.scrollWidth <= node.clientWidth"), where
            folded = page.locator(".vipps-nb-phone").bounding_box()["height"] < 260
            assert folded == (state == "idle"), where
            assert page.locator(".vipps-nb-scroll").evaluate("node => node.scrollWidth <= node.clientWidth"), where


def test_the_phone_shows_what_the_customer_would_see(show: Callable[..., Page]) -> None:
    phone = show("agreement").locator(".vipps-nb-phone")

    for text in (
        "Sandbox Shop",
        "up to 500.00 NOK",
        "Socks every month",
        "Every month, until you or the shop stop it.",
    ):
        expect(phone.locator(".vipps-nb-sheet").get_by_text(text)).to_be_visible()
    expect(phone.get_by_role("group", name="The most that may be taken")).to_be_visible()
    expect(phone.get_by_role("button", name="Let it expire · in 10 minutes")).to_be_visible()


def test_the_choice_goes_with_the_approval(show: Callable[..., Page]) -> None:
    page = show("several")

    page.get_by_label("In the shop").check()
    page.get_by_role("button", name="Approve").click()

    assert sent(page) == [{"do": "approve", "request": 4, "choice": "shop"}]


def test_one_of_several_is_opened_and_stays_open_when_another_arrives(show: Callable[..., Page]) -> None:
    page = show("several")
    waiting = page.get_by_role("list", name="Waiting requests, newest first")
    expect(waiting.get_by_role("button")).to_have_count(4)

    waiting.get_by_role("button", name="Socks every month").click()
    page.evaluate("waiting => window.update({ waiting })", [STRANGER, *STATES["several"]["waiting"]])

    expect(page.get_by_role("status")).to_contain_text("On the phone: payment of 499.00 NOK")
    expect(page.locator(".vipps-nb-sheet .vipps-nb-price")).to_have_text("up to 500.00 NOK")


def test_what_merchants_write_is_text(show: Callable[..., Page]) -> None:
    page = show("stranger")

    expect(page.locator(".vipps-nb-merchant")).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("main :is(img, b, i, script)").count() == 0


def test_what_came_of_a_decision_is_shown_and_spoken_and_the_keyboard_stays(show: Callable[..., Page]) -> None:
    page = show("payment")
    page.evaluate("window.obeys = { say: 'Approved. order-0001 is AUTHORIZED now.', well: true }")
    page.get_by_role("button", name="Approve").focus()
    page.keyboard.press("Enter")
    page.evaluate("window.update({ waiting: [] })")

    expect(page.locator(".vipps-nb-said")).to_have_text("✓ Approved. order-0001 is AUTHORIZED now.")
    expect(page.get_by_role("status")).to_have_text("Approved. order-0001 is AUTHORIZED now.")
    expect(page.get_by_role("region", name="The customer's phone")).to_be_focused()


def test_the_clock_is_moved_held_and_released(show: Callable[..., Page]) -> None:
    page = show("idle")
    page.evaluate("window.obeys = { say: 'It is so.', well: true }")

    for name in ("+1 h", "+1 day", "Next event", "Release"):
        page.get_by_role("button", name=name).click()
    page.evaluate("window.update({ clock: { held: false, ahead: 0 } })")
    page.get_by_role("button", name="Hold").click()

    assert sent(page) == [
        {"do": "advance", "seconds": 3600},
        {"do": "advance", "seconds": 86400},
        {"do": "next"},
        {"do": "release"},
        {"do": "hold"},
    ]


def test_a_running_clock_ticks_without_a_message_and_a_held_one_stands(show: Callable[..., Page]) -> None:
    page = show("idle")
    time = page.get_by_role("timer")
    before = page.evaluate("window.sent.length")

    page.clock.run_for(10_000)
    expect(time).to_have_text("12:00:00")
    page.evaluate("window.update({ clock: { held: false, ahead: 0 } })")
    page.clock.run_for(10_000)

    expect(time).to_have_text("12:00:20")
    assert page.evaluate("window.sent.length") == before


def test_faults_are_chosen_by_keyboard(show: Callable[..., Page]) -> None:
    page = show("idle")
    page.evaluate("window.obeys = { say: 'So be it.', well: true }")
    page.get_by_role("radio", name="Off").focus()
    page.keyboard.press("ArrowRight")
    page.evaluate("window.update({ faults: { preset: 'slow', rate: 1, rules: 1 } })")
    page.get_by_label("How many requests are hit").select_option("one in two")

    assert sent(page) == [
        {"do": "faults", "preset": "slow", "rate": 1},
        {"do": "faults", "preset": "slow", "rate": 0.5},
    ]


def test_a_reset_asks_first(show: Callable[..., Page]) -> None:
    page = show("payment")
    page.evaluate("window.obeys = { say: 'A new world.', well: true }")
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Reset …").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Reset …")).to_be_focused()
    assert sent(page) == []

    page.get_by_role("button", name="Reset …").click()
    page.get_by_role("button", name="Forget it all").click()

    assert sent(page) == [{"do": "reset", "seed": 7}]


def test_what_was_tolerated_stands_in_the_log(show: Callable[..., Page]) -> None:
    page = show("payment")

    expect(page.get_by_text("2 tolerated")).to_be_visible()
    page.get_by_label("Filter the request log").fill("tolerated")
    expect(page.locator("tr.vipps-nb-line")).to_have_count(1)


def test_strictness_is_a_switch(show: Callable[..., Page]) -> None:
    page = show("idle")
    page.get_by_label("Strict").check()

    assert sent(page) == [{"do": "strict", "on": True}]


def test_the_log_is_newest_first_filtered_and_opened(show: Callable[..., Page], picture: Picture) -> None:
    page = show("payment")
    lines = page.locator("tr.vipps-nb-line")
    expect(lines.first).to_contain_text("429")
    expect(lines.nth(1)).to_contain_text("lost")

    page.get_by_label("Filter the request log").fill("get 404")
    expect(page.get_by_text("Nothing fits the filter.")).to_be_visible()
    page.get_by_label("Filter the request log").fill("order-0001?")
    expect(lines).to_have_count(1)
    page.get_by_role("button", name="/epayment/v1/payments/order-0001").click()

    expect(page.get_by_text('"authorization": "***"')).to_be_visible()
    picture(page.locator("body"), "desk-log.png")


def test_what_the_doctor_asked_is_hidden_until_it_is_wanted_and_marked_then(show: Callable[..., Page]) -> None:
    asked = [*ROWS, row(6, "GET", "/qr/v1/merchant-redirect", by="doctor"), row(7, "GET", "/x", 403, by="doctor")]
    page = show("idle", rows=asked, total=len(asked))
    lines = page.locator("tr.vipps-nb-line")
    expect(lines).to_have_count(5)

    page.get_by_label("show the doctor’s 2").check()

    expect(lines).to_have_count(7)
    expect(lines.first).to_contain_text("doctor")
    grey = page.locator(".vipps-nb-summary").evaluate("node => getComputedStyle(node).color")
    for cell in lines.first.locator("td, button").all():
        assert cell.evaluate("node => getComputedStyle(node).color") == grey
    assert page.locator(".vipps-nb-scroll").evaluate("node => node.scrollWidth <= node.clientWidth")


def test_without_a_visit_of_the_doctor_there_is_no_switch(show: Callable[..., Page]) -> None:
    expect(show("payment").get_by_role("checkbox", name="doctor")).to_be_hidden()


def test_a_copy_without_a_kernel_says_so(show: Callable[..., Page]) -> None:
    page = show("payment", alive=False)
    page.clock.run_for(3100)

    expect(page.get_by_text("waiting for the kernel")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_attribute("aria-disabled", "true")


def test_leaving_stops_everything(show: Callable[..., Page]) -> None:
    page = show("payment", clock={"held": False, "ahead": 0})

    page.evaluate("window.leave()")

    assert page.evaluate("window.listeners.length") == 0


SHOP = """\
%load_ext vipps_nb
%vipps_login --env sandbox --quiet
%vipps_sandbox"""
PAY = """\
order = {"amount": {"currency": "NOK", "value": 49900}, "paymentMethod": {"type": "WALLET"}, "userFlow": "WEB_REDIRECT",
         "returnUrl": "https://example.com/return", "paymentDescription": "One pair of socks"}
vipps.post("/epayment/v1/payments", json=order | {"reference": "order-0001"}).status_code"""
STOP = "vipps.sandbox.stop()"


def test_in_jupyterlab_it_is_quiet_writes_no_token_down_and_knows_when_it_is_over(lab: Lab) -> None:
    lab.write("shop.ipynb", SHOP, PAY, STOP)
    lab.open("shop.ipynb")
    lab.run(0)
    lab.run(1)
    phone = lab.page.get_by_role("region", name="The customer's phone")
    expect(phone.locator(".vipps-nb-price")).to_have_text("499.00 NOK", timeout=30_000)

    sent = len(lab.sent)
    clock = lab.page.locator(".vipps-nb-clock-time")
    for _ in range(4):
        expect(clock).not_to_have_text(clock.inner_text())
    assert len(lab.sent) == sent, "a desk at which nothing happens sends the kernel nothing"

    lab.save()
    assert not [file for file in lab.files() if A_TOKEN.search(file.read_text(encoding="utf-8", errors="ignore"))]
    assert lab.files_holding("landing?token=") == []
    lab.run(2)
    expect(lab.page.get_by_text("The sandbox was stopped.")).to_be_visible(timeout=10_000)
    assert lab.blocked == []


def test_the_sandboxs_own_pages_are_a_click_away(show: Callable[..., Page], artifacts: Path) -> None:
    page = show("payment", width=640)
    phone = page.get_by_role("link", name="Open as a page of its own")

    expect(phone).to_have_attribute("href", "http://127.0.0.1:8080/sandbox/customer/requests/1/page")
    expect(page.get_by_role("link", name="Documentation of this sandbox")).to_have_attribute("target", "_blank")
    assert barriers(page, ".vipps-nb-desk") == []
    page.locator(".vipps-nb-desk").screenshot(path=artifacts / "desk-pages.png")

    page = show("idle", theme="dark", width=900)
    expect(page.get_by_role("link", name="Board of all sales units")).to_be_visible()
    expect(page.get_by_role("link", name="Open as a page of its own")).to_be_hidden()
    page.locator(".vipps-nb-desk").screenshot(path=artifacts / "desk-pages-dark.png")
