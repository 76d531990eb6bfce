"""What a refusal means, and what to do about it.

The words that a support engineer would say. Data, held by tests that provoke each row in the sandbox. What nobody knows
is not guessed at: then there is no explanation, and the server's own words stand alone.
"""

from __future__ import annotations

import requests

from vipps_nb.explain import common, epayment, others, recurring
from vipps_nb.explain.exchange import Exchange
from vipps_nb.explain.on_purpose import on_purpose
from vipps_nb.explain.symptom import Symptom

__all__ = ["SYMPTOMS", "Exchange", "Symptom", "explain"]

SYMPTOMS: tuple[Symptom, ...] = (*common.SYMPTOMS, *epayment.SYMPTOMS, *recurring.SYMPTOMS, *others.SYMPTOMS)


def explain(answer: requests.Response | Exchange) -> Symptom | None:
    """The explanation that fits an answer best, in words that fit its request.

    None where there is nothing to say.

    Args:
        answer: A response of any session, or an exchange read from one.
    """
    exchange = answer if isinstance(answer, Exchange) else Exchange.of(answer)
    fitting = [symptom for symptom in SYMPTOMS if symptom.fits(exchange)]
    best = max(fitting, key=lambda symptom: symptom.sharpness, default=None)
    return on_purpose(best.fitted(exchange), exchange) if best is not None else None
