"""The catalogue: facts like the official documents', words of our own, examples that can be sent."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.each import for_each
from tests.sandbox.official import SPECS, needs_documents
from vipps_nb import login
from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue import schemas
from vipps_nb.apis.catalogue.documents import Document
from vipps_nb.notebook.calls import Call, check

FOLDER = Path(catalogue.__file__).parent
FILES = sorted(FOLDER.glob("*.json"))
WITH_BODY = [operation for operation in catalogue.operations() if operation.body]

NOT_IN_A_FRESH_WORLD = {
    "POST /access-management-1.0/access/oauth2/token": "a code is given to a browser after a customer's approval",
    "POST /ecomm/v2/integration-test/payments/{orderId}/approve": "the token comes with the payment's landing page",
    "POST /ecomm/v2/payments": "names the sales unit's own number, which nobody knows beforehand",
    "POST /ecomm/v2/payments/{orderId}/capture": "there must be a payment first",
    "POST /ecomm/v2/payments/{orderId}/refund": "there must be a payment first",
    "PUT /ecomm/v2/payments/{orderId}/cancel": "there must be a payment first",
    "PATCH /checkout/v3/session/{reference}": "there must be a session first",
    "POST /epayment/v1/payments/{reference}/cancel": "there must be a payment first",
    "POST /epayment/v1/payments/{reference}/capture": "there must be an approved payment first",
    "POST /epayment/v1/payments/{reference}/refund": "there must be a captured payment first",
    "POST /epayment/v1/test/payments/{reference}/approve": "there must be a payment first",
    "POST /psp/v3/integration-test/psppayments/{pspTransactionId}/approve": "there must be a payment first",
    "PATCH /merchant-management/psp/v1/merchants/{merchantSerialNumber}": "there must be a merchant first",
    "POST /qr/v1": "only the landing page of a payment can be made into a one-time code",
    "PUT /qr/v1/merchant-redirect/{id}": "there must be a redirect first",
    "POST /qr/v1/exchange": "only a code that a customer shows right now can be exchanged",
    "POST /qr/v1/exchange/customer": "only the token of a check-in can be exchanged",
    "PATCH /recurring/v3/agreements/{agreementId}": "there must be an agreement first",
    "PATCH /recurring/v3/agreements/{agreementId}/accept": "there must be an agreement first",
    "POST /recurring/v3/agreements/{agreementId}/charges": "there must be an active agreement first",
    "POST /recurring/v3/agreements/{agreementId}/charges/{chargeId}/capture": "there must be a reserved charge first",
    "POST /recurring/v3/agreements/{agreementId}/charges/{chargeId}/refund": "there must be a captured charge first",
}


def example_call(operation):
    path = operation.path
    for parameter in operation.parameters:
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", str(parameter.example))
    headers = {one.name: str(one.example) for one in operation.parameters if one.place == "header" and one.example}
    return Call(method=operation.method, path=path, body=operation.body and operation.body.example, headers=headers)


@pytest.fixture
def sessions(nowhere):
    """A fresh, seeded world for each test, and somebody logged in with every kind of key."""
    merchant = login(env="sandbox", quiet=True)
    merchant.sandbox.reset(seed=1)
    kinds = ("merchant", "partner", "management", "accounting", "donations")
    return {kind: login(env="sandbox", key_type=kind, quiet=True) for kind in kinds}


def test_every_operation_says_what_it_does_in_a_sentence():
    for operation in catalogue.operations():
        assert re.match(r"[A-Z].{8,140}\.$", operation.purpose), str(operation)
        assert operation.page.startswith("https://developer.vippsmobilepay.com/docs/APIs/")
        assert operation.keys


@for_each("operation", WITH_BODY)
def test_every_body_has_an_example_that_fits_its_schema(operation):
    assert operation.body.example is not None
    assert check(example_call(operation)) == []


def test_every_path_parameter_has_an_example_that_fits_its_schema():
    for operation in catalogue.operations():
        document = catalogue.document_of(operation)
        for parameter in operation.parameters:
            if parameter.place == "path" or parameter.required:
                assert parameter.example is not None, f"{operation} {parameter.name}"
                assert schemas.faults(document, parameter.schema, parameter.example) == []


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_an_example_is_accepted_by_a_fresh_sandbox(sessions, operation):
    call = example_call(operation)
    answers = [sessions[kind].request(**call.arguments()) for kind in operation.keys]

    assert any(answer.ok for answer in answers) == (str(operation) not in NOT_IN_A_FRESH_WORLD), answers[0].text


def test_the_exceptions_are_operations_of_the_catalogue():
    assert set(NOT_IN_A_FRESH_WORLD) <= {str(operation) for operation in WITH_BODY}


def test_the_examples_of_epayment_tell_a_story_from_creation_to_refund(sessions):
    """Those that a fresh world refuses are accepted in their turn."""
    story = [
        "payments",
        "test/payments/{reference}/approve",
        "payments/{reference}/capture",
        "payments/{reference}/refund",
    ]

    for step in story:
        operation = catalogue.named("epayment")[f"POST /epayment/v1/{step}"]
        assert sessions["merchant"].request(**example_call(operation).arguments()).ok, step


def test_an_operation_is_found_by_its_concrete_path():
    assert str(catalogue.find("GET", "/epayment/v1/payments/abc?x=1")) == "GET /epayment/v1/payments/{reference}"
    assert str(catalogue.find("post", "/recurring/v3/agreements/charges")) == "POST /recurring/v3/agreements/charges"
    assert catalogue.find("GET", "/epayment/v1/nothing") is None


def test_an_operation_is_found_by_words():
    assert str(catalogue.search("epayment capture")[0]) == "POST /epayment/v1/payments/{reference}/capture"
    assert catalogue.search("no such words at all") == []


def test_a_document_is_found_by_its_name():
    assert catalogue.named("order-management") is catalogue.named("Order Management API") is not None
    assert catalogue.named("nothing") is None


# Against the official documents.

STEMS = {"psp_signup": "psp-signup", "check_in": "check-in", "order_management": "order-management"} | {
    "access_token": "access-token",
    "checkout_v2": "checkout-v2",
}
NO_DOCUMENT = {"donations"}
OUR_INTRODUCTION = {  # what the session sends by itself
    *("authorization", "client_id", "client_secret", "ocp-apim-subscription-key", "merchant-serial-number"),
    *("idempotency-key", "x-request-id", "content-type", "vipps-system-name", "vipps-system-version"),
    *("vipps-system-plugin-name", "vipps-system-plugin-version"),
}
SAID_OTHERWISE = {
    "GET /access-management-1.0/access/oauth2/auth": "the document leaves the browser's query to prose",
    "POST /vipps-login-ciba/api/backchannel/authentication": "the document nests a form that is flat on the wire",
    "POST /vipps-login-ciba/api/v1/user-exists": "the document nests a form that is flat on the wire",
}
FOR_THE_MERCHANT_TO_SERVE = "/merchant-dynamic-shipping-callback"
OURS = [file for file in FILES if file.stem not in NO_DOCUMENT]


def official(file):
    text = (SPECS / f"{STEMS.get(file.stem, file.stem)}.yaml").read_text(encoding="utf-8")
    return Document(yaml.safe_load(text), source=file.stem)


def shape(operation):
    return operation.method, re.sub(r"\{[^}]+\}", "{}", operation.path)


def parameters(operation):
    return {
        (one.name.lower(), one.place, one.required or one.place == "path")
        for one in operation.parameters
        if one.place != "header" or one.name.lower() not in OUR_INTRODUCTION
    }


@needs_documents
def test_every_official_document_is_in_the_catalogue():
    assert {STEMS.get(file.stem, file.stem) for file in OURS} == {file.stem for file in SPECS.glob("*.yaml")}


@needs_documents
@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_the_catalogue_has_every_official_operation_with_its_parameters_and_required_fields(file):
    theirs = official(file)
    ours = {shape(operation): operation for operation in catalogue.named(file.stem).operations}
    wanted = [one for one in theirs.operations if not one.path.endswith(FOR_THE_MERCHANT_TO_SERVE)]

    assert {shape(one) for one in wanted} == set(ours)
    for one in wanted:
        mine = ours[shape(one)]
        if str(mine) in SAID_OTHERWISE:
            continue
        assert parameters(mine) == parameters(one), str(one)
        assert (mine.body is None) == (one.body is None), str(one)
        if mine.body and one.body:
            assert mine.body.required == one.body.required
            assert outline(catalogue.named(file.stem), mine.body.schema) == outline(theirs, one.body.schema), str(one)


def outline(document, schema, path=(), depth=5):
    """All fields of a body, each with whether it is required and what it may say."""
    here = schemas.at(document, schema, ())
    if depth == 0:
        return {}
    found = {}
    inner = [("[]", part["items"]) for part in here if isinstance(part.get("items"), dict)]
    for name, field in [*schemas.fields(here).items(), *inner]:
        place = (*path, name)
        found[place] = (
            name in schemas.required(here),
            [str(one) for one in schemas.values(schemas.at(document, field, ()))],
        )
        found |= outline(document, field, place, depth - 1)
    return found


@needs_documents
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_sentence_of_the_catalogue_is_an_official_one(file):
    ours = {one for text in texts(json.loads(file.read_text(encoding="utf-8"))) for one in sentences(text)}

    assert not ours & official_sentences()


@cache
def official_sentences():
    documents = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in SPECS.glob("*.yaml")]
    return {one for document in documents for text in texts(document) for one in sentences(text)}


def texts(node):
    """What is said about something, anywhere in a document."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("description", "summary", "title") and isinstance(value, str):
                yield value
            elif name != "example":
                yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def sentences(text):
    """Sentences of more than a few words, without case and punctuation."""
    for sentence in re.split(r"[.\n:;]", text.lower()):
        words = re.findall(r"[a-z0-9]+", sentence)
        if len(words) > 4:
            yield " ".join(words)
