"""Login in a browser: a stranger's OIDC client gets in, and everything else is refused in OAuth's words."""

import base64
import hashlib
import secrets
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import jwt
import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwk
from joserfc import jwt as jose

from tests.sandbox.login_client import ACCESS, CALLBACK, LoginClient, oauth, query
from vipps_nb.sandbox import Sandbox

NOON = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp())
VERIFIER = "RuzfVVEowM_e9wkyTjNCmCz4PKL4MOh2FACGhGRsAq4"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
DOCUMENTED_CLAIMS = {"at_hash", "aud", "auth_time", "exp", "iat", "iss", "jti", "nonce", "rat", "sid", "sub"}

FAILURES = ["server_error", "outdated_app_version", "wrong_challenge", "unknown_reject_reason"]


def claims_of(id_token, keys, client_id, algorithm="RS256"):
    """Verified with PyJWT. The world's clock stands in the past, so the end is compared by hand where it matters."""
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(id_token)["kid"]]
    return jwt.decode(id_token, key, algorithms=[algorithm], audience=client_id, options={"verify_exp": False})


def test_a_client_that_nobody_here_wrote_logs_in(sandbox, login_client, http):
    """Authlib does OpenID Connect as it does anywhere: discovery, PKCE, code, tokens, userinfo, verification."""
    sandbox.release()
    sandbox.clock(now=datetime.now(UTC).isoformat())
    discovery = http.get(f"{sandbox.base_url}{ACCESS}/.well-known/openid-configuration").json()
    keys = sandbox.keys()
    session = OAuth2Session(
        keys["client_id"],
        keys["client_secret"],
        scope="openid name phoneNumber",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )
    session.trust_env = False
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    url, state = session.create_authorization_url(
        discovery["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )

    phone = http.get(url)  # the browser's part: follow to the consent page, look, press
    assert "Sandbox Shop" in phone.text
    assert "Log in?" in phone.text
    assert "You share your name, your phone number." in phone.text
    back = http.post(phone.url, data={"decision": "approve"}, allow_redirects=False).headers["Location"]

    token = session.fetch_token(
        discovery["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )
    key_set = jwk.KeySet.import_key_set(http.get(discovery["jwks_uri"]).json())
    verified = jose.decode(token["id_token"], key_set, algorithms=discovery["id_token_signing_alg_values_supported"])
    id_token = CodeIDToken(
        verified.claims,
        verified.header,
        options={
            "iss": {"essential": True, "value": discovery["issuer"]},
            "aud": {"essential": True, "value": keys["client_id"]},
            "nonce": {"essential": True, "value": nonce},
        },
        params={"access_token": token["access_token"], "client_id": keys["client_id"]},
    )
    id_token.validate()  # issuer, audience, nonce, times, at_hash
    person = session.get(discovery["userinfo_endpoint"]).json()
    assert set(id_token) == DOCUMENTED_CLAIMS
    assert person["sub"] == id_token["sub"]
    assert person["name"] == "Kari Nordmann"
    assert person["phone_number"] == "4712345678"


def test_discovery_says_where_everything_is(sandbox, http):
    answer = http.get(f"{sandbox.base_url}{ACCESS}/.well-known/openid-configuration")

    found = answer.json()
    assert answer.headers["Cache-Control"] == "max-age=3600"
    assert found["issuer"] == f"{sandbox.base_url}{ACCESS}/"
    assert found["code_challenge_methods_supported"] == ["S256"]
    for name, url in found.items():
        if name.endswith(("_endpoint", "_uri")):
            assert http.get(url, allow_redirects=False).status_code not in (404, 501), name


def test_the_tokens_are_as_documented(login_client):
    answer = login_client.exchange(login_client.approve(scope="openid name email", nonce="a-nonce")["code"])

    token = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(token) == {"access_token", "id_token", "expires_in", "scope", "token_type"}
    assert (token["expires_in"], token["token_type"], token["scope"]) == (3599, "bearer", "openid name email")


def test_the_id_token_claims_what_happened(sandbox, login_client):
    phone = login_client.authorize(nonce="a-nonce").headers["Location"]
    sandbox.advance(20)
    back = query(login_client.press(phone))
    sandbox.advance(10)

    token = login_client.exchange(back["code"]).json()

    claims = claims_of(token["id_token"], login_client.key_set(), login_client.client_id)
    assert set(claims) == DOCUMENTED_CLAIMS
    assert claims["iss"] == f"{sandbox.base_url}{ACCESS}/"
    assert claims["aud"] == [login_client.client_id]
    assert (claims["rat"], claims["auth_time"], claims["iat"]) == (NOON, NOON + 20, NOON + 30)
    assert claims["exp"] == NOON + 30 + 3600
    assert claims["nonce"] == "a-nonce"


def test_a_person_has_one_sub_at_each_sales_unit(login_client, other_login_client):
    subs = [login_client.userinfo(login_client.login()["access_token"]).json()["sub"] for _ in range(2)]
    token = other_login_client.login()["access_token"]

    assert subs[0] == subs[1]
    assert other_login_client.userinfo(token).json()["sub"] != subs[0]


def test_the_browser_brings_back_code_state_and_scope(login_client):
    back = login_client.press(login_client.authorize(redirect_uri=f"{CALLBACK}?shop=1").headers["Location"])

    assert back.startswith(f"{CALLBACK}?shop=1&")
    assert set(query(back)) == {"shop", "code", "state", "scope"}
    assert query(back)["state"] == "some-state-1"
    assert query(back)["scope"] == "openid name"


@pytest.mark.parametrize("ending", ["", "?", "?a=b", "?a=b&", "?a"])
def test_whatever_the_address_ends_with_the_answer_can_be_read(login_client, ending):
    uri = CALLBACK + ending

    back = login_client.press(login_client.authorize(redirect_uri=uri).headers["Location"])

    assert back.startswith(uri)
    assert query(back)["state"] == "some-state-1"
    assert {"code", "scope"} <= set(query(back))


def test_the_consent_page_may_lead_away(login_client, http):
    page = http.get(login_client.authorize().headers["Location"])

    assert "form-action * https:;" in page.headers["Content-Security-Policy"]
    assert "No money moves" in page.text


def test_a_second_thumb_goes_the_same_way(login_client):
    phone = login_client.authorize().headers["Location"]

    assert login_client.press(phone) == login_client.press(phone, "abort")


def test_app_authentication_is_claimed_when_asked_for(login_client):
    token = login_client.login(acr_values="urn:vipps:acr:app_auth")

    claims = claims_of(token["id_token"], login_client.key_set(), login_client.client_id)
    assert claims["acr"] == "urn:vipps:acr:app_auth"


# What stays here, because there is nowhere to send the browser.


def test_a_redirect_uri_must_match_character_by_character(sandbox, login_client, merchant):
    msn = merchant.keys["merchant_serial_number"]
    sandbox.sales_unit(msn, loginRedirectUris=[CALLBACK])

    assert login_client.authorize().status_code == 302
    for other in (CALLBACK + "/", CALLBACK + "?a=b", CALLBACK.replace("https", "HTTPS"), "http://localhost/callback"):
        answer = login_client.authorize(redirect_uri=other)
        assert oauth(answer) == (400, "invalid_request")
        assert CALLBACK in answer.json()["error_debug"]


@pytest.mark.parametrize("uri", ["http://localhost:8000/callback", "http://127.0.0.1/", "myapp://callback", CALLBACK])
def test_any_fit_redirect_uri_is_good_until_there_is_a_list(login_client, uri):
    assert login_client.press(login_client.authorize(redirect_uri=uri).headers["Location"]).startswith(uri)


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "",
        "http://example.com/callback",
        f"{CALLBACK}#fragment",
        "myapp://",
        "/callback",
        "javascript:alert(1)",
        "https://",
        "https://[/",
        "https://example.com/a b",
        "https://example.com/\r\nSet-Cookie: a=b",
        "https://exämple.com/",
    ],
)
def test_an_unfit_redirect_uri_is_never_followed(login_client, uri):
    assert oauth(login_client.authorize(redirect_uri=uri)) == (400, "invalid_request")


@pytest.mark.parametrize("client_id", [None, "nobody"])
def test_an_unknown_client_stays_here(login_client, client_id):
    assert oauth(login_client.authorize(client_id=client_id)) == (401, "invalid_client")


def test_a_sales_unit_without_login_stays_here(sandbox, login_client, merchant):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], loginAllowed=False)

    assert oauth(login_client.authorize()) == (400, "unauthorized_client")
    assert oauth(login_client.exchange("code")) == (400, "unauthorized_client")


# What goes back with the browser.


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"state": "1234567"}, "invalid_state"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "name"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid shoeSize"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"market": "IS"}, "invalid_request"),
        ({"acr_values": "urn:other"}, "invalid_request"),
        ({"requested_flow": "by_carrier_pigeon"}, "invalid_request"),
        ({"app_callback_uri": "myapp://back"}, "invalid_request"),
        ({"requested_flow": "app_to_app", "app_callback_uri": "no address"}, "invalid_app_callback_uri"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://example.com/request"}, "request_uri_not_supported"),
    ],
)
def test_what_is_wrong_goes_back_with_the_browser(login_client, changes, error):
    back = login_client.refused(**changes)

    assert back["error"] == error
    assert back["error_description"]
    assert back["state"] == changes.get("state", "some-state-1")


def test_a_missing_state_is_refused_without_one(login_client):
    assert set(login_client.refused(state=None)) == {"error", "error_description"}


def test_an_app_callback_must_be_registered_as_a_redirect_uri(sandbox, login_client, merchant):
    msn = merchant.keys["merchant_serial_number"]
    flow = {"requested_flow": "app_to_app_v2", "app_callback_uri": "myapp://back"}
    sandbox.sales_unit(msn, loginRedirectUris=[CALLBACK])
    assert login_client.refused(**flow)["error"] == "app_callback_uri_not_registered"

    sandbox.sales_unit(msn, loginRedirectUris=[CALLBACK, "myapp://back"])

    assert "code" in login_client.approve(**flow, market="DK", final_redirect_is_app="true", prompt="login")


def test_the_customer_says_no(login_client):
    phone = login_client.authorize().headers["Location"]

    back = query(login_client.press(phone, "abort"))

    assert (back["error"], back["state"]) == ("access_denied", "some-state-1")
    assert "code" not in back


@pytest.mark.parametrize(
    "failure", ["server_error", "outdated_app_version", "wrong_challenge", "unknown_reject_reason"]
)
def test_what_goes_wrong_in_the_app_is_on_demand(sandbox, login_client, failure):
    sandbox.settings(loginFailsWith=failure)
    assert login_client.approve()["error"] == failure

    sandbox.settings(loginFailsWith=None)

    assert "code" in login_client.approve()


def test_a_login_nobody_decides_expires(sandbox, login_client, http):
    phone = login_client.authorize().headers["Location"]
    sandbox.advance(600)

    page = http.get(phone)

    assert "This login has expired." in page.text
    assert "<form" not in page.text
    assert urlsplit(login_client.press(phone)).path == "/landing"


# Scopes.


@pytest.mark.parametrize("scope", ["gender", "nin", "paymentSourceReferences"])
def test_a_scope_out_of_plan_is_dropped(sandbox, login_client, scope):
    assert login_client.approve(scope=f"openid {scope} name")["scope"] == "openid name"


@pytest.mark.parametrize("scope", ["gender", "nin", "paymentSourceReferences"])
def test_a_scope_out_of_plan_is_refused_if_the_sandbox_is_set_so(sandbox, login_client, scope):
    sandbox.settings(loginScopesOutOfPlan="invalid_scope")

    assert login_client.refused(scope=f"openid {scope} name")["error"] == "invalid_scope"


def test_a_plan_can_have_every_scope(sandbox, login_client, merchant, http):
    sandbox.sales_unit(
        merchant.keys["merchant_serial_number"],
        loginScopes=["birthDate", "gender", "delegatedConsents", "paymentSourceReferences"],
        nationalIdentityNumberAllowed=True,
    )
    every = "openid name phoneNumber email address birthDate gender nin delegatedConsents paymentSourceReferences"

    phone = http.get(login_client.authorize(scope=every).headers["Location"])

    assert query(login_client.press(phone.url))["scope"] == every
    for word in ("name", "phone number", "email address", "addresses", "date of birth", "gender", "national identity"):
        assert f"your {word}" in phone.text


def test_an_old_clients_scope_changes_nothing(login_client):
    assert "code" in login_client.approve(scope="openid name api_version_2")


# The token endpoint.


def test_a_code_works_once_and_a_second_use_takes_the_token_back(login_client):
    code = login_client.approve()["code"]
    token = login_client.exchange(code).json()["access_token"]
    assert login_client.userinfo(token).status_code == 200

    assert oauth(login_client.exchange(code)) == (400, "invalid_grant")

    assert login_client.userinfo(token).status_code == 401


def test_a_code_lives_ten_minutes(sandbox, login_client):
    code = login_client.approve()["code"]
    sandbox.advance(600)

    assert oauth(login_client.exchange(code)) == (400, "invalid_grant")


def test_a_code_is_bound_to_its_client_and_its_redirect_uri(login_client, other_login_client):
    code = login_client.approve()["code"]

    assert oauth(other_login_client.exchange(code)) == (400, "invalid_grant")
    assert oauth(login_client.exchange(code, redirect_uri=CALLBACK + "/")) == (400, "invalid_grant")
    assert login_client.exchange(code).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"code": "nonsense"}, "invalid_grant"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused(login_client, changes, error):
    code = login_client.approve()["code"]

    assert oauth(login_client.exchange(**{"code": code, **changes})) == (400, error)


@pytest.mark.parametrize(("method", "challenge"), [("S256", CHALLENGE), ("plain", VERIFIER), (None, VERIFIER)])
def test_pkce_wants_the_right_verifier(login_client, method, challenge):
    code = login_client.approve(code_challenge=challenge, code_challenge_method=method)["code"]

    for wrong in (None, "short", "x" * 43):
        assert oauth(login_client.exchange(code, code_verifier=wrong)) == (400, "invalid_grant")
    assert login_client.exchange(code, code_verifier=VERIFIER).status_code == 200


def test_a_verifier_without_a_challenge_is_refused(login_client):
    answer = login_client.exchange(login_client.approve()["code"], code_verifier=VERIFIER)

    assert oauth(answer) == (400, "invalid_grant")


# Who is the client?


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic"},
        {"Authorization": "Basic not-base64"},
        {"Authorization": "Basic " + base64.b64encode(b"nobody:secret").decode()},
        {"Authorization": "Digest abc"},
        {"Authorization": "Bearer nonsense"},
    ],
)
def test_an_unknown_client_gets_no_token(login_client, headers):
    answer = login_client.exchange(login_client.approve()["code"], auth=None, headers=headers)

    assert oauth(answer) == (401, "invalid_client")


def test_a_wrong_secret_gets_no_token(login_client):
    answer = login_client.exchange(login_client.approve()["code"], auth=(login_client.client_id, "wrong"))

    assert oauth(answer) == (401, "invalid_client")


def test_a_percent_encoded_secret_is_understood(login_client):
    encoded = tuple(quote(half, safe="") for half in login_client.basic)

    assert login_client.exchange(login_client.approve()["code"], auth=encoded).status_code == 200


def test_basic_and_post_are_a_choice_of_the_portal(sandbox, login_client, merchant):
    client_id, client_secret = login_client.basic
    form = {"client_id": client_id, "client_secret": client_secret, "auth": None}
    code = login_client.approve()["code"]
    assert oauth(login_client.exchange(code, **form)) == (401, "invalid_client")

    msn = merchant.keys["merchant_serial_number"]
    sandbox.sales_unit(msn, loginTokenEndpointAuthMethod="client_secret_post")

    refused = login_client.exchange(code)
    assert oauth(refused) == (401, "invalid_client")
    assert "client_secret_post" in refused.json()["error_debug"]
    assert login_client.exchange(code, **form).status_code == 200


def test_two_introductions_at_once_are_refused(login_client):
    client_id, client_secret = login_client.basic

    answer = login_client.exchange("code", client_id=client_id, client_secret=client_secret)

    assert oauth(answer) == (400, "invalid_request")


def test_keys_that_are_no_sales_units_do_not_log_in(sandbox, login_client):
    partner = sandbox.keys("partner")

    answer = login_client.exchange("code", auth=(partner["client_id"], partner["client_secret"]))

    assert oauth(answer) == (401, "invalid_client")


def test_a_partner_names_the_sales_unit_by_msn_and_shows_a_bearer_token(sandbox, login_client, partner):
    msn = sandbox.keys()["merchant_serial_number"]
    moved = login_client.authorize(client_id=None, msn=msn)
    assert query(moved.headers["Location"])["client_id"] == login_client.client_id
    phone = login_client.http.get(moved.headers["Location"], allow_redirects=False).headers["Location"]
    code = query(login_client.press(phone))["code"]
    bearer = {"Authorization": partner.headers["Authorization"]}

    without = login_client.exchange(code, auth=None, headers=bearer)
    with_msn = login_client.exchange(code, auth=None, headers={**bearer, "Merchant-Serial-Number": msn})

    assert oauth(without) == (403, "unauthorized_client")
    assert with_msn.status_code == 200


def test_a_partner_needs_a_known_msn(login_client):
    assert oauth(login_client.authorize(client_id=None, msn="999999")) == (401, "invalid_client")


def test_a_merchants_bearer_token_is_not_a_clients(login_client, merchant):
    answer = login_client.exchange(login_client.approve()["code"], auth=None, headers=merchant.headers)

    assert oauth(answer) == (401, "invalid_client")


# Tokens: whose they are, and for how long.


def test_a_persons_token_opens_nothing_else(login_client, merchant):
    token = login_client.login()["access_token"]

    merchant.headers["Authorization"] = f"Bearer {token}"

    assert merchant.get("/epayment/v1/payments/order-0001").status_code == 401


def test_an_id_token_is_no_access_token(login_client, merchant):
    id_token = login_client.login()["id_token"]
    assert login_client.userinfo(id_token).status_code == 401

    merchant.headers["Authorization"] = f"Bearer {id_token}"

    assert merchant.get("/epayment/v1/payments/order-0001").status_code == 401


def test_a_revoked_token_opens_nothing(login_client, other_login_client):
    token = login_client.login()["access_token"]
    assert other_login_client.revoke(token).status_code == 200
    assert login_client.userinfo(token).status_code == 200  # a stranger cannot take it back

    assert login_client.revoke(token).status_code == 200

    assert login_client.userinfo(token).status_code == 401
    assert login_client.revoke(token).status_code == 200
    assert oauth(login_client.revoke(None)) == (400, "invalid_request")


def test_tokens_of_another_sandbox_are_worthless(login_client, http):
    token = login_client.login()
    with Sandbox(seed=1, sales_units=3) as other:
        client = LoginClient(other.base_url, other.keys(), http)
        assert client.client_id == login_client.client_id
        client.login()

        assert client.userinfo(token["access_token"]).status_code == 401
        with pytest.raises(jwt.InvalidSignatureError):
            claims_of(token["id_token"], client.key_set(), client.client_id)


def test_keys_outlive_a_reset_and_logins_do_not(sandbox, login_client):
    before, token = login_client.key_set(), login_client.login()["access_token"]

    sandbox.reset(seed=1)

    assert login_client.key_set() == before
    assert login_client.userinfo(token).status_code == 401


def test_no_private_half_is_published(login_client):
    for key in login_client.key_set()["keys"]:
        assert {"use", "kty", "kid", "alg"} <= set(key)
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)


def test_the_log_shows_neither_code_nor_token(sandbox, login_client):
    code = login_client.approve()["code"]
    token = login_client.exchange(code).json()
    login_client.userinfo(token["access_token"])
    login_client.revoke(token["access_token"])

    log = str(sandbox.requests())

    assert log
    for secret in (code, *(token[name] for name in ("access_token", "id_token"))):
        assert secret not in log


def test_the_overview_counts_logins(sandbox, login_client):
    login_client.authorize()

    assert sandbox.overview()["counts"]["logins"] == 1
