"""A class of thirty on one sandbox: everybody has keys of their own, and nobody sees a neighbour's payments."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import requests

import vipps_nb
from tests.sandbox.conftest import Merchant
from vipps_nb.sandbox import Sandbox, SandboxError

CLASS = 30


@pytest.fixture
def command_line(nowhere):
    command = [sys.executable, "-m", "vipps_nb.cli", "sandbox", "--sales-units", str(CLASS), "--write-env", "class"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.stdout.readline()
    yield nowhere / "class"
    process.terminate()
    _, err = process.communicate(timeout=20)
    assert "30 .env files to hand out" in err


def test_each_of_thirty_logs_in_with_a_dotenv_of_their_own(command_line):
    files = sorted(command_line.rglob(".env"))
    assert [file.parent.name for file in files] == [f"unit-{number:02}" for number in range(1, CLASS + 1)]
    order = {
        "amount": {"currency": "NOK", "value": 49900},
        "paymentMethod": {"type": "WALLET"},
        "reference": "the-same-one",
        "userFlow": "WEB_REDIRECT",
        "returnUrl": "https://example.com/return",
    }
    sessions = [vipps_nb.login(dotenv=file) for file in files]

    created = [vipps.post("/epayment/v1/payments", json=order) for vipps in sessions]

    assert {answer.status_code for answer in created} == {201}
    assert len({vipps.merchant_serial_number for vipps in sessions}) == CLASS
    sessions[0].sandbox.approve(reference="the-same-one", msn=sessions[0].merchant_serial_number)
    states = [vipps.get("/epayment/v1/payments/the-same-one").json()["state"] for vipps in sessions]
    assert states == ["AUTHORIZED"] + ["CREATED"] * (CLASS - 1)
    vipps_nb.logout()


def test_a_dotenv_that_is_there_is_never_overwritten(nowhere):
    mine = nowhere / "class" / "unit-02" / ".env"
    mine.parent.mkdir(parents=True)
    mine.write_text("precious")
    with Sandbox(sales_units=3) as sandbox, pytest.raises(SandboxError, match="exists already"):
        sandbox.write_dotenvs(nowhere / "class")

    assert mine.read_text() == "precious"
    assert list(nowhere.rglob(".env")) == [mine]


def test_a_neighbours_keys_do_not_open_ones_own_records(merchant, other_merchant):
    merchant.reserved()

    assert other_merchant.get("/epayment/v1/payments/order-0001").status_code == 404
    other_merchant.headers["Merchant-Serial-Number"] = merchant.headers["Merchant-Serial-Number"]
    assert other_merchant.get("/epayment/v1/payments/order-0001").status_code == 401


def test_many_at_once_keep_their_money_apart():
    """Every client has a payment of its own amount and does to it what it alone decides; no answer is another's."""
    rounds, clients, units = 5, 12, 4

    def live(number):
        with requests.Session() as http:
            http.trust_env = False
            msn = msns[number % units]
            merchant = Merchant(sandbox.base_url, sandbox.keys(msn=msn), http)
            for _ in range(rounds):
                reference, value = f"order-{uuid4()}", 1000 + number
                amount = {"currency": "NOK", "value": value}
                assert merchant.create(reference, amount=amount).status_code == 201
                sandbox.approve(reference=reference)
                captured = merchant.modify("capture", value, reference)
                assert captured.json()["aggregate"]["capturedAmount"] == amount
                assert merchant.payment(reference)["reference"] == reference
                assert [event["name"] for event in merchant.events(reference)] == ["CREATED", "AUTHORIZED", "CAPTURED"]
        return rounds

    with Sandbox(seed=5, sales_units=units) as sandbox:
        msns = [unit["merchantSerialNumber"] for unit in sandbox.overview()["salesUnits"]]
        with ThreadPoolExecutor(clients) as pool:
            assert sum(pool.map(live, range(clients))) == rounds * clients
        assert sandbox.overview()["counts"]["payments"] == rounds * clients


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_what_is_handed_out_only_its_owner_reads_whatever_the_umask(nowhere, umask):
    (nowhere / "class" / "unit-01").mkdir(parents=True)
    (nowhere / "class" / "unit-02").mkdir()
    with Sandbox(sales_units=2) as sandbox:
        before = os.umask(umask)
        try:
            files = sandbox.write_dotenvs(nowhere / "class")
        finally:
            os.umask(before)

    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]


def linked_file(place):
    (place / "unit-02").mkdir(parents=True)
    (place / "unit-02" / ".env").symlink_to(place.parent / "stolen")


def linked_folder(place):
    place.mkdir()
    (place.parent / "elsewhere").mkdir()
    (place / "unit-02").symlink_to(place.parent / "elsewhere")


def pipe(place):
    (place / "unit-02").mkdir(parents=True)
    os.mkfifo(place / "unit-02" / ".env")


def no_folder(place):
    place.mkdir()
    (place / "unit-02").write_text("a file")


@pytest.mark.parametrize("make", [linked_file, linked_folder, pipe, no_folder])
def test_nothing_is_handed_out_through_a_link_or_half(nowhere, make):
    make(nowhere / "class")
    before = sorted(nowhere.rglob("*"))
    with Sandbox(sales_units=3) as sandbox, pytest.raises(SandboxError, match="Nothing was written; name"):
        sandbox.write_dotenvs(nowhere / "class")

    assert sorted(nowhere.rglob("*")) == before


def test_a_full_disk_leaves_no_file_with_keys(nowhere, monkeypatch):
    real = os.fdopen
    opened = iter([real, real])

    def full(*args, **kwargs):
        if (opener := next(opened, None)) is None:
            os.close(args[0])
            raise OSError(28, "No space left on device")
        return opener(*args, **kwargs)

    with Sandbox(sales_units=3) as sandbox:
        monkeypatch.setattr("vipps_nb.sandbox.control.dotenv_files.os.fdopen", full)
        with pytest.raises(SandboxError, match="No space left on device"):
            sandbox.write_dotenvs(nowhere / "class")
        monkeypatch.undo()

    assert list(nowhere.rglob("*")) == []
