"""Faults on demand: what the network and the gateway may do to a client."""

import json
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from vipps_nb.sandbox import SandboxError

PATH = "/epayment/v1/payments/no-such-one"


def test_a_status_is_answered_by_the_gateway(merchant, sandbox):
    sandbox.faults([{"status": 429, "retryAfter": 2}])

    answer = merchant.get(PATH)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["statusCode"] == 429


@pytest.mark.parametrize(
    ("path", "rule", "status", "said"),
    [
        (PATH, {"code": "6260"}, 400, {"name": "ErrorCode", "reason": "6260"}),
        ("/recurring/v3/agreements", {"code": "conflict", "status": 409}, 409, "recurring-api-problems#conflict"),
        ("/ecomm/v2/payments/none/details", {"code": "99", "detail": "No idea"}, 400, "'errorMessage': 'No idea'"),
        (PATH, {"status": 401, "detail": "Something went wrong"}, 401, "'message': 'Something went wrong'"),
    ],
    ids=["ePayment", "Recurring", "eCom", "gateway"],
)
def test_a_code_is_said_in_the_dialect_of_the_api_that_was_asked(merchant, sandbox, path, rule, status, said):
    sandbox.faults([rule])

    answer = merchant.get(path)

    assert answer.status_code == status
    assert str(said) in str(answer.json())


def test_an_ordered_refusal_acts_on_nothing_and_is_bound_to_no_key(merchant, sandbox):
    sandbox.faults([{"method": "POST", "code": "5070"}])
    assert merchant.create(key="the-same").status_code == 400
    sandbox.clear_faults()

    assert merchant.create(key="the-same").status_code == 201


def test_a_status_acts_on_nothing(merchant, sandbox):
    sandbox.faults([{"status": 503}])
    assert merchant.create().status_code == 503
    sandbox.clear_faults()

    assert merchant.get("/epayment/v1/payments/order-0001").status_code == 404


def test_a_rule_hits_only_its_method_and_path(merchant, sandbox):
    sandbox.faults([{"method": "POST", "path": "/epayment/*", "status": 500}])

    assert merchant.get(PATH).status_code == 404
    assert merchant.create().status_code == 500
    assert len(merchant.token()) > 1000


def test_a_rate_is_a_share_and_repeats_with_the_seed(merchant, sandbox):
    def statuses():
        sandbox.reset(seed=5)
        sandbox.hold("2026-01-01T12:00:00Z")
        sandbox.faults([{"rate": 0.5, "status": 503}])
        return [merchant.get(PATH).status_code for _ in range(60)]

    first, second = statuses(), statuses()

    assert first == second
    assert 15 < first.count(503) < 45


@pytest.mark.parametrize(("drop", "acted"), [("before", False), ("after", True)])
def test_a_dropped_connection_has_no_answer(merchant, sandbox, drop, acted):
    sandbox.faults([{"method": "POST", "drop": drop}])
    with pytest.raises(requests.ConnectionError):
        merchant.create()
    sandbox.clear_faults()

    assert (merchant.get("/epayment/v1/payments/order-0001").status_code == 200) is acted
    dropped = [entry for entry in sandbox.requests() if entry.get("dropped")]
    assert [(entry["dropped"], entry["status"]) for entry in dropped] == [(drop, 201 if acted else None)]


def test_latency_is_real_time(merchant, sandbox):
    sandbox.faults([{"latencyMs": 200}])

    began = time.perf_counter()
    merchant.get(PATH)

    assert time.perf_counter() - began >= 0.2
    assert sandbox.requests()[-1]["ms"] >= 200


def test_the_date_can_lie(merchant, sandbox):
    honest = parsedate_to_datetime(merchant.get(PATH).headers["Date"])
    sandbox.faults([{"skewSeconds": -7200}])

    lying = parsedate_to_datetime(merchant.get(PATH).headers["Date"])

    assert (honest - lying).total_seconds() == 7200


def test_latencies_add_up_and_the_first_status_decides(merchant, sandbox):
    sandbox.faults([{"latencyMs": 60}, {"latencyMs": 60, "status": 502}, {"status": 504}])

    assert merchant.get(PATH).status_code == 502
    assert sandbox.requests()[-1]["ms"] >= 120


def test_the_desk_never_fails(sandbox):
    sandbox.faults([{"drop": "before"}])

    assert sandbox.overview()["faults"] == [
        {"method": "*", "path": "*", "rate": 1.0, "latencyMs": 0, "drop": "before", "skewSeconds": 0}
    ]
    assert sandbox.clear_faults() == {"rules": []}
    assert sandbox.faults() == {"rules": []}


@pytest.mark.parametrize(
    "rule",
    [
        {"status": 200},
        {"status": 600},
        {"rate": 2},
        {"drop": "sometimes"},
        {"latencyMs": -1},
        {"code": ""},
        {"colour": 1},
    ],
)
def test_senseless_rules_are_refused(sandbox, rule):
    with pytest.raises(SandboxError):
        sandbox.faults([rule])


def test_an_unusual_status_is_no_trouble(merchant, sandbox):
    sandbox.faults([{"status": 599}])

    assert merchant.get(PATH).status_code == 599


@pytest.mark.parametrize("field", ["method", "path", "code", "detail"])
def test_a_rule_that_could_not_be_shown_is_not_kept(sandbox, http, field):
    sandbox.faults([{"path": "/kept", "status": 500}])
    text = json.dumps({"rules": [{"path": "/x", "status": 500, field: "half a character: \ud800"}]})

    answer = http.put(f"{sandbox.base_url}/sandbox/faults", data=text, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert [rule["path"] for rule in http.get(f"{sandbox.base_url}/sandbox/faults").json()["rules"]] == ["/kept"]


def test_so_many_rules_and_so_long_ones_are_taken(sandbox):
    rule = {"path": "*a" * 250, "status": 500}
    sandbox.faults([rule] * 100)

    for wrong in ([rule] * 101, [{"path": "x" * 501}], [{"method": "x" * 31}]):
        with pytest.raises(SandboxError):
            sandbox.faults(wrong)
    assert len(sandbox.overview()["faults"]) == 100


def test_a_path_of_wildcards_is_judged_at_once(merchant, sandbox):
    sandbox.faults([{"path": "*a" * 249 + "b", "status": 500}] * 100)
    began = time.monotonic()

    assert merchant.get(f"/epayment/v1/payments/{'a' * 5000}").status_code == 404
    assert time.monotonic() - began < 3
