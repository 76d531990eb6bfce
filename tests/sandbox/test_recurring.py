"""The Recurring API's agreements: drafted, accepted, rejected, changed, stopped; and every refusal on the way."""

import re

import pytest

from tests.each import for_each
from tests.sandbox.recurring_shop import AGREEMENTS, Subscriptions, open_world, problem
from vipps_nb.sandbox import SandboxError

INITIAL = {"amount": 19900, "description": "A lamp to read by", "transactionType": "DIRECT_CAPTURE"}
VARIABLE = {"type": "VARIABLE", "suggestedMaxAmount": 50000, "currency": "NOK"}
FLEXIBLE = {"type": "FLEXIBLE", "currency": "NOK"}
PRICE_CAMPAIGN = {"type": "PRICE_CAMPAIGN", "price": 100, "end": "2026-03-01T00:00:00Z"}
PERIOD_CAMPAIGN = {"type": "PERIOD_CAMPAIGN", "price": 100, "period": {"unit": "WEEK", "count": 10}}
EVENT_CAMPAIGN = {
    "type": "EVENT_CAMPAIGN",
    "price": 100,
    "eventDate": "2026-12-24T00:00:00Z",
    "eventText": "until Christmas",
}


@pytest.fixture
def shop(merchant, sandbox):
    return Subscriptions(merchant, sandbox)


@pytest.fixture(scope="module")
def opened():
    with open_world() as inside:
        yield inside


@pytest.fixture
def inside(opened):
    opened.begin()
    return opened


def allow(shop, **switches):
    shop.sandbox.sales_unit(shop.merchant.keys["merchant_serial_number"], **switches)


# Drafting


def test_a_draft_waits_for_the_customer(shop, sandbox):
    drafted = shop.draft()

    assert drafted.status_code == 201
    answer = drafted.json()
    assert re.fullmatch(r"agr_[a-zA-Z0-9]{7}", answer["agreementId"])
    assert answer["vippsConfirmationUrl"].startswith(f"{sandbox.base_url}/landing?v=2&token=")
    assert answer["chargeId"] is None
    agreement = shop.look(answer["agreementId"])
    assert agreement["uuid"] == answer["uuid"]
    assert (agreement["status"], agreement["start"], agreement["stop"]) == ("PENDING", None, None)
    assert agreement["pricing"] == {"type": "LEGACY", "amount": 49900, "currency": "NOK"}
    assert agreement["interval"] == {"unit": "MONTH", "count": 1, "text": "every month"}
    assert agreement["countryCode"] == "NO"
    assert (agreement["sub"], agreement["userinfoUrl"]) == (None, None)
    assert "campaign" not in agreement


def test_a_draft_expires_after_ten_minutes(shop, sandbox):
    agreement = shop.drafted(initialCharge=INITIAL | {"orderId": "lamp"})

    sandbox.advance(599)
    assert shop.look(agreement)["status"] == "PENDING"
    sandbox.advance(1)

    assert shop.look(agreement)["status"] == "EXPIRED"
    assert shop.status(agreement, "lamp") == "CANCELLED"
    with pytest.raises(SandboxError, match="has expired"):
        sandbox.approve(agreement_id=agreement)


def test_what_is_optional_comes_back(shop):
    agreement = shop.look(
        shop.drafted(
            productDescription="Six days a week",
            externalId="subscription 7",
            interval={"unit": "WEEK", "count": 2},
            phoneNumber="4712345678",
            isApp=True,
            merchantRedirectUrl="shop://done",
        )
    )

    assert agreement["productDescription"] == "Six days a week"
    assert agreement["externalId"] == "subscription 7"
    assert agreement["interval"]["text"] == "every 2 weeks"


def test_without_an_interval_one_pays_per_use(shop):
    assert shop.look(shop.drafted(interval=None))["interval"] == {}


def test_a_push_message_needs_no_landing_page(shop):
    allow(shop, skipLandingPageAllowed=True)
    assert problem(shop.draft(skipLandingPage=True)) == ("validation-error", ["phoneNumber"])
    drafted = shop.draft(skipLandingPage=True, phoneNumber="4712345678").json()

    assert "vippsConfirmationUrl" not in drafted
    shop.sandbox.approve(agreement_id=drafted["agreementId"])
    assert shop.look(drafted["agreementId"])["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("campaign", "shown", "explanation"),
    [
        (PRICE_CAMPAIGN, {"end": "2026-03-01T00:00:00.000Z"}, "This price until 2026-03-01, then"),
        (PERIOD_CAMPAIGN, {"end": "2026-03-12T12:00:00.000Z"}, "This price for 10 weeks, then"),
        (EVENT_CAMPAIGN, {"eventDate": "2026-12-24T00:00:00Z"}, "This price until Christmas, then"),
    ],
)
def test_campaigns_are_explained(shop, campaign, shown, explanation):
    found = shop.look(shop.drafted(campaign=campaign))["campaign"]

    assert found == campaign | shown | {"explanation": f"{explanation} 499.00 NOK every month."}


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ({"unit": "DAY", "count": 3}, "2026-02-03"),
        ({"unit": "MONTH", "count": 1}, "2026-02-28"),
        ({"unit": "YEAR", "count": 2}, "2028-01-31"),
    ],
)
def test_a_period_starts_when_the_customer_accepts(shop, period, end):
    shop.until("2026-01-31T11:55:00Z")
    agreement = shop.drafted(campaign=PERIOD_CAMPAIGN | {"period": period})
    shop.sandbox.advance(300)
    shop.sandbox.approve(agreement_id=agreement)

    assert shop.look(agreement)["campaign"]["end"] == f"{end}T12:00:00.000Z"


@for_each(
    ("changes", "id_", "fields"),
    [
        ({"pricing": None}, "validation-error", ["pricing"]),
        ({"pricing": {"type": "LEGACY", "currency": "NOK"}}, "validation-error", ["pricing.amount"]),
        ({"pricing": {"type": "OTHER", "currency": "NOK"}}, "validation-error", ["pricing.type"]),
        (
            {"pricing": {"type": "LEGACY", "amount": 1000, "currency": "DKK"}},
            "validation-error",
            ["pricing.currency"],
        ),
        (
            {"pricing": {"type": "LEGACY", "amount": 2_000_001, "currency": "NOK"}},
            "validation-error",
            ["pricing.amount"],
        ),
        ({"pricing": VARIABLE | {"suggestedMaxAmount": 2_000_001}}, "invalid-suggested-max-amount", None),
        ({"pricing": VARIABLE | {"suggestedMaxAmount": 0}}, "invalid-suggested-max-amount", None),
        ({"pricing": VARIABLE, "campaign": PRICE_CAMPAIGN}, "validation-error", ["campaign"]),
        ({"pricing": FLEXIBLE, "campaign": EVENT_CAMPAIGN}, "validation-error", ["campaign"]),
        ({"campaign": PRICE_CAMPAIGN | {"end": "2025-12-31T00:00:00Z"}}, "validation-error", ["campaign"]),
        ({"campaign": PRICE_CAMPAIGN | {"end": "2026-02-30T00:00:00Z"}}, "validation-error", ["campaign.end"]),
        ({"campaign": PRICE_CAMPAIGN | {"end": "2026-03-01"}}, "validation-error", ["campaign.end"]),
        ({"campaign": PRICE_CAMPAIGN | {"price": 2_000_001}}, "validation-error", ["campaign.price"]),
        ({"campaign": EVENT_CAMPAIGN | {"eventText": "x" * 16}}, "validation-error", ["campaign.eventText"]),
        ({"interval": {"unit": "MONTH", "count": 32}}, "validation-error", ["interval.count"]),
        ({"merchantAgreementUrl": None}, "validation-error", ["merchantAgreementUrl"]),
        ({"merchantAgreementUrl": "http://example.com"}, "validation-error", ["merchantAgreementUrl"]),
        ({"merchantRedirectUrl": "http://example.com"}, "validation-error", ["merchantRedirectUrl"]),
        ({"productName": "x" * 46}, "validation-error", ["productName"]),
        ({"phoneNumber": "+4712345678"}, "validation-error", ["phoneNumber"]),
        ({"scope": "name shoeSize"}, "validation-error", ["scope"]),
        ({"initialCharge": INITIAL | {"amount": 99}}, "validation-error", ["initialCharge.amount"]),
        ({"initialCharge": INITIAL | {"amount": 2_000_001}}, "charge-amount-too-high", ["initialCharge.amount"]),
        ({"initialCharge": INITIAL | {"orderId": "a/b"}}, "validation-error", ["initialCharge.orderId"]),
    ],
)
def test_a_draft_that_breaks_a_rule_is_refused(shop, changes, id_, fields):
    answer = shop.draft(**changes)

    assert answer.status_code == 400
    found, named = problem(answer)
    assert found == id_
    assert fields is None or named == fields


@pytest.mark.parametrize(
    ("switch", "changes", "id_"),
    [
        ("nationalIdentityNumberAllowed", {"scope": "nin"}, "unsupported-feature"),
        ("skipLandingPageAllowed", {"skipLandingPage": True}, "unsupported-feature"),
        ("recurringAllowed", {}, "invalid-sale-unit"),
    ],
)
def test_what_a_sales_unit_may_not_do_is_forbidden(shop, switch, changes, id_):
    allow(shop, **{switch: False})

    answer = shop.draft(**changes)

    assert (answer.status_code, problem(answer)[0]) == (403, id_)


def test_a_danish_shop_needs_no_page_of_its_own(shop):
    allow(shop, market="DK")

    agreement = shop.look(shop.drafted(merchantAgreementUrl=None, pricing=FLEXIBLE | {"currency": "DKK"}))

    assert (agreement["countryCode"], agreement["pricing"]["currency"]) == ("DK", "DKK")


@pytest.mark.parametrize(
    ("body", "media_type", "status", "id_"),
    [
        (b"{", "application/json", 400, "invalid-json"),
        (b"{}", "text/plain", 415, "unsupported-media-type"),
        (b"", "application/json", 400, "validation-error"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(shop, body, media_type, status, id_):
    headers = shop.merchant.headers | {"Idempotency-Key": "key", "Content-Type": media_type}

    answer = shop.merchant.http.post(shop.merchant.base_url + AGREEMENTS, data=body, headers=headers)

    assert (answer.status_code, problem(answer)[0]) == (status, id_)


# Accepting and rejecting


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ["499.00 NOK", "The daily news", "Every month, until you or the shop stop it."]),
        ({"productDescription": "Six days a week"}, ["Six days a week"]),
        ({"interval": None}, ["Now and then, until you or the shop stop it."]),
        ({"campaign": PRICE_CAMPAIGN}, ["1.00 NOK", "This price until 2026-03-01, then 499.00 NOK every month."]),
        ({"initialCharge": INITIAL}, ["You pay now: 199.00 NOK for A lamp to read by."]),
        (
            {"initialCharge": INITIAL | {"transactionType": "RESERVE_CAPTURE"}},
            ["You reserve now: 199.00 NOK for A lamp to read by."],
        ),
        ({"pricing": VARIABLE}, ["up to 500.00 NOK", "The shop suggests at most 500.00 NOK."]),
        ({"scope": "name email"}, ["You share: name, email."]),
    ],
)
def test_the_phone_shows_the_terms(shop, http, changes, lines):
    page = http.get(shop.draft(**changes).json()["vippsConfirmationUrl"]).text

    for line in lines:
        assert line in page


def test_the_customer_accepts_on_the_phone(shop, http):
    drafted = shop.draft().json()

    page = http.post(drafted["vippsConfirmationUrl"], data={"decision": "approve"}).text

    assert "You accepted this agreement." in page
    assert "https://example.com/done" in page
    agreement = shop.look(drafted["agreementId"])
    assert (agreement["status"], agreement["start"]) == ("ACTIVE", "2026-01-01T12:00:00.000Z")
    assert [(event["event"], event["actor"]) for event in agreement["history"]] == [
        ("CREATE", "MERCHANT"),
        ("ACTIVATE", "USER"),
    ]


def test_the_customer_rejects(shop, http):
    drafted = shop.draft(initialCharge=INITIAL).json()

    report = shop.sandbox.abort(agreement_id=drafted["agreementId"])

    assert report["status"] == "STOPPED"
    assert shop.look(drafted["agreementId"])["stop"] == "2026-01-01T12:00:00.000Z"
    assert shop.status(drafted["agreementId"], drafted["chargeId"]) == "CANCELLED"
    assert "You rejected this agreement." in http.get(drafted["vippsConfirmationUrl"]).text
    with pytest.raises(SandboxError, match="STOPPED"):
        shop.sandbox.approve(agreement_id=drafted["agreementId"])


def test_an_agreement_waits_on_the_phone_with_its_terms_and_expires_unanswered(shop):
    drafted = shop.drafted()

    (waiting,) = shop.sandbox.waiting()

    assert (waiting["kind"], waiting["selector"], waiting["value"]) == ("agreement", "agreementId", drafted)
    assert any("until you or the shop stop it" in line for line in waiting["details"])
    assert shop.sandbox.next_event()["now"] == waiting["expires"]
    assert shop.sandbox.waiting() == []


def test_nobody_decides_about_what_does_not_exist(sandbox):
    with pytest.raises(SandboxError, match="agr_nothing"):
        sandbox.approve(agreement_id="agr_nothing")


def force_accept(shop, agreement, number="4712345678"):
    return shop.merchant.patch(f"{AGREEMENTS}/{agreement}/accept", {"phoneNumber": number})


def test_force_accept_does_it_without_the_customer(shop):
    agreement = shop.drafted()

    accepted = force_accept(shop, agreement)

    assert (accepted.status_code, accepted.content) == (204, b"")
    assert shop.look(agreement)["status"] == "ACTIVE"
    again = force_accept(shop, agreement)
    assert (again.status_code, problem(again)[0]) == (400, "operation-failed")


def test_force_accept_needs_a_customer(shop):
    shop.sandbox.settings(unknownPhoneNumbers=["4799999999"])

    assert problem(force_accept(shop, shop.drafted(), "4799999999")) == ("operation-failed", ["phoneNumber"])
    assert problem(shop.draft(phoneNumber="4799999999")) == ("operation-failed", ["phoneNumber"])


def test_what_is_shared_can_be_looked_up(inside, http):
    from vipps_nb.sandbox.world.consents import Consents

    shop = Subscriptions(inside.merchant(http), inside.sandbox)
    agreement = shop.look(shop.active(scope="name email", phoneNumber="4791234567"))

    assert agreement["userinfoUrl"].endswith(f"/vipps-userinfo-api/userinfo/{agreement['sub']}")
    consent = inside.records(Consents).get(agreement["sub"])
    assert (consent.msn, consent.phone_number) == (shop.merchant.keys["merchant_serial_number"], "4791234567")
    assert consent.scope == {"name", "email"}


def test_the_customer_picks_a_maximum_on_the_phone(shop, http):
    drafted = shop.draft(pricing=VARIABLE).json()
    page = http.get(drafted["vippsConfirmationUrl"]).text
    assert 'value="50000" checked' in page
    assert "<legend>The most that may be taken</legend>" in page
    assert "250.00 NOK" in page

    http.post(drafted["vippsConfirmationUrl"], data={"decision": "approve", "choice": "25000"})

    assert shop.look(drafted["agreementId"])["pricing"]["maxAmount"] == 25000


def test_only_what_is_offered_can_be_picked(shop):
    agreement = shop.drafted(pricing=VARIABLE)

    with pytest.raises(SandboxError, match="60000 is not to choose here"):
        shop.sandbox.approve(agreement_id=agreement, choice="60000")
    shop.sandbox.approve(agreement_id=agreement, choice="100000")
    assert shop.look(agreement)["pricing"]["maxAmount"] == 100_000


# The initial charge


def test_an_initial_charge_is_taken_on_acceptance(shop):
    drafted = shop.draft(initialCharge=INITIAL | {"orderId": "lamp-1", "externalId": "7"}).json()
    assert drafted["chargeId"] == "lamp-1"
    before = shop.find(drafted["agreementId"], "lamp-1")
    assert (before["status"], before["type"], before["transactionId"]) == ("PENDING", "INITIAL", None)

    shop.sandbox.approve(agreement_id=drafted["agreementId"])

    after = shop.find(drafted["agreementId"], "lamp-1")
    assert (after["status"], after["externalId"]) == ("CHARGED", "7")
    assert after["summary"] == {"captured": 19900, "refunded": 0, "cancelled": 0}


def test_an_initial_charge_may_be_reserved_and_captured_later(shop):
    agreement = shop.active(initialCharge=INITIAL | {"orderId": "lamp-1", "transactionType": "RESERVE_CAPTURE"})

    assert shop.status(agreement, "lamp-1") == "RESERVED"
    assert shop.act("capture", agreement, "lamp-1", 19900).status_code == 204
    assert shop.status(agreement, "lamp-1") == "CHARGED"


@pytest.mark.parametrize("kind", ["DIRECT_CAPTURE", "RESERVE_CAPTURE"])
def test_an_agreement_expires_when_its_initial_charge_fails(shop, http, kind):
    initial = INITIAL | {"amount": 151, "orderId": "lamp-1", "transactionType": kind}
    drafted = shop.draft(initialCharge=initial).json()

    report = shop.sandbox.approve(agreement_id=drafted["agreementId"])

    assert (report["approved"], report["status"]) == (False, "EXPIRED")
    assert "user action required" in report["reason"]
    assert shop.look(drafted["agreementId"])["status"] == "EXPIRED"
    charge = shop.find(drafted["agreementId"], "lamp-1")
    assert (charge["status"], charge["failureReason"]) == ("FAILED", "user_action_required")
    assert "This agreement has expired." in http.get(drafted["vippsConfirmationUrl"]).text


def test_force_accept_says_that_the_initial_charge_failed(shop):
    refused = force_accept(shop, shop.drafted(initialCharge=INITIAL | {"amount": 201}))

    assert (refused.status_code, problem(refused)[0]) == (400, "operation-failed")
    assert "technical error" in refused.json()["detail"]


def test_an_order_id_is_used_once(shop):
    shop.drafted(initialCharge=INITIAL | {"orderId": "lamp-1"})

    again = shop.draft(initialCharge=INITIAL | {"orderId": "lamp-1"})

    assert (again.status_code, problem(again)[0]) == (409, "conflict")


# Looking


def test_the_list_has_active_agreements_unless_asked_otherwise(shop):
    pending, active = shop.drafted(), shop.active()

    def listed(query=""):
        return [agreement["id"] for agreement in shop.merchant.get(AGREEMENTS + query).json()]

    assert listed() == [active]
    assert listed("?status=PENDING") == [pending]
    assert listed("?status=STOPPED") == []


def test_the_list_comes_in_pages(shop):
    agreements = []
    for _ in range(5):
        agreements.append(shop.drafted())
        shop.sandbox.advance(1)

    def listed(query):
        return [one["id"] for one in shop.merchant.get(f"{AGREEMENTS}?status=PENDING&{query}").json()]

    assert listed("pageNumber=1&pageSize=2") == agreements[:2]
    assert listed("pageNumber=3&pageSize=2") == agreements[4:]
    assert listed("pageNumber=4&pageSize=2") == []
    noon = 1_767_268_800_000
    assert listed(f"createdAfter={noon}") == agreements[1:]
    assert listed(f"createdAfter={noon - 1}") == agreements


@pytest.mark.parametrize("query", ["status=PAUSED", "pageSize=2001", "pageNumber=0", "createdAfter=yesterday"])
def test_a_list_that_makes_no_sense_is_refused(shop, query):
    answer = shop.merchant.get(f"{AGREEMENTS}?{query}")

    assert (answer.status_code, problem(answer)) == (400, ("validation-error", [query.partition("=")[0]]))


@pytest.mark.parametrize(
    ("agreement", "status", "id_"), [("agr_1234567", 404, "resource-not-found"), ("7", 400, "invalid-agreement-id")]
)
def test_an_unknown_agreement_is_not_found(shop, agreement, status, id_):
    answer = shop.merchant.get(f"{AGREEMENTS}/{agreement}")

    assert (answer.status_code, problem(answer)[0]) == (status, id_)


def test_a_sales_unit_sees_only_its_own(shop, other_merchant):
    agreement = shop.active()
    charge = shop.charged(agreement)
    stranger = Subscriptions(other_merchant, shop.sandbox)

    assert other_merchant.get(AGREEMENTS).json() == []
    for answer in (
        other_merchant.get(f"{AGREEMENTS}/{agreement}"),
        other_merchant.get(f"/recurring/v3/charges/{charge}"),
        stranger.patch(agreement, status="STOPPED"),
        stranger.charge(agreement),
        stranger.act("cancel", agreement, charge),
    ):
        assert (answer.status_code, problem(answer)[0]) == (404, "resource-not-found")


def test_merchants_may_leave_out_their_number_and_partners_may_not(shop, partner):
    agreement = shop.active()
    del shop.merchant.headers["Merchant-Serial-Number"]

    assert shop.look(agreement)["id"] == agreement
    assert partner.get(f"{AGREEMENTS}/{agreement}").status_code == 200
    del partner.headers["Merchant-Serial-Number"]
    refused = partner.get(f"{AGREEMENTS}/{agreement}")
    assert (refused.status_code, problem(refused)[0]) == (403, "not-authorized")


# Changing


def test_terms_can_be_changed(shop):
    agreement = shop.active()

    changed = shop.patch(
        agreement,
        productName="The weekly news",
        productDescription="On Saturdays",
        merchantAgreementUrl="https://example.com/you",
        externalId="8",
        pricing={"amount": 20000},
        interval={"type": "RECURRING", "period": {"unit": "WEEK", "count": 1}},
    )

    assert (changed.status_code, changed.content) == (204, b"")
    found = shop.look(agreement)
    assert found["productName"] == "The weekly news"
    assert found["pricing"] == {"type": "LEGACY", "amount": 20000, "currency": "NOK"}
    assert found["interval"]["text"] == "every week"
    assert (found["merchantAgreementUrl"], found["externalId"]) == ("https://example.com/you", "8")
    assert found["history"][-1]["event"] == "UPDATE"
    assert shop.patch(agreement, interval={"type": "FLEXIBLE"}).status_code == 204
    assert shop.look(agreement)["interval"] == {}


def test_a_suggested_maximum_can_be_changed(shop):
    agreement = shop.active(pricing=VARIABLE)

    assert shop.patch(agreement, pricing={"suggestedMaxAmount": 70000}).status_code == 204
    assert shop.look(agreement)["pricing"] == VARIABLE | {"suggestedMaxAmount": 70000, "maxAmount": 50000}


@pytest.mark.parametrize(
    ("changes", "id_", "fields"),
    [
        ({"status": "STOPPED", "productName": "News"}, "illegal-agreement-update", ["productName"]),
        ({"status": "ACTIVE"}, "validation-error", ["status"]),
        ({"pricing": {"suggestedMaxAmount": 100}}, "illegal-agreement-update", ["pricing.suggestedMaxAmount"]),
        ({"pricing": {"amount": 2_000_001}}, "validation-error", ["pricing.amount"]),
        ({"merchantAgreementUrl": "http://example.com"}, "validation-error", ["merchantAgreementUrl"]),
        ({"interval": {"type": "RECURRING"}}, "validation-error", ["interval.period"]),
        (
            {"interval": {"type": "FLEXIBLE", "period": {"unit": "DAY", "count": 1}}},
            "validation-error",
            ["interval.period"],
        ),
    ],
)
def test_a_change_that_breaks_a_rule_is_refused(shop, changes, id_, fields):
    agreement = shop.active()
    before = shop.look(agreement)

    answer = shop.patch(agreement, **changes)

    assert (answer.status_code, problem(answer)) == (400, (id_, fields))
    assert shop.look(agreement) == before


def test_other_pricing_has_no_price_to_change(shop):
    for pricing in (VARIABLE, FLEXIBLE):
        answer = shop.patch(shop.active(pricing=pricing), pricing={"amount": 100})
        assert problem(answer) == ("illegal-agreement-update", ["pricing.amount"])


@pytest.mark.parametrize("changes", [{"productName": "News"}, {"status": "STOPPED"}])
def test_only_active_agreements_can_be_changed(shop, changes):
    pending, expired = shop.drafted(), shop.drafted(initialCharge=INITIAL | {"amount": 151})
    shop.sandbox.approve(agreement_id=expired)

    for agreement in (pending, expired):
        answer = shop.patch(agreement, **changes)
        assert (answer.status_code, problem(answer)) == (400, ("illegal-agreement-update", ["status"]))


# Stopping


def busy(shop):
    """An agreement with a charge in each status that stopping might touch."""
    agreement = shop.active(pricing=FLEXIBLE)
    shop.charged(agreement, "2026-01-02", orderId="reserved", transactionType="RESERVE_CAPTURE")
    shop.charged(agreement, "2026-01-02", orderId="taken")
    shop.until("2026-01-02T12:00:00Z")
    shop.charged(agreement, "2026-01-20", orderId="due")
    shop.charged(agreement, "2026-06-01", orderId="pending")
    return agreement


def statuses(shop, agreement):
    return {one["id"]: one["status"] for one in shop.merchant.get(f"{AGREEMENTS}/{agreement}/charges").json()}


def test_stopping_cancels_what_is_to_come_and_what_is_reserved(shop):
    agreement = busy(shop)

    assert shop.patch(agreement, status="STOPPED").status_code == 204

    assert shop.look(agreement)["status"] == "STOPPED"
    assert statuses(shop, agreement) == {
        "reserved": "CANCELLED",
        "taken": "CHARGED",
        "due": "CANCELLED",
        "pending": "CANCELLED",
    }
    assert shop.patch(agreement, status="STOPPED").status_code == 204
    assert problem(shop.patch(agreement, productName="News")) == ("illegal-agreement-update", ["status"])
    refused = shop.charge(agreement)
    assert (refused.status_code, problem(refused)[0]) == (400, "charge-creation-failed")
    shop.until("2026-06-02T12:00:00Z")
    assert statuses(shop, agreement)["pending"] == "CANCELLED"


def test_what_is_reserved_stays_when_the_customer_stops(shop):
    agreement = busy(shop)

    report = shop.sandbox.change_agreement(agreement, stopped=True)

    assert report["status"] == "STOPPED"
    found = statuses(shop, agreement)
    assert (found["reserved"], found["due"], found["pending"]) == ("RESERVED", "CANCELLED", "CANCELLED")
    assert shop.act("capture", agreement, "reserved", 100).status_code == 204
    with pytest.raises(SandboxError, match="STOPPED"):
        shop.sandbox.change_agreement(agreement, stopped=True)


def test_refunds_go_on_after_the_end(shop):
    agreement = busy(shop)
    shop.patch(agreement, status="STOPPED")

    assert shop.act("refund", agreement, "taken", 100).status_code == 204


@pytest.mark.parametrize("amount", [0, 2_000_001])
def test_a_maximum_must_be_one(shop, amount):
    with pytest.raises(SandboxError, match="maxAmount"):
        shop.sandbox.change_agreement(shop.active(pricing=VARIABLE), max_amount=amount)


def test_other_agreements_have_no_maximum(shop):
    with pytest.raises(SandboxError, match="VARIABLE"):
        shop.sandbox.change_agreement(shop.active(), max_amount=100)
    with pytest.raises(SandboxError, match="agr_7"):
        shop.sandbox.change_agreement("agr_7", stopped=True)
    agreement = shop.drafted(pricing=VARIABLE)
    shop.sandbox.advance(600)
    with pytest.raises(SandboxError, match="EXPIRED"):
        shop.sandbox.change_agreement(agreement, max_amount=100)


# Keys, rates, events


def test_a_repeated_key_drafts_once(shop):
    first = shop.draft(key="one")
    again = shop.draft(key="one")

    assert (again.status_code, again.json()) == (201, first.json())
    assert len(shop.merchant.get(f"{AGREEMENTS}?status=PENDING").json()) == 1
    other = shop.draft(key="one", productName="Other news")
    assert (other.status_code, problem(other)[0]) == (409, "idempotency-conflict")


@pytest.mark.parametrize("key", [None, "", "x" * 41, "a#b", "a?b", "a/b", "a\\b"])
def test_a_bad_key_is_refused(shop, key):
    headers = shop.merchant.headers | ({} if key is None else {"Idempotency-Key": key})

    answer = shop.merchant.http.post(shop.merchant.base_url + AGREEMENTS, json={}, headers=headers)

    assert (answer.status_code, problem(answer)) == (400, ("idempotency-key-header", ["Idempotency-Key"]))


def test_every_write_needs_a_key(shop):
    agreement = shop.active()
    charge = shop.charged(agreement)
    base = f"{shop.merchant.base_url}{AGREEMENTS}"
    path = f"{base}/{agreement}/charges/{charge}"

    for method, url in (
        ("PATCH", f"{base}/{agreement}"),
        ("PATCH", f"{base}/{agreement}/accept"),
        ("POST", f"{base}/{agreement}/charges"),
        ("POST", f"{base}/charges"),
        ("POST", f"{path}/capture"),
        ("POST", f"{path}/refund"),
        ("DELETE", path),
    ):
        answer = shop.merchant.http.request(method, url, headers=shop.merchant.headers)
        assert problem(answer)[0] == "idempotency-key-header"


@pytest.mark.parametrize(
    ("calls", "call"),
    [
        (5, lambda shop, agreement: shop.merchant.get(AGREEMENTS)),
        (5, lambda shop, agreement: shop.patch(agreement, productName="News")),
        (2, lambda shop, agreement: shop.charge(agreement, key="the-same")),
        (10, lambda shop, agreement: shop.merchant.get(f"{AGREEMENTS}/{agreement}/charges")),
        (10, lambda shop, agreement: shop.merchant.get(f"{AGREEMENTS}/{agreement}/charges/lamp-1")),
        (100, lambda shop, agreement: shop.merchant.get("/recurring/v3/charges/lamp-1")),
        (120, lambda shop, agreement: shop.merchant.get(f"{AGREEMENTS}/{agreement}")),
        (5, lambda shop, agreement: shop.act("capture", agreement, "lamp-1", 100)),
        (5, lambda shop, agreement: shop.act("refund", agreement, "lamp-1", 100)),
        (5, lambda shop, agreement: shop.act("cancel", agreement, "lamp-1")),
    ],
)
def test_too_many_calls_a_minute(shop, calls, call):
    agreement = shop.active(initialCharge=INITIAL | {"orderId": "lamp-1", "transactionType": "RESERVE_CAPTURE"})
    shop.sandbox.settings(rateLimits=True)

    assert 429 not in {call(shop, agreement).status_code for _ in range(calls)}
    refused = call(shop, agreement)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert shop.charge(agreement, key="another").status_code == 201


def test_what_happens_is_announced(inside, http):
    shop = Subscriptions(inside.merchant(http), inside.sandbox)
    agreement = shop.active(externalId="7", initialCharge=INITIAL)
    shop.patch(agreement, status="STOPPED")
    inside.sandbox.abort(agreement_id=shop.drafted())
    shop.drafted()
    inside.sandbox.advance(600)

    names = inside.names()
    assert names == [
        "charge-captured",
        "agreement-activated",
        "agreement-stopped",
        "agreement-rejected",
        "agreement-expired",
    ]
    assert inside.payload("recurring.agreement-stopped.v1") == {
        "agreementId": agreement,
        "agreementUUID": shop.look(agreement)["uuid"],
        "agreementExternalId": "7",
        "eventType": "recurring.agreement-stopped.v1",
        "occurred": "2026-01-01T12:00:00.000Z",
        "actor": "MERCHANT",
        "msn": shop.merchant.keys["merchant_serial_number"],
    }
    assert inside.payload("recurring.agreement-expired.v1")["actor"] == "ADMIN"


def test_the_overview_counts(shop):
    shop.charged(shop.active())

    counts = shop.sandbox.overview()["counts"]

    assert (counts["agreements"], counts["charges"]) == (1, 1)


def test_ids_repeat_with_the_seed(shop):
    first = shop.drafted()
    shop.sandbox.reset(seed=1)
    shop.sandbox.hold("2026-01-01T12:00:00Z")

    assert shop.drafted() == first
