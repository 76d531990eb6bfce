"""Donations API: who gave, and what they agreed to give every month.

Base path ``/donations``.

Source: Donations API guide, quick start, questions and answers, and changelog; there is no official document at hand.
It opens to Donations keys (specialized token, no subscription key), to partner keys, and to the merchant keys of a
sales unit, as with the older *Recurring donations*. There is no Merchant-Serial-Number here. Donations keys belong to
an organisation: in this sandbox to the one of the first sales unit.

Donors give in the app, not through an API. On the desk they are ``donate``, ``change_donation`` and ``stop_donation``.
Each donation is a capture that the sales unit's ledger for donations shows. A monthly agreement takes its first gift
on the next withdrawal day, at 06:00 UTC, and goes on until it is stopped.

**Unlike the real thing**

- A donation is in the report at once, not within 10 minutes.
- ``from`` and ``to`` are both inclusive. So the last payment of one answer begins the next, as documented; a client
  that follows the guide to the letter and waits for an empty answer would wait for ever here, and should stop when
  nothing is new. Whether the real answer ends up empty is unconfirmed.
- ``from`` and ``to`` are both required (unconfirmed).
- The first gift on the next withdrawal day, days 1 to 28, and the hour are assumptions.
- The short number that donors give to is made from the MSN.
- Webhook events carry ``agreementId``, ``msn`` and ``timestamp``: the guide calls them a notification and leaves their
  fields out (unconfirmed).
- Stopping needs no write scope, though the token says ``donations:read``: the guide has the same.
- An agreement that was stopped can still be read; it has no field that says so.

**Not simulated**

- Donation links and QR codes open the app; there is nothing to serve.
- The former names ``fromDateTimeUtc``, ``toDateTimeUtc`` and ``paymentDateTimeUtc``, deprecated in 2025.
- Tax deductions, which are asked for in the portal only.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.donations.api import page

__all__ = ["page"]
