"""A world kept in a file: whatever was answered is there, also after a SIGKILL.

The file is an SQLite database: it comes with Python, writes all of an act or nothing, and needs no second file that
could stay behind. Its journal is a write-ahead log, and a commit is handed to the operating system before the answer
goes out; so the end of the process, however sudden, loses nothing. A power cut may lose the last moments
(``synchronous=NORMAL``), and never leaves half of an act.

After each act what the act has touched is written down and compared; what is the same is not written. So an act costs
the same in a small world and in a large one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from vipps_nb.sandbox.errors import SandboxError
from vipps_nb.sandbox.keeping.codec import build, check_version, key_text, resume, rows_of
from vipps_nb.sandbox.keeping.held import HELD, PARTS, Held
from vipps_nb.sandbox.server.problems import GatewayRefusal, Refusal
from vipps_nb.sandbox.world.world import Backend, World

VERSION = 1
APPLICATION = 0x56504E42  # "VPNB", by which the file is known
_OWNER_ONLY = 0o600
_TABLES = """
CREATE TABLE part (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE record (
    place INTEGER PRIMARY KEY, held TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (held, key)
);
"""


class NotKept(GatewayRefusal):
    """The state file cannot be written.

    Nothing that happens now would outlive the sandbox.
    """

    status = HTTPStatus.INSUFFICIENT_STORAGE
    title = "The state file cannot be written"


class StateFile:
    """One file, and the world that it keeps.

    Args:
        file: Where it is, or will be.

    Raises:
        SandboxError: It cannot be opened, is no state file, or another sandbox has it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.resumed = False
        """Whether there was a world in it."""
        self._world: World | None = None
        self._marks: dict[str, object] = {}
        self._seen: dict[tuple[str, Any], int] = {}
        try:
            self._database = self._opened(file)
        except (sqlite3.Error, OSError) as error:
            raise SandboxError(self._why(error)) from None
        except Refusal as refusal:
            raise SandboxError(f"{file.name} cannot be taken up. {refusal.detail}") from None

    def _opened(self, file: Path) -> sqlite3.Connection:
        if file.is_dir():
            raise IsADirectoryError
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))
        database = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=0)
        try:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA trusted_schema = OFF")  # a foreign file's own functions and triggers are nothing
            known = database.execute("PRAGMA application_id").fetchone()[0]
            if known != APPLICATION:
                if known or database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise sqlite3.DatabaseError  # somebody's own database
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("BEGIN IMMEDIATE")
                for statement in _TABLES.split(";"):
                    database.execute(statement)
                database.execute(f"PRAGMA application_id = {APPLICATION}")
                database.execute(f"PRAGMA user_version = {VERSION}")
                database.execute("COMMIT")
            else:
                check_version(database.execute("PRAGMA user_version").fetchone()[0])
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("BEGIN IMMEDIATE")
            database.execute("COMMIT")  # the lock is ours from here on
        except BaseException:
            database.close()
            raise
        return database

    def _why(self, error: Exception) -> str:
        name = self._file.name
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return f"Another sandbox keeps its world in {name}. Stop that one, or choose another file."
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            return f"{name} is no state file of a sandbox, and was not touched. Choose another file."
        reason = getattr(error, "strerror", None) or "it is a folder, or no file can be made there"
        return f"The state file {name} cannot be opened ({reason}). Choose another place."

    def take_up(self, backend: Backend) -> None:
        """Put the world that was kept in the place of the backend's new one.

        And keep it from now on.

        Raises:
            SandboxError: It cannot be read, or belongs to other sales units.
        """
        try:
            parts = dict(self._database.execute("SELECT name, CAST(body AS TEXT) FROM part"))
            if not parts:
                self.write(backend)
                return
            world = build(backend, parts, {name: self._rows(name) for name in HELD}, as_written=False)
        except Refusal as refusal:
            raise SandboxError(f"{self._file.name} cannot be taken up. {refusal.detail}") from None
        except sqlite3.Error:
            raise SandboxError(f"{self._file.name} is damaged. Choose another file, and keep this one.") from None
        signers = parts.get("signers", "").splitlines()
        backend.trust(signers)
        self.resumed = True
        backend.world = world
        resume(world)
        try:
            self.write(backend)
        except NotKept as refusal:
            raise SandboxError(f"{self._file.name}: {refusal.detail}") from None

    def _rows(self, name: str) -> Iterator[tuple[str, str]]:
        yield from self._database.execute(
            "SELECT CAST(key AS TEXT), CAST(body AS TEXT) FROM record WHERE held = ? ORDER BY place", (name,)
        )

    def write(self, backend: Backend) -> None:
        """Have the file hold what the world is now.

        Call it after every act, before its answer goes out.

        Raises:
            NotKept: It cannot be written. What was to be written is written the next time.
        """
        world = backend.world
        try:
            self._database.execute("BEGIN")  # and no more than that, should nothing have changed
            if world is not self._world:
                self._write_all(world)
            else:
                self._write_touched(world)
            self._write_parts(world)
            self._write_signers(backend)
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            self._world = None  # all of it the next time
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise NotKept(
                f"What was asked for is done, and could not be written to the state file ({error}). Make room for it; "
                "it is written with the next request."
            ) from error

    def _write_all(self, world: World) -> None:
        self._database.execute("DELETE FROM record")
        self._database.execute("DELETE FROM part")
        self._marks, self._seen = {}, {}
        for name, held in HELD.items():
            held.table(world).keep_track()
            rows = [(name, key, text) for key, text in rows_of(world, held)]
            self._database.executemany("INSERT INTO record (held, key, body) VALUES (?, ?, ?)", rows)
            self._seen.update(
                {(name, key): hash(text) for key, (_, _, text) in zip(held.table(world), rows, strict=True)}
            )
        self._world = world

    def _write_touched(self, world: World) -> None:
        for held in _REACHING:
            table = held.table(world)
            for key in list(table.touched or ()):
                if held.reach is not None and key in table:
                    held.reach(world, table.rows[key])
        for name, held in HELD.items():
            table = held.table(world)
            if table.touched:
                self._write_rows(name, held, table.rows, table.touched)
                table.keep_track()

    def _write_rows(self, name: str, held: Held, rows: Mapping[Any, Any], touched: Mapping[Any, bool]) -> None:
        execute = self._database.execute
        for key, anew in touched.items():
            if key not in rows:
                if self._seen.pop((name, key), None) is not None:
                    execute("DELETE FROM record WHERE held = ? AND key = ?", (name, key_text(held, key)))
                continue
            text = held.text_of(rows[key]).decode()
            mark = hash(text)
            before = self._seen.get((name, key))
            self._seen[name, key] = mark
            if anew:
                execute(
                    "INSERT OR REPLACE INTO record (held, key, body) VALUES (?, ?, ?)",
                    (name, key_text(held, key), text),
                )
            elif before != mark:
                execute("UPDATE record SET body = ? WHERE held = ? AND key = ?", (text, name, key_text(held, key)))

    def _write_parts(self, world: World) -> None:
        for name, part in PARTS.items():
            mark = part.mark_of(world)
            if name not in self._marks or self._marks[name] != mark:
                self._database.execute("INSERT OR REPLACE INTO part VALUES (?, ?)", (name, part.text_of(world)))
                self._marks[name] = mark

    def _write_signers(self, backend: Backend) -> None:
        trusted = backend.signers
        if self._marks.get("signers") != trusted:
            self._database.execute("INSERT OR REPLACE INTO part VALUES ('signers', ?)", ("\n".join(trusted),))
            self._marks["signers"] = trusted

    def close(self) -> None:
        """Let go of the file; all that was written is in it."""
        with suppress(sqlite3.Error), closing(self._database):
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_REACHING = [held for held in HELD.values() if held.reach is not None][::-1]
