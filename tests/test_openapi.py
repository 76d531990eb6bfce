"""`vipps_nb.openapi(…)`: documents from anywhere, without any key on the way."""

from __future__ import annotations

import json

import pytest

import vipps_nb
from vipps_nb import UnreachableError
from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue.documents import DocumentError
from vipps_nb.notebook.calls import Call, check

from .conftest import Answer

NEWER = {
    "openapi": "3.0.0",
    "info": {"title": "A newer API", "version": "2"},
    "paths": {
        "/epayment/v1/payments": {
            "post": {
                "summary": "Newer",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"n": {"type": "integer", "nullable": True}}}
                        }
                    }
                },
            }
        },
        "/brand/v1/new/{id}": {"get": {"summary": "Brand new"}},
    },
}


@pytest.fixture(autouse=True)
def put_away():
    yield
    for document in catalogue.documents():
        catalogue.remove(document)


def test_a_document_is_asked_before_the_catalogue_for_its_paths(nowhere):
    (nowhere / "newer.json").write_text(json.dumps(NEWER), encoding="utf-8")

    document = vipps_nb.openapi("newer.json")

    assert catalogue.find("POST", "/epayment/v1/payments") is document["POST /epayment/v1/payments"]
    assert catalogue.find("GET", "/brand/v1/new/7").purpose == "Brand new"
    assert catalogue.find("GET", "/epayment/v1/payments/x").api == "ePayment API"
    assert check(Call(method="POST", path="/epayment/v1/payments", body={"n": None})) == []
    assert check(Call(method="POST", path="/epayment/v1/payments", body={"n": 1.5}))[0].name == "/n"
    assert "GET /brand/v1/new/{id}" in document._ipython_key_completions_()


def test_a_document_that_is_loaded_again_takes_its_own_place():
    before = len(catalogue.documents())
    vipps_nb.openapi(NEWER)
    newest = vipps_nb.openapi(NEWER)

    assert len(catalogue.documents()) == before + 1
    assert catalogue.find("GET", "/brand/v1/new/7") is newest["GET /brand/v1/new/{id}"]


def test_a_name_is_the_catalogue_s_own_document():
    assert vipps_nb.openapi("epayment").title == "ePayment API"
    with pytest.raises(DocumentError, match="no document of that name"):
        vipps_nb.openapi("nothing")


def test_an_address_is_fetched_without_any_key(serve, nowhere, monkeypatch):
    server = serve(lambda seen: Answer(body=json.dumps(NEWER).encode()))
    (nowhere / "netrc").write_text("machine 127.0.0.1 login me password hunter2", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(nowhere / "netrc"))
    vipps_nb.login(env="sandbox", quiet=True)

    assert vipps_nb.openapi(f"{server.base_url}/openapi.json?x=1").title == "A newer API"

    names = {name.lower() for name in server.seen[0].headers}
    assert not names & {"authorization", "client_id", "client_secret", "ocp-apim-subscription-key", "cookie"}


@pytest.mark.parametrize("address", ["http://example.com/x.json", "ftp://example.com/x", "https://me:pw@example.com/x"])
def test_an_unsafe_address_is_refused(address):
    with pytest.raises(DocumentError):
        vipps_nb.openapi(address)


def test_what_is_too_large_gone_or_no_document_is_said(serve, monkeypatch):
    from vipps_nb.apis.catalogue import loading

    monkeypatch.setattr(loading, "_LARGEST", 100)
    large = serve(lambda seen: Answer(body=b" " * 1000))
    gone = serve(lambda seen: Answer(404))
    other = serve(lambda seen: Answer(body=b"[1, 2]"))
    away = serve(lambda seen: Answer(302, headers={"Location": "http://example.com/x"}))

    for server, said in ((large, "larger than"), (gone, "404"), (other, "no OpenAPI"), (away, "no address")):
        with pytest.raises(DocumentError, match=said):
            vipps_nb.openapi(server.base_url + "/")
    with pytest.raises(UnreachableError):
        vipps_nb.openapi("http://127.0.0.1:9/")


def test_yaml_that_never_ends_is_refused(nowhere):
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    text = "openapi: 3.0.0\npaths: {}\n" + "\n".join(rows)
    (nowhere / "bomb.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(DocumentError, match="more than"):
        vipps_nb.openapi("bomb.yaml")
