"""A listener and its live card: what the card holds, what it says where nothing runs, what its buttons do."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tests.test_webhooks import send
from vipps_nb.notebook import live_deliveries
from vipps_nb.webhooks import Listener


@pytest.fixture
def listener():
    with Listener(secrets=["a secret"]) as listener:
        yield listener


@pytest.fixture
def card(listener, monkeypatch):
    monkeypatch.setattr(live_deliveries, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    return live_deliveries.show(listener)


def receive(card, content):
    """What ipywidgets does when a message arrives from the browser."""
    card._handle_custom_msg(content, [])


def test_deliveries_appear_as_they_arrive(listener, card):
    send(listener, b'{"name":"CAPTURED","reference":"order-0001"}')
    send(listener, b'{"eventType":"charge-captured","chargeId":"chr-1"}', secret="a stranger's")

    first, second = card.rows
    assert (first["name"], first["subject"], first["genuine"], first["status"]) == ("CAPTURED", "order-0001", True, 200)
    assert (second["name"], second["subject"], second["reason"]) == ("charge-captured", "chr-1", "wrong-signature")
    assert second["sentence"].startswith("Not signed with this secret")
    assert (card.total, card.listening) == (2, True)


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"reference":1}', b""])
def test_a_body_that_says_nothing_is_shown_as_an_event(listener, card, body):
    send(listener, body)

    assert (card.rows[0]["name"], card.rows[0]["subject"]) == ("event", "")


def test_only_the_latest_are_kept_on_the_screen(listener, card, monkeypatch):
    monkeypatch.setattr(live_deliveries, "KEPT_ON_SCREEN", 2)
    for _ in range(3):
        send(listener)

    assert [row["number"] for row in card.rows] == [2, 3]
    assert card.total == 3


def test_the_card_says_when_listening_is_over(listener, card):
    listener.stop()

    assert card.listening is False


def test_fail_and_clear_do_what_they_say(listener, card):
    receive(card, {"do": "fail"})
    assert [send(listener) for _ in range(4)] == [500, 500, 500, 200]

    receive(card, {"do": "clear"})
    assert (card.rows, card.total, listener.deliveries) == ([], 0, [])


@pytest.mark.parametrize("content", [{"do": "shutdown"}, {"ask": "alive"}, "fail", None])
def test_other_messages_do_nothing(card, content):
    receive(card, content)

    assert card.total == 0


def test_no_secret_no_signature_and_no_port_is_in_the_state(listener, card):
    send(listener, b'{"name":"AUTHORIZED","userDetails":{"email":"kari@example.com"}}')

    state = json.dumps(card.get_state(), default=str)
    for text in ("a secret", "Signature", "kari@example.com", listener.url.split(":")[2].split("/")[0]):
        assert text not in state.replace(card._esm, "").replace(card._css, "")


def test_the_listener_shows_its_card_and_twins_that_never_change(listener, monkeypatch):
    monkeypatch.setattr(live_deliveries, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    before, _ = listener._repr_mimebundle_()
    send(listener)
    after, _ = listener._repr_mimebundle_()

    assert before == after, "the same card, and the same words"
    assert before["text/plain"] == repr(listener) == "Vipps webhook listener"
    assert "as they arrive" in before["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in before


def test_without_a_front_end_there_is_no_card(listener):
    assert listener._repr_mimebundle_() is None
