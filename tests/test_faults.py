"""What goes wrong between here and there: what the user sees, and how things stand afterwards.

The table in ``docs/faults.md`` is this file's summary: each of its rows has a test here that bears the row's name.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest
import requests

from tests.waiting import eventually
from vipps_nb import (
    ApiError,
    Environment,
    NotLoggedInError,
    OversizedAnswerError,
    Retries,
    TokenCache,
    TokenState,
    UnreachableError,
    VippsSession,
    fetch_access_token,
)
from vipps_nb.auth.access_token import Clock
from vipps_nb.auth.token_cache import RETRY_AFTER_FAILURE

from .conftest import Answer
from .test_session import calls, speaks

PATH = "/epayment/v1/payments/abc-12345"
CAPTURE = PATH + "/capture"
GOOD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"a": "ok"}'
TOKEN = b'{"token_type":"Bearer","expires_in":"3599","access_token":"eyJ.a.token"}'
TABLE = Path(__file__).parent.parent / "docs" / "faults.md"
ROWS: list[str] = []


def row(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Names the row of the table that a test holds."""

    def note(test: Callable[..., None]) -> Callable[..., None]:
        if name not in ROWS:
            ROWS.append(name)
        return test

    return note


# --- A server that speaks bytes -----------------------------------------------------------------------------------


class RawServer:
    """Says to each request the next of its lines: bytes, or a function that gets the connection. Then ``GOOD``.

    Token requests are answered properly, so that the fault is in the request itself.
    """

    def __init__(self) -> None:
        self.says: list[bytes | Callable[[socket.socket], None]] = []
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # whoever waits in accept() sleeps through close()
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while head := self._head(connection):
                if b" /accesstoken" in head:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(TOKEN) + TOKEN)
                    continue
                self.asked.append(head.decode())
                said = self.says.pop(0) if self.says else GOOD
                if callable(said):
                    said(connection)
                    return
                connection.sendall(said)

    @staticmethod
    def _head(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            body += connection.recv(65536)
        return head


def reset(connection: socket.socket, *, after: bytes = b"") -> None:
    """Hang up with a RST instead of a good-bye."""
    connection.sendall(after)
    time.sleep(0.02)  # what was said has to arrive before the RST does
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(connection: socket.socket, *, head: bytes, byte: bytes) -> None:
    """One byte now and then, for ever."""
    connection.sendall(head)
    while True:
        connection.sendall(byte)
        time.sleep(0.02)


@pytest.fixture
def raw() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.close()


@pytest.fixture
def vipps(raw, credentials) -> VippsSession:
    """A session with that server; its pauses are short."""
    return VippsSession(credentials, Environment("test", raw.base_url))


def still_works(vipps: VippsSession) -> bool:
    return bool(vipps.get(PATH).json() == {"a": "ok"})


# --- The connection -----------------------------------------------------------------------------------------------


@row("connection refused")
def test_a_refused_connection_is_tried_again_and_then_raised(credentials, serve):
    server = serve(speaks())
    vipps = VippsSession(credentials, server.environment)
    vipps.token  # noqa: B018 - fetched while the server still answers
    port = int(server.base_url.rpartition(":")[2])
    server.close()

    with pytest.raises(requests.ConnectionError) as caught:
        vipps.get(PATH)

    assert caught.value.__notes__[0].startswith("Tried 5 times")
    with socket.create_server(("127.0.0.1", port)) as back:

        def answer_once() -> None:
            with back.accept()[0] as connection:
                connection.sendall(GOOD)

        threading.Thread(target=answer_once, daemon=True).start()
        assert vipps.get(PATH).json() == {"a": "ok"}


BROKEN = {
    "reset before the headers": reset,
    "reset within the headers": partial(reset, after=b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "reset within the body": partial(reset, after=GOOD[:-5]),
    "truncated body": GOOD[:-5],
    "truncated chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "not HTTP at all": b"220 smtp.example.com ESMTP\r\n\r\n",
}


def hang_up_after(said: bytes | Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    return said if callable(said) else lambda connection: connection.sendall(said)


@row("reset before, within or after the headers")
@row("truncated body")
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_answer_to_a_read_is_asked_for_again(raw, vipps, fault):
    raw.says = [hang_up_after(BROKEN[fault])] * 2

    response = vipps.get(PATH)

    assert response.json() == {"a": "ok"}
    assert len(response.retries) == 2
    assert still_works(vipps)


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_answer_to_a_write_is_asked_for_again_with_the_same_key(raw, vipps, fault):
    raw.says = [hang_up_after(BROKEN[fault])]

    assert vipps.post(CAPTURE, json={}).json() == {"a": "ok"}
    keys = [re.search("(?i)idempotency-key: (.*)", head)[1] for head in raw.asked]
    assert len(keys) == 2
    assert len(set(keys)) == 1


@row("a write that could be done twice")
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_answer_to_a_write_without_such_a_key_is_raised_at_once(raw, vipps, fault):
    raw.says = [hang_up_after(BROKEN[fault])]

    with pytest.raises(requests.RequestException):
        vipps.post("/webhooks/v1/webhooks", json={})
    assert len(raw.asked) == 1
    assert still_works(vipps)


@row("slow drip")
@pytest.mark.parametrize(
    ("head", "byte"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["headers", "body", "chunks"],
)
def test_an_answer_that_drips_is_given_up_when_it_is_not_whole_in_time(raw, vipps, head, byte):
    """A time-out of requests starts anew with each byte, and would wait for ever."""
    raw.says = [partial(drip, head=head, byte=byte)]
    vipps.longest_answer = 0.2
    began = time.monotonic()

    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        vipps.get(PATH, retries=0)

    assert time.monotonic() - began < 2
    assert still_works(vipps)


def test_a_stream_may_take_as_long_as_its_reader_likes(raw, vipps):
    raw.says = [partial(drip, head=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", byte=b"x")]
    vipps.longest_answer = 0.05

    with vipps.get(PATH, stream=True) as response:
        parts = response.iter_content(1)
        assert b"".join(next(parts) for _ in range(10)) == b"x" * 10


@row("never-ending body")
def test_a_body_without_end_is_cut_off_at_a_size(raw, vipps):
    def for_ever(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    raw.says = [for_ever]
    vipps.largest_answer = 1 << 20

    with pytest.raises(OversizedAnswerError, match="larger than 1048576 bytes") as caught:
        vipps.get(PATH)

    assert isinstance(caught.value, requests.RequestException)
    assert len(raw.asked) == 1
    assert still_works(vipps)


@row("huge body")
def test_a_huge_body_is_read_and_a_larger_one_refused(raw, vipps):
    size = 8 << 20
    raw.says = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size] * 2

    assert len(vipps.get(PATH).content) == size
    vipps.largest_answer = size - 1
    with pytest.raises(OversizedAnswerError):
        vipps.get(PATH)
    assert still_works(vipps)


@row("nobody answers")
def test_silence_ends_with_the_time_out(raw, vipps):
    raw.says = [lambda connection: time.sleep(1)]

    with pytest.raises(requests.ReadTimeout):
        vipps.get(PATH, timeout=0.1, retries=0)
    assert still_works(vipps)


# --- The answer ---------------------------------------------------------------------------------------------------


def http(status: str, body: bytes, kind: str = "application/json", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@row("wrong content type")
def test_an_html_page_instead_of_an_answer_is_handed_back_as_it_is(raw, vipps):
    page = b"<html><title>Sign in to the hotel</title></html>"
    raw.says = [http("200 OK", page, "text/html"), http("403 Forbidden", page, "text/html")]

    with pytest.raises(requests.JSONDecodeError):
        vipps.get(PATH).json()
    with pytest.raises(ApiError, match="403 Forbidden: an HTML page titled “Sign in to the hotel”"):
        vipps.get(PATH).raise_for_status()
    assert still_works(vipps)


@row("invalid JSON")
@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe{", b'{"a": NaN', b"[" * 100_000])
def test_json_that_is_none_is_an_answer_all_the_same(raw, vipps, body):
    raw.says = [http("200 OK", body), http("400 Bad Request", body)]

    with pytest.raises((requests.JSONDecodeError, RecursionError)):
        vipps.get(PATH).json()
    with pytest.raises(ApiError, match="400 Bad Request"):
        vipps.get(PATH).raise_for_status()
    assert still_works(vipps)


@row("wrong compression")
def test_a_body_that_is_not_compressed_as_it_says_is_raised(raw, vipps):
    raw.says = [http("200 OK", b"not gzip", Content_Encoding="gzip")]

    with pytest.raises(requests.exceptions.ContentDecodingError):
        vipps.get(PATH)
    assert len(raw.asked) == 1
    assert still_works(vipps)


@row("429 with Retry-After in seconds")
def test_429_waits_for_the_seconds(raw, vipps):
    raw.says = [http("429 Too Many Requests", b"", Retry_After="0")] * 3

    assert [retry.waited for retry in vipps.get(PATH).retries] == [0.0] * 3


@row("429 with Retry-After as a date")
def test_429_waits_for_the_date_by_the_servers_clock(raw, vipps):
    """Both dates lie years ahead of this computer; between them is no time at all."""
    date = "Tue, 01 Jan 2036 12:00:00 GMT"
    raw.says = [http("429 Too Many Requests", b"", Retry_After=date, Date=date)] * 2

    assert [retry.waited for retry in vipps.get(PATH).retries] == [0.0] * 2


@row("500")
def test_500_is_an_answer(raw, vipps):
    raw.says = [http("500 Internal Server Error", b'{"title": "Oops"}')]

    with pytest.raises(ApiError, match="500 Oops"):
        vipps.get(PATH).raise_for_status()
    assert len(raw.asked) == 1


@row("502, 503, 504 in a burst")
def test_a_burst_is_sat_out(raw, vipps):
    raw.says = [http(status, b"") for status in ("502 Bad Gateway", "503 Away", "504 Gateway Timeout", "503 Away")]

    response = vipps.get(PATH)

    assert [retry.cause for retry in response.retries] == [
        "502 Bad Gateway",
        "503 Away",
        "504 Gateway Timeout",
        "503 Away",
    ]
    assert response.status_code == 200


def test_a_burst_that_lasts_is_handed_back(raw, vipps):
    raw.says = [http("503 Away", b'{"title": "Away"}')] * 5

    with pytest.raises(ApiError, match="503 Away"):
        vipps.get(PATH).raise_for_status()
    assert still_works(vipps)


# --- The token ----------------------------------------------------------------------------------------------------


class Shop:
    """A server with a token endpoint that can be down, and a machine whose clocks can be moved."""

    def __init__(self, serve, credentials) -> None:
        self.wall = self.monotonic = 1_800_000_000.0
        self.server_ahead = 0.0
        self.down = False
        self.life: object = 3600
        self.tokens = 0
        self.date = False
        self.server = serve(self._answer)
        clock = Clock(wall=lambda: self.wall, monotonic=lambda: self.monotonic)
        self.cache = TokenCache(partial(fetch_access_token, clock=clock), clock)
        self.clock = clock
        self.vipps = VippsSession(credentials, self.server.environment, cache=self.cache)
        self.vipps.retries = Retries(total=0)

    def pass_time(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds

    @property
    def server_now(self) -> float:
        return self.monotonic + self.server_ahead

    def _answer(self, seen):
        if not seen.path.startswith("/accesstoken"):
            known = seen.headers["Authorization"].rpartition("-")[2]
            return Answer() if known == str(self.tokens) else Answer(401)
        if self.down:
            return Answer(503)
        self.tokens += 1
        body = {"access_token": f"token-{self.tokens}", "expires_in": self.life}
        if isinstance(self.life, int) and 0 < self.life < 100_000:
            body["expires_on"] = int(self.server_now) + self.life
        headers = {"Content-Type": "application/json"}
        if self.date:
            headers["Date"] = format_datetime(datetime.fromtimestamp(self.server_now, UTC), usegmt=True)
        return Answer(200, json.dumps(body).encode(), headers)

    def holds(self, token: str) -> bool:
        held = self.vipps.keys.peek()
        return held is not None and held.reveal() == token

    def works(self) -> bool:
        return bool(self.vipps.get(PATH).status_code == 200)


@pytest.fixture
def shop(serve, credentials) -> Shop:
    return Shop(serve, credentials)


@row("token endpoint down while a token is good")
def test_a_token_endpoint_that_is_down_for_minutes_is_noticed_by_nobody(shop):
    assert shop.works()
    shop.pass_time(3300)  # stale
    shop.down = True
    told = []
    shop.cache.subscribe(told.append)

    for _ in range(5):
        assert shop.works()
    eventually(lambda: len(told) == 1)
    shop.down = False
    shop.pass_time(RETRY_AFTER_FAILURE)
    assert shop.works()
    eventually(lambda: shop.holds("token-2"))

    assert "answered 503" in told[0].problem
    assert shop.works()


@row("token endpoint down without a good token")
def test_without_a_good_token_it_is_said_and_the_next_call_after_works(shop):
    assert shop.works()
    shop.pass_time(3600)
    shop.down = True

    for _ in range(3):
        with pytest.raises(UnreachableError, match="answered 503"):
            shop.works()
        shop.pass_time(60)
    shop.down = False

    assert shop.works()
    assert shop.tokens == 2


@row("token over on arrival")
@row("negative or absurd lifetime")
@pytest.mark.parametrize("life", [0, -1, -(10**9), "-3599"])
def test_a_token_over_on_arrival_serves_one_request_each(shop, life):
    shop.life = life

    assert shop.works()
    assert shop.works()
    assert shop.tokens == 2


@pytest.mark.parametrize("life", [10**12, "1e400", "NaN", "soon", None, True, [], {"a": 1}, 2**70])
def test_a_lifetime_nobody_can_mean_never_outlives_two_days(shop, life):
    shop.life = life

    assert shop.works()
    shop.pass_time(48 * 3600)
    assert shop.works()
    assert shop.tokens == 2


@row("401 storm")
def test_a_401_storm_makes_one_renewal(shop):
    assert shop.works()
    shop.tokens += 1  # the server has forgotten the first one

    with ThreadPoolExecutor(64) as threads:
        assert all(threads.map(lambda _: shop.works(), range(64)))
    assert shop.tokens == 3


@row("401 for ever")
def test_401_for_ever_costs_each_call_one_renewal(serve, credentials):
    tokens: list[str] = []
    server = serve(speaks(lambda seen: Answer(401), tokens))
    vipps = VippsSession(credentials, server.environment)

    assert [vipps.get(PATH).status_code for _ in range(3)] == [401] * 3
    assert len(tokens) == 4
    assert len(calls(server)) == 6


@row("a server's clock a day off")
@pytest.mark.parametrize("days", [-1, 1])
@pytest.mark.parametrize("date", [True, False], ids=["with Date", "without Date"])
def test_a_day_between_two_clocks_shortens_and_lengthens_nothing(shop, days, date):
    shop.server_ahead, shop.date = days * 86400.0, date

    assert shop.works()
    shop.pass_time(3500)
    assert shop.works()
    eventually(lambda: shop.holds("token-2"))  # renewed in the background
    shop.pass_time(3600)
    assert shop.works()
    assert shop.tokens == 3


@row("wall clock stepped")
def test_a_wall_clock_stepped_back_keeps_no_dead_token_alive(shop):
    assert shop.works()
    shop.wall -= 86400
    assert shop.works()
    assert shop.tokens == 1
    shop.pass_time(3600)

    assert shop.works()
    assert shop.tokens == 2


def test_a_wall_clock_stepped_forward_costs_one_token(shop):
    assert shop.works()
    shop.wall += 86400
    shop.date = True

    assert [shop.works() for _ in range(5)] == [True] * 5
    assert shop.tokens == 2


@row("daylight-saving nights")
@pytest.mark.parametrize("night", ["2026-03-29T00:30:00+00:00", "2026-10-25T00:30:00+00:00"])
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system's time zone cannot be set")
def test_the_night_the_clocks_change_is_a_night_like_any_other(shop, monkeypatch, night):
    monkeypatch.setenv("TZ", "Europe/Oslo")
    time.tzset()
    try:
        shop.wall = shop.monotonic = datetime.fromisoformat(night).timestamp()
        assert shop.works()
        token = shop.vipps.keys.peek()
        for minutes, state in ((10, TokenState.FRESH), (45, TokenState.STALE), (5, TokenState.EXPIRED)):
            shop.pass_time(minutes * 60)
            assert token.state(shop.clock) is state
    finally:
        monkeypatch.undo()
        time.tzset()


@row("suspend")
def test_a_laptop_that_slept_fetches_a_new_token(shop):
    """The monotonic clock stands still meanwhile (on Linux)."""
    assert shop.works()
    shop.wall += 7200
    shop.server_ahead += 7200

    assert shop.works()
    assert shop.tokens == 2


# --- Processes, threads, people -----------------------------------------------------------------------------------


@row("fork")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # 3.12 and later warn of what is tested here
def test_a_forked_process_uses_the_token_but_neither_connections_nor_locks(serve, credentials):
    gate = threading.Event()
    answer = speaks()
    server = serve(lambda seen: (seen.path != "/hold" or gate.wait(10)) and answer(seen))
    vipps = VippsSession(credentials, server.environment)
    assert vipps.get(PATH).status_code == 200  # a connection is open, a token is there
    entry = next(iter(vipps.keys.cache._entries.values()))

    with entry.lock, vipps.keys.cache._lock:
        child = os.fork()
        if child == 0:
            # Only what needs no lock of the parent's threads may happen here.
            os._exit(0 if vipps.get("/report/v2/from-the-child").status_code == 200 else 1)
        _, status = os.waitpid(child, 0)
    gate.set()

    assert os.waitstatus_to_exitcode(status) == 0
    assert vipps.get(PATH).status_code == 200
    assert [seen.path for seen in server.seen].count("/accesstoken/get") == 1


@row("64 threads")
def test_64_threads_share_one_token_and_get_their_own_answers(serve, credentials):
    tokens: list[str] = []
    server = serve(speaks(lambda seen: Answer(body=json.dumps(seen.path).encode()), tokens))
    vipps = VippsSession(credentials, server.environment)

    with ThreadPoolExecutor(64) as threads:
        said = list(threads.map(lambda number: vipps.get(f"/report/v2/{number}").json(), range(256)))

    assert said == [f"/report/v2/{number}" for number in range(256)]
    assert len(tokens) == 1


@row("Ctrl-C in the middle of a renewal")
@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no thread can be signalled here")
@pytest.mark.parametrize("role", ["fetches", "waits"])
def test_after_ctrl_c_in_the_middle_of_a_renewal_the_next_call_works(serve, credentials, role):
    arrived, gate = threading.Event(), threading.Event()
    answer = speaks()

    def slow_token(seen):
        if seen.path.startswith("/accesstoken"):
            arrived.set()
            gate.wait(10)
        return answer(seen)

    server = serve(slow_token)
    vipps = VippsSession(credentials, server.environment)
    main = threading.get_ident()
    threads = ThreadPoolExecutor(1)
    other = threads.submit(vipps.get, PATH) if role == "waits" else None
    if other:
        assert arrived.wait(10)

    def interrupt() -> None:
        assert arrived.wait(10)
        time.sleep(0.1)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        vipps.get(PATH)
    gate.set()

    assert vipps.get(PATH).status_code == 200
    if other:
        assert other.result(10).status_code == 200
    threads.shutdown()


@row("kernel restart")
def test_after_a_restart_nothing_of_the_login_is_left_and_no_file_was_written(tmp_path):
    code = (
        "import vipps_nb\n"
        "try: vipps_nb.current_session()\n"
        "except vipps_nb.NotLoggedInError as error: print(error)\n"
        "print(vipps_nb.login(env='sandbox', quiet=True).get('/epayment/v1/payments/no-such-order').status_code)"
    )
    environ = {**os.environ, "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
        )
        assert run.stdout == "Not logged in. Expected a login first: run %vipps_login.\n404\n"
    assert list(tmp_path.rglob("*")) == []


@row("logout during requests")
def test_logout_during_requests_lets_them_end_and_no_other_begin(serve, credentials):
    arrived, gate = threading.Semaphore(0), threading.Event()

    def slow(seen):
        arrived.release()
        gate.wait(10)
        return Answer()

    server = serve(speaks(slow))
    vipps = VippsSession(credentials, server.environment)
    with ThreadPoolExecutor(8) as threads:
        under_way = [threads.submit(vipps.get, PATH) for _ in range(8)]
        for _ in range(8):
            assert arrived.acquire(timeout=10)
        vipps.keys.forget()
        vipps.close()
        gate.set()
        statuses = [future.result(10).status_code for future in under_way]

    assert statuses == [200] * 8
    with pytest.raises(NotLoggedInError):
        vipps.get(PATH)
    assert vipps.keys.peek() is None


def test_logout_while_waiting_to_try_again_ends_the_trying(raw, vipps, monkeypatch):
    raw.says = [http("503 Away", b"")] * 9
    monkeypatch.setattr("vipps_nb.client.adapter.sleep", lambda seconds: vipps.keys.forget())

    with pytest.raises(NotLoggedInError):
        vipps.get(PATH)
    assert len(raw.asked) == 1


# --- The sandbox's fault desk -------------------------------------------------------------------------------------


@row("the sandbox's fault desk")
@pytest.mark.parametrize(
    "rule", [{"status": 503}, {"status": 429, "retryAfter": 0}, {"drop": "before"}, {"drop": "after"}]
)
def test_faults_of_the_desk_are_overcome_and_act_once(rule):
    from vipps_nb import login

    from .test_polling import ORDER

    vipps = login(env="sandbox", quiet=True)
    vipps.sandbox.reset(seed=3)
    vipps.sandbox.faults([{"path": "/epayment/*", "rate": 0.4, **rule}])

    vipps.retries = Retries(total=20)
    vipps.post("/epayment/v1/payments", json=ORDER).raise_for_status()
    vipps.sandbox.approve(reference=ORDER["reference"])
    amount = {"modificationAmount": ORDER["amount"]}
    for verb in ("capture", "refund"):
        vipps.post(f"/epayment/v1/payments/{ORDER['reference']}/{verb}", json=amount).raise_for_status()
    vipps.sandbox.clear_faults()

    events = [event["name"] for event in vipps.get(f"/epayment/v1/payments/{ORDER['reference']}/events").json()]
    assert events == ["CREATED", "AUTHORIZED", "CAPTURED", "REFUNDED"]


# --- The table ----------------------------------------------------------------------------------------------------


def test_each_row_of_the_table_is_held_by_a_test_and_each_test_is_in_the_table():
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows = [line.split("|")[1].strip() for line in lines[2:]]

    assert sorted(rows) == sorted(ROWS)
    assert all(line.count("|") == 4 for line in lines)
