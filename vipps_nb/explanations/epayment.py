"""ePayment's business codes (ePayment API, Errors), and what looks like an error there and is none."""

from __future__ import annotations

from vipps_nb.explanations.exchange import Exchange
from vipps_nb.explanations.symptom import DOCS, Symptom

PAGE = f"{DOCS}/APIs/epayment-api/api-guide/errors/"
PATH = r"^/epayment/"


def _code(name: str, codes: str, what: str, cause: str, remedy: str) -> Symptom:
    return Symptom(
        name=name, what=what, cause=cause, remedy=remedy, page=PAGE, path=PATH, codes=frozenset(codes.split())
    )


def _taken_and_still_authorized(exchange: Exchange) -> bool:
    answer = exchange.answer
    if not isinstance(answer, dict) or answer.get("state") != "AUTHORIZED":
        return False
    taken = answer.get("aggregate", {}).get("capturedAmount", {}).get("value", 0)
    return isinstance(taken, int) and taken > 0


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
        "Called an internal error; usually the request is malformed.",
        "Compare the body with the catalogue's schema (--dry-run), then try again.",
    ),
    _code(
        "capture-key-reused",
        "4010",
        "This idempotency key has captured another amount before.",
        "A key belongs to one capture with one body.",
        "Repeat the very same body to repeat that capture, or take a new key for a new one.",
    ),
    _code(
        "key-reused",
        "4020",
        "This idempotency key was used before, for another request.",
        "A key belongs to one operation with one body.",
        "Take a new key for a new operation.",
    ),
    _code(
        "amount-invalid",
        "4040",
        "The amount will not do.",
        "It must be a whole number of minor units, above zero, in the payment's currency.",
        "Send an integer: 49900 is 499.00.",
    ),
    _code(
        "customer-token-invalid",
        "4050",
        "The customer token is not valid.",
        "It lives for 15 minutes after a check-in, or was mistyped.",
        "Let the customer scan again and use the new token.",
    ),
    _code(
        "personal-qr-invalid",
        "4060",
        "The personal QR code is not valid.",
        "It is renewed in the app every few minutes.",
        "Scan the customer's code again.",
    ),
    _code(
        "phone-number-invalid",
        "4070",
        "The phone number will not do.",
        "It must be country code and number, digits only.",
        "Write 4712345678, not +47 123 45 678.",
    ),
    _code(
        "scope-invalid",
        "4080",
        "profile.scope asks for something that does not exist.",
        "A typo, or commas where blanks belong.",
        "Use name, address, email, phoneNumber, birthDate, nin, with blanks between them.",
    ),
    _code(
        "url-invalid",
        "4090",
        "An address was not accepted.",
        "returnUrl must be https, or the scheme of an app.",
        "Use a public https address; http and localhost are refused.",
    ),
    _code(
        "metadata-too-much",
        "4100 4110 4120 4130",
        "The metadata does not fit.",
        "At most 5 pairs, each key once, keys up to 100 and values up to 500 characters.",
        "Keep large things on your side, and the key to them in the metadata.",
    ),
    _code(
        "parameter-missing",
        "4140",
        "Something that this user flow needs is missing.",
        "WEB_REDIRECT needs returnUrl, PUSH_MESSAGE a customer; every write an Idempotency-Key.",
        "Add the field that is named below.",
    ),
    _code(
        "reference-taken",
        "4150",
        "This reference is taken.",
        "Every payment of a sales unit has a reference of its own, for ever, failed ones too. (On a refund the code "
        "means that the idempotency key was used for another refund.)",
        "Take a new reference; a suffix helps: order-1001-2.",
    ),
    _code(
        "payment-method-invalid",
        "4160",
        "This payment method does not go with the rest of the request.",
        "CARD wants WEB_REDIRECT and is not in test; CARD_PASSTHROUGH is for payment service providers.",
        "Use WALLET.",
    ),
    _code(
        "blocking-sources",
        "5010",
        "Sources cannot be blocked here.",
        "Blocking commercial cards exists in Denmark and Finland only.",
        "Leave paymentMethod.blockedSources out.",
    ),
    _code(
        "feature-not-approved",
        "5020 5050 5080",
        "This sales unit may not do that.",
        "Express, long-living payments and PUSH_MESSAGE each need an approval.",
        "Ask for the approval in the portal, or use WEB_REDIRECT and the usual ten minutes.",
    ),
    _code(
        "scope-needs-approval",
        "5030",
        "A scope needs an approval.",
        "The national identity number (nin) is given to few.",
        "Leave nin out of profile.scope, or apply for it.",
    ),
    _code(
        "currency-of-another-market",
        "5040",
        "The currency is not this sales unit's.",
        "A sales unit takes its own market's currency: NOK in Norway, DKK in Denmark, EUR in Finland.",
        "Send the amount in the market's currency.",
    ),
    _code(
        "bank-account-unverified",
        "5060",
        "The merchant's bank account is not verified.",
        "The order of the sales unit is not complete.",
        "Complete it in the portal.",
    ),
    _code(
        "payment-cannot-be-created",
        "5070",
        "The payment cannot be created.",
        "The sales unit's set-up does not allow it: inactive, or without a payment product.",
        "Look at the sales unit in the portal.",
    ),
    _code(
        "reference-unknown",
        "5090",
        "No payment of this sales unit has this reference.",
        "A typo (references are case-sensitive), or the keys or MSN of another sales unit or environment.",
        "Check the reference, then the MSN on the token's card.",
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
        "Nothing needs to be done: the bank has released the amount.",
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
        "The payment was aborted, has expired or was ended before.",
        "Look at its state; a new payment needs a new reference.",
    ),
    _code(
        "cancel-transaction-only",
        "6060",
        "The payment is authorised already.",
        "cancelTransactionOnly asks to end it only while nobody has approved.",
        "Leave cancelTransactionOnly out to release the reserved amount.",
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
    ),
    _code(
        "capture-too-much",
        "6090",
        "More was to be captured than is left.",
        "What is left is authorised minus captured minus cancelled.",
        "Read the aggregate of the payment and capture at most the rest.",
    ),
    _code(
        "capture-period-over",
        "6100",
        "It is too late to capture.",
        "180 days in Norway, 14 in Denmark and Finland, then the reservation ends.",
        "Create a new payment.",
    ),
    _code(
        "expires-at",
        "6110 6120",
        "expiresAt is too near or too far.",
        "More than 10 minutes and less than 60 days ahead.",
        "Move it, or leave it out for the usual ten minutes.",
    ),
    _code(
        "receipt-needed",
        "6130",
        "A long-living payment needs a receipt.",
        "With expiresAt the customer must see what they pay for.",
        "Add a receipt with order lines.",
    ),
    _code(
        "full-capture-only",
        "6140",
        "The whole amount must be captured at once.",
        "Partial capture is not switched on for this sales unit.",
        "Capture all that is reserved, or ask for partial capture.",
    ),
    _code(
        "refund-too-much",
        "6150",
        "More was to be refunded than was captured.",
        "What can go back is captured minus refunded.",
        "Read the aggregate and refund at most that.",
    ),
    _code(
        "still-processing",
        "6160 6250",
        "The payment is being worked on.",
        "The bank has not answered the operation before this one.",
        "Send the same request with the same key again in a few seconds.",
    ),
    _code(
        "captured-already",
        "6170",
        "It is captured already.",
        "This capture has happened before.",
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
    ),
    _code(
        "capture-failed",
        "6280",
        "The capture did not go through this time.",
        "Trouble at the bank.",
        "Send the same request with the same key again later.",
    ),
    _code(
        "customer-unknown",
        "7010",
        "Nobody can be asked under this number.",
        "No customer has it in this environment (a real number is unknown in test), the customer is too young, or the "
        "test user has never logged in.",
        "In test: use a test user's number, and log in to the Merchant Test app once.",
    ),
    _code(
        "approve-failed",
        "10010 10020 10030 10040 10050 10060 10070",
        "Force approve did not work.",
        "The test user has no valid card, has never approved by hand, or the payment cannot be approved this way "
        "(Express cannot).",
        "Approve one payment by hand in the test app, add a card there, or take another test user.",
    ),
)
