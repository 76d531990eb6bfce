"""Keys from the system's store and a session that moves: what is said, shown, sent to the browser and raised."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring import errors

from tests.leaks.api import NAMES, Home, Stranger
from tests.leaks.canaries import CANARIES
from tests.leaks.rows import KEY_STORE, SWITCHING
from tests.leaks.table import Look
from tests.test_key_store import Store
from vipps_nb import VippsNbError, login
from vipps_nb.auth import key_store
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.notebook.live_token import LiveToken
from vipps_nb.notebook.login_form import login_dialog
from vipps_nb.widgets.login_form import FormChoices
from vipps_nb.widgets.token_status import TokenStatus

EVERYTHING = " ".join(CANARIES.values())


@pytest.fixture
def home(nowhere: Path) -> Iterator[Home]:
    stranger = Stranger()
    home = Home(stranger)
    yield home
    home.close()
    stranger.close()


@pytest.fixture
def store() -> Iterator[Store]:
    before, store = keyring.get_keyring(), Store()
    keyring.set_keyring(store)
    yield store
    keyring.set_keyring(before)


def refusals(store: Store) -> Iterator[str]:
    """What a store may quote when something goes wrong."""
    whole = dict(store.entries)
    for fault in (errors.KeyringLocked(EVERYTHING), errors.PasswordSetError(EVERYTHING), OSError(EVERYTHING)):
        store.fault = fault
        for act in (lambda: login(keyring=True), lambda: key_store.remember("sandbox", {"VIPPS_MSN": "1"})):
            yield from refusal(act)
    store.fault = None
    for strange in (EVERYTHING, json.dumps([EVERYTHING]), "{" + EVERYTHING):
        store.entries["vipps_nb", "sandbox"] = strange
        yield from refusal(lambda: login(keyring=True))
    store.entries = whole


def refusal(act: Any) -> Iterator[str]:
    try:
        act()
    except VippsNbError as error:
        yield repr((error, error.__cause__, error.__context__, vars(error)))
    else:
        raise AssertionError("it was not refused")


def test_keys_of_the_systems_store(home: Home, store: Store, nowhere: Path, look: Look) -> None:
    (nowhere / ".env").write_text(f"VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL={home.base_url}\n", encoding="utf-8")
    form = login_dialog(LoginOptions(keyring=True), on_login=lambda outcome: f"Logged in: {outcome.session!r}.")
    fields = ("client_id", "client_secret", "subscription_key", "merchant_serial_number")
    typed = {what: home.settings()[name] for what, name in zip(fields, NAMES, strict=True)}
    said = [form._on_submit(typed, FormChoices("sandbox", save=False, gitignore=False, remember=True))]
    vipps = login(keyring=True)
    hook = vipps.post("/webhooks/v1/webhooks", json={}).json()["secret"]
    said += [repr((vipps, vipps.credentials, vars(vipps.credentials), form, form.get_state(), vipps.way_in))]
    said += [repr((LoginOptions(keyring=True).load_sources(), form._repr_mimebundle_()))]
    said += list(refusals(store))
    said += [file.read_text(encoding="utf-8") for file in nowhere.rglob("*") if file.is_file()]

    leaking = repr((store.entries, vipps.token.reveal(), hook))
    look(KEY_STORE, "\n".join(said).encode(), leaking.encode())


def test_a_session_that_moves(home: Home, nowhere: Path, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(TokenStatus, "send", lambda self, content, buffers=None: told.append(content))
    vipps = login(env="sandbox", quiet=True)
    home.furnish(nowhere)  # profiles that are well, broken, refused and gone
    card = LiveToken(vipps, on_logout=vipps.keys.forget).widget

    def ask(**message: object) -> dict[str, Any]:
        question, deadline = len(told) + 1000, time.monotonic() + 20
        card._handle_custom_msg({**message, "id": question}, [])
        while time.monotonic() < deadline:
            for one in list(told):
                if question in (one.get("did"), one.get("id")):
                    return dict(one)
            time.sleep(0.01)
        raise AssertionError("the card never answered")

    places = ask(ask="places")["places"]
    seen = [repr(card.get_state())]
    for place in places:
        ask(do="switch", place=place["key"], typed="production")
        seen.append(repr((card.get_state(), vipps, vipps.history, card._repr_mimebundle_())))

    well = [one for one in told if one.get("well")]
    assert well, "nothing moved, so nothing was looked at"
    leaking = "".join(home.settings().values()) + vipps.token.reveal() + CANARIES["webhook secret"]
    look(SWITCHING, repr((told, seen)).encode(), leaking.encode())
