"""Where there is one thread, no socket and no cryptography: in a page of a browser.

These tests take all that away from an ordinary Python. That a real page does what it shall is in
``tests/browser/test_in_a_page.py``.
"""

from __future__ import annotations

import _thread
import asyncio
import importlib.util
import json
import socket
import sys
import threading

import jwt
import pytest
import requests
from joserfc import jwk
from joserfc import jwt as other_library
from requests.adapters import HTTPAdapter

import vipps_nb
from vipps_nb import CredentialsError, EnvironmentChoiceError, SandboxError, current_session, login, logout
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.core import machine, page_network
from vipps_nb.doctor import examine
from vipps_nb.notebook.desk import LiveDesk
from vipps_nb.notebook.login_form import login_dialog
from vipps_nb.sandbox.world import signing, signing_pure
from vipps_nb.webhooks import Listener

from .test_key_sources import WHOLE

ORDER = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "in-a-page-0001",
    "userFlow": "WEB_REDIRECT",
    "returnUrl": "https://example.com/thanks",
}
PAYMENT = "/epayment/v1/payments/in-a-page-0001"


@pytest.fixture
def page(nowhere, monkeypatch):
    """A page, as far as Python can tell."""
    find_spec = importlib.util.find_spec

    def no_threads(*_args, **_kwargs):
        raise RuntimeError("can't start new thread")

    def no_sockets(*_args, **_kwargs):
        raise OSError("Not supported")

    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(threading.Thread, "start", no_threads)
    monkeypatch.setattr(_thread, "start_new_thread", no_threads)
    for verb in ("bind", "connect", "listen"):
        monkeypatch.setattr(socket.socket, verb, no_sockets)
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "cryptography" else find_spec(name, *rest)
    )
    monkeypatch.setattr(HTTPAdapter, "send", HTTPAdapter.send)
    monkeypatch.setattr(page_network, "_answered", {})
    yield
    logout()


def test_log_in_pay_and_look_back(page):
    vipps = login(quiet=True)

    created = vipps.post("/epayment/v1/payments", json=ORDER)
    assert (created.status_code, type(created.status_code)) == (201, int)
    vipps.sandbox.approve(reference="in-a-page-0001")
    assert vipps.get(PAYMENT).json()["state"] == "AUTHORIZED"
    assert [answer.status_code for answer in vipps.map("GET", [PAYMENT] * 3)] == [200] * 3
    assert len(vipps.history) == 5


def test_plain_requests_reach_the_sandbox_of_the_page_and_no_other_host(page):
    vipps = login(quiet=True)

    assert requests.post(f"{vipps.base_url}/accesstoken/get", timeout=5).status_code == 401
    with pytest.raises(requests.ConnectionError, match=r"example\.com could not be reached from this page"):
        requests.get("https://example.com", timeout=5)


def test_a_stale_token_is_renewed_at_once(page):
    vipps = login(quiet=True)
    first = vipps.token
    vipps.keys.cache._clock = type("Later", (), {"monotonic": lambda _: 0, "wall": lambda _: 0})()
    entry = next(iter(vipps.keys.cache._entries.values()))

    vipps.keys.cache._renew_in_background(entry, vipps.credentials, vipps.environment, entry.lives)

    assert entry.token is not first


def test_a_listener_is_a_function_that_the_sandbox_calls(page):
    vipps = login(quiet=True)
    listener = Listener(vipps)
    events = ["epayments.payment.created.v1", "epayments.payment.authorized.v1"]
    registered = vipps.post("/webhooks/v1/webhooks", json={"url": listener.url, "events": events}).json()
    listener.trust(registered["secret"])
    vipps.post("/epayment/v1/payments", json=ORDER)
    vipps.sandbox.approve(reference="in-a-page-0001")

    delivery = listener.wait_for("AUTHORIZED", timeout=5)

    assert delivery.verdict
    again = requests.post(listener.local_url, data=delivery.body, headers=dict(delivery.headers), timeout=5)
    assert again.status_code == 200
    assert listener.deliveries[-1].duplicate
    assert requests.get(listener.local_url, timeout=5).status_code == 405
    listener.stop()
    with pytest.raises(requests.ConnectionError):
        requests.post(listener.local_url, data=b"{}", timeout=5)


def test_what_fails_at_the_listener_comes_again_when_it_is_due(page):
    vipps = login(quiet=True)
    listener = Listener(vipps)
    events = ["epayments.payment.created.v1"]
    listener.trust(vipps.post("/webhooks/v1/webhooks", json={"url": listener.url, "events": events}).json()["secret"])
    listener.drill(status=500)

    vipps.post("/epayment/v1/payments", json=ORDER)
    vipps.sandbox.advance(60)

    assert [one.status for one in listener.deliveries] == [500, 200]


def test_a_receiver_elsewhere_is_out_of_reach_and_the_log_says_so(page):
    vipps = login(quiet=True)
    hook = {"url": "http://127.0.0.1:9/hook", "events": ["epayments.payment.created.v1"]}
    vipps.post("/webhooks/v1/webhooks", json=hook)

    vipps.post("/epayment/v1/payments", json=ORDER)

    assert "in a page of a browser" in json.dumps(vipps.sandbox.deliveries())


def test_the_desk_looks_between_two_cells(page):
    async def two_cells():
        vipps = login(quiet=True)
        desk = LiveDesk(vipps.sandbox)
        vipps.post("/epayment/v1/payments", json=ORDER)
        async with asyncio.timeout(10):
            while not desk.widget.waiting:
                await asyncio.sleep(0.02)
        said = desk._obey("approve", {"request": desk.widget.waiting[0]["request"]})
        desk.close()
        return said, vipps.get(PAYMENT).json()["state"]

    assert asyncio.run(two_cells()) == (("Approved. in-a-page-0001 is AUTHORIZED now.", True), "AUTHORIZED")


def test_the_doctor_examines_without_a_line_of_its_own(page):
    report = examine()

    findings = {finding.check: finding for finding in report.findings}
    assert findings["host"].result.name == "OK", findings["host"]
    assert "in this page" in findings["host"].found
    assert findings["products"].result.name == "OK"


@pytest.mark.parametrize("env", [None, "test", "production"])
def test_keys_of_a_real_sales_unit_are_refused(page, monkeypatch, env):
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(CredentialsError, match=r"page of a browser.*Nothing was sent.*sandbox"):
        login(env=env, quiet=True)


@pytest.mark.parametrize("env", ["test", "production"])
def test_nobody_is_told_to_bring_keys(page, env):
    with pytest.raises(CredentialsError, match="page of a browser"):
        login(env=env, quiet=True)


def test_the_form_offers_the_sandbox_alone(page):
    form = login_dialog(LoginOptions(env="test"), on_login=str)

    assert (form.environment, form.environments) == ("sandbox", ["sandbox"])
    assert "page in a browser" in form.message


def test_a_sandbox_elsewhere_cannot_be_joined(page, monkeypatch):
    monkeypatch.setenv("VIPPS_BASE_URL", "http://127.0.0.1:8080")

    with pytest.raises(EnvironmentChoiceError, match="cannot reach"):
        login(quiet=True)


@pytest.mark.parametrize("options", [{"init": True}, {"strip_outputs": True}, {"keyring": True}])
def test_there_is_neither_a_folder_to_prepare_nor_a_key_store(page, nowhere, options):
    with pytest.raises(CredentialsError, match=r"page in a browser.*sandbox"):
        login(quiet=True, **options)
    assert list(nowhere.iterdir()) == []


@pytest.mark.parametrize("door", ["loopback", "both"])
def test_there_is_no_door_that_listens(page, door):
    with pytest.raises(SandboxError, match="cannot listen"):
        vipps_nb.Sandbox(door=door)


def test_a_logout_and_a_new_login_begin_a_new_world(page):
    login(quiet=True).post("/epayment/v1/payments", json=ORDER)
    logout()

    assert login(quiet=True).get(PAYMENT).status_code == 404
    assert current_session().sandbox.door == "in-process"


def test_on_a_machine_nothing_of_requests_is_touched(nowhere):
    before = HTTPAdapter.send
    login(env="sandbox", quiet=True)
    logout()

    assert HTTPAdapter.send is before
    assert not machine.is_a_page()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_tokens_signed_in_python_alone_are_those_of_any_library(algorithm):
    key = signing_pure.new_pure_key(algorithm)
    claims = {"sub": "somebody", "n": 1}

    token = key.sign(claims, {"kid": "1", "typ": None})

    public = {**key.public_key(), "alg": algorithm}
    assert jwt.decode(token, jwt.PyJWK(public), algorithms=[algorithm]) == claims
    assert other_library.decode(token, jwk.import_key(public), algorithms=[algorithm]).claims == claims
    assert jwt.get_unverified_header(token) == {"alg": algorithm, "kid": "1"}
    assert key.read(token) == claims


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_both_ways_to_sign_read_their_own_and_nobody_elses(algorithm):
    ours, theirs = signing_pure.new_pure_key(algorithm), signing.new_key(algorithm)
    token = ours.sign({"a": 1}, {})

    assert theirs.read(theirs.sign({"a": 1}, {})) == {"a": 1}
    for signer in (signing_pure.new_pure_key(algorithm), theirs):
        assert signer.read(token) is None
    head, body, signature = token.split(".")
    for forged in (
        "",
        "a.b.c",
        f"{head}.{body}.",
        f"{head}.{body[:-2]}AA.{signature}",
        f"{head}.{body}.{'A' * 342}",
        "é.ü.ö",
    ):
        assert ours.read(forged) is None


def test_a_key_has_2048_bits():
    key = signing_pure.new_pure_key("RS256").public_key()

    assert jwk.import_key(key).as_dict() == key | {"kty": "RSA"}
    assert jwk.import_key(key).raw_value.key_size == 2048
