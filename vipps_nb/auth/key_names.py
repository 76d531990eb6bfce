"""The names that keys and settings go by, and what comes close to them.

In a ``.env``, the process environment or Postman. They are those in use around the platform: its own SDKs, its Postman
environment, common third-party projects.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Mapping

from vipps_nb.auth.credentials import KEY_TYPES, SPECIALIZED_KEY_TYPES, KeyType

FIELDS = ("client_id", "client_secret", "subscription_key", "merchant_serial_number")

# Per field, families of names; within a family earlier names are preferred. The second family are names
# without "vipps" in them: they may belong to another service, so a first-family name anywhere beats them.
NAMES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "client_id": (
        ("VIPPS_CLIENT_ID", "AUTH_VIPPS_ID", "Vipps__ClientId"),
        ("CLIENT_ID", "client_id"),
    ),
    "client_secret": (
        ("VIPPS_CLIENT_SECRET", "AUTH_VIPPS_SECRET", "Vipps__ClientSecret"),
        ("CLIENT_SECRET", "client_secret"),
    ),
    "subscription_key": (
        ("VIPPS_SUBSCRIPTION_KEY", "VIPPS_OCP_APIM_SUBSCRIPTION_KEY", "Vipps__SubscriptionKey"),
        ("SUBSCRIPTION_KEY", "Ocp-Apim-Subscription-Key"),
    ),
    "merchant_serial_number": (
        ("VIPPS_MSN", "VIPPS_MERCHANT_SERIAL_NUMBER", "Vipps__MerchantSerialNumber"),
        ("MERCHANT_SERIAL_NUMBER", "merchantSerialNumber"),
    ),
}
ENVIRONMENT_NAMES = ("VIPPS_ENVIRONMENT",)
BASE_URL_NAMES = ("VIPPS_BASE_URL", "VIPPS_API_BASE_URL", "VIPPS_API_URL")

# Shorter or longer than ours, and plainly the same.
_NICKNAMES = {
    "vippsenv": "VIPPS_ENVIRONMENT",
    "vippsurl": "VIPPS_BASE_URL",
    "vippshost": "VIPPS_BASE_URL",
    "vippssecret": "VIPPS_CLIENT_SECRET",
    "vippssubkey": "VIPPS_SUBSCRIPTION_KEY",
    "vippsid": "VIPPS_CLIENT_ID",
    "vippsmerchantserial": "VIPPS_MSN",
    "ocpapimsubscriptionkey": "VIPPS_SUBSCRIPTION_KEY",
    "merchantserialnumber": "VIPPS_MSN",
    "subscriptionkey": "VIPPS_SUBSCRIPTION_KEY",
    "clientid": "VIPPS_CLIENT_ID",
    "clientsecret": "VIPPS_CLIENT_SECRET",
}
_CLOSE = 0.87


def names_for(key_type: KeyType) -> dict[str, str]:
    """By field, the name to write into a ``.env`` for a key type.

    Such as ``VIPPS_PARTNER_CLIENT_ID``.
    """
    infix = "" if key_type == "merchant" else f"{key_type.upper()}_"
    short = {"merchant_serial_number": "MSN"}
    return {what: f"VIPPS_{infix}{short.get(what, what.upper())}" for what in FIELDS}


def required_fields(key_type: KeyType) -> tuple[str, ...]:
    """The fields without which a key set of that type is incomplete."""
    if key_type in SPECIALIZED_KEY_TYPES:
        return ("client_id", "client_secret")
    return FIELDS


def is_known(name: str) -> bool:
    """Whether this is, letter by letter, a name that is looked for."""
    return name in _meanings()


def families() -> Iterator[tuple[str, ...]]:
    """The names that mean the same, one tuple for each meaning.

    Names that may be another service's are left out.
    """
    for own, _ in NAMES.values():
        yield own
    for kind in KEY_TYPES[1:]:
        yield from ((name,) for name in names_for(kind).values())
    yield from (ENVIRONMENT_NAMES, BASE_URL_NAMES)


@functools.lru_cache(maxsize=1024)
def meant_by(text: str) -> str | None:
    """The name that somebody meant who wrote this.

    It is spelled alike but for case, blanks and dashes, or nearly so: ``vipps_client_id`` and ``VIPS_CLIENT_ID`` mean
    ``VIPPS_CLIENT_ID``. A name that is one gives itself; one far from any gives None.
    """
    if is_known(text):
        return text
    bare = _bare(text)
    if known := _bare_names().get(bare):
        return known
    if "vip" not in bare:  # others' names are only taken for ours when they are spelled alike
        return None
    close = difflib.get_close_matches(bare, _bare_names(), n=1, cutoff=_CLOSE)
    return _bare_names()[close[0]] if close else None


def preferred(name: str) -> str:
    """The name to write for a known one: that with ``VIPPS_`` in front."""
    if name.startswith("VIPPS_"):
        return name
    return next(names_for("merchant")[what] for what, both in NAMES.items() if any(name in names for names in both))


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name[:100].lower())


@functools.cache
def _meanings() -> frozenset[str]:
    second = (name for _, others in NAMES.values() for name in others)
    return frozenset([*(name for family in families() for name in family), *second])


@functools.cache
def _bare_names() -> Mapping[str, str]:
    own = {_bare(name): name for family in families() for name in reversed(family)}
    return {**own, **_NICKNAMES}
