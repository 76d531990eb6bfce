"""How the sandbox behaves where the real thing is undecided.

How the sandbox behaves where the real thing is undecided, and what a sales unit may do.
"""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from vipps_nb.sandbox.server.json_model import JsonModel

LoginFailure = Literal["server_error", "outdated_app_version", "wrong_challenge", "unknown_reject_reason"]
LoginScope = Literal["birthDate", "customFlow", "delegatedConsents", "gender", "paymentSourceReferences"]
USUAL_LOGIN_SCOPES: tuple[LoginScope, ...] = ("birthDate", "customFlow", "delegatedConsents")


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last for names of folders
        raise ValueError("it is no time zone; expected a name such as Europe/Oslo or UTC") from None


class Settings(JsonModel):
    """Behaviour of the whole sandbox."""

    strictness: Literal["real", "strict"] = "real"
    """Whether what published clients send, and no document has, is taken and noted, or refused."""
    token_lifetime_seconds: Annotated[int, Field(ge=1, le=86_400)] = 3600
    token_numbers_as: Literal["string", "number"] = "string"  # noqa: S105 - no password, a kind of JSON value
    """The official document types the numbers of a token answer as strings; clients have reported numbers."""
    rate_limits: bool = False
    calls_per_minute: Annotated[int | None, Field(ge=1, le=100_000)] = None
    """How many calls each sales unit has in a minute of real time, so that one notebook's loop leaves room for the
    others of a class; beyond it is 429. None for no such limit."""
    force_approve_honours_special_amounts: bool = False
    """The 2023 text says they are not honoured; newer text does not repeat it."""
    repeated_cancel: Literal["refused", "accepted"] = "refused"
    """Cancelling a payment once more after a success: reported as refused with 6190, not documented."""
    userinfo_with_subscription_key: Literal["accepted", "refused"] = "accepted"
    """On ``/userinfo/{sub}``: the official document has the header, other official texts say that it gives 401."""
    longest_charge_description: Literal[45, 100] = 100
    """The official document of Recurring says 100 characters, text of 2026 says 45."""
    charge_lead_days: Literal[1, 2] = 1
    """How many days ahead a charge must be due: 1 since October 2025, 2 in older text."""
    charge_processing_seconds: Annotated[int, Field(ge=0, le=7200)] = 0
    """How long a charge is seen PROCESSING; with the real thing it "typically takes around one hour"."""
    order_management_in_test: bool = False
    """Older documents list a test environment, text of 2026 says there is none."""
    login_scopes_out_of_plan: Literal["dropped", "invalid_scope"] = "dropped"
    """Scopes without an approval: dropped silently (2026), or refused (older questions and answers)."""
    login_token_lifetime_seconds: Literal[600, 3599] = 600
    """How long a person's token opens userinfo: described as 10 minutes, although ``expires_in`` says 3599."""
    login_fails_with: LoginFailure | None = None
    """What goes wrong when the customer approves a login; the codes are those that Login sends back with a browser."""
    customer_has_address: bool = True
    """Without one, Userinfo answers with an address of empty texts."""
    qr_base_url: Annotated[str | None, Field(pattern=r"^https?://[^\s/?#]+$", max_length=200)] = None
    """What the links inside QR codes begin with, if not with the sandbox's own address: that of a tunnel, or any fixed
    one, so that a picture is the same wherever the sandbox runs."""
    norwegian_payout_reference: Literal["Utb.", "Vipps utbet.", "empty"] = "Utb."
    """How the reference of a Norwegian payout begins: official pages disagree, and one says that it is missing."""
    report_page_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Entries in one answer of the Report API; said in its header ``Vipps-Feed-Page-Size``."""
    donations_page_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Payments in one answer of the Donations API, which says that the number may change."""
    zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """The time zone in which the board tells moments, such as ``Europe/Oslo``; what APIs answer is not touched."""
    unknown_phone_numbers: list[str] = Field(default_factory=list)
    """Numbers that belong to no customer; every other number does."""


class Switches(JsonModel):
    """What one sales unit may do.

    Mirrors ``configuration`` in the Management API, plus approvals it does not list.

    The sandbox is a place to try things, so what a test unit may need is on; off are only what the test environment
    does not offer (card payments) and what needs a legal reason (national identity numbers).
    """

    market: Literal["NO", "DK", "FI"] = "NO"
    payment_allowed: bool = True
    push_message_allowed: bool = True
    long_living_payment_allowed: bool = True
    express_allowed: bool = True
    partial_capture_allowed: bool = True
    late_capture_allowed: bool = False
    card_payment_allowed: bool = False
    national_identity_number_allowed: bool = False
    refund_allowed: bool = True
    bank_account_verified: bool = True
    recurring_allowed: bool = True
    unscheduled_charges_allowed: bool = True
    capture_type: Literal["ReserveCapture", "DirectCapture", "NotApplicable"] = "ReserveCapture"
    """Direct capture exists in eCom only; it is decided when the sales unit is ordered."""
    skip_landing_page_allowed: bool = False
    login_allowed: bool = True
    login_redirect_uris: list[str] = Field(default_factory=list)
    """The redirect URIs that the portal would have; while there are none, any that is fit to be one."""
    login_token_endpoint_auth_method: Literal["client_secret_basic", "client_secret_post"] = "client_secret_basic"  # noqa: S105 - no password
    login_scopes: list[LoginScope] = Field(default_factory=lambda: list(USUAL_LOGIN_SCOPES))
    """Scopes beyond the basic plan; ``gender`` is not in test. For ``nin`` there is the switch above."""
    donations_allowed: bool = True
    active: bool = True
    """An inactive sales unit is unknown to the Management API."""
    landing_page_phone_number_locked: bool = False
    credit_card_payment_allowed: bool = True
    """Whether a wallet payment may draw on a credit card; shown by the Management API and nothing else."""
    fee_basis_points: Annotated[int, Field(ge=0, le=10_000)] = 275
    """The fee for a capture, in hundredths of a percent; the sandbox's own tariff."""
    settlement: Literal["net", "gross"] = "net"
    """Whether fees are kept back from payouts, or invoiced at the end of the month."""
    payout_frequency: Literal["daily", "weekly", "monthly"] = "daily"
    accounting_partner_has_access: bool = True
    """Whether the merchant has given the accounting partner access to its ledgers."""

    @property
    def currency(self) -> str:
        """The market's currency, the only one a wallet payment may have."""
        return {"NO": "NOK", "DK": "DKK", "FI": "EUR"}[self.market]
