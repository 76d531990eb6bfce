"""Some calls of a session.

To look at, to choose from, to send again, to write down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import ref

from vipps_nb.apis.facts import IDEMPOTENCY_KEY
from vipps_nb.apis.questions import idempotency_header
from vipps_nb.client.recorder.past_call import PastCall
from vipps_nb.client.response import VippsResponse
from vipps_nb.core import hooks
from vipps_nb.core.displayed import Displayed
from vipps_nb.core.near import did_you_mean, with_named_options
from vipps_nb.core.private_file import NoFileError, write_private
from vipps_nb.core.visible import escaped
from vipps_nb.errors import VippsNbError

if TYPE_CHECKING:
    from vipps_nb.client.session_protocol import SessionProtocol

_UNANSWERED = "unanswered"
_KINDS = {"ok": range(400), "refused": range(400, 500), "failed": range(500, 600)}


class HistoryError(VippsNbError):
    """The history has no such call, or cannot do this with it."""


@with_named_options
class Calls(Displayed):
    """Calls in the order in which they were made; numbers are the session's own."""

    def __init__(self, session: SessionProtocol, calls: Iterable[PastCall]) -> None:
        self._session = ref(session)
        self._calls = calls

    @property
    def session(self) -> SessionProtocol:
        """The session that made them.

        Raises:
            HistoryError: It is gone.
        """
        return self._living()

    def __iter__(self) -> Iterator[PastCall]:
        return iter(self._calls)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, number: int) -> PastCall:
        """The call with a number, as the table shows it; -1 is the last one.

        Raises:
            HistoryError: There is none. (Also an IndexError would be wrong here: numbers are names, not positions.)
        """
        calls = list(self)
        if -len(calls) <= number < 0:
            return calls[number]
        for call in calls:
            if call.number == number:
                return call
        known = f"{calls[0].number} to {calls[-1].number}" if calls else "none so far"
        raise HistoryError(f"There is no call {number} here. Numbers are those of the table: {known}.")

    def filter(
        self,
        words: str = "",
        *,
        method: str | None = None,
        path: str | None = None,
        status: int | str | None = None,
        key: str | None = None,
    ) -> Calls:
        """Those calls for which all of this is true.

        Args:
            words: What the operation or the address says, such as ``refund`` or ``order-1``.
            method: Such as ``POST``.
            path: The path, with ``*`` for anything, such as ``/epayment/*``.
            status: A number, ``"ok"``, ``"refused"`` (4xx), ``"failed"`` (5xx) or ``"unanswered"``.
            key: The idempotency key, under whatever name its API has for it.

        Raises:
            HistoryError: The status is none of these words.
        """
        session = self._living()
        if isinstance(status, str) and status not in (*_KINDS, _UNANSWERED):
            hint = did_you_mean(status, (*_KINDS, _UNANSWERED))
            expected = f"a number, {', '.join(_KINDS)} or {_UNANSWERED}"
            raise HistoryError(f"status={status!r} is unknown. Expected {expected}.{hint}")
        wanted = words.lower().split()

        def fits(call: PastCall) -> bool:
            said = f"{call.title} {call.path}".lower() if wanted else ""
            return (
                all(word in said for word in wanted)
                and (method is None or call.method == method.upper())
                and (path is None or fnmatchcase(call.path.partition("?")[0], path))
                and (status is None or _has_status(call, status))
                and (key is None or call.idempotency_key == key)
            )

        return Calls(session, [call for call in self if fits(call)])

    def refusals(self) -> Calls:
        """Those that were refused (4xx), failed (5xx) or got no answer."""
        return Calls(self._living(), [call for call in self if not call.ok])

    def resend(self, number: int, *, new_key: bool = False) -> VippsResponse:
        """Send a call again.

        By default as a repetition under the same idempotency key: it cannot act twice.

        Args:
            number: Its number in the table; -1 is the last one.
            new_key: Take a new idempotency key, so that it acts once more.

        Raises:
            HistoryError: It cannot be sent from here, because a part of it was not kept.
        """
        call, session = self[number], self._living()
        if call.left_out:
            raise HistoryError(
                f"Call {call.number} cannot be sent again from the history: {call.left_out}. Send it from your code."
            )
        keys = {IDEMPOTENCY_KEY.lower(), idempotency_header(call.url).lower()}
        own = {"content-length"} | (keys if new_key else set())
        headers = {name: value for name, value in call.sent_headers.items() if name.lower() not in own}
        return session.request(call.method, call.url, data=call.sent, headers=headers)

    def as_har(self, *, personal: bool = False) -> dict[str, Any]:
        """The calls as an HTTP Archive 1.2, which most tools read.

        Args:
            personal: Whether phone and identity numbers go with it.
        """
        from vipps_nb.client.recorder.archive import archive  # noqa: PLC0415 - not before somebody asks

        return archive(self, personal=personal)

    def as_python(self, *, personal: bool = False) -> str:
        """The calls as a script that logs in by itself and makes them again.

        Args:
            personal: Whether phone and identity numbers go with it; otherwise the script names what to fill in.
        """
        from vipps_nb.client.recorder.script import script  # noqa: PLC0415 - as in as_har

        return script(self, self._living(), personal=personal)

    def as_postman(self, *, personal: bool = False) -> dict[str, Any]:
        """The calls as a Postman collection, version 2.1.

        Keys and tokens are variables in it, without values.

        Args:
            personal: Whether phone and identity numbers go with it.
        """
        from vipps_nb.client.recorder.postman import collection  # noqa: PLC0415 - as in as_har

        return collection(self, self._living(), personal=personal)

    def save(self, file: str | Path, *, personal: bool = False) -> Path:
        """Write the calls down.

        An archive (``.har``), a script (``.py``) or a Postman collection (``.json``).

        Args:
            file: Where to; its ending says as what.
            personal: Whether phone and identity numbers go with it.

        The file is its owner's alone, and appears whole or not at all.

        Raises:
            HistoryError: The ending is another one, or there is a symbolic link or a folder of that name.
            OSError: It could not be written; what was there before still is.
        """
        import json  # noqa: PLC0415 - as in as_har

        file = Path(file)
        if file.suffix == ".har":
            text = escaped(json.dumps(self.as_har(personal=personal), indent=2, ensure_ascii=False)) + "\n"
        elif file.suffix == ".py":
            text = self.as_python(personal=personal)
        elif file.suffix == ".json":
            text = escaped(json.dumps(self.as_postman(personal=personal), indent=2, ensure_ascii=False)) + "\n"
        else:
            raise HistoryError(f"{file.name} ends in none of .har, .py and .json, so it is not clear what to write.")
        try:
            write_private(file, text)
        except NoFileError as error:
            raise HistoryError(f"{file.name} was not written: {error.strerror}. Choose another name.") from None
        return file

    def _living(self) -> SessionProtocol:
        session = self._session()
        if session is None:
            raise HistoryError("The session that made these calls is gone; keep it as long as its history.")
        return session

    def _repr_html_(self) -> str:
        return str(hooks.calls_table(self).html)  # marimo wants a str and nothing derived from it

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(hooks.calls_table(self).text if len(printer.stack) == 1 else repr(self))

    def __str__(self) -> str:
        """The table as text, which is what a script prints."""
        return hooks.calls_table(self).text

    def __repr__(self) -> str:
        count = len(self)
        return f"<{count} call{'' if count == 1 else 's'}>"


def _has_status(call: PastCall, status: int | str) -> bool:
    if status == _UNANSWERED:
        return call.status is None
    return call.status == status if isinstance(status, int) else call.status in _KINDS[status]
