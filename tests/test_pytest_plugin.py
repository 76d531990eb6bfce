"""The fixtures that pytest finds by itself, as an integration's own tests use them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SHOP = """
import os

import pytest
import requests

PAYMENTS = "/epayment/v1/payments"
ORDER = {
    "amount": {"currency": "NOK", "value": 10000}, "paymentMethod": {"type": "WALLET"}, "reference": "order-0001",
    "userFlow": "WEB_REDIRECT", "returnUrl": "https://shop.example/back",
}
PART = {"modificationAmount": {"currency": "NOK", "value": 4000}}


def test_a_payment_is_captured_and_the_shop_hears_of_it(vipps, vipps_sandbox, vipps_webhooks):
    vipps.post(PAYMENTS, json=ORDER).raise_for_status()
    vipps_sandbox.approve(reference="order-0001")
    vipps.post(f"{PAYMENTS}/order-0001/capture", json=PART).raise_for_status()

    assert vipps_webhooks.wait_for("CAPTURED", timeout=20).verdict
    assert vipps_sandbox.requests.one("POST", "*/capture", body=PART)["status"] == 200
    vipps_sandbox.requests.none("POST", "*/refund")


@pytest.mark.parametrize("again", range(4))
def test_each_test_has_a_world_of_its_own(vipps, vipps_sandbox, again):
    assert vipps.get(f"{PAYMENTS}/order-0001").status_code == 404
    vipps.post(PAYMENTS, json=ORDER).raise_for_status()
    assert vipps_sandbox.clock() == {"now": "2026-01-01T12:00:00.000Z", "held": True}


@pytest.mark.vipps(seed="coffee-bar")
def test_a_world_is_populated(vipps, vipps_sandbox):
    assert vipps.get("/epayment/v1/payments/coffee-0001").json()["state"] == "AUTHORIZED"
    assert vipps_sandbox.clock() == {"now": "2026-01-31T12:00:00.000Z", "held": True}


def test_the_code_under_test_finds_keys_and_address_in_its_environment(vipps_env, vipps_keys):
    names = {"client_id": "VIPPS_CLIENT_ID", "client_secret": "VIPPS_CLIENT_SECRET"}
    headers = {name: os.environ[variable] for name, variable in names.items()}
    headers["Ocp-Apim-Subscription-Key"] = os.environ["VIPPS_SUBSCRIPTION_KEY"]
    answer = requests.post(os.environ["VIPPS_BASE_URL"] + "/accesstoken/get", headers=headers)

    assert answer.json()["access_token"]
    assert vipps_keys["merchant_serial_number"] == vipps_env["VIPPS_MSN"]


@pytest.mark.vipps(seed=2, at="2026-02-28T23:59:00Z", strictness="strict", faults=[{"path": "/qr/*", "status": 503}])
class TestAnotherWorld:
    def test_it_is_as_the_mark_says(self, vipps, vipps_sandbox):
        assert vipps.get("/qr/v1/merchant-redirect", retries=0).status_code == 503
        assert vipps_sandbox.clock()["now"].startswith("2026-02-28T23:59")
        assert vipps_sandbox.settings()["strictness"] == "strict"

    @pytest.mark.vipps(clock="running", faults=[])
    def test_the_nearest_mark_wins(self, vipps, vipps_sandbox):
        assert vipps_sandbox.clock()["held"] is False
        assert vipps.get("/qr/v1/merchant-redirect", headers={"Accept": "image/png"}).status_code == 200
"""
WRONG = """
import pytest


def test_that_fails(vipps, vipps_sandbox):
    vipps.get("/epayment/v1/payments/order-0001", headers={"X-Secret": vipps.token.reveal()})
    vipps_sandbox.requests.one("POST", "/epayment/v1/payments")


def test_that_asked_nothing(vipps_sandbox):
    vipps_sandbox.requests.one("POST", "/epayment/v1/payments")


@pytest.fixture
def paid(vipps):
    vipps.get("/epayment/v1/payments/before-the-test")
    raise ValueError("a fixture of the project")


def test_whose_fixture_fails(paid):
    pass


@pytest.mark.vipps(strictnes="strict")
def test_with_a_wrong_name(vipps):
    pass


@pytest.mark.vipps(at="yesterday")
def test_with_a_wrong_moment(vipps):
    pass
"""


# The plug-ins that a shop may have as well, and that take seconds to load, are left out.
PYTEST = [sys.executable, "-m", "pytest", "-q", *("-p", "no:cacheprovider", "-p", "no:nbval", "-p", "no:schemathesis")]


def run(folder: Path, text: str, *options: str) -> str:
    (folder / "test_shop.py").write_text(text)
    command = [*PYTEST, *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False).stdout


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_a_shop_is_tested_with_it(nowhere, options):
    said = run(nowhere, SHOP, *options)

    assert "9 passed" in said, said


@pytest.fixture(scope="module")
def said_of_wrong_tests(tmp_path_factory):
    return run(tmp_path_factory.mktemp("shop"), WRONG)


def test_a_test_that_fails_shows_its_requests_and_no_secret(said_of_wrong_tests):
    said = said_of_wrong_tests

    assert "Expected one request POST /epayment/v1/payments; there was none. The nearest of 2:" in said
    assert "requests to the Vipps sandbox" in said
    assert "#2 GET /epayment/v1/payments/order-0001 → 404" in said
    assert "There was no request at all: does the code under test use this sandbox's address and keys?" in said
    assert "GET /epayment/v1/payments/before-the-test → 404" in said, "a fixture asks too"
    assert "near.py" not in said, "a failed assertion shows the test's line and not ours"
    assert "eyJ" not in said


def test_a_wrong_mark_is_a_sentence(said_of_wrong_tests):
    said = said_of_wrong_tests

    assert (
        "@pytest.mark.vipps has no strictnes. Expected: seed, at, clock, strictness, faults. Did you mean strictness"
        in said
    )
    assert "Did you mean strictness?" in said
    assert "@pytest.mark.vipps: " in said
    assert "2 failed, 3 errors" in said
    assert "yesterday is no moment" in said
    assert "During handling of the above exception" not in said


def test_a_project_that_does_not_use_it_does_not_pay_for_it():
    heavy = ("requests", "fastapi", "uvicorn", "pydantic", "vipps_nb.sandbox", "vipps_nb.client", "IPython")
    code = f"import sys, vipps_nb.pytest_plugin; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.strip() == "[]"


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_the_shop_in_examples_passes_its_own_tests(options):
    folder = Path(__file__).parents[1] / "examples" / "shop"
    command = [*PYTEST, "-o", "addopts=", *options, str(folder)]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)

    assert "6 passed" in run.stdout, run.stdout
