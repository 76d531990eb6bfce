"""The key that makes a write act once, under the name its API has for it, wherever it is made, shown or re-sent."""

from __future__ import annotations

import json
import re
import uuid

import pytest

from tests.conftest import Answer
from vipps_nb import VippsSession
from vipps_nb.display.answer import AnswerCard
from vipps_nb.notebook.calls.suggestions import Helper

TOKEN = "/accesstoken/get"
ECOM = ["/ecomm/v2/payments", "/Ecomm/v2/Payments/", "/ecomm/v2/payments/a/capture"]
OTHERS = ["/epayment/v1/payments", "/recurring/v3/agreements", "/checkout/v3/session/"]
PATHS = [(path, "X-Request-Id", "Idempotency-Key") for path in ECOM] + [
    (path, "Idempotency-Key", "X-Request-Id") for path in OTHERS
]


@pytest.fixture
def shop(serve, credentials):
    """A session, and the server that it talks to, which refuses every write so that nothing is tried again."""

    def say(seen):
        token = json.dumps({"access_token": "a-token-of-the-session", "expires_in": 3599}).encode()
        return Answer(body=token) if seen.path == TOKEN else Answer(status=400, body=b"{}")

    server = serve(say)
    return VippsSession(credentials, server.environment), server


def keys(server):
    """The keys of every write that came, by name."""
    writes = [{name.lower(): value for name, value in one.headers.items()} for one in server.seen if one.path != TOKEN]
    names = ("Idempotency-Key", "X-Request-Id")
    return [{name: one[name.lower()] for name in names if name.lower() in one} for one in writes]


@pytest.mark.parametrize(("path", "name", "other"), PATHS)
def test_a_key_is_made_shown_exported_and_sent_again_under_its_name(shop, tmp_path, path, name, other):
    vipps, server = shop
    answer = vipps.post(path, json={"a": 1})
    (made,) = keys(server)
    assert set(made) == {name}
    assert uuid.UUID(made[name])

    assert vipps.history[1].idempotency_key == made[name]
    assert list(vipps.history.filter(key=made[name])) == [vipps.history[1]]
    assert f"{name} {made[name]}" in AnswerCard(answer).quotable
    har = vipps.history.as_har()["log"]["entries"][0]["request"]["headers"]
    assert {"name": name, "value": made[name]} in har
    assert f'"{name}": "{made[name]}"' in vipps.history.as_python()
    assert other not in vipps.history.as_python()

    vipps.history.resend(1)
    assert keys(server)[-1] == made
    assert vars(vipps.history[2])["refused_before"]
    vipps.history.resend(1, new_key=True)
    (again,) = keys(server)[-1].items()
    assert again[0] == name
    assert again[1] != made[name]


@pytest.mark.parametrize(("path", "name", "other"), PATHS)
def test_a_key_of_ones_own_counts_and_is_replaced_only_on_purpose(shop, path, name, other):
    vipps, server = shop
    for spelled in (name, name.lower(), "Idempotency-Key", "idempotency-key"):
        vipps.post(path, json={}, headers={spelled: "mine-1"})
        vipps.history.resend(-1)
        # The query makes requests prepare it the long way.
        vipps.post(f"{path}?a=1", json={}, headers={spelled: "mine-1"})
        vipps.map("POST", [path], json={}, headers={spelled: "mine-1"}, quiet=True)
        assert [one[name] for one in keys(server)[-4:]] == ["mine-1"] * 4
        vipps.history.resend(-1, new_key=True)
        assert "mine-1" not in keys(server)[-1].values()


def test_ecoms_name_is_elsewhere_an_id_and_no_key(shop):
    vipps, server = shop
    for _ in range(2):
        vipps.post("/epayment/v1/payments", json={}, headers={"X-Request-Id": "trace-1"})

    first, second = keys(server)
    assert first["X-Request-Id"] == second["X-Request-Id"] == "trace-1"
    assert first["Idempotency-Key"] != second["Idempotency-Key"]


@pytest.mark.parametrize(("path", "name", "other"), PATHS)
def test_it_is_offered_under_its_name(path, name, other):
    offered = [one.text for one in Helper(["--header"], {}).on_line(f"POST {path} --header ").found]

    assert f'"{name}: ' in offered
    assert f'"{other}: ' not in offered


def test_the_table_of_facts_alone_spells_it():
    from pathlib import Path

    import vipps_nb

    client = Path(vipps_nb.__file__).parent
    spelled = [
        str(file.relative_to(client))
        for file in client.rglob("*.py")
        if "sandbox" not in file.relative_to(client).parts
        and re.search(r"\"(Idempotency-Key|X-Request-Id)\"", file.read_text(encoding="utf-8"))
    ]
    assert spelled == ["apis/facts.py"]
