"""What the PSP API says no to, in an array of flat errors.

Source: PSP API guide, Error codes.
"""

# ruff: noqa: D101 - a refusal's title says what it is

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from pydantic import RootModel

from vipps_nb.sandbox.apis.legacy.errors import context_id
from vipps_nb.sandbox.server.problems import Body, Dialect, ErrorBody, Refusal, Uuid

NAMED_BY_FIELD = ("amount", "currency", "makePaymentUrl")
INVALID = "51"


class MerchantNotAvailable(Refusal):
    status = HTTPStatus.FORBIDDEN
    code, title = "21", "Merchant not available or active"


class InvalidPspRequest(Refusal):
    code, title = INVALID, "Invalid request"


class UnknownTransaction(InvalidPspRequest):
    """The guide has no code for it (unconfirmed)."""

    status = HTTPStatus.NOT_FOUND


class AlreadyExists(Refusal):
    code, title = "99", "The pspTransactionId or merchantOrderId exists already"


class PspError(ErrorBody):
    error_code: str
    error_message: str
    context_id: Uuid


class PspErrors(RootModel[list[PspError]]):
    """One error, or one for each field."""


def _say(refusal: Refusal, trace_id: str) -> Body:
    context = context_id(trace_id)
    errors = [PspError(error_code=code, error_message=words, context_id=context) for code, words in _errors(refusal)]
    return Body(PspErrors(errors), headers=refusal.headers)


def _errors(refusal: Refusal) -> Iterator[tuple[str, str]]:
    """Codes and messages."""
    if not refusal.fields:
        message = f"{refusal.title}. {refusal.detail}" if refusal.detail else refusal.title
        yield refusal.code or str(int(refusal.status)), message
    for name, reason in refusal.fields:
        if name in NAMED_BY_FIELD:
            yield name, reason
        else:
            yield INVALID, f"{name}: {reason}"


dialect = Dialect(_say, PspErrors)
