"""One harmless call for each API.

Is it active for this sales unit? And: is this the sales unit that the keys are for?

GETs only. Where an API has no list to ask for, something is asked for that nobody has: "not found" is then said by
the API itself, behind every check of keys and product.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import requests

from vipps_nb.apis.facts import APIS, NOBODYS, NOBODYS_UUID, STANDARD_KEYS, ApiFacts, HarmlessCall, named
from vipps_nb.core import machine
from vipps_nb.core.problem import Problem
from vipps_nb.doctor.asking import NoAnswer, ask
from vipps_nb.doctor.case import Case
from vipps_nb.doctor.findings import Finding, ProductLine, Result, Standing

_PAYMENT = named("ePayment")
_AT_ONCE = 4
_STATUS_PAGE = "https://vippsmobilepay.statuspage.io"

_OK, _REFUSAL, _SERVER_ERROR = 200, 400, 500
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _NOT_HERE = 401, 403, 404, 429, 501
_PRODUCT_MISSING = re.compile(
    r"not allowed for ecommerce|merchant\.not\.allowed|invalid.sale.?unit|"
    r"(product|sales? ?unit).{0,40}not.{0,20}(allowed|enabled|active|ordered)",
    re.IGNORECASE,
)
_FOREIGN_MSN = re.compile(
    r"supermerchant|invalid msn|check your api keys|(not|n't) belong to the sales unit|not connected to these keys",
    re.IGNORECASE,
)


def sales_unit(case: Case) -> Finding:  # noqa: PLR0911 - one return for each answer
    """Whether the MSN belongs to the keys."""
    name, keys = "sales unit", case.keys
    msn = keys.merchant_serial_number
    if keys.specialized:
        return Finding(name, Result.SKIPPED, f"Keys of type {keys.key_type} are not those of one sales unit.")
    if not msn:
        return Finding(name, Result.SKIPPED, "No merchant serial number (MSN) was given.")
    answer = ask(case, _call(_PAYMENT).path)
    if isinstance(answer, NoAnswer) or answer.status_code >= _SERVER_ERROR or answer.status_code == _TOO_MANY:
        return Finding(name, Result.SKIPPED, "ePayment, which would know, did not answer.")
    if answer.status_code not in (_UNAUTHORIZED, _FORBIDDEN):
        return Finding(name, Result.OK, f"MSN {msn} belongs to these keys.")
    said = _words(answer)
    if _PRODUCT_MISSING.search(said) and not _FOREIGN_MSN.search(said):
        return Finding(name, Result.OK, f"MSN {msn} is known; ePayment is not active for it.")
    if _FOREIGN_MSN.search(said) or _is_let_in_without_msn(case):
        if keys.key_type == "partner":
            return Finding(
                name,
                Result.FAILED,
                f"These partner keys may not act for the sales unit {msn}.",
                "Check VIPPS_PARTNER_MSN; if it is right, the merchant has to connect you in the portal.",
                "msn",
            )
        return Finding(
            name,
            Result.FAILED,
            f"MSN {msn} is not the sales unit that these keys belong to.",
            "Take VIPPS_MSN from the same place in the portal as the keys: each sales unit has keys of its own.",
            "msn",
        )
    return Finding(
        name,
        Result.FAILED,
        f"ePayment refuses a token that was fetched a moment ago: {answer.status_code} {said}",
        "Most often the MSN is another sales unit's, or the unit has no payment product: compare both in the portal.",
        "token-refused",
    )


def products(case: Case) -> list[ProductLine]:
    """Ask each API that these keys could open, several at once."""
    asked = [api for api in APIS if api.harmless_call is not None and case.keys.key_type in api.key_types]
    with machine.workers(_AT_ONCE, "vipps-nb-doctor") as pool:
        lines = list(pool.map(lambda api: _line(case, api), asked))
    switches = _configuration(case) if any(line.standing is Standing.ACTIVE for line in lines) else {}
    return [_corrected(line, api, switches) for line, api in zip(lines, asked, strict=True)]


def summary(lines: list[ProductLine]) -> Finding:
    """The products in one finding."""
    name = "products"
    by_standing = {standing: [line.name for line in lines if line.standing is standing] for standing in Standing}
    active, silent = by_standing[Standing.ACTIVE], by_standing[Standing.NO_ANSWER]
    inactive = by_standing[Standing.NOT_ACTIVE]
    found = f"{len(active)} of {len(lines)} active." if active else "None is active."
    if silent:
        return Finding(
            name,
            Result.ATTENTION,
            found,
            f"The host answers and these APIs do not: an outage of theirs; {_STATUS_PAGE} tells of outages.",
            "outage",
        )
    if not active:
        return Finding(
            name,
            Result.FAILED,
            found,
            "Order a product for this sales unit in the portal, or take the keys of one that has it.",
            "product",
        )
    if inactive:
        return Finding(
            name,
            Result.ATTENTION,
            found,
            f"If you need {' or '.join(inactive)}: order it for this sales unit in the portal.",
            "product",
        )
    return Finding(name, Result.OK, found)


def _call(api: ApiFacts) -> HarmlessCall:
    assert api.harmless_call is not None  # noqa: S101 - only those are asked that have one
    return api.harmless_call


def _line(case: Case, api: ApiFacts) -> ProductLine:
    if case.place.name == "test" and api.in_test is False:
        return ProductLine(api.name, Standing.NOT_IN_TEST, "production only; not asked")
    call = _call(api)
    answer = ask(case, call.path, accept=call.accept)
    called = f"GET {call.path.partition('?')[0].replace(NOBODYS, '…').replace(NOBODYS_UUID, '…')}"
    if isinstance(answer, NoAnswer):
        return ProductLine(api.name, Standing.NO_ANSWER, f"{called}: {answer.error}")
    standing = _standing(case, api, answer)
    remark = "" if standing is Standing.ACTIVE else f" {_words(answer)}".rstrip()
    return ProductLine(api.name, standing, f"{called}: {answer.status_code}{remark}")


def _configuration(case: Case) -> Mapping[str, Any]:
    """What Management says the sales unit may do.

    Empty where it cannot be asked (in test, or with other keys).
    """
    msn = case.keys.merchant_serial_number
    if case.place.name == "test" or case.keys.key_type not in STANDARD_KEYS or not msn:
        return {}
    answer = ask(case, f"/management/v1/sales-units/{msn}")
    body = _body(answer) if not isinstance(answer, NoAnswer) and answer.status_code == _OK else None
    found = body.get("configuration") if isinstance(body, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _corrected(line: ProductLine, api: ApiFacts, switches: Mapping[str, Any]) -> ProductLine:
    """A product's line, corrected by what Management says.

    A payment product answers questions even when it is not active; Management knows better.
    """
    switch = _call(api).switch
    if line.standing is Standing.ACTIVE and switches.get(switch) is False:
        return ProductLine(line.name, Standing.NOT_ACTIVE, f"Management says {switch}: false")
    return line


def _standing(case: Case, api: ApiFacts, answer: requests.Response) -> Standing:  # noqa: PLR0911 - one rule, one line
    status, said = answer.status_code, _words(answer)
    if status == _NOT_HERE:
        return Standing.UNKNOWN
    if status >= _SERVER_ERROR:
        return Standing.NO_ANSWER
    if status == _TOO_MANY:
        return Standing.UNKNOWN
    if status < _REFUSAL:
        return Standing.ACTIVE if _is_json(answer) else Standing.UNKNOWN
    if status == _NOT_FOUND and not _said_by_the_api(answer):
        return Standing.NOT_IN_TEST if case.place.name == "test" and not api.in_test else Standing.UNKNOWN
    if status == _FORBIDDEN or _PRODUCT_MISSING.search(said):
        return Standing.NOT_ACTIVE
    return Standing.UNKNOWN if status == _UNAUTHORIZED else Standing.ACTIVE


def _is_let_in_without_msn(case: Case) -> bool:
    """Whether the same call passes without naming a sales unit.

    It passes when the checks of token and key let it in.
    """
    answer = ask(case, _call(_PAYMENT).path, msn=False)
    return not isinstance(answer, NoAnswer) and answer.status_code not in (_UNAUTHORIZED, _FORBIDDEN)


def _said_by_the_api(answer: requests.Response) -> bool:
    """Whether the API itself says "not found".

    The gateway in front of it, or a web server, may have said it instead.
    """
    body = _body(answer)
    if isinstance(body, list):
        return bool(body)
    return isinstance(body, Mapping) and not {"statusCode", "message"} >= body.keys()


def _is_json(answer: requests.Response) -> bool:
    return _body(answer) is not None


def _body(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _words(answer: requests.Response) -> str:
    """What the server said, in one line and not too long."""
    problem = Problem.from_response(answer)
    parts = dict.fromkeys(part for part in (problem.title, problem.detail) if part)
    return " ".join(": ".join(parts).split())[:200]
