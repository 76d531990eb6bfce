"""Another machine comes in by a join code that it says once; this machine needs none."""

import re
import signal
import socket
import subprocess
import sys

import pytest
import requests

from vipps_nb.sandbox import Sandbox, SandboxError
from vipps_nb.sandbox.server.guests import ALPHABET, Guests, NobodyKnown, WrongCode, address_of, new_code


def address_in_the_network():
    """An address of this machine that is not loopback: what asks from there is as another machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("198.51.100.1", 9))  # sends nothing
        except OSError:
            return None
        found = sock.getsockname()[0]
    return None if found.startswith("127.") else found


@pytest.fixture
def class_sandbox():
    with Sandbox(host="0.0.0.0", let_others_in=True) as sandbox:
        yield sandbox


@pytest.fixture
def there(class_sandbox):
    """The sandbox's address as another machine sees it."""
    address = address_in_the_network()
    if address is None:
        pytest.skip("this machine has loopback addresses only")
    return f"http://{address}:{class_sandbox.base_url.rpartition(':')[2]}"


def test_each_sandbox_has_a_code_of_its_own_that_can_be_read_aloud():
    codes = {new_code() for _ in range(200)}

    assert len(codes) == 200
    assert all(re.fullmatch(rf"[{ALPHABET}]{{3}}(-[{ALPHABET}]{{3}}){{2}}", code) for code in codes)
    assert not set(ALPHABET) & set("01ILOUV")


def test_a_sandbox_for_this_machine_alone_has_none():
    assert Sandbox().join_code is None
    assert Sandbox(let_others_in=True).join_code is None


def test_another_machine_is_asked_for_the_code_and_then_may_do_all(class_sandbox, there):
    for path in ("/sandbox", "/epayment/v1/payments/order-0001", "/landing?token=x", "/nowhere"):
        answer = requests.get(there + path, timeout=5)
        assert answer.status_code == 403, path
        assert "join code" in answer.json()["message"]
    assert requests.post(f"{there}/sandbox/reset", json={"seed": 2}, timeout=5).status_code == 403
    assert requests.get(f"{there}/sandbox/health", timeout=5).ok
    with pytest.raises(SandboxError, match=r"has not said it.*code="):
        Sandbox.join(there).overview()
    with pytest.raises(SandboxError, match=r"not the join code of this sandbox\. Look at it again"):
        Sandbox.join(there, code="AAA-AAA-AAA")

    typed = class_sandbox.join_code.lower().replace("-", " ")
    joined = Sandbox.join(there, code=typed)

    assert joined.overview()["seed"] == 1
    assert requests.get(f"{there}/sandbox/board", timeout=5).ok
    assert requests.get(f"{there}/epayment/v1/payments/order-0001", timeout=5).status_code == 401


def test_a_browser_is_shown_where_to_type_it(class_sandbox, there):
    browser = {"Accept": "text/html,application/xhtml+xml"}
    asked = requests.get(f"{there}/sandbox/board", headers=browser, timeout=5)
    assert asked.url == f"{there}/sandbox/join"
    assert "<form" in asked.text
    # With less, a browser sends "Origin: null" with the form, and is refused as a stranger.
    assert asked.headers["Referrer-Policy"] == "same-origin"

    wrong = requests.post(f"{there}/sandbox/join/page", data={"code": "AAA-AAA-AAA"}, timeout=5)
    right = requests.post(f"{there}/sandbox/join/page", data={"code": class_sandbox.join_code}, timeout=5)

    assert (wrong.status_code, right.status_code) == (403, 200)
    assert "That is not the join code" in wrong.text
    assert "This machine is in." in right.text
    assert class_sandbox.join_code not in asked.text + wrong.text + right.text


def test_this_machine_is_never_asked_but_its_proxy_is(class_sandbox):
    here = class_sandbox.base_url

    def status(**headers):
        return requests.get(f"{here}/sandbox", headers=headers, timeout=5).status_code

    assert status() == 200
    assert status(**{"X-Forwarded-For": "198.51.100.7"}) == 403
    assert status(**{"X-Forwarded-For": "127.0.0.1, 198.51.100.7"}) == 403


HERE, THERE = "127.0.0.1", "198.51.100.7"


@pytest.mark.parametrize(
    ("headers", "whence"),
    [
        ([], HERE),
        ([("X-Forwarded-For", "127.0.0.1")], HERE),
        ([("X-Forwarded-For", THERE)], THERE),
        ([("X-Forwarded-For", f"{THERE}:51234")], THERE),
        ([("X-Forwarded-For", f"::ffff:{THERE}")], THERE),
        ([("X-Forwarded-For", "[2001:DB8::1]:51234")], "2001:db8::1"),
        ([("X-Forwarded-For", f"127.0.0.1, {THERE}")], THERE),
        ([("X-Forwarded-For", f"203.0.113.9, {THERE}, 127.0.0.1")], THERE),  # two proxies of this machine in a row
        ([("X-Forwarded-For", f"203.0.113.9, {THERE}"), ("X-Forwarded-For", "::1")], THERE),
        ([("X-Forwarded-For", THERE), ("X-Real-IP", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")], THERE),
        ([("X-Forwarded-For", "unknown")], ""),
        ([("X-Forwarded-For", "")], ""),
        ([("X-Real-IP", THERE)], THERE),
        ([("Forwarded", f"for=203.0.113.9;proto=http, proto=https;For={THERE}")], THERE),
        ([("Forwarded", 'for="[2001:db8::1]:4711"')], "2001:db8::1"),
        ([("Forwarded", "for=_hidden")], ""),
        ([("Forwarded", "proto=https")], ""),
        ([("Via", "1.1 proxy")], ""),
        ([("X-Forwarded-Host", "class.example.com")], ""),
    ],
    ids=str,
)
def test_a_proxy_of_this_machine_asks_for_somebody_else(headers, whence):
    sent = [(name.lower().encode(), value.encode()) for name, value in headers]

    assert address_of({"client": (HERE, 1), "headers": sent}) == whence
    assert address_of({"client": (THERE, 1), "headers": sent}) == THERE  # who is no proxy of ours may say anything


def test_whom_a_proxy_does_not_name_is_not_let_in_with_everybody_else():
    guests = Guests(new_code())

    with pytest.raises(NobodyKnown, match="X-Forwarded-For"):
        guests.join("", guests.code)

    assert not guests.knows("")


def test_the_many_addresses_of_one_ipv6_machine_guess_as_one():
    guests = Guests(new_code())
    refused = []
    for number in range(1, 13):
        with pytest.raises(Exception, match="join code") as caught:
            guests.join(f"2001:db8::{number:x}", "AAA-AAA-AAA")
        refused.append(type(caught.value))

    assert refused.count(WrongCode) == 10
    guests.join("2001:db8:0:1::1", guests.code)
    assert guests.knows("2001:db8:0:1::1")
    assert not guests.knows("2001:db8:0:1::2")


def test_codes_cannot_be_guessed_in_a_row():
    guests = Guests(new_code())

    said = []
    for _ in range(12):
        with pytest.raises(Exception, match="join code") as refused:
            guests.join("198.51.100.7", "AAA-AAA-AAA")
        said.append(int(refused.value.status))

    assert said == [403] * 10 + [429] * 2
    assert int(refused.value.headers["Retry-After"]) <= 61
    guests.join("198.51.100.8", guests.code)
    assert guests.knows("198.51.100.8")
    assert not guests.knows("198.51.100.7")


@pytest.mark.parametrize("code", ["", "short", "-----", "täglich", "a b c d e f", "x" * 65, "six!!!"])
def test_a_code_of_ones_own_that_is_none_is_refused(code):
    with pytest.raises(SandboxError, match="6 to 64 letters and digits"):
        Sandbox(host="0.0.0.0", let_others_in=code)


@pytest.mark.parametrize(("options", "code"), [([], r"\w{3}-\w{3}-\w{3}"), (["autumn-class"], "autumn-class")])
def test_the_command_line_says_what_to_tell_everybody(tmp_path, options, code):
    command = [sys.executable, "-m", "vipps_nb.cli", "sandbox", "--host", "0.0.0.0", "--let-others-in", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        said = [process.stderr.readline() for _ in range(5)]
        process.send_signal(signal.SIGINT)
        out = process.stdout.read()

    shown = re.search(rf"^Join code: ({code})$", "".join(said), re.MULTILINE)
    assert shown is not None, said
    assert re.search(rf"/sandbox/join in a browser and type {shown[1]}\.", "".join(said))
    assert shown[1] not in out  # standard output is the .env
