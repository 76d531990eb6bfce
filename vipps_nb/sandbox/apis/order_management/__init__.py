"""Order Management API: receipts, and links with a picture, in the app.

Base path ``/order-management``.

Source: Order Management API guide and the official document 2.1. The front door wants a bearer token of merchant or
partner keys, the subscription key and the Merchant-Serial-Number.

Texts of 2026 say that the test environment does not have this API, older ones that it does: the setting
``orderManagementInTest`` decides whether the answers say "not in test".

**What must add up in a receipt**, all in minor units (``sums``)

- Each line: ``totalAmount`` = ``totalAmountExcludingTax`` + ``totalTaxAmount``.
- Each line has a ``taxRate`` (2500 is 25 %) or the older ``taxPercentage``; with both, they agree.
- Each line: ``totalTaxAmount`` is that rate of ``totalAmountExcludingTax``, give or take 1; with several pieces (PCS),
  give or take 1 for each, since some tills round each piece.
- The bottom line: ``totalAmount``, ``totalTax`` and ``totalDiscount``, which are deprecated, are the sums over the
  lines if they are there, lines with ``isReturn`` counted negative. With the deprecated ``shippingAmount`` or
  ``shippingInfo`` they are not compared: the official document itself calls those sums faulty.
- ``paymentSources`` do not pay more than the lines and the tip come to.

Of ``unitInfo`` only the quantity counts, for that tolerance. Whether it makes the total together with the price of a
unit is not asked, for the official document takes it for decoration.

**Unlike the real thing**

- What the real API checks of all that is unconfirmed.
- That an order exists is not checked, as with the real one.
- A receipt is written once, by this API or with an ePayment payment, whose sums nobody checks; then 409.
- A picture must be known before a category names it (400 otherwise, unconfirmed), and a second picture by the same
  ``imageId`` is refused with 409 (unconfirmed). A picture that is smaller or larger than documented is taken and noted.
- Links must begin with ``http://`` or ``https://``.
- Categories of version 2 and 3 are the same things. Version 2 has one for each order and overwrites it; version 3
  adds as many as one likes. The latest is the one that version 2 and the customer see.
- Version 1 knows no payment type; its transactions are orders of ``ecom``.

**Not simulated**: nothing.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.order_management.api import page

__all__ = ["page"]
