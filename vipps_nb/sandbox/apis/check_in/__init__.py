"""Check-in API (proof of concept): greet a member who is in the shop.

Base path ``/point-of-sale``.

Source: the official document 1.0.2. The front door wants a bearer token of merchant or partner keys and the
subscription key; the Merchant-Serial-Number with partner keys. The real test environment answers 500 (its quick start
says production only), so every answer here says "not in test".

**Unlike the real thing**

- Nobody is greeted: what the customer sees in the app is not described anywhere. The overview counts check-ins.
- Whether the number is a customer's decides the setting ``unknownPhoneNumbers``; one that is not gets 400
  (unconfirmed).
- The official document calls the answer a string and gives it a field; here it is an object with ``id``.

**Not simulated**: nothing.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.check_in.api import page

__all__ = ["page"]
