"""What no code and no wording of a server tells, and the request itself does."""

from __future__ import annotations

from typing import Any

import requests

from tests.errors.bench import ORDERS, Bench
from tests.errors.case import Case


def _ecom(verb: str, amount: int, *before: tuple[str, int]) -> Any:
    def provoke(bench: Bench) -> requests.Response:
        assert bench.ecom().ok
        bench.sandbox.approve(reference="order-0001")
        answers = [_modified(bench, *step) for step in (*before, (verb, amount))]
        return answers[-1]

    return provoke


def _modified(bench: Bench, verb: str, amount: int) -> requests.Response:
    order = {"amount": amount, "transactionText": "Socks"}
    body = {"merchantInfo": {"merchantSerialNumber": bench.msn}, "transaction": order}
    return bench.vipps.post(f"{ORDERS}/order-0001/{verb}", json=body)


REQUESTS = (
    Case(
        row="path",
        see="404, and the path is no API's",
        how="A payment looked for under /epayment/v1/payment",
        provoke=lambda bench: bench.vipps.get("/epayment/v1/payment/order-0001"),
        symptom="no-such-path",
    ),
    Case(
        row="method",
        see="405, or 404",
        how="A PUT to /epayment/v1/payments",
        provoke=lambda bench: bench.vipps.put("/epayment/v1/payments", json={}),
        symptom="method-not-allowed",
    ),
    Case(
        row="name",
        see="404, and the path is right",
        how="A QR that nobody made",
        provoke=lambda bench: bench.vipps.get("/qr/v1/merchant-redirect/table-7"),
        symptom="thing-unknown",
    ),
    Case(
        row="type",
        see="415",
        how="A payment sent as a form",
        provoke=lambda bench: bench.vipps.post("/epayment/v1/payments", data={"reference": "order-0001"}),
        symptom="media-type-refused",
    ),
    Case(
        row="body",
        see="400, and no code that is known",
        how="An eCom payment without a customer",
        provoke=lambda bench: bench.vipps.post(ORDERS, json={"transaction": {"amount": 49900}}),
        symptom="body-does-not-fit",
    ),
    Case(
        row="eCom's amounts",
        see="eCom code 61",
        how="An eCom capture of more than is reserved",
        provoke=_ecom("capture", 49901),
        symptom="ecom-61",
    ),
    Case(
        row="eCom's amounts",
        see="eCom code 71",
        how="An eCom refund of more than was captured",
        provoke=_ecom("refund", 101, ("capture", 100)),
        symptom="ecom-71",
    ),
)
