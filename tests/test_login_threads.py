"""Logins at once, and logins that meet a logout: one world, no empty key on the wire, and nothing sent afterwards."""

from __future__ import annotations

import copy
import os
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from vipps_nb import NotLoggedInError, login, logout
from vipps_nb.auth.access_token import AccessToken, TokenState
from vipps_nb.client.login import _kernel, logged_in, own_sandbox
from vipps_nb.core import environment
from vipps_nb.core.environment import Environment

from .conftest import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY, Answer

KEYS = {
    "VIPPS_CLIENT_ID": CLIENT_ID,
    "VIPPS_CLIENT_SECRET": CLIENT_SECRET,
    "VIPPS_SUBSCRIPTION_KEY": SUBSCRIPTION_KEY,
    "VIPPS_MSN": MSN,
}
TOKEN = b'{"access_token": "eyJ.eyJ.sig", "expires_in": "%d", "token_type": "Bearer"}'
AT_ONCE = 8


def at_once(work, count=AT_ONCE):
    """What several threads get that begin in the same moment; errors as they are."""
    barrier = threading.Barrier(count)

    def run(_):
        barrier.wait()
        try:
            return work()
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


@pytest.fixture
def test_environment(serve, monkeypatch, nowhere):
    """A test environment on this machine, with keys for it in a .env, and a token life that can be set."""
    (nowhere / ".env").write_text("".join(f"{name}={value}\n" for name, value in KEYS.items()))
    (nowhere / ".env").chmod(0o600)

    def script(seen):
        time.sleep(server.pause)
        if seen.path == "/accesstoken/get":
            return Answer(body=TOKEN % server.life)
        return Answer()

    server = serve(script)
    server.pause, server.life = 0.0, 3600
    monkeypatch.setitem(environment._OFFICIAL, "test", Environment("test", server.base_url))
    return server


def names_of(seen):
    return {name.lower(): value for name, value in seen.headers.items()}


@pytest.mark.parametrize("round_", range(5))
def test_first_logins_at_once_are_one_login_to_one_sandbox(round_):
    before = {*threading.enumerate()}  # those of other tests' sandboxes among them
    sessions = at_once(lambda: login(env="sandbox", quiet=True))

    assert len({id(session) for session in sessions}) == 1
    assert logged_in() == (sessions[0],)
    assert own_sandbox() is sessions[0].sandbox
    log = sessions[0].sandbox.requests()
    assert len([entry for entry in log if "token" in entry["path"].lower()]) == 1
    logout()
    left = {*threading.enumerate()} - before
    assert not any("uvicorn" in thread.name or "sandbox" in thread.name for thread in left)


def test_first_logins_at_once_to_a_real_environment_ask_for_one_token(test_environment):
    test_environment.pause = 0.05
    for _ in range(20):
        sessions = at_once(lambda: login(quiet=True))
        assert len({id(session) for session in sessions}) == 1
        logout()

    assert len(test_environment.seen) == 20


def test_a_login_that_meets_a_logout_logs_in_or_says_so(test_environment):
    said = []
    for number in range(60):
        test_environment.pause = 0.002 * (number % 4)
        turns = iter([True, False, False, False])  # one of four logs out, a little later each round

        def log_in_or_out(number=number, turns=turns):
            if next(turns):
                time.sleep(0.001 * (number % 7))
                return logout()
            return login(quiet=True)

        for outcome in at_once(log_in_or_out, 4):
            if isinstance(outcome, Exception):
                said.append(outcome)
            elif outcome in logged_in():
                assert outcome.get("/epayment/v1/payments/x").ok
            elif outcome is not None:
                with pytest.raises(NotLoggedInError):
                    outcome.get("/epayment/v1/payments/x")
        logout()

    assert {type(error) for error in said} == {NotLoggedInError}
    for seen in test_environment.seen:
        headers = names_of(seen)
        assert headers["ocp-apim-subscription-key"] == SUBSCRIPTION_KEY
        if seen.path == "/accesstoken/get":
            assert (headers["client_id"], headers["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
    assert any("A logout came while this login was under way" in str(error) for error in said)


def test_requests_that_meet_a_logout_carry_whole_keys_or_are_not_sent(test_environment):
    for _ in range(15):
        session = login(quiet=True)

        def send_until_refused(session=session):
            while True:
                session.get("/checkout/v3/session/x")
                session.get("/epayment/v1/payments/x")
                _ = session.token

        later = threading.Timer(0.02, logout)
        later.start()
        outcomes = at_once(send_until_refused, 4)
        later.join()
        sent = len(test_environment.seen)
        assert {type(error) for error in outcomes} == {NotLoggedInError}
        time.sleep(0.01)
        assert len(test_environment.seen) == sent

    for seen in test_environment.seen:
        assert names_of(seen)["ocp-apim-subscription-key"] == SUBSCRIPTION_KEY
        assert names_of(seen).get("client_secret", CLIENT_SECRET) == CLIENT_SECRET


def test_a_logout_during_a_renewal_in_the_background_leaves_no_token_behind(test_environment):
    for number in range(15):
        session = login(quiet=True)
        ring, keys, place = session.keys, session.credentials, session.environment
        test_environment.pause = 0.01
        with pytest.MonkeyPatch.context() as aged:
            aged.setattr(AccessToken, "state", lambda token, clock=None: TokenState.STALE)
            session.get("/epayment/v1/payments/x")  # starts the renewal
            time.sleep(0.002 * (number % 5))
            logout()
        time.sleep(0.03)
        test_environment.pause = 0
        assert ring.cache.peek(keys, place) is None


def test_a_session_that_was_logged_out_says_so_in_every_way_of_sending(test_environment):
    vipps = login(quiet=True)
    pickled = pickle.dumps(vipps)
    twin = pickle.loads(pickled)
    child = vipps.as_merchant("654321")
    copied = copy.copy(vipps)
    vipps.get("/epayment/v1/payments/x")
    call = next(iter(vipps.history))
    prepared = vipps.prepare_request(requests.Request("GET", "/epayment/v1/payments/x"))
    logout()
    sent = len(test_environment.seen)

    ways = {
        "get": lambda: vipps.get("/epayment/v1/payments/x"),
        "post": lambda: vipps.post("/epayment/v1/payments", json={}),
        "checkout": lambda: vipps.get("/checkout/v3/session/x"),
        "elsewhere": lambda: vipps.get(test_environment.base_url.replace("127.0.0.1", "localhost") + "/x"),
        "send": lambda: vipps.send(prepared),
        "poll": lambda: vipps.poll("/epayment/v1/payments/x", quiet=True),
        "resend": lambda: vipps.history.resend(call.number),
        "child": lambda: child.get("/epayment/v1/payments/x"),
        "grandchild": lambda: child.as_merchant("111111").get("/epayment/v1/payments/x"),
        "late child": lambda: vipps.as_merchant("654321").get("/epayment/v1/payments/x"),
        "twin": lambda: twin.get("/epayment/v1/payments/x"),
        "copy": lambda: copied.get("/epayment/v1/payments/x"),
        "pickle": lambda: pickle.dumps(vipps),
        "deep copy": lambda: copy.deepcopy(vipps),
        "token": lambda: vipps.token,
        "renewal": lambda: vipps.keys.renewed(None),
        "map": lambda: vipps.map("GET", ["/epayment/v1/payments/x"], quiet=True)[0].status_code,
    }
    for name, way in ways.items():
        if name == "map":
            (error,) = vipps.map("GET", ["/epayment/v1/payments/x"], quiet=True)
        else:
            error = next(iter(at_once(way, 1)))
        assert isinstance(error, NotLoggedInError), (name, error)
        assert "logged out" in str(error), name
        assert "Nothing was sent" in str(error), name

    assert len(test_environment.seen) == sent


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_process_that_forked_in_the_middle_of_a_login_can_log_in(test_environment):
    with ThreadPoolExecutor(1) as threads:
        holding, done = threading.Event(), threading.Event()

        def hold():
            with _kernel.lock:
                holding.set()
                done.wait(10)

        threads.submit(hold)
        holding.wait(10)
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if login(quiet=True).environment.name == "test" else 1)
            finally:
                os._exit(2)
        done.set()
        deadline = time.monotonic() + 10
        while (status := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert status == (child, 0)
