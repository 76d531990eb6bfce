"""Check-in API."""

from tests.sandbox.official import Official, close_objects


def narrow(document):
    close_objects(document)
    for field in document["components"]["schemas"]["LoyaltyCheckInRequest"]["properties"].values():
        field["nullable"] = False


official = Official(
    name="check-in",
    base="/point-of-sale",
    narrow=narrow,
    answers_differ={
        ("POST", "/v1/loyalty-check-in"): "declared as a string that has the property id, which no answer can be"
    },
)
