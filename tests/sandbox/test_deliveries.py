"""Deliveries: signed, in order, tried again on the documented ladder, and never beyond this machine."""

import base64
import contextlib
import hashlib
import hmac
import json
import threading
import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise

import pytest
import requests
from hypothesis import given, strategies

from tests.conftest import Answer
from vipps_nb.sandbox import Sandbox, SandboxError
from vipps_nb.sandbox.apis.webhooks.app import listen, pause_after
from vipps_nb.sandbox.apis.webhooks.models import Registration, Registrations
from vipps_nb.sandbox.apis.webhooks.signature import signed_headers
from vipps_nb.sandbox.webhook_delivery.outbox import Reply
from vipps_nb.sandbox.world.event_bus import DomainEvent, EventBus
from vipps_nb.sandbox.world.request_log import Masker
from vipps_nb.sandbox.world.sales_unit import KeyStore
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import World

HOOKS = "/webhooks/v1/webhooks"
PAYMENT_EVENTS = [
    f"epayments.payment.{what}.v1"
    for what in ("created", "authorized", "captured", "refunded", "cancelled", "aborted", "expired", "terminated")
]
NOON = datetime.fromisoformat("2026-01-01T12:00:00+00:00")


class Receiver:
    """A merchant's server: answers 200, or what it is told; `heard` is what came, as JSON."""

    def __init__(self, serve):
        self.answers = lambda seen: Answer()
        self.server = serve(lambda seen: self.answers(seen))  # noqa: PLW0108 - they change
        self.url = f"{self.server.base_url}/hook?shop=1"

    def register(self, client, events=PAYMENT_EVENTS, **headers):
        answer = client.post(HOOKS, {"url": self.url, "events": list(events)}, **headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    @property
    def heard(self):
        return [json.loads(seen.body) for seen in self.server.seen]

    @property
    def names(self):
        return [(event["reference"], event["name"]) for event in self.heard]

    def fails(self, *, times=10**6, only=lambda event: True, status=500):
        left = iter(range(times))

        def answer(seen):
            failing = only(json.loads(seen.body)) and next(left, None) is not None
            return Answer(status if failing else 200)

        self.answers = answer


@pytest.fixture
def receiver(serve):
    return Receiver(serve)


def is_signed(seen, url, secret):
    """Written from the guide's words, and from nothing else in this repository."""
    headers = {name.lower(): value for name, value in seen.headers.items()}
    digest = base64.b64encode(hashlib.sha256(seen.body).digest()).decode()
    host = url.split("//")[1].split("/")[0]
    text = "POST\n" + seen.path + "\n" + headers["x-ms-date"] + ";" + host + ";" + digest
    signature = base64.b64encode(hmac.new(secret.encode("utf-8"), text.encode("utf-8"), hashlib.sha256).digest())
    wanted = "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" + signature.decode()
    return (headers["authorization"], headers["x-ms-content-sha256"], headers["host"]) == (wanted, digest, host)


# What is delivered


def test_the_vector_of_2023_is_signed_as_it_was():
    headers = signed_headers(
        "A0+AeKBRG2KRGvnNwJpQlb6IJFk48CKXCIcrLoHncVJKDILsQSxS6NWCccwWm6r6FhGKhiHTBsG2wo/xU6FY/A==",
        "https://webhook.site/e2cee29b-012e-4f1d-8ef4-e95fd74a7a63",
        b'{"some-unique-content":"ee6e441b-cc4a-46f8-895d-a5af79bcc233/hello-world"}',
        datetime.fromisoformat("2023-03-30T08:38:32+00:00"),
    )

    assert headers["x-ms-date"] == "Thu, 30 Mar 2023 08:38:32 GMT"
    assert headers["x-ms-content-sha256"] == "lNlsp1XA03N34HrQsVzPgJKtC+r7l/RBF4V3JQUWMj4="
    assert headers["Authorization"].endswith("&Signature=agAiSyogQbDHpeucoNwYz+yAr5nJ+v+zasdkSbqzv+U=")


def test_a_payment_is_told_step_by_step(merchant, sandbox, receiver):
    receiver.register(merchant)

    merchant.reserved()
    merchant.modify("capture", 20000)
    merchant.cancel()
    sandbox.deliveries()

    assert [name for _, name in receiver.names] == ["CREATED", "AUTHORIZED", "CAPTURED", "CANCELLED"]
    captured = receiver.heard[2]
    assert captured["amount"] == {"currency": "NOK", "value": 20000}
    assert captured["msn"] == merchant.keys["merchant_serial_number"]
    assert captured["success"] is True


def test_every_delivery_is_signed(merchant, sandbox, receiver):
    registered = receiver.register(merchant)

    merchant.reserved()
    sandbox.deliveries()

    assert len(receiver.server.seen) == 2
    for seen in receiver.server.seen:
        assert is_signed(seen, receiver.url, registered["secret"])
        assert not is_signed(seen, receiver.url, "another secret")
        assert seen.headers["Webhook-Id"] == registered["id"]
        assert seen.headers["Content-Type"] == "application/json"
        assert seen.path == "/hook?shop=1"


def test_only_what_was_asked_for_is_delivered(merchant, other_merchant, sandbox, receiver):
    receiver.register(merchant, ["epayments.payment.created.v1"])

    merchant.reserved()
    other_merchant.reserved("order-of-another")
    sandbox.deliveries()

    assert receiver.names == [("order-0001", "CREATED")]


def test_a_partner_hears_what_the_connected_sales_units_do(merchant, other_merchant, partner, sandbox, receiver):
    del partner.headers["Merchant-Serial-Number"]
    receiver.register(partner, ["epayments.payment.created.v1"])

    merchant.create()
    other_merchant.create()
    sandbox.deliveries()

    assert len({event["msn"] for event in receiver.heard}) == 2


def test_several_registrations_are_all_told(merchant, sandbox, serve):
    receivers = [Receiver(serve) for _ in range(3)]
    for receiver in receivers:
        receiver.register(merchant)

    merchant.create()
    sandbox.deliveries()

    assert [receiver.names for receiver in receivers] == [[("order-0001", "CREATED")]] * 3


def test_nothing_is_delivered_after_deletion(merchant, sandbox, receiver):
    identifier = receiver.register(merchant)["id"]
    receiver.fails()
    merchant.create()
    sandbox.deliveries()

    merchant.delete(f"{HOOKS}/{identifier}")
    merchant.create("order-0002")
    sandbox.advance(86400)

    assert len(receiver.heard) == 1


# When it fails


@pytest.mark.parametrize("status", [300, 400, 404, 410, 500, 503])
def test_anything_but_a_2xx_is_tried_again(merchant, sandbox, receiver, status):
    receiver.register(merchant)
    receiver.fails(times=1, status=status)

    merchant.create()
    sandbox.advance(2)

    assert [entry["status"] for entry in sandbox.deliveries()] == [status, 200]
    assert len(receiver.heard) == 2


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_a_yes(merchant, sandbox, receiver, status):
    receiver.register(merchant)
    receiver.answers = lambda seen: Answer(status, b"")

    merchant.create()
    sandbox.advance(60)

    assert [entry["outcome"] for entry in sandbox.deliveries()] == ["accepted"]


def test_the_ladder_of_attempts(merchant, sandbox, receiver):
    receiver.register(merchant)
    receiver.fails()

    merchant.create()
    sandbox.advance(8 * 86400)

    moments = [datetime.fromisoformat(entry["time"]) for entry in sandbox.deliveries() if "created" in entry["about"]]
    pauses = [int((later - earlier).total_seconds()) for earlier, later in pairwise(moments)]
    assert pauses == [2, 2, 2, 60, 120] + [3600] * 23 + [86400] * 6
    assert moments[-1] - moments[0] < timedelta(days=7)
    assert (datetime.fromisoformat("2026-01-09T12:00:00Z") - moments[-1]) > timedelta(days=1), "it has given up"


def test_the_pauses_by_attempt():
    assert [int(pause_after(attempt).total_seconds()) for attempt in (1, 3, 4, 5, 6, 28, 29, 30)] == [
        2, 2, 60, 120, 3600, 3600, 86400, 86400,
    ]  # fmt: skip


def test_each_attempt_is_signed_with_its_own_date(merchant, sandbox, receiver):
    registered = receiver.register(merchant)
    receiver.fails(times=4)

    merchant.create()
    sandbox.advance(66)

    dates = [parsedate_to_datetime(seen.headers["x-ms-date"]) for seen in receiver.server.seen]
    assert [(date - NOON).total_seconds() for date in dates] == [0, 2, 4, 6, 66]
    assert all(is_signed(seen, receiver.url, registered["secret"]) for seen in receiver.server.seen)
    assert len({seen.body for seen in receiver.server.seen}) == 1


def test_the_log_says_when_the_next_attempt_is(merchant, sandbox, receiver):
    receiver.register(merchant)
    receiver.fails()

    merchant.create()
    sandbox.advance(2)

    first, second = sandbox.deliveries()
    assert (first["attempt"], first["status"], first["outcome"]) == (1, 500, "failed")
    assert first["nextAttempt"] == second["time"] == "2026-01-01T12:00:02.000Z"
    assert (second["attempt"], second["nextAttempt"]) == (2, "2026-01-01T12:00:04.000Z")
    assert second["url"] == receiver.url
    assert second["about"] == "epayments.payment.created.v1"
    assert second["body"]["name"] == "CREATED"


def test_a_failing_event_holds_back_later_ones_of_the_same_payment(merchant, sandbox, receiver):
    receiver.register(merchant)
    receiver.fails(times=3, only=lambda event: event["reference"] == "order-0001")

    merchant.reserved("order-0001")
    merchant.reserved("order-0002")
    sandbox.deliveries()
    assert receiver.names == [("order-0001", "CREATED"), ("order-0002", "CREATED"), ("order-0002", "AUTHORIZED")]

    sandbox.advance(6)
    assert receiver.names[3:] == [
        ("order-0001", "CREATED"),
        ("order-0001", "CREATED"),
        ("order-0001", "CREATED"),
        ("order-0001", "AUTHORIZED"),
    ]


def test_an_event_that_is_given_up_lets_later_ones_pass(merchant, sandbox, receiver):
    receiver.register(merchant)
    receiver.fails(only=lambda event: event["name"] == "CREATED")

    merchant.reserved()
    sandbox.advance(7 * 86400)

    assert receiver.names[-1] == ("order-0001", "AUTHORIZED")


def test_a_registration_is_removed_when_its_receiver_was_dead_for_two_weeks(merchant, sandbox, receiver):
    receiver.register(merchant)
    receiver.fails()
    merchant.create()
    sandbox.deliveries()

    sandbox.advance(14 * 86400 - 1)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    assert len(merchant.get(HOOKS).json()["webhooks"]) == 1

    sandbox.advance(1)
    assert merchant.get(HOOKS).json()["webhooks"] == []


def test_a_receiver_that_recovers_keeps_its_registration(merchant, sandbox, receiver):
    receiver.register(merchant)
    receiver.fails(times=8)
    merchant.create()

    sandbox.advance(20 * 86400)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"

    assert len(merchant.get(HOOKS).json()["webhooks"]) == 1


def test_a_receiver_that_is_not_there(merchant, sandbox, receiver):
    receiver.register(merchant)
    receiver.server.close()

    merchant.create()

    (entry,) = sandbox.deliveries()
    assert (entry["status"], entry["outcome"], entry["reason"]) == (None, "failed", "Nobody listens there.")


def test_a_redirect_is_not_followed(merchant, sandbox, receiver, serve):
    elsewhere = Receiver(serve)
    receiver.register(merchant)
    receiver.answers = lambda seen: Answer(307, headers={"Location": elsewhere.url})

    merchant.create()

    assert [entry["status"] for entry in sandbox.deliveries()] == [307]
    assert elsewhere.server.seen == []


# Never beyond this machine


def test_a_receiver_elsewhere_is_noted_and_never_contacted(merchant, sandbox):
    merchant.post(HOOKS, {"url": "https://example.com/hook", "events": PAYMENT_EVENTS})

    merchant.reserved()
    sandbox.advance(86400)

    entries = sandbox.deliveries()
    assert [entry["outcome"] for entry in entries] == ["not sent"] * 2
    assert all(entry["nextAttempt"] is None and "beyond this machine" in entry["reason"] for entry in entries)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("http://127.8.9.10/x", True),
        ("https://[::1]/x", True),
        ("http://localhost:1/x", True),
        ("http://LOCALHOST/x", True),
        ("http://localhost.example.com/x", False),
        ("http://127.0.0.1.example.com/x", False),
        ("http://127.0.0.1@example.com/x", False),
        ("http://127.0.0.1\\@example.com/x", False),
        ("http://0.0.0.0/x", False),
        ("http://10.0.0.1/x", False),
        ("file:///etc/hostname", False),
        ("http://[::1/x", False),
        ("http://127.0.0.1:99999/x", False),
        ("", False),
    ],
)
def test_what_counts_as_this_machine(url, here):
    from vipps_nb.sandbox.webhook_delivery.loopback_client import receiver_of

    assert (receiver_of(url) is not None) is here


def test_no_proxy_is_asked(merchant, sandbox, receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    receiver.register(merchant)

    merchant.create()

    assert [entry["status"] for entry in sandbox.deliveries()] == [200]


def test_secrets_are_masked_in_the_log(merchant, sandbox, receiver):
    registered = receiver.register(merchant)
    merchant.create()

    (entry,) = sandbox.deliveries()

    assert entry["headers"]["Authorization"] == "***"
    assert registered["secret"] not in str(entry)


# The sandbox goes on meanwhile


def test_a_receiver_may_call_the_sandbox_back(merchant, sandbox, receiver):
    states = []

    def ask(seen):
        reference = json.loads(seen.body)["reference"]
        with requests.Session() as http:
            http.trust_env = False
            answer = http.get(
                f"{sandbox.base_url}/epayment/v1/payments/{reference}", headers=merchant.headers, timeout=5
            )
        states.append(answer.json()["state"])
        return Answer()

    receiver.register(merchant)
    receiver.answers = ask

    merchant.reserved()
    entries = sandbox.deliveries()

    assert [entry["status"] for entry in entries] == [200, 200]
    assert states[-1] == "AUTHORIZED"


def test_a_receiver_that_moves_the_clock_while_the_clock_waits_for_it_is_refused(merchant, sandbox, receiver):
    said = []

    def meddle(seen):
        if said:
            return Answer()
        with pytest.raises(SandboxError) as refused:
            sandbox.advance(1)
        said.append(str(refused.value))
        return Answer(500)

    receiver.register(merchant)
    receiver.fails(times=1)
    merchant.create()
    sandbox.deliveries()
    receiver.answers = meddle

    sandbox.advance(10)

    assert len(said) == 1
    assert sandbox.clock()["now"] == "2026-01-01T12:00:10.000Z"


class Slow:
    """Answers when it is let go."""

    def __init__(self):
        self.asked, self.go = threading.Event(), threading.Event()

    def __call__(self, seen):
        self.asked.set()
        self.go.wait(20)
        return Answer()


@pytest.fixture
def slow():
    slow = Slow()
    yield slow
    slow.go.set()


def test_a_slow_receiver_holds_up_nobody(merchant, sandbox, receiver, slow):
    receiver.register(merchant)
    receiver.answers = slow

    merchant.create()
    assert slow.asked.wait(5)

    assert merchant.payment()["state"] == "CREATED"
    assert [entry["outcome"] for entry in sandbox.deliveries(wait=False)] == ["in the air"]
    slow.go.set()
    assert [entry["outcome"] for entry in sandbox.deliveries()] == ["accepted"]


def test_a_receiver_has_ten_seconds(merchant, sandbox, receiver, slow, monkeypatch):
    monkeypatch.setattr("vipps_nb.sandbox.webhook_delivery.sender.GRACE", -9.8)  # nobody has the time to wait for ten
    receiver.register(merchant)
    receiver.answers = slow

    merchant.create()

    (entry,) = sandbox.deliveries()
    assert entry["reason"] == "No answer within 10 seconds."
    assert entry["nextAttempt"] == "2026-01-01T12:00:02.000Z"


def test_a_clock_that_waits_too_long_says_how_far_it_came(merchant, sandbox, receiver, slow, monkeypatch):
    monkeypatch.setattr("vipps_nb.sandbox.webhook_delivery.sender.JOURNEY_LIMIT", 0.2)
    receiver.register(merchant)
    receiver.answers = slow
    merchant.create()

    with pytest.raises(SandboxError, match=r"only come to 2026-01-01T12:00:00\.000Z"):
        sandbox.advance(60)

    slow.go.set()
    monkeypatch.undo()
    assert sandbox.advance(60)["now"] == "2026-01-01T12:01:00.000Z"


def test_a_reset_forgets_what_is_in_the_air(merchant, sandbox, receiver, slow):
    receiver.register(merchant)
    receiver.answers = slow
    merchant.create()
    assert slow.asked.wait(5)

    sandbox.reset(seed=1)
    sandbox.hold("2026-01-01T12:00:00Z")
    slow.go.set()

    assert sandbox.deliveries() == []
    assert sandbox.advance(10)["now"] == "2026-01-01T12:00:10.000Z"
    assert len(receiver.server.seen) == 1


def test_a_reset_ends_a_journey_of_the_clock(merchant, sandbox, receiver, slow):
    receiver.register(merchant)
    receiver.answers = slow
    merchant.create()
    journey = threading.Thread(target=sandbox.advance, args=(60,))
    journey.start()
    assert slow.asked.wait(5)

    sandbox.reset(seed=1)
    journey.join(5)

    assert not journey.is_alive()
    sandbox.hold("2026-01-01T12:00:00Z")
    assert sandbox.advance(1)["now"] == "2026-01-01T12:00:01.000Z"


@pytest.mark.parametrize("waiting", [Sandbox.overview, Sandbox.deliveries, Sandbox.hold])
def test_a_sandbox_stops_although_a_receiver_is_slow_and_somebody_waits_for_it(receiver, http, slow, waiting):
    from tests.sandbox.conftest import Merchant

    def wait(sandbox):
        with contextlib.suppress(SandboxError):
            waiting(sandbox)

    sandbox = Sandbox(seed=3).start()
    merchant = Merchant(sandbox.base_url, sandbox.keys(), http)
    receiver.register(merchant)
    receiver.answers = slow
    merchant.create()
    assert slow.asked.wait(5)

    waiter = threading.Thread(target=wait, args=(sandbox,))
    waiter.start()

    began = time.monotonic()
    sandbox.stop()
    waiter.join(5)

    assert time.monotonic() - began < 5
    assert not waiter.is_alive()


# Time


def test_everything_on_the_way_happens_at_its_own_moment(merchant, sandbox, receiver):
    """A payment expires after ten minutes, in the midst of the retries for its creation."""
    receiver.register(merchant)
    receiver.fails(times=6)

    merchant.create()
    sandbox.advance(2 * 3600)

    entries = [(entry["time"][11:19], entry["about"].split(".")[2], entry["status"]) for entry in sandbox.deliveries()]
    assert entries == [
        ("12:00:00", "created", 500),
        ("12:00:02", "created", 500),
        ("12:00:04", "created", 500),
        ("12:00:06", "created", 500),
        ("12:01:06", "created", 500),
        ("12:03:06", "created", 500),
        ("13:03:06", "created", 200),
        ("13:03:06", "expired", 200),
    ]


def test_a_letter_on_its_way_lands_before_time_moves(merchant, sandbox, receiver):
    receiver.register(merchant)
    receiver.fails(times=1)

    merchant.create()
    sandbox.advance(3600)  # at once: the first delivery may still be in the air

    assert [entry["time"][11:19] for entry in sandbox.deliveries()][:2] == ["12:00:00", "12:00:02"]


def test_a_clock_that_is_set_works_through_what_falls_due(merchant, sandbox, receiver):
    receiver.register(merchant)
    receiver.fails(times=2)
    merchant.create()

    sandbox.clock(now="2026-01-01T12:00:30Z")

    assert [entry["status"] for entry in sandbox.deliveries()] == [500, 500, 200]


def test_a_running_clock_needs_no_request(merchant, sandbox, receiver):
    """The retry comes by itself after two seconds; here somebody waits for it."""
    came = threading.Event()
    receiver.register(merchant)
    receiver.fails(times=1)
    sandbox.release()
    merchant.create()
    sandbox.deliveries()
    receiver.answers = lambda seen: came.set() or Answer()

    assert came.wait(10)
    assert [entry["status"] for entry in sandbox.deliveries()] == [500, 200]


def test_a_held_clock_delivers_one_after_the_other(merchant, sandbox, receiver):
    """So that a lesson reads the same each time: the order of arrival is the order of events."""
    for number in range(5):
        receiver.register(merchant, [PAYMENT_EVENTS[number % 2]])

    merchant.reserved("order-0001")
    merchant.reserved("order-0002")
    sandbox.deliveries()

    expected = [("order-0001", "CREATED")] * 3 + [("order-0001", "AUTHORIZED")] * 2
    assert receiver.names == expected + [("order-0002", name) for _, name in expected]


# Whatever a receiver does


class Mail:
    """The page's queues with a sender made of one list: letters are answered by hand, in any order."""

    def __init__(self):
        ring = KeyStore(1, 1)
        self.msn = next(iter(ring.units))
        self.world = World(1, ring, Settings(), "http://127.0.0.1:1", Masker(()))
        self.world.clock.set(now=NOON, held=True)
        facts = {"msn": self.msn, "url": "http://127.0.0.1:1/", "events": ("e",), "secret": "s"}
        for number in range(2):
            self.world.records(Registrations).store(Registration(id=str(number), owner=self.msn, **facts))
        listen(self.world)
        self.letters, self.accepted, self.tried = [], {"0": [], "1": []}, {"0": [], "1": []}

    def publish(self, subject, number):
        payload = {"subject": subject, "number": number}
        moment = self.world.clock.now()
        self.world.records(EventBus).publish(
            DomainEvent(event="e", msn=self.msn, subject=subject, payload=payload, moment=moment)
        )

    def collect(self):
        self.letters += self.world.outbox.take()

    def answer(self, letter, status):
        self.letters.remove(letter)
        hook, event = letter.headers["Webhook-Id"], json.loads(letter.body)
        self.tried[hook].append(event)
        if status == 200:
            self.accepted[hook].append(event)
        letter.on_reply(Reply(status=status))


@given(data=strategies.data())
def test_however_often_it_fails_each_payments_events_arrive_in_order_and_once(data):
    mail = Mail()
    expected = {}
    for number in range(data.draw(strategies.integers(1, 8))):
        subject = data.draw(strategies.sampled_from("abc"))
        expected.setdefault(subject, []).append(number)
        mail.publish(subject, number)
        mail.collect()
        assert len({letter.headers["Webhook-Id"] for letter in mail.letters}) == len(mail.letters), "one at a time"
        if mail.letters and data.draw(strategies.booleans()):
            letter = data.draw(strategies.sampled_from(mail.letters))
            mail.answer(letter, data.draw(strategies.sampled_from([200, 500])))
            mail.collect()
    for _ in range(500):
        mail.collect()
        if mail.letters:
            letter = mail.letters[0]
            failing = letter.attempt < 12 and data.draw(strategies.booleans())
            mail.answer(letter, 500 if failing else 200)
        elif mail.world.clock.next_deadline is not None:
            mail.world.clock.step()
        else:
            break

    for accepted in mail.accepted.values():
        by_subject = {}
        for event in accepted:
            by_subject.setdefault(event["subject"], []).append(event["number"])
        assert by_subject == expected
