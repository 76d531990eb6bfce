"""The APIs: one folder each, with the same files in all of them.

A new API is a new page in ``PAGES``.

=================  ====================================================================================
``__init__``       The guide: what this API is, its sources, what is unlike the real thing or missing.
``api``            The operations, in the order of the real guide; begin reading here.
``schemas``        The wire: JSON that comes in and goes out, and the values its fields may have.
``models``         The records and their stores, the moves between states, and how answers show them.
``errors``         What the API says no to, and the body that it says it with.
``app``            What the customer does in the app, and what time does.
``validation``     What is wrong with a request although its types are right.
=================  ====================================================================================

An API without one of these things has no such file. A file of another name holds another thing, and
``tests/test_architecture.py`` says which.
"""

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
