"""Who else can get at a ``.env``.

Other users of the machine, git, a service that copies folders elsewhere. Only looks. Mending is
:mod:`vipps_nb.auth.dotenv_init`'s work, when a person asks for it.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST_GIT = 10.0  # seconds; a repository on a slow disk shall not hold up a login for ever

# By the names that the services give their folders, on all systems ("Mobile Documents" is iCloud's on a Mac).
_SYNCED = {
    service: re.compile(pattern, re.IGNORECASE)
    for service, pattern in (
        ("Dropbox", r"dropbox( \(.+\))?|dropbox-.+"),
        ("OneDrive", r"onedrive( ?- ?.+)?"),
        ("iCloud", r"icloud ?drive|mobile documents|com~apple~clouddocs"),
        ("Google Drive", r"google ?drive(-.+)?"),
        ("Nextcloud", r"nextcloud|owncloud"),
        ("Box", r"box sync|box-box"),
        ("pCloud", r"pcloud ?drive"),
        ("Proton Drive", r"proton ?drive.*"),
        ("Syncthing", r"syncthing"),
    )
}
# What the same services leave in the folders that they copy, whatever their names.
_MARKS = {".dropbox": "Dropbox", ".stfolder": "Syncthing", ".nextcloudsync.log": "Nextcloud", ".sync": "Resilio Sync"}


@dataclass(frozen=True)
class Risk:
    """One way by which the file's keys may get into other hands.

    Attributes:
        what: What is so, as the end of a sentence that begins with the file's name.
        remedy: What to do about it, as a sentence.
        mended: Whether ``--init`` does it.
    """

    what: str
    remedy: str
    mended: bool = False


def risks(file: Path) -> list[Risk]:
    """Everything wrong with how and where a ``.env`` is kept; empty if nothing."""
    return [*_readable_by_others(file), *_in_git(file), *_synced(file)]


def sentence(file: Path) -> str | None:
    """One sentence about a ``.env`` that is not kept well, with the remedy.

    None when all is well.
    """
    found = risks(file)
    if not found:
        return None
    what = _and([risk.what for risk in found])
    remedies = [risk.remedy for risk in found if not risk.mended]
    if len(remedies) < len(found):
        remedies.append(f"%vipps_login --init mends {'the rest' if remedies else 'that'}.")
    return f"{file.name} {what}. {' '.join(remedies)}"


def repository(folder: Path) -> Path | None:
    """The git repository that a folder is in; None outside of one.

    None too where git is not installed.
    """
    # Looking for .git first keeps a login outside of repositories free of a process.
    if not any(_exists(place / ".git") for place in (folder, *folder.parents)):
        return None
    done = git(folder, "rev-parse", "--show-toplevel")
    return Path(done.stdout.strip()) if done is not None and done.returncode == 0 else None


def is_tracked(file: Path) -> bool:
    """Whether git has the file."""
    done = git(file.parent, "ls-files", "--error-unmatch", "--", file.name)
    return done is not None and done.returncode == 0


def is_ignored(file: Path) -> bool:
    """Whether git would leave the file alone; the file need not be there."""
    if any(_keeps_waiting(place / ".gitignore") for place in (file.parent, *file.parent.parents)):
        return False
    done = git(file.parent, "check-ignore", "-q", "--no-index", "--", file.name)
    return done is not None and done.returncode == 0


def was_committed(file: Path) -> bool:
    """Whether a commit of any branch has touched the file.

    Then its keys are in the history, whatever is done now.
    """
    done = git(file.parent, "log", "--all", "-1", "--format=%h", "--", file.name)
    return done is not None and bool(done.stdout.strip())


def git(folder: Path, *command: str) -> subprocess.CompletedProcess[str] | None:
    """Ask git something in a folder.

    None when it is not installed or does not answer.
    """
    # A repository's own settings may name programs to run, which only looking shall not do.
    calm = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *command]
    # Variables of a surrounding git (a hook that runs the tests) would point to another repository.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(  # noqa: S603 - the program is git, and no word of the command is a stranger's
            calm,
            cwd=folder,
            env={**environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=_LONGEST_GIT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None


def readable_by_others(file: Path) -> bool:
    """Whether other users of this machine may open the file.

    Windows says that in another way: never there.
    """
    if os.name != "posix":
        return False
    try:
        return bool(file.stat().st_mode & _OTHERS)
    except OSError:
        return False


def _readable_by_others(file: Path) -> Iterator[Risk]:
    if readable_by_others(file):
        yield Risk(
            "can be read by other users of this machine",
            f"Make it yours alone: chmod 600 {file.name}.",
            mended=True,
        )


def _in_git(file: Path) -> Iterator[Risk]:
    if repository(file.parent) is None:
        return
    if is_tracked(file):
        yield Risk(
            "is tracked by git",
            f"Take it out (git rm --cached {file.name}, then commit) and make new keys in the portal: git's history "
            "keeps the old ones.",
        )
    elif was_committed(file):
        yield Risk(
            "was committed to git once, and git's history keeps it",
            "Make new keys in the portal.",
        )
    if not is_ignored(file):
        yield Risk(
            "is not ignored by git",
            f"Add {file.name} to .gitignore.",
            mended=True,
        )


def _synced(file: Path) -> Iterator[Risk]:
    folder = file.parent.resolve()
    if service := _service(folder):
        yield Risk(
            f"lies in a folder that {service} copies elsewhere",
            "Move it out of that folder and name it with --dotenv.",
        )


def _service(folder: Path) -> str | None:
    for part in folder.parts:
        for service, pattern in _SYNCED.items():
            if pattern.fullmatch(part):
                return service
    marks = (
        service for place in (folder, *folder.parents) for mark, service in _MARKS.items() if _exists(place / mark)
    )
    return next(marks, None)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder that may not be looked into
        return False


def _keeps_waiting(path: Path) -> bool:
    """Whether git would open a pipe or a device there, and wait for what never comes."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
