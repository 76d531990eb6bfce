"""A scenario says what there is to be; the sandbox makes a world of it, the same one each time."""

import json
from collections import Counter
from pathlib import Path

import pytest

import vipps_nb.sandbox
from tests.sandbox.conftest import NOON
from vipps_nb.sandbox import SandboxError

SHIPPED = sorted(file.stem for file in Path(vipps_nb.sandbox.__file__).parent.glob("scenarios/*.toml"))


def records(sandbox, http):
    return http.get(f"{sandbox.base_url}/sandbox/world").json()["records"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_scenario_makes_the_same_world_each_time(sandbox, http, name):
    sandbox.seed(name)
    first = records(sandbox, http)
    sandbox.seed(name)
    second = records(sandbox, http)
    sandbox.seed(name, seed=2)

    assert first == second != records(sandbox, http)
    assert first["movements"]


def test_there_are_payments_in_every_state_and_a_month_for_the_ledger(sandbox, http, merchant):
    sandbox.seed("coffee-bar")
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    payments = [payment for _, payment in records(sandbox, http)["payments"]]

    assert {payment["state"] for payment in payments} == {"CREATED", "ABORTED", "EXPIRED", "TERMINATED", "AUTHORIZED"}
    assert merchant.modify("capture", 100, "table-0001").status_code == 200
    assert merchant.payment("cold-0001")["aggregate"]["refundedAmount"]["value"] == 4900
    assert sandbox.approve(reference="waiting-0001")["approved"]
    ledger = merchant.get("/settlement/v1/ledgers").json()["items"][0]["ledgerId"]
    days = [f"2026-01-{day:02}" for day in range(2, 31)]
    entries = [merchant.get(f"/report/v2/ledgers/{ledger}/funds/dates/{day}").json()["items"] for day in days]
    assert sum(bool(day) for day in entries) > 20


def test_agreements_have_a_history_of_charges(sandbox, http):
    sandbox.seed("subscriptions")
    world = records(sandbox, http)
    charges = Counter(charge["status"] for _, charge in world["charges"])

    assert {agreement["status"] for _, agreement in world["agreements"]} == {"ACTIVE", "STOPPED", "EXPIRED", "PENDING"}
    assert charges.keys() == {"CHARGED", "DUE", "PENDING", "FAILED", "REFUNDED", "RESERVED", "CANCELLED"}
    sandbox.advance(11 * 86_400)  # what was to come comes
    assert Counter(charge["status"] for _, charge in records(sandbox, http)["charges"])["CHARGED"] > charges["CHARGED"]


def test_a_scenario_of_ones_own_stands_in_a_file(sandbox, http, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('at = 2026-03-01T12:00:00Z\nheld = false\n[[payments]]\nstate = "CAPTURED"\ncount = 3\nunit = 2\n')
    sandbox.seed(file)
    (tmp_path / "mine.json").write_text(json.dumps({"payments": [{"state": "CREATED", "reference": "json"}]}))
    second = sandbox.overview()["salesUnits"][1]["merchantSerialNumber"]

    assert [payment["msn"] for _, payment in records(sandbox, http)["payments"]] == [second] * 3
    assert sandbox.clock()["held"] is False
    sandbox.seed(str(tmp_path / "mine.json"))
    assert [key[1] for key, _ in records(sandbox, http)["payments"]] == ["json-0001"]


WRONG = {
    "a name": ("coffe-bar", "There is no scenario 'coffe-bar'; did you mean coffee-bar? There is: charity, coffee-bar"),
    "a part": ({"payment": []}, "payment: There is no such name; did you mean payments? There is: title, at"),
    "a field": (
        {"payments": [{"stat": "x", "state": "CREATED"}]},
        "payments.0.stat: There is no such name; did you mean",
    ),
    "a state": (
        {"payments": [{"state": "CAPTURD"}]},
        "payments.0.state: There is no 'CAPTURD'; did you mean CAPTURED?",
    ),
    "a charge": (
        {"agreements": [{"state": "ACTIVE", "charges": ["CHARGD"]}]},
        "agreements.0.charges.0: There is no 'CHARGD'; did you mean CHARGED?",
    ),
    "a switch": ({"salesUnits": [{"feeBasisPoint": 1}]}, "did you mean feeBasisPoints?"),
    "nothing": ({"payments": [{}]}, "payments.0.state: It is missing."),
    "text for money": ({"payments": [{"state": "CREATED", "value": "1"}]}, "payments.0.value: '1' is not what belongs"),
    "a unit": ({"payments": [{"state": "CREATED", "unit": 4}]}, "There is no sales unit 4; this sandbox has 3."),
    "no zone": ({"at": "2026-01-31"}, "at: The moment has no zone."),
    "another age": ({"at": "1999-01-01T00:00:00Z"}, "at: The clock goes from 2000 to 2100."),
    "a special amount": (
        {"payments": [{"state": "CAPTURED", "value": 151}]},
        "The customer cannot approve: not enough",
    ),
    "a refusal": (
        {"salesUnits": [{"refundAllowed": False}], "payments": [{"state": "REFUNDED"}]},
        "payments.0: ",
    ),
    "charges of nobody": (
        {"agreements": [{"state": "REJECTED", "charges": ["DUE"]}]},
        "that is REJECTED has no charges",
    ),
    "too much": ({"payments": [{"state": "CREATED", "count": 20_000}] * 2}, "at most 20000 are made"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_with_what_there_is_and_the_world_stays(sandbox, merchant, wrong):
    scenario, said = WRONG[wrong]
    merchant.create("order-0001")

    with pytest.raises(SandboxError) as refused:
        sandbox.seed(scenario)

    assert said in str(refused.value)
    assert sandbox.overview()["counts"]["payments"] == 1
    assert sandbox.clock()["now"] == NOON


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nowhere.toml", None, "nowhere.toml cannot be read"),
        ("half.toml", "payments = [", "half.toml is no TOML: it cannot be read at"),
        ("a.toml", "payments:\n  - state: x", "a.toml is no TOML: it cannot be read at line 1, column 9"),
        ("comma.json", '{"payments": [],}', "comma.json is no JSON: it cannot be read at line 1, column 1"),
        ("list.json", "[]", "list.json is no scenario"),
        ("half.json", "{", "half.json is no JSON"),
    ],
)
def test_a_file_that_is_no_scenario_is_said(sandbox, tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_text(content)

    with pytest.raises(SandboxError, match=said):
        sandbox.seed(tmp_path / name)
