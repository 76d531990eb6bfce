"""Userinfo: what was shared, with whom, and for how long; two doors under one path."""

import jsonschema
import pytest

from tests.sandbox.login_client import given
from vipps_nb.sandbox.apis.userinfo.errors import USERINFO

ROOT = "/vipps-userinfo-api/userinfo"
EVERYTHING = "name phoneNumber email address birthDate"
EMPTY = dict.fromkeys(["address_type", "country", "formatted", "postal_code", "region", "street_address"], "")
HOURS = 3600


def shared(merchant, scope, reference="order-0001"):
    """The sub of a payment whose customer shares this."""
    merchant.reserved(reference, profile={"scope": scope})
    return merchant.payment(reference)["profile"]["sub"]


def refusal(answer):
    """The status of a refusal in Userinfo's dialect, whose bodies repeat it as text."""
    jsonschema.validate(answer.json(), USERINFO.schema)
    assert answer.json()["status"] == str(answer.status_code)
    return answer.status_code


@pytest.fixture
def fresh(merchant):
    """Get a userinfo with a token of the present time."""

    def get(sub):
        merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
        return merchant.get(f"{ROOT}/{sub}")

    return get


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("name", {"name": "Kari Nordmann", "given_name": "Kari", "family_name": "Nordmann"}),
        ("phoneNumber", {"phone_number": "4712345678", "phone_number_verified": True}),
        ("email", {"email": "kari.nordmann@example.com", "email_verified": True}),
        ("birthDate", {"birthdate": "1990-05-17"}),
        (
            "address",
            {
                "address": {
                    "address_type": "home",
                    "country": "NO",
                    "formatted": "Storgata 1\n0155\nOslo\nNO",
                    "postal_code": "0155",
                    "region": "Oslo",
                    "street_address": "Storgata 1",
                },
                "other_addresses": [],
            },
        ),
    ],
)
def test_each_scope_gives_its_claims_and_no_others(merchant, scope, claims):
    sub = shared(merchant, scope)

    found = merchant.get(f"{ROOT}/{sub}").json()

    assert found.pop("sid")
    assert found == {"sub": sub, **claims}


def test_a_national_identity_number_needs_an_approval(sandbox, merchant):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], nationalIdentityNumberAllowed=True)

    assert merchant.get(f"{ROOT}/{shared(merchant, 'nin')}").json()["nin"] == "17859000266"


def test_the_number_is_the_one_the_customer_paid_with(merchant, sandbox):
    merchant.create(profile={"scope": "phoneNumber"}, customer={"phoneNumber": "4587654321"})
    sandbox.approve(reference="order-0001")
    sub = merchant.payment()["profile"]["sub"]

    assert merchant.get(f"{ROOT}/{sub}").json()["phone_number"] == "4587654321"


def test_a_customer_without_an_address_has_an_empty_one(sandbox, merchant):
    sandbox.settings(customerHasAddress=False)

    assert merchant.get(f"{ROOT}/{shared(merchant, 'address')}").json()["address"] == EMPTY


def test_after_a_week_there_is_nothing_left_to_read(sandbox, merchant, fresh):
    sub = shared(merchant, EVERYTHING)
    sandbox.advance(168 * HOURS - 1)
    assert fresh(sub).json()["name"] == "Kari Nordmann"

    sandbox.advance(1)

    found = fresh(sub)
    assert found.status_code == 200
    assert found.json()["sub"] == sub
    assert found.json()["address"] == dict.fromkeys(EMPTY, "[Expired]")
    for name in ("name", "given_name", "family_name", "phone_number", "email", "birthdate"):
        assert found.json()[name] == "[Expired]"
    assert "Kari" not in found.text


def test_each_consent_has_a_week_of_its_own(sandbox, merchant, fresh):
    sub = shared(merchant, "name email")
    sandbox.advance(100 * HOURS)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    assert shared(merchant, "phoneNumber email", "order-0002") == sub

    sandbox.advance(100 * HOURS)

    found = fresh(sub).json()
    assert found["name"] == "[Expired]"
    assert found["email"] == "kari.nordmann@example.com"
    assert found["phone_number"] == "4712345678"


def test_a_sub_is_known_to_its_sales_unit_only(merchant, other_merchant):
    sub = shared(merchant, "name")

    assert refusal(other_merchant.get(f"{ROOT}/{sub}")) == 404
    assert refusal(merchant.get(f"{ROOT}/nobody")) == 404


def test_a_payment_without_scope_shares_nothing(merchant, login_client):
    merchant.reserved()
    assert merchant.payment().get("profile", {}).get("sub") is None
    person = login_client.userinfo(login_client.login()["access_token"]).json()

    assert refusal(merchant.get(f"{ROOT}/{person['sub']}")) == 404


def test_official_texts_disagree_about_the_subscription_key(sandbox, merchant):
    sub = shared(merchant, "name")
    without = {name: value for name, value in merchant.headers.items() if name != "Ocp-Apim-Subscription-Key"}
    url = f"{merchant.base_url}{ROOT}/{sub}"
    assert merchant.http.get(url, headers=merchant.headers).status_code == 200
    assert merchant.http.get(url, headers=without).status_code == 200

    sandbox.settings(userinfoWithSubscriptionKey="refused")

    assert refusal(merchant.http.get(url, headers=merchant.headers)) == 401
    assert merchant.http.get(url, headers=without).status_code == 200


def test_a_strangers_subscription_key_is_refused(merchant, other_merchant):
    key = other_merchant.headers["Ocp-Apim-Subscription-Key"]

    answer = merchant.get(f"{ROOT}/{shared(merchant, 'name')}", **{"Ocp-Apim-Subscription-Key": key})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"Authorization": None},
        {"Authorization": "bearer abc"},
        {"Authorization": "Bearer abc"},
        {"Merchant-Serial-Number": "999999"},
    ],
)
def test_a_bad_token_is_refused(merchant, changes):
    headers = given({**merchant.headers, **changes})

    assert refusal(merchant.http.get(f"{merchant.base_url}{ROOT}/sub", headers=headers)) == 401


def test_an_expired_token_is_refused(sandbox, merchant):
    sandbox.advance(3600)

    assert refusal(merchant.get(f"{ROOT}/sub")) == 401


def test_a_malformed_msn_is_a_bad_request(merchant):
    answer = merchant.get(f"{ROOT}/sub", **{"Merchant-Serial-Number": "abc"})

    assert refusal(answer) == 400
    assert answer.json()["extraInfo"]["Merchant-Serial-Number"]


def test_a_partner_must_say_for_whom(sandbox, merchant, partner):
    sub = shared(merchant, "name")
    without = {name: value for name, value in partner.headers.items() if name != "Merchant-Serial-Number"}

    assert partner.get(f"{ROOT}/{sub}").json()["name"] == "Kari Nordmann"
    assert refusal(partner.http.get(f"{partner.base_url}{ROOT}/{sub}", headers=without)) == 403


# After a login.


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_login_shares_what_it_asked_for(login_client, slash):
    token = login_client.login(scope=f"openid {EVERYTHING}")["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}

    found = login_client.http.get(f"{login_client.base_url}{ROOT}{slash}", headers=bearer).json()

    assert found["name"] == "Kari Nordmann"
    assert found["birthdate"] == "1990-05-17"
    assert found["address"]["street_address"] == "Storgata 1"
    assert "nin" not in found


def test_openid_alone_gives_the_sub_alone(login_client):
    found = login_client.userinfo(login_client.login(scope="openid")["access_token"]).json()

    assert set(found) == {"sub", "sid"}


def test_the_sub_is_the_same_as_after_a_payment(login_client, merchant):
    found = login_client.userinfo(login_client.login()["access_token"]).json()

    assert found["sub"] == shared(merchant, "name")


def test_gender_is_shared_where_the_plan_has_it(sandbox, login_client, merchant):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], loginScopes=["gender"])

    token = login_client.login(scope="openid gender")["access_token"]

    assert login_client.userinfo(token).json()["gender"] == "female"


@pytest.mark.parametrize("scope", ["delegatedConsents", "customFlow"])
def test_marketing_consents_come_with_the_first_login_only(login_client, scope):
    first, second = (login_client.userinfo(login_client.login(scope=f"openid {scope}")["access_token"]) for _ in "ab")

    assert [consent["id"] for consent in first.json()["delegatedConsents"]["consents"]] == ["email", "sms"]
    assert "delegatedConsents" not in second.json()


def test_a_persons_token_lives_ten_minutes_whatever_expires_in_says(sandbox, login_client):
    token = login_client.login()
    sandbox.advance(599)
    assert login_client.userinfo(token["access_token"]).status_code == 200

    sandbox.advance(1)

    assert token["expires_in"] == 3599
    assert refusal(login_client.userinfo(token["access_token"])) == 401


def test_or_as_long_as_it_says_if_the_sandbox_is_set_so(sandbox, login_client):
    sandbox.settings(loginTokenLifetimeSeconds=3599)
    token = login_client.login()["access_token"]
    sandbox.advance(3598)

    assert login_client.userinfo(token).status_code == 200


def test_a_subscription_key_shuts_the_door_of_logins(login_client, merchant):
    token = login_client.login()["access_token"]
    key = merchant.headers["Ocp-Apim-Subscription-Key"]

    answer = login_client.userinfo(token, **{"Ocp-Apim-Subscription-Key": key})

    assert refusal(answer) == 401
    assert "Ocp-Apim-Subscription-Key" in answer.json()["detail"]


def test_neither_token_opens_the_other_door(login_client, merchant):
    sub = shared(merchant, "name")
    persons = login_client.login()["access_token"]

    assert refusal(login_client.userinfo(merchant.token())) == 401
    assert refusal(merchant.get(f"{ROOT}/{sub}", Authorization=f"Bearer {persons}")) == 401


@pytest.mark.parametrize("authorization", [None, "Bearer", "bearer abc", "Bearer abc"])
def test_a_login_needs_its_token(login_client, authorization):
    headers = given({"Authorization": authorization})

    assert refusal(login_client.http.get(f"{login_client.base_url}{ROOT}/", headers=headers)) == 401
