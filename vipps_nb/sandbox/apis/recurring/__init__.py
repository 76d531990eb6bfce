"""Recurring API v3: agreements, accepted once, and the charges taken from them.

Base path ``/recurring/v3``.

Source: Recurring API guide, the official document 3.1.2, the pages Problem types and Charge times, and text of 2026.
The front door wants a bearer token of merchant or partner keys and the subscription key; with partner keys the
Merchant-Serial-Number too.

How things go wrong, for those who want to see it: the special amounts of the test environment (151, 182, 183, 184, 186,
187, 197, 202 need the customer to act, 201 is a technical error) fail at every attempt; with
``PUT /sandbox/customer/card`` the customer's card stops working until it is mended, so that a later attempt succeeds;
and a charge above the maximum that the customer picked (``PUT /sandbox/customer/agreements/{agreementId}``) waits for
them to raise it.

**Unlike the real thing**

- The customer's phone is a page of the sandbox; ``vippsConfirmationUrl`` leads there, also with ``isApp``.
- Charges are taken at the very minute of the market's hours. PROCESSING is seen only if the setting
  ``chargeProcessingSeconds`` says how long it takes.
- Changes act at once, so nothing is answered with 202 but a batch of charges; its second look is five seconds later.
- Problems have no ``instance``. Which HTTP status goes with which problem id is unconfirmed.
- What is not documented and assumed: charges of 1.00 NOK, 0.01 DKK or 0.01 EUR at least; 100 charges on a page of the
  list; the names of events in an agreement's history; a rejected agreement is STOPPED and its initial charge CANCELLED;
  a charge that was captured in part and then refunded can no longer be captured; an initial charge that cannot be
  reserved makes the agreement expire, as one that cannot be taken does; ``interval`` is empty where there is none. Two
  texts that answers always have are filled where the merchant gave none: a charge's ``externalId`` with its id, an
  agreement's ``merchantAgreementUrl`` with nothing.

**Not simulated**

- The bank's release, after some days, of what was reserved and is not captured.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.recurring import api_charges  # noqa: F401 - puts its operations on the page
from vipps_nb.sandbox.apis.recurring.api import page

__all__ = ["page"]
