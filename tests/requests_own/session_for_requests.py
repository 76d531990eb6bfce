"""requests' own tests, with a VippsSession wherever they make a session: a pytest plugin.

Loaded by ``tools/requests_own_tests.py`` in an environment of its own. The session's home is the httpbin that the tests
talk to, so its token, its headers, its history and its short way are all in use.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import requests.sessions
from pytest_httpbin import serve

from vipps_nb import AccessToken, Credentials, Environment, Retries, Secret, TokenCache, VippsSession

# By the test's name without its parameters, or with them.
DOES_NOT_APPLY = {
    "a text that is no URL is a path of the environment here": (
        "test_invalid_url[MissingSchema-hiwpefhipowhefopw]",
        "test_invalid_url[InvalidSchema-10.122.1.1:3128/]",
    ),
    "the session's own headers stand between those of the test, whose order is kept": ("test_headers_preserve_order",),
    "no proxy of the environment leads to this very machine, which the session knows": (
        "test_respect_proxy_env_on_get",
        "test_respect_proxy_env_on_request",
    ),
    "no netrc replaces a token (it would be sent in its place)": (
        "test_basicauth_with_netrc",
        "test_basicauth_with_netrc_leak",
    ),
    "an adapter is handed out behind the door that adds and withholds secrets; which one it is, is asked there": (
        "test_session_get_adapter_prefix_matching",
        "test_session_get_adapter_prefix_matching_mixed_case",
        "test_session_get_adapter_prefix_matching_is_case_insensitive",
        "test_session_get_adapter_prefix_with_trailing_slash",
        "test_session_get_adapter_prefix_without_trailing_slash",
    ),
}
# They need an address that swallows what is sent to it; where all of the network is answered for, they fail without us.
NEEDS_A_NETWORK = ("test_connect_timeout", "test_total_timeout_connect")


class Home:
    """Where the httpbin of this run is."""

    url = "http://127.0.0.1:9"


class Ours(VippsSession):
    """A session that is made as requests' is: without a word."""

    def __init__(self) -> None:
        keys = Credentials("f47ac10b-58cc-4372-a567-0e02b2c3d479", Secret("pretend"), Secret("0" * 32), "123456")
        super().__init__(keys, Environment("test", Home.url), cache=TokenCache(_token))
        self.retries = Retries(0)  # the servers of these tests count what they get

    def __reduce__(self) -> tuple[Any, ...]:
        return Ours, ()


def _token(credentials: Credentials, environment: Environment) -> AccessToken:
    now = datetime.now(UTC)
    return AccessToken(access_token="a-token", issued_at=now, expires_at=now + timedelta(hours=1))


_start = serve.Server.start


def _start_and_tell(server: Any) -> None:
    _start(server)
    if server.url.startswith("http:"):
        Home.url = server.url


serve.Server.start = _start_and_tell


@pytest.fixture(autouse=True)
def _sessions_are_ours(monkeypatch: pytest.MonkeyPatch, httpbin: object) -> None:
    for place in (requests, requests.sessions):
        monkeypatch.setattr(place, "Session", Ours)
        monkeypatch.setattr(place, "session", Ours)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = {name: reason for reason, names in DOES_NOT_APPLY.items() for name in names}
    if not os.environ.get("VIPPS_NB_NETWORK"):
        reasons |= dict.fromkeys(NEEDS_A_NETWORK, "needs a network that swallows what is sent to a certain address")
    for item in items:
        reason = reasons.get(item.name) or reasons.get(item.name.partition("[")[0])
        if reason:
            item.add_marker(pytest.mark.skip(reason=f"does not apply: {reason}"))
