"""A receiver for deliveries: a small HTTP server in this process.

It listens on 127.0.0.1, so only this machine can reach it. A sandbox here needs nothing else; the test environment
reaches it through a tunnel that you set up yourself, whose public address is then `public_url`.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from vipps_nb.client.login import at_logout, own_sandbox
from vipps_nb.client.sandbox_gate import SandboxError
from vipps_nb.client.session import VippsSession
from vipps_nb.core import hooks, machine
from vipps_nb.core.secret import Secret
from vipps_nb.errors import ListenerError, NothingHeardError
from vipps_nb.webhooks.delivery import UNCHECKED, Delivery, in_sight, name_of, webhook_id
from vipps_nb.webhooks.kept import Kept
from vipps_nb.webhooks.page_receiver import PageReceiver
from vipps_nb.webhooks.receiver import LOOPBACK_NAMES, Doorkeeping, Server, listening
from vipps_nb.webhooks.verification import Verdict, verify

_logger = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds to wait for an event
BREATH = 0.1  # seconds between two looks in a page
NOBODY = Verdict(UNCHECKED, "Not checked: this listener knows no secret yet. Tell it with listener.trust(secret).")


@dataclass
class _Drill:
    """How to misbehave, and how many times more."""

    status: int
    delay: float
    times: int


class Listener:
    """Receives deliveries, checks each, answers fast and keeps them.

    It listens from the moment it is made. A genuine delivery is answered with 200, a false one with 401. Stops with
    ``%vipps_logout``, at the end of a ``with`` block, or with the process. Displayed in a notebook, it shows what
    arrives as it arrives.

    The latest 1000 deliveries are kept, and of those 16 MiB; what is not genuine is forgotten first. Like the sandbox,
    it answers only to requests for this machine (``127.0.0.1``, ``localhost``), for the host of `public_url` and for
    `hosts`, and to no page of another site. Half a body, one above 1 MiB, or one that takes longer than 10 seconds to
    arrive is refused and not kept.

    In a page of a browser there is no port. There the sandbox of the page delivers, and ``requests`` in the page.

    Args:
        session: With a sandbox behind it, deliveries are judged by the sandbox's clock, which may be held or moved.
        secrets: What deliveries may be signed with; more can be told later with `trust`.
        public_url: Where the platform sends to, when a tunnel leads from there to here.
        hosts: Other hosts that it answers to: what a tunnel or proxy puts into the Host header, if that is neither
            this machine nor the host of `public_url`.
        port: On 127.0.0.1; 0 takes any free one.

    Raises:
        ListenerError: The port cannot be used, the address is none, or a secret is no text.
    """

    def __init__(
        self,
        session: VippsSession | None = None,
        *,
        secrets: Iterable[Secret | str] | Secret | str = (),
        public_url: str | None = None,
        hosts: Iterable[str] | str = (),
        port: int = 0,
    ) -> None:
        self._session = session
        # One alone is meant as one, and not as its letters.
        self._secrets = [_as_secret(one) for one in ([secrets] if isinstance(secrets, Secret | str) else secrets)]
        self._public_url = public_url
        self._changed = threading.Condition()
        self._deliveries = Kept()
        self._followers: list[Callable[[], None]] = []
        self._drill: _Drill | None = None
        self._stopping = threading.Event()
        self._live: Any = None
        self._turned_away = ""
        names = LOOPBACK_NAMES.union([hosts.lower()] if isinstance(hosts, str) else (host.lower() for host in hosts))
        if public_url is not None:
            names |= {_host_of(public_url)}
        doorkeeping = Doorkeeping(receive=self._receive, names=names, turned_away=self._note_turned_away)
        self._server: Server | PageReceiver
        if machine.is_a_page():
            self._server = PageReceiver(doorkeeping, session.sandbox if session else own_sandbox(), public_url, port)
        else:
            self._server = listening(port, doorkeeping)
        self._server.start()
        at_logout(self.stop)

    @property
    def url(self) -> str:
        """What to register: the public address if there is one, else this listener's own."""
        return self._public_url or self.local_url

    @property
    def local_url(self) -> str:
        """Where it listens; what a tunnel has to lead to."""
        return f"http://127.0.0.1:{self._server.port}/webhooks"

    @property
    def listening(self) -> bool:
        """Whether it has not been stopped."""
        return not self._stopping.is_set()

    @property
    def deliveries(self) -> list[Delivery]:
        """What came and is kept, oldest first."""
        with self._changed:
            return list(self._deliveries)

    @property
    def total(self) -> int:
        """How many came since the start or the last `clear`, the forgotten ones included."""
        with self._changed:
            return self._deliveries.total

    def trust(self, secret: Secret | str) -> None:
        """Accept what is signed with this secret, from now on.

        Raises:
            ListenerError: It is no text, or empty.
        """
        self._secrets.append(_as_secret(secret))

    def drill(self, *, status: int = 200, delay: float = 0.0, times: int = 1) -> None:
        """Misbehave for the next deliveries.

        A new drill takes the place of the one before; `times=0` ends it.

        Args:
            status: What to answer with instead.
            delay: Seconds to wait before answering. The platform waits for 10.
            times: For how many deliveries.
        """
        with self._changed:
            self._drill = _Drill(status, delay, times) if times > 0 else None

    def wait_for(self, what: str | Callable[[Delivery], bool] | None = None, timeout: float = PATIENCE) -> Delivery:
        """The first delivery by that name, or that a function says yes to.

        Waits when there is none yet.

        Args:
            what: Such as ``"CAPTURED"``; any name unless given. Only a function sees deliveries that are not genuine.
            timeout: Seconds.

        Raises:
            NothingHeardError: None came in time.
        """

        def wanted(delivery: Delivery) -> bool:
            if callable(what):
                return what(delivery)
            false = not delivery.verdict and delivery.verdict is not NOBODY
            return not false and what in (None, delivery.name)

        def find() -> Delivery | None:
            return next((delivery for delivery in self._deliveries if wanted(delivery)), None)

        if machine.is_a_page():
            found = self._wait_in_page(find, timeout)
        else:
            with self._changed:
                found = self._changed.wait_for(find, timeout)
        if found is None:
            raise NothingHeardError(f"No such delivery within {timeout:g} seconds. {self._why_nothing()}")
        return found

    def clear(self) -> None:
        """Forget what came so far."""
        with self._changed:
            self._deliveries.clear()
        self._tell()

    def follow(self, follower: Callable[[], None]) -> Callable[[], None]:
        """Be told, on any thread, that something has changed. Returns how to unfollow."""
        self._followers.append(follower)
        return lambda: self._followers.remove(follower) if follower in self._followers else None

    def stop(self) -> None:
        """Stop listening; what came can still be read.

        Does nothing when it has stopped already.
        """
        with self._changed:
            if self._stopping.is_set():
                return
            self._stopping.set()
        self._server.stop()
        self._tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        """One line without port and count: nbval compares it."""
        return "Vipps webhook listener" if self.listening else "Vipps webhook listener · stopped"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self._live = self._live or hooks.listener_card(self)
        return self._live._repr_mimebundle_(**kwargs) if self._live is not None else None

    def _receive(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """Judge and keep a delivery; gives what to answer."""
        now, still = self._now()
        verdict = self._judge(path, headers, body, now)
        with self._changed:
            drill, self._drill = self._drill, _one_less(self._drill)
            status = drill.status if drill else 200 if verdict or verdict is NOBODY else 401
            sender = webhook_id(headers)
            same = [earlier for earlier in self._deliveries if earlier.body == body]
            delivery = Delivery(
                number=self._deliveries.total + 1,
                name=name_of(body),
                body=body,
                headers=headers,
                moment=now,
                verdict=verdict,
                attempt=1 + max((one.attempt for one in same if webhook_id(one.headers) == sender), default=0),
                duplicate=any(earlier.accepted for earlier in same),
                status=status,
                still=still,
            )
            self._deliveries.add(delivery)
            self._changed.notify_all()
        self._tell()
        if drill:
            self._stopping.wait(drill.delay)
        return status

    def _wait_in_page(self, find: Callable[[], Delivery | None], timeout: float) -> Delivery | None:
        """Wait where nobody else is at work.

        What is due in the sandbox happens when it is asked something.
        """
        until = time.monotonic() + timeout
        while (found := find()) is None and time.monotonic() < until:
            time.sleep(min(BREATH, timeout))
            self._now()
        return found

    def _note_turned_away(self, host: str) -> None:
        self._turned_away = in_sight(host) or "(none)"

    def _why_nothing(self) -> str:
        """What may keep a delivery from coming."""
        last = next(reversed(self.deliveries), None)
        if last is not None and last.verdict and not last.accepted:  # a stranger's holds nothing up
            return (
                f"The last one ({last.name or 'an event'}) was answered with {last.status}, and later events wait "
                "until it is accepted. Answer it with 200: the platform tries again by itself."
            )
        if self._turned_away:
            return (
                f"Something came for the host {self._turned_away} and was turned away, unread. If that is your "
                "tunnel's, tell the listener its public_url=, or the host as one of hosts=."
            )
        return "Is the event among those you registered for, and does the registration name this listener's url?"

    def _judge(self, path: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Verdict:
        verdict = NOBODY
        for secret in reversed(self._secrets):
            verdict = verify(body, headers, secret, url=self._public_url, path=path, now=now)
            if verdict:
                break
        return verdict

    def _now(self) -> tuple[datetime, bool]:
        """The moment to judge deliveries by, and whether its clock stands still."""
        if self._session is not None and self._session.sandbox is not None:
            with contextlib.suppress(SandboxError):  # it has been stopped
                clock = self._session.sandbox.clock()
                return datetime.fromisoformat(clock["now"]), clock["held"]
        return datetime.now(UTC), False

    def _tell(self) -> None:
        for follower in list(self._followers):
            try:
                follower()
            except Exception as error:
                # Whatever it was, the sender gets its answer. Only the kind is logged: a text may quote a payload.
                _logger.warning("A follower of a webhook listener raised %s", type(error).__name__)


def _as_secret(secret: Secret | str) -> Secret:
    value = secret.reveal() if isinstance(secret, Secret) else secret
    if not isinstance(value, str) or not value:
        raise ListenerError(
            "A webhook's secret is the text that the registration's answer gave as secret; "
            f"this is {'empty' if isinstance(value, str) else f'a {type(value).__name__}'}."
        )
    return secret if isinstance(secret, Secret) else Secret(value)


def _host_of(url: str) -> str:
    """The host of an address, as it stands in a Host header, without its port."""
    try:
        parts = urlsplit(url)
        name, scheme = parts.hostname or "", parts.scheme
    except (ValueError, AttributeError, TypeError):
        name = scheme = ""
    if not name or scheme not in ("http", "https"):
        raise ListenerError(
            "public_url is the whole address that the platform sends to, such as https://abc.example.com/webhooks."
        )
    return f"[{name}]" if ":" in name else name


def _one_less(drill: _Drill | None) -> _Drill | None:
    return _Drill(drill.status, drill.delay, drill.times - 1) if drill and drill.times > 1 else None
