"""What the Order Management API says no to."""

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import Refusal


class NoSuchThing(Refusal):
    """This sales unit has nothing by that name."""

    status = HTTPStatus.NOT_FOUND
    title = "Not found"


class WrittenOnce(Refusal):
    """It is there already, and stays as it is."""

    status = HTTPStatus.CONFLICT
    title = "Already there"
