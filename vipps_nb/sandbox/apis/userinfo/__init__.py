"""Userinfo API: what a customer shares, by ``sub``; and who has logged in.

Base path ``/vipps-userinfo-api/userinfo``.

Source: Userinfo API guide, Login API guide (user info) and the official documents 2.0.3 and 1.1.0. Two doors under one
path. ``/{sub}`` is for payments and agreements: a merchant's or partner's bearer token. ``/`` is for logins: the
person's own access token, and no subscription key. Neither token opens the other door.

**Unlike the real thing**

- Official texts disagree about the subscription key on ``/{sub}``; the setting ``userinfoWithSubscriptionKey`` decides.
- The ``sub`` is there at once, not some milliseconds later.
- A scope that was shared with an earlier payment can be read for its own 168 hours. That it is so is unconfirmed, and
  so is what becomes of ``email_verified`` and ``phone_number_verified`` afterwards: here they are left out.
- A ``sub`` is found only after a payment or an agreement; one that was only seen in a login is unknown on ``/{sub}``.

**Not simulated**

- ``accounts``, which is deprecated, and ``other_addresses`` other than none.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.userinfo.api import page, page_of_logins

pages = [page, page_of_logins]

__all__ = ["pages"]
