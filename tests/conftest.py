"""What most tests stand on: a place without keys, nobody logged in, and a server that says what it is told."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, settings
from IPython.core.history import HistoryManager
from IPython.testing import tools

from vipps_nb import Credentials, Environment, Secret, login, logout

CLIENT_ID = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
CLIENT_SECRET = "c2VjcmV0LXRoYXQtbXVzdA=="
SUBSCRIPTION_KEY = "0123456789abcdef0123456789abcdef"
MSN = "123456"

# Stories that stateful tests tell, and requests made of documents: the same ones each time, unless somebody has the
# time for thousands.
USUAL_EXAMPLES = 40
PATIENTLY = settings(stateful_step_count=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
settings.register_profile("usual", PATIENTLY, max_examples=USUAL_EXAMPLES, derandomize=True)
settings.register_profile("thorough", PATIENTLY, max_examples=3000)
settings.load_profile("usual")


def times_the_usual() -> int:
    """How many times the usual number of stories and requests this run has time for."""
    return max(1, settings().max_examples // USUAL_EXAMPLES)


make_rsa_key = rsa.generate_private_key
RSA_KEYS = 12  # more than any test has sandboxes at the same time


@cache
def rsa_key(number: int, public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
    return make_rsa_key(public_exponent, key_size)


@pytest.fixture(scope="session", autouse=True)
def history_in_memory() -> Iterator[None]:
    """IPython's shells of this process write into no file.

    The usual one is somebody's own; each shell waits for the disk, and at the end for those that have it locked.
    """
    usual = tools.default_config

    def config() -> Any:
        made = usual()
        made.HistoryManager.hist_file.unlink()
        made.HistoryManager.hist_file = ":memory:"
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tools, "default_config", config)
        patch.setattr(HistoryManager, "_get_hist_file_name", lambda *_: ":memory:")
        yield


@pytest.fixture(scope="session", autouse=True)
def few_rsa_keys() -> Iterator[None]:
    """Sandboxes of this process take turns with a few keys: a key of its own takes six times as long as all the rest.

    Two of them never have the same one at the same time, so each still refuses the other's tokens.
    """
    made = 0

    def next_key(public_exponent: int, key_size: int, backend: object = None) -> rsa.RSAPrivateKey:
        nonlocal made
        made += 1
        return rsa_key(made % RSA_KEYS, public_exponent, key_size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rsa, "generate_private_key", next_key)
        yield


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of folders that are not there yet."""
    within = tmp_path_factory.mktemp("tests")
    return (within / str(number) for number in count())


@pytest.fixture
def tmp_path(folders: Iterator[Path]) -> Path:
    """A folder for one test. pytest's own looks for a free name and changes a link each time, which takes longer."""
    folder = next(folders)
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to stand in, no keys in the process environment, nobody logged in."""
    for name in list(os.environ):
        if "VIPPS" in name.upper() or name.upper() in ("CLIENT_ID", "CLIENT_SECRET", "BINDER_LAUNCH_HOST"):
            monkeypatch.delenv(name)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    logout()


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits half a second before a second try; ``test_retries`` has the real pauses."""
    monkeypatch.setattr("vipps_nb.client.retries.FIRST_WAIT", 0.001)


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(CLIENT_ID, Secret(CLIENT_SECRET), Secret(SUBSCRIPTION_KEY), MSN, source=".env")


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What to say next."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


class ScriptedServer:
    """A real HTTP server on the loopback interface that answers what its script says, and remembers what came."""

    def __init__(self, script: Callable[[Seen], Answer]) -> None:
        self.seen: list[Seen] = []
        self.script = script
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                seen = Seen(self.command, self.path, dict(self.headers), self.rfile.read(length))
                outer.seen.append(seen)
                said = outer.script(seen)
                self.send_response_only(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said.body)))
                self.end_headers()
                self.wfile.write(said.body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - http.server looks for these names

            def log_message(self, *_: object) -> None: ...

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, request: object, client_address: object) -> None:
                """Clients hang up on purpose here; their neighbours' captured output is not the place to say so."""
                if not isinstance(sys.exc_info()[1], OSError):
                    super().handle_error(request, client_address)  # type: ignore[arg-type]

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environment(self) -> Environment:
        return Environment("test", self.base_url)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Seen], Answer]], ScriptedServer]]:
    """Start scripted servers; all are stopped at the end."""
    servers: list[ScriptedServer] = []

    def start(script: Callable[[Seen], Answer]) -> ScriptedServer:
        servers.append(ScriptedServer(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def vipps():
    """A session with the sandbox of this kernel."""
    return login(env="sandbox", quiet=True)
