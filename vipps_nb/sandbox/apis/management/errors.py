"""What the Management API says no to: a problem whose ``extraDetails`` have ``key`` and ``value``."""

# ruff: noqa: D101 - titles say it

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from vipps_nb.sandbox.server.problems import PROBLEM_JSON, Body, Dialect, InvalidRequest, Refusal, instance

_TEXT = {"type": "string"}


def _say(refusal: Refusal, trace_id: str) -> Body:
    content: dict[str, Any] = {
        "type": f"https://httpstatuses.io/{int(refusal.status)}",
        "title": refusal.title,
        "status": int(refusal.status),
        "detail": refusal.detail or refusal.title,
        "instance": instance(trace_id),
    }
    if refusal.fields:
        content["extraDetails"] = [{"key": name, "value": reason} for name, reason in refusal.fields]
    return Body(content, PROBLEM_JSON, refusal.headers)


DIALECT = Dialect(
    _say,
    "ManagementProblem",
    {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "instance": _TEXT,
            "extraDetails": {
                "type": "array",
                "items": {"type": "object", "required": ["key", "value"], "properties": {"key": _TEXT, "value": _TEXT}},
            },
        },
    },
    PROBLEM_JSON,
)


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
