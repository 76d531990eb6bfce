"""A webhook as a card: its registration with the secret masked, its deliveries with their verdict."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.test_webhooks import send
from vipps_nb.display.answer import AnswerCard
from vipps_nb.notebook.show import Registration
from vipps_nb.webhooks import Listener
from vipps_nb.webhooks.card import DeliveryCard, in_words

EVENTS = ["epayments.payment.created.v1", "epayments.payment.authorized.v1"]
PAYMENT = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "order-0001",
    "userFlow": "PUSH_MESSAGE",
    "customer": {"phoneNumber": "4712345678"},
}


@pytest.fixture
def listener():
    with Listener(secrets=["a secret"]) as listener:
        yield listener


def both(delivery):
    card = DeliveryCard(delivery)
    return card.text, unescape(re.sub(r"<style.*?</style>|<[^>]+>", "", card.html, flags=re.DOTALL))


def test_a_delivery_of_the_sandbox_says_what_happened_and_that_it_is_genuine(vipps):
    with Listener(vipps) as listener:
        registered = vipps.post("/webhooks/v1/webhooks", json={"url": listener.url, "events": EVENTS})
        listener.trust(registered.json()["secret"])
        vipps.post("/epayment/v1/payments", json=PAYMENT)
        delivery = listener.wait_for("CREATED")

    for said in both(delivery):
        for words in ("Webhook · Payment created", "genuine", "order-0001", "499.00 NOK", "answered 200"):
            assert words in said


def test_a_registration_is_drawn_as_one_and_keeps_its_secret(vipps):
    body = {"url": "https://shop.example.com/hook", "events": EVENTS}
    registered = vipps.post("/webhooks/v1/webhooks", json=body)
    listed = vipps.get("/webhooks/v1/webhooks")

    for response in (registered, listed):
        card = AnswerCard(response)
        for said in (card.text, card.html):
            assert "https://shop.example.com/hook" in said
            assert EVENTS[0] in said
            assert registered.json()["secret"] not in said
    assert "Webhook registered" in AnswerCard(registered).text


def test_a_false_delivery_says_why_and_what_to_do(listener):
    send(listener, b'{"name":"CAPTURED","reference":"order-0001"}', secret="a stranger's")

    for said in both(listener.deliveries[0]):
        for words in (
            "not to be trusted: wrong signature",
            "What it says it is about",
            "Compare the secret (as text",
            "answered 401",
            "order-0001",
        ):
            assert words in said


def test_without_a_secret_it_says_that_nothing_was_checked():
    with Listener() as listener:
        send(listener)

        assert DeliveryCard(listener.deliveries[0]).text.startswith("not checked · Webhook")


def test_a_repeated_delivery_is_told_apart(listener):
    send(listener)
    send(listener)

    for said in both(listener.deliveries[1]):
        assert "attempt 2" in said
        assert "do not act on it again" in said


@pytest.mark.parametrize(
    ("name", "payload", "words"),
    [
        ("AUTHORIZED", {"pspReference": "1"}, "Payment authorized"),
        ("recurring.charge-creation-failed.v1", {}, "Charge creation failed"),
        ("donations.agreement.withdrawal-day-changed.v1", {}, "Agreement withdrawal day changed"),
        ("user.checked-in.v1", {}, "User checked in"),
        ("", {}, "An event"),
    ],
)
def test_events_are_told_in_words(name, payload, words):
    assert in_words(name, payload) == words


def test_neither_a_signature_nor_a_persons_number_is_shown(listener):
    body = {"name": "CHECKED_IN", "phoneNumber": "4799887778", "text": "from 4799887778", "secret": "hush-hush"}
    send(listener, json.dumps(body).encode())
    card = DeliveryCard(listener.deliveries[0])

    for said in (card.text, card.html):
        assert not re.search("4799887778|hush-hush|Signature=", said)
    assert "x-ms-date" in card.html


SCRIPT = """
import requests, vipps_nb
from vipps_nb.webhooks import Listener
with Listener() as listener:
    requests.post(listener.url, data=b'{"name":"CAPTURED","pspReference":"1","phoneNumber":"4799887778"}', timeout=5)
    for personal in (False, True):
        vipps_nb.show(listener.deliveries[0], personal=personal)
"""


def test_a_script_shows_a_delivery_as_text():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, encoding="utf-8", check=False, timeout=60
    )

    assert done.stderr == ""
    assert done.stdout.startswith("not checked · Webhook · Payment captured\ndelivery 1")
    assert "answered 200" in done.stdout


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"\xff\xfe",
        b'{"name":"<script>alert(1)</script>"}',
        b'{"name":"\\ud800","reference":"\\udfff","\\ud801":["\\u202e\\u001b[2J"]}',
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"[" * 100_000,
        b'{"reference":"%s"}' % (b"x" * 900_000),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_whatever_arrives_is_shown_as_words(listener, body):
    send(listener, body)
    card = DeliveryCard(listener.deliveries[0])

    assert "genuine" in card.text
    assert "<script" not in card.html
    for said in (card.text, card.html, repr(listener.deliveries)):
        said.encode()
        assert not set(said) & {"\u202e", "\x1b"}


def test_what_a_login_by_phone_is_traded_with_stands_in_no_card(listener):
    send(listener, b'{"auth_req_id":"VGhpcyBpcyBhIHNlY3JldA","clientSecret":"hush-hush-1"}')

    for said in both(listener.deliveries[0]):
        assert not re.search("VGhpcyBpcyBhIHNlY3JldA|hush-hush", said)


def test_a_delivery_is_drawn_alone_and_stays_short_in_a_list(listener):
    send(listener)
    (delivery,) = listener.deliveries
    shell = InteractiveShell()
    registration = Registration(shell)

    def drawn(thing):
        return shell.display_formatter.format(thing)[0]

    assert "vipps-nb-answer" in drawn(delivery)["text/html"]
    assert drawn(delivery)["text/plain"].startswith("genuine · Webhook")
    assert drawn([delivery]) == {"text/plain": f"[{delivery!r}]"}
    registration.give_back()
    assert drawn(delivery)["text/plain"] == repr(delivery), "what was ours to say in IPython is given back"
    shell.history_manager.end_session()
