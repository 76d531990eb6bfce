"""The sandbox's own OpenAPI document: complete, and true of what the sandbox answers to generated requests."""

import jsonschema
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import times_the_usual
from tests.sandbox.official import ALIKE, Conversation, behind, conversations, differs
from vipps_nb.sandbox.apis import APIS
from vipps_nb.sandbox.server.app import OWN

load_all_checks()


# Read off the shelf: to collect tests, no sandbox need write its document.
OPERATIONS = [
    (method, one.path)
    for pages in (*APIS, *OWN)
    for page in pages.read()
    for one in page.router.operations
    if one._options.get("include_in_schema", True)
    for method in one.methods
]
QUICKLY = settings(
    phases=[Phase.generate],  # a failure says enough without being shrunk for a minute
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="session")
def document(running):
    """One for all tests: it is large, and the same in every world with the usual settings."""
    running.reset(seed=1)
    return requests.get(f"{running.base_url}/sandbox/openapi.json", timeout=30).json()


@pytest.fixture(scope="session")
def generator(document):
    """The document as schemathesis reads it."""
    return schemathesis.openapi.from_dict(document)


def test_the_document_has_every_operation_on_the_shelf(document):
    said = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}

    assert said == {*OPERATIONS}


def test_every_conversation_is_about_something_on_the_shelf():
    talked_of = {official.name for method, path in OPERATIONS if (official := behind(path)) is not None}

    assert talked_of == {official.name for official in conversations()}


def test_only_the_desk_and_the_phone_belong_to_no_api():
    nobodys = [path for method, path in OPERATIONS if behind(path) is None]

    assert {path.split("/")[1] for path in nobodys} == {"sandbox", "landing"}


def test_the_document_is_openapi(document):
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_headers_are_parameters(document):
    operation = document["paths"]["/epayment/v1/payments"]["post"]

    needed = {item["name"] for item in operation["parameters"] if item["in"] == "header" and item["required"]}
    assert needed == {"Ocp-Apim-Subscription-Key", "Merchant-Serial-Number", "Idempotency-Key"}
    assert operation["security"] == [{"accessToken": []}]
    assert {"201", "400", "401", "403", "404", "409", "415", "429"} <= set(operation["responses"])
    assert "422" not in operation["responses"]


def takes_anything(operation):
    return "requestBody" in operation or any(item.get("required") for item in operation["parameters"])


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_generated_requests_get_documented_answers(document, generator, sandbox, merchant, mode, method, path):
    operation = generator[path][method]
    if mode is schemathesis.GenerationMode.NEGATIVE and not takes_anything(document["paths"][path][method.lower()]):
        return  # there is nothing one could get wrong
    conversation = Conversation(behind(path), sandbox, merchant)

    @settings(QUICKLY, max_examples=5 * times_the_usual() if differs(document, method, path) else ALIKE)
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        conversation.prepare(case, path)
        answer = case.call(base_url=sandbox.base_url, session=merchant.http, allow_redirects=False)
        assert answer.status_code != 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    run()
