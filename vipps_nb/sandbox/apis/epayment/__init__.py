"""ePayment API: one-time payments, online and in person. Base path ``/epayment``.

Source: ePayment API guide, the official document 1.8.1 and the page ePayment API errors. The front door wants a
bearer token of merchant or partner keys, the subscription key and the Merchant-Serial-Number.

**Unlike the real thing**

- The customer's phone is a page of the sandbox; ``redirectUrl`` leads there.
- One test user answers for every phone number, personal QR and customer token, and has always a working card. Only
  codes of the sandbox's own making (QR API) are looked at: 4060 for an unknown one, 4050 also for one that is another
  sales unit's or older than 15 minutes.
- Amounts are reserved at once; 6160, 6250 and 423 occur only with the special amount 201.
- Capturing nothing (0) is refused with 4040, and a second cancel with 6190 (unconfirmed).
- With Express the payment's ``amount`` grows by the shipping that the customer chose.
- ``dynamicOptions`` are asked for when the payment is created, as if the customer came at once. No answer, or one that
  is not 200, malformed or without options, leaves the customer nothing to choose, and they cannot approve
  (unconfirmed). The callback may go to plain http on the own machine, everywhere else it must be https.
- A reservation that can no longer be captured is not released by itself.

**Not simulated**

- ``CARD_PASSTHROUGH`` (payment service providers), ``cardBin``, ``captureGuaranteedUntil``.
- What would need a bank or a badly prepared test user: the codes 6260, 6280, 10020 to 10050 and 10070, and a bare
  5070. The fault desk gives any code on demand: ``vipps.sandbox.faults([{"code": "6260"}])``.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.epayment.api import page

__all__ = ["page"]
