"""What people set again and again: in IPython's configuration, in pyproject.toml, in the process environment."""

import subprocess
import sys

import pytest
import requests
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import vipps_nb
from vipps_nb import ConfigurationError
from vipps_nb.client import bulk
from vipps_nb.core import configuration
from vipps_nb.core.configuration import SETTINGS, setting
from vipps_nb.core.view import View

OTHERS = {
    "environment": "production",
    "quiet": True,
    "zone": "Europe/Oslo",
    "masking": "secrets",
    "strictness": "strict",
    "at_once": 3,
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A notebook's folder two below a project's; nothing is set in the process environment."""
    for one in SETTINGS.values():
        monkeypatch.delenv(one.variable, raising=False)
    monkeypatch.delenv("VIPPS_BASE_URL", raising=False)
    here = tmp_path / "project" / "notebooks" / "deep"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    yield here
    configuration.notebook.said.clear()
    vipps_nb.logout()


def project(folder, text, place="project"):
    file = next(one for one in folder.parents if one.name == place) / "pyproject.toml"
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def shell(folder):
    """Makes shells with a configuration; none of them is left with the extension."""
    shells = []

    def make(**said):
        config = Config()
        for name, value in said.items():
            config.VippsNb[name] = value
        shells.append(InteractiveShell(config=config))
        vipps_nb.load_ipython_extension(shells[-1])
        return shells[-1]

    yield make
    for one in shells:
        vipps_nb.unload_ipython_extension(one)


def as_toml(value):
    return {True: "true", False: "false"}.get(value, repr(value)) if isinstance(value, bool) else repr(value)


@pytest.mark.parametrize(("name", "value"), OTHERS.items())
def test_what_counts_before_what(folder, shell, monkeypatch, name, value):
    assert setting(name) == SETTINGS[name].default

    project(folder, f"[tool.vipps_nb]\n{name} = {as_toml(value)}\n")
    assert setting(name) == value

    shell(**{name: SETTINGS[name].default})
    assert setting(name) == SETTINGS[name].default

    if name != "environment":  # a login reads that one itself
        monkeypatch.setenv(SETTINGS[name].variable, str(value))
        assert setting(name) == value


def test_the_nearest_file_with_settings_counts_and_is_read_again_when_it_changes(folder):
    project(folder, "[tool.vipps_nb]\nat_once = 2\n")
    project(folder, "[project]\nname = 'notebooks'\n", "notebooks")
    assert setting("at_once") == 2

    project(folder, "[tool.vipps_nb]\nquiet = true\n", "notebooks")
    assert (setting("at_once"), setting("quiet")) == (16, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("enviroment = 'test'", "has no setting enviroment. Expected one of: environment, quiet, .* environment[?]"),
        ("environment = 'tets'", "environment in .*: 'tets' cannot be meant. Expected sandbox or test .* test[?]"),
        ("environment = 1", "Expected sandbox or test or production"),
        ("quiet = 'yes'", "quiet in .*pyproject.toml: 'yes' cannot be meant. Expected true or false."),
        ("quiet = 1", "Expected true or false"),
        ("at_once = 0", "Expected a whole number from 1 to 1000"),
        ("at_once = true", "Expected a whole number"),
        ("zone = 'Europe/Olso'", "Expected a name such as Europe/Oslo or UTC"),
        ("zone = '../../etc'", "Expected a name such as"),
        ("masking = 'none'", "Expected persons or secrets"),
        ("strictness = 'strikt'", "strict[?]$"),
        ("client_secret = 'a'", "keys are no settings.* put it into .env"),
        ("subscription_key = 'a'", "keys are no settings"),
        ("access_token = 'a'", "keys are no settings"),
        ("quiet = ", "no TOML [(]line 2"),
    ],
)
def test_what_cannot_be_meant_ends_in_a_sentence(folder, text, words):
    project(folder, f"[tool.vipps_nb]\n{text}\n")

    with pytest.raises(ConfigurationError, match=words):
        vipps_nb.login(env="sandbox")


def test_a_key_in_the_wrong_place_is_not_repeated(folder):
    project(folder, f"[tool.vipps_nb]\nenvironment = '{'0123456789abcdef' * 2}'\n")

    with pytest.raises(ConfigurationError) as refused:
        setting("environment")

    assert "0123" not in str(refused.value)


def test_the_environment_leads_a_login_and_an_option_counts_before_it(folder):
    project(folder, "[tool.vipps_nb]\nenvironment = 'test'\nstrictness = 'strict'\nquiet = true\n")

    with pytest.raises(vipps_nb.MissingKeysError):
        vipps_nb.login()
    vipps = vipps_nb.login(env="sandbox")

    assert vipps.environment.name == "sandbox"
    assert vipps.sandbox.settings()["strictness"] == "strict"


def test_quiet_says_nothing_and_no_means_no(folder, capsys):
    vipps_nb.login()
    assert "No keys found" in capsys.readouterr().err

    project(folder, "[tool.vipps_nb]\nquiet = true\n")
    vipps_nb.login()
    assert capsys.readouterr().err == ""

    vipps_nb.login(quiet=False)
    assert "No keys found" in capsys.readouterr().err


def test_at_once_is_how_many_map_sends(folder, monkeypatch):
    project(folder, "[tool.vipps_nb]\nat_once = 2\n")
    counted = []

    class Counted(bulk.Crew):
        def __init__(self, work, size):
            counted.append(size)
            super().__init__(work, size)

    monkeypatch.setattr(bulk, "Crew", Counted)

    vipps = vipps_nb.login(env="sandbox", quiet=True)
    vipps.map("GET", ["/epayment/v1/payments/a"] * 9)
    vipps.map("GET", ["/epayment/v1/payments/a"] * 9, at_once=5)

    assert counted == [2, 5]


def test_cards_show_moments_in_the_zone_and_persons_as_masking_says(folder, monkeypatch):
    from datetime import UTC, datetime

    from vipps_nb.display.answer import AnswerCard

    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    vipps = vipps_nb.login(env="sandbox", quiet=True)
    answer = vipps.get("/epayment/v1/payments/none")
    assert not AnswerCard(answer).view.personal

    monkeypatch.setenv("VIPPS_NB_ZONE", "Asia/Tokyo")
    monkeypatch.setenv("VIPPS_NB_MASKING", "secrets")

    assert View().moment(moment) == "2 Jul 2026, 07:30:00 JST"
    assert View(still=True).moment(moment) == "2 Jul 2026, 07:30:00 JST"
    monkeypatch.delenv("VIPPS_NB_ZONE")
    assert View(still=True).moment(moment) == "1 Jul 2026, 22:30:00 UTC"
    assert AnswerCard(answer).view.personal
    assert isinstance(answer, requests.Response)


def test_config_shows_all_settings_and_who_says_so(folder, shell, monkeypatch, capsys):
    project(folder, "[tool.vipps_nb]\nat_once = 2\nzone = 'UTC'\n")
    monkeypatch.setenv("VIPPS_NB_ZONE", "Europe/Oslo")
    one = shell(quiet=True)

    one.run_line_magic("config", "VippsNb")
    shown = capsys.readouterr().out

    assert all(f"VippsNb.{name} = " in shown for name in SETTINGS)
    for line in (
        "VippsNb.at_once = 2",
        "From [tool.vipps_nb] of pyproject.toml; the default is 16.",
        "VippsNb.zone = 'Europe/Oslo'",
        "From the process environment (VIPPS_NB_ZONE)",
        "From IPython's configuration (VippsNb)",
    ):
        assert line in shown


def test_config_sets_and_refuses_in_our_words(shell, monkeypatch, caplog, capsys):
    one = shell()

    one.run_line_magic("config", "VippsNb.at_once = 4")
    assert setting("at_once") == 4

    for line, words in (
        ("VippsNb.at_once = 0", "0 cannot be meant. Expected a whole number from 1 to 1000."),
        ("VippsNb.at_onze = 4", "has no setting at_onze."),
        ("VippsNb.client_secret = 'abc'", "keys are no settings"),
    ):
        caplog.clear()
        one.run_line_magic("config", line)
        assert words in caplog.text
        assert "abc" not in caplog.text
    assert setting("at_once") == 4

    monkeypatch.setenv("VIPPS_NB_QUIET", "no")
    one.run_line_magic("config", "VippsNb.quiet = True")
    assert "VIPPS_NB_QUIET is set in the process environment" in capsys.readouterr().out


@pytest.mark.parametrize("said", [{"enviroment": "test"}, {"at_once": "many"}, {"client_secret": "abc"}])
def test_loading_the_extension_refuses_a_wrong_configuration(shell, said):
    with pytest.raises(ConfigurationError, match=r"Expected|keys are no settings"):
        shell(**said)


def test_unloading_gives_everything_back(shell):
    one = shell(at_once=3)
    vipps_nb.unload_ipython_extension(one)

    assert setting("at_once") == 16
    assert not [found for found in one.configurables if type(found).__name__ == "VippsNb"]
    vipps_nb.load_ipython_extension(one)


@pytest.mark.slow
def test_a_projects_tests_have_a_sandbox_that_is_as_strict_as_the_project_says(folder):
    project(folder, "[tool.vipps_nb]\nstrictness = 'strict'\n")
    (folder / "test_it.py").write_text(
        "import pytest\n"
        "def test_of_the_project(vipps_sandbox): assert vipps_sandbox.settings()['strictness'] == 'strict'\n"
        "@pytest.mark.vipps(strictness='real')\n"
        "def test_marked(vipps_sandbox): assert vipps_sandbox.settings()['strictness'] == 'real'\n",
        encoding="utf-8",
    )
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:nbval", "-p", "no:schemathesis", "--rootdir"]
    command = [sys.executable, "-m", "pytest", *options, str(folder), "test_it.py"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)

    assert "2 passed" in run.stdout, run.stdout + run.stderr
