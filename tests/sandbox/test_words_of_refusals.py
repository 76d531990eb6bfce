"""What is wrong with a request is told in our words: no validation, parser or framework speaks to a user."""

import json
import re
from uuid import uuid4

import pytest
from pydantic_core._pydantic_core import list_all_errors

from tests.sandbox.official import behind
from vipps_nb.sandbox.apis import APIS
from vipps_nb.sandbox.server.field_errors import field_errors
from vipps_nb.sandbox.server.requirements import Requirements

FOREIGN = re.compile(
    r"Input should|valid (dictionary|string|integer|list|boolean)|Unable to|Field required|String should|"
    r"List should|should (be|have|match)|JSON decode|Expecting|Extra inputs|Value error|discriminator|unicode|"
    r"pydantic|model_|surrogates not allowed|codec|recursion|Exceeds the limit|parsing the body|Traceback",
    re.IGNORECASE,
)
OPERATIONS = [
    (method, route, page)
    for pages in APIS
    for page in pages.read()
    for route in page.router.routes
    for method in route.methods
]
WITH_JSON = [found for found in OPERATIONS if Requirements(found[1], lenient=True).body == "json"]
BODIES = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a list of lists": b"[[1]]",
    "an object without fields": b"{}",
    "a number": b"1",
    "a text": b'"text"',
    "half of an object": b'{"a": ',
    "no JSON": b"hello",
    "JSON with a comma too many": b'{"a": 1,}',
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "too large a number": b'{"a": 1e400}',
    "a very long number": b'{"a": ' + b"9" * 5000 + b"}",
    "bytes that are no UTF-8": b'{"a": "\xff"}',
    "half of a character": b'{"a": "\\ud800"}',
    "half of a character, encoded": b'{"a": "\xed\xa0\x80"}',
    "half of a character in a name": b'{"\\udfff": 1}',
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 500 + b"1" + b"}" * 500,
    "quite deep": b"[" * 99 + b"]" * 99,
}
VALUES = ["", "x" * 5000, "\n", 1.5, -1, 10**30, True, None, [], {}, [None], {"type": "?"}, "\u202e"]


@pytest.fixture
def send(sandbox, merchant):
    conversations = {}

    def send(method, route, body):
        official = behind(route.path)
        if official.name not in conversations:
            existing = official.populate(sandbox, merchant)
            conversations[official.name] = {name.lower(): values for name, values in existing.items()}
        existing = conversations[official.name]
        path = re.sub(r"{(\w+)}", lambda found: existing.get(found[1].lower(), ["1"])[0], route.path)
        headers = {"Idempotency-Key": str(uuid4()), "X-Request-Id": str(uuid4()), "Content-Type": "application/json"}
        headers |= merchant.headers | dict(official.headers(sandbox, merchant, path))
        return merchant.http.request(method, sandbox.base_url + path, data=body, headers=headers)

    return send


def check(answer):
    assert 200 <= answer.status_code < 500, (answer.status_code, answer.text)
    found = FOREIGN.search(answer.text)
    assert found is None, (found[0], answer.text)


@pytest.mark.parametrize(
    ("method", "route", "page"), WITH_JSON, ids=[f"{method} {route.path}" for method, route, _ in WITH_JSON]
)
def test_whatever_is_sent_is_answered_in_our_words(send, method, route, page):
    for body in BODIES.values():
        check(send(method, route, body))
    for way, names in objects(Requirements(route, lenient=True).object_at(())):
        for value in VALUES:
            body = dict.fromkeys(names, value)
            for name in reversed(way):
                body = {name: body}
            check(send(method, route, json.dumps(body).encode()))


def objects(thing, way=()):
    """The ways to all objects, and the names of their fields, as deep as objects go."""
    if thing is not None:
        yield way, list(thing.fields)
        for name, field in thing.fields.items():
            if hasattr(field.relax, "fields"):
                yield from objects(field.relax, (*way, name))


def test_every_kind_of_error_has_words_of_ours():
    """Whatever pydantic may find one day: its name alone decides, and an unknown one is told neutrally."""
    for kind in list_all_errors():
        context = dict(kind.get("example_context") or {})
        error = {"type": kind["type"], "loc": ("body", "field"), "input": [1], "ctx": context}
        if kind["type"] in ("value_error", "assertion_error"):
            error["ctx"] = {"error": ValueError("Must be a UUID.")}

        (told,) = field_errors([error], {"field": [1]}, lambda _: None)

        assert told.path.startswith("field")
        assert FOREIGN.search(told.reason) is None, told
        assert told.reason.endswith("."), told


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"amount": {"value": 1.5, "currency": "NOK"}}, "amount.value", "Came 1.5, expected a whole number"),
        ({"amount": {"value": 100}}, "amount.currency", "Is required, and did not come."),
        ({"amount": 100}, "amount", "Came 100, expected an object."),
        ({"userFlow": "FAX"}, "userFlow", "Came the text \"FAX\", expected 'PUSH_MESSAGE', "),
        ({"paymentDescription": "ab"}, "paymentDescription", "Came 2 characters, expected at least 3."),
        ({"minimumUserAge": 101}, "minimumUserAge", "Came 101, expected 100 or less."),
        ({"receipt": {"orderLines": {}}}, "receipt.orderLines", "Came an object, expected a list."),
        ({"customer": {"phoneNumber": "+4712345678"}}, "customer.phoneNumber", "Came a text, expected text that fits"),
    ],
)
def test_an_error_names_the_field_what_came_and_what_is_expected(merchant, change, name, words):
    details = {item["name"]: item["reason"] for item in merchant.create(**change).json()["extraDetails"]}

    assert details[name].startswith(words)


@pytest.mark.parametrize("field", ["pricing", "campaign"])
@pytest.mark.parametrize(
    ("tag", "words"),
    [
        (5, "Came 5, expected one of "),
        (1.5, "Came 1.5, "),
        (True, "Came true, "),
        ([], "Came a list, "),
        ({}, "Came an object, "),
        ("", "Came an empty text, "),
        ("5", 'Came the text "5", '),
    ],
)
def test_a_field_that_tells_kinds_apart_says_what_came_there(merchant, field, tag, words):
    answer = merchant.post("/recurring/v3/agreements", {field: {"type": tag}})

    assert answer.status_code == 400
    assert f"{field}.type" in answer.text
    assert any(said.startswith(words) or f": {words}" in said for said in texts(answer.json())), answer.text


def texts(content):
    if isinstance(content, dict | list):
        for item in content.values() if isinstance(content, dict) else content:
            yield from texts(item)
    elif isinstance(content, str):
        yield content
