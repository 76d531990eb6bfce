"""The options of every magic: quotes, paths of Windows, and what somebody meant who misspelled a word."""

from __future__ import annotations

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

import vipps_nb
from vipps_nb.errors import CredentialsError, EnvironmentChoiceError, VippsNbError
from vipps_nb.notebook.options import OptionError, words

FILES = ["--dotenv", "--postman"]
MAGICS = [
    *("vipps", "vipps_calls", "vipps_login", "vipps_logout", "vipps_status", "vipps_sandbox", "vipps_doctor"),
    "vipps_explore",
]


@pytest.fixture(scope="module")
def one_shell() -> InteractiveShell:
    return start_ipython() or InteractiveShell.instance()


@pytest.fixture
def shell(one_shell, nowhere):
    one_shell.run_line_magic("load_ext", "vipps_nb")
    yield one_shell
    one_shell.run_line_magic("unload_ext", "vipps_nb")


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("""--dotenv "my keys/.env" --quiet""", ["--dotenv", "my keys/.env", "--quiet"]),
        ("""--profile 'my shop'""", ["--profile", "my shop"]),
        ("""--profile='my shop'""", ["--profile=my shop"]),
        ("""--dotenv my\\ keys/.env""", ["--dotenv", "my keys/.env"]),
        (r"--dotenv C:\Users\Kari\.env", ["--dotenv", r"C:\Users\Kari\.env"]),
        (r'--dotenv "C:\my keys\.env"', ["--dotenv", r"C:\my keys\.env"]),
        (r'--dotenv "C:\my keys\\"', ["--dotenv", "C:\\my keys\\\\"]),
        (r"--dotenv \\server\keys\.env", ["--dotenv", r"\\server\keys\.env"]),
        (r"""--header "X: say \"it's\"" """, ["--header", """X: say "it's\""""]),
        ("""GET '/x?a="b"' ;""", ["GET", '/x?a="b"']),
        ("GET /x;", ["GET", "/x"]),
        ("''", [""]),
        ("", []),
    ],
)
def test_quotes_hold_together_and_a_backslash_is_one(line, read):
    assert words(line) == read


@pytest.mark.parametrize("line", ['"', "--profile 'my shop", """--dotenv "it's"'"""])
def test_a_quotation_mark_without_a_partner_is_said(line):
    with pytest.raises(OptionError, match="no partner"):
        words(line)


def test_a_profile_and_a_file_with_blanks_are_found(shell, nowhere):
    lines = "\n".join(shell_keys(shell))
    (nowhere / ".env.my shop").write_text(lines)
    (nowhere / "my keys").mkdir()
    (nowhere / "my keys" / ".env").write_text(lines)

    for option in ["--profile 'my shop'", '--profile "my shop"', '--dotenv "my keys/.env"', "--dotenv 'my keys/.env'"]:
        assert shell.run_line_magic("vipps_doctor", f"{option}").ok is not None
        shell.run_line_magic("vipps_login", f"{option} --quiet")
        assert ".env" in shell.user_ns["vipps"].credentials.source
        shell.run_line_magic("vipps_logout", "")


def shell_keys(shell):
    """Keys of a sandbox of its own, as it prints them."""
    sandbox = vipps_nb.Sandbox(seed=3).start()
    shell.user_ns["sandbox_of_its_own"] = sandbox
    return sandbox.dotenv().splitlines()


@pytest.fixture(autouse=True)
def _stopped(one_shell):
    yield
    if sandbox := one_shell.user_ns.pop("sandbox_of_its_own", None):
        sandbox.stop()


@pytest.mark.parametrize("magic", MAGICS)
def test_a_misspelled_option_is_named_with_the_one_that_was_meant(shell, magic):
    parser = getattr(shell.magics_manager.registry["VippsMagics"], magic).parser
    option = max((flag for one in parser._actions for flag in one.option_strings), key=len)
    wrong = option[:-2] + option[-1] + option[-2] + "x"

    with pytest.raises(UsageError, match=f"no option {wrong}. Did you mean {option}[?].*%{magic} -h"):
        shell.run_line_magic(magic, wrong)


@pytest.mark.parametrize("magic", [name for name in MAGICS if name not in ("vipps", "vipps_explore")])
def test_a_word_that_nobody_asked_for_is_said(shell, magic):
    with pytest.raises(UsageError, match="what to do with 'production'"):
        shell.run_line_magic(magic, "production")


@pytest.mark.parametrize("option", ["--env", "--dotenv", "--profile", "--as", "--key-type"])
def test_an_option_without_its_value_says_what_it_needs(shell, option):
    with pytest.raises(UsageError, match=f"{option} needs a value: ."):
        shell.run_line_magic("vipps_login", option)


def test_a_value_without_its_option_gets_it(shell):
    with pytest.raises(UsageError, match=r"Did you mean --env sandbox\?"):
        shell.run_line_magic("vipps_login", "sandbox")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("vipps_login --env tset", "test"),
        ("vipps_login --env Prodution", "production"),
        ("vipps_login --key-type merchnat", "merchant"),
        ("vipps_login --profile shp", "shop"),
        ("vipps_doctor --env snadbox", "sandbox"),
        ("vipps_doctor --key-type acounting", "accounting"),
        ("vipps_doctor --profile shpo", "shop"),
        ("vipps GET /x --as crul", "--as curl"),
        ("vipps GET /x --as pyhton", "--as python"),
        ("vipps GET /x --session vips", "--session vipps"),
        ("vipps PSOT /x", "POST"),
    ],
)
def test_a_misspelled_value_gets_the_one_that_was_meant(shell, nowhere, line, meant):
    (nowhere / ".env.shop").write_text("VIPPS_CLIENT_ID=x\n")
    if line.startswith("vipps "):
        shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    name, _, rest = line.partition(" ")

    try:
        said = repr(shell.run_line_magic(name, rest))  # the doctor finds what others stop at
    except (VippsNbError, UsageError) as error:
        said = str(error)
    assert f"Did you mean {meant}?" in " ".join(said.split())


@pytest.mark.parametrize(
    ("call", "error", "meant"),
    [
        (lambda: vipps_nb.login(env="tset"), EnvironmentChoiceError, "test"),
        (lambda: vipps_nb.login(key_type="patner"), CredentialsError, "partner"),
        (lambda: vipps_nb.login(profile="shpo"), CredentialsError, "shop"),
    ],
)
def test_python_functions_say_the_same(nowhere, call, error, meant):
    (nowhere / ".env.shop").write_text("VIPPS_CLIENT_ID=x\n")

    with pytest.raises(error, match=f"Did you mean {meant}[?]"):
        call()


def test_nothing_is_proposed_where_nothing_is_near(shell):
    with pytest.raises(UsageError) as caught:
        shell.run_line_magic("vipps_login", "--env mars")

    assert "Did you mean" not in str(caught.value)


def test_options_may_stand_anywhere(shell, capsys):
    shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    shell.run_line_magic("vipps", "--as python GET --header 'X-Mine: a b' /x;")

    assert capsys.readouterr().out == 'vipps.get("/x", headers={"X-Mine": "a b"})\n'


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("--env sandbox  # pretend money", ["--env", "sandbox"]),
        ("# don't", []),
        ('GET /a/{b}   # don\'t "quote"', ["GET", "/a/{b}"]),
        ("GET /a#b", ["GET", "/a#b"]),
        ("--header '# no comment'", ["--header", "# no comment"]),
        ("--quiet;  # and a semicolon", ["--quiet"]),
    ],
)
def test_a_comment_at_the_end_of_a_line_is_none_of_its_words(line, found):
    assert words(line) == found
