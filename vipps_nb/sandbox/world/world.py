"""One world: its clock, ids, records and everything that happened.

A reset makes a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from vipps_nb.sandbox.customer.phone import Phone
from vipps_nb.sandbox.server.idempotency import IdempotencyBook
from vipps_nb.sandbox.server.rate_limits import RateCounter
from vipps_nb.sandbox.webhook_delivery.delivery_log import DeliveryLog
from vipps_nb.sandbox.webhook_delivery.outbox import Outbox
from vipps_nb.sandbox.world.clock import Clock
from vipps_nb.sandbox.world.faults import Faults
from vipps_nb.sandbox.world.ids import Ids
from vipps_nb.sandbox.world.masking import Masker
from vipps_nb.sandbox.world.request_log import RequestLog
from vipps_nb.sandbox.world.sales_unit import KeyStore, SalesUnit
from vipps_nb.sandbox.world.settings import Settings, Switches
from vipps_nb.sandbox.world.tables import Table

if TYPE_CHECKING:
    from vipps_nb.sandbox.server.access_tokens import TokenSigner
    from vipps_nb.sandbox.world.id_tokens import IdTokenSigner

Records = TypeVar("Records")
MOST_SIGNERS, LONGEST_KEY = 50, 2000  # one more with each restart; the oldest tokens have expired long since


class World:
    """Everything that a reset forgets."""

    def __init__(
        self, seed: int, keys: KeyStore, settings: Settings, base_url: str, masker: Masker, *, number: int = 1
    ) -> None:
        self.number = number
        """How many worlds there have been, this one included."""
        self.seed = seed
        self.keys = keys
        self.settings = settings
        self.settings_changes = 0
        """How often they were changed."""
        self.base_url = base_url
        self.clock = Clock()
        self.ids = Ids(seed, "records")
        self.traces = Ids(seed, "traces")  # apart, so that a refusal does not shift the ids of what comes after
        self.faults = Faults(seed)
        self.idempotency = IdempotencyBook()
        self.rates = RateCounter()
        self.masker = masker
        self.log = RequestLog(masker)
        self.outbox = Outbox()
        self.deliveries = DeliveryLog(masker)
        self.switches: Table[str, Switches] = Table(frozen=True)
        for msn in keys.units:
            self.switches[msn] = Switches()
        self.phone = Phone(self.clock)
        self._records: dict[type[Any], Any] = {}

    def records(self, kind: type[Records]) -> Records:
        """The records of one API, made when first asked for.

        Each page brings its own kind.
        """
        if kind not in self._records:
            self._records[kind] = kind()
        return cast("Records", self._records[kind])

    def unit(self, msn: str) -> SalesUnit:
        """The sales unit with this MSN."""
        return self.keys.units[msn]


class Backend:
    """What outlives a reset: keys, the signing keys, and how the sandbox was started."""

    def __init__(self, seed: int, keys: KeyStore, settings: Settings, base_url: str) -> None:
        self.keys = keys
        self.base_url = base_url
        self._seed = seed
        self._settings = settings
        self.masker = Masker(keys.secrets)
        self.keep: Callable[[], None] | None = None
        """Has the world kept; called after every act, before its answer goes out."""
        self._former_signers: list[str] = []
        self._worlds = 0
        self.world = self.new_world(seed)

    # Made with the first token: importing cryptography and making a key take as long as all of the start.

    @cached_property
    def token_signer(self) -> TokenSigner:
        """Signs and reads access tokens, with a key of its own in each sandbox."""
        from vipps_nb.sandbox.server.access_tokens import TokenSigner  # noqa: PLC0415 - as above

        return TokenSigner(self._seed, self._former_signers)

    @property
    def signers(self) -> list[str]:
        """The public keys by which access tokens are known, latest last."""
        own = [self.token_signer.public_key] if "token_signer" in vars(self) else []
        return [*self._former_signers, *own]

    def trust(self, public_keys: Iterable[object]) -> None:
        """Take tokens as well that were given out by signers of before."""
        known = dict.fromkeys([*self._former_signers, *(key for key in public_keys if isinstance(key, str))])
        self._former_signers[:] = [key for key in known if len(key) <= LONGEST_KEY][-MOST_SIGNERS:]

    @cached_property
    def id_token_signer(self) -> IdTokenSigner:
        """Signs id tokens, with other keys."""
        from vipps_nb.sandbox.world.id_tokens import IdTokenSigner  # noqa: PLC0415 - as above

        return IdTokenSigner(self._seed)

    def reset(self, seed: int | None) -> World:
        """A new world, with the old seed unless another is given.

        Keys and tokens stay valid.
        """
        self.world = self.new_world(self.world.seed if seed is None else seed)
        return self.world

    def new_world(self, seed: int) -> World:
        """A world in which nothing has happened; not yet the present one."""
        self._worlds += 1
        return World(seed, self.keys, self._settings.model_copy(), self.base_url, self.masker, number=self._worlds)
