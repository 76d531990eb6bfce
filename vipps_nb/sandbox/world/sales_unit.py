"""The pretend merchant.

Sales units and the key sets that open the APIs, all fixed by the seed.

Shapes as in the Access Token API guide: ``client_id`` is a GUID, ``client_secret`` Base64 text, the subscription key
32 hexadecimal digits in a primary and a secondary edition that are interchangeable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from vipps_nb.sandbox.world.ids import Ids


class KeyType(StrEnum):
    """Which kind of keys; decides the token call and the APIs that open."""

    MERCHANT = "merchant"
    PARTNER = "partner"
    MANAGEMENT = "management"
    ACCOUNTING = "accounting"
    DONATIONS = "donations"


STANDARD = frozenset({KeyType.MERCHANT, KeyType.PARTNER})  # POST /accesstoken/get; all others use POST /miami/v1/token


@dataclass(frozen=True, kw_only=True)
class KeySet:
    """One set of API keys. The repr shows none of them."""

    key_type: KeyType
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    subscription_key: str | None = field(default=None, repr=False)
    secondary_subscription_key: str | None = field(default=None, repr=False)
    merchant_serial_number: str | None = None

    def as_dict(self) -> dict[str, str]:
        """The keys under the portal's names, without those this type does not have."""
        pairs = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "subscription_key": self.subscription_key,
            "merchant_serial_number": self.merchant_serial_number,
        }
        return {name: value for name, value in pairs.items() if value is not None}

    @property
    def secrets(self) -> list[str]:
        """Every value that must not be shown."""
        values = (self.client_secret, self.subscription_key, self.secondary_subscription_key)
        return [value for value in values if value is not None]


@dataclass(frozen=True, kw_only=True)
class SalesUnit:
    """A sales unit: it owns an MSN and a set of keys."""

    merchant_serial_number: str
    name: str
    keys: KeySet


class KeyStore:
    """All sales units and key sets of one sandbox.

    Outlives a reset, so a logged-in client goes on.
    """

    def __init__(self, seed: int, sales_units: int) -> None:
        ids = Ids(seed, "keys")
        self.units: dict[str, SalesUnit] = {}
        while len(self.units) < sales_units:
            msn = ids.digits(6)
            name = "Sandbox Shop" if not self.units else f"Sandbox Shop {len(self.units) + 1}"
            keys = _standard_keys(ids, KeyType.MERCHANT, msn)
            self.units.setdefault(msn, SalesUnit(merchant_serial_number=msn, name=name, keys=keys))
        ids = Ids(seed, "keys of others")  # apart, so that these stay the same however many sales units there are
        first = next(iter(self.units))
        self.sets = {
            KeyType.MERCHANT: self.units[first].keys,
            # Partner keys have no MSN of their own: this is the connected merchant they start out with.
            KeyType.PARTNER: _standard_keys(ids, KeyType.PARTNER, first),
            **{kind: _miami_keys(ids, kind) for kind in KeyType if kind not in STANDARD},
        }
        everyone = [unit.keys for unit in self.units.values()]
        everyone += [keys for kind, keys in self.sets.items() if kind is not KeyType.MERCHANT]
        self.by_client_id = {keys.client_id: keys for keys in everyone}
        self.by_subscription_key = {
            key: keys for keys in everyone for key in (keys.subscription_key, keys.secondary_subscription_key) if key
        }
        self.secrets = [secret for keys in everyone for secret in keys.secrets]


def _standard_keys(ids: Ids, key_type: KeyType, msn: str) -> KeySet:
    return KeySet(
        key_type=key_type,
        client_id=ids.guid(),
        client_secret=ids.base64(16),
        subscription_key=ids.hex(32),
        secondary_subscription_key=ids.hex(32),
        merchant_serial_number=msn,
    )


def _miami_keys(ids: Ids, key_type: KeyType) -> KeySet:
    return KeySet(key_type=key_type, client_id=ids.guid(), client_secret=ids.base64(24))
