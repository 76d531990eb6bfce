"""Logging in from a script, joining a sandbox, saving keys, and what the form's button does."""

from __future__ import annotations

import getpass
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.waiting import eventually
from vipps_nb import MissingKeysError, Sandbox, TokenRefusedError, login, logout
from vipps_nb.auth.dotenv_file import ignore_in_git, save_keys
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.auth.sources import read_dotenv
from vipps_nb.doctor import examine
from vipps_nb.notebook.live_token import LiveToken, status_text
from vipps_nb.notebook.login_form import login_dialog
from vipps_nb.widgets.login_form import FormChoices

from .conftest import CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY


def test_a_script_logs_in_and_gets_an_answer_that_is_a_refusal_in_words():
    vipps = login(env="sandbox", quiet=True)

    answer = vipps.get("/epayment/v1/payments/no-such-payment")

    assert answer.status_code == 404
    with pytest.raises(Exception, match="5090"):
        answer.raise_for_status()


def test_the_same_keys_give_the_same_session_and_the_same_sandbox():
    assert login(env="sandbox", quiet=True) is login(env="sandbox", quiet=True)


def test_partner_keys_have_several_sales_units_to_act_for():
    partner = login(env="sandbox", key_type="partner", quiet=True)
    shops = [unit["merchantSerialNumber"] for unit in partner.sandbox.sales_units()]

    unknown = {partner.as_merchant(msn).get("/epayment/v1/payments/none").status_code for msn in shops}

    assert (len(shops), unknown) == (3, {404})


def test_a_sandbox_that_runs_is_joined_by_the_lines_it_prints(nowhere):
    with Sandbox(seed=7) as running:
        (nowhere / ".env").write_text(running.dotenv())

        vipps = login(quiet=True)
        vipps.sandbox.hold("2026-01-01T12:00:00Z")

        assert vipps.base_url == running.base_url
        assert vipps.environment.name == "sandbox"
        assert running.clock()["held"] is True
        logout()
        # Logging out stops only what logging in has started.
        assert requests.get(running.base_url + "/sandbox", timeout=5).ok


@pytest.mark.parametrize("key_type", ["partner", "management", "accounting", "donations"])
def test_every_type_of_keys_is_printed_and_opens_its_own_endpoint(nowhere, key_type):
    with Sandbox() as running:
        (nowhere / ".env").write_text(running.dotenv())

        vipps = login(key_type=key_type, quiet=True)

        assert vipps.token.lifetime.total_seconds() == (900 if key_type != "partner" else 3599)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("VIPPS_CLIENT_SECRET", "bm90LXRoZS1zZWNyZXQ=", "The client secret from .env does not fit"),
        ("VIPPS_SUBSCRIPTION_KEY", "f" * 32, "The subscription key from .env is not known"),
        ("VIPPS_CLIENT_ID", CLIENT_ID, "The client ID from .env is not known"),
    ],
)
def test_a_wrong_key_is_named(nowhere, name, value, sentence):
    with Sandbox() as running:
        lines = [
            line if not line.startswith(name + "=") else f"{name}={value}" for line in running.dotenv().split("\n")
        ]
        (nowhere / ".env").write_text("\n".join(lines))

        with pytest.raises(TokenRefusedError, match=sentence):
            login()


def test_a_sandbox_to_join_without_its_keys_says_where_they_are(nowhere):
    (nowhere / ".env").write_text("VIPPS_BASE_URL=http://127.0.0.1:8080\n")

    with pytest.raises(MissingKeysError, match="Copy the lines that `vipps-nb sandbox` printed"):
        login()


def test_the_form_in_a_terminal_asks_for_what_is_missing_and_hides_secrets(nowhere, monkeypatch):
    with Sandbox() as running:
        keys = running.keys()
        (nowhere / ".env").write_text(
            f"VIPPS_BASE_URL={running.base_url}\nVIPPS_MSN={keys['merchant_serial_number']}\n"
        )
        shown, hidden = [], []
        monkeypatch.setattr(
            "builtins.input", lambda ask: shown.append(ask) or (keys["client_id"] if "ID" in ask else "")
        )
        answers = iter([keys["client_secret"], keys["subscription_key"]])
        monkeypatch.setattr(getpass, "getpass", lambda ask: hidden.append(ask) or next(answers))

        vipps = login(form=True, quiet=True)

        assert vipps.credentials.source == "the form + .env"
        assert [ask.partition(" ")[0].rstrip(":") for ask in hidden] == [
            "VIPPS_CLIENT_SECRET",
            "VIPPS_SUBSCRIPTION_KEY",
        ]
        assert "VIPPS_MSN (set, from .env; Enter keeps it): " in shown


def test_saving_keys_keeps_the_other_lines_and_the_file_to_its_owner(nowhere):
    file = nowhere / ".env"
    file.write_text("# mine\nOTHER=1\nVIPPS_MSN=1111\n")

    save_keys(file, {"VIPPS_MSN": "222222", "VIPPS_CLIENT_SECRET": "a'b\"c#d=="})

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_dotenv(file) == {"OTHER": "1", "VIPPS_MSN": "222222", "VIPPS_CLIENT_SECRET": "a'b\"c#d=="}
    assert file.read_text().startswith("# mine\n")
    assert list(nowhere.iterdir()) == [file]


def test_a_folder_that_cannot_be_written_leaves_the_file_as_it_was(nowhere, monkeypatch):
    file = nowhere / ".env"
    file.write_text("VIPPS_MSN=1111\n")

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(Exception, match="No space left on device"):
        save_keys(file, {"VIPPS_MSN": "2222"})

    assert file.read_text() == "VIPPS_MSN=1111\n"
    assert list(nowhere.iterdir()) == [file]


def test_dotenv_is_named_in_gitignore_once(nowhere):
    (nowhere / ".gitignore").write_text("build")

    assert ignore_in_git(nowhere / ".env")
    assert not ignore_in_git(nowhere / ".env")
    assert (nowhere / ".gitignore").read_text() == "build\n.env\n"


def test_the_forms_button_logs_in_and_saves_when_asked(nowhere):
    with Sandbox() as running:
        keys = running.keys()
        (nowhere / ".env").write_text(f"VIPPS_BASE_URL={running.base_url}\n")
        said = []
        form = login_dialog(
            LoginOptions(folder=nowhere),
            on_login=lambda outcome: said.append(outcome) or "Logged in.",
        )

        assert (form.environment, form.keyless) == ("sandbox", [])
        form._receive(
            form, {"do": "submit", "values": keys, "environment": "sandbox", "save": True, "gitignore": True}, []
        )
        eventually(lambda: form.state == "done")

        assert said[0].session.credentials.source == "the form"
        assert "Saved to .env" in form.message
        assert read_dotenv(nowhere / ".env")["VIPPS_MSN"] == running.keys()["merchant_serial_number"]
        assert (nowhere / ".gitignore").read_text() == ".env\n"
        for secret in (running.keys()["client_secret"], running.keys()["subscription_key"]):
            assert secret not in str(form.get_state())
        assert FormChoices("sandbox", save=True, gitignore=True).save


def test_the_command_prints_a_dotenv_and_nothing_else_on_standard_output(nowhere):
    command = [sys.executable, "-m", "vipps_nb.cli", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        first = process.stdout.readline().strip(), process.stdout.readline().strip()
        base_url = first[1].partition("=")[2]

        assert first[0] == "VIPPS_ENVIRONMENT=sandbox"
        assert requests.get(base_url + "/sandbox/docs", timeout=5).ok
    finally:
        process.terminate()
        out, err = process.communicate(timeout=20)
    assert all(line.startswith("VIPPS_") for line in out.splitlines() if line)
    assert "Ctrl-C stops it" in err
    assert process.returncode == 0


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("moved", [-7 * 86400, 3600, 400 * 86400])
def test_a_sandboxs_moved_clock_is_never_blamed_on_the_computer(nowhere, capsys, joined, moved):
    with Sandbox() as running:
        if joined:
            (nowhere / ".env").write_text(running.dotenv())
        vipps = login(**({} if joined else {"env": "sandbox"}))
        vipps.sandbox.hold((datetime.now(UTC) + timedelta(seconds=moved)).strftime("%Y-%m-%dT%H:%M:%SZ"))

        again = login(refresh=True, **({} if joined else {"env": "sandbox"}))
        card = LiveToken(again, logout).widget
        said = [capsys.readouterr().err, card.message, status_text(again), repr(examine()), repr(card)]

    assert not any("computer" in words or "machine's clock" in words for words in said)
    assert again.token.remaining() > timedelta(minutes=50)


def submitted(folder, values, environment="test", **choices):
    """The form after it was sent with these texts."""
    form = login_dialog(LoginOptions(folder=folder, env="test"), on_login=lambda _: "In.")
    content = {"do": "submit", "values": dict(values), "environment": environment, **choices}
    form._receive(form, content, [])
    eventually(lambda: form.state != "checking")
    return form


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"client_id": CLIENT_SECRET, "client_secret": CLIENT_ID},
            {"client_id": "client secret", "client_secret": "GUID"},
        ),
        ({"client_secret": ""}, {"client_secret": "Missing."}),
        ({"client_secret": f"{CLIENT_SECRET}\u200b"}, {"client_secret": "zero width space"}),
        ({"client_id": f"{CLIENT_ID};"}, {"client_id": "This has a ; at its end"}),
        (
            {"subscription_key": f"{{{SUBSCRIPTION_KEY}}}", "merchant_serial_number": "x"},
            {"subscription_key": "{", "merchant_serial_number": "digits"},
        ),
        ({"client_secret": "abc—def"}, {"client_secret": "em dash"}),
    ],
)  # fmt: skip
def test_the_form_says_at_each_field_what_is_wrong_with_it_in_the_fields_words(nowhere, changes, words):
    keys = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "subscription_key": SUBSCRIPTION_KEY}
    values = {**keys, "merchant_serial_number": "123456", **changes}

    form = submitted(nowhere, values, save=True)

    assert (form.state, form.message.partition(".")[0]) == ("asking", "Nothing was sent")
    assert form.faults.keys() == words.keys()
    for what, word in words.items():
        assert word in form.faults[what]
        assert {"client_id": "Client ID", "client_secret": "Client secret"}.get(what, "") in form.message
    shown = f"{form.faults}{form.message}"
    assert not any(name in shown for name in ("VIPPS_", "client_secret has", "header"))
    assert not any(value in repr(form.get_state()) for value in values.values() if value and len(value) > 8)
    assert not (nowhere / ".env").exists()


def test_a_refusal_of_the_server_stands_at_its_field(nowhere):
    with Sandbox() as running:
        (nowhere / ".env").write_text(f"VIPPS_BASE_URL={running.base_url}\n")
        values = {**running.keys(), "client_secret": "bm90LXRoZS1zZWNyZXQ="}

        form = submitted(nowhere, values, "sandbox", save=True)

        assert form.state == "asking"
        assert form.faults["client_secret"].startswith("The client secret does not fit its client ID")
        assert "VIPPS_" not in f"{form.faults}{form.message}"
        assert (nowhere / ".env").read_text() == f"VIPPS_BASE_URL={running.base_url}\n"


def test_what_cannot_be_saved_is_said_before_anything_is_sent(nowhere):
    (nowhere / "elsewhere").write_text("A=1\n")
    (nowhere / ".env").symlink_to(nowhere / "elsewhere")
    values = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "subscription_key": SUBSCRIPTION_KEY}

    form = submitted(nowhere, {**values, "merchant_serial_number": "123456"}, save=True, gitignore=True)

    assert form.state == "asking"
    assert "it is a symbolic link" in form.message
    assert (nowhere / "elsewhere").read_text() == "A=1\n"
    assert not (nowhere / ".gitignore").exists()
