"""A form is made from an operation's schema, and what it starts with can be sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.each import for_each
from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue import schemas
from vipps_nb.apis.catalogue.documents import Document, Operation, read
from vipps_nb.notebook.calls import check_body
from vipps_nb.notebook.calls.references import References
from vipps_nb.notebook.forms import form_of, secret_pointers, shape_of, start

OPERATIONS = catalogue.operations()
WITH_BODY = [one for one in OPERATIONS if one.body is not None]


def operation(name: str) -> Operation:
    return next(one for one in OPERATIONS if str(one) == name)


def form(name: str, seen: References | None = None) -> dict[str, Any]:
    one = operation(name)
    return form_of(one, catalogue.document_of(one), seen or References())


def document(schema: dict[str, Any], **components: Any) -> Document:
    content = {"application/json": {"schema": schema}}
    paths = {"/x": {"post": {"summary": "X", "requestBody": {"content": content}}}}
    return Document({"openapi": "3.1.0", "info": {"title": "T"}, "paths": paths, "components": {"schemas": components}})


@for_each("one", WITH_BODY)
def test_the_smallest_body_made_from_a_schema_is_valid(one):
    own = catalogue.document_of(one)

    shape = shape_of(own, one.body.schema)

    made = start(shape)
    secret = secret_pointers(shape, made)  # nobody makes up a secret
    assert [fault for fault in check_body(made, one, own) if fault.name not in secret] == []


@for_each("one", OPERATIONS)
def test_every_form_starts_with_what_can_be_sent(one):
    own = catalogue.document_of(one)

    found = form_of(one, own, References())

    assert all(parameter["value"] for parameter in found["parameters"] if parameter["required"])
    if found["body"] is not None:
        assert list(check_body(found["body"]["value"], one, own)) == []


def test_a_payment_form_knows_money_limits_choices_and_what_is_required():
    shape = form("POST /epayment/v1/payments")["body"]["shape"]

    fields = {field["name"]: field for field in shape["fields"]}
    amount = {field["name"]: field["shape"] for field in fields["amount"]["shape"]["fields"]}
    assert [name for name, field in fields.items() if field["required"]] == [
        *("amount", "paymentMethod", "reference", "userFlow")
    ]
    assert amount["value"]["money"]
    assert amount["currency"]["kind"] == "enum"
    assert "WEB_REDIRECT" in fields["userFlow"]["shape"]["values"]
    assert fields["minimumUserAge"]["shape"] == {
        **{"kind": "integer", "minimum": 0, "maximum": 100, "nullable": True, "start": 1}
    }


def test_alternatives_become_a_choice():
    shape = form("POST /checkout/v3/session")["body"]["shape"]

    assert shape["kind"] == "choice"
    assert [one["label"] for one in shape["options"]] == [
        *("InitiatePaymentSessionRequest", "InitiateSubscriptionSessionRequest")
    ]


def test_secret_fields_are_marked_and_start_empty():
    found = form("POST /access-management-1.0/access/oauth2/token")["body"]

    secret = {field["name"] for field in found["shape"]["fields"] if field["shape"].get("secret")}
    assert "client_secret" in secret
    assert secret_pointers(found["shape"], {"client_secret": "x", "code": "y"}) == {"/client_secret"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("POST /epayment/v1/payments", ["reference"]),
        ("POST /checkout/v3/session", ["reference"]),
        ("POST /ecomm/v2/payments", ["transaction", "orderId"]),
    ],
)
def test_each_form_that_creates_something_names_it_anew(name, path):
    """So that the example can be sent twice."""
    found = []
    for _ in range(2):
        value = form(name)["body"]["value"]
        for step in path:
            value = value[step]
        found.append(value)

    assert found[0] != found[1]


def test_the_new_name_is_used_wherever_the_old_one_stood():
    value = form("POST /epayment/v1/payments")["body"]["value"]

    assert value["reference"] in value["returnUrl"]


def test_a_reference_that_was_seen_is_proposed():
    class Seen(References):
        def suggestions(self, parameter: str, before: str = "") -> list[str]:
            return ["order-77"] if parameter == "reference" else []

    (reference,) = form("GET /epayment/v1/payments/{reference}", Seen())["parameters"]

    assert reference["value"] == "order-77"
    assert reference["suggestions"] == ["order-77"]


def test_the_session_s_own_headers_are_not_asked_for():
    text = """{"openapi": "3.0.3", "info": {"title": "T"}, "paths": {"/x": {"get": {"parameters": [
      {"name": "Ocp-Apim-Subscription-Key", "in": "header", "required": true, "schema": {"type": "string"}},
      {"name": "Vipps-System-Name", "in": "header", "schema": {"type": "string"}},
      {"name": "session", "in": "cookie", "schema": {"type": "string"}},
      {"name": "X-Own", "in": "header", "schema": {"type": "string"}}]}}}}"""
    foreign = read("t", text)

    found = form_of(foreign.operations[0], foreign, References())

    assert [one["name"] for one in found["parameters"]] == ["X-Own"]


def test_a_schema_that_contains_itself_ends():
    tree = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Tree"}}, "required": ["child"]}

    shape = shape_of(document({}, Tree=tree), {"$ref": "#/components/schemas/Tree"})

    assert "json" in str(shape)


def test_a_reference_to_nowhere_asks_for_json():
    assert shape_of(document({}), {"$ref": "#/components/schemas/Nothing"})["kind"] == "json"


def test_bases_and_what_is_built_on_them_are_one_shape():
    base = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    own = document({}, Base=base)
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"count": {"type": "integer", "minimum": 3}}}]
    }

    shape = shape_of(own, schema)

    assert [field["name"] for field in shape["fields"]] == ["id", "count"]
    assert schemas.faults(own, schema, start(shape)) == []
