"""A curl command below `%%vipps`, as somebody pastes it, in a real IPython shell against the sandbox."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from vipps_nb.notebook.calls import CallError

BODY = '{"url": "https://example.com/hook", "events": ["epayments.payment.created.v1"]}'
HOOKS = "https://apitest.vipps.no/webhooks/v1/webhooks"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setenv("VIPPS_ENVIRONMENT", "sandbox")
    made = start_ipython() or InteractiveShell.instance()
    made.run_line_magic("load_ext", "vipps_nb")
    made.run_line_magic("vipps_login", "--quiet")
    made.user_ns |= {"reference": "abc-12345", "hook": "https://example.com/mine"}
    yield made
    made.run_line_magic("unload_ext", "vipps_nb")
    for name in ("reference", "hook", "answer"):
        made.user_ns.pop(name, None)


def asked(shell):
    return [(one["method"], one["path"], one["status"]) for one in shell.user_ns["vipps"].sandbox.requests()][1:]


def paste(shell, command, options=""):
    found = shell.run_cell(f"%%vipps{options}\n{command}", store_history=True)
    return found.error_in_exec or found.result


@pytest.mark.parametrize(
    "command",
    [
        f"curl -X POST {HOOKS} \\\n  -H 'Authorization: Bearer YOUR-ACCESS-TOKEN' \\\n"
        f"  -H 'Content-Type: application/json' \\\n  -d '{BODY}'",
        f"curl.exe {HOOKS} `\n  -H \"Ocp-Apim-Subscription-Key: $env:KEY\" `\n  --data-raw '{BODY}'",
        f'curl "{HOOKS}" ^\n  -H "Merchant-Serial-Number: 123456" ^\n  -d "' + BODY.replace('"', '\\"') + '"',
        f"$ curl --json '{BODY}' {HOOKS}",
        f"curl {HOOKS} -u \"$VIPPS_CLIENT_ID:$VIPPS_CLIENT_SECRET\" -d '{BODY}'",
        f"curl {{{{base_url}}}}/webhooks/v1/webhooks -d '{BODY}'",
    ],
    ids=["bash", "PowerShell", "cmd", "--json", "-u", "a variable for the host"],
)
def test_it_is_the_same_call(shell, command):
    assert paste(shell, command).status_code == 201
    assert asked(shell) == [("POST", "/webhooks/v1/webhooks", 201)]


def test_options_of_the_magic_go_with_it(shell, capsys):
    paste(shell, f"curl {HOOKS}", " -o answer")
    assert shell.user_ns["answer"].status_code == 200

    capsys.readouterr()
    paste(shell, f"curl '{HOOKS}' -H 'X-Own: 1'", " --as magic")
    assert capsys.readouterr().out.strip() == "%vipps GET /webhooks/v1/webhooks --header 'X-Own: 1'"
    assert len(asked(shell)) == 1


def test_variables_of_the_shell_are_the_notebooks(shell):
    assert paste(
        shell, f'curl {HOOKS} -d "{{\\"url\\": \\"$hook\\", \\"events\\": [\\"epayments.payment.created.v1\\"]}}"'
    ).ok
    assert paste(shell, "curl https://apitest.vipps.no/epayment/v1/payments/$reference").status_code == 404
    assert asked(shell)[-1][1] == "/epayment/v1/payments/abc-12345"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"curl {HOOKS} -H 'Ocp-Apim-Subscription-Key: {KEY}'", "looks like a key"),
        (f"curl {HOOKS} -H 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.abc.def'", "looks like a key"),
        (f"curl {HOOKS} -u me:s3cret-and-long", "looks like a key"),
        (f"curl {HOOKS} -d 'client_secret=abcdefgh'", "looks like a key"),
        ("curl https://example.com/x", "another host"),
        (f"curl {HOOKS} -F file=@x.png", "a form with parts"),
        (f"curl {HOOKS} -d @body.json", "a file"),
        (f"curl '{HOOKS}", "without a partner"),
        ("curl -X POST", "names no address"),
    ],
)
def test_what_cannot_be_sent_is_a_sentence(shell, command, words):
    error = paste(shell, command)

    assert isinstance(error, CallError), error
    assert words in str(error)
    assert KEY not in str(error)
    assert asked(shell) == []
