"""What the control API answers with: what ``vipps_nb.Sandbox`` returns.

The names are those of the JSON. They are written a second time here, and not taken from the server's models, so that
using a sandbox that runs elsewhere costs no web framework; a test holds the two against each other.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

LoginFailure = Literal["server_error", "outdated_app_version", "wrong_challenge", "unknown_reject_reason"]


class ClockState(TypedDict):
    """What time it is in the sandbox's world, and whether time stands still."""

    now: str
    held: bool


class FaultRule(TypedDict, total=False):
    """One fault on demand; without a ``path`` it hits every request."""

    method: str
    path: str
    rate: float
    status: int | None
    code: str | None
    detail: str | None
    retryAfter: int | None
    latencyMs: int
    drop: Literal["before", "after"] | None
    skewSeconds: int


class FaultRules(TypedDict):
    """All faults that are on."""

    rules: list[FaultRule]


class Settings(TypedDict):
    """How the sandbox behaves where the real thing is undecided."""

    strictness: Literal["real", "strict"]
    tokenLifetimeSeconds: int
    tokenNumbersAs: Literal["string", "number"]
    rateLimits: bool
    callsPerMinute: NotRequired[int | None]
    forceApproveHonoursSpecialAmounts: bool
    repeatedCancel: Literal["refused", "accepted"]
    userinfoWithSubscriptionKey: Literal["accepted", "refused"]
    longestChargeDescription: Literal[45, 100]
    chargeLeadDays: Literal[1, 2]
    chargeProcessingSeconds: int
    orderManagementInTest: bool
    loginScopesOutOfPlan: Literal["dropped", "invalid_scope"]
    loginTokenLifetimeSeconds: Literal[600, 3599]
    loginFailsWith: NotRequired[LoginFailure | None]
    customerHasAddress: bool
    qrBaseUrl: NotRequired[str | None]
    norwegianPayoutReference: Literal["Utb.", "Vipps utbet.", "empty"]
    reportPageSize: int
    donationsPageSize: int
    zone: str
    unknownPhoneNumbers: list[str]


class Switches(TypedDict):
    """What one sales unit may do."""

    market: Literal["NO", "DK", "FI"]
    paymentAllowed: bool
    pushMessageAllowed: bool
    longLivingPaymentAllowed: bool
    expressAllowed: bool
    partialCaptureAllowed: bool
    lateCaptureAllowed: bool
    cardPaymentAllowed: bool
    nationalIdentityNumberAllowed: bool
    refundAllowed: bool
    bankAccountVerified: bool
    recurringAllowed: bool
    unscheduledChargesAllowed: bool
    captureType: Literal["ReserveCapture", "DirectCapture", "NotApplicable"]
    skipLandingPageAllowed: bool
    loginAllowed: bool
    loginRedirectUris: list[str]
    loginTokenEndpointAuthMethod: Literal["client_secret_basic", "client_secret_post"]
    loginScopes: list[str]
    donationsAllowed: bool
    active: bool
    landingPagePhoneNumberLocked: bool
    creditCardPaymentAllowed: bool
    feeBasisPoints: int
    settlement: Literal["net", "gross"]
    payoutFrequency: Literal["daily", "weekly", "monthly"]
    accountingPartnerHasAccess: bool


class SalesUnitName(TypedDict):
    """A sales unit as the overview lists it."""

    merchantSerialNumber: str
    name: str


class SalesUnit(SalesUnitName):
    """A sales unit and its switches."""

    switches: Switches


class Overview(TypedDict):
    """What is in the world.

    ``counts`` has a number for each kind of record, by its name.
    """

    baseUrl: str
    seed: int
    clock: ClockState
    counts: dict[str, int]
    faults: list[FaultRule]
    settings: Settings
    salesUnits: list[SalesUnitName]
    simulated: list[str]
    notSimulated: list[str]


class Choice(TypedDict):
    """Something the customer may choose before they approve."""

    id: str
    label: str
    chosen: bool


class WaitingRequest(TypedDict):
    """Something the customer can decide now.

    ``price`` is money in words, such as ``499.00 NOK``.
    """

    request: int
    kind: str
    selector: Literal["reference", "agreementId", "authReqId"] | None
    value: str | None
    msn: str
    merchant: str
    price: str | None
    text: str
    details: list[str]
    choices: list[Choice]
    legend: str
    since: str
    expires: str | None


class Decision(TypedDict, total=False):
    """What a decision of the customer came to.

    Which request it was, how that stands now, and why, if it failed.

    ``testAmount`` is there where the amount is one that is documented to end like this. One of ``reference``,
    ``agreementId``, ``authReqId`` and ``productOrderId`` is there where the request has a name.
    """

    reference: str
    agreementId: str
    authReqId: str
    productOrderId: str
    msn: str
    state: str
    status: str
    sessionState: str
    approved: bool
    aborted: bool
    withdrawn: bool
    reason: str
    testAmount: str


class Ignored(ClockState):
    """How a request ended that was ignored, and what time it is by then."""

    msn: str
    outcome: str | None


class Card(TypedDict):
    """The customer's card, and how recurring charges fail while it does not work."""

    working: bool
    reason: NotRequired[Literal["user_action_required", "non_technical_error", "technical_error"]]


class ChangedAgreement(TypedDict):
    """A recurring agreement after the customer's change.

    ``maxAmount`` is in minor units.
    """

    agreementId: str
    msn: str
    status: str
    maxAmount: NotRequired[int]


class CheckedIn(TypedDict):
    """What a merchant is told when a customer has scanned its code."""

    customerToken: str
    merchantQrId: str
    msn: str
    initiatedAt: str


class Scan(TypedDict, total=False):
    """What a code was good for.

    ``redirectUrl``, ``checkedIn``, or what a one-time code asks for.
    """

    kind: Literal["merchant-redirect", "merchant-callback", "one-time"]
    msn: str
    redirectUrl: str
    locationDescription: str
    checkedIn: CheckedIn
    merchant: str
    price: str | None
    text: str
    open: bool


class PersonalQr(TypedDict):
    """The QR code of the customer's own app; ``qrCode`` is what a till reads."""

    qrCode: str
    qrImageUrl: str
    version: Literal["1.0", "2.0"]
    shownAt: str


class LoggedRequest(TypedDict):
    """One request to an imitated API and its answer, secrets masked.

    ``ms`` are milliseconds.
    """

    number: int
    time: str
    ms: float
    dropped: NotRequired[str]
    tolerated: NotRequired[list[str]]
    by: NotRequired[str]
    method: str
    path: str
    query: Any
    status: int | None
    headers: dict[str, str]
    body: Any
    response: Any
    cut: NotRequired[list[str]]


class LoggedDelivery(TypedDict):
    """One request to a merchant's server and what came of it, secrets masked."""

    time: str
    about: str
    attempt: int
    method: str
    url: str
    headers: dict[str, str]
    body: Any
    cut: NotRequired[list[str]]
    outcome: Literal["in the air", "not sent", "accepted", "failed"]
    status: int | None
    reason: str | None
    nextAttempt: str | None


class Identifier(TypedDict):
    """An id and its scheme, such as ``business:NO:ORG``."""

    scheme: str
    id: str


class SalesUnitOfOrder(TypedDict):
    """The sales unit that a product order has made."""

    msn: str
    name: str


class ProductOrder(TypedDict):
    """A prefilled product order."""

    productOrderId: str
    productType: str
    status: str
    businessIdentifier: Identifier
    productOrderUrl: str
    salesUnit: NotRequired[SalesUnitOfOrder]


class Gift(TypedDict):
    """A gift.

    ``agreementId`` names one that comes every month, ``pspReference`` one that came once.
    """

    recipientHandle: str
    agreementId: NotRequired[str]
    pspReference: NotRequired[str]


class ChangedGift(TypedDict):
    """A monthly gift after the donor's change. ``value`` is in minor units."""

    agreementId: str
    value: int
    withdrawalDay: int


class StoppedGift(TypedDict):
    """A monthly gift that has ended."""

    agreementId: str
    stopped: bool
