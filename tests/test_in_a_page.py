"""Where there is one thread, no socket and no cryptography: in a page of a browser.

These tests take all that away from an ordinary Python. That a real page does what it shall is in
``tests/browser/test_in_a_page.py``.
"""

from __future__ import annotations

import _thread
import asyncio
import base64
import functools
import importlib.util
import json
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import click
import jwt
import pytest
import requests
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from joserfc import jwk
from joserfc import jwt as other_library
from requests.adapters import HTTPAdapter

import vipps_nb
from vipps_nb import CredentialsError, EnvironmentChoiceError, SandboxError, cli, current_session, login, logout
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.core import machine, page_network
from vipps_nb.doctor import examine
from vipps_nb.notebook import page_shell
from vipps_nb.notebook.calls_panel.live import LiveCalls
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


_one_key = functools.cache(signing_pure._RsaKey)


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
    monkeypatch.setattr(signing_pure, "_RsaKey", _one_key)  # to make one takes most of a test's time
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


def test_the_panel_of_calls_follows_between_two_cells(page, monkeypatch):
    async def a_call_and_a_pause():
        vipps = login(quiet=True)
        panel = LiveCalls({"vipps": vipps})
        told = asyncio.Event()
        rows = []
        monkeypatch.setattr(panel.widget, "tell", lambda new, _place: (rows.extend(new), told.set()))
        monkeypatch.setattr(LiveCalls, "is_closed", lambda _: False)
        panel.rows()  # the first look; from here on it is told
        vipps.get("/webhooks/v1/webhooks")
        vipps.get(PAYMENT)
        for call in vipps.history:
            panel.add(vipps.history, call)
        async with asyncio.timeout(10):
            await told.wait()
        return rows

    assert len(asyncio.run(a_call_and_a_pause())) == 2


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


@pytest.mark.parametrize("where", [{"port": 8080}, {"host": "0.0.0.0", "let_others_in": True}])
def test_nobody_is_left_to_believe_in_a_port(page, where):
    with pytest.raises(SandboxError, match=r"cannot listen.*Sandbox\(\) without port and host"):
        vipps_nb.Sandbox(**where)


def test_a_listener_has_the_port_in_its_address_that_was_asked_for(page):
    listener = Listener(login(quiet=True), port=8099)

    assert listener.url == "http://127.0.0.1:8099/webhooks"
    assert requests.post(listener.url, data=b"{}", timeout=5).status_code == 200


def test_the_desk_of_a_sandbox_elsewhere_is_out_of_reach(page):
    with pytest.raises(SandboxError, match=r"runs elsewhere.*Sandbox\(\)"):
        vipps_nb.Sandbox.join("http://127.0.0.1:8080")


@pytest.mark.parametrize("command", ["lab", "sandbox"])
def test_commands_that_want_a_machine_say_so(page, command):
    with pytest.raises(click.ClickException, match="this is a page in a browser"):
        cli.main([command], standalone_mode=False)


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("vipps-nb doctor", "%vipps_doctor"),
        ("vipps-nb import shop.json", "vipps_nb.cli import main"),
        ("python -m vipps_nb.cli sandbox --port 8080", "%vipps_login"),
        ("vipps-nb", "%vipps_login"),
        ("ls -l", "Use Python"),
    ],
)
def test_a_program_cannot_be_started_and_what_to_do_instead_is_said(page, line, instead):
    shell = InteractiveShell()
    page_shell.answer_for_programs(shell)

    for start in (shell.system, shell.getoutput):
        with pytest.raises(UsageError, match=r"cannot start programs.*was not run") as refused:
            start(line)
        assert instead in str(refused.value)
    page_shell.give_back(shell)
    assert "system" not in vars(shell)


def test_the_cards_say_where_it_is(page):
    assert "a sandbox in this page" in login(quiet=True)._repr_html_()
    assert "on this machine" not in repr(examine())


def test_a_provider_answers_with_a_body_where_it_is_read(page):
    vipps = login(quiet=True)
    vipps.headers["Psp-Id"] = "1"
    vipps.sandbox.receive("https://provider.example", lambda headers, body: (200, b'{"paymentInfo": {"status": "OK"}}'))
    order = {
        "pspTransactionId": "first",
        "merchantOrderId": "order-first",
        "amount": 49900,
        "currency": "NOK",
        "paymentText": "Socks",
        "pspRedirectUrl": "https://example.com/return",
        "makePaymentUrl": "https://provider.example/make-payment",
        "makePaymentToken": "word",
    }
    vipps.post("/psp/v3/psppayments/init", json=order)
    vipps.sandbox.approve(reference="order-first")

    history = vipps.get("/psp/v3/psppayments/first/details").json()["transactionLogHistory"]
    assert [(line["operation"], line["operationSuccess"]) for line in history] == [("RESERVED", True)]


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


def test_a_public_key_verifies_what_its_owner_signed_and_nothing_else():
    compiled, pure = signing.new_key("RS256"), signing_pure.new_pure_key("RS256")
    for owner in (compiled, pure):
        verifier = signing_pure.pure_verifier(json.dumps(owner.public_key()))
        assert [verifier.read(one.sign({"a": 1}, {})) for one in (compiled, pure)] == [
            {"a": 1} if one is owner else None for one in (compiled, pure)
        ]
    for none in ("", "[]", "{}", '{"kty": "EC"}', '{"kty": "RSA", "n": "AQAB"}', '{"kty": "RSA", "n": 5, "e": "AQAB"}'):
        assert signing_pure.pure_verifier(none) is None


# Run by a Python that finds no cryptography, with PyJWT as tools/make_lab.py puts it onto the site.
READS = """
import json, sys
sys.modules["cryptography"] = None
import jwt
def read(token):
    try:
        keys = jwt.PyJWKSet.from_dict(asked["keys"])
        key = keys[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(token, key, algorithms=["RS256", "ES256"], audience="shop")
    except jwt.PyJWTError as error:
        return type(error).__name__
asked = json.load(sys.stdin)
json.dump([read(token) for token in asked["tokens"]], sys.stdout)
"""


def test_pyjwt_verifies_on_the_site_as_with_cryptography(tmp_path):
    package = tmp_path / "jwt"
    shutil.copytree(Path(jwt.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Path(__file__).parents[1] / "tools" / "lab" / "pyjwt_pure.py", package / "_pure.py")
    with (package / "algorithms.py").open("a") as end:
        end.write("\nif not has_crypto:\n    import jwt._pure\n")
    keys = {name: signing.new_key(name) for name in ("RS256", "ES256")}
    said = {"aud": "shop", "n": 1}
    good = [key.sign(said, {"kid": name}) for name, key in keys.items()]
    changed = [
        f"{head}.{body[:-1]}{'A' if body[-1] != 'A' else 'E'}.{end}"
        for head, body, end in (one.split(".") for one in good)
    ]
    strangers = [signing.new_key(name).sign(said, {"kid": name}) for name in keys]
    no_algorithm = base64.urlsafe_b64encode(b'{"alg": "none", "kid": "RS256"}').decode().rstrip("=")
    unsigned = f"{no_algorithm}.{good[0].split('.')[1]}."
    by_public_half = jwt.encode(said, keys["RS256"].public_key()["n"], algorithm="HS256", headers={"kid": "RS256"})
    elsewhere = keys["RS256"].sign({"aud": "other"}, {"kid": "RS256"})
    asked = {
        "tokens": [*good, *changed, *strangers, unsigned, by_public_half, elsewhere],
        "keys": {"keys": [{**key.public_key(), "kid": name, "alg": name} for name, key in keys.items()]},
    }

    read = subprocess.run(
        [sys.executable, "-c", READS],
        input=json.dumps(asked),
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    refused = ["InvalidSignatureError"] * 4 + ["InvalidAlgorithmError"] * 2 + ["InvalidAudienceError"]
    assert json.loads(read.stdout) == [said, said, *refused], read.stderr


def test_a_key_has_2048_bits():
    key = signing_pure.new_pure_key("RS256").public_key()

    assert jwk.import_key(key).as_dict() == key | {"kty": "RSA"}
    assert jwk.import_key(key).raw_value.key_size == 2048
