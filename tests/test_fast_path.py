"""The shorter way of usual requests: where it leads, and when it is not taken."""

from __future__ import annotations

import copy
import http.client
import pickle
import socket
import threading

import pytest
import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from vipps_nb import VippsSession
from vipps_nb.core import fast_path
from vipps_nb.core.fast_path import Headers, PlainRequest
from vipps_nb.core.transport import Transport

from .conftest import Answer
from .test_session import calls, speaks

PATH = "/epayment/v1/payments/abc-12345"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def server(serve):
    return serve(speaks(lambda seen: Answer(body=b'{"a": "\xc3\xb8"}', headers=JSON)))


@pytest.fixture
def vipps(server, credentials):
    return VippsSession(credentials, server.environment)


@pytest.fixture
def plain(server):
    """The same call by plain requests."""
    return requests.get(server.base_url + PATH, timeout=30)


def went_short(answer):
    return type(answer.request) is PlainRequest and type(answer.headers) is Headers


def test_a_usual_call_goes_the_short_way_and_its_answer_is_as_requests_makes_it(vipps, plain):
    answer = vipps.get(PATH)

    assert went_short(answer)
    assert set(vars(plain)) <= set(vars(answer)) | {"cookies"}
    for name in ("status_code", "reason", "encoding", "apparent_encoding", "content", "text", "ok", "url", "links"):
        assert getattr(answer, name) == getattr(plain, name), name
    assert answer.headers == plain.headers
    assert (answer.json(), list(answer.iter_lines()), answer.history) == (plain.json(), list(plain.iter_lines()), [])
    assert (answer.is_redirect, answer.next, list(answer.cookies)) == (False, None, [])
    assert answer.elapsed.total_seconds() > 0
    assert answer.raw.status == 200
    assert isinstance(answer.connection, HTTPAdapter)
    assert answer.request.path_url == PATH
    answer.cookies.set("a", "b")
    assert answer.cookies.get("a") == "b"


@pytest.mark.parametrize("write_down", [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_what_went_the_short_way_can_be_copied_and_pickled(vipps, write_down):
    answer = vipps.post("/epayment/v1/payments", json={"a": 1})
    answer.raw = None  # a stream, which nobody copies

    other = write_down(answer)

    assert (other.json(), other.headers, other.status_code) == (answer.json(), answer.headers, 200)
    assert (other.request.method, other.request.body) == ("POST", b'{"a": 1}')
    assert other.request.headers == answer.request.headers
    assert type(pickle.loads(pickle.dumps(answer.headers))) is CaseInsensitiveDict
    assert vipps.send(other.request).status_code == 200


def test_a_request_that_the_caller_changes_is_sent_as_it_then_is(server, vipps):
    request = vipps.post("/epayment/v1/payments", json={"a": 1}).request
    request.headers["X-Mine"] = "1"
    vipps.send(request)
    request.url += "?a=b"
    vipps.send(request)
    request.headers = {"Only": "this"}
    vipps.send(request)

    _, second, third, fourth = calls(server)
    assert second.headers["X-Mine"] == "1"
    assert second.headers["Idempotency-Key"] == third.headers["Idempotency-Key"]
    assert third.path == "/epayment/v1/payments?a=b"
    assert "X-Mine" not in fourth.headers
    assert fourth.headers["Only"] == "this"
    assert all(seen.headers["Authorization"].startswith("Bearer ") for seen in calls(server))


def test_a_header_that_was_taken_away_is_nowhere_any_more(vipps):
    headers = vipps.get(PATH, headers={"X-Mine": "canary"}).request.headers
    copied = headers.copy()
    for some in (headers, copied):
        assert some["x-mine"] == "canary"
        some["X-Mine"] = "other"

    assert "canary" not in repr(vars(headers)) + repr(vars(copied))
    assert list(headers) == list(copied)


def test_what_a_session_sends_with_each_call_is_looked_at_each_time(server, vipps):
    vipps.get(PATH)
    vipps.headers["X-Mine"] = "1"
    vipps.get(PATH)
    del vipps.headers["X-Mine"]
    vipps.system["Vipps-System-Name"] = "a shop"
    vipps.get(PATH, headers={"accept": None, "user-agent": "mine"})
    vipps.get("/report/v2/ledgers")

    first, second, third, fourth = calls(server)
    assert ("X-Mine" in first.headers, second.headers["X-Mine"]) == (False, "1")
    assert third.headers["Vipps-System-Name"] == "a shop"
    assert (third.headers["user-agent"], "Accept" in third.headers) == ("mine", False)
    assert ("Merchant-Serial-Number" in third.headers, "Merchant-Serial-Number" in fourth.headers) == (True, False)


# --- when it is not taken -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"params": {"a": "b"}},
        {"cookies": {"a": "b"}},
        {"files": {"a": b"b"}},
        {"auth": ("a", "b")},
        {"hooks": {"response": lambda response, **_: None}},
        {"data": (part for part in [b"a", b"b"])},
        {"data": {"a": "b"}},
        {"stream": True},
        {"verify": False},
        {"cert": None, "timeout": (1, 2)},
        {"allow_redirects": False},
    ],
    ids=lambda options: next(iter(options)),
)
def test_whatever_is_given_arrives(server, vipps, options):
    answer = vipps.post("/epayment/v1/payments", **options)

    assert answer.json() == {"a": "ø"}
    assert type(answer).__name__ == "VippsResponse"


@pytest.fixture
def replaced(monkeypatch):
    """Put something in front of a method of requests, as libraries do that record, replay or trace."""
    seen = []

    def replace(owner, name):
        real = getattr(owner, name)

        def instead(self, *args, **kwargs):
            seen.append(name)
            return real(self, *args, **kwargs)

        monkeypatch.setattr(owner, name, instead)
        return seen

    return replace


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (HTTPAdapter, "send"),  # responses
        (requests.Session, "get_adapter"),  # requests-mock
        (requests.Session, "send"),  # tracers
        (requests.Session, "prepare_request"),
        (HTTPAdapter, "build_response"),
        (HTTPConnection, "putrequest"),
        (http.client.HTTPConnection, "endheaders"),
        (http.client.HTTPConnection, "getresponse"),
        (HTTPConnectionPool, "urlopen"),
        (requests.Session, "resolve_redirects"),
        (requests.Session, "merge_environment_settings"),
    ],
)
def test_who_puts_something_in_the_way_of_requests_is_not_passed_by(vipps, replaced, owner, name):
    vipps.get(PATH)
    seen = replaced(owner, name)
    if name in ("resolve_redirects", "merge_environment_settings"):
        vipps.trust_env = False  # something to look up anew
        vipps.get(PATH, params={"a": "b"})
    else:
        vipps.get(PATH)

    assert name in seen


@pytest.mark.parametrize(
    "name", ["send", "get_adapter", "prepare_request", "merge_environment_settings", "rebuild_auth"]
)
def test_a_subclass_that_says_otherwise_is_heard(serve, credentials, name):
    heard = []

    def instead(self, *args, **kwargs):
        heard.append(name)
        return getattr(super(Mine, self), name)(*args, **kwargs)

    Mine = type("Mine", (VippsSession,), {name: instead})  # noqa: N806 - a class
    server = serve(speaks(lambda seen: Answer(302, headers={"Location": "/b"}) if seen.path == "/a" else Answer()))
    Mine(credentials, server.environment).get("/a")

    assert name in heard


def test_an_adapter_of_ones_own_gets_the_request_as_one_of_requests(vipps):
    class Mine(requests.adapters.BaseAdapter):
        def send(self, request, **kwargs):
            self.got, self.options = request, kwargs
            answer = requests.Response()
            answer.status_code, answer.request, answer.url, answer._content = 201, request, request.url, b"mine"
            return answer

        def close(self) -> None: ...

    mine = Mine()
    vipps.mount(vipps.base_url + "/epayment", mine)
    answer = vipps.get(PATH)

    assert (answer.status_code, answer.text) == (201, "mine")
    assert isinstance(mine.got, requests.PreparedRequest)
    assert mine.got.headers["authorization"].startswith("Bearer ")
    assert {"stream", "timeout", "verify", "cert", "proxies"} == set(mine.options)


def test_cookies_of_an_answer_are_kept_and_sent(serve, credentials):
    server = serve(speaks(lambda seen: Answer(headers={"Set-Cookie": "a=b; Path=/"})))
    vipps = VippsSession(credentials, server.environment)

    answer = vipps.get(PATH)
    vipps.get(PATH)

    assert (answer.cookies.get("a"), vipps.cookies.get("a")) == ("b", "b")
    assert calls(server)[1].headers["Cookie"] == "a=b"


def test_redirects_are_followed_or_told_as_with_requests(serve, credentials):
    server = serve(speaks(lambda seen: Answer(302, headers={"Location": "/b"}) if seen.path == "/a" else Answer()))
    vipps = VippsSession(credentials, server.environment)

    answer = vipps.get("/a")
    told = vipps.get("/a", allow_redirects=False)

    assert ([hop.status_code for hop in answer.history], answer.url) == ([302], server.base_url + "/b")
    assert (told.status_code, told.next.url) == (302, server.base_url + "/b")


def test_what_hooks_are_given_an_adapter_takes(serve, credentials):
    """As HTTPDigestAuth does: it sends again from a hook, with what the hook was given."""
    server = serve(speaks(lambda seen: Answer(200)))
    again = []

    def once_more(response, **options):
        again.append(response.connection.send(response.request.copy(), **options))
        assert again[-1].content == b"{}"

    VippsSession(credentials, server.environment).get(PATH, retries=2, hooks={"response": once_more})

    assert [answer.status_code for answer in again] == [200]


def test_what_was_given_to_a_stranger_is_not_sent_home_by_a_redirect(serve, credentials):
    home = serve(speaks())
    stranger = serve(lambda seen: Answer(302, headers={"Location": home.base_url + PATH}))
    VippsSession(credentials, home.environment).get(stranger.base_url + "/x", headers={"Authorization": "Bearer his"})

    assert calls(home)[0].headers["Authorization"] != "Bearer his"


def test_bytes_are_a_url_as_with_requests(vipps):
    for url in (PATH.encode(), (vipps.base_url + PATH).encode()):
        prepared = vipps.prepare_request(requests.Request("GET", url))
        assert prepared.url == vipps.base_url + PATH


def test_an_adapter_is_asked_through_the_door_for_what_it_has(vipps):
    assert vipps.get_adapter(vipps.base_url).poolmanager is vipps.adapters["http://"].poolmanager
    assert not hasattr(copy.copy(vipps.get_adapter(vipps.base_url)), "nothing_such")


# --- the wire -------------------------------------------------------------------------------------------------------

HEADS = {
    "usual": b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 2\r\n\r\n{}",
    "no headers": b"HTTP/1.1 204 No Content\r\n\r\n",
    "no reason": b"HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n",
    "blanks": b"HTTP/1.1 200  O K \r\nA:b\r\nC: \t d \r\nE:\r\nContent-Length: 2\r\n\r\n{}",
    "twice": b"HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\nContent-Length: 2\r\n\r\n{}",
    "folded": b"HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}",
    "bare line feeds": b"HTTP/1.1 200 OK\nA: 1\nContent-Length: 2\n\n{}",
    "no colon": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nnothing\r\n\r\n{}",
    "a blank before the colon": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA : 1\r\n\r\n{}",
    "letters of Latin": b"HTTP/1.1 200 \xd8K\r\nA: \xd8\r\nContent-Length: 2\r\n\r\n{}",
    "continue first": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "1.0": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks and a length": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: Chunked\r\n\r\n"
    b"2\r\n{}\r\n0\r\n\r\n",
    "until it closes": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "close": b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\n{}",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    "101 headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 101 + b"\r\n",
    "nothing": b"",
    "no HTTP": b"SSH-2.0-x\r\n\r\n",
    "a long head": b"HTTP/1.1 200 OK\r\nA: " + b"x" * 9000 + b"\r\nContent-Length: 2\r\n\r\n{}",
}


def read(head, method, quick, monkeypatch):
    """What http.client makes of these bytes."""
    monkeypatch.setattr(fast_path, "begin", fast_path_begin if quick else lambda answer: False)
    here, there = socket.socketpair()
    with here, there:
        there.sendall(head)
        there.shutdown(socket.SHUT_WR)
        from vipps_nb.core.transport import _Answer

        answer = _Answer(here, method=method)
        try:
            answer.begin()
            kept = ("status", "reason", "version", "chunked", "length", "will_close", "code")
            facts = {name: getattr(answer, name) for name in kept}
            return facts, answer.headers.items(), answer.msg.get_payload(), answer.msg.defects, answer.read()
        except Exception as error:
            return type(error), str(error)


fast_path_begin = fast_path.begin


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", HEADS)
def test_a_head_is_read_as_pythons_own_parser_reads_it(name, method, monkeypatch):
    said = [read(HEADS[name], method, quick, monkeypatch) for quick in (True, False)]

    assert str(said[0]) == str(said[1])


def test_a_header_that_would_be_two_is_refused_by_whoever_made_the_request(vipps):
    """http.client refuses it as well, should it get past requests."""
    request = vipps.prepare_request(requests.Request("GET", PATH))
    request.headers["X"] = "a\r\nb: c"

    with pytest.raises((ValueError, requests.exceptions.InvalidHeader)):
        vipps.send(request)
    short = vipps.get(PATH).request
    short.headers["X"] = "a\r\nb: c"
    with pytest.raises((ValueError, requests.exceptions.InvalidHeader)):
        vipps.send(short)


@pytest.mark.parametrize("body", [b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", b""])
def test_an_answer_that_breaks_off_is_told_as_requests_tells_it(body, credentials):
    from vipps_nb import Environment

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(body)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        told = []
        for get in (requests.Session().get, VippsSession(credentials, Environment("test", url)).get):
            options = (
                {} if get.__self__.__class__ is requests.Session else {"retries": 0, "headers": {"Authorization": "x"}}
            )
            with pytest.raises(requests.RequestException) as caught:
                get(url + PATH if not options else PATH, timeout=5, **options)
            told.append((type(caught.value), str(caught.value)))

    assert told[0] == told[1]


def test_a_host_whose_connections_were_closed_for_others_is_connected_to_again(server, vipps):
    """Ten hosts at most are kept."""
    vipps.get(PATH)
    transport = vipps.adapters["http://"]
    assert isinstance(transport, Transport)
    for number in range(12):
        transport.poolmanager.connection_from_host("127.0.0.1", 2000 + number)

    assert vipps.get(PATH, retries=0).status_code == 200
