"""What the refusals of the old APIs have in common."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from vipps_nb.sandbox.server.problems import PROBLEM_JSON, Body, Dialect, ErrorBody, Refusal, Uri, status_page


class NoSuchMerchant(Refusal):
    """These keys have no such merchant or sales unit."""

    status = HTTPStatus.NOT_FOUND
    title = "Item does not exist"


def context_id(trace_id: str) -> str:
    """The id of one occurrence as the old APIs write it, a UUID, made from the trace."""
    return str(uuid.UUID(trace_id.split("-")[1]))


class ProblemWithInstance(ErrorBody):
    """RFC 7807 before trace ids and extra details: PSP Signup and Partner."""

    type: Uri
    title: str
    status: int
    detail: str
    instance: str


def _problem(refusal: Refusal, trace_id: str) -> Body:
    content = ProblemWithInstance(
        type=status_page(refusal),
        title=refusal.title,
        status=refusal.status,
        detail=refusal.detail or "; ".join(f"{name}: {reason}" for name, reason in refusal.fields) or refusal.title,
        instance=f"urn:uuid:{context_id(trace_id)}",
    )
    return Body(content, PROBLEM_JSON, refusal.headers)


problem_with_instance = Dialect(_problem, ProblemWithInstance, PROBLEM_JSON)
