"""The PSP Signup API: a provider's merchants, from sign-up to the end."""

import base64

import pytest

from tests.sandbox.official.psp_signup import MERCHANT, PATH, png


def sign_up(merchant, key=None, **changes):
    return merchant.post(PATH, {**MERCHANT, **changes}, key)


@pytest.fixture
def msn(merchant):
    return sign_up(merchant).json()["merchantSerialNumber"]


def test_a_new_merchant_is_looked_at_first(merchant, sandbox, msn):
    found = merchant.get(f"{PATH}/{msn}").json()
    assert found == {
        "organizationNumber": "123456789",
        "companyName": "Example AS",
        "companyEmail": "user@example.com",
        "merchantSerialNumber": msn,
        "name": "Example",
        "status": "PENDING",
        "createdAt": "2026-01-01T12:00:00.000Z",
        "updatedAt": "2026-01-01T12:00:00.000Z",
        "address": MERCHANT["address"],
    }

    sandbox.advance(60)

    assert merchant.get(f"{PATH}/{msn}").json()["status"] == "ACTIVE"


def test_each_provider_sees_its_own_merchants(merchant, other_merchant, msn):
    assert [one["merchantSerialNumber"] for one in merchant.get(PATH).json()["merchants"]] == [msn]
    assert other_merchant.get(PATH).json() == {"merchants": []}
    answer = other_merchant.get(f"{PATH}/{msn}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organizationNumber": "12345678"}, "organizationNumber"),
        ({"mccCode": "541"}, "mccCode"),
        ({"companyEmail": "nobody"}, "companyEmail"),
        ({"logo": "not Base64!"}, "logo"),
        ({"logo": base64.b64encode(b"GIF89a" + bytes(30)).decode()}, "logo"),
    ],
)
def test_what_cannot_be_signed_up(merchant, changes, field):
    answer = sign_up(merchant, **changes)

    assert answer.status_code == 400
    assert field in answer.json()["detail"]


@pytest.mark.parametrize(
    ("logo", "note"),
    [
        ("", "logo: empty where a picture is documented"),
        (png(99, 100), "logo: 99 by 100 pixels where 100 to 1000 are documented"),
        (png(100, 1001), "logo: 100 by 1001 pixels where 100 to 1000 are documented"),
        (base64.encodebytes(base64.b64decode(png(100, 100))).decode(), "logo: blank space in Base64"),
    ],
    ids=["empty", "small", "large", "in lines"],
)
def test_a_logo_may_be_empty_or_of_another_size_and_is_noted(merchant, sandbox, logo, note):
    assert sign_up(merchant, logo=logo).status_code == 200
    assert note in sandbox.requests()[-1]["tolerated"]

    sandbox.settings(strictness="strict")
    assert sign_up(merchant, logo=logo).status_code == 400


def test_other_countries_have_other_numbers(merchant):
    address = {**MERCHANT["address"], "country": "SE"}

    assert sign_up(merchant, organizationNumber="556000-0000", address=address).status_code == 200


def test_a_key_signs_up_once(merchant):
    first = sign_up(merchant, key="one")

    assert sign_up(merchant, key="one").json() == first.json()
    assert sign_up(merchant, key="one", name="Another").status_code == 409


def test_a_merchant_can_be_changed(merchant, sandbox, msn):
    sandbox.advance(5)
    answer = merchant.patch(f"{PATH}/{msn}", {"name": "Another", "email": "shop@example.com"})
    assert (answer.status_code, answer.content) == (200, b"")

    found = merchant.get(f"{PATH}/{msn}").json()
    assert (found["name"], found["email"], found["updatedAt"]) == (
        "Another",
        "shop@example.com",
        "2026-01-01T12:00:05.000Z",
    )


def test_a_change_changes_something(merchant, msn):
    assert merchant.patch(f"{PATH}/{msn}", {}).status_code == 400
    assert merchant.patch(f"{PATH}/{msn}", {"logo": "no picture"}).status_code == 400


def test_deactivating_is_final(merchant, sandbox, msn):
    merchant.patch(f"{PATH}/{msn}", {"deactivate": True})
    sandbox.advance(60)

    assert merchant.get(f"{PATH}/{msn}").json()["status"] == "DEACTIVATED"
    assert merchant.patch(f"{PATH}/{msn}", {"name": "Another"}).json()["title"] == "The merchant is deactivated"
