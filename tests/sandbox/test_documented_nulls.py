"""``null`` is a value where an official document says so, and counts as absent, noted, where it does not."""

import json

from tests.each import for_each
from tests.sandbox.official import SPECS, documents, needs_documents
from tests.sandbox.test_documented_defaults import annotation
from vipps_nb.sandbox.server.leniency import Leniency
from vipps_nb.sandbox.server.shapes import NULL_FOR_ABSENT, relaxed

pytestmark = needs_documents


def optional_fields(official):
    """Method, path, a body with null for one optional field, where that is, and whether the document has it so."""
    document = official.load()

    def whole(schema):
        while "$ref" in schema:
            target = document
            for part in schema["$ref"].split("/")[1:]:
                target = target[part]
            schema = {**target, **{name: value for name, value in schema.items() if name != "$ref"}}
        for part in schema.get("allOf", ()):
            base = whole(part)
            schema = {
                **base,
                **schema,
                "properties": {**base.get("properties", {}), **schema.get("properties", {})},
                "required": [*base.get("required", ()), *schema.get("required", ())],
            }
        return schema

    def walk(schema, wrap):
        schema = whole(schema)
        for kind in ("oneOf", "anyOf"):
            for part in schema.get(kind, ()):
                yield from walk(part, wrap)
        properties = {name: whole(inner) for name, inner in schema.get("properties", {}).items()}
        words = {
            name: properties[name]["default"] for name in ("brand", "type") if "default" in properties.get(name, {})
        }
        for name, inner in properties.items():

            def within(value, name=name):
                return wrap({**words, name: value})

            if name not in schema.get("required", ()):
                yield within(None), name, inner.get("nullable", False)
            yield from walk(inner, within)
        if "items" in schema:
            yield from walk(schema["items"], lambda value: wrap([value]))

    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = whole(operation.get("requestBody", {})).get("content", {}) if isinstance(operation, dict) else {}
            for media_type in list(content.values())[:1]:
                if "json" in next(iter(content)):
                    for found in walk(media_type.get("schema", {}), lambda value: value):
                        yield method.upper(), official.base + path, *found


REQUIRED_HERE = {"merchantInfo", "transaction", "customerToken"}
"""Optional by an oversight: without them eCom's and QR's bodies say nothing, and the sandbox wants them."""
FOUND = [found for one in (documents() if SPECS.is_dir() else ()) for found in optional_fields(one)]


def test_the_documents_have_both_kinds():
    assert sum(nullable for *_, nullable in FOUND) > 100
    assert sum(not nullable for *_, nullable in FOUND) > 50


# What merchants are asked for is not asked of the sandbox.
ASKED = [one for one in FOUND if annotation(*one[:2]) is not None and (one[4] or one[3] not in REQUIRED_HERE)]


@for_each("found", ASKED)
def test_null_is_a_value_only_where_the_document_has_it(found):
    method, path, body, name, nullable = found
    kind = annotation(method, path)
    notes = Leniency()

    put_right = relaxed(kind)(body, "", notes)

    said = [note.words for note in notes.notes if note.place.endswith(name)]
    kept = f'"{name}": null' in json.dumps(put_right)
    assert (kept, said) == ((True, []) if nullable else (False, [NULL_FOR_ABSENT]))
