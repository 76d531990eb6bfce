"""The desk: clock, customer, reset, settings, request log; over HTTP and as methods of the same names."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests

from vipps_nb.sandbox import Sandbox, SandboxError


def test_the_overview_counts_what_is_there(merchant, sandbox):
    merchant.create()

    overview = sandbox.overview()

    assert overview["counts"]["payments"] == 1
    assert overview["seed"] == 1
    assert overview["clock"] == {"now": "2026-01-01T12:00:00.000Z", "held": True}
    assert len(overview["salesUnits"]) == 3
    assert overview["faults"] == []
    assert "ePayment API" in overview["simulated"]
    assert "Recurring API" in overview["notSimulated"]


def test_time_runs_by_itself_until_held(sandbox):
    sandbox.reset()
    state = sandbox.clock()

    assert state["held"] is False
    assert abs(datetime.fromisoformat(state["now"]) - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_held_clock_stands_still(sandbox):
    assert sandbox.hold() == sandbox.clock() == {"now": "2026-01-01T12:00:00.000Z", "held": True}


def test_a_released_clock_goes_on_from_where_it_stood(sandbox):
    released = sandbox.release()

    assert released["held"] is False
    assert released["now"].startswith("2026-01-01T12:00:0")


def test_the_clock_takes_any_time_zone(sandbox):
    assert sandbox.clock(now="2026-01-01T14:00:00+02:00")["now"] == "2026-01-01T12:00:00.000Z"
    assert sandbox.clock(now="2026-01-01T12:00:00")["now"] == "2026-01-01T12:00:00.000Z"


@pytest.mark.parametrize("moment", ["yesterday", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", ""])
def test_the_clock_refuses_moments_it_does_not_know(sandbox, moment):
    with pytest.raises(SandboxError):
        sandbox.clock(now=moment)


@pytest.mark.parametrize("seconds", [-1, 1e300, 10_000_000_000])
def test_time_goes_forward_and_not_for_ever(sandbox, seconds):
    with pytest.raises(SandboxError):
        sandbox.advance(seconds)


def test_what_falls_due_happens_in_order_each_at_its_own_moment(merchant, sandbox):
    for minute in (1, 2, 3):
        merchant.create(f"order-000{minute}")
        sandbox.advance(60)

    sandbox.advance(86_400)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"

    ends = [merchant.events(f"order-000{minute}")[-1] for minute in (1, 2, 3)]
    assert [end["timestamp"][11:19] for end in ends] == ["12:10:00", "12:11:00", "12:12:00"]
    assert [end["name"] for end in ends] == ["EXPIRED"] * 3


def test_a_running_clock_lets_things_fall_due_too(merchant, sandbox):
    merchant.create()
    sandbox.release()

    sandbox.clock(now="2026-01-01T12:09:59.9Z", held=False)
    sandbox.clock(now="2026-01-01T12:10:00Z")

    assert merchant.payment()["state"] == "EXPIRED"


def test_the_customer_decides_once(merchant, sandbox):
    merchant.create()
    sandbox.approve(reference="order-0001")

    with pytest.raises(SandboxError, match="AUTHORIZED"):
        sandbox.abort(reference="order-0001")


def test_nobody_can_approve_what_is_not_there(sandbox):
    with pytest.raises(SandboxError, match="Nothing with reference"):
        sandbox.approve(reference="nothing-here")
    with pytest.raises(SandboxError, match="Exactly one"):
        sandbox.approve()
    with pytest.raises(SandboxError, match="Nothing with"):
        sandbox.approve(agreement_id="agr_1")
    with pytest.raises(SandboxError, match="Nothing with"):
        sandbox.abort(auth_req_id="x")


def test_the_same_reference_at_two_sales_units_needs_an_msn(merchant, other_merchant, sandbox):
    merchant.create()
    other_merchant.create()

    with pytest.raises(SandboxError, match="msn"):
        sandbox.approve(reference="order-0001")
    sandbox.approve(reference="order-0001", msn=other_merchant.keys["merchant_serial_number"])

    assert merchant.payment()["state"] == "CREATED"
    assert other_merchant.payment()["state"] == "AUTHORIZED"


def test_a_reset_forgets_everything_but_keys_and_tokens(merchant, sandbox):
    merchant.create(key="one")
    sandbox.faults([{"status": 500}])
    sandbox.settings(rateLimits=True)
    keys = sandbox.keys()

    sandbox.reset(seed=2)

    overview = sandbox.overview()
    assert overview["seed"] == 2
    assert overview["faults"] == []
    assert overview["settings"]["rateLimits"] is False
    assert overview["clock"]["held"] is False
    assert {"payments", "requests", "idempotencyKeys"} <= overview["counts"].keys()
    assert set(overview["counts"].values()) == {0}
    assert sandbox.keys() == keys
    sandbox.hold("2026-01-01T12:00:00Z")
    assert merchant.create(key="one").status_code == 201


def test_settings_change_one_by_one(sandbox):
    sandbox.settings(tokenLifetimeSeconds=60)
    settings = sandbox.settings(rateLimits=True)

    assert (settings["tokenLifetimeSeconds"], settings["rateLimits"]) == (60, True)
    assert sandbox.settings() == settings


@pytest.mark.parametrize("switches", [{"colour": "red"}, {"tokenLifetimeSeconds": 0}, {"rateLimits": "yes"}])
def test_settings_nobody_knows_are_refused(sandbox, switches):
    with pytest.raises(SandboxError):
        sandbox.settings(**switches)


def test_sales_units_have_switches(sandbox):
    first = sandbox.sales_units()[0]
    assert first["switches"]["market"] == "NO"

    changed = sandbox.sales_unit(first["merchantSerialNumber"], market="FI")

    assert changed["switches"]["market"] == "FI"
    with pytest.raises(SandboxError):
        sandbox.sales_unit("1234", market="FI")


def test_the_request_log_has_no_secret_in_it(merchant, sandbox):
    merchant.token()
    merchant.create()
    secrets = [merchant.headers["Authorization"].removeprefix("Bearer ")]
    secrets += [merchant.keys["client_secret"], merchant.keys["subscription_key"]]
    for secret in secrets:
        merchant.post(f"/epayment/v1/payments/{secret}", {"oops": secret, secret: "oops"})
        merchant.http.get(f"{merchant.base_url}/epayment", params={"key": secret})
        merchant.http.post(f"{merchant.base_url}/miami/v1/token", data={"client_secret": secret})

    entries = sandbox.requests()

    text = json.dumps(entries)
    assert not [secret for secret in secrets if secret in text]
    created = next(entry for entry in entries if entry["path"] == "/epayment/v1/payments")
    assert (created["method"], created["status"]) == ("POST", 201)
    assert created["body"]["reference"] == "order-0001"
    assert created["response"]["reference"] == "order-0001"
    assert created["headers"]["authorization"] == "***"
    assert created["time"] == "2026-01-01T12:00:00.000Z"


def test_the_request_log_is_bounded_and_leaves_out_the_desk(merchant, sandbox):
    sandbox.overview()
    before = len(sandbox.requests())
    assert before == 1  # the merchant's token

    for _ in range(1005):
        merchant.http.get(f"{merchant.base_url}/epayment")

    assert len(sandbox.requests()) == 1000


def test_the_desk_wants_json(sandbox, http):
    for headers in ({"Content-Type": "text/plain"}, {}):
        answer = http.post(f"{sandbox.base_url}/sandbox/clock/advance", data=b'{"seconds": 1}', headers=headers)
        assert answer.status_code == 415


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.example.com", "example.com:80", "[::2]", "10.0.0.1"])
def test_another_host_name_is_refused(sandbox, http, host):
    answer = http.get(f"{sandbox.base_url}/sandbox", headers={"Host": host})

    assert answer.status_code == 421


def test_localhost_is_this_machine_too(sandbox, http):
    assert http.get(sandbox.base_url.replace("127.0.0.1", "localhost") + "/sandbox").status_code == 200


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1:1"])
def test_pages_of_other_sites_are_refused(sandbox, http, origin):
    answer = http.post(f"{sandbox.base_url}/sandbox/reset", headers={"Origin": origin})

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_the_docs_page_needs_nothing_from_elsewhere(sandbox, http):
    page = http.get(f"{sandbox.base_url}/sandbox/docs")

    assert page.headers["Content-Type"].startswith("text/html")
    assert "/epayment/v1/payments/{reference}/capture" in page.text
    assert "src=" not in page.text
    assert "<script" not in page.text


# The Python object


def test_joined_and_embedded_behave_alike(merchant, sandbox):
    merchant.create()
    joined = Sandbox.join(sandbox.base_url)

    assert joined.start() is joined
    assert joined.overview() == sandbox.overview()
    joined.approve(reference="order-0001")
    joined.stop()

    assert merchant.payment()["state"] == "AUTHORIZED"


def test_a_joined_sandbox_has_no_keys(sandbox):
    joined = Sandbox.join(sandbox.base_url)

    with pytest.raises(SandboxError, match="env"):
        joined.keys()
    with pytest.raises(SandboxError, match="env"):
        joined.dotenv()


def test_joining_needs_an_address():
    with pytest.raises(SandboxError):
        Sandbox.join("127.0.0.1:8080")


def test_keys_are_fixed_by_the_seed():
    assert Sandbox(seed=7).keys() == Sandbox(seed=7).keys()
    assert Sandbox(seed=7).keys() != Sandbox(seed=8).keys()
    assert Sandbox(seed=7).keys() == Sandbox(seed=7, sales_units=30).keys()


def test_thirty_sales_units_have_thirty_sets_of_keys(http):
    with Sandbox(sales_units=30) as many:
        msns = [unit["merchantSerialNumber"] for unit in many.overview()["salesUnits"]]
        ids = {many.keys(msn=msn)["client_id"] for msn in msns}

    assert len(set(msns)) == len(ids) == 30


def test_the_dotenv_lines_have_every_key_set(sandbox):
    lines = dict(line.split("=", 1) for line in sandbox.dotenv().splitlines())

    assert lines["VIPPS_ENVIRONMENT"] == "sandbox"
    assert lines["VIPPS_BASE_URL"] == sandbox.base_url
    assert lines["VIPPS_CLIENT_ID"] == sandbox.keys()["client_id"]
    assert lines["VIPPS_MSN"] == sandbox.keys()["merchant_serial_number"]
    assert {"VIPPS_CLIENT_SECRET", "VIPPS_SUBSCRIPTION_KEY"} <= set(lines)
    for name in ("CLIENT_ID", "CLIENT_SECRET", "SUBSCRIPTION_KEY", "MSN"):
        assert f"VIPPS_PARTNER_{name}" in lines
    for kind in ("MANAGEMENT", "ACCOUNTING", "DONATIONS"):
        assert {name for name in lines if kind in name} == {f"VIPPS_{kind}_CLIENT_ID", f"VIPPS_{kind}_CLIENT_SECRET"}


def test_unknown_key_sets_are_refused(sandbox):
    with pytest.raises(SandboxError, match="partner"):
        sandbox.keys("psp")
    with pytest.raises(SandboxError):
        sandbox.keys(msn="1234")


def test_a_repr_shows_where_and_which_and_no_key(sandbox):
    text = repr(sandbox)

    assert sandbox.base_url in text
    assert "seed=1" in text
    assert not [value for value in sandbox.keys().values() if value in text]
    assert "not running" in repr(Sandbox())


def test_start_and_stop_can_be_repeated(http):
    sandbox = Sandbox()
    sandbox.stop()
    with pytest.raises(SandboxError):
        _ = sandbox.base_url

    first = sandbox.start().start().base_url
    assert http.get(f"{first}/sandbox").status_code == 200
    sandbox.stop()
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        http.get(f"{first}/sandbox")

    sandbox.start()
    assert http.get(f"{sandbox.base_url}/sandbox").status_code == 200
    sandbox.stop()


def test_a_taken_port_is_said(sandbox):
    port = int(sandbox.base_url.rpartition(":")[2])

    with pytest.raises(SandboxError, match=str(port)):
        Sandbox(port=port).start()


def test_a_sandbox_that_is_not_there_is_said():
    with pytest.raises(SandboxError, match="No sandbox answers"):
        Sandbox.join("http://127.0.0.1:9").overview()


@pytest.mark.parametrize("options", [{"token_lifetime": 0}, {"token_lifetime": 1.5}, {"sales_units": 0}])
def test_senseless_options_are_refused(options):
    with pytest.raises(SandboxError):
        Sandbox(**options)
