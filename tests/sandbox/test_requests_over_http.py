"""The journal for other languages: what ``sandbox.requests`` asserts, over HTTP."""

import json

import pytest

from vipps_nb.sandbox import SandboxError

CAPTURES = "/epayment/v1/payments/*/capture"


@pytest.fixture
def asked(sandbox, merchant, http):
    merchant.reserved("order-0001")
    merchant.modify("capture", 100)
    merchant.modify("capture", 200)

    def ask(which="", **wanted):
        return http.get(f"{sandbox.base_url}/sandbox/requests{which}", params=wanted)

    return ask


def test_the_log_is_narrowed_down(asked):
    captures = asked(method="POST", path=CAPTURES).json()

    assert [one["body"]["modificationAmount"]["value"] for one in captures] == [100, 200]
    assert [one["number"] for one in asked(path=CAPTURES, last=1).json()] == [captures[1]["number"]]
    assert asked(status=418).json() == []
    assert len(asked(last=2).json()) == 2


def test_one_request_is_given(asked):
    one = asked("/one", method="post", path=CAPTURES, body=json.dumps({"modificationAmount": {"value": 200}}))

    assert one.status_code == 200
    assert one.json()["body"]["modificationAmount"]["value"] == 200


def test_what_is_not_there_is_answered_with_the_nearest(asked):
    missed = asked("/one", method="POST", path="/epayment/v1/payments/*/captured")

    assert (missed.status_code, missed.headers["Content-Type"]) == (404, "application/problem+json")
    assert "there was none" in missed.json()["detail"]
    assert "/epayment/v1/payments/order-0001/capture" in missed.json()["detail"]


def test_several_are_shown(asked):
    several = asked("/one", path=CAPTURES)

    assert several.status_code == 409
    assert several.json()["detail"].count("/capture → 200") == 2


def test_none_is_none(asked):
    assert asked("/none", path="*/refund").status_code == 200
    assert asked("/none", path=CAPTURES).status_code == 409


@pytest.mark.parametrize("body", ["[1]", "{", "[" * 4000])
def test_a_body_that_is_no_object_is_said(asked, body):
    refused = asked("/one", body=body)

    assert refused.status_code == 400
    assert "Must be a JSON object" in refused.text


def test_with_a_question_mark_the_query_counts_and_nothing_but_a_star_is_special(sandbox, merchant):
    merchant.get("/qr/v1/merchant-redirect?a=1", Accept="image/png")
    merchant.get("/qr/v1/merchant-redirect?a=2", Accept="image/png")

    assert len(sandbox.requests.all("GET", "/qr/v1/merchant-redirect")) == 2
    assert sandbox.requests.one("GET", "/qr/v1/merchant-redirect?a=2")["number"] == sandbox.requests()[-1]["number"]
    assert len(sandbox.requests.all(path="/qr/*?a=*")) == 2
    for nothing in ("/qr/v?/merchant-redirect", "/qr/v[1]/merchant-redirect", "/qr/v1/merchant-redirect?a=3"):
        assert sandbox.requests.all(path=nothing) == []


@pytest.mark.parametrize(
    ("wanted", "kind", "words"),
    [
        ({"status": "400"}, TypeError, "status is a whole number such as 400, not '400'"),
        ({"path": None}, TypeError, "path is text"),
        ({"method": 1}, TypeError, "method is text"),
        ({"body": '{"a": 1}'}, TypeError, "body is a dictionary"),
        ({"path": "epayment/v1/payments"}, ValueError, "path begins with a slash"),
        ({"path": "https://apitest.vipps.no/epayment/v1/payments"}, ValueError, "has no host"),
    ],
)
@pytest.mark.parametrize("which", ["one", "none", "all"])
def test_what_no_request_could_fit_is_no_assertion_that_holds(sandbox, which, wanted, kind, words):
    with pytest.raises(kind, match=words):
        getattr(sandbox.requests, which)(**wanted)


def test_over_http_it_is_a_refusal(asked):
    refused = asked("/none", path="epayment/v1/payments")

    assert refused.status_code == 400
    assert "begins with a slash" in refused.text


@pytest.mark.parametrize("now", ["yesterday", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "12:00", ""])
def test_a_moment_that_is_none_is_said_in_our_words(sandbox, now):
    with pytest.raises(SandboxError, match="is no moment; expected one such as 2026-01-01T12:00:00Z"):
        sandbox.clock(now=now)
