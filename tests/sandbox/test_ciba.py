"""Login from a phone number: asked by the merchant's system, confirmed in the app, fetched by polling or a browser."""

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from tests.conftest import Answer
from tests.sandbox.login_client import (
    ACCESS,
    CALLBACK,
    CIBA_GRANT,
    REDIRECT_GRANT,
    oauth,
    query,
)
from vipps_nb.sandbox.apis.login.app import put_on_phone
from vipps_nb.sandbox.apis.login.models import MerchantLogin
from vipps_nb.sandbox.errors import SandboxError
from vipps_nb.sandbox.world.event_bus import EventBus
from vipps_nb.sandbox.world.sales_unit import KeyStore
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import Backend

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PING = "login.merchant-initiated.ping.v1"
WEBPAGE = {"requested_flow": "login_to_webpage", "redirect_uri": CALLBACK}


@pytest.fixture
def asked(login_client):
    """The name of a login that waits on the phone."""
    return login_client.begin().json()["auth_req_id"]


def phone_of(login_client, auth_req_id):
    return f"{login_client.base_url}/landing?token={auth_req_id}"


def claims_of(login_client, id_token, algorithm):
    key = jwt.PyJWKSet.from_dict(login_client.key_set())[jwt.get_unverified_header(id_token)["kid"]]
    options = {"verify_exp": False}  # the world's clock stands in the past
    return jwt.decode(id_token, key, algorithms=[algorithm], audience=login_client.client_id, options=options)


def test_a_login_goes_from_pending_to_tokens(sandbox, login_client):
    begun = login_client.begin().json()
    assert (begun["expires_in"], begun["interval"]) == (600, 5)
    assert oauth(login_client.poll(begun["auth_req_id"])) == (400, "authorization_pending")

    report = sandbox.approve(auth_req_id=begun["auth_req_id"])
    sandbox.advance(5)
    token = login_client.poll(begun["auth_req_id"]).json()

    assert (report["state"], report["approved"]) == ("APPROVED", True)
    claims = claims_of(login_client, token["id_token"], "RS256")
    assert claims["iss"] == f"{sandbox.base_url}{ACCESS}/"
    assert claims["sub"] == login_client.userinfo(token["access_token"]).json()["sub"]
    assert login_client.userinfo(token["access_token"]).json()["name"] == "Kari Nordmann"


def test_tokens_are_fetched_once(sandbox, login_client, asked):
    sandbox.approve(auth_req_id=asked)
    assert login_client.poll(asked).status_code == 200

    assert oauth(login_client.poll(asked)) == (400, "invalid_grant")


def test_polling_too_fast_is_told_to_slow_down(sandbox, login_client, asked):
    login_client.poll(asked)
    sandbox.advance(4)
    assert oauth(login_client.poll(asked)) == (400, "slow_down")
    sandbox.advance(4)  # the impatient poll counts too
    assert oauth(login_client.poll(asked)) == (400, "slow_down")

    sandbox.advance(5)

    assert oauth(login_client.poll(asked)) == (400, "authorization_pending")


def test_a_no_ends_the_polling(sandbox, login_client, asked):
    report = sandbox.abort(auth_req_id=asked)

    assert report["aborted"] is True
    assert oauth(login_client.poll(asked)) == (400, "access_denied")


@pytest.mark.parametrize("seconds", [60, 900])
def test_a_login_expires_when_the_merchant_says(sandbox, login_client, seconds):
    begun = login_client.begin(requested_expiry=seconds).json()
    assert begun["expires_in"] == seconds
    sandbox.advance(seconds - 1)
    assert oauth(login_client.poll(begun["auth_req_id"])) == (400, "authorization_pending")

    sandbox.advance(5)

    assert oauth(login_client.poll(begun["auth_req_id"])) == (400, "expired_token")
    with pytest.raises(SandboxError, match="EXPIRED"):
        sandbox.approve(auth_req_id=begun["auth_req_id"])


@pytest.mark.parametrize("flow", [{}, WEBPAGE])
def test_tokens_must_be_fetched_in_time_too(sandbox, login_client, flow):
    asked = login_client.begin(**flow).json()["auth_req_id"]
    sandbox.approve(auth_req_id=asked)
    sandbox.advance(600)

    assert oauth(login_client.poll(asked)) == (400, "expired_token")


def test_the_phone_shows_the_binding_message(sandbox, login_client, http):
    begun = login_client.begin(binding_message="4MZ-CQ3").json()

    page = http.get(phone_of(login_client, begun["auth_req_id"]))
    after = http.post(page.url, data={"decision": "approve"})

    assert "4MZ-CQ3" in page.text
    assert "You share your name." in page.text
    assert "You are logged in." in after.text
    assert login_client.poll(begun["auth_req_id"]).status_code == 200


@pytest.mark.parametrize("message", ["ABCD", "ABCDEFGHI", "abc-123", "AB CD", "ÆØÅ-1"])
def test_a_binding_message_has_a_form(login_client, message):
    assert oauth(login_client.begin(binding_message=message)) == (400, "invalid_binding_message")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"login_hint": None}, "invalid_request"),
        ({"login_hint": "4712345678"}, "invalid_request"),
        ({"login_hint": "urn:msisdn:12345678"}, "invalid_request"),
        ({"login_hint": "urn:customer-token:"}, "invalid_request"),
        ({"requested_expiry": 59}, "invalid_request"),
        ({"requested_expiry": 901}, "invalid_request"),
        ({"requested_expiry": "soon"}, "invalid_request"),
        ({"scope": "name"}, "invalid_scope"),
        ({"scope": "openid nnin"}, "invalid_scope"),
        ({"requested_flow": "login_to_webpage"}, "invalid_request"),
        ({"requested_flow": "app_to_app", "redirect_uri": CALLBACK}, "invalid_request"),
        ({"redirect_uri": CALLBACK}, "invalid_request"),
        ({**WEBPAGE, "redirect_uri": "http://example.com/"}, "invalid_request"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(login_client, changes, error):
    assert oauth(login_client.begin(**changes)) == (400, error)


@pytest.mark.parametrize("hint", ["urn:msisdn:4587654321", "urn:mobilenumber:87654321", "urn:customer-token:a-token"])
def test_a_person_can_be_named_in_three_ways(sandbox, login_client, hint):
    begun = login_client.begin(login_hint=hint, scope="openid phoneNumber").json()
    sandbox.approve(auth_req_id=begun["auth_req_id"])
    token = login_client.poll(begun["auth_req_id"]).json()["access_token"]

    number = {"urn:msisdn:4587654321": "4587654321", "urn:mobilenumber:87654321": "4787654321"}.get(hint, "4712345678")
    assert login_client.userinfo(token).json()["phone_number"] == number


def test_a_customer_who_checked_in_is_known_by_token(sandbox, merchant, login_client, other_login_client):
    merchant.put("/qr/v1/merchant-callback/till-1", {"locationDescription": "Till 1"})
    told = sandbox.scan(merchant_qr_id="till-1", phone_number="4587654321")["checkedIn"]
    hint = {"login_hint": f"urn:customer-token:{told['customerToken']}", "scope": "openid phoneNumber"}

    begun = login_client.begin(**hint).json()
    sandbox.approve(auth_req_id=begun["auth_req_id"])
    token = login_client.poll(begun["auth_req_id"]).json()["access_token"]

    assert login_client.userinfo(token).json()["phone_number"] == "4587654321"
    assert oauth(other_login_client.begin(**hint)) == (400, "expired_login_hint_token")
    sandbox.advance(900)
    assert oauth(login_client.begin(**hint)) == (400, "expired_login_hint_token")


def test_somebody_exists_or_not(sandbox, login_client):
    sandbox.settings(unknownPhoneNumbers=["4700000000"])

    assert login_client.exists().json() == {"exists": True}
    assert login_client.exists("urn:msisdn:4700000000").json() == {"exists": False}
    assert oauth(login_client.begin(login_hint="urn:msisdn:4700000000")) == (400, "invalid_user")
    assert oauth(login_client.exists(None)) == (400, "invalid_request")


def test_an_old_app_cannot_do_this(sandbox, login_client):
    sandbox.settings(loginFailsWith="outdated_app_version")

    assert oauth(login_client.begin()) == (400, "old_app")


def test_what_goes_wrong_in_the_app_ends_the_polling(sandbox, login_client, asked):
    sandbox.settings(loginFailsWith="server_error")

    report = sandbox.approve(auth_req_id=asked)

    assert (report["approved"], report["state"]) == (False, "REJECTED")
    assert oauth(login_client.poll(asked)) == (400, "access_denied")


def test_nobodys_phone_rings_for_six_at_once(sandbox, login_client):
    for _ in range(6):
        assert login_client.begin().status_code == 200
    sandbox.settings(rateLimits=True)
    sandbox.advance(100)

    busy = login_client.begin()

    assert busy.status_code == 429
    assert busy.headers["Retry-After"] == "500"
    assert login_client.begin(login_hint="urn:msisdn:4587654321").status_code == 200
    sandbox.advance(500)
    assert login_client.begin().status_code == 200


def test_a_stranger_cannot_poll(sandbox, login_client, other_login_client, asked):
    sandbox.approve(auth_req_id=asked)

    assert oauth(other_login_client.poll(asked)) == (400, "invalid_grant")
    assert oauth(login_client.poll("nonsense")) == (400, "invalid_grant")
    assert oauth(login_client.token(grant_type=CIBA_GRANT)) == (400, "invalid_request")


@pytest.mark.parametrize(
    "path", ["/vipps-login-ciba/api/backchannel/authentication", "/vipps-login-ciba/api/v1/user-exists"]
)
def test_the_client_must_be_known(sandbox, login_client, http, path):
    assert oauth(http.post(sandbox.base_url + path, data={"login_hint": "urn:msisdn:4712345678"})) == (
        401,
        "invalid_client",
    )


# On to the merchant's page.


def test_a_browser_brings_the_code(sandbox, login_client):
    auth_req_id = login_client.begin(**WEBPAGE).json()["auth_req_id"]
    back = login_client.press(phone_of(login_client, auth_req_id))
    assert set(query(back)) == {"code"}

    token = login_client.token(grant_type=REDIRECT_GRANT, code=query(back)["code"]).json()

    claims = claims_of(login_client, token["id_token"], "ES256")
    assert set(claims) == {"aud", "sub", "auth_req_id", "iss", "exp", "iat"}
    assert claims["auth_req_id"] == auth_req_id
    assert claims["aud"] == login_client.client_id
    assert login_client.userinfo(token["access_token"]).json()["sub"] == claims["sub"]


def test_the_token_call_is_allowed_once(sandbox, login_client):
    auth_req_id = login_client.begin(**WEBPAGE).json()["auth_req_id"]
    code = query(login_client.press(phone_of(login_client, auth_req_id)))["code"]
    assert login_client.poll(auth_req_id).status_code == 200  # polling has used it up

    assert oauth(login_client.token(grant_type=REDIRECT_GRANT, code=code)) == (400, "invalid_grant")


def test_each_code_has_its_own_grant_type(login_client):
    auth_req_id = login_client.begin(**WEBPAGE).json()["auth_req_id"]
    of_phone = query(login_client.press(phone_of(login_client, auth_req_id)))["code"]
    of_browser = login_client.approve()["code"]

    assert oauth(login_client.exchange(of_phone)) == (400, "invalid_grant")
    assert oauth(login_client.token(grant_type=REDIRECT_GRANT, code=of_browser)) == (400, "invalid_grant")


def test_a_no_goes_back_with_the_browser_too(login_client):
    auth_req_id = login_client.begin(**WEBPAGE).json()["auth_req_id"]

    back = query(login_client.press(phone_of(login_client, auth_req_id), "abort"))

    assert back["error"] == "access_denied"
    assert "code" not in back


# The webhook instead of polling. Who listens is the business of another page, so here we listen ourselves.


@pytest.fixture
def world():
    backend = Backend(1, KeyStore(1, 1), Settings(), "http://127.0.0.1:8080")
    backend.world.clock.set(now=NOON, held=True)
    return backend.world


def waiting(world, **changes):
    """A login on the phone."""
    [msn] = world.keys.units
    asked = {
        "msn": msn,
        "client_id": world.unit(msn).keys.client_id,
        "scope": ["openid"],
        "phone_number": "4712345678",
        "asked": NOON,
        "expires": NOON + timedelta(minutes=10),
        "auth_req_id": "some-auth-req-id",
        **changes,
    }
    put_on_phone(world, MerchantLogin(**asked), "some-token")
    return world.phone.get("some-token")


@pytest.mark.parametrize("decision", ["approve", "abort"])
def test_a_decision_is_announced(world, decision):
    heard = []
    world.records(EventBus).subscribe(heard.append)
    phone = waiting(world)

    getattr(phone, decision)()

    [ping] = heard
    assert (ping.event, ping.subject) == (PING, "some-auth-req-id")
    assert ping.payload == {"auth_req_id": "some-auth-req-id"}
    assert (ping.msn, ping.moment) == (phone.msn, NOON)


def test_a_merchant_who_is_told_need_not_poll(sandbox, merchant, login_client, serve):
    server = serve(lambda seen: Answer())
    hook = {"url": f"{server.base_url}/hook", "events": [PING]}
    assert merchant.post("/webhooks/v1/webhooks", hook).status_code == 201
    asked = login_client.begin().json()["auth_req_id"]

    sandbox.approve(auth_req_id=asked)
    sandbox.deliveries()

    [told] = [json.loads(seen.body) for seen in server.seen]
    assert told == {"auth_req_id": asked}
    assert login_client.poll(told["auth_req_id"]).status_code == 200


def test_a_login_that_ends_in_a_browser_is_not_announced(world):
    heard = []
    world.records(EventBus).subscribe(heard.append)

    waiting(world, redirect_uri=CALLBACK).approve()

    assert heard == []
