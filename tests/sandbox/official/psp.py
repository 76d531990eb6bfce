"""PSP API v3."""

from tests.sandbox.official import Official, close_objects

PSP_ID = "C948DFD1546347568874C4DDC93A2E3C"
CANNOT_APPROVE = "the token of a link is drawn at random"


def headers(sandbox, merchant, path):
    return merchant.headers | {"Psp-Id": PSP_ID}


def populate(sandbox, merchant):
    for number in (1, 2):
        order = {
            "pspTransactionId": f"transaction-{number}",
            "merchantOrderId": f"order-{number}",
            "amount": 49900,
            "currency": "NOK",
            "pspRedirectUrl": "https://example.com/return",
            "makePaymentUrl": "https://example.com/make-payment",
        }
        assert merchant.post("/psp/v3/psppayments/init", order, **{"Psp-Id": PSP_ID}).status_code == 200
    sandbox.abort(reference="order-2")
    return {"pspTransactionId": ["transaction-1", "transaction-2"]}


def narrow(document):
    """What this sales unit can really be asked for; the document leaves to prose what a URL is."""
    close_objects(document)
    order = document["components"]["schemas"]["InitiatePaymentRequest"]["properties"]
    order["currency"]["enum"] = ["NOK"]
    order["pspTransactionId"]["pattern"] = "^[a-z0-9]{8,36}$"
    order["amount"]["minimum"] = 100
    order["customerMobileNumber"]["enum"] = ["12345678"]
    order["makePaymentUrl"]["enum"] = ["https://example.com/make-payment"]
    order["pspRedirectUrl"]["enum"] = ["https://example.com/return", "shop://return"]
    order["skipLandingPage"]["enum"] = [False]


ERRORS = {
    "type": "array",
    "items": {"type": "object", "required": ["errorCode", "errorMessage", "contextId"]},
}

official = Official(
    name="psp",
    base="/psp",
    headers=headers,
    populate=populate,
    narrow=narrow,
    not_served={("POST", "[ makePaymentUrl ]"): "for the provider to serve"},
    hopeless={("POST", "/v3/integration-test/psppayments/{pspTransactionId}/approve"): CANNOT_APPROVE},
    also_says=[ERRORS],
    examples_differ={
        ("POST", "/v3/integration-test/psppayments/{pspTransactionId}/approve", "fields"): CANNOT_APPROVE,
    },
)
