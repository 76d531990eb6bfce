"""`vipps-nb import`: what somebody has becomes a notebook that does the same, and holds no key."""

from __future__ import annotations

import ast
import base64
import json
import math
import re
import time
from pathlib import Path
from typing import ClassVar

import nbformat
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient

import vipps_nb
from tests.collections import postman_run, shop
from vipps_nb import CollectionError, cli
from vipps_nb.notebook.importing import field, number
from vipps_nb.notebook.importing.convert import bring

LAST = """
import json as _json
print(_json.dumps([[one["method"], one["path"], one["status"]] for one in vipps.sandbox.requests()]))
"""
INFO = {"name": "Some", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}
GET = {"name": "r", "request": {"method": "GET", "url": "{{base_url}}/webhooks/v1/webhooks"}}


@pytest.fixture
def sandboxed(monkeypatch, tmp_path):
    for name in ("VIPPS_BASE_URL", "VIPPS_CLIENT_ID", "VIPPS_CLIENT_SECRET", "VIPPS_SUBSCRIPTION_KEY", "VIPPS_MSN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VIPPS_ENVIRONMENT", "sandbox")
    return tmp_path


def write(folder: Path, name: str, content) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def brought(folder: Path, *items, variable=(), environment=None, style="magic", **extra):
    """The cells of a collection with some items, and the report."""
    document = {"info": INFO, "item": list(items), "variable": list(variable), **extra}
    files = [write(folder, "some.json", document)]
    if environment is not None:
        values = [{"key": key, "value": value, "enabled": True} for key, value in environment.items()]
        files.append(write(folder, "environment.json", {"name": "e", "values": values}))
    file, report = bring(files, folder / "some.ipynb", style=style, force=True)
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    return notebook.cells, report


def code(cells) -> list[str]:
    return [cell.source for cell in cells if cell.cell_type == "code"]


def post(text: str, path: str = "epayment/v1/payments", **words):
    body = {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}
    return {"name": "r", "request": {"method": "POST", "url": f"{{{{base_url}}}}/{path}", "body": body, **words}}


def scripted(*lines: str, listen: str = "test"):
    return {**GET, "event": [{"listen": listen, "script": {"exec": list(lines)}}]}


def deep():
    """A request below a hundred folders."""
    folder = GET
    for _ in range(100):
        folder = {"name": "f", "item": [folder]}
    return folder


def run(file: Path) -> list[tuple[str, int]]:
    """Run a notebook in a real kernel; what the sandbox was asked after the login, and answered."""
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    notebook.cells.append(nbformat.v4.new_code_cell(LAST))
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(file.parent)}}).execute()
    failed = [
        output.evalue
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "error" and "foreign" not in cell.metadata.get("tags", ())
    ]
    assert failed == []
    said = json.loads("".join(output.get("text", "") for output in notebook.cells[-1].outputs).strip().splitlines()[-1])
    return [(f"{method} {named(path)}", status) for method, path, status in said][1:]  # the first is the login's


def named(path: str) -> str:
    path = path.partition("?")[0]
    path = re.sub(r"(?<=/payments/)[^/]+|(?<=/agreements/)[^/]+|(?<=/charges/)[^/]+", "…", path)
    return re.sub(r"(?<=/webhooks/v1/webhooks/)[^/]+|(?<=/merchant-callback/)[^/]+", "…", path)


class TestTheShopsCollection:
    @pytest.mark.parametrize("version", ["2.0", "2.1"])
    def test_postman_gets_what_is_written_here(self, version):
        with vipps_nb.Sandbox() as sandbox:
            keys = dict(line.split("=", 1) for line in sandbox.dotenv().splitlines() if "=" in line)
            environment = {one["key"]: one["value"] for one in shop.ENVIRONMENT["values"]} | {
                "base_url": sandbox.base_url,
                "client_id": keys["VIPPS_CLIENT_ID"],
                "client_secret": keys["VIPPS_CLIENT_SECRET"],
                "Ocp-Apim-Subscription-Key": keys["VIPPS_SUBSCRIPTION_KEY"],
                "merchantSerialNumber": keys["VIPPS_MSN"],
            }
            sent = postman_run.run(shop.collection(version), environment, shop.EFFECTS)

        assert [(f"{method} {named(path)}", status) for method, path, status in sent] == shop.OUTCOMES

    @pytest.mark.slow
    @pytest.mark.usefixtures("kernels_are_forked")
    @pytest.mark.parametrize(("version", "style"), [("2.0", "python"), ("2.1", "magic")])
    def test_and_so_does_the_notebook(self, sandboxed, version, style):
        files = [
            write(sandboxed, "shop.json", shop.collection(version)),
            write(sandboxed, "environment.json", shop.ENVIRONMENT),
        ]

        notebook, _ = bring(files, sandboxed / "shop.ipynb", style=style)

        assert run(notebook) == shop.OUTCOMES

    @pytest.fixture
    def made(self, tmp_path):
        files = [
            write(tmp_path, "shop.json", shop.collection("2.1")),
            write(tmp_path, "environment.json", shop.ENVIRONMENT),
        ]
        file, report = bring(files, tmp_path / "shop.ipynb")
        return file.read_text(encoding="utf-8"), nbformat.read(file, as_version=4).cells, report

    def test_folders_are_headings_and_descriptions_are_markdown(self, made):
        _, cells, _ = made
        prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")

        assert re.findall(r"^#+ .*", prose, re.MULTILINE)[:4] == [
            "# The shop",
            "## Get access token",
            "## Payments",
            "### Create payment",
        ]
        assert "#### Get agreement" in prose
        assert "One payment, **from beginning to end**." in prose
        assert "<summary>Saved answer: A good one · 201 Created</summary>" in prose

    def test_the_first_cell_logs_in_and_has_the_variables(self, made):
        first = code(made[1])[0]

        assert first.startswith("%load_ext vipps_nb\n%vipps_login\n")
        for line in (
            "amount = 49900",
            'currency = "NOK"',
            'intervalCount = "2"',
            "merchantSerialNumber = vipps.merchant_serial_number",
        ):
            assert line in first.splitlines()
        assert "switched_off" not in first
        assert "vipps_system_name" not in first

    def test_headers_of_the_session_are_left_out(self, made):
        lines = [source.partition("\n")[0] for source in code(made[1]) if source.startswith(("%vipps ", "%%vipps "))]

        assert "%%vipps POST /epayment/v1/payments -o answer" in lines
        assert not any("--header" in line for line in lines)

    def test_no_secret_is_in_the_notebook_and_each_is_named_with_its_place(self, made):
        text, _, report = made

        assert not [name for name, secret in shop.SECRETS.items() if secret in text or secret in str(report)]
        assert "12345678-90ab-4cde-8f01-234567890abc" not in text
        assert "client_secret (in environment.json): belongs into .env as VIPPS_CLIENT_SECRET" in str(report)
        assert "callback_secret (in shop.json): belongs into .env as CALLBACK_SECRET" in str(report)

    def test_the_report_counts_and_names_what_stayed_a_comment(self, made):
        _, cells, report = made

        assert report.left == [("Create payment", "pm.visualizer.set('<b>{{x}}</b>', {x: 1});")]
        assert "1 stayed as a comment" in str(report)
        assert "#   pm.visualizer.set('<b>{{x}}</b>', {x: 1});" in "\n".join(code(cells))

    def test_a_body_that_the_catalogue_finds_wrong_is_sent_as_postman_would(self, made):
        _, cells, report = made

        assert report.forced == ["Draft agreement"]
        assert any(source.startswith("%%vipps POST /recurring/v3/agreements --force") for source in code(cells))


class TestRequests:
    def test_variables_of_variables(self, tmp_path):
        values = {"base_url": "https://apitest.vipps.no", "api": "{{base_url}}/epayment/{{v}}", "v": "v1"}
        request = {"name": "r", "request": {"method": "GET", "url": "{{api}}/payments/abc-12345"}}

        assert (
            code(brought(tmp_path, request, environment=values)[0])[1] == "%vipps GET /epayment/{v}/payments/abc-12345"
        )

    def test_values_that_contain_one_another_end(self, tmp_path):
        values = {"a": "{{b}}{{b}}", "b": "{{a}}{{a}}"}
        started = time.monotonic()
        brought(
            tmp_path,
            {"name": "r", "request": {"method": "GET", "url": "https://apitest.vipps.no/{{a}}"}},
            environment=values,
        )

        assert time.monotonic() - started < 5

    @pytest.mark.parametrize(
        "address",
        [
            "https://apitest.vipps.no/qr/v1",
            "https://api.vipps.no/qr/v1",
            "apitest.vipps.no/qr/v1",
            "{{base_url}}/qr/v1",
            "{{baseUrl}}/qr/v1",
            "https://{{host}}/qr/v1",
            "{{scheme}}://{{host}}/qr/v1",
            {"protocol": "https", "host": ["apitest", "vipps", "no"], "path": ["qr", "v1"]},
            {"raw": "{{base_url}}//qr/v1"},
            {"raw": "{{base_url}}/:api/v1", "variable": [{"key": "api", "value": "qr"}]},
        ],
    )
    def test_official_hosts_become_paths(self, tmp_path, address):
        assert code(brought(tmp_path, {"name": "r", "request": {"url": address}})[0])[1] == "%vipps GET /qr/v1"

    def test_other_hosts_stay_and_get_no_key(self, tmp_path):
        request = {
            "method": "POST",
            "url": "https://shop.example.com/hook?key={{client_secret}}",
            "header": [{"key": "Authorization", "value": "Bearer {{access_token}}"}, {"key": "X-Own", "value": "1"}],
            "body": {"mode": "raw", "raw": '{"token": "{{access_token}}", "id": "{{client_id}}"}'},
        }
        cells, report = brought(tmp_path, {"name": "r", "request": request})
        source = code(cells)[1]

        assert source.startswith('requests.post(\n    "https://shop.example.com/hook?key=left-out"')
        assert "reveal" not in source
        assert "credentials" not in code(cells)[0]
        assert '"X-Own": "1"' in source
        assert "1 request goes to shop.example.com, which is no host of Vipps MobilePay" in str(report)
        assert any("is no host of Vipps MobilePay" in cell.source for cell in cells)

    def test_an_address_in_a_variable_that_a_script_sets(self, tmp_path):
        discover = {
            "name": "discover",
            "request": {"method": "GET", "url": "{{well-known_uri}}"},
            "event": [
                {
                    "listen": "test",
                    "script": {
                        "exec": [
                            "var d = pm.response.json();",
                            "pm.environment.set('token_endpoint', d.token_endpoint);",
                        ]
                    },
                }
            ],
        }
        ask = {
            "name": "ask",
            "request": {
                "method": "POST",
                "url": "{{token_endpoint}}",
                "header": [{"key": "Authorization", "value": "Basic {{client_authorization}}"}],
                "body": {"mode": "urlencoded", "urlencoded": [{"key": "grant_type", "value": "x"}]},
            },
        }
        cells, _ = brought(tmp_path, discover, ask)

        assert "%vipps GET /access-management-1.0/access/.well-known/openid-configuration -o answer" in code(cells)
        assert 'vipps.post(token_endpoint, data={"grant_type": "x"})' in code(cells)

    def test_a_secret_goes_to_an_address_in_a_variable_only_if_it_is_the_sessions_own(self, tmp_path):
        discover = scripted("pm.environment.set('where', pm.response.json().url);")
        ask = {
            "name": "ask",
            "request": {
                "method": "POST",
                "url": "{{where}}",
                "body": {"mode": "urlencoded", "urlencoded": [{"key": "client_secret", "value": "{{client_secret}}"}]},
            },
        }
        cells, _ = brought(tmp_path, discover, ask)

        assert code(cells)[-1].splitlines() == [
            'assert vipps.environment.owns(where), "This is another host: nothing was sent."',
            'vipps.post(where, data={"client_secret": client_secret.reveal()})',
        ]

    def test_json_in_a_variable_is_json_again_within_a_text(self, tmp_path):
        body = {"mode": "raw", "raw": "{{whole}}", "options": {"raw": {"language": "json"}}}
        item = {"name": "r", "request": {"method": "PUT", "url": "https://x.example/", "body": body}}
        cells, _ = brought(tmp_path, item, variable=[{"key": "whole", "value": '{"a": true}'}])

        assert 'whole = {"a": True}' in code(cells)[0]
        assert "data=json.dumps(whole).encode()" in code(cells)[1]

    def test_the_variables_of_graphql_are_an_object(self, tmp_path):
        body = {"mode": "graphql", "graphql": {"query": "{ a }", "variables": '{"b": {{n}}}'}}
        item = {"name": "r", "request": {"method": "POST", "url": "https://x.example/", "body": body}}
        cells, _ = brought(tmp_path, item, variable=[{"key": "n", "value": "1"}])

        assert r"\"variables\": {{\"b\": {n}}}" in code(cells)[1]

    def test_made_up_values(self, tmp_path):
        cells, report = brought(
            tmp_path, post('{"a": "{{$guid}}", "b": {{$timestamp}}, "c": {{$randomInt}}, "d": "{{$randomCatFact}}"}')
        )

        assert code(cells)[1].splitlines() == [
            "guid = str(uuid.uuid4())",
            "timestamp = int(time.time())",
            "random_int = random.randint(0, 1000)",
            'random_cat_fact = f"randomCatFact-{random.randrange(10**6)}"',
        ]
        assert '{"a": "${guid}", "b": ${timestamp}, "c": ${random_int}, "d": "${random_cat_fact}"}' in code(cells)[2]
        assert "randomCatFact" in str(report)

    def test_bodies(self, tmp_path):
        bodies = [
            {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]},
            {
                "mode": "formdata",
                "formdata": [{"key": "a", "value": "1"}, {"key": "f", "type": "file", "src": "/home/me/x.png"}],
            },
            {"mode": "file", "file": {"src": "/etc/passwd"}},
            {"mode": "raw", "raw": "<xml/>", "options": {"raw": {"language": "xml"}}},
            {"mode": "raw", "raw": ""},
            {"mode": "raw", "raw": "[]"},
            {"mode": "graphql", "graphql": {"query": "{a}"}},
        ]
        items = [
            {"name": "r", "request": {"method": "POST", "url": "{{base_url}}/some/path", "body": body}}
            for body in bodies
        ]
        cells, report = brought(tmp_path, *items)

        assert code(cells)[1:] == [
            'vipps.post("/some/path", data=[("a", "1"), ("a", "2")])',
            'vipps.post("/some/path", files=[("a", (None, "1")), ("f", ("x.png", Path("x.png").read_bytes()))])',
            'vipps.post("/some/path", data=Path("passwd").read_bytes())',
            'vipps.post("/some/path", data="<xml/>".encode(), headers={"Content-Type": "application/xml"})',
            "%vipps POST /some/path",
            "%%vipps POST /some/path\n[]",
            '%%vipps POST /some/path\n{"query": "{a}"}',
        ]
        assert "put passwd beside the notebook" in str(report)

    def test_a_key_that_is_new_each_time_is_the_sessions_own_and_another_one_stays(self, tmp_path):
        key = {"key": "Idempotency-Key", "value": "{{key}}"}
        first = {
            **post("{}", header=[key]),
            "event": [
                {
                    "listen": "prerequest",
                    "script": {"exec": ["pm.environment.set('key', pm.variables.replaceIn('{{$guid}}'));"]},
                }
            ],
        }
        fresh, _ = brought(tmp_path, first)
        again, _ = brought(tmp_path, first, post("{}", header=[key]))

        assert "key =" not in "\n".join(code(fresh)[1:]) or "Idempotency" not in "\n".join(code(fresh))
        assert "--header 'Idempotency-Key: {key}'" in code(again)[-1]
        assert "key = str(uuid.uuid4())" in code(again)

    def test_a_persons_token_travels_as_a_secret(self, tmp_path):
        token = scripted("pm.environment.set('access_token', pm.response.json().access_token);")
        userinfo = {
            "name": "who",
            "request": {
                "method": "GET",
                "url": "{{base_url}}/vipps-userinfo-api/userinfo",
                "header": [{"key": "Authorization", "value": "Bearer {{access_token}}"}],
            },
        }
        cells, _ = brought(tmp_path, token, userinfo)

        assert 'access_token = Secret(str(field(answer, "access_token", otherwise="")))' in code(cells)
        assert (
            code(cells)[-1] == "%vipps GET /vipps-userinfo-api/userinfo --header 'Authorization: Bearer {access_token}'"
        )

    def test_a_secret_in_a_body_becomes_a_name_of_dotenv(self, tmp_path):
        cells, report = brought(tmp_path, post('{"merchantInfo": {"authToken": "4f5e6d7c8b9a"}}', "ecomm/v2/payments"))

        assert 'authToken = Secret(kept.get("AUTH_TOKEN") or "fill-in")' in code(cells)[0]
        assert '"authToken": "${authToken}"' in code(cells)[1]
        assert "4f5e6d7c8b9a" not in "\n".join(cell.source for cell in cells)
        assert "belongs into .env as AUTH_TOKEN" in str(report)

    def test_inherited_proofs(self, tmp_path):
        basic = {
            "type": "basic",
            "basic": [{"key": "username", "value": "me"}, {"key": "password", "value": "hunter2-long"}],
        }
        cells, report = brought(
            tmp_path,
            {"name": "f", "auth": basic, "item": [GET]},
            auth={"type": "bearer", "bearer": [{"key": "token", "value": "{{t}}"}]},
        )

        assert code(cells)[1] == "%vipps GET /webhooks/v1/webhooks"
        assert "hunter2" not in str(report)
        assert "password (in r)" in str(report)


class TestScripts:
    @pytest.mark.parametrize(
        ("line", "python"),
        [
            ("pm.environment.set('a', pm.response.json().x.y[0]);", 'a = field(answer, "x", "y", 0, otherwise=a)'),
            ("pm.collectionVariables.set('a', JSON.parse(responseBody).x)", 'a = field(answer, "x", otherwise=a)'),
            (
                "postman.setEnvironmentVariable('a', pm.response.headers.get('Location'))",
                'a = answer.headers.get("Location", a)',
            ),
            ("pm.globals.set('a', require('uuid').v4())", "a = str(uuid.uuid4())"),
            ("pm.environment.set('a', Math.floor(Math.random() * 1000))", "a = random.randrange(1000)"),
            ("pm.environment.set('a', 'x-' + Date.now())", 'a = "x-" + str(int(time.time() * 1000))'),
            ("pm.environment.set('a', `x-${pm.environment.get('b')}`)", 'a = f"x-{b}"'),
            (
                "pm.environment.set('a', moment().add(2, 'days').format('YYYY-MM-DD'))",
                'a = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%d")',
            ),
            ("pm.environment.unset('a')", 'a = ""'),
            (
                "pm.test('ok', function () { pm.response.to.have.status(200); });",
                'assert answer.status_code == 200, "ok"',
            ),
            (
                "pm.test('ok', () => pm.expect(pm.response.code).to.be.oneOf([200, 201]));",
                'assert answer.status_code in [200, 201], "ok"',
            ),
            ("tests['ok'] = responseCode.code === 200;", 'assert answer.status_code == 200, "ok"'),
            (
                "pm.test('x', () => { pm.expect(pm.response.json().s).to.not.eql('A'); });",
                'assert field(answer, "s") != "A", "x"',
            ),
            (
                "pm.test('x', () => { pm.expect(pm.response.json()).to.have.property('s'); });",
                'assert field(answer, "s") is not None, "x"',
            ),
            ("pm.test('x', () => pm.response.to.have.header('A'))", 'assert "A" in answer.headers, "x"'),
            ("if (pm.response.code == 200) { pm.environment.set('a', 1) }", "if answer.status_code == 200:\n    a = 1"),
            # What JavaScript reckons with, Python would not, or would come to something else.
            ("pm.environment.set('a', pm.environment.get('b') * 100)", "a = number(b) * 100"),
            ("pm.environment.set('a', Number('5.50'))", 'a = number("5.50")'),
            ("pm.environment.set('a', parseInt(pm.environment.get('b')) + 1)", "a = number(b, leading=True) + 1"),
            ("pm.environment.set('a', pm.environment.get('b') / 2)", "a = number(number(b) / 2)"),
            ("pm.environment.set('a', Math.round(5 / 2))", "a = math.floor((5 / 2) + 0.5)"),
            ("pm.environment.set('a', 'x-' + (1 + 2))", 'a = "x-" + str(1 + 2)'),
            ("pm.environment.set('a', 1 + 2 + 'x')", 'a = str(1 + 2) + "x"'),
            ("pm.environment.set('a', pm.response.json().n ?? 5)", 'a = field(answer, "n", otherwise=5)'),
            ("if (pm.environment.get('b') == 5) { pm.environment.set('a', 1) }", "if number(b) == 5:\n    a = 1"),
            (
                "pm.test(`No. ${pm.response.json().n}`, () => { pm.response.to.have.status(200); });",
                'assert answer.status_code == 200, ("No. " + str(field(answer, "n")))',
            ),
            (
                "pm.test('x', () => { pm.expect(pm.response.json().s).to.include({b: 1}); });",
                'assert {"b": 1}.items() <= field(answer, "s").items(), "x"',
            ),
        ],
    )
    def test_what_people_write_nearly_always(self, tmp_path, line, python):
        cells, report = brought(tmp_path, scripted(line))

        assert code(cells)[2] == python
        assert report.left == []
        assert report.statements >= 1

    @pytest.mark.parametrize(
        "test", ["!pm.environment.get('a')", "pm.environment.get('a') === undefined", "!pm.environment.has('a')"]
    )
    def test_a_variable_that_only_a_script_fills_begins_without_a_value(self, tmp_path, test):
        """Else a script that asks for it would find the word in its place."""
        cells, _ = brought(tmp_path, scripted(f"if ({test}) pm.environment.set('a', 'new');", listen="prerequest"))
        names = {"field": field, "number": number}
        exec("\n".join([*re.findall(r"(?m)^a = .*", code(cells)[0]), code(cells)[1]]), names)

        assert names["a"] == "new"

    @pytest.mark.parametrize(
        ("value", "whole", "leading"),
        [("499", 499, 499), ("5.50", 5.5, 5.5), ("12 kr", None, 12), ("", 0, None), (" 7 ", 7, 7), ("1e3", 1000, 1000)],
    )
    def test_numbers_are_as_javascript_reads_them(self, value, whole, leading):
        read = [None if math.isnan(one) else one for one in (number(value), number(value, leading=True))]

        assert read == [whole, leading]
        assert repr(number(10 / 2)) == "5"

    @pytest.mark.parametrize(
        "line",
        [
            "eval(pm.response.text());",
            "postman.setNextRequest('other');",
            "pm.visualizer.set('<b></b>');",
            "while (true) { pm.environment.set('a', 1); }",
            "function f() { return 1; }",
            "setTimeout(function () {}, 5000);",
            "pm.environment.set('a', CryptoJS.HmacSHA256('a', 'b'));",
            "const fs = require('fs'); fs.writeFileSync('/tmp/x', 'y');",
            "pm.environment.set(name, 1);",
            "class A {}",
            "}}} broken ((",
        ],
    )
    def test_all_else_stays_a_comment_in_its_place(self, tmp_path, line):
        cells, report = brought(
            tmp_path, scripted("pm.environment.set('before', 1);", line, "pm.environment.set('after', 2);")
        )
        source = code(cells)[2]

        assert source.splitlines()[0] == "before = 1"
        assert "# JavaScript, as it was:" in source
        assert report.left
        assert all(isinstance(node, ast.Assign) for node in ast.parse(source).body)

    def test_a_loop_of_deletes(self, tmp_path):
        cells, _ = brought(
            tmp_path,
            scripted(
                "var j = pm.response.json();",
                "for (var i = 0; i < j.webhooks.length; i++) {",
                "  pm.sendRequest({url: pm.environment.get('base_url') + `/webhooks/v1/webhooks/${j.webhooks[i].id}`,",
                "    method: 'DELETE', header: {Authorization: 'Bearer ' + pm.environment.get('access_token')}},",
                "    (err, res) => { if (err) { console.log(err); } pm.expect(res.code).to.equal(204); });",
                "}",
            ),
        )

        assert code(cells)[2].splitlines()[1:] == [
            'for i in range(len(field(j, "webhooks", otherwise=[]))):',
            '    sent = vipps.delete("/webhooks/v1/webhooks/" + str(field(j, "webhooks", i, "id")))',
            "    assert sent.status_code == 204",
        ]

    def test_what_the_session_does_is_left_out(self, tmp_path):
        cells, report = brought(
            tmp_path,
            scripted(
                "var id = pm.environment.get('client_id'), secret = pm.environment.get('client_secret');",
                "var both = CryptoJS.enc.Base64.stringify(CryptoJS.enc.Utf8.parse(id + ':' + secret));",
                "pm.environment.set('client_authorization', both);",
                "pm.sendRequest({url: pm.environment.get('base_url') + '/accesstoken/get', method: 'POST'},",
                "  function (err, res) { pm.environment.set('access_token', res.json().access_token); });",
                listen="prerequest",
            ),
        )

        assert code(cells)[1:] == ["%vipps GET /webhooks/v1/webhooks"]
        assert (report.own, report.left) == (5, [])

    def test_a_script_of_the_collection_runs_with_each_request(self, tmp_path):
        event = [{"listen": "prerequest", "script": {"exec": "pm.environment.set('n', Date.now());"}}]
        cells, _ = brought(tmp_path, GET, {"name": "f", "item": [GET]}, event=event)

        assert code(cells)[1:] == 2 * ["n = int(time.time() * 1000)", "%vipps GET /webhooks/v1/webhooks"]

    def test_a_comment_of_a_shared_script_is_told_once(self, tmp_path):
        event = [{"listen": "test", "script": {"exec": "eval(1);"}}]
        cells, report = brought(tmp_path, GET, GET, GET, event=event)

        assert "\n".join(code(cells)).count("eval(1);") == 1
        assert report.left == [("r", "eval(1);")]


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("", "no line of it begins with curl"),
            ('{"info": {}, "item": [', "begins like JSON and is none, at line 1"),
            ("[" * 100_000, "nested deeper"),
            ('{"a":' * 50_000 + "1" + "}" * 50_000, "nested deeper"),
            ({"info": {}, "item": [deep()]}, "over 60 deep"),
            ({"info": {}, "item": [GET] * 5001}, "more than 5,000 requests"),
            ({"info": {}, "item": []}, "without a single request"),
            ({"openapi": "3.1.0"}, "vipps_nb.openapi"),
            ({"requests": [], "order": []}, "version 1"),
            ({"values": [{"key": "a", "value": "b"}]}, "holds variables and no request"),
            ({"log": {"entries": []}}, "without a single request"),
            ([1, 2, 3], "nothing that is known here"),
            ('{"item": [%s], "info": 1}' % ("9" * 5000), "a number that nobody can read"),
            ("curl 'https://apitest.vipps.no", "a quotation mark without a partner"),
            ("curl -X POST", "names no address"),
            (" " * (33 << 20), "larger than 32 MB"),
            ("{" + " " * (65 << 20), "larger than 64 MB"),
        ],
        ids=range(17),
    )
    def test_are_a_sentence_and_no_notebook(self, tmp_path, content, words):
        file = write(tmp_path, "some.json", content)
        result = CliRunner().invoke(cli.main, ["import", str(file), "-o", str(tmp_path / "o.ipynb")])

        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert result.output.count("\n") == 1
        assert words in result.output
        assert isinstance(result.exception, SystemExit)
        assert list(tmp_path.iterdir()) == [file]

    @pytest.mark.parametrize("kind", ["folder", "missing", "binary"])
    def test_what_is_no_file_is_a_sentence(self, tmp_path, kind):
        file = tmp_path / "x.json"
        if kind == "folder":
            file.mkdir()
        elif kind == "binary":
            file.write_bytes(bytes(range(256)))

        with pytest.raises(CollectionError, match=r"x\.json"):
            bring([file], tmp_path / "o.ipynb")

    def test_a_notebook_that_is_there_stays_unless_told_otherwise(self, tmp_path):
        file = write(tmp_path, "some.json", {"info": INFO, "item": [GET]})
        mine = tmp_path / "mine.ipynb"
        mine.write_text("mine")
        result = CliRunner().invoke(cli.main, ["import", str(file), "-o", str(mine)])

        assert "is there already" in result.output
        assert mine.read_text() == "mine"

        assert CliRunner().invoke(cli.main, ["import", str(file), "-o", str(mine), "--force"]).exit_code == 0
        assert nbformat.read(mine, as_version=4).cells

    def test_what_stands_in_a_file_is_never_code(self, tmp_path):
        evil = 'x"); import os; os.system("touch /tmp/x"); ("'
        items = [
            {
                "name": f'"""\n%system x\n</summary><script>{evil}',
                "description": "<script>x</script> ![p](https://x.example/p)",
                "request": {
                    "method": "POST",
                    "url": f"https://apitest.vipps.no/{evil}?{evil}={evil}",
                    "header": [{"key": "X-A", "value": evil}, {"key": "X\r\nB", "value": "1"}],
                    "body": {"mode": "raw", "raw": f"{evil}\n%%bash\nrm"},
                },
            },
            scripted(
                f"pm.environment.set({json.dumps(evil)}, {json.dumps(evil)});", "/* \n import os */ x\r\ny\u2028z"
            ),
        ]
        cells, _ = brought(tmp_path, *items, variable=[{"key": evil, "value": evil}], style="python")

        calls = {"post", "get", "encode"}
        for source in code(cells)[1:]:
            for node in ast.walk(ast.parse(source)):
                assert not isinstance(node, ast.Import | ast.ImportFrom)
                if isinstance(node, ast.Call):
                    assert isinstance(node.func, ast.Attribute)
                    assert node.func.attr in calls
        prose = "".join(cell.source for cell in cells if cell.cell_type == "markdown")
        assert "<script" not in prose
        assert "![" not in prose

    @pytest.mark.parametrize(
        "text",
        [
            '{"a": "{{' + " " * 100_000 + 'x"}',
            '{"a": "' + ("{{" + " " * 300) * 3000 + '"}',
            "{{" * 50_000,
            '{"a' * 50_000,
        ],
        ids=range(4),
    )
    def test_a_body_that_is_slow_to_read_is_read_in_time(self, tmp_path, text):
        started = time.monotonic()
        brought(tmp_path, post(text))

        assert time.monotonic() - started < 30

    def test_thousands_of_requests_take_no_minute(self, tmp_path):
        started = time.monotonic()
        brought(tmp_path, *[post('{"a": "{{b}}"}')] * 1000)

        assert time.monotonic() - started < 60

    def test_strange_types_are_read_as_far_as_they_say_something(self, tmp_path):
        url = {"raw": 5, "query": 3, "path": {"a": 1}, "host": 7, "variable": 3}
        items = [
            1,
            None,
            "x",
            {"request": 5},
            {"request": {"url": url}, "event": [3, {"script": 4}], "response": [3, {}]},
            {"name": {"a": 1}, "request": {"header": 5, "body": {"mode": "raw", "raw": {"a": 1}}, "method": ["x"]}},
        ]

        assert brought(tmp_path, *items, GET)[1].requests == 4


class TestTheEnvironmentBeside:
    """In Postman the environment that is there is the one that counts; here it is said which."""

    VALUES: ClassVar = {"name": "e", "values": [{"key": "ref", "value": "from-the-environment"}]}
    ITEM: ClassVar = {"name": "r", "request": {"method": "GET", "url": "{{base_url}}/epayment/v1/payments/{{ref}}"}}

    def import_it(self, folder, *options):
        file = write(folder, "shop.postman_collection.json", {"info": INFO, "item": [self.ITEM]})
        result = CliRunner().invoke(cli.main, ["import", str(file), "-o", str(folder / "o.ipynb"), "--force", *options])
        return result.output, code(nbformat.read(folder / "o.ipynb", as_version=4).cells)[0]

    def test_the_only_one_is_taken_and_named(self, tmp_path):
        write(tmp_path, "test.postman_environment.json", self.VALUES)
        write(tmp_path, "my environment notes.json", {"nothing": "of that kind"})
        said, first = self.import_it(tmp_path)

        assert "test.postman_environment.json lies beside the collection, so its values were taken" in said
        assert 'ref = "from-the-environment"' in first
        assert "from-the-environment" not in self.import_it(tmp_path, "--no-environment")[1]

    def test_of_several_none_is_taken_and_all_are_named(self, tmp_path):
        for name in ("a", "b"):
            write(tmp_path, f"{name}.postman_environment.json", self.VALUES)
        said, first = self.import_it(tmp_path)

        assert "none was taken: a.postman_environment.json, b.postman_environment.json" in said
        assert "from-the-environment" not in first


class TestCurl:
    BODY = '{"url": "https://example.com/it\'s", "events": ["epayments.payment.created.v1"]}'

    @pytest.mark.parametrize(
        "command",
        [
            # bash
            "curl -X POST https://apitest.vipps.no/webhooks/v1/webhooks \\\n  -H 'Content-Type: application/json' \\\n"
            '  -H "Authorization: Bearer $TOKEN" \\\n  -d \'' + BODY.replace("'", "'\\''") + "'",
            # bash, as Chrome copies it
            "curl 'https://apitest.vipps.no/webhooks/v1/webhooks' -H 'content-type: application/json' --compressed "
            "--data-raw $'" + BODY.replace("'", "\\'") + "'",
            # PowerShell
            'curl.exe -X POST "https://apitest.vipps.no/webhooks/v1/webhooks" `\n'
            '  -H "Authorization: Bearer $env:TOKEN" `\n'
            "  -d '" + BODY.replace("'", "''").replace('"', '\\"') + "'",
            # cmd
            'curl -X POST "https://apitest.vipps.no/webhooks/v1/webhooks" ^\n  -H "Authorization: Bearer %TOKEN%" ^\n'
            '  -d "' + BODY.replace('"', '\\"') + '"',
            # cmd, as Chrome copies it
            'curl ^"https://apitest.vipps.no/webhooks/v1/webhooks^" ^\n  -H ^"content-type: application/json^" ^\n'
            '  --data-raw ^"' + BODY.replace('"', '^\\^"') + '^"',
        ],
        ids=["bash", "bash from Chrome", "PowerShell", "cmd", "cmd from Chrome"],
    )
    def test_the_quotes_of_every_shell(self, tmp_path, command):
        file, _ = bring([write(tmp_path, "calls.txt", f"# Register\n{command}\n")], tmp_path / "o.ipynb")
        cells = nbformat.read(file, as_version=4).cells

        assert code(cells)[1] == f"%%vipps POST /webhooks/v1/webhooks\n{self.BODY}"
        assert any(cell.source == "## Register" for cell in cells)

    def test_many_commands_in_one_text(self, tmp_path):
        text = (
            "#!/bin/sh\nset -e\n# One\ncurl https://apitest.vipps.no/a/b | jq .\n\n"
            "$ curl -sG apitest.vipps.no/c -d x=1 -d y=2\ncurl -I https://x.example\n"
        )
        file, report = bring([write(tmp_path, "calls.sh", text)], tmp_path / "o.ipynb")
        cells = nbformat.read(file, as_version=4).cells

        assert code(cells)[1:3] == ["%vipps GET /a/b", "%vipps GET /c?x=1&y=2"]
        assert code(cells)[3] == 'requests.head("https://x.example", timeout=30)'
        assert report.requests == 3

    @pytest.mark.parametrize(
        ("text", "cells", "words"),
        [
            ("curl apitest.vipps.no/a && curl apitest.vipps.no/b", ["%vipps GET /a", "%vipps GET /b"], ""),
            ("curl apitest.vipps.no/a 2>/dev/null >x; curl apitest.vipps.no/b", ["%vipps GET /a", "%vipps GET /b"], ""),
            ("curl apitest.vipps.no/a apitest.vipps.no/b", ["%vipps GET /a", "%vipps GET /b"], ""),
            ("curl apitest.vipps.no/a --next -X DELETE apitest.vipps.no/b", ["%vipps GET /a", "%vipps DELETE /b"], ""),
            ('curl apitest.vipps.no/a -d @- <<E\n{"a": "$X"}\nE\n', ['%%vipps POST /a\n{"a": "${X}"}'], ""),
            ('curl apitest.vipps.no/a -d "$(cat <<E\n{"a": 1}\nE\n)"', ['%%vipps POST /a\n{"a": 1}'], ""),
            ("curl apitest.vipps.no/a -d @- <<< '{\"a\": 1}'", ['%%vipps POST /a\n{"a": 1}'], ""),
            ("curl -d '' apitest.vipps.no/a", ["%vipps POST /a"], ""),
            ("curl -G apitest.vipps.no/a --data-urlencode 'q=b c&d'", ["%vipps GET /a?q=b%20c%26d"], ""),
            ("curl -G apitest.vipps.no/a --data-urlencode q@f.txt", ["%vipps GET /a?q={f_txt}"], "f.txt was not read"),
            ("curl apitest.vipps.no/a -H @h.txt", ["%vipps GET /a"], "the headers in h.txt were left out"),
            ("curl apitest.vipps.no/a -b s=1 --cert c.pem", ["%vipps GET /a"], "GET /a: --cert was left out"),
            ("curl 'apitest.vipps.no/a[1-3]'", ["%vipps GET /a[1-3]"], "many addresses"),
            ("T=$(curl -s https://x.example)\ncurl apitest.vipps.no/a", ["%vipps GET /a"], "at line 1"),
        ],
        ids=range(14),
    )
    def test_nothing_of_a_line_is_lost_in_silence(self, tmp_path, text, cells, words):
        file, report = bring([write(tmp_path, "calls.sh", text)], tmp_path / "o.ipynb")

        assert code(nbformat.read(file, as_version=4).cells)[1:] == cells
        assert words in str(report)

    def test_a_key_in_a_command_is_left_out_and_named(self, tmp_path):
        key = shop.SECRETS["subscription_key"]
        text = f"curl -u id:{shop.SECRETS['own']} -H 'Ocp-Apim-Subscription-Key: {key}' https://apitest.vipps.no/a"
        file, report = bring([write(tmp_path, "calls.sh", text)], tmp_path / "o.ipynb")

        assert key not in file.read_text(encoding="utf-8") + str(report)
        assert shop.SECRETS["own"] not in file.read_text(encoding="utf-8") + str(report)
        assert "belongs into .env as VIPPS_SUBSCRIPTION_KEY" in str(report)


class TestHar:
    def test_what_a_browser_writes_in_base64_is_read(self, tmp_path):
        url = "https://apitest.vipps.no/webhooks/v1/webhooks"
        answer = {"status": 200, "content": {"mimeType": "application/json", "encoding": "base64"}}
        answer["content"]["text"] = base64.b64encode('{"navn": "Åse"}'.encode()).decode()
        picture = {"status": 200, "content": {"mimeType": "image/png", "encoding": "base64", "text": "iVBORw0K/w=="}}
        calls = [("GET", url, answer), ("GET", f"{url}/x", picture), ("GET", "wss://x.example", answer)]
        entries = [{"request": {"method": a, "url": b, "headers": []}, "response": c} for a, b, c in calls]
        entries[0]["request"] |= {"method": "POST", "headers": [{"name": "content-type", "value": "text/plain; q=1"}]}
        entries[0]["request"]["postData"] = {"mimeType": "text/plain; q=1", "text": "w6U=", "encoding": "base64"}
        file, report = bring([write(tmp_path, "x.har", {"log": {"entries": entries}})], tmp_path / "o.ipynb")
        cells = nbformat.read(file, as_version=4).cells
        words = "\n".join(cell.source for cell in cells)

        assert '"navn": "Åse"' in words
        assert "(no text: image/png, left out)" in words
        assert "wss" not in words
        assert "1 entry of x.har was left out" in str(report)
        assert 'data="å".encode()' in words
        assert words.lower().count('"content-type"') == 1

    def test_a_browsers_archive(self, tmp_path):
        entry = {
            "request": {
                "method": "POST",
                "url": "https://apitest.vipps.no/epayment/v1/payments?x=1#y",
                "headers": [
                    {"name": ":authority", "value": "apitest.vipps.no"},
                    {"name": "sec-fetch-mode", "value": "cors"},
                    {"name": "Cookie", "value": "session=0123456789"},
                    {"name": "Authorization", "value": f"Bearer {shop.SECRETS['token']}"},
                    {"name": "Idempotency-Key", "value": "6f9619ff-8b86-4011-b42d-00c04fc964ff"},
                    {"name": "X-Own", "value": "1"},
                ],
                "postData": {"mimeType": "application/json", "text": '{"a": 1}'},
            },
            "response": {
                "status": 400,
                "statusText": "Bad Request",
                "content": {"text": '{"title": "no"}'},
                "headers": [],
            },
        }
        file, report = bring([write(tmp_path, "x.har", {"log": {"entries": [entry]}})], tmp_path / "o.ipynb")
        text = file.read_text(encoding="utf-8")
        cells = nbformat.read(file, as_version=4).cells

        assert code(cells)[1] == "%%vipps POST /epayment/v1/payments?x=1 --header 'X-Own: 1' --force\n{\"a\": 1}"
        assert "Saved answer: What was answered · 400 Bad Request" in text
        assert shop.SECRETS["token"] not in text + str(report)
        assert "0123456789" not in text


class TestTheWayBack:
    @pytest.fixture
    def vipps(self, sandboxed):
        session = vipps_nb.login(env="sandbox")
        yield session
        vipps_nb.logout()

    @pytest.mark.parametrize("ending", ["json", "har"])
    def test_a_saved_history_can_be_brought_along_again(self, vipps, tmp_path, ending):
        order = {
            "amount": {"currency": "NOK", "value": 4900},
            "paymentMethod": {"type": "WALLET"},
            "customer": {"phoneNumber": "4712345678"},
            "reference": "back-1234567",
            "userFlow": "WEB_REDIRECT",
            "returnUrl": "https://example.com",
            "paymentDescription": "Socks",
        }
        vipps.post("/epayment/v1/payments", json=order)
        vipps.get("/epayment/v1/payments/back-1234567")
        vipps.post(
            "/webhooks/v1/webhooks", json={"url": "https://example.com", "events": ["epayments.payment.created.v1"]}
        )
        vipps.get("/recurring/v3/agreements", params={"status": "ACTIVE"})
        saved = vipps.history.save(tmp_path / f"calls.{ending}")
        text = saved.read_text(encoding="utf-8")
        file, _ = bring([saved], tmp_path / "o.ipynb")
        sources = [one for one in code(nbformat.read(file, as_version=4).cells) if "vipps " in one]

        for secret in (vipps.credentials.client_secret, vipps.credentials.subscription_key, vipps.token):
            assert secret.reveal() not in text
        assert [one.split("\n")[0] for one in sources][-4:] == [
            "%%vipps POST /epayment/v1/payments",
            "%vipps GET /epayment/v1/payments/back-1234567",
            "%%vipps POST /webhooks/v1/webhooks",
            "%vipps GET /recurring/v3/agreements?status=ACTIVE",
        ]
        assert "${phoneNumber}" in sources[-4]

    def test_the_collection_is_one_of_version_2_1_that_logs_in_by_itself(self, vipps, tmp_path):
        vipps.get("/webhooks/v1/webhooks")
        document = json.loads(vipps.history.save(tmp_path / "calls.json").read_text(encoding="utf-8"))
        answers = postman_run.run(
            document,
            {
                "client_id": vipps.credentials.client_id,
                "client_secret": vipps.credentials.client_secret.reveal(),
                "Ocp-Apim-Subscription-Key": vipps.credentials.subscription_key.reveal(),
                "merchantSerialNumber": vipps.merchant_serial_number,
            },
            {"Get access token": shop.EFFECTS["Get access token"]},
        )

        assert document["info"]["schema"].endswith("/v2.1.0/collection.json")
        assert answers == [("POST", "/accesstoken/get", 200), ("GET", "/webhooks/v1/webhooks", 200)]


class TestTheExplorer:
    def test_a_collection_as_forms(self, tmp_path):
        found = vipps_nb.collection(
            write(tmp_path, "shop.json", shop.collection("2.1")), write(tmp_path, "e.json", shop.ENVIRONMENT)
        )
        card = found.explore()
        form = card._guide.form(0)

        assert [one["purpose"] for one in card.operations][:3] == ["Create payment", "Get payment", "Force approve"]
        assert form["body"]["value"]["amount"] == {"currency": "NOK", "value": 49900}
        assert card._guide.form(1)["parameters"][0]["value"] == form["body"]["value"]["reference"]
        assert "POST   /epayment/v1/payments  Create payment" in repr(found)
        assert not [secret for secret in shop.SECRETS.values() if secret in str(card.get_state())]
