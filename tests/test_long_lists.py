"""A long list is a table of what matters, and the test environment's special amounts are named where one is met."""

from __future__ import annotations

import re

import pytest

from tests.answers import TEST_HOST, answer
from vipps_nb.display.answer import AnswerCard
from vipps_nb.explain import explain

UNIT = {"msn": "100000", "name": "Shop 0", "capabilities": ["ePayment"], "links": [{"rel": "self"}], "active": True}
ORDER = {
    "amount": {"currency": "NOK", "value": 151},
    "paymentMethod": {"type": "WALLET"},
    "reference": "order-0001",
    "userFlow": "WEB_REDIRECT",
    "returnUrl": "https://example.com/thanks",
}
PAYMENT = "/epayment/v1/payments/order-0001"


def agreement(number):
    return {
        "id": f"agr_{number:03}",
        "uuid": f"e19f8a6f-d176-4b6e-9c2d-{number:012}",
        "status": "ACTIVE" if number % 2 else "STOPPED",
        "created": "2026-11-29T15:58:59Z",
        "productName": f"Paper {number}",
        "pricing": {"type": "LEGACY", "currency": "NOK", "amount": 4900 + number},
        "vippsConfirmationUrl": f"https://example.com/{number}",
        "countryCode": "NO",
        "history": [],
    }


def test_a_long_list_is_a_table_with_the_fields_that_say_most():
    card = AnswerCard(answer([agreement(number) for number in range(278)], url=f"{TEST_HOST}/recurring/v3/agreements"))

    header = card.html.partition("<thead>")[2].partition("</thead>")[0]
    assert [name for name in agreement(0) if f">{name}<" in header] == ["id", "status", "productName", "pricing"]
    assert "278 in .json()" in card.text
    assert "277  agr_277" not in card.text, "a terminal gets the first ones"
    assert "… 258 more: .json() has them all" in card.text
    assert ">agr_277<" in card.html
    assert "49.02 NOK" in card.html
    assert "<details><summary>Answer" in card.html, "the whole answer is folded"


def test_a_list_in_a_frame_is_told_with_where_it_stands_and_what_stands_beside():
    units = [{**UNIT, "msn": f"10{number:04}", "name": f"Shop {number}"} for number in range(12)]

    card = AnswerCard(answer({"items": units, "cursor": "abc"}, url=f"{TEST_HOST}/management/v1/sales-units"))

    assert '12 in .json()["items"], cursor "abc"' in card.text
    assert "100011  Shop 11" in card.text


def test_a_list_from_which_something_was_left_out_is_a_table_too():
    wide = [{**agreement(number), **{f"field{place}": "x" * 30 for place in range(60)}} for number in range(400)]

    card = AnswerCard(answer(wide, url=f"{TEST_HOST}/recurring/v3/agreements"))

    assert "400 in .json()" in card.html
    assert re.search(r"… \d\d\d more: .json\(\) has them all", card.html)


@pytest.mark.parametrize("body", [[agreement(0)] * 3, [1, 2] * 20, [{"a": [1]}] * 20, {"items": []}], ids=str)
def test_what_is_short_or_no_list_of_things_stays_a_tree(body):
    assert "vipps-nb-long" not in AnswerCard(answer(body, url=f"{TEST_HOST}/recurring/v3/agreements")).html


def test_a_test_amount_is_named_when_it_is_made_looked_at_and_refused(vipps):
    made = vipps.post("/epayment/v1/payments", json=ORDER)
    seen = vipps.get(PAYMENT)
    report = vipps.sandbox.approve(reference="order-0001")
    refused = vipps.post(f"{PAYMENT}/capture", json={"modificationAmount": ORDER["amount"]})

    for response in (made, seen):
        assert "1.51 is a documented test amount: not enough funds" in AnswerCard(response).text
    assert report["testAmount"] == "1.51 NOK is a documented test amount"
    assert "1.51 is a documented test amount: not enough funds" in explain(refused).cause
    assert "Nothing is wrong with the request" in explain(refused).remedy


def test_a_refund_that_is_refused_on_purpose_says_so(vipps):
    amount = {"currency": "NOK", "value": 124}
    vipps.post("/epayment/v1/payments", json={**ORDER, "amount": amount})
    vipps.sandbox.approve(reference="order-0001")
    vipps.post(f"{PAYMENT}/capture", json={"modificationAmount": amount})

    refused = vipps.post(f"{PAYMENT}/refund", json={"modificationAmount": amount})

    assert "1.24 is a documented test amount: the refund window is over" in explain(refused).cause


def test_an_amount_that_is_none_of_them_is_not_named_and_production_knows_none():
    fine = answer({"state": "CREATED", "amount": {"currency": "NOK", "value": 152}, "reference": "order-0001"})
    real = answer(
        {"state": "CREATED", "amount": {"currency": "NOK", "value": 151}, "reference": "order-0001"},
        url=f"https://api.vipps.no{PAYMENT}",
    )

    assert "test amount" not in AnswerCard(fine).text + AnswerCard(real).text
