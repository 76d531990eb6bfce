"""What the PSP API says no to, in an array of flat errors (PSP API guide, Error codes)."""

# ruff: noqa: D101 - a refusal's title says what it is

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from vipps_nb.sandbox.apis.legacy.errors import context_id
from vipps_nb.sandbox.server.problems import Body, Dialect, JsonObject, Refusal

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


def _say(refusal: Refusal, trace_id: str) -> Body:
    context = context_id(trace_id)
    return Body([{**error, "contextId": context} for error in _errors(refusal)], headers=refusal.headers)


def _errors(refusal: Refusal) -> Iterator[JsonObject]:
    if not refusal.fields:
        message = f"{refusal.title}. {refusal.detail}" if refusal.detail else refusal.title
        yield {"errorCode": refusal.code or str(int(refusal.status)), "errorMessage": message}
    for name, reason in refusal.fields:
        if name in NAMED_BY_FIELD:
            yield {"errorCode": name, "errorMessage": reason}
        else:
            yield {"errorCode": INVALID, "errorMessage": f"{name}: {reason}"}


dialect = Dialect(
    _say,
    "PspErrors",
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["errorCode", "errorMessage", "contextId"],
            "properties": {
                "errorCode": {"type": "string"},
                "errorMessage": {"type": "string"},
                "contextId": {"type": "string", "format": "uuid"},
            },
        },
    },
)
