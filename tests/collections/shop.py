"""One shop's collection with everything in it that Postman can say, in both versions of the format.

``collection("2.1")`` and ``collection("2.0")`` hold the same requests; the older version writes addresses and proofs in
its own way. ``OUTCOMES`` says what Postman gets for each request from the sandbox, in order, run from top to bottom.
"""

from __future__ import annotations

import base64
import time
import uuid
from typing import Any

SECRETS = {
    "client_secret": "Zm9yYmlkZGVuK3NlY3JldA/0123456789abcdEFG==",
    "subscription_key": "0123456789abcdef0123456789abcdef",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl",
    "own": "whsec-3f9c0a1b2c3d4e5f",
}

ENVIRONMENT: dict[str, Any] = {
    "id": "1",
    "name": "Shop, test",
    "values": [
        {"key": "base_url", "value": "https://apitest.vipps.no", "enabled": True},
        {"key": "client_id", "value": "12345678-90ab-4cde-8f01-234567890abc", "enabled": True},
        {"key": "client_secret", "value": SECRETS["client_secret"], "type": "secret", "enabled": True},
        {"key": "Ocp-Apim-Subscription-Key", "value": SECRETS["subscription_key"], "enabled": True},
        {"key": "merchantSerialNumber", "value": "654321", "enabled": True},
        {"key": "access_token", "value": "<overwritten by Get access token>", "enabled": True},
        {"key": "amount", "value": "49900", "enabled": True},
        {"key": "currency", "value": "NOK", "enabled": True},
        {"key": "internationalMobileNumber", "value": "4712345678", "enabled": True},
        {"key": "intervalCount", "value": "2", "enabled": True},
        {"key": "switched_off", "value": "never", "enabled": False},
    ],
    "_postman_variable_scope": "environment",
}

HEADERS = [
    {"key": "Authorization", "value": "Bearer {{access_token}}"},
    {"key": "Ocp-Apim-Subscription-Key", "value": "{{Ocp-Apim-Subscription-Key}}"},
    {"key": "Merchant-Serial-Number", "value": "{{merchantSerialNumber}}"},
    {"key": "Vipps-System-Name", "value": "{{vipps_system_name}}"},
    {"key": "Content-Type", "value": "application/json"},
]


def script(listen: str, *lines: str) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": list(lines)}}


def raw(text: str) -> dict[str, Any]:
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}


def url(path: str, *, query: list[dict[str, Any]] | None = None, variable: list[dict[str, Any]] | None = None) -> Any:
    shown = "&".join(f"{one['key']}={one['value']}" for one in query or [] if not one.get("disabled"))
    return {
        "raw": "{{base_url}}/" + path + (f"?{shown}" if shown else ""),
        "host": ["{{base_url}}"],
        "path": path.split("/"),
        **({"query": query} if query else {}),
        **({"variable": variable} if variable else {}),
    }


def item(name: str, method: str, address: Any, **words: Any) -> dict[str, Any]:
    outside = {key: words.pop(key) for key in ("event", "response") if key in words}
    request = {"method": method, "header": words.pop("header", HEADERS), "url": address, **words}
    return {"name": name, "request": request, **outside}


CREATE = """{
  // what the customer pays, in øre
  "amount": {"currency": "{{currency}}", "value": {{amount}}},
  "paymentMethod": {"type": "WALLET"},
  "customer": {"phoneNumber": {{internationalMobileNumber}}},
  "reference": "{{reference}}",
  "userFlow": "WEB_REDIRECT",
  "returnUrl": "https://example.com/thanks?order={{reference}}",
  "paymentDescription": "Socks, {{$randomColor}}"
}"""

ITEMS: list[dict[str, Any]] = [
    item(
        "Get access token",
        "POST",
        url("accesstoken/get"),
        header=[
            {"key": "client_id", "value": "{{client_id}}"},
            {"key": "client_secret", "value": "{{client_secret}}"},
            {"key": "Ocp-Apim-Subscription-Key", "value": "{{Ocp-Apim-Subscription-Key}}"},
        ],
        event=[
            script(
                "test",
                'pm.test("Status code is 200", function () { pm.response.to.have.status(200); });',
                'pm.environment.set("access_token", pm.response.json().access_token);',
            )
        ],
    ),
    {
        "name": "Payments",
        "description": "One payment, **from beginning to end**.",
        "event": [script("prerequest", "// every request of this folder", 'pm.environment.set("asked", Date.now());')],
        "item": [
            item(
                "Create payment",
                "POST",
                url("epayment/v1/payments"),
                header=[*HEADERS, {"key": "Idempotency-Key", "value": "{{idempotency_key}}"}],
                body=raw(CREATE),
                description="Creates a payment.",
                event=[
                    script(
                        "prerequest",
                        "var uuid = require('uuid')\r",
                        'pm.environment.set("idempotency_key", uuid.v4())\r',
                        "pm.environment.set('reference', pm.environment.get('merchantSerialNumber') + '-' + "
                        "(new Date()).getTime());",
                    ),
                    script(
                        "test",
                        'pm.test("Created", () => { pm.response.to.have.status(201); });',
                        "if (pm.response.code === 201) {",
                        "    var jsonData = pm.response.json();",
                        "    pm.environment.set('landing', jsonData.redirectUrl);",
                        "    var token = jsonData.redirectUrl.split('=', 3)[1];",
                        "    pm.environment.set('payment_token', token);",
                        "}",
                        'pm.environment.set("kind", pm.response.headers.get("Content-Type"));',
                        'pm.test("Reference", function () {',
                        "    const body = pm.response.json();",
                        '    pm.expect(body.reference).to.eql(pm.environment.get("reference"));',
                        '    pm.expect(body).to.have.property("redirectUrl");',
                        "});",
                        "console.log('made', pm.environment.get('reference'));",
                        "pm.visualizer.set('<b>{{x}}</b>', {x: 1});",
                    ),
                ],
                response=[
                    {
                        "name": "A good one",
                        "status": "Created",
                        "code": 201,
                        "header": [{"key": "Content-Type", "value": "application/json"}],
                        "body": '{"redirectUrl": "https://landing.example.com", "reference": "abc"}',
                    }
                ],
            ),
            item(
                "Get payment",
                "GET",
                url("epayment/v1/payments/:reference", variable=[{"key": "reference", "value": "{{reference}}"}]),
                event=[
                    script(
                        "test",
                        'pm.test("It waits", function () {',
                        "    var jsonData = JSON.parse(responseBody);",
                        '    pm.expect(jsonData.state).to.be.oneOf(["CREATED", "AUTHORIZED"]);',
                        "    pm.expect(jsonData.amount.value).to.be.above(0);",
                        "});",
                        'tests["Fast"] = responseTime < 30000;',
                    )
                ],
            ),
            item(
                "Force approve",
                "POST",
                url("epayment/v1/test/payments/{{reference}}/approve"),
                body=raw('{"customer": {"phoneNumber": "{{internationalMobileNumber}}"}}'),
            ),
            item(
                "Capture",
                "POST",
                url("epayment/v1/payments/{{reference}}/capture"),
                header=[*HEADERS, {"key": "Idempotency-Key", "value": "{{$guid}}"}],
                body=raw('{"modificationAmount": {"currency": "{{currency}}", "value": {{amount}}}}'),
                event=[script("test", 'pm.test("ok", () => pm.response.to.be.ok);')],
            ),
            item(
                "Capture twice",
                "POST",
                url("epayment/v1/payments/{{reference}}/capture"),
                header=[*HEADERS, {"key": "Idempotency-Key", "value": "{{$guid}}", "disabled": True}],
                body=raw('{"modificationAmount": {"currency": "NOK", "value": 1}}'),
                event=[script("test", 'pm.test("refused", () => pm.expect(pm.response.code).to.not.equal(200));')],
            ),
        ],
    },
    {
        "name": "Recurring",
        "item": [
            {
                "name": "Agreements",
                "item": [
                    item(
                        "Draft agreement",
                        "POST",
                        url("recurring/v3/agreements"),
                        header=[*HEADERS, {"key": "Idempotency-Key", "value": "{{$guid}}"}],
                        body=raw(
                            '{"interval": {"unit": "WEEK", "count": "{{intervalCount}}"}, '
                            '"merchantRedirectUrl": "https://example.com/r", '
                            '"merchantAgreementUrl": "https://example.com/a", '
                            '"phoneNumber": "{{internationalMobileNumber}}", '
                            '"pricing": {"amount": {{amount}}, "currency": "NOK"}, "productName": "Socks"}'
                        ),
                        event=[
                            script(
                                "test",
                                "postman.setEnvironmentVariable(\"agreementId\", "
                                "JSON.parse(responseBody).agreementId);",
                            )
                        ],
                    ),
                    item("Get agreement", "GET", url("recurring/v3/agreements/{{agreementId}}")),
                    item(
                        "List agreements",
                        "GET",
                        url(
                            "recurring/v3/agreements",
                            query=[
                                {"key": "status", "value": "PENDING"},
                                {"key": "createdAfter", "value": "1", "disabled": True},
                            ],
                        ),
                    ),
                    item(
                        "A charge too early",
                        "GET",
                        url("recurring/v3/agreements/{{agreementId}}/charges/{{chargeId}}"),
                    ),
                ],
            }
        ],
    },
    {
        "name": "Webhooks",
        "item": [
            item(
                "Register",
                "POST",
                url("webhooks/v1/webhooks"),
                body=raw('{"url": "https://example.com/hook", "events": ["epayments.payment.created.v1"]}'),
                event=[script("test", 'pm.environment.set("webhook_secret", pm.response.json().secret);')],
            ),
            item(
                "Delete all",
                "GET",
                url("webhooks/v1/webhooks"),
                event=[
                    script(
                        "test",
                        "const hooks = pm.response.json().webhooks;",
                        "hooks.forEach(hook => {",
                        "  pm.sendRequest({",
                        "    url: pm.environment.get('base_url') + '/webhooks/v1/webhooks/' + hook.id,",
                        "    method: 'DELETE',",
                        "    header: {",
                        "      'Authorization': 'Bearer ' + pm.environment.get('access_token'),",
                        "      'Ocp-Apim-Subscription-Key': pm.environment.get('Ocp-Apim-Subscription-Key'),",
                        "      'Merchant-Serial-Number': pm.environment.get('merchantSerialNumber')",
                        "    }",
                        "  }, function (err, res) { console.log(res.code); });",
                        "});",
                    )
                ],
            ),
            item("None is left", "GET", url("webhooks/v1/webhooks"),
                 event=[script("test", 'pm.test("none", () => pm.expect(pm.response.json().webhooks).to.be.empty);')]),
        ],
    },
    {
        "name": "Bodies",
        "auth": {"type": "noauth"},
        "item": [
            item(
                "A picture",
                "PUT",
                url("qr/v1/merchant-callback/till-1"),
                body=raw('{"locationDescription": "Till {{$randomInt}}"}'),
            ),
            item(
                "A form",
                "POST",
                url("access-management-1.0/access/oauth2/token"),
                header=[{"key": "Authorization", "value": "Basic {{client_authorization}}"}],
                body={
                    "mode": "urlencoded",
                    "urlencoded": [
                        {"key": "grant_type", "value": "authorization_code"},
                        {"key": "code", "value": "not-a-code"},
                        {"key": "redirect_uri", "value": "https://example.com/back"},
                        {"key": "off", "value": "x", "disabled": True},
                    ],
                },
            ),
            item(
                "Not JSON",
                "POST",
                url("epayment/v1/payments"),
                body=raw('{"amount": {"currency": "NOK", "value": 4900,},}'),
            ),
            item(
                "Head",
                "HEAD",
                url("webhooks/v1/webhooks"),
            ),
        ],
    },
]  # fmt: skip

VARIABLES = [
    {"key": "currency", "value": "SEK"},  # the environment's wins
    {"key": "callback_secret", "value": SECRETS["own"]},
    {"key": "vipps_system_name", "value": "postman"},
]

# By name, what the sandbox answers when Postman runs it from top to bottom.
OUTCOMES = [
    ("POST /accesstoken/get", 200),
    ("POST /epayment/v1/payments", 201),
    ("GET /epayment/v1/payments/…", 200),
    ("POST /epayment/v1/test/payments/…/approve", 200),
    ("POST /epayment/v1/payments/…/capture", 200),
    ("POST /epayment/v1/payments/…/capture", 400),
    ("POST /recurring/v3/agreements", 201),
    ("GET /recurring/v3/agreements/…", 200),
    ("GET /recurring/v3/agreements", 200),
    ("GET /recurring/v3/agreements/…/charges/…", 404),
    ("POST /webhooks/v1/webhooks", 201),
    ("GET /webhooks/v1/webhooks", 200),
    ("DELETE /webhooks/v1/webhooks/…", 204),
    ("GET /webhooks/v1/webhooks", 200),
    ("PUT /qr/v1/merchant-callback/…", 200),
    ("POST /access-management-1.0/access/oauth2/token", 400),
    ("POST /epayment/v1/payments", 400),
    ("HEAD /webhooks/v1/webhooks", 405),
]


def _token(values: dict[str, Any], answer: Any, delete: Any) -> None:
    if answer is not None:
        values["access_token"] = answer.json()["access_token"]


def _create(values: dict[str, Any], answer: Any, delete: Any) -> None:
    if answer is None:
        values["idempotency_key"] = str(uuid.uuid4())
        values["reference"] = f"{values['merchantSerialNumber']}-{int(time.time() * 1000)}"


def _agreement(values: dict[str, Any], answer: Any, delete: Any) -> None:
    if answer is not None:
        values["agreementId"] = answer.json()["agreementId"]


def _delete_all(values: dict[str, Any], answer: Any, delete: Any) -> None:
    for hook in answer.json()["webhooks"] if answer is not None else ():
        delete(f"/webhooks/v1/webhooks/{hook['id']}", values["access_token"])


def _basic(values: dict[str, Any], answer: Any, delete: Any) -> None:
    pair = f"{values['client_id']}:{values['client_secret']}".encode()
    values["client_authorization"] = base64.b64encode(pair).decode()


# What the scripts do, in Python, for whoever runs the collection as Postman would.
EFFECTS = {
    "Get access token": _token,
    "Create payment": _create,
    "Draft agreement": _agreement,
    "Delete all": _delete_all,
    "A form": _basic,
}


def collection(version: str) -> dict[str, Any]:
    """The shop's collection in a version of the format."""
    auth: Any = {"type": "bearer", "bearer": [{"key": "token", "value": "{{access_token}}", "type": "string"}]}
    items: Any = ITEMS
    if version == "2.0":
        auth = {"type": "bearer", "bearer": {"token": "{{access_token}}"}}
        items = [_older(one) for one in ITEMS]
    return {
        "info": {
            "name": "The shop",
            "description": "All that a shop asks.",
            "schema": f"https://schema.getpostman.com/json/collection/v{version}.0/collection.json",
        },
        "auth": auth,
        "variable": VARIABLES,
        "item": items,
    }


def _older(one: dict[str, Any]) -> dict[str, Any]:
    if "item" in one:
        return {**one, "item": [_older(inner) for inner in one["item"]]}
    request = dict(one["request"])
    if not request["url"].get("variable"):
        request["url"] = request["url"]["raw"]  # in 2.0 a plain text, most of the time
    if request["url"] == "{{base_url}}/webhooks/v1/webhooks" and request["method"] == "HEAD":
        request["header"] = "Accept: */*\nX-Own: 1"
    return {**one, "request": request}
