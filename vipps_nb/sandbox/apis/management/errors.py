"""What the Management API says no to.

A problem whose ``extraDetails`` have ``key`` and ``value``.
"""

# ruff: noqa: D101 - titles say it

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import (
    PROBLEM_JSON,
    Body,
    Dialect,
    ErrorBody,
    InvalidRequest,
    Refusal,
    Uri,
    instance,
    status_page,
)


class KeyedReason(ErrorBody):
    key: str
    value: str


class ManagementProblem(ErrorBody):
    type: Uri
    title: str
    status: int
    detail: str
    instance: str
    extra_details: list[KeyedReason] | None = None


def _say(refusal: Refusal, trace_id: str) -> Body:
    content = ManagementProblem(
        type=status_page(refusal),
        title=refusal.title,
        status=refusal.status,
        detail=refusal.detail or refusal.title,
        instance=instance(trace_id),
        extra_details=[KeyedReason(key=name, value=reason) for name, reason in refusal.fields] or None,
    )
    return Body(content, PROBLEM_JSON, refusal.headers)


DIALECT = Dialect(_say, ManagementProblem, PROBLEM_JSON)


class PartnersOnly(Refusal):
    status = HTTPStatus.FORBIDDEN
    title = "Only partners can do this"


class NoSuchSalesUnit(Refusal):
    status = HTTPStatus.NOT_FOUND
    title = "Sales unit not found"


class NoSuchMerchant(Refusal):
    status = HTTPStatus.NOT_FOUND
    title = "Merchant not found"


class NoSuchProductOrder(Refusal):
    status = HTTPStatus.NOT_FOUND
    title = "Product order not found"


class AlreadySubmitted(Refusal):
    title = "The product order can no longer be deleted"


class NoSuchPricePackage(InvalidRequest):
    pass


class KeyReused(Refusal):
    status = HTTPStatus.CONFLICT
    title = "The Idempotency-Key was used for another request"
