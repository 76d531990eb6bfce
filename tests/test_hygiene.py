"""How a .env is kept, what is said about it at login, and what --init does about it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from vipps_nb import login
from vipps_nb.auth import dotenv_audit as hygiene
from vipps_nb.auth.dotenv_init import prepare
from vipps_nb.core import environment
from vipps_nb.core.environment import Environment
from vipps_nb.errors import CredentialsError

from .conftest import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY, Answer

LINES = (
    f"VIPPS_CLIENT_ID={CLIENT_ID}\nVIPPS_CLIENT_SECRET={CLIENT_SECRET}\n"
    f"VIPPS_SUBSCRIPTION_KEY={SUBSCRIPTION_KEY}\nVIPPS_MSN={MSN}\n"
)
TOKEN = b'{"access_token": "eyJ.eyJ.sig", "expires_in": "3599", "token_type": "Bearer"}'

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX ones here")


def git(folder, *command: str) -> str:
    own = ["-c", "user.name=N", "-c", "user.email=n@example.com", "-c", "init.defaultBranch=main"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", *own, *command], cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def dotenv(nowhere):
    """A .env that is its owner's alone, outside of any repository."""
    file = nowhere / ".env"
    file.write_text(LINES)
    file.chmod(0o600)
    return file


@pytest.fixture
def a_test_environment(serve, monkeypatch):
    """Every key is good in a test environment on this machine."""
    server = serve(lambda seen: Answer(body=TOKEN))
    monkeypatch.setitem(environment._OFFICIAL, "test", Environment("test", server.base_url))
    return server


class TestRisks:
    def test_a_file_of_ones_own_outside_of_git_is_kept_well(self, dotenv):
        assert hygiene.risks(dotenv) == []
        assert hygiene.sentence(dotenv) is None

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
    def test_readable_by_others(self, dotenv, mode):
        dotenv.chmod(mode)

        (risk,) = hygiene.risks(dotenv)

        assert risk.what == "can be read by other users of this machine"
        assert risk.remedy == "Make it yours alone: chmod 600 .env."

    def test_not_ignored_then_ignored_then_tracked(self, dotenv, nowhere):
        git(nowhere, "init")
        assert [risk.what for risk in hygiene.risks(dotenv)] == ["is not ignored by git"]

        (nowhere / ".gitignore").write_text(".env\n")
        assert hygiene.risks(dotenv) == []

        git(nowhere, "add", "-f", ".env")
        (risk,) = hygiene.risks(dotenv)
        assert risk.what == "is tracked by git"
        assert "git rm --cached .env" in risk.remedy
        assert "make new keys" in risk.remedy

    def test_what_was_committed_once_stays_in_the_history(self, dotenv, nowhere):
        git(nowhere, "init")
        git(nowhere, "add", ".env")
        git(nowhere, "commit", "-m", "oops")
        git(nowhere, "rm", "--cached", ".env")
        git(nowhere, "commit", "-m", "sorry")
        (nowhere / ".gitignore").write_text(".env\n")

        (risk,) = hygiene.risks(dotenv)

        assert risk.what == "was committed to git once, and git's history keeps it"
        assert risk.remedy == "Make new keys in the portal."

    def test_looking_runs_no_program_that_the_repository_names(self, dotenv, nowhere):
        git(nowhere, "init")
        trap = nowhere / "trap"
        trap.write_text(f"#!/bin/sh\ntouch {nowhere}/sprung\n")
        trap.chmod(0o755)
        git(nowhere, "config", "core.fsmonitor", str(trap))

        hygiene.risks(dotenv)

        assert not (nowhere / "sprung").exists()

    @pytest.mark.parametrize(
        ("folder", "service"),
        [
            ("Dropbox", "Dropbox"),
            ("Dropbox (Personal)", "Dropbox"),
            ("OneDrive - Contoso", "OneDrive"),
            ("Mobile Documents/com~apple~CloudDocs", "iCloud"),
            ("GoogleDrive-a@example.com", "Google Drive"),
            ("Nextcloud", "Nextcloud"),
        ],
    )
    def test_inside_a_synced_folder(self, nowhere, folder, service):
        place = nowhere / folder / "shop"
        place.mkdir(parents=True)
        (place / ".env").touch(0o600)

        (risk,) = hygiene.risks(place / ".env")

        assert risk.what == f"lies in a folder that {service} copies elsewhere"
        assert "--dotenv" in risk.remedy

    def test_a_synced_folder_of_any_name_is_known_by_its_mark(self, nowhere, dotenv):
        (nowhere / ".stfolder").mkdir()

        assert [risk.what for risk in hygiene.risks(dotenv)] == ["lies in a folder that Syncthing copies elsewhere"]

    @pytest.mark.parametrize("folder", ["boxes", "dropboxer", "my onedriver"])
    def test_names_that_only_sound_alike_are_no_synced_folders(self, nowhere, folder):
        place = nowhere / folder
        place.mkdir()
        (place / ".env").touch(0o600)

        assert hygiene.risks(place / ".env") == []

    def test_without_git_nothing_is_said_about_it(self, dotenv, nowhere, monkeypatch):
        git(nowhere, "init")
        monkeypatch.setenv("PATH", "")

        assert hygiene.risks(dotenv) == []


class TestAtLogin:
    def test_is_said_once_per_file_with_the_remedy(self, dotenv, a_test_environment, capsys):
        dotenv.chmod(0o644)

        login()
        assert capsys.readouterr().err == (
            ".env can be read by other users of this machine. %vipps_login --init mends that.\n"
        )

        login(refresh=True)
        assert capsys.readouterr().err == ""

    def test_is_one_sentence_for_several_risks(self, dotenv, nowhere, a_test_environment, capsys):
        git(nowhere, "init")
        git(nowhere, "add", "-f", ".env")
        dotenv.chmod(0o644)

        login()

        said = capsys.readouterr().err
        assert said.startswith(
            ".env can be read by other users of this machine, is tracked by git and is not ignored by git. Take it out"
        )
        assert said.endswith("%vipps_login --init mends the rest.\n")

    def test_nothing_is_said_of_a_file_whose_keys_are_not_in_use(self, dotenv, a_test_environment, monkeypatch, capsys):
        dotenv.chmod(0o644)
        for line in LINES.splitlines():
            monkeypatch.setenv(*line.split("=", 1))

        login()

        assert capsys.readouterr().err == ""


class TestInit:
    def test_prepares_an_empty_folder(self, nowhere):
        git(nowhere, "init")

        said = prepare(nowhere)

        example = (nowhere / ".env.example").read_text()
        assert [line for line in example.splitlines() if line and not line.startswith("#")] == [
            "VIPPS_ENVIRONMENT=test",
            "VIPPS_CLIENT_ID=",
            "VIPPS_CLIENT_SECRET=",
            "VIPPS_SUBSCRIPTION_KEY=",
            "VIPPS_MSN=",
        ]
        assert (nowhere / ".gitignore").read_text() == ".env\n.env.*\n!.env.example\n.ipynb_checkpoints/\n"
        assert said.done == [
            "Wrote .env.example: the names, to be copied to .env and filled in.",
            "Added to .gitignore: .env, .env.*, !.env.example, .ipynb_checkpoints/.",
        ]
        assert git(nowhere, "status", "--short", "-uall").split() == ["??", ".env.example", "??", ".gitignore"]

    def test_overwrites_nothing_and_says_what_it_left(self, nowhere, dotenv):
        (nowhere / ".env.example").write_text("MINE=\n")
        (nowhere / ".gitignore").write_text("build\n.env\n.env.*\n!.env.example\n.ipynb_checkpoints/\n# end")
        before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in nowhere.iterdir()}

        said = prepare(nowhere)

        assert said.done == []
        assert said.left == [
            ".env.example is there already, and stays as it is.",
            "git ignores the files with keys already.",
            ".env is readable by you alone already.",
        ]
        assert {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in nowhere.iterdir()} == before

    def test_adds_only_the_lines_that_are_missing(self, nowhere):
        (nowhere / ".gitignore").write_text("!.env.example\n.env")

        prepare(nowhere)

        # The exception again, because it counts only below its rule.
        assert (nowhere / ".gitignore").read_text() == (
            "!.env.example\n.env\n.env.*\n.ipynb_checkpoints/\n!.env.example\n"
        )

    def test_leaves_gitignore_alone_when_one_further_up_does_it(self, nowhere):
        git(nowhere, "init")
        (nowhere / ".gitignore").write_text(".env*\n!.env.example\n.ipynb_checkpoints\n")
        (nowhere / "shop").mkdir()

        prepare(nowhere / "shop")

        assert not (nowhere / "shop" / ".gitignore").exists()

    def test_ignores_the_file_further_up_that_a_login_would_read(self, nowhere, dotenv):
        git(nowhere, "init")
        (nowhere / "shop").mkdir()

        prepare(nowhere / "shop")

        assert hygiene.risks(dotenv) == []

    def test_closes_every_file_with_keys(self, nowhere, dotenv):
        profile = nowhere / ".env.shop2"
        profile.touch(0o644)
        dotenv.chmod(0o644)

        said = prepare(nowhere)

        assert [stat.S_IMODE(file.stat().st_mode) for file in (dotenv, profile)] == [0o600, 0o600]
        assert stat.S_IMODE((nowhere / ".env.example").stat().st_mode) & 0o444 == 0o444
        assert "Made .env.shop2 readable by you alone." in said.done
        assert dotenv.read_text() == LINES

    def test_says_that_a_tracked_file_stays_tracked(self, nowhere, dotenv):
        git(nowhere, "init")
        git(nowhere, "add", ".env")

        said = prepare(nowhere)

        assert any("git rm --cached .env" in line for line in said.left)
        assert hygiene.is_tracked(dotenv)

    def test_a_folder_that_cannot_be_written_is_one_sentence(self, nowhere):
        (nowhere / ".env.example").touch()
        (nowhere / ".gitignore").mkdir()

        with pytest.raises(CredentialsError, match=r"^\.gitignore could not be written"):
            prepare(nowhere)

    def test_names_of_other_keys_are_written_too(self, nowhere):
        prepare(nowhere, key_type="accounting")

        example = (nowhere / ".env.example").read_text()
        assert "VIPPS_ACCOUNTING_CLIENT_ID=\nVIPPS_ACCOUNTING_CLIENT_SECRET=\n" in example

    def test_a_script_prepares_and_then_logs_in(self, nowhere, capsys):
        vipps = login(env="sandbox", init=True)

        assert vipps.environment.name == "sandbox"
        assert "✓ Wrote .env.example" in capsys.readouterr().err


class TestOutputFilter:
    STAND_IN = (
        "import json, sys\nif '-t' in sys.argv: print(open(sys.argv[-1]).read()); sys.exit()\n"
        "notebook = json.load(sys.stdin)\nfor cell in notebook['cells']: cell['outputs'] = []\n"
        "json.dump(notebook, sys.stdout)\n"
    )

    def test_says_what_to_install_and_changes_nothing(self, nowhere, monkeypatch):
        git(nowhere, "init")
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

        said = prepare(nowhere, strip_outputs=True)

        assert any("pip install nbstripout" in line for line in said.left)
        assert not (nowhere / ".gitattributes").exists()

    def test_needs_a_repository(self, nowhere):
        assert any("git init" in line for line in prepare(nowhere, strip_outputs=True).left)

    def test_git_stores_notebooks_without_outputs(self, nowhere, monkeypatch, tmp_path_factory):
        # Stands in for nbstripout, which the tests do not install: git does the rest for real.
        packages = tmp_path_factory.mktemp("packages")
        (packages / "nbstripout.py").write_text(self.STAND_IN)
        monkeypatch.syspath_prepend(packages)
        monkeypatch.setenv("PYTHONPATH", str(packages))
        git(nowhere, "init")

        said = prepare(nowhere, strip_outputs=True)
        (nowhere / "lesson.ipynb").write_text('{"cells": [{"source": "1", "outputs": ["what a secret"]}]}')
        git(nowhere, "add", "lesson.ipynb")

        assert "what a secret" not in git(nowhere, "show", ":lesson.ipynb")
        assert "what a secret" in (nowhere / "lesson.ipynb").read_text()
        assert (nowhere / ".gitattributes").read_text() == "*.ipynb filter=nbstripout\n*.ipynb diff=ipynb\n"
        assert git(nowhere, "config", "filter.nbstripout.required").strip() == "true"
        assert any("Installed nbstripout" in line for line in said.done)

    def test_a_filter_that_is_there_stays_as_it_is(self, nowhere):
        git(nowhere, "init")
        git(nowhere, "config", "filter.nbstripout.clean", "cat")

        said = prepare(nowhere, strip_outputs=True)

        assert git(nowhere, "config", "filter.nbstripout.clean").strip() == "cat"
        assert any("stays as it is" in line for line in said.left)
        assert sys.executable not in git(nowhere, "config", "--list")
