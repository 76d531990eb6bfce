"""Idempotency keys: the first answer is kept, another body is a conflict, and nothing happens twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

CREATE = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "order-0001",
    "userFlow": "QR",
}


def captured(merchant):
    return merchant.payment()["aggregate"]["capturedAmount"]["value"]


def test_a_repeated_key_gives_the_same_answer_and_acts_once(merchant):
    merchant.reserved()

    first = merchant.modify("capture", 100, key="one")
    second = merchant.modify("capture", 100, key="one")

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["Content-Type"] == second.headers["Content-Type"]
    assert captured(merchant) == 100


def test_a_repeated_create_is_not_a_taken_reference(merchant):
    first, second = merchant.create(key="one"), merchant.create(key="one")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len(merchant.events()) == 1


def test_the_same_json_in_another_order_is_the_same_request(merchant):
    first = merchant.post("/epayment/v1/payments", CREATE, "one")
    second = merchant.post("/epayment/v1/payments", dict(reversed(CREATE.items())), "one")

    assert first.json() == second.json()


def test_a_refusal_stays_bound_to_its_key(merchant, code):
    merchant.create()
    refused = merchant.modify("capture", 100, key="one")
    merchant.force_approve()

    again = merchant.modify("capture", 100, key="one")

    assert code(again) == "6080"
    assert again.json() == refused.json()
    assert merchant.modify("capture", 100, key="two").status_code == 200


@pytest.mark.parametrize(
    ("verb", "expected"),
    [("capture", "4010"), ("refund", "4150")],
)
def test_the_same_key_with_another_amount_is_a_conflict(merchant, code, verb, expected):
    merchant.reserved()
    merchant.modify("capture", 1000)
    merchant.modify(verb, 100, key="one")

    answer = merchant.modify(verb, 101, key="one")

    assert (answer.status_code, code(answer)) == (409, expected)


def test_the_same_key_with_another_order_is_a_conflict(merchant, code):
    merchant.create(key="one")

    answer = merchant.create(key="one", paymentDescription="Two pairs of socks")

    assert (answer.status_code, code(answer)) == (409, "4020")


def test_the_same_key_for_another_payment_is_a_conflict(merchant, code):
    merchant.reserved("order-0001")
    merchant.reserved("order-0002")
    merchant.modify("capture", 100, "order-0001", key="one")

    assert code(merchant.modify("capture", 100, "order-0002", key="one")) == "4010"


def test_a_key_on_cancel_is_honoured(merchant, code):
    merchant.reserved()

    first, second = merchant.cancel(key="one"), merchant.cancel(key="one")

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert code(merchant.cancel(key="one", body={"cancelTransactionOnly": True})) == "4020"


def test_operations_and_sales_units_do_not_share_keys(merchant, other_merchant):
    assert merchant.create(key="one").status_code == 201
    assert other_merchant.create(key="one").status_code == 201
    merchant.force_approve()
    assert merchant.modify("capture", 100, key="one").status_code == 200


@pytest.mark.parametrize("path", ["", "/order-0001/capture", "/order-0001/refund"])
@pytest.mark.parametrize("key", [None, "k" * 51])
def test_a_key_is_required_and_has_50_characters_at_most(merchant, path, key):
    headers = merchant.headers if key is None else {**merchant.headers, "Idempotency-Key": key}

    answer = merchant.http.post(f"{merchant.base_url}/epayment/v1/payments{path}", json=CREATE, headers=headers)

    assert answer.status_code == 400
    assert "Idempotency-Key" in [item["name"] for item in answer.json()["extraDetails"]]


def test_a_key_is_remembered_for_seven_days(merchant, sandbox):
    merchant.reserved()
    merchant.modify("capture", 100, key="one")

    for days, expected in ((7, 100), (1, 200)):
        sandbox.advance(days * 86_400)
        merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
        merchant.modify("capture", 100, key="one")
        assert captured(merchant) == expected


def test_two_at_once_with_one_key_act_once(merchant):
    merchant.reserved()
    body = {"modificationAmount": {"currency": "NOK", "value": 100}}
    headers = {**merchant.headers, "Idempotency-Key": "one"}

    def capture(_):
        return requests.post(
            f"{merchant.base_url}/epayment/v1/payments/order-0001/capture", json=body, headers=headers
        ).json()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(capture, range(32)))

    assert all(answer == answers[0] for answer in answers)
    assert captured(merchant) == 100


def test_a_lost_answer_can_be_asked_for_again(merchant, sandbox):
    merchant.reserved()
    sandbox.faults([{"method": "POST", "path": "*/capture", "drop": "after"}])
    with pytest.raises(requests.ConnectionError):
        merchant.modify("capture", 100, key="one")
    sandbox.clear_faults()

    assert captured(merchant) == 100
    assert merchant.modify("capture", 100, key="one").status_code == 200
    assert captured(merchant) == 100


def test_answers_that_are_no_longer_remembered_take_no_room(merchant, sandbox):
    for number in range(5):
        merchant.create(f"order-{number:04}")

    sandbox.advance(8 * 24 * 3600)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    merchant.create("order-0005")

    assert sandbox.overview()["counts"]["idempotencyKeys"] == 1


def test_answers_are_remembered_up_to_so_many_bytes_the_latest_first():
    from datetime import UTC, datetime

    from vipps_nb.sandbox.server.idempotency import LARGEST, IdempotencyBook, Remembered

    book, now = IdempotencyBook(), datetime(2026, 1, 1, tzinfo=UTC)
    slots = [("123456", "POST /epayment/v1/payments", str(number)) for number in range(100)]
    for slot in slots:
        book.keep(slot, Remembered(b"", now, 201, (), b"x" * (1 << 20)))

    kept = [slot for slot in slots if book.get(slot, now)]
    assert kept == slots[-len(kept) :]
    assert LARGEST - (2 << 20) < sum(len(book.get(slot, now).body) for slot in kept) <= LARGEST
