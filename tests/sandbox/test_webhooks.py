"""Webhooks API: registrations. What is delivered is told in test_deliveries."""

import re

import pytest

from vipps_nb.sandbox.apis.webhooks.schemas import EVENTS

HOOKS = "/webhooks/v1/webhooks"
CAPTURED = "epayments.payment.captured.v1"


def register(client, url="https://example.com/hook", events=(CAPTURED,), **headers):
    return client.post(HOOKS, {"url": url, "events": list(events)}, **headers)


def hooks(client):
    return client.get(HOOKS).json()["webhooks"]


def without_msn(client):
    del client.headers["Merchant-Serial-Number"]
    return client


@pytest.fixture
def donations(sandbox, http):
    """A client with Donations keys: a token, and nothing else."""
    from tests.sandbox.conftest import Merchant

    keys = sandbox.keys("donations")
    answer = http.post(
        f"{sandbox.base_url}/miami/v1/token",
        data={"grant_type": "client_credentials"},
        auth=(keys["client_id"], keys["client_secret"]),
    )
    client = Merchant.__new__(Merchant)
    client.base_url, client.http = sandbox.base_url, http
    client.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return client


def test_registering_gives_an_id_and_a_secret(merchant):
    answer = register(merchant)

    assert answer.status_code == 201
    assert answer.json().keys() == {"id", "secret"}
    assert len(answer.json()["secret"]) == 88, "64 bytes as Base64 text"


def test_a_registration_is_listed_without_its_secret(merchant):
    registered = register(merchant, events=[CAPTURED, CAPTURED, "user.checked-in.v1"]).json()

    assert hooks(merchant) == [
        {"id": registered["id"], "url": "https://example.com/hook", "events": [CAPTURED, "user.checked-in.v1"]}
    ]


def test_the_secret_is_in_no_log(merchant, sandbox):
    secret = register(merchant).json()["secret"]

    assert secret not in str(sandbox.requests())


def test_deleting_forgets_it(merchant):
    identifier = register(merchant).json()["id"]

    answer = merchant.delete(f"{HOOKS}/{identifier}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert hooks(merchant) == []


@pytest.mark.parametrize(("identifier", "status"), [("7f3f5b1e-0a7c-4d0e-9d5c-2f6a2a1f9b10", 404), ("not-a-uuid", 400)])
def test_deleting_what_is_not_there_is_refused(merchant, identifier, status):
    answer = merchant.delete(f"{HOOKS}/{identifier}")

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_sales_units_registration_is_unknown(merchant, other_merchant):
    identifier = register(merchant).json()["id"]

    assert other_merchant.delete(f"{HOOKS}/{identifier}").status_code == 404
    assert hooks(other_merchant) == []


def test_ids_and_secrets_come_from_the_seed(merchant, sandbox):
    first = register(merchant).json()
    sandbox.reset(seed=1)
    sandbox.hold("2026-01-01T12:00:00Z")

    assert register(merchant).json() == first


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:8080/hook?a=b",
        "https://93.184.216.34/hook",
        "http://127.0.0.1:8000/hook",
        "http://localhost:8000/hook",
        "http://[::1]:8000/hook",
        "https://localhost/hook",
    ],
)
def test_public_https_and_this_machine_are_allowed(merchant, url):
    assert register(merchant, url).status_code == 201


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "ftp://example.com/hook",
        "https://10.0.0.1/hook",
        "https://192.168.1.1/hook",
        "https://169.254.169.254/latest",
        "https://shop.local/hook",
        "https://intranet/hook",
        "https://2130706433/hook",
        "https://exa_mple.com/hook",
        "https://user:password@example.com/hook",
        "https://example.com\\@127.0.0.1/",
        "https://example.com:99999/",
        "https://example.com/a b",
        "https://exämple.com/",
        "https:///hook",
        "/hook",
        "",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_other_urls_are_not_allowed(merchant, url):
    answer = register(merchant, url)

    assert answer.status_code == 400
    (detail,) = answer.json()["extraDetails"]
    assert detail["name"] == "url"
    assert "not allowed" in detail["reason"]


def test_every_event_of_every_api_can_be_registered(merchant):
    assert len(EVENTS) == 25
    assert register(merchant, events=sorted(EVENTS)).status_code == 201


@pytest.mark.parametrize("event", ["epayments.payment.captured.v2", "recurring.charge-cancelled.v1", "", "everything"])
def test_unknown_events_are_refused(merchant, event):
    answer = register(merchant, events=[CAPTURED, event])

    assert answer.status_code == 400
    assert [item["name"] for item in answer.json()["extraDetails"]] == ["events"]
    assert hooks(merchant) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "https://example.com"},
        {"events": [CAPTURED]},
        {"url": "https://example.com", "events": []},
        {"url": "https://example.com", "events": CAPTURED},
        {"url": 1, "events": [CAPTURED]},
    ],
)
def test_a_malformed_body_is_refused(merchant, body):
    answer = merchant.post(HOOKS, body)

    assert answer.status_code == 400
    assert answer.json()["extraDetails"]


def test_25_registrations_for_one_event_and_no_more(merchant, other_merchant):
    statuses = [register(merchant, f"https://example.com/{number}").status_code for number in range(26)]

    assert statuses == [201] * 25 + [400]
    assert register(merchant, events=["epayments.payment.refunded.v1"]).status_code == 201
    assert register(other_merchant).status_code == 201


def test_one_registration_for_check_ins(merchant):
    assert register(merchant, events=["user.checked-in.v1"]).status_code == 201

    answer = register(merchant, events=[CAPTURED, "user.checked-in.v1"])

    assert answer.status_code == 400
    assert re.search("1 webhooks? for user.checked-in", str(answer.json()["extraDetails"]).replace("are", ""))


def test_deleting_makes_room(merchant):
    identifier = register(merchant, events=["user.checked-in.v1"]).json()["id"]
    merchant.delete(f"{HOOKS}/{identifier}")

    assert register(merchant, events=["user.checked-in.v1"]).status_code == 201


def test_a_sales_unit_has_to_say_which_one_it_is(merchant):
    answer = without_msn(merchant).get(HOOKS)

    assert answer.status_code == 400
    assert answer.json()["extraDetails"][0]["name"] == "Merchant-Serial-Number"


def test_a_sales_units_keys_need_the_subscription_key(merchant):
    del merchant.headers["Ocp-Apim-Subscription-Key"]

    assert merchant.get(HOOKS).status_code == 401


def test_a_partner_with_an_msn_acts_for_that_sales_unit(merchant, partner):
    register(partner)

    assert len(hooks(merchant)) == 1


def test_a_partner_without_an_msn_has_registrations_of_its_own(merchant, partner):
    register(without_msn(partner))

    assert hooks(merchant) == []
    assert len(hooks(partner)) == 1
    assert [register(partner, f"https://example.com/{number}").status_code for number in range(25)][-2:] == [201, 400]


def test_donations_keys_bring_no_subscription_key(donations):
    assert register(donations, events=["donations.agreement.started.v1"]).status_code == 201
    assert len(hooks(donations)) == 1
    assert donations.get(HOOKS, **{"Ocp-Apim-Subscription-Key": "0" * 32}).status_code == 401


def test_donations_keys_hear_of_donations_only(donations):
    assert register(donations).status_code == 400


def test_registrations_are_counted_at_the_desk(merchant, sandbox):
    register(merchant)

    assert sandbox.overview()["counts"]["webhooks"] == 1
