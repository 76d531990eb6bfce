"""QR API: codes for payments, for the wall and for the counter.

And what a customer's own code says. Base ``/qr``.

Source: QR API guide and the official document 1.0. The front door wants a bearer token of merchant or partner keys
and the subscription key; the Merchant-Serial-Number with partner keys and for merchant callbacks.

Answers are JSON; pictures are behind the links in them, open to everybody, as PNG or SVG.

**Unlike the real thing**

- A code's content is a link of this sandbox (``/landing…``), or begins with the setting ``qrBaseUrl``. Opened in a
  browser it does what scanning does; ``POST /sandbox/customer/scan`` is the customer's camera.
- ``Accept: image/*`` and a client's ``*/*`` give SVG, as the callbacks' ``QrImageFormat`` does. Any other value than
  the four documented ones is refused with 400 (unconfirmed).
- One-time codes are made for whatever has a landing page on the phone. The official document names eCom and Recurring
  only; whether the real API takes an ePayment URL, which has ``userFlow`` ``QR`` instead, is unconfirmed.
  ``expiresIn`` is what is left of its time; where that is unknown, 10 minutes.
- A redirect whose ``ttl`` is over is gone, as if it had been deleted: 404, and its id is free (unconfirmed).
- ``category`` of a merchant callback, which newer text knows and the official document does not, is accepted and not
  looked at.
- A migrated MobilePay code gets a picture like any other; what the printed one says is not known here, so scan it by
  its beacon id.
- Personal QRs never grow old; version 2.0 says when it was shown, and the merchant judges. Customer tokens live for
  15 minutes and are good for the sales unit that got them.
- ``requestedData`` may be left out, as in an example of the official document, but not be empty.

**Not simulated**: nothing.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.qr.api import callbacks_page, exchange_page, one_time_page, redirects_page

pages = [one_time_page, redirects_page, callbacks_page, exchange_page]

__all__ = ["pages"]
