"""How a delivery is signed (Webhooks API, Request authentication).

``HMAC-SHA256``, keyed with the secret's text as UTF-8 (it looks like Base64 and is not decoded), over method, path and
query, and the three signed headers. Lines end with a bare line feed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime

from vipps_nb.sandbox.apis.webhooks.validation import host_of, path_and_query_of

SIGNED_HEADERS = "x-ms-date;host;x-ms-content-sha256"


def signed_headers(secret: str, url: str, body: bytes, moment: datetime) -> dict[str, str]:
    """The headers that tell a receiver who sent this, when, and that it is whole."""
    date = format_datetime(moment.astimezone(UTC), usegmt=True)
    host = host_of(url)
    content_hash = base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = f"POST\n{path_and_query_of(url)}\n{date};{host};{content_hash}"
    signature = base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode()
    return {
        "Host": host,
        "x-ms-date": date,
        "x-ms-content-sha256": content_hash,
        "Authorization": f"HMAC-SHA256 SignedHeaders={SIGNED_HEADERS}&Signature={signature}",
    }
