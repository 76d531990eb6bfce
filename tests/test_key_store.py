"""Keys in the system's store: kept there by the form, found by ``--keyring``, and what is said without one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring import errors
from keyring.backend import KeyringBackend
from keyring.backends import fail

from vipps_nb import CredentialsError, MissingKeysError, Sandbox, login
from vipps_nb.auth import key_store
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.client.destinations import destinations
from vipps_nb.notebook.login_form import login_dialog
from vipps_nb.widgets.login_form import FormChoices

from .conftest import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY

KEYS = {
    "VIPPS_CLIENT_ID": CLIENT_ID,
    "VIPPS_CLIENT_SECRET": CLIENT_SECRET,
    "VIPPS_SUBSCRIPTION_KEY": SUBSCRIPTION_KEY,
    "VIPPS_MSN": MSN,
}


class Store(KeyringBackend):
    """A store in memory, which may be made to fail."""

    name = "a shoebox"  # type: ignore[assignment] # as below
    priority = 5  # type: ignore[assignment] # the library's own is a property of the class

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.fault: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.fault:
            raise self.fault
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.fault:
            raise self.fault
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def store() -> Iterator[Store]:
    before = keyring.get_keyring()
    store = Store()
    keyring.set_keyring(store)
    yield store
    keyring.set_keyring(before)


@pytest.fixture
def elsewhere(nowhere: Path) -> Iterator[Sandbox]:
    """A sandbox that runs elsewhere: its address is in the `.env`, and its keys are not."""
    with Sandbox(seed=7) as running:
        (nowhere / ".env").write_text(f"VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL={running.base_url}\n")
        yield running


def names(sandbox: Sandbox) -> dict[str, str]:
    keys = sandbox.keys()
    return {f"VIPPS_{'MSN' if name == 'merchant_serial_number' else name.upper()}": keys[name] for name in keys}


def test_the_form_keeps_what_was_typed_and_the_next_login_finds_it(store: Store, elsewhere: Sandbox) -> None:
    form = login_dialog(LoginOptions(), on_login=lambda outcome: "Logged in.")
    assert form.remembers == "yes"
    typed = {what: value for what, value in elsewhere.keys().items() if what in {one["name"] for one in form.fields}}

    said = form._on_submit(typed, FormChoices("sandbox", save=False, gitignore=False, remember=True))

    assert said == "Logged in. Remembered in the system's key store: %vipps_login --keyring finds them."
    assert set(store.entries) == {("vipps_nb", "sandbox")}
    assert json.loads(store.entries["vipps_nb", "sandbox"]) == names(elsewhere)
    vipps = login(keyring=True, quiet=True)
    assert vipps.credentials.source == "the system's key store"
    assert vipps.get("/epayment/v1/payments/none").status_code == 404
    assert elsewhere.keys()["client_secret"] not in repr((vipps, vipps.credentials, form, form.get_state(), said))


def test_a_terminal_keeps_them_too(
    store: Store, elsewhere: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = names(elsewhere)
    reply = lambda prompt: answers[prompt.partition(":")[0].partition(" ")[0]]  # noqa: E731 - for two places
    monkeypatch.setattr("builtins.input", reply)
    monkeypatch.setattr("getpass.getpass", reply)

    login(form=True, keyring=True)

    assert "Remembered in the system's key store" in capsys.readouterr().err
    assert login(keyring=True, quiet=True).credentials.source == "the system's key store"


def test_it_counts_before_a_file_and_behind_the_process(
    store: Store, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_store.remember("test", KEYS)
    (nowhere / ".env").write_text("VIPPS_CLIENT_ID=your-client-id\nVIPPS_MSN=999999\n")
    monkeypatch.setenv("VIPPS_MSN", "654321")

    sources = LoginOptions(keyring=True).load_sources()

    assert [source.name for source in sources] == ["process environment", "the system's key store", ".env"]
    assert sources[1].values["VIPPS_ENVIRONMENT"] == "test"
    assert CLIENT_SECRET not in repr(sources)


def test_the_cards_list_offers_what_is_stored_to_whoever_has_used_the_store(store: Store, nowhere: Path) -> None:
    (nowhere / ".env").write_text("VIPPS_ENVIRONMENT=test\n" + "".join(f"{key}={KEYS[key]}\n" for key in KEYS))
    key_store.remember("production", KEYS)

    assert [one.key for one in destinations(LoginOptions())] == ["sandbox", "test"]
    used = destinations(LoginOptions(keyring=True, env="production"))
    assert [(one.key, one.source) for one in used[2:]] == [("production (key store)", "the system's key store")]
    assert used[2].options(LoginOptions()) == LoginOptions(keyring=True, env="production")


def test_partners_keys_stand_beside_the_merchants(store: Store) -> None:
    key_store.remember("test", KEYS)
    key_store.remember("test", {"VIPPS_PARTNER_CLIENT_ID": CLIENT_ID})

    assert key_store.read("test") == {**KEYS, "VIPPS_PARTNER_CLIENT_ID": CLIENT_ID}


def test_nothing_stored_is_a_mistake_and_says_what_there_is(store: Store, nowhere: Path) -> None:
    (nowhere / ".env").write_text("".join(f"{name}={value}\n" for name, value in KEYS.items()))
    with pytest.raises(MissingKeysError, match=r"has no keys for the test environment\. Expected"):
        login(keyring=True)
    key_store.remember("production", KEYS)
    with pytest.raises(MissingKeysError, match="It has keys for production: choose with --env"):
        login(keyring=True)
    # The kernel's own sandbox needs none.
    assert login(env="sandbox", keyring=True, quiet=True).environment.name == "sandbox"


FAULTS = {
    "locked": (errors.KeyringLocked("collection /org/secrets"), "is locked"),
    "refused": (errors.PasswordSetError("Can't store"), "refused to keep the keys"),
    "its system": (RuntimeError("org.freedesktop.DBus.Error: secret=hunter2"), r"could not be read \(RuntimeError\)"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_store_that_fails_is_told_of_in_our_words(store: Store, nowhere: Path, fault: str) -> None:
    store.fault, said = FAULTS[fault]

    with pytest.raises(CredentialsError, match=said) as caught:
        login(keyring=True)

    assert str(store.fault) not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_what_the_form_cannot_keep_is_said_before_anything_is_sent(store: Store, elsewhere: Sandbox) -> None:
    keyring.set_keyring(fail.Keyring())
    form = login_dialog(LoginOptions(keyring=True), on_login=lambda outcome: "Logged in.")
    assert form.remembers == "ticked"

    with pytest.raises(Exception, match="no key store that could be used"):
        form._on_submit(elsewhere.keys(), FormChoices("sandbox", save=False, gitignore=False, remember=True))

    assert not [one for one in elsewhere.requests() if "accesstoken" in one["path"].lower()]


def test_a_store_that_fails_afterwards_loses_nothing(store: Store, elsewhere: Sandbox) -> None:
    def on_login(outcome: Any) -> str:
        store.fault = errors.KeyringLocked("now")
        return "Logged in."

    form = login_dialog(LoginOptions(), on_login=on_login)

    said = form._on_submit(elsewhere.keys(), FormChoices("sandbox", save=False, gitignore=False, remember=True))

    assert said.startswith("Logged in. But they were not remembered: The system's key store is locked")


def test_somebody_elses_entry_is_said_and_left_alone(store: Store) -> None:
    for strange in ("hunter2", "[1]", '{"VIPPS_MSN": 1}'):
        store.entries["vipps_nb", "test"] = strange
        with pytest.raises(CredentialsError, match="is none of ours") as caught:
            login(keyring=True)
        assert strange not in str(caught.value)
        with pytest.raises(CredentialsError, match="is none of ours"):
            key_store.remember("test", KEYS)
        assert store.entries["vipps_nb", "test"] == strange


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, nowhere: Path) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(CredentialsError, match=r"pip install 'vipps-nb\[keyring\]'"):
        login(keyring=True)


def test_a_store_that_is_not_recommended_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "priority", 0.5)

    assert key_store.remember("test", KEYS).endswith("Its makers do not recommend a shoebox.")
