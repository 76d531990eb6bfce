"""The mistakes that everybody makes once, whichever API: keys, tokens, addresses, limits. One row, one symptom."""

from __future__ import annotations

import re

from vipps_nb.explanations.exchange import Exchange
from vipps_nb.explanations.symptom import DOCS, Symptom

TEST_HOST = "apitest.vipps.no"
PRODUCTION_ONLY = r"^/(report|settlement|management|donations)/"
_FORCED = r"/(approve|accept)$"


def _amounts_are_no_integers(exchange: Exchange) -> bool:
    amounts = exchange.values("value", "amount", "suggestedMaxAmount")
    return any(isinstance(value, float | str) for value in amounts)


def _msn_is_a_number(exchange: Exchange) -> bool:
    return any(isinstance(value, int) for value in exchange.values("merchantSerialNumber", "msn"))


def _phone_is_no_msisdn(exchange: Exchange) -> bool:
    numbers = exchange.values("phoneNumber", "mobileNumber")
    return any(not re.fullmatch(r"\d{9,15}", str(number)) for number in numbers)


def _partner_without_msn(exchange: Exchange) -> bool:
    return "merchant-serial-number" not in exchange.headers


def _key_of_another(exchange: Exchange) -> bool:
    """Whether the refusal says itself what is wrong with the key."""
    codes = {"4010", "4020", "idempotency-conflict"}
    return exchange.problem is not None and exchange.problem.code in codes


def _still_authorized(exchange: Exchange) -> bool:
    answer = exchange.answer
    return isinstance(answer, dict) and answer.get("state") == "AUTHORIZED"


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
        cause="Most often a production key on the test host or the other way round; else a key of another sales "
        "unit, one that was regenerated, or blanks copied along with it.",
        remedy="Compare the host with where the keys were copied from (portal, For developers), copy all of them "
        "again, and run %vipps_login --refresh.",
        page=f"{DOCS}/knowledge-base/api-keys/",
        statuses=frozenset({401}),
        words="invalid subscription key|subscription not found",
    ),
    Symptom(
        name="client-id-unknown",
        what="Nobody in this environment has this client_id.",
        cause="Nearly always keys of the other environment: test keys open apitest.vipps.no only, production keys "
        "api.vipps.no only.",
        remedy="Choose the environment that the keys belong to (--env test or --env production), or copy the keys of "
        "this one.",
        page=f"{DOCS}/APIs/access-token-api/",
        statuses=frozenset({400, 401}),
        words="AADSTS70001|unauthorized_client",
    ),
    Symptom(
        name="client-secret-wrong",
        what="The client_id is known, and the client_secret is not its secret.",
        cause="Copied incompletely, or regenerated in the portal since.",
        remedy="Copy the client_secret again from the portal, with the = signs at its end.",
        page=f"{DOCS}/APIs/access-token-api/",
        statuses=frozenset({400, 401}),
        words="AADSTS7000215|invalid_client",
        path=r"^/accesstoken/",
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
        certain=False,
    ),
    Symptom(
        name="authorization-header-bad",
        what="The gateway stumbled over the Authorization header.",
        cause="“Something went wrong” with 401 usually means that the header is malformed: the word Bearer "
        "forgotten, in lower case, or the token cut off.",
        remedy="Send `Authorization: Bearer <token>` exactly, or leave it to `vipps`.",
        page=f"{DOCS}/knowledge-base/http-headers/",
        statuses=frozenset({401}),
        words="something went wrong",
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
        name="sales-unit-takes-no-payments",
        what="This sales unit may not take payments.",
        cause="It was ordered for Login only.",
        remedy="Order a payment product for the sales unit in the portal.",
        statuses=frozenset({403}),
        words="not allowed for ecommerce payment",
    ),
    Symptom(
        name="partner-keys-need-msn",
        what="Partner keys did not open this door.",
        cause="The Merchant-Serial-Number header is missing, or that merchant is not connected to these partner keys.",
        remedy='Say for whom: vipps.as_merchant("123456"). If the MSN is there, the merchant has to connect you '
        "in the portal.",
        page=f"{DOCS}/partner/",
        statuses=frozenset({403}),
        when=_partner_without_msn,
    ),
    Symptom(
        name="partner-not-connected",
        what="These keys may not act for this sales unit.",
        cause="The merchant is not connected to these partner keys, or the MSN is a typo.",
        remedy="Check the MSN; the merchant connects you in the portal.",
        page=f"{DOCS}/partner/",
        statuses=frozenset({403}),
        words="not connected|partner keys",
    ),
    Symptom(
        name="msn-not-under-these-keys",
        what="The merchant serial number does not belong to these keys.",
        cause="Test and production mixed up, or the MSN of another sales unit.",
        remedy="Take host, keys and MSN from one and the same sales unit.",
        page=f"{DOCS}/knowledge-base/api-keys/",
        words=r"supermerchant|invalid msn|check your api keys|does not belong to the sales unit",
    ),
    Symptom(
        name="forced-outside-test",
        what="Force approve and force accept were not found.",
        cause="They exist in the test environment (and in the sandbox) only.",
        remedy="Let the customer approve in the app; in production nobody else can.",
        statuses=frozenset({404}),
        path=_FORCED,
        when=lambda exchange: exchange.host != TEST_HOST and exchange.problem is not None and not exchange.problem.code,
    ),
    Symptom(
        name="force-approve-failed",
        what="Force approve did not work.",
        cause="The test user has no valid card (they expire), or has never approved a payment by hand in the test app.",
        remedy="Approve one payment by hand in the Merchant Test app, add a card there, or make a new test user.",
        page=f"{DOCS}/knowledge-base/force-approve-payments/",
        path=_FORCED,
        when=lambda exchange: (
            exchange.status >= 500  # noqa: PLR2004 - the class of server errors
            or (exchange.problem is not None and exchange.problem.code in {"10010", "10050", "81", "99"})
        ),
        certain=False,
    ),
    Symptom(
        name="idempotency-conflict",
        what="This idempotency key was used before, for another request.",
        cause="A key belongs to one operation with one body; this time the body was a different one.",
        remedy="A new operation takes a new key (leave it out and `vipps` makes one); a repetition takes the same "
        "body as before.",
        page=f"{DOCS}/knowledge-base/http-headers/",
        codes=frozenset({"4010", "4020", "idempotency-conflict"}),
    ),
    Symptom(
        name="refusal-bound-to-key",
        what="The same refusal again, whatever has changed since.",
        cause="A refusal stays bound to its idempotency key: the server repeats its first answer.",
        remedy="Correct the body *and* take a new idempotency key.",
        page=f"{DOCS}/knowledge-base/http-headers/",
        statuses=frozenset({400, 403, 404, 409, 422}),
        when=lambda exchange: exchange.refused_before and not _key_of_another(exchange),
        urgent=True,
    ),
    Symptom(
        name="fields-invalid",
        what="Fields of the request break a rule.",
        cause="The server names them and says why.",
        remedy="Read the fields below; compare with `%%vipps METHOD PATH --dry-run`, which checks before sending.",
        statuses=frozenset({400, 422}),
        when=lambda exchange: exchange.problem is not None and bool(exchange.problem.field_errors),
    ),
    Symptom(
        name="amount-is-no-integer",
        what="An amount was not understood.",
        cause="Amounts are whole numbers in minor units: 49900 is 499.00. A decimal point, a float or a text is none.",
        remedy='Send an integer: 49900, not 499.0 and not "49900".',
        statuses=frozenset({400, 500}),
        when=_amounts_are_no_integers,
    ),
    Symptom(
        name="msn-is-no-text",
        what="The merchant serial number was not understood.",
        cause="It is a text of digits, and was sent as a number.",
        remedy='Put it in quotes: "123456".',
        statuses=frozenset({400, 500}),
        when=_msn_is_a_number,
    ),
    Symptom(
        name="phone-number-malformed",
        what="The phone number was not understood.",
        cause="It must be country code and number, digits only: no +, no 00, no blanks.",
        remedy="Write 4712345678, not +47 123 45 678. (eCom alone wants the eight digits without 47.)",
        statuses=frozenset({400}),
        when=_phone_is_no_msisdn,
    ),
    Symptom(
        name="rate-limit",
        what="Too many requests.",
        cause="The limit is counted for each payment or agreement; a missing or misspelled `reference` puts all calls "
        "into one bucket. Or a program polls too eagerly.",
        remedy="Wait as long as Retry-After says, then go on slower: the first look after 5 s, then every 2 s, as "
        "vipps.poll() does.",
        page=f"{DOCS}/knowledge-base/polling-guidelines/",
        statuses=frozenset({429}),
    ),
    Symptom(
        name="locked",
        what="Somebody else is working on it this moment.",
        cause="Two operations at once on the same payment.",
        remedy="Send the same request with the same key again in a few seconds.",
        statuses=frozenset({423}),
    ),
    Symptom(
        name="token-call-with-body",
        what="The token call was refused for its body.",
        cause="It has none: the keys travel as headers. Some HTTP clients send an empty object by themselves.",
        remedy="Send no body and Content-Length: 0.",
        page=f"{DOCS}/APIs/access-token-api/",
        statuses=frozenset({400, 415}),
        path=r"^/accesstoken/",
        when=lambda exchange: bool(exchange.sent),
    ),
    Symptom(
        name="backend-trouble",
        what="The platform could not deal with the request just now.",
        cause="Trouble in the gateway or behind it, seldom the request's fault.",
        remedy="Send the same request with the same key again in a while; look at the status page "
        "(vipps.statuspage.io) when it goes on.",
        statuses=frozenset({502, 503, 504}),
    ),
    Symptom(
        name="production-only",
        what="This API does not exist in the test environment.",
        cause="Report, Management and Donations are for production only.",
        remedy="Practise in the sandbox (%vipps_login --env sandbox); the real data is in production.",
        path=PRODUCTION_ONLY,
        when=lambda exchange: exchange.host == TEST_HOST and exchange.status in (401, 403, 404),
    ),
    Symptom(
        name="called-from-a-page",
        what="The call came from a web page.",
        cause="These APIs are for servers. A browser sends an Origin, and the keys would be in everybody's hands.",
        remedy="Call from your server; the page talks to your server.",
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
        words=r"callbackUrl is invalid|fallBack\.invalid|Invalid IP address|\"4090\"",
    ),
)
