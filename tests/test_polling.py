"""Asking until it is decided: how often, until when, and what is said meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys

import nbclient
import nbformat
import pytest
import requests

from vipps_nb import StillWaitingError, VippsSession

from .conftest import Answer
from .test_session import calls, speaks

ORDER = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "my-order-0001",
    "userFlow": "PUSH_MESSAGE",
    "customer": {"phoneNumber": "4712345678"},
}
PAYMENT = "/epayment/v1/payments/my-order-0001"


class FakeTime:
    """What ``vipps_nb.client.waiting`` sees of time."""

    def __init__(self):
        self.pauses = []

    def monotonic(self):
        return float(sum(self.pauses))

    def sleep(self, seconds):
        self.pauses.append(seconds)


@pytest.fixture
def time(monkeypatch):
    time = FakeTime()
    monkeypatch.setattr("vipps_nb.client.waiting.time", time)
    return time


@pytest.fixture
def shop(serve, credentials):
    def open_with(*answers):
        line = iter(answers)
        last = answers[-1]
        server = serve(speaks(lambda seen: next(line, last)))
        return server, VippsSession(credentials, server.environment)

    return open_with


def says(code=200, /, headers=None, **body):
    return Answer(code, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


def test_the_pace_is_five_seconds_and_then_two(shop, time):
    _, vipps = shop(*[says(state="CREATED")] * 3, says(state="AUTHORIZED"))

    assert vipps.poll(PAYMENT).json()["state"] == "AUTHORIZED"
    assert time.pauses == [5.0, 2.0, 2.0]


def test_what_is_decided_already_takes_one_look(shop, time):
    server, vipps = shop(says(state="ABORTED"))

    assert vipps.poll(PAYMENT).json()["state"] == "ABORTED"
    assert (time.pauses, len(calls(server))) == ([], 1)


@pytest.mark.parametrize(
    ("path", "field", "undecided", "final"),
    [
        (PAYMENT, "state", ["CREATED"], ["AUTHORIZED", "ABORTED", "EXPIRED", "TERMINATED"]),
        ("/recurring/v3/agreements/agr_1", "status", ["PENDING"], ["ACTIVE", "STOPPED", "EXPIRED"]),
        (
            "/recurring/v3/agreements/agr_1/charges/chr_1",
            "status",
            ["PENDING", "DUE", "PROCESSING"],
            ["RESERVED", "CHARGED", "FAILED", "CANCELLED", "REFUNDED", "PARTIALLY_REFUNDED", "PARTIALLY_CAPTURED"],
        ),
        ("/recurring/v3/charges/chr_1", "status", ["PENDING"], ["CHARGED"]),
        (
            "/checkout/v3/session/my-order-0001",
            "sessionState",
            ["SessionCreated", "PaymentInitiated"],
            ["PaymentSuccessful", "PaymentTerminated", "SessionExpired"],
        ),
    ],
)
def test_final_states_are_the_documented_ones(shop, time, path, field, undecided, final):
    for state in final:
        _, vipps = shop(*[says(**{field: early}) for early in undecided], says(**{field: state}))

        assert vipps.poll(path).json()[field] == state
    assert len(time.pauses) == len(undecided) * len(final)


def test_a_ciba_login_is_asked_every_five_seconds_and_less_often_when_told_so(shop, time):
    pending, slower = says(400, error="authorization_pending"), says(400, error="slow_down")
    _, vipps = shop(pending, pending, slower, pending, says(access_token="t"))

    answer = vipps.poll("/access-management-1.0/access/oauth2/token", method="POST", data={"auth_req_id": "x"})

    assert answer.status_code == 200
    assert time.pauses == [5.0, 5.0, 10.0, 10.0]


def test_a_refusal_ends_it_and_is_an_answer(shop, time):
    _, vipps = shop(says(state="CREATED"), says(404, title="Not Found"))

    assert vipps.poll(PAYMENT).status_code == 404


def test_a_429_slows_it_down(shop, time):
    _, vipps = shop(
        says(429), says(429), says(429, headers={"Retry-After": "30"}), says(state="CREATED"), says(state="EXPIRED")
    )

    vipps.poll(PAYMENT)

    assert time.pauses == [4.0, 8.0, 30.0, 16.0]


def test_faults_that_pass_do_not_end_it(serve, credentials, time):
    server = serve(speaks(lambda seen: next(line)))
    line = iter([says(503), says(502), says(state="CREATED"), says(state="AUTHORIZED")])

    assert VippsSession(credentials, server.environment).poll(PAYMENT).json()["state"] == "AUTHORIZED"


def test_the_time_limit_is_said_with_the_last_state(shop, time):
    _, vipps = shop(says(state="CREATED"))

    with pytest.raises(StillWaitingError, match="is still CREATED after 12 seconds") as caught:
        vipps.poll(PAYMENT, within=12)

    assert caught.value.response.json() == {"state": "CREATED"}
    assert time.pauses == [5.0, 2.0, 2.0, 2.0]
    assert isinstance(caught.value, TimeoutError)


def test_a_connection_that_stays_away_is_raised_at_the_time_limit(shop, time):
    server, vipps = shop(says(state="CREATED"))
    vipps.token  # noqa: B018 - fetched while the server still answers
    server.close()

    with pytest.raises(requests.ConnectionError):
        vipps.poll(PAYMENT, within=8)
    assert time.pauses == [5.0, 2.0]


def test_until_may_be_a_state_or_several_or_a_function(shop, time):
    _, vipps = shop(says(status="new"), says(status="old"))
    assert vipps.poll("/some/v1/thing", until="old").json()["status"] == "old"

    _, vipps = shop(says(status="new"), says(status="old"))
    assert vipps.poll("/some/v1/thing", until={"old", "gone"}).json()["status"] == "old"

    _, vipps = shop(says(items=[]), says(items=[1]))
    assert vipps.poll("/some/v1/things", until=lambda answer: answer.json()["items"]).json() == {"items": [1]}


def test_a_final_state_that_was_not_wanted_ends_it_too(shop, time):
    _, vipps = shop(says(state="CREATED"), says(state="EXPIRED"))

    assert vipps.poll(PAYMENT, until="AUTHORIZED").json()["state"] == "EXPIRED"


def test_a_path_nobody_knows_needs_an_until(shop):
    server, vipps = shop(says())

    with pytest.raises(ValueError, match="Expected until="):
        vipps.poll("/some/v1/thing")
    assert server.seen == []


def test_a_held_clock_is_advanced_instead_of_waiting(vipps, time):
    vipps.sandbox.hold("2026-01-01T12:00:00Z")
    vipps.post("/epayment/v1/payments", json=ORDER).raise_for_status()

    answer = vipps.poll(PAYMENT)

    assert answer.json()["state"] == "EXPIRED"
    assert time.pauses == []
    assert vipps.sandbox.clock()["now"] == "2026-01-01T12:10:01.000Z"


def test_in_a_notebook_the_line_ends_as_it_began_and_says_a_held_clock_aloud():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from vipps_nb.client.progress import Progress

    shell = InteractiveShell.instance()
    shell.kernel = None  # what a kernel's shell has
    try:
        with capture_output() as shown, Progress("poll /x", quiet=False) as progress:
            progress.show("CREATED · 5 s")
            progress.announce("the clock is held")
            progress.announce("the clock is held")
        with capture_output() as nothing, Progress("poll /x", quiet=True) as progress:
            progress.show("CREATED · 5 s")
            progress.announce("the clock is held")
    finally:
        InteractiveShell.clear_instance()

    texts = [output.data["text/plain"] for output in shown.outputs]
    assert texts == ["poll /x", "poll /x · CREATED · 5 s", "the clock is held", "poll /x"]
    assert nothing.outputs == []


def test_in_a_terminal_the_line_changes_in_place(monkeypatch, capsys):
    from vipps_nb.client.progress import Progress

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Progress("poll /x", quiet=False) as progress:
        progress.show("CREATED · 5 s")

    assert capsys.readouterr().err == "\rpoll /x · CREATED · 5 s\n"


def test_in_a_script_only_a_held_clock_is_said(capsys):
    from vipps_nb.client.progress import Progress

    with Progress("poll /x", quiet=False) as progress:
        progress.show("CREATED · 5 s")
        progress.announce("The clock is held.")
        progress.announce("The clock is held.")

    assert capsys.readouterr() == ("", "The clock is held.\n")


LESSON = """
%load_ext vipps_nb
%vipps_login --env sandbox --quiet
---
import vipps_nb.client.polling
vipps_nb.client.polling.FIRST_LOOK = vipps_nb.client.polling.NEXT_LOOK = 0.2
order = {order}
vipps.post("/epayment/v1/payments", json=order)
vipps.poll("/epayment/v1/payments/my-order-0001", until=lambda answer: looks.pop() == "enough").json()["state"]
---
vipps.sandbox.hold()["held"]
---
vipps.poll("/epayment/v1/payments/my-order-0001").json()["state"]
---
vipps.map("GET", ["/epayment/v1/payments/my-order-0001"] * 130)
"""


@pytest.mark.usefixtures("kernels_are_forked")
def test_in_a_lesson_the_output_is_the_same_each_time_and_nbval_agrees(tmp_path):
    """Real waiting, a held clock, and many requests: what is stored once is what comes again."""
    text = LESSON.format(order=ORDER).replace("order =", "looks = ['enough', 'no', 'no']\norder =")
    lesson = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in text.split("---\n")])
    stored = nbclient.NotebookClient(lesson, kernel_name="python3").execute()
    nbformat.write(stored, tmp_path / "lesson.ipynb")

    options = "-q -p no:cacheprovider -p no:schemathesis --nbval lesson.ipynb"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    shown = [
        output.get("data", {}).get("text/plain") for cell in stored.cells for output in cell.outputs if "data" in output
    ]
    assert run.returncode == 0, run.stdout
    assert shown == [
        "poll /epayment/v1/payments/my-order-0001",
        "'CREATED'",
        "True",
        "poll /epayment/v1/payments/my-order-0001",
        "The sandbox's clock is held, so it is advanced instead of waiting.",
        "'EXPIRED'",
        "map GET · 130 calls",
        "The sandbox's clock is held, so it is advanced instead of waiting.",
        "<130 answers: 130 ok, 0 failed>",
    ]
