"""What the other APIs say no to, as far as their pages tell: webhooks, Login, reports, eCom."""

from __future__ import annotations

from vipps_nb.explanations.exchange import Exchange
from vipps_nb.explanations.symptom import DOCS, Symptom


def _nothing_in_it(exchange: Exchange) -> bool:
    answer = exchange.answer
    return isinstance(answer, dict) and answer.get("items") == []


ECOM = {
    "35": (
        "No payment of this sales unit has this orderId.",
        "A typo, or keys of another sales unit.",
        "Check the orderId, then the MSN.",
    ),
    "81": (
        "Nobody can be asked under this number.",
        "Not a customer of this environment, or not eight digits.",
        "eCom wants the eight digits without 47; in test use a test user's number.",
    ),
    "99": (
        "It did not work, and the code does not say why.",
        "In test often a test user who was never prepared.",
        "Approve one payment by hand in the test app, then try again.",
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
    ),
    Symptom(
        name="ledger-unknown",
        what="There is no such ledger, for these keys.",
        cause="The id is wrong, or the merchant has not given your keys access to reports.",
        remedy="List the ledgers first (GET /settlement/v1/ledgers); the merchant grants access in the portal.",
        page=f"{DOCS}/APIs/report-api/",
        statuses=frozenset({404}),
        path=r"^/report/(?!.*/dates/)",
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
            certain=False,
        )
        for code, (what, cause, remedy) in ECOM.items()
    ),
    Symptom(
        name="ecom-order-taken",
        what="This orderId is taken.",
        cause="Every payment needs one of its own, failed ones too.",
        remedy="Take a new orderId; a suffix helps: order-1001-2.",
        page=f"{DOCS}/APIs/ecom-api/",
        path=r"^/ecomm/",
        words=r"orderId.{0,40}(already|used|exists|unique)",
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
    ),
)
