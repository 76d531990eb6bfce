"""eCom API v2: one-time payments before ePayment, in Norway only.

Base path ``/ecomm/v2``.

Source: eCom API guide and the official document 2.0.3. The front door wants a bearer token of merchant or partner keys
and the subscription key; the Merchant-Serial-Number stands in the bodies, and partner keys need the header as well.

Replaced by ePayment: ``orderId`` became ``reference``, plain amounts got a currency, ``X-Request-Id`` became
``Idempotency-Key``, and callbacks became webhooks.

**Unlike the real thing**

- The customer's phone is a page of the sandbox; ``url`` leads there. With ``isApp`` it is a deep link that nothing
  opens, and ``skipLandingPage`` changes nothing: the desk approves.
- One test user answers for every phone number.
- URLs that are called may be on this machine (``http://127.0.0.1``), and none is checked for reachability. ``fallBack``
  may not, as with the real one.
- The customer has 10 minutes; the older "5 minutes to open, 5 to finish" is not kept apart.
- With Express the amount grows by the shipping that the customer chose. A merchant with ``shippingDetailsPrefix`` is
  asked when the payment is initiated, as if the customer opened it at once. ``useExplicitCheckoutFlow`` changes
  nothing.
- A payment the bank refused is FAILED for good; its callback says REJECTED with ``errorInfo``, as the official document
  has it (the guide says RESERVE_FAILED). A payment that expired is REJECTED in the status, and CANCEL in the history,
  which has no better word (unconfirmed).
- REGISTER is only seen with the special amount 201, while the bank is thinking.
- The HTTP statuses of most refusals are unconfirmed; see ``refusals``. Nothing else than 22 is known for a force
  approval that comes too late, and the codes of the special amounts are assumptions.
- Cancel honours an ``X-Request-Id`` if one is sent; the document has the header for capture, refund and force approval
  only.
- A callback is told that ``merchantSerialNumber`` is a string, as in the document; older samples show a number.
- When the customer withdraws their consent (the desk's ``withdraw``), ``consentRemovalPrefix`` is told.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.legacy.ecom.api import page

__all__ = ["page"]
