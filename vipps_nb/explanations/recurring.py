"""Recurring's problem ids (Recurring API, Problems)."""

from __future__ import annotations

from vipps_nb.explanations.exchange import Exchange
from vipps_nb.explanations.symptom import DOCS, Symptom

PAGE = f"{DOCS}/APIs/recurring-api/recurring-api-problems/"
PATH = r"^/recurring/"


def _id(identifier: str, what: str, cause: str, remedy: str, *, certain: bool = True) -> Symptom:
    return Symptom(
        name=f"recurring-{identifier}",
        what=what,
        cause=cause,
        remedy=remedy,
        page=f"{PAGE}#{identifier}",
        path=PATH,
        codes=frozenset({identifier}),
        certain=certain,
    )


def _no_charges(exchange: Exchange) -> bool:
    return exchange.method == "GET" and exchange.answer == []


SYMPTOMS = (
    Symptom(
        name="charge-never-taken",
        what="There are no charges.",
        cause="The platform never makes charges by itself, whatever the agreement's interval says.",
        remedy="Create each charge yourself, at least a day before it is due: POST …/charges.",
        page=f"{DOCS}/APIs/recurring-api/recurring-api-guide/",
        path=r"^/recurring/v3/agreements/[^/]+/charges$",
        statuses=frozenset({200}),
        when=_no_charges,
    ),
    Symptom(
        name="recurring-not-active",
        what="This sales unit may not use Recurring.",
        cause="The product is not switched on for it.",
        remedy="Order Recurring for the sales unit in the portal.",
        page=f"{PAGE}#invalid-sale-unit",
        path=PATH,
        words=r"merchant\.not\.allowed\.for\.recurring\.operation|invalid-sale-unit",
    ),
    _id(
        "validation-error",
        "Fields of the request break a rule.",
        "The server names them.",
        "Correct the fields that the server names, and take a new idempotency key.",
    ),
    _id(
        "invalid-agreement-id",
        "This is no agreement's id.",
        "Agreement ids look like agr_ and some letters and digits.",
        "Copy the agreementId from the draft's answer.",
    ),
    _id(
        "invalid-json",
        "The body is not JSON.",
        "A bracket or a quote is missing.",
        "Use json=… and let it be written.",
        certain=False,
    ),
    _id(
        "unsupported-media-type",
        "The body's type is not accepted.",
        "Content-Type must be application/json.",
        "Use json=… instead of data=….",
    ),
    _id(
        "not-authorized",
        "These keys do not open this.",
        "The token, the subscription key or the MSN belongs to somebody else.",
        "Run %vipps_login --refresh and compare the MSN.",
        certain=False,
    ),
    _id(
        "idempotency-key-header",
        "The Idempotency-Key will not do.",
        "Every write needs one: 1 to 40 characters, none of # ? / \\.",
        "Leave it out and `vipps` sends a UUID.",
    ),
    _id(
        "charge-amount-too-high",
        "The charge is higher than the agreement allows.",
        "With LEGACY pricing at most five times the amount per interval; with VARIABLE the customer's own maximum, or "
        "the suggested one if that is higher; and there is a limit for each currency.",
        "Charge less, or change the agreement's price first.",
    ),
    _id(
        "charge-due-too-soon",
        "The charge is due too soon.",
        "The customer must have a day's notice.",
        "Let it be due tomorrow or later.",
    ),
    _id(
        "charge-due-in-too-long", "The charge is due too late.", "At most two years ahead.", "Create it nearer the day."
    ),
    _id(
        "unsupported-feature",
        "This does not work for this agreement or sales unit.",
        "An unscheduled charge or a scope without an approval, or a campaign with another pricing than LEGACY.",
        "Read the detail; ask for the feature, or leave it out.",
        certain=False,
    ),
    _id(
        "illegal-agreement-update",
        "The agreement cannot be changed like this.",
        "The pricing type is fixed, a stopped agreement stays stopped, and stopping comes alone: no other field beside "
        "status.",
        "Send one change at a time, and only to an agreement that is ACTIVE.",
    ),
    _id(
        "invalid-suggested-max-amount",
        "suggestedMaxAmount will not do.",
        "It belongs to VARIABLE pricing and has a limit for each currency.",
        "Lower it, or use another pricing.",
    ),
    _id(
        "cancel-charge-failed",
        "The charge cannot be cancelled.",
        "It is taken, or has ended already.",
        "Refund what was taken; a charge that has ended needs nothing.",
        certain=False,
    ),
    _id(
        "charge-creation-failed",
        "The charge could not be created.",
        "The agreement is not ACTIVE, or the order ID is taken.",
        "Look at the agreement's status, and take a new orderId.",
        certain=False,
    ),
    _id(
        "charge-capture-failed",
        "The charge could not be captured.",
        "Only a RESERVED charge has something to take, and no more than what is left of it.",
        "Read the charge's summary and capture at most the rest.",
    ),
    _id(
        "missing-request-header",
        "A header is missing.",
        "The server's words name it.",
        "Send it; `vipps` sends those of the guide by itself.",
    ),
    _id(
        "resource-not-found",
        "There is no such agreement or charge.",
        "A typo, or keys of another sales unit or environment.",
        "Check the id, then the MSN on the token's card.",
        certain=False,
    ),
    _id(
        "operation-failed",
        "The operation did not go through.",
        "The state of the agreement or the charge does not allow it; the server's words say more.",
        "Look at its status and history.",
        certain=False,
    ),
    _id(
        "conflict",
        "This collides with what is there.",
        "An orderId or externalId is taken, or two operations met.",
        "Take a new one, or look at what happened first.",
        certain=False,
    ),
    _id(
        "idempotency-conflict",
        "This idempotency key was used before, for another request.",
        "A key belongs to one operation with one body.",
        "Take a new key for a new operation.",
    ),
)
