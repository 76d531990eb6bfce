"""Report API: ledgers that add up, page by page and day by day."""

from datetime import date, timedelta

import pytest

from tests.sandbox.conftest import Merchant
from vipps_nb.sandbox.world import organisations

DAY = 86_400
CODE_OF_INPUT = 10002


class Reader:
    """Somebody with keys for the Report API; takes a token whenever the old one may be dead."""

    def __init__(self, sandbox, http, keys):
        self.sandbox, self.http, self.keys = sandbox, http, keys

    def headers(self):
        url = self.sandbox.base_url
        if "subscription_key" in self.keys:
            merchant = Merchant(url, self.keys, self.http)
            return {name: value for name, value in merchant.headers.items() if name != "Merchant-Serial-Number"}
        pair = (self.keys["client_id"], self.keys["client_secret"])
        answer = self.http.post(f"{url}/miami/v1/token", data={"grant_type": "client_credentials"}, auth=pair)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def ask(self, path, **query):
        return self.http.get(self.sandbox.base_url + path, params=query, headers=self.headers())

    def ledgers(self, **query):
        return self.ask("/settlement/v1/ledgers", **query).json()["items"]

    def date(self, day, topic="funds", ledger=None, **query):
        ledger = ledger or self.ledgers()[0]["ledgerId"]
        return self.ask(f"/report/v2/ledgers/{ledger}/{topic}/dates/{day}", **query)

    def feed(self, topic="funds", ledger=None, **query):
        ledger = ledger or self.ledgers()[0]["ledgerId"]
        return self.ask(f"/report/v2/ledgers/{ledger}/{topic}/feed", **query)


@pytest.fixture
def reader(sandbox, http):
    return Reader(sandbox, http, sandbox.keys())


@pytest.fixture
def accountant(sandbox, http):
    return Reader(sandbox, http, sandbox.keys("accounting"))


def sell(merchant, value, reference):
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    assert merchant.create(reference, amount={"currency": merchant_currency(merchant), "value": value}).ok
    assert merchant.force_approve(reference).ok
    assert merchant.modify("capture", value, reference, currency=merchant_currency(merchant)).ok


def merchant_currency(merchant):
    return getattr(merchant, "currency", "NOK")


def lines(answer):
    return [(entry["entryType"], entry["amount"], entry["balanceAfter"]) for entry in answer.json()["items"]]


def test_a_day_of_sales_ends_in_fees_and_a_payout(sandbox, merchant, reader):
    sell(merchant, 40000, "order-0001")
    merchant.modify("refund", 10000)
    sandbox.advance(DAY)

    funds, fees = reader.date("2026-01-01"), reader.date("2026-01-01", "fees")

    assert lines(funds) == [
        ("capture", 40000, 40000),
        ("refund", -10000, 30000),
        ("fees-retained", -1100, 28900),
        ("payout-scheduled", -28900, 0),
    ]
    assert lines(fees) == [("capture-fee", -1100, -1100), ("fees-retained", 1100, 0)]
    sale, _, kept, payout = funds.json()["items"]
    fee, kept_too = fees.json()["items"]
    assert fee["pspReference"] == sale["pspReference"]
    assert fee["reference"] == sale["reference"] == "order-0001"
    assert kept["pspReference"] == kept_too["pspReference"]
    assert kept["reference"] == ""
    [ledger] = reader.ledgers()
    assert payout["pspReference"] == f"{ledger['ledgerId']}-2000001"
    assert payout["reference"] == f"Utb. 2000001 Vippsnr {merchant.keys['merchant_serial_number']}"
    assert sale["recipientHandle"] == ledger["settlesForRecipientHandles"][0]
    assert "recipientHandle" not in payout


def test_captures_are_the_movements_of_the_events(sandbox, merchant, reader):
    merchant.reserved()
    merchant.modify("capture", 100)
    merchant.modify("capture", 200)
    merchant.modify("refund", 50)
    moved = [event for event in merchant.events() if event["name"] in ("CAPTURED", "REFUNDED")]

    entries = reader.feed().json()["items"]

    assert [entry["pspReference"] for entry in entries] == [event["pspReference"] for event in moved]
    assert [abs(entry["amount"]) for entry in entries] == [event["amount"]["value"] for event in moved]
    assert {entry["time"] for entry in entries} == {"2026-01-01T12:00:00.000000Z"}


@pytest.mark.parametrize(("value", "fee"), [(100, 3), (199, 5), (200, 6), (218, 6), (219, 6), (40000, 1100)])
def test_fees_are_rounded_to_the_nearest_minor_unit_and_halves_up(merchant, reader, value, fee):
    sell(merchant, value, "order-0001")

    assert lines(reader.feed("fees")) == [("capture-fee", -fee, -fee)]


def test_no_fee_no_entry(sandbox, merchant, reader):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], feeBasisPoints=0)
    sell(merchant, 40000, "order-0001")
    sandbox.advance(DAY)

    assert lines(reader.date("2026-01-01")) == [("capture", 40000, 40000), ("payout-scheduled", -40000, 0)]
    assert lines(reader.date("2026-01-01", "fees")) == []


def test_with_gross_settlement_fees_are_invoiced_when_the_month_ends(sandbox, merchant, reader):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], settlement="gross")
    sell(merchant, 40000, "order-0001")
    sandbox.advance(31 * DAY)

    assert lines(reader.feed()) == [("capture", 40000, 40000), ("payout-scheduled", -40000, 0)]
    assert lines(reader.feed("fees")) == [("capture-fee", -1100, -1100), ("fees-invoiced", 1100, 0)]
    assert reader.feed("fees").json()["items"][-1]["ledgerDate"] == "2026-01-31"


@pytest.mark.parametrize(
    ("frequency", "last_open", "paid_out_on"),
    [
        ("daily", "2026-01-01", "2026-01-01"),
        ("weekly", "2026-01-04", "2026-01-04"),
        ("monthly", "2026-01-31", "2026-01-31"),
    ],
)
def test_payouts_come_when_the_period_ends(sandbox, merchant, reader, frequency, last_open, paid_out_on):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], payoutFrequency=frequency)
    sell(merchant, 40000, "order-0001")

    sandbox.clock(now=f"{last_open}T22:59:59Z")
    assert [kind for kind, _, _ in lines(reader.feed())] == ["capture"]
    assert reader.date("2026-01-01").json()["tryLater"] is True
    sandbox.clock(now=f"{last_open}T23:00:00Z")

    payout = reader.feed().json()["items"][-1]
    assert (payout["entryType"], payout["ledgerDate"]) == ("payout-scheduled", paid_out_on)
    assert payout["time"] == f"{last_open}T23:00:00.000000Z"
    assert reader.date("2026-01-01").json()["tryLater"] is False


def test_days_without_a_payout_stay_open_until_the_next(sandbox, merchant, reader):
    sell(merchant, 40000, "order-0001")
    sandbox.advance(2 * DAY)
    quiet = reader.date("2026-01-02").json()
    assert quiet == {"items": [], "hasMore": False, "tryLater": True}

    sell(merchant, 20000, "order-0002")
    sandbox.advance(DAY)

    assert reader.date("2026-01-02").json() == {"items": [], "hasMore": False, "tryLater": False}


def test_a_balance_below_zero_rolls_on_and_is_invoiced_after_60_days(sandbox, merchant, reader):
    sell(merchant, 40000, "order-0001")
    sandbox.advance(DAY)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    merchant.modify("refund", 40000)
    sandbox.advance(60 * DAY)
    assert lines(reader.feed())[-1] == ("refund", -40000, -40000)
    assert reader.date("2026-01-15").json()["tryLater"] is True

    sandbox.advance(DAY)

    assert lines(reader.feed())[-1] == ("top-up", 40000, 0)
    assert reader.date("2026-01-15").json()["tryLater"] is False


def test_a_balance_that_recovers_is_not_invoiced(sandbox, merchant, reader):
    sell(merchant, 40000, "order-0001")
    sandbox.advance(DAY)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    merchant.modify("refund", 40000)
    sandbox.advance(DAY)
    sell(merchant, 90000, "order-0002")
    sandbox.advance(90 * DAY)

    assert "top-up" not in [kind for kind, _, _ in lines(reader.feed())]
    assert lines(reader.feed())[-1][2] == 0


@pytest.mark.parametrize(
    ("market", "currency", "moment", "day"),
    [
        ("NO", "NOK", "2026-07-01T21:59:59Z", "2026-07-01"),
        ("NO", "NOK", "2026-07-01T22:00:00Z", "2026-07-02"),
        ("DK", "DKK", "2026-01-01T23:00:00Z", "2026-01-02"),
        ("FI", "EUR", "2026-01-01T22:00:00Z", "2026-01-02"),
        ("FI", "EUR", "2026-07-01T21:00:00Z", "2026-07-02"),
    ],
)
def test_the_ledger_date_is_local(sandbox, merchant, reader, market, currency, moment, day):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], market=market)
    merchant.currency = currency
    sandbox.clock(now=moment)
    sell(merchant, 40000, "order-0001")

    [entry] = reader.feed().json()["items"]

    assert (entry["ledgerDate"], entry["currency"]) == (day, currency)


@pytest.mark.parametrize("market", ["DK", "FI"])
def test_payout_references_abroad_are_digits(sandbox, merchant, reader, market):
    msn = merchant.keys["merchant_serial_number"]
    sandbox.sales_unit(msn, market=market)
    merchant.currency = {"DK": "DKK", "FI": "EUR"}[market]
    sell(merchant, 40000, "order-0001")
    sandbox.advance(DAY)

    reference = reader.feed().json()["items"][-1]["reference"]

    assert reference[:-1] == f"02{msn:0>8}001010126"
    digits = [int(digit) for digit in reversed(reference)]
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits)]
    assert sum(doubled) % 10 == 0


@pytest.mark.parametrize(
    ("setting", "reference"),
    [("Vipps utbet.", "Vipps utbet. 2000001 Vippsnr {}"), ("empty", ""), ("Utb.", "Utb. 2000001 Vippsnr {}")],
)
def test_the_reference_of_a_norwegian_payout_is_a_setting(sandbox, merchant, reader, setting, reference):
    sandbox.settings(norwegianPayoutReference=setting)
    sell(merchant, 40000, "order-0001")
    sandbox.advance(DAY)
    sandbox.settings(norwegianPayoutReference="empty")

    assert reader.feed().json()["items"][-1]["reference"] == reference.format(merchant.keys["merchant_serial_number"])


def test_what_is_past_keeps_the_terms_of_its_time(sandbox, merchant, reader):
    msn = merchant.keys["merchant_serial_number"]
    sell(merchant, 40000, "order-0001")
    sandbox.advance(2 * DAY)
    sandbox.sales_unit(msn, feeBasisPoints=1000, settlement="gross", payoutFrequency="monthly")

    assert [kind for kind, _, _ in lines(reader.feed())] == ["capture", "fees-retained", "payout-scheduled"]
    assert lines(reader.feed("fees"))[0] == ("capture-fee", -1100, -1100)


def test_what_was_dated_stays_even_if_the_clock_is_turned_back(sandbox, merchant, reader):
    sell(merchant, 40000, "order-0001")
    sandbox.advance(4 * DAY)
    before = reader.date("2026-01-01").json()

    sandbox.clock(now="2026-01-01T13:00:00Z")
    sell(merchant, 20000, "order-0002")

    assert reader.date("2026-01-01").json() == before
    late = reader.feed().json()["items"][-1]
    assert (late["reference"], late["ledgerDate"]) == ("order-0002", "2026-01-05")


def test_pages_joined_are_the_whole(sandbox, merchant, reader):
    for number in range(5):
        sell(merchant, 10000 + number, f"order-000{number}")
    sandbox.advance(DAY)
    whole, whole_date = reader.feed().json()["items"], reader.date("2026-01-01").json()["items"]
    sandbox.settings(reportPageSize=3)

    joined, cursor = [], None
    while True:
        answer = reader.feed(cursor=cursor)
        assert answer.headers["Vipps-Feed-Page-Size"] == "3"
        joined += answer.json()["items"]
        cursor = answer.json()["cursor"]
        if answer.json()["tryLater"]:
            break
    assert joined == whole
    assert "hasMore" not in answer.json()
    assert reader.feed(cursor=cursor).json() == {"items": [], "cursor": cursor, "tryLater": True}

    joined, more, query = [], True, {}
    while more:
        answer = reader.date("2026-01-01", **query).json()
        more = answer["hasMore"]
        assert ("cursor" in answer) is more
        joined, query = joined + answer["items"], {"cursor": answer.get("cursor")}
    assert joined == whole_date


def test_a_feed_goes_on_from_its_cursor(sandbox, merchant, reader):
    assert reader.feed().json()["tryLater"] is True
    cursor = reader.feed().json()["cursor"]
    sell(merchant, 40000, "order-0001")

    news = reader.feed(cursor=cursor)

    assert lines(news) == [("capture", 40000, 40000)]


def test_the_default_page_size_is_a_thousand(reader):
    assert reader.feed().headers["Vipps-Feed-Page-Size"] == "1000"
    assert reader.date("2026-01-01").headers["Vipps-Feed-Page-Size"] == "1000"


def test_ledgers_of_one_merchant(merchant, reader):
    msn = merchant.keys["merchant_serial_number"]
    [ledger] = reader.ledgers()

    assert ledger["currency"] == "NOK"
    assert ledger["settlesForRecipientHandles"] == [f"api:{msn}"]
    assert ledger["salesUnits"] == [{"name": "Sandbox Shop", "recipientHandle": f"api:{msn}"}]
    assert ledger["owner"]["scheme"] == "business:NO:ORG"
    assert ledger["payoutBankAccount"]["scheme"] == "BBAN:NO"


def test_an_accounting_partner_sees_every_merchant_that_gave_access(sandbox, merchant, accountant):
    msns = [unit["merchantSerialNumber"] for unit in sandbox.sales_units()]
    handles = {handle for ledger in accountant.ledgers() for handle in ledger["settlesForRecipientHandles"]}
    assert {f"api:{msn}" for msn in msns} <= handles

    sandbox.sales_unit(msns[1], accountingPartnerHasAccess=False)

    assert accountant.ledgers(settlesForRecipientHandles=f"api:{msns[1]}") == []
    [ledger] = accountant.ledgers(settlesForRecipientHandles=f"api:{msns[2]}")
    assert ledger["salesUnits"][0]["name"] == "Sandbox Shop 3"


def test_the_list_of_ledgers_has_pages(sandbox, accountant):
    whole = accountant.ledgers()
    sandbox.settings(reportPageSize=2)

    joined, cursor = [], None
    while cursor != "":
        answer = accountant.ask("/settlement/v1/ledgers", cursor=cursor).json()
        joined, cursor = joined + answer["items"], answer["cursor"]

    assert joined == whole
    assert len(whole) == 6


def test_a_foreign_ledger_is_as_unknown_as_none(sandbox, http, reader):
    other = sandbox.sales_units()[1]["merchantSerialNumber"]
    [foreign] = Reader(sandbox, http, sandbox.keys(msn=other)).ledgers()

    answers = [reader.feed(ledger=ledger) for ledger in (foreign["ledgerId"], "1")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert {answer.json()["title"] for answer in answers} == {"No such ledgerId"}
    assert answers[0].headers["Content-Type"] == "application/problem+json"
    assert answers[0].json()["instance"].startswith("urn:uuid:")


def test_tomorrow_is_not_available_yet(reader):
    answer = reader.date("2026-01-02")

    assert answer.status_code == 404
    assert answer.json()["title"] == "The report for this date is not available yet"


@pytest.mark.parametrize(
    "path",
    [
        "/report/v2/ledgers/{}/sales/feed",
        "/report/v2/ledgers/{}/funds/dates/yesterday",
        "/report/v2/ledgers/{}/funds/dates/2026-02-30",
        "/report/v2/ledgers/{}/funds/feed?cursor=abc",
        "/report/v2/ledgers/{}/funds/feed?cursor=eyJvZiI6IiIsImFmdGVyIjowfQ==",
        "/report/v1/ledgertransactions",
        "/report/v1/ledgertransactions?ledgerId={}&inPayout=first",
        "/report/v1/ledgertransactions?ledgerId={}&fromLedgerDate=2026-02-30",
        "/settlement/v1/ledgers?cursor=abc",
    ],
)
def test_invalid_input_has_a_code(reader, path):
    [ledger] = reader.ledgers()

    answer = reader.ask(path.format(ledger["ledgerId"]))

    assert answer.status_code == 400
    assert set(answer.json()) == {"errorCode", "errorMessage", "contextId"}
    assert answer.json()["errorCode"] == CODE_OF_INPUT


def test_a_cursor_from_before_a_reset_is_refused(sandbox, merchant, reader):
    sell(merchant, 40000, "order-0001")
    cursor = reader.feed().json()["cursor"]
    sandbox.reset()
    sandbox.hold("2026-01-01T12:00:00Z")

    assert reader.feed(cursor=cursor).json()["errorCode"] == CODE_OF_INPUT


def test_bad_keys_are_told_in_the_words_of_the_report_api(sandbox, http):
    url = f"{sandbox.base_url}/settlement/v1/ledgers"

    answer = http.get(url, headers={"Authorization": "Bearer nonsense"})

    assert answer.status_code == 401
    assert answer.json()["code"] == "Unauthorized"
    assert answer.json()["message"].startswith("Please check your API keys")
    assert answer.headers["Vipps-Nb-Availability"] == "not in test"


def test_partner_keys_do_not_open_it(sandbox, http):
    assert Reader(sandbox, http, sandbox.keys("partner")).ask("/settlement/v1/ledgers").status_code == 401


def test_a_subscription_key_must_not_come_with_accounting_keys(sandbox, accountant, http):
    headers = {**accountant.headers(), "Ocp-Apim-Subscription-Key": sandbox.keys()["subscription_key"]}

    assert http.get(f"{sandbox.base_url}/settlement/v1/ledgers", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ({}, [40000, -1100, -38900, 20000, -550, -19450, 10000]),
        ({"ledgerDate": "2026-01-02"}, [20000, -550, -19450]),
        ({"fromLedgerDate": "2026-01-02"}, [20000, -550, -19450, 10000]),
        ({"toLedgerDate": "2026-01-01"}, [40000, -1100, -38900]),
        ({"inPayout": "2000002"}, [20000, -550, -19450]),
        ({"inPayout": "2000003"}, []),
        ({"sincePayout": "2000001"}, [20000, -550, -19450, 10000]),
    ],
)
def test_the_old_list(sandbox, merchant, reader, query, amounts):
    for number, value in enumerate([40000, 20000, 10000]):
        sell(merchant, value, f"order-000{number}")
        sandbox.advance(DAY if number < 2 else 0)
    [ledger] = reader.ledgers()
    sandbox.settings(reportPageSize=2)

    joined, cursor = [], None
    while cursor != "":
        answer = reader.ask("/report/v1/ledgertransactions", ledgerId=ledger["ledgerId"], cursor=cursor, **query).json()
        joined, cursor = joined + answer["items"], answer["cursor"]

    assert [entry["amount"] for entry in joined] == amounts
    assert "payout-scheduled" not in {entry["entryType"] for entry in joined}


def test_api_payments_hold_no_personal_data(merchant, reader):
    sell(merchant, 40000, "order-0001")

    [entry] = reader.feed(includeGDPRSensitiveData="true").json()["items"]

    assert not {"name", "message", "maskedPhoneNo"} & set(entry)


def test_a_long_time_passes_quickly(sandbox, merchant, reader):
    sell(merchant, 40000, "order-0001")
    sandbox.advance(3650 * DAY)

    last = date(2026, 1, 1) + timedelta(days=3650)
    assert reader.date(last.isoformat()).json()["items"] == []
    assert len(reader.feed().json()["items"]) == 3


@pytest.mark.parametrize(
    ("market", "weights"),
    [("NO", (3, 2, 7, 6, 5, 4, 3, 2, 1)), ("DK", (2, 7, 6, 5, 4, 3, 2, 1)), ("FI", (7, 9, 10, 5, 8, 4, 2, 1))],
)
def test_organisation_numbers_pass_their_check(market, weights):
    for msn in ("123456", "952031", "400000"):
        digits = organisations.organisation(msn, market).id.replace("-", "")
        assert len(digits) == len(weights)
        assert sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 == 0
