"""A session that moves to another environment or profile: what is offered, what is asked first, and what stays."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vipps_nb import NotLoggedInError, ReadOnlyError, Sandbox, VippsSession, current_session, login, logout
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.client.destinations import destinations
from vipps_nb.core import environment
from vipps_nb.core.environment import Environment
from vipps_nb.notebook.live_token import LiveToken
from vipps_nb.widgets.token_status import TokenStatus

from .conftest import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY
from .test_session import speaks

KEYS = f"VIPPS_CLIENT_ID={CLIENT_ID}\nVIPPS_CLIENT_SECRET={CLIENT_SECRET}\nVIPPS_SUBSCRIPTION_KEY={SUBSCRIPTION_KEY}\n"
WHOLE = f"{KEYS}VIPPS_MSN={MSN}\n"


class Card:
    """The token's card, and what the browser is told."""

    def __init__(self, session: VippsSession, told: list[Any]) -> None:
        self.told = told
        self.widget = LiveToken(session, on_logout=logout).widget

    def ask(self, **message: object) -> dict[str, Any]:
        question = len(self.told) + 1000
        self.widget._handle_custom_msg({**message, "id": question}, [])
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for said in list(self.told):
                if question in (said.get("did"), said.get("id")):
                    return dict(said)
            time.sleep(0.01)
        raise AssertionError("the card never answered")

    def places(self) -> dict[str, dict[str, Any]]:
        return {place["key"]: place for place in self.ask(ask="places")["places"]}

    def switch(self, place: str, typed: str = "") -> dict[str, Any]:
        return self.ask(do="switch", place=place, typed=typed)


@pytest.fixture
def card_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[VippsSession], Card]:
    told: list[Any] = []
    monkeypatch.setattr(TokenStatus, "send", lambda self, content, buffers=None: told.append(content))
    return lambda session: Card(session, told)


@pytest.fixture
def production(serve: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What answers where production would."""
    server = serve(speaks())
    here = {name: Environment(name, server.base_url) for name in ("test", "production")}
    monkeypatch.setattr(environment, "_OFFICIAL", {**environment._OFFICIAL, "production": here["production"]})
    return server


def test_what_is_found_is_offered_with_its_source(nowhere: Path) -> None:
    (nowhere / ".env").write_text(WHOLE)  # does not say which environment it is for
    (nowhere / ".env.shop").write_text("VIPPS_ENVIRONMENT=production\n" + WHOLE.replace(MSN, "654321"))
    (nowhere / ".env.half").write_text("VIPPS_ENVIRONMENT=test\n" + KEYS)
    (nowhere / ".env.typo").write_text("VIPPS_ENVIRONMENT=tset\n" + WHOLE)
    (nowhere / ".env.example").write_text(WHOLE)

    found = destinations(LoginOptions(folder=nowhere))

    assert [(one.key, one.source, one.merchant_serial_number) for one in found if not one.fault] == [
        ("sandbox", "the sandbox's pretend keys", ""),
        ("test", ".env", MSN),
        ("production", ".env", MSN),
        ("production shop", ".env.shop", "654321"),
    ]
    faults = {one.profile: one.fault for one in found if one.fault}
    assert faults["half"] == "Some keys are missing: VIPPS_MSN."
    assert "which is no environment" in faults["typo"]
    assert not [secret for secret in (CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY) if secret in repr(found)]


def test_what_the_process_has_counts_before_a_profile_and_is_named(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in WHOLE.splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    (nowhere / ".env.shop").write_text("VIPPS_ENVIRONMENT=test\n" + WHOLE)

    found = {one.key: one for one in destinations(LoginOptions(folder=nowhere))}

    assert found["test"].source == "process environment"
    assert found["test shop"].fault == "The keys of the process environment count before those of .env.shop."


def test_a_public_machine_offers_the_sandbox_alone(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://binder.example")
    (nowhere / ".env").write_text(WHOLE)

    assert [one.key for one in destinations(LoginOptions(folder=nowhere))] == ["sandbox"]


def test_whoever_holds_the_session_holds_it_still(nowhere: Path, card_of: Callable[[VippsSession], Card]) -> None:
    held = login(env="sandbox", quiet=True)
    first, sibling = held.base_url, held.as_merchant("654321")
    card = card_of(held)
    with Sandbox(seed=7) as running:
        (nowhere / ".env.class").write_text(running.dotenv())
        offered = card.places()
        assert (offered["sandbox"]["now"], offered["sandbox class"]["now"]) == (True, False)

        said = card.switch("sandbox class")

        assert said["well"], said
        assert (held.base_url, held.sandbox.base_url) == (running.base_url, running.base_url)
        assert held.get("/epayment/v1/payments/none").status_code == 404
        assert current_session() is held
        assert card.widget.source == ".env.class"
        assert card.widget.message == "Switched to the sandbox, with keys from .env.class."
        assert sibling.base_url == first, "what was made from it stays where it is"
        # The card follows the token of the new place.
        issued = card.widget.issued_at
        held.keys.renewed(held.keys.peek())
        assert card.widget.issued_at >= issued
        assert login(env="sandbox", profile="class", quiet=True) is held

        assert card.switch("sandbox")["well"]
        assert held.base_url == first
        # A logout forgets every place that it has been to.
        logout()
        for session in (held, sibling):
            with pytest.raises(NotLoggedInError):
                session.get("/epayment/v1/payments/none")
    assert card.widget.state == "logged_out"


def test_production_asks_for_its_name(nowhere: Path, production: Any, card_of: Callable[[VippsSession], Card]) -> None:
    held = login(env="sandbox", quiet=True)
    (nowhere / ".env.live").write_text("VIPPS_ENVIRONMENT=production\n" + WHOLE)
    card = card_of(held)

    for typed in ("", "yes", "produktion"):
        said = card.switch("production live", typed)
        assert not said["well"]
        assert "type its name" in said["say"]
    assert (held.environment.name, production.seen) == ("sandbox", [])

    with held.allow_writes():  # of the sandbox
        assert card.switch("production live", " Production ")["well"]
        assert held.environment.name == "production"
        with pytest.raises(ReadOnlyError):
            held.post("/epayment/v1/payments", json={})
        with held.allow_writes():
            assert held.writes_allowed
    assert not held.writes_allowed
    with held.allow_writes():
        assert held.writes_allowed
    assert card.widget.environment == "production"


def test_what_fails_leaves_everything_as_it_was(
    nowhere: Path, production: Any, card_of: Callable[[VippsSession], Card]
) -> None:
    held = login(env="sandbox", quiet=True)
    before = held.settings, held.base_url
    (nowhere / ".env.live").write_text("VIPPS_ENVIRONMENT=production\n" + WHOLE)
    card = card_of(held)
    ready = card.widget.get_state()
    production.script = lambda seen: dataclasses.replace(speaks()(seen), status=401, body=b"{}")

    said = card.switch("production live", "production")

    assert not said["well"]
    assert (held.settings, held.base_url) == before
    assert card.widget.get_state() == ready
    assert held.get("/epayment/v1/payments/none").status_code == 404
    assert current_session() is held
    assert "not there any more" in card.switch("test gone")["say"]


def test_no_message_and_no_state_holds_a_key(nowhere: Path, card_of: Callable[[VippsSession], Card]) -> None:
    held = login(env="sandbox", quiet=True)
    (nowhere / ".env").write_text(WHOLE)
    card = card_of(held)
    card.places()
    before = card.widget.get_state()

    said = repr((card.told, before))

    assert "places" not in before
    assert not [secret for secret in (CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY) if secret in said]
