"""What a person types into a cell, in a real IPython shell."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from vipps_nb import MissingKeysError, NotLoggedInError, VippsSession

from .conftest import CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY


@pytest.fixture(scope="module")
def one_shell() -> InteractiveShell:
    return start_ipython() or InteractiveShell.instance()


@pytest.fixture
def shell(one_shell):
    one_shell.run_line_magic("load_ext", "vipps_nb")
    yield one_shell
    one_shell.run_line_magic("unload_ext", "vipps_nb")


def complete(shell, line: str) -> set[str]:
    with provisionalcompleter():
        found = shell.Completer.completions(line, len(line))
        return {line[: each.start].rpartition(" ")[2] + each.text.strip() for each in found}


def test_loading_is_silent_and_unloading_gives_everything_back(one_shell, capsys):
    before = set(one_shell.magics_manager.magics["line"])

    one_shell.run_line_magic("load_ext", "vipps_nb")
    assert set(one_shell.magics_manager.magics["line"]) - before == {
        "vipps",
        "vipps_doctor",
        "vipps_calls",
        "vipps_explore",
        "vipps_login",
        "vipps_logout",
        "vipps_sandbox",
        "vipps_status",
    }
    assert "vipps" in one_shell.magics_manager.magics["cell"]
    one_shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    one_shell.run_line_magic("unload_ext", "vipps_nb")

    assert set(one_shell.magics_manager.magics["line"]) == before
    assert "vipps" not in one_shell.magics_manager.magics["cell"]
    assert "vipps" not in one_shell.user_ns
    assert capsys.readouterr().out == ""


def test_a_cell_that_loads_the_extension_may_be_run_twice(one_shell, capsys):
    loading, matchers = one_shell.extension_manager.load_extension, len(one_shell.Completer.custom_matchers)
    one_shell.run_line_magic("load_ext", "vipps_nb")
    one_shell.run_line_magic("load_ext", "vipps_nb")
    assert capsys.readouterr().out == ""

    # Others' extensions are told of as ever, and afterwards so is this.
    for _ in range(2):
        one_shell.run_line_magic("load_ext", "anywidget")
    assert "already loaded" in capsys.readouterr().out
    one_shell.run_line_magic("reload_ext", "vipps_nb")
    assert len(one_shell.Completer.custom_matchers) == matchers + 1
    for name in ("anywidget", "vipps_nb"):
        one_shell.run_line_magic("unload_ext", name)
    assert one_shell.extension_manager.load_extension == loading


def test_login_puts_a_ready_session_into_the_namespace_and_says_how_it_stands(shell, capsys):
    shell.run_line_magic("vipps_login", "--env sandbox")

    vipps = shell.user_ns["vipps"]
    assert isinstance(vipps, VippsSession)
    assert vipps.get("/epayment/v1/payments/no-such-payment").status_code == 404
    out = capsys.readouterr().out
    assert "sandbox · MSN" in out
    assert "token valid for 59 min" in out


def test_a_second_login_re_uses_the_token_and_refresh_takes_a_new_one(shell):
    shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    first = shell.user_ns["vipps"].token
    shell.run_line_magic("vipps_login", "--env sandbox --quiet --as again")
    assert shell.user_ns["again"].token is first

    shell.run_line_magic("vipps_login", "--env sandbox --quiet --refresh")

    assert shell.user_ns["vipps"].token is not first


def test_logout_forgets_everything_and_says_so(shell, capsys):
    shell.run_line_magic("vipps_login", "--env sandbox --quiet --as one")
    shell.run_line_magic("vipps_login", "--env sandbox --quiet --key-type accounting --as two")
    one, two = shell.user_ns["one"], shell.user_ns["two"]

    shell.run_line_magic("vipps_logout", "")

    assert "Token and keys are forgotten." in capsys.readouterr().out
    assert not {"one", "two"} & shell.user_ns.keys()
    for session in (one, two):
        with pytest.raises(NotLoggedInError):
            session.get("/epayment/v1/payments/no-such-payment")
    shell.run_line_magic("vipps_logout", "")
    assert "nothing to forget" in capsys.readouterr().out


def test_status_without_a_login_says_what_to_type(shell):
    with pytest.raises(NotLoggedInError, match="run %vipps_login"):
        shell.run_line_magic("vipps_status", "")


@pytest.mark.parametrize("magic", ["vipps_login", "vipps_status", "vipps_logout", "vipps_doctor"])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_shown_and_nothing_else_happens(shell, capsys, magic, flag):
    shell.run_line_magic(magic, flag)

    assert f"%{magic}" in capsys.readouterr().out
    assert "vipps" not in shell.user_ns


@pytest.mark.parametrize(
    "line",
    [
        f"--client-secret {CLIENT_SECRET}",
        f"--env test {CLIENT_SECRET}",
        f"VIPPS_CLIENT_SECRET={CLIENT_SECRET}",
        f"--profile {SUBSCRIPTION_KEY}",
        f"--as x {CLIENT_ID}",
        "--token eyJ0eXAiOiJKV1QiLCJhbGciOi",
        "--password hunter2",
    ],
)
def test_a_line_that_looks_like_a_secret_is_refused_without_repeating_it(shell, line):
    with pytest.raises(UsageError, match="looks like a key") as caught:
        shell.run_line_magic("vipps_login", line)

    assert not any(word in str(caught.value) for word in line.split() if len(word) > 12)


@pytest.mark.parametrize("line", ["--key-type merchant --dotenv a/b/.env", "--profile shop-2 --refresh", "--env test"])
def test_ordinary_options_do_not_look_like_secrets(shell, line):
    from vipps_nb.notebook.magics import _SECRET_SHAPES

    assert not _SECRET_SHAPES.search(line)


def test_an_environment_that_is_none_is_a_usage_error(shell):
    with pytest.raises(UsageError, match="Expected: sandbox, test or production"):
        shell.run_line_magic("vipps_login", "--env tset")


def test_missing_keys_are_named(shell):
    with pytest.raises(MissingKeysError, match="VIPPS_CLIENT_ID"):
        shell.run_line_magic("vipps_login", "--env test")


def test_our_errors_are_shown_as_one_sentence_without_frames(shell, capsys):
    result = shell.run_cell("%vipps_login --env test")

    shown = capsys.readouterr().out
    assert isinstance(result.error_in_exec, MissingKeysError)
    assert "MissingKeysError: No keys found for the test environment" in shown
    assert "Traceback" not in shown
    assert ".py" not in shown


def test_options_and_their_values_are_completed(shell, nowhere):
    (nowhere / ".env.shop2").touch()

    assert {"--env", "--profile", "--form", "--refresh"} <= complete(shell, "%vipps_login --")
    assert complete(shell, "%vipps_login --env ") == {"sandbox", "test", "production"}
    assert complete(shell, "%vipps_login --env p") == {"production"}
    assert complete(shell, "%vipps_login --profile ") == {"shop2"}
    assert complete(shell, "%vipps_login --key-type acc") == {"accounting"}
    assert "--env" not in complete(shell, "%vipps_login --env test --e")
    assert "--help" in complete(shell, "%vipps_logout --")


def test_the_doctor_needs_no_login_and_gives_a_report_that_shows_itself(shell, capsys):
    report = shell.run_line_magic("vipps_doctor", "--env sandbox --key-type accounting")

    assert report.ok
    assert repr(report).startswith("Doctor · sandbox · all is well")
    assert "vipps" not in shell.user_ns
    assert shell.run_line_magic("vipps_doctor", "--env sandbox --report") is None
    assert "<summary>vipps-nb doctor</summary>" in capsys.readouterr().out


def test_the_doctor_helps_where_a_login_fails(shell, nowhere):
    (nowhere / ".env").write_text("VIPPS_CLIENT_ID=your-client-id\n")

    report = shell.run_line_magic("vipps_doctor", "--env test")

    assert {"names", "shapes"} <= {finding.check for finding in report.failed}


def test_the_doctor_refuses_a_line_with_a_key_as_the_login_does(shell):
    with pytest.raises(UsageError, match="looks like a key"):
        shell.run_line_magic("vipps_doctor", f"--profile {SUBSCRIPTION_KEY}")


def test_init_prepares_the_folder_and_logs_in(shell, nowhere, capsys):
    shell.run_line_magic("vipps_login", "--env sandbox --init --strip-outputs")

    said = capsys.readouterr().out
    assert "✓ Wrote .env.example" in said
    assert "– No output filter" in said
    assert (nowhere / ".gitignore").read_text().startswith(".env\n")
    assert isinstance(shell.user_ns["vipps"], VippsSession)


def test_after_a_logout_no_card_of_any_login_says_valid(shell, monkeypatch):
    """A second login shows a second card; the first one must not go on counting for keys that are forgotten."""
    from vipps_nb.notebook import magics

    shown = []
    monkeypatch.setattr(shell, "kernel", object(), raising=False)  # as in a notebook
    monkeypatch.setattr(magics, "display", shown.append)
    shell.run_line_magic("vipps_login", "--env sandbox")
    shell.run_line_magic("vipps_login", "--env sandbox --key-type accounting --as report")
    shell.run_line_magic("vipps_login", "--env sandbox")

    shell.run_line_magic("vipps_logout", "")

    first, second, first_again = shown
    assert first is first_again
    assert first is not second
    assert [card.state for card in (first, second)] == ["logged_out", "logged_out"]


def test_another_environment_has_no_desk_and_says_so(shell, capsys):
    shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    shell.user_ns["vipps"].sandbox = None
    shell.run_line_magic("vipps_sandbox", "")

    assert capsys.readouterr().out.count("\n") == 1


def test_in_a_terminal_the_desk_is_text(shell, capsys):
    shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    shell.run_line_magic("vipps_sandbox", "")
    assert capsys.readouterr().out.startswith("Sandbox · ")
    shell.run_line_magic("vipps_sandbox", "--help")
    assert "--text" in capsys.readouterr().out
