"""A person types keys into the form, in a real JupyterLab, and they stay nowhere but in the kernel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

# The letters are JupyterLab's shortcuts for "new cell", "delete cell", "cut" and "to markdown".
TYPED = "add-bxm-not-a-real-client-secret-ddmb"

FORM = """\
import hashlib
from vipps_nb.widget.login_form import FormField, LoginForm
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
    assert "FormChoices(environment='test', save=True, gitignore=False)" in arrived
    assert "client_id" not in arrived, "what was found already may stay empty"

    lab.save()
    saved = (lab.notebooks / "form.ipynb").read_text(encoding="utf-8")
    assert "Logged in to the test environment." in saved, "the widget state was not saved"
    assert lab.files_holding(TYPED) == []
    assert TYPED not in page.content()
    assert lab.blocked == []


def test_right_click_in_an_input_offers_the_browsers_own_menu(lab: Lab) -> None:
    """JupyterLab's menu has no Paste; a key is nearly always pasted."""
    lab.write("menu.ipynb", FORM)
    lab.open("menu.ipynb")
    lab.run(0)

    lab.page.locator(".vipps-nb-form").get_by_label("Client ID").click(button="right")

    expect(lab.page.locator(".lm-Menu")).to_have_count(0)
