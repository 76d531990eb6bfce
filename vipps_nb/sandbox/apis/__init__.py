"""The shelf: one API, one page. A new API is a new page in ``PAGES``."""

from __future__ import annotations

from vipps_nb.sandbox.apis import (
    access_token,
    check_in,
    checkout,
    donations,
    epayment,
    login,
    management,
    order_management,
    qr,
    report,
    userinfo,
    webhooks,
)
from vipps_nb.sandbox.apis.legacy import checkout_v2, ecom, partner, psp, psp_signup

PAGES = [
    access_token.page,
    epayment.page,
    webhooks.page,
    login.page,
    userinfo.page,
    userinfo.page_of_logins,
    *qr.pages,
    order_management.page,
    report.page,
    management.page,
    checkout.page,
    checkout_v2.page,
    check_in.page,
    donations.page,
    ecom.page,
    psp.page,
    psp_signup.page,
    partner.page,
]

NOT_YET = {
    "/recurring": "Recurring API",
    "/sales": "Sales API",
    "/loyalty": "Loyalty API",
}
"""Real APIs that nobody has written a page for, by the first segment of their paths."""

ANY_CASE = frozenset({"/accesstoken/get", "/miami/v1/token"})
"""Paths that official material spells in more than one way."""
