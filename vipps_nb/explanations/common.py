"""The mistakes that everybody makes once, whichever API: keys, tokens, addresses, limits. One row, one symptom.

Of two that are equally sharp the first is told, so the special ones stand before the general ones.
"""

from __future__ import annotations

import re

from vipps_nb.explanations.exchange import Exchange
from vipps_nb.explanations.symptom import DOCS, Symptom

TEST_HOST, PRODUCTION_HOST = "apitest.vipps.no", "api.vipps.no"
PRODUCTION_ONLY = r"^/(report|settlement|management|donations)/"
MSN = "merchant-serial-number"
_FORCED = r"/(approve|accept)$"
# Where no access token is looked at: it is being fetched, or the keys themselves are sent.
_BY_BEARER = r"^/(?!(accesstoken|miami|access-management-1\.0|vipps-login-ciba|checkout)/)"
# Where the header is looked at: the others find out by themselves which sales units a token may see.
_BY_SALES_UNIT = r"^/(?!(accesstoken|miami|access-management-1\.0|report|settlement|management|donations)/)"
_AMOUNTS = ("value", "amount", "suggestedMaxAmount")
_MSNS = ("merchantSerialNumber", "msn")
_PHONES = ("phoneNumber", "mobileNumber")


def _may_be_about(exchange: Exchange, names: tuple[str, ...]) -> bool:
    """Whether the server names one of these fields, or none at all."""
    fields = exchange.problem.field_errors if exchange.problem is not None else ()
    last = {field.name.rpartition(".")[2].lower() for field in fields}
    return not fields or bool(last & {name.lower() for name in names})


def _amounts_are_no_integers(exchange: Exchange) -> bool:
    wrong = any(isinstance(value, float | str) for value in exchange.amounts())
    return wrong and _may_be_about(exchange, _AMOUNTS)


def _msn_is_a_number(exchange: Exchange) -> bool:
    wrong = any(isinstance(value, int) for value in exchange.values(*_MSNS))
    return wrong and _may_be_about(exchange, _MSNS)


def _phone_is_malformed(exchange: Exchange) -> bool:
    digits = r"\d{8}" if exchange.route.startswith("/ecomm/") else r"\d{9,15}"
    wrong = any(not re.fullmatch(digits, str(number)) for number in exchange.values(*_PHONES))
    return wrong and _may_be_about(exchange, _PHONES)


def _names_no_sales_unit(exchange: Exchange) -> bool:
    return MSN not in exchange.headers


def _says_nothing_more(exchange: Exchange) -> bool:
    """A refusal without a code and without fields: all there is to go by is the status."""
    problem = exchange.problem
    return problem is not None and not problem.code and not problem.field_errors


def _key_of_another(exchange: Exchange) -> bool:
    """Whether the refusal says itself what is wrong with the key."""
    codes = {"4010", "4020", "idempotency-conflict"} | ({"4150"} if exchange.route.endswith("/refund") else set())
    return exchange.problem is not None and exchange.problem.code in codes


SYMPTOMS = (
    Symptom(
        name="subscription-key-missing",
        what="The request carried no subscription key.",
        cause="The header Ocp-Apim-Subscription-Key is absent; keys in the body or the query are not looked at.",
        remedy="Send it as a header. `vipps` does that by itself: was the call made with something else?",
        page=f"{DOCS}/knowledge-base/http-headers/",
        statuses=frozenset({401}),
        words="missing subscription key",
    ),
    Symptom(
        name="subscription-key-invalid",
        what="The subscription key is not accepted.",
        cause="Production keys on the test host or the other way round; else a key of another sales unit, one that was "
        "regenerated, or blanks copied along with it.",
        remedy="Compare the host with where the keys were copied from (portal, For developers), copy all of them "
        "again, and run %vipps_login --refresh.",
        page=f"{DOCS}/knowledge-base/api-keys/",
        statuses=frozenset({401}),
        words="invalid subscription key|subscription not found",
        certain=False,
    ),
    Symptom(
        name="client-id-unknown",
        what="Nobody in this environment has this client_id.",
        cause="Keys of the other environment: test keys open apitest.vipps.no only, production keys api.vipps.no only.",
        remedy="Choose the environment that the keys belong to (--env test or --env production), or copy the keys of "
        "this one.",
        page=f"{DOCS}/APIs/access-token-api/",
        statuses=frozenset({400, 401}),
        words="AADSTS70001|unauthorized_client",
        path=r"^/accesstoken/",
        certain=False,
    ),
    Symptom(
        name="client-secret-wrong",
        what="The client_secret is not accepted.",
        cause="Copied incompletely, or regenerated in the portal since.",
        remedy="Copy the client_secret again from the portal, with the = signs at its end.",
        page=f"{DOCS}/APIs/access-token-api/",
        statuses=frozenset({400, 401}),
        words="AADSTS7000215|invalid_client",
        path=r"^/accesstoken/",
        certain=False,
    ),
    Symptom(
        name="specialized-client-refused",
        what="The specialized token call accepts neither the client nor the way it introduced itself.",
        cause="No grant_type in the form, a subscription key sent along, or merchant keys used where management, "
        "accounting or Donations keys are wanted.",
        remedy="HTTP Basic with client_id and client_secret, a form with grant_type=client_credentials, and nothing "
        "else: %vipps_login --key-type accounting does that.",
        page=f"{DOCS}/APIs/access-token-api/",
        words="invalid_client",
        path=r"^/miami/",
        certain=False,
    ),
    Symptom(
        name="userinfo-refused",
        what="Userinfo did not accept the token or the headers.",
        cause="A subscription key was sent with the Login variant, the person's token is older than ten minutes, or "
        "a merchant's token was used where a person's is wanted.",
        remedy="For a Login: the person's own fresh token and no subscription key. For a payment or an agreement: "
        "the merchant's token and the sub in the path.",
        page=f"{DOCS}/APIs/userinfo-api/",
        statuses=frozenset({401}),
        path=r"^/vipps-userinfo-api/",
        certain=False,
    ),
    Symptom(
        name="token-refused",
        what="The access token was not accepted.",
        cause="The word Bearer and its capital B are missing, or the token has expired, belongs to another "
        "environment, or to another sales unit.",
        remedy="Do not set Authorization yourself; `vipps` renews by itself. If it was not set by hand: "
        "%vipps_login --refresh, and compare the MSN with the keys'.",
        page=f"{DOCS}/APIs/access-token-api/",
        statuses=frozenset({401}),
        path=_BY_BEARER,
        certain=False,
    ),
    Symptom(
        name="authorization-header-bad",
        what="The request was turned away before the API looked at it.",
        cause="“Something went wrong” with 401 usually means a malformed Authorization header: the word Bearer "
        "forgotten or in lower case, or the token cut off.",
        remedy="Send `Authorization: Bearer <token>` exactly, or leave it to `vipps`.",
        page=f"{DOCS}/knowledge-base/http-headers/",
        statuses=frozenset({401}),
        words="something went wrong",
        path=_BY_BEARER,
        certain=False,
    ),
    Symptom(
        name="sales-unit-takes-no-payments",
        what="This sales unit may not take payments.",
        cause="It was ordered for Login only.",
        remedy="Order a payment product for the sales unit in the portal.",
        statuses=frozenset({403}),
        words="not allowed for ecommerce payment",
    ),
    Symptom(
        name="partner-keys-need-msn",
        what="Partner keys were used, and nobody said for which sales unit.",
        cause="The Merchant-Serial-Number header is missing.",
        remedy='Say for whom: vipps.as_merchant("123456").',
        page=f"{DOCS}/partner/",
        statuses=frozenset({403}),
        words="merchant-serial-number",
        when=_names_no_sales_unit,
    ),
    Symptom(
        name="no-sales-unit-named",
        what="Access was denied, and the request names no sales unit.",
        cause="Partner keys need the Merchant-Serial-Number header on every call.",
        remedy='With partner keys, say for whom: vipps.as_merchant("123456"). With others, read the server\'s words '
        "and check in the portal what this sales unit may use.",
        page=f"{DOCS}/partner/",
        statuses=frozenset({403}),
        path=_BY_SALES_UNIT,
        when=lambda exchange: _names_no_sales_unit(exchange) and _says_nothing_more(exchange),
        certain=False,
    ),
    Symptom(
        name="partner-not-connected",
        what="These keys may not act for this sales unit.",
        cause="The merchant is not connected to these partner keys, or the MSN is a typo.",
        remedy="Check the MSN; the merchant connects you in the portal.",
        page=f"{DOCS}/partner/",
        statuses=frozenset({403}),
        words="not connected",
        certain=False,
    ),
    Symptom(
        name="msn-not-under-these-keys",
        what="Keys, merchant serial number and host do not fit together.",
        cause="Test and production mixed up, keys that were regenerated, or the MSN of another sales unit.",
        remedy="Take host, keys and MSN from one and the same sales unit; %vipps_doctor tells which one is off.",
        page=f"{DOCS}/knowledge-base/api-keys/",
        words=r"supermerchant|invalid msn|check your api keys|does not belong to the sales unit",
        certain=False,
    ),
    Symptom(
        name="forced-outside-test",
        what="Force approve and force accept were not found.",
        cause="They exist in the test environment (and in the sandbox) only.",
        remedy="Let the customer approve in the app; in production nobody else can.",
        statuses=frozenset({404}),
        path=_FORCED,
        when=lambda exchange: exchange.host == PRODUCTION_HOST,
    ),
    Symptom(
        name="force-approve-failed",
        what="Force approve did not work.",
        cause="The test user has no valid card (they expire), or has never approved a payment by hand in the test app.",
        remedy="Approve one payment by hand in the Merchant Test app, add a card there, or make a new test user.",
        page=f"{DOCS}/APIs/epayment-api/api-guide/operations/force-approve/",
        path=_FORCED,
        when=lambda exchange: (
            exchange.status >= 500  # noqa: PLR2004 - the class of server errors
            or (exchange.problem is not None and exchange.problem.code in {"81", "99"})
        ),
        certain=False,
    ),
    Symptom(
        name="refusal-bound-to-key",
        what="The same refusal again, whatever has changed since.",
        cause="A refusal stays bound to its idempotency key: the server repeats its first answer.",
        remedy="Correct the body, and take a new idempotency key too.",
        page=f"{DOCS}/knowledge-base/http-headers/",
        statuses=frozenset({400, 403, 404, 409, 422}),
        when=lambda exchange: exchange.refused_before and not _key_of_another(exchange),
        urgent=True,
    ),
    Symptom(
        name="amount-is-no-integer",
        what="The request was refused, and an amount in it is no whole number.",
        cause="Amounts are integers in minor units: 49900 is 499.00. A decimal point, a float or a text is none.",
        remedy='Send an integer: 49900, not 499.0 and not "49900".',
        statuses=frozenset({400, 500}),
        certain=False,
        when=_amounts_are_no_integers,
    ),
    Symptom(
        name="msn-is-no-text",
        what="The request was refused, and the merchant serial number in it is a JSON number.",
        cause="It must be a text of digits.",
        remedy='Put it in quotes: "123456".',
        statuses=frozenset({400, 500}),
        certain=False,
        when=_msn_is_a_number,
    ),
    Symptom(
        name="phone-number-malformed",
        what="The request was refused, and a phone number in it has the wrong form.",
        cause="It must be country code and number, digits only: no +, no 00, no blanks. eCom alone wants the eight "
        "digits without 47.",
        remedy="Write 4712345678, not +47 123 45 678; for eCom 12345678.",
        statuses=frozenset({400}),
        certain=False,
        when=_phone_is_malformed,
    ),
    Symptom(
        name="rate-limit",
        what="Too many requests.",
        cause="The limit is counted for each payment or agreement; a missing or misspelled `reference` puts all calls "
        "into one bucket. A program that polls too eagerly fills it too.",
        remedy="Wait as long as Retry-After says, then go on slower: the first look after 5 s, then every 2 s, as "
        "vipps.poll() does.",
        page=f"{DOCS}/knowledge-base/polling-guidelines/",
        statuses=frozenset({429}),
        certain=False,
    ),
    Symptom(
        name="locked",
        what="It is locked this moment.",
        cause="Another operation on the same thing has not ended yet.",
        remedy="Send the same request with the same key again in a few seconds.",
        statuses=frozenset({423}),
    ),
    Symptom(
        name="token-call-with-body",
        what="The token call was refused, and it carried a body.",
        cause="It should have none: the keys travel as headers. Some HTTP clients send an empty object by themselves.",
        remedy="Send no body and Content-Length: 0.",
        page=f"{DOCS}/APIs/access-token-api/",
        statuses=frozenset({400, 415}),
        path=r"^/accesstoken/",
        certain=False,
        when=lambda exchange: bool(exchange.sent),
    ),
    Symptom(
        name="backend-trouble",
        what="The platform could not deal with the request just now.",
        cause="Trouble in the gateway or behind it; it may have nothing to do with your request.",
        remedy="Send the same request with the same key again in a while; look at the status page "
        "(vipps.statuspage.io) when it goes on.",
        page=f"{DOCS}/knowledge-base/status-pages/",
        statuses=frozenset({422, 502, 503, 504}),
        when=_says_nothing_more,
        certain=False,
    ),
    Symptom(
        name="production-only",
        what="The test environment does not have this API.",
        cause="Report, Management and Donations are for production only.",
        remedy="Practise in the sandbox (%vipps_login --env sandbox); the real data is in production.",
        path=PRODUCTION_ONLY,
        when=lambda exchange: exchange.host == TEST_HOST and exchange.status in (401, 403, 404),
    ),
    Symptom(
        name="called-from-a-page",
        what="The call came from a web page, and was refused for that.",
        cause="These APIs are for servers: in a page, the keys would be in everybody's hands.",
        remedy="Call from your server, and let the page talk to your server.",
        words="other origins|cross-origin|\\bCORS\\b",
        when=lambda exchange: "origin" in exchange.headers and exchange.problem is not None,
    ),
    Symptom(
        name="url-not-acceptable",
        what="An address in the request was not accepted.",
        cause="Addresses that the platform or the customer is sent to must be public and https: no http, no localhost, "
        "no private address.",
        remedy="Use a public https address or a tunnel. (Only Login's redirect_uri may be localhost; the sandbox "
        "accepts webhooks on 127.0.0.1.)",
        statuses=frozenset({400}),
        words=r"callbackUrl is invalid|fallBack\.invalid|Invalid IP address",
    ),
    Symptom(
        name="fields-invalid",
        what="Fields of the request break a rule.",
        cause="The server names them and says why.",
        remedy="Correct the fields that the server names; `%%vipps METHOD PATH --dry-run` checks before sending.",
        statuses=frozenset({400, 422}),
        when=lambda exchange: exchange.problem is not None and bool(exchange.problem.field_errors),
    ),
)
