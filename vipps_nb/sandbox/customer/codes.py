"""What a customer shows in place of a phone number.

A personal QR, or the token a merchant got when they checked in.

The QR API exchanges them for the number, ePayment asks their owner for money. Codes that were not given out here are
nobody's, so pages that take any (see ``looks_like_ours``) refuse only those that look like ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.tables import Table

TOKEN_LIFETIME = timedelta(minutes=15)
TOKEN_START = "sandbox-customer-"  # noqa: S105 - how our customer tokens begin, so that they can be told from others
QR_START = "https://qr.vipps.no/p/sandbox-"
"""Personal QRs begin like the real ones, by which a till tells them from other codes; nothing answers there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCode:
    """One of them, and whose it is.

    Attributes:
        msn: The only sales unit that may use it; None for a personal QR, which any may.
        version: The format of a personal QR; only 2.0 tells when it was shown.
    """

    phone_number: str
    made: Moment
    msn: str | None = None
    version: Literal["1.0", "2.0"] = "2.0"


class CustomerCodes:
    """All that were given out in one world."""

    def __init__(self) -> None:
        self.tokens: Table[str, CustomerCode] = Table(frozen=True)
        self.personal: Table[str, CustomerCode] = Table(frozen=True)

    def add_token(self, random: str, code: CustomerCode) -> str:
        """A customer checked in.

        The customer token for the merchant, good for 15 minutes.
        """
        token = TOKEN_START + random
        self.tokens[token] = code
        return token

    def add_personal(self, random: str, code: CustomerCode) -> str:
        """A customer opens the QR in their app; its content."""
        content = QR_START + random
        self.personal[content] = code
        return content

    def owner(self, token: str, msn: str, now: datetime) -> CustomerCode | None:
        """Who a customer token stands for.

        Nobody when it is unknown, another sales unit's or too old.
        """
        code = self.tokens.get(token)
        return code if code is not None and code.msn == msn and now < code.made + TOKEN_LIFETIME else None

    def shown(self, content: str) -> CustomerCode | None:
        """Who showed a personal QR."""
        return self.personal.get(content)

    def picture(self, random: str) -> str | None:
        """The content of the personal QR that was made with this random part."""
        content = QR_START + random
        return content if content in self.personal else None


def looks_like_ours(code: str) -> bool:
    """Whether a code looks like one that was given out here.

    If nobody is behind it, it is old or misread.
    """
    return code.startswith((TOKEN_START, QR_START))
