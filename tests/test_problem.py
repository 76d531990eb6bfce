"""Every dialect becomes one Problem, and nothing of the original is lost (the guides' pages on errors)."""

from __future__ import annotations

import pytest

from tests.each import for_each
from vipps_nb import FieldError, Problem

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
DIALECTS = {
    "ePayment": (
        {
            "type": "https://httpstatuses.io/400",
            "title": "Capture amount too high",
            "status": 400,
            "detail": "Only 100 is left.",
            "traceId": TRACE,
            "extraDetails": [{"name": "ErrorCode", "reason": "6090"}, {"name": "amount.value", "reason": "too big"}],
        },
        ("Capture amount too high", "Only 100 is left.", "6090", TRACE, [("amount.value", "too big")]),
    ),
    "Recurring": (
        {
            "type": "https://developer.vippsmobilepay.com/docs/APIs/recurring-api/recurring-api-problems#charge-due-too-soon",
            "title": "Bad Request",
            "contextId": "ctx-1",
            "extraDetails": [{"field": "due", "text": "must be tomorrow or later"}],
        },
        ("Bad Request", "", "charge-due-too-soon", "ctx-1", [("due", "must be tomorrow or later")]),
    ),
    "Checkout": (
        {"title": "Validation", "errorCode": "VALIDATION", "errors": {"Reference": ["too short", "bad letter"]}},
        ("Validation", "", "VALIDATION", "", [("Reference", "too short"), ("Reference", "bad letter")]),
    ),
    "QR": (
        {"title": "Bad id", "detail": "d", "invalidParams": [{"name": "id", "reason": "pattern"}]},
        ("Bad id", "d", "", "", [("id", "pattern")]),
    ),
    "Management": (
        {"title": "T", "extraDetails": [{"key": "msn", "value": "unknown"}]},
        ("T", "", "", "", [("msn", "unknown")]),
    ),
    "Login": (
        {"error": "invalid_grant", "error_description": "code used", "error_code": 400, "error_debug": "x"},
        ("invalid_grant", "code used", "invalid_grant", "", []),
    ),
    "Userinfo, by name": (
        {"title": "Unauthorized", "status": "400", "detail": "d", "extraInfo": {"sub": {"reason": "no such"}}},
        ("Unauthorized", "d", "", "", [("sub", "no such")]),
    ),
    "Azure AD": (
        {"error": "unauthorized_client", "error_description": "AADSTS700016: …", "trace_id": "t-1"},
        ("unauthorized_client", "AADSTS700016: …", "unauthorized_client", "t-1", []),
    ),
    "gateway, flat": (
        {"statusCode": 400, "message": "Access denied due to missing subscription key."},
        ("Bad Request", "Access denied due to missing subscription key.", "", "", []),
    ),
    "gateway, nested": (
        {"responseInfo": {"responseCode": 401, "responseMessage": "Unauthorized"}, "result": {"message": "(why)"}},
        ("Bad Request", "(why)", "", "", []),
    ),
    "eCom": (
        [{"errorGroup": "Payments", "errorCode": "35", "errorMessage": "Requested Order not found", "contextId": "c"}],
        ("Bad Request", "Requested Order not found", "35", "c", []),
    ),
    "PSP": (
        {"errorCode": "71", "errorMessage": "No such merchant", "contextId": "c"},
        ("Bad Request", "No such merchant", "71", "c", []),
    ),
    "Report, keys": (
        {"code": "Unauthorized", "message": "Please check your API keys"},
        ("Bad Request", "Please check your API keys", "Unauthorized", "", []),
    ),
    "Userinfo": (
        {"title": "Gone", "status": "400", "extraInfo": [{"name": "sub", "reason": "old"}]},
        ("Gone", "", "", "", [("sub", "old")]),
    ),
    "QR, as its document shows it": (
        {
            "type": "https://datatracker.ietf.org/doc/html/rfc7231#section-6.5.1",
            "title": "One or more validation errors occurred.",
            "detail": "BadRequest",
            "instance": TRACE,
            "invalidParams": [{"name": "RedirectUrl", "reason": "must match"}],
        },
        ("One or more validation errors occurred.", "BadRequest", "", TRACE, [("RedirectUrl", "must match")]),
    ),
    "Management, as its document shows it": (
        {"type": "https://example.com/problem#unauthorized", "title": "T", "instance": "urn:uuid:123e4567-e89b-12d3"},
        ("T", "", "", "123e4567-e89b-12d3", []),
    ),
    "Webhooks, whose instance is a path": (
        {"title": "T", "instance": "/v1/webhooks", "traceId": TRACE},
        ("T", "", "", TRACE, []),
    ),
    "Report, whose instance is a path": ({"title": "T", "instance": "/products/orders1"}, ("T", "", "", "", [])),
    "a page of somebody who is called alike": (
        {"title": "T", "type": "https://developer.vippsmobilepay.com.example.com/docs#not-ours"},
        ("T", "", "", "", []),
    ),
    "an HTML page": (
        "<html><title>502 Bad Gateway</title></html>",
        ("Bad Request", "an HTML page titled “502 Bad Gateway”", "", "", []),
    ),
    "a page with a title of many lines": (
        '<HTML><TITLE lang="en">\n  Bad &amp; gone \n</Title >',
        ("Bad Request", "an HTML page titled “Bad & gone”", "", "", []),
    ),
    "a page without an end": ("<title>" * 9, ("Bad Request", "<title>" * 9, "", "", [])),
    "nothing": ("", ("Bad Request", "", "", "", [])),
}


@for_each("dialect", DIALECTS)
def test_a_dialect_is_understood(dialect):
    body, (title, detail, code, trace_id, fields) = DIALECTS[dialect]

    problem = Problem.from_body(body, 400)

    assert (problem.title, problem.detail, problem.code, problem.trace_id) == (title, detail, code, trace_id)
    assert problem.field_errors == tuple(FieldError(*field) for field in fields)
    assert problem.status == 400
    assert problem.original == body


@pytest.mark.parametrize("strange", [None, 7, [], [1], {"extraDetails": "x"}, {"errors": None}, {"extraDetails": [1]}])
def test_no_body_is_too_strange(strange):
    assert Problem.from_body(strange, 599).original == strange


def test_a_problem_reads_as_a_person_would_want_it():
    body, _ = DIALECTS["ePayment"]

    assert str(Problem.from_body(body, 400)) == (
        f"400 Capture amount too high [6090]: Only 100 is left.\n  amount.value: too big\n  trace id {TRACE}"
    )
