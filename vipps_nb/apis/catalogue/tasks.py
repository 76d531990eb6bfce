"""What people want to do, in their words, for the operations that do it.

Somebody who looks for "is it paid" does not know yet that it is called Get payment. The search looks into these words
as it looks into an operation's own; nobody is shown them.
"""

from __future__ import annotations

TASKS = {
    "POST /epayment/v1/payments": "pay, new order, ask for money, take payment, reserve, checkout button",
    "GET /epayment/v1/payments/{reference}": "polling, poll, status, is it paid, was it approved, how much is left",
    "GET /epayment/v1/payments/{reference}/events": "history, log, timeline, what happened, why did it fail",
    "POST /epayment/v1/payments/{reference}/capture": "take the money, capture part, partial capture, order is shipped",
    "POST /epayment/v1/payments/{reference}/refund": "give money back, return, refund part, partial refund, refund all",
    "POST /epayment/v1/payments/{reference}/cancel": "void, release, undo, reservation, cancel order, cancel rest",
    "POST /epayment/v1/test/payments/{reference}/approve": "pretend to pay, approve without app, simulate, test pay",
    "POST /recurring/v3/agreements": "subscription, subscribe, sign up, membership, new agreement",
    "GET /recurring/v3/agreements": "all subscriptions, customers with an agreement, members",
    "GET /recurring/v3/agreements/{agreementId}": "polling, poll, status, is it active, was it accepted, subscription",
    "PATCH /recurring/v3/agreements/{agreementId}": "end subscription, unsubscribe, stop, change price, pause",
    "PATCH /recurring/v3/agreements/{agreementId}/accept": "accept without app, simulate, test subscription",
    "POST /recurring/v3/agreements/{agreementId}/charges": "bill, invoice, monthly payment, take money, renew",
    "GET /recurring/v3/agreements/{agreementId}/charges": "all payments of a subscription, is it paid",
    "GET /recurring/v3/agreements/{agreementId}/charges/{chargeId}": "polling, poll, status, is it paid, did it fail",
    "POST /recurring/v3/agreements/{agreementId}/charges/{chargeId}/refund": "give money back, refund part, return",
    "GET /access-management-1.0/access/oauth2/auth": "log in button, sign in, who is it",
    "POST /access-management-1.0/access/oauth2/token": "log in, exchange code, id token",
    "POST /vipps-login-ciba/api/backchannel/authentication": "log in by phone number, without browser, call centre",
    "GET /vipps-userinfo-api/userinfo/": "profile, name, email, address, birthday, who is the customer",
    "GET /vipps-userinfo-api/userinfo/{sub}": "profile, name, email, address, who is the customer, consent",
    "POST /webhooks/v1/webhooks": "notify, callback, events, be told, instead of polling, subscribe to events",
    "DELETE /webhooks/v1/webhooks/{id}": "stop notifications, unsubscribe from events",
    "POST /qr/v1": "print, screen, scan to pay, code for one payment",
    "POST /qr/v1/merchant-redirect": "print, poster, table tent, sticker, scan",
    "PUT /qr/v1/merchant-callback/{merchantQrId}": "print, till, counter, who scanned, check in",
    "POST /order-management/v2/{paymentType}/receipts/{orderId}": "send receipt, order lines, items, what was bought",
    "PUT /order-management/v2/{paymentType}/categories/{orderId}": "tracking link, order confirmation, ticket, image",
    "GET /settlement/v1/ledgers": "payout, settlement, accounting, bookkeeping, reconcile",
    "GET /report/v2/ledgers/{ledgerId}/{topic}/dates/{ledgerDate}": "payout, settlement, fees, reconcile, accounting",
    "GET /report/v2/ledgers/{ledgerId}/{topic}/feed": "payout, settlement, fees, reconcile, accounting, sync",
    "GET /management/v1/sales-units": "my shops, which msn, list of merchants, partner",
    "GET /management/v1/sales-units/{msn}": "what is switched on, capabilities, settings of a shop",
    "POST /accesstoken/get": "authenticate, bearer, credentials",
    "GET /checkout/v3/session/{reference}": "polling, status, is it paid",
    "GET /ecomm/v2/payments/{orderId}/details": "polling, status, is it paid",
}

ORDER = (
    *("ePayment API", "Recurring API", "Login API", "Webhooks API", "QR API", "Order Management API", "Report API"),
    *("Management API", "Userinfo API", "Check-in API", "Donations API", "Access Token API", "Checkout API"),
)
"""The APIs as people use them; all others follow, and what is deprecated comes last."""
