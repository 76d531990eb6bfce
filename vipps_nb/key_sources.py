"""Where keys are found: process environment → ``.env`` → a Postman environment file. First hit wins.

A ``.env`` is *read*, never exported into ``os.environ``: a child process must not inherit it. The names are
those in use around the platform (its own SDKs, its Postman environment, common third-party projects).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vipps_nb.credentials import SPECIALIZED_KEY_TYPES, Credentials, KeyType, check_shapes
from vipps_nb.errors import CredentialsError, MissingKeysError
from vipps_nb.near import did_you_mean
from vipps_nb.secret import Secret

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
_ENVIRONMENT_NAMES = ("VIPPS_ENVIRONMENT",)
_BASE_URL_NAMES = ("VIPPS_BASE_URL", "VIPPS_API_BASE_URL", "VIPPS_API_URL")


@dataclass(frozen=True)
class Source:
    """One place that was read: its name for people, and what stood there. Its repr shows no value."""

    name: str
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Source {self.name}, {len(self.values)} names>"


def load_sources(
    *,
    folder: Path,
    dotenv: str | os.PathLike[str] | None = None,
    profile: str | None = None,
    postman: str | os.PathLike[str] | None = None,
) -> list[Source]:
    """Read every place that keys may come from, in the order in which they count.

    Args:
        folder: Where the notebook stands; ``.env`` is searched from there upwards.
        dotenv: A file to read instead of the nearest ``.env``.
        profile: Read the nearest ``.env.PROFILE`` instead.
        postman: A Postman environment exported as JSON.

    Raises:
        CredentialsError: A file that was named, or found, cannot be read.
    """
    sources = [Source("process environment", dict(os.environ))]
    if file := dotenv_file(folder, dotenv, profile):
        sources.append(Source(file.name, read_dotenv(file)))
    if postman:
        sources.append(Source(f"Postman file {Path(postman).name}", _read_postman(Path(postman))))
    return sources


def environment_setting(sources: Sequence[Source]) -> str | None:
    """``VIPPS_ENVIRONMENT`` as written; ``None`` when nobody set it."""
    return _value(sources, _ENVIRONMENT_NAMES)


def base_url_setting(sources: Sequence[Source]) -> str | None:
    """``VIPPS_BASE_URL`` as written; ``None`` when nobody set it."""
    return _value(sources, _BASE_URL_NAMES)


def where_found(sources: Sequence[Source], key_type: KeyType) -> dict[str, str]:
    """By field, the source that has it; fields nobody has are absent. Shows no value and judges none."""
    return {what: hit.source for what, hit in hits(sources, key_type)}


def find_credentials(sources: Sequence[Source], key_type: KeyType) -> Credentials | None:
    """Put the keys together, first hit per name, and check their shapes.

    Returns:
        The keys; ``None`` when there is not a single one.

    Raises:
        MissingKeysError: Some keys are there and others are not.
        CredentialsError: One cannot be right.
    """
    found = dict(hits(sources, key_type))
    if not found.keys() - {"merchant_serial_number"}:
        return None
    required = required_fields(key_type)
    if missing := [what for what in required if what not in found]:
        raise MissingKeysError(_missing_sentence(missing, found, sources, key_type))
    wanted = {what: found[what] for what in FIELDS if what in found and _wanted(what, key_type)}
    origin = " + ".join(dict.fromkeys(hit.source for hit in wanted.values()))
    check_shapes(
        {what: hit.value for what, hit in wanted.items()},
        {what: hit.name for what, hit in wanted.items()},
        source=origin,
    )
    key = wanted.get("subscription_key")
    msn = wanted.get("merchant_serial_number")
    return Credentials(
        client_id=wanted["client_id"].value,
        client_secret=Secret(wanted["client_secret"].value),
        subscription_key=Secret(key.value) if key else None,
        merchant_serial_number=msn.value if msn else None,
        key_type=key_type,
        source=origin,
    )


def nearest(folder: Path, name: str) -> Path | None:
    """The nearest entry of that name, from a folder upwards."""
    places = [folder, *folder.parents]
    return next((place / name for place in places if _exists(place / name)), None)


def profiles(folder: Path) -> list[str]:
    """The profiles that ``--profile`` could name: every ``.env.NAME`` from a folder upwards."""
    files = (file for place in (folder, *folder.parents) for file in _listed(place) if file.is_file())
    found = {file.name.removeprefix(".env.") for file in files}
    return sorted(found - {"example", "sample", "template"})


def read_dotenv(file: Path) -> dict[str, str]:
    """Read a ``.env`` file without exporting it.

    Raises:
        CredentialsError: It cannot be opened, or is no text.
    """
    from dotenv import dotenv_values  # noqa: PLC0415 - only a login needs it, not an import of the package

    try:
        with file.open(encoding="utf-8-sig") as stream:
            # No interpolation: a secret with a dollar sign in it is a secret, not a reference.
            values = dotenv_values(stream=stream, interpolate=False)
    except UnicodeDecodeError:
        values = None  # not raised in here: this error holds the whole file, and would be the new one's context
    except OSError as error:
        raise CredentialsError(
            f"{file.name} is there but cannot be read ({error.strerror}). Expected a text file that you may "
            "read: check that it is a file, and its permissions (chmod 600 makes it yours alone)."
        ) from error
    if values is None:
        raise CredentialsError(
            f"{file.name} is not a text file in UTF-8. Expected lines like VIPPS_CLIENT_ID=…; "
            "save it again as UTF-8 text."
        )
    return {name: value for name, value in values.items() if value is not None}


def names_for(key_type: KeyType) -> dict[str, str]:
    """By field, the name to write into a ``.env`` for a key type: ``VIPPS_PARTNER_CLIENT_ID`` …"""
    infix = "" if key_type == "merchant" else f"{key_type.upper()}_"
    short = {"merchant_serial_number": "MSN"}
    return {what: f"VIPPS_{infix}{short.get(what, what.upper())}" for what in FIELDS}


def required_fields(key_type: KeyType) -> tuple[str, ...]:
    """The fields without which a key set of that type is incomplete."""
    if key_type in SPECIALIZED_KEY_TYPES:
        return ("client_id", "client_secret")
    return FIELDS


@dataclass(frozen=True)
class Hit:
    """A value, the name it stands under, and where. Its repr shows no value."""

    name: str
    source: str
    value: str

    def __repr__(self) -> str:
        return f"<{self.name} in {self.source}>"


def hits(sources: Sequence[Source], key_type: KeyType) -> Iterator[tuple[str, Hit]]:
    """By field, the value that counts and where it stands; judges none."""
    own = {what: ((name,),) for what, name in names_for(key_type).items()}
    # A prefixed set stands for itself: mixing a partner's ID with a merchant's secret helps nobody.
    prefixed = key_type != "merchant" and any(_first(sources, own[what][0]) for what in FIELDS[:3])
    for what in FIELDS:
        families: tuple[tuple[str, ...], ...] = own[what] if prefixed else NAMES[what]
        if prefixed and what == "merchant_serial_number":
            families = (*own[what], *NAMES[what])
        for family in families:
            if hit := _first(sources, family):
                yield what, hit
                break


def _wanted(what: str, key_type: KeyType) -> bool:
    return not (what == "subscription_key" and key_type in SPECIALIZED_KEY_TYPES)


def _first(sources: Sequence[Source], names: Sequence[str]) -> Hit | None:
    for source in sources:
        for name in names:
            if value := source.values.get(name):
                return Hit(name, source.name, value)
    return None


def _value(sources: Sequence[Source], names: Sequence[str]) -> str | None:
    hit = _first(sources, names)
    return hit.value.strip() if hit else None


def _missing_sentence(
    missing: Sequence[str], hits: Mapping[str, Hit], sources: Sequence[Source], key_type: KeyType
) -> str:
    names = names_for(key_type)
    found = ", ".join(f"{hit.name} (in {hit.source})" for hit in hits.values())
    read = ", ".join(source.name for source in sources)
    return (
        f"Some keys are missing: {', '.join(names[what] for what in missing)}.\n"
        f"Found: {found}. Read: {read}.\n"
        "Add the missing ones to the same file, or run %vipps_login --form to type them in. "
        "Nothing was sent, and no other environment was chosen instead."
    )


def dotenv_file(folder: Path, dotenv: str | os.PathLike[str] | None, profile: str | None) -> Path | None:
    """The ``.env`` that a login would read; None when there is none and none was named.

    Raises:
        CredentialsError: One was named, and is not there.
    """
    if dotenv:
        file = Path(dotenv).expanduser()
        file = file if file.is_absolute() else folder / file
        if not _exists(file):
            raise CredentialsError(
                f"There is no file {Path(dotenv).name} where --dotenv points. Expected a text file with lines "
                "like VIPPS_CLIENT_ID=…; check the path (it starts at the notebook's folder)."
            )
        return file
    if profile:
        found = nearest(folder, f".env.{profile}")
        if found is None:
            there = profiles(folder)
            known, hint = ", ".join(there) or "none", did_you_mean(profile, there)
            raise CredentialsError(
                f"There is no .env.{profile} in the notebook's folder or above it. Profiles found: {known}.{hint} "
                f"Create .env.{profile} with the four VIPPS_ lines, or choose another profile."
            )
        return found
    return nearest(folder, ".env")


def _read_postman(file: Path) -> dict[str, str]:
    try:
        document: Any = json.loads(file.expanduser().read_text(encoding="utf-8-sig"))
        entries = document["values"]
        return {
            str(entry["key"]): str(entry["value"])
            for entry in entries
            if entry.get("enabled", True) and entry.get("value")
        }
    except OSError as error:
        raise CredentialsError(
            f"The Postman file {file.name} cannot be read ({error.strerror}). Expected an environment exported "
            "from Postman (Environments → … → Export); check the path."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # not raised in here: what json says holds the whole file
    raise CredentialsError(
        f"{file.name} is no Postman environment. Expected JSON with a list named “values”; "
        "export it again from Postman (Environments → … → Export)."
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a parent folder that may not be looked into holds nothing for us
        return False


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.glob(".env.*"))
    except OSError:
        return []
