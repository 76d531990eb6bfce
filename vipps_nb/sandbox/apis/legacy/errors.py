"""What the refusals of the old APIs have in common."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from vipps_nb.sandbox.server.problems import PROBLEM_JSON, Body, Dialect, Refusal


class NoSuchMerchant(Refusal):
    """These keys have no such merchant or sales unit."""

    status = HTTPStatus.NOT_FOUND
    title = "Item does not exist"


def context_id(trace_id: str) -> str:
    """The id of one occurrence as the old APIs write it, a UUID, made from the trace."""
    return str(uuid.UUID(trace_id.split("-")[1]))


def _problem(refusal: Refusal, trace_id: str) -> Body:
    content = {
        "type": f"https://httpstatuses.io/{int(refusal.status)}",
        "title": refusal.title,
        "status": int(refusal.status),
        "detail": refusal.detail or "; ".join(f"{name}: {reason}" for name, reason in refusal.fields) or refusal.title,
        "instance": f"urn:uuid:{context_id(trace_id)}",
    }
    return Body(content, PROBLEM_JSON, refusal.headers)


problem_with_instance = Dialect(
    _problem,
    "ProblemWithInstance",
    {
        "type": "object",
        "required": ["title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
        },
    },
    PROBLEM_JSON,
)
"""RFC 7807 before trace ids and extra details: PSP sign-up and Partner."""
