"""Whether a delivery is genuine: sent by who knows the secret, unchanged, to this address, and just now."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from vipps_nb.secret import Secret
from vipps_nb.webhooks import parts

TOLERANCE = timedelta(seconds=300)
"""How old a delivery may be. The platform documents no limit; without one, whoever recorded a delivery
can send it again."""

FORWARDED_HOST = ("host", "x-forwarded-host", "x-original-host")


@dataclass(frozen=True)
class Verdict:
    """What came out; true when the delivery is genuine.

    Attributes:
        reason: ``valid``, or a short slug for programs: ``no-secret``, ``missing-header``, ``malformed-header``,
            ``body-changed``, ``body-reserialised``, ``wrong-signature``, ``other-address``, ``too-old``,
            ``from-the-future``.
        sentence: What that means and what to do, for people. Never holds a secret.
    """

    reason: str
    sentence: str

    def __bool__(self) -> bool:
        return self.reason == "valid"


VALID = Verdict("valid", "Genuine: signed with this secret, unchanged, for this address, and recent.")


def verify(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: Secret | str,
    *,
    method: str = "POST",
    url: str | None = None,
    path: str | None = None,
    host: str | None = None,
    now: datetime | None = None,
    tolerance: timedelta | None = TOLERANCE,
) -> Verdict:
    """Judge a delivery by its signature. Compares in constant time.

    Args:
        body: The raw body, exactly as it arrived.
        headers: All headers, in any case.
        secret: What the registration's answer gave, as it is: it looks like Base64 but is not decoded.
        method: How it was sent.
        url: The URL as registered; behind a proxy or a tunnel the only thing that is sure to be right.
        path: Instead of `url`: the path with its query.
        host: With `path`: the registered host, with the port unless it is the usual one; the Host header by default.
        now: The moment to judge by; this machine's clock by default.
        tolerance: How far `x-ms-date` may be away, in either direction; None for any distance.

    Raises:
        TypeError: The body is not raw, or there is no address.
    """
    content = parts.raw(body)
    given = parts.lowered(headers)
    address = parts.Address.of(url, path, host, given)
    if not secret:
        return Verdict("no-secret", "There is no secret to check with. It is shown once, when a webhook is registered.")
    missing = [name for name in (parts.DATE, parts.CONTENT_HASH, parts.AUTHORIZATION) if not given.get(name)]
    if missing:
        words = (
            f"Not signed: {', '.join(missing)} missing. A proxy may have taken it away, or it was sent by a stranger."
        )
        return Verdict("missing-header", words)
    moment = _moment(given[parts.DATE])
    if moment is None or not given[parts.AUTHORIZATION].startswith(parts.SCHEME):
        name = parts.DATE if moment is None else parts.AUTHORIZATION
        return Verdict("malformed-header", f"The {name} header does not look as the platform writes it.")
    # Asked one by one and not joined with `or`: a bad verdict is false, and `or` would go on to the next.
    findings = (
        _check_body(content, given[parts.CONTENT_HASH]),
        _check_signature(method, address, given, secret),
        _check_age(moment, now or datetime.now(UTC), tolerance),
    )
    return next((finding for finding in findings if finding is not None), VALID)


def _check_body(content: bytes, claimed: str) -> Verdict | None:
    if _same(parts.content_hash(content), claimed):
        return None
    if _same(parts.content_hash(_rewritten(content)), claimed):
        words = "The content is right, but it was parsed and written again. Take the raw body of the request."
        return Verdict("body-reserialised", words)
    words = "The body is not the one that was signed: changed, cut short, or not the raw bytes. Do not act on it."
    return Verdict("body-changed", words)


def _check_signature(
    method: str, address: parts.Address, given: Mapping[str, str], secret: Secret | str
) -> Verdict | None:
    sent = given[parts.AUTHORIZATION].removeprefix(parts.SCHEME)

    def fits(where: parts.Address) -> bool:
        text = parts.string_to_sign(method, where, given[parts.DATE], given[parts.CONTENT_HASH])
        return _same(parts.signature(secret, text), sent)

    if fits(address):
        return None
    for name in FORWARDED_HOST:
        if name in given and fits(parts.Address(given[name], address.path)):
            words = f"Signed with this secret, but for the host in the {name} header. Give url= exactly as registered."
            return Verdict("other-address", words)
    words = (
        "Not signed with this secret for this address. Compare the secret (as text, not Base64-decoded) and the URL, "
        "path and query included, with the registration."
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
    words = "Genuine, but old: somebody replays a recorded delivery, or this machine's clock is fast. Do not act on it."
    return Verdict("too-old", words)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _rewritten(content: bytes) -> bytes:
    """The same JSON as the platform writes it: without blanks."""
    try:
        return json.dumps(json.loads(content), ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return content
