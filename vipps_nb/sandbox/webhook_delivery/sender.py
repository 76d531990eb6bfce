"""Carries webhooks and callbacks to receivers on this machine.

Carries requests to receivers on this machine, and wakes when something falls due.

Lives in the server's event loop and owns the turn: the lock under which the world changes, one act at a time. A request
is carried by a worker thread with nobody's turn taken, so a receiver may call the sandbox back from its handler. What
came back is told under a turn, in the world it came from; if that was reset meanwhile, nobody hears of it.

With the clock running, requests go side by side. With the clock held they go one after the other, so that a lesson
reads the same each time. Moving the clock makes it stop at each deadline and wait there for the requests that result.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from http import HTTPStatus
from traceback import format_exc
from typing import Any

from vipps_nb.sandbox.server.problems import Refusal
from vipps_nb.sandbox.webhook_delivery.delivery_log import Delivery
from vipps_nb.sandbox.webhook_delivery.loopback_client import Exchange
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply
from vipps_nb.sandbox.world.clock import LATEST, check, timestamp
from vipps_nb.sandbox.world.world import Backend, World

JOURNEY_LIMIT = 25.0  # seconds that moving the clock may take; the desk's client waits for 30
LONGEST_SLEEP = 3600.0  # seconds; then the alarm looks again
GRACE = 0.5  # seconds beyond a request's limit, for a thread that has its answer just in time
WORKERS = 32  # requests under way at once
NO_WAY_OUT = "A sandbox in a page of a browser reaches no server; let a function receive it: sandbox.receive(url, …)."
ByHand = Callable[[OutgoingRequest], Awaitable[Reply] | None]
log = logging.getLogger(__name__)


class ClockUnderWay(Refusal):
    """The clock is being moved already.

    By somebody else; or by a receiver that the clock waits for.
    """

    status = HTTPStatus.CONFLICT
    title = "The clock is being moved already"


class JourneyTooLong(Refusal):
    """There was too much on the way, or receivers that do not answer."""

    status = HTTPStatus.CONFLICT
    title = "The clock has not arrived yet"


class Sender:
    """Carries the requests of the world that is; the backend says which one that is.

    Args:
        backend: Whose requests.
        by_hand: Who knows receivers that are functions of this process, if anybody does.
    """

    def __init__(self, backend: Backend, by_hand: ByHand | None = None) -> None:
        self._by_hand = by_hand
        self.turn = asyncio.Condition()
        """Taken for every act; told when a request has landed."""
        self._backend = backend
        self._world = backend.world
        self._in_the_air: set[asyncio.Task[None]] = set()
        self._one_by_one = asyncio.Lock()
        self._workers = asyncio.Semaphore(WORKERS)
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_for: tuple[World, datetime | None, int] | None = None
        self._woken: set[asyncio.Task[None]] = set()  # asyncio itself only keeps weak references
        self._travelling = False
        self._watchers = 0
        self._closed = False

    def dispatch(self) -> None:
        """Send off what the last act has posted, and set the alarm.

        Call it with the turn taken, after every act.
        """
        world = self._current_world()
        for outgoing in world.outbox.take():
            delivery = world.deliveries.set_out(outgoing, world.clock.now())
            _start(self._in_the_air, self._carry(world, outgoing, delivery, one_by_one=world.clock.held))
        self._set_alarm(world)
        self.turn.notify_all()
        if self._backend.keep is not None:
            self._backend.keep()

    def key_store(self) -> None:
        """Have those look again who wait for a change, after one outside an act.

        Costs nothing if nobody waits.
        """
        if self._watchers:
            _start(self._woken, self._key_store())

    async def _key_store(self) -> None:
        async with self.turn:
            self.turn.notify_all()

    async def watch(self, mark: Callable[[World], str], seen: str | None, limit: float) -> str:
        """Wait until the world's mark is another than the one seen; tells the mark.

        Others may act meanwhile.

        Call it with the turn taken. After the time limit, or when the sandbox closes, it is the one seen.
        """
        self._watchers += 1
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limit):
                    await self.turn.wait_for(lambda: self._closed or mark(self._backend.world) != seen)
        finally:
            self._watchers -= 1
        return mark(self._backend.world)

    async def close(self) -> None:
        """Let everybody go who waits for a change, so that the server can stop at once."""
        async with self.turn:
            self._closed = True
            self.turn.notify_all()

    async def go_on(self, world: World, trace: Callable[[World], object]) -> bool:
        """Move the clock to the next moment at which something happens.

        Tells whether there was one.

        What falls due may turn out to be nothing, such as the end of a payment that was paid long before: such
        moments leave no trace, and are passed. Call it with the turn taken.

        Raises:
            ClockUnderWay: It is on its way already.
            JourneyTooLong: It took too long; the clock stands where it got to.
        """
        started, was_held, before = world.clock.now(), world.clock.held, trace(world)
        until = time.monotonic() + JOURNEY_LIMIT
        while (due := world.clock.next_deadline) is not None and due < LATEST:
            if time.monotonic() > until:
                raise JourneyTooLong(f"Nothing has happened yet, and the clock has come to {timestamp(due)}.")
            await self.travel(world, max(due, started), held=was_held)
            if self._backend.world is not world or trace(world) != before:
                return True
        world.clock.set(now=started, held=was_held)
        return False

    async def landed(self, limit: float) -> bool:
        """Wait until nothing is in the air, giving up the turn meanwhile.

        Tells whether it came to that.
        """
        world = self._current_world()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await self.turn.wait_for(lambda: not self._in_the_air or self._backend.world is not world)
        return not self._in_the_air

    async def travel(self, world: World, target: datetime, *, held: bool) -> None:
        """Move the clock, with stops.

        At each deadline on the way, until the requests from there have landed.

        Call it with the turn taken.

        Raises:
            ValueError: The clock cannot be put there.
            ClockUnderWay: It is on its way already.
            JourneyTooLong: It took too long; the clock stands where it got to.
        """
        check(target)
        if self._travelling:
            raise ClockUnderWay("Somebody else moves it, or a receiver tried to before it answered its delivery.")
        self._travelling, was_held = True, world.clock.held
        until = time.monotonic() + JOURNEY_LIMIT
        try:
            await self._quiet(world, until)
            while self._backend.world is world and (due := world.clock.next_deadline) is not None and due <= target:
                world.clock.step()
                self.dispatch()
                await self._quiet(world, until)
        except JourneyTooLong:
            world.clock.set(held=was_held)
            raise
        else:
            world.clock.set(now=target, held=held)
        finally:
            self._travelling = False

    async def _quiet(self, world: World, until: float) -> None:
        landed = await self.landed(max(until - time.monotonic(), 0))
        if self._backend.world is world and not (landed and time.monotonic() < until):
            raise JourneyTooLong(
                f"That took too long, so the clock has only come to {timestamp(world.clock.now())}. Is a receiver "
                "slow? Move the clock again to go on from there."
            )

    def _current_world(self) -> World:
        if self._world is not self._backend.world:
            self._world = self._backend.world
            for task in self._in_the_air:
                task.cancel()
            self._in_the_air = set()
            self._one_by_one = asyncio.Lock()
            self.turn.notify_all()  # whoever waited for the old world's requests
        return self._world

    async def _carry(self, world: World, outgoing: OutgoingRequest, delivery: Delivery, *, one_by_one: bool) -> None:
        async with self._one_by_one if one_by_one else contextlib.nullcontext():
            async with self._workers:
                reply = await ((self._by_hand and self._by_hand(outgoing)) or _carried(outgoing))
            async with self.turn:
                self._tell(world, outgoing, delivery, reply)

    def _tell(self, world: World, outgoing: OutgoingRequest, delivery: Delivery, reply: Reply) -> None:
        """Say what came back; a request of a world that is gone has nobody to tell."""
        self._in_the_air.discard(_this_task())
        if self._backend.world is world:
            world.outbox.answered(outgoing)
            next_attempt = None
            try:
                next_attempt = outgoing.on_reply(reply)
            except Exception:
                log.error(
                    "What a receiver answered could not be dealt with\n%s", self._backend.masker.text(format_exc())
                )
            delivery.landed(reply, next_attempt)
            self._dispatch_unasked()
        self.turn.notify_all()

    def _dispatch_unasked(self) -> None:
        """The same where nobody waits for an answer that could say what went wrong."""
        try:
            self.dispatch()
        except Refusal as refusal:
            log.error("%s: %s", refusal.title, refusal.detail)

    def _set_alarm(self, world: World) -> None:
        due = None if world.clock.held else world.clock.next_deadline
        wanted = (world, due, world.clock.moves)
        if wanted == self._alarm_for:
            return  # as after most requests
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._alarm_for = wanted
        if due is not None:
            pause = min(max((due - world.clock.now()).total_seconds(), 0), LONGEST_SLEEP)
            self._alarm = asyncio.get_running_loop().call_later(pause, lambda: _start(self._woken, self._wake()))

    async def _wake(self) -> None:
        self._alarm_for = None
        async with self.turn:
            try:
                self._backend.world.clock.settle()
            finally:
                self._dispatch_unasked()  # sets the next alarm, whatever went wrong with this one


def _start(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.get_running_loop().create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - only ever called from one
    return task


async def _carried(outgoing: OutgoingRequest) -> Reply:
    """Have a thread carry a request.

    A daemon, so that a slow receiver keeps neither the loop nor the process.
    """
    if sys.platform == "emscripten":
        return Reply(status=None, reason=NO_WAY_OUT, sent=False)
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Reply] = loop.create_future()
    exchange = Exchange(outgoing)

    def bring(reply: Reply) -> None:
        if not outcome.done():
            outcome.set_result(reply)

    def go() -> None:
        reply = exchange.make()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there to hear it
            loop.call_soon_threadsafe(bring, reply)

    threading.Thread(target=go, name="vipps-nb-sender", daemon=True).start()
    try:
        async with asyncio.timeout(outgoing.time_limit + GRACE):
            return await outcome
    except TimeoutError:
        return Reply(status=None, reason=f"No answer within {outgoing.time_limit:g} seconds.")
    finally:
        exchange.abandon()
