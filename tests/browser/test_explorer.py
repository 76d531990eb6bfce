"""A document that means no good in the explorer, and secrets typed there, in a real JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

PANEL = "window.jupyterapp.shell.currentWidget"
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
    # The first look at a body imports what checks it, which takes a busy machine seconds.
    expect(card.locator(".vipps-nb-code")).to_contain_text("client_secret", timeout=20_000)
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


@pytest.mark.parametrize("app", ["lab/tree", "notebooks"])
def test_an_inserted_cell_is_selected_in_view_and_runs_as_it_is(lab: Lab, app: str) -> None:
    if app == "notebooks":
        pytest.importorskip("notebook")
    below = [f"# below {number}\n" * 30 for number in range(3)]
    lab.write("insert.ipynb", LOGIN, "%vipps_explore POST /epayment/v1/payments", *below)
    lab.open("insert.ipynb", app=app)
    page = lab.page
    lab.run(0)
    lab.run(1)
    card = page.locator(".vipps-nb-explorer")
    insert = card.get_by_role("button", name="Insert below", exact=True)

    # The second one finds the payment of the first, which is an answer too.
    for number, (language, answer) in enumerate([("Python", "201"), ("%%vipps", "409")], 1):
        card.get_by_role("button", name=language, exact=True).click()
        insert.click()
        page.wait_for_function(f"() => {PANEL}.content.activeCellIndex === 2")
        assert lab.cell_count() == 5 + number
        assert "/epayment/v1/payments" in lab.sources()[2]
        page.wait_for_function(
            f"() => {{ const box = {PANEL}.content.widgets[2].node.getBoundingClientRect();"
            "return box.top >= -1 && box.bottom <= window.innerHeight + 1 }"
        )
        # What Shift and Enter would run, wherever the cursor is now.
        page.keyboard.press("Shift+Enter")
        expect(lab.output_of(2)).to_contain_text(answer, timeout=20_000)
        assert "Error" not in lab.text_of(2)

    card.get_by_role("button", name="curl", exact=True).click()
    expect(insert).to_be_hidden()
    expect(card.get_by_role("button", name="Copy", exact=True)).to_be_visible()
