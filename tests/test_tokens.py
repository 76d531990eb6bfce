"""What a token is, how long it lives by which clock, and each sentence when none can be had."""

from __future__ import annotations

import json
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from vipps_nb import AccessToken, Environment, TokenRefusedError, TokenState, UnreachableError, fetch_access_token
from vipps_nb.auth.access_token import Clock

from .conftest import CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY, Answer

NOW = 1_800_000_000.0


def answer_for(lifetime=3599, *, issued=NOW, as_text=True, **changes):
    spell = str if as_text else int
    return {
        "token_type": "Bearer",
        "expires_in": spell(lifetime),
        "ext_expires_in": spell(0),
        "expires_on": spell(int(issued) + lifetime),
        "not_before": spell(int(issued) - 300),
        "resource": "00000002-0000-0000-c000-000000000000",
        "access_token": "a-token",
        **changes,
    }


def token_from(answer, *, wall=NOW, monotonic=100.0, date=None):
    return AccessToken.from_json(answer, asked_wall=wall, asked_monotonic=monotonic, server_date=date)


def at(seconds, *, slept=0.0, wall_step=0.0):
    """This machine's clocks so many seconds after the token was asked for."""
    return Clock(wall=lambda: NOW + seconds + wall_step, monotonic=lambda: 100.0 + seconds - slept)


@pytest.mark.parametrize("as_text", [True, False])
def test_numbers_may_be_strings_or_numbers(as_text):
    token = token_from(answer_for(as_text=as_text))

    assert token.lifetime == timedelta(seconds=3599)
    assert token.not_before == datetime.fromtimestamp(NOW - 300, UTC)
    assert token.clock_skew == timedelta(0)


def test_a_life_goes_from_fresh_over_stale_to_expired():
    token = token_from(answer_for(3600))

    assert token.state(at(0)) is TokenState.FRESH
    assert token.state(at(3239)) is TokenState.FRESH
    assert token.state(at(3240)) is TokenState.STALE
    assert token.state(at(3599)) is TokenState.STALE
    assert token.state(at(3600)) is TokenState.EXPIRED


@pytest.mark.parametrize(("life", "margin"), [(900, 90), (3600, 360), (86400, 1200), (30, 15), (300, 60)])
def test_the_margin_before_the_end_fits_the_life(life, margin):
    token = token_from(answer_for(life))

    assert token.expires_at - token.stale_at == timedelta(seconds=margin)


def test_a_suspended_laptop_does_not_keep_a_dead_token_alive():
    """The monotonic clock stands still during suspend; the wall clock does not."""
    assert token_from(answer_for(3600)).state(at(4000, slept=3900)) is TokenState.EXPIRED


def test_a_wall_clock_set_back_does_not_keep_a_dead_token_alive():
    assert token_from(answer_for(3600)).state(at(4000, wall_step=-86400)) is TokenState.EXPIRED


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_a_day_wrong_is_corrected_by_the_servers_date(days):
    server = NOW + days * 86400
    date = datetime.fromtimestamp(server, UTC)

    token = token_from(answer_for(3600, issued=server), date=date)

    assert token.clock_skew == timedelta(days=days)
    assert token.expires_at == date + timedelta(hours=1)
    assert token.state(at(0)) is TokenState.FRESH
    assert token.state(at(3600)) is TokenState.EXPIRED


def test_without_a_date_the_tokens_own_fields_tell_the_servers_time():
    token = token_from(answer_for(3600, issued=NOW + 86400))

    assert token.clock_skew == timedelta(days=1)
    assert token.state(at(10)) is TokenState.FRESH


def test_a_date_that_contradicts_the_token_is_not_believed():
    """A proxy's Date a day off must not kill every token on arrival."""
    token = token_from(answer_for(3600), date=datetime.fromtimestamp(NOW + 86400, UTC))

    assert token.state(at(10)) is TokenState.FRESH


@pytest.mark.parametrize("nonsense", [None, "soon", "", "nan", "1e999", True, [], {}])
def test_a_life_nobody_understands_is_a_very_short_one(nonsense):
    token = token_from(answer_for(expires_in=nonsense, expires_on=nonsense))

    assert token.lifetime == timedelta(seconds=60)


@pytest.mark.parametrize("life", [-5, 0])
def test_a_token_that_is_over_on_arrival_says_so(life):
    assert token_from(answer_for(life)).state(at(0)) is TokenState.EXPIRED


def test_neither_repr_nor_text_shows_the_token():
    token = token_from(answer_for(access_token="eyJ-the-secret-itself"))

    assert "eyJ" not in repr(token) + str(token) + f"{token}" + repr(token.__dict__)
    assert token.reveal() == "eyJ-the-secret-itself"


def test_standard_keys_travel_as_headers_with_an_empty_body(serve, credentials):
    server = serve(lambda seen: Answer(body=json.dumps(answer_for(issued=time.time())).encode()))

    fetch_access_token(credentials, server.environment)

    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/accesstoken/get", b"")
    assert seen.headers["Content-Length"] == "0"
    assert seen.headers["client_id"] == CLIENT_ID
    assert seen.headers["client_secret"] == CLIENT_SECRET
    assert seen.headers["Ocp-Apim-Subscription-Key"] == SUBSCRIPTION_KEY


def test_specialized_keys_travel_as_basic_with_a_form_and_without_subscription_key(serve, credentials):
    import dataclasses

    server = serve(lambda seen: Answer(body=b'{"access_token":"t","token_type":"Bearer","expires_in":900}'))

    token = fetch_access_token(dataclasses.replace(credentials, key_type="accounting"), server.environment)

    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/miami/v1/token", b"grant_type=client_credentials")
    assert seen.headers["Authorization"].startswith("Basic ")
    assert "Ocp-Apim-Subscription-Key" not in seen.headers
    assert token.lifetime == timedelta(seconds=900)


def test_netrc_cannot_replace_the_keys(serve, credentials, nowhere, monkeypatch):
    (nowhere / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(nowhere / "netrc"))
    server = serve(lambda seen: Answer(body=json.dumps(answer_for(issued=time.time())).encode()))

    fetch_access_token(credentials, server.environment)

    assert "Authorization" not in server.seen[0].headers


def test_keys_do_not_follow_a_redirect(serve, credentials):
    elsewhere = serve(lambda seen: Answer())
    server = serve(lambda seen: Answer(307, headers={"Location": elsewhere.base_url}))

    with pytest.raises((UnreachableError, TokenRefusedError)):
        fetch_access_token(credentials, server.environment)

    assert elsewhere.seen == []


AZURE = {"error": "unauthorized_client", "error_description": "AADSTS700016: not found", "error_codes": [700016]}
SECRET = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}
NO_KEY = {"statusCode": 401, "message": "Access denied due to missing subscription key. Make sure to …"}
BAD_KEY = {"statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to …"}


@pytest.mark.parametrize(
    ("name", "status", "body", "sentence"),
    [
        ("test", 401, SECRET, "The client secret from .env does not fit its client ID in the test environment"),
        ("test", 401, BAD_KEY, "The subscription key from .env is not known in the test environment"),
        ("test", 401, NO_KEY, "got no subscription key"),
        ("production", 400, AZURE, "if these are test keys, choose --env test"),
        ("test", 400, AZURE, "if these are production keys, choose --env production"),
        ("test", 403, {"message": "no"}, "were refused by the test environment"),
    ],
)
def test_a_refusal_names_the_wrong_key_and_keeps_the_servers_words(serve, credentials, name, status, body, sentence):
    server = serve(lambda seen: Answer(status, json.dumps(body).encode()))

    with pytest.raises(TokenRefusedError) as caught:
        fetch_access_token(credentials, Environment(name, server.base_url))

    assert sentence in str(caught.value)
    assert caught.value.problem.original == body
    assert CLIENT_SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            Answer(200, b"<html><title>Welcome to the hotel</title>", {"Content-Type": "text/html"}),
            "answered 200 but not with a token: an HTML page",
        ),
        (Answer(200, b'{"hello": 1}'), "answered 200 but not with a token"),
        (Answer(200, b"[]"), "answered 200 but not with a token"),
        (
            Answer(502, b"<html><title>502</title>", {"Content-Type": "text/html"}),
            "answered 502 Bad Gateway with an HTML page",
        ),
        (Answer(503, b'{"message":"down"}'), "answered 503"),
        (Answer(429, b'{"statusCode": 429, "message": "Rate limit is exceeded."}'), "answered 429 Too Many Requests"),
        (Answer(407, b"proxy wants a name", {"Content-Type": "text/plain"}), "answered 407"),
    ],
)
def test_an_answer_from_something_in_between_says_nothing_about_the_keys(serve, credentials, answer, sentence):
    server = serve(lambda seen: answer)

    with pytest.raises(UnreachableError) as caught:
        fetch_access_token(credentials, server.environment)

    assert sentence in str(caught.value)
    assert "keys" in str(caught.value)


def test_no_network_says_so_and_offers_the_sandbox(credentials):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = Environment("test", f"http://127.0.0.1:{unused.getsockname()[1]}")

        with pytest.raises(UnreachableError) as caught:
            fetch_access_token(credentials, nobody)

    assert "No connection to 127.0.0.1" in str(caught.value)
    assert "--env sandbox works" in str(caught.value)
    # Nothing of requests' exception, whose request holds the keys, hangs on.
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_a_server_that_does_not_answer_is_given_up_after_the_time_out(credentials):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        environment = Environment("test", f"http://127.0.0.1:{silent.getsockname()[1]}")

        with pytest.raises(UnreachableError, match=r"did not answer in time \(waited up to 0\.2 s\)"):
            fetch_access_token(credentials, environment, timeout=(0.2, 0.2))


def test_a_proxy_that_cannot_be_used_is_named(credentials, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{unused.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")

        with pytest.raises(UnreachableError, match="The proxy on the way to apitest"):
            fetch_access_token(credentials, Environment("test", "https://apitest.vipps.no"))


def test_a_proxy_that_answers_502_to_the_tunnel_is_named(serve, credentials, monkeypatch):
    proxy = serve(lambda seen: Answer(502))
    monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")

    with pytest.raises(UnreachableError, match="The proxy on the way to apitest"):
        fetch_access_token(credentials, Environment("test", "https://apitest.vipps.no"))


def test_a_computers_clock_a_day_wrong_is_said_at_login(serve, nowhere, monkeypatch, capsys):
    from vipps_nb import login

    tomorrow = time.time() + 86400
    server = serve(
        lambda seen: Answer(
            body=json.dumps(answer_for(issued=tomorrow)).encode(),
            headers={
                "Content-Type": "application/json",
                "Date": format_datetime(datetime.fromtimestamp(tomorrow, UTC), usegmt=True),
            },
        )
    )
    (nowhere / ".env").write_text(
        f"VIPPS_BASE_URL={server.base_url}\nVIPPS_CLIENT_ID={CLIENT_ID}\nVIPPS_CLIENT_SECRET={CLIENT_SECRET}\n"
        f"VIPPS_SUBSCRIPTION_KEY={SUBSCRIPTION_KEY}\nVIPPS_MSN=123456\n"
    )

    session = login()

    assert "This computer's clock is about 1 day behind the server's" in capsys.readouterr().err
    assert session.token.state() is TokenState.FRESH
