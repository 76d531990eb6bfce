"""A stateful imitation of the Vipps MobilePay test environment on 127.0.0.1.

A real HTTP server, in this process or joined elsewhere on the machine. It is not the test environment: what is
imitated differently, and what not at all, is written in the docstring of each page under ``apis``.
"""

from __future__ import annotations

import sys
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from vipps_nb.sandbox.control.client import ControlClient
from vipps_nb.sandbox.control.dotenv_files import write_all
from vipps_nb.sandbox.errors import SandboxError
from vipps_nb.sandbox.near import one_of, with_named_options
from vipps_nb.sandbox.server.urls import parts_of
from vipps_nb.sandbox.world.sales_unit import KeySet, KeyStore, KeyType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests.adapters import BaseAdapter

    from vipps_nb.sandbox.keeping.state_file import StateFile
    from vipps_nb.sandbox.server.http_server import LoopbackServer
    from vipps_nb.sandbox.server.in_process import BesideServer, InProcess
    from vipps_nb.sandbox.world.settings import Settings
    from vipps_nb.sandbox.world.world import Backend

__all__ = ["Sandbox", "SandboxError"]

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is refused unless it is said twice
IN_PROCESS = "http://in-process.localhost"
"""The address of a sandbox that does not listen: this very machine by its name, where nobody else is."""
_STRICTNESS = ("real", "strict")
_DOORS = ("loopback", "in-process", "both")
_LIFETIMES = range(1, 86_401)
_CALLS = range(1, 100_001)


@with_named_options
class Sandbox(ControlClient):
    """One sandbox: started here, or joined with ``Sandbox.join``.

    Also a context manager.

    Args:
        seed: Fixes the pretend keys and the order of all ids.
        port: On 127.0.0.1; 0 takes any free one.
        token_lifetime: Seconds that a standard access token lives.
        sales_units: How many the world has. The first is the one ``keys`` and ``dotenv`` tell about.
        calls_per_minute: How many calls each sales unit has in a minute of real time; beyond it is 429. None for no
            limit.
        host: Another IPv4 address of this machine to listen on. 0.0.0.0 is all of them.
        strictness: ``real`` takes what published clients send although no document has it, and notes it; ``strict``
            refuses it, for a class or a pipeline that wants clean requests.
        state: A file to keep the world in: after a restart it is as it was, and what fell due meanwhile has happened.
            None forgets it at the end.
        let_others_in: Say a second time that other machines may come in. Each says a join code, once, and can then
            do whatever you can: the desk asks for no key. True has a code made, a text of six letters and digits or
            more is one of your own; see :attr:`join_code`.
        door: ``loopback``, ``in-process`` or ``both``. Unless given it is ``loopback``, and in a page of a browser,
            which has no sockets, ``in-process``.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        port: int = 0,
        token_lifetime: int = 3600,
        sales_units: int = 1,
        strictness: str = "real",
        host: str = LOOPBACK,
        let_others_in: bool | str = False,
        door: str | None = None,
        state: Path | str | None = None,
        calls_per_minute: int | None = None,
    ) -> None:
        in_a_page = sys.platform == "emscripten"  # where Python has no sockets
        if door is None:
            door = "in-process" if in_a_page else "loopback"
        elif in_a_page and door in ("loopback", "both"):
            raise SandboxError(
                f"A page in a browser cannot listen, so there is no door {door!r}. Expected Sandbox() or "
                'Sandbox(door="in-process"), which is called and not connected to.'
            )
        if in_a_page and (port or host not in (LOOPBACK, "localhost")):
            raise SandboxError(
                f"A page in a browser cannot listen, so there is no {host}:{port} for others to come to. Expected "
                "Sandbox() without port and host: code in this page reaches it by its base_url."
            )
        if token_lifetime not in _LIFETIMES:
            raise SandboxError("token_lifetime is a whole number of seconds from 1 to 86400.")
        if sales_units < 1:
            raise SandboxError("A sandbox has one sales unit at least.")
        one_of("strictness", strictness, tuple(_STRICTNESS))
        one_of("door", door, tuple(_DOORS))
        if calls_per_minute is not None and calls_per_minute not in _CALLS:
            raise SandboxError("calls_per_minute is a whole number from 1 to 100000, or None.")
        self._calls_per_minute = calls_per_minute
        self._door = door
        self._host = _where_to_listen(host, let_others_in)
        self._join_code: str | None = None
        if self._host != LOOPBACK:
            self._join_code = _join_code(let_others_in)
        self._seed = seed
        self._port = port
        self._token_lifetime = token_lifetime
        self._strictness = strictness
        self._key_store: KeyStore | None = KeyStore(seed, sales_units)
        self._server: LoopbackServer | None = None
        self._inside: InProcess | None = None
        self._joined: str | None = None
        self._state = None if state is None else Path(state)
        self._kept: StateFile | None = None

    @classmethod
    def join(cls, base_url: str, *, code: str | None = None) -> Sandbox:
        """Speak to the desk of a sandbox that already runs.

        Starting and stopping it is not ours.

        Args:
            base_url: Where it listens.
            code: Its join code, if it runs on another machine and this one has not said it yet.

        Raises:
            SandboxError: That is no address; with a code, also that nobody answers there or that it is a wrong one.
        """
        parts = parts_of(base_url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise SandboxError("The address of a sandbox looks like http://127.0.0.1:8080.")
        if sys.platform == "emscripten":
            raise SandboxError(
                f"The sandbox at {parts.netloc} runs elsewhere, and a page in a browser cannot reach it. Expected "
                "Sandbox(), which runs in this page; or run the notebook on a machine, with JupyterLab."
            )
        joined = cls()
        joined._key_store = None
        joined._joined = base_url.rstrip("/")
        if code is not None:
            joined._ask("POST", "/join", {"code": code})
        return joined

    def __repr__(self) -> str:
        if self._joined is not None:
            return f"Sandbox.join({self._joined!r})"
        place = "not running" if self._server is None and self._inside is None else self.base_url
        return f"<Sandbox seed={self._seed} {place}>"

    @property
    def door(self) -> str:
        """How it is reached: ``loopback``, ``in-process`` or ``both``."""
        return self._door

    @property
    def join_code(self) -> str | None:
        """What another machine says once to come in.

        None where no other machine may.
        """
        return self._join_code

    @property
    def resumed(self) -> bool:
        """Whether it has gone on with the world in its state file.

        Otherwise it has begun with a new one.
        """
        return self._kept is not None and self._kept.resumed

    @property
    def base_url(self) -> str:
        """Where it listens.

        Raises:
            SandboxError: It is not running.
        """
        if self._joined is not None:
            return self._joined
        if self._server is None and self._inside is None:
            raise SandboxError("The sandbox is not running; call start() first.")
        return IN_PROCESS if self._server is None else self._address(self._server)

    def start(self) -> Self:
        """Start listening; returns once requests are answered.

        Does nothing when it runs already.

        After a stop it starts again: with the same keys, a new world, and a new signing key, so that tokens from
        before are those of another sandbox.

        Raises:
            SandboxError: The port is taken, or the server did not come up in time.
        """
        if self._server is not None or self._inside is not None or self._key_store is None:
            return self
        # Late, so that `from vipps_nb.sandbox import Sandbox` does not pay for FastAPI and uvicorn.
        from vipps_nb.sandbox.server.app import build_app  # noqa: PLC0415
        from vipps_nb.sandbox.world.settings import Settings  # noqa: PLC0415
        from vipps_nb.sandbox.world.world import Backend  # noqa: PLC0415

        settings = Settings.model_validate(
            {
                "tokenLifetimeSeconds": self._token_lifetime,
                "strictness": self._strictness,
                "callsPerMinute": self._calls_per_minute,
            }
        )
        if self._door == "in-process":
            from vipps_nb.sandbox.server.in_process import InProcessServer  # noqa: PLC0415

            backend = Backend(self._seed, self._key_store, settings, IN_PROCESS)
            self._keep(backend)
            inside = InProcessServer()
            app = build_app(backend, by_hand=inside.carry)
            inside.start(app, on_stop=app.close)
            self._inside = inside
            return self._woken()
        from vipps_nb.sandbox.server.http_server import LoopbackServer  # noqa: PLC0415
        from vipps_nb.sandbox.server.in_process import BesideServer  # noqa: PLC0415

        server = LoopbackServer(self._port, self._host)
        try:
            return self._listen(server, BesideServer(lambda: server.loop), settings)
        except BaseException:
            self._server, self._inside = server, None
            self.stop()  # the port and the state file are free again
            raise

    def _listen(self, server: LoopbackServer, beside: BesideServer, settings: Settings) -> Self:
        from vipps_nb.sandbox.server.app import build_app  # noqa: PLC0415 - as in start
        from vipps_nb.sandbox.server.guests import Guests  # noqa: PLC0415 - as in start
        from vipps_nb.sandbox.world.world import Backend  # noqa: PLC0415

        assert self._key_store is not None  # noqa: S101 - start has seen to it
        backend = Backend(self._seed, self._key_store, settings, self._address(server))
        self._keep(backend)
        guests = None if self._join_code is None else Guests(self._join_code)
        app = build_app(backend, guests=guests, by_hand=beside.carry)
        beside.start(app)
        server.start(app, on_stop=app.close)
        self._server, self._inside = server, beside if self._door == "both" else None
        return self._woken()

    def _keep(self, backend: Backend) -> None:
        """Take up the world in the state file, if there is one, and keep it from now on."""
        if self._state is None:
            return
        from vipps_nb.sandbox.keeping.state_file import StateFile  # noqa: PLC0415 - for whoever keeps one

        kept = StateFile(self._state)
        try:
            kept.take_up(backend)
        except BaseException:
            kept.close()
            raise
        backend.keep = partial(kept.write, backend)
        self._kept = kept

    def _woken(self) -> Self:
        """Have happen what fell due while nobody was there."""
        if self._kept is not None:
            self._ask("GET", "/health")
        return self

    def stop(self) -> None:
        """Stop listening and forget the world.

        Does nothing when it is not running, or was joined.

        Raises:
            SandboxError: The server was still busy after the time limit.
        """
        server, self._server = self._server, None
        inside, self._inside = self._inside, None
        if inside is not None:
            inside.stop()
        if server is not None:
            server.stop()
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def adapter(self) -> BaseAdapter:
        """For ``requests``: what to mount on a session that shall call this sandbox.

        ``session.mount(sandbox.base_url, sandbox.adapter())``. The session needs no proxy, no port and no thread.
        Code whose host is fixed is met there: ``session.mount("https://apitest.vipps.no", sandbox.adapter())``.

        Raises:
            SandboxError: It is not running, or was not started with such a door.
        """
        from vipps_nb.sandbox.server.transports import SandboxAdapter  # noqa: PLC0415 - as in start

        return SandboxAdapter(self._own_inside())

    def httpx_transport(self) -> Any:
        """The same for ``httpx``, plain and asynchronous.

        ``httpx.Client(base_url=sandbox.base_url, transport=sandbox.httpx_transport())``

        Raises:
            SandboxError: As :meth:`adapter`; or httpx is not installed.
        """
        from vipps_nb.sandbox.server.transports import httpx_transport  # noqa: PLC0415 - as in start

        return httpx_transport(self._own_inside())

    def receive(self, url: str, receiver: Callable[[Mapping[str, str], bytes], int | tuple[int, bytes]]) -> None:
        """Have a function receive what is sent to a URL, or to one below it.

        Webhooks and callbacks, that is.

        No server is needed for that URL, and it may be any: ``https://shop.example/hook``.

        Args:
            url: As it is registered.
            receiver: Gets the headers and the body, and gives the status to answer with; a 2xx accepts it. Where the
                answer is read, as PSP's ``makePaymentUrl`` and Checkout's are, it gives the status and a body.

        Raises:
            SandboxError: As :meth:`adapter`.
        """
        from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply  # noqa: PLC0415 - as in start

        def receive(outgoing: OutgoingRequest) -> Reply:
            said = receiver(outgoing.headers, outgoing.body)
            status, body = said if isinstance(said, tuple) else (said, b"")
            return Reply(status=status, body=body)

        self._own_inside().receive(url, receive)

    def keys(self, key_type: str = "merchant", *, msn: str | None = None) -> dict[str, str]:
        """The pretend keys of one kind, by their names in the portal.

        Args:
            key_type: merchant, partner, management, accounting or donations.
            msn: Which sales unit's merchant keys, when there are several; the first unless given.

        Raises:
            SandboxError: There is no such set, or the sandbox was joined.
        """
        return self._keys(key_type, msn).as_dict()

    def dotenv(self, *, msn: str | None = None) -> str:
        """Keys as the lines of a ``.env`` file.

        Args:
            msn: Only the merchant keys of this sales unit, as for one of a class; all key sets unless given.

        Raises:
            SandboxError: It is not running, was joined, or has no such sales unit.
        """
        lines = ["VIPPS_ENVIRONMENT=sandbox", f"VIPPS_BASE_URL={self.base_url}"]
        for kind in KeyType if msn is None else (KeyType.MERCHANT,):
            prefix = "VIPPS_" if kind is KeyType.MERCHANT else f"VIPPS_{kind.upper()}_"
            for name, value in self._keys(kind, msn).as_dict().items():
                short = "MSN" if name == "merchant_serial_number" else name.upper()
                lines.append(f"{prefix}{short}={value}")
        return "\n".join(lines) + "\n"

    def write_dotenvs(self, folder: Path) -> list[Path]:
        """Write one ``.env`` for each sales unit, to be handed out.

        ``FOLDER/unit-01/.env`` and so on.

        Only a unit's own merchant keys are in its file, so that nobody holds keys that open a neighbour's records.
        Only you can read the files.

        Raises:
            SandboxError: It is not running or was joined, a file is there already, or one cannot be written. Then
                no file was written.
        """
        units = list(self._own_key_store().units)
        width = max(2, len(str(len(units))))
        files = [folder / f"unit-{number:0{width}}" / ".env" for number in range(1, len(units) + 1)]
        texts = [self.dotenv(msn=msn) for msn in units]
        write_all(folder, dict(zip(files, texts, strict=True)))
        return files

    def _address(self, server: LoopbackServer) -> str:
        # 0.0.0.0 is where to listen; where to knock is an address.
        return f"http://{LOOPBACK if self._host == EVERYWHERE else self._host}:{server.port}"

    def _own_inside(self) -> InProcess:
        if self._inside is None:
            raise SandboxError(
                'This sandbox cannot be called in this process. Expected Sandbox(door="in-process") or '
                'Sandbox(door="both"), started.'
            )
        return self._inside

    def _carry(self) -> BaseAdapter | None:
        return None if self._inside is None else self.adapter()

    def _own_key_store(self) -> KeyStore:
        if self._key_store is None:
            raise SandboxError("This sandbox was joined; its keys are in the .env lines it printed when it started.")
        return self._key_store

    def _keys(self, key_type: str, msn: str | None) -> KeySet:
        key_store = self._own_key_store()
        one_of("The type of keys", key_type, tuple(KeyType))
        if msn is None:
            return key_store.sets[KeyType(key_type)]
        if key_type != KeyType.MERCHANT or msn not in key_store.units:
            raise SandboxError(f"Merchant keys exist for {', '.join(key_store.units)}.")
        return key_store.units[msn].keys


def _join_code(let_others_in: bool | str) -> str:
    from vipps_nb.sandbox.server.guests import checked_code, new_code  # noqa: PLC0415 - as in start

    return checked_code(let_others_in) if isinstance(let_others_in, str) else new_code()


def _where_to_listen(host: str, let_others_in: bool | str) -> str:
    """The address to listen on.

    Raises:
        SandboxError: It is none, or other machines would reach it and that was not said twice.
    """
    try:
        address = IPv4Address(LOOPBACK if host == "localhost" else host)
    except ValueError as error:
        raise SandboxError("host is an IPv4 address of this machine, such as 127.0.0.1 or 0.0.0.0.") from error
    if not address.is_loopback and not let_others_in and not isinstance(let_others_in, str):
        raise SandboxError(
            f"On {host} everybody in this network can reach the sandbox, and its desk asks nobody for a key. Nothing "
            "was started. If that is meant, say it a second time: --let-others-in, or let_others_in=True. Each "
            "machine then says a join code, once."
        )
    return str(address)
