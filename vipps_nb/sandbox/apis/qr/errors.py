"""What the QR API says no to, in its two dialects."""

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import (
    Body,
    Dialect,
    ErrorBody,
    FieldReason,
    InvalidParamsProblem,
    Refusal,
    field_reasons,
    invalid_params_values,
)


class NoLandingPage(Refusal):
    """The URL is not where a customer of this sales unit is asked for something."""

    title = "Not a landing page"


class TooLate(Refusal):
    """The customer has decided, or their time is up."""

    title = "Nothing is open any more"


class NoSuchQr(Refusal):
    """This sales unit has no code by that name."""

    status = HTTPStatus.NOT_FOUND
    title = "No such QR"


class IdTaken(Refusal):
    """The name is in use."""

    status = HTTPStatus.CONFLICT
    title = "The id is taken"

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


class QrError(InvalidParamsProblem):
    """All that the official document says of a 409 is that it has the ``id``."""

    id: str | None = None


class QrExchangeError(ErrorBody):
    """What the exchange says."""

    title: str
    status: int
    detail: str
    extra_details: list[FieldReason] | None = None


def _say(refusal: Refusal, trace_id: str) -> Body:
    taken = refusal.name if isinstance(refusal, IdTaken) else None
    return Body(QrError(**invalid_params_values(refusal, trace_id), id=taken), headers=refusal.headers)


def _say_of_exchange(refusal: Refusal, trace_id: str) -> Body:
    content = QrExchangeError(
        title=refusal.title,
        status=refusal.status,
        detail=refusal.detail or refusal.title,
        extra_details=field_reasons(refusal) or None,
    )
    return Body(content, headers=refusal.headers)


QR = Dialect(_say, QrError)
EXCHANGE = Dialect(_say_of_exchange, QrExchangeError)
