"""The shelf: all pages that there are, each read when first asked for.

A page's models and routes take FastAPI and pydantic some tenths of a second to build, and most programs ask one or
two APIs. So the shelf knows of each only how its paths begin, what it is called and what it counts, and imports the
rest with the first request to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

from starlette.requests import Request

from vipps_nb.sandbox.server.direct_call import AtHand
from vipps_nb.sandbox.server.path_matcher import Found, PathMatcher
from vipps_nb.sandbox.server.routing import Operation, Page
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import World

ROOM = "vipps_nb.sandbox."


class Pages:
    """The pages of one module, as far as they are known before it is imported.

    Args:
        module: Below ``vipps_nb.sandbox``; it has a ``page``, or several in ``pages``.
        titles: Theirs, in order.
        begins: How their paths begin, in whole segments.
        counts: The names of what they count, for the overview.
        catches_up: Whether one of them writes down what has happened elsewhere, and so must be there before a switch
            or a setting changes.
    """

    def __init__(
        self, module: str, *titles: str, begins: Iterable[str], counts: Iterable[str] = (), catches_up: bool = False
    ) -> None:
        self.titles = titles
        self.begins = tuple(begins)
        self.counts = tuple(counts)
        self.catches_up = catches_up
        self._module = ROOM + module

    @property
    def awake(self) -> bool:
        """Whether somebody has imported the module.

        Until then no world can have a record of its kinds.
        """
        return self._module in sys.modules

    def read(self) -> list[Page]:
        """The pages themselves."""
        module = import_module(self._module)  # waits where another thread is at it
        found: list[Page] = getattr(module, "pages", None) or [module.page]
        return found


class Shelf:
    """All pages, and the way from a path to an operation.

    Args:
        apis: Those of the real APIs.
        own: Those of the sandbox itself.
        not_yet: Real APIs without a page, by how their paths begin.
        also_spelled: Paths that official material spells in another way too.
    """

    def __init__(
        self,
        apis: Iterable[Pages],
        own: Iterable[Pages],
        not_yet: Mapping[str, str],
        also_spelled: Mapping[str, str],
    ) -> None:
        self.apis = tuple(apis)
        self.not_yet = not_yet
        self.described: tuple[Settings, dict[str, Any]] | None = None
        """The document, and under which settings it was put together."""
        self._all = (*self.apis, *own)
        self._matcher: PathMatcher[Operation] = PathMatcher(also_spelled)
        self._unread: dict[str, list[Pages]] = {}
        for pages in self._all:
            for start in pages.begins:
                self._unread.setdefault(_first(start), []).append(pages)

    def find(self, method: str, path: str) -> Found[Operation]:
        """Where a path leads; the pages that it may lead to are read if need be."""
        if self._unread and (waiting := self._unread.get(_first(path))):
            sent = path.lower().split("/")
            for pages in [one for one in waiting if any(_begins(sent, start) for start in one.begins)]:
                self._take_down(pages)
        return self._matcher.match(method, path)

    def pages(self) -> list[Page]:
        """Every page, those of the APIs first."""
        return [page for pages in self._all for page in pages.read()]

    def paths(self, start: str) -> set[str]:
        """All paths of pages that begin like this."""
        found = (pages for pages in self._all if any(one.startswith(start) for one in pages.begins))
        return {one.path for pages in found for page in pages.read() for one in page.router.operations}

    def awake(self) -> Iterator[Page]:
        """The pages of APIs that somebody has used.

        Of the others no world has a record.
        """
        return (page for pages in self.apis if pages.awake for page in pages.read())

    def counts(self, world: World) -> dict[str, int]:
        """What all APIs count in a world."""
        nothing = {name: 0 for pages in self.apis for name in pages.counts}
        found = (one.counts(world).items() for one in self.awake() if one.counts)
        return nothing | {name: number for items in found for name, number in items}

    def catching_up(self) -> Iterator[Page]:
        """The pages that write down what happened elsewhere."""
        return (page for pages in self.apis if pages.catches_up for page in pages.read())

    def _take_down(self, pages: Pages) -> None:
        for page in pages.read():
            for one in page.router.operations:
                self._matcher.add(one.path, one.methods, one)
        for start in pages.begins:
            waiting = self._unread[_first(start)]
            if pages in waiting:  # not any more where two beginnings have the first segment in common
                waiting.remove(pages)


def _shelf(request: Request) -> Shelf:
    found: Shelf = request.scope["state"]["shelf"]
    return found


TheShelf = Annotated[Shelf, AtHand(_shelf)]


def _first(path: str) -> str:
    """The first segment of a path, in lower case."""
    return path[1:].partition("/")[0].lower()


def _begins(sent: list[str], start: str) -> bool:
    segments = start.split("/")
    return sent[: len(segments)] == segments
