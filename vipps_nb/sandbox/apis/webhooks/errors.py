"""What the Webhooks API says no to."""

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal


class NoSuchWebhook(Refusal):
    """The caller has no registration with this id."""

    status = HTTPStatus.NOT_FOUND
    title = "Not Found"


class TooManyWebhooks(InvalidRequest):
    """As many registrations for an event as there may be."""

    title = "Too many webhooks"
