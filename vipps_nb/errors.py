"""The errors of this package, drawn as a tree.

```text
VippsNbError                itself where nobody needs to tell it from others: what `vipps-nb lab` cannot do.
├── CredentialsError        keys malformed, unreadable, or not allowed here.
│   └── MissingKeysError    some or all keys are missing.
├── EnvironmentChoiceError  an environment or host that cannot be meant.
├── ConfigurationError      a setting in pyproject.toml or IPython's configuration that cannot be meant.
├── NotLoggedInError        nothing to work with yet: what to type.
├── TokenRefusedError       the server said no to the keys; .problem has its words.
├── UnreachableError        no usable answer came; .url says from where. No answer is not a no.
├── ListenerError           a webhook listener cannot listen.
│   └── NothingHeardError   no delivery came in time.
├── ReadOnlyError           a write to production that nobody has allowed.
├── NotSentError            one of many calls of map() that was not made; nothing is known to have been sent.
├── StillWaitingError       also a TimeoutError; poll() reached its time limit, .response is the last look.
├── CallError               a line or body of %vipps that cannot be sent.
│   └── BodyError           a body that does not fit its operation; .card has the findings.
├── CollectionError         a file that cannot be brought along, or a notebook that cannot be written for it.
├── OptionError             an option of a magic that cannot be meant.
├── ScopeError              a name in a magic of which Python cannot tell whose variable it is.
├── DocumentError           an OpenAPI document that cannot be used.
├── HistoryError            a past call that cannot be found, sent again or saved.
├── OversizedAnswerError    also a requests.RequestException; more bytes than anybody should read at once.
└── ApiError                also a requests.HTTPError; raised only by raise_for_status().
```

The last eight stand beside what raises them. The sandbox shares nothing with this package and has an error of its own,
``SandboxError``. A keyword that no function has, or a value of the wrong kind, is Python's ``TypeError`` or
``ValueError``; what requests raises while sending stays what it is.

A message says what happened, what was expected and what to do next, as far as there is something. It never holds a
secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vipps_nb.core.visible import visible

if TYPE_CHECKING:
    import requests

    from vipps_nb.core.problem import Problem


LOGGED_OUT = (
    "This session was logged out and has forgotten its keys. Nothing was sent. Run %vipps_login "
    "(or vipps_nb.login()) and use the session it gives."
)


class VippsNbError(Exception):
    """What every error of the tree above is."""

    def __str__(self) -> str:
        """The message.

        Where it quotes a server, what would steer a terminal is shown instead.
        """
        return visible(super().__str__())

    def _render_traceback_(self) -> list[str]:
        """Show one sentence in a notebook instead of a wall of frames.

        IPython asks for this by name.
        """
        return [f"{type(self).__name__}: {self}"]


class CredentialsError(VippsNbError):
    """The keys are missing, malformed, or may not be used here. Nothing was sent."""


class MissingKeysError(CredentialsError):
    """Keys are needed and some or all of them are missing. Nothing was sent."""


class EnvironmentChoiceError(VippsNbError):
    """The environment or its address cannot be what was meant. Nothing was sent."""


class ConfigurationError(VippsNbError):
    """A setting cannot be meant: its name is none, or its value is.

    It stands in ``pyproject.toml``, IPython's configuration or the process environment.
    """


class NotLoggedInError(VippsNbError):
    """There is no session in this kernel, or it was logged out.

    Nothing was sent.
    """


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
