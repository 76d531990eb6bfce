"""PSP Signup API: a payment service provider signs up its merchants.

Base path ``/merchant-management/psp/v1``.

Source: PSP Signup API guide and the official document 1.1.7. The front door wants a bearer token and the subscription
key; whose keys they are decides whose merchants one sees. In maintenance, as the PSP API is.

**Unlike the real thing**

- There are no PSP keys in this sandbox: merchant or partner keys open the door, and each set has its own merchants.
- A new merchant is PENDING for one minute, then ACTIVE; how long it really takes is not documented.
- A new merchant's MSN gets no API keys, so payments cannot be made with it.
- Organisation numbers are not looked up; a Norwegian one must have nine digits. A logo is a PNG or
  empty, and noted where it is not of 100 to 1000 pixels; the category code of four digits is not looked up.
- The document shows neither category code nor logo in answers, although the guide's samples do.
- That a deactivated merchant can no longer be updated is documented; the status, 400, is not.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.legacy.psp_signup.api import page

__all__ = ["page"]
