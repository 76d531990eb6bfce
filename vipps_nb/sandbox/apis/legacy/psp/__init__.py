"""PSP API v3: providers let their customers pay with the cards in the app.

Base path ``/psp/v3``.

Source: PSP API guide and the official document 1.0.21. The customer approves in the app; the platform hands a token of
the card to the provider's ``makePaymentUrl``; the provider moves the money and says what became of it. The front door
wants a bearer token, the subscription key, the Merchant-Serial-Number of the provider's merchant, and ``Psp-Id``.

In maintenance: providers are now given ePayment and Recurring with a ``Psp-Id``.

**Unlike the real thing**

- There are no PSP keys in this sandbox. Merchant or partner keys open the door, together with any ``Psp-Id``; a
  transaction is visible with the Psp-Id and MSN that initiated it.
- No money goes through the platform, so no ledger shows it.
- Status updates are applied at 02:00 UTC. The real test environment never applies them, and the hour in production is
  not documented. An update for an unknown transaction, or for more than there is, is accepted and not applied.
- Without an answer within 15 seconds (later text says 20), or with one that says FAIL, the payment has failed for good.
- After a soft decline the desk's or the phone's approval stands for the 3-D Secure session; the provider is then asked
  once more. A second soft decline is a failure.
- Card tokens are invented. When the customer cancels or does nothing no card has been chosen, so ``binNumber`` and
  ``networkToken`` are left out, although the document calls them required.
- ``makePaymentUrl`` may be on this machine (``http://127.0.0.1``).
- A refused amount or currency is named by its field, as in the guide; which code a malformed body gets is not
  documented, and is 51 here.

**Not simulated**

- Encrypted cards (the special amount 31.00), and recurring payments with a ``userToken``: the document has no
  operation for them any more.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.legacy.psp.api import page

__all__ = ["page"]
