"""A sandbox's desk in words: for terminals, and for what the live widget says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from vipps_nb.client.sandbox_gate import Sandbox
from vipps_nb.core.visible import visible
from vipps_nb.core.zone import time_told, zone

LINES = 10  # of the request log
LOOKED_AT = 100  # of it, for that many; a visit of the doctor takes twenty
LONGEST_PATH = 300  # characters

PRESETS: dict[str, dict[str, Any]] = {
    "slow": {"latencyMs": 2000},
    "busy": {"status": 429, "retryAfter": 2},
    "broken": {"status": 500},
    "lost": {"drop": "after"},
}
"""Faults by the name they have on the desk."""

WHAT_FAULTS_DO = {
    "slow": "Answers come two seconds late",
    "busy": "Requests are answered 429 with Retry-After: 2, and nothing is done",
    "broken": "Requests are answered 500, and nothing is done",
    "lost": "Requests are acted upon, and their answers are lost",
}

JsonObject = dict[str, Any]


def text(sandbox: Sandbox) -> str:
    """A sandbox as text.

    The time, what waits on the phone, faults, the last requests.
    """
    overview = sandbox.overview()
    clock = overview["clock"]
    still = clock["held"]
    held = "held" if still else "running"
    lines = [f"Sandbox · {moment(clock['now'], still=still)} · {held} · seed {overview['seed']}", ""]
    waiting = sandbox.waiting()
    lines.append(f"Phone: {_number(len(waiting), 'request')} waiting" if waiting else "Phone: nothing is waiting")
    for one in waiting:
        lines += _phone_lines(one, still)
    lines += ["", f"Faults: {_faults_in_words(overview['faults'])}", ""]
    entries = rows_of(sandbox.requests(last=LOOKED_AT), still=still)
    total = entries[-1]["number"] if entries else 0
    own = [row for row in entries if row["by"] != "doctor"]
    left_out = "" if len(own) == len(entries) else ", the doctor's left out"
    more = f", the last {LINES}:" if len(own) > LINES or total > LOOKED_AT else ":" if left_out and own else ""
    lines.append(f"Requests: {total}{left_out}{more}")
    for row in reversed(own[-LINES:]):
        outcome = "lost" if row["dropped"] else row["status"]
        lines.append(f"  {row['time']}  {row['method']:<6}  {outcome}  {row['path']}")
    return "\n".join(lines)


def _phone_lines(one: Mapping[str, Any], still: bool) -> list[str]:
    until = f" · until {moment(one['expires'], still=still)}" if one["expires"] else ""
    head = " · ".join(filter(None, [one["price"], one["merchant"], one["text"]]))
    name = {"reference": "reference", "agreementId": "agreement_id", "authReqId": "auth_req_id"}.get(one["selector"])
    which = f'{name}="{one["value"]}"' if name else f"request={one['request']}"
    lines = [f"  {_one_line(head)}{until}", *(f"    {_one_line(line)}" for line in one["details"])]
    lines += [f"    {'(*)' if each['chosen'] else '( )'} {_one_line(each['label'])}" for each in one["choices"]]
    return [*lines, f"    vipps.sandbox.approve({_one_line(which)})"]


def _one_line(told: str) -> str:
    """A merchant's text in one line.

    What a terminal would obey is seen in it instead.
    """
    return visible(told).replace("\n", " ").replace("\t", " ")


def faults(rules: Sequence[Mapping[str, Any]]) -> JsonObject:
    """Which preset is on, if it is one."""
    if not rules:
        return {"preset": "off", "rate": 1, "rules": 0}
    if len(rules) == 1:
        defaults = {"method": "*", "path": "*", "rate": 1, "latencyMs": 0, "skewSeconds": 0}
        rule = {name: value for name, value in rules[0].items() if name != "rate" and value != defaults.get(name)}
        for preset, meant in PRESETS.items():
            if rule == meant:
                return {"preset": preset, "rate": rules[0].get("rate", 1), "rules": 1}
    return {"preset": "own", "rate": 1, "rules": len(rules)}


def _faults_in_words(rules: Sequence[Mapping[str, Any]]) -> str:
    found = faults(rules)
    if found["preset"] == "off":
        return "none"
    if found["preset"] == "own":
        return f"{_number(len(rules), 'rule')} of your own; see vipps.sandbox.faults()"
    share = "" if found["rate"] == 1 else f", {found['rate']:.0%} of all"
    return f"{WHAT_FAULTS_DO[found['preset']]}{share}"


def decided(report: Mapping[str, Any]) -> tuple[str, bool]:
    """What came of a decision, in a sentence."""
    if report.get("approved") is False:
        met = f" {report['testAmount']}, so nothing is wrong with the request." if report.get("testAmount") else ""
        return f"Not approved: {report.get('reason', 'no reason was given')}.{met}", False
    stands = report.get("state") or report.get("status") or report.get("sessionState")
    name = report.get("reference") or report.get("agreementId") or ""
    now = f" {name or 'It'} is {stands} now." if stands else ""
    if report.get("approved"):
        return f"Approved.{now}", True
    if report.get("aborted"):
        return f"Aborted.{now}", True
    if outcome := report.get("outcome"):
        return str(outcome), True
    return f"Done.{now}", True


def counts(counts: JsonObject) -> str:
    """What is in the world, the empty shelves left out."""
    names = {name: number for name, number in counts.items() if number and name not in ("requests", "idempotencyKeys")}
    return " · ".join(f"{number} {_words(name, number)}" for name, number in names.items())


def _words(name: str, number: int) -> str:
    """``checkoutSessions`` as people write it, of one or of several."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    if number > 1:
        return words
    return f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def moment(told: str, *, still: bool) -> str:
    """A moment of the wire, for people.

    Args:
        told: As the sandbox has it.
        still: Whether its clock is held.
    """
    local = datetime.fromisoformat(told).astimezone(zone(still=still))
    return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}"


def rows_of(entries: Sequence[Mapping[str, Any]], *, still: bool) -> list[dict[str, Any]]:
    """What the table shows of log entries: neither headers nor bodies."""
    return [
        {
            "number": entry.get("number", 0),
            "time": time_told(datetime.fromisoformat(entry["time"]), still=still) if entry.get("time") else "",
            "method": entry.get("method", ""),
            "path": _path(entry),
            "status": entry.get("status"),
            "ms": entry.get("ms", 0),
            "dropped": entry.get("dropped", ""),
            "tolerated": len(entry.get("tolerated", ())),
            "by": entry.get("by", ""),
        }
        for entry in entries
    ]


def _path(entry: Mapping[str, Any]) -> str:
    query = entry.get("query")
    text = f"{entry.get('path', '')}?{query}" if query else str(entry.get("path", ""))
    return text if len(text) <= LONGEST_PATH else f"{text[:LONGEST_PATH]}…"
