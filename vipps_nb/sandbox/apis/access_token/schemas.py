"""The wire: what comes in and goes out, as the official document declares it."""

from __future__ import annotations

from pydantic import BaseModel


class StandardToken(BaseModel):
    """The answer to the standard call.

    Strings throughout, as the official document has it.
    """

    token_type: str
    expires_in: str | int
    ext_expires_in: str | int
    expires_on: str | int
    not_before: str | int
    resource: str
    access_token: str


class SpecializedToken(BaseModel):
    """The answer to the specialized call."""

    token_type: str
    expires_in: str | int
    access_token: str
    scope: str | None = None
