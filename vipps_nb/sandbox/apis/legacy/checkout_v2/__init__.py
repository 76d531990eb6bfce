"""Checkout API, version 2: the same sessions as in version 3, in older words.

**Replaced** by version 3, which is deprecated itself: see there for what to use instead.

Base path ``/checkout/v2``. Source: the official document v2. The front door wants the same keys on every call as
version 3, and leaves the ``Vipps-System-*`` headers to the merchant.

Between the versions: the reference has its place in ``transaction``, and a session is asked for by its ``sessionId``.
Two flags (``contactFields``, ``addressFields``) say what ``configuration.elements`` says today. Its end is told to
``{callbackPrefix}/checkout/v2/order/{reference}``, and a city is called a region. A session is either SessionStarted or
SessionTerminated; how the payment fares is in ``paymentDetails.state``, AUTHORISED with an S.

**Unlike the real thing**

- As version 3. Sessions of both versions are one: what was created here can be read, changed and expired there.
- Assumed: SessionTerminated means that nobody can pay any more and nobody has; a session that expires without a payment
  is not told of, since the callback has to have a payment in it.
- An option's ``brand`` and ``product`` are shown as they are; ``isPorterbuddy`` changes nothing.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.legacy.checkout_v2.api import page

__all__ = ["page"]
