"""The doctor: what is wrong between your keys and an answer.

Step by step, each finding with its remedy. Works without a login, and when a login fails: that is its point. It sends
the keys to their own host only, asks with GETs (and one token call), and changes nothing. ``%vipps_doctor`` and
``vipps-nb doctor`` call it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from vipps_nb.auth import sources as key_sources
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.client.login import own_sandbox
from vipps_nb.core.environment import ENVIRONMENT_NAMES
from vipps_nb.doctor import connection, keys, products, surroundings, token
from vipps_nb.doctor.case import Case
from vipps_nb.doctor.findings import Finding, ProductLine, Result, Standing
from vipps_nb.doctor.report import Report

__all__ = ["Finding", "ProductLine", "Report", "Result", "Standing", "examine"]

Check = Callable[[Case], Finding]

# Each check, its name, and what it cannot do without.
_CHECKS: tuple[tuple[str, Check, tuple[str, ...]], ...] = (
    ("files", keys.files, ()),
    ("environment", keys.environment, ("sources",)),
    ("names", keys.names, ("sources",)),
    ("shapes", keys.shapes, ("sources",)),
    ("host", connection.host, ("environment",)),
    ("clock", connection.clock, ("environment", "answers")),
    ("access token", token.token, ("environment", "credentials", "answers")),
    ("token's life", token.life, ("token",)),
    ("sales unit", products.sales_unit, ("token",)),
)
_WITHOUT = {
    "sources": "the files could not be read",
    "environment": "it is not decided where the keys are meant for",
    "credentials": "there are no keys to try",
    "answers": "the host could not be reached",
    "token": "there is no access token",
}
_LEAST_SCRUBBED = 6
_LEAST_TELLING = 5


def examine(options: LoginOptions | None = None) -> Report:
    """Look at everything between the keys and an answer.

    Args:
        options: Which login is meant; by default the one of ``vipps_nb.login()``.
    """
    case = Case(options or LoginOptions())
    lines: list[ProductLine] = []
    try:
        findings = [_carry_out(case, name, check, needs) for name, check, needs in _CHECKS]
        if case.token is not None:
            lines = products.products(case)
            findings.append(products.summary(lines))
        else:
            findings.append(_skipped("products", "token"))
        findings += [
            _carry_out(case, ".env", surroundings.keeping, ("sources",)),
            _carry_out(case, "notebooks", surroundings.traces, ("sources",)),
            surroundings.installed(),
        ]
    finally:
        # A sandbox that was started for this visit only is nobody's to stop later.
        if case.pretend is not None and case.pretend is not own_sandbox():
            case.pretend.stop()
    place = case.environment.name if case.environment else ""
    report = Report(place, tuple(findings), tuple(lines), surroundings.versions())
    report = _scrubbed(report, _secrets(case))
    return replace(report, public=_scrubbed(report, _private(case)))


def _carry_out(case: Case, name: str, check: Check, needs: Iterable[str]) -> Finding:
    missing = next((need for need in needs if not _has(case, need)), None)
    return check(case) if missing is None else _skipped(name, missing)


def _has(case: Case, need: str) -> bool:
    return getattr(case, need) not in (None, False)


def _skipped(name: str, need: str) -> Finding:
    return Finding(name, Result.SKIPPED, f"Not looked at: {_WITHOUT[need]}.")


def _secrets(case: Case) -> dict[str, str]:
    """Every key that a server could have repeated, with what stands for it."""
    known = {hit.value: f"‹{hit.name}›" for what, hit in _hits(case) if what != "merchant_serial_number"}
    if case.credentials is not None:
        known[case.credentials.client_id] = "‹client ID›"
        known[case.credentials.client_secret.reveal()] = "‹client secret›"
        if case.credentials.subscription_key is not None:
            known[case.credentials.subscription_key.reveal()] = "‹subscription key›"
    if case.token is not None:
        known[case.token.reveal()] = "‹access token›"
    # A value of a few characters is no key, and would be found inside of words.
    return {value: name for value, name in known.items() if len(value) >= _LEAST_SCRUBBED}


def _hits(case: Case) -> list[tuple[str, key_sources.Hit]]:
    return list(key_sources.hits(case.sources or (), case.options.key_type))


def _private(case: Case) -> dict[str, str]:
    """What the report for others does without, beside the keys."""
    places = {
        str(case.options.place): "‹folder›",
        str(Path.home()): "‹home›",
        socket.gethostname(): "‹this machine›",
        **case.private,
    }
    # A machine may be called "test", and a home may be "/": such names give nothing away.
    return {
        name: word for name, word in places.items() if len(name) >= _LEAST_TELLING and name not in ENVIRONMENT_NAMES
    }


def _scrubbed(report: Report, known: Mapping[str, str]) -> Report:
    def clean(text: str) -> str:
        # The longest first, so that no part of a value is left standing.
        for value in sorted(known, key=len, reverse=True):
            text = text.replace(value, known[value])
        return text

    return replace(
        report,
        findings=tuple(
            replace(finding, found=clean(finding.found), remedy=clean(finding.remedy)) for finding in report.findings
        ),
        products=tuple(replace(line, told_by=clean(line.told_by)) for line in report.products),
    )
