"""The shelf: one API, one page. A new API is a new page in ``PAGES``."""

from __future__ import annotations

from vipps_nb.sandbox.apis import access_token, check_in, checkout, epayment, order_management, qr, webhooks
from vipps_nb.sandbox.apis.legacy import checkout_v2

PAGES = [
    access_token.page,
    epayment.page,
    webhooks.page,
    *qr.pages,
    order_management.page,
    checkout.page,
    checkout_v2.page,
    check_in.page,
]

NOT_YET = {
    "/recurring": "Recurring API",
    "/vipps-userinfo-api": "Userinfo API",
    "/access-management-1.0": "Login API",
    "/vipps-login-ciba": "Login API",
    "/report": "Report API",
    "/settlement": "Report API",
    "/management": "Management API",
    "/donations": "Donations API",
    "/psp": "PSP API",
    "/merchant-management": "PSP Signup API",
    "/ecomm": "eCom API",
    "/sales": "Sales API",
    "/loyalty": "Loyalty API",
}
"""Real APIs that nobody has written a page for, by the first segment of their paths."""

ANY_CASE = frozenset({"/accesstoken/get", "/miami/v1/token"})
"""Paths that official material spells in more than one way."""
