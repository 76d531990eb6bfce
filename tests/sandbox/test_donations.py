"""Donations API: gifts, monthly agreements, and the report that identifies donors."""

import pytest

from tests.sandbox.test_report import Reader
from vipps_nb.sandbox import SandboxError
from vipps_nb.sandbox.apis.donations import app as donations_app
from vipps_nb.sandbox.world.event_bus import EventBus
from vipps_nb.sandbox.world.sales_unit import KeyStore
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import Backend

DAY = 86_400
REPORT = "/donations/v1/reports/payments"
ALWAYS = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}


@pytest.fixture
def charity(sandbox, http):
    """The organisation of the first sales unit, with Donations keys."""
    return Reader(sandbox, http, sandbox.keys("donations"))


@pytest.fixture
def partner_reader(sandbox, http):
    return Reader(sandbox, http, sandbox.keys("partner"))


def gifts(reader, **query):
    return reader.ask(REPORT, **{**ALWAYS, **query}).json()["payments"]


def stop(reader, agreement_id):
    path = f"{reader.sandbox.base_url}/donations/v1/agreements/{agreement_id}/stop"
    return reader.http.post(path, headers=reader.headers())


def test_a_single_gift(sandbox, charity):
    given = sandbox.donate(5000, reference="spring-2026", message="Good luck!")

    [gift] = gifts(charity)

    assert gift == {
        "externalReference": "spring-2026",
        "payer": {"name": "Kari Nordmann", "phoneNumber": "4712345678"},
        "capturedAt": "2026-01-01T12:00:00.000000Z",
        "pspReference": given["pspReference"],
        "transactionReference": given["pspReference"],
        "recipientHandle": given["recipientHandle"],
        "amount": "5000",
        "currency": "NOK",
    }
    assert gifts(charity, includeGDPRSensitiveData="true")[0]["message"] == "Good luck!"


def test_an_agreement_gives_on_its_day_of_every_month(sandbox, charity):
    agreement = sandbox.donate(10000, withdrawal_day=10)
    sandbox.clock(now="2026-04-01T00:00:00Z")

    found = gifts(charity)

    assert [gift["capturedAt"][:13] for gift in found] == ["2026-01-10T06", "2026-02-10T06", "2026-03-10T06"]
    assert {gift["agreementId"] for gift in found} == {agreement["agreementId"]}
    assert {gift["amount"] for gift in found} == {"10000"}


def test_a_day_that_has_passed_is_next_months(sandbox, charity):
    sandbox.clock(now="2026-12-20T12:00:00Z")
    sandbox.donate(10000, withdrawal_day=5)
    sandbox.clock(now="2027-01-31T00:00:00Z")

    assert [gift["capturedAt"][:10] for gift in gifts(charity, to="2027-12-31T00:00:00Z")] == ["2027-01-05"]


def test_an_agreement_has_the_documented_shape(sandbox, charity):
    given = sandbox.donate(2300, withdrawal_day=10)

    agreement = charity.ask(f"/donations/v1/agreements/{given['agreementId']}").json()

    assert agreement == {
        "id": given["agreementId"],
        "recipientHandle": given["recipientHandle"],
        "startedAt": "2026-01-01T12:00:00.000000Z",
        "schedule": {"interval": "MONTHLY", "withdrawalDay": 10},
        "amount": {"currency": "NOK", "value": 2300},
        "payer": {
            "firstName": "Kari",
            "lastName": "Nordmann",
            "phoneNumber": "4712345678",
            "address": {"country": "NO", "region": "Oslo", "postalCode": "0155", "addressLine1": "Storgata 1"},
            "email": "kari.nordmann@example.com",
            "emailVerified": True,
        },
    }


def test_the_donor_changes_amount_and_day(sandbox, charity):
    agreement_id = sandbox.donate(10000, withdrawal_day=10)["agreementId"]
    sandbox.change_donation(agreement_id, value=20000, withdrawal_day=20)
    sandbox.clock(now="2026-02-15T00:00:00Z")

    assert [(gift["capturedAt"][:10], gift["amount"]) for gift in gifts(charity)] == [("2026-01-20", "20000")]
    agreement = charity.ask(f"/donations/v1/agreements/{agreement_id}").json()
    assert (agreement["schedule"]["withdrawalDay"], agreement["amount"]["value"]) == (20, 20000)


@pytest.mark.parametrize("who", ["merchant", "donor"])
def test_a_stopped_agreement_gives_no_more(sandbox, charity, who):
    agreement_id = sandbox.donate(10000, withdrawal_day=10)["agreementId"]
    sandbox.advance(15 * DAY)
    if who == "merchant":
        assert [stop(charity, agreement_id).status_code for _ in range(2)] == [200, 200]
    else:
        assert sandbox.stop_donation(agreement_id) == sandbox.stop_donation(agreement_id)
    sandbox.advance(90 * DAY)

    assert len(gifts(charity)) == 1
    with pytest.raises(SandboxError, match="was stopped"):
        sandbox.change_donation(agreement_id, value=5000)


def test_each_change_is_announced_once():
    keys = KeyStore(1, 1)
    world, heard = Backend(1, keys, Settings(), "http://127.0.0.1:1").world, []
    world.records(EventBus).subscribe(heard.append)

    agreement = donations_app.start(world, next(iter(keys.units)), 10000, 10)
    for _ in range(2):
        donations_app.change(world, agreement, value=20000, withdrawal_day=20)
    for _ in range(2):
        donations_app.stop(world, agreement)

    assert [event.event for event in heard] == [
        f"donations.agreement.{what}.v1" for what in ("started", "amount-changed", "withdrawal-day-changed", "stopped")
    ]
    assert {event.payload["agreementId"] for event in heard} == {agreement.agreement_id}
    assert {(event.subject, event.msn) for event in heard} == {(agreement.agreement_id, agreement.msn)}


def test_a_report_is_read_page_by_page(sandbox, charity):
    for number in range(7):
        sandbox.donate(1000 + number)
        sandbox.advance(number % 3)  # some at the same moment
    whole = gifts(charity)
    assert len(whole) == 7

    for size in (1, 2, 3):
        sandbox.settings(donationsPageSize=size)
        seen, begin, news = {}, ALWAYS["from"], True
        while news:
            page = gifts(charity, **{"from": begin})
            news = {gift["pspReference"]: gift for gift in page if gift["pspReference"] not in seen}
            seen |= news
            begin = page[-1]["capturedAt"]
        assert list(seen.values()) == whole


def test_the_interval_is_inclusive(sandbox, charity):
    sandbox.donate(5000)
    exact = gifts(charity)[0]["capturedAt"]

    assert len(gifts(charity, **{"from": exact, "to": exact})) == 1
    assert gifts(charity, **{"from": "2026-01-01T12:00:00.000001Z"}) == []


def test_one_strange_handle_spoils_the_whole_call(sandbox, charity, partner_reader):
    own = sandbox.donate(5000)["recipientHandle"]
    other = sandbox.sales_units()[1]["merchantSerialNumber"]
    foreign = sandbox.donate(6000, msn=other)["recipientHandle"]

    assert len(gifts(charity, recipientHandles=own)) == len(gifts(charity)) == 1
    assert charity.ask(REPORT, **ALWAYS, recipientHandles=[own, foreign]).status_code == 403
    assert charity.ask(REPORT, **ALWAYS, recipientHandles="NO:1").status_code == 403
    assert len(gifts(partner_reader, recipientHandles=[own, foreign])) == len(gifts(partner_reader)) == 2
    assert len(gifts(partner_reader, recipientHandles=f"{own},{foreign}")) == 2


def test_a_foreign_agreement_is_as_unknown_as_none(sandbox, http, charity, partner_reader):
    other = sandbox.sales_units()[1]["merchantSerialNumber"]
    agreement_id = sandbox.donate(6000, withdrawal_day=3, msn=other)["agreementId"]
    neighbour = Reader(sandbox, http, sandbox.keys(msn=other))

    for unknown in (agreement_id, "8a11afb7-c223-48ed-8ca6-4722b97261aa"):
        assert charity.ask(f"/donations/v1/agreements/{unknown}").status_code == 404
        assert stop(charity, unknown).json()["title"] == "Agreement not found"
    for reader in (partner_reader, neighbour):
        assert reader.ask(f"/donations/v1/agreements/{agreement_id}").status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "from"),
        ({"from": "yesterday", "to": "2026-01-01T00:00:00Z"}, "from"),
        ({"from": "2026-01-01T00:00:00Z", "to": "0001-01-01T00:00:00+14:00"}, "to"),
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "from"),
    ],
)
def test_a_bad_interval_is_refused(charity, query, field):
    refused = charity.ask(REPORT, **query)

    assert refused.status_code == 400
    assert refused.json()["extraDetails"][0]["name"] == field


@pytest.mark.parametrize("keys", ["accounting", "management"])
def test_other_keys_do_not_open_it(sandbox, http, keys):
    assert Reader(sandbox, http, sandbox.keys(keys)).ask(REPORT, **ALWAYS).status_code == 401


def test_the_ledger_for_donations_shows_each_gift(sandbox, charity, merchant):
    sandbox.donate(5000, message="Good luck!")
    sandbox.donate(10000, withdrawal_day=2)
    sandbox.advance(2 * DAY)
    [ledger] = charity.ledgers()

    entries = charity.feed(includeGDPRSensitiveData="true").json()["items"]
    captures = [entry for entry in entries if entry["entryType"] == "capture"]

    assert ledger["settlesForRecipientHandles"][0].startswith("NO:")
    assert [entry["reference"] for entry in captures] == [gift["transactionReference"] for gift in gifts(charity)]
    assert [entry["amount"] for entry in captures] == [5000, 10000]
    assert captures[0]["message"] == "Good luck!"
    assert (captures[0]["name"], captures[0]["maskedPhoneNo"]) == ("Kari Nordmann", "******5678")
    assert "name" not in charity.feed().json()["items"][0]
    own = Reader(sandbox, charity.http, merchant.keys)
    assert own.feed().json()["items"] == [], "the sales unit's own ledger is another"


def test_donations_can_be_switched_off(sandbox, charity):
    sandbox.sales_unit(sandbox.sales_units()[0]["merchantSerialNumber"], donationsAllowed=False)

    with pytest.raises(SandboxError, match="takes no donations"):
        sandbox.donate(5000)
    assert charity.ledgers() == []
    with pytest.raises(SandboxError, match="takes no donations"):
        sandbox.donate(5000, msn="1234")
    with pytest.raises(SandboxError, match="There is no agreement"):
        sandbox.stop_donation("8a11afb7-c223-48ed-8ca6-4722b97261aa")


def test_it_is_not_in_test(charity):
    assert charity.ask(REPORT, **ALWAYS).headers["Vipps-Nb-Availability"] == "not in test"
