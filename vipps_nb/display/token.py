"""An access token by its claims and its life; never the token itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from vipps_nb.auth.access_token import AccessToken
from vipps_nb.core.view import View
from vipps_nb.core.visible import visible
from vipps_nb.display.drawings.drawing import Drawing
from vipps_nb.display.drawings.token import claims
from vipps_nb.display.frame import framed


@dataclass(frozen=True)
class TokenCard:
    """An access token, ready to be shown.

    Moments are in the zone that is set, and in UTC where none is.
    """

    token: AccessToken

    @cached_property
    def _drawing(self) -> Drawing:
        return claims(self.token.reveal(), "Access token", View(still=True))

    @property
    def text(self) -> str:
        """The claims as text."""
        return visible(self._drawing.text)

    @property
    def html(self) -> str:
        """The claims as HTML."""
        return framed(self._drawing.html, label="Access token")
