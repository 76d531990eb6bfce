"""What polling, bulk sending and the recorder know of a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from vipps_nb.auth.credentials import Credentials
from vipps_nb.client.auth_flow import AuthFlow
from vipps_nb.client.response import VippsResponse
from vipps_nb.core.environment import Environment

if TYPE_CHECKING:
    from vipps_nb.client.sandbox_gate import Sandbox


class SessionProtocol(Protocol):
    """Something that sends requests to one environment, as one sales unit."""

    sandbox: Sandbox | None
    system: dict[str, str]

    @property
    def environment(self) -> Environment:
        """Where it talks to."""
        ...

    @property
    def base_url(self) -> str:
        """The environment's address, without a slash at its end."""
        ...

    @property
    def credentials(self) -> Credentials:
        """Whose keys it sends with."""
        ...

    @property
    def merchant_serial_number(self) -> str | None:
        """The sales unit it acts for."""

    @property
    def keys(self) -> AuthFlow:
        """Who adds the secrets."""
        ...

    @property
    def request(self) -> Callable[..., VippsResponse]:
        """Send a request, as ``requests.Session.request`` does."""
        ...
