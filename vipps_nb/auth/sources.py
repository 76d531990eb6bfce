"""Where keys are found. First hit wins.

Process environment → the system's key store, where asked for → ``.env`` → a Postman environment file. A ``.env`` is
*read*, never exported into ``os.environ``: a child process must not inherit it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vipps_nb.auth import dotenv_reading, key_store
from vipps_nb.auth.credentials import SPECIALIZED_KEY_TYPES, Credentials, KeyType, check_shapes
from vipps_nb.auth.key_names import (
    BASE_URL_NAMES,
    ENVIRONMENT_NAMES,
    FIELDS,
    NAMES,
    meant_by,
    names_for,
    required_fields,
)
from vipps_nb.core.configuration import setting
from vipps_nb.core.near import did_you_mean
from vipps_nb.core.private_file import NoFileError, read_file
from vipps_nb.core.secret import Secret
from vipps_nb.errors import CredentialsError, MissingKeysError

_PROCESS = "process environment"
_LARGEST_POSTMAN = 8 << 20  # bytes; some people keep certificates in theirs


@dataclass(frozen=True)
class Source:
    """One place that was read. Its repr shows no value.

    Attributes:
        name: Its name for people.
        values: What stood there, by name.
        lines: By name, the line, where there are lines.
    """

    name: str
    values: Mapping[str, str]
    lines: Mapping[str, int] = field(default_factory=dict)

    def where(self, name: str) -> str:
        """The place of one name for people: ``.env, line 3``."""
        return f"{self.name}, line {self.lines[name]}" if name in self.lines else self.name

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
    sources = [Source(_PROCESS, dict(os.environ))]
    if file := dotenv_file(folder, dotenv, profile):
        reading = dotenv_reading.read(file)
        sources.append(Source(file.name, reading.values, reading.lines))
    if postman:
        sources.append(Source(f"Postman file {Path(postman).name}", _read_postman(Path(postman))))
    return sources


def with_key_store(sources: Sequence[Source], env: str | None, folder: Path) -> list[Source]:
    """The same places and the system's key store, behind the process environment.

    Args:
        sources: What was read already; says which environment's keys are meant where ``env`` does not.
        env: The environment that was asked for.
        folder: Where the notebook stands; its settings may name an environment too.

    Raises:
        CredentialsError: The store cannot be read.
        MissingKeysError: It has nothing for this environment.
    """
    process, *files = sources
    said = str(env or environment_setting(sources) or setting("environment", folder) or "").strip().lower()
    wanted = {"prod": "production", "mt": "test"}.get(said, said) or "test"
    values = key_store.read(wanted)
    if values is None:
        if wanted == "sandbox":  # this kernel's own needs none
            return [process, *files]
        others = [name for name in ("test", "production") if name != wanted and key_store.read(name) is not None]
        raise key_store.nothing_stored(wanted, others)
    return [process, Source(key_store.NAME, {ENVIRONMENT_NAMES[0]: wanted, **values}), *files]


def environment_setting(sources: Sequence[Source]) -> str | None:
    """``VIPPS_ENVIRONMENT`` as written; ``None`` when nobody set it."""
    return _value(sources, ENVIRONMENT_NAMES)


def base_url_setting(sources: Sequence[Source]) -> str | None:
    """``VIPPS_BASE_URL`` as written; ``None`` when nobody set it."""
    return _value(sources, BASE_URL_NAMES)


def environment_place(sources: Sequence[Source]) -> str | None:
    """Where that stands, for people; ``None`` when nobody set it."""
    return _place(sources, ENVIRONMENT_NAMES)


def base_url_place(sources: Sequence[Source]) -> str | None:
    """Where that stands, for people; ``None`` when nobody set it."""
    return _place(sources, BASE_URL_NAMES)


def where_found(sources: Sequence[Source], key_type: KeyType) -> dict[str, str]:
    """By field, the source that has it; fields nobody has are absent.

    Shows no value and judges none.
    """
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
    required = required_fields(key_type)
    missing = [what for what in required if what not in found]
    if not found.keys() - {"merchant_serial_number"} and not any(near_misses(sources, missing, key_type)):
        return None
    if missing:
        raise MissingKeysError(_missing_sentence(missing, found, sources, key_type))
    wanted = {what: found[what] for what in FIELDS if what in found and _wanted(what, key_type)}
    origin = " + ".join(dict.fromkeys(hit.source for hit in wanted.values()))
    several = len({hit.source for hit in wanted.values()}) > 1
    check_shapes(
        {what: hit.value for what, hit in wanted.items()},
        {what: f"{hit.name} (in {hit.source})" if several else hit.name for what, hit in wanted.items()},
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
    """The profiles that ``--profile`` could name.

    They are those of every ``.env.NAME`` from a folder upwards.
    """
    files = (file for place in (folder, *folder.parents) for file in _listed(place) if file.is_file())
    found = {file.name.removeprefix(".env.") for file in files}
    return sorted(found - {"example", "sample", "template"})


def read_dotenv(file: Path) -> Mapping[str, str]:
    """Read a ``.env`` file without exporting it.

    Raises:
        CredentialsError: It cannot be opened, is no text, or holds our names in a way that cannot be read.
    """
    return dotenv_reading.read(file).values


def near_misses(sources: Sequence[Source], missing: Sequence[str], key_type: KeyType) -> Iterator[str]:
    """Names that were perhaps meant for missing fields, as sentences.

    Also such names without a value.

    Args:
        sources: What was read.
        missing: The fields nobody has.
        key_type: Whose keys.
    """
    own = names_for(key_type)
    for what in missing:
        meant = {own[what], *NAMES[what][0]}
        for source in sources:
            # In a .env the names without "vipps" may be somebody else's; who names a Postman file means it.
            others = NAMES[what][1] if source.name.startswith("Postman") else ()
            yield from _near([source], own[what], meant.union(others))


def near_misses_of_settings(sources: Sequence[Source], *, base_url: bool) -> Iterator[str]:
    """The same for ``VIPPS_ENVIRONMENT`` or ``VIPPS_BASE_URL``, if nobody set it."""
    names = BASE_URL_NAMES if base_url else ENVIRONMENT_NAMES
    if _value(sources, names) is None:
        for source in sources:
            # Empty is a choice here, and none that is missed.
            others = {there: value for there, value in source.values.items() if there not in names}
            yield from _near([Source(source.name, others, source.lines)], names[0], set(names))


def _near(sources: Sequence[Source], name: str, meant: set[str]) -> Iterator[str]:
    for source in sources:
        process = source.name == _PROCESS
        for there in source.values:
            line = f"line {source.lines[there]}" if there in source.lines else ""
            if there in meant:
                # An empty variable of a process is how many a CI says that there is none.
                if not process:
                    yield f"{there} is in {source.name} without a value." + (f" Fill in {line}." if line else "")
            elif not (process and "vip" not in there.lower()) and meant_by(there) in meant:
                place = f" In {line} write {name}=…." if line else f" Name it {name}."
                yield f"{_printable(there)} is in {source.name}: is {name} meant?{place}"


def _printable(name: str) -> str:
    return name if name.isprintable() else ascii(name)[1:-1]


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


def _place(sources: Sequence[Source], names: Sequence[str]) -> str | None:
    hit = _first(sources, names)
    return next((source.where(hit.name) for source in sources if hit and source.name == hit.source), None)


def _missing_sentence(
    missing: Sequence[str], hits: Mapping[str, Hit], sources: Sequence[Source], key_type: KeyType
) -> str:
    names = names_for(key_type)
    found = ", ".join(f"{hit.name} (in {hit.source})" for hit in hits.values()) or "none"
    read = ", ".join(source.name for source in sources)
    hints = "".join(f"{hint}\n" for hint in near_misses(sources, missing, key_type))
    return (
        f"Some keys are missing: {', '.join(names[what] for what in missing)}.\n"
        f"Found: {found}. Read: {read}.\n{hints}"
        "Add the missing ones to the same file, or run %vipps_login --form to type them in. "
        "Nothing was sent, and no other environment was chosen instead."
    )


def dotenv_file(folder: Path, dotenv: str | os.PathLike[str] | None, profile: str | None) -> Path | None:
    """The ``.env`` that a login would read; None when there is none.

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
    file = file.expanduser()
    try:
        data = read_file(file, largest=_LARGEST_POSTMAN)
    except NoFileError as error:
        raise CredentialsError(
            f"The Postman file {file.name} cannot be read: {error.strerror}. Expected an environment exported from "
            "Postman (Environments → … → Export)."
        ) from error
    except OSError as error:
        raise CredentialsError(
            f"The Postman file {file.name} cannot be read ({error.strerror}). Expected an environment exported "
            "from Postman (Environments → … → Export); check the path."
        ) from error
    try:
        encoding = "utf-8-sig" if not dotenv_reading.is_marked(data) else json.detect_encoding(data)
        document: Any = json.loads(data.decode(encoding))
        entries = document["values"]
        return {
            str(entry["key"]): str(value)
            for entry in entries
            if entry.get("enabled", True) and (value := entry.get("value")) is not None
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass  # not raised in here: what json says holds the whole file
    raise CredentialsError(
        f"{file.name} is no Postman environment. Expected JSON with a list named “values”; "
        "export it again from Postman (Environments → … → Export)."
    )


def _exists(path: Path) -> bool:
    try:
        path.lstat()  # a link that leads nowhere is there as well, and is told
    except OSError:  # a parent folder that may not be looked into holds nothing for us
        return False
    return True


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.glob(".env.*"))
    except OSError:
        return []
