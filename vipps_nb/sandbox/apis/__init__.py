"""The APIs: one folder each, with the same files in all of them.

A new API is a new line in ``APIS``.

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

from vipps_nb.sandbox.server.shelf import Pages

APIS = [
    Pages("apis.access_token", "Access Token API", begins=["/accesstoken"]),
    Pages("apis.access_token.specialized", "Access Token API", begins=["/miami"]),
    Pages("apis.epayment", "ePayment API", begins=["/epayment"], counts=["payments"]),
    Pages("apis.recurring", "Recurring API", begins=["/recurring"], counts=["agreements", "charges"]),
    Pages("apis.webhooks", "Webhooks API", begins=["/webhooks"], counts=["webhooks"]),
    Pages("apis.login", "Login API", begins=["/access-management-1.0", "/vipps-login-ciba"], counts=["logins"]),
    Pages("apis.userinfo", "Userinfo API", "Userinfo API, after a login", begins=["/vipps-userinfo-api"]),
    Pages(
        "apis.qr",
        *("QR API", "QR API, merchant redirects", "QR API, merchant callbacks", "QR API, exchange"),
        begins=["/qr"],
        counts=["merchantRedirects", "merchantCallbacks"],
    ),
    Pages(
        "apis.order_management",
        "Order Management API",
        begins=["/order-management"],
        counts=["receipts", "categories", "images"],
    ),
    Pages("apis.report", "Report API", begins=["/report", "/settlement"], catches_up=True),
    Pages("apis.management", "Management API", begins=["/management"], counts=["productOrders"]),
    Pages("apis.checkout", "Checkout API", begins=["/checkout/v3"], counts=["checkoutSessions"]),
    Pages("apis.legacy.checkout_v2", "Checkout API v2", begins=["/checkout/v2"]),
    Pages("apis.check_in", "Check-in API", begins=["/point-of-sale"], counts=["checkIns"]),
    Pages("apis.donations", "Donations API", begins=["/donations"], counts=["donations", "donationAgreements"]),
    Pages("apis.legacy.ecom", "eCom API", begins=["/ecomm"], counts=["ecomPayments"]),
    Pages("apis.legacy.psp", "PSP API", begins=["/psp"], counts=["pspTransactions"]),
    Pages("apis.legacy.psp_signup", "PSP Signup API", begins=["/merchant-management"], counts=["pspMerchants"]),
    Pages("apis.legacy.partner", "Partner API", begins=["/partner-api"], counts=["partnerProductOrders"]),
]
"""All of them, in the order in which the docs tell of them."""

NOT_YET = {
    "/sales": "Sales API",
    "/loyalty": "Loyalty API",
    "/recurring/v2": "Recurring API v2 (v3 under /recurring/v3 has taken its place)",
}
"""Real APIs that nobody has written a page for, by how their paths begin."""

ALSO_SPELLED = {"/accessToken/get": "/accesstoken/get"}
"""Paths that official material spells in more than one way, and how the sandbox does."""
