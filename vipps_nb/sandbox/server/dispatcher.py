"""The dispatcher: one plain ASGI app that every request passes.

It lets in only what was meant for this machine, has the faults done and lets time catch up. It keeps the world's
answers one at a time, so that two requests with the same idempotency key act once. It hands the sender what was posted,
dates every answer by the world's clock and writes the request log.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address
from traceback import format_exc
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vipps_nb.sandbox.near import did_you_mean
from vipps_nb.sandbox.server import behind_proxy
from vipps_nb.sandbox.server.guests import Guests
from vipps_nb.sandbox.server.leniency import HEADER, Leniency, begin, in_header
from vipps_nb.sandbox.server.path_matcher import Found
from vipps_nb.sandbox.server.problems import (
    Body,
    GatewayRefusal,
    InjectedFault,
    NoSuchPath,
    NotSimulated,
    Refusal,
    gateway,
)
from vipps_nb.sandbox.server.routing import ORDERED, Operation, refuse
from vipps_nb.sandbox.server.shelf import Shelf
from vipps_nb.sandbox.webhook_delivery.sender import Sender
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.masking import found_in
from vipps_nb.sandbox.world.request_log import Entry
from vipps_nb.sandbox.world.world import Backend

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
LARGEST_BODY = 4 << 20  # an image of 2 MB is larger as Base64
LARGEST_WORLD = 256 << 20  # a world of a hundred thousand payments has half of it
LARGEST_HEADERS = 16 << 10  # bytes; an access token has about one thousand
MOST_HEADERS = 100
OWN_PATHS = ("/sandbox", "/landing")  # the desk and the customer's phone: no faults here, and no log
log = logging.getLogger(__name__)
_DESK = "/sandbox"


class WrongHost(GatewayRefusal):
    """Another host was asked for.

    A page elsewhere may be trying to reach this machine by its name.
    """

    status = HTTPStatus.MISDIRECTED_REQUEST
    title = "This sandbox answers to 127.0.0.1 and localhost only, and to IP addresses if others were let in."


class ForeignOrigin(GatewayRefusal):
    """A page of another site asks.

    Like the real APIs, the sandbox is no place for browsers' cross-origin calls.
    """

    status = HTTPStatus.FORBIDDEN
    title = "Requests from pages of other origins are refused."


class HeadersTooLarge(GatewayRefusal):
    """More than any client of the real APIs sends."""

    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    title = (
        f"The address and the headers are longer than {LARGEST_HEADERS} bytes together, or more than {MOST_HEADERS}."
    )


class BodyTooLarge(GatewayRefusal):
    """More than anybody needs."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = f"The body is larger than {LARGEST_BODY} bytes."


class WrongMethod(GatewayRefusal):
    """The path exists, with other methods."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = "Method not allowed"


class Broken(GatewayRefusal):
    """A fault of the sandbox itself."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "The sandbox has failed; the cause is in its log."


class _ClientGoneError(Exception):
    """The client hung up before it had said everything."""


@dataclass
class Answer:
    """A whole answer, held back until the door lets it out."""

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    @classmethod
    def of(cls, said: Body, status: int) -> Answer:
        """A refusal by the door itself."""
        body = said.encode()
        headers = {"content-type": said.media_type, "content-length": str(len(body)), **said.headers}
        return cls(status, [(name.lower().encode(), value.encode()) for name, value in headers.items()], body)


class Dispatcher:
    """The ASGI app that the server runs."""

    def __init__(
        self,
        backend: Backend,
        sender: Sender,
        shelf: Shelf,
        guests: Guests | None = None,
    ) -> None:
        self._backend = backend
        self._sender = sender
        self._shelf = shelf
        self._guests = guests

    async def close(self) -> None:
        """Keep nobody waiting any longer: the server is about to stop."""
        await self._sender.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            if self._guests is not None:
                self._guests.expect(scope)
            body = await _read(receive, LARGEST_WORLD if scope["path"] == "/sandbox/world" else LARGEST_BODY)
            await self._serve(scope, receive, send, body)
        except GatewayRefusal as refusal:
            await self._send(send, _refused(refusal), timedelta(0))
        except (_ClientGoneError, asyncio.CancelledError):
            return  # the client is gone, or the server has stopped in the middle of it; nobody waits for an answer

    async def _serve(self, scope: Scope, receive: Receive, send: Send, body: bytes) -> None:
        _check_size(scope)
        prefix = behind_proxy.prefix_of(scope)
        _check_origin(scope, self._guests is not None, prefix)
        if prefix:
            behind_proxy.keep_out(scope)
        world = self._backend.world
        sent: str = scope["path"]
        # Faults, idempotency keys and rates know one operation by one path, however it was written.
        found = self._shelf.find(scope["method"], sent)
        if found.path.startswith(OWN_PATHS):
            begin(strict=False)
            scope["path"] = found.path
            await self._send(
                send, self._led_back(await self._act(scope, body, found), sent if prefix else ""), timedelta(0)
            )
            return
        leniency = begin(world.settings.strictness == "strict")
        if found.difference and leniency.strict:
            found = Found(sent, found.difference)
        else:
            scope["path"] = found.path
            if found.difference:
                leniency.add("path", found.difference, "path")
        started = time.perf_counter()
        came = world.clock.now()
        verdict = world.faults.judge(scope["method"], scope["path"])
        if verdict.latency:
            await asyncio.sleep(verdict.latency)
        answer: Answer | None = None
        if isinstance(verdict.refusal, InjectedFault):
            answer = _refused(verdict.refusal)
        elif verdict.drop != "before":
            # The route says an ordered refusal, for it knows the dialect of its API.
            scope["state"][ORDERED] = verdict.refusal
            answer = await self._act(scope, body, found)
        entry = Entry(
            time=timestamp(came),
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            method=scope["method"],
            path=sent,
            query=scope["query_string"],
            headers=scope["headers"],
            body=body,
            dropped=verdict.drop,
            tolerated=leniency.lines(),
        )
        if answer is not None:
            entry.status, entry.response = answer.status, answer.body
            self._say_tolerated(answer, leniency)
        world.log.add(entry)
        self._sender.key_store()
        if verdict.drop is not None or answer is None:
            await _hang_up(scope, receive)
            return
        await self._send(send, self._led_back(answer, sent if prefix else ""), verdict.skew)

    def _led_back(self, answer: Answer, sent: str) -> Answer:
        """An answer whose redirects work behind a proxy.

        Without a path that was asked for there, as it is.
        """
        if sent:
            answer.headers = behind_proxy.lead_back(answer.headers, sent, self._backend.base_url)
        return answer

    def _say_tolerated(self, answer: Answer, leniency: Leniency) -> None:
        if leniency.notes:
            value = in_header([self._backend.masker.text(line) for line in leniency.lines()])
            answer.headers.append((HEADER.lower().encode(), value.encode()))

    async def _act(self, scope: Scope, body: bytes, found: Found[Operation]) -> Answer:
        async with self._sender.turn:
            self._backend.world.clock.settle()
            answer = await self._ask(scope, body, found)
            self._sender.dispatch()
            return answer

    async def _ask(self, scope: Scope, body: bytes, found: Found[Operation]) -> Answer:
        if found.goal is None:
            return self._leads_nowhere(scope["path"], found)
        scope["endpoint"], scope["path_params"] = found.goal.endpoint, found.variables
        scope["state"].update(backend=self._backend, sender=self._sender, shelf=self._shelf, guests=self._guests)
        try:
            said = await found.goal.answer(scope, body)
        except Exception:
            # Whoever reports it sends the log along, so that is masked like the request log.
            secrets = found_in(scope["headers"], scope["query_string"], body)
            mask = self._backend.masker.knowing(secrets)
            log.error("%s %s failed\n%s", scope["method"], mask.path(scope["path"]), mask.text(format_exc()))
            return _refused(Broken())
        return Answer(said.status_code, said.raw_headers, bytes(said.body))

    def _leads_nowhere(self, path: str, found: Found[Operation]) -> Answer:
        """501 where a real API lives that has no page here.

        Otherwise the gateway's 404 or 405.
        """
        sent = f"{path.lower()}/"
        api = next((api for base, api in self._shelf.not_yet.items() if sent.startswith(f"{base}/")), None)
        refusal: Refusal
        if api is not None:
            refusal = NotSimulated(f"The {api} is not simulated, so nothing was done.")
        elif found.methods:
            refusal = WrongMethod(headers={"Allow": ", ".join(found.methods)})
        else:
            strict = f"Resource not found: {found.difference}, and this sandbox is strict." if found.difference else ""
            refusal = NoSuchPath(strict or self._meant_at_the_desk(path))
        said = refuse(gateway, refusal, self._backend.world)
        return Answer(said.status_code, list(said.raw_headers), bytes(said.body))

    def _meant_at_the_desk(self, path: str) -> str:
        """What of the desk was probably meant.

        Empty for a path of the APIs, for their gateway's refusal is the real one's.
        """
        if not path.lower().startswith(_DESK):
            return ""
        known = sorted(self._shelf.paths(_DESK))
        return f"Resource not found: the desk has no {path}.{did_you_mean(path, known)} It has {', '.join(known)}."

    async def _send(self, send: Send, answer: Answer, skew: timedelta) -> None:
        clock = self._backend.world.clock
        date = _http_date((clock.now() + skew).replace(microsecond=0))
        # While it is held, whoever shows an answer leaves out what differs from run to run: lessons stay repeatable.
        state = b"held" if clock.held else b"running"
        headers = [*answer.headers, (b"date", date), (b"vipps-nb-clock", state)]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


@lru_cache(maxsize=2)  # the answers of one second have one date
def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()


def _refused(refusal: GatewayRefusal) -> Answer:
    return Answer.of(gateway.say(refusal, ""), refusal.status)


def _check_size(scope: Scope) -> None:
    headers = scope["headers"]
    size = len(scope["raw_path"]) + len(scope["query_string"]) + sum(len(name) + len(value) for name, value in headers)
    if size > LARGEST_HEADERS or len(headers) > MOST_HEADERS:
        raise HeadersTooLarge(headers={"Connection": "close"})


def _check_origin(scope: Scope, let_others_in: bool, prefix: str) -> None:
    """Refuse what came by another name, or from another site's page.

    These are DNS rebinding and cross-site requests. A hub's proxy hands on the name that the hub has.
    """
    host = "".join(value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host")
    by_name = {host, host.rpartition(":")[0]} & LOOPBACK_NAMES or host.partition(":")[0].endswith(".localhost")
    if not by_name and not (let_others_in and _is_address(host)) and not behind_proxy.is_the_hubs(prefix):
        raise WrongHost
    own = (f"http://{host}", f"https://{host}") if prefix else (f"http://{host}",)  # a proxy may speak TLS for us
    if any(name == b"origin" and value.decode("latin-1").lower() not in own for name, value in scope["headers"]):
        raise ForeignOrigin


async def _read(receive: Receive, largest: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _ClientGoneError
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > largest:
            raise BodyTooLarge(f"The body is larger than {largest} bytes.", headers={"Connection": "close"})
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _hang_up(scope: Scope, receive: Receive) -> None:
    scope["state"]["hang_up"]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _is_address(host: str) -> bool:
    """Whether a Host header holds an IP address.

    A name might be one that somebody has pointed here.
    """
    try:
        address = ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
    return not address.is_unspecified
