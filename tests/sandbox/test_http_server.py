"""The loopback server by itself, with an app of three lines: how it stops."""

import asyncio
import json
import socket
import threading
import time
from contextlib import suppress

import pytest
import requests

from vipps_nb.sandbox.server import http_server
from vipps_nb.sandbox.server.http_server import LoopbackServer


class App:
    """Answers `/slow` when it is let go, and everything else at once."""

    def __init__(self):
        self.asked, self.let_go = threading.Event(), threading.Event()

    async def __call__(self, scope, receive, send):
        if scope["path"] == "/slow":
            self.asked.set()
            with suppress(asyncio.CancelledError):
                while not self.let_go.is_set():
                    await asyncio.sleep(0.001)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


def served(app):
    server = LoopbackServer()
    server.start(app)
    return server, f"http://127.0.0.1:{server.port}"


def test_a_stop_waits_for_nobody_who_says_nothing(session):
    """The quickest of five, for the machine may be busy; uvicorn's own way takes 0.1 to 0.3 seconds."""
    taken = []
    for _ in range(5):
        server, url = served(App())
        assert session.get(url).headers.get("connection") != "close"  # it stays open

        began = time.perf_counter()
        server.stop()

        taken.append(time.perf_counter() - began)
        with pytest.raises(requests.ConnectionError):
            session.get(url)
    assert min(taken) < 0.05


def test_a_stop_lets_running_answers_finish(session):
    app, answers = App(), []
    server, url = served(app)
    client = threading.Thread(target=lambda: answers.append(session.get(f"{url}/slow").text))
    client.start()
    app.asked.wait(10)
    stopping = threading.Thread(target=server.stop)

    stopping.start()
    stopping.join(0.05)
    assert stopping.is_alive()
    app.let_go.set()
    for one in (stopping, client):
        one.join(10)

    assert answers == ["ok"]


def test_a_stop_does_not_wait_for_ever(session, monkeypatch):
    monkeypatch.setattr(http_server, "GRACE", 0.01)
    app, failures = App(), []
    server, url = served(app)

    def ask():
        try:
            session.get(f"{url}/slow")
        except requests.ConnectionError as error:
            failures.append(error)

    client = threading.Thread(target=ask)
    client.start()
    app.asked.wait(10)

    server.stop()
    server.stop()
    client.join(10)

    assert len(failures) == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
        b"hello\r\n\r\n",
        "GET /øre HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    ],
    ids=["TLS", "no HTTP", "not ASCII"],
)
def test_what_is_no_http_is_told_so_in_our_words_and_says_nothing_in_a_cell(sent, caplog, capfd):
    server, _ = served(App())

    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(sent)
        head, _, body = b"".join(iter(lambda: client.recv(4096), b"")).partition(b"\r\n\r\n")
    server.stop()

    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body) == {"statusCode": 400, "message": http_server.NO_HTTP}
    assert caplog.text == ""
    assert capfd.readouterr() == ("", "")


def test_an_offer_of_http_2_is_passed_over_in_silence(session, caplog):
    """As Java's own client makes it with every request."""
    server, url = served(App())

    answer = session.get(url, headers={"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": ""})
    server.stop()

    assert answer.text == "ok"
    assert caplog.text == ""
