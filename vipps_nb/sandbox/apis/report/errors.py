"""What the Report API says no to, in its three dialects."""

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import PROBLEM_JSON, Body, Dialect, ErrorBody, Refusal, instance, status_page


class ReportProblem(ErrorBody):
    """A ledger or a report that is not there."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


class ReportError(ErrorBody):
    """Parameters that break a rule."""

    error_code: int
    error_message: str
    context_id: str


class ReportUnauthorized(ErrorBody):
    """Keys that do not open this API."""

    code: str
    message: str


def _say_problem(refusal: Refusal, trace_id: str) -> Body:
    content = ReportProblem(
        type=status_page(refusal),
        title=refusal.title,
        status=refusal.status,
        detail=refusal.detail or refusal.title,
        instance=instance(trace_id),
    )
    return Body(content, PROBLEM_JSON, refusal.headers)


def _say_code(refusal: Refusal, trace_id: str) -> Body:
    reasons = "; ".join(f"{name}: {reason}" for name, reason in refusal.fields) or refusal.detail
    content = ReportError(
        error_code=int(refusal.code or 0),
        error_message=f"{refusal.title} {reasons}".strip(),
        context_id=instance(trace_id).removeprefix("urn:uuid:"),
    )
    return Body(content, headers=refusal.headers)


def _say_unauthorized(refusal: Refusal, trace_id: str) -> Body:
    content = ReportUnauthorized(code="Unauthorized", message=f"{refusal.title} {refusal.detail}".strip())
    return Body(content, headers=refusal.headers)


PROBLEM = Dialect(_say_problem, ReportProblem, PROBLEM_JSON)
CODED = Dialect(_say_code, ReportError)
UNAUTHORIZED = Dialect(_say_unauthorized, ReportUnauthorized)


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
