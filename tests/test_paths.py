"""One path in many spellings: every table of the client takes them for the same."""

from __future__ import annotations

import re

import pytest

from tests.each import for_each
from vipps_nb.apis import catalogue
from vipps_nb.apis.questions import (
    changes_something,
    idempotency_header,
    is_only_in_test,
    poll_of,
    remembers_idempotency_keys,
    scheme_for,
    takes_idempotency_key,
)
from vipps_nb.auth.credentials import Credentials
from vipps_nb.client.auth_flow import open_headers
from vipps_nb.client.pacing import departures, limit_of
from vipps_nb.core.paths import path_of
from vipps_nb.core.secret import Secret
from vipps_nb.errors import ReadOnlyError
from vipps_nb.explain.exchange import Exchange

HOST = "https://api.vipps.no"
KEYS = [
    Credentials(client_id="a", client_secret=Secret("b"), subscription_key=Secret("c"), key_type=kind)
    for kind in ("merchant", "partner", "management")
]
SPELLINGS = {
    "upper case": str.upper,
    "title case": lambda segment: segment[:1].upper() + segment[1:],
    "escaped": lambda segment: f"%{ord(segment[0]):02x}{segment[1:]}" if segment else segment,
}


def spelled(operation, change=str, end=""):
    """A path of an operation, its fixed segments spelled in another way; the ids are what they are."""
    segments = operation.path.rstrip("/").split("/")
    return "/".join("Ab-1" if segment.startswith("{") else change(segment) for segment in segments) + end


def treatment(method, path):
    """All that the client decides by a path."""
    url = HOST + path
    return {
        "introduction": [scheme_for(url, keys) for keys in KEYS],
        "open headers": open_headers(url, KEYS[0], "123456", {}),
        "key": takes_idempotency_key(method, url) and idempotency_header(url),
        "repeated": remembers_idempotency_keys(method, url),
        "guarded": changes_something(method, url),
        "only in test": is_only_in_test(method, url),
        "limit": limit_of(method, url),
        "waited for": poll_of(path),
        "operation": catalogue.find(method, path),
        "route": Exchange(method=method, path=path, host="", status=200).route.replace("ab-1", "Ab-1").lower(),
    }


@for_each("operation", catalogue.operations())
def test_a_path_in_another_spelling_is_treated_the_same(operation):
    usual = treatment(operation.method, spelled(operation))

    # `/a/{id}` and `/a/new` look alike: what the catalogue finds is asked of the usual spelling.
    assert usual["operation"] is not None
    for change in SPELLINGS.values():
        for end in ("", "/"):
            path = spelled(operation, change, end)
            assert treatment(operation.method, path) == usual, path
    assert treatment(operation.method, spelled(operation) + "/?pageSize=1") == usual


def test_ids_stay_exact_and_one_slash_is_one():
    assert path_of("/epayment/v1/payments/Ab%2Fc/") == "/epayment/v1/payments/Ab%2Fc"
    assert path_of("/a//") == "/a/"
    assert path_of("/") == "/"
    assert path_of("https://℀.com/a/?b").endswith("/a")  # no host at all, and no error of a library


def test_many_calls_to_one_resource_are_paced_as_one_however_it_is_spelled():
    capture = "/epayment/v1/payments/a/capture"

    moments = departures([("POST", capture), ("POST", capture.upper())] * 3)

    assert moments.count(60.0) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/Recurring/v3/agreements/a/Accept/"),
        ("POST", "/ePayment/v1/Test/payments/a/approve/"),
        ("POST", "/epayment/v1/%74est/payments/a/approve"),
        ("POST", "/x/../epayment/v1/test/payments/a/approve"),
    ],
)
def test_no_spelling_gets_around_the_guard_of_production(production, method, path):
    with production.allow_writes(), pytest.raises(ReadOnlyError, match="in a customer's place"):
        production.request(method, path)


@pytest.fixture
def production(credentials):
    from vipps_nb import Environment, VippsSession

    return VippsSession(credentials, Environment("production", HOST))


def test_every_table_of_paths_reads_them_in_one_place():
    """A table that reads paths in its own way is the next one that forgets a spelling."""
    from pathlib import Path

    client = Path(catalogue.__file__).parents[1]
    own_ways = [
        f"{file.relative_to(client)}: {line.strip()}"
        for file in client.rglob("*.py")
        if "sandbox" not in file.relative_to(client).parts[0] and file.name != "paths.py"
        for line in file.read_text().splitlines()
        if re.search(r"(match|search|find|startswith|==)\(?[^)]*urlsplit\([^)]*\)\.path", line)
    ]
    assert own_ways == []
