"""Checkout v3: sessions from beginning to end, over plain HTTP, with the keys on every call."""

import json
from uuid import uuid4

import pytest

from tests.conftest import Answer
from vipps_nb.sandbox import SandboxError

DAY = 24 * 3600
SYSTEM = ("Vipps-System-Name", "Vipps-System-Version", "Vipps-System-Plugin-Name", "Vipps-System-Plugin-Version")
HOME = {"id": "home", "priority": 1, "isDefault": True, "brand": "POSTEN", "type": "HOME_DELIVERY"}
SHOP = {
    "id": "shop",
    "priority": 2,
    "isDefault": False,
    "brand": "OTHER",
    "type": "PICKUP_POINT",
    "title": "In the shop",
}


def nok(value):
    return {"value": value, "currency": "NOK"}


class Shop:
    """A sales unit that sells through Checkout."""

    def __init__(self, merchant, sandbox):
        self.sandbox, self.merchant, self.http = sandbox, merchant, merchant.http
        keys = merchant.keys
        self.headers = dict.fromkeys(SYSTEM, "tests") | {
            "client_id": keys["client_id"],
            "client_secret": keys["client_secret"],
            "Ocp-Apim-Subscription-Key": keys["subscription_key"],
            "Merchant-Serial-Number": keys["merchant_serial_number"],
        }

    def send(self, method, path="", body=None, key=None, without=()):
        headers = {name: value for name, value in self.headers.items() if name not in without}
        if key:
            headers["Idempotency-Key"] = key
        url = f"{self.sandbox.base_url}/checkout/v3/session{path}"
        return self.http.request(method, url, json=body, headers=headers)

    def order(self, reference="order-0001", **changes):
        """Socks for 499.00; a change to None leaves the field out."""
        order = {
            "type": "PAYMENT",
            "reference": reference,
            "merchantInfo": {
                "callbackUrl": "https://example.com/callback",
                "returnUrl": "https://example.com/done",
                "callbackAuthorizationToken": "a-token-of-the-shop",
            },
            "transaction": {"amount": nok(49900), "paymentDescription": "One pair of socks"},
            **changes,
        }
        return {name: value for name, value in order.items() if value is not None}

    def create(self, reference="order-0001", key=None, **changes):
        return self.send("POST", body=self.order(reference, **changes), key=key)

    def created(self, reference="order-0001", **changes):
        answer = self.create(reference, **changes)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def poll(self, reference="order-0001"):
        answer = self.send("GET", f"/{reference}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self, reference="order-0001"):
        return self.poll(reference)["sessionState"]

    def update(self, body, reference="order-0001", key=None):
        return self.send("PATCH", f"/{reference}", body, key)

    def expire(self, reference="order-0001", key=None):
        return self.send("POST", f"/{reference}/expire", key=key)

    def approve(self, reference="order-0001", **choice):
        return self.sandbox.approve(reference=reference, **choice)


@pytest.fixture
def shop(merchant, sandbox):
    return Shop(merchant, sandbox)


@pytest.fixture
def other_shop(other_merchant, sandbox):
    return Shop(other_merchant, sandbox)


class Receiver:
    """The shop's server: what it heard, and what it says."""

    def __init__(self, serve):
        self.says = lambda seen: Answer()
        self.server = serve(lambda seen: self.says(seen))  # noqa: PLW0108 - it changes
        self.merchant_info = {
            "callbackUrl": f"{self.server.base_url}/ended",
            "returnUrl": "https://example.com/done",
            "callbackAuthorizationToken": "a-token-of-the-shop",
        }

    @property
    def heard(self):
        return [json.loads(seen.body) for seen in self.server.seen]


@pytest.fixture
def receiver(serve):
    return Receiver(serve)


def refusal(answer):
    """What Checkout says no with: status, kind, and the fields that are wrong."""
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["errorCode"], sorted(body["errors"])


# From beginning to end


def test_a_session_waits_for_its_customer(shop):
    created = shop.created()

    assert created["checkoutFrontendUrl"] == f"{shop.sandbox.base_url}/landing"
    assert created["pollingUrl"] == f"{shop.sandbox.base_url}/checkout/v3/session/order-0001"
    session = shop.poll()
    assert len(session.pop("sessionId")) == 22
    assert session == {
        "merchantSerialNumber": shop.headers["Merchant-Serial-Number"],
        "reference": "order-0001",
        "sessionState": "SessionCreated",
    }


def test_an_approved_session_tells_who_bought_and_where_it_goes(shop):
    shop.created()

    report = shop.approve()

    assert report["approved"] is True
    assert report["sessionState"] == "PaymentSuccessful"
    session = shop.poll()
    assert session["paymentMethod"] == "Wallet"
    assert session["paymentDetails"] == {
        "type": "Wallet",
        "amount": nok(49900),
        "state": "AUTHORIZED",
        "aggregate": {
            "authorizedAmount": nok(49900),
            "cancelledAmount": nok(0),
            "capturedAmount": nok(0),
            "refundedAmount": nok(0),
        },
    }
    assert session["billingDetails"]["firstName"] == "Kari"
    assert session["shippingDetails"]["city"] == "Oslo"
    assert "userInfo" not in session


def test_afterwards_it_is_an_ordinary_payment(shop, merchant):
    shop.created()
    shop.approve()

    assert merchant.payment()["state"] == "AUTHORIZED"
    assert merchant.modify("capture", 20000).status_code == 200
    assert merchant.modify("refund", 5000).status_code == 200
    assert merchant.cancel().status_code == 200

    aggregate = shop.poll()["paymentDetails"]["aggregate"]
    assert {name: amount["value"] for name, amount in aggregate.items()} == {
        "authorizedAmount": 49900,
        "capturedAmount": 20000,
        "refundedAmount": 5000,
        "cancelledAmount": 29900,
    }
    assert shop.state() == "PaymentSuccessful"
    assert [event["name"] for event in merchant.events()] == [
        "CREATED",
        "AUTHORIZED",
        "CAPTURED",
        "REFUNDED",
        "CANCELLED",
    ]


def test_an_aborted_session_is_terminated(shop, merchant):
    shop.created()

    report = shop.sandbox.abort(reference="order-0001")

    assert report["sessionState"] == "PaymentTerminated"
    assert shop.poll()["paymentDetails"]["state"] == "TERMINATED"
    assert merchant.payment()["state"] == "ABORTED"


def test_a_session_lives_for_an_hour(shop):
    shop.created()
    shop.sandbox.advance(3599)
    assert shop.state() == "SessionCreated"

    shop.sandbox.advance(1)

    assert shop.state() == "SessionExpired"
    with pytest.raises(SandboxError, match="expired"):
        shop.approve()


def test_a_customer_whose_bank_says_no_may_try_again(shop):
    shop.created(transaction={"amount": nok(151), "paymentDescription": "Socks"})

    report = shop.approve()

    assert (report["approved"], report["reason"]) == (False, "not enough funds")
    assert shop.state() == "PaymentInitiated"
    assert shop.poll()["paymentDetails"]["state"] == "CREATED"
    assert shop.approve()["approved"] is False  # the payment is on the phone now, and it alone


def test_a_session_and_the_payment_it_has_become_are_one_request_on_the_phone(shop, sandbox):
    shop.created(transaction={"amount": nok(151), "paymentDescription": "Too dear"})
    (session,) = sandbox.waiting()
    assert (session["kind"], session["selector"], session["value"]) == ("checkout", "reference", "order-0001")

    assert shop.approve()["reason"] == "not enough funds"

    (payment,) = sandbox.waiting()
    assert (payment["kind"], payment["value"]) == ("payment", "order-0001")


def test_what_can_be_chosen_on_the_phone_is_listed(shop, sandbox):
    home = {"id": "home", "brand": "POSTEN", "type": "HOME_DELIVERY", "priority": 1, "isDefault": True}
    shop.created(logistics={"fixedOptions": [home | {"amount": nok(4900)}]})

    (session,) = sandbox.waiting()

    assert session["choices"] == [{"id": "home", "label": "Posten home delivery · 49.00 NOK", "chosen": True}]
    assert "elivery" in session["legend"]


def test_a_payment_that_nobody_decides_terminates_its_session(shop):
    shop.created(transaction={"amount": nok(151), "paymentDescription": "Socks"})
    shop.approve()

    shop.sandbox.advance(600)

    assert shop.state() == "PaymentTerminated"


def test_a_payment_that_the_merchant_cancels_terminates_its_session(shop, merchant):
    shop.created(transaction={"amount": nok(151), "paymentDescription": "Socks"})
    shop.approve()

    assert merchant.cancel().status_code == 200

    assert shop.state() == "PaymentTerminated"


def test_a_bank_that_is_slow_keeps_the_payment_initiated(shop):
    shop.created(transaction={"amount": nok(201), "paymentDescription": "Socks"})
    shop.approve()
    assert shop.state() == "PaymentInitiated"

    shop.sandbox.advance(3600)

    assert shop.state() == "PaymentSuccessful"


# Who may come in


def test_there_is_no_token(shop, http, sandbox):
    assert "Authorization" not in shop.headers
    shop.created()


@pytest.mark.parametrize("missing", SYSTEM)
def test_every_system_header_is_required(shop, missing):
    answer = shop.send("POST", body=shop.order(), without=[missing])

    assert refusal(answer) == (400, "InvalidRequest", [missing])


def test_a_system_header_has_30_characters(shop):
    shop.headers["Vipps-System-Name"] = "x" * 31

    assert refusal(shop.create()) == (400, "InvalidRequest", ["Vipps-System-Name"])


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_keys_that_do_not_fit_are_refused(shop, name):
    shop.headers[name] = "wrong"

    assert refusal(shop.create()) == (401, "InvalidCredentials", [])


def test_without_a_subscription_key_the_gateway_answers(shop):
    answer = shop.send("POST", body=shop.order(), without=["Ocp-Apim-Subscription-Key"])

    assert answer.status_code == 401
    assert "missing subscription key" in answer.json()["message"]


def test_the_msn_is_required(shop):
    answer = shop.send("POST", body=shop.order(), without=["Merchant-Serial-Number"])

    assert refusal(answer) == (400, "InvalidRequest", ["Merchant-Serial-Number"])


def test_keys_of_another_sales_unit_are_refused(shop, other_shop):
    shop.headers["Merchant-Serial-Number"] = other_shop.headers["Merchant-Serial-Number"]

    assert refusal(shop.create()) == (401, "InvalidCredentials", [])


def test_partner_keys_work_for_the_msn_they_name(partner, sandbox, other_shop):
    agency = Shop(partner, sandbox)
    agency.headers["Merchant-Serial-Number"] = other_shop.headers["Merchant-Serial-Number"]

    agency.created()

    assert other_shop.state() == "SessionCreated"


def test_another_sales_units_session_is_as_unknown_as_none(shop, other_shop):
    shop.created()

    for answer in (other_shop.send("GET", "/order-0001"), other_shop.update({}), other_shop.expire()):
        assert refusal(answer) == (404, "SessionNotFound", [])


# What may be asked for


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reference": None}, "reference"),
        ({"reference": "short"}, "reference"),
        ({"type": "GIFT"}, "type"),
        ({"transaction": None}, "transaction"),
        ({"transaction": {"amount": nok(0), "paymentDescription": "Socks"}}, "transaction.amount.value"),
        ({"transaction": {"amount": nok("1e3"), "paymentDescription": "Socks"}}, "transaction.amount.value"),
        (
            {"transaction": {"amount": {"value": 1, "currency": "EUR"}, "paymentDescription": "Socks"}},
            "transaction.amount.currency",
        ),
        ({"transaction": {"amount": nok(1), "paymentDescription": "So"}}, "transaction.paymentDescription"),
        (
            {"transaction": {"amount": nok(1), "paymentDescription": "Socks", "reference": "another-one"}},
            "transaction.reference",
        ),
        ({"configuration": {"countries": {"supported": ["Norway"]}}}, "configuration.countries.supported.0"),
        ({"logistics": {"fixedOptions": [HOME]}}, "logistics.fixedOptions.0.amount"),
        (
            {"logistics": {"fixedOptions": [HOME | {"brand": "PIGEON", "amount": nok(1)}]}},
            "logistics.fixedOptions.0.brand",
        ),
        (
            {"logistics": {"fixedOptions": [HOME | {"amount": nok(1)}, HOME | {"amount": nok(2)}]}},
            "logistics.fixedOptions.1.id",
        ),
        (
            {
                "logistics": {"dynamicOptionsCallback": "https://example.com/ways"},
                "configuration": {"elements": "PaymentOnly"},
            },
            "logistics.dynamicOptionsCallback",
        ),
    ],
)
def test_a_wrong_order_is_refused_by_field(shop, changes, field):
    assert refusal(shop.create(**changes)) == (400, "InvalidRequest", [field])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("callbackUrl", "http://example.com/callback"),
        ("callbackUrl", "http://127.0.0.1.example.com/callback"),
        ("callbackUrl", "http://localhost@example.com/callback"),
        ("returnUrl", "http://example.com"),
        ("termsAndConditionsUrl", "terms.html"),
        ("callbackAuthorizationToken", "two\r\nlines"),
    ],
)
def test_a_wrong_merchant_info_is_refused_by_field(shop, name, value):
    merchant_info = shop.order()["merchantInfo"] | {name: value}

    assert refusal(shop.create(merchantInfo=merchant_info)) == (400, "InvalidRequest", [f"merchantInfo.{name}"])


def test_everything_that_is_wrong_is_said_at_once(shop):
    answer = shop.create(reference="short", transaction={"amount": nok(0), "paymentDescription": "Socks"})

    assert refusal(answer) == (400, "InvalidRequest", ["reference", "transaction.amount.value"])


def test_the_reference_may_stand_in_its_old_place(shop):
    transaction = {"amount": nok(100), "paymentDescription": "Socks", "reference": "old-place-1"}

    shop.created(reference=None, transaction=transaction)

    assert shop.state("old-place-1") == "SessionCreated"


def test_a_reference_is_used_once(shop, merchant):
    shop.created()
    merchant.create("order-0002")

    assert refusal(shop.create())[:2] == (409, "ReferenceTaken")
    assert refusal(shop.create("order-0002"))[:2] == (409, "ReferenceTaken")


@pytest.mark.parametrize(
    ("switch", "changes"),
    [
        ("paymentAllowed", {}),
        ("recurringAllowed", {"type": "SUBSCRIPTION", "transaction": None}),
    ],
)
def test_what_a_sales_unit_may_not_do_is_forbidden(shop, sandbox, switch, changes):
    sandbox.sales_unit(shop.headers["Merchant-Serial-Number"], **{switch: False})
    subscription = SUBSCRIPTION if changes else None

    assert refusal(shop.create(**changes, subscription=subscription))[:2] == (403, "NotAllowed")


def test_the_same_key_acts_once(shop):
    key = str(uuid4())

    first, again = shop.create(key=key), shop.create(key=key)
    other = shop.create("order-0002", key=key)

    assert first.json() == again.json()
    assert refusal(other)[:2] == (409, "IdempotencyConflict")


# What may still change


def test_an_open_session_can_be_updated(shop, merchant):
    shop.created()

    answer = shop.update({"transaction": {"amount": nok(10000), "paymentDescription": "One sock"}})

    assert (answer.status_code, answer.content) == (200, b"")
    shop.approve()
    assert merchant.payment()["amount"] == nok(10000)


@pytest.mark.parametrize(
    ("update", "field"),
    [
        ({"transaction": {"amount": nok(0), "paymentDescription": "Socks"}}, "transaction.amount.value"),
        (
            {"transaction": {"amount": nok(1), "paymentDescription": "Socks", "reference": "another-one"}},
            "transaction.reference",
        ),
        ({"logisticOptions": [HOME]}, "logisticOptions.0.amount"),
    ],
)
def test_a_wrong_update_is_refused_by_field(shop, update, field):
    shop.created()

    assert refusal(shop.update(update)) == (400, "InvalidRequest", [field])


def test_a_subscription_has_nothing_to_deliver(shop):
    shop.created(type="SUBSCRIPTION", subscription=SUBSCRIPTION)

    answer = shop.update({"logisticOptions": [HOME | {"amount": nok(4900)}]})

    assert refusal(answer) == (400, "InvalidRequest", ["logisticOptions"])


def test_an_expired_session_takes_no_customer(shop):
    shop.created()

    assert (shop.expire().status_code, shop.state()) == (200, "SessionExpired")

    with pytest.raises(SandboxError, match="expired"):
        shop.approve()
    shop.sandbox.advance(3600)  # its hour is up now too, which changes nothing


@pytest.mark.parametrize("ending", ["approved", "aborted", "initiated", "expired"])
def test_only_an_open_session_can_be_updated_and_expired(shop, ending):
    value = 151 if ending == "initiated" else 49900
    shop.created(transaction={"amount": nok(value), "paymentDescription": "Socks"})
    if ending == "expired":
        shop.expire()
    elif ending == "aborted":
        shop.sandbox.abort(reference="order-0001")
    else:
        shop.approve()

    for answer in (shop.update({}), shop.expire()):
        assert refusal(answer)[:2] == (400, "SessionStateConflict")


# Delivery

FIXED = {"fixedOptions": [SHOP | {"amount": nok(0)}, HOME | {"amount": nok(4900)}]}


def test_the_default_delivery_is_added_to_the_amount(shop, merchant):
    shop.created(logistics=FIXED)

    shop.approve()

    shipping = shop.poll()["shippingDetails"]
    assert (shipping["shippingMethodId"], shipping["amount"]) == ("home", nok(4900))
    assert merchant.payment()["amount"] == nok(54800)


def test_delivery_may_lift_the_amount_over_what_can_be_asked_for_at_once(shop, merchant):
    most = nok(65_000_000)
    transaction = {"amount": most, "paymentDescription": "Socks of gold"}
    shop.created(transaction=transaction, logistics={"fixedOptions": [HOME | {"amount": most}]})

    shop.approve()

    assert shop.poll()["paymentDetails"]["amount"] == nok(130_000_000)
    assert merchant.payment()["amount"] == nok(130_000_000)


def test_the_customer_chooses_another_delivery(shop, merchant):
    shop.created(logistics=FIXED)

    shop.approve(choice="shop")

    assert shop.poll()["shippingDetails"]["shippingMethodId"] == "shop"
    assert merchant.payment()["amount"] == nok(49900)


def test_what_is_not_offered_cannot_be_chosen(shop):
    shop.created(logistics=FIXED)

    with pytest.raises(SandboxError, match="home, shop"):
        shop.approve(choice="drone")


def test_the_first_of_points_and_times_is_taken(shop):
    point = {"id": "p1", "name": "Kiosk", "address": "Torget 1", "postalCode": "0155", "city": "Oslo", "country": "NO"}
    slot = {"id": "t1", "date": "2026-01-02", "start": "08:30", "end": "10:30"}
    delivery = {"pickupPoints": [point, point | {"id": "p2"}], "timeslots": [slot, slot | {"id": "t2"}]}
    shop.created(logistics={"fixedOptions": [SHOP | {"amount": nok(0), "delivery": delivery}]})

    shop.approve()

    shipping = shop.poll()["shippingDetails"]
    assert (shipping["pickupPoint"], shipping["timeslot"]) == (point, slot)


def test_updated_options_are_the_ones_to_choose_from(shop):
    shop.created()

    shop.update({"logisticOptions": [HOME | {"amount": nok(100)}]})

    shop.approve()
    assert shop.poll()["shippingDetails"]["amount"] == nok(100)


def options_from(receiver, says):
    receiver.says = says
    return {"dynamicOptionsCallback": f"{receiver.server.base_url}/ways", **FIXED}


def test_the_merchant_is_asked_for_ways_of_delivery(shop, receiver):
    answer = [HOME | {"id": "bike", "amount": nok(12300)}]
    shop.created(logistics=options_from(receiver, lambda seen: Answer(body=json.dumps(answer).encode())))
    shop.sandbox.deliveries()

    shop.approve()

    assert shop.poll()["shippingDetails"]["shippingMethodId"] == "bike"
    [seen] = receiver.server.seen
    assert (seen.path, seen.headers["Authorization"]) == ("/ways", "a-token-of-the-shop")
    assert json.loads(seen.body) == {
        "streetAddress": "Storgata 1",
        "postalCode": "0155",
        "region": "Oslo",
        "country": "NO",
    }


def test_options_of_an_update_take_the_place_of_dynamic_ones(shop, receiver):
    answer = [HOME | {"id": "bike", "amount": nok(12300)}]
    shop.created(logistics=options_from(receiver, lambda seen: Answer(body=json.dumps(answer).encode())))
    shop.sandbox.deliveries()

    shop.update({"logisticOptions": [HOME | {"amount": nok(100)}]})

    shop.approve()
    assert shop.poll()["shippingDetails"]["amount"] == nok(100)


@pytest.mark.parametrize("body", [b"[]", b"null", b"{", b'[{"id": "bike"}]'])
def test_useless_options_give_way_to_the_fixed_ones(shop, receiver, body):
    shop.created(logistics=options_from(receiver, lambda seen: Answer(body=body)))
    shop.sandbox.deliveries()

    shop.approve()

    assert shop.poll()["shippingDetails"]["shippingMethodId"] == "home"


def test_without_any_way_of_delivery_nothing_can_be_bought(shop, receiver):
    logistics = options_from(receiver, lambda seen: Answer(500)) | {"fixedOptions": None}
    shop.created(logistics=logistics)
    shop.sandbox.deliveries()

    report = shop.approve()

    assert (report["approved"], report["reason"]) == (False, "the shop offers no delivery")
    assert shop.state() == "SessionCreated"


# The form


def test_what_is_prefilled_need_not_be_entered(shop):
    prefilled = {"firstName": "Ada", "phoneNumber": "4791234567", "postalCode": "5003", "city": "Bergen"}
    shop.created(prefillCustomer=prefilled)

    shop.approve()

    billing = shop.poll()["billingDetails"]
    assert (billing["firstName"], billing["lastName"]) == ("Ada", "Nordmann")
    assert (billing["phoneNumber"], billing["city"]) == ("4791234567", "Bergen")


def test_a_wrong_phone_number_is_entered_anew(shop):
    shop.created(prefillCustomer={"phoneNumber": "+47 912 34 567"})

    shop.approve()

    assert shop.poll()["billingDetails"]["phoneNumber"] == "4712345678"


@pytest.mark.parametrize(
    ("elements", "asked", "address"),
    [("Full", True, True), ("PaymentAndContactInfo", True, False), ("PaymentOnly", False, False)],
)
def test_the_form_asks_for_as_much_as_it_was_told_to(shop, elements, asked, address):
    shop.created(configuration={"elements": elements})

    shop.approve()

    session = shop.poll()
    for details in ("billingDetails", "shippingDetails"):
        assert (details in session) is asked
        assert ("streetAddress" in session.get(details, {})) is address


def test_user_info_is_shared_where_it_is_required(shop, merchant):
    shop.created(configuration={"requireUserInfo": True})
    shop.approve()

    info = shop.poll()["userInfo"]

    assert info["email"] == "kari.nordmann@example.com"
    assert info["sub"] == merchant.payment()["profile"]["sub"]


def test_a_consent_is_given(shop):
    shop.created(configuration={"customConsent": {"text": "Letters about socks", "required": False}})
    assert "customConsentProvided" not in shop.poll()

    shop.approve()

    assert shop.poll()["customConsentProvided"] is True


def test_who_lives_elsewhere_cannot_go_on(shop):
    shop.created(configuration={"countries": {"supported": ["DK"]}})

    report = shop.approve()

    assert report["approved"] is False
    assert "NO" in report["reason"]


# Subscriptions

SUBSCRIPTION = {
    "productName": "Socks every month",
    "amount": nok(9900),
    "interval": {"unit": "MONTH", "count": 1},
    "merchantAgreementUrl": "https://example.com/my-socks",
}


def test_a_subscription_with_a_first_payment(shop, merchant):
    campaign = {"type": "PERIOD_CAMPAIGN", "price": 100, "period": {"unit": "WEEK", "count": 2}}
    shop.created(type="SUBSCRIPTION", subscription=SUBSCRIPTION | {"campaign": campaign})
    assert "subscriptionDetails" not in shop.poll()

    shop.approve()

    session = shop.poll()
    assert session["subscriptionDetails"]["state"] == "ACTIVE"
    assert session["subscriptionDetails"]["agreementId"].startswith("agr_")
    assert session["paymentDetails"]["amount"] == nok(49900)
    assert merchant.payment()["state"] == "AUTHORIZED"


@pytest.mark.parametrize(
    ("decision", "state", "agreement"),
    [("approve", "PaymentSuccessful", "ACTIVE"), ("abort", "PaymentTerminated", "STOPPED")],
)
def test_a_subscription_without_a_payment(shop, merchant, decision, state, agreement):
    shop.created(type="SUBSCRIPTION", subscription=SUBSCRIPTION, transaction=None)

    report = getattr(shop.sandbox, decision)(reference="order-0001")

    assert report["sessionState"] == state
    session = shop.poll()
    assert session["subscriptionDetails"]["state"] == agreement
    assert "paymentDetails" not in session
    assert merchant.get("/epayment/v1/payments/order-0001").status_code == 404


def test_a_subscription_without_a_payment_shares_user_info(shop):
    shop.created(
        type="SUBSCRIPTION", subscription=SUBSCRIPTION, transaction=None, configuration={"requireUserInfo": True}
    )

    shop.approve()

    assert shop.poll()["userInfo"]["email"] == "kari.nordmann@example.com"


@pytest.mark.parametrize("first_payment", [None, {"amount": nok(49900), "paymentDescription": "A pair to begin with"}])
def test_the_agreement_of_a_subscription_is_one_that_recurring_knows_and_charges(shop, merchant, first_payment):
    shop.created(
        type="SUBSCRIPTION",
        subscription=SUBSCRIPTION | {"productDescription": "Wool"},
        transaction=first_payment,
        configuration={"requireUserInfo": True},
    )
    shop.approve()
    agreement = shop.poll()["subscriptionDetails"]["agreementId"]
    recurring = f"/recurring/v3/agreements/{agreement}"
    charge = {"amount": 9900, "description": "January", "transactionType": "RESERVE_CAPTURE"}

    found = merchant.get(recurring).json()
    charged = merchant.post(
        f"{recurring}/charges", charge | {"due": "2026-01-02", "retryDays": 0, "orderId": "socks-1"}
    )
    shop.sandbox.advance(DAY)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    captured = merchant.post(f"{recurring}/charges/socks-1/capture", {"amount": 9900})

    assert (found["status"], found["productName"], found["productDescription"]) == (
        "ACTIVE",
        "Socks every month",
        "Wool",
    )
    assert found["pricing"] == {"type": "LEGACY", "amount": 9900, "currency": "NOK"}
    assert (found["interval"]["unit"], found["interval"]["count"]) == ("MONTH", 1)
    assert (found["merchantAgreementUrl"], found["merchantRedirectUrl"]) == (
        "https://example.com/my-socks",
        "https://example.com/done",
    )
    assert found["sub"] == shop.poll()["userInfo"]["sub"]
    assert (charged.status_code, captured.status_code) == (201, 204), (charged.text, captured.text)
    assert merchant.get(f"{recurring}/charges/socks-1").json()["summary"]["captured"] == 9900
    assert agreement in [one["id"] for one in merchant.get("/recurring/v3/agreements").json()]


def test_an_agreement_that_recurring_has_stopped_is_stopped_in_its_session_too(shop, merchant):
    shop.created(type="SUBSCRIPTION", subscription=SUBSCRIPTION, transaction=None)
    shop.approve()
    details = shop.poll()["subscriptionDetails"]

    stopped = merchant.patch(f"/recurring/v3/agreements/{details['agreementId']}", {"status": "STOPPED"})

    assert stopped.status_code == 204
    assert shop.poll()["subscriptionDetails"] == details | {"state": "STOPPED"}


def test_an_agreement_whose_first_payment_fails_is_never_active(shop, merchant):
    shop.created(
        type="SUBSCRIPTION", subscription=SUBSCRIPTION, transaction={"amount": nok(182), "paymentDescription": "One"}
    )
    assert shop.approve()["approved"] is False
    agreement = shop.poll()["subscriptionDetails"]["agreementId"]
    assert merchant.get(f"/recurring/v3/agreements/{agreement}").json()["status"] == "PENDING"

    shop.sandbox.abort(reference="order-0001")

    assert merchant.get(f"/recurring/v3/agreements/{agreement}").json()["status"] == "STOPPED"


@pytest.mark.parametrize(
    "campaign",
    [
        {"type": "PRICE_CAMPAIGN", "price": 100, "end": "2030-12-31T00:00:00Z"},
        {"type": "PRICE_CAMPAIGN", "price": 100, "end": "2030-12-31"},
        {"type": "PERIOD_CAMPAIGN", "price": 100, "period": {"unit": "WEEK", "count": 2}},
        {
            "type": "EVENT_CAMPAIGN",
            "price": 100,
            "eventDate": "2030-12-31T01:00:00+01:00",
            "eventText": "until New Year",
        },
    ],
)
def test_a_campaign_goes_with_the_agreement(shop, merchant, campaign):
    shop.created(type="SUBSCRIPTION", subscription=SUBSCRIPTION | {"campaign": campaign}, transaction=None)
    shop.approve()

    agreement = merchant.get(f"/recurring/v3/agreements/{shop.poll()['subscriptionDetails']['agreementId']}").json()

    assert (agreement["campaign"]["type"], agreement["campaign"]["price"]) == (campaign["type"], 100)


def test_a_campaign_that_no_day_ends_is_refused(shop):
    campaign = {"type": "PRICE_CAMPAIGN", "price": 100, "end": "some day"}

    answer = shop.create(type="SUBSCRIPTION", subscription=SUBSCRIPTION | {"campaign": campaign})

    assert refusal(answer) == (400, "InvalidRequest", ["subscription.campaign.end"])


def test_a_subscription_says_where_it_can_be_stopped(shop):
    subscription = SUBSCRIPTION | {"merchantAgreementUrl": "http://example.com"}

    answer = shop.create(type="SUBSCRIPTION", subscription=subscription)

    assert refusal(answer) == (400, "InvalidRequest", ["subscription.merchantAgreementUrl"])


# What the merchant is told


@pytest.mark.parametrize(
    ("happens", "state"),
    [
        (lambda shop: shop.approve(), "PaymentSuccessful"),
        (lambda shop: shop.sandbox.abort(reference="order-0001"), "PaymentTerminated"),
        (lambda shop: shop.expire(), "SessionExpired"),
        (lambda shop: shop.sandbox.advance(3600), "SessionExpired"),
    ],
)
def test_the_end_is_told_with_the_shops_own_token(shop, receiver, happens, state):
    shop.created(merchantInfo=receiver.merchant_info)

    happens(shop)
    shop.sandbox.deliveries()

    [seen] = receiver.server.seen
    assert (seen.method, seen.path, seen.headers["Authorization"]) == ("POST", "/ended", "a-token-of-the-shop")
    assert seen.headers["Content-Type"] == "application/json"
    assert receiver.heard == [shop.poll()]
    assert receiver.heard[0]["sessionState"] == state


def test_a_failed_callback_is_sent_three_times_more(shop, receiver):
    receiver.says = lambda seen: Answer(500)
    shop.created(merchantInfo=receiver.merchant_info)
    shop.approve()
    shop.sandbox.deliveries()

    counts = [len(receiver.server.seen)]
    for seconds in (10, 60, 300, 86400):
        shop.sandbox.advance(seconds)
        counts.append(len(receiver.server.seen))

    assert counts == [1, 2, 3, 4, 4]
    log = [(entry["attempt"], entry["about"], entry["headers"]["Authorization"]) for entry in shop.sandbox.deliveries()]
    assert log == [(number, "checkout PaymentSuccessful", "***") for number in (1, 2, 3, 4)]


def test_a_callback_that_was_heard_is_not_repeated(shop, receiver):
    receiver.says = lambda seen: Answer(500 if len(receiver.server.seen) == 1 else 200)
    shop.created(merchantInfo=receiver.merchant_info)
    shop.approve()
    shop.sandbox.deliveries()

    shop.sandbox.advance(86400)

    assert len(receiver.server.seen) == 2


def test_nothing_leaves_this_machine(shop):
    shop.created()
    shop.approve()

    [delivery] = shop.sandbox.deliveries()

    assert delivery["outcome"] == "not sent"
    assert delivery["nextAttempt"] is None


# The phone


def test_the_frontend_opens_the_phone(shop, http):
    created = shop.created(logistics=FIXED, configuration={"customConsent": {"text": "Letters", "required": True}})

    page = http.get(created["checkoutFrontendUrl"], params={"token": created["token"]}).text

    for text in (
        "499.00 NOK",
        "One pair of socks",
        "Posten home delivery · 49.00 NOK",
        "In the shop · 0.00 NOK",
        "Letters",
    ):
        assert text in page
    assert 'value="home" checked' in page


def test_the_customer_chooses_on_the_phone(shop, http):
    created = shop.created(logistics=FIXED)
    link = f"{created['checkoutFrontendUrl']}?token={created['token']}"

    afterwards = http.post(link, data={"decision": "approve", "choice": "shop"}).text

    assert shop.poll()["shippingDetails"]["shippingMethodId"] == "shop"
    assert "You approved this payment." in afterwards
    assert "https://example.com/done" in afterwards


def test_the_order_can_be_seen_on_the_phone_and_becomes_a_receipt(shop, merchant, http):
    line = {"name": "Socks", "id": "1", "totalAmount": 49900, "totalAmountExcludingTax": 39920, "totalTaxAmount": 9980}
    summary = {"orderLines": [line | {"taxRate": 2500}], "orderBottomLine": {"currency": "NOK"}}
    transaction = {"amount": nok(49900), "paymentDescription": "Your order", "orderSummary": summary}
    created = shop.created(transaction=transaction, configuration={"showOrderSummary": True})

    page = http.get(created["checkoutFrontendUrl"], params={"token": created["token"]}).text

    assert "Socks: 499.00 NOK" in page
    shop.approve()
    receipt = merchant.get("/order-management/v2/ecom/order-0001").json()["receipt"]
    assert receipt == {"orderLines": summary["orderLines"], "bottomLine": summary["orderBottomLine"]}


def test_an_agreement_can_be_read_on_the_phone(shop, http):
    created = shop.created(type="SUBSCRIPTION", subscription=SUBSCRIPTION, transaction=None)

    page = http.get(created["checkoutFrontendUrl"], params={"token": created["token"]}).text

    assert "You agree to pay 99.00 NOK every 1 month." in page


def test_the_same_reference_at_two_shops_needs_the_msn(shop, other_shop):
    shop.created()
    other_shop.created()

    with pytest.raises(SandboxError, match="msn"):
        shop.approve()
    shop.approve(msn=shop.headers["Merchant-Serial-Number"])

    assert (shop.state(), other_shop.state()) == ("PaymentSuccessful", "SessionCreated")


def test_after_success_the_payment_is_what_is_on_the_phone(shop):
    shop.created()
    shop.approve()

    with pytest.raises(SandboxError, match="AUTHORIZED"):
        shop.approve()


def test_a_reference_used_behind_its_back_ends_a_session(shop, merchant, http):
    created = shop.created()
    merchant.create("order-0001")

    shop.approve()

    assert merchant.payment()["state"] == "AUTHORIZED"
    assert shop.state() == "SessionCreated"
    page = http.get(created["checkoutFrontendUrl"], params={"token": created["token"]}).text
    assert "another payment" in page


def test_the_document_says_that_it_is_deprecated(sandbox, http):
    paths = http.get(f"{sandbox.base_url}/sandbox/openapi.json").json()["paths"]

    deprecated = {
        path.split("/")[1]: {operation.get("deprecated", False) for operation in methods.values()}
        for path, methods in paths.items()
    }
    assert (deprecated["checkout"], deprecated["epayment"]) == ({True}, {False})
    assert "deprecated" in http.get(f"{sandbox.base_url}/sandbox/docs").text
