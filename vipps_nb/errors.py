"""Every error this package raises, drawn as a tree.

```text
VippsNbError
├── CredentialsError        keys malformed, unreadable, or not allowed here
│   └── MissingKeysError    some or all keys are missing
├── EnvironmentChoiceError  an environment or host that cannot be meant
├── NotLoggedInError        nothing to work with yet: what to type
├── TokenRefusedError       the server said no to the keys; .problem has its words
├── UnreachableError        no usable answer came; .url says from where. No answer is not a no
├── ListenerError           a webhook listener cannot listen
│   └── NothingHeardError   no delivery came in time
├── ReadOnlyError           a write to production that nobody has allowed
├── NotSentError            one of many calls of map() that was not made; nothing is known to have been sent
├── StillWaitingError       also a TimeoutError; poll() reached its time limit, .response is the last look
├── OversizedAnswerError    also a requests.RequestException; more bytes than anybody should read at once
└── ApiError                also a requests.HTTPError; raised only by raise_for_status()
```

The last two are in :mod:`vipps_nb.answers`, beside what raises them: to be errors of requests they need it imported,
and a notebook that only loads the extension does not.

A message has three parts: what happened, what was expected, what to do next. It never holds a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vipps_nb.visible import visible

if TYPE_CHECKING:
    import requests

    from vipps_nb.problem import Problem


LOGGED_OUT = (
    "This session was logged out and has forgotten its keys. Nothing was sent. Run %vipps_login "
    "(or vipps_nb.login()) and use the session it gives."
)


class VippsNbError(Exception):
    """What every error of this package is."""

    def __str__(self) -> str:
        """The message. Where it quotes a server, what would steer a terminal is shown instead."""
        return visible(super().__str__())

    def _render_traceback_(self) -> list[str]:
        """Show one sentence in a notebook instead of a wall of frames (IPython asks for this by name)."""
        return [f"{type(self).__name__}: {self}"]


class CredentialsError(VippsNbError):
    """The keys are missing, malformed, or may not be used here. Nothing was sent."""


class MissingKeysError(CredentialsError):
    """Keys are needed and some or all of them are missing. Nothing was sent."""


class EnvironmentChoiceError(VippsNbError):
    """The environment or its address cannot be what was meant. Nothing was sent."""


class NotLoggedInError(VippsNbError):
    """There is no session in this kernel, or this one was logged out. Nothing was sent."""


class TokenRefusedError(VippsNbError):
    """The server refused to give an access token for these keys.

    Attributes:
        problem: The server's own words, normalised, with the original kept.
        field: Which of the keys it is, if that can be told: ``client_id``, ``client_secret``, ``subscription_key``.
    """

    def __init__(self, message: str, problem: Problem, field: str = "") -> None:
        super().__init__(message)
        self.problem = problem
        self.field = field

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.problem, self.field)


class UnreachableError(VippsNbError):
    """No usable answer came: nothing is known about the keys or the request's fate.

    Attributes:
        url: Where the answer was expected from.
        passing: Whether it may be better in a moment: an outage, not a certificate or a sign-in page.
    """

    def __init__(self, message: str, url: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.url = url
        self.passing = passing

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.url), {"passing": self.passing}


class ListenerError(VippsNbError):
    """A webhook listener cannot do what it is for."""


class NothingHeardError(ListenerError):
    """A listener waited for a delivery that did not come."""


class ReadOnlyError(VippsNbError):
    """A write to production without permission. Nothing was sent."""


class NotSentError(VippsNbError):
    """A call of ``map`` that was not made, or whose end nobody waited for."""


class StillWaitingError(VippsNbError, TimeoutError):
    """``poll`` reached its time limit before a final state.

    Attributes:
        response: The last look.
    """

    def __init__(self, message: str, response: requests.Response) -> None:
        super().__init__(message)
        self.response = response

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.response)
