"""The Partner API: what partner keys could see and order before Management."""

import pytest

from vipps_nb.sandbox.world.organisations import organisation

ORDER = {"orgno": "987654321", "productType": "VIPPS_PA_NETT", "salesUnitName": "Fitness"}
ORDERS = "/partner-api/v1/products/orders"


@pytest.fixture
def units(sandbox):
    return [unit["merchantSerialNumber"] for unit in sandbox.overview()["salesUnits"]]


def test_a_partner_finds_the_sales_units_of_a_merchant(partner, units):
    number = organisation(units[1], "NO").id

    assert partner.get(f"/partner-api/v0/merchants/{number}").json() == {"msn": [units[1]]}


def test_a_partner_sees_what_a_sales_unit_may_do(partner, sandbox, units):
    sandbox.sales_unit(units[1], captureType="DirectCapture", paymentAllowed=False, recurringAllowed=False)

    assert partner.get(f"/partner-api/v0/salesunits/{units[1]}").json() == {
        "msn": units[1],
        "name": "Sandbox Shop 2",
        "orgno": organisation(units[1], "NO").id,
        "additionalDetails": {
            "skipLandingPage": False,
            "isPureLogin": True,
            "captureType": "DirectCapture",
            "recurring": False,
        },
    }


@pytest.mark.parametrize("path", ["merchants/123456789", "salesunits/99999"])
def test_what_is_not_connected_is_unknown(partner, path):
    answer = partner.get(f"/partner-api/v0/{path}")

    assert answer.status_code == 404
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance"}


def test_only_norway_is_known(partner, sandbox, units):
    sandbox.sales_unit(units[0], market="FI")

    assert partner.get(f"/partner-api/v0/salesunits/{units[0]}").status_code == 404


def test_an_order_is_filled_in_for_the_merchant(partner, sandbox):
    answer = partner.post(ORDERS, ORDER)

    assert answer.status_code == 200
    assert answer.json()["returnUrl"].endswith(f"/register/vippspanett/{answer.json()['prefilledOrderId']}")
    assert sandbox.overview()["counts"]["partnerProductOrders"] == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"orgno": "98765432"}, "orgno"),
        ({"productType": "PAYMENT_INTEGRATION"}, "productType"),
        ({"settlementAccountNumber": "8601 11 17947"}, "settlementAccountNumber"),
        ({"pricePackageId": "123"}, "pricePackageId"),
        (
            {"productType": "VIPPS_LOGG_INN", "pricePackageId": "8a11afb7-c223-48ed-8ca6-4722b97261aa"},
            "pricePackageId",
        ),
        ({"website": {"url": "http://example.com", "termsUrl": "https://example.com"}}, "website.url"),
    ],
)
def test_what_cannot_be_ordered(partner, changes, field):
    answer = partner.post(ORDERS, {**ORDER, **changes})

    assert answer.status_code == 400
    assert field in answer.json()["detail"]


def test_a_key_orders_once(partner):
    first = partner.post(ORDERS, ORDER, key="one").json()

    assert partner.post(ORDERS, ORDER, key="one").json() == first


def test_merchants_have_no_business_here_and_neither_has_the_test_environment(merchant, partner, units):
    path = f"/partner-api/v0/salesunits/{units[0]}"

    assert merchant.get(path).status_code == 401
    assert partner.get(path).headers["Vipps-Nb-Availability"] == "not in test"
