"""The nose itself, and the page that says what it found."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.leaks.canaries import CANARIES, found
from tests.leaks.rows import ROWS
from tests.leaks.table import as_markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"


@pytest.mark.parametrize("name", CANARIES)
@pytest.mark.parametrize(
    "write",
    [
        lambda secret: secret.encode(),
        lambda secret: repr({"Authorization": f"Bearer {secret}"}).encode(),
        lambda secret: json.dumps(json.dumps([secret])).encode(),
        lambda secret: secret[:20].encode() + b"...",
        lambda secret: b"..." + secret[-20:].encode(),
        lambda secret: secret[::-1].encode(),
        lambda secret: secret.encode().hex().encode(),
        lambda secret: quote(secret, safe="").encode(),
        lambda secret: base64.b64encode(secret.encode()),
        lambda secret: base64.b64encode(b"id:" + secret.encode()),
        lambda secret: base64.b64encode(b"some-id:" + secret.encode()),
        lambda secret: base64.urlsafe_b64encode(b"some_id:" + secret.encode() + b"more"),
        lambda secret: secret.encode("utf-16"),
    ],
)
def test_it_finds_a_secret_in_every_disguise(name, write):
    hits = found(b"before " + write(CANARIES[name]) + b" after")

    assert hits[name]
    assert not any(count for other, count in hits.items() if other != name)


def test_it_finds_nothing_where_nothing_is():
    words = Path(__file__).read_bytes() + PAGE.read_bytes()

    assert not any(found(words).values())


def test_the_page_tells_what_the_tests_find():
    assert as_markdown(ROWS) in PAGE.read_text(encoding="utf-8")
