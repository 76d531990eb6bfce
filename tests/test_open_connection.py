"""A usual call over a connection that is open already: past urllib3, and nobody notices."""

from __future__ import annotations

import contextlib
import gzip
import logging
import socket
import threading
import time
from collections import deque

import pytest
import requests
from urllib3.connectionpool import HTTPConnectionPool

from vipps_nb import Environment, VippsSession
from vipps_nb.client.response import OversizedAnswerError
from vipps_nb.core import open_connection
from vipps_nb.core.stopwatch import running

from .test_fast_path import HEADS

PATH = "/epayment/v1/payments/abc-12345"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nplain"
OWN = {"Authorization": "Bearer of the test"}  # so that no token is fetched


class Script:
    """A server that says what it is told on each connection: a plain answer first, then the next line of its script.

    Attributes:
        heard: What came, request by request.
        connections: How many were opened.
    """

    def __init__(self, *lines):
        self.lines = deque(lines)
        self.heard = []
        self.first = PLAIN
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection):
        with connection, contextlib.suppress(OSError):
            first = True
            while data := whole_request(connection):
                self.heard.append(data)
                line = self.first if first else self.lines.popleft() if self.lines else PLAIN
                first = False
                if callable(line):
                    line(connection)
                    return
                connection.sendall(line)
                if line not in (PLAIN, *LASTING):
                    return


def whole_request(connection):
    """One request; nothing once the other side has hung up."""
    data = b""
    while more := connection.recv(1 << 20):
        data += more
        head, end, body = data.partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
        if end and len(body) >= length:
            return data
    return b""


LASTING = (
    HEADS["usual"],
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\n\r\n{}",
    HEADS["chunks"],
)


@pytest.fixture
def script():
    with contextlib.ExitStack() as stack:

        def begin(*lines):
            made = Script(*lines)
            stack.callback(made.listener.close)
            stack.callback(made.listener.shutdown, socket.SHUT_RDWR)  # first: accept() sleeps through close()
            return made

        yield begin


@pytest.fixture
def of(credentials):
    return lambda made: VippsSession(credentials, Environment("test", made.url))


@pytest.fixture
def straight(monkeypatch):
    """What became of each request that went past urllib3."""
    came = []
    real = open_connection.exchange

    def watched(*args, **kwargs):
        came.append(real(*args, **kwargs))
        return came[-1]

    monkeypatch.setattr(open_connection, "exchange", watched)
    return came


def told(get, **options):
    """An answer, or an error, as its caller sees it."""
    try:
        answer = get(PATH, timeout=5, headers=OWN, **options)
        return answer.status_code, answer.reason, dict(answer.headers), answer.content, answer.cookies.get_dict()
    except requests.RequestException as error:
        return type(error), str(error).partition("port=")[0]


ENDS = {
    **HEADS,
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
    % (len(gzip.compress(b"small", mtime=0)), gzip.compress(b"small", mtime=0)),
    "no gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
    "a cookie": LASTING[1],
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "more than it says": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n",
    "a large body": b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000,
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "digits of another script": "HTTP/1.1 200 OK\r\nContent-Length: \u0662\r\n\r\n{}".encode(),
}


@pytest.mark.parametrize("name", ENDS)
def test_the_second_answer_on_a_connection_is_what_plain_requests_makes_of_it(script, of, straight, name):
    plain = requests.Session()
    one, other = script(ENDS[name], ENDS[name]), script(ENDS[name], ENDS[name])
    plain.headers.clear()

    expected = [told(lambda path, **options: plain.get(one.url + path, **options)) for _ in range(2)]
    vipps = of(other)
    came = [told(vipps.get, retries=0) for _ in range(2)]

    assert came == expected
    assert len(straight) == 1


def test_what_is_sent_is_the_same_on_either_way(script, of, straight):
    made = script()
    vipps = of(made)

    for _ in range(2):
        vipps.get(PATH, headers=OWN)
    for _ in range(2):
        vipps.post(PATH + "/capture", json={"a": "ø"}, headers={**OWN, "Idempotency-Key": "one"})
    for _ in range(2):
        vipps.delete(PATH, headers={**OWN, "Idempotency-Key": "two"})

    assert made.connections == 1
    assert len(straight) == 5
    assert made.heard[0] == made.heard[1]
    with contextlib.closing(of(made)) as long_way:
        for call in (
            lambda: long_way.post(PATH + "/capture", json={"a": "ø"}, headers={**OWN, "Idempotency-Key": "one"}),
            lambda: long_way.delete(PATH, headers={**OWN, "Idempotency-Key": "two"}),
        ):
            long_way.close()  # so that a connection is opened, which is urllib3's
            call()
    assert len(straight) == 5
    assert made.heard[2] == made.heard[3] == made.heard[6]
    assert made.heard[4] == made.heard[5] == made.heard[7]


@pytest.mark.parametrize(
    "odd",
    [
        {"headers": {"Host": "elsewhere.example"}},
        {"headers": {"User-Agent": None}},
        {"headers": {"Accept-Encoding": None}},
        {"headers": {"X": "\xd8"}},
        {"stream": True},
        {"data": b"x" * 100_000},
        {"timeout": (3, None)},
        {"timeout": None},
    ],
    ids=lambda odd: next(iter(odd)) + str(next(iter(odd.values())))[:24],
)
def test_what_is_not_usual_arrives_as_well(script, of, odd):
    one, other = script(), script()
    vipps = of(other)
    heard = []
    for get in (requests.Session(), vipps):
        get.headers.clear()
        get.headers.update({"User-Agent": "tests", "Accept-Encoding": "identity", "Accept": "a/b"})
        if get is vipps:
            get.system.clear()
            get._msn = None
        for _ in range(2):
            options = {"timeout": 5, **odd, "headers": {"Authorization": "x", **odd.get("headers", {})}}
            with get.get((other.url if get is vipps else one.url) + PATH, **options) as answer:
                assert answer.content == b"plain"
        made = other if get is vipps else one
        whole = b"".join(made.heard)
        head = sorted(line for line in whole.split(b"\r\n") if line and b"127.0.0.1" not in line)
        heard.append([line for line in head if not line.startswith((b"Ocp-Apim", b"Connection"))])
    if "User-Agent" in odd.get("headers", {}):  # then urllib3 says its own
        assert any(b"urllib3" in line for line in heard[1])
    assert heard[0] == heard[1]


@pytest.mark.parametrize("letter", ["x", "\xd8"])
def test_a_host_that_one_call_names_is_not_the_next_one_s(script, of, straight, letter):
    made = script()
    vipps = of(made)
    vipps.headers.clear()
    vipps.system.clear()

    vipps.get(PATH, headers={"Host": "elsewhere.example", "X": letter, **OWN})
    for _ in range(3):
        vipps.get(PATH, headers={"User-Agent": "tests", "Accept-Encoding": "identity", **OWN})

    hosts = [line for head in made.heard for line in head.split(b"\r\n") if line.startswith(b"Host:")]
    assert hosts == [b"Host: elsewhere.example", *[b"Host: " + made.url.partition("//")[2].encode()] * 3]
    assert len(straight) == 2
    assert [head.count(b"Bearer of the test") for head in made.heard] == [1] * 4


def test_a_connection_that_was_closed_meanwhile_is_not_written_to(script, of, straight):
    gone = threading.Event()

    def leave(connection):
        connection.sendall(PLAIN)
        connection.close()
        gone.set()

    made = script(leave)
    vipps = of(made)
    vipps.get(PATH, headers=OWN)
    vipps.get(PATH, headers=OWN)
    assert gone.wait(5)

    answer = vipps.post(PATH, json={}, headers=OWN, retries=0)

    assert answer.content == b"plain"
    assert (made.connections, len(straight)) == (2, 1)


def test_a_server_that_hangs_up_instead_of_answering_is_asked_again_for_what_may_be_repeated(script, of, straight):
    made = script(lambda connection: connection.close())
    vipps = of(made)
    vipps.get(PATH, headers=OWN)

    answer = vipps.get(PATH, headers=OWN)

    assert answer.content == b"plain"
    assert [retry.cause for retry in answer.retries] == ["ConnectionError"]
    assert len(straight) == 1


@pytest.mark.parametrize("said", [b"", PLAIN[:30], PLAIN[:-2]])
def test_a_server_that_falls_silent_is_given_up_like_with_requests(script, of, said, straight):
    over = threading.Event()

    def stop(connection):
        connection.sendall(said)
        over.wait(5)

    one, other = script(stop), script(stop)
    plain, vipps, errors = requests.Session(), of(other), []
    plain.get(one.url + PATH)
    vipps.get(PATH, headers=OWN)
    for get in (
        lambda: plain.get(one.url + PATH, timeout=0.2),
        lambda: vipps.get(PATH, headers=OWN, timeout=0.2, retries=0),
    ):
        with pytest.raises(requests.RequestException) as caught:
            get()
        errors.append((type(caught.value), str(caught.value).replace("_HttpPool", "HTTPConnectionPool")))
    over.set()

    # Of two silent moments one may be told in either half of the exchange; the kind and the words are the same.
    assert [kind for kind, _ in errors] == [errors[0][0]] * 2
    assert ["timed out" in words for _, words in errors] == [True, True]
    assert len(straight) == 1


def test_an_answer_that_drips_has_to_be_whole_by_its_deadline(script, of, straight):
    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.01)

    vipps = of(script(drip))
    vipps.get(PATH, headers=OWN)
    vipps.longest_answer = 0.2

    began = time.monotonic()
    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        vipps.get(PATH, headers=OWN, retries=0)

    assert time.monotonic() - began < 5
    assert len(straight) == 1
    vipps.longest_answer = None
    assert vipps.get(PATH, headers=OWN).content == b"plain"


def test_a_time_out_of_one_call_is_not_the_next_one_s(script, of):
    vipps = of(script())
    shelf = vipps.get_adapter(vipps.base_url)._inner
    patience = []
    for timeout in (5, 7, (3, 9), 5):
        vipps.get(PATH, headers=OWN, timeout=timeout)
        (pool,) = shelf._direct.values()
        patience.append(pool.pool._kept[-1].sock.gettimeout())

    assert patience == [5, 7, 9, 5]


def test_an_answer_that_is_too_large_is_not_handed_out(script, of, straight):
    vipps = of(script(ENDS["a large body"]))
    vipps.get(PATH, headers=OWN)
    vipps.largest_answer = 1000

    with pytest.raises(OversizedAnswerError, match="1000 bytes"):
        vipps.get(PATH, headers=OWN)

    assert len(straight) == 1


def test_ctrl_c_leaves_no_connection_behind_on_which_an_answer_is_still_to_come(script, of, monkeypatch):
    made = script()
    vipps = of(made)
    vipps.get(PATH, headers=OWN)

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(open_connection, "_plain_head", interrupt)
        with pytest.raises(KeyboardInterrupt):
            vipps.get(PATH, headers=OWN)

    assert vipps.get(PATH, headers=OWN).content == b"plain"
    assert made.connections == 2


def test_an_answer_s_stream_is_where_requests_leaves_it(script, of, straight):
    vipps = of(script())
    vipps.get(PATH, headers=OWN)
    plain = requests.get(vipps.base_url + PATH, timeout=5)

    answer = vipps.get(PATH, headers=OWN)

    assert len(straight) == 1
    for name in ("status", "reason", "version", "version_string", "headers", "length_remaining", "closed"):
        assert getattr(answer.raw, name) == getattr(plain.raw, name), name
    assert (answer.raw.read(), list(answer.iter_content(2))) == (b"", [b"pl", b"ai", b"n"])
    answer.close()
    answer.raw = None
    assert answer.raw is None


def test_an_answer_that_was_left_unread_is_not_taken_for_the_next_one(script, of, straight):
    vipps = of(script(ENDS["a large body"]))
    vipps.get(PATH, headers=OWN)
    left = vipps.get(PATH, headers=OWN, stream=True)
    left.raw.read(400_000)
    left.raw.release_conn()
    vipps.get(PATH, headers=OWN)
    half = vipps.get(PATH, headers=OWN, stream=True)
    half.raw.release_conn()

    with pytest.raises(requests.ConnectionError):
        vipps.get(PATH, headers=OWN, retries=0)

    assert vipps.get(PATH, headers=OWN).content == b"plain"


@pytest.mark.parametrize("interim", [102, 103, 199])
@pytest.mark.parametrize("calls_before", [0, 1])
def test_what_comes_before_an_answer_is_not_the_answer(script, of, interim, calls_before):
    real = threading.Event()

    def hint(connection):
        connection.sendall(b"HTTP/1.1 %d Wait\r\nLink: </style.css>\r\n\r\n" % interim)
        real.wait(5)
        for body in (b"first", b"other"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body)
            whole_request(connection)

    made = script(hint)
    made.first = PLAIN if calls_before else hint
    vipps = of(made)
    threading.Timer(0.1, real.set).start()
    for _ in range(calls_before):
        vipps.get(PATH, headers=OWN)

    answers = [vipps.get(PATH, headers=OWN, retries=0, timeout=5) for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"first"), (200, b"other")]


@pytest.mark.parametrize("name", [b"Authorization", b"Content-Type", b"X-Own", b"Idempotency-Key"])
def test_a_header_whose_name_is_bytes_is_sent_once_as_with_requests(script, of, name):
    made = script()
    vipps = of(made)
    headers = {name: "mine"} if name == b"Authorization" else {**OWN, name: "mine"}

    for _ in range(2):  # on a new connection, and on an open one
        vipps.post(PATH + "/capture", json={}, headers=headers)

    lines = [head.split(b"\r\n") for head in made.heard]
    assert [some.count(name + b": mine") for some in lines] == [1, 1]
    assert [[line.partition(b":")[0].lower() for line in some].count(name.lower()) for some in lines] == [1, 1]


@pytest.mark.parametrize("name", [5, None, "\xe6", "\u0142", b"\xe6"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_header_without_a_name_that_can_be_sent_is_refused_in_words(script, of, name, method):
    made = script()

    with pytest.raises(requests.RequestException, match=rf"^{method} {PATH} has a .*Nothing was sent"):
        of(made).request(method, PATH, headers={**OWN, name: "x"})

    assert made.heard == []


def test_a_header_of_the_session_whose_name_is_bytes_is_sent_too(script, of):
    made = script()
    vipps = of(made)
    vipps.headers[b"X-Own"] = "mine"

    vipps.get(PATH, headers=OWN)

    assert made.heard[0].count(b"\r\nX-Own: mine\r\n") == 1


def test_who_reads_urllib3_s_log_reads_of_every_call(script, of, caplog):
    vipps = of(script())
    vipps.get(PATH, headers=OWN)
    with caplog.at_level(logging.DEBUG, logger="urllib3.connectionpool"):
        vipps.get(PATH, headers=OWN)

    assert f'"GET {PATH} HTTP/1.1" 200' in caplog.text


def test_who_counts_requests_of_a_pool_counts_them_all(script, of):
    vipps = of(script(PLAIN, HEADS["chunks"]))  # urllib3 goes on with the last
    for _ in range(3):
        vipps.get(PATH, headers=OWN)

    (pool,) = vipps.get_adapter(vipps.base_url)._inner._direct.values()
    assert isinstance(pool, HTTPConnectionPool)
    assert (pool.num_requests, pool.num_connections) == (3, 1)


def test_the_time_that_a_body_takes_is_reading_and_no_waiting(script, of):
    body = threading.Event()

    def later(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        body.wait(5)
        connection.sendall(b"{}")

    vipps = of(script(later))
    vipps.get(PATH, headers=OWN)
    threading.Timer(0.3, body.set).start()

    laps = vipps.get(PATH, headers=OWN).laps

    assert laps.reading > 0.2 > laps.waiting
    assert running.get() is None


def test_many_threads_have_connections_of_their_own(script, of):
    made = script()
    vipps = of(made)
    vipps.get(PATH, headers=OWN)

    answers = vipps.map("GET", [PATH] * 400, at_once=8, headers=OWN, paced=False)
    assert (len(answers.ok), len(made.heard)) == (400, 401)
    assert {answer.content for answer in answers} == {b"plain"}
    assert made.connections <= 8
