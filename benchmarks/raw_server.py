"""A server that costs next to nothing, so that what is measured is the client.

    python benchmarks/raw_server.py [latency of an answer] [latency of a token] (seconds)

It prints its port. Tokens are numbered; ``POST /revoke`` makes all earlier ones worthless, ``GET /count`` tells how
many were given out.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class State:
    """What the conversations share."""

    given = 0
    worthless = 0
    lock = threading.Lock()


def answer(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


OK, REFUSED = answer("200 OK", b"{}"), answer("401 Unauthorized", b"{}")
BIG = answer("200 OK", b'{"text": "%s"}' % (b"x" * 2_000))


def reply(head: bytes, latency: float, token_latency: float) -> bytes:
    if head.startswith(b"POST /accesstoken"):
        time.sleep(token_latency)
        with State.lock:
            State.given += 1
            number = State.given
        return answer("200 OK", b'{"token_type":"Bearer","expires_in":"3600","access_token":"token-%d"}' % number)
    if head.startswith(b"POST /revoke"):
        State.worthless = State.given
        return OK
    if head.startswith(b"GET /count"):
        return answer("200 OK", b"%d" % State.given)
    if latency:
        time.sleep(latency)
    if head.startswith(b"GET /big/"):
        return BIG
    _, _, after = head.partition(b"Bearer token-")
    return REFUSED if after and int(after.partition(b"\r\n")[0]) <= State.worthless else OK


def converse(connection: socket.socket, latency: float, token_latency: float) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    waiting = b""
    while data := connection.recv(65536):
        waiting += data
        head, end, after = waiting.partition(b"\r\n\r\n")
        if end and len(after) >= length_of(head):
            connection.sendall(reply(head + b"\r\n", latency, token_latency))
            waiting = after[length_of(head) :]


def length_of(head: bytes) -> int:
    """How many bytes of a body follow; this server's clients all write it so."""
    _, found, after = head.partition(b"\r\nContent-Length: ")
    return int(after.partition(b"\r\n")[0]) if found else 0


def serve(latency: float, token_latency: float) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=converse, args=(connection, latency, token_latency), daemon=True).start()


@contextmanager
def running(latency: float = 0.0, token_latency: float = 0.0) -> Iterator[str]:
    """Such a server in a process of its own; its address."""
    command = [sys.executable, str(Path(__file__)), str(latency), str(token_latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    serve(*(float(word) for word in sys.argv[1:]))
