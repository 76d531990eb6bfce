"""Saving keys and ignoring them in git: every other byte stays, or nothing is written."""

from __future__ import annotations

import os
import stat

import pytest

from vipps_nb import CredentialsError
from vipps_nb.auth.dotenv_file import ignore_in_git, save_keys
from vipps_nb.auth.dotenv_init import prepare
from vipps_nb.auth.sources import read_dotenv

SECRET = "c2VjcmV0LXRoYXQtbXVzdA=="

# What was there, and what is there after VIPPS_MSN=222222 was saved.
KEPT = {
    "CRLF": (b"A=1\r\nVIPPS_MSN=1111\r\nB=2\r\n", b"A=1\r\nVIPPS_MSN=222222\r\nB=2\r\n"),
    "CR": (b"A=1\rVIPPS_MSN=1111\rB=2\r", b"A=1\rVIPPS_MSN=222222\rB=2\r"),
    "no end of line": (b"A=1\nVIPPS_MSN=1111", b"A=1\nVIPPS_MSN=222222"),
    "appended": (b"A=1\r\n", b"A=1\r\nVIPPS_MSN=222222\r\n"),
    "appended without an end": (b"A=1", b"A=1\nVIPPS_MSN=222222\n"),
    "Latin-1": (b"# Schl\xfcssel\nVIPPS_MSN=1111\nG=\xe6\n", b"# Schl\xfcssel\nVIPPS_MSN=222222\nG=\xe6\n"),
    "a UTF-8 mark": (b"\xef\xbb\xbfVIPPS_MSN=1111\n#\xe2\x82\xac\n", b"\xef\xbb\xbfVIPPS_MSN=222222\n#\xe2\x82\xac\n"),
    "a mark and other lines": (b"\xef\xbb\xbfA=1\n", b"\xef\xbb\xbfA=1\nVIPPS_MSN=222222\n"),
    "export and a comment": (b"export VIPPS_MSN = '1'  # mine\n\n", b"export VIPPS_MSN = 222222  # mine\n\n"),
    "empty": (b"VIPPS_MSN=\n\n\nA=1\n", b"VIPPS_MSN=222222\n\n\nA=1\n"),
    "another spelling": (b"VIPPS_MERCHANT_SERIAL_NUMBER=1\n", b"VIPPS_MERCHANT_SERIAL_NUMBER=222222\n"),
    "twice": (b"VIPPS_MSN=1\nVIPPS_MSN=1\n", b"VIPPS_MSN=222222\nVIPPS_MSN=222222\n"),
    "several lines": (b'PEM="a\r\nb"\r\n \tA\r\n', b'PEM="a\r\nb"\r\n \tA\r\nVIPPS_MSN=222222\r\n'),
    "a line nobody understands": (b"what is this\r\n\x00\n", None),
    "nothing": (b"", b"VIPPS_MSN=222222\n"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KEPT)
def test_saving_keeps_every_other_byte(nowhere, kind):
    file = nowhere / ".env"
    before, after = KEPT[kind]
    file.write_bytes(before)
    file.chmod(0o644)

    if after is None:
        with pytest.raises(CredentialsError, match="Nothing was written"):
            save_keys(file, {"VIPPS_MSN": "222222"})
        assert file.read_bytes() == before
        return
    save_keys(file, {"VIPPS_MSN": "222222"})

    assert file.read_bytes() == after
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "222222" in read_dotenv(file).values()
    assert list(nowhere.iterdir()) == [file]


@pytest.mark.parametrize("value", [SECRET, "a'b\"c#d==", "a\\b", "a b # c", "${HOME}", "'", "\\'"])
def test_what_is_saved_is_found_again(nowhere, value):
    (nowhere / ".env").write_bytes(b"VIPPS_CLIENT_SECRET='old'\n")

    save_keys(nowhere / ".env", {"VIPPS_CLIENT_SECRET": value, "VIPPS_ENVIRONMENT": "test"})

    assert read_dotenv(nowhere / ".env") == {"VIPPS_CLIENT_SECRET": value, "VIPPS_ENVIRONMENT": "test"}


def pipe(file):
    os.mkfifo(file)


def link(file):
    target = file.with_name("elsewhere")
    target.write_text("A=1\n")
    file.symlink_to(target)


def dangling(file):
    file.symlink_to(file.with_name("nowhere"))


def folder(file):
    file.mkdir()


def wide(file):
    file.write_bytes("A=1\r\n".encode("utf-16"))


def wide_without_a_mark(file):
    file.write_bytes("A=1\r\n".encode("utf-16-le"))


def huge(file):
    file.touch()
    os.truncate(file, 1 << 30)


NO_FILES = [pipe, link, dangling, folder, wide, wide_without_a_mark, huge]


def swallowing(file):
    file.write_bytes(b'A="not closed\n')


def everything(place):
    return {
        file.name: file.is_file() and file.stat().st_size < 1 << 20 and file.read_bytes() for file in place.iterdir()
    }


@pytest.mark.parametrize("make", NO_FILES)
def test_what_cannot_be_kept_stops_before_anything_is_written(nowhere, make):
    make(nowhere / ".env")
    before = everything(nowhere)
    with pytest.raises(CredentialsError, match=r"Nothing was (written|changed)"):
        save_keys(nowhere / ".env", {"VIPPS_CLIENT_SECRET": SECRET})

    assert everything(nowhere) == before


@pytest.mark.parametrize("make", NO_FILES)
@pytest.mark.parametrize("name", [".gitignore", ".gitattributes"])
def test_preparing_a_folder_stops_before_anything_is_written(nowhere, make, name):
    make(nowhere / name)
    before = everything(nowhere)

    with pytest.raises(CredentialsError, match=rf"\{name}.*Nothing was (written|changed)"):
        prepare(nowhere, strip_outputs=True)

    assert everything(nowhere) == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"build\r\n", b"build\r\n.env\r\n"),
        (b"build", b"build\n.env\n"),
        (b"# \xe6\nbuild/\n", b"# \xe6\nbuild/\n.env\n"),
        (b"\xef\xbb\xbfbuild\n", b"\xef\xbb\xbfbuild\n.env\n"),
        (b"/.env\n", b"/.env\n.env\n"),
        (b".env\n!.env\n", b".env\n!.env\n.env\n"),
        (b".env\r\n", b".env\r\n"),
    ],
)
def test_gitignore_keeps_its_bytes_and_its_mode(nowhere, before, after):
    file = nowhere / ".gitignore"
    file.write_bytes(before)
    file.chmod(0o664)

    assert ignore_in_git(nowhere / ".env") == (before != after)

    assert file.read_bytes() == after
    assert stat.S_IMODE(file.stat().st_mode) == 0o664
    assert not ignore_in_git(nowhere / ".env")
