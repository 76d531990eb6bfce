"""Printed codes of merchants.

Those that open a page, and those that check the customer in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from vipps_nb.sandbox.customer.codes import CustomerCode, CustomerCodes
from vipps_nb.sandbox.customer.printed_codes import image_link
from vipps_nb.sandbox.world.clock import Moment, timestamp
from vipps_nb.sandbox.world.event_bus import DomainEvent, EventBus
from vipps_nb.sandbox.world.tables import Table
from vipps_nb.sandbox.world.world import World

TARGET_URL = "text/targetUrl"
ENDLESS = -1
CHECKED_IN = "user.checked-in.v1"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which picture of a code is wanted.

    No format of a picture means the code's content itself.
    """

    media_type: str
    size: int

    def link(self, world: World, token: str, content: str) -> str:
        """The answer's ``url``."""
        if self.media_type == TARGET_URL:
            return content
        return image_link(world, token, self.size if self.media_type == "image/png" else None)


@dataclass(slots=True, kw_only=True, eq=False)
class MerchantRedirect:
    """One code of one sales unit."""

    msn: str
    name: str
    token: str
    redirect_url: str
    expires: Moment | None

    @property
    def text(self) -> str:
        """Nothing is said; a page opens."""
        return self.redirect_url

    @property
    def leads_to(self) -> str:
        """The merchant's page."""
        return self.redirect_url

    def scan(self, world: World, phone_number: str) -> dict[str, Any]:
        """The phone's browser opens the page."""
        return {"kind": "merchant-redirect", "msn": self.msn, "redirectUrl": self.redirect_url}

    def expires_in(self, now: datetime) -> int:
        """Whole seconds that are left; -1 when it never ends."""
        return ENDLESS if self.expires is None else ceil((self.expires - now).total_seconds())


class MerchantRedirects:
    """All of them; found by MSN and id."""

    def __init__(self) -> None:
        self.rows: Table[tuple[str, str], MerchantRedirect] = Table()

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, code: MerchantRedirect) -> None:
        """Keep a new one."""
        self.rows[code.msn, code.name] = code

    def get(self, msn: str, name: str) -> MerchantRedirect | None:
        """The one a sales unit calls so."""
        return self.rows.get((msn, name))

    def of(self, msn: str) -> list[MerchantRedirect]:
        """All of a sales unit, oldest first."""
        return [code for code in self.rows.values() if code.msn == msn]

    def remove(self, code: MerchantRedirect) -> bool:
        """Take one away; says whether it was still there, and not another under its name."""
        there = self.rows.get((code.msn, code.name)) is code
        if there:
            self.rows.pop((code.msn, code.name))
        return there


@dataclass(slots=True, kw_only=True, eq=False)
class MerchantCallback:
    """One code of one sales unit."""

    msn: str
    name: str
    token: str
    location: str
    beacon: bool = False

    @property
    def text(self) -> str:
        """Where the customer is."""
        return self.location

    @property
    def leads_to(self) -> None:
        """Nowhere: the customer checks in."""
        return

    def scan(self, world: World, phone_number: str) -> dict[str, Any]:
        """The customer checks in; the merchant gets a token that stands for them."""
        now = world.clock.now()
        code = CustomerCode(phone_number=phone_number, made=now, msn=self.msn)
        token = world.records(CustomerCodes).add_token(world.ids.urlsafe(24), code)
        told = {
            "customerToken": token,
            "merchantQrId": self.name,
            "msn": self.msn,
            "initiatedAt": timestamp(now),
        }
        world.records(EventBus).publish(
            DomainEvent(event=CHECKED_IN, msn=self.msn, subject=self.name, payload=told, moment=now)
        )
        return {"kind": "merchant-callback", "locationDescription": self.location, "checkedIn": told}


class MerchantCallbacks:
    """All of them; found by MSN and merchantQrId."""

    def __init__(self) -> None:
        self.rows: Table[tuple[str, str], MerchantCallback] = Table()

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, code: MerchantCallback) -> None:
        """Keep one."""
        self.rows[code.msn, code.name] = code

    def get(self, msn: str, name: str) -> MerchantCallback | None:
        """The one a sales unit calls so."""
        return self.rows.get((msn, name))

    def of(self, msn: str) -> list[MerchantCallback]:
        """All of a sales unit, oldest first."""
        return [code for code in self.rows.values() if code.msn == msn]

    def with_beacon(self, beacon_id: str) -> MerchantCallback | None:
        """Whoever has this beacon; there is only one in the world."""
        return next((code for code in self.rows.values() if code.beacon and code.name == beacon_id), None)

    def remove(self, code: MerchantCallback) -> None:
        """Take one away."""
        self.rows.pop((code.msn, code.name))
