"""A world is written down and read back, and kept in a file: nothing of it is lost, and no file does any harm."""

import json
import os
import re
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import requests

import vipps_nb.sandbox
from tests.sandbox import kill_rounds
from tests.sandbox.conftest import NOON, Merchant
from tests.sandbox.fuzz import Story
from tests.sandbox.recurring_shop import Subscriptions
from vipps_nb.sandbox import Sandbox, SandboxError
from vipps_nb.sandbox.keeping import codec
from vipps_nb.sandbox.keeping.held import HELD
from vipps_nb.sandbox.keeping.state_file import StateFile

ELSEWHERE = "https://shop.example/hook"
DERIVED = {"PrintedCodes", "EventBus", "Wallet", "Records"}  # made of other records, or a part of the world


class Shop:
    """A sandbox of its own, called and not connected to."""

    def __init__(self, **options):
        self.sandbox = Sandbox(door="in-process", **options).start()
        self.http = requests.Session()
        self.http.mount(self.sandbox.base_url, self.sandbox.adapter())

    def merchant(self, headers=None):
        merchant = Merchant(self.sandbox.base_url, self.sandbox.keys(), self.http)
        merchant.headers |= headers or {}
        return merchant

    def world(self):
        return self.http.get(f"{self.sandbox.base_url}/sandbox/world").json()

    def close(self):
        self.http.close()
        self.sandbox.stop()


@pytest.fixture
def open_shop():
    shops = []

    def open_one(**options):
        shops.append(Shop(**options))
        return shops[-1]

    yield open_one
    for shop in shops:
        shop.close()


def without_moments_of_writing(document):
    content = json.loads(document)
    del content["written"], content["signers"]
    return content


def test_every_kind_of_record_is_in_the_file():
    sandbox = Path(vipps_nb.sandbox.__file__).parent
    asked_for = {name for file in sandbox.rglob("*.py") for name in re.findall(r"\.records\((\w+)\)", file.read_text())}
    held = {name for name in asked_for if re.search(rf"\b{name}\b", (sandbox / "keeping" / "held.py").read_text())}

    assert asked_for - held <= DERIVED | {"store", "kind"}


def test_after_any_story_file_document_and_world_say_the_same(tmp_path):
    story = Story(seed=7)
    backend = story.direct.backend
    kept = StateFile(tmp_path / "world.db")
    try:
        kept.take_up(backend)
        backend.keep = partial(kept.write, backend)
        while story.count < 300:
            story.move()
        document = codec.written(backend)
        for name, held in HELD.items():
            query = "SELECT key, body FROM record WHERE held = ? ORDER BY place"
            assert kept._database.execute(query, (name,)).fetchall() == list(codec.rows_of(backend.world, held)), name

        backend.world = codec.read(backend, document)

        assert without_moments_of_writing(codec.written(backend)) == without_moments_of_writing(document)
        assert {name for name, rows in json.loads(document)["records"].items() if rows} >= {
            *("payments", "agreements", "charges", "checkoutSessions", "ecomPayments", "pspTransactions"),
            *("movements", "consents", "idempotency", "phone", "due"),
        }
    finally:
        kept.close()
        story.direct.close()


def test_a_saved_world_goes_on_in_another_sandbox_as_if_it_had_never_stopped(open_shop, tmp_path):
    first = open_shop()
    first.sandbox.hold(NOON)
    merchant = first.merchant()
    merchant.reserved("order-0001")
    created = merchant.create("order-0002", key="key-0002")
    agreement = Subscriptions(merchant, first.sandbox).active()
    charge = Subscriptions(merchant, first.sandbox).charged(agreement)
    hook = merchant.post("/webhooks/v1/webhooks", {"url": ELSEWHERE, "events": ["epayments.payment.expired.v1"]})
    assert hook.status_code == 201, hook.text
    first.sandbox.faults([{"path": "/epayment/v1/payments/none", "status": 503}])
    first.sandbox.sales_unit(merchant.keys["merchant_serial_number"], refundAllowed=False)
    first.sandbox.settings(reportPageSize=7)
    saved = first.sandbox.save(tmp_path / "world.json")
    following = merchant.create("order-0003").json()
    first.sandbox.advance(700)

    second = open_shop()
    second.sandbox.load(saved)
    heard = []
    second.sandbox.receive(ELSEWHERE, lambda headers, body: heard.append(json.loads(body)["name"]) or 200)
    again = second.merchant({"Authorization": merchant.headers["Authorization"]})  # the token was given out before

    assert second.sandbox.clock() == {"now": NOON, "held": True}
    assert again.create("order-0002", key="key-0002").json() == created.json()
    assert again.create("order-0003").json()["redirectUrl"].split("=")[1] == following["redirectUrl"].split("=")[1]
    assert again.get("/epayment/v1/payments/none").status_code == 503
    assert again.modify("capture", 49900).status_code == 200
    assert again.modify("refund", 100).status_code == 400
    assert second.sandbox.settings()["reportPageSize"] == 7
    assert [one["value"] for one in second.sandbox.waiting()] == ["order-0003", "order-0002"]
    second.sandbox.advance(700)
    assert again.payment("order-0002")["state"] == "EXPIRED"
    assert heard == ["EXPIRED", "EXPIRED"]
    second.sandbox.clock(now="2026-01-20T12:00:00Z")
    again = second.merchant()
    assert Subscriptions(again, second.sandbox).status(agreement, charge) == "CHARGED"


def test_a_letter_without_an_answer_is_sent_once_more(open_shop):
    shop = open_shop()
    shop.sandbox.hold(NOON)
    merchant = shop.merchant()
    merchant.post("/webhooks/v1/webhooks", {"url": ELSEWHERE, "events": ["epayments.payment.created.v1"]})
    document, heard = [], []

    def receive(headers, body):
        if not document:  # while this one is in the air
            document.append(shop.world())
        heard.append(json.loads(body)["reference"])
        return 200

    shop.sandbox.receive(ELSEWHERE, receive)
    merchant.create("order-0001")
    assert heard == ["order-0001"]

    shop.http.put(f"{shop.sandbox.base_url}/sandbox/world", json=document[0])
    assert heard == ["order-0001", "order-0001"]


def test_books_of_before_a_change_of_terms_are_the_same_afterwards(open_shop, tmp_path):
    shop = open_shop()
    shop.sandbox.hold(NOON)
    merchant = shop.merchant()
    msn = merchant.keys["merchant_serial_number"]
    for number, fee in enumerate((275, 100)):
        shop.sandbox.sales_unit(msn, feeBasisPoints=fee)
        merchant.reserved(f"order-000{number}")
        merchant.modify("capture", 49900, f"order-000{number}")
        shop.sandbox.advance(86_400)
        merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    ledgers = merchant.get("/settlement/v1/ledgers").json()["items"]
    path = f"/report/v2/ledgers/{ledgers[0]['ledgerId']}/fees/dates/2026-01-01"
    before = [merchant.get(path).json(), merchant.get(path.replace("01-01", "01-02")).json()]

    shop.sandbox.load(shop.sandbox.save(tmp_path / "world.json"))

    assert before[0]["items"]
    assert [merchant.get(path).json(), merchant.get(path.replace("01-01", "01-02")).json()] == before


def test_the_document_holds_no_token_and_no_key_of_the_sandbox(open_shop):
    shop = open_shop()
    merchant = shop.merchant({"X-Real-Key": "a-real-key-pasted-by-mistake"})
    merchant.reserved()
    text = json.dumps(shop.world())

    assert merchant.headers["Authorization"].split(".")[2] not in text
    assert "a-real-key-pasted-by-mistake" not in text
    assert not [secret for secret in merchant.keys.values() if secret in text and len(secret) > 8]
    assert "PRIVATE" not in text


def changed(path, value):
    """A world with one place in it changed; a place that is not there is a fault of the test."""

    def change(world):
        place = world
        for part in path[:-1]:
            place = place[part]
        assert path[-1] in place if isinstance(place, dict) else place[path[-1]]
        place[path[-1]] = value
        return json.dumps(world)

    return change


HOSTILE = {
    "empty": (lambda world: "", "This is no JSON"),
    "half": (lambda world: json.dumps(world)[:-20], "This is no JSON"),
    "deep": (lambda world: "[" * 100_000, "This is no JSON"),
    "not finite": (lambda world: '{"format": NaN}', "This is no JSON"),
    "bytes": (lambda world: b"\xff\xfe\x00", "This is no JSON"),
    "foreign": (lambda world: '{"info": {"name": "a collection"}}', "This is no world of a sandbox"),
    "newer": (changed(["version"], 2), "has the format 2; this vipps_nb reads 1. Update vipps_nb"),
    "older": (changed(["version"], "0.9"), "has the format 0.9"),
    "no records": (changed(["records"], []), "is missing or of another kind"),
    "unknown table": (lambda world: json.dumps(world | {"records": {"gold": []}}), "no records by the name 'gold'"),
    "no pairs": (changed(["records", "payments"], [[1, 2, 3]]), "no list of pairs"),
    "text for money": (changed(["records", "payments", 0, 1, "value"], "a lot"), "value is not as it should be"),
    "money out of bounds": (
        changed(["records", "payments", 0, 1, "order", "amount", "value"], -1),
        "order.amount.value",
    ),
    "no zone": (changed(["records", "payments", 0, 1, "expires"], "2026-01-01T00:00:00"), "expires is not"),
    "the end of time": (changed(["records", "payments", 0, 1, "created"], "9999-12-31T23:59:59Z"), "created is not"),
    "unknown state": (changed(["records", "payments", 0, 1, "state"], "RICH"), "state is not"),
    "another's": (changed(["records", "payments", 0, 1, "msn"], "999999"), "belongs to the sales unit 999999"),
    "unknown units": (changed(["records", "salesUnits", 0, 0], "999999"), "sales units that this sandbox has not"),
    "a foreign deed": (
        changed(["records", "due", 0, 1, "deed", "do"], "os.system"),
        "nothing is done here by the name",
    ),
    "a deed for another": (changed(["records", "due", 0, 1, "deed", "do"], "webhooks.hear"), "nothing is done here"),
    "a deed for nobody": (changed(["records", "due", 0, 1, "deed", "given"], ["952031", "none"]), "is not there"),
    "a deed with less": (changed(["records", "due", 0, 1, "deed", "given"], []), "cannot be taken in"),
    "a foreign listener": (changed(["world", "events", "listeners"], ["os.system"]), "nobody listens by the name"),
    "no ids": (changed(["world", "ids"], "AAAA"), "no position of a stream"),
    "one id for ever": (changed(["world", "ids"], "A" * 3332 + "AA=="), "cannot be taken in"),
    "a clock of another age": (changed(["world", "clock", "now"], "1812-01-01T00:00:00Z"), '"clock" of the world'),
    "half a character": (changed(["records", "payments", 0, 1, "token"], "\ud800"), "A record of payments"),
}


def test_a_file_that_is_no_world_is_refused_in_a_sentence_and_changes_nothing(open_shop, tmp_path):
    shop = open_shop()
    shop.sandbox.hold(NOON)
    shop.merchant().reserved("order-0001")
    before = shop.world()

    for name, (change, said) in HOSTILE.items():
        hostile = change(json.loads(json.dumps(before)))
        file = tmp_path / "hostile.json"
        file.write_bytes(hostile if isinstance(hostile, bytes) else hostile.encode())

        with pytest.raises(SandboxError) as refused:
            shop.sandbox.load(file)

        assert said in str(refused.value), name
        assert "Traceback" not in str(refused.value)
        assert "pydantic" not in str(refused.value)
    after = shop.world()
    assert after["records"] == before["records"]
    # A refusal has a trace id.
    assert {**after["world"], "traces": None} == {**before["world"], "traces": None}


@pytest.mark.parametrize("place", ["nowhere.json", ".", "no/such/folder/world.json"])
def test_a_file_that_cannot_be_had_is_said(open_shop, tmp_path, place):
    shop = open_shop()

    with pytest.raises(SandboxError, match=r"No world can be read from|is a folder|No such file"):
        shop.sandbox.load(tmp_path / place)
    if place != "nowhere.json":
        with pytest.raises(SandboxError, match="Name a"):
            shop.sandbox.save(tmp_path / place)


def test_only_a_world_is_written_over_and_only_a_file(open_shop, tmp_path):
    sandbox = open_shop().sandbox
    foreign, pipe, link = tmp_path / "notes.txt", tmp_path / "pipe", tmp_path / "link.json"
    foreign.write_text("what I must not forget")
    os.mkfifo(pipe)
    link.symlink_to(pipe)

    for place, said in (
        (foreign, "holds something else than a world"),
        (pipe, "is a device or a pipe"),
        (link, "is a device or a pipe"),
        (Path("/dev/null"), "is a device or a pipe"),
        ("a\0b", "no file can have this name"),
    ):
        with pytest.raises(SandboxError, match=said):
            sandbox.save(place)
        if place is not foreign:
            with pytest.raises(SandboxError, match=said):
                sandbox.load(place)
    assert foreign.read_text() == "what I must not forget"
    for place in (tmp_path / "world.json", tmp_path / "world.json"):
        assert sandbox.save(place) == place


def test_a_kept_world_is_there_after_a_restart(open_shop, tmp_path):
    file = tmp_path / "world.db"
    first = open_shop(state=file)
    merchant = first.merchant()
    merchant.create("order-0001", key="key-1")
    first.sandbox.approve(reference="order-0001")
    merchant.modify("capture", 100, "order-0001")
    with pytest.raises(SandboxError, match="Another sandbox keeps its world"):
        open_shop(state=file)
    first.close()

    second = open_shop(state=file)
    again = second.merchant({"Authorization": merchant.headers["Authorization"]})

    assert again.payment("order-0001")["aggregate"]["capturedAmount"]["value"] == 100
    assert again.create("order-0001", key="key-1").status_code == 201
    assert file.stat().st_mode & 0o077 == 0
    second.sandbox.reset()
    second.close()
    third = open_shop(state=file)
    assert third.sandbox.overview()["counts"]["payments"] == 0
    third.close()
    with pytest.raises(SandboxError, match="start the sandbox with the --seed"):
        open_shop(state=file, seed=2)


def test_what_fell_due_while_nobody_was_there_has_happened(open_shop, tmp_path):
    first = open_shop(state=tmp_path / "world.db")
    first.merchant().create("order-0001")
    first.close()
    with closing(sqlite3.connect(tmp_path / "world.db")) as database, database:  # as if eleven minutes had passed
        [body] = database.execute("SELECT body FROM part WHERE name = 'clock'").fetchone()
        moved = {**json.loads(body), "offset": 660.0}
        database.execute("UPDATE part SET body = ? WHERE name = 'clock'", (json.dumps(moved),))

    second = open_shop(state=tmp_path / "world.db")

    assert second.merchant().payment("order-0001")["state"] == "EXPIRED"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"VIPPS_CLIENT_ID=abc\n" * 100, "is no state file of a sandbox, and was not touched"),
        ("CREATE TABLE sales (id)", "is no state file of a sandbox, and was not touched"),
        (f"PRAGMA application_id = {0x56504E42}; PRAGMA user_version = 9", "has the format 9; this vipps_nb reads 1"),
        (f"PRAGMA application_id = {0x56504E42}; PRAGMA user_version = 1", "is damaged"),
    ],
    ids=["text", "another's database", "newer", "damaged"],
)
def test_a_file_that_keeps_no_world_is_left_alone(tmp_path, content, said):
    file = tmp_path / "world.db"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        with sqlite3.connect(file) as database:
            database.executescript(content)
        database.close()
    before = file.read_bytes()

    with pytest.raises(SandboxError, match=re.escape(said)):
        Sandbox(door="in-process", state=file).start()

    assert file.read_bytes() == before or said == "is damaged"


def test_a_full_disk_is_said_and_nothing_is_lost_once_there_is_room(open_shop, tmp_path):
    shop = open_shop(state=tmp_path / "world.db")
    merchant = shop.merchant()
    kept = shop.sandbox._kept
    pages = kept._database.execute("PRAGMA page_count").fetchone()[0]
    kept._database.execute(f"PRAGMA max_page_count = {pages}")

    answers = [merchant.create(f"order-{number:04}") for number in range(40)]
    assert {answer.status_code for answer in answers} == {201, 507}
    assert "could not be written to the state file" in answers[-1].json()["message"]

    kept._database.execute("PRAGMA max_page_count = 100000")
    merchant.create("order-0040")
    shop.close()
    again = open_shop(state=tmp_path / "world.db")
    assert again.sandbox.overview()["counts"]["payments"] == 41


def test_whatever_was_answered_is_there_after_a_sigkill_under_load(tmp_path):
    assert kill_rounds.rounds(3, tmp_path, (0.2, 0.6)) > 0
