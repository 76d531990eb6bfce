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
    recurring,
    report,
    userinfo,
    webhooks,
)
from vipps_nb.sandbox.apis.legacy import checkout_v2, ecom, partner, psp, psp_signup

PAGES = [
    access_token.page,
    epayment.page,
    recurring.page,
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
    "/sales": "Sales API",
    "/loyalty": "Loyalty API",
    "/recurring/v2": "Recurring API v2 (v3 under /recurring/v3 has taken its place)",
}
"""Real APIs that nobody has written a page for, by how their paths begin."""

ALSO_SPELLED = {"/accessToken/get": "/accesstoken/get"}
"""Paths that official material spells in more than one way, and how the sandbox does."""
