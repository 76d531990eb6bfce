"""The token call: the one moment when all keys are judged.

Which of them is wrong is told by the server's words.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from vipps_nb.auth.access_token import fetch_access_token
from vipps_nb.core.environment import EnvironmentName
from vipps_nb.core.problem import Problem
from vipps_nb.core.visible import visible
from vipps_nb.doctor.asking import mark_of
from vipps_nb.doctor.case import Case
from vipps_nb.doctor.findings import Finding, Result
from vipps_nb.doctor.keys import is_guid
from vipps_nb.errors import TokenRefusedError, UnreachableError

_NAME = "access token"
_LIFE = "token's life"
_SHORT, _LONG = timedelta(minutes=5), timedelta(hours=25)
_SHORT_LIVED = "Its life is short, or the sandbox's clock was moved meanwhile: look at %vipps_sandbox."
_STATUS_PAGE = "https://vippsmobilepay.statuspage.io"

# By environment: where keys that are unknown in it are from, and how to go there.
_ELSEWHERE: Mapping[EnvironmentName, tuple[str, str]] = {
    "test": ("the production environment", "choose --env production"),
    "production": ("the test environment", "choose --env test"),
    "sandbox": (
        "another sandbox or the test environment",
        "choose where they belong with --env, or take this sandbox's own keys",
    ),
}


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with the keys.

    Attributes:
        cause: The handle.
        found: What is wrong, in words.
        remedy: What to do.
    """

    cause: str
    found: str
    remedy: str


def token(case: Case) -> Finding:
    """Fetch an access token, as a login would, and keep it to ask the APIs with."""
    try:
        case.token = fetch_access_token(case.keys, case.place, headers=mark_of(case), timeout=case.timeout)
    except TokenRefusedError as error:
        words = f"{error.problem.title} {error.problem.code} {error.problem.detail}"
        diagnosis = diagnose(case, words)
        found = f"{diagnosis.found} The server said: {_words(error.problem)}"
        return Finding(_NAME, Result.FAILED, found, diagnosis.remedy, diagnosis.cause)
    except UnreachableError as error:
        what = str(error).partition(". ")[0]
        if case.stranger:
            return Finding(
                _NAME,
                Result.FAILED,
                f"{what}. Something else answers in the host's place; nothing is said about the keys.",
                "Sign in to the network (open any web page), or ask whoever runs the proxy.",
                "network",
            )
        return Finding(
            _NAME,
            Result.FAILED,
            f"{what}. The host had answered before, so this is not your network, and nothing is said about the keys.",
            f"An outage or maintenance: try again in a while; {_STATUS_PAGE} tells of outages.",
            "outage",
        )
    return Finding(_NAME, Result.OK, "Fetched: all keys fit together.")


def _words(problem: Problem) -> str:
    """What the server said, with the trace id that support asks for.

    Once, and without Azure's other numbers.
    """
    detail = problem.detail.partition("Trace ID:")[0]
    words = ": ".join(dict.fromkeys(part for part in (f"{problem.status} {problem.title}", detail) if part))
    trace = f" (trace id {problem.trace_id})" if problem.trace_id else ""
    return visible(" ".join(words.split()) + trace)


def diagnose(case: Case, said: str) -> Diagnosis:  # noqa: PLR0911 - one return for each cause
    """Which key is wrong, by what the server said.

    The gateway looks at the subscription key before anybody looks at the client ID, and that is looked at before its
    secret. So whatever is complained about, what comes before it was right.
    """
    words, keys = said.lower(), case.keys
    elsewhere, choose = _ELSEWHERE[case.place.name]
    if case.place.name == "sandbox":
        place, again = "the sandbox", "again from the lines that `vipps-nb sandbox` printed"
    else:
        place = f"the {case.place.name} environment"
        again = f"again from the portal (For developers) into {keys.source}"
    if "missing subscription key" in words:
        return Diagnosis(
            "subscription-key-missing",
            "The subscription key did not arrive.",
            "Something on the way takes the header Ocp-Apim-Subscription-Key off: ask whoever runs the proxy.",
        )
    if "subscription" in words:
        return Diagnosis(
            "subscription-key",
            f"The subscription key is not known in {place}; nothing is said about the other keys. It is another sales "
            f"unit's, or was regenerated, or all of these keys are of {elsewhere}.",
            f"If all were copied there: {choose}. Otherwise: copy VIPPS_SUBSCRIPTION_KEY {again}.",
        )
    if "aadsts70001" in words or "unauthorized_client" in words:
        if is_guid(keys.client_id):
            return Diagnosis(
                "other-environment",
                f"Nobody in {place} has this client ID, although it is a well-formed one: very probably it is of "
                f"{elsewhere}, else of a sales unit that is gone.",
                f"If it was copied there: {choose}. Otherwise: copy VIPPS_CLIENT_ID and VIPPS_CLIENT_SECRET {again}.",
            )
        return Diagnosis(
            "client-id",
            f"Nobody in {place} has this client ID, and it is no GUID: it was cut off or mistyped.",
            f"Copy VIPPS_CLIENT_ID {again}.",
        )
    if keys.specialized and "invalid_client" in words:
        return Diagnosis(
            "key-type",
            f"These are not accepted as {keys.key_type} keys: ID or secret is wrong, or they are keys of another kind.",
            f"Check VIPPS_{keys.key_type.upper()}_CLIENT_ID and _CLIENT_SECRET, or choose another --key-type.",
        )
    if "invalid_client" in words or "aadsts7000215" in words:
        return Diagnosis(
            "client-secret",
            "The client secret is not the client ID's; client ID and subscription key are right.",
            f"Copy VIPPS_CLIENT_SECRET {again}, whole, with the = signs at its end. If it was regenerated, only the "
            "newest works.",
        )
    return Diagnosis("keys-refused", f"The keys were refused in {place}.", f"Copy all of them {again}.")


def life(case: Case) -> Finding:
    """Whether the token can be what it says.

    Not dead on arrival, of a sensible life, bought by this client ID.
    """
    fetched = case.token
    assert fetched is not None  # noqa: S101 - skipped without
    lifetime = fetched.lifetime
    if fetched.remaining() <= timedelta(0):
        return Finding(
            _LIFE,
            Result.FAILED,
            "It had expired when it arrived.",
            _SHORT_LIVED
            if case.place.name == "sandbox"
            else "Something between here and the host answers from a store of old answers, or the host's clock is "
            "wrong: ask whoever runs the proxy.",
            "expired-token",
        )
    claims = claims_of(fetched.reveal())
    owner = claims.get("appid")
    if isinstance(owner, str) and owner.lower() != case.keys.client_id.lower():
        return Finding(
            _LIFE,
            Result.ATTENTION,
            "The token says that another client ID has bought it.",
            "A cache or proxy in between mixes up answers: ask whoever runs it.",
            "foreign-token",
        )
    minutes = round(lifetime / timedelta(minutes=1))
    told = f"It lives {minutes} min" if minutes < 120 else f"It lives {round(minutes / 60)} h"  # noqa: PLR2004 - two hours
    if not _SHORT <= lifetime <= _LONG:
        return Finding(
            _LIFE,
            Result.ATTENTION,
            f"{told}. Expected are 15 minutes, an hour or a day, by kind of keys and environment.",
            "It is used as long as it says; if requests are refused, try %vipps_login --refresh.",
            "odd-life",
        )
    return Finding(_LIFE, Result.OK, f"{told}{', and was bought by this client ID' if owner else ''}.")


def claims_of(access_token: str) -> Mapping[str, Any]:
    """What a token says about itself, unverified; empty for one that is no JWT."""
    try:
        payload = access_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
