"""The terms of a new eCom payment: what the types cannot say."""

from __future__ import annotations

import re

from vipps_nb.sandbox.apis.legacy.ecom import errors
from vipps_nb.sandbox.apis.legacy.ecom.models import Payment
from vipps_nb.sandbox.apis.legacy.ecom.schemas import InitiatePaymentCommand, MerchantInfo
from vipps_nb.sandbox.apis.legacy.urls import is_server, is_way_back
from vipps_nb.sandbox.server.leniency import tolerate
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.urls import PAGE
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

SCOPES = frozenset({"name", "address", "email", "phoneNumber", "birthDate", "nin"})
COUNTRY_CODE = re.compile(r"(\+|00)?47(?=\d{8}$)", re.ASCII)
EIGHT_DIGITS = re.compile(r"[1-9]\d{7}", re.ASCII)


def check(order: InitiatePaymentCommand, switches: Switches, world: World) -> None:
    """Hold a new payment against the terms.

    Raises:
        Refusal: The first term it breaks.
    """
    if not switches.payment_allowed:
        raise errors.MerchantNotAvailable("Merchant Not Allowed for Ecommerce Payment")
    if not switches.bank_account_verified:
        raise errors.MerchantNotAvailable("The bank account is not verified.")
    if switches.market != "NO":
        raise errors.MerchantNotAvailable("The eCom API is for Norway only.")
    _check_urls(order.merchant_info)
    _check_scope(order.transaction.scope, switches)
    if order.transaction.skip_landing_page:
        if not switches.skip_landing_page_allowed:
            raise errors.NotAllowed("This sales unit may not skip the landing page.")
        if order.customer_info.mobile_number is None:
            raise InvalidRequest(fields=[("customerInfo.mobileNumber", "Required with skipLandingPage.")])
    _check_express(order.merchant_info, switches)


def mobile_number(text: str | None, world: World) -> str | None:
    """The 8 digits of a phone number.

    Blanks and a Norwegian country code are forgiven.

    Raises:
        UserNotRegistered: It is no such number, or nobody's.
    """
    if text is None or (text == "" and tolerate("customerInfo.mobileNumber", "empty, which counts as absent")):
        return None
    number = COUNTRY_CODE.sub("", text.replace(" ", ""))
    if not EIGHT_DIGITS.fullmatch(number):
        raise errors.UserNotRegistered("A phone number has 8 digits here, the first not 0, without country code.")
    if f"47{number}" in world.settings.unknown_phone_numbers:
        raise errors.UserNotRegistered("No customer has this phone number.")
    return number


def check_msn(sent: str, payment_msn: str) -> None:
    """The MSN stands in the body too, and must be the same."""
    if sent != payment_msn:
        raise errors.MerchantNotAvailable(f"These keys are not for the sales unit {sent}.")


def check_force_approval(payment: Payment, token: str | None) -> None:
    """Whether a payment can be approved without the app."""
    if token is not None and token != payment.token:
        raise InvalidRequest(fields=[("token", "Does not belong to this payment.")])
    if payment.is_express:
        raise errors.NotAllowed("Express checkout cannot be force approved.")


def _check_urls(merchant: MerchantInfo) -> None:
    prefixes = {
        "callbackPrefix": merchant.callback_prefix,
        "consentRemovalPrefix": merchant.consent_removal_prefix,
        "shippingDetailsPrefix": merchant.shipping_details_prefix,
    }
    bad = [
        (f"merchantInfo.{name}", "Must be https:// and a host.")
        for name, url in prefixes.items()
        if url is not None and not is_server(url)
    ]
    # With isApp it is "not validated as a regular URL".
    if not is_way_back(merchant.fall_back) and not (merchant.is_app and merchant.fall_back):
        bad.append(("merchantInfo.fallBack", PAGE))
    if bad:
        raise InvalidRequest(fields=bad)


def _check_scope(scope: str | None, switches: Switches) -> None:
    if scope is None:
        return
    asked = scope.split()
    if not asked or not set(asked) <= SCOPES:
        raise InvalidRequest(fields=[("transaction.scope", f"Must be some of {', '.join(sorted(SCOPES))}.")])
    if "nin" in asked and not switches.national_identity_number_allowed:
        raise InvalidRequest(fields=[("transaction.scope", "The scope nin needs an approval.")])


def _check_express(merchant: MerchantInfo, switches: Switches) -> None:
    if merchant.payment_type == "eComm Regular Payment":
        return
    if not switches.express_allowed:
        raise errors.ExpressNotAllowed("This sales unit has no express checkout.")
    if merchant.consent_removal_prefix is None:
        raise InvalidRequest(fields=[("merchantInfo.consentRemovalPrefix", "Required with express checkout.")])
    if not merchant.static_shipping_details and merchant.shipping_details_prefix is None:
        raise InvalidRequest(fields=[("merchantInfo.shippingDetailsPrefix", "Or staticShippingDetails is required.")])
