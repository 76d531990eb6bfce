"""From a word in the search field to a sent call and a cell that sends it again, in a real JupyterLab."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

LOGIN = "%load_ext vipps_nb\n%vipps_login --env sandbox --quiet"
NAUGHTY = "<img src=x onerror=window.hacked=1>"
# Names, descriptions, examples and links of a document that means no good.
FOREIGN = f"""\
import vipps_nb
naughty = {NAUGHTY!r}
text = {{"type": "string", "example": naughty, "description": naughty}}
identity = {{"name": "id", "in": "path", "required": True, "schema": text, "description": naughty, "example": naughty}}
fields = {{naughty: text, "client_secret": {{"type": "string"}}}}
body = {{"type": "object", "required": list(fields), "properties": fields}}
post = {{
    "summary": naughty,
    "externalDocs": {{"url": "javascript:window.hacked=1"}},
    "parameters": [identity],
    "requestBody": {{"content": {{"application/json": {{"schema": body}}}}}},
}}
paths = {{"/x/{{id}}": {{"post": post}}}}
vipps_nb.openapi({{"openapi": "3.1.0", "info": {{"title": naughty}}, "paths": paths}}).explore()"""


def sources(lab: Lab) -> list[str]:
    return lab.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.sharedModel.getSource())"
    )


def find(card: Locator, artifacts: Path) -> None:
    """By keyboard alone; "dd", "a" and "x" are JupyterLab's shortcuts for whole cells."""
    keyboard = card.page.keyboard
    card.get_by_role("combobox", name="Find an operation").focus()
    keyboard.type("ddax")
    expect(card.get_by_text("No operation has all of these words")).to_be_visible()
    keyboard.press("Escape")
    keyboard.type("create pay")
    expect(card.get_by_role("option").first).to_contain_text("/epayment/v1/payments")
    card.screenshot(path=artifacts / "explorer-search-light.png")
    keyboard.press("Enter")
    expect(card.get_by_role("heading", name="Create payment")).to_be_focused()
    expect(card.get_by_role("listbox")).to_be_hidden()


def fill_in(card: Locator, artifacts: Path) -> None:
    value = card.locator("[data-at='/amount/value'] input")
    fault = card.locator("[data-at='/amount/value'] .vipps-nb-fault")
    remark = card.locator("[data-at='/amount/value'] .vipps-nb-remark")
    expect(value).to_have_value("49900")
    expect(remark).to_have_text("499.00 NOK")
    expect(card.locator(".vipps-nb-code")).to_contain_text("vipps.post(")

    value.fill("much")
    expect(fault).to_have_text('"much" should be a whole number.')
    expect(value).to_have_attribute("aria-invalid", "true")
    card.screenshot(path=artifacts / "explorer-fault-light.png")
    value.fill("12300")
    expect(fault).to_be_hidden()
    expect(remark).to_have_text("123.00 NOK")

    # An optional field comes, and the JSON stays in step, both ways.
    card.get_by_role("combobox", name="Optional field to add", exact=True).select_option("minimumUserAge")
    card.get_by_role("button", name="Add field", exact=True).click()
    age = card.locator("[data-at='/minimumUserAge'] input")
    expect(age).to_be_focused()
    card.get_by_role("button", name="JSON", exact=True).click()
    area = card.get_by_label("Body as JSON")
    assert '"minimumUserAge": 1' in area.input_value()
    area.fill(area.input_value().replace('"minimumUserAge": 1', '"minimumUserAge": 18'))
    card.get_by_role("button", name="Form", exact=True).click()
    expect(age).to_have_value("18")
    card.screenshot(path=artifacts / "explorer-form-light.png")


def test_from_a_word_to_a_sent_call_to_a_cell(lab: Lab, artifacts: Path) -> None:
    lab.write("explore.ipynb", LOGIN, "%vipps_explore", "print('last')")
    lab.open("explore.ipynb")
    lab.page.set_viewport_size({"width": 1280, "height": 1700})
    lab.run(0)
    lab.run(1)
    card = lab.page.locator(".vipps-nb-explorer")
    expect(card.get_by_role("listbox")).to_be_visible()
    find(card, artifacts)
    fill_in(card, artifacts)

    # Sent from a field; the notebook's own meaning of these keys stays away.
    card.locator("[data-at='/amount/value'] input").press("Control+Enter")
    expect(card.locator(".vipps-nb-words")).to_have_text("201 Created. The answer is below.", timeout=20_000)
    expect(card.get_by_role("region", name="Answer", exact=True)).to_contain_text("ePayment · Create payment")
    assert lab.cell_count() == 3
    card.screenshot(path=artifacts / "explorer-answer-light.png")
    lab.use_theme("JupyterLab Dark")
    card.screenshot(path=artifacts / "explorer-answer-dark.png")

    # And as a cell, below the explorer's own.
    card.get_by_role("button", name="%%vipps", exact=True).click()
    card.get_by_role("button", name="Insert below").click()
    expect(card.get_by_text("Inserted as a cell below.")).to_be_visible()
    inserted = sources(lab)[2]
    assert inserted.startswith("%%vipps POST /epayment/v1/payments\n")
    assert '"minimumUserAge": 18' in inserted
    assert sources(lab)[3] == "print('last')"

    # The payment's reference is proposed where a path asks for one.
    card.get_by_role("combobox", name="Find an operation").focus()
    lab.page.keyboard.type("epayment cancel")
    lab.page.keyboard.press("Enter")
    reference = json.loads(inserted.partition("\n")[2])["reference"]
    expect(card.locator("[data-at='path/reference'] input")).to_have_value(reference)
    assert lab.blocked == []


def test_names_and_values_are_text_and_secrets_stay_out_of_the_file(lab: Lab) -> None:
    typed = "typed-not-a-real-secret"
    lab.write("foreign.ipynb", LOGIN, FOREIGN)
    lab.open("foreign.ipynb")
    page = lab.page
    lab.run(0)
    lab.run(1)
    card = page.locator(".vipps-nb-explorer")

    card.get_by_role("option").first.click()
    expect(card.locator("[data-at='path/id'] input")).to_have_value(NAUGHTY)
    secret = card.locator("[data-at='/client_secret'] input")
    expect(secret).to_have_attribute("type", "password")
    secret.press_sequentially(typed)
    expect(card.locator(".vipps-nb-code")).to_contain_text("client_secret")
    lab.save()
    assert lab.files_holding(typed) == []
    assert not any(typed in str(frame) for frame in lab.sent), "only Send may carry it"

    card.get_by_role("button", name="Send", exact=True).click()
    expect(card.get_by_role("region", name="Answer", exact=True)).to_be_visible(timeout=20_000)
    lab.save()

    assert page.evaluate("() => window.hacked") is None
    assert page.locator(".vipps-nb-explorer img").count() == 0
    assert page.locator(".vipps-nb-explorer a[href^='javascript']").count() == 0
    assert lab.files_holding(typed) == []
    assert typed not in page.content()


@pytest.mark.skipif(importlib.util.find_spec("notebook") is None, reason="Notebook 7 is not installed here")
def test_notebook_7_gets_the_cell_too(start_lab: Callable[..., Lab], artifacts: Path) -> None:
    lab = start_lab()
    lab.write("explore.ipynb", LOGIN, "%vipps_explore GET /webhooks/v1/webhooks")
    lab.page.goto(lab.address_of("explore.ipynb", app="notebooks"))
    lab.wait_for_kernel()
    lab.run(0)
    lab.run(1)
    card = lab.page.locator(".vipps-nb-explorer")

    card.get_by_role("button", name="Send", exact=True).click()
    expect(card.locator(".vipps-nb-words")).to_have_text("200 OK. The answer is below.", timeout=20_000)
    card.get_by_role("button", name="Insert below").click()

    expect(card.get_by_text("Inserted as a cell below.")).to_be_visible()
    assert sources(lab)[2] == 'vipps.get("/webhooks/v1/webhooks")'
    card.screenshot(path=artifacts / "explorer-notebook7.png")
