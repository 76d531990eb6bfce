"""Whether a delivery is genuine.

Sent by who knows the secret, unchanged, to this address, and just now.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from vipps_nb.core.secret import Secret
from vipps_nb.core.visible import visible
from vipps_nb.webhooks import headers as header_objects
from vipps_nb.webhooks import parts, proxies

TOLERANCE = timedelta(seconds=300)
"""How old a delivery may be. The platform documents no limit; without one, whoever recorded a delivery
can send it again."""

SIGNATURE = (parts.DATE, parts.CONTENT_HASH, parts.AUTHORIZATION)
_AROUND = " \t\r\n\"'"  # what a secret brings along from a file or a .env
LONGEST_DATE = 100  # characters; a date has 29


@dataclass(frozen=True)
class Verdict:
    """What came out; true when the delivery is genuine.

    Attributes:
        reason: ``valid``, or a short slug for programs: ``no-secret``, ``missing-header``, ``malformed-header``,
            ``body-changed``, ``body-reserialised``, ``wrong-signature``, ``other-address``, ``too-old``,
            ``from-the-future``; ``unreadable`` when an argument of `verify` is nothing that can be judged.
        sentence: What that means and what to do, for people. Never holds a secret.
    """

    reason: str
    sentence: str

    def __bool__(self) -> bool:
        return self.reason == "valid"


VALID = Verdict("valid", "Genuine: signed with this secret, unchanged, for this address, and recent.")


def verify(
    body: bytes | bytearray | memoryview | str,
    headers: Any,
    secret: Secret | str,
    *,
    method: str = "POST",
    url: str | None = None,
    path: str | None = None,
    host: str | None = None,
    now: datetime | None = None,
    tolerance: timedelta | None = TOLERANCE,
) -> Verdict:
    """Judge a delivery by its signature, in constant time.

    As the Webhooks API says under Request authentication. Raises nothing: whatever a stranger sends gets a verdict,
    and so does an argument that cannot be right.

    Args:
        body: The raw body, exactly as it arrived.
        headers: All headers, in any case, as your framework has them. A dictionary or a multi-dictionary, a WSGI
            environment (Django's ``request.META``), an ASGI scope or its list of pairs, a cloud function's event,
            ``http.client``'s message.
        secret: What the registration's answer gave, as it is: it looks like Base64 but is not decoded.
        method: How it was sent.
        url: The URL as registered; behind a proxy or a tunnel the only thing that is sure to be right.
        path: Instead of `url`: the path with its query.
        host: With `path`: the registered host, with the port unless it is the usual one; the Host header by default.
        now: The moment to judge by, with its time zone; this machine's clock by default.
        tolerance: How far `x-ms-date` may be away, in either direction; None for any distance.
    """
    try:
        content = parts.raw(body)
        given = header_objects.read(headers)
        address = parts.Address.of(url, path, host, given)
        key = parts.key_of(secret)
        verb = parts.as_text(method, "method")
        clock = _clock(now)
        _check_tolerance(tolerance)
    except header_objects.UnreadableError as error:
        return Verdict("unreadable", str(error))
    if not key:
        return Verdict("no-secret", "There is no secret to check with. It is shown once, when a webhook is registered.")
    missing = [name for name in SIGNATURE if not given.get(name)]
    if missing:
        words = (
            f"Not signed: {', '.join(missing)} missing. A proxy may have taken it away, or it was sent by a stranger."
        )
        return Verdict("missing-header", words)
    repeated = [name for name in SIGNATURE if name in given.repeated]
    if repeated:
        words = f"{', '.join(repeated)} came more than once, with different values. The platform sends each once."
        return Verdict("malformed-header", words)
    moment = _moment(given[parts.DATE])
    if moment is None or not given[parts.AUTHORIZATION].startswith(parts.SCHEME):
        name = parts.DATE if moment is None else parts.AUTHORIZATION
        return Verdict("malformed-header", f"The {name} header does not look as the platform writes it.")
    # Asked one by one and not joined with `or`: a bad verdict is false, and `or` would go on to the next.
    findings = (
        _check_body(content, given[parts.CONTENT_HASH]),
        _check_signature(verb, address, given, key, from_host=url is None and host is None),
        _check_age(moment, clock, tolerance),
    )
    return next((finding for finding in findings if finding is not None), VALID)


def _clock(now: Any) -> datetime:
    if now is None:
        return datetime.now(UTC)
    if not isinstance(now, datetime):
        raise header_objects.UnreadableError(f"now= has to be a datetime, not a {type(now).__name__}.")
    if now.utcoffset() is None:
        raise header_objects.UnreadableError(
            "now= has no time zone, so it is no moment. Expected such as datetime.now(UTC)."
        )
    return now


def _check_tolerance(tolerance: Any) -> None:
    if tolerance is not None and not isinstance(tolerance, timedelta):
        raise header_objects.UnreadableError(
            f"tolerance= has to be a timedelta or None, not a {type(tolerance).__name__}."
        )


def _check_body(content: bytes, claimed: str) -> Verdict | None:
    if _same(parts.content_hash(content), claimed):
        return None
    if _same(parts.content_hash(_rewritten(content)), claimed):
        words = "The content is right, but it was parsed and written again. Take the raw body of the request."
        return Verdict("body-reserialised", words)
    words = "The body is not the one that was signed: changed, cut short, or not the raw bytes. Do not act on it."
    return Verdict("body-changed", words)


def _check_signature(
    method: str, address: parts.Address, given: Mapping[str, str], key: str, *, from_host: bool
) -> Verdict | None:
    sent = given[parts.AUTHORIZATION].removeprefix(parts.SCHEME)

    def fits(where: parts.Address, key: str = key) -> bool:
        text = parts.string_to_sign(method, where, given[parts.DATE], given[parts.CONTENT_HASH])
        return _same(parts.signature(key, text), sent)

    if fits(address):
        return None
    bare = key.strip(_AROUND)
    if bare != key and fits(address, bare):
        words = (
            "Signed with this secret, but here it has blank space or quotes around it, such as the line break at a "
            "file's end. Take them away."
        )
        return Verdict("wrong-signature", words)
    for place, host in proxies.hosts_in(given):
        if host != address.host and fits(parts.Address(host, address.path)):
            words = (
                f"Signed with this secret, but for the host {visible(host)}: what {place} says, and not "
                f"{'the Host header' if from_host else 'the address given'}. Give url= exactly as registered."
            )
            return Verdict("other-address", words)
    words = (
        "Not signed with this secret for this address. Compare the secret (as text, not Base64-decoded) and the URL, "
        "path and query included, with the registration."
    )
    passed_on = proxies.passed_on(given)
    if from_host and passed_on:
        words += (
            f" It was passed on by a proxy ({', '.join(name.title() for name in passed_on)}), which may have changed "
            "host and path: give url= exactly as registered."
        )
    return Verdict("wrong-signature", words)


def _check_age(moment: datetime, now: datetime, tolerance: timedelta | None) -> Verdict | None:
    if tolerance is None or abs(now - moment) <= tolerance:
        return None
    if moment > now:
        # A sandbox dates its deliveries by its own clock, which may have been moved: that is nobody's mistake.
        words = (
            "Genuine, but dated in the future. Is this machine's clock slow? From a sandbox whose clock was moved, "
            "give its time as now=."
        )
        return Verdict("from-the-future", words)
    words = (
        "Genuine, but old: somebody replays a recorded delivery, or the clock it is judged by is ahead. "
        "Do not act on it."
    )
    return Verdict("too-old", words)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(parts.as_bytes(one), parts.as_bytes(other))


def _moment(date: str) -> datetime | None:
    if len(date) > LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, LookupError, ArithmeticError):
        # What the parser stumbles over differs from version to version: years, zones and numbers out of range.
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _rewritten(content: bytes) -> bytes:
    """The same JSON as the platform writes it: without blanks."""
    try:
        return parts.as_bytes(json.dumps(json.loads(content), ensure_ascii=False, separators=(",", ":")))
    except (ValueError, RecursionError):
        return content
