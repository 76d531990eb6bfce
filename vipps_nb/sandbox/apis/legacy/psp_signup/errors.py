"""What the PSP Signup API says no to."""

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import Refusal


class MerchantDeactivated(Refusal):
    """Deactivating is final."""

    title = "The merchant is deactivated"


class IdempotencyConflict(Refusal):
    """The key came with another merchant before."""

    status = HTTPStatus.CONFLICT
    title = "Idempotent conflict"
