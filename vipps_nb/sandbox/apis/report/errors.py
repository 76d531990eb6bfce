"""What the Report API says no to, in its three dialects."""

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import PROBLEM_JSON, Body, Dialect, Refusal, instance

TEXT = {"type": "string"}


def _say_problem(refusal: Refusal, trace_id: str) -> Body:
    content = {
        "type": f"https://httpstatuses.io/{int(refusal.status)}",
        "title": refusal.title,
        "status": int(refusal.status),
        "detail": refusal.detail or refusal.title,
        "instance": instance(trace_id),
    }
    return Body(content, PROBLEM_JSON, refusal.headers)


def _say_code(refusal: Refusal, trace_id: str) -> Body:
    reasons = "; ".join(f"{name}: {reason}" for name, reason in refusal.fields) or refusal.detail
    content = {
        "errorCode": int(refusal.code or 0),
        "errorMessage": f"{refusal.title} {reasons}".strip(),
        "contextId": instance(trace_id).removeprefix("urn:uuid:"),
    }
    return Body(content, headers=refusal.headers)


def _say_unauthorized(refusal: Refusal, trace_id: str) -> Body:
    return Body(
        {"code": "Unauthorized", "message": f"{refusal.title} {refusal.detail}".strip()}, headers=refusal.headers
    )


PROBLEM = Dialect(
    _say_problem,
    "ReportProblem",
    {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "instance": TEXT},
    },
    PROBLEM_JSON,
)
CODED = Dialect(
    _say_code,
    "ReportError",
    {
        "type": "object",
        "required": ["errorCode", "errorMessage", "contextId"],
        "properties": {"errorCode": {"type": "integer"}, "errorMessage": TEXT, "contextId": TEXT},
    },
)
UNAUTHORIZED = Dialect(
    _say_unauthorized,
    "ReportUnauthorized",
    {"type": "object", "required": ["code", "message"], "properties": {"code": TEXT, "message": TEXT}},
)


class CheckYourKeys(Refusal):
    """No token, a bad one, or one of keys that do not open this API."""

    status = HTTPStatus.UNAUTHORIZED
    title = "Please check your API keys."
    dialect = UNAUTHORIZED


class InvalidInput(Refusal):
    """Parameters that break a rule."""

    code, title = "10002", "Your request parameters did not validate."
    dialect = CODED


class NoSuchLedger(Refusal):
    """There is none, or it is somebody else's, which is not told apart."""

    status = HTTPStatus.NOT_FOUND
    title = "No such ledgerId"


class NotBegunYet(Refusal):
    """The ledger date lies ahead."""

    status = HTTPStatus.NOT_FOUND
    title = "The report for this date is not available yet"
