"""Whatever is sold and given back, and however the days pass, every ledger adds up.

Hypothesis makes up the weeks; the events of the payments say what must stand in the books.
"""

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.conftest import NOON, Merchant
from tests.sandbox.test_report import Reader

DAY = 86_400
VALUES = st.integers(min_value=300, max_value=100_000).filter(lambda value: value % 1000 not in range(120, 210))
STEPS = st.one_of(
    st.tuples(st.just("sell"), VALUES, st.sampled_from([1, 2, 3])),
    st.tuples(st.just("refund"), st.integers(0, 20), st.sampled_from([1, 2])),
    st.tuples(st.just("wait"), st.sampled_from([60, DAY // 2, DAY, 8 * DAY, 40 * DAY]), st.none()),
)
TERMS = st.fixed_dictionaries(
    {
        "feeBasisPoints": st.sampled_from([0, 1, 275, 9999]),
        "settlement": st.sampled_from(["net", "gross"]),
        "payoutFrequency": st.sampled_from(["daily", "weekly", "monthly"]),
    }
)


class Shop:
    """Lives through a story, and keeps note of the money that moved."""

    def __init__(self, sandbox, http):
        sandbox.reset(seed=1)
        sandbox.hold(NOON)
        self.sandbox = sandbox
        self.merchant = Merchant(sandbox.base_url, sandbox.keys(), http)
        self.reader = Reader(sandbox, http, sandbox.keys())
        self.left = []  # of each payment, what was captured and not given back

    def sell(self, value, parts):
        """One payment, captured in a few parts."""
        reference = f"order-{len(self.left):04}"
        self.merchant.reserved(reference, amount={"currency": "NOK", "value": value})
        sizes = [value // parts] * (parts - 1)
        for size in [*sizes, value - sum(sizes)]:
            assert self.merchant.modify("capture", size, reference).ok
        self.left.append(value)

    def refund(self, number, divisor):
        if not self.left:
            return
        number %= len(self.left)
        value = self.left[number] // divisor
        if value not in (0, 123, 124):  # two of the test environment's special amounts
            assert self.merchant.modify("refund", value, f"order-{number:04}").ok
            self.left[number] -= value

    def wait(self, seconds, _):
        self.sandbox.advance(seconds)
        self.merchant.headers["Authorization"] = f"Bearer {self.merchant.token()}"

    def moved(self):
        """Captures and refunds of all payments, by the pspReference of each."""
        signs = {"CAPTURED": 1, "REFUNDED": -1}
        events = [event for number in range(len(self.left)) for event in self.merchant.events(f"order-{number:04}")]
        return {
            event["pspReference"]: signs[event["name"]] * event["amount"]["value"]
            for event in events
            if event["name"] in signs
        }


@given(story=st.lists(STEPS, max_size=12), terms=TERMS, page=st.sampled_from([1, 2, 7, 1000]))
def test_every_ledger_balances(running, story, terms, page):
    import requests

    with requests.Session() as http:
        http.trust_env = False
        shop = Shop(running, http)
        running.sales_unit(shop.merchant.keys["merchant_serial_number"], **terms)
        for verb, *what in story:
            before = {topic: feed(shop, topic) for topic in ("funds", "fees")}
            getattr(shop, verb)(*what)
            for topic, entries in before.items():
                assert feed(shop, topic)[: len(entries)] == entries, "what was written stays"

        funds, fees = feed(shop, "funds"), feed(shop, "fees")

        for entries in (funds, fees):
            balance = 0
            for entry in entries:
                assert entry["balanceBefore"] == balance
                balance += entry["amount"]
                assert entry["balanceAfter"] == balance
            assert balance == sum(entry["amount"] for entry in entries)
            assert entries == sorted(entries, key=lambda entry: entry["ledgerDate"])
        moved = {
            entry["pspReference"]: entry["amount"] for entry in funds if entry["entryType"] in ("capture", "refund")
        }
        assert moved == shop.moved()
        captured = sum(value for value in moved.values() if value > 0)
        charged = -sum(entry["amount"] for entry in fees if entry["entryType"] == "capture-fee")
        assert abs(charged * 10_000 - captured * terms["feeBasisPoints"]) <= 5_000 * len(moved)
        kept = [
            sum(entry["amount"] for entry in entries if entry["entryType"] == "fees-retained")
            for entries in (funds, fees)
        ]
        assert sum(kept) == 0
        for day, entries in groupby(funds, key=lambda entry: entry["ledgerDate"]):
            kinds = [entry["entryType"] for entry in entries]
            assert "payout-scheduled" not in kinds[:-1], day

        running.settings(reportPageSize=page)
        for topic, whole in (("funds", funds), ("fees", fees)):
            assert feed(shop, topic) == whole
            days = sorted({entry["ledgerDate"] for entry in whole})
            assert [entry for day in days for entry in report(shop, topic, day)] == whole


def feed(shop, topic):
    """The feed from its beginning, all pages."""
    items, cursor, late = [], None, False
    while not late:
        answer = shop.reader.feed(topic, ledger=ledger(shop), cursor=cursor).json()
        items, cursor, late = items + answer["items"], answer["cursor"], answer["tryLater"]
    return items


def report(shop, topic, day):
    """One ledger date, all pages."""
    items, query, more = [], {}, True
    while more:
        answer = shop.reader.date(day, topic, ledger=ledger(shop), **query).json()
        items, query, more = items + answer["items"], {"cursor": answer.get("cursor")}, answer["hasMore"]
    return items


def ledger(shop):
    if not hasattr(shop, "ledger"):
        shop.ledger = shop.reader.ledgers()[0]["ledgerId"]
    return shop.ledger
