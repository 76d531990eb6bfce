"""`%vipps` and `%%vipps`, as a person types them, in a real IPython shell against the sandbox."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import textwrap

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from vipps_nb import Environment, NotLoggedInError, ReadOnlyError, Secret, VippsSession
from vipps_nb.notebook.calls import CallError, write_call

from .conftest import CLIENT_SECRET, SUBSCRIPTION_KEY

CREATE = """%%vipps POST /epayment/v1/payments {options}
{{
  // a comment
  "amount": {{"currency": "NOK", "value": ${{amount}}}},
  "paymentMethod": {{"type": "WALLET"}},
  "reference": ${{reference}},
  "userFlow": "WEB_REDIRECT",
  "returnUrl": "https://example.com/thanks?order=${{reference}}",
  "paymentDescription": "It's \\"good\\" coffee, æøå"
}}"""
TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOi"


@pytest.fixture(scope="module")
def one_shell() -> InteractiveShell:
    return start_ipython() or InteractiveShell.instance()


@pytest.fixture
def shell(one_shell):
    one_shell.run_line_magic("load_ext", "vipps_nb")
    one_shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    one_shell.user_ns["vipps"].sandbox.reset(seed=1)
    one_shell.user_ns |= {"reference": "coffee-0001", "amount": 4900}
    yield one_shell
    one_shell.run_line_magic("unload_ext", "vipps_nb")
    for name in ("reference", "amount", "payment", "word", "shop", "key"):
        one_shell.user_ns.pop(name, None)


def run(shell, cell):
    return shell.run_cell(cell, store_history=True)


def refused(shell, cell, error=CallError):
    """What is said about a cell that must not be sent; and that nothing was sent."""
    sandbox = shell.user_ns["vipps"].sandbox
    before = len(sandbox.requests())
    found = run(shell, cell).error_in_exec
    assert isinstance(found, error), found
    assert len(sandbox.requests()) == before
    return str(found)


def test_a_cell_is_filled_in_sent_and_answered(shell):
    answer = run(shell, CREATE.format(options="-o payment")).result

    assert answer.status_code == 201
    assert shell.user_ns["payment"] is answer is shell.user_ns["_"]
    sent = answer.request.body if isinstance(answer.request.body, str) else answer.request.body.decode()
    assert '"value": 4900' in sent
    assert "order=coffee-0001" in sent
    assert run(shell, "%vipps GET /epayment/v1/payments/{reference}").result.json()["reference"] == "coffee-0001"


def test_a_semicolon_keeps_the_answer_from_being_shown(shell, capsys):
    assert run(shell, "%vipps GET /webhooks/v1/webhooks;").error_in_exec is None

    assert "Response" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "path",
    [
        *("/x/5f3e1d0c-0b3f-4abc-8def-0x12", "/x/(a", "/x/[b", "/x/1_", "/x/0x", "/x/a\\b", '/x/"it\'s"'),
        "/webhooks/v1/webhooks/5f3e1d0c-0b3f-4abc-8def-0123456789ab",
    ],
)
def test_an_answer_is_there_whatever_pythons_tokenizer_would_make_of_the_line(shell, path):
    """IPython asks it after a magic has run; it knows no UUID with a group such as 0b3f."""
    assert run(shell, f"%vipps GET {path}").result.status_code in (404, 405)
    assert run(shell, f"%vipps GET {path};").result is None


@pytest.mark.parametrize(
    "line",
    [
        "POST /epayment/v1/payments/{{reference}}/cancel",
        "GET '/epayment/v1/payments/{{ reference }}'",
        "GET /epayment/v1/payments/x --header 'Idempotency-Key: {{reference}}'",
    ],
)
def test_a_variable_as_postman_writes_it_is_not_half_filled_in(shell, line):
    assert "{{reference}} is how Postman writes it. Expected {reference}." in refused(shell, f"%vipps {line}")


def test_an_answer_is_there_whatever_pythons_tokenizer_would_make_of_the_body(shell):
    body = """{
      "url": "https://example.com/hook",  // the shop's own
      "events": ["epayments.payment.created.v1"]  # "it's" (0b3f
    }"""

    assert run(shell, f"%%vipps POST /webhooks/v1/webhooks\n{body}").result.status_code == 201
    assert run(shell, f"%%vipps POST /webhooks/v1/webhooks\n{body};").result is None
    assert run(shell, f"%%vipps POST /webhooks/v1/webhooks;\n{body}").result is None


def test_in_a_notebook_the_findings_about_a_body_are_a_card(shell, monkeypatch):
    """Field, line, what came and what is expected; the error below it is one line."""
    shown = []
    monkeypatch.setattr(type(shell), "kernel", object(), raising=False)
    monkeypatch.setattr("IPython.display.publish_display_data", shown.append)
    cell = (
        "%%vipps POST /epayment/v1/payments\n"
        '{"amount": {"currency": "NOK",\n "value": 49.0},\n "paymentMethod": {"type": "WALET"},\n "userflow": "QR"}'
    )

    below = run(shell, cell).error_in_exec._render_traceback_()

    text, html = shown[0]["text/plain"], shown[0]["text/html"]
    assert below == ["CallError: The body does not fit POST /epayment/v1/payments. Nothing was sent."]
    assert re.search(r"/amount/value +2  49.0 +a whole number", text)
    assert re.search(r'/paymentMethod/type +3  "WALET" +one of WALLET, .* Did you mean WALLET\?', text)
    assert re.search(r"/reference +nothing +This field is missing", text)
    assert "ePayment · Create payment" in html
    assert "<code>/amount/value</code>" in html
    assert "not sent: " in html


def test_a_secret_in_a_body_that_does_not_fit_is_in_no_finding(shell):
    shell.user_ns["hidden"] = Secret("open-sesame-42")
    cell = '%%vipps POST /webhooks/v1/webhooks\n{"url": "https://example.com", "events": ${hidden}, "more": ${hidden}}'

    error = run(shell, cell).error_in_exec

    assert "events" in str(error)
    assert "open-sesame" not in str(error) + error.card.text + error.card.html


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%vipps GET /epayment/v1/payments/{referenc}", "no variable referenc .* Did you mean reference"),
        ("%vipps GOT /epayment/v1/payments/x", "Did you mean GET"),
        ("%vipps GET epayment/v1/payments", "starts with a slash"),
        ("%vipps GET https://example.com/x", "another host"),
        ("%vipps GET /x --session shop", "no session called shop. Expected one of vipps"),
        ("%vipps GET /x --header nonsense", "a name, a colon and a value"),
        ('%%vipps POST /epayment/v1/payments\n{"a": 1, "a": 2}', "the field a twice"),
        ('%%vipps POST /epayment/v1/payments\n{"a": ]', "not JSON: .* line 1 of the body, column 7"),
        ("%vipps POST /epayment/v1/payments", "needs a body"),
        ("%%vipps POST /accesstoken/get\n{}", "takes no body"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence_and_not_sent(shell, cell, said):
    import re

    assert re.search(said, refused(shell, cell))


def test_a_body_is_checked_before_it_is_sent_and_the_field_is_pointed_out(shell):
    wrong = CREATE.format(options="").replace("${amount}", "49.00").replace("WALLET", "WALET").replace("userF", "userf")

    said = refused(shell, wrong)

    assert "/amount/value (line 3 of the body): 49.0 should be a whole number." in said
    assert "Did you mean WALLET?" in said
    assert "/userflow (line 6 of the body): There is no such field. Did you mean userFlow?" in said
    assert "missing" not in said
    forced = wrong.replace("payments ", "payments --force ", 1)
    assert run(shell, forced).result.status_code == 400


def test_dry_run_shows_the_request_masked_and_sends_nothing(shell, capsys):
    assert run(shell, CREATE.format(options="--dry-run")).result is None

    shown = capsys.readouterr().out
    assert shown.startswith("POST /epayment/v1/payments HTTP/1.1\nHost: 127.0.0.1")
    assert "Authorization: Bearer ••••••••" in shown
    assert "Ocp-Apim-Subscription-Key: ••••••••" in shown
    credentials = shell.user_ns["vipps"].credentials
    assert credentials.client_secret.reveal() not in shown
    assert credentials.subscription_key.reveal() not in shown
    assert shell.user_ns["vipps"].get("/epayment/v1/payments/coffee-0001").status_code == 404


def test_a_dry_run_reads_the_same_on_every_machine_while_the_clock_is_held(shell, capsys):
    shell.user_ns["vipps"].sandbox.hold("2026-01-01T12:00:00Z")
    run(shell, CREATE.format(options="--dry-run"))

    shown = capsys.readouterr().out
    assert "Host: 127.0.0.1:…\n" in shown
    assert "Merchant-Serial-Number: " in shown
    assert "User-Agent" not in shown
    assert "Vipps-System-Version" not in shown


def test_as_python_is_code_that_does_the_same_and_keeps_the_variables(shell, capsys):
    run(shell, CREATE.format(options="--as python"))

    code = capsys.readouterr().out
    assert '"reference": reference,' in code
    assert 'f"https://example.com/thanks?order={reference}"' in code
    assert run(shell, code).result.status_code == 201


def test_as_magic_is_a_cell_that_does_the_same(shell, capsys):
    run(shell, CREATE.format(options="--as magic"))

    cell = capsys.readouterr().out
    assert '"reference": ${reference}' in cell
    assert run(shell, cell).result.status_code == 201


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")
def test_as_curl_is_a_command_that_works_with_the_keys_in_the_environment(shell, capsys):
    run(shell, CREATE.format(options="--as curl --header 'Idempotency-Key: a-key-of-mine'"))

    command = capsys.readouterr().out
    vipps = shell.user_ns["vipps"]
    environ = os.environ | {
        "VIPPS_ACCESS_TOKEN": vipps.token.reveal(),
        "VIPPS_SUBSCRIPTION_KEY": vipps.credentials.subscription_key.reveal(),
    }
    said = subprocess.run(
        ["bash", "-c", command.replace("curl ", "curl -sS ")], env=environ, capture_output=True, text=True, check=True
    )
    assert '"reference":"coffee-0001"' in said.stdout.replace(" ", ""), said.stdout + said.stderr
    assert vipps.get("/epayment/v1/payments/coffee-0001").status_code == 200
    assert not any(value in command for name, value in environ.items() if name.startswith("VIPPS"))


@pytest.mark.parametrize(
    "cell",
    [
        f'%%vipps POST /webhooks/v1/webhooks\n{{"url": "{TOKEN}"}}',
        f'%%vipps POST /webhooks/v1/webhooks\n{{"url": "{CLIENT_SECRET}"}}',
        f'%vipps GET /webhooks/v1/webhooks --header "Ocp-Apim-Subscription-Key: {SUBSCRIPTION_KEY}"',
        '%vipps GET /webhooks/v1/webhooks --header "Authorization: Bearer abc"',
        "%vipps GET /webhooks/v1/webhooks --client-secret hunter2",
    ],
)
def test_a_secret_in_a_cell_is_refused_without_repeating_it(shell, cell):
    said = refused(shell, cell)

    assert "looks like a key" in said
    assert not any(secret in said for secret in (TOKEN, CLIENT_SECRET, SUBSCRIPTION_KEY, "hunter2"))


def test_a_key_of_this_kernel_is_refused_whatever_it_looks_like(shell):
    key = shell.user_ns["vipps"].credentials.subscription_key.reveal()

    assert key not in refused(shell, f'%%vipps POST /webhooks/v1/webhooks\n{{"url": "x{key}x"}}')


@pytest.mark.parametrize("language", ["python", "magic", "curl", "httpie"])
def test_a_secret_variable_is_sent_and_never_written_down(shell, capsys, language):
    shell.user_ns["word"] = Secret("open-sesame-42")
    body = '{{"url": "https://example.com/${{word}}", "events": ["epayments.payment.created.v1"]}}'
    cell = f"%%vipps POST /webhooks/v1/webhooks {{}}\n{body}"

    run(shell, cell.format("--as " + language))
    run(shell, cell.format("--dry-run"))

    shown = capsys.readouterr().out
    assert "open-sesame-42" not in shown
    assert "word" in shown.lower()
    assert "open-sesame-42" not in run(shell, cell.format("")).result.request.body.decode()
    assert "https://example.com/open-sesame-42" in shell.user_ns["vipps"].get("/webhooks/v1/webhooks").text
    assert "a path is written into every log" in refused(shell, "%vipps GET /epayment/v1/payments/{word}")


def test_the_session_of_the_last_login_is_used_unless_another_is_named(shell):
    run(shell, "%vipps_login --env sandbox --key-type accounting --as books --quiet")

    assert run(shell, "%vipps GET /epayment/v1/payments/no-such-payment").result.status_code in (401, 403)
    assert run(shell, "%vipps GET /epayment/v1/payments/no-such-payment --session vipps").result.status_code == 404


def test_production_is_read_only(shell, credentials):
    shell.user_ns["shop"] = VippsSession(credentials, Environment("production", "https://api.vipps.no"))
    cell = CREATE.format(options="--session shop")

    assert isinstance(run(shell, cell).error_in_exec, ReadOnlyError)


def test_without_a_login_it_says_what_to_type(shell):
    run(shell, "%vipps_logout")

    assert isinstance(run(shell, "%vipps GET /webhooks/v1/webhooks").error_in_exec, NotLoggedInError)


def test_nothing_but_a_method_is_a_usage_error(shell):
    with pytest.raises(UsageError, match="Expected a method and a path"):
        shell.run_line_magic("vipps", "GET")


def test_help_has_examples_and_all_of_them_run(shell, capsys):
    run(shell, "%vipps -h")
    help_text = capsys.readouterr().out
    examples = textwrap.dedent(help_text.partition("Examples:\n")[2].partition("positional arguments")[0]).strip()

    cells = examples.split("\n\n")
    assert len(cells) >= 5
    for cell in cells:
        found = run(shell, cell)
        assert found.success, cell
        assert found.result is None or found.result.ok, cell
    assert shell.user_ns["payment"].status_code == 201
    assert examples.splitlines()[0] in textwrap.dedent(type(shell.magics_manager.registry["VippsMagics"]).vipps.__doc__)


def test_braces_without_a_dollar_in_a_body_are_mentioned_before_it_is_sent(shell, capsys):
    cell = CREATE.format(options="").replace('coffee, æøå"', 'coffee for {reference}, {nobody}"')
    assert run(shell, cell).result.status_code == 201

    said = capsys.readouterr().out
    assert "{reference} in the body is sent as it stands. If the variable is meant, write ${reference}." in said
    assert "nobody}" not in said.partition("Out[")[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--as curl", '-H "X-Request-Id: $(uuidgen)"'),
        ("--as httpie", '"X-Request-Id:$(uuidgen)"'),
        ("--as curl --header 'Idempotency-Key: mine'", '-H "X-Request-Id: mine"'),
        ("--dry-run", "X-Request-Id: (a new one for each call)"),
        ("--dry-run --header 'x-request-id: mine'", "request-id: mine"),
    ],
)
@pytest.mark.parametrize("path", ["/ecomm/v2/payments", "/Ecomm/v2/Payments/"])
def test_the_idempotency_key_of_ecom_goes_by_its_own_name(shell, capsys, path, options, said):
    run(shell, f"%%vipps POST {path} --force {options}\n{{}}")

    shown = capsys.readouterr().out
    assert said in shown
    assert shown.lower().count("x-request-id") == 1
    assert "uuidgen" not in shown or "Idempotency-Key" not in shown


def test_code_names_the_session_that_was_used(shell, capsys):
    run(shell, "%vipps_login --env sandbox --key-type accounting --as books --quiet")
    run(shell, "%vipps GET /x --as python")
    run(shell, "%vipps GET /x --as python --session vipps")
    run(shell, "%vipps GET /x --as magic --session vipps")
    run(shell, "%vipps GET /x --as magic")

    lines = capsys.readouterr().out.splitlines()
    assert lines == ['books.get("/x")', 'vipps.get("/x")', "%vipps GET /x --session vipps", "%vipps GET /x"]


@pytest.mark.parametrize(
    "cell",
    [
        "%vipps GET /epayment/v1/payments/{word}",
        "%vipps GET /epayment/v1/payments/x --header 'X-Mine: {word}'",
        '%%vipps POST /epayment/v1/payments --force\n{"reference": ${word}}',
        '%%vipps POST /epayment/v1/payments --force\n{"reference": "a ${word}"}',
    ],
)
def test_half_of_a_character_is_refused_and_its_variable_named(shell, cell):
    shell.user_ns["word"] = "a\ud800"

    said = refused(shell, cell)

    assert "The variable word" in said
    assert "Nothing was sent" in said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "{'amount': 1}",
            "names and texts stand in double quotes, not in single ones, in line 1 of the body, column 2",
        ),
        ('{"value": 499,00}', "a number has no comma in it: 499.00 is 49900 in minor units"),
        ('{"value": 1,}', "a comma stands before a closing bracket"),
        ('{"value": True}', "True is Python's; JSON has true, false and null"),
        ('{"value": 1', "it ends before its last bracket is closed"),
        ('{"value" 1}', "a colon is missing between a name and its value"),
    ],
)
def test_what_is_no_json_is_told_in_plain_words(body, words):
    with pytest.raises(CallError, match=re.escape(words)):
        write_call("POST", "/epayment/v1/payments", body, {})


@pytest.mark.parametrize("path", ["/epayment/v1/payments/{reference", "/epayment/v1/payments/reference}"])
def test_half_a_pair_of_braces_is_no_path(shell, path):
    assert "a brace without its other half" in refused(shell, f"%vipps GET {path}")


def test_a_dry_run_says_that_no_document_has_the_path(shell, capsys):
    run(shell, "%vipps GET /epayment/v1/payment/abc --dry-run")

    assert (
        "No document has GET /epayment/v1/payment/abc. Did you mean /epayment/v1/payments/abc?"
        in capsys.readouterr().out
    )

    run(shell, "%vipps GET /epayment/v1/payments/abc --dry-run")

    assert "No document" not in capsys.readouterr().out


def test_a_missing_variable_is_not_mistaken_for_one_of_ipythons(shell):
    shell.user_ns.pop("amount", None)

    assert "Did you mean" not in refused(shell, "%vipps GET /epayment/v1/payments/{Ou}")
