"""What the client has to know of each API: one table, one row per API.

- Which keys it wants to see, and whether it is told the sales unit.
- What its idempotency header is called, and where a key acts once.
- How often it may be asked, and what is worth polling.
- What harmless call shows that it answers, and where it exists.

Everything else asks here; a new API is a new row. ``tests/test_api_facts.py`` holds the table against the catalogue and
the official documents.

Paths are templates: ``{reference}`` stands for one segment, a ``*`` at the end for anything below. Fixed segments count
in any case and one slash at the end is ignored, as the real servers do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from vipps_nb.auth.auth_scheme import AuthScheme
from vipps_nb.auth.credentials import KeyType
from vipps_nb.core.paths import path_of

IDEMPOTENCY_KEY = "Idempotency-Key"
STANDARD_KEYS: tuple[KeyType, ...] = ("merchant", "partner")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
NOBODYS = "vipps-nb-doctor-asks-for-nothing"
NOBODYS_UUID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Route:
    """Methods and a path template."""

    methods: frozenset[str]
    path: str

    @classmethod
    def of(cls, line: str) -> Route:
        """Read a line such as ``POST /epayment/v1/payments/{reference}/capture``.

        Several methods are joined by ``|``.
        """
        methods, _, path = line.partition(" ")
        return cls(frozenset(methods.split("|")), path)

    def matches(self, method: str, path: str) -> bool:
        """Whether a request takes this route."""
        return method.upper() in self.methods and matches(self.path, path)


@dataclass(frozen=True)
class Limit:
    """So many calls a minute for each path.

    Whoever asks more often gets 429 ("Rate limiting" of each guide).
    """

    route: Route
    per_minute: int


@dataclass(frozen=True)
class Poll:
    """Something worth waiting for.

    Attributes:
        path: What is asked.
        field: The property of the answer that tells its state.
        undecided: The states that go over into others by themselves; all others are final.
        pace: Seconds between two looks (polling guidelines of the knowledge base).
    """

    path: str
    field: str
    undecided: frozenset[str]
    pace: float = 2.0


@dataclass(frozen=True)
class Idempotency:
    """What makes a write act once.

    Attributes:
        header: What this API calls the key.
        remembered: Where the documents promise that a key acts once. Elsewhere the header is sent as well, and ignored:
            a webhook registered twice is registered twice.
    """

    header: str = IDEMPOTENCY_KEY
    remembered: tuple[Route, ...] = ()


@dataclass(frozen=True)
class HarmlessCall:
    """A GET that shows whether the product is active.

    "Not found" is said by the API itself, behind every check.

    Attributes:
        path: What to GET; of something that nobody has, where there is no list to ask for.
        accept: What to ask for.
        switch: What Management calls this product in a sales unit's configuration.
    """

    path: str
    accept: str = "application/json"
    switch: str = ""


@dataclass(frozen=True, kw_only=True)
class ApiFacts:
    """One API.

    Attributes:
        name: As its guide calls it.
        prefixes: How its paths begin.
        auth: What it wants to see on most paths.
        auth_of: Paths that want something else.
        partners_by_token: Whether partners show their access token where others show their keys.
        msn: Whether it is told the sales unit in a header; False where it finds out by itself.
        without_msn: Paths that do not care although the API does.
        idempotency: Its key for writes; ``None`` where no call changes anything that could be done twice.
        rings: Paths that ring a real person's phone, though they take no idempotency key.
        limits: How often it may be asked.
        poll: What is worth waiting for.
        harmless_call: What the doctor asks; ``None`` where nothing is harmless.
        key_types: Keys that open it.
        in_test: Whether the test environment has it; ``None`` where official pages disagree.
        only_in_test: Paths that decide in a customer's place, which production does not do.
        source: Where all this stands.
    """

    name: str
    prefixes: tuple[str, ...]
    source: str
    auth: AuthScheme = AuthScheme.BEARER
    auth_of: tuple[tuple[str, AuthScheme], ...] = ()
    partners_by_token: bool = False
    msn: bool = True
    without_msn: tuple[str, ...] = ()
    idempotency: Idempotency | None = field(default_factory=Idempotency)
    rings: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    poll: tuple[Poll, ...] = ()
    harmless_call: HarmlessCall | None = None
    key_types: tuple[KeyType, ...] = STANDARD_KEYS
    in_test: bool | None = True
    only_in_test: tuple[str, ...] = ()


def _routes(*lines: str) -> tuple[Route, ...]:
    return tuple(Route.of(line) for line in lines)


def _limits(*rows: tuple[str, int]) -> tuple[Limit, ...]:
    return tuple(Limit(Route.of(line), per_minute) for line, per_minute in rows)


def _poll(*rows: tuple[str, str, str], pace: float = 2.0) -> tuple[Poll, ...]:
    return tuple(Poll(path, name, frozenset(undecided.split()), pace) for path, name, undecided in rows)


APIS: tuple[ApiFacts, ...] = (
    ApiFacts(
        name="Access Token",
        # The keys buy the token; the specialized endpoint takes them as HTTP Basic.
        prefixes=("/accesstoken", "/miami"),
        auth=AuthScheme.KEYS,
        auth_of=(("/miami/*", AuthScheme.BASIC),),
        idempotency=None,
        source="Access Token API guide",
    ),
    ApiFacts(
        name="ePayment",
        prefixes=("/epayment",),
        idempotency=Idempotency(
            remembered=_routes(
                "POST /epayment/v1/payments",
                "POST /epayment/v1/payments/{reference}/capture",
                "POST /epayment/v1/payments/{reference}/refund",
                "POST /epayment/v1/payments/{reference}/cancel",
            )
        ),
        # A create call is counted per reference, which is in the body and new each time: no limit here.
        limits=_limits(
            ("POST /epayment/v1/payments/{reference}/capture", 5),
            ("POST /epayment/v1/payments/{reference}/cancel", 5),
            ("POST /epayment/v1/payments/{reference}/refund", 5),
            ("GET /epayment/v1/payments/{reference}", 120),
            ("GET /epayment/v1/payments/{reference}/events", 120),
        ),
        # Final: AUTHORIZED, ABORTED, EXPIRED, TERMINATED; what was captured is in the aggregate.
        poll=_poll(("/epayment/v1/payments/{reference}", "state", "CREATED")),
        harmless_call=HarmlessCall(f"/epayment/v1/payments/{NOBODYS}", switch="paymentAllowed"),
        only_in_test=("/epayment/v1/test/*",),
        source="ePayment API guide; HTTP headers page",
    ),
    ApiFacts(
        name="Recurring",
        prefixes=("/recurring",),
        idempotency=Idempotency(
            remembered=_routes(
                "POST|PATCH|PUT|DELETE /recurring/v3/agreements", "POST|PATCH|PUT|DELETE /recurring/v3/agreements/*"
            )
        ),
        limits=_limits(
            ("POST /recurring/v3/agreements", 300),
            ("GET /recurring/v3/agreements", 5),
            ("GET /recurring/v3/agreements/{agreementId}", 120),
            ("PATCH /recurring/v3/agreements/{agreementId}", 5),
            ("GET /recurring/v3/agreements/{agreementId}/charges", 10),
            ("GET /recurring/v3/agreements/{agreementId}/charges/{chargeId}", 10),
            ("GET /recurring/v3/charges/{chargeId}", 100),
            ("DELETE /recurring/v3/agreements/{agreementId}/charges/{chargeId}", 5),
            ("POST /recurring/v3/agreements/{agreementId}/charges/{chargeId}/{operation}", 5),
        ),
        poll=_poll(
            # Final: ACTIVE, STOPPED, EXPIRED.
            ("/recurring/v3/agreements/{agreementId}", "status", "PENDING"),
            # Final: RESERVED (until the merchant captures), CHARGED, FAILED, CANCELLED and what refunds make of them.
            ("/recurring/v3/agreements/{agreementId}/charges/{chargeId}", "status", "PENDING DUE PROCESSING"),
            ("/recurring/v3/charges/{chargeId}", "status", "PENDING DUE PROCESSING"),
        ),
        harmless_call=HarmlessCall(
            "/recurring/v3/agreements?status=ACTIVE&pageNumber=1&pageSize=1", switch="recurringAllowed"
        ),
        only_in_test=("/recurring/v3/agreements/{agreementId}/accept",),
        source="Recurring API guide",
    ),
    ApiFacts(
        name="Webhooks",
        prefixes=("/webhooks",),
        key_types=(*STANDARD_KEYS, "donations"),
        harmless_call=HarmlessCall("/webhooks/v1/webhooks"),
        source="Webhooks API guide",
    ),
    ApiFacts(
        name="QR",
        prefixes=("/qr",),
        harmless_call=HarmlessCall("/qr/v1/merchant-redirect", accept="image/png"),
        source="QR API guide",
    ),
    ApiFacts(
        name="Login",
        # Discovery, keys and the browser's redirect are public; token and CIBA know the client.
        prefixes=("/access-management-1.0", "/vipps-login-ciba"),
        auth=AuthScheme.BASIC,
        auth_of=(
            ("/access-management-1.0/access/.well-known/*", AuthScheme.NOTHING),
            ("/access-management-1.0/access/oauth2/auth", AuthScheme.NOTHING),
        ),
        without_msn=("/access-management-1.0/access/.well-known/*", "/access-management-1.0/access/oauth2/auth"),
        # A partner shows Login its access token instead of its keys ("Partner keys" in the guide).
        partners_by_token=True,
        # Its forms change nothing that could be done twice; but one rings a real person's phone.
        idempotency=None,
        rings=("/vipps-login-ciba/api/backchannel/authentication",),
        # Final: a token, or any other error; the `interval` of CIBA is 5 seconds.
        poll=_poll(
            ("/access-management-1.0/access/oauth2/token", "error", "authorization_pending slow_down"), pace=5.0
        ),
        source="Login API guide",
    ),
    ApiFacts(
        name="Userinfo",
        # The userinfo of a login takes the person's own token; a subscription key gives 401 there.
        prefixes=("/vipps-userinfo-api",),
        auth_of=(("/vipps-userinfo-api/userinfo", AuthScheme.BEARER_ONLY),),
        harmless_call=HarmlessCall(f"/vipps-userinfo-api/userinfo/{NOBODYS_UUID}"),
        source="Userinfo API guide",
    ),
    ApiFacts(
        name="Checkout",
        # The keys go on every call; there is no token.
        prefixes=("/checkout",),
        auth=AuthScheme.KEYS,
        idempotency=Idempotency(remembered=_routes("POST /checkout/v3/session")),
        # Final: PaymentSuccessful, PaymentTerminated, SessionExpired.
        poll=_poll(("/checkout/v3/session/{reference}", "sessionState", "SessionCreated PaymentInitiated")),
        harmless_call=HarmlessCall(f"/checkout/v3/session/{NOBODYS}"),
        source="Checkout API guide",
    ),
    ApiFacts(
        name="Order Management",
        prefixes=("/order-management",),
        in_test=None,
        harmless_call=HarmlessCall(f"/order-management/v2/ecom/{NOBODYS}"),
        source="Order Management API guide; older documents list a test environment, text of 2026 does not",
    ),
    ApiFacts(
        name="Management",
        # Like Report and Donations it finds out by itself which sales units a token may see.
        prefixes=("/management",),
        msn=False,
        idempotency=Idempotency(remembered=_routes("POST /management/v1/product-orders")),
        key_types=(*STANDARD_KEYS, "management"),
        in_test=False,
        harmless_call=HarmlessCall("/management/v1/sales-units"),
        source="Management API guide",
    ),
    ApiFacts(
        name="Report",
        prefixes=("/report", "/settlement"),
        msn=False,
        key_types=("merchant", "accounting", "donations"),
        in_test=False,
        harmless_call=HarmlessCall("/settlement/v1/ledgers"),
        source="Report API guide",
    ),
    ApiFacts(
        name="Donations",
        prefixes=("/donations",),
        msn=False,
        key_types=("partner", "donations"),
        in_test=False,
        harmless_call=HarmlessCall(f"/donations/v1/agreements/{NOBODYS_UUID}"),
        source="Donations API guide",
    ),
    ApiFacts(name="Check-in", prefixes=("/point-of-sale",), in_test=False, source="Check-in API guide"),
    ApiFacts(
        name="Partner",
        prefixes=("/partner-api",),
        idempotency=Idempotency(remembered=_routes("POST /partner-api/v1/products/orders")),
        source="Partner API guide; superseded by Management",
    ),
    ApiFacts(
        name="eCom (old)",
        prefixes=("/ecomm",),
        idempotency=Idempotency(
            "X-Request-Id",
            _routes(
                "POST /ecomm/v2/payments/{orderId}/capture",
                "POST /ecomm/v2/payments/{orderId}/refund",
                "PUT /ecomm/v2/payments/{orderId}/cancel",
            ),
        ),
        harmless_call=HarmlessCall(f"/ecomm/v2/payments/{NOBODYS}/details"),
        only_in_test=("/ecomm/v2/integration-test/*",),
        source="eCom API guide",
    ),
    ApiFacts(
        name="PSP (old)",
        prefixes=("/psp", "/merchant-management"),
        only_in_test=("/psp/v3/integration-test/*",),
        source="PSP API guide",
    ),
    ApiFacts(
        name="the sandbox's own",
        # Its desk and the phone of its customer need no key.
        prefixes=("/sandbox", "/landing"),
        auth=AuthScheme.NOTHING,
        msn=False,
        idempotency=None,
        source="docs/sandbox.md",
    ),
)
UNKNOWN = ApiFacts(name="unknown", prefixes=(), source="no row: as most APIs")


def facts_of(url: str) -> ApiFacts:
    """The row that a URL or path belongs to.

    For a path which no row knows, that of most APIs.
    """
    return row_of(path_of(url))


def row_of(path: str) -> ApiFacts:
    """The row of a path, as ``path_of`` reads it."""
    end = path.find("/", 1)
    return _by_prefix().get((path if end < 0 else path[:end]).lower(), UNKNOWN)


def named(name: str) -> ApiFacts:
    """The row of an API.

    Raises:
        KeyError: There is none of that name.
    """
    return {row.name: row for row in APIS}[name]


def matches(template: str, path: str) -> bool:
    """Whether a path, as ``path_of`` reads it, is of a template's kind.

    Fixed segments count in any case.
    """
    return _pattern(template).fullmatch(path) is not None


@cache
def _by_prefix() -> dict[str, ApiFacts]:
    return {prefix: row for row in APIS for prefix in row.prefixes}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    stem, star = (template[:-2], "/.*") if template.endswith("/*") else (template, "")
    parts = ("[^/]+" if part.startswith("{") else re.escape(part) for part in stem.split("/"))
    return re.compile("/".join(parts) + star, re.IGNORECASE | re.DOTALL)
