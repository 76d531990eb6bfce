"""What a customer shares, claim by claim and scope by scope."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from vipps_nb.sandbox.customer.customer import KARI
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.world import World

READABLE_FOR = timedelta(hours=168)
EXPIRED = "[Expired]"
ADDRESS_FIELDS = ("address_type", "country", "formatted", "postal_code", "region", "street_address")
Claims = dict[str, Any]


def claims_of(scope: str, phone_number: str, world: World) -> Claims:
    """What one scope lets be read."""
    full_name = f"{KARI.first_name} {KARI.last_name}"
    by_scope: dict[str, Claims] = {
        "name": {"name": full_name, "given_name": KARI.first_name, "family_name": KARI.last_name},
        "phoneNumber": {"phone_number": phone_number, "phone_number_verified": True},
        "email": {"email": KARI.email, "email_verified": True},
        "birthDate": {"birthdate": KARI.born.isoformat()},
        "gender": {"gender": KARI.gender},
        "nin": {"nin": KARI.national_identity_number},
        "address": {"address": _address(world), "other_addresses": []},
    }
    return by_scope.get(scope, {})


def _address(world: World) -> dict[str, str]:
    if not world.settings.customer_has_address:
        return dict.fromkeys(ADDRESS_FIELDS, "")
    lines = (KARI.address_line_1, KARI.post_code, KARI.city, KARI.country)
    return {
        "address_type": "home",
        "country": KARI.country,
        "formatted": "\n".join(lines),
        "postal_code": KARI.post_code,
        "region": KARI.city,
        "street_address": KARI.address_line_1,
    }


def expired(claims: Claims) -> Claims:
    """What is left of claims that can no longer be read."""
    left: Claims = {}
    for name, value in claims.items():
        if isinstance(value, str):
            left[name] = EXPIRED
        elif isinstance(value, dict):
            left[name] = dict.fromkeys(value, EXPIRED)
        elif isinstance(value, list):
            left[name] = []
    return left


def marketing_consents(logged_in: datetime) -> Claims:
    """What the customer was asked on the first login.

    In the sandbox they say yes to both.
    """
    texts = {"email": "News by email", "sms": "News by text message"}
    return {
        "language": "EN",
        "heading": "News from the shop",
        "termsDescription": "A pretend text of the sandbox.",
        "confirmConsentButtonText": "Confirm",
        "links": {
            "termsLinkText": "Terms",
            "termsLinkUrl": "https://example.com/terms",
            "privacyStatementLinkText": "Privacy",
            "privacyStatementLinkUrl": "https://example.com/privacy",
        },
        "timeOfConsent": timestamp(logged_in),
        "consents": [
            {"id": name, "accepted": True, "required": False, "textDisplayedToUser": text}
            for name, text in texts.items()
        ],
    }
