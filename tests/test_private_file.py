"""A file with keys in it: closed to others from its first byte, whole or not there, never through a link."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import time

import pytest

from vipps_nb.core.private_file import NoFileError, read_file, write_private

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX ones here")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
@pytest.mark.parametrize("replace", [True, False])
def test_only_its_owner_reads_it_whatever_the_umask(nowhere, umask, replace):
    before = os.umask(umask)
    try:
        write_private(nowhere / "keys", "secret", replace=replace)
    finally:
        os.umask(before)

    assert stat.S_IMODE((nowhere / "keys").stat().st_mode) == 0o600
    assert (nowhere / "keys").read_text() == "secret"
    assert len(list(nowhere.iterdir())) == 1


@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize("dangling", [True, False])
def test_nothing_is_written_through_a_symbolic_link(nowhere, replace, dangling):
    target = nowhere / "elsewhere"
    if not dangling:
        target.write_text("theirs")
    (nowhere / "keys").symlink_to(target)

    with pytest.raises(OSError, match=r"link|exists"):
        write_private(nowhere / "keys", "secret", replace=replace)

    assert not target.exists() if dangling else target.read_text() == "theirs"


def test_what_is_there_is_not_written_over_unless_that_is_meant(nowhere):
    (nowhere / "keys").write_text("mine")

    with pytest.raises(FileExistsError):
        write_private(nowhere / "keys", "secret", replace=False)

    assert (nowhere / "keys").read_text() == "mine"


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_stops_it_leaves_the_file_as_it_was_and_no_draft(nowhere, monkeypatch, step, stop):
    def fail(*_args, **_kwargs):
        raise stop

    (nowhere / "keys").write_text("mine")
    if step == "replace":
        monkeypatch.setattr("pathlib.Path.replace", fail)
    else:
        monkeypatch.setattr(os, "fsync" if step == "fsync" else "fchmod", fail)

    with pytest.raises(type(stop)):
        write_private(nowhere / "keys", "secret")

    assert [file.read_text() for file in nowhere.iterdir()] == ["mine"]


def test_the_draft_of_one_who_was_killed_is_taken_away_by_the_next(nowhere):
    left = nowhere / ".vipps-nb-0a1b2c3d"
    left.mkdir()
    (left / "keys").write_text("secret")
    os.utime(left, (time.time() - 3600,) * 2)

    write_private(nowhere / "keys", "secret")

    assert not left.exists()


def test_git_ignores_the_draft_where_it_ignores_the_file(nowhere, monkeypatch):
    drafts = []
    monkeypatch.setattr("pathlib.Path.replace", lambda draft, file: drafts.append(draft))
    write_private(nowhere / ".env", "secret")
    subprocess.run(["git", "init", "-q", str(nowhere)], check=True)
    (nowhere / ".gitignore").write_text(".env\n")

    ignored = subprocess.run(["git", "check-ignore", "-q", str(drafts[0])], cwd=nowhere, check=False)

    assert ignored.returncode == 0
    assert not drafts[0].parent.exists()


def test_what_is_no_file_is_said_at_once(nowhere):
    os.mkfifo(nowhere / "pipe")
    (nowhere / "folder").mkdir()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("socket")
    (nowhere / "huge").touch()
    os.truncate(nowhere / "huge", 1 << 30)
    said = {}
    for name in ("pipe", "folder", "socket", "huge", "/dev/zero"):
        with pytest.raises(NoFileError) as caught:
            read_file(nowhere / name)
        said[name] = caught.value.strerror
    listening.close()

    assert said == {
        "pipe": "it is a named pipe",
        "folder": "it is a folder",
        "socket": "it is a socket",
        "huge": "it is larger than 1 MB",
        "/dev/zero": "it is a device",
    }
