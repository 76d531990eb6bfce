"""Checks of the keys that send nothing.

Which files there are, whose keys stand in them, where they are meant for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from vipps_nb.auth import key_names
from vipps_nb.auth import sources as key_sources
from vipps_nb.auth.credentials import shape_findings
from vipps_nb.client.login import chosen_environment, own_sandbox, pretend_credentials, start_sandbox
from vipps_nb.core import machine
from vipps_nb.core.environment import EnvironmentName, environment_at, is_loopback, official_environment
from vipps_nb.doctor.case import Case
from vipps_nb.doctor.findings import Finding, Result
from vipps_nb.errors import CredentialsError, EnvironmentChoiceError, VippsNbError

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_USUAL: Mapping[str, tuple[re.Pattern[str], str]] = {
    "client_id": (_GUID, "is no GUID (8-4-4-4-12 hexadecimal digits), as client IDs are"),
    "client_secret": (
        re.compile(r"[\w+/~.-]{16,}={0,2}"),
        "is shorter than client secrets are, or of other characters",
    ),
    "subscription_key": (re.compile(r"[0-9a-f]{32}", re.IGNORECASE), "is not 32 hexadecimal digits, as such keys are"),
    "merchant_serial_number": (re.compile(r"\d{4,10}"), "is not 4 to 10 digits long, as such numbers are"),
}
# Names of files and profiles that say where their keys are from.
_SAYS: Mapping[EnvironmentName, re.Pattern[str]] = {
    "production": re.compile(r"(?<![a-z])(prod|production|live)(?![a-z])", re.IGNORECASE),
    "test": re.compile(r"(?<![a-z])(test|mt|apitest)(?![a-z])", re.IGNORECASE),
}
_POSTMAN_BASE_URL = "base_url"
_PORTAL = "Copy it again from portal.vippsmobilepay.com → For developers"


def files(case: Case) -> Finding:
    """Which places there are to read keys from, and whether they can be read."""
    name = "files"
    try:
        case.file = case.options.dotenv_file()
        case.sources = case.options.load_sources()
    except CredentialsError as error:
        return Finding(name, Result.FAILED, *_halves(error), "files")
    if case.options.env == "sandbox" and _has_no_address(case):
        return Finding(name, Result.OK, "None needed: the sandbox brings pretend keys along.")
    said = []
    for source in case.sources:
        ours = len([key for key, value in source.values.items() if value and _is_ours(key)])
        if source.name != "process environment" or ours:
            said.append(f"{source.name}{_distance(case, source)} ({_count(ours, 'name')} of ours)")
    if not said:
        return Finding(name, Result.OK, "No .env from this folder upwards, and nothing in the process environment.")
    return Finding(name, Result.OK, f"Read: {', '.join(said)}.")


def environment(case: Case) -> Finding:
    """Where the keys are meant for, and who said so."""
    name = "environment"
    base_url = key_sources.base_url_setting(case.read)
    try:
        chosen = chosen_environment(case.options, case.read, base_url)
        there = dict(key_sources.hits(case.read, case.options.key_type)).keys() - {"merchant_serial_number"}
        anything = bool(there) or any(key_sources.near_misses(case.read, key_names.FIELDS, case.options.key_type))
        named = case.options.names_a_file
        joins = base_url is not None and official_environment(base_url) is None
        if chosen == "sandbox" and not joins:
            where = "in this page" if machine.is_a_page() else "on this machine"
            return _own_sandbox(case, f"Sandbox: an imitation {where}, with pretend keys and pretend money.")
        if chosen is None and not anything and not named:
            return _own_sandbox(case, "Sandbox, because there are no keys: %vipps_login would start one as well.")
        case.environment = environment_at(chosen or "test", base_url, stands_in=key_sources.base_url_place(case.read))
    except EnvironmentChoiceError as error:
        return Finding(name, Result.FAILED, *_halves(error), "environment")
    place = case.environment
    if place.name == "sandbox" and not is_loopback(place.base_url):
        case.private[place.host] = "‹the sandbox›"
    why = f"chosen by {_who(case)}" if chosen else "the choice when there are keys and nobody says otherwise"
    if clue := _other_environment(case):
        return Finding(
            name,
            Result.ATTENTION,
            f"{place.name.capitalize()} ({case.where}), {why}; but {clue}.",
            f"If these keys are from there, choose it with --env or VIPPS_ENVIRONMENT; keys of another environment "
            f"than {place.name} open nothing here.",
            "other-environment",
        )
    return Finding(name, Result.OK, f"{place.name.capitalize()} ({case.where}), {why}.")


def names(case: Case) -> Finding:
    """Whether every key that is needed has a name and a value, and only one of each."""
    name = "names"
    if case.pretend is not None:
        return Finding(name, Result.OK, "The sandbox's pretend keys.")
    found = dict(key_sources.hits(case.read, case.options.key_type))
    wanted = key_names.names_for(case.options.key_type)
    missing = [what for what in key_names.required_fields(case.options.key_type) if what not in found]
    if missing:
        nothing = not found.keys() - {"merchant_serial_number"}
        there = "none is there" if nothing else f"found only {_list(found)}"
        hints = list(key_sources.near_misses(case.read, missing, case.options.key_type))
        return Finding(
            name,
            Result.FAILED,
            f"Missing: {', '.join(wanted[what] for what in missing)}; {there}." + "".join(f" {hint}" for hint in hints),
            "Put them into the .env beside the notebook, or type them into %vipps_login --form. No keys yet? "
            "%vipps_login --env sandbox needs none.",
            "names",
        )
    if hidden := list(_hidden(case, found)):
        return Finding(
            name,
            Result.ATTENTION,
            f"All there: {_list(found)}. {' '.join(hidden)}",
            "If the hidden value is the right one, take the other away (and restart the kernel if it stands in the "
            "process environment).",
            "hidden-value",
        )
    return Finding(name, Result.OK, f"All there: {_list(found)}.")


def shapes(case: Case) -> Finding:
    """Whether the values can be what their names say.

    Found are blanks, quotes, placeholders, swapped and foreign ones.
    """
    name = "shapes"
    if case.pretend is not None:
        return Finding(name, Result.OK, "Each value looks like what it should be.")
    found = dict(key_sources.hits(case.read, case.options.key_type))
    needed = (*key_names.required_fields(case.options.key_type), "merchant_serial_number")
    fields = [what for what in key_names.FIELDS if what in found and what in needed]
    wrong = [f"{found[what].name} {fault}" for what in fields for fault in shape_findings(what, found[what].value)]
    if not wrong and len({found[what].value for what in fields}) < len(fields):
        wrong = ["Two of the keys have the same value: one was pasted twice."]
    if wrong:
        return Finding(
            name,
            Result.FAILED,
            " ".join(_ended(words) for words in wrong),
            f"{_PORTAL}. They were read from: {_list({what: found[what] for what in fields})}.",
            "shapes",
        )
    if not set(key_names.required_fields(case.options.key_type)) <= set(fields):
        return Finding(name, Result.OK, "What is there looks like what it should be.")
    case.credentials = key_sources.find_credentials(case.read, case.options.key_type)
    odd = [
        f"{found[what].name} {_USUAL[what][1]}." for what in fields if not _USUAL[what][0].fullmatch(found[what].value)
    ]
    if odd:
        return Finding(
            name, Result.ATTENTION, " ".join(odd), f"{_PORTAL}; it may have been cut off on the way.", "unusual-shape"
        )
    return Finding(name, Result.OK, "Each value looks like what it should be.")


def is_guid(text: str) -> bool:
    """Whether a text has the shape of every client ID."""
    return _GUID.fullmatch(text) is not None


def _own_sandbox(case: Case, said: str) -> Finding:
    case.pretend = own_sandbox() or start_sandbox()
    case.environment = environment_at("sandbox", case.pretend.base_url)
    case.credentials = pretend_credentials(case.pretend, case.options.key_type)
    return Finding("environment", Result.OK, said)


def _has_no_address(case: Case) -> bool:
    base_url = key_sources.base_url_setting(case.read)
    return base_url is None or official_environment(base_url) is not None


def _who(case: Case) -> str:
    if case.options.env:
        return "--env"
    said_by = key_sources.environment_setting(case.read)
    return "VIPPS_ENVIRONMENT" if said_by else "VIPPS_BASE_URL"


def _other_environment(case: Case) -> str | None:
    """What in the user's own files speaks for another environment.

    Another than the chosen one; None where nothing does.
    """
    for source in case.read:
        url = source.values.get(_POSTMAN_BASE_URL, "") if source.name.startswith("Postman") else ""
        official = official_environment(url) if url else None
        if official is not None and official != case.place:
            return f"the base_url in {source.name} is that of the {official.name} environment"
    file_names = [case.file.name.removeprefix(".env").removeprefix(".")] if case.file else []
    file_names += [Path(case.options.postman).name] if case.options.postman else []
    for other, pattern in _SAYS.items():
        for said in file_names:
            if case.place.name not in (other, "sandbox") and pattern.search(said):
                return f"the name {said} says {other}"
    return None


def _hidden(case: Case, found: Mapping[str, key_sources.Hit]) -> Iterator[str]:
    """Values that do not count.

    Another place has the same name with another value.
    """
    for hit in found.values():
        for source in case.read:
            other = source.values.get(hit.name)
            if other and source.name != hit.source and other != hit.value:
                yield f"{hit.name} in {hit.source} hides another value of it in {source.name}."


def _is_ours(name: str) -> bool:
    return "vipps" in name.lower() or key_names.is_known(name)


def _halves(error: VippsNbError) -> tuple[str, str]:
    """A message's facts, and what to do.

    That is its last line, or all after its first sentence.
    """
    text = str(error)
    facts, _, remedy = text.rpartition("\n") if "\n" in text else text.partition(". ")
    return (facts if facts.endswith(".") else facts + "."), remedy


def _distance(case: Case, source: key_sources.Source) -> str:
    """How many folders up the file was found.

    Its path would tell more than anybody needs.
    """
    if case.file is None or source.name != case.file.name or case.options.dotenv:
        return ""
    up = len(case.options.place.parts) - len(case.file.parent.parts)
    return f", {_count(up, 'folder')} up" if up > 0 else ""


def _list(found: Mapping[str, key_sources.Hit]) -> str:
    by_source: dict[str, list[str]] = {}
    for hit in found.values():
        by_source.setdefault(hit.source, []).append(hit.name)
    return "; ".join(f"{', '.join(hit_names)} in {source}" for source, hit_names in by_source.items())


def _ended(words: str) -> str:
    return words if words.endswith((".", "?")) else words + "."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
