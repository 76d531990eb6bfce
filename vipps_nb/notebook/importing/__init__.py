"""What somebody has from elsewhere becomes a notebook.

Postman collections, HAR files, curl commands.

One reader for each format (``postman``, ``har``, ``curl``) gives one neutral ``record``; ``cells`` and ``notebook``
write it down, ``scripts`` turns JavaScript into Python, ``secrets`` keeps keys out, ``report`` says what was done.
"""

from __future__ import annotations

from vipps_nb.notebook.importing.fields import field, number
from vipps_nb.notebook.importing.record import CollectionError

__all__ = ["CollectionError", "field", "number"]
