"""One GET to the keys' own host and no other.

Not repeated, not redirected, and never an exception that holds a key.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests

from vipps_nb.apis.questions import scheme_for
from vipps_nb.auth.access_token import no_answer_sentence
from vipps_nb.auth.auth_scheme import secret_headers
from vipps_nb.client.auth_flow import open_headers
from vipps_nb.doctor.case import Case

_SYSTEM = {
    "Vipps-System-Name": "vipps_nb",
    "Vipps-System-Version": "1",
    "Vipps-System-Plugin-Name": "doctor",  # Checkout wants all four
    "Vipps-System-Plugin-Version": "1",
}


@dataclass(frozen=True)
class NoAnswer:
    """No answer came, and why."""

    why: str
    error: str


def ask(
    case: Case, path: str, *, with_keys: bool = True, msn: bool = True, accept: str = "application/json"
) -> requests.Response | NoAnswer:
    """Send one GET.

    Args:
        case: Says where to and, once there is a token, who asks.
        path: With its query.
        with_keys: Whether the keys go along, in the way that the path's API wants them.
        msn: Whether the sales unit's number goes along.
        accept: Which kind of answer to ask for.
    """
    url = case.place.base_url + path
    headers = {"Accept": accept, **mark_of(case)}
    if with_keys and case.place.owns(url):
        keys = case.keys
        number = keys.merchant_serial_number if msn else None
        kind = scheme_for(url, keys)
        headers |= open_headers(url, keys, number, _SYSTEM)
        headers |= secret_headers(kind, keys, case.token.reveal() if case.token else None)
    with requests.Session() as bare:
        bare.auth = _leave_alone  # anything set here keeps a ~/.netrc entry from replacing the token
        try:
            return bare.get(url, headers=headers, timeout=case.timeout, allow_redirects=False)
        except requests.RequestException as error:
            return NoAnswer(no_answer_sentence(error, case.where, case.timeout), type(error).__name__)


def mark_of(case: Case) -> dict[str, str]:
    """What says to a sandbox that it is the doctor who asks.

    So its log can tell. Nobody else is sent it.
    """
    return {"Vipps-Nb-By": "doctor"} if case.place.name == "sandbox" else {}


def skew_of(response: requests.Response, asked: float) -> timedelta | None:
    """How far the server's clock is ahead of this machine's.

    None when the answer does not say.

    Args:
        response: An answer with a ``Date``.
        asked: This machine's clock when the request left.
    """
    try:
        date = parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return None
    middle = datetime.fromtimestamp((asked + time.time()) / 2, UTC)
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - middle


def _leave_alone(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
