"""Secrets reach the origin they belong to, and nobody else: not by redirect, look-alike, proxy, adapter or hook."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.conftest import Answer, ScriptedServer
from tests.leaks.api import Home, Stranger
from tests.leaks.canaries import CANARIES, CLIENT_ID, MSN
from tests.leaks.rows import ANOTHER_HOST, LOCAL_PROXY, MOUNTED, PROXY
from vipps_nb import Credentials, CredentialsError, EnvironmentChoiceError, Secret, VippsSession
from vipps_nb.auth.auth_scheme import SECRET_HEADERS
from vipps_nb.core.environment import PRODUCTION, TEST, Environment, environment_at

KEYS = Credentials(
    CLIENT_ID, Secret(CANARIES["client secret"]), Secret(CANARIES["subscription key"]), MSN, source=".env"
)
PATHS = ("/epayment/v1/payments/abc", "/checkout/v3/session/abc", "/access-management-1.0/access/userinfo")


@pytest.fixture
def stranger():
    stranger = Stranger()
    yield stranger
    stranger.close()


@pytest.fixture
def home(stranger):
    home = Home(stranger)
    yield home
    home.close()


@pytest.fixture
def vipps(home):
    return VippsSession(KEYS, Environment("test", home.base_url))


def careless(base_url):
    """What a session of requests does whose headers hold the keys."""
    session = requests.Session()
    session.headers.update(zip("abcd", CANARIES.values(), strict=True))
    session.get(base_url + "/away/302")


def heard(stranger):
    return stranger.heard() + b" " + str(len(stranger.seen)).encode()


def test_redirects_chains_and_absolute_urls(home, stranger, vipps, look):
    for status in (301, 302, 303, 307, 308):
        for method in ("GET", "POST"):
            vipps.request(method, f"/away/{status}", data="x" if method == "POST" else None)
    vipps.get("/chain")
    for path in PATHS:
        vipps.get(stranger.base_url + path)
        vipps.get(stranger.base_url.replace("127.0.0.1", "localhost") + path)
        vipps.get(home.base_url.replace("127.0.0.1", "localhost") + path)  # another name is another origin
    # A person's own token, which went along on purpose, stays behind as well.
    vipps.get("/away/302", headers={"Authorization": f"Bearer {CANARIES['access token']}"})
    honest = heard(stranger)
    names = {name.lower() for seen in stranger.seen for name in seen.headers}
    by_another_name = [seen for seen in home.seen if seen.headers["Host"].startswith("localhost")]

    careless(home.base_url)

    assert len(by_another_name) == len(PATHS)
    assert not names & {name.lower() for name in (*SECRET_HEADERS, "Merchant-Serial-Number")}
    assert not any(set(SECRET_HEADERS) & set(seen.headers) for seen in by_another_name)
    look(ANOTHER_HOST, honest, heard(stranger))


def test_from_https_to_http_nothing_is_sent(vipps):
    secure = VippsSession(KEYS, TEST)

    for url in ("http://apitest.vipps.no/x", "http://APITEST.vipps.no/x", "http://apitest.vipps.no:80/x"):
        with pytest.raises(EnvironmentChoiceError, match="over https only"):
            secure.get(url)


OURS = [
    "https://apitest.vipps.no/x",
    "https://APITEST.VIPPS.NO/x",
    "HTTPS://apitest.vipps.no:443/x",
    "https://apitest.vipps.no/x@evil.example/",
    "https://apitest.vipps.no/x?u=https://evil.example",
]
THEIRS = [
    "https://apitest.vipps.no.evil.example/x",
    "https://evil-apitest.vipps.no/x",
    "https://evil.example/apitest.vipps.no",
    "https://apitest.vipps.no@evil.example/x",
    "https://apitest.vipps.no:443@evil.example/x",
    "https://apitest.vipps.no%2f@evil.example/x",
    "https://evil.example#@apitest.vipps.no/x",
    "https://evil.example?@apitest.vipps.no/x",
    "https://evil.example\\@apitest.vipps.no/x",
    "https://user:password@apitest.vipps.no/x",
    "https://apitest.vipps.no./x",
    "https://apitest.vipps.no:8443/x",
    "https://apitest.vipps.nо/x",  # a Cyrillic letter
    "https://apitest.vıpps.no/x",  # a dotless one
    "https://ａpitest.vipps.no/x",  # a full-width one
    "https://xn--apitest-vipps.no/x",
    "https://api.vipps.no/x",  # production's keys are others
    "https://1.2.3.4/x",
    "http://apitest.vipps.no:443/x",
    "ftp://apitest.vipps.no/x",
]


class Recorder(HTTPAdapter):
    """Keeps what would leave, and answers itself."""

    def __init__(self):
        super().__init__()
        self.left = []

    def send(self, request, **_kwargs):
        self.left.append(request.copy())
        response = requests.Response()
        response.status_code, response.url, response.request = 200, request.url, request
        answer = (
            {"access_token": CANARIES["access token"], "expires_in": 3600} if "/accesstoken/" in request.url else {}
        )
        response.raw = io.BytesIO(json.dumps(answer).encode())
        return response


@pytest.fixture
def recorder(monkeypatch):
    """Stands where the network is, for the session and for the fetching of its token."""
    recorder = Recorder()
    monkeypatch.setattr(
        "vipps_nb.core.transport.Transport.send", lambda self, request, **kw: recorder.send(request, **kw)
    )
    return recorder


@pytest.mark.parametrize("url", THEIRS)
def test_a_look_alike_gets_nothing(recorder, url):
    session = VippsSession(KEYS, TEST)
    with contextlib.suppress(requests.RequestException, EnvironmentChoiceError):  # then nothing has left
        session.get(url, retries=0)

    assert not [name for sent in recorder.left for name in sent.headers if name in SECRET_HEADERS]
    assert not TEST.owns(url)


@pytest.mark.parametrize("url", OURS)
def test_our_own_host_is_recognised_however_it_is_written(recorder, url):
    VippsSession(KEYS, TEST).get(url)

    assert "Authorization" in recorder.left[-1].headers


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_sees_nothing_of_a_sandbox(home, monkeypatch, look, name):
    proxy = Stranger()
    monkeypatch.setenv(name, proxy.base_url)
    vipps = VippsSession(KEYS, Environment("sandbox", home.base_url))
    for path in PATHS:
        assert vipps.get(path).ok
    honest = heard(proxy)
    requests.get(home.base_url, headers=dict(zip("abcd", CANARIES.values(), strict=True)), timeout=5)
    proxy.close()

    look(LOCAL_PROXY, honest, heard(proxy))


def test_a_proxy_on_the_way_to_the_real_api_sees_a_host_and_a_port(monkeypatch, look):
    """Everything else is inside TLS: it is asked for a tunnel."""
    proxy = ScriptedServer(lambda seen: Answer(502))
    tunnels = []
    proxy._server.RequestHandlerClass.do_CONNECT = lambda handler: (
        tunnels.append((handler.path, str(handler.headers))),
        handler.send_error(502),
    )
    monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    vipps = VippsSession(KEYS, TEST)
    with pytest.raises(Exception, match="proxy"):
        vipps.get(PATHS[1], retries=0)
    with pytest.raises(Exception, match="proxy"):
        vipps.get(PATHS[0], retries=0)
    honest = repr(tunnels).encode()
    proxy.close()

    assert {path for path, _ in tunnels} == {"apitest.vipps.no:443"}
    look(PROXY, honest, repr([*tunnels, CANARIES]).encode())


def test_netrc_adds_nothing_and_replaces_nothing(home, stranger, vipps, nowhere, monkeypatch):
    (nowhere / "netrc").write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(nowhere / "netrc"))

    vipps.get(PATHS[0])
    vipps.get("/away/302")

    assert home.seen[-2].headers["Authorization"] == f"Bearer {CANARIES['access token']}"
    assert "Authorization" not in stranger.seen[-1].headers


def test_an_adapter_for_somebody_else_and_hooks_get_nothing(home, stranger, vipps, look):
    recorder, given = Recorder(), []
    vipps.mount("https://", recorder)
    vipps.mount(stranger.base_url, recorder)
    vipps.hooks["response"].append(lambda response, **options: given.append((response, options)))

    for path in PATHS:
        vipps.get("https://evil.example" + path)
        vipps.get(stranger.base_url + path)
        vipps.get(path, hooks={"response": lambda response, **options: given.append((response, options))})
    shown = [vars(request) for request in recorder.left]
    shown += [(vars(response), vars(response.request), response.history, options) for response, options in given]

    assert len(recorder.left) == 2 * len(PATHS)
    look(MOUNTED, repr(shown).encode(), repr([*shown, CANARIES]).encode())


def test_a_header_that_the_caller_has_set_stays_with_its_request(home, stranger, vipps):
    vipps.get(PATHS[0], headers={"Authorization": "Bearer a-persons"})
    vipps.get(stranger.base_url)

    assert "Authorization" not in stranger.seen[-1].headers


@pytest.mark.parametrize("secret", ["with\nbreak", "with\rbreak", "with–dash", "with\0nul", "ends with\n"], ids=ascii)
def test_what_cannot_be_a_header_is_found_before_anybody_quotes_it(home, secret):
    keys = dataclasses.replace(KEYS, client_secret=Secret(secret))
    session = VippsSession(keys, Environment("test", home.base_url))

    for path in (PATHS[0], PATHS[1]):
        with pytest.raises(CredentialsError, match="no header can carry") as caught:
            session.get(path)
        assert secret not in repr(caught.value)
    assert home.seen == []


@pytest.mark.parametrize(
    "url", ["http://apitest.vipps.no", "http://192.168.1.5:8080", "http://sandbox.example", "ftp://x"]
)
def test_a_sandbox_elsewhere_is_spoken_to_over_https_only(url):
    with pytest.raises(EnvironmentChoiceError):
        environment_at("sandbox", url)


@pytest.mark.parametrize("place", [TEST, PRODUCTION])
def test_the_real_environments_are_https(place):
    assert place.base_url.startswith("https://")
