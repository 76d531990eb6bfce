"""Webhooks API."""

from tests.sandbox.official import Official, close_objects


def populate(sandbox, merchant):
    ids = []
    for number in range(3):
        body = {"url": f"https://example.com/hook-{number}", "events": ["epayments.payment.created.v1"]}
        ids.append(merchant.post("/webhooks/v1/webhooks", body).json()["id"])
    return {"id": ids}


def narrow(document):
    """What may be registered stands in prose."""
    close_objects(document)
    request = document["components"]["schemas"]["RegisterRequest"]["properties"]
    request["url"]["enum"] = ["https://example.com/webhook-callback", "https://shop.example.com:8080/hook?a=b"]
    request["events"]["minItems"] = 1
    request["events"]["items"]["enum"] = ["epayments.payment.captured.v1", "recurring.charge-captured.v1"]


official = Official(name="webhooks", base="/webhooks", populate=populate, narrow=narrow)
