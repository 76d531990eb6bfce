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
└── ApiError                also a requests.HTTPError; raised only by raise_for_status()
```

A message has three parts: what happened, what was expected, what to do next. It never holds a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from vipps_nb.problem import Problem


class VippsNbError(Exception):
    """What every error of this package is."""

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
    """There is no session in this kernel."""


class TokenRefusedError(VippsNbError):
    """The server refused to give an access token for these keys.

    Attributes:
        problem: The server's own words, normalised, with the original kept.
    """

    def __init__(self, message: str, problem: Problem) -> None:
        super().__init__(message)
        self.problem = problem


class UnreachableError(VippsNbError):
    """No usable answer came: nothing is known about the keys or the request's fate.

    Attributes:
        url: Where the answer was expected from.
    """

    def __init__(self, message: str, url: str) -> None:
        super().__init__(message)
        self.url = url


class ListenerError(VippsNbError):
    """A webhook listener cannot do what it is for."""


class NothingHeardError(ListenerError):
    """A listener waited for a delivery that did not come."""


class ReadOnlyError(VippsNbError):
    """A write to production without permission. Nothing was sent."""


class ApiError(VippsNbError, requests.HTTPError):
    """A refusal by an API, raised by ``response.raise_for_status()``.

    Attributes:
        problem: The refusal, normalised from whichever dialect the API speaks.
        response: The answer itself.
    """

    def __init__(self, problem: Problem, response: requests.Response) -> None:
        requests.HTTPError.__init__(self, str(problem), response=response)
        self.problem = problem
