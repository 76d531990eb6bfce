"""What the checks know so far. Nothing here is shown.

Each one learns something that the later ones stand on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from vipps_nb.auth.access_token import AccessToken
from vipps_nb.auth.credentials import Credentials
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.auth.sources import Source
from vipps_nb.core import machine
from vipps_nb.core.environment import Environment, is_loopback

if TYPE_CHECKING:
    from vipps_nb.client.sandbox_gate import Sandbox

TIMEOUT = (5.0, 10.0)


@dataclass
class Case:
    """One visit.

    Attributes:
        options: Which login is looked at.
        file: The ``.env`` that was read.
        sources: Every place that was read; None when one of them could not be.
        pretend: The sandbox of this process, whose keys are used because nobody gave others.
        credentials: The keys, once they have the right shapes.
        environment: Where they belong.
        answers: Whether the host has answered at all.
        stranger: Whether what answered seems to be something else than the host.
        skew: How far the host's clock is ahead of this machine's, if it told the time.
        token: The access token.
        private: What may be shown to the person at the screen and to nobody else, with what stands for it.
    """

    options: LoginOptions
    timeout: tuple[float, float] = TIMEOUT
    file: Path | None = None
    sources: Sequence[Source] | None = None
    pretend: Sandbox | None = None
    credentials: Credentials | None = None
    environment: Environment | None = None
    answers: bool = False
    stranger: bool = False
    skew: timedelta | None = None
    token: AccessToken | None = None
    private: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def read(self) -> Sequence[Source]:
        """The places that were read, for checks that come after the reading."""
        assert self.sources is not None  # noqa: S101 - a check that needs them is skipped without
        return self.sources

    @property
    def keys(self) -> Credentials:
        """The keys, for checks that come after the finding."""
        assert self.credentials is not None  # noqa: S101 - as above
        return self.credentials

    @property
    def place(self) -> Environment:
        """The environment, for checks that come after the choosing."""
        assert self.environment is not None  # noqa: S101 - as above
        return self.environment

    @property
    def where(self) -> str:
        """The host in words.

        A sandbox on this machine has a port, which is nobody's concern.
        """
        if self.place.name == "sandbox" and is_loopback(self.place.base_url):
            return f"the sandbox {'in this page' if machine.is_a_page() else 'on this machine'}"
        return self.place.host
