"""The shelf as a whole: every API says how it differs from the real thing, and is read when it is first asked for."""

import subprocess
import sys

import pytest

from tests.each import for_each
from tests.sandbox import shelf_page
from vipps_nb.sandbox.apis import APIS
from vipps_nb.sandbox.server.app import OWN
from vipps_nb.sandbox.server.shelf import Pages, Shelf


def test_every_api_says_how_it_differs():
    told = {shelf_page.title(module) for module in shelf_page.modules()}

    # An API may stand on several pages, such as "QR API, exchange".
    assert {title.partition(",")[0] for pages in APIS for title in pages.titles} == told


def test_the_page_of_the_docs_says_the_same_as_the_code():
    assert shelf_page.FILE.read_text(encoding="utf-8") == shelf_page.text()


@for_each("pages", [*APIS, *OWN])
def test_what_the_shelf_knows_beforehand_is_what_the_page_says(pages, sandbox_world):
    found = pages.read()

    assert tuple(page.title for page in found) == pages.titles
    assert tuple(name for page in found if page.counts for name in page.counts(sandbox_world)) == pages.counts
    assert any(page.catch_up for page in found) == pages.catches_up
    for route in (route for page in found for route in page.router.routes):
        assert any(f"{route.path}/".lower().startswith(f"{start}/") for start in pages.begins), route.path
        assert sum(f"{route.path}/".startswith(f"{start}/") for other in APIS for start in other.begins) <= 1


@pytest.fixture
def sandbox_world():
    from vipps_nb.sandbox.world.sales_unit import KeyStore
    from vipps_nb.sandbox.world.settings import Settings
    from vipps_nb.sandbox.world.world import Backend

    return Backend(1, KeyStore(1, 1), Settings(), "http://127.0.0.1:8080").world


STORY = """
import sys
from vipps_nb.client.login import sandbox_session
from vipps_nb.sandbox import Sandbox

def awake():
    return sorted({name.split(".")[3] for name in sys.modules if name.startswith("vipps_nb.sandbox.apis.")})

price = {"currency": "NOK", "value": 40000}
order = {"amount": price, "paymentMethod": {"type": "WALLET"}, "reference": "order-0001", "userFlow": "WEB_REDIRECT"}
order["returnUrl"] = "https://example.com/"
with Sandbox(door="in-process") as sandbox:
    sandbox.hold("2026-01-01T12:00:00Z")
    print(awake(), sandbox.overview()["counts"]["webhooks"])
    with sandbox_session(sandbox) as vipps:
        vipps.post("/EPayment/v1/payments", json=order).raise_for_status()
        sandbox.approve(reference="order-0001")
        vipps.post("/epayment/v1/payments/order-0001/capture", json={"modificationAmount": price}).raise_for_status()
        print(awake(), sandbox.overview()["counts"]["payments"])
        sandbox.advance(2 * 86_400)
        sandbox.sales_unit(str(vipps.credentials.merchant_serial_number), feeBasisPoints=1000, settlement="gross")
        [ledger] = vipps.get("/settlement/v1/ledgers").json()["items"]
        entries = vipps.get(f"/report/v2/ledgers/{ledger['ledgerId']}/funds/feed").json()["items"]
        print([entry["entryType"] for entry in entries])
        told = []
        sandbox.receive("https://shop.example/hook", lambda headers, body: told.append(body) or 200)
        registration = {"url": "https://shop.example/hook", "events": ["epayments.payment.refunded.v1"]}
        vipps.post("/webhooks/v1/webhooks", json=registration).raise_for_status()
        vipps.post("/epayment/v1/payments/order-0001/refund", json={"modificationAmount": price}).raise_for_status()
        sandbox.deliveries()
        print(awake(), b"REFUNDED" in told[0])
"""


def test_an_api_is_read_when_it_is_first_asked_for_and_misses_nothing_from_before():
    """In a process of its own: here the other tests have asked for all of them."""
    run = subprocess.run([sys.executable, "-c", STORY], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "[] 0",
        "['access_token', 'epayment'] 1",
        "['capture', 'fees-retained', 'payout-scheduled']",  # under the terms of their time, before the switch
        "['access_token', 'epayment', 'report', 'webhooks'] True",
    ]


def test_a_path_to_no_page_reads_none():
    shelf = Shelf([Pages("apis.of_nobody", "Nobody's API", begins=["/nobody/v1"])], [], {}, {})

    assert shelf.find("GET", "/nobody/v2/things").goal is None
    assert shelf.find("GET", "/nobody").goal is None
    with pytest.raises(ModuleNotFoundError):
        shelf.find("GET", "/NOBODY/v1/things")
