"""Access Token API: trade API keys for an access token.

Paths: ``/accesstoken/get`` and ``/miami/v1/token``.

Source: Access Token API guide (standard and specialized authentication) and the official document 2.0.0. Nothing is
checked at the entrance: each call looks at the keys itself.

**Unlike the real thing**

- The token is signed by this sandbox; its claims imitate an old sample.
- The answers for a wrong client secret and from the specialized call are unconfirmed; they follow Azure AD and OAuth.
- The specialized call is said to exist in production only. Here it works, so that every lesson runs.
- A ``Merchant-Serial-Number`` and the ``Vipps-System-*`` headers are accepted and not looked at.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.access_token.api import page

__all__ = ["page"]
