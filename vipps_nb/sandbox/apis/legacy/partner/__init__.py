"""Partner API: partners look up sales units, and order products for merchants.

Base path ``/partner-api``.

Source: the official document 2.0.0 and the Partner API guide. The front door wants a bearer token of partner keys and
the subscription key; the Merchant-Serial-Number is not looked at.

Replaced by the Management API, which has the same three operations and more under ``/management/v1``, with the same
keys: ``products/orders`` became ``product-orders``, ``merchants/{orgno}`` became ``merchants/{scheme}/{id}``, and the
product ``VIPPS_PA_NETT`` is ``PAYMENT_INTEGRATION`` there.

**Unlike the real thing**

- The API was to be phased out at the end of 2023. Partner keys have never been in the test environment, so a sandbox is
  the only place to try this.
- Partner keys are connected to every sales unit of the sandbox.
- ``returnUrl`` leads nowhere: there is no portal, and no merchant who completes the order.
- Price packages and organisation numbers are not looked up.
- The document requires ``online`` of a course without declaring it; any value is accepted, and none is required.
- The Idempotency-Key is optional: the document calls it both required and "not required, but recommended".
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.legacy.partner.api import page

__all__ = ["page"]
