"""Connects a sandbox with the live widget of its desk.

Neither knows the other. A thread waits with the sandbox until something has changed there and then looks again, so a
desk at which nothing happens costs no message between kernel and browser. In a page, which has no threads, the kernel's
loop looks now and then. It works alike for a sandbox in this kernel
and for one that was joined.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from vipps_nb.client.login import at_logout
from vipps_nb.client.sandbox_gate import Sandbox, SandboxError
from vipps_nb.core import machine
from vipps_nb.core.browser import reach
from vipps_nb.core.zone import zone_for_page
from vipps_nb.notebook.desk_words import PRESETS, WHAT_FAULTS_DO, counts, decided, faults, moment, rows_of
from vipps_nb.widgets.sandbox_desk import SandboxDesk

ROWS = 60  # of the request log
BREATH = 0.15  # seconds between two looks, so that a load test on the sandbox does not become one on the notebook
GLANCE = 0.5  # seconds between two looks in a page, where nobody can wait with the sandbox
LONGEST_WAIT = 25.0  # seconds to wait with the sandbox for a change
LONGEST_PAUSE = 15.0  # seconds between two knocks at a sandbox that does not answer
JITTER = 1000  # milliseconds; a running clock that differs by less has not been moved
STOPPED = "The sandbox was stopped. %vipps_login --env sandbox starts a new one."
LOGGED_OUT = "Logged out. Log in again, and %vipps_sandbox opens a new desk."

JsonObject = dict[str, Any]
Fields = Mapping[str, Any]


class LiveDesk:
    """One sandbox's desk as a live widget; any number of cells may show it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._closed = threading.Event()
        self.widget = SandboxDesk(on_order=self._obey, on_look=self._entry, on_pages=self._pages)
        try:
            self._look()
        except SandboxError as error:
            self.widget.show(state="lost", message=str(error))
        at_logout(self.close)
        self._seen: str | None = None
        self._knock = 0.5
        self._following: asyncio.Task[None] | None = None
        if machine.is_a_page():
            self._following = asyncio.get_running_loop().create_task(self._follow_in_page())
        else:
            # A daemon: it waits most of the time, and a kernel that is told to stop shall not wait for it.
            threading.Thread(target=self._follow, name="vipps-nb desk", daemon=True).start()

    def shows(self, sandbox: Sandbox) -> bool:
        """Whether this is that sandbox's desk."""
        return self._sandbox is sandbox and not self._closed.is_set()

    def close(self) -> None:
        """Stop following, at logout.

        What is on the screen stays, and says that it is over.
        """
        self._end(LOGGED_OUT)

    def _end(self, message: str) -> None:
        self._closed.set()
        self.widget.show(state="stopped", message=message, waiting=[])

    def _follow(self) -> None:
        while not self._closed.is_set():
            self._closed.wait(self._glance(LONGEST_WAIT))

    async def _follow_in_page(self) -> None:
        # Between two cells; and each look lets what is due in the sandbox happen, for nothing else there does.
        while not self._closed.is_set():
            await asyncio.sleep(max(self._glance(0), GLANCE))

    def _glance(self, wait: float) -> float:
        """Look again if something has changed.

        Gives how long to leave the sandbox alone then.

        Args:
            wait: Seconds to wait for a change.
        """
        try:
            mark = self._sandbox.changes(self._seen, wait=wait)
            if self._closed.is_set():
                return BREATH
            if mark != self._seen:
                self._look()
            self._seen, self._knock = mark, 0.5
        except SandboxError as error:
            if self._closed.is_set():
                return BREATH
            if self._is_stopped():
                self._end(STOPPED)
                return BREATH
            self.widget.show(state="lost", message=str(error))
            self._seen, self._knock = None, min(2 * self._knock, LONGEST_PAUSE)
            return self._knock
        return BREATH

    def _is_stopped(self) -> bool:
        """Whether it was a sandbox of this process that has been stopped.

        It never comes back under this address.
        """
        try:
            return not self._sandbox.base_url
        except SandboxError:
            return True

    def _look(self) -> None:
        overview = self._sandbox.overview()
        now = datetime.now(UTC)
        waiting = [_on_phone(one) for one in self._sandbox.waiting()]
        still = overview["clock"]["held"]
        rows = rows_of(self._sandbox.requests(last=ROWS), still=still)
        if self._closed.is_set():
            return
        self.widget.show(
            clock=self._clock(overview["clock"], now),
            zone=zone_for_page(still=still),
            waiting=waiting,
            faults=faults(overview["faults"]),
            seed=overview["seed"],
            # A sandbox that runs elsewhere may be older than this.
            strict=overview["settings"].get("strictness") == "strict",
            world=counts(overview["counts"]),
            rows=rows,
            total=rows[-1]["number"] if rows else 0,
            state="live",
            message="",
        )

    def _clock(self, clock: Mapping[str, Any], now: datetime) -> JsonObject:
        there = _milliseconds(clock["now"])
        if clock["held"]:
            return {"held": True, "now": there}
        ahead = there - round(now.timestamp() * 1000)
        shown = self.widget.clock.get("ahead")
        return {"held": False, "ahead": shown if shown is not None and abs(ahead - shown) < JITTER else ahead}

    def _entry(self, number: int) -> JsonObject | None:
        entries = (one for one in self._sandbox.requests() if one["number"] == number)
        names = ("tolerated", "headers", "body", "response")
        return next(({name: one.get(name) for name in names} for one in entries), None)

    def _pages(self) -> JsonObject:
        """How a browser gets to the sandbox's pages."""
        found = reach(self._sandbox.base_url)
        return {"base": found.base, "words": found.words}

    def _obey(self, verb: str, given: Fields) -> tuple[str, bool]:
        act = ORDERS.get(verb)
        try:
            return act(self._sandbox, given) if act else ("The desk does not know that order.", False)
        except (KeyError, TypeError):  # a browser that sends something else than our module does
            return "The desk does not understand that order.", False


def _hold(desk: Sandbox, _: Fields) -> tuple[str, bool]:
    desk.hold()
    return "Time stands still.", True


def _release(desk: Sandbox, _: Fields) -> tuple[str, bool]:
    desk.release()
    return "Time runs.", True


def _set_faults(desk: Sandbox, given: Fields) -> tuple[str, bool]:
    preset = given["preset"]
    if preset == "off":
        desk.clear_faults()
        return "No faults.", True
    desk.faults([{**PRESETS[preset], "rate": given["rate"]}])
    return f"{WHAT_FAULTS_DO[preset]}.", True


def _set_strictness(desk: Sandbox, given: Fields) -> tuple[str, bool]:
    desk.settings(strictness="strict" if given["on"] else "real")
    return ("What no document has is refused." if given["on"] else "What published clients send is taken."), True


def _reset(desk: Sandbox, given: Fields) -> tuple[str, bool]:
    seed = desk.reset(given["seed"])["seed"]
    return f"A new world, with seed {seed}. Keys and tokens go on working.", True


def _it_is(clock: Mapping[str, Any]) -> str:
    return f"It is {moment(clock['now'], still=clock['held'])}."


ORDERS: dict[str, Callable[[Sandbox, Fields], tuple[str, bool]]] = {
    "approve": lambda desk, given: decided(desk.approve(request=given["request"], choice=given.get("choice"))),
    "abort": lambda desk, given: decided(desk.abort(request=given["request"])),
    "ignore": lambda desk, given: decided(desk.ignore(request=given["request"])),
    "hold": _hold,
    "release": _release,
    "advance": lambda desk, given: (_it_is(desk.advance(given["seconds"])), True),
    "next": lambda desk, _: (_it_is(desk.next_event()), True),
    "faults": _set_faults,
    "strict": _set_strictness,
    "reset": _reset,
}
"""What the widget's buttons do. Each says what came of it, and whether it is what was wanted."""


def _on_phone(one: Mapping[str, Any]) -> JsonObject:
    """What the widget is told of a request; moments as it wants them."""
    names = ("request", "kind", "selector", "value", "msn", "merchant", "price", "text", "details", "choices", "legend")
    expires = one["expires"]
    return {name: one[name] for name in names} | {
        "since": _milliseconds(one["since"]),
        "expires": _milliseconds(expires) if expires else 0,
    }


def _milliseconds(told: str) -> int:
    return round(datetime.fromisoformat(told).timestamp() * 1000)
