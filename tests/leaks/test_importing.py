"""What somebody brings along has keys everywhere; afterwards none is in the notebook, the report or the forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import vipps_nb
from tests.leaks.canaries import CANARIES, CLIENT_ID
from tests.leaks.rows import FORMS, IMPORTED
from tests.leaks.table import Look
from vipps_nb.notebook.importing.convert import bring

SECRET, KEY, TOKEN, HOOK = CANARIES.values()
SCRIPTS = [
    f"pm.environment.set('access_token', '{TOKEN}');",
    f"pm.environment.set('own', '{HOOK}'); // {KEY}",
    f"var client_secret = '{SECRET}'; eval(client_secret);",
    f"pm.test('{KEY}', () => pm.expect(pm.response.json().secret).to.eql('{HOOK}'));",
]
BODY = json.dumps(
    {"client_secret": SECRET, "deep": [{"secret": HOOK, "text": f"Bearer {TOKEN}"}], "subscriptionKey": KEY}
)


def item(name: str, url: str, **words: Any) -> dict[str, Any]:
    header = [
        {"key": "Authorization", "value": f"Bearer {TOKEN}"},
        {"key": "Ocp-Apim-Subscription-Key", "value": KEY},
        {"key": "client_secret", "value": SECRET},
        {"key": "client_id", "value": CLIENT_ID},
        {"key": "X-Own", "value": HOOK},
    ]
    return {
        "name": f"{name} {KEY}",
        "event": [{"listen": listen, "script": {"exec": SCRIPTS}} for listen in ("prerequest", "test")],
        "request": {
            "method": "POST",
            "url": url,
            "header": header,
            "description": f"Use {SECRET} and {TOKEN}.",
            **words,
        },
        "response": [{"name": HOOK, "code": 200, "body": BODY, "header": [{"key": "Set-Cookie", "value": TOKEN}]}],
    }


COLLECTION = {
    "info": {"name": f"Shop {KEY}", "description": f"secret: {SECRET}", "schema": "v2.1.0"},
    "auth": {"type": "bearer", "bearer": [{"key": "token", "value": TOKEN}]},
    "variable": [{"key": "plain", "value": HOOK}, {"key": "address", "value": f"https://x.example/{KEY}"}],
    "item": [
        item("JSON", "{{base_url}}/epayment/v1/payments", body={"mode": "raw", "raw": BODY}),
        item("broken", "{{base_url}}/a", body={"mode": "raw", "raw": BODY + "}"}),
        item(
            "form",
            f"{{{{base_url}}}}/a?secret={quote(HOOK, safe='')}&x={KEY}",
            body={"mode": "urlencoded", "urlencoded": [{"key": "client_secret", "value": SECRET}]},
        ),
        item("elsewhere", f"https://user:{SECRET}@x.example/{TOKEN}", body={"mode": "raw", "raw": BODY}),
        item("login", "{{base_url}}/accesstoken/get"),
        {"name": "basic", "request": {"url": "{{address}}", "auth": {"type": "basic", "basic": {"password": SECRET}}}},
    ],
}
ENVIRONMENT = {
    "values": [
        {"key": "base_url", "value": "https://apitest.vipps.no"},
        {"key": "client_id", "value": CLIENT_ID},
        {"key": "client_secret", "value": SECRET},
        {"key": "Ocp-Apim-Subscription-Key", "value": KEY},
        {"key": "access_token", "value": TOKEN},
        {"key": "own", "value": HOOK, "type": "secret"},
    ]
}
HAR = {
    "log": {
        "entries": [
            {
                "request": {
                    "method": "POST",
                    "url": f"https://apitest.vipps.no/webhooks/v1/webhooks?token={TOKEN}",
                    "headers": [
                        {"name": "Authorization", "value": f"Bearer {TOKEN}"},
                        {"name": "Cookie", "value": HOOK},
                    ],
                    "postData": {"mimeType": "application/json", "text": BODY},
                },
                "response": {
                    "status": 200,
                    "content": {"text": BODY},
                    "headers": [{"name": "Set-Cookie", "value": KEY}],
                },
            }
        ]
    }
}
CURL = (
    f"curl -u {CLIENT_ID}:{SECRET} -H 'Ocp-Apim-Subscription-Key: {KEY}' -H 'Authorization: Bearer {TOKEN}' "
    f"-d 'secret={quote(HOOK, safe='')}' https://apitest.vipps.no/a\n"
)


def bring_all(folder: Path) -> list[Path]:
    files = {"shop.json": COLLECTION, "environment.json": ENVIRONMENT, "calls.har": HAR, "calls.sh": CURL}
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return [folder / name for name in files]


def test_the_notebook_and_what_is_said_about_it(tmp_path: Path, look: Look) -> None:
    files = bring_all(tmp_path)
    said = b""
    for style in ("magic", "python"):
        notebook, report = bring(files, tmp_path / f"{style}.ipynb", style=style)
        said += notebook.read_bytes() + str(report).encode() + repr(report).encode()
    for name in ("magic.ipynb", "python.ipynb"):
        try:
            bring(files, tmp_path / name)
        except vipps_nb.CollectionError as error:
            said += repr(error).encode()

    look(IMPORTED, said, b"".join(file.read_bytes() for file in files))


def test_the_forms_of_a_collection(tmp_path: Path, look: Look) -> None:
    files = bring_all(tmp_path)
    found = vipps_nb.collection(*files)
    card = found.explore()
    forms = [card._guide.form(number) for number in range(len(found.operations))]
    said = repr((forms, found, vars(found), card.get_state(), card._repr_mimebundle_()))

    look(FORMS, said.encode(), b"".join(file.read_bytes() for file in files))
