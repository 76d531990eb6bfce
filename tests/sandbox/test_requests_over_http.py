"""The journal for other languages: what ``sandbox.requests`` asserts, over HTTP."""

import json

import pytest

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
