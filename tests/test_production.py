"""Production is read-only until somebody says otherwise, and what only a test does is never sent there."""

from __future__ import annotations

import dataclasses

import pytest

from vipps_nb import Environment, ReadOnlyError, VippsSession
from vipps_nb.notebook.live_token import LiveToken

from .test_session import calls, speaks

CIBA = "/vipps-login-ciba/api/backchannel/authentication"


@pytest.fixture
def server(serve):
    return serve(speaks())


@pytest.fixture
def production(server, credentials):
    return VippsSession(credentials, Environment("production", server.base_url))


@pytest.fixture
def card(production, monkeypatch):
    return LiveToken(production, on_logout=production.keys.forget).widget


def switch(card, on):
    """What ipywidgets does when the switch is used in the browser."""
    card._handle_custom_msg({"do": "allow_writes", "on": on}, [])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/epayment/v1/payments"),
        ("post", "//epayment/v1/payments"),
        ("POST", "/landing/../epayment/v1/payments"),
        ("POST", "/epayment/v1/payments/abc/capture"),
        ("PATCH", "/recurring/v3/agreements/agr_1"),
        ("DELETE", "/webhooks/v1/webhooks/1"),
        ("PUT", "/qr/v1/merchant-redirect/1"),
        ("POST", "/checkout/v3/session"),
        ("POST", CIBA),
        ("POST", CIBA + "/"),
    ],
)
def test_a_write_waits_for_a_yes(server, production, method, path):
    with pytest.raises(ReadOnlyError, match="Nothing was sent"):
        production.request(method, path)
    assert server.seen == []

    with production.allow_writes():
        assert production.request(method, path).ok
    with pytest.raises(ReadOnlyError):
        production.request(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/epayment/v1/payments/abc"),
        ("POST", "/access-management-1.0/access/oauth2/token"),
        ("POST", "/vipps-login-ciba/api/v1/user-exists"),
    ],
)
def test_what_changes_nothing_is_free(production, method, path):
    assert production.request(method, path).ok


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/epayment/v1/test/payments/abc/approve"),
        ("POST", "/ePayment/v1/%74est/payments/abc/approve"),
        ("PATCH", "/recurring/v3/agreements/agr_1/accept"),
        ("POST", "/ecomm/v2/integration-test/payments/abc/approve"),
        ("POST", "/psp/v3/integration-test/psppayments/abc/approve"),
    ],
)
def test_what_only_a_test_does_is_not_sent_to_production_whatever_was_allowed(
    server, production, credentials, method, path
):
    with production.allow_writes(), pytest.raises(ReadOnlyError, match="in a customer's place"):
        production.request(method, path)
    assert server.seen == []

    assert VippsSession(credentials, server.environment).request(method, path).ok


def test_a_prepared_request_is_guarded_too(server, production):
    with production.allow_writes():
        prepared = production.post("/epayment/v1/payments").request

    with pytest.raises(ReadOnlyError):
        production.send(prepared)
    assert len(calls(server)) == 1


def test_a_redirect_does_not_get_around_the_guard(serve, credentials):
    from .conftest import Answer

    moved = {"Location": "/epayment/v1/payments/b/capture"}
    server = serve(speaks(lambda seen: Answer(307, headers=moved)))
    production = VippsSession(credentials, Environment("production", server.base_url))

    with pytest.raises(ReadOnlyError):
        production.post("/access-management-1.0/access/oauth2/token")
    assert [seen.path for seen in calls(server)] == ["/access-management-1.0/access/oauth2/token"]


def test_another_merchants_session_writes_while_its_own_may_and_no_longer(production):
    with production.allow_writes():
        other = production.as_merchant("654321")
        assert other.post("/epayment/v1/payments").ok

    with pytest.raises(ReadOnlyError):
        other.post("/epayment/v1/payments")


def test_the_cards_switch_opens_and_closes_every_session_of_the_login(production, card):
    other = production.as_merchant("654321")

    switch(card, True)
    assert card.writes_allowed
    assert production.post("/epayment/v1/payments").ok
    assert other.post("/epayment/v1/payments").ok

    switch(card, False)
    for session in (production, other):
        with pytest.raises(ReadOnlyError):
            session.post("/epayment/v1/payments")


def test_nobody_can_throw_the_switch_by_changing_the_cards_state(production, card):
    card.set_state({"writes_allowed": True})

    with pytest.raises(ReadOnlyError):
        production.post("/epayment/v1/payments")


def test_a_logout_switches_off(production, card):
    switch(card, True)

    card.show_logged_out()
    production.keys.forget()

    assert not card.writes_allowed
    assert not production.writes_allowed
    switch(card, True)
    assert not card.writes_allowed


@pytest.mark.parametrize("name", ["sandbox", "test"])
def test_elsewhere_there_is_nothing_to_switch(server, credentials, name):
    session = VippsSession(credentials, dataclasses.replace(server.environment, name=name))
    card = LiveToken(session, on_logout=lambda: None).widget

    switch(card, True)

    assert not card.writes_allowed
    assert session.post("/epayment/v1/payments").ok
