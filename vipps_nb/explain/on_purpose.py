"""A refusal that was asked for.

The amount is one of the test environment's special ones.
"""

from __future__ import annotations

from dataclasses import replace

from vipps_nb.apis.test_amounts import UNKNOWN_OUTCOME, named
from vipps_nb.explain import wording
from vipps_nb.explain.exchange import Exchange
from vipps_nb.explain.symptom import Symptom

# What a payment whose approval has failed, or a charge that has, refuses afterwards.
_AFTER_AN_APPROVAL = frozenset(
    {"capture-before-approval", "cancel-unreserved", "refund-before-reservation", "still-processing", "wrong-state"}
    | {"approve-failed", "capture-failed", "funds-unavailable"}
)
_AT_A_REFUND = frozenset({"wrong-state", "refund-period-over"})


def on_purpose(symptom: Symptom, exchange: Exchange) -> Symptom:
    """The explanation, with the test amount that this is about.

    As it is where there is none. In production these amounts are amounts like any other.
    """
    if exchange.environment == "production":
        return symptom
    if symptom.name in _AT_A_REFUND and wording.modification(exchange) == "refund":
        met = next((words for value in exchange.amounts() if (words := named(value, refund=True))), "")
        if met:
            return replace(
                symptom,
                cause=f"{met}, and its refund is refused on purpose.",
                remedy="Nothing is wrong with the request: refund another amount to see it go well.",
                certain=True,
            )
    seen = exchange.seen
    met = named(seen.amount) if seen is not None and not seen.captured else ""
    if not met or symptom.name not in _AFTER_AN_APPROVAL:
        return symptom
    if seen is not None and seen.amount == UNKNOWN_OUTCOME:
        return replace(
            symptom,
            cause=f"{met}. {symptom.cause}",
            remedy="Wait an hour (in the sandbox: vipps.sandbox.advance(3600)).",
        )
    return replace(
        symptom,
        cause=f"{met}, so the customer's approval of it fails on purpose.",
        remedy="Nothing is wrong with the request: make a payment over another amount to see it go well.",
    )
