"""Answers put together by hand, for what no server has to say first."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import requests

from vipps_nb.client.response import VippsResponse

TEST_HOST = "https://apitest.vipps.no"


def answer(
    body: Any = None,
    *,
    method: str = "GET",
    url: str = f"{TEST_HOST}/epayment/v1/payments/order-1",
    status: int = 200,
    sent: Any = None,
    headers: dict[str, str] | None = None,
    request_headers: dict[str, str] | None = None,
) -> VippsResponse:
    """An answer as the session would hand it back; a body that is no text is sent as JSON."""
    request = requests.Request(method, url, json=sent, headers=request_headers)
    response = VippsResponse()
    response.request = request.prepare()
    response.url = url
    response.status_code = status
    response.reason = HTTPStatus(status).phrase
    response.elapsed = timedelta(milliseconds=12)
    if isinstance(body, bytes | str):
        content = body if isinstance(body, bytes) else body.encode()
    else:
        content = b"" if body is None else json.dumps(body).encode()
        response.headers["Content-Type"] = "application/json"
    response._content = content
    response.headers.update(headers or {})
    return response
