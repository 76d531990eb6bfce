"""What the other APIs say no to, as far as their pages tell.

Webhooks, Login, reports, eCom.
"""

from __future__ import annotations

from vipps_nb.explain import request_faults, wording
from vipps_nb.explain.exchange import Exchange
from vipps_nb.explain.request_faults import Words
from vipps_nb.explain.symptom import DOCS, Symptom


def _nothing_in_it(exchange: Exchange) -> bool:
    answer = exchange.answer
    return isinstance(answer, dict) and answer.get("items") == []


def _names_a_ledger(exchange: Exchange) -> bool:
    return bool(request_faults.named_thing(exchange)[0])


def _webhook_url(exchange: Exchange) -> Words:
    if missing := wording.field("url")(exchange):
        return missing
    if exchange.environment == "sandbox":
        return wording.address(exchange)
    return {**wording.address(exchange), "remedy": "Check the address from outside; if the name is new, wait a little."}


def _login_request(exchange: Exchange) -> Words:
    if exchange.method == "GET":
        return {}
    ciba = exchange.path.lower().startswith("/vipps-login-ciba")
    if ciba:
        return {
            "cause": "A field is missing or has the wrong form: login_hint is urn:msisdn: and the number, "
            "binding_message 5 to 8 capital letters, digits and hyphens.",
            "remedy": "Correct the field that the server names.",
        }
    if exchange.kind == "json":
        return {"cause": "The body is JSON, and a form is wanted.", "remedy": "Use data={…}.", "certain": True}
    if exchange.kind == "form" and not any(exchange.values("redirect_uri")):
        return {"cause": "The form has no redirect_uri, or another field is missing.", "remedy": "Add what is missing."}
    return {}


def _grant(exchange: Exchange) -> Words:
    if exchange.kind == "unread":
        return {}
    if next(exchange.values("grant_type"), "") != "authorization_code":
        return {
            "what": "The grant was not accepted.",
            "cause": "The login that it stands for has ended, was never approved, or was traded before.",
            "remedy": "Start the login again, and trade what it gives once.",
        }
    if not any(exchange.values("code")):
        return {"cause": "The form has no code.", "remedy": "Add the code of the redirect.", "certain": True}
    if not any(exchange.values("redirect_uri")):
        return {
            "cause": "The form has no redirect_uri; it must be the same as in the first step.",
            "remedy": "Start the login again and trade the new code with the same redirect_uri.",
        }
    return {}


def _client(exchange: Exchange) -> Words:
    in_form = any(exchange.values("client_secret"))
    basic = exchange.headers.get("authorization", "Basic" if exchange.by_session else None)
    if in_form and basic is None:
        return {
            "cause": "The keys are sent in the form (client_secret_post), and the portal's setting is usually "
            "client_secret_basic; or they are another sales unit's.",
        }
    if in_form:
        return {"cause": "The keys are sent twice, in the form and as a header.", "remedy": "Send them once, as Basic."}
    if basic is None and exchange.kind != "unread":
        return {
            "cause": "The client did not introduce itself: neither HTTP Basic nor keys in the form.",
            "remedy": "Send client ID and secret as HTTP Basic, as `vipps` does.",
            "certain": True,
        }
    if basic is None:
        return {}
    return {
        "cause": "They are another sales unit's or environment's, or the portal's setting is client_secret_post, and "
        "they were sent as HTTP Basic.",
        "remedy": "Compare the keys and the setting in the portal.",
    }


def _ledgers_empty(exchange: Exchange) -> Words:
    if exchange.environment == "sandbox":
        return {"remedy": "Here the switch accountingPartnerHasAccess gives it; in production the merchant does."}
    return {}


def _ecom_order(exchange: Exchange) -> Words:
    return {} if wording.thing(exchange) else {"remedy": "Check the orderId in the request, then the MSN."}


def _ecom_customer(exchange: Exchange) -> Words:
    if exchange.kind == "unread":
        return {}
    wrong = [text for number in exchange.values(*wording.PHONES) if (text := wording.phone_fault(number, short=True))]
    if wrong:
        return {
            "cause": f"The number {wrong[0]}.",
            "remedy": "eCom wants the eight digits without 47.",
            "certain": True,
        }
    if not any(exchange.values(*wording.PHONES)):
        return {
            "what": "The customer cannot be asked.",
            "cause": "Whoever opened the payment is no customer of this environment.",
            "remedy": "In test, open it as a test user.",
        }
    return {
        "cause": "It has the right form, and is no customer's of this environment.",
        "remedy": "In test use a test user's number; in the sandbox look at unknownPhoneNumbers in its settings.",
    }


def _ecom_said_nothing(exchange: Exchange) -> Words:
    if exchange.environment == "sandbox":
        return {
            "cause": "In test it is often a test user who was never prepared; here it was ordered, or a rule that "
            "has no code."
        }
    return {}


def _ecom_taken(exchange: Exchange) -> Words:
    found = request_faults.missing_field(exchange, "orderId", before={})
    return {"what": "The orderId will not do.", **found} if found else {}


ECOM: dict[str, tuple[str, str, str, wording.Fit]] = {
    "35": (
        "No payment of this sales unit has this orderId.",
        "A typo, or keys of another sales unit.",
        "Check the orderId, then the MSN.",
        _ecom_order,
    ),
    "61": (
        "More was to be captured than is left.",
        "What is left is reserved minus captured.",
        "Read the payment's details and capture at most the rest.",
        wording.left("capture"),
    ),
    "71": (
        "More was to be refunded than was captured.",
        "What can go back is captured minus refunded.",
        "Read the payment's details and refund at most that.",
        wording.left("refund"),
    ),
    "81": (
        "Nobody can be asked under this number.",
        "Not a customer of this environment, or not eight digits.",
        "eCom wants the eight digits without 47; in test use a test user's number.",
        _ecom_customer,
    ),
    "99": (
        "It did not work, and the code does not say why.",
        "In test often a test user who was never prepared.",
        "Approve one payment by hand in the test app, then try again.",
        _ecom_said_nothing,
    ),
}
SYMPTOMS = (
    Symptom(
        name="webhook-address-refused",
        what="The webhook's address was not accepted.",
        cause="It must be https and reachable from the internet, and its name may be too new to be found yet.",
        remedy="Check the address from outside; if the name is new, try again in a few seconds. In the sandbox "
        "http://127.0.0.1 is accepted.",
        page=f"{DOCS}/APIs/webhooks-api/",
        statuses=frozenset({400}),
        path=r"^/webhooks/",
        when=lambda exchange: (
            exchange.problem is not None and any(field.name.lower() == "url" for field in exchange.problem.field_errors)
        ),
        fit=_webhook_url,
    ),
    Symptom(
        name="login-request-invalid",
        what="The login request was not accepted.",
        cause="redirect_uri differs from the registered one by a character, or something is missing.",
        remedy="Compare redirect_uri with the portal letter by letter, the last slash too.",
        page=f"{DOCS}/APIs/login-api/",
        codes=frozenset({"invalid_request"}),
        path=r"^/(access-management|vipps-login)",
        certain=False,
        fit=_login_request,
    ),
    Symptom(
        name="login-grant-invalid",
        what="The code was not accepted.",
        cause="A code works once and for minutes; redirect_uri must be the same as in the first step.",
        remedy="Start the login again and trade the new code at once.",
        page=f"{DOCS}/APIs/login-api/",
        codes=frozenset({"invalid_grant"}),
        path=r"^/access-management",
        certain=False,
        fit=_grant,
    ),
    Symptom(
        name="login-client-invalid",
        what="The client was not accepted.",
        cause="The keys are sent in the other way than the portal's setting says (client_secret_basic is the usual "
        "one, many libraries send client_secret_post), or they are another sales unit's.",
        remedy="Send them as HTTP Basic (as `vipps` does), or change the setting in the portal.",
        page=f"{DOCS}/APIs/login-api/",
        codes=frozenset({"invalid_client"}),
        path=r"^/(access-management|vipps-login)",
        certain=False,
        fit=_client,
    ),
    Symptom(
        name="ledger-unknown",
        what="There is no such ledger, for these keys.",
        cause="The id is wrong, or the merchant has not given your keys access to reports.",
        remedy="List the ledgers first (GET /settlement/v1/ledgers); the merchant grants access in the portal.",
        page=f"{DOCS}/APIs/report-api/",
        statuses=frozenset({404}),
        path=r"^/report/(?!.*/dates/)",
        when=_names_a_ledger,
        certain=False,
    ),
    Symptom(
        name="ledger-day-unknown",
        what="There is no such day of this ledger, for these keys.",
        cause="The day has not begun in the merchant's market; or the ledger's id is wrong, or closed to your keys.",
        remedy="Ask for today or an earlier day; if that fails too, list the ledgers (GET /settlement/v1/ledgers).",
        page=f"{DOCS}/APIs/report-api/",
        statuses=frozenset({404}),
        path=r"^/report/.*/dates/",
        when=_names_a_ledger,
        certain=False,
    ),
    Symptom(
        name="ledgers-empty",
        what="The list is empty.",
        cause="Nobody has given these keys access to a ledger, or nothing has been settled yet.",
        remedy="The merchant grants access in the portal; the first entries come with the first settlement.",
        page=f"{DOCS}/APIs/report-api/",
        statuses=frozenset({200}),
        path=r"^/settlement/v\d+/ledgers/?$",
        when=_nothing_in_it,
        certain=False,
        fit=_ledgers_empty,
    ),
    *(
        Symptom(
            name=f"ecom-{code}",
            what=what,
            cause=cause,
            remedy=remedy,
            page=f"{DOCS}/APIs/ecom-api/",
            path=r"^/ecomm/",
            codes=frozenset({code}),
            certain=code in ("61", "71"),
            fit=fit,
        )
        for code, (what, cause, remedy, fit) in ECOM.items()
    ),
    Symptom(
        name="ecom-order-taken",
        what="This orderId is taken.",
        cause="Every payment needs one of its own, failed ones too.",
        remedy="Take a new orderId; a suffix helps: order-1001-2.",
        page=f"{DOCS}/APIs/ecom-api/",
        path=r"^/ecomm/",
        words=r"orderId.{0,40}(already|used|exists|unique)",
        fit=_ecom_taken,
    ),
    Symptom(
        name="ecom-customer-unknown",
        what="Nobody can be asked under this number.",
        cause="No customer of this environment has it, or it is not eight digits.",
        remedy="eCom wants the eight digits without 47; in test use a test user's number.",
        page=f"{DOCS}/APIs/ecom-api/",
        path=r"^/ecomm/",
        words=r"not registered",
        certain=False,
        fit=_ecom_customer,
    ),
)
