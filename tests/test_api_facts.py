"""The table of facts about each API, held against the catalogue and the official documents."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import yaml

from tests.each import for_each
from tests.sandbox.official import METHODS as METHODS_IN_ORDER
from tests.sandbox.official import NOT_AT_HAND, SPECS
from vipps_nb.apis import catalogue
from vipps_nb.apis.facts import APIS, NOBODYS, NOBODYS_UUID, UNKNOWN, ApiFacts, facts_of
from vipps_nb.apis.questions import idempotency_header, is_told_the_sales_unit, scheme_for, takes_idempotency_key
from vipps_nb.auth.auth_scheme import AuthScheme
from vipps_nb.auth.credentials import Credentials
from vipps_nb.core.secret import Secret

OPERATIONS = catalogue.operations()
KEYS = Credentials("id", Secret("secret"), Secret("key"), "123456", source="test")
MSN, KEY, ECOMS_KEY = "merchant-serial-number", "idempotency-key", "x-request-id"
METHODS = set(METHODS_IN_ORDER)
OURS = "the sandbox's own"


def templates(row: ApiFacts) -> list[tuple[str | None, str]]:
    """Every path that a row names, with the method if it names one."""
    routes = [limit.route for limit in row.limits] + list(row.idempotency.remembered if row.idempotency else ())
    named: list[tuple[str | None, str]] = [(method, route.path) for route in routes for method in sorted(route.methods)]
    named += [(None, path) for path, _ in row.auth_of]
    named += [(None, path) for path in (*row.without_msn, *row.rings, *row.only_in_test)]
    named += [(None, poll.path) for poll in row.poll]
    if row.harmless_call is not None:
        named.append(("GET", row.harmless_call.path.partition("?")[0]))
    return named


@for_each("operation", OPERATIONS)
def test_every_operation_of_the_catalogue_has_a_row(operation):
    assert facts_of(operation.path) is not UNKNOWN


@pytest.mark.parametrize("row", [row for row in APIS if row.name != OURS], ids=lambda row: row.name)
def test_a_row_names_only_paths_that_the_catalogue_has(row):
    known = [one.path.split("/") for one in OPERATIONS]
    for _method, path in templates(row):
        named = path.removesuffix("/*").split("/")
        assert any(alike(named, other[: len(named)]) for other in known), path


def alike(one: list[str], other: list[str]) -> bool:
    """Whether two templates can stand for the same path."""
    stands_for = ("{", NOBODYS, NOBODYS_UUID)
    return len(one) == len(other) and all(
        a.lower() == b.lower() or any(sign in a + b for sign in stands_for) for a, b in zip(one, other, strict=True)
    )


def test_no_prefix_is_in_two_rows():
    prefixes = [prefix for row in APIS for prefix in row.prefixes]

    assert len(prefixes) == len(set(prefixes))
    assert all(prefix == prefix.lower() and prefix.count("/") == 1 for prefix in prefixes)


def test_every_row_says_where_it_comes_from():
    assert all(row.source for row in APIS)


def official_operations() -> Iterator[tuple[str, str, dict[str, bool]]]:
    """Method, path from the host's root, and the headers with whether they are required, of every official document."""
    for file in sorted(SPECS.glob("*.yaml")):
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        shared = document.get("components", {}).get("parameters", {})
        base = urlsplit(document["servers"][0]["url"]).path.rstrip("/")
        for path, item in document["paths"].items():
            if not path.startswith("/"):
                continue  # a callback that the merchant serves
            for method in METHODS & item.keys():
                named = item.get("parameters", []) + item[method].get("parameters", [])
                whole = [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in named]
                headers = {one["name"].lower(): one.get("required", False) for one in whole if one["in"] == "header"}
                yield method.upper(), base + path, headers


@pytest.fixture(scope="module")
def official() -> list[tuple[str, str, dict[str, bool]]]:
    if not SPECS.is_dir():
        pytest.skip(NOT_AT_HAND)
    return list(official_operations())


def test_every_official_operation_has_a_row(official):
    assert len(official) > 70
    assert [path for _, path, _ in official if facts_of(path) is UNKNOWN] == []


def test_what_an_official_document_requires_as_proof_is_sent(official):
    sent = {
        AuthScheme.BEARER: {"authorization", "ocp-apim-subscription-key"},
        AuthScheme.BEARER_ONLY: {"authorization"},
        AuthScheme.KEYS: {"client_id", "client_secret", "ocp-apim-subscription-key"},
        AuthScheme.BASIC: {"authorization"},
        AuthScheme.NOTHING: set(),
    }
    proof = set.union(*sent.values())
    lacking = {
        f"{method} {path}": missing
        for method, path, headers in official
        if (missing := {name for name in headers if headers[name]} & proof - sent[scheme_for(path, KEYS)])
    }

    # The guide contradicts the document here: beside a person's own token a subscription key gives 401.
    assert lacking == {"GET /vipps-userinfo-api/userinfo/": {"ocp-apim-subscription-key"}}


def test_a_sales_unit_that_an_official_document_requires_is_named(official):
    unnamed = [path for _, path, headers in official if headers.get(MSN) and not is_told_the_sales_unit(path)]
    unasked = {facts_of(path).name for _, path, headers in official if MSN in headers and not facts_of(path).msn}

    assert unnamed == []
    assert unasked == set()


def test_the_idempotency_header_is_the_one_that_an_official_document_requires(official):
    asked = [
        (method, path, headers)
        for method, path, headers in official
        if {KEY, ECOMS_KEY} & {name for name in headers if headers[name]}
    ]
    wrong = [
        f"{method} {path}"
        for method, path, headers in asked
        if method != "GET"
        and not (takes_idempotency_key(method, path) and headers.get(idempotency_header(path).lower()))
    ]

    assert asked
    assert wrong == []
