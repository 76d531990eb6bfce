"""A world as JSON, and JSON as a world.

Read is only what is written here. A foreign file cannot have anything done but the sandbox's own deeds. Whatever is
wrong with it is said in a sentence, and the present world stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NoReturn

from pydantic import ValidationError

from vipps_nb.sandbox.apis.webhooks import app as webhooks
from vipps_nb.sandbox.keeping.held import HELD, PARTS, Held, Part
from vipps_nb.sandbox.server.problems import Refusal
from vipps_nb.sandbox.world.clock import check, timestamp
from vipps_nb.sandbox.world.deeds import Deed
from vipps_nb.sandbox.world.world import Backend, World

FORMAT, VERSION = "vipps-nb world", 1
_LONGEST = 200  # characters of what is quoted
Rows = Iterable[tuple[str, str]]
"""The rows of one table, key and record, each as JSON."""


class UnreadableWorld(Refusal):
    """What was given is no world that can be read here.

    The present one stays as it is.
    """

    status = HTTPStatus.BAD_REQUEST
    title = "The world cannot be read"


def written(backend: Backend) -> bytes:
    """The world as a JSON document."""
    world = backend.world
    parts = ",\n  ".join(f"{json.dumps(name)}: {text}" for name, text in parts_of(world).items())
    tables = ",\n  ".join(
        f"{json.dumps(name)}: [" + ",\n    ".join(f"[{key},{record}]" for key, record in rows_of(world, held)) + "]"
        for name, held in HELD.items()
    )
    head = {
        "format": FORMAT,
        "version": VERSION,
        "written": timestamp(datetime.now(UTC)),
        "signers": backend.signers,
    }
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    lines += [f'"world": {{\n  {parts}\n }}', f'"records": {{\n  {tables}\n }}']
    return ("{" + ",\n ".join(lines) + "}\n").encode()


def parts_of(world: World) -> dict[str, str]:
    """What the world has one of, each as JSON."""
    return {name: part.text_of(world) for name, part in PARTS.items()}


def key_text(held: Held, key: Any) -> str:
    """A key as JSON."""
    return held.keys.dump_json(key).decode()


def rows_of(world: World, held: Held) -> Iterator[tuple[str, str]]:
    """The rows of one table."""
    for key, record in held.table(world).items():
        yield key_text(held, key), held.text_of(record).decode()


def read(backend: Backend, document: bytes) -> World:
    """The world in a document; the backend's own stays what it was.

    Its clock goes on from the moment at which it was written down.

    Raises:
        UnreadableWorld: It is none, or none for this sandbox.
    """
    content = _json(document)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        _no("This is no world of a sandbox. Expected what GET /sandbox/world answers, or a file that save() wrote.")
    check_version(content.get("version"))
    parts, records, signers = content.get("world"), content.get("records"), content.get("signers", [])
    if not isinstance(parts, dict) or not isinstance(records, dict) or not isinstance(signers, list):
        _no('A world has "world", "records" and "signers"; one of them is missing or of another kind.')
    unknown = [name for name in records if name not in HELD]
    if unknown:
        _no(f"There are no records by the name {unknown[0][:60]!r}.")
    tables = {name: _rows(name, rows) for name, rows in records.items()}
    world = build(backend, {name: json.dumps(value) for name, value in parts.items()}, tables, as_written=True)
    backend.trust(signers)
    return world


def check_version(version: object) -> None:
    """See to it that this version of the format can be read.

    Raises:
        UnreadableWorld: It cannot.
    """
    if version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        remedy = "Update vipps_nb (pip install -U vipps_nb)" if newer else "Write the world down anew"
        _no(f"The world has the format {str(version)[:20]}; this vipps_nb reads {VERSION}. {remedy}, then try again.")


def build(backend: Backend, parts: Mapping[str, str], tables: Mapping[str, Rows], *, as_written: bool) -> World:
    """A world of what was read.

    Args:
        backend: Whose keys and settings it has.
        parts: By name, each as JSON.
        tables: By name, in the order in which the records came.
        as_written: Whether the clock goes on from the moment of writing. Otherwise time has gone on meanwhile.

    Raises:
        UnreadableWorld: Something in it is wrong.
    """
    values = {name: _value(name, part, parts) for name, part in PARTS.items()}
    world = backend.new_world(values["seed"])
    moved = f"{values['baseUrl']}/landing", f"{world.base_url}/landing"
    for name, part in PARTS.items():
        _put(name, lambda part=part, name=name: part.put(world, values[name]))
    if as_written and not values["clock"].held:
        world.clock.resume(None, values["clock"].now - datetime.now(UTC))
    _put("clock", lambda: check(world.clock.now()))
    units = world.keys.units
    for name, held in HELD.items():
        for key, text in tables.get(name, ()):
            _put_row(world, name, held, key, text.replace(*moved) if moved[0] != moved[1] else text)
        if name == "salesUnits" and len(world.switches) > len(units):
            missing = ", ".join(sorted(set(world.switches) - set(units))[:5])
            _no(
                f"The world has sales units that this sandbox has not: {missing}. Its keys are made of the seed, so "
                "start the sandbox with the --seed and the --sales-units that the world was made with."
            )
    return world


def resume(world: World) -> None:
    """Have what was on its way to merchants sent once more.

    Nobody knows whether it arrived.
    """
    for number, outgoing in list(world.outbox.unanswered.items()):
        world.outbox.unanswered.pop(number)
        if not (isinstance(outgoing.on_reply, Deed) and outgoing.on_reply.name == webhooks.DELIVERY):
            world.outbox.post(outgoing)
    webhooks.go_on(world)


def _json(document: bytes) -> Any:
    try:
        return json.loads(document, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        _no("This is no JSON. Expected what GET /sandbox/world answers, or a file that save() wrote, all of it.")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _rows(name: str, rows: Any) -> list[tuple[str, str]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == 2 for row in rows):  # noqa: PLR2004 - key and record
        _no(f"The records {name!r} are no list of pairs, key and record.")
    return [(json.dumps(key), json.dumps(record)) for key, record in rows]


def _value(name: str, part: Part, parts: Mapping[str, str]) -> Any:
    if name not in parts:
        _no(f'There is no "{name}" in the world.')
    try:
        return part.adapter.validate_json(parts[name])
    except ValidationError as error:
        _no(f'"{name}" of the world cannot be read: {_first(error)}')


def _put_row(world: World, name: str, held: Held, key: str, text: str) -> None:
    try:
        named = held.keys.validate_json(key)
        record = held.adapter.validate_json(text, context=world)
    except ValidationError as error:
        _no(f"A record of {name} cannot be read ({key[:60]}): {_first(error)}")
    if held.owned and record.msn not in world.keys.units:
        _no(f"A record of {name} belongs to the sales unit {str(record.msn)[:20]}, which this sandbox has not.")
    _put(name, lambda: held.put(world, named, record))


def _put(name: str, do: Any) -> None:
    try:
        do()
    except Refusal:
        raise
    # Whatever a hostile file makes a record's own code stumble over is a fault of the file.
    except Exception as error:
        said = (
            str(error)
            if isinstance(error, ValueError) and not isinstance(error, ValidationError)
            else "it fits nothing"
        )
        _no(f"{name} of the world cannot be taken in: {said[:_LONGEST]}")


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])[:60]
    return f"{place or 'it'} is not as it should be ({first['type'].replace('_', ' ')})."


def _no(sentence: str) -> NoReturn:
    raise UnreadableWorld(sentence)
