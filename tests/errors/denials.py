"""Requests that meet a refusal for another reason than the usual one, and what must then not be said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.answers import TEST_HOST, answer
from tests.errors.bench import AGREEMENTS, CHARGE, DRAFT, ORDERS, PAYMENT, PAYMENTS, RECEIPT

PAGE = "https://developer.vippsmobilepay.com/docs/APIs/recurring-api/recurring-api-problems"
PRODUCTION = "https://api.vipps.no"
SANDBOX = "http://127.0.0.1:8080"
ONE = f"{PAYMENTS}/order-0001"
ORDER = PAYMENT | {"reference": "order-0001"}
CAPTURE = {"modificationAmount": {"currency": "NOK", "value": 100}}
CHARGES = f"{AGREEMENTS}/agr_5kSeqz/charges"
TOKEN = "/accesstoken/get"
LOGIN = "/access-management-1.0/access/oauth2/token"
BY_HAND = {"Authorization": "Bearer x", "Ocp-Apim-Subscription-Key": "x", "Merchant-Serial-Number": "123456"}
NO = {"title": "No"}


@dataclass(frozen=True, kw_only=True)
class Denial:
    """A request that disproves something.

    Attributes:
        symptom: The explanation that its refusal gets.
        shows: What the request shows, as words.
        never: A pattern that no sentence about it may have.
        said: A pattern that a sentence about it has; empty where it is enough not to say the other.
    """

    symptom: str
    shows: str
    never: str
    said: str = ""
    method: str = "POST"
    path: str = PAYMENTS
    status: int = 400
    body: Any = field(default_factory=lambda: NO)
    sent: Any = None
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    host: str = TEST_HOST
    by_hand: bool = False
    answered_with: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Readable in pytest's output."""
        return f"{self.symptom}: {self.shows}"

    def response(self) -> Any:
        """The refusal."""
        refused = answer(
            self.body,
            method=self.method,
            url=self.host + self.path,
            status=self.status,
            sent=self.sent,
            headers=dict(self.answered_with),
            request_headers=dict(self.headers),
        )
        if self.data is not None:
            refused.request.body = self.data
        if self.by_hand:
            plain = requests.Response()  # no session of ours has sent it
            vars(plain).update(vars(refused))
            return plain
        return refused


def _epayment(code: str, symptom: str, shows: str, never: str, said: str = "", **more: Any) -> Denial:
    body = NO | {"extraDetails": [{"name": "ErrorCode", "reason": code}]}
    return Denial(**{"symptom": symptom, "shows": shows, "never": never, "said": said, "body": body} | more)


def _recurring(name: str, shows: str, never: str, said: str = "", **more: Any) -> Denial:
    usual: dict[str, Any] = {"path": CHARGES, "body": NO | {"type": f"{PAGE}#{name}"}}
    return Denial(**{"symptom": f"recurring-{name}", "shows": shows, "never": never, "said": said} | usual | more)


def _ecom(code: str, shows: str, never: str, said: str = "", **more: Any) -> Denial:
    body = [{"errorGroup": "Payment", "errorCode": code, "errorMessage": "No"}]
    usual: dict[str, Any] = {"path": ORDERS, "body": body}
    return Denial(**{"symptom": f"ecom-{code}", "shows": shows, "never": never, "said": said} | usual | more)


def _gateway(symptom: str, words: str, shows: str, never: str, said: str = "", **more: Any) -> Denial:
    usual: dict[str, Any] = {"status": 401, "method": "GET", "path": ONE, "body": {"message": words}}
    return Denial(**{"symptom": symptom, "shows": shows, "never": never, "said": said} | usual | more)


def _without(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def _keys() -> Iterator[Denial]:
    missing = "missing subscription key"
    yield _gateway(
        "subscription-key-missing", missing, "it has one", "carried no|absent", by_hand=True, headers=BY_HAND
    )
    yield _gateway("subscription-key-missing", missing, "`vipps` sent it", "something else", "adds the key")
    invalid = "invalid subscription key"
    yield _gateway("subscription-key-invalid", invalid, "to production", "[Pp]roduction keys on", host=PRODUCTION)
    yield _gateway("subscription-key-invalid", invalid, "to a sandbox", "[Pp]ortal|on the test host", host=SANDBOX)
    unknown = {"error": "unauthorized_client", "error_description": "AADSTS700016"}
    token = {"path": TOKEN, "method": "POST", "status": 400}
    yield Denial(
        symptom="client-id-unknown",
        shows="it names no client_id",
        never="Nobody",
        said="no client_id",
        body=unknown,
        by_hand=True,
        **token,
    )
    yield Denial(
        symptom="client-id-unknown",
        shows="to production",
        never="^[Pp]roduction keys",
        body=unknown,
        by_hand=True,
        headers={"client_id": "x"},
        host=PRODUCTION,
        **token,
    )
    yield Denial(
        symptom="client-secret-wrong",
        shows="it carries no client_secret",
        never="Copied incompletely",
        body={"error": "invalid_client", "error_description": "AADSTS7000215"},
        by_hand=True,
        **token,
    )
    miami = {"path": "/miami/v1/token", "body": {"error": "invalid_client"}, "by_hand": True, "status": 401}
    form = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic x"}
    yield Denial(
        symptom="specialized-client-refused",
        shows="a grant_type and no subscription key",
        never="No grant_type|subscription key",
        data="grant_type=client_credentials",
        headers=form,
        **miami,
    )
    yield Denial(
        symptom="specialized-client-refused",
        shows="a subscription key, and a grant_type",
        never="No grant_type",
        said="subscription key was sent along",
        data="grant_type=client_credentials",
        headers=form | {"Ocp-Apim-Subscription-Key": "x"},
        **miami,
    )
    userinfo = {"path": "/vipps-userinfo-api/userinfo/", "method": "GET", "status": 401, "by_hand": True}
    yield Denial(
        symptom="userinfo-refused",
        shows="no subscription key",
        never="key was sent",
        headers={"Authorization": "Bearer x"},
        **userinfo,
    )
    yield Denial(symptom="userinfo-refused", shows="no token", never="older", said="No access token", **userinfo)
    yield Denial(
        symptom="userinfo-refused",
        shows="it asks for a payment's sub",
        never="ten minutes|subscription key",
        headers=BY_HAND,
        **userinfo | {"path": "/vipps-userinfo-api/userinfo/c06c4afe-d9e1-4c5d-939a-177d752a0944"},
    )
    refused = "Unauthorized"
    yield _gateway("token-refused", refused, "`vipps` set Authorization", "set by hand|[Bb]earer|lower case")
    yield _gateway(
        "token-refused", refused, "Bearer is there", "word Bearer|begin with", headers={"Authorization": "Bearer x"}
    )
    yield _gateway(
        "token-refused", refused, "bearer is there", "not begin with", "bearer", headers={"Authorization": "bearer x"}
    )
    yield _gateway(
        "token-refused", refused, "a token without Bearer", "expired", "not begin", headers={"Authorization": "abc"}
    )
    yield _gateway(
        "token-refused", refused, "another scheme", "expired", "scheme Basic", headers={"Authorization": "Basic x"}
    )
    yield _gateway("token-refused", refused, "no token at all", "expired|by hand", "No access token", by_hand=True)
    wrong = "Something went wrong, please try again later"
    yield _gateway("authorization-header-bad", wrong, "`vipps` set Authorization", "[Bb]earer|cut off")
    yield _gateway(
        "authorization-header-bad", wrong, "Bearer is there", "forgotten", headers={"Authorization": "Bearer x"}
    )
    yield _gateway(
        "msn-not-under-these-keys", "Please check your API keys", "it names no sales unit", "MSN|serial", method="GET"
    )
    yield Denial(
        symptom="partner-not-connected",
        shows="it names no sales unit",
        never="typo",
        status=403,
        body={"detail": "The merchant is not connected."},
        path=AGREEMENTS,
        method="GET",
    )
    yield Denial(
        symptom="force-approve-failed",
        shows="to a sandbox",
        never="^Approve one payment by hand",
        path="/epayment/v1/test/payments/order-0001/approve",
        status=500,
        host=SANDBOX,
    )


def _forms() -> Iterator[Denial]:
    amount = {"amount": {"value": 49900, "currency": "NOK"}}
    yield Denial(
        symptom="amount-is-no-integer",
        shows="an amount of digits in quotes",
        never="no whole number",
        said="text",
        status=500,
        sent=ORDER | {"amount": {"currency": "NOK", "value": "49900"}},
    )
    yield Denial(
        symptom="body-does-not-fit",
        shows="an amount that should be an object",
        never="[Ii]nteger|checks a body",
        said="`currency` and `value`",
        sent=ORDER | {"amount": 5},
    )
    yield Denial(
        symptom="amount-is-no-integer",
        shows="an object where a number is documented",
        never="49900, not",
        said="an object here",
        path="/recurring/v3/agreements",
        sent=DRAFT | {"pricing": {"type": "LEGACY", "currency": "NOK", "amount": True}} | {"initialCharge": amount},
    )
    yield Denial(
        symptom="msn-is-no-text",
        shows="another number than the example's",
        never="123456",
        said='"654321"',
        path=ORDERS,
        sent={"merchantInfo": {"merchantSerialNumber": 654321}},
    )
    yield Denial(
        symptom="phone-number-malformed",
        shows="no plus and no blank",
        never=r"something else than digits|eCom",
        said="country code",
        path="/point-of-sale/v1/loyalty-check-in",
        sent={"phoneNumber": "12345678", "isMember": True},
    )
    yield Denial(
        symptom="token-call-with-body",
        shows="a form",
        never="empty object",
        path=TOKEN,
        data="grant_type=client_credentials",
    )
    yield Denial(
        symptom="fields-invalid",
        shows="a GET has no body",
        never="--dry-run",
        method="GET",
        path="/settlement/v1/ledgers",
        body=NO | {"extraDetails": [{"name": "cursor", "reason": "unknown"}]},
    )
    yield Denial(
        symptom="fields-invalid",
        shows="the server names a field of its own, and the request misspells another",
        never="server names them and says why",
        said="did you mean|Did you mean `redirectUrl`",
        path="/qr/v1/merchant-redirect",
        sent={"id": "table-1", "redirecturl": "https://example.com"},
        body=NO | {"invalidParams": [{"name": "redirectUrl", "reason": "required"}]},
    )
    words = {"detail": "callbackUrl is invalid"}
    yield Denial(
        symptom="url-not-acceptable",
        shows="only public https addresses",
        never="no http|is http|localhost",
        sent=ORDER | {"returnUrl": "https://example.com/return"},
        body=words,
    )
    yield Denial(
        symptom="url-not-acceptable",
        shows="an address on localhost, by https",
        never="no http, no localhost",
        said="`returnUrl` is a name that only this machine",
        sent=ORDER | {"returnUrl": "https://localhost/return"},
        body=words,
    )
    yield Denial(
        symptom="media-type-refused",
        shows="JSON was sent as JSON",
        never="instead of data",
        said="documented one",
        status=415,
        sent=ORDER,
    )
    yield Denial(
        symptom="media-type-refused",
        shows="a form",
        never="must be the documented one",
        said="x-www-form-urlencoded",
        status=415,
        data="a=b",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    yield Denial(
        symptom="media-type-refused",
        shows="no body",
        never="Content-Type must|instead of data",
        said="no body",
        status=415,
    )
    yield Denial(
        symptom="body-does-not-fit",
        shows="a list where an object is documented",
        never="misspelled",
        said="is a list here",
        path="/order-management/v2/ecom/receipts/order-0001",
        sent=[1],
    )


def _moments() -> Iterator[Denial]:
    limit = {"symptom": "rate-limit", "status": 429}
    yield Denial(shows="a new payment with its reference", never="reference|poll", sent=ORDER, **limit)
    yield Denial(shows="a write", never="every 2 s", path=f"{ONE}/capture", sent=CAPTURE, **limit)
    yield Denial(shows="no Retry-After came", never="Retry-After", method="GET", path=ONE, **limit)
    yield Denial(
        shows="Retry-After came",
        never="few seconds",
        said="Retry-After says \\(7\\)",
        method="GET",
        path=ONE,
        answered_with={"Retry-After": "7"},
        **limit,
    )
    yield Denial(symptom="locked", shows="a read has no key", never="same key", status=423, method="GET", path=ONE)
    yield Denial(
        symptom="backend-trouble", shows="a read has no key", never="same key", status=503, method="GET", path=ONE
    )
    yield Denial(
        symptom="backend-trouble",
        shows="422 to a body that does not fit",
        never="nothing to do with your request",
        said="is a list here",
        status=422,
        sent=[1],
    )
    yield Denial(
        symptom="backend-trouble", shows="of a sandbox", never="status page", status=502, sent=ORDER, host=SANDBOX
    )
    yield Denial(
        symptom="no-such-path",
        shows="a near one",
        never="does not know",
        said="Did you mean /epayment/v1/payments/order-0001\\?",
        status=404,
        method="GET",
        path="/epayment/v1/payment/order-0001",
    )
    yield Denial(
        symptom="no-such-path",
        shows="nothing near",
        never="Did you mean",
        status=404,
        method="GET",
        path="/nowhere/at/all",
    )
    yield Denial(
        symptom="method-not-allowed",
        shows="a path with other methods",
        never="Each operation has one method",
        said="It has GET, PUT and DELETE",
        status=405,
        path="/qr/v1/merchant-callback/till-1",
    )
    yield Denial(
        symptom="thing-unknown",
        shows="a name that was never filled in",
        never="typo",
        said="\\{id\\}",
        status=404,
        method="GET",
        path="/qr/v1/merchant-redirect/{id}",
    )


def _codes() -> Iterator[Denial]:  # noqa: PLR0915 - a table
    yield _epayment("3010", "malformed-request", "a body as documented", "malformed|--dry-run", sent=ORDER)
    yield _epayment("3010", "malformed-request", "a list", "internal error", "is a list here", sent=[1])
    yield _epayment("4010", "capture-key-reused", "no capture", "capture", path=f"{ONE}/refund", sent=CAPTURE)
    invalid = "amount-invalid"
    yield _epayment(
        "4040", invalid, "5 as the amount", "[Ii]nteger", "`currency` and `value`", sent=ORDER | {"amount": 5}
    )
    yield _epayment(
        "4040",
        invalid,
        "a whole number above zero",
        "Send an integer|must be a whole",
        sent=ORDER,
    )
    negative = {"modificationAmount": {"currency": "NOK", "value": -5}}
    yield _epayment("4040", invalid, "-5 to a capture", "integer", "least .* 1,", path=f"{ONE}/capture", sent=negative)
    nothing = ORDER | {"amount": {"currency": "NOK", "value": 0}}
    yield _epayment("4040", invalid, "0 to a payment in NOK", "integer", "least .* 100, 1.00 NOK", sent=nothing)
    yield _epayment("4040", invalid, "no amount", "whole number", "missing", sent=_without(ORDER, "amount"))
    yield _epayment("4050", "customer-token-invalid", "no customer token", "older than|scan", sent=ORDER)
    yield _epayment("4060", "personal-qr-invalid", "no personal QR", "too long ago", sent=ORDER)
    good = ORDER | {"customer": {"phoneNumber": "4712345678"}}
    yield _epayment("4070", "phone-number-invalid", "digits with country code", "not \\+47|must be", sent=good)
    yield _epayment("4070", "phone-number-invalid", "no number", "not \\+47", sent=ORDER)
    short = ORDER | {"customer": {"phoneNumber": "12345678"}}
    yield _epayment("4070", "phone-number-invalid", "only digits", "than digits", "code is missing", sent=short)
    plus = ORDER | {"customer": {"phoneNumber": "+4712345678"}}
    yield _epayment("4070", "phone-number-invalid", "a plus", "code is missing", "than digits", sent=plus)
    known = ORDER | {"profile": {"scope": "name email"}}
    yield _epayment("4080", "scope-invalid", "known scopes between blanks", "typo|commas", sent=known)
    commas = ORDER | {"profile": {"scope": "name,email"}}
    yield _epayment("4080", "scope-invalid", "commas", "typo|[Nn]obody", "commas", sent=commas)
    yield _epayment("4090", "url-invalid", "https addresses", "must be https|http and localhost", sent=ORDER)
    much = "metadata-too-much"
    long = ORDER | {"metadata": {"key": "v" * 501}}
    yield _epayment("4130", much, "one pair", "At most 5", "501 characters", sent=long)
    yield _epayment("4100", much, "no metadata", "At most 5", sent=ORDER)
    lacks = "parameter-missing"
    yield _epayment("4140", lacks, "a capture", "WEB_REDIRECT|customer", path=f"{ONE}/capture", sent={"amount": 5})
    yield _epayment("4140", lacks, "WEB_REDIRECT with its returnUrl", "needs `?returnUrl|PUSH_MESSAGE", sent=ORDER)
    push = _without(ORDER, "returnUrl") | {"userFlow": "PUSH_MESSAGE"}
    yield _epayment("4140", lacks, "PUSH_MESSAGE for nobody", "returnUrl|Idempotency", "`customer`", sent=push)
    yield _epayment("4150", "reference-taken", "a capture", "reference", path=f"{ONE}/capture", sent=CAPTURE)
    method = "payment-method-invalid"
    yield _epayment("4160", method, "WALLET", "Use WALLET|CARD", sent=ORDER)
    card = ORDER | {"paymentMethod": {"type": "CARD"}, "userFlow": "QR"}
    yield _epayment("4160", method, "CARD with QR", "PASSTHROUGH", "wants the user flow WEB_REDIRECT", sent=card)
    yield _epayment("5010", "blocking-sources", "no blockedSources", "Leave", sent=ORDER)
    yield _epayment("5020", "express-not-approved", "no shipping", "leave shipping out", sent=ORDER)
    yield _epayment("5030", "scope-needs-approval", "no nin", "nin", sent=known)
    market = "currency-of-another-market"
    yield _epayment("5040", market, "a capture", "sales unit's|market's", path=f"{ONE}/capture", sent=CAPTURE)
    mixed = ORDER | {"shipping": {"fixedOptions": [{"amount": {"currency": "EUR", "value": 1}}]}}
    yield _epayment("5040", market, "two currencies", "market's currency: ", "NOK and EUR|EUR and NOK", sent=mixed)
    yield _epayment("5050", "long-living-not-approved", "no expiresAt", "leave expiresAt", sent=ORDER)
    yield _epayment("5080", "push-message-not-approved", "WEB_REDIRECT", "use WEB_REDIRECT", sent=ORDER)
    unfilled = f"{PAYMENTS}/{{reference}}"
    yield _epayment("5090", "reference-unknown", "no name filled in", "typo", method="GET", path=unfilled, status=404)
    small = "amount-too-small"
    yield _epayment("6010", small, "a large amount", "Send more|below|least", "no documented limit", sent=ORDER)
    euro = ORDER | {"amount": {"currency": "DKK", "value": 0}}
    yield _epayment("6010", small, "DKK", "NOK|EUR", "least of a payment in DKK is 1", sent=euro)
    cancel = {"path": f"{ONE}/cancel"}
    yield _epayment("6060", "cancel-transaction-only", "no such field", "Leave", sent={}, **cancel)
    before = "capture-before-approval"
    yield _epayment(
        "6080", before, "to production", "[Ss]andbox|force", path=f"{ONE}/capture", sent=CAPTURE, host=PRODUCTION
    )
    yield _epayment("6080", before, "to test", "sandbox\\.approve", path=f"{ONE}/capture", sent=CAPTURE)
    high = "capture-too-much"
    yield _epayment(
        "6090",
        high,
        "a capture that nobody looked at",
        "Read the aggregate|details and",
        "has not seen",
        path=f"{ONE}/capture",
        sent=CAPTURE,
    )
    yield _epayment("6110", "expires-too-late", "no expiresAt", "Move it", sent=ORDER)
    yield _epayment("6120", "expires-too-soon", "no expiresAt", "Move it", sent=ORDER)
    receipt = ORDER | {"expiresAt": "2026-01-10T12:00:00Z", "receipt": RECEIPT}
    yield _epayment("6130", "receipt-needed", "a receipt", "Add a receipt", sent=receipt)
    yield _epayment(
        "6150",
        "refund-too-much",
        "nobody looked",
        "Read the aggregate|details and",
        "has not seen",
        path=f"{ONE}/refund",
        sent=CAPTURE,
    )
    yield _epayment("6160", "still-processing", "no key", "same key", path=f"{ONE}/cancel")
    yield _epayment("6280", "capture-failed", "no key", "same key", path=f"{ONE}/capture", sent=CAPTURE)
    token = ORDER | {"customer": {"customerToken": "abc"}}
    yield _epayment("7010", "customer-unknown", "a customer token", "number", sent=token)
    approve = "/epayment/v1/test/payments/order-0001/approve"
    yield _epayment("10010", "approve-failed", "no token", "token", path=approve, sent={"customer": {}})
    yield _epayment("10060", "approve-not-supported", "to test", "sandbox\\.approve", path=approve)
    for code, name in (
        ("10020", "approve-not-allowed"),
        ("10030", "approve-needs-identification"),
        ("10040", "approve-without-card"),
    ):
        yield _epayment(
            code, name, "to a sandbox", "[Aa]dd a card|Log in|or take another", "state", path=approve, host=SANDBOX
        )


def _problems() -> Iterator[Denial]:
    long = DRAFT | {"productName": "n" * 46}
    yield _recurring("validation-error", "46 letters", "server names", "`productName`", path=AGREEMENTS, sent=long)
    yield _recurring("validation-error", "a GET has no body", "fields|key", method="GET")
    one = f"{AGREEMENTS}/agr_5kSeqz"
    yield _recurring("invalid-agreement-id", "an id that looks like one", "look like agr_", method="GET", path=one)
    yield _recurring("invalid-json", "JSON", "bracket or a quote is missing", sent=CHARGE)
    yield _recurring("invalid-json", "no body at all", "bracket", "no body")
    yield _recurring("unsupported-media-type", "JSON sent as JSON", "instead of data", status=415, sent=CHARGE)
    yield _recurring("not-authorized", "no session sent it", "--refresh", status=403, by_hand=True)
    uuid = {"Idempotency-Key": "6b8b81e7-b08b-46e4-9729-191cb801c132"}
    key = "idempotency-key-header"
    yield _recurring(key, "a UUID", "1 to 40|none of", sent=CHARGE, headers=uuid)
    yield _recurring(key, "none at all", "characters", "had none", sent=CHARGE)
    yield _recurring(key, "a long one", "none of", "41 characters", sent=CHARGE, headers={"Idempotency-Key": "k" * 41})
    yield _recurring("charge-amount-too-high", "no amount", "Charge less", "missing", sent=_without(CHARGE, "amount"))
    yield _recurring("charge-due-too-soon", "no due", "tomorrow", "`due`", sent=_without(CHARGE, "due"))
    yield _recurring("charge-due-in-too-long", "no due", "nearer", "`due`", sent=_without(CHARGE, "due"))
    feature = "unsupported-feature"
    yield _recurring(feature, "a plain draft", "without an approval|campaign", path=AGREEMENTS, sent=DRAFT)
    scope = DRAFT | {"scope": "nin"}
    yield _recurring(feature, "a scope alone", "unscheduled|campaign", "scope", path=AGREEMENTS, sent=scope)
    update = {"path": one, "method": "PATCH"}
    yield _recurring(
        "illegal-agreement-update", "a name alone", "alone|pricing", sent={"productName": "News"}, **update
    )
    suggested = "invalid-suggested-max-amount"
    yield _recurring(suggested, "it is not there", "Lower", path=AGREEMENTS, sent=DRAFT)
    legacy = DRAFT | {"pricing": {"type": "LEGACY", "amount": 1, "currency": "NOK", "suggestedMaxAmount": 5}}
    yield _recurring(suggested, "LEGACY pricing", "Lower", "this is LEGACY", path=AGREEMENTS, sent=legacy)
    yield _recurring("charge-creation-failed", "no order id", "order ?I[Dd]", sent=CHARGE)
    capture = {"path": f"{CHARGES}/chr-1/capture"}
    yield _recurring("charge-capture-failed", "no amount", "left", "missing", sent={}, **capture)
    yield _recurring("missing-request-header", "no key, and no session", "^The server", by_hand=True, sent=CHARGE)
    yield _recurring(
        "resource-not-found",
        "it names a charge",
        "agreement or charge",
        "chr-1",
        method="GET",
        **{
            "path": f"{CHARGES}/chr-1",
            "status": 404,
        },
    )
    yield _recurring("conflict", "no order id", "orderId|externalId", status=409, sent=CHARGE)


def _others() -> Iterator[Denial]:
    hook = {"path": "/webhooks/v1/webhooks", "body": NO | {"extraDetails": [{"name": "url", "reason": "not allowed"}]}}
    events = {"events": ["epayments.payment.created.v1"]}
    refused = "webhook-address-refused"
    yield Denial(symptom=refused, shows="no url", never="reachable", said="missing", sent=events, **hook)
    public = events | {"url": "https://example.com/hook"}
    yield Denial(symptom=refused, shows="public https, to test", never="127|must be https", sent=public, **hook)
    login = {"path": LOGIN, "by_hand": True}
    form = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic x"}
    request, grant, client = ({"error": f"invalid_{what}"} for what in ("request", "grant", "client"))
    yield Denial(
        symptom="login-request-invalid",
        shows="no redirect_uri",
        never="by a character",
        data="grant_type=authorization_code",
        headers=form,
        body=request,
        **login,
    )
    yield Denial(
        symptom="login-grant-invalid",
        shows="CIBA has no code and no redirect_uri",
        never="code|redirect_uri",
        data="grant_type=urn:openid:params:grant-type:ciba&auth_req_id=x",
        headers=form,
        body=grant,
        **login,
    )
    exchanged = "grant_type=authorization_code&code=x&redirect_uri=https://example.com"
    asked = {"symptom": "login-client-invalid", "status": 401, "body": client, **login}
    yield Denial(
        shows="the keys as Basic", never="as `vipps` does|many libraries", data=exchanged, headers=form, **asked
    )
    alone = {"Content-Type": form["Content-Type"]}
    yield Denial(shows="no keys at all", never="other way", said="Basic nor", data=exchanged, headers=alone, **asked)
    yield _ecom("35", "the path names none", "the orderId, then", "in the request", status=404)
    yield _ecom(
        "61",
        "nobody looked",
        "Read the aggregate|details and",
        "has not seen",
        path=f"{ORDERS}/order-0001/capture",
        sent={"transaction": {"amount": 5}},
    )
    yield _ecom(
        "71",
        "nobody looked",
        "Read the aggregate|details and",
        "has not seen",
        path=f"{ORDERS}/order-0001/refund",
        sent={"transaction": {"amount": 5}},
    )
    eight = {"customerInfo": {"mobileNumber": "12345678"}}
    yield _ecom("81", "eight digits", "not eight|wants the eight", sent=eight)
    yield _ecom("81", "no number", "number", path=f"{ORDERS}/order-0001/capture", sent={})
    yield Denial(
        symptom="ecom-customer-unknown",
        shows="eight digits",
        never="not eight|wants the eight",
        path=ORDERS,
        body={"message": "User not registered"},
        sent=eight,
    )
    yield _ecom("99", "to a sandbox", "^In test often", host=SANDBOX, path=f"{ORDERS}/order-0001/capture")
    yield Denial(
        symptom="ecom-order-taken",
        shows="no orderId",
        never="Take a new",
        path=ORDERS,
        body=[{"errorGroup": "Merchant", "errorCode": "34", "errorMessage": "The orderId is already used"}],
        sent={"transaction": {"amount": 5}},
    )
    yield Denial(
        symptom="ledgers-empty",
        shows="a sandbox has no portal",
        never="portal",
        method="GET",
        path="/settlement/v1/ledgers",
        status=200,
        body={"items": []},
        host=SANDBOX,
    )


DENIALS = (*_keys(), *_forms(), *_moments(), *_codes(), *_problems(), *_others())

SAYS_NOTHING_OF_A_REQUEST = {
    "of the sales unit's or the user's set-up": (
        "sales-unit-takes-no-payments bank-account-unverified payment-cannot-be-created refunds-switched-off "
        "approve-over-limit recurring-not-active"
    ),
    "of the payment's or the agreement's state, or of time": (
        "still-authorized-after-capture refund-before-reservation cancel-period-over cancel-after-full-capture "
        "cancel-unreserved capture-after-cancel capture-period-over full-capture-only captured-already "
        "refunded-already wrong-state refund-period-over reserved-already funds-unavailable charge-never-taken "
        "recurring-cancel-charge-failed recurring-operation-failed"
    ),
    "only what is a condition of being said at all": (
        "partner-keys-need-msn no-sales-unit-named forced-outside-test refusal-bound-to-key production-only "
        "called-from-a-page ledger-unknown ledger-day-unknown"
    ),
    "of the key, which the server has compared": "key-reused refund-key-reused recurring-idempotency-conflict",
}
"""Explanations that no request can speak against, and of what they speak instead."""
