"""Recurring's problem ids (Recurring API, Problems)."""

from __future__ import annotations

import re
from typing import Any

from vipps_nb.explain import request_faults, wording
from vipps_nb.explain.exchange import Exchange
from vipps_nb.explain.request_faults import Words, money
from vipps_nb.explain.symptom import DOCS, Symptom

PAGE = f"{DOCS}/APIs/recurring-api/recurring-api-problems/"
PATH = r"^/recurring/"


def _id(
    identifier: str, what: str, cause: str, remedy: str, *, certain: bool = True, fit: wording.Fit | None = None
) -> Symptom:
    return Symptom(
        name=f"recurring-{identifier}",
        what=what,
        cause=cause,
        remedy=remedy,
        page=f"{PAGE}#{identifier}",
        path=PATH,
        codes=frozenset({identifier}),
        certain=certain,
        fit=fit,
    )


def _no_charges(exchange: Exchange) -> bool:
    return exchange.method == "GET" and exchange.answer == []


def _sent(exchange: Exchange) -> dict[str, Any]:
    return exchange.sent if isinstance(exchange.sent, dict) else {}


def _validation(exchange: Exchange) -> Words:
    found = request_faults.advice(exchange)
    if found:
        return {**found, "remedy": f"{found['remedy']} A refusal stays with its key: take a new idempotency key too."}
    if exchange.method == "GET":
        return {"remedy": "Correct what the server names; it stands in the path or the query."}
    return {}


def _agreement_id(exchange: Exchange) -> Words:
    if unfilled := request_faults.placeholder(exchange):
        return {"cause": f"{unfilled} in the path was never filled in.", "remedy": "Put the agreementId there."}
    found = re.search(r"/agreements/([^/]+)", exchange.path)
    if found is not None and re.fullmatch(r"agr_[A-Za-z0-9]+", found[1]):
        return {
            "cause": "The id in the path looks like one, so it was cut off or mistyped.",
            "certain": False,
        }
    return {}


def _not_authorized(exchange: Exchange) -> Words:
    if not exchange.by_session:
        return {
            "cause": "The token, the subscription key or the MSN is missing, or belongs to somebody else.",
            "remedy": "Compare all three; `vipps` sends those of one login.",
        }
    return {}


def _key(exchange: Exchange) -> Words:
    return wording.key(exchange, 40)


def _too_high(exchange: Exchange) -> Words:
    amount = _sent(exchange).get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int):
        found = request_faults.missing_field(exchange, "amount", before={}) or request_faults.advice(exchange, "amount")
        return {"what": "The amount of the charge will not do.", **found} if found else {}
    return {
        "cause": f"{amount} is {money(amount)}. With LEGACY pricing a charge may be five times the agreement's "
        "amount per interval; with VARIABLE the customer's maximum, or the suggested one if higher; and each currency "
        "has a limit.",
        "remedy": "Read the agreement's pricing, then charge less, or change the price first.",
    }


def _feature(exchange: Exchange) -> Words:
    sent = _sent(exchange)
    causes = []
    if str(sent.get("type", "")).upper() == "UNSCHEDULED":
        causes.append("an unscheduled charge without an approval")
    if sent.get("scope"):
        causes.append("a scope without an approval")
    pricing = sent.get("pricing")
    if sent.get("campaign") and isinstance(pricing, dict) and pricing.get("type", "LEGACY") != "LEGACY":
        causes.append("a campaign with another pricing than LEGACY")
    if causes or exchange.kind != "json":
        return {"cause": f"{' or '.join(causes)[:1].upper()}{' or '.join(causes)[1:]}."} if causes else {}
    return {
        "cause": "The request asks for neither an unscheduled charge nor a scope, so it is the agreement's own kind, "
        "or what this sales unit may do.",
        "remedy": "Read the detail, and the agreement.",
    }


def _update(exchange: Exchange) -> Words:
    sent = _sent(exchange)
    if not sent:
        return request_faults.advice(exchange)
    if str(sent.get("status", "")).upper() == "STOPPED" and len(sent) > 1:
        others = ", ".join(f"`{name}`" for name in list(sent)[:4] if name != "status")
        return {
            "cause": f"Stopping comes alone, and {others} came with it.",
            "remedy": 'Send {"status": "STOPPED"} alone.',
        }
    if "pricing" in sent and isinstance(sent["pricing"], dict) and "type" in sent["pricing"]:
        return {
            "cause": "The pricing type of an agreement is fixed, and a stopped agreement stays stopped.",
            "remedy": "Leave pricing.type out, or send it as it was; only an agreement that is ACTIVE can be changed.",
            "certain": False,
        }
    if "status" in sent:
        return {
            "cause": "An agreement goes from ACTIVE to STOPPED and nowhere else.",
            "remedy": "Read its status first; a new agreement is a new draft.",
            "certain": False,
        }
    return {
        "cause": "The agreement is not ACTIVE: a stopped agreement stays stopped.",
        "remedy": "Read its status first; a new agreement is a new draft.",
        "certain": False,
    }


def _suggested(exchange: Exchange) -> Words:
    if missing := wording.field("suggestedMaxAmount")(exchange):
        return missing
    kind = next((str(each) for each in exchange.values("type")), "")
    if kind and kind.upper() != "VARIABLE":
        return {
            "cause": f"It belongs to VARIABLE pricing, and this is {wording.word(kind)}.",
            "remedy": "Leave it out.",
        }
    value = next(exchange.values("suggestedMaxAmount"), None)
    named = next((str(each) for each in exchange.values("currency")), "")
    if isinstance(value, int) and not isinstance(value, bool):
        return {
            "cause": f"{value} is {money(value, wording.word(named))}. The limits are NOK 20,000.00, DKK 300,000.00 "
            "and EUR 2,000.00.",
            "remedy": "Lower it; amounts are in minor units.",
        }
    return {}


def _creation(exchange: Exchange) -> Words:
    if exchange.kind != "unread" and not any(exchange.values("orderId", "externalId")):
        return {
            "cause": "The agreement is not ACTIVE.",
            "remedy": "Look at the agreement's status; the customer has to accept first.",
        }
    return {}


def _capture(exchange: Exchange) -> Words:
    amount, seen = _sent(exchange).get("amount"), exchange.seen
    if exchange.kind == "json" and (isinstance(amount, bool) or not isinstance(amount, int)):
        return request_faults.missing_field(exchange, "amount", before={}) or request_faults.advice(exchange, "amount")
    if seen is None or not isinstance(amount, int):
        return {}
    if amount > seen.capturable:
        return wording.left("capture")(exchange)
    return {
        "cause": "Only a RESERVED charge has something to take: one with RESERVE_CAPTURE, after its day.",
        "remedy": f"Read the charge's status; {money(seen.capturable, seen.currency)} of it was left when last seen.",
    }


def _header(exchange: Exchange) -> Words:
    if exchange.method != "GET" and not exchange.has_key and not exchange.by_session:
        return {
            "cause": f"The request has no {exchange.key_header}, and the server's words name what is missing.",
            "remedy": "Send it: a new UUID for each operation. `vipps` does by itself.",
            "certain": False,
        }
    return {}


def _not_found(exchange: Exchange) -> Words:
    if unfilled := request_faults.placeholder(exchange):
        return {"cause": f"{unfilled} in the path was never filled in.", "remedy": "Put the id there."}
    name = wording.thing(exchange)
    if not name:
        return {
            "what": "What the request names is not there.",
            "cause": "An id in its body or query is a typo, or of another sales unit or environment.",
        }
    return {"what": f"There is no {name} for these keys."}


def _failed(exchange: Exchange) -> Words:
    """A refund that did not go through: of too much, if that was seen."""
    seen, amount = exchange.seen, _sent(exchange).get("amount")
    refundable = seen.refundable if seen is not None and wording.modification(exchange) == "refund" else None
    if refundable is not None and isinstance(amount, int) and amount > refundable:
        return wording.left("refund")(exchange)
    return {}


def _conflict(exchange: Exchange) -> Words:
    if exchange.kind == "unread":
        return {}
    named = [name for name in ("orderId", "externalId") if any(exchange.values(name))]
    if named:
        return {"cause": f"The {' or the '.join(named)} is taken, or two operations met."}
    return {"cause": "Two operations met, or it was done before.", "remedy": "Look at what happened first."}


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
        fit=_validation,
    ),
    _id(
        "invalid-agreement-id",
        "This is no agreement's id.",
        "Agreement ids look like agr_ and some letters and digits.",
        "Copy the agreementId from the draft's answer.",
        fit=_agreement_id,
    ),
    _id(
        "invalid-json",
        "The body is not JSON.",
        "A bracket or a quote is missing.",
        "Use json=… and let it be written.",
        certain=False,
        fit=wording.not_json,
    ),
    _id(
        "unsupported-media-type",
        "The body's type is not accepted.",
        "Content-Type must be application/json.",
        "Use json=… instead of data=….",
        fit=wording.media_type,
    ),
    _id(
        "not-authorized",
        "These keys do not open this.",
        "The token, the subscription key or the MSN belongs to somebody else.",
        "Run %vipps_login --refresh and compare the MSN.",
        certain=False,
        fit=_not_authorized,
    ),
    _id(
        "idempotency-key-header",
        "The Idempotency-Key will not do.",
        "Every write needs one: 1 to 40 characters, none of # ? / \\.",
        "Leave it out and `vipps` sends a UUID.",
        fit=_key,
    ),
    _id(
        "charge-amount-too-high",
        "The charge is higher than the agreement allows.",
        "With LEGACY pricing at most five times the amount per interval; with VARIABLE the customer's own maximum, or "
        "the suggested one if that is higher; and there is a limit for each currency.",
        "Charge less, or change the agreement's price first.",
        fit=_too_high,
    ),
    _id(
        "charge-due-too-soon",
        "The charge is due too soon.",
        "The customer must have a day's notice.",
        "Let it be due tomorrow or later.",
        fit=wording.field("due"),
    ),
    _id(
        "charge-due-in-too-long",
        "The charge is due too late.",
        "At most two years ahead.",
        "Create it nearer the day.",
        fit=wording.field("due"),
    ),
    _id(
        "unsupported-feature",
        "This does not work for this agreement or sales unit.",
        "An unscheduled charge or a scope without an approval, or a campaign with another pricing than LEGACY.",
        "Read the detail; ask for the feature, or leave it out.",
        certain=False,
        fit=_feature,
    ),
    _id(
        "illegal-agreement-update",
        "The agreement cannot be changed like this.",
        "The pricing type is fixed, a stopped agreement stays stopped, and stopping comes alone: no other field beside "
        "status.",
        "Send one change at a time, and only to an agreement that is ACTIVE.",
        fit=_update,
    ),
    _id(
        "invalid-suggested-max-amount",
        "suggestedMaxAmount will not do.",
        "It belongs to VARIABLE pricing and has a limit for each currency.",
        "Lower it, or use another pricing.",
        fit=_suggested,
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
        fit=_creation,
    ),
    _id(
        "charge-capture-failed",
        "The charge could not be captured.",
        "Only a RESERVED charge has something to take, and no more than what is left of it.",
        "Read the charge's summary and capture at most the rest.",
        fit=_capture,
    ),
    _id(
        "missing-request-header",
        "A header is missing.",
        "The server's words name it.",
        "Send it; `vipps` sends those of the guide by itself.",
        fit=_header,
    ),
    _id(
        "resource-not-found",
        "There is no such agreement or charge.",
        "A typo, or keys of another sales unit or environment.",
        "Check the id, then the MSN on the token's card.",
        certain=False,
        fit=_not_found,
    ),
    _id(
        "operation-failed",
        "The operation did not go through.",
        "The state of the agreement or the charge does not allow it; the server's words say more.",
        "Look at its status and history.",
        certain=False,
        fit=_failed,
    ),
    _id(
        "conflict",
        "This collides with what is there.",
        "An orderId or externalId is taken, or two operations met.",
        "Take a new one, or look at what happened first.",
        certain=False,
        fit=_conflict,
    ),
    _id(
        "idempotency-conflict",
        "This idempotency key was used before, for another request.",
        "A key belongs to one operation with one body.",
        "Take a new key for a new operation.",
    ),
)
