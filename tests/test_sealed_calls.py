"""Secrets are taken out of the history when somebody looks, or when those who know them go."""

from __future__ import annotations

import gc
import json
import pickle
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import Answer
from vipps_nb import NotLoggedInError, VippsSession
from vipps_nb.core.redaction import Redactor

from .test_session import speaks


@pytest.fixture
def echoing(serve, credentials):
    """A session whose server says back what it was told, headers and body."""

    def echo(seen):
        return Answer(body=json.dumps({"said": [*seen.headers.values(), seen.body.decode()]}).encode())

    tokens = []
    server = serve(speaks(echo, tokens))
    session = VippsSession(credentials, server.environment)
    return session, tokens


def is_sealed(call):
    return "_tell" in vars(call)


def kept(history):
    """What is in memory, without looking as a user would."""
    return [repr(vars(call)) for call in history._kept]


def test_a_call_is_sealed_until_somebody_looks(echoing):
    vipps, (*_,) = echoing
    vipps.get("/any")
    (call,) = vipps.history._kept
    assert is_sealed(call)
    assert not any(vipps.token.reveal() in text for text in kept(vipps.history))

    (looked,) = vipps.history

    assert looked is call
    assert not is_sealed(call)
    assert b"\xe2\x80\xa2" in call.content
    assert vipps.token.reveal() not in str(vars(call))


def test_it_opens_for_whoever_writes_it_down_or_asks_for_one_thing(echoing):
    vipps, _ = echoing
    for _ in range(3):
        vipps.get("/any")
    first, second, third = vipps.history._kept

    assert vipps.token.reveal().encode() not in pickle.dumps(first)
    assert vipps.token.reveal().encode() not in second.content
    assert vipps.token.reveal() not in str(vars(replace(third, number=7)))
    assert not any(map(is_sealed, (first, second, third)))


def test_a_call_knows_the_token_of_its_own_time(echoing):
    vipps, tokens = echoing
    vipps.get("/any")
    vipps.keys.renewed(vipps.token)
    vipps.get("/any")

    assert len(tokens) == 2
    shown = json.dumps(vipps.history.as_har(personal=True)) + str([vars(call) for call in vipps.history])
    assert not [token for token in tokens if token in shown]


def redactors():
    gc.collect()
    return sum(isinstance(thing, Redactor) for thing in gc.get_objects())


def test_a_former_token_is_let_go_a_few_calls_at_a_time(echoing):
    vipps, _ = echoing
    for _ in range(6):
        vipps.get("/any")
    before = redactors()
    vipps.keys.renewed(vipps.token)
    vipps.get("/any")
    assert sum(map(is_sealed, vipps.history._kept)) == 5
    assert redactors() == before + 1
    for _ in range(2):
        vipps.get("/any")

    assert [is_sealed(call) for call in vipps.history._kept] == [False] * 6 + [True] * 3
    assert redactors() == before


def test_a_logout_opens_everything_so_that_nobody_knows_the_keys_any_more(echoing):
    vipps, _ = echoing
    other = vipps.as_merchant("654321")
    before = redactors()
    for session in (vipps, other):
        session.get("/any")
    assert redactors() > before
    token = vipps.token.reveal()
    vipps.keys.forget()

    assert not any(map(is_sealed, [*vipps.history._kept, *other.history._kept]))
    assert redactors() == before
    assert token not in "".join(kept(vipps.history) + kept(other.history))


def test_an_answer_that_comes_after_the_logout_is_kept_without_what_it_said(serve, credentials):
    told = []

    def echo(seen):
        told.append(seen.headers["Authorization"])
        vipps.keys.forget()
        return Answer(body=json.dumps(told).encode(), headers={"X-Said": told[-1]})

    server = serve(speaks(echo))
    vipps = VippsSession(credentials, server.environment)
    answer = vipps.get("/any")

    (call,) = vipps.history
    assert answer.json() == told
    assert (call.status, call.content, dict(call.headers)) == (200, None, {})
    with pytest.raises(NotLoggedInError):
        vipps.get("/any")


def test_what_a_caller_changes_afterwards_changes_nothing_that_is_kept(echoing):
    vipps, _ = echoing
    answer = vipps.get("/any", headers={"X-Mine": "1"})
    answer.request.headers["X-Mine"] = "2"
    answer.headers["Content-Type"] = "other"
    answer.status_code, answer._content = 500, b"other"

    (call,) = vipps.history
    assert (call.sent_headers["X-Mine"], call.headers["Content-Type"], call.status) == ("1", "application/json", 200)
    assert call.content != b"other"


def test_the_moment_of_a_call_is_that_of_its_departure(echoing):
    vipps, _ = echoing
    vipps.get("/any")
    (first,) = vipps.history
    vipps.get("/any")

    assert timedelta(0) < vipps.history[2].moment - first.moment < timedelta(minutes=1)
