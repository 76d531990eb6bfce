"""Login API: who is the customer?

Paths: ``/access-management-1.0/access`` in a browser, ``/vipps-login-ciba/api`` by phone.

Source: Login API guide (browser flow, merchant-initiated login, core concepts, partner keys) and the official document
1.1.0. Nothing is checked at the entrance: Login has an OAuth server of its own, which wants neither an access token of
the Access Token API nor a subscription key. The operations know a client by ``client_secret_basic``, by
``client_secret_post`` where the sales unit has switched to it, or by a partner's bearer token with the MSN header.

**Unlike the real thing**

- The customer confirms on a page of the sandbox. A merchant-initiated login has no link to it; its ``auth_req_id`` is
  the page's token: ``/landing?token=<auth_req_id>``. One test user answers for every phone number, and for customer
  tokens that the sandbox did not give out.
- A reset forgets logins and the persons' tokens that came of them; the keys that id tokens are signed with stay.
- Browsers are not remembered, so ``prompt=none`` always ends in ``login_required``.
- What goes wrong in the app (``outdated_app_version`` and others) is on demand: setting ``loginFailsWith``.
- Where the browser cannot be sent back, the real thing shows a page of its own; here the refusal is plain JSON.
- Any https or loopback address, or an app's scheme with a path, may be a ``redirect_uri`` until the sales unit has a
  list of its own (``loginRedirectUris``).
- Discovery names ``S256`` alone, as the guide has it; ``plain`` works as well, for it is the default without a method.
- Unconfirmed: a code lives 10 minutes, and one that is used twice takes back the token it gave. A poll too early is
  answered with ``slow_down``. An unknown phone number is refused with 400 and ``invalid_user``. An abort of a login
  with redirect goes back with ``access_denied``. With the setting ``rateLimits``, 5 logins may wait on one phone.

**Not simulated**

- Login Connect: the scope ``paymentSourceReferences`` can be asked for where a sales unit has it, and adds no claim.
- The switch from app to app: ``requested_flow`` and ``app_callback_uri`` are checked, and then the browser is used.
- The consent texts of the portal; ``delegatedConsents`` has texts of the sandbox's own.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.login import ciba  # noqa: F401 - puts its operations on the page
from vipps_nb.sandbox.apis.login.api import page

__all__ = ["page"]
