"""The Access Token API: keys in, token out, and everything that is refused."""

import base64
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import jwt
import pytest

from vipps_nb.sandbox import Sandbox

NOON = 1767268800  # 2026-01-01T12:00:00Z
FIELDS = {"token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token"}


@pytest.fixture
def ask(sandbox, http):
    def ask(path="/accesstoken/get", data=None, extra=None, **changes):
        keys = sandbox.keys()
        headers = {
            "client_id": keys["client_id"],
            "client_secret": keys["client_secret"],
            "Ocp-Apim-Subscription-Key": keys["subscription_key"],
            **{name.replace("subscription_key", "Ocp-Apim-Subscription-Key"): value for name, value in changes.items()},
            **(extra or {}),
        }
        headers = {name: value for name, value in headers.items() if value is not None}
        return http.post(sandbox.base_url + path, data=data, headers=headers)

    return ask


@pytest.fixture
def ask_miami(sandbox, http):
    def ask(key_type="accounting", form=(("grant_type", "client_credentials"),), **headers):
        keys = sandbox.keys(key_type)
        pair = base64.b64encode(f"{keys['client_id']}:{keys['client_secret']}".encode()).decode()
        return http.post(
            f"{sandbox.base_url}/miami/v1/token",
            data=dict(form),
            headers={"Authorization": f"Basic {pair}", **headers},
        )

    return ask


def test_the_answer_has_all_seven_fields_as_strings(ask):
    answer = ask()

    assert answer.status_code == 200
    token = answer.json()
    assert set(token) == FIELDS
    assert all(isinstance(value, str) for value in token.values())
    assert token["token_type"] == "Bearer"


def test_times_count_from_the_worlds_clock(ask):
    token = ask().json()

    assert token["expires_in"] == "3599"
    assert token["expires_on"] == str(NOON + 3600)
    assert token["not_before"] == str(NOON - 300)


def test_numbers_instead_of_strings_are_one_setting_away(ask, sandbox):
    sandbox.settings(tokenNumbersAs="number")

    assert ask().json()["expires_in"] == 3599


def test_the_token_is_a_long_signed_jwt_with_azures_claims(ask):
    token = ask().json()["access_token"]

    assert len(token) > 1000
    assert jwt.get_unverified_header(token)["alg"] == "RS256"
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] == NOON + 3600
    assert {"aud", "iss", "iat", "nbf", "appid", "tid", "uti", "ver"} <= set(claims)


def test_a_new_token_does_not_revoke_the_one_before(ask, merchant):
    first, second = ask().json()["access_token"], ask().json()["access_token"]

    assert first != second
    for token in (first, second):
        assert merchant.get("/epayment/v1/payments/no-such-one", Authorization=f"Bearer {token}").status_code == 404


@pytest.mark.parametrize("path", ["/accesstoken/get", "/accessToken/get", "/AccessToken/Get"])
def test_the_path_is_matched_in_any_case(ask, path):
    assert ask(path).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{}", b" {} "])
def test_no_body_and_an_empty_object_pass(ask, body):
    assert ask(data=body, extra={"Content-Type": "application/json"}).status_code == 200


def test_keys_in_the_body_open_nothing(ask, sandbox):
    nobody = {"client_id": None, "client_secret": None, "subscription_key": None}

    assert ask(data=sandbox.keys(), **nobody).status_code == 401


def test_keys_in_the_query_are_a_missing_subscription_key(sandbox, http):
    answer = http.post(f"{sandbox.base_url}/accesstoken/get", params=sandbox.keys())

    assert answer.status_code == 401
    assert "missing subscription key" in answer.json()["message"]


def test_an_unknown_subscription_key_is_invalid(ask):
    answer = ask(subscription_key="0" * 32)

    assert answer.status_code == 401
    assert answer.json()["statusCode"] == 401
    assert "invalid subscription key" in answer.json()["message"]


def test_another_sales_units_subscription_key_is_invalid(ask, other_merchant):
    assert ask(subscription_key=other_merchant.keys["subscription_key"]).status_code == 401


def test_an_unknown_client_id_gets_azures_words(ask):
    answer = ask(client_id="11111111-2222-3333-4444-555555555555")

    assert answer.status_code == 400
    said = answer.json()
    assert said["error"] == "unauthorized_client"
    assert said["error_codes"] == [700016]
    assert said["error_description"].startswith("AADSTS700016: Application with identifier '11111111-")
    assert {"timestamp", "trace_id", "correlation_id", "error_uri"} <= set(said)


def test_a_wrong_client_secret_is_an_invalid_client(ask):
    answer = ask(client_secret="d3Jvbmc=")

    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.json()["error_codes"] == [7000215]


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_a_missing_key_is_named(ask, name):
    answer = ask(**{name: None})

    assert answer.status_code == 400
    assert name in answer.json()["error_description"]


def test_an_expired_token_is_refused(merchant, sandbox):
    sandbox.advance(3599)
    assert merchant.get("/epayment/v1/payments/no-such-one").status_code == 404

    sandbox.advance(1)
    answer = merchant.get("/epayment/v1/payments/no-such-one")
    assert answer.status_code == 401
    assert answer.json()["responseInfo"]["responseCode"] == 401


def test_the_lifetime_is_the_constructors(http):
    with Sandbox(token_lifetime=60) as short:
        keys = short.keys()
        headers = {name: keys[name] for name in ("client_id", "client_secret")}
        headers["Ocp-Apim-Subscription-Key"] = keys["subscription_key"]
        assert http.post(f"{short.base_url}/accesstoken/get", headers=headers).json()["expires_in"] == "59"


def test_a_token_of_another_sandbox_is_refused(merchant, http):
    with Sandbox(seed=1) as other:
        keys = other.keys()
        headers = {name: keys[name] for name in ("client_id", "client_secret")}
        headers["Ocp-Apim-Subscription-Key"] = keys["subscription_key"]
        foreign = http.post(f"{other.base_url}/accesstoken/get", headers=headers).json()["access_token"]

    answer = merchant.get("/epayment/v1/payments/no-such-one", Authorization=f"Bearer {foreign}")

    assert answer.status_code == 401


def test_a_damaged_token_is_refused(merchant):
    head, body, signature = merchant.headers["Authorization"].split(".")
    damaged = f"{head}.{body}.{signature[:-8]}AAAAAAAA"

    assert merchant.get("/epayment/v1/payments/no-such-one", Authorization=damaged).status_code == 401


@pytest.mark.parametrize("scheme", ["", "Basic", "Bearers"])
def test_the_word_bearer_matters(merchant, scheme):
    introduced = merchant.headers["Authorization"].replace("Bearer", scheme).strip()

    assert merchant.get("/epayment/v1/payments/no-such-one", Authorization=introduced).status_code == 401


def test_a_token_without_a_subscription_key_is_refused(merchant):
    del merchant.headers["Ocp-Apim-Subscription-Key"]

    answer = merchant.get("/epayment/v1/payments/no-such-one")

    assert answer.status_code == 401
    assert "missing subscription key" in answer.json()["message"]


def test_another_sales_units_msn_is_refused(merchant, other_merchant):
    msn = other_merchant.keys["merchant_serial_number"]

    assert merchant.get("/epayment/v1/payments/no-such-one", **{"Merchant-Serial-Number": msn}).status_code == 401


def test_another_sales_units_subscription_key_is_refused_on_calls_too(merchant, other_merchant):
    key = other_merchant.keys["subscription_key"]

    assert merchant.get("/epayment/v1/payments/no-such-one", **{"Ocp-Apim-Subscription-Key": key}).status_code == 401


def test_partner_keys_act_for_every_sales_unit(partner, sandbox):
    for unit in sandbox.overview()["salesUnits"]:
        partner.headers["Merchant-Serial-Number"] = unit["merchantSerialNumber"]
        assert partner.create("partner-0001").status_code == 201


def test_partner_keys_need_an_msn_that_is_connected(partner):
    partner.headers["Merchant-Serial-Number"] = "1234"
    assert partner.create().status_code == 403

    del partner.headers["Merchant-Serial-Number"]
    assert partner.create().status_code == 403


@pytest.mark.parametrize("key_type", ["management", "accounting", "donations"])
def test_specialized_keys_get_a_token_for_fifteen_minutes(ask_miami, key_type):
    answer = ask_miami(key_type)

    assert answer.status_code == 200
    token = answer.json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == "900"
    assert token.get("scope") == ("donations:read" if key_type == "donations" else None)
    assert jwt.decode(token["access_token"], options={"verify_signature": False})["exp"] == NOON + 900


def test_a_specialized_token_does_not_open_epayment(ask_miami, merchant):
    token = ask_miami().json()["access_token"]

    assert merchant.get("/epayment/v1/payments/no-such-one", Authorization=f"Bearer {token}").status_code == 401


def test_the_specialized_call_refuses_a_subscription_key(ask_miami, sandbox):
    answer = ask_miami(**{"Ocp-Apim-Subscription-Key": sandbox.keys()["subscription_key"]})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_the_specialized_call_needs_a_grant_type(ask_miami):
    answer = ask_miami(form=())

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_the_specialized_call_knows_one_grant_type(ask_miami):
    answer = ask_miami(form=(("grant_type", "password"),))

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("key_type", ["merchant", "partner"])
def test_standard_keys_are_refused_by_the_specialized_call(ask_miami, key_type):
    answer = ask_miami(key_type)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("key_type", ["management", "accounting", "donations"])
def test_a_helper_that_percent_encodes_basic_gets_a_token_too(ask_miami, sandbox, key_type):
    """As RFC 6749 asks for, and Go's and Java's OAuth libraries do; only some keys have anything to encode."""
    keys = sandbox.keys(key_type)
    pair = ":".join(quote(keys[name], safe="") for name in ("client_id", "client_secret"))

    answer = ask_miami(key_type, Authorization=f"basic  {base64.b64encode(pair.encode()).decode()}")

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("header", ["Basic !!!", "Basic Og==", "Bearer x", ""])
def test_a_malformed_introduction_is_an_invalid_client(ask_miami, header):
    answer = ask_miami(Authorization=header)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_the_date_is_the_worlds(ask):
    assert parsedate_to_datetime(ask().headers["Date"]).timestamp() == NOON


def test_nobody_says_which_server_this_is(ask):
    assert "Server" not in ask().headers
