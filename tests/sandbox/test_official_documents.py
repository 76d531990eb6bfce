"""The official OpenAPI documents, where they are at hand: every operation answers, and says what it should.

They are not part of this repository (they are not ours to give away); the twin of this file holds the sandbox against
its own document and runs always. What is particular to one document stands in its module under `official`.
"""

from functools import cache
from math import ceil

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.conftest import times_the_usual
from tests.sandbox.official import ALIKE, SPECS, Conversation, differs, documents, needs_documents
from vipps_nb.sandbox.server.problems import gateway, problem, unauthorized

pytestmark = needs_documents

REQUESTS = 150  # for each document, spread over its operations and both modes; where they would be alike, few
AT_LEAST = 5  # for each operation and mode
DOCUMENTS = documents() if SPECS.is_dir() else []
SERVED = [
    pytest.param(official, method, path, id=f"{official.name} {method} {path}")
    for official in DOCUMENTS
    for method, path in official.served()
]
KNOWN_SHAPES = (problem.schema, gateway.schema, unauthorized.schema)


def test_every_document_is_held_against_the_sandbox():
    assert {official.name for official in DOCUMENTS} == {path.stem for path in SPECS.glob("*.yaml")}


@pytest.mark.parametrize("official", DOCUMENTS, ids=lambda official: official.name)
def test_every_operation_is_served(sandbox, http, official, served_operations):
    own = http.get(f"{sandbox.base_url}/sandbox/openapi.json").json()["paths"]
    shelf = {(method.upper(), anonymous(path)) for path, methods in own.items() for method in methods}
    wanted = official.served()

    missing = [(method, path) for method, path in wanted if (method, anonymous(official.base + path)) not in shelf]

    served_operations[official.name] = [
        f"{official.name:20} {len(wanted) - len(missing):2} / {len(official.operations()):2}",
        *(f"{'':20} {remark}" for remark in official.remarks()),
    ]
    assert missing == []
    assert set(official.not_served) <= set(official.operations())


@pytest.mark.parametrize("official", DOCUMENTS, ids=lambda official: official.name)
def test_mending_a_document_lets_no_field_be_null(official):
    """Or an answer could hold a null that no client of the real API ever meets."""
    assert nullables(official.load()) <= nullables(official.load(mended=False))


def nullables(value, path=()):
    """Where a document says that something may be null."""
    found = {path} if isinstance(value, dict) and value.get("nullable") is True else set()
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found.union(*(nullables(part, (*path, str(name))) for name, part in parts))


def anonymous(path):
    """A path without the names of its parameters, which the documents spell in their own ways."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("official", "method", "path"), SERVED)
def test_generated_requests_get_official_answers(sandbox, merchant, official, method, path, mode):
    positive = mode is schemathesis.GenerationMode.POSITIVE
    operation = (asked_of if positive else declared_in)(official.name)[path][method]
    declared = declared_in(official.name)[path][method]
    checks = [response_schema_conformance, content_type_conformance]
    statuses, conversation = set(), Conversation(official, sandbox, merchant)

    @settings(
        max_examples=how_many(official.name, method, path),
        phases=[Phase.generate],  # a failure says enough without being shrunk for a minute
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        conversation.prepare(case, official.base + path)
        answer = case.call(base_url=sandbox.base_url + official.base, session=merchant.http, allow_redirects=False)

        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert is_refusal(answer, official.name, method, path), answer.text
        elif (method, path) not in official.answers_differ:
            plain = declared.Case(method=method, path_parameters=case.path_parameters)
            plain.validate_response(answer, checks=checks)
        statuses.add(answer.status_code)

    run()
    if positive and (method, path) not in official.hopeless:
        assert min(statuses) < 400, f"no generated request was good enough to succeed: {statuses}"


# What follows from a document is worked out once for all requests that are held against it.


def named(name):
    return next(official for official in DOCUMENTS if official.name == name)


@cache
def load(name):
    """A document; nobody may change it."""
    return named(name).load()


@cache
def how_many(name, method, path):
    """How many requests are generated for one operation in one mode."""
    if not differs(load(name), method, path):
        return ALIKE
    return max(AT_LEAST, ceil(REQUESTS / 2 / len(named(name).served()))) * times_the_usual()


@cache
def declared_in(name):
    """A document as schemathesis reads it."""
    return schemathesis.openapi.from_dict(load(name))


@cache
def asked_of(name):
    """The same, made narrower, so that most of what is generated from it can succeed."""
    document = named(name).load()
    named(name).narrow(document)
    return schemathesis.openapi.from_dict(document)


def is_refusal(answer, name, method, path):
    """A body that the document declares for this status, or one that the gateway in front of every API is known for."""
    body = answer.json()
    return any(refusal.is_valid(body) for refusal in refusals(name, method, path, answer.status_code))


@cache
def refusals(name, method, path, status_code):
    """What judges the bodies of refusals with one status."""
    document = load(name)
    declared = document["paths"][path][method.lower()]["responses"]
    response = declared.get(str(status_code), declared.get("default", {}))
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schemas = [content["schema"] for content in response.get("content", {}).values() if "schema" in content]
    # A status without a schema of its own is refused in the dialect of the other statuses.
    schemas = schemas or [
        content["schema"]
        for status, other in declared.items()
        if status >= "4" and "$ref" not in other
        for content in other.get("content", {}).values()
        if "schema" in content
    ]
    schemas = [plain(schema) | {"components": plain_components(name)} for schema in schemas]
    schemas += [plain(schema) for schema in (*KNOWN_SHAPES, *named(name).also_says)]
    return [jsonschema.Draft202012Validator(schema) for schema in schemas]


@cache
def plain_components(name):
    return plain(load(name).get("components", {}))


def plain(schema):
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: plain(value) for name, value in schema.items()}
    if schema.pop("nullable", None) is True:
        return {"anyOf": [{"type": "null"}, schema]}
    return schema


def schema_of(document, name):
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("", "GetPaymentResponse"),
        ("/events", "PaymentEvent"),
        ("/capture", "ModificationResponse"),
        ("/refund", "ModificationResponse"),
        ("/cancel", "ModificationResponse"),
    ],
)
def test_good_answers_validate(merchant, path, schema):
    merchant.reserved("reserved-0001", profile={"scope": "name"}, metadata={"a": "b"})
    merchant.modify("capture", 100, "reserved-0001")
    url = f"/epayment/v1/payments/reserved-0001{path}"
    amount = {"currency": "NOK", "value": 100}
    if path in ("/capture", "/refund"):
        answer = merchant.post(url, {"modificationAmount": amount})
    else:
        answer = merchant.post(url) if path == "/cancel" else merchant.get(url)

    assert answer.status_code == 200
    content = answer.json()
    for item in content if isinstance(content, list) else [content]:
        jsonschema.validate(item, schema_of(load("epayment"), schema))


def test_express_answers_validate(merchant, sandbox):
    option = {"id": "post", "name": "Post", "amount": {"currency": "NOK", "value": 4900}}
    groups = [{"type": "MAILBOX", "brand": "POSTEN", "options": [option]}]
    merchant.create(shipping={"fixedOptions": groups}, profile={"scope": "name address"})
    sandbox.approve(reference="order-0001")

    payment = merchant.payment()

    assert "shippingDetails" in payment
    jsonschema.validate(payment, schema_of(load("epayment"), "GetPaymentResponse"))


def test_token_answers_validate(sandbox, merchant, http):
    document = load("access-token")
    keys = sandbox.keys()
    headers = {name: keys[name] for name in ("client_id", "client_secret")}
    headers["Ocp-Apim-Subscription-Key"] = keys["subscription_key"]
    standard = http.post(f"{sandbox.base_url}/accesstoken/get", headers=headers)
    special = sandbox.keys("donations")
    specialized = http.post(
        f"{sandbox.base_url}/miami/v1/token",
        data={"grant_type": "client_credentials"},
        auth=(special["client_id"], special["client_secret"]),
    )

    jsonschema.validate(standard.json(), schema_of(document, "AuthorizationTokenResponse"))
    jsonschema.validate(specialized.json(), schema_of(document, "TokenResponse"))
