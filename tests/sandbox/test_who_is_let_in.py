"""Who gets in to a sandbox: this machine alone, unless somebody has said twice that others may."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
import requests

from vipps_nb.sandbox import Sandbox, SandboxError


def raw(sandbox, *lines, headers=()):
    """Send a request as it stands; gives the first line of the answer."""
    with socket.create_connection(("127.0.0.1", int(sandbox.base_url.rpartition(":")[2])), timeout=5) as sock:
        sock.sendall("\r\n".join([*lines, *headers, "", ""]).encode("latin-1"))
        return sock.makefile("rb").readline().decode("latin-1").strip()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "10.0.0.1"])
def test_other_machines_are_let_in_only_when_it_is_said_twice(host):
    with pytest.raises(SandboxError, match="say it a second time"):
        Sandbox(host=host)


@pytest.mark.parametrize("host", ["", "::", "::1", "example.com", "127.0.0", "0.0.0.0/0", "0"])
def test_what_is_no_address_is_refused(host):
    with pytest.raises(SandboxError, match="IPv4 address"):
        Sandbox(host=host, let_others_in=True)


def test_saying_it_once_starts_nothing_on_the_command_line():
    command = [sys.executable, "-m", "vipps_nb.cli", "sandbox", "--host", "0.0.0.0"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert done.stdout == ""
    assert "--let-others-in" in done.stderr


def test_by_default_only_the_loopback_interface_listens(running):
    assert running.base_url.startswith("http://127.0.0.1:")
    port = int(running.base_url.rpartition(":")[2])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=2)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Host: localhost"], "200"),
        (["Host: LOCALHOST:1"], "200"),
        (["Host: shop.localhost"], "200"),
        (["Host: shop.localhost:8080"], "200"),
        (["Host: localhost.rebound.example"], "421"),
        (["Host: shop.localhost.rebound.example:8080"], "421"),
        (["Host: rebound.example:127.0.0.1"], "421"),
        (["Host: 127.0.0.1.rebound.example"], "421"),
        (["Host: localhost", "Host: rebound.example"], "400"),
        (["Host: localhost", "Origin: http://localhost"], "200"),
        (["Host: localhost", "Origin: null"], "403"),
        (["Host: localhost", "Origin: http://localhost.rebound.example"], "403"),
        (["Host: localhost", "Origin: http://other.example", "Origin: http://localhost"], "403"),
    ],
    ids=str,
)
def test_by_its_name_this_machine_alone_is_asked(sandbox, lines, status):
    assert raw(sandbox, "GET /sandbox HTTP/1.1", headers=lines).split(" ")[1] == status


def test_others_who_were_let_in_come_by_address_and_never_by_name():
    with Sandbox(host="0.0.0.0", let_others_in=True) as sandbox:
        port = sandbox.base_url.rpartition(":")[2]

        def status(host, **headers):
            url = f"http://127.0.0.2:{port}/sandbox"
            return requests.get(url, headers={"Host": host, **headers}, timeout=5).status_code

        assert sandbox.base_url == f"http://127.0.0.1:{port}"
        assert f"VIPPS_BASE_URL={sandbox.base_url}" in sandbox.dotenv()
        assert status(f"127.0.0.2:{port}") == 200
        assert status("192.0.2.7") == 200
        for name in ("rebound.example", "0.0.0.0", "127.0.0.1.example", "1.2.3.4.example:80", ""):
            assert status(name) in (400, 421), name
        assert status(f"127.0.0.2:{port}", Origin="http://rebound.example") == 403


@pytest.mark.parametrize(
    "headers",
    [
        ["X: " + "x" * 20_000],
        ["X: " + "x" * 1_000] * 20,
        [f"X-{number}: 1" for number in range(200)],
        ["Cookie: " + "a=b; " * 5_000],
    ],
    ids=["one long", "many long", "many", "cookies"],
)
def test_headers_beyond_all_measure_are_refused(sandbox, headers):
    said = raw(sandbox, "GET /sandbox HTTP/1.1", "Host: 127.0.0.1", headers=headers)

    assert said.split(" ")[1] in ("400", "431"), said
    assert requests.get(sandbox.base_url + "/sandbox", timeout=5).ok


def test_an_address_beyond_all_measure_is_refused(sandbox):
    said = raw(sandbox, f"GET /sandbox?{'x' * 20_000} HTTP/1.1", "Host: 127.0.0.1")

    assert said.split(" ")[1] in ("400", "431"), said


def test_a_preflight_gets_no_permission(sandbox, http):
    headers = {"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}

    answer = http.options(sandbox.base_url + "/epayment/v1/payments", headers=headers)

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_sandbox_that_starts_again_knows_no_token_of_its_former_self(http):
    sandbox = Sandbox(seed=3).start()
    keys = sandbox.keys()
    headers = {name: keys[name] for name in ("client_id", "client_secret")}
    key = {"Ocp-Apim-Subscription-Key": keys["subscription_key"]}

    def token():
        return http.post(f"{sandbox.base_url}/accesstoken/get", headers=headers | key).json()["access_token"]

    def status(token):
        sent = key | {"Authorization": f"Bearer {token}", "Merchant-Serial-Number": keys["merchant_serial_number"]}
        return http.get(f"{sandbox.base_url}/epayment/v1/payments/no-such-one", headers=sent).status_code

    old = token()
    assert status(old) == 404
    sandbox.stop()
    sandbox.start()
    assert status(old) == 401
    assert status(token()) == 404
    sandbox.stop()
