"""A public Binder is a machine of strangers: real keys are refused there, wherever from, and not asked for."""

from __future__ import annotations

import getpass
import json

import pytest

from tests.waiting import eventually
from vipps_nb import CredentialsError, login
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.notebook.login_form import login_dialog

from .test_key_sources import WHOLE, write_env


@pytest.fixture(autouse=True)
def binder(monkeypatch):
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")

    def sent(*_args, **_kwargs):
        raise AssertionError("something was sent")

    monkeypatch.setattr("requests.Session.send", sent)


def from_process_environment(folder, monkeypatch):
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)
    return {}


def from_dotenv(folder, monkeypatch):
    write_env(folder / ".env")
    return {}


def from_named_file(folder, monkeypatch):
    write_env(folder / "keys")
    return {"dotenv": "keys"}


def from_profile(folder, monkeypatch):
    write_env(folder / ".env.shop")
    return {"profile": "shop"}


def from_postman(folder, monkeypatch):
    values = [{"key": name, "value": value} for name, value in WHOLE.items()]
    (folder / "postman.json").write_text(json.dumps({"values": values}))
    return {"postman": folder / "postman.json"}


@pytest.mark.parametrize("env", [None, "test", "production"])
@pytest.mark.parametrize("place", [from_process_environment, from_dotenv, from_named_file, from_profile, from_postman])
def test_keys_are_refused_wherever_they_come_from(nowhere, monkeypatch, place, env):
    options = place(nowhere, monkeypatch)

    with pytest.raises(CredentialsError, match="public Binder"):
        login(env=env, **options)


def test_the_terminal_does_not_even_ask(nowhere, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", pytest.fail)
    monkeypatch.setattr("builtins.input", pytest.fail)

    with pytest.raises(CredentialsError, match="public Binder"):
        login(env="test", form=True)


@pytest.mark.parametrize("env", [None, "test", "production"])
def test_the_form_offers_the_sandbox_alone(nowhere, env):
    form = login_dialog(LoginOptions(folder=nowhere, env=env), on_login=str)

    assert (form.environment, form.environments) == ("sandbox", ["sandbox"])
    assert "Type no real key here" in form.message
    # A page that says otherwise is not believed.
    form._receive(form, {"do": "submit", "values": {"client_id": "x"}, "environment": "test"}, [])
    assert form.state == "asking"


def test_a_form_made_before_is_refused_too(nowhere, monkeypatch):
    monkeypatch.delenv("BINDER_LAUNCH_HOST")
    form = login_dialog(LoginOptions(folder=nowhere, env="test"), on_login=str)
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    values = dict(
        zip(("client_id", "client_secret", "subscription_key", "merchant_serial_number"), WHOLE.values(), strict=True)
    )

    form._receive(form, {"do": "submit", "values": values, "environment": "test"}, [])

    eventually(lambda: form.state == "asking" and form.message)
    assert "public Binder" in form.message
