"""How a request proves who sends it.

The secret headers of each scheme, and no others. They are spelled here alone.
"""

from __future__ import annotations

import base64
import enum

from vipps_nb.auth.credentials import Credentials
from vipps_nb.errors import CredentialsError

SECRET_HEADERS = ("Authorization", "client_id", "client_secret", "Ocp-Apim-Subscription-Key")


class AuthScheme(enum.Enum):
    """The kinds of proof that the APIs ask for.

    Which API asks for which stands in ``apis.facts``.
    """

    BEARER = "access token and subscription key"
    BEARER_ONLY = "access token, no subscription key"
    KEYS = "the keys themselves, no access token"
    BASIC = "client ID and secret as HTTP Basic"
    NOTHING = "nothing secret"


def secret_headers(scheme: AuthScheme, credentials: Credentials, access_token: str | None) -> dict[str, str]:
    """The headers that must not be seen, for one request to the keys' own host.

    Raises:
        CredentialsError: One cannot travel in a header. Found here, because whoever finds it later quotes it.
    """
    headers: dict[str, str] = {}
    if scheme in (AuthScheme.BEARER, AuthScheme.BEARER_ONLY) and access_token:
        # The word and its capital B matter ("HTTP headers" page).
        headers["Authorization"] = f"Bearer {access_token}"
    if scheme is AuthScheme.BASIC:
        pair = f"{credentials.client_id}:{credentials.client_secret.reveal()}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    if scheme is AuthScheme.KEYS:
        headers["client_id"] = credentials.client_id
        headers["client_secret"] = credentials.client_secret.reveal()
    if scheme in (AuthScheme.BEARER, AuthScheme.KEYS) and credentials.subscription_key:
        headers["Ocp-Apim-Subscription-Key"] = credentials.subscription_key.reveal()
    unfit = [name for name, value in headers.items() if not (value.isascii() and value.isprintable())]
    if unfit:
        raise CredentialsError(
            f"What belongs into the header {unfit[0]} has a character in it that no header can carry, such as a line "
            "break or a typographic dash, so nothing was sent. Copy the keys again from the portal."
        )
    return headers
