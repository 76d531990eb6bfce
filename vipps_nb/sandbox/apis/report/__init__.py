"""Report API: what happened to the money.

Base paths ``/settlement/v1`` and ``/report``.

Source: Report API guide (settlement process, entry types, fetching report data), the page about settlements, and the
official document 2.0. It opens to merchant keys for their own sales unit, and to Donations keys for the ledger of
their donations. Accounting keys open the ledgers of every merchant that gave the partner access (a switch). Specialized
tokens come without a subscription key. There is no Merchant-Serial-Number here.

The books are kept from the movements of all APIs. Each sales unit has one ledger per currency, and one more for the
donations to its short number. Two accounts: *funds* is what the merchant is owed, *fees* what it owes.

**The tariff of the sandbox**, for nobody's real prices are public: each capture costs ``feeBasisPoints`` (2.75 %) of
its amount, rounded to the nearest øre, half an øre upwards. Refunds cost nothing and give no fee back. With *net*
settlement outstanding fees are kept back right before a payout (``fees-retained`` on both accounts); with *gross*
settlement they are invoiced when a month ends (``fees-invoiced``, on the fees account).

**Payouts** are calculated at local midnight: every day, when a Monday begins, or when a month begins. A balance above
zero is paid out, as the last entry of the ledger date that ends. What is zero or below rolls on; after 60 days below
zero it is invoiced, and the sandbox's merchant pays at once (``top-up``). A ledger date closes with the payout or
top-up that covers it, so ``tryLater`` may stay true for as long as nothing is paid out. What was dated stays as it is,
even if the clock is turned back: whatever happens then is booked on the date that is open.

**Unlike the real thing**

- Entries are there at once, not 5 to 30 seconds later, and a fee is never late.
- The cut-off is midnight in the merchant's market.
- A ledger date that has not begun yet gives 404 (the document of 2023) and one that is open ``tryLater`` (the guide).
- Input validation has the code 10002, but its status is not documented; here it is 400 with the body of the
  document's 500, the only one that has room for a code. A cursor that is not one of ours is refused the same way.
- ``maskedPhoneNo`` shows the last four digits; its real form is unconfirmed.
- The check digit in the payout references of Denmark and Finland is computed with the Luhn rule (unconfirmed).
- ``/report/v1/ledgertransactions`` says ``scheduled-for-payout`` where the newer paths say ``payout-scheduled``.

**Not simulated**

- ``payout-aborted``, disputes, ``correction``, ``credit-note`` and ``service-fee``: nothing in the sandbox causes them.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.report.api import page

__all__ = ["page"]
