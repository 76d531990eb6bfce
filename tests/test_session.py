"""What goes over the wire, what does not, and what a caller gets back."""

from __future__ import annotations

import dataclasses
import json
import logging
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from vipps_nb import ApiError, Environment, NotLoggedInError, ReadOnlyError, VippsSession
from vipps_nb.auth.auth_scheme import SECRET_HEADERS

from .conftest import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY, Answer

TOKEN = "eyJ0eXAi.the-token.itself"


def speaks(api=lambda seen: Answer(), tokens=None):
    """A server with a token endpoint, and an API behind it."""
    numbers = iter(range(1, 10_000))
    lock = threading.Lock()

    def script(seen):
        if not seen.path.startswith(("/accesstoken", "/miami")):
            return api(seen)
        with lock:
            number = next(numbers)
        token = f"{TOKEN}-{number}"
        if tokens is not None:
            tokens.append(token)
        now = int(time.time())
        life = {"expires_in": "3599", "expires_on": str(now + 3599)}
        return Answer(body=json.dumps({"token_type": "Bearer", "access_token": token, **life}).encode())

    return script


def calls(server):
    return [seen for seen in server.seen if not seen.path.lower().startswith(("/accesstoken", "/miami"))]


@pytest.fixture
def server(serve):
    return serve(speaks())


@pytest.fixture
def session(server, credentials):
    return VippsSession(credentials, server.environment)


def test_a_path_is_enough_and_the_introduction_is_complete(server, session):
    session.get("/epayment/v1/payments/abc")

    (seen,) = calls(server)
    assert seen.path == "/epayment/v1/payments/abc"
    assert seen.headers["Authorization"] == f"Bearer {TOKEN}-1"
    assert seen.headers["Ocp-Apim-Subscription-Key"] == SUBSCRIPTION_KEY
    assert seen.headers["Merchant-Serial-Number"] == MSN
    assert seen.headers["Vipps-System-Name"] == "vipps_nb"
    for name in ("Version", "Plugin-Name", "Plugin-Version"):
        assert seen.headers[f"Vipps-System-{name}"]  # Checkout wants all four
    assert "client_secret" not in seen.headers
    assert "Idempotency-Key" not in seen.headers


def test_no_secret_is_kept_where_people_look(session, capsys, caplog):
    with caplog.at_level(logging.DEBUG):
        response = session.post("/epayment/v1/payments", json={"a": 1})

    shown = repr(session) + repr(session.headers) + repr(vars(session)) + repr(session.credentials) + caplog.text
    shown += repr(response.request.headers) + repr(vars(response)) + repr(vars(response.request))
    for secret in (CLIENT_SECRET, SUBSCRIPTION_KEY, TOKEN):
        assert secret not in shown
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(session)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_write_gets_an_idempotency_key_that_is_shown_and_kept_when_sent_again(server, session, method):
    response = getattr(session, method)("/epayment/v1/payments")
    session.send(response.request)

    first, second = calls(server)
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert response.request.headers["Idempotency-Key"] == first.headers["Idempotency-Key"]
    assert second.headers["Authorization"].startswith("Bearer ")


def test_ecom_gets_its_key_under_its_own_name(server, session):
    session.post("/ecomm/v2/payments/order-1/capture")

    (seen,) = calls(server)
    assert 1 <= len(seen.headers["X-Request-Id"]) <= 40
    assert "Idempotency-Key" not in seen.headers


def test_the_callers_own_headers_win(server, session):
    own = {"idempotency-key": "mine", "Merchant-Serial-Number": "999", "Authorization": "Bearer a-persons"}

    session.post("/epayment/v1/payments", headers=own)

    (seen,) = calls(server)
    assert {name.lower(): value for name, value in seen.headers.items()}["idempotency-key"] == "mine"
    assert seen.headers["Merchant-Serial-Number"] == "999"
    assert seen.headers["Authorization"] == "Bearer a-persons"


@pytest.mark.parametrize(
    ("path", "has", "has_not"),
    [
        ("/recurring/v3/agreements", {"Authorization", "Ocp-Apim-Subscription-Key"}, {"client_secret"}),
        ("/checkout/v3/session", {"client_id", "client_secret", "Ocp-Apim-Subscription-Key"}, {"Authorization"}),
        ("/vipps-userinfo-api/userinfo/", {"Authorization"}, {"Ocp-Apim-Subscription-Key", "client_secret"}),
        ("/vipps-userinfo-api/userinfo/some-sub", {"Authorization", "Ocp-Apim-Subscription-Key"}, set()),
        ("/access-management-1.0/access/.well-known/jwks.json", set(), set(SECRET_HEADERS)),
        ("/access-management-1.0/access/oauth2/token", {"Authorization"}, {"Ocp-Apim-Subscription-Key"}),
        ("/access-management-1.0/access/oauth2/auth", set(), {*SECRET_HEADERS, "Merchant-Serial-Number"}),
        ("/vipps-login-ciba/api/v1/user-exists", {"Authorization"}, {"Ocp-Apim-Subscription-Key"}),
        ("/landing", set(), {*SECRET_HEADERS, "Merchant-Serial-Number"}),
        ("/accessToken/get", {"client_id", "client_secret", "Ocp-Apim-Subscription-Key"}, {"Authorization"}),
        ("/webhooks/v1/webhooks", {"Authorization", "Ocp-Apim-Subscription-Key", "Merchant-Serial-Number"}, set()),
        *(
            (path, {"Authorization", "Ocp-Apim-Subscription-Key"}, {"Merchant-Serial-Number", "client_secret"})
            for path in (
                "/management/v1/sales-units",
                "/settlement/v1/ledgers",
                "/report/v2/ledgers/1/funds/feed",
                "/donations/v1/reports/payments",
            )
        ),
    ],
)
def test_each_api_gets_the_introduction_it_wants(server, session, path, has, has_not):
    session.get(path)

    seen = next(seen for seen in server.seen if seen.path == path)
    assert has <= seen.headers.keys()
    assert not has_not & seen.headers.keys()


@pytest.mark.parametrize(
    "path", ["/access-management-1.0/access/oauth2/token", "/vipps-login-ciba/api/backchannel/authentication"]
)
def test_login_knows_a_merchant_by_its_keys_and_a_partner_by_its_token(server, credentials, path):
    partner = dataclasses.replace(credentials, key_type="partner")

    for keys in (credentials, partner):
        VippsSession(keys, server.environment).post(path, data={"grant_type": "authorization_code"})

    of_merchant, of_partner = (seen for seen in server.seen if seen.path == path)
    assert of_merchant.headers["Authorization"].startswith("Basic ")
    assert of_partner.headers["Authorization"] == f"Bearer {TOKEN}-1"
    assert of_partner.headers["Merchant-Serial-Number"] == credentials.merchant_serial_number
    for seen in (of_merchant, of_partner):
        assert not {"Ocp-Apim-Subscription-Key", "Idempotency-Key"} & seen.headers.keys()


def test_a_persons_token_is_sent_as_it_is_and_never_renewed(serve, credentials):
    tokens = []
    server = serve(speaks(lambda seen: Answer(401), tokens))
    session = VippsSession(credentials, server.environment)

    session.get("/vipps-userinfo-api/userinfo/", headers={"Authorization": "Bearer a-persons"})

    (seen,) = calls(server)
    assert seen.headers["Authorization"] == "Bearer a-persons"
    assert "Ocp-Apim-Subscription-Key" not in seen.headers
    assert tokens == []


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("accounting", "/report/v2/ledgers/1/funds/feed"),
        ("donations", "/donations/v1/reports/payments"),
        ("management", "/management/v1/sales-units"),
    ],
)
def test_tokens_of_specialized_keys_take_no_subscription_key(server, credentials, kind, path):
    keys = dataclasses.replace(credentials, key_type=kind)
    VippsSession(keys, server.environment).get(path)

    (seen,) = calls(server)
    assert seen.headers["Authorization"].startswith("Bearer ")
    assert "Ocp-Apim-Subscription-Key" not in seen.headers


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_to_another_host_takes_no_secret_along(serve, credentials, status):
    stranger = serve(lambda seen: Answer())
    server = serve(speaks(lambda seen: Answer(status, headers={"Location": stranger.base_url + "/x"})))

    VippsSession(credentials, server.environment).get("/epayment/v1/payments/abc")

    (seen,) = stranger.seen
    assert not {*SECRET_HEADERS, "Merchant-Serial-Number"} & seen.headers.keys()


def test_a_redirect_back_home_is_introduced_again(serve, credentials):
    server = serve(speaks(lambda seen: Answer(302, headers={"Location": "/b"}) if seen.path == "/a" else Answer()))

    VippsSession(credentials, server.environment).get("/a")

    assert calls(server)[1].headers["Authorization"] == f"Bearer {TOKEN}-1"


def test_an_absolute_url_of_a_stranger_gets_nothing(serve, session):
    stranger = serve(lambda seen: Answer())

    session.get(stranger.base_url + "/epayment/v1/payments/abc")
    session.post(stranger.base_url + "/epayment/v1/payments")

    for seen in stranger.seen:
        assert not {*SECRET_HEADERS, "Merchant-Serial-Number", "Idempotency-Key"} & seen.headers.keys()


def test_two_slashes_at_the_start_are_still_a_path(server, session):
    session.get("//epayment/v1/payments/abc")

    assert calls(server)[0].path == "/epayment/v1/payments/abc"


def test_netrc_cannot_replace_the_token(server, session, nowhere, monkeypatch):
    (nowhere / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(nowhere / "netrc"))

    session.get("/epayment/v1/payments/abc")

    assert calls(server)[0].headers["Authorization"] == f"Bearer {TOKEN}-1"


def test_an_unexpected_401_renews_once_and_sends_the_same_request_once_more(serve, credentials):
    tokens = []
    server = serve(speaks(lambda seen: Answer(401 if seen.headers["Authorization"].endswith("-1") else 200), tokens))

    response = VippsSession(credentials, server.environment).post("/epayment/v1/payments", json={"a": 1})

    first, second = calls(server)
    assert response.status_code == 200
    assert (first.body, first.headers["Idempotency-Key"]) == (second.body, second.headers["Idempotency-Key"])
    assert len(tokens) == 2


def test_a_401_that_stays_is_handed_back(serve, credentials):
    server = serve(speaks(lambda seen: Answer(401)))

    assert VippsSession(credentials, server.environment).get("/epayment/v1/x").status_code == 401
    assert len(calls(server)) == 2


def test_a_storm_of_401s_makes_one_renewal(serve, credentials):
    tokens = []
    server = serve(speaks(lambda seen: Answer(401 if seen.headers["Authorization"].endswith("-1") else 200), tokens))
    session = VippsSession(credentials, server.environment)
    session.token  # noqa: B018 - everybody starts with the token that will be refused

    with ThreadPoolExecutor(32) as threads:
        statuses = list(threads.map(lambda _: session.get("/epayment/v1/x").status_code, range(64)))

    assert set(statuses) == {200}
    assert len(tokens) == 2


def test_a_refusal_is_an_answer_until_raise_for_status(serve, credentials):
    body = {"title": "Capture amount too high", "extraDetails": [{"name": "ErrorCode", "reason": "6090"}]}
    server = serve(speaks(lambda seen: Answer(400, json.dumps(body).encode())))
    capture = {"modificationAmount": {"currency": "NOK", "value": 49900}}
    response = VippsSession(credentials, server.environment).post("/epayment/v1/payments/x/capture", json=capture)

    assert isinstance(response, requests.Response)
    assert response.status_code == 400
    with pytest.raises(ApiError, match=r"400 Capture amount too high \[6090\]") as caught:
        response.raise_for_status()
    assert isinstance(caught.value, requests.HTTPError)
    assert caught.value.problem.code == "6090"
    assert caught.value.response is response
    [note] = caught.value.__notes__
    assert "What to do: Read the payment (GET /epayment/v1/payments/x) and send at most the rest." in note


def test_an_exception_of_requests_holds_no_secret(session, server):
    session.token  # noqa: B018 - fetched while the server still answers
    server.close()

    with pytest.raises(requests.ConnectionError) as caught:
        session.get("/epayment/v1/payments/abc")

    assert not set(SECRET_HEADERS) & caught.value.request.headers.keys()


def test_every_call_has_a_time_out(session, server, monkeypatch):
    session.timeout = 0.05
    server.script = lambda seen, says=server.script: (time.sleep(0.5) if "slow" in seen.path else None) or says(seen)

    with pytest.raises(requests.Timeout):
        session.get("/slow")


def test_another_merchant_shares_the_token(server, session):
    session.as_merchant("654321").get("/epayment/v1/payments/abc")
    session.get("/epayment/v1/payments/abc")

    other, own = calls(server)
    assert (other.headers["Merchant-Serial-Number"], own.headers["Merchant-Serial-Number"]) == ("654321", MSN)
    assert other.headers["Authorization"] == own.headers["Authorization"]


def test_production_is_read_only_until_writes_are_allowed(server, credentials):
    session = VippsSession(credentials, Environment("production", server.base_url))

    session.get("/epayment/v1/payments/abc")
    with pytest.raises(ReadOnlyError, match="Nothing was sent"):
        session.post("/epayment/v1/payments")
    assert len(calls(server)) == 1
    with session.allow_writes():
        session.post("/epayment/v1/payments")
    assert len(calls(server)) == 2


def test_plain_http_to_an_https_host_is_refused(credentials):
    session = VippsSession(credentials, Environment("test", "https://apitest.vipps.no"))

    with pytest.raises(Exception, match="over https only"):
        session.get("http://apitest.vipps.no/epayment/v1/payments/abc")


def test_a_session_that_was_logged_out_can_send_nothing(server, session):
    session.keys.forget()

    with pytest.raises(NotLoggedInError, match="has forgotten its keys"):
        session.get("/epayment/v1/payments/abc")
    assert server.seen == []
    assert CLIENT_ID not in repr(vars(session.keys))
