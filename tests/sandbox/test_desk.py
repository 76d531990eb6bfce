"""The desk: clock, customer, reset, settings, request log; over HTTP and as methods of the same names."""

import json
import queue
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from vipps_nb.sandbox import Sandbox, SandboxError
from vipps_nb.sandbox.webhook_delivery.sender import Sender


def test_the_overview_counts_what_is_there(merchant, sandbox):
    merchant.create()

    overview = sandbox.overview()

    assert overview["counts"]["payments"] == 1
    assert overview["seed"] == 1
    assert overview["clock"] == {"now": "2026-01-01T12:00:00.000Z", "held": True}
    assert len(overview["salesUnits"]) == 3
    assert overview["faults"] == []
    assert "ePayment API" in overview["simulated"]
    assert "Loyalty API" in overview["notSimulated"]


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


HALF = '"half a character: \\ud800"'


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        *(
            ("POST", f"/sandbox/customer/{act}", f'{{"{name}": {HALF}}}')
            for act in ("approve", "abort", "ignore", "withdraw")
            for name in ("reference", "agreementId", "authReqId")
        ),
        ("POST", "/sandbox/customer/approve", f'{{"reference": "order-0001", "msn": {HALF}}}'),
        ("POST", "/sandbox/customer/approve", f'{{"reference": "order-0001", "choice": {HALF}}}'),
        ("POST", "/sandbox/customer/approve", f"{{{HALF}: 1}}"),
        ("POST", "/sandbox/customer/scan", f'{{"content": {HALF}}}'),
        ("POST", "/sandbox/customer/scan", f'{{"merchantQrId": {HALF}}}'),
        ("PUT", "/sandbox/clock", f'{{"now": {HALF}}}'),
        ("PUT", "/sandbox/settings", f'{{"loginFailsWith": {HALF}}}'),
        ("PUT", "/sandbox/sales-units/123456", f"{{{HALF}: true}}"),
        ("POST", "/sandbox/reset", f'{{"seed": {HALF}}}'),
        ("POST", "/sandbox/reset", f'{{"seed": {"9" * 4000}}}'),
    ],
)
def test_half_a_character_is_refused_wherever_the_desk_is_told_one(merchant, sandbox, http, method, path, body):
    merchant.create()
    before = sandbox.overview()

    answer = http.request(method, sandbox.base_url + path, data=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in (400, 404), answer.text
    assert sandbox.overview() == before


@pytest.mark.parametrize(
    "body",
    [
        f'{{"url": {HALF}, "events": ["user.checked-in.v1"]}}',
        f'{{"url": "https://shop.example.com/{HALF[1:]}, "events": ["user.checked-in.v1"]}}',
        f'{{"url": "https://shop.example.com/", "events": [{HALF}]}}',
        '{"url": "https://℀.com/", "events": ["user.checked-in.v1"]}',
    ],
)
def test_a_webhook_that_could_not_be_shown_is_not_kept(merchant, http, body):
    headers = {**merchant.headers, "Content-Type": "application/json"}
    answer = http.post(f"{merchant.base_url}/webhooks/v1/webhooks", data=body.encode(), headers=headers)

    assert answer.status_code == 400, answer.text
    assert merchant.get("/webhooks/v1/webhooks").json() == {"webhooks": []}


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


# What waits on the phone


def on_phone(sandbox):
    return [(one["kind"], one["selector"], one["value"]) for one in sandbox.waiting()]


def test_what_waits_on_the_phone_is_listed_newest_first(merchant, sandbox):
    merchant.create()
    sandbox.advance(60)
    merchant.create("order-0002", profile={"scope": "name phoneNumber"}, paymentDescription=None)

    newest, oldest = sandbox.waiting()

    assert oldest == {
        "request": 1,
        "kind": "payment",
        "selector": "reference",
        "value": "order-0001",
        "msn": merchant.keys["merchant_serial_number"],
        "merchant": oldest["merchant"],
        "price": "499.00 NOK",
        "text": "One pair of socks",
        "details": [],
        "choices": [],
        "legend": "",
        "since": "2026-01-01T12:00:00.000Z",
        "expires": "2026-01-01T12:10:00.000Z",
    }
    assert (newest["request"], newest["value"], newest["since"]) == (2, "order-0002", "2026-01-01T12:01:00.000Z")
    assert newest["details"] == ["You share: name, phoneNumber."]


def test_what_is_decided_waits_no_longer(merchant, sandbox):
    for reference in ("order-0001", "order-0002", "order-0003"):
        merchant.create(reference)

    sandbox.approve(reference="order-0001")
    sandbox.abort(reference="order-0002")
    assert on_phone(sandbox) == [("payment", "reference", "order-0003")]

    sandbox.reset()
    assert sandbox.waiting() == []


def test_a_number_names_a_request_that_several_sales_units_call_the_same(merchant, other_merchant, sandbox):
    merchant.create()
    other_merchant.create()
    newest, oldest = sandbox.waiting()

    assert sandbox.approve(request=newest["request"])["msn"] == other_merchant.keys["merchant_serial_number"]
    assert sandbox.abort(request=oldest["request"])["state"] == "ABORTED"
    with pytest.raises(SandboxError, match="no request 3"):
        sandbox.approve(request=3)
    with pytest.raises(SandboxError, match="Exactly one"):
        sandbox.approve(request=1, reference="order-0001")


def test_a_login_in_a_browser_can_be_approved_from_the_desk(login_client, sandbox):
    login_client.authorize()
    (login,) = sandbox.waiting()
    assert (login["kind"], login["selector"], login["price"]) == ("login", None, None)

    assert sandbox.approve(request=login["request"])["approved"] is True

    assert sandbox.waiting() == []


def test_a_customer_who_does_nothing_lets_it_expire(merchant, sandbox):
    merchant.create()

    ended = sandbox.ignore(reference="order-0001")

    assert ended["outcome"] == "This payment has expired."
    assert (ended["now"], ended["held"]) == ("2026-01-01T12:10:00.000Z", True)
    assert merchant.payment()["state"] == "EXPIRED"
    with pytest.raises(SandboxError, match="expired"):
        sandbox.ignore(reference="order-0001")


# The next event


def test_the_clock_goes_to_the_next_thing_that_happens(merchant, sandbox):
    merchant.create()
    sandbox.advance(60)
    merchant.create("order-0002")

    assert sandbox.next_event() == {"now": "2026-01-01T12:10:00.000Z", "held": True}
    assert merchant.payment()["state"] == "EXPIRED"
    assert sandbox.next_event()["now"] == "2026-01-01T12:11:00.000Z"
    assert merchant.payment("order-0002")["state"] == "EXPIRED"


def test_deadlines_that_have_lost_their_meaning_are_no_events(merchant, sandbox):
    merchant.create()
    sandbox.approve(reference="order-0001")
    sandbox.advance(60)
    merchant.create("order-0002")

    assert sandbox.next_event()["now"] == "2026-01-01T12:11:00.000Z"


def test_where_nothing_will_happen_the_clock_stays(merchant, sandbox):
    with pytest.raises(SandboxError, match="no deadline"):
        sandbox.next_event()
    merchant.create()
    sandbox.abort(reference="order-0001")

    with pytest.raises(SandboxError, match="no deadline"):
        sandbox.next_event()

    assert sandbox.clock() == {"now": "2026-01-01T12:00:00.000Z", "held": True}


def test_a_running_clock_runs_on_from_the_next_event(merchant, sandbox):
    sandbox.release()
    merchant.create()

    state = sandbox.next_event()

    assert state["held"] is False
    assert state["now"].startswith("2026-01-01T12:10:0")


# A word when something changes


def test_a_mark_stays_while_nothing_changes_and_looking_is_no_change(merchant, sandbox):
    merchant.create()
    mark = sandbox.changes()

    sandbox.overview()
    sandbox.waiting()
    sandbox.requests()

    assert sandbox.changes(mark, wait=0) == mark


@pytest.mark.parametrize(
    "change",
    [
        lambda merchant, sandbox: merchant.create(),
        lambda merchant, sandbox: merchant.get("/epayment/v1/payments/nothing-here"),
        lambda merchant, sandbox: sandbox.advance(1),
        lambda merchant, sandbox: sandbox.release(),
        lambda merchant, sandbox: sandbox.faults([{"status": 500}]),
        lambda merchant, sandbox: sandbox.reset(),
        lambda merchant, sandbox: sandbox.approve(reference="order-0000"),
    ],
)
def test_whoever_waits_hears_of_a_change_at_once(merchant, sandbox, change):
    merchant.create("order-0000")
    mark = sandbox.changes()
    heard = queue.Queue()
    threading.Thread(target=lambda: heard.put(sandbox.changes(mark, wait=20)), daemon=True).start()

    change(merchant, sandbox)

    assert heard.get(timeout=10) != mark


def test_a_payment_that_expires_by_itself_is_a_change(merchant, sandbox):
    merchant.create()
    sandbox.clock(now="2026-01-01T12:09:59.8Z", held=False)
    mark = sandbox.changes()

    assert sandbox.changes(mark, wait=20) != mark
    assert sandbox.waiting() == []


def test_nobody_who_waits_for_a_change_keeps_the_sandbox_from_stopping(monkeypatch):
    watching = threading.Event()
    watch = Sender.watch

    def watch_and_tell(*args):
        watching.set()
        return watch(*args)

    sandbox = Sandbox().start()
    mark = sandbox.changes()
    monkeypatch.setattr(Sender, "watch", watch_and_tell)
    waiter = threading.Thread(target=lambda: sandbox.changes(mark), daemon=True)
    waiter.start()
    assert watching.wait(10)

    began = time.monotonic()
    sandbox.stop()

    assert time.monotonic() - began < 1.5, "the server's own patience with late answers is two seconds"
    waiter.join(5)
    assert not waiter.is_alive()


def test_the_last_requests_are_enough_for_a_look(merchant, sandbox):
    for _ in range(3):
        merchant.get("/epayment/v1/payments/nothing-here")

    assert [entry["number"] for entry in sandbox.requests(last=2)] == [3, 4]


def test_what_is_changed_and_changed_back_is_a_change(sandbox):
    mark = sandbox.changes()
    sandbox.faults([{"status": 500}])
    sandbox.clear_faults()

    assert sandbox.changes(mark, wait=0) != mark


class TestParametersOfTheDesk:
    """A misspelled wish would come to nothing in silence."""

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("/sandbox/requests?lsat=5", "Did you mean last? There are"),
            ("/sandbox/requests/one?methd=POST", "Did you mean method? There are"),
            ("/sandbox/changes?wiat=0", "Did you mean wait? There are seen, wait."),
            ("/sandbox/clock?now=1", "/sandbox/clock has no parameter now. It takes none."),
            ("/sandbox?x=1", "/sandbox has no parameter x. It takes none."),
        ],
    )
    def test_one_that_is_not_there_is_answered_with_those_there_are(self, sandbox, http, path, words):
        answer = http.get(sandbox.base_url + path)

        assert answer.status_code == 400
        assert words in answer.json()["detail"]

    def test_whatever_a_link_to_the_phone_carries_is_taken(self, sandbox, http):
        assert http.get(f"{sandbox.base_url}/landing?v=2&utm=x&token=x").status_code == 404
