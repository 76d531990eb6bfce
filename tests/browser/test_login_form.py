"""A person types keys into the form, in a real JupyterLab, and they stay nowhere but in the kernel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.axe import barriers
from vipps_nb import Sandbox

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

# The letters are JupyterLab's shortcuts for "new cell", "delete cell", "cut" and "to markdown".
TYPED = "add-bxm-not-a-real-client-secret-ddmb"

FORM = """\
import hashlib
from vipps_nb.widgets.login_form import FormField, LoginForm
arrived = {}
def keep(values, choices):
    arrived.update({name: hashlib.sha256(text.encode()).hexdigest() for name, text in values.items()})
    arrived["choices"] = choices
    return "Logged in to the test environment."
LoginForm(
    fields=[
        FormField("client_id", "Client ID", found_in=".env"),
        FormField("client_secret", "Client secret", secret=True),
        FormField("subscription_key", "Subscription key", secret=True, hint="primary or secondary"),
        FormField("merchant_serial_number", "Merchant serial number", found_in="process environment"),
    ],
    environment="test",
    on_submit=keep,
)"""

WHAT_ARRIVED = """\
for name, value in arrived.items():
    print(name, value)"""


def test_keys_stay_out_of_everything_that_is_saved(lab: Lab, artifacts: Path) -> None:
    lab.write("form.ipynb", FORM, WHAT_ARRIVED)
    lab.open("form.ipynb")
    page = lab.page
    lab.run(0)
    form = page.locator(".vipps-nb-form")
    secret = form.get_by_label("Client secret", exact=True)
    expect(form.get_by_label("Client ID")).to_have_attribute("placeholder", "set, from .env")
    form.screenshot(path=artifacts / "form-light.png")
    lab.use_theme("JupyterLab Dark")
    form.screenshot(path=artifacts / "form-dark.png")

    # A right click offers the browser's own menu, for JupyterLab's has no Paste; a key is nearly always pasted.
    form.get_by_label("Client ID").click(button="right")
    expect(page.locator(".lm-Menu")).to_have_count(0)

    # Letters typed stay letters: JupyterLab's shortcuts keep away, beside the inputs too.
    form.get_by_role("checkbox", name="Save to .env").check()
    page.keyboard.type("ddab")
    secret.press_sequentially(TYPED)
    assert lab.cell_count() == 2
    expect(secret).to_have_value(TYPED)
    expect(secret).to_have_attribute("type", "password")
    form.get_by_role("button", name="Show Client secret").click()
    expect(secret).to_have_attribute("type", "text")

    # Saved while it stands there, before it is sent: the file must not know it either.
    lab.save()
    assert lab.files_holding(TYPED) == []

    secret.press("Enter")
    expect(secret).to_have_value("")
    expect(form.get_by_role("status")).to_have_text("Logged in to the test environment.")
    lab.run(1)
    arrived = lab.text_of(1)
    assert "client_secret" in arrived
    assert "FormChoices(environment='test', save=True, gitignore=False, remember=False)" in arrived
    assert "client_id" not in arrived, "what was found already may stay empty"

    lab.save()
    saved = (lab.notebooks / "form.ipynb").read_text(encoding="utf-8")
    assert "Logged in to the test environment." in saved, "the widget state was not saved"
    assert lab.files_holding(TYPED) == []
    assert TYPED not in page.content()
    assert lab.blocked == []


def test_a_refusal_stands_at_its_field_and_a_login_becomes_the_tokens_card(lab: Lab, artifacts: Path) -> None:
    with Sandbox() as running:
        keys = running.keys()
        settings = f"VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL={running.base_url}\n"
        (lab.notebooks / ".env").write_text(settings, encoding="utf-8")
        lab.write("asked.ipynb", "%load_ext vipps_nb\n%vipps_login --form", "vipps.get('/epayment/v1/payments/x')")
        lab.open("asked.ipynb")
        lab.run(0)
        form = lab.page.locator(".vipps-nb-form")
        lines = {
            "client_id": form.get_by_label("Client ID"),
            "client_secret": form.get_by_label("Client secret", exact=True),
            "subscription_key": form.get_by_label("Subscription key", exact=True),
            "merchant_serial_number": form.get_by_label("Merchant serial number"),
        }

        # Swapped: both fields say so, in their own words, and no key stays in the page.
        swapped = keys | {"client_id": keys["client_secret"], "client_secret": keys["client_id"]}
        for name, line in lines.items():
            line.fill(swapped[name])
        lines["client_secret"].press("Enter")
        expect(form.get_by_role("alert")).to_have_text("Nothing was sent. Look again at: Client ID and Client secret.")
        expect(lines["client_id"]).to_be_focused()
        expect(lines["client_id"]).to_have_accessible_description(re.compile("looks like a client secret"))
        expect(lines["client_secret"]).to_have_accessible_description(re.compile("is a GUID"))
        for name in ("client_id", "client_secret", "subscription_key"):
            expect(lines[name]).to_have_value("")
        expect(lines["merchant_serial_number"]).to_have_value(keys["merchant_serial_number"])
        expect(lines["merchant_serial_number"]).not_to_have_attribute("aria-invalid", "true")
        form.screenshot(path=artifacts / "form-refused-light.png")
        lab.use_theme("JupyterLab Dark")
        form.screenshot(path=artifacts / "form-refused-dark.png")
        assert barriers(lab.page, ".vipps-nb-form") == []
        lab.use_theme("JupyterLab Light")

        # The server refuses one: the reason stands there, and what is no secret is still typed.
        lines["client_id"].fill(keys["client_id"])
        lines["client_secret"].fill("bm90LXRoZS1zZWNyZXQ=")
        lines["subscription_key"].fill(keys["subscription_key"])
        lines["subscription_key"].press("Enter")
        expect(lines["client_secret"]).to_be_focused()
        expect(lines["client_secret"]).to_have_accessible_description(re.compile("does not fit its client ID"))
        expect(lines["client_id"]).to_have_value(keys["client_id"])
        form.screenshot(path=artifacts / "form-server.png")

        lines["client_secret"].fill(keys["client_secret"])
        lines["subscription_key"].fill(keys["subscription_key"])
        lines["client_secret"].press("Enter")
        card = lab.output_of(0).locator(".vipps-nb-token")
        expect(card).to_contain_text("valid for")
        expect(form.get_by_role("textbox")).to_have_count(0)
        expect(form.get_by_role("status")).to_contain_text("Logged in to sandbox. `vipps` is ready.")
        lab.output_of(0).screenshot(path=artifacts / "form-done.png")
        card.get_by_role("button", name="Renew").click()  # live, not a picture
        lab.run(1)
        card.get_by_role("button", name="Log out").click()
        expect(card).to_contain_text("logged out")
        lab.save()
        for secret in (keys["client_secret"], keys["subscription_key"]):
            assert lab.files_holding(secret) == []
