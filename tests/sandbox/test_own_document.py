"""The sandbox's own OpenAPI document: complete, and true of what the sandbox answers to generated requests."""

from itertools import cycle
from uuid import uuid4

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

load_all_checks()

OPERATIONS = [
    ("POST", "/accesstoken/get"),
    ("POST", "/miami/v1/token"),
    ("POST", "/epayment/v1/payments"),
    ("GET", "/epayment/v1/payments/{reference}"),
    ("GET", "/epayment/v1/payments/{reference}/events"),
    ("POST", "/epayment/v1/payments/{reference}/capture"),
    ("POST", "/epayment/v1/payments/{reference}/refund"),
    ("POST", "/epayment/v1/payments/{reference}/cancel"),
    ("POST", "/epayment/v1/test/payments/{reference}/approve"),
    ("GET", "/landing"),
    ("POST", "/landing"),
    ("GET", "/landing/qr.png"),
    ("GET", "/landing/qr.svg"),
    ("GET", "/sandbox"),
    ("GET", "/sandbox/clock"),
    ("PUT", "/sandbox/clock"),
    ("POST", "/sandbox/clock/advance"),
    ("POST", "/sandbox/customer/approve"),
    ("POST", "/sandbox/customer/abort"),
    ("GET", "/sandbox/faults"),
    ("PUT", "/sandbox/faults"),
    ("DELETE", "/sandbox/faults"),
    ("POST", "/sandbox/reset"),
    ("GET", "/sandbox/requests"),
    ("GET", "/sandbox/settings"),
    ("PUT", "/sandbox/settings"),
    ("GET", "/sandbox/sales-units"),
    ("PUT", "/sandbox/sales-units/{msn}"),
    ("GET", "/sandbox/openapi.json"),
    ("GET", "/sandbox/docs"),
]
QUICKLY = settings(
    max_examples=10,
    phases=[Phase.generate],  # a failure says enough without being shrunk for a minute
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def document(sandbox, http):
    return http.get(f"{sandbox.base_url}/sandbox/openapi.json").json()


def test_the_document_has_every_operation(document):
    found = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]

    assert sorted(found) == sorted(OPERATIONS)


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
def test_generated_requests_get_documented_answers(document, sandbox, merchant, mode, method, path):
    operation = schemathesis.openapi.from_dict(document)[path][method]
    if mode is schemathesis.GenerationMode.NEGATIVE and not takes_anything(document["paths"][path][method.lower()]):
        return  # there is nothing one could get wrong
    references = cycle(["created-0001", "reserved-0001", "captured-0001"])

    @QUICKLY
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        sandbox.reset(seed=1)
        sandbox.hold("2026-01-01T12:00:00Z")
        if path.startswith("/epayment"):
            case.headers.update(merchant.headers | {"Idempotency-Key": str(uuid4())})
        if "{reference}" in path:
            merchant.create("created-0001")
            merchant.reserved("reserved-0001")
            merchant.reserved("captured-0001")
            merchant.modify("capture", 49900, "captured-0001")
            case.path_parameters["reference"] = next(references)
        answer = case.call(base_url=sandbox.base_url, session=merchant.http)
        assert answer.status_code != 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    run()
