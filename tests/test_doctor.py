"""The doctor: each way to be ill is provoked, and told apart from the others."""

from __future__ import annotations

import datetime
import ipaddress
import json
import re
import socket
import sqlite3
import ssl
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from vipps_nb import Sandbox, login
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.cli import main
from vipps_nb.core import environment
from vipps_nb.core.environment import Environment
from vipps_nb.doctor import Result, Standing, examine
from vipps_nb.errors import CredentialsError

from .conftest import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY, Answer, Seen

LINES = {
    "VIPPS_CLIENT_ID": CLIENT_ID,
    "VIPPS_CLIENT_SECRET": CLIENT_SECRET,
    "VIPPS_SUBSCRIPTION_KEY": SUBSCRIPTION_KEY,
    "VIPPS_MSN": MSN,
}
TOKEN = {"access_token": "eyJ.eyJ.sig", "expires_in": "3599", "token_type": "Bearer"}
AZURE = {
    "error": "unauthorized_client",
    "error_description": f"AADSTS700016: Application with identifier '{CLIENT_ID}' was not found in the directory "
    "'VIPPS-TEST'. Trace ID: 1 Correlation ID: 2",
    "error_codes": [700016],
}
ORDER = [
    *("files", "environment", "names", "shapes", "host", "clock", "access token", "token's life", "sales unit"),
    *("products", ".env", "notebooks", "versions"),
]


@pytest.fixture(autouse=True)
def no_history(tmp_path_factory, monkeypatch):
    """IPython's history of the person who runs the tests is nobody's concern."""
    folder = tmp_path_factory.mktemp("ipython")
    monkeypatch.setenv("IPYTHONDIR", str(folder))
    return folder


@pytest.fixture(scope="module")
def running():
    with Sandbox(sales_units=2) as sandbox:
        yield sandbox


@pytest.fixture
def write(nowhere):
    """Write a .env: the given names, others as they are; None leaves a name out."""

    def to_file(name: str = ".env", /, base: dict[str, str] | str = "", **changes: str | None) -> None:
        given = base or LINES
        lines = dict(line.split("=", 1) for line in given.split("\n") if line) if isinstance(given, str) else given
        values = {key: value for key, value in {**lines, **changes}.items() if value is not None}
        file = nowhere / name
        file.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
        file.chmod(0o600)

    return to_file


@pytest.fixture
def as_test(serve, monkeypatch):
    """A test environment on this machine that does what its script says."""

    def start(script):
        server = serve(script)
        monkeypatch.setitem(environment._OFFICIAL, "test", Environment("test", server.base_url))
        return server

    return start


def said(body: object, status: int = 200, **headers: str) -> Answer:
    kind = "application/json" if not isinstance(body, bytes) else "text/html"
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, content, {"Content-Type": kind, "Date": formatdate(usegmt=True), **headers})


def healthy(seen: Seen) -> Answer:
    """A test environment in which everything works."""
    if seen.path.lower().startswith("/accesstoken"):
        return said(TOKEN)
    if "/webhooks" in seen.path or "well-known" in seen.path or seen.path.startswith("/recurring"):
        return said({"webhooks": []})
    return said({"title": "Not Found", "status": 404, "traceId": "x"}, 404)


def but(prefix: str, answer: Answer):
    """Everything works but one thing."""
    return lambda seen: answer if seen.path.lower().startswith(prefix) else healthy(seen)


class TestHealth:
    def test_without_any_keys_the_sandbox_is_examined(self):
        report = examine()

        assert report.ok
        assert [finding.check for finding in report.findings] == ORDER
        assert "because there are no keys" in report["environment"].found
        assert {line.name for line in report.products if line.standing is Standing.ACTIVE} >= {"ePayment", "Webhooks"}

    def test_leaves_no_sandbox_behind_and_uses_the_one_of_a_login(self):
        before = threading.active_count()
        examine(LoginOptions(env="sandbox"))
        assert threading.active_count() == before

        vipps = login(env="sandbox", quiet=True)
        examine(LoginOptions(env="sandbox"))
        assert vipps.get("/webhooks/v1/webhooks").ok

    def test_a_sandbox_can_tell_what_the_doctor_asked(self):
        vipps = login(env="sandbox", quiet=True)
        vipps.get("/webhooks/v1/webhooks")
        examine(LoginOptions(env="sandbox"))
        vipps.get("/recurring/v3/agreements")

        by = {entry["number"]: entry.get("by") for entry in vipps.sandbox.requests()}
        own = [number for number, who in by.items() if who is None]
        assert own == [1, 2, len(by)]  # the token, and what we asked
        assert set(by.values()) == {None, "doctor"}

    def test_no_real_host_is_told_who_asks(self, write, as_test):
        server = as_test(healthy)
        write(VIPPS_ENVIRONMENT="test")
        examine(LoginOptions(env="test"))

        names = {name.lower() for seen in server.seen for name in seen.headers}
        assert "authorization" in names
        assert not [name for name in names if name.startswith("vipps-nb")]

    def test_in_the_sandbox_nothing_changes_from_run_to_run(self, write):
        first = examine(LoginOptions(env="sandbox"))
        write(VIPPS_MSN="7654321")  # somebody else's machine has a .env
        time.sleep(0.01)

        second = examine(LoginOptions(env="sandbox"))

        assert repr(first) == repr(second)
        assert first._repr_html_() == second._repr_html_()
        assert not any(word in repr(first) for word in ("127.0.0.1", "/tmp", " ms"))

    @pytest.mark.parametrize("key_type", ["merchant", "partner", "management", "accounting", "donations"])
    def test_every_kind_of_keys_of_a_sandbox_that_runs(self, write, running, key_type):
        write(base=running.dotenv())

        report = examine(LoginOptions(key_type=key_type))

        assert report.ok, repr(report)
        assert report["environment"].found.startswith("Sandbox (the sandbox on this machine), chosen by")
        assert all(line.standing is not Standing.NO_ANSWER for line in report.products)

    def test_a_test_environment_in_which_all_is_well(self, write, as_test):
        as_test(healthy)
        write()

        report = examine()

        assert report.verdict == "all is well", repr(report)
        standings = {line.name: line.standing for line in report.products}
        assert standings["ePayment"] is Standing.ACTIVE
        assert standings["Report"] is standings["Management"] is Standing.NOT_IN_TEST

    def test_only_gets_are_sent_beside_the_token_call_and_nothing_is_changed(self, write, as_test):
        server = as_test(healthy)
        write()

        examine()

        others = [(seen.method, seen.path) for seen in server.seen if seen.method != "GET"]
        assert others == [("POST", "/accesstoken/get")]
        assert not any(path.path.startswith(("/report", "/settlement", "/management")) for path in server.seen)

    def test_the_first_look_at_a_host_carries_no_key(self, write, as_test):
        server = as_test(healthy)
        write()

        examine()

        first = server.seen[0]
        assert not any(value in str(first.headers) for value in LINES.values())

    def test_asks_for_the_sandbox_without_changing_its_world(self, write, running):
        write(base=running.dotenv())
        before = running.overview()["counts"]

        examine()

        after = running.overview()["counts"]
        assert {name for name in after if after[name] != before[name]} <= {"requests"}

    def test_an_unknown_type_of_keys_is_no_finding_but_an_error(self):
        with pytest.raises(CredentialsError, match="no type of keys"):
            examine(LoginOptions(key_type="psp"))


class TestFilesAndKeys:
    def test_says_which_files_were_read_and_how_far_up(self, write, nowhere):
        write()
        (nowhere / "a" / "b").mkdir(parents=True)

        report = examine(LoginOptions(env="test", folder=nowhere / "a" / "b"))

        assert report["files"].found == "Read: .env, 2 folders up (4 names of ours)."

    def test_a_profile_and_a_postman_file(self, write, nowhere):
        write(".env.shop2", VIPPS_MSN=None)
        values = [
            {"key": "merchantSerialNumber", "value": "123456"},
            {"key": "base_url", "value": "https://api.vipps.no"},
        ]
        (nowhere / "mine.json").write_text(json.dumps({"values": values}))

        report = examine(LoginOptions(profile="shop2", postman="mine.json"))

        assert report["files"].found == "Read: .env.shop2 (3 names of ours), Postman file mine.json (1 name of ours)."
        assert report["names"].result is Result.OK
        assert "VIPPS_SUBSCRIPTION_KEY in .env.shop2; merchantSerialNumber in Postman file" in report["names"].found
        assert report["environment"].cause == "other-environment"
        assert "the base_url in Postman file mine.json is that of the production environment" in (
            report["environment"].found
        )

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"dotenv": "nope.env"}, "There is no file nope.env where --dotenv points."),
            ({"profile": "nope"}, "There is no .env.nope in the notebook's folder or above it."),
            ({"postman": "nope.json"}, "The Postman file nope.json cannot be read"),
        ],
    )
    def test_a_file_that_is_not_there_ends_what_needs_it_and_nothing_else(self, options, words):
        report = examine(LoginOptions(**options))

        assert report["files"].result is Result.FAILED
        assert words in report["files"].found
        assert report["files"].remedy
        assert report["names"].found == "Not looked at: the files could not be read."
        assert report["versions"].result is Result.OK

    def test_a_name_of_the_other_environment_is_noticed(self, write):
        write(".env.prod")

        finding = examine(LoginOptions(profile="prod"))["environment"]

        assert (finding.result, finding.cause) == (Result.ATTENTION, "other-environment")
        assert "the name prod says production" in finding.found

    @pytest.mark.parametrize("env", ["tset", "mt "])
    def test_an_environment_that_is_none(self, write, env):
        write()

        report = examine(LoginOptions(env=env))

        assert (report["environment"].result is Result.FAILED) == (env == "tset")

    def test_a_base_url_of_another_environment_sends_nothing(self, write):
        write(VIPPS_BASE_URL="https://api.vipps.no")

        report = examine(LoginOptions(env="test"))

        assert report["environment"].cause == "environment"
        assert "VIPPS_BASE_URL points at https://api.vipps.no" in report["environment"].found
        assert report["host"].result is Result.SKIPPED

    def test_missing_misspelled_and_empty_names(self, write):
        write(VIPPS_MSN="", VIPPS_SUBSCRIPTION_KEY=None, VIPPS_SUBSCRIPTIONKEY=SUBSCRIPTION_KEY)

        finding = examine()["names"]

        assert (finding.result, finding.cause) == (Result.FAILED, "names")
        assert "Missing: VIPPS_SUBSCRIPTION_KEY, VIPPS_MSN" in finding.found
        assert "VIPPS_SUBSCRIPTIONKEY is in .env: is VIPPS_SUBSCRIPTION_KEY meant?" in finding.found
        assert "VIPPS_MSN is in .env without a value." in finding.found

    def test_a_value_that_hides_another(self, write, monkeypatch):
        write()
        monkeypatch.setenv("VIPPS_CLIENT_SECRET", "YW5vdGhlci1zZWNyZXQtb2xk")

        finding = examine()["names"]

        assert (finding.result, finding.cause) == (Result.ATTENTION, "hidden-value")
        assert "VIPPS_CLIENT_SECRET in process environment hides another value of it in .env." in finding.found

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"VIPPS_CLIENT_SECRET": f'"{CLIENT_SECRET} "'}, "VIPPS_CLIENT_SECRET has blanks in it"),
            ({"VIPPS_SUBSCRIPTION_KEY": f"“{SUBSCRIPTION_KEY}”"}, "VIPPS_SUBSCRIPTION_KEY has quotes in it"),
            ({"VIPPS_CLIENT_ID": "your-client-id"}, "VIPPS_CLIENT_ID is still a placeholder"),
            ({"VIPPS_CLIENT_ID": CLIENT_SECRET, "VIPPS_CLIENT_SECRET": CLIENT_ID}, "are two values swapped?"),
            ({"VIPPS_CLIENT_SECRET": "sk_live_" + "a1B2c3D4e5F6g7H8"}, "VIPPS_CLIENT_SECRET is a key of Stripe"),
            ({"VIPPS_CLIENT_SECRET": "ghp_" + "a1B2c3D4e5F6g7H8i9J0"}, "VIPPS_CLIENT_SECRET is a token of GitHub"),
            ({"VIPPS_CLIENT_SECRET": "eyJ0eXAiOiJKV1QifQ.e30.x"}, "VIPPS_CLIENT_SECRET is an access token"),
            ({"VIPPS_MSN": "MSN-1"}, "VIPPS_MSN must be digits only"),
        ],
    )
    def test_values_that_cannot_be_right_are_not_sent(self, write, as_test, changes, words):
        server = as_test(healthy)
        write(**changes)

        report = examine()

        assert (report["shapes"].result, report["shapes"].cause) == (Result.FAILED, "shapes")
        assert words in report["shapes"].found
        assert report["access token"].found == "Not looked at: there are no keys to try."
        assert not any("client_id" in seen.headers for seen in server.seen)

    def test_values_that_look_unusual_are_tried_all_the_same(self, write, as_test):
        as_test(healthy)
        write(VIPPS_SUBSCRIPTION_KEY=SUBSCRIPTION_KEY[:-1])

        report = examine()

        assert (report["shapes"].result, report["shapes"].cause) == (Result.ATTENTION, "unusual-shape")
        assert report["access token"].result is Result.OK


class TestKeysToldApart:
    def test_wrong_client_secret(self, write, running):
        write(base=running.dotenv(), VIPPS_CLIENT_SECRET="bm90LXRoZS1zZWNyZXQ=")

        finding = examine()["access token"]

        assert (finding.result, finding.cause) == (Result.FAILED, "client-secret")
        assert finding.found.startswith("The client secret is not the client ID's")
        assert "Copy VIPPS_CLIENT_SECRET again" in finding.remedy

    @pytest.mark.parametrize("key", ["f" * 32, "another unit's"])
    def test_wrong_subscription_key(self, write, running, key):
        others = running.keys(msn=running_units(running)[1])["subscription_key"]
        write(base=running.dotenv(), VIPPS_SUBSCRIPTION_KEY=others if key == "another unit's" else key)

        finding = examine()["access token"]

        assert (finding.result, finding.cause) == (Result.FAILED, "subscription-key")
        assert "copy VIPPS_SUBSCRIPTION_KEY again" in finding.remedy

    def test_wrong_client_id(self, write, running):
        write(base=running.dotenv(), VIPPS_CLIENT_ID=running.keys()["client_id"][:-3])

        report = examine()

        assert report["shapes"].cause == "unusual-shape"
        assert (report["access token"].result, report["access token"].cause) == (Result.FAILED, "client-id")

    def test_keys_of_the_other_environment_by_the_words_of_azure(self, write, as_test):
        server = as_test(but("/accesstoken", said(AZURE, 400)))
        write()

        finding = examine()["access token"]

        assert (finding.result, finding.cause) == (Result.FAILED, "other-environment")
        assert "very probably it is of the production environment" in finding.found
        assert "choose --env production" in finding.remedy
        assert "AADSTS700016" in finding.found
        assert CLIENT_ID not in finding.found
        assert len([seen for seen in server.seen if seen.method == "POST"]) == 1

    @pytest.mark.parametrize(
        ("message", "cause"),
        [
            ("Access denied due to missing subscription key.", "subscription-key-missing"),
            ("Access denied due to invalid subscription key.", "subscription-key"),
            ("Subscription not found.", "subscription-key"),
            ("Something quite new.", "keys-refused"),
        ],
    )
    def test_the_gateways_words(self, write, as_test, message, cause):
        as_test(but("/accesstoken", said({"statusCode": 401, "message": message}, 401)))
        write()

        report = examine()

        assert report["access token"].cause == cause
        assert report["sales unit"].found == "Not looked at: there is no access token."
        assert report.verdict == "1 failed"

    def test_keys_of_another_kind(self, write, running):
        keys = running.keys()
        write(
            base=running.dotenv(),
            VIPPS_ACCOUNTING_CLIENT_ID=keys["client_id"],
            VIPPS_ACCOUNTING_CLIENT_SECRET=keys["client_secret"],
        )

        finding = examine(LoginOptions(key_type="accounting"))["access token"]

        assert (finding.result, finding.cause) == (Result.FAILED, "key-type")

    def test_msn_of_another_sales_unit(self, write, running):
        write(base=running.dotenv(), VIPPS_MSN=running_units(running)[1])

        report = examine()

        assert report["access token"].result is Result.OK
        assert (report["sales unit"].result, report["sales unit"].cause) == (Result.FAILED, "msn")
        assert "is not the sales unit that these keys belong to" in report["sales unit"].found

    def test_msn_of_a_merchant_that_is_not_connected(self, write, running):
        write(base=running.dotenv(), VIPPS_PARTNER_MSN="999999")

        finding = examine(LoginOptions(key_type="partner"))["sales unit"]

        assert (finding.result, finding.cause) == (Result.FAILED, "msn")
        assert "the merchant has to connect you" in finding.remedy

    def test_msn_that_only_the_call_without_it_gives_away(self, write, as_test):
        def script(seen: Seen) -> Answer:
            if seen.path.startswith("/epayment"):
                return said({"title": "Unauthorized"}, 401 if "Merchant-Serial-Number" in seen.headers else 400)
            return healthy(seen)

        as_test(script)
        write()

        assert examine()["sales unit"].cause == "msn"

    def test_a_token_that_is_refused_at_once(self, write, as_test):
        as_test(but("/epayment", said({"title": "Unauthorized"}, 401)))
        write()

        assert examine()["sales unit"].cause == "token-refused"


class TestToken:
    def test_expired_on_arrival(self, write, as_test):
        as_test(but("/accesstoken", said({**TOKEN, "expires_in": "0"})))
        write()

        assert examine()["token's life"].cause == "expired-token"

    @pytest.mark.parametrize("seconds", ["20", "999999"])
    def test_an_odd_life(self, write, as_test, seconds):
        as_test(but("/accesstoken", said({**TOKEN, "expires_in": seconds})))
        write()

        assert examine()["token's life"].cause == "odd-life"

    def test_a_token_that_somebody_else_has_bought(self, write, as_test):
        claims = "eyJhcHBpZCI6ICJzb21lYm9keSBlbHNlIn0"
        as_test(but("/accesstoken", said({**TOKEN, "access_token": f"eyJ.{claims}.sig"})))
        write()

        assert examine()["token's life"].cause == "foreign-token"


class TestProducts:
    def test_a_product_that_management_says_is_off(self, write, running):
        write(base=running.dotenv())
        msn = running.keys()["merchant_serial_number"]
        running.sales_unit(msn, paymentAllowed=False)
        try:
            report = examine()
        finally:
            running.sales_unit(msn, paymentAllowed=True)

        (line,) = [line for line in report.products if line.name == "ePayment"]
        assert line.standing is Standing.NOT_ACTIVE
        assert (report["products"].result, report["products"].cause) == (Result.ATTENTION, "product")
        assert "If you need ePayment: order it" in report["products"].remedy

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"title": "Merchant Not Allowed for Ecommerce Payment", "status": 403}, 403),
            ({"type": "https://x/recurring-api-problems#merchant.not.allowed.for.recurring.operation"}, 403),
            ({"title": "invalid-sale-unit"}, 400),
        ],
    )
    def test_a_product_that_says_so_itself(self, write, as_test, body, status):
        as_test(but("/recurring", said(body, status)))
        write()

        report = examine()

        assert [line.name for line in report.products if line.standing is Standing.NOT_ACTIVE] == ["Recurring"]
        assert report["products"].cause == "product"
        assert report.ok

    def test_a_sales_unit_for_login_only_is_told_from_a_foreign_msn(self, write, as_test):
        refusal = {"title": "Merchant Not Allowed for Ecommerce Payment", "status": 403}
        as_test(but("/epayment", said(refusal, 403)))
        write()

        report = examine()

        assert report["sales unit"].result is Result.OK
        assert "ePayment is not active" in report["sales unit"].found

    def test_the_gateways_not_found_in_test_is_no_product(self, write, as_test):
        as_test(but("/order-management", said({"statusCode": 404, "message": "Resource not found"}, 404)))
        write()

        standings = {line.name: line.standing for line in examine().products}
        assert standings["Order Management"] is Standing.NOT_IN_TEST

    def test_one_api_is_down(self, write, as_test):
        as_test(but("/webhooks", said(b"<html>Bad gateway</html>", 502)))
        write()

        report = examine()

        assert [line.name for line in report.products if line.standing is Standing.NO_ANSWER] == ["Webhooks"]
        assert (report["products"].result, report["products"].cause) == (Result.ATTENTION, "outage")

    def test_a_rate_limit_is_no_verdict(self, write, as_test):
        as_test(but("/recurring", said({"statusCode": 429, "message": "Rate limit is exceeded."}, 429)))
        write()

        standings = {line.name: line.standing for line in examine().products}
        assert standings["Recurring"] is Standing.UNKNOWN


class TestConnection:
    """Network and outage, told apart from each other and from the keys."""

    def test_the_token_call_is_down_and_the_host_is_not(self, write, running):
        write(base=running.dotenv())
        running.faults([{"method": "POST", "path": "/accesstoken/*", "rate": 1, "status": 503}])
        try:
            report = examine()
        finally:
            running.clear_faults()

        assert (report["host"].result, report["access token"].cause) == (Result.OK, "outage")
        assert "this is not your network, and nothing is said about the keys" in report["access token"].found

    def test_everything_is_down(self, write, as_test):
        as_test(lambda seen: said(b"<html>Service unavailable</html>", 503))
        write()

        report = examine()

        assert (report["host"].result, report["host"].cause) == (Result.ATTENTION, "outage")
        assert report["access token"].cause == "outage"

    def test_nobody_listens(self, write, running):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        write(base=running.dotenv(), VIPPS_BASE_URL=f"http://127.0.0.1:{port}")

        report = examine()

        assert (report["host"].result, report["host"].cause) == (Result.FAILED, "network")
        assert "The connection was not accepted (Connection refused)" in report["host"].found
        assert report["access token"].found == "Not looked at: the host could not be reached."

    def test_a_name_that_nobody_knows(self, write, running, monkeypatch):
        def unknown(*_args, **_kwargs):
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        write(base=running.dotenv(), VIPPS_BASE_URL="https://sandbox.example")

        finding = examine()["host"]

        assert finding.cause == "network"
        assert finding.found == "The name sandbox.example could not be looked up (DNS)."

    def test_a_firewall_that_swallows_everything(self, write, running, monkeypatch):
        def silence(*_args, **_kwargs):
            raise TimeoutError

        monkeypatch.setattr(socket, "create_connection", silence)
        write(base=running.dotenv())

        finding = examine()["host"]

        assert finding.cause == "network"
        assert "a firewall swallows the connection" in finding.found

    def test_a_certificate_that_is_not_trusted_and_then_is(self, write, running, tls, monkeypatch):
        base_url, certificate = tls
        write(base=running.dotenv(), VIPPS_BASE_URL=base_url)

        finding = examine()["host"]
        assert (finding.result, finding.cause) == (Result.FAILED, "certificate")
        assert "its certificate is not trusted (self-signed certificate)" in finding.found
        assert "REQUESTS_CA_BUNDLE" in finding.remedy

        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
        assert "answers (TLS, no proxy)" in examine()["host"].found

        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate + ".gone")
        assert "names cannot be read" in examine()["host"].found

    def test_what_answers_does_not_speak_tls(self, write, running):
        write(base=running.dotenv(), VIPPS_BASE_URL=running.base_url.replace("http:", "https:"))

        finding = examine()["host"]

        assert finding.cause == "network"
        assert "does not speak TLS" in finding.found

    def test_a_proxy_that_is_gone(self, write, running, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@127.0.0.1:9")
        write(base=running.dotenv(), VIPPS_BASE_URL="https://sandbox.example")

        report = examine()

        finding = report["host"]
        assert finding.cause == "proxy"
        assert "leads through the proxy 127.0.0.1:9 (HTTPS_PROXY)" in finding.found
        assert "hunter2" not in repr(report) + report.block
        assert "127.0.0.1:9" not in report.block

    def test_a_proxy_in_between_is_said(self, write, running, serve, monkeypatch):
        proxy = serve(lambda seen: said({}, 200))
        monkeypatch.setenv("http_proxy", proxy.base_url)
        monkeypatch.delenv("no_proxy", raising=False)
        write(base=running.dotenv())

        finding = examine()["host"]

        assert "through the proxy 127.0.0.1:" in finding.found
        assert "which http_proxy names" in finding.found

    @pytest.mark.parametrize(
        "answer",
        [said(b"<html>Sign in to Hotel Wifi</html>"), said(b"", 302, Location="http://10.0.0.1/login")],
    )
    def test_a_sign_in_page_answers_for_the_host(self, write, as_test, answer):
        as_test(lambda seen: answer)
        write()

        report = examine()

        assert (report["host"].result, report["host"].cause) == (Result.ATTENTION, "network")
        assert (report["access token"].result, report["access token"].cause) == (Result.FAILED, "network")

    @pytest.mark.parametrize(("seconds", "words"), [(-3600, "1 hour ahead of"), (86400, "1 day behind")])
    def test_a_clock_that_is_off(self, write, as_test, seconds, words):
        date = formatdate(time.time() + seconds, usegmt=True)
        as_test(but("/access-management", said({}, 200, Date=date)))
        write()

        finding = examine()["clock"]

        assert (finding.result, finding.cause) == (Result.ATTENTION, "clock")
        assert f"clock is about {words} the server's" in finding.found

    def test_keys_do_not_follow_a_redirect(self, write, as_test, serve):
        stranger = serve(lambda seen: said({}))
        as_test(but("/webhooks", said({}, 307, Location=stranger.base_url)))
        write()

        examine()

        assert stranger.seen == []


class TestTraces:
    def test_a_key_in_a_notebook_its_checkpoint_and_ipythons_history(self, write, nowhere, as_test, no_history):
        as_test(healthy)
        write()
        (nowhere / "pay.ipynb").write_text(json.dumps({"cells": [{"source": f"key = '{SUBSCRIPTION_KEY}'"}]}))
        (nowhere / ".ipynb_checkpoints").mkdir()
        (nowhere / ".ipynb_checkpoints" / "pay-checkpoint.ipynb").write_text(CLIENT_SECRET)
        (no_history / "profile_default").mkdir()
        with sqlite3.connect(no_history / "profile_default" / "history.sqlite") as line:
            line.execute("create table history (session integer, line integer, source text, source_raw text)")
            line.execute("insert into history values (1, 1, ?, ?)", (f"x = '{CLIENT_SECRET}'", ""))
        line.close()

        report = examine()

        assert (report["notebooks"].result, report["notebooks"].cause) == (Result.ATTENTION, "key-in-notebook")
        assert report["notebooks"].found == (
            "Keys stand where they do not belong: VIPPS_SUBSCRIPTION_KEY in pay.ipynb; VIPPS_CLIENT_SECRET in a "
            "checkpoint of pay-checkpoint.ipynb; VIPPS_CLIENT_SECRET in IPython's history (profile default)."
        )

    def test_how_the_dotenv_is_kept(self, write, nowhere, as_test):
        as_test(healthy)
        write()
        assert examine()[".env"].result is Result.OK

        (nowhere / ".env").chmod(0o644)
        finding = examine()[".env"]

        assert (finding.result, finding.cause) == (Result.ATTENTION, "dotenv-hygiene")
        assert "chmod 600 .env" in finding.remedy

    def test_a_library_that_is_too_old(self, monkeypatch):
        from vipps_nb.doctor import surroundings

        monkeypatch.setattr(surroundings, "requires", lambda _: ["requests>=99", "nothing-like-it", "x; extra == 'y'"])

        finding = examine(LoginOptions(env="sandbox"))["versions"]

        assert finding.cause == "versions"
        assert "(>=99 is needed); nothing-like-it is missing." in finding.found


class TestShowing:
    def test_all_that_is_well_is_one_line_and_the_block_has_each(self, write, as_test):
        as_test(healthy)
        write()

        report = examine()

        assert re.fullmatch(r"Doctor · test · all is well \(\d+ checks.*\)", repr(report))
        assert "✓ access token" in report.block
        assert "<details><summary>" in report._repr_html_(), "the rows are folded"

    def test_what_needs_a_look_stands_first(self, write, as_test, nowhere):
        as_test(healthy)
        write()
        (nowhere / ".env").chmod(0o644)

        lines = repr(examine()).splitlines()
        shown = examine()._repr_html_()

        assert lines[1].startswith("! .env")
        assert shown.index(">.env<") < shown.index("<details>") < shown.index(">access token<")

    def test_where_nothing_was_compared_there_is_a_dash_and_no_tick(self):
        report = examine(LoginOptions(env="sandbox"))

        compared = [
            finding for finding in report.findings if finding.found.startswith(("Not compared", "Not looked at"))
        ]
        assert {finding.check for finding in compared} >= {"clock"}
        assert all(finding.result is Result.SKIPPED for finding in compared)
        assert "– clock" in report.block

    def test_no_key_is_in_any_form_of_it_even_when_the_server_repeats_them(self, write, as_test, nowhere):
        echo = {"error": "invalid_client", "error_description": f"{CLIENT_ID} {CLIENT_SECRET} {SUBSCRIPTION_KEY}"}
        as_test(but("/accesstoken", said(echo, 401)))
        write()

        report = examine()

        forms = [repr(report), report._repr_html_(), report.block, json.dumps(report.as_dict()), str(vars(report))]
        assert "‹VIPPS_CLIENT_SECRET›" in repr(report) or "‹client secret›" in repr(report)
        for form in forms:
            assert not any(value in form for value in (CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY))
            assert str(nowhere) not in form

    def test_the_block_for_others_names_no_machine(self, write, running, monkeypatch):
        monkeypatch.setattr(socket, "gethostname", lambda: "annas-laptop")
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [])
        write(base=running.dotenv(), VIPPS_BASE_URL="https://annas-laptop.corp.example")

        report = examine()

        assert "annas-laptop" in repr(report)
        assert "annas" not in report.block
        assert "annas" not in json.dumps(report.as_dict())
        assert all(name in report.block for name in ("python ", "ipykernel ", "requests "))

    def test_html_is_written_safely(self, write, as_test):
        as_test(but("/accesstoken", said({"statusCode": 401, "message": "<img src=x onerror=alert(1)>"}, 401)))
        write()

        shown = examine()._repr_html_()

        assert "<img" not in shown
        assert "&lt;img" in shown

    def test_results_are_told_by_a_sign_and_a_word_too(self, write, as_test):
        as_test(but("/accesstoken", said(AZURE, 400)))
        write()
        report = examine()

        assert "✗ access token" in repr(report)
        assert 'aria-label="failed"' in report._repr_html_()


class TestCommandLine:
    def test_ends_with_0_when_nothing_failed(self):
        done = CliRunner().invoke(main, ["doctor", "--env", "sandbox"])

        assert done.exit_code == 0
        assert done.output.startswith("Doctor · sandbox · all is well (")

    def test_ends_with_1_when_something_failed(self):
        done = CliRunner().invoke(main, ["doctor", "--profile", "nope"])

        assert done.exit_code == 1
        assert "✗ files" in done.output

    def test_json(self):
        done = CliRunner().invoke(main, ["doctor", "--env", "sandbox", "--json"])

        told = json.loads(done.output)
        assert told["result"] == "ok"
        assert [check["name"] if "name" in check else check["check"] for check in told["checks"]] == ORDER
        assert set(told) == {"result", "environment", "checks", "products", "versions"}

    def test_report(self):
        done = CliRunner().invoke(main, ["doctor", "--env", "sandbox", "--report"])

        assert done.output.startswith("<details><summary>vipps-nb doctor</summary>")

    def test_an_unknown_type_of_keys_is_one_sentence(self):
        done = CliRunner().invoke(main, ["doctor", "--key-type", "psp"])

        assert done.exit_code == 1
        assert done.output.startswith("Error: 'psp' is no type of keys.")


def running_units(running: Sandbox) -> list[str]:
    return list(running._own_key_store().units)


@pytest.fixture
def tls(tmp_path_factory):
    """A server with a certificate that it has given itself, and that certificate's file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + certificate.public_bytes(pem))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - http.server looks for these names

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # a client that does not trust it hangs up
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}", str(file)
    server.shutdown()
    server.server_close()
