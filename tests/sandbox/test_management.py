"""Management API: who has which sales units, what these may do, and a product order's way."""

import base64

import pytest

from tests.sandbox.test_report import Reader
from vipps_nb.sandbox import SandboxError

DAY = 86_400
UNITS, ORDERS, ORDERS_V2 = (
    "/management/v1/sales-units",
    "/management/v1/product-orders",
    "/management/v2/product-orders",
)
NEWCOMER = {"scheme": "business:NO:ORG", "id": "987654321"}


@pytest.fixture
def manager(sandbox, http):
    """Somebody with management keys."""
    return Reader(sandbox, http, sandbox.keys("management"))


@pytest.fixture
def partner(partner):
    del partner.headers["Merchant-Serial-Number"]
    return partner


def prefill(partner, key=None, **changes):
    return partner.post(ORDERS, {"businessIdentifier": NEWCOMER, "productType": "CHECKOUT", **changes}, key)


def details(partner, order_id):
    return partner.get(f"{ORDERS_V2}/{order_id}/details").json()


def msns(answer):
    return [unit["msn"] for unit in answer.json()]


def test_a_merchant_sees_its_own_sales_unit_only(sandbox, merchant, other_merchant):
    own, foreign = (one.keys["merchant_serial_number"] for one in (merchant, other_merchant))

    assert msns(merchant.get(UNITS)) == [own]
    refused = merchant.get(f"{UNITS}/{foreign}")
    assert refused.status_code == 404
    assert refused.json()["title"] == merchant.get(f"{UNITS}/1234").json()["title"] == "Sales unit not found"


def test_partner_and_management_keys_see_every_connected_sales_unit(sandbox, partner, manager):
    everyone = [unit["merchantSerialNumber"] for unit in sandbox.sales_units()]

    assert msns(partner.get(UNITS)) == msns(manager.ask(UNITS)) == everyone


@pytest.mark.parametrize("keys", ["accounting", "donations"])
def test_other_keys_do_not_open_it(sandbox, http, keys):
    assert Reader(sandbox, http, sandbox.keys(keys)).ask(UNITS).status_code == 401


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("paymentAllowed", False),
        ("captureType", "DirectCapture"),
        ("skipLandingPageAllowed", True),
        ("recurringAllowed", False),
        ("partialCaptureAllowed", False),
        ("lateCaptureAllowed", True),
        ("landingPagePhoneNumberLocked", True),
        ("longLivingPaymentAllowed", False),
        ("creditCardPaymentAllowed", False),
    ],
)
def test_configuration_shows_the_switches(sandbox, merchant, switch, value):
    msn = merchant.keys["merchant_serial_number"]
    before = merchant.get(f"{UNITS}/{msn}").json()["configuration"]

    sandbox.sales_unit(msn, **{switch: value})

    after = merchant.get(f"{UNITS}/{msn}").json()["configuration"]
    assert before[switch] != value
    assert after == before | {switch: value}


def test_what_is_shown_is_what_is_obeyed(sandbox, merchant):
    msn = merchant.keys["merchant_serial_number"]
    assert merchant.create("order-0001").status_code == 201

    sandbox.sales_unit(msn, paymentAllowed=False)

    assert merchant.get(f"{UNITS}/{msn}").json()["configuration"]["paymentAllowed"] is False
    assert merchant.create("order-0002").status_code == 403


def test_an_inactive_sales_unit_is_unknown(sandbox, merchant):
    msn = merchant.keys["merchant_serial_number"]
    owner = merchant.get(f"{UNITS}/{msn}").json()["businessIdentifier"]
    sandbox.sales_unit(msn, active=False)

    assert msns(merchant.get(UNITS)) == []
    assert merchant.get(f"{UNITS}/{msn}").status_code == 404
    assert merchant.get(f"/management/v1/merchants/{owner['scheme']}/{owner['id']}").status_code == 404


@pytest.mark.parametrize(
    ("market", "scheme", "city"),
    [
        ("NO", "business:NO:ORG", "Oslo"),
        ("DK", "business:DK:CVR", "København"),
        ("FI", "business:FI:Y-tunnus", "Helsinki"),
    ],
)
def test_a_merchant_is_found_by_its_organisation(sandbox, merchant, market, scheme, city):
    msn = merchant.keys["merchant_serial_number"]
    sandbox.sales_unit(msn, market=market)
    owner = merchant.get(f"{UNITS}/{msn}").json()["businessIdentifier"]
    path = f"/management/v1/merchants/{owner['scheme']}/{owner['id']}"

    found = merchant.get(path).json()

    assert owner["scheme"] == scheme
    assert (found["name"], found["status"], found["countryCode"]) == ("Sandbox Shop AS", "ACTIVE", market)
    assert found["businessAddress"]["city"] == city
    assert merchant.get(f"{path}/sales-units").json() == [{"msn": msn, "name": "Sandbox Shop"}]


def test_a_foreign_merchant_is_unknown(partner, merchant, other_merchant):
    foreign = partner.get(f"{UNITS}/{other_merchant.keys['merchant_serial_number']}").json()["businessIdentifier"]
    path = f"/management/v1/merchants/{foreign['scheme']}/{foreign['id']}"

    assert partner.get(path).status_code == 200
    for one in (path, f"{path}/sales-units"):
        assert merchant.get(one).status_code == 404
        assert merchant.get(one).json()["title"] == "Merchant not found"


def test_an_order_from_prefill_to_a_new_sales_unit(sandbox, partner, http):
    prefilled = prefill(partner, salesUnitName="ACME Fitness", hasRecurring=True)
    assert prefilled.status_code == 201
    order_id = prefilled.json()["prefilledOrderId"]
    assert details(partner, order_id) == {
        "productOrderType": "PREFILL",
        "productOrderId": order_id,
        "productType": "CHECKOUT",
        "status": "RECEIVED",
        "businessIdentifier": NEWCOMER,
        "productOrderUrl": prefilled.json()["prefillUrl"],
    }

    shown = http.get(prefilled.json()["prefillUrl"])
    assert "ACME Fitness" in shown.text
    assert details(partner, order_id)["status"] == "MERCHANT_VIEWED"
    http.post(prefilled.json()["prefillUrl"], data={"decision": "approve"})
    assert details(partner, order_id)["status"] == "ORDER_SUBMITTED"
    sandbox.advance(DAY)
    partner.headers["Authorization"] = f"Bearer {partner.token()}"

    done = details(partner, order_id)
    assert done["status"] == "COMPLETED"
    assert done["salesUnit"]["name"] == "ACME Fitness"
    unit = partner.get(f"{UNITS}/{done['salesUnit']['msn']}").json()
    assert unit["businessIdentifier"] == NEWCOMER
    assert unit["configuration"]["recurringAllowed"] is True
    assert msns(partner.get(UNITS))[-1] == done["salesUnit"]["msn"]
    assert msns(partner.get("/management/v1/merchants/business:NO:ORG/987654321/sales-units")) == [unit["msn"]]


def test_everything_that_can_be_prefilled(sandbox, partner):
    package = partner.get("/management/v1/partners/price-packages").json()[1]
    account = {"scheme": "BBAN:NO", "id": "86011117947"}
    order_id = prefill(
        partner,
        productType="PAYMENT_INTEGRATION",
        salesUnitName="Café Blå (2)",
        salesUnitLogo="VGhlIGltYWdl",
        settlementBankAccount=account,
        pricePackageId=package["pricePackageId"],
        productUseCase="WebsiteWithTest",
        annualTurnover=100000,
        annualTurnoverPercentage="50",
        intendedPurpose="Coffee",
        website={"url": "https://example.com", "termsUrl": "https://example.com/terms"},
        merchantCategoryCode=5942,
    ).json()["prefilledOrderId"]
    for step in ("view", "submit", "complete"):
        sandbox.product_order(order_id, step)

    unit = partner.get(f"{UNITS}/{details(partner, order_id)['salesUnit']['msn']}").json()

    assert unit["settlementBankAccount"] == account
    assert unit["name"] == "Café Blå (2)"


def test_a_login_product_makes_a_sales_unit_without_payments(sandbox, partner):
    order_id = prefill(partner, productType="LOGIN").json()["prefilledOrderId"]
    for step in ("submit", "complete"):
        sandbox.product_order(order_id, step)

    configuration = partner.get(f"{UNITS}/{details(partner, order_id)['salesUnit']['msn']}").json()["configuration"]

    assert (configuration["paymentAllowed"], configuration["captureType"]) == (False, "NotApplicable")


def test_an_order_that_nobody_submits_expires_after_14_days(sandbox, partner, http):
    prefilled = prefill(partner).json()
    sandbox.advance(14 * DAY - 1)
    partner.headers["Authorization"] = f"Bearer {partner.token()}"
    assert details(partner, prefilled["prefilledOrderId"])["status"] == "RECEIVED"

    sandbox.advance(1)

    assert details(partner, prefilled["prefilledOrderId"])["status"] == "EXPIRED"
    assert partner.get(ORDERS_V2).json() == []
    assert [order["status"] for order in partner.get(f"{ORDERS_V2}?includeExpired=true").json()] == ["EXPIRED"]
    assert "has expired" in http.get(prefilled["prefillUrl"]).text
    with pytest.raises(SandboxError, match="cannot become ORDER_SUBMITTED"):
        sandbox.product_order(prefilled["prefilledOrderId"], "submit")


def test_a_submitted_order_does_not_expire(sandbox, partner):
    order_id = prefill(partner).json()["prefilledOrderId"]
    sandbox.product_order(order_id, "submit")
    sandbox.product_order(order_id, "reject")
    sandbox.advance(20 * DAY)
    partner.headers["Authorization"] = f"Bearer {partner.token()}"

    assert details(partner, order_id)["status"] == "REJECTED"
    assert "salesUnit" not in details(partner, order_id)


def test_closing_the_form_submits_nothing(partner, http):
    prefilled = prefill(partner).json()

    http.post(prefilled["prefillUrl"], data={"decision": "abort"})

    assert details(partner, prefilled["prefilledOrderId"])["status"] == "MERCHANT_VIEWED"


def test_an_order_can_be_deleted_until_it_is_submitted(sandbox, partner, http):
    first, second = prefill(partner).json(), prefill(partner).json()
    sandbox.product_order(second["prefilledOrderId"], "submit")

    assert partner.delete(f"{ORDERS}/{first['prefilledOrderId']}").status_code == 200
    refused = partner.delete(f"{ORDERS}/{second['prefilledOrderId']}")

    assert refused.status_code == 400
    assert refused.json()["title"] == "The product order can no longer be deleted"
    assert partner.get(f"{ORDERS_V2}/{first['prefilledOrderId']}/details").status_code == 404
    assert partner.delete(f"{ORDERS}/{first['prefilledOrderId']}").status_code == 404
    assert http.get(first["prefillUrl"]).status_code == 404
    with pytest.raises(SandboxError, match="No partner has prefilled"):
        sandbox.product_order(first["prefilledOrderId"], "view")


def test_a_merchant_reads_the_orders_for_it_and_makes_none(merchant, partner):
    msn = merchant.keys["merchant_serial_number"]
    mine = merchant.get(f"{UNITS}/{msn}").json()["businessIdentifier"]
    for_me = prefill(partner, businessIdentifier=mine).json()["prefilledOrderId"]
    for_others = prefill(partner).json()["prefilledOrderId"]

    assert [order["productOrderId"] for order in merchant.get(ORDERS_V2).json()] == [for_me]
    assert merchant.get(f"{ORDERS_V2}/{for_others}/details").status_code == 404
    assert prefill(merchant).status_code == 403
    assert merchant.delete(f"{ORDERS}/{for_me}").status_code == 403
    assert merchant.get("/management/v1/partners/price-packages").status_code == 403


def test_a_logo_may_be_empty_and_a_url_end_in_a_blank(sandbox, partner):
    website = {"url": "https://example.com", "termsUrl": "https://example.com/terms "}

    assert prefill(partner, salesUnitLogo="", website=website).ok
    assert "termsUrl: blanks around a URL" in sandbox.requests()[-1]["tolerated"]


def test_a_logo_may_come_in_lines_as_many_encoders_write_it(sandbox, partner):
    logo = base64.encodebytes(bytes(100)).decode()

    assert prefill(partner, salesUnitLogo=logo).ok
    assert "salesUnitLogo: blank space in Base64" in sandbox.requests()[-1]["tolerated"]
    sandbox.settings(strictness="strict")
    assert prefill(partner, salesUnitLogo=logo).status_code == 400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"productType": "COFFEE"}, "productType"),
        ({"businessIdentifier": {"scheme": "business:NO:ORG", "id": "abc"}}, "businessIdentifier.id"),
        ({"businessIdentifier": {"scheme": "NO", "id": "987654321"}}, "businessIdentifier.scheme"),
        ({"salesUnitName": "#1"}, "salesUnitName"),
        ({"salesUnitName": "x" * 41}, "salesUnitName"),
        ({"salesUnitLogo": "no picture"}, "salesUnitLogo"),
        ({"settlementBankAccount": {"scheme": "BBAN:NO", "id": "NO86"}}, "settlementBankAccount.id"),
        ({"annualTurnoverPercentage": "55"}, "annualTurnoverPercentage"),
        ({"annualTurnover": -1}, "annualTurnover"),
        ({"website": {"url": "http://example.com", "termsUrl": "https://example.com"}}, "website.url"),
        ({"website": {"url": "https://example.com"}}, "website.termsUrl"),
        ({"pricePackageId": "8a11afb7-c223-48ed-8ca6-4722b97261aa"}, "pricePackageId"),
    ],
)
def test_a_bad_field_is_named(partner, changes, field):
    refused = prefill(partner, **changes)

    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance"} < set(refused.json())
    assert [item["key"] for item in refused.json()["extraDetails"]] == [field]


def test_a_prefill_needs_a_key_of_letters_digits_and_hyphens(partner):
    assert prefill(partner, key="a:b").status_code == 400
    assert prefill(partner, key="x" * 51).status_code == 400
    without = partner.http.post(partner.base_url + ORDERS, json={}, headers=partner.headers)
    assert without.json()["extraDetails"] == [{"key": "Idempotency-Key", "value": "The header is required."}]


def test_the_same_key_prefills_once(partner):
    first, again = prefill(partner, key="once"), prefill(partner, key="once")

    assert first.json() == again.json()
    assert len(partner.get(ORDERS_V2).json()) == 1
    assert prefill(partner, key="once", productType="LOGIN").status_code == 409


def test_price_packages(partner):
    packages = partner.get("/management/v1/partners/price-packages").json()

    assert {package["market"] for package in packages} == {"NO", "DK", "FI"}
    assert packages[0]["description"] == "2.75%"
    assert len({package["pricePackageId"] for package in packages}) == len(packages)


def test_it_is_not_in_test(merchant):
    assert merchant.get(UNITS).headers["Vipps-Nb-Availability"] == "not in test"
