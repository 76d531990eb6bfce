"""The calls panel in a real JupyterLab, by keyboard: call → look into → edit → send → compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import barriers

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

LOGIN = "%load_ext vipps_nb\n%vipps_login --env sandbox --quiet"
ORDER = """\
order = {
    "amount": {"currency": "NOK", "value": 49900}, "paymentMethod": {"type": "WALLET"}, "reference": "order-0001",
    "userFlow": "WEB_REDIRECT", "returnUrl": "https://example.com/return", "paymentDescription": "Socks",
}
created = vipps.post("/epayment/v1/payments", json=order)"""
REFUSED = 'vipps.get("/epayment/v1/payments/nobody")'
PANEL = "window.jupyterapp.shell.currentWidget"
ACTIVE = "() => document.activeElement?.className ?? ''"


def look_through_tabs(page: Page, details: Locator) -> None:
    expect(details.get_by_role("tab", name="Answer")).to_be_focused()
    expect(details).to_contain_text("201 Created")
    for tab in ("Request", "Explained", "Time", "Code"):
        page.keyboard.press("ArrowRight")
        expect(details.get_by_role("tab", name=tab)).to_be_focused()
        assert barriers(page, ".vipps-nb-callspanel") == []
    expect(details.locator("pre")).to_contain_text("vipps.post(")


def edit_and_send(page: Page) -> None:
    page.keyboard.press("e")
    form = page.locator(".vipps-nb-explorer")
    reference = form.locator("[data-at='/reference'] input")
    expect(reference).to_have_value("order-0001", timeout=30_000)
    expect(form.locator("h3")).to_be_focused()
    reference.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("order-0002")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(form.get_by_role("region", name="Answer", exact=True)).to_contain_text("201", timeout=20_000)


def compare(page: Page, details: Locator) -> None:
    details.get_by_role("tab", name="Code").focus()
    page.keyboard.press("ArrowRight")
    expect(details.get_by_role("tab", name="Compare")).to_be_focused()
    details.get_by_role("combobox", name="Compare with").select_option(index=0)
    differences = details.get_by_role("region", name="Differences")
    expect(differences).to_contain_text("/body/reference", timeout=20_000)
    expect(differences).to_contain_text('"order-0002"')
    assert barriers(page, ".vipps-nb-callspanel") == []


def send_again_under_the_same_key(page: Page, details: Locator) -> None:
    details.get_by_role("button", name="Send again …").focus()
    page.keyboard.press("Enter")
    expect(details.get_by_role("group", name="Send again")).to_contain_text("does nothing")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("app", ["lab/tree", "notebooks"])
def test_call_edit_send_compare_by_keyboard(lab: Lab, app: str) -> None:
    if app == "notebooks":
        pytest.importorskip("notebook")
    lab.write("calls.ipynb", LOGIN, "%vipps_calls", ORDER, REFUSED)
    lab.open("calls.ipynb", app=app)
    page, press = lab.page, lab.page.keyboard.press
    page.set_default_timeout(20_000)
    lab.run(0)
    lab.run(1)
    panel = page.locator(".vipps-nb-callspanel")
    rows, details = panel.get_by_role("listbox"), panel.get_by_role("region", name="The chosen call")
    expect(panel).to_contain_text("No calls yet")

    # Live: what a cell sends stands there at once, the newest first.
    lab.run(2)
    lab.run(3)
    expect(rows.get_by_role("option")).to_have_count(2)
    expect(rows.get_by_role("option").first).to_contain_text("404")

    # The link on an answer's card leads to its call.
    lab.output_of(3).get_by_role("link", name="In the calls panel").click()
    expect(rows.locator("[aria-selected='true']")).to_contain_text("404")
    expect(details).to_contain_text("404 Not Found")
    assert "vipps-nb-rows" in page.evaluate(ACTIVE)

    # From here on the mouse is put away.
    press("/")
    page.keyboard.type("create")
    expect(rows.get_by_role("option")).to_have_count(1)
    press("ArrowDown")
    press("ArrowDown")
    press("Enter")
    look_through_tabs(page, details)

    # No key reaches JupyterLab's command mode, where c copies cells and d d deletes them.
    cells = lab.cell_count()
    for key in ("c", "d", "d", "x", "a", "b"):
        press(key)
    expect(
        details.get_by_text("Copied as Python.").or_(details.get_by_text("The browser does not allow"))
    ).to_be_visible()
    assert lab.cell_count() == cells

    edit_and_send(page)
    expect(rows.get_by_role("option")).to_have_count(2)
    compare(page, details)
    send_again_under_the_same_key(page, details)
    expect(rows.get_by_role("option")).to_have_count(3)
    expect(rows.locator("[aria-selected='true']")).to_contain_text("201")
    press("Escape")
    expect(rows).to_be_focused()
    expect(details).to_be_hidden()

    lab.save()
    saved = (lab.notebooks / "calls.ipynb").read_text(encoding="utf-8")
    assert "order-0002" not in saved, "nothing of a call is state"


def test_a_cell_is_inserted_and_a_reopened_panel_is_honest(lab: Lab) -> None:
    lab.write("insert.ipynb", LOGIN, ORDER, "%vipps_calls", "# below")
    lab.open("insert.ipynb")
    page = lab.page
    for cell in range(3):
        lab.run(cell)
    panel = page.locator(".vipps-nb-callspanel")
    rows = panel.get_by_role("listbox")
    rows.get_by_role("option").first.click()
    panel.get_by_role("tab", name="Code").click()
    panel.get_by_role("button", name="Insert as a cell below").click()
    page.wait_for_function(f"() => {PANEL}.content.activeCellIndex === 3")
    page.keyboard.press("Shift+Enter")
    expect(lab.output_of(3)).to_contain_text("409", timeout=20_000)
    expect(rows.get_by_role("option")).to_have_count(2)

    lab.shut_kernel_down()
    rows.get_by_role("option").first.click()
    expect(panel.locator(".vipps-nb-state")).to_contain_text("the kernel is gone", timeout=15_000)
    expect(rows.get_by_role("option")).to_have_count(2)
