"""Express: ways of delivery to choose from, and the question for them.

Source: ePayment API, Express.
"""

from __future__ import annotations

import contextlib
import json
from http import HTTPStatus

from vipps_nb.sandbox.apis.epayment.models import Payment, Payments
from vipps_nb.sandbox.apis.epayment.schemas import DynamicOptions, ShippingAnswer, ShippingGroup, ShippingOption
from vipps_nb.sandbox.customer.customer import KARI
from vipps_nb.sandbox.customer.screen import Choice
from vipps_nb.sandbox.server.merchants_answers import MerchantsAnswer
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.money import money
from vipps_nb.sandbox.world.world import World

NO_DELIVERY = "the shop offers no delivery"
LAST = 2**31  # a priority that nobody has


def options(payment: Payment) -> list[ShippingOption]:
    """The options as the app shows them.

    The default of the default group first, then by priority.
    """
    groups = sorted(_groups(payment), key=lambda group: _rank(group.is_default, group.priority))
    return [
        option
        for group in groups
        for option in sorted(group.options, key=lambda one: _rank(one.is_default, one.priority))
    ]


def choices(payment: Payment) -> list[Choice]:
    """The same, for the customer's phone."""
    chosen = selected(payment)
    return [
        Choice(
            option.id,
            f"{option.name} · {money(option.amount.value, option.amount.currency)}",
            option is chosen,
        )
        for option in options(payment)
    ]


def selected(payment: Payment) -> ShippingOption | None:
    """What the customer chose, or what is chosen for them at first."""
    offered = options(payment)
    return next((option for option in offered if option.id == payment.shipping_choice), next(iter(offered), None))


def obstacle(payment: Payment) -> str | None:
    """Why the customer cannot go on, if so.

    The merchant was asked for options and gave none.
    """
    shipping = payment.order.shipping
    if shipping is not None and shipping.dynamic_options is not None and not options(payment):
        return NO_DELIVERY
    return None


ANSWER: MerchantsAnswer[ShippingAnswer] = MerchantsAnswer(ShippingAnswer)


def ask(world: World, payment: Payment, where: DynamicOptions) -> None:
    """Ask the merchant how the goods can be sent to the customer's address.

    A useless answer is no answer.
    """
    # These names begin with capitals in the official document, all but the first.
    question = {
        "reference": payment.reference,
        "AddressLine1": KARI.address_line_1,
        "City": KARI.city,
        "PostCode": KARI.post_code,
        "Country": KARI.country,
    }
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    if where.callback_authorization_token is not None:
        headers["Authorization"] = where.callback_authorization_token
    world.outbox.post(
        OutgoingRequest(
            url=where.callback_url,
            body=json.dumps(question, ensure_ascii=False).encode(),
            headers=headers,
            on_reply=_answered.of(world, payment.msn, payment.reference),
            about="epayment dynamic shipping",
        )
    )


@deed("epayment.shipping", about=Payments, key=2, more=1)
def _answered(world: World, msn: str, reference: str, reply: Reply) -> None:
    if reply.status != HTTPStatus.OK:
        return
    payment = world.records(Payments).rows[msn, reference]
    with contextlib.suppress(ValueError):
        groups = ANSWER.read(reply.body, world.settings).groups
        if all(option.amount.currency == payment.currency for group in groups for option in group.options):
            payment.dynamic_groups = groups


def _groups(payment: Payment) -> list[ShippingGroup]:
    shipping = payment.order.shipping
    if shipping is None:
        return []
    return payment.dynamic_groups or shipping.fixed_options or []


def _rank(is_default: bool | None, priority: int | None) -> tuple[bool, int]:
    return not is_default, LAST if priority is None else priority
