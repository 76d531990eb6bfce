"""Check-in API: one operation, which the test environment does not have."""

import pytest

PATH = "/point-of-sale/v1/loyalty-check-in"
MEMBER = {"phoneNumber": "4712345678", "isMember": True}


def test_a_member_is_checked_in(merchant, sandbox):
    first, second = merchant.post(PATH, MEMBER), merchant.post(PATH, MEMBER | {"isMember": False})

    assert first.status_code == second.status_code == 200
    assert first.json()["id"] != second.json()["id"]
    assert first.headers["Vipps-Nb-Availability"] == "not in test"
    assert sandbox.overview()["counts"]["checkIns"] == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phoneNumber": "12345678"}, "phoneNumber"),
        ({"phoneNumber": "4512345678"}, "phoneNumber"),
        ({"phoneNumber": "+4712345678"}, "phoneNumber"),
        ({"phoneNumber": None}, "phoneNumber"),
        ({"isMember": "yes"}, "isMember"),
        ({"isMember": None}, "isMember"),
    ],
)
def test_a_bad_check_in_is_refused(merchant, change, field):
    answer = merchant.post(PATH, MEMBER | change)

    assert answer.status_code == 400
    assert {"title", "detail", "instance"} <= set(answer.json())
    assert [item["name"] for item in answer.json()["invalidParams"]] == [field]


def test_a_number_that_is_nobodys_is_refused(merchant, sandbox):
    sandbox.settings(unknownPhoneNumbers=["4712345678"])

    assert merchant.post(PATH, MEMBER).status_code == 400


def test_partner_keys_must_say_for_whom(partner, merchant):
    assert partner.post(PATH, MEMBER).status_code == 200
    for one in (partner, merchant):
        del one.headers["Merchant-Serial-Number"]

    assert partner.post(PATH, MEMBER).status_code == 403
    assert merchant.post(PATH, MEMBER).status_code == 200
