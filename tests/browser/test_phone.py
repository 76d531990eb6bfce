"""The page behind a redirectUrl, in a real browser: it sends headers that no HTTP client of a test would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Answer, ScriptedServer, Seen
from vipps_nb import login

pytestmark = pytest.mark.browser
Serve = Callable[[Callable[[Seen], Answer]], ScriptedServer]


@pytest.mark.parametrize(("button", "state"), [("Approve", "AUTHORIZED"), ("Abort", "ABORTED")])
def test_a_thumb_on_the_phone_decides_the_payment(chromium: Browser, artifacts: Path, button: str, state: str) -> None:
    vipps = login(env="sandbox", quiet=True)
    order = {
        "amount": {"currency": "NOK", "value": 49900},
        "paymentMethod": {"type": "WALLET"},
        "reference": f"phone-{state}",
        "userFlow": "WEB_REDIRECT",
        "returnUrl": "https://example.com/return",
        "paymentDescription": "One pair of socks",
    }
    created = vipps.post("/epayment/v1/payments", json=order)
    page = chromium.new_page(viewport={"width": 420, "height": 560})
    page.goto(created.json()["redirectUrl"])

    expect(page.get_by_text("499.00 NOK")).to_be_visible()
    page.screenshot(path=artifacts / "phone.png")
    page.get_by_role("button", name=button).click()

    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("link", name="Back to the shop")).to_have_attribute("href", "https://example.com/return")
    assert vipps.get(f"/epayment/v1/payments/phone-{state}").json()["state"] == state
    page.close()


def test_a_delivery_is_chosen_on_the_phone(chromium: Browser, artifacts: Path) -> None:
    vipps = login(env="sandbox", quiet=True)
    home = {"id": "home", "brand": "POSTEN", "type": "HOME_DELIVERY", "priority": 1, "isDefault": True}
    shop = {"id": "shop", "brand": "OTHER", "title": "In the shop", "priority": 2, "isDefault": False}
    ways = [home | {"amount": {"currency": "NOK", "value": 4900}}, shop | {"amount": {"currency": "NOK", "value": 0}}]
    order = {
        "type": "PAYMENT",
        "reference": "phone-choice",
        "transaction": {"amount": {"currency": "NOK", "value": 49900}, "paymentDescription": "One pair of socks"},
        "logistics": {"fixedOptions": ways},
        "merchantInfo": {
            "callbackUrl": "https://example.com/callback",
            "returnUrl": "https://example.com/done",
            "callbackAuthorizationToken": "a-token-of-the-shop",
        },
    }
    created = vipps.post("/checkout/v3/session", json=order).json()
    page = chromium.new_page(viewport={"width": 420, "height": 700})
    page.goto(f"{created['checkoutFrontendUrl']}?token={created['token']}")

    expect(page.get_by_role("group", name="Delivery")).to_be_visible()
    expect(page.get_by_label("Posten home delivery · 49.00 NOK")).to_be_checked()
    page.get_by_label("In the shop").check()
    page.screenshot(path=artifacts / "phone_delivery.png")
    page.get_by_role("button", name="Approve").click()

    expect(page.get_by_role("status")).to_be_visible()
    session = vipps.get("/checkout/v3/session/phone-choice").json()
    assert session["shippingDetails"]["shippingMethodId"] == "shop"
    page.close()


@pytest.mark.parametrize(("button", "brings"), [("Approve", "code="), ("Abort", "error=access_denied")])
def test_after_a_login_the_browser_goes_on_to_the_merchant(
    chromium: Browser, artifacts: Path, serve: Serve, button: str, brings: str
) -> None:
    """The merchant's page is of another origin, and sends the browser to yet another."""
    home = serve(lambda seen: Answer(body=b"Welcome"))
    moved = Answer(303, headers={"Location": f"{home.base_url.replace('127.0.0.1', 'localhost')}/home"})
    merchant = serve(lambda seen: moved)
    vipps = login(env="sandbox", quiet=True)
    asked = {
        "response_type": "code",
        "client_id": vipps.credentials.client_id,
        "redirect_uri": f"{merchant.base_url}/callback",
        "scope": "openid name address",
        "state": "some-state-1",
    }
    page = chromium.new_page(viewport={"width": 420, "height": 560})
    page.goto(f"{vipps.base_url}/access-management-1.0/access/oauth2/auth?{urlencode(asked)}")

    expect(page.get_by_text("You share your name, your addresses.")).to_be_visible()
    page.screenshot(path=artifacts / "login-on-phone.png")
    page.get_by_role("button", name=button).click()

    expect(page.get_by_text("Welcome")).to_be_visible()
    (seen,) = [seen for seen in merchant.seen if seen.path.startswith("/callback")]
    assert brings in seen.path
    assert "state=some-state-1" in seen.path
    page.close()
