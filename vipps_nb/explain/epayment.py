"""ePayment's business codes, and what looks like an error and is none.

The codes are those of the ePayment API, Errors.
"""

from __future__ import annotations

from vipps_nb.explain import request_faults, wording
from vipps_nb.explain.exchange import Exchange
from vipps_nb.explain.request_faults import Words, money
from vipps_nb.explain.symptom import DOCS, Symptom

PAGE = f"{DOCS}/APIs/epayment-api/api-guide/errors/"
FORCE_APPROVE = f"{DOCS}/APIs/epayment-api/api-guide/operations/force-approve/"
PATH = r"^/epayment/"


def _code(
    name: str,
    codes: str,
    what: str,
    cause: str,
    remedy: str,
    *,
    page: str = PAGE,
    path: str = PATH,
    certain: bool = True,
    fit: wording.Fit | None = None,
) -> Symptom:
    return Symptom(
        name=name,
        what=what,
        cause=cause,
        remedy=remedy,
        page=page,
        path=path,
        codes=frozenset(codes.split()),
        certain=certain,
        fit=fit,
    )


def _taken_and_still_authorized(exchange: Exchange) -> bool:
    answer = exchange.answer
    if not isinstance(answer, dict) or answer.get("state") != "AUTHORIZED":
        return False
    taken = answer.get("aggregate", {}).get("capturedAmount", {}).get("value", 0)
    return isinstance(taken, int) and taken > 0


_SCOPES = frozenset({"name", "address", "email", "phoneNumber", "birthDate", "nin"})
_METADATA_PAIRS, _METADATA_KEY, _METADATA_VALUE = 5, 100, 500


def _malformed(exchange: Exchange) -> Words:
    if found := wording.not_json(exchange) if exchange.kind != "json" else request_faults.advice(exchange):
        return found
    if exchange.kind in ("unread", "none"):
        return {"remedy": f"{exchange.same_again} in a while; if it carried a body, check that (--dry-run)."}
    return {
        "cause": "The body is as documented, so it is the platform's own trouble, or a rule that no document tells.",
        "remedy": f"{exchange.same_again} in a while; with the trace id, support can look it up.",
    }


def _key_reused(exchange: Exchange) -> Words:
    if wording.modification(exchange) == "capture":
        return {}
    return {
        "what": "This idempotency key was used before, for another request.",
        "cause": "A key belongs to one operation with one body.",
        "remedy": "Take a new key for a new operation.",
    }


def _scope(exchange: Exchange) -> Words:
    return wording.scope(exchange, _SCOPES)


def _metadata(exchange: Exchange) -> Words:
    if missing := request_faults.missing_field(exchange, "metadata", before={}):
        return missing
    pairs = next(exchange.values("metadata"), None)
    if not isinstance(pairs, dict):
        return request_faults.advice(exchange, "metadata")
    broken = []
    if len(pairs) > _METADATA_PAIRS:
        broken.append(f"It has {len(pairs)} pairs; at most {_METADATA_PAIRS} are allowed.")
    if longest := max((len(key) for key in pairs if len(key) > _METADATA_KEY), default=0):
        broken.append(f"A key of it has {longest} characters; at most {_METADATA_KEY} are allowed.")
    values = [value for value in pairs.values() if isinstance(value, str)]
    if longest := max((len(value) for value in values if len(value) > _METADATA_VALUE), default=0):
        broken.append(f"A value of it has {longest} characters; at most {_METADATA_VALUE} are allowed.")
    return {"cause": " ".join(broken)} if broken else {}


def _parameter(exchange: Exchange) -> Words:
    field, flow = _missing_for_its_flow(exchange)
    named = exchange.names()
    is_its = field and not request_faults.is_misnamed(exchange, field) and (not named or field.lower() in named)
    # What the server named comes first; a field that was only misnamed is told by the name that it has.
    found = flow if is_its else request_faults.advice(exchange) or flow
    if found:
        return found
    if not exchange.by_session and not exchange.has_key and exchange.method != "GET":
        return {"cause": "The header Idempotency-Key is absent.", "remedy": "Send one: a new UUID for each operation."}
    return {"cause": "The server names it.", "certain": False}


def _missing_for_its_flow(exchange: Exchange) -> tuple[str, Words]:
    """What a user flow needs beside the fields that every payment has.

    The field that is missing, and what is said about it; both are empty where none is.
    """
    sent = exchange.sent
    if exchange.operation is None or not isinstance(sent, dict) or wording.modification(exchange):
        return "", {}
    flow = sent.get("userFlow")
    if flow == "WEB_REDIRECT" and not sent.get("returnUrl"):
        words = {"cause": "WEB_REDIRECT needs `returnUrl`.", "remedy": "Add `returnUrl`, an https address of yours."}
        return "returnUrl", words
    if flow == "PUSH_MESSAGE" and not sent.get("customer"):
        return "customer", {
            "cause": "PUSH_MESSAGE needs a `customer`.",
            "remedy": 'Add "customer": {"phoneNumber": "4712345678"}, or a personalQr or customerToken instead.',
        }
    customer = sent.get("customer")
    if isinstance(customer, dict) and not any(customer.values()):
        words = {"cause": "`customer` names nobody.", "remedy": "Add one of phoneNumber, personalQr, customerToken."}
        return "customer", words
    return "", {}


def _taken(exchange: Exchange) -> Words:
    if wording.modification(exchange):
        return {
            "what": "This was done before.",
            "cause": "The idempotency key was used before, for another request.",
            "remedy": "Repeat the very same body to repeat that request, or take a new key for a new one.",
            "certain": False,
        }
    return request_faults.missing_field(exchange, "reference", before={})


def _method(exchange: Exchange) -> Words:
    sent = exchange.sent if isinstance(exchange.sent, dict) else {}
    method = sent.get("paymentMethod")
    kind = method.get("type") if isinstance(method, dict) else None
    flow = sent.get("userFlow")
    if kind == "WALLET":
        return {
            "cause": "WALLET goes with every user flow, so it is something else of the method, or of the rest.",
            "remedy": "Read the server's words.",
            "certain": False,
        }
    if kind == "CARD":
        where = " The test environment offers no cards." if exchange.environment != "production" else ""
        if flow != "WEB_REDIRECT":
            return {"cause": f"CARD wants the user flow WEB_REDIRECT.{where}", "remedy": "Use WALLET."}
        return {"cause": f"CARD is not offered to this sales unit.{where}", "remedy": "Use WALLET."}
    if kind == "CARD_PASSTHROUGH":
        return {"cause": "CARD_PASSTHROUGH is for payment service providers."}
    return request_faults.advice(exchange, "paymentMethod") or request_faults.missing_field(
        exchange, "paymentMethod", before={}
    )


def _push_message(exchange: Exchange) -> Words:
    flow = next((each for each in exchange.values("userFlow") if isinstance(each, str)), None)
    if flow == "PUSH_MESSAGE" or exchange.kind == "unread":
        return {}
    return {
        "cause": "PUSH_MESSAGE needs an approval, and the request asks for another user flow, or for none.",
        "remedy": "Look at userFlow in the request.",
        "certain": False,
    }


def _illegal_scope(exchange: Exchange) -> Words:
    if missing := request_faults.missing_field(exchange, "scope", before={}):
        return missing
    asked_for = " ".join(str(each) for each in exchange.values("scope")).split()
    if "nin" in asked_for or exchange.kind == "unread":
        return {}
    return {
        "cause": f"One of {', '.join(word for word in asked_for if word in _SCOPES) or 'the scopes'} is not given to "
        "this sales unit.",
        "remedy": "Ask for fewer scopes, or apply for the one that the server names.",
        "certain": False,
    }


def _reference_unknown(exchange: Exchange) -> Words:
    if unfilled := request_faults.placeholder(exchange):
        return {
            "cause": f"{unfilled} in the path was never filled in.",
            "remedy": 'In a magic {name} means the variable of that name; in code write f"/…/{name}".',
            "certain": True,
        }
    if exchange.seen is not None:
        return {
            "cause": "This kernel has seen such a payment before: it is of another sales unit (MSN), or its world was "
            "made anew since.",
        }
    return {}


def _cancel_transaction_only(exchange: Exchange) -> Words:
    return request_faults.missing_field(exchange, "cancelTransactionOnly", before={})


def _before_approval(exchange: Exchange) -> Words:
    _, reference = request_faults.named_thing(exchange)
    how = {
        "sandbox": f'Approve it: vipps.sandbox.approve(reference="{reference or "…"}"), or at the desk '
        "(%vipps_sandbox).",
        "test": "Wait for AUTHORIZED (a webhook, or vipps.poll); in test, force approve does it at once.",
        "production": "Wait for AUTHORIZED: a webhook tells, or vipps.poll.",
    }
    return {"remedy": how[exchange.environment]}


def _receipt(exchange: Exchange) -> Words:
    if not any(exchange.values("receipt")):
        return {}
    return request_faults.advice(exchange, "receipt") or {
        "cause": "With expiresAt the customer must see what they pay for; the receipt in the request does not tell.",
        "remedy": "Give the receipt at least one order line, and a bottomLine.",
        "certain": False,
    }


def _whole_capture(exchange: Exchange) -> Words:
    seen = exchange.seen
    if seen is None or not seen.capturable:
        return {}
    whole = money(seen.capturable, seen.currency)
    return {"remedy": f"Capture all that is reserved, {seen.capturable} ({whole}), or ask for partial capture."}


def _later(exchange: Exchange) -> Words:
    return {"remedy": f"{exchange.same_again} later."}


def _customer(exchange: Exchange) -> Words:
    if exchange.kind == "unread" or any(exchange.values("phoneNumber")):
        return {}
    if any(exchange.values("customerToken", "personalQr")):
        return {
            "what": "The customer who was named cannot be asked.",
            "cause": "The code is nobody's in this environment, or the customer is too young.",
            "remedy": "Let the customer scan again; in test, as a test user.",
        }
    return request_faults.missing_field(exchange, "customer", before={}) or {
        "what": "The customer cannot be asked.",
        "cause": "Nobody is named in the request, or whoever opened it is too young (minimumUserAge).",
        "remedy": "Read the server's words.",
    }


def _approve_failed(exchange: Exchange) -> Words:
    token = ", the token is another payment's" if any(exchange.values("token")) else ""
    user = "" if exchange.environment == "sandbox" else ", or the test user was never prepared"
    return {"cause": f"The payment is not open any more{token}{user}.", **_test_user(exchange)}


def _approve_not_supported(exchange: Exchange) -> Words:
    _, reference = request_faults.named_thing(exchange)
    if exchange.environment == "sandbox":
        return {"remedy": f'Approve it at the desk: vipps.sandbox.approve(reference="{reference or "…"}").'}
    return {"remedy": "Approve it by hand in the test app."}


def _test_user(exchange: Exchange) -> Words:
    """The sandbox's customer needs no preparation, so there it was ordered."""
    if exchange.environment != "sandbox":
        return {}
    _, reference = request_faults.named_thing(exchange)
    return {
        "remedy": "Look at the payment's state. In test, approve one payment by hand in the app first; here, "
        f'vipps.sandbox.approve(reference="{reference or "…"}").'
    }


SYMPTOMS = (
    Symptom(
        name="still-authorized-after-capture",
        what="The state is still AUTHORIZED, although money was captured.",
        cause="By design: AUTHORIZED is a payment's last state. Captures, refunds and cancels move the aggregate.",
        remedy="Read aggregate.capturedAmount, refundedAmount and cancelledAmount; never wait for another state.",
        page=f"{DOCS}/APIs/epayment-api/api-guide/concepts/",
        path=r"^/epayment/.*/capture$",
        statuses=frozenset({200}),
        when=_taken_and_still_authorized,
    ),
    _code(
        "malformed-request",
        "3010",
        "The request was not understood.",
        "The code stands for an internal error; usually the request is malformed.",
        "Compare the body with the catalogue's schema (--dry-run), then try again.",
        certain=False,
        fit=_malformed,
    ),
    _code(
        "capture-key-reused",
        "4010",
        "This idempotency key has captured another amount before.",
        "A key belongs to one capture with one body.",
        "Repeat the very same body to repeat that capture, or take a new key for a new one.",
        fit=_key_reused,
    ),
    _code(
        "key-reused",
        "4020",
        "This idempotency key was used before, for another request.",
        "A key belongs to one operation with one body.",
        "Take a new key for a new operation.",
        fit=_key_reused,
    ),
    _code(
        "amount-invalid",
        "4040",
        "The amount will not do.",
        "It must be a whole number of minor units, above zero, in the payment's currency.",
        "Send an integer: 49900 is 499.00.",
        fit=wording.amount,
    ),
    _code(
        "customer-token-invalid",
        "4050",
        "The customer token is not valid.",
        "It is older than 15 minutes, another sales unit's, or not whole.",
        "Let the customer scan again and use the new token.",
        certain=False,
        fit=wording.field("customerToken"),
    ),
    _code(
        "personal-qr-invalid",
        "4060",
        "The personal QR code is not valid.",
        "It was shown too long ago, or not read whole.",
        "Scan the customer's code again.",
        certain=False,
        fit=wording.field("personalQr"),
    ),
    _code(
        "phone-number-invalid",
        "4070",
        "The phone number will not do.",
        "It must be country code and number, digits only.",
        "Write 4712345678, not +47 123 45 678.",
        fit=wording.phone,
    ),
    _code(
        "scope-invalid",
        "4080",
        "profile.scope asks for something that does not exist.",
        "A typo, or commas where blanks belong.",
        "Use name, address, email, phoneNumber, birthDate, nin, with blanks between them.",
        fit=_scope,
    ),
    _code(
        "url-invalid",
        "4090",
        "An address was not accepted.",
        "returnUrl must be https, or the scheme of an app.",
        "Use a public https address; http and localhost are refused.",
        fit=wording.address,
    ),
    _code(
        "metadata-too-much",
        "4100 4110 4120 4130",
        "The metadata does not fit.",
        "At most 5 pairs, each key once, keys up to 100 and values up to 500 characters.",
        "Keep large things on your side, and the key to them in the metadata.",
        fit=_metadata,
    ),
    _code(
        "parameter-missing",
        "4140",
        "Something that this request needs is missing.",
        "WEB_REDIRECT needs returnUrl, PUSH_MESSAGE a customer; every write an Idempotency-Key.",
        "Add the field that the server names.",
        fit=_parameter,
    ),
    _code(
        "refund-key-reused",
        "4150",
        "This idempotency key was used before, for another refund.",
        "A key belongs to one refund with one body.",
        "Repeat the very same body to repeat that refund, or take a new key for a new one.",
        path=r"^/epayment/.*/refund$",
    ),
    _code(
        "reference-taken",
        "4150",
        "This reference is taken.",
        "Every payment of a sales unit has a reference of its own, for ever, failed ones too.",
        "Take a new reference; a suffix helps: order-1001-2.",
        fit=_taken,
    ),
    _code(
        "payment-method-invalid",
        "4160",
        "This payment method does not go with the rest of the request.",
        "CARD wants WEB_REDIRECT and is not in test; CARD_PASSTHROUGH is for payment service providers.",
        "Use WALLET.",
        fit=_method,
    ),
    _code(
        "blocking-sources",
        "5010",
        "Sources cannot be blocked here.",
        "Blocking commercial cards exists in Denmark and Finland only.",
        "Leave paymentMethod.blockedSources out.",
        fit=wording.field("blockedSources"),
    ),
    _code(
        "express-not-approved",
        "5020",
        "This sales unit may not use Express.",
        "Express needs an approval.",
        "Ask for it in the portal, or leave shipping out.",
        fit=wording.field("shipping"),
    ),
    _code(
        "long-living-not-approved",
        "5050",
        "This sales unit may not give the customer longer than ten minutes.",
        "Long-living payments need an approval.",
        "Ask for it in the portal, or leave expiresAt out.",
        fit=wording.field("expiresAt"),
    ),
    _code(
        "push-message-not-approved",
        "5080",
        "This sales unit may not call a customer's phone by itself.",
        "PUSH_MESSAGE needs an approval.",
        "Ask for it in the portal, or use WEB_REDIRECT.",
        fit=_push_message,
    ),
    _code(
        "scope-needs-approval",
        "5030",
        "A scope needs an approval.",
        "The national identity number (nin) is given to few.",
        "Leave nin out of profile.scope, or apply for it.",
        fit=_illegal_scope,
    ),
    _code(
        "currency-of-another-market",
        "5040",
        "The currency is not this sales unit's.",
        "A sales unit takes its own market's currency: NOK in Norway, DKK in Denmark, EUR in Finland.",
        "Send the amount in the market's currency.",
        fit=wording.currency,
    ),
    _code(
        "bank-account-unverified",
        "5060",
        "The merchant's bank account is not verified.",
        "Its verification in the portal is not finished.",
        "Finish it in the portal.",
        certain=False,
    ),
    _code(
        "payment-cannot-be-created",
        "5070",
        "The payment cannot be created.",
        "The sales unit's set-up does not allow it: inactive, or without a payment product.",
        "Look at the sales unit in the portal.",
        certain=False,
    ),
    _code(
        "reference-unknown",
        "5090",
        "No payment of this sales unit has this reference.",
        "A typo (references are case-sensitive), or the keys or MSN of another sales unit or environment.",
        "Check the reference, then the MSN on the token's card.",
        certain=False,
        fit=_reference_unknown,
    ),
    _code(
        "refunds-switched-off",
        "5100",
        "This sales unit cannot refund.",
        "Its set-up does not allow refunds.",
        "Ask for it in the portal.",
    ),
    _code(
        "amount-too-small",
        "6010",
        "The amount is below the market's minimum.",
        "NOK 1.00, DKK 0.01, EUR 0.01: that is 100, 1 and 1 in minor units.",
        "Send more; mind the minor units.",
        fit=wording.too_small,
    ),
    _code(
        "refund-before-reservation",
        "6020",
        "There is nothing to refund.",
        "The customer has not approved yet.",
        "Look at the events: approve, then capture, then refund.",
    ),
    _code(
        "cancel-period-over",
        "6030",
        "It is too late to cancel.",
        "The reservation has run out.",
        "Look at the payment; a bank lets go of an old reservation by itself.",
    ),
    _code(
        "cancel-after-full-capture",
        "6040",
        "A payment that is captured whole cannot be cancelled.",
        "Cancelling releases what is reserved; nothing is.",
        "Refund instead.",
    ),
    _code(
        "cancel-unreserved",
        "6050",
        "There is nothing to cancel.",
        "The customer has aborted, or their time was up, or the payment was ended before.",
        "Look at its state; a new payment needs a new reference.",
        certain=False,
    ),
    _code(
        "cancel-transaction-only",
        "6060",
        "The payment is authorised already.",
        "cancelTransactionOnly asks to end it only while nobody has approved.",
        "Leave cancelTransactionOnly out to release the reserved amount.",
        fit=_cancel_transaction_only,
    ),
    _code(
        "capture-after-cancel",
        "6070",
        "A cancelled payment cannot be captured.",
        "What was reserved has been released.",
        "Create a new payment.",
    ),
    _code(
        "capture-before-approval",
        "6080",
        "Nothing is reserved yet.",
        "The customer has not approved; the state is CREATED, or the payment ended without approval.",
        "Wait for AUTHORIZED (a webhook, or vipps.poll). In test: force approve. In the sandbox: "
        "vipps.sandbox.approve(reference=…).",
        fit=_before_approval,
    ),
    _code(
        "capture-too-much",
        "6090",
        "More was to be captured than is left.",
        "What is left is authorised minus captured minus cancelled.",
        "Read the aggregate of the payment and capture at most the rest.",
        fit=wording.left("capture"),
    ),
    _code(
        "capture-period-over",
        "6100",
        "It is too late to capture.",
        "180 days in Norway, 14 in Denmark and Finland, then the reservation ends.",
        "Create a new payment.",
    ),
    _code(
        "expires-too-late",
        "6110",
        "expiresAt is too far ahead.",
        "It must be less than 60 days ahead.",
        "Move it nearer, or leave it out for the usual ten minutes.",
        fit=wording.field("expiresAt"),
    ),
    _code(
        "expires-too-soon",
        "6120",
        "expiresAt is too near.",
        "It must be more than ten minutes ahead.",
        "Move it further, or leave it out for the usual ten minutes.",
        fit=wording.field("expiresAt"),
    ),
    _code(
        "receipt-needed",
        "6130",
        "A long-living payment needs a receipt.",
        "With expiresAt the customer must see what they pay for.",
        "Add a receipt with order lines.",
        fit=_receipt,
    ),
    _code(
        "full-capture-only",
        "6140",
        "The whole amount must be captured at once.",
        "Partial capture is not switched on for this sales unit.",
        "Capture all that is reserved, or ask for partial capture.",
        fit=_whole_capture,
    ),
    _code(
        "refund-too-much",
        "6150",
        "More was to be refunded than was captured.",
        "What can go back is captured minus refunded.",
        "Read the aggregate and refund at most that.",
        fit=wording.left("refund"),
    ),
    _code(
        "still-processing",
        "6160 6250",
        "The payment is being worked on.",
        "The bank has not answered the operation before this one.",
        "Send the same request with the same key again in a few seconds.",
        certain=False,
        fit=wording.again,
    ),
    _code(
        "captured-already",
        "6170",
        "It is captured already.",
        "Everything that was reserved has been taken.",
        "Read the aggregate; nothing needs to be done.",
    ),
    _code(
        "refunded-already",
        "6180",
        "It is refunded already.",
        "Everything that was captured has gone back.",
        "Read the aggregate; nothing needs to be done.",
    ),
    _code(
        "wrong-state",
        "6190 6200 6210",
        "The payment's state does not allow this.",
        "It was aborted, has expired, was ended, or what was left of it is released.",
        "Look at the payment and its events to see what happened before.",
        certain=False,
    ),
    _code(
        "refund-period-over",
        "6220",
        "It is too late to refund.",
        "Refunds are possible for 365 days after the capture.",
        "Pay the customer back another way.",
    ),
    _code(
        "reserved-already",
        "6230",
        "The customer has approved already.",
        "The amount is reserved.",
        "Go on and capture.",
    ),
    _code(
        "funds-unavailable",
        "6260",
        "The bank has let go of the reservation.",
        "Reservations can be released by the bank before they are captured.",
        "Create a new payment.",
        certain=False,
    ),
    _code(
        "capture-failed",
        "6280",
        "The capture did not go through this time.",
        "Trouble at the bank.",
        "Send the same request with the same key again later.",
        certain=False,
        fit=_later,
    ),
    _code(
        "customer-unknown",
        "7010",
        "Nobody can be asked under this number.",
        "No customer has it in this environment (a real number is unknown in test), the customer is too young, or the "
        "test user has never logged in.",
        "In test: use a test user's number, and log in to the Merchant Test app once.",
        certain=False,
        fit=_customer,
    ),
    _code(
        "approve-failed",
        "10010",
        "Force approve did not work.",
        "The payment is not open any more, the token is another payment's, or the test user was never prepared.",
        "Look at the payment's state; approve one payment by hand in the test app, then try again.",
        page=FORCE_APPROVE,
        certain=False,
        fit=_approve_failed,
    ),
    _code(
        "approve-not-allowed",
        "10020",
        "This may not be force approved.",
        "The test user has never approved a payment by hand.",
        "Approve one payment by hand in the test app, or take another test user.",
        page=FORCE_APPROVE,
        certain=False,
        fit=_test_user,
    ),
    _code(
        "approve-needs-identification",
        "10030",
        "The test user has to identify themselves first.",
        "Force approve cannot do that for them.",
        "Log in to the test app as that user and approve one payment by hand.",
        page=FORCE_APPROVE,
        fit=_test_user,
    ),
    _code(
        "approve-without-card",
        "10040 10050",
        "The test user has no card that can pay.",
        "None was added, or it has expired.",
        "Add a card in the test app, or take another test user.",
        page=FORCE_APPROVE,
        certain=False,
        fit=_test_user,
    ),
    _code(
        "approve-not-supported",
        "10060",
        "This payment cannot be force approved.",
        "Express cannot: a customer has to choose the delivery.",
        "Approve it in the test app; in the sandbox, vipps.sandbox.approve(reference=…).",
        page=FORCE_APPROVE,
        certain=False,
        fit=_approve_not_supported,
    ),
    _code(
        "approve-over-limit",
        "10070",
        "A limit of the test user is exceeded.",
        "The amount is too high for them, or they have paid too much already.",
        "Try a smaller amount, or another test user.",
        page=FORCE_APPROVE,
        certain=False,
    ),
)
