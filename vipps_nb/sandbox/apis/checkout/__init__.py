"""Checkout API, version 3: a page to give an address, choose delivery and pay.

**Deprecated.** Vipps MobilePay has sold the product to Kustom. New integrations take payments with ePayment, addresses
and delivery included with its Express, and agreements with Recurring; who runs Checkout finds a new home with Kustom.

Base path ``/checkout/v3``. Source: Checkout API guide and the official document v3. There is no access token: the front
door wants the keys themselves on every call (``client_id``, ``client_secret`` and the subscription key), the
Merchant-Serial-Number, and all four ``Vipps-System-*`` headers. Once the customer has paid, there is an ordinary
ePayment with the session's reference: captured, cancelled and refunded there. Likewise the ``agreementId`` of a session
of the type SUBSCRIPTION is an agreement of Recurring's: read, charged and stopped there.

**Unlike the real thing**

- ``checkoutFrontendUrl`` is the sandbox's phone, opened as with the real one: ``{checkoutFrontendUrl}?token={token}``.
- One customer buys everything. What ``prefillCustomer`` leaves out they fill in themselves, they tick every box of a
  ``customConsent``, and they live in Norway; where ``countries.supported`` leaves that out, they cannot go on.
- The customer fills in the form and decides in one go. So a session is seen in PaymentInitiated only while their bank
  does not answer, or has said no and they may try again.
- The session follows its payment: approved, PaymentSuccessful; aborted, cancelled or expired, PaymentTerminated. Until
  there is one, an hour ends in SessionExpired.
- ``dynamicOptionsCallback`` is asked when the session is created, as if the customer came at once. An answer that comes
  after 8 seconds, is not 200, empty or malformed gives way to ``fixedOptions``; without any, nothing can be bought.
- Undocumented and therefore assumed: the values of ``errorCode``; that PATCH and expire need SessionCreated; that a
  reference is required; that a session of the type SUBSCRIPTION pays its transaction as an ePayment; that an end in
  SessionExpired is told to ``callbackUrl`` too; when failed callbacks are repeated (after 10 seconds, 1 and 5 minutes).
- Bodies are read as ``application/json`` only.
- Callbacks may go to plain http on the own machine, everywhere else they must be https.

**Not simulated**

- Payment by card or bank transfer; ``externalPaymentMethods`` and Porterbuddy's integration are accepted and not shown.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.checkout.api import page

__all__ = ["page"]
