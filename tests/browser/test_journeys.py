"""What a person does in one sitting, in JupyterLab and in Notebook 7: each with one kernel and one notebook."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import barriers
from vipps_nb import Sandbox

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

FRONT_ENDS = {"JupyterLab": "lab/tree", "Notebook 7": "notebooks"}
SHOP = """\
order = {"amount": {"currency": "NOK", "value": 49900}, "paymentMethod": {"type": "WALLET"}, "userFlow": "WEB_REDIRECT",
         "returnUrl": "https://example.com/return", "paymentDescription": "One pair of socks"}
vipps.post("/epayment/v1/payments", json=order | {"reference": "order-0001"})"""
CELLS = {
    "login": "%load_ext vipps_nb\n%vipps_login --env sandbox",
    "answer": SHOP,
    "refusal": 'vipps.post("/epayment/v1/payments/order-0001/capture", json={"modificationAmount": order["amount"]})',
    "explorer": "%vipps_explore",
    "desk": "%vipps_sandbox",
    "asked": 'print(vipps.get("/epayment/v1/payments/order-0001").json()["state"])',
    "history": "vipps.history",
    "doctor": "%vipps_doctor --env sandbox",
    "ill": "%vipps_doctor --env test",
    "form": "%vipps_login --form",
    "logged in": 'print(vipps.credentials.source, vipps.get("/webhooks/v1/webhooks").status_code)',
}
DUE = 30_000  # a busy machine's kernel takes its time


class Sitting:
    """One notebook in one front end, from login to the end."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._ran: set[str] = set()

    @property
    def page(self) -> Page:
        return self.lab.page

    def run(self, name: str) -> Locator:
        """Run a cell; what it shows."""
        self.lab.run(self._place(name))
        self._ran.add(name)
        return self.output_of(name)

    def have(self, *names: str) -> None:
        """Run what another journey may have run before."""
        for name in names:
            if name not in self._ran:
                self.run(name)

    def text(self, name: str) -> str:
        self.run(name)
        return self.lab.text_of(self._place(name))

    def output_of(self, name: str) -> Locator:
        return self.lab.output_of(self._place(name))

    def _place(self, name: str) -> int:
        return self.lab.sources().index(CELLS[name])


@pytest.fixture(scope="module")
def teachers() -> Iterator[Sandbox]:
    """A sandbox that runs elsewhere and has keys of its own."""
    with Sandbox(seed=7) as running:
        yield running


@pytest.fixture(scope="module")
def server(make_lab: Callable[..., Lab]) -> Lab:
    lab = make_lab(save_widget_state=True)
    lab.page.set_viewport_size({"width": 1280, "height": 1700})
    return lab


@pytest.fixture(scope="module", params=FRONT_ENDS)
def sitting(request: pytest.FixtureRequest, server: Lab) -> Iterator[Sitting]:
    name = f"{request.param}.ipynb".replace(" ", "-")
    server.write(name, *CELLS.values())
    # Keys that somebody has not filled in yet. The sandbox in the kernel needs none.
    (server.notebooks / ".env").write_text("VIPPS_CLIENT_ID=your-client-id\nVIPPS_MSN=123456\n", encoding="utf-8")
    server.open(name, app=FRONT_ENDS[request.param])
    sitting = Sitting(server)
    sitting.run("login")
    yield sitting
    assert server.blocked == []
    server.save()
    server.shut_kernel_down()


def test_an_answer_is_a_card_that_unfolds_by_keyboard(sitting: Sitting) -> None:
    card = sitting.run("answer").get_by_role("region", name="Answer: ePayment · Create payment, 201 Created")
    expect(card).to_be_visible()
    expect(card.locator(".vipps-nb-title")).to_have_text("ePayment · Create payment")

    fold = card.locator("details", has_text="redirectUrl").first
    # The front end has its own styles for lists and code.
    expect(fold.locator("ul").first).to_have_css("list-style-type", "none")
    expect(fold.locator("code").first).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(fold).to_have_attribute("open", "")
    fold.locator("summary").first.focus()
    for key in ("Enter", "Space"):
        before = fold.evaluate("node => node.open")
        sitting.page.keyboard.press(key)
        expect(fold).to_have_js_property("open", not before)


def test_a_refusal_is_explained(sitting: Sitting) -> None:
    sitting.have("answer")
    card = sitting.run("refusal").get_by_role("region", name="Answer: ePayment · Capture")

    expect(card.locator(".vipps-nb-status")).to_have_text("400 Bad Request")
    for label in ("What happened", "What to do"):
        expect(card.get_by_text(label, exact=True)).to_be_visible()
        expect(card.get_by_text(label, exact=True)).to_have_css("float", "none")


def find(card: Locator) -> None:
    """By keyboard alone; "dd", "a" and "x" are JupyterLab's shortcuts for whole cells."""
    keyboard = card.page.keyboard
    card.get_by_role("combobox", name="Find an operation").focus()
    keyboard.type("ddax")
    expect(card.get_by_text("No operation has all of these words")).to_be_visible()
    keyboard.press("Escape")
    keyboard.type("create pay")
    expect(card.get_by_role("option").first).to_contain_text("/epayment/v1/payments")
    keyboard.press("Enter")
    expect(card.get_by_role("heading", name="Create payment")).to_be_focused(timeout=DUE)
    expect(card.get_by_role("listbox")).to_be_hidden()


def fill_in(card: Locator) -> None:
    value = card.locator("[data-at='/amount/value'] input")
    fault = card.locator("[data-at='/amount/value'] .vipps-nb-fault")
    remark = card.locator("[data-at='/amount/value'] .vipps-nb-remark")
    expect(value).to_have_value("49900")
    expect(remark).to_have_text("499.00 NOK = 49900 øre")
    expect(card.locator(".vipps-nb-code")).to_contain_text("vipps.post(", timeout=DUE)

    value.fill("much")
    expect(fault).to_have_text('"much" should be a whole number.', timeout=DUE)
    expect(value).to_have_attribute("aria-invalid", "true")
    value.fill("12300")
    expect(fault).to_be_hidden(timeout=DUE)
    expect(remark).to_have_text("123.00 NOK = 12300 øre")

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


def test_from_a_word_to_a_sent_call_to_a_cell_that_runs(sitting: Sitting) -> None:
    lab = sitting.lab
    card = sitting.run("explorer").locator(".vipps-nb-explorer")
    expect(card.get_by_role("listbox")).to_be_visible(timeout=DUE)
    find(card)
    fill_in(card)

    # Sent from a field; the notebook's own meaning of these keys stays away.
    card.locator("[data-at='/amount/value'] input").press("Control+Enter")
    expect(card.locator(".vipps-nb-words").first).to_have_text("201 Created. The answer is below.", timeout=DUE)
    expect(card.get_by_role("region", name="Answer", exact=True)).to_contain_text("ePayment · Create payment")
    assert lab.cell_count() == len(CELLS)

    # The next order as a cell, below the explorer's own.
    card.locator("[data-at='/reference'] input").fill("order-0002")
    card.get_by_role("button", name="%%vipps", exact=True).click()
    expect(card.locator(".vipps-nb-code")).to_contain_text("order-0002", timeout=DUE)
    card.get_by_role("button", name="Insert below").click()
    expect(card.get_by_text("Inserted as a cell below.")).to_be_visible(timeout=DUE)
    place = lab.sources().index(CELLS["explorer"]) + 1
    inserted = lab.sources()[place]
    assert inserted.startswith("%%vipps POST /epayment/v1/payments\n")
    assert json.loads(inserted.partition("\n")[2])["minimumUserAge"] == 18
    assert lab.sources()[place + 1] == CELLS["desk"]
    lab.run(place)
    expect(lab.output_of(place).locator(".vipps-nb-status")).to_have_text("201 Created")

    # The payment's reference is proposed where a path asks for one.
    card.get_by_role("combobox", name="Find an operation").focus()
    lab.page.keyboard.type("epayment cancel")
    lab.page.keyboard.press("Enter")
    expect(card.locator("[data-at='path/reference'] input")).to_have_value("order-0002", timeout=DUE)


def test_a_thumb_on_the_phone_authorises_the_payment(sitting: Sitting) -> None:
    sitting.have("answer")
    desk = sitting.run("desk").get_by_role("group", name="Vipps sandbox desk")
    phone = desk.get_by_role("region", name="The customer's phone")
    price = phone.locator(".vipps-nb-price")
    expect(price).to_be_visible(timeout=DUE)
    if price.inner_text() != "499.00 NOK":  # what the explorer's journey sent came later, and lies on top
        phone.get_by_role("button", name="499.00 NOK").click()
    expect(price).to_have_text("499.00 NOK")
    expect(phone.locator(".vipps-nb-merchant")).to_have_text("Sandbox Shop")
    assert sitting.text("asked") == "CREATED\n"

    phone.get_by_role("button", name="Approve").click()

    expect(phone.get_by_text("order-0001 is AUTHORIZED now.")).to_be_visible(timeout=DUE)
    assert sitting.text("asked") == "AUTHORIZED\n"

    desk.get_by_role("button", name="Hold").click()
    time = desk.get_by_role("timer")
    expect(desk.get_by_role("button", name="Release")).to_be_visible(timeout=DUE)
    before = time.inner_text()
    desk.get_by_role("button", name="+1 h").click()
    expect(time).not_to_have_text(before, timeout=DUE)
    hour = (int(before[:2]) + 1) % 24
    expect(time).to_have_text(f"{hour:02}{before[2:]}", timeout=DUE)


def test_the_doctor_finds_it_well_and_what_is_missing(sitting: Sitting) -> None:
    well = sitting.run("doctor").get_by_role("region", name="Doctor")
    expect(well.locator("summary .vipps-nb-status")).to_have_attribute("data-tone", "good", timeout=DUE)
    well.locator("summary").click()
    expect(well.get_by_role("listitem").filter(has_text="products").first).to_contain_text("ePayment")

    ill = sitting.run("ill").get_by_role("region", name="Doctor")
    expect(ill).to_contain_text("VIPPS_CLIENT_ID is still a placeholder")
    expect(ill).to_contain_text("Missing: VIPPS_CLIENT_SECRET, VIPPS_SUBSCRIPTION_KEY")
    expect(ill.get_by_role("img", name="failed").first).to_be_visible()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_nothing_keeps_anybody_out(
    sitting: Sitting, theme: str, artifacts: Path, request: pytest.FixtureRequest
) -> None:
    """With the front end's own styles around them, which the gallery does not have."""
    sitting.have("answer", "refusal", "explorer", "desk", "history", "doctor", "ill")
    sitting.lab.use_theme(f"JupyterLab {theme}")
    for name in CELLS:
        shown = sitting.output_of(name).locator(".vipps-nb")
        if shown.count():
            file = artifacts / "journeys" / f"{request.node.callspec.id}-{name}.png".replace(" ", "-")
            shown.first.screenshot(path=file, animations="disabled")

    assert barriers(sitting.page, ".vipps-nb") == []


def test_keys_of_a_sandbox_elsewhere_are_typed_and_log_in(sitting: Sitting, teachers: Sandbox) -> None:
    keys = teachers.keys()
    settings = f"VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL={teachers.base_url}\n"
    (sitting.lab.notebooks / ".env").write_text(settings, encoding="utf-8")
    form = sitting.run("form").get_by_role("form", name="Log in to Vipps MobilePay")
    expect(form.get_by_role("radio", name="sandbox", exact=True)).to_be_checked(timeout=DUE)
    form.get_by_label("Client ID").press_sequentially(keys["client_id"])
    form.get_by_label("Client secret", exact=True).press_sequentially(keys["client_secret"])
    form.get_by_label("Subscription key", exact=True).press_sequentially(keys["subscription_key"])
    msn = form.get_by_label("Merchant serial number")
    msn.press_sequentially(keys["merchant_serial_number"])
    msn.press("Enter")

    expect(form.get_by_role("status")).to_contain_text("Logged in to sandbox.", timeout=DUE)
    assert sitting.text("logged in") == "the form 200\n"
    sitting.lab.save()
    assert sitting.lab.files_holding(keys["client_secret"]) == []
    assert sitting.lab.files_holding(keys["subscription_key"]) == []
