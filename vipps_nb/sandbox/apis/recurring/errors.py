"""What the Recurring API says no to, by problem id.

Source: Recurring API, Problem types.
"""

# ruff: noqa: D101 - a refusal's title says what it is

from __future__ import annotations

import uuid
from http import HTTPStatus

from vipps_nb.sandbox.server.problems import (
    PROBLEM_JSON,
    Body,
    Dialect,
    ErrorBody,
    FieldReason,
    InvalidRequest,
    NotForThisSalesUnit,
    Refusal,
    UnsupportedMediaType,
    Uri,
    Uuid,
    field_reasons,
)

PROBLEMS = "https://developer.vippsmobilepay.com/docs/APIs/recurring-api/recurring-api-problems#"
_SAID_BY_EVERY_API: dict[type[Refusal], str] = {
    InvalidRequest: "validation-error",
    UnsupportedMediaType: "unsupported-media-type",
    NotForThisSalesUnit: "not-authorized",
}


class RecurringProblem(ErrorBody):
    type: Uri
    title: str
    status: int
    detail: str
    context_id: Uuid
    extra_details: list[FieldReason] | None = None


def _say(refusal: Refusal, trace_id: str) -> Body:
    problem_id = refusal.code or _SAID_BY_EVERY_API.get(type(refusal), "operation-failed")
    content = RecurringProblem(
        type=f"{PROBLEMS}{problem_id}",
        title=HTTPStatus(refusal.status).phrase,
        status=refusal.status,
        detail=refusal.detail or refusal.title,
        # The middle of a trace is 32 hexadecimal digits, which is what a UUID is made of.
        context_id=str(uuid.UUID(hex=trace_id.split("-")[1], version=4)),
        extra_details=field_reasons(refusal) or None,
    )
    return Body(content, PROBLEM_JSON, refusal.headers)


problem = Dialect(_say, RecurringProblem, PROBLEM_JSON)


class _Forbidden(Refusal):
    status = HTTPStatus.FORBIDDEN


class _Conflict(Refusal):
    status = HTTPStatus.CONFLICT


class InvalidAgreementId(Refusal):
    code, title = "invalid-agreement-id", "The agreement id does not look like one"


class InvalidJson(Refusal):
    code, title = "invalid-json", "The body is not valid JSON"


class IdempotencyKeyHeader(Refusal):
    code, title = "idempotency-key-header", "The Idempotency-Key is missing or invalid"


class ChargeAmountTooHigh(Refusal):
    code, title = "charge-amount-too-high", "The amount of the charge is too high"


class ChargeDueTooSoon(Refusal):
    code, title = "charge-due-too-soon", "The charge is due too soon"


class ChargeDueInTooLong(Refusal):
    code, title = "charge-due-in-too-long", "The charge is due in too long"


class UnsupportedFeature(_Forbidden):
    code, title = "unsupported-feature", "This sales unit may not use this feature"


class IllegalAgreementUpdate(Refusal):
    code, title = "illegal-agreement-update", "The agreement cannot be updated so"


class InvalidSuggestedMaxAmount(Refusal):
    code, title = "invalid-suggested-max-amount", "suggestedMaxAmount is invalid or too high"


class CancelChargeFailed(Refusal):
    code, title = "cancel-charge-failed", "The charge cannot be cancelled"


class ChargeCreationFailed(Refusal):
    code, title = "charge-creation-failed", "The charge cannot be created"


class ChargeCaptureFailed(Refusal):
    code, title = "charge-capture-failed", "The charge cannot be captured"


class InvalidSaleUnit(_Forbidden):
    """Recurring is not switched on for the sales unit."""

    code, title = "invalid-sale-unit", "merchant.not.allowed.for.recurring.operation"


class ResourceNotFound(Refusal):
    status = HTTPStatus.NOT_FOUND
    code, title = "resource-not-found", "The resource was not found"


class OperationFailed(Refusal):
    code, title = "operation-failed", "The operation could not be performed"


class Conflict(_Conflict):
    code, title = "conflict", "The request conflicts with the present state"


class IdempotencyConflict(_Conflict):
    code, title = "idempotency-conflict", "The Idempotency-Key was used for another request"
