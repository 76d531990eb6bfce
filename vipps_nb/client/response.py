"""What a session hands back, and its errors.

An ordinary ``requests.Response`` that can speak the API's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import requests

from vipps_nb.core import fast_path, hooks
from vipps_nb.core.bodies import body_of
from vipps_nb.core.displayed import Displayed
from vipps_nb.core.fast_path import QuickResponse
from vipps_nb.core.problem import Problem
from vipps_nb.core.secret import Secret
from vipps_nb.core.stopwatch import Laps
from vipps_nb.errors import VippsNbError

if TYPE_CHECKING:
    from vipps_nb.client.recorder.money import Money

_REFUSAL = 400
_AT_ONCE = 65_536  # bytes read from an answer in one go


class OversizedAnswerError(VippsNbError, requests.RequestException):
    """An answer is larger than the session reads at once.

    Attributes:
        response: The answer, with its body cut off and its connection closed.
    """

    def __init__(self, message: str, response: requests.Response) -> None:
        requests.RequestException.__init__(self, message, response=response)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.response)


class ApiError(VippsNbError, requests.HTTPError):
    """A refusal by an API, raised by ``response.raise_for_status()``.

    Attributes:
        problem: The refusal, normalised from whichever dialect the API speaks.
        response: The answer itself.
    """

    def __init__(self, problem: Problem, response: requests.Response) -> None:
        requests.HTTPError.__init__(self, str(problem), response=response)
        self.problem = problem

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problem, self.response)


@dataclass(frozen=True)
class Retry:
    """One more try that was needed before this answer came.

    Attributes:
        cause: Why the try before it would not do, in words: ``503 Service Unavailable``, ``ReadTimeout`` …
        waited: The seconds waited before trying again.
    """

    cause: str
    waited: float


class VippsResponse(Displayed, QuickResponse):
    """An ordinary response whose :meth:`raise_for_status` speaks the API's words.

    Attributes:
        retries: What went wrong before this answer came, in order; empty when it came at once.
        unspeakable: Secrets of the call, for which whoever shows the answer puts dots, should they be in it.
        refused_before: Whether its idempotency key was told the same before; None where no history has looked.
        seen: What the history has seen of the money that a refusal is about.
        laps: Where its time went; None for an answer that did not come through a session.
        listed: Under which name the calls panel lists it; empty where none is open.
    """

    retries: tuple[Retry, ...] = ()
    unspeakable: tuple[Secret, ...] = ()
    refused_before: bool | None = None
    seen: Money | None = None
    laps: Laps | None = None
    listed: str = ""

    @classmethod
    def of(cls, answer: requests.Response) -> VippsResponse:
        """The same answer, with all that it holds."""
        own = cls()
        vars(own).update(vars(answer))
        return own

    def __getstate__(self) -> dict[str, Any]:
        state = cast("dict[str, Any]", super().__getstate__())  # the stubs say object
        return state | {"retries": self.retries}

    def _repr_html_(self) -> str:
        """The card, for front ends that ask the value itself.

        In IPython the extension's formatters come before it.
        """
        return str(hooks.answer_card(self).html)  # not derived from it, which marimo does not take

    def raise_for_status(self) -> None:
        """Raise for a refusal.

        Raises:
            ApiError: The status is 400 or higher; ``.problem`` holds the refusal, and a note below the message says
                what to do, where that is known.
        """
        if self.status_code < _REFUSAL:
            return
        error = ApiError(Problem.from_response(self), self)
        if advice := hooks.answer_card(self).advice:
            error.add_note("\n".join(advice))
        raise error

    def read(self, largest: int) -> None:
        """Read the body to its end, but never more than so many bytes.

        Raises:
            OversizedAnswerError: It is larger.
            requests.RequestException: It broke off.
        """
        if self._content_consumed or body_of(self) is not None:  # an adapter may have given it with the answer
            return
        whole = fast_path.whole_body(self, largest)
        if whole is not None:
            self._content, self._content_consumed = whole, True
            return
        parts, size = [], 0
        for part in self.iter_content(_AT_ONCE):
            parts.append(part)
            size += len(part)
            if size > largest:
                self.close()
                raise OversizedAnswerError(
                    f"The answer of {self.url} is larger than {largest} bytes and was not read to its end. If that "
                    "is right, raise vipps.largest_answer, or read it piece by piece with stream=True.",
                    self,
                )
        self._content = b"".join(parts)
