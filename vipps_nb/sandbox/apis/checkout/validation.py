"""The terms of a session: what the types cannot say.

Source: Checkout API guide, and the official document's prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from vipps_nb.sandbox.apis.checkout.errors import NotAllowed
from vipps_nb.sandbox.apis.checkout.schemas import (
    Amount,
    CheckoutConfig,
    EventCampaign,
    Logistics,
    LogisticsOption,
    MerchantInfo,
    PaymentOrder,
    PaymentTransaction,
    PeriodCampaign,
    PriceCampaign,
    SessionOrder,
    SessionUpdate,
    Subscription,
    SubscriptionOrder,
)
from vipps_nb.sandbox.apis.epayment.validation import RECEIVER_URL
from vipps_nb.sandbox.apis.epayment.validation import URL as SHOP_URL
from vipps_nb.sandbox.apis.recurring.models import MOST
from vipps_nb.sandbox.server.field_errors import FieldError
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.server.urls import PAGE, is_for_this_machine_alone, is_readable
from vipps_nb.sandbox.world.settings import Switches

LEAST = 1  # minor unit, in every currency (Checkout API, Quick start)
REFERENCE = re.compile(r"[a-zA-Z0-9-]{8,64}")
WEB_URL = re.compile(r"https://[^\s/?#]+\S*", re.I)
A_MOMENT = "Must be a moment, such as 2030-12-31T00:00:00Z."
COUNTRY = re.compile(r"[A-Z]{2}")
Violation = tuple[str, str]  # a field, and what is wrong with it


def moment(text: str) -> datetime | None:
    """When a campaign ends; the document calls it text and says no more.

    None if it is no moment.
    """
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def explain(errors: Sequence[FieldError]) -> Refusal:
    """The refusal for fields that break a rule, by their names in the body."""
    return InvalidRequest(fields=[(error.path, error.reason) for error in errors])


def check(order: SessionOrder, switches: Switches) -> None:
    """Hold a new session against the terms.

    Raises:
        Refusal: With every term it breaks.
    """
    if not switches.payment_allowed:
        raise NotAllowed("This sales unit may not take payments.")
    if isinstance(order, SubscriptionOrder) and not switches.recurring_allowed:
        raise NotAllowed("This sales unit may not make agreements.")
    _refuse([*_reference(order), *_amounts(order, switches), *_merchant(order.merchant_info), *_configuration(order)])


def check_update(update: SessionUpdate, reference: str, order: SessionOrder, switches: Switches) -> None:
    """Hold a change to a session against the terms.

    Raises:
        Refusal: With every term it breaks.
    """
    wrong: list[Violation] = []
    if update.transaction is not None:
        wrong += _transaction(update.transaction, switches)
        if update.transaction.reference not in (None, reference):
            wrong.append(("transaction.reference", "A session keeps its reference."))
    if update.logistic_options is not None:
        if not isinstance(order, PaymentOrder):
            wrong.append(("logisticOptions", "Only a session of the type PAYMENT has something to deliver."))
        wrong += _options(update.logistic_options, "logisticOptions", switches)
    _refuse(wrong)


def reference_of(order: SessionOrder) -> str:
    """The reference, at the top or in its old place."""
    old = order.transaction.reference if order.transaction else None
    return order.reference or old or ""


def _refuse(wrong: list[Violation]) -> None:
    if wrong:
        raise InvalidRequest(fields=wrong)


def _reference(order: SessionOrder) -> Iterator[Violation]:
    old = order.transaction.reference if order.transaction else None
    if order.reference and old and order.reference != old:
        yield "transaction.reference", "Must be the same as reference; better leave it out."
    if not REFERENCE.fullmatch(reference_of(order)):
        yield "reference", "Required: 8 to 64 letters, digits and hyphens."


def _amounts(order: SessionOrder, switches: Switches) -> Iterator[Violation]:
    if order.transaction is not None:
        yield from _transaction(order.transaction, switches)
    if isinstance(order, SubscriptionOrder):
        yield from _subscription(order.subscription, switches)
    elif order.logistics is not None:
        yield from _logistics(order.logistics, order.configuration, switches)


def _amount(amount: Amount, name: str, switches: Switches, least: int = 0) -> Iterator[Violation]:
    if amount.currency != switches.currency:
        yield f"{name}.currency", f"This sales unit takes {switches.currency}."
    if amount.value < least:
        yield f"{name}.value", f"Must be at least {least}, in minor units."


def _transaction(transaction: PaymentTransaction, switches: Switches) -> Iterator[Violation]:
    yield from _amount(transaction.amount, "transaction.amount", switches, LEAST)
    summary = transaction.order_summary
    if summary is not None and summary.order_bottom_line.currency != transaction.amount.currency:
        yield "transaction.orderSummary.orderBottomLine.currency", "Must be that of the amount."


def _subscription(subscription: Subscription, switches: Switches) -> Iterator[Violation]:
    yield from _amount(subscription.amount, "subscription.amount", switches, LEAST)
    yield from _url("subscription.merchantAgreementUrl", subscription.merchant_agreement_url, WEB_URL)
    most = MOST[switches.currency]
    if subscription.amount.value > most:
        yield "subscription.amount.value", f"An agreement cannot have more than {most}, in minor units."
    if subscription.campaign is not None:
        yield from _campaign(subscription.campaign, most)


def _campaign(campaign: EventCampaign | PeriodCampaign | PriceCampaign, most: int) -> Iterator[Violation]:
    if campaign.price > most:
        yield "subscription.campaign.price", f"An agreement cannot have more than {most}, in minor units."
    if isinstance(campaign, PriceCampaign) and moment(campaign.end) is None:
        yield "subscription.campaign.end", A_MOMENT
    if isinstance(campaign, EventCampaign) and moment(campaign.event_date) is None:
        yield "subscription.campaign.eventDate", A_MOMENT


def _logistics(logistics: Logistics, config: CheckoutConfig | None, switches: Switches) -> Iterator[Violation]:
    callback = logistics.dynamic_options_callback
    if callback is not None:
        yield from _url("logistics.dynamicOptionsCallback", callback, RECEIVER_URL)
    # Version 2 says "addressFields": they are there with the element Full, which is also the default.
    if config is not None and config.elements not in (None, "Full"):
        for name, value in (("dynamicOptionsCallback", callback), ("integrations", logistics.integrations)):
            if value is not None:
                yield f"logistics.{name}", f"Needs the customer's address, so not with {config.elements}."
    yield from _options(logistics.fixed_options or [], "logistics.fixedOptions", switches)


def _options(options: Sequence[LogisticsOption], name: str, switches: Switches) -> Iterator[Violation]:
    for number, option in enumerate(options):
        yield from _amount(option.amount, f"{name}.{number}.amount", switches)
        if option.id in {other.id for other in options[:number]}:
            yield f"{name}.{number}.id", "Another option has this id."


def _merchant(merchant: MerchantInfo) -> Iterator[Violation]:
    yield from _url("merchantInfo.callbackUrl", merchant.callback_url, RECEIVER_URL)
    yield from _url("merchantInfo.returnUrl", merchant.return_url, SHOP_URL)
    if is_for_this_machine_alone(merchant.return_url):
        yield "merchantInfo.returnUrl", PAGE
    if merchant.terms_and_conditions_url is not None:
        yield from _url("merchantInfo.termsAndConditionsUrl", merchant.terms_and_conditions_url, WEB_URL)


def _configuration(order: SessionOrder) -> Iterator[Violation]:
    config = order.configuration
    if config is None:
        return
    if config.countries is not None:
        yield from _countries(config.countries.supported)
    for number, method in enumerate(config.external_payment_methods or []):
        yield from _url(f"configuration.externalPaymentMethods.{number}.redirectUrl", method.redirect_url, WEB_URL)


def _countries(supported: Iterable[str]) -> Iterator[Violation]:
    for number, country in enumerate(supported):
        if not COUNTRY.fullmatch(country):
            yield f"configuration.countries.supported.{number}", "Must be two capital letters, such as NO."


def _url(name: str, url: str, allowed: re.Pattern[str]) -> Iterator[Violation]:
    if not (allowed.fullmatch(url) and is_readable(url)):
        yield name, "Must be a complete https:// address."
