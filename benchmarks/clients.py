"""The clients that are compared: ours, plain requests, and peers that do the same job, where they are installed."""

from __future__ import annotations

import asyncio
import importlib
import os
import platform
import time
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import requests

from vipps_nb import Credentials, Environment, Secret, VippsSession

PATH = "/epayment/v1/payments/abc-12345"
Get = Callable[[str], requests.Response]


def ours(base_url: str) -> VippsSession:
    keys = Credentials("f47ac10b-58cc-4372-a567-0e02b2c3d479", Secret("pretend"), Secret("0" * 32), "123456")
    return VippsSession(keys, Environment("test", base_url))


def static_headers(session: VippsSession, token: str) -> dict[str, str]:
    """What our session sends for a GET, for those who send always the same."""
    request = session.prepare_request(requests.Request("GET", PATH))
    own = {name: value for name, value in request.headers.items() if name not in requests.Session().headers}
    return {**own, "Authorization": f"Bearer {token}", "Ocp-Apim-Subscription-Key": "0" * 32}


def token_of(base_url: str) -> str:
    return str(requests.post(f"{base_url}/accesstoken/get", timeout=30).json()["access_token"])


def bare(base_url: str, headers: Mapping[str, str]) -> Get:
    """Plain requests with everything in its headers, the token too."""
    session = requests.Session()
    session.headers.update(headers)
    return lambda path: session.get(base_url + path, timeout=30)


def prepared(base_url: str, headers: Mapping[str, str]) -> Get:
    """Plain requests with a request that is prepared once, and no proxy to be looked for: what it can do at best."""
    session = requests.Session()
    session.headers.update(headers)
    request = session.prepare_request(requests.Request("GET", base_url + PATH))
    return lambda path: session.send(request, proxies={}, timeout=30)


def urllib3_alone(base_url: str, headers: Mapping[str, str]) -> Callable[[str], Any]:
    """The pool of connections itself; its answers have no more than status, headers and bytes."""
    pool = importlib.import_module("urllib3").connection_from_url(base_url)
    sent = {**requests.Session().headers, **headers}
    return lambda path: pool.request("GET", path, headers=sent, timeout=30, retries=False)


def httpx_client(base_url: str, headers: Mapping[str, str]) -> Callable[[str], Any]:
    client = importlib.import_module("httpx").Client(base_url=base_url, headers=dict(headers), timeout=30)
    return client.get  # type: ignore[no-any-return]


def niquests_session(base_url: str, headers: Mapping[str, str]) -> Callable[[str], Any]:
    session = importlib.import_module("niquests").Session()
    session.headers.update(headers)
    return lambda path: session.get(base_url + path, timeout=30)


class Aiohttp:
    """aiohttp, driven from a function: its loop runs for each call, as it does in a cell with ``await``."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._aiohttp = importlib.import_module("aiohttp")
        self._loop = asyncio.new_event_loop()
        self._base_url, self._headers = base_url, headers
        self._session: Any = None

    def __call__(self, path: str) -> Any:
        return self._loop.run_until_complete(self._get(path))

    async def _get(self, path: str) -> Any:
        if self._session is None:
            self._session = self._aiohttp.ClientSession(headers=self._headers)
        async with self._session.get(self._base_url + path) as answer:
            await answer.read()
            answer.status_code = answer.status
            return answer


def google(base_url: str, headers: Mapping[str, str]) -> Get:
    credentials = importlib.import_module("google.auth.credentials")
    transport = importlib.import_module("google.auth.transport.requests")

    class Keys(credentials.Credentials):  # type: ignore[name-defined, misc]
        def refresh(self, request: Any) -> None:
            self.token = token_of(base_url)
            self.expiry = (
                importlib.import_module("datetime")
                .datetime.fromtimestamp(time.time() + 3600, importlib.import_module("datetime").UTC)
                .replace(tzinfo=None)
            )

    session = transport.AuthorizedSession(Keys())
    session.headers.update(_without_token(headers))
    return lambda path: session.get(base_url + path, timeout=30)  # type: ignore[no-any-return]


def authlib(base_url: str, headers: Mapping[str, str]) -> Get:
    module = importlib.import_module("authlib.integrations.requests_client")
    token = {"access_token": token_of(base_url), "token_type": "Bearer", "expires_at": time.time() + 3600}
    session = module.OAuth2Session("id", "secret", token=token)
    session.headers.update(_without_token(headers))
    return lambda path: session.get(base_url + path, timeout=30)  # type: ignore[no-any-return]


def oauthlib(base_url: str, headers: Mapping[str, str]) -> Get:
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    module = importlib.import_module("requests_oauthlib")
    session = module.OAuth2Session("id", token={"access_token": token_of(base_url), "token_type": "Bearer"})
    session.headers.update(_without_token(headers))
    return lambda path: session.get(base_url + path, timeout=30)  # type: ignore[no-any-return]


TOOLS: dict[str, Callable[[str, Mapping[str, str]], Callable[[str], Any]]] = {
    "requests, a prepared send": prepared,
    "urllib3 alone": urllib3_alone,
    "httpx": httpx_client,
    "aiohttp": Aiohttp,
    "niquests": niquests_session,
}
PEERS: dict[str, Callable[[str, Mapping[str, str]], Get]] = {
    "google-auth": google,
    "Authlib": authlib,
    "requests-oauthlib": oauthlib,
}


def peers(base_url: str, headers: Mapping[str, str]) -> dict[str, Callable[[str], Any]]:
    """Those that are installed; the others are named."""
    found: dict[str, Callable[[str], Any]] = {}
    for name, make in {**PEERS, **TOOLS}.items():
        try:
            found[name] = make(base_url, headers)
        except ImportError:
            print(f"{name} is not installed and is left out.")
    return found


def versions() -> str:
    """What was measured with what."""
    known = [f"Python {platform.python_version()}"]
    for name in ("requests", "urllib3", "httpx", "aiohttp", "niquests", *PEERS):
        try:
            known.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return " · ".join(known)


def _without_token(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Authorization"}
