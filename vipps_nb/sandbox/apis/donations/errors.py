"""What the Donations API says no to."""

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import Refusal


class NoAccessToRecipient(Refusal):
    """A handle that these keys may not see.

    It spoils the whole call, so that nothing is missing silently.
    """

    status = HTTPStatus.FORBIDDEN
    title = "No access to a recipient handle"


class NoSuchAgreement(Refusal):
    """There is none, or these keys may not see it."""

    status = HTTPStatus.NOT_FOUND
    title = "Agreement not found"
