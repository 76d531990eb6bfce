"""The PSP API: the card's token goes to the provider, whose answer decides; status updates count overnight."""

import json

import pytest

from tests.conftest import Answer
from tests.sandbox.official.psp import PSP_ID
from vipps_nb.sandbox.webhook_delivery.outbox import Outbox, Reply

BASE = "/psp/v3/psppayments"


class Provider:
    """A payment service provider and one of its merchants."""

    def __init__(self, merchant):
        self.merchant = merchant
        merchant.headers["Psp-Id"] = PSP_ID

    def initiate(self, number=1, **changes):
        order = {
            "pspTransactionId": f"transaction-{number}",
            "merchantOrderId": f"order-{number}",
            "amount": 49900,
            "currency": "NOK",
            "pspRedirectUrl": "https://example.com/return",
            "makePaymentUrl": "https://example.com/make-payment",
            "makePaymentToken": "of-the-provider",
            "paymentText": "Socks",
            **changes,
        }
        return self.merchant.post(f"{BASE}/init", order)

    def details(self, number=1):
        return self.merchant.get(f"{BASE}/transaction-{number}/details").json()

    def history(self):
        lines = self.details()["transactionLogHistory"]
        return [(line["operation"], line["operationSuccess"]) for line in lines]

    def update(self, *transactions):
        updates = [
            {"pspTransactionId": "transaction-1", "status": status, "amount": amount, **more}
            for status, amount, more in transactions
        ]
        return self.merchant.post(f"{BASE}/updatestatus", {"transactions": updates})

    def night(self, sandbox):
        sandbox.advance(86400)
        self.merchant.headers["Authorization"] = f"Bearer {self.merchant.token()}"


@pytest.fixture
def provider(merchant):
    return Provider(merchant)


@pytest.fixture
def letters(monkeypatch):
    """What the platform posts, kept instead of carried."""
    kept = []
    monkeypatch.setattr(Outbox, "post", lambda self, letter: kept.append(letter))
    return kept


def says(status, **more):
    info = {"pspTransactionId": "transaction-1", "status": status, **more}
    return Reply(status=200, body=json.dumps({"paymentInfo": info}).encode())


def error(answer, status=400):
    assert answer.status_code == status, answer.text
    [said] = answer.json()
    assert set(said) == {"errorCode", "errorMessage", "contextId"}
    return said["errorCode"]


def test_a_new_transaction_waits_for_the_customer(provider, sandbox):
    answer = provider.initiate()

    assert answer.status_code == 200
    assert answer.json()["vippsRedirectUrl"].startswith(f"{sandbox.base_url}/landing?v=2&token=")
    assert provider.details()["transactionLogHistory"] == []
    assert provider.initiate(2, isApp=True).json()["vippsRedirectUrl"].startswith("vippsMT://")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 99}, "amount"),
        ({"currency": "EUR"}, "currency"),
        ({"makePaymentUrl": "http://example.com"}, "makePaymentUrl"),
        ({"pspRedirectUrl": "http://example.com"}, "51"),
        ({"customerMobileNumber": "4712345678"}, "51"),
        ({"skipLandingPage": True}, "51"),
    ],
)
def test_what_cannot_be_initiated(provider, changes, code):
    assert error(provider.initiate(**changes)) == code


def test_what_a_sales_unit_may_not_do(provider, sandbox, merchant):
    sandbox.sales_unit(merchant.headers["Merchant-Serial-Number"], paymentAllowed=False)

    assert error(provider.initiate(), 403) == "21"


def test_an_unknown_number_is_no_customer(provider, sandbox):
    sandbox.settings(unknownPhoneNumbers=["4799999999"])

    assert error(provider.initiate(customerMobileNumber="99999999")) == "51"


def test_both_names_are_taken_once(provider):
    provider.initiate()

    assert error(provider.initiate(merchantOrderId="another")) == "99"
    assert error(provider.initiate(pspTransactionId="another")) == "99"


def test_the_card_token_goes_to_the_provider_whose_ok_is_a_reservation(provider, sandbox, letters):
    provider.initiate()
    assert sandbox.approve(reference="order-1")["approved"] is False

    [letter] = letters
    assert (letter.url, letter.headers["Authorization"]) == ("https://example.com/make-payment", "of-the-provider")
    asked = json.loads(letter.body)
    assert asked["paymentState"] == "ACCEPTED"
    assert asked["networkToken"]["tokenType"] == "VISA"
    assert {one["operation"] for one in asked["operations"]} == {"3dssuccess", "3dscancel", "3dsfailure"}

    letter.on_reply(says("OK"))

    assert provider.history() == [("RESERVED", True)]
    assert provider.details()["transactionSummary"]["remainingAmountToCapture"] == 49900


def test_a_providers_server_is_really_asked(provider, sandbox, serve):
    server = serve(lambda seen: Answer(body=b'{"paymentInfo":{"status":"OK"}}'))
    provider.initiate(makePaymentUrl=f"{server.base_url}/make-payment")
    sandbox.approve(reference="order-1")
    [delivery] = sandbox.deliveries()

    assert (delivery["about"], delivery["outcome"]) == ("PSP makePayment ACCEPTED", "accepted")
    assert server.seen[0].headers["Authorization"] == "of-the-provider"
    assert provider.history() == [("RESERVED", True)]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=200, body=b'{"errorMessage":{"errorId":82,"errorText":"Refused by Issuer"}}'), "Refused by"),
        (says("FAIL"), "no reason"),
        (Reply(status=500), "answer was 500"),
        (Reply(status=200, body=b"OK"), "cannot be read"),
        (Reply(status=None, reason="nobody there"), "nobody there"),
    ],
)
def test_any_other_answer_is_a_failure(provider, sandbox, letters, reply, reason):
    url = provider.initiate().json()["vippsRedirectUrl"]
    sandbox.approve(reference="order-1")
    letters[0].on_reply(reply)

    assert provider.history() == [("RESERVED", False)]
    assert reason in provider.merchant.http.get(url).text


def test_after_a_soft_decline_the_provider_is_asked_once_more(provider, sandbox, letters):
    url = provider.initiate().json()["vippsRedirectUrl"]
    sandbox.approve(reference="order-1")
    letters[0].on_reply(says("SOFT_DECLINE", url3dSecure="https://example.com/3ds"))
    assert "https://example.com/3ds" in provider.merchant.http.get(url).text

    sandbox.approve(reference="order-1")
    letters[1].on_reply(says("SOFT_DECLINE"))

    assert provider.history() == [("RESERVED", False)], "a second soft decline is a failure"


def test_a_soft_decline_that_comes_too_late_is_the_end(provider, sandbox, letters):
    provider.initiate()
    sandbox.approve(reference="order-1")
    sandbox.advance(600)
    letters[0].on_reply(says("SOFT_DECLINE"))

    assert json.loads(letters[1].body)["paymentState"] == "TIMEOUT"


@pytest.mark.parametrize(
    ("amount", "kind", "year"), [(2200, "MASTERCARD", "2030"), (3200, "VISA", "2049"), (4300, "MASTERCARD", "2030")]
)
def test_special_amounts_choose_the_card(provider, sandbox, letters, amount, kind, year):
    provider.initiate(amount=amount)
    sandbox.approve(reference="order-1")

    token = json.loads(letters[0].body)["networkToken"]
    assert (token["tokenType"], token["expiryYear"]) == (kind, year)


def test_the_provider_hears_of_a_customer_who_says_no_or_nothing(provider, sandbox, letters):
    provider.initiate(1)
    provider.initiate(2)
    sandbox.abort(reference="order-1")
    sandbox.advance(600)

    assert [json.loads(letter.body)["paymentState"] for letter in letters] == ["USER_CANCEL", "TIMEOUT"]
    assert provider.history() == []


def test_force_approval_needs_the_token_of_the_link(provider, letters):
    token = provider.initiate().json()["vippsRedirectUrl"].partition("token=")[2]
    path = "/psp/v3/integration-test/psppayments/transaction-1/approve"
    right = {"customerPhoneNumber": "12345678", "token": token}

    assert error(provider.merchant.post(path, {**right, "token": "x"})) == "51"
    assert provider.merchant.post(path, right).status_code == 200
    assert len(letters) == 1
    assert error(provider.merchant.post(path, right)) == "51"


def test_updates_count_in_the_night_that_follows(provider, sandbox, letters):
    provider.initiate()
    sandbox.approve(reference="order-1")
    letters[0].on_reply(says("OK"))

    answer = provider.update(("CAPTURED", 40000, {}), ("REFUNDED", 10000, {}), ("CANCELLED", 9900, {}))
    assert answer.json() == {"responseInfo": {"responseCode": "9000", "responseMessage": "SUCCESS"}}
    assert provider.details()["transactionSummary"]["capturedAmount"] == 0

    provider.night(sandbox)

    assert provider.details()["transactionSummary"] == {
        "capturedAmount": 40000,
        "remainingAmountToCapture": 0,
        "refundedAmount": 10000,
        "remainingAmountToRefund": 30000,
    }
    assert provider.details()["transactionLogHistory"][0]["timeStamp"] == "2026-01-02T02:00:00.000Z"


def test_updates_that_cannot_be_true_move_nothing(provider, sandbox, letters):
    provider.initiate()
    provider.update(("CAPTURED", 1, {}), ("RESERVED", 49900, {"operationStatus": "FAILED"}), ("RESERVED", 49900, {}))
    answer = provider.merchant.post(
        f"{BASE}/updatestatus", {"transactions": [{"pspTransactionId": "x", "status": "CAPTURED", "amount": 1}]}
    )
    assert answer.status_code == 200, "an unknown transaction is not noticed"

    provider.night(sandbox)

    assert provider.history() == [("RESERVED", True), ("RESERVED", False), ("CAPTURED", False)]


def test_another_provider_or_merchant_sees_nothing(provider, other_merchant):
    provider.initiate()

    other = provider.merchant.get(f"{BASE}/transaction-1/details", **{"Psp-Id": "another"})
    assert error(other, 404) == "51"
    assert error(Provider(other_merchant).merchant.get(f"{BASE}/transaction-1/details"), 404) == "51"


def test_the_psp_id_is_needed(provider):
    del provider.merchant.headers["Psp-Id"]

    answer = provider.initiate()
    assert error(answer) == "51"
    assert "Psp-Id" in answer.json()[0]["errorMessage"]


def test_no_ledger_hears_of_it(provider, sandbox, letters):
    counts = sandbox.overview()["counts"]
    provider.initiate()

    assert sandbox.overview()["counts"] == counts | {"pspTransactions": 1, "requests": counts["requests"] + 1}
