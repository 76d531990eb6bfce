"""The Recurring API's charges: created, taken by time, tried again, captured, refunded, cancelled; and the refusals."""

import pytest

from tests.sandbox.recurring_shop import AGREEMENTS, CHARGE, DAY, HOUR, Subscriptions, given, open_world, problem

FLEXIBLE = {"type": "FLEXIBLE", "currency": "NOK"}
VARIABLE = {"type": "VARIABLE", "suggestedMaxAmount": 50000, "currency": "NOK"}
FIRST_HOUR, SECOND_HOUR = "08:00:00Z", "16:00:00Z"  # 09:00 and 17:00 in Oslo, in winter


@pytest.fixture
def shop(merchant, sandbox):
    return Subscriptions(merchant, sandbox)


@pytest.fixture
def agreement(shop):
    return shop.active()


@pytest.fixture(scope="module")
def opened():
    with open_world() as inside:
        yield inside


@pytest.fixture
def inside(opened):
    opened.begin()
    return opened


@pytest.fixture
def inner_shop(inside, http):
    return Subscriptions(inside.merchant(http), inside.sandbox)


def events(charge):
    return [(event["event"], event["amount"], event["success"]) for event in charge["history"]]


def switch(shop, **switches):
    shop.sandbox.sales_unit(shop.merchant.keys["merchant_serial_number"], **switches)


# Creating


def test_a_new_charge_waits_for_its_day(shop, agreement):
    created = shop.charge(agreement, "2026-01-20", externalId="invoice 7", key="my-key")

    assert (created.status_code, list(created.json())) == (201, ["chargeId"])
    charge = shop.find(agreement, created.json()["chargeId"])
    assert charge["id"].startswith("chr-")
    assert (charge["status"], charge["due"]) == ("DUE", "2026-01-20T00:00:00.000Z")
    assert (charge["type"], charge["retryDays"], charge["processingMode"]) == ("RECURRING", 2, "MULTIPLE_ATTEMPTS")
    assert (charge["amount"], charge["currency"], charge["externalId"]) == (49900, "NOK", "invoice 7")
    assert charge["summary"] == {"captured": 0, "refunded": 0, "cancelled": 0}
    assert charge["history"] == [
        {
            "occurred": "2026-01-01T12:00:00.000Z",
            "event": "CREATE",
            "amount": 49900,
            "idempotencyKey": "my-key",
            "success": True,
        }
    ]
    assert shop.merchant.get(f"/recurring/v3/charges/{charge['id']}").json() == charge


def test_a_charge_without_an_external_id_has_its_own_in_that_place(shop, agreement):
    """The document requires text there, whether the merchant gave any or not."""
    charge = shop.charged(agreement, orderId="order-7")

    assert shop.find(agreement, charge)["externalId"] == "order-7"


def test_a_charge_is_pending_until_thirty_days_before(shop, agreement):
    charge = shop.charged(agreement, "2026-02-15")
    assert shop.find(agreement, charge)["transactionId"] is None

    shop.until("2026-01-15T22:59:59Z")
    assert shop.status(agreement, charge) == "PENDING"
    shop.until("2026-01-15T23:00:00Z")  # midnight in Oslo

    assert shop.status(agreement, charge) == "DUE"
    assert shop.find(agreement, charge)["transactionId"].isdigit()


def test_the_order_id_becomes_the_charge_id_and_is_used_once(shop, agreement):
    assert shop.charged(agreement, orderId="january-2026") == "january-2026"

    again = shop.charge(agreement, orderId="january-2026")

    assert (again.status_code, problem(again)[0]) == (409, "conflict")


def test_the_agreements_own_name_comes_with_its_charges(shop):
    agreement = shop.active(externalId="subscription 7")

    assert shop.find(agreement, shop.charged(agreement))["externalAgreementId"] == "subscription 7"


@pytest.mark.parametrize(
    ("changes", "id_", "fields"),
    [
        ({"due": "2026-01-01"}, "charge-due-too-soon", []),
        ({"due": "2028-01-02"}, "charge-due-in-too-long", []),
        ({"due": "2026-02-30"}, "validation-error", ["due"]),
        ({"due": "20.01.2026"}, "validation-error", ["due"]),
        ({"due": None}, "validation-error", ["due"]),
        ({"retryDays": None}, "validation-error", ["retryDays"]),
        ({"retryDays": 15}, "validation-error", ["retryDays"]),
        ({"processingMode": "SINGLE_ATTEMPT"}, "validation-error", ["retryDays"]),
        ({"amount": 99}, "validation-error", ["amount"]),
        ({"amount": 100.5}, "validation-error", ["amount"]),
        ({"amount": 2_000_001}, "charge-amount-too-high", ["amount"]),
        ({"amount": 249_501}, "charge-amount-too-high", []),
        ({"description": ""}, "validation-error", ["description"]),
        ({"description": "x" * 101}, "validation-error", ["description"]),
        ({"type": "INITIAL"}, "validation-error", ["type"]),
        ({"orderId": "a_b"}, "validation-error", ["orderId"]),
        ({"type": "UNSCHEDULED"}, "validation-error", ["due", "retryDays"]),
    ],
)
def test_a_charge_that_breaks_a_rule_is_refused(shop, agreement, changes, id_, fields):
    answer = shop.charge(agreement, **changes)

    assert (answer.status_code, problem(answer)) == (400, (id_, fields))
    assert shop.merchant.get(f"{AGREEMENTS}/{agreement}/charges").json() == []


def test_from_tomorrow_to_two_years_ahead(shop, agreement):
    assert shop.charge(agreement, "2026-01-02").status_code == 201
    assert shop.charge(agreement, "2028-01-01").status_code == 201
    shop.until("2026-01-01T23:00:00Z")  # it is the 2nd in Oslo now
    assert problem(shop.charge(agreement, "2026-01-02"))[0] == "charge-due-too-soon"


def test_two_years_after_a_leap_day(shop):
    shop.until("2028-02-29T12:00:00Z")
    agreement = shop.active()

    assert shop.charge(agreement, "2030-02-28").status_code == 201
    assert problem(shop.charge(agreement, "2030-03-01"))[0] == "charge-due-in-too-long"


def test_where_official_texts_disagree_a_setting_decides(shop, agreement):
    shop.sandbox.settings(chargeLeadDays=2, longestChargeDescription=45)

    assert problem(shop.charge(agreement, "2026-01-02"))[0] == "charge-due-too-soon"
    assert shop.charge(agreement, "2026-01-03").status_code == 201
    assert problem(shop.charge(agreement, description="x" * 46)) == ("validation-error", ["description"])


def test_only_active_agreements_are_charged(shop):
    answer = shop.charge(shop.drafted())

    assert (answer.status_code, problem(answer)[0]) == (400, "charge-creation-failed")
    assert "PENDING" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("interval", "same", "other"),
    [
        ({"unit": "DAY", "count": 10}, "2026-01-10", "2026-01-11"),
        ({"unit": "WEEK", "count": 1}, "2026-01-04", "2026-01-05"),
        ({"unit": "WEEK", "count": 2}, "2026-01-11", "2026-01-12"),
        ({"unit": "MONTH", "count": 1}, "2026-01-31", "2026-02-01"),
        ({"unit": "MONTH", "count": 3}, "2026-03-31", "2026-04-01"),
        ({"unit": "YEAR", "count": 1}, "2026-12-31", "2027-01-01"),
    ],
)
def test_five_times_the_price_in_each_interval(shop, interval, same, other):
    agreement = shop.active(interval=interval)
    shop.charged(agreement, "2026-01-02", amount=200_000)

    assert problem(shop.charge(agreement, same, amount=49_501))[0] == "charge-amount-too-high"
    assert shop.charge(agreement, other, amount=49_501).status_code == 201
    assert shop.charge(agreement, same, amount=49_500).status_code == 201


def test_without_an_interval_each_charge_stands_for_itself(shop):
    agreement = shop.active(interval=None)

    assert {shop.charge(agreement, amount=249_500).status_code for _ in range(3)} == {201}


def test_a_cancelled_charge_makes_room(shop, agreement):
    charge = shop.charged(agreement, amount=249_500)
    assert problem(shop.charge(agreement, amount=100))[0] == "charge-amount-too-high"

    shop.act("cancel", agreement, charge)

    assert shop.charge(agreement, amount=249_500).status_code == 201


def test_a_flexible_price_ends_at_the_markets_maximum(shop):
    agreement = shop.active(pricing=FLEXIBLE)

    assert shop.charge(agreement, amount=2_000_000).status_code == 201
    assert shop.charge(agreement, amount=2_000_000).status_code == 201
    assert problem(shop.charge(agreement, amount=2_000_001))[0] == "charge-amount-too-high"


def test_the_higher_of_two_maxima_is_the_ceiling(shop):
    agreement = shop.drafted(pricing=VARIABLE)
    assert shop.sandbox.change_agreement(agreement, max_amount=70_000)["maxAmount"] == 70_000
    shop.sandbox.approve(agreement_id=agreement)
    assert shop.look(agreement)["pricing"]["maxAmount"] == 70_000

    assert problem(shop.charge(agreement, amount=70_001))[0] == "charge-amount-too-high"
    assert shop.charge(agreement, amount=70_000).status_code == 201
    shop.sandbox.change_agreement(agreement, max_amount=20_000)
    assert shop.charge(agreement, "2026-02-20", amount=50_000).status_code == 201


# What time does


@pytest.mark.parametrize(
    ("market", "currency", "hour"), [("NO", "NOK", "08:00"), ("DK", "DKK", "02:00"), ("FI", "EUR", "01:00")]
)
def test_a_charge_is_taken_in_the_markets_first_hour(shop, market, currency, hour):
    switch(shop, market=market)
    agreement = shop.active(pricing={"type": "LEGACY", "amount": 49900, "currency": currency})
    charge = shop.charged(agreement, "2026-01-20")

    shop.until("2026-01-20T00:59:59Z")
    assert shop.status(agreement, charge) == "DUE"
    shop.until("2026-01-20T12:00:00Z")

    found = shop.find(agreement, charge)
    assert found["status"] == "CHARGED"
    assert found["summary"] == {"captured": 49900, "refunded": 0, "cancelled": 0}
    assert found["history"][-1]["event"] == "CAPTURE"
    assert found["history"][-1]["occurred"] == f"2026-01-20T{hour}:00.000Z"
    assert found["history"][-1]["idempotencyKey"] == f"{charge}-{agreement}-ProcessPayment"


def test_summer_time_is_kept(shop, agreement):
    charge = shop.charged(agreement, "2026-07-01")

    shop.until("2026-07-02T00:00:00Z")

    assert shop.find(agreement, charge)["history"][-1]["occurred"] == "2026-07-01T07:00:00.000Z"


def test_a_failed_charge_is_tried_again_until_it_works(shop, agreement):
    charge = shop.charged(agreement, "2026-01-20", retryDays=2)
    shop.sandbox.card(working=False)

    shop.until(f"2026-01-22T{FIRST_HOUR}")
    tried = shop.find(agreement, charge)
    assert (tried["status"], "failureReason" in tried) == ("DUE", False)
    assert shop.sandbox.card(working=True) == {"working": True, "reason": "user_action_required"}
    shop.until(f"2026-01-22T{SECOND_HOUR}")

    taken = shop.find(agreement, charge)
    assert taken["status"] == "CHARGED"
    assert events(taken) == [("CREATE", 49900, True), ("CAPTURE", 49900, True)]


@pytest.mark.parametrize("reason", ["user_action_required", "non_technical_error", "technical_error"])
def test_a_charge_fails_when_its_last_attempt_fails(shop, agreement, reason):
    charge = shop.charged(agreement, "2026-01-20", retryDays=2)
    assert shop.sandbox.card(working=False, reason=reason) == shop.sandbox.card()

    shop.until("2026-01-22T15:59:59Z")
    assert shop.status(agreement, charge) == "DUE"
    shop.until(f"2026-01-22T{SECOND_HOUR}")

    failed = shop.find(agreement, charge)
    assert (failed["status"], failed["failureReason"]) == ("FAILED", reason)
    assert failed["failureDescription"].lower() == reason.replace("_", " ")
    assert events(failed)[-1] == ("FAIL", 49900, False)
    shop.sandbox.card(working=True)
    shop.until("2026-02-10T12:00:00Z")
    assert shop.status(agreement, charge) == "FAILED"


def test_in_denmark_there_are_six_attempts_a_day(shop):
    switch(shop, market="DK")
    agreement = shop.active(pricing={"type": "FLEXIBLE", "currency": "DKK"})
    charge = shop.charged(agreement, "2026-01-20", retryDays=0)
    shop.sandbox.card(working=False)

    shop.until("2026-01-20T21:59:59Z")
    assert shop.status(agreement, charge) == "DUE"
    shop.until("2026-01-20T22:00:00Z")

    assert shop.status(agreement, charge) == "FAILED"


def test_a_single_attempt_is_not_repeated(shop, agreement):
    charge = shop.charged(agreement, "2026-01-20", retryDays=0, processingMode="SINGLE_ATTEMPT")
    shop.sandbox.card(working=False)

    shop.until(f"2026-01-20T{FIRST_HOUR}")

    failed = shop.find(agreement, charge)
    assert (failed["status"], failed["processingMode"]) == ("FAILED", "SINGLE_ATTEMPT")


@pytest.mark.parametrize(
    ("amount", "reason"),
    [(151, "user_action_required"), (186, "user_action_required"), (201, "technical_error")],
)
def test_special_amounts_fail_at_every_attempt(shop, agreement, amount, reason):
    charge = shop.charged(agreement, "2026-01-20", amount=amount)

    shop.until("2026-01-23T00:00:00Z")

    assert shop.find(agreement, charge)["failureReason"] == reason


def test_a_charge_above_the_customers_maximum_waits_for_them(shop):
    agreement = shop.drafted(pricing=VARIABLE)
    shop.sandbox.change_agreement(agreement, max_amount=20_000)
    shop.sandbox.approve(agreement_id=agreement)
    first = shop.charged(agreement, "2026-01-20", amount=30_000)
    second = shop.charged(agreement, "2026-02-20", amount=30_000)

    shop.until("2026-02-20T12:00:00Z")
    assert shop.find(agreement, first)["failureReason"] == "charge_amount_too_high"
    assert shop.status(agreement, second) == "DUE"
    shop.sandbox.change_agreement(agreement, max_amount=30_000)
    shop.until(f"2026-02-20T{SECOND_HOUR}")

    assert shop.status(agreement, second) == "CHARGED"


def test_processing_takes_as_long_as_the_setting_says(shop, agreement):
    shop.sandbox.settings(chargeProcessingSeconds=HOUR)
    charge, other = shop.charged(agreement, "2026-01-20"), shop.charged(agreement, "2026-01-20")

    shop.until(f"2026-01-20T{FIRST_HOUR}")
    assert shop.status(agreement, charge) == "PROCESSING"
    refused = shop.act("cancel", agreement, charge)
    assert (refused.status_code, problem(refused)[0]) == (409, "conflict")
    shop.until("2026-01-20T09:00:00Z")
    assert (shop.status(agreement, charge), shop.status(agreement, other)) == ("CHARGED", "CHARGED")


def test_nothing_is_taken_when_the_agreement_ends_meanwhile(shop, agreement):
    shop.sandbox.settings(chargeProcessingSeconds=HOUR)
    charge = shop.charged(agreement, "2026-01-20")
    shop.until(f"2026-01-20T{FIRST_HOUR}")

    shop.patch(agreement, status="STOPPED")
    shop.until("2026-01-20T09:00:00Z")

    assert shop.status(agreement, charge) == "CANCELLED"


# Unscheduled charges


def test_an_unscheduled_charge_is_taken_at_once(shop, agreement):
    charge = shop.find(agreement, shop.charged(agreement, None, retryDays=None, type="UNSCHEDULED"))

    assert (charge["status"], charge["type"], charge["retryDays"]) == ("CHARGED", "UNSCHEDULED", 0)
    assert charge["processingMode"] == "SINGLE_ATTEMPT"
    refused = shop.charge(agreement, None, retryDays=None, type="UNSCHEDULED", amount=249_500)
    assert problem(refused)[0] == "charge-amount-too-high"


def test_an_unscheduled_charge_is_not_tried_again(shop, agreement):
    shop.sandbox.card(working=False)

    charge = shop.charged(agreement, None, retryDays=None, type="UNSCHEDULED")

    assert shop.status(agreement, charge) == "FAILED"


def test_unscheduled_charges_need_an_approval(shop, agreement):
    switch(shop, unscheduledChargesAllowed=False)

    refused = shop.charge(agreement, None, retryDays=None, type="UNSCHEDULED")

    assert (refused.status_code, problem(refused)[0]) == (403, "unsupported-feature")


# Capturing, refunding, cancelling


@pytest.fixture
def reserved(shop, agreement):
    charge = shop.charged(agreement, "2026-01-02", transactionType="RESERVE_CAPTURE", orderId="reserved-1")
    shop.until("2026-01-02T12:00:00Z")
    return charge


def test_reserved_money_is_captured_in_parts(shop, agreement, reserved):
    assert events(shop.find(agreement, reserved))[-1] == ("RESERVE", 49900, True)

    captured = shop.act("capture", agreement, reserved, 20000)
    assert (captured.status_code, captured.content) == (204, b"")
    assert shop.status(agreement, reserved) == "PARTIALLY_CAPTURED"
    shop.act("capture", agreement, reserved, 29900)

    charge = shop.find(agreement, reserved)
    assert charge["status"] == "CHARGED"
    assert charge["summary"] == {"captured": 49900, "refunded": 0, "cancelled": 0}
    ids = {event["transactionId"] for event in charge["history"] if event["event"] != "CREATE"}
    assert len(ids) == 3


def test_the_rest_of_a_reservation_is_released(shop, agreement, reserved):
    shop.act("capture", agreement, reserved, 20000)

    assert shop.act("cancel", agreement, reserved).status_code == 204

    charge = shop.find(agreement, reserved)
    assert (charge["status"], charge["summary"]["cancelled"]) == ("CHARGED", 29900)
    assert events(charge)[-1] == ("CANCEL", 29900, True)


@pytest.mark.parametrize("due", ["2026-01-20", "2026-06-01"])
def test_a_charge_to_come_is_cancelled(shop, agreement, due):
    charge = shop.charged(agreement, due)

    assert shop.act("cancel", agreement, charge).status_code == 204

    shop.until("2026-06-02T12:00:00Z")
    found = shop.find(agreement, charge)
    assert (found["status"], found["summary"]) == ("CANCELLED", {"captured": 0, "refunded": 0, "cancelled": 49900})


def test_a_reservation_is_cancelled(shop, agreement, reserved):
    assert shop.act("cancel", agreement, reserved).status_code == 204
    assert shop.status(agreement, reserved) == "CANCELLED"


def test_money_goes_back_in_parts(shop, agreement, reserved):
    shop.act("capture", agreement, reserved, 49900)

    assert shop.act("refund", agreement, reserved, 10000).status_code == 204
    assert shop.status(agreement, reserved) == "PARTIALLY_REFUNDED"
    assert shop.act("refund", agreement, reserved, 39900).status_code == 204

    charge = shop.find(agreement, reserved)
    assert (charge["status"], charge["summary"]["refunded"]) == ("REFUNDED", 49900)


@pytest.mark.parametrize(
    ("verb", "amount", "id_"),
    [
        ("capture", 49901, "charge-capture-failed"),
        ("capture", 0, "charge-capture-failed"),
        ("refund", 1, "operation-failed"),
    ],
)
def test_more_than_there_is_is_refused(shop, agreement, reserved, verb, amount, id_):
    before = shop.find(agreement, reserved)

    answer = shop.act(verb, agreement, reserved, amount)

    assert (answer.status_code, problem(answer)[0]) == (400, id_)
    assert shop.find(agreement, reserved) == before


@pytest.mark.parametrize(
    ("before", "verb", "id_"),
    [
        (["cancel"], "cancel", "cancel-charge-failed"),
        (["cancel"], "capture", "charge-capture-failed"),
        (["cancel"], "refund", "operation-failed"),
        (["capture"], "cancel", "cancel-charge-failed"),
        (["capture"], "capture", "charge-capture-failed"),
        (["capture", "refund"], "refund", "operation-failed"),
    ],
)
def test_a_move_from_the_wrong_status_names_it(shop, agreement, reserved, before, verb, id_):
    for step in before:
        assert shop.act(step, agreement, reserved, 49900).status_code == 204
    status = shop.status(agreement, reserved)

    answer = shop.act(verb, agreement, reserved, 49900)

    assert (answer.status_code, problem(answer)[0]) == (400, id_)
    assert status in answer.json()["detail"]


def test_a_charge_to_come_can_be_neither_captured_nor_refunded(shop, agreement):
    charge = shop.charged(agreement)

    assert problem(shop.act("capture", agreement, charge, 100))[0] == "charge-capture-failed"
    assert problem(shop.act("refund", agreement, charge, 100))[0] == "operation-failed"


def test_refunds_are_not_more_than_was_captured(shop, agreement, reserved):
    shop.act("capture", agreement, reserved, 20000)

    assert problem(shop.act("refund", agreement, reserved, 20001)) == ("operation-failed", ["amount"])
    assert shop.act("refund", agreement, reserved, 20000).status_code == 204
    assert problem(shop.act("capture", agreement, reserved, 100))[0] == "charge-capture-failed"


def test_a_reservation_can_be_captured_for_180_days_and_refunded_for_365(shop, agreement, reserved):
    shop.sandbox.advance(180 * DAY - 4 * HOUR)  # it was reserved at 08:00 and it was noon
    shop.merchant.headers["Authorization"] = f"Bearer {shop.merchant.token()}"
    assert shop.act("capture", agreement, reserved, 100).status_code == 204
    shop.sandbox.advance(1)
    assert problem(shop.act("capture", agreement, reserved, 100))[0] == "charge-capture-failed"

    shop.sandbox.advance(365 * DAY - 1)
    shop.merchant.headers["Authorization"] = f"Bearer {shop.merchant.token()}"
    assert shop.act("refund", agreement, reserved, 50).status_code == 204
    shop.sandbox.advance(1)
    assert problem(shop.act("refund", agreement, reserved, 50))[0] == "operation-failed"


def test_a_sales_unit_that_may_not_refund(shop, agreement, reserved):
    shop.act("capture", agreement, reserved, 49900)
    switch(shop, refundAllowed=False)

    answer = shop.act("refund", agreement, reserved, 100)

    assert (answer.status_code, problem(answer)[0]) == (403, "unsupported-feature")


def test_a_repeated_key_acts_once(shop, agreement, reserved):
    for verb in ("capture", "refund"):
        assert shop.act(verb, agreement, reserved, 10000, key=verb).status_code == 204
        assert shop.act(verb, agreement, reserved, 10000, key=verb).status_code == 204
        other = shop.act(verb, agreement, reserved, 10001, key=verb)
        assert (other.status_code, problem(other)[0]) == (409, "idempotency-conflict")

    assert shop.find(agreement, reserved)["summary"] == {"captured": 10000, "refunded": 10000, "cancelled": 0}


@pytest.mark.parametrize(
    "path",
    ["{agreement}/charges/nothing", "agr_1234567/charges/{charge}", "{other}/charges/{charge}", "../charges/nothing"],
)
def test_an_unknown_charge_is_not_found(shop, agreement, path):
    other, charge = shop.active(), shop.charged(agreement)

    answer = shop.merchant.get(f"{AGREEMENTS}/{path.format(agreement=agreement, other=other, charge=charge)}")

    assert (answer.status_code, problem(answer)[0]) == (404, "resource-not-found")


# Many at once


def batch_item(agreement, number, **changes):
    item = {"agreementId": agreement, "due": "2026-01-20", "retryDays": 2, "orderId": f"batch-{number}"}
    return given(CHARGE | item | changes)


def test_a_batch_is_looked_at_and_made_a_little_later(shop, agreement):
    orders = [batch_item(agreement, number, amount=1000) for number in range(200)]

    answer = shop.merchant.post(f"{AGREEMENTS}/charges", orders)

    assert answer.status_code == 202
    assert answer.json() == {"validCharges": [order["orderId"] for order in orders], "invalidCharges": []}
    assert shop.merchant.get(f"{AGREEMENTS}/{agreement}/charges").json() == []
    shop.sandbox.advance(5)
    assert shop.status(agreement, "batch-199") == "DUE"


def test_what_is_wrong_at_first_sight_comes_back(shop, agreement):
    wrong = [
        (batch_item(agreement, 1, due="2026-01-01"), "Today a charge can be due on 2026-01-02 at the earliest."),
        (batch_item(agreement, 2, processingMode="SINGLE_ATTEMPT"), "retryDays: Must be 0 with SINGLE_ATTEMPT."),
        (batch_item("seven", 3), "agreementId: Must look like agr_5kSeqz."),
        (batch_item(agreement, 4, externalId="7"), "orderId: Occurs more than once in this batch."),
    ]

    answer = shop.merchant.post(f"{AGREEMENTS}/charges", [batch_item(agreement, 4), *(item for item, _ in wrong)])

    assert answer.status_code == 202
    assert answer.json() == {
        "validCharges": ["batch-4"],
        "invalidCharges": [{"chargeBatchItemDto": item, "errors": [error]} for item, error in wrong],
    }


@pytest.mark.parametrize("body", [{}, [{"amount": 1}], None], ids=["no list", "fields missing", "too many"])
def test_a_batch_that_is_none_is_refused(shop, agreement, body):
    body = [batch_item(agreement, number) for number in range(2001)] if body is None else body

    answer = shop.merchant.post(f"{AGREEMENTS}/charges", body)

    assert (answer.status_code, problem(answer)[0]) == (400, "validation-error")


def test_what_fails_later_is_announced(inside, inner_shop):
    agreement, pending = inner_shop.active(), inner_shop.drafted()
    inner_shop.charged(agreement, orderId="batch-1")
    orders = [
        batch_item(agreement, 1),
        batch_item("agr_nothing", 2),
        batch_item(pending, 3),
        batch_item(agreement, 4, amount=249_500),
        batch_item(agreement, 5, externalId="7"),
    ]

    assert len(inner_shop.merchant.post(f"{AGREEMENTS}/charges", orders).json()["validCharges"]) == 5
    inside.sandbox.advance(5)

    failed = [one.payload for one in inside.heard if one.event == "recurring.charge-creation-failed.v1"]
    assert [(one["chargeId"], one["failureCode"]) for one in failed] == [
        ("batch-1", "conflict"),
        ("batch-2", "resource-not-found"),
        ("batch-3", "charge-creation-failed"),
        ("batch-4", "charge-amount-too-high"),
    ]
    assert (failed[0]["agreementId"], failed[0]["chargeType"], failed[0]["amount"]) == (agreement, "RECURRING", 49900)
    assert inner_shop.find(agreement, "batch-5")["externalId"] == "7"


# Listing


def test_charges_come_in_pages(shop):
    agreement = shop.active(pricing=FLEXIBLE)
    orders = [batch_item(agreement, number) for number in range(250)]
    shop.merchant.post(f"{AGREEMENTS}/charges", orders)
    shop.sandbox.advance(5)
    path = f"{AGREEMENTS}/{agreement}/charges"
    found, headers = [], {}
    while True:
        answer = shop.merchant.get(path, **headers)
        found += [charge["id"] for charge in answer.json()]
        if "Continuation-Token" not in answer.headers:
            break
        headers = {"Continuation-Token": answer.headers["Continuation-Token"]}

    assert found == [order["orderId"] for order in orders]
    assert shop.merchant.get(path, **headers).status_code == 200
    refused = shop.merchant.get(f"{path}?status=DUE", **headers)
    assert problem(refused) == ("validation-error", ["Continuation-Token"])
    shop.sandbox.advance(301)
    assert problem(shop.merchant.get(path, **headers)) == ("validation-error", ["Continuation-Token"])


def test_charges_are_listed_by_status(shop, agreement):
    soon, late = shop.charged(agreement, "2026-01-20"), shop.charged(agreement, "2026-06-01")

    def listed(query=""):
        return [charge["id"] for charge in shop.merchant.get(f"{AGREEMENTS}/{agreement}/charges{query}").json()]

    assert listed() == [soon, late]
    assert listed("?status=PENDING") == [late]
    assert listed("?status=REFUNDED") == []


# Events and movements


def test_what_happens_to_charges_is_announced_and_moves_money(inside, inner_shop):
    from vipps_nb.sandbox.world.movements import Movements

    agreement = inner_shop.active()
    reserved = inner_shop.charged(agreement, "2026-01-02", transactionType="RESERVE_CAPTURE", externalId="7")
    failing = inner_shop.charged(agreement, "2026-01-02", amount=151, retryDays=0)
    inner_shop.until("2026-01-02T23:00:00Z")
    inner_shop.act("capture", agreement, reserved, 30000)
    inner_shop.act("refund", agreement, reserved, 10000)
    cancelled = inner_shop.charged(agreement)
    inner_shop.act("cancel", agreement, cancelled)

    assert [(name, one.subject) for name, one in zip(inside.names(), inside.heard, strict=True)] == [
        ("agreement-activated", agreement),
        ("charge-reserved", reserved),
        ("charge-failed", failing),
        ("charge-captured", reserved),
        ("charge-refunded", reserved),
        ("charge-canceled", cancelled),
    ]
    history = inner_shop.find(agreement, reserved)["history"]
    assert inside.payload("recurring.charge-refunded.v1") == {
        "agreementId": agreement,
        "chargeId": reserved,
        "chargeExternalId": "7",
        "transactionId": history[-1]["transactionId"],
        "amount": 49900,
        "chargeType": "RECURRING",
        "amountCaptured": 30000,
        "amountCanceled": 0,
        "amountRefunded": 10000,
        "failureCode": None,
        "failureReason": None,
        "currency": "NOK",
        "occurred": "2026-01-02T23:00:00.000Z",
        "eventType": "recurring.charge-refunded.v1",
        "msn": inner_shop.merchant.keys["merchant_serial_number"],
    }
    failed = inside.payload("recurring.charge-failed.v1")
    assert (failed["failureReason"], failed["transactionId"]) == ("user_action_required", None)
    moved = inside.records(Movements).of(inner_shop.merchant.keys["merchant_serial_number"])
    assert [(one.kind, one.value, one.reference, one.psp_reference) for one in moved] == [
        ("capture", 30000, reserved, history[-2]["transactionId"]),
        ("refund", 10000, reserved, history[-1]["transactionId"]),
    ]
    assert {one.message for one in moved} == {"The daily news - January"}
