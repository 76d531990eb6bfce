"""The mistakes that everybody makes once, whichever API.

Keys, tokens, addresses, limits. One row, one symptom. Of two that are equally sharp the first is told, so the special
ones stand before the general ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from vipps_nb.apis.facts import APIS, ApiFacts
from vipps_nb.auth.auth_scheme import AuthScheme
from vipps_nb.explain import request_faults, wording
from vipps_nb.explain.exchange import Exchange
from vipps_nb.explain.request_faults import Words
from vipps_nb.explain.symptom import DOCS, Symptom


def _paths(rows: Iterable[ApiFacts]) -> str:
    """How the paths of some APIs begin, as a pattern."""
    return "|".join(re.escape(prefix) for row in rows for prefix in row.prefixes)


_PRODUCTION = [row for row in APIS if row.in_test is False]
_PRODUCTION_NAMES = [row.name for row in _PRODUCTION]
_BEARER = [row for row in APIS if row.auth is AuthScheme.BEARER]
MSN = "merchant-serial-number"
_KEY = "ocp-apim-subscription-key"
_UNPROCESSABLE = 422
_FORCED = r"/(approve|accept)$"
# Where an access token is looked at, and where the sales unit is: elsewhere keys are sent, or the token tells.
_BY_BEARER = f"^(?!({_paths(row for row in APIS if row not in _BEARER)})/)"
_BY_SALES_UNIT = f"^(?!({_paths(row for row in APIS if row not in _BEARER or not row.msn)})/)"
_AMOUNTS = ("value", "amount", "modificationAmount", "suggestedMaxAmount")
_MSNS = ("merchantSerialNumber", "msn")
_PHONES = ("phoneNumber", "mobileNumber")


def _may_be_about(exchange: Exchange, names: tuple[str, ...]) -> bool:
    """Whether the server names one of these fields, or none at all."""
    named = exchange.names()
    return not named or bool(named & {name.lower() for name in names})


def _amounts_are_no_integers(exchange: Exchange) -> bool:
    wrong = any(isinstance(value, bool) or not isinstance(value, int) for value in exchange.amounts())
    return wrong and _may_be_about(exchange, _AMOUNTS)


def _msn_is_a_number(exchange: Exchange) -> bool:
    wrong = any(isinstance(value, int) for value in exchange.values(*_MSNS))
    return wrong and _may_be_about(exchange, _MSNS)


def _phone_is_malformed(exchange: Exchange) -> bool:
    short = exchange.route.startswith("/ecomm/")
    wrong = any(wording.phone_fault(number, short=short) for number in exchange.values(*_PHONES))
    return wrong and _may_be_about(exchange, _PHONES)


def _names_no_sales_unit(exchange: Exchange) -> bool:
    return not exchange.headers.get(MSN)


def _says_nothing_more(exchange: Exchange) -> bool:
    """A refusal without a code and without fields.

    All there is to go by is the status.
    """
    problem = exchange.problem
    return problem is not None and not problem.code and not problem.field_errors


def _key_of_another(exchange: Exchange) -> bool:
    """Whether the refusal says itself what is wrong with the key."""
    codes = {"4010", "4020", "idempotency-conflict"} | ({"4150"} if exchange.route.endswith("/refund") else set())
    return exchange.problem is not None and exchange.problem.code in codes


# What each says when the request shows more than the refusal does.

_OTHER_KEYS = {
    "test": ("production keys on the test host", "choose --env production if they are production keys"),
    "production": ("test keys on the production host", "choose --env test if they are test keys"),
    "sandbox": ("keys of another sandbox or of a real environment", "choose where they belong with --env"),
}


def _subscription_key(exchange: Exchange) -> Words:
    if exchange.headers.get(_KEY):
        return {
            "what": "The gateway saw no subscription key.",
            "cause": "The request carried the header Ocp-Apim-Subscription-Key, so something on its way took it off, "
            "or it is blank.",
            "remedy": "Ask whoever runs the proxy or gateway in between; look at the header's value for blanks.",
            "certain": False,
        }
    if exchange.by_session:
        return {
            "what": "The gateway saw no subscription key.",
            "cause": "`vipps` adds the key to what it sends if it has one: specialized keys (management, accounting, "
            "Donations) have none, and a proxy may take the header off.",
            "remedy": "Log in with the keys of a sales unit for this API; %vipps_doctor looks at the way.",
            "certain": False,
        }
    if _KEY in exchange.headers:
        return {"cause": "The header Ocp-Apim-Subscription-Key was sent empty.", "remedy": "Put the key into it."}
    return {}


def _foreign_keys(exchange: Exchange) -> Words:
    elsewhere, choose = _OTHER_KEYS[exchange.environment]
    if exchange.environment == "sandbox":
        return {
            "cause": f"It is not this sandbox's: {elsewhere}, or one that was cut off.",
            "remedy": f"Take the keys that this sandbox gave out (`vipps-nb sandbox` prints them), or {choose}.",
        }
    return {
        "cause": f"{elsewhere[0].upper()}{elsewhere[1:]}; else a key of another sales unit, one that was regenerated, "
        "or blanks copied along with it.",
        "remedy": f"Copy it again from the portal (For developers) and run %vipps_login --refresh; {choose}.",
    }


def _unknown_client(exchange: Exchange) -> Words:
    if not exchange.by_session and not exchange.headers.get("client_id"):
        return {
            "what": "The request named no client_id.",
            "cause": "The header client_id is absent; one in the body or the query is not looked at.",
            "remedy": "Send client_id, client_secret and the subscription key as headers.",
            "certain": True,
        }
    elsewhere, choose = _OTHER_KEYS[exchange.environment]
    return {
        "cause": f"{elsewhere[0].upper()}{elsewhere[1:]}, or a client_id that was cut off.",
        "remedy": f"Copy the client_id again from where these keys come from; {choose}.",
    }


def _wrong_secret(exchange: Exchange) -> Words:
    if not exchange.by_session and not exchange.headers.get("client_secret"):
        return {
            "what": "The request carried no client_secret.",
            "cause": "The header client_secret is absent; one in the body or the query is not looked at.",
            "remedy": "Send client_id, client_secret and the subscription key as headers.",
            "certain": True,
        }
    if exchange.environment == "sandbox":
        return {
            "cause": "Copied incompletely, or another sandbox's.",
            "remedy": "Take the keys that this sandbox gave out (`vipps-nb sandbox` prints them).",
        }
    return {}


def _specialized(exchange: Exchange) -> Words:
    grant = next(exchange.values("grant_type"), "")
    causes = []
    if not exchange.by_session and "authorization" not in exchange.headers:
        causes.append("The client did not introduce itself: HTTP Basic is missing.")
    if exchange.headers.get("authorization", "").lower() not in ("", "basic"):
        causes.append("The client introduced itself by another scheme than HTTP Basic.")
    if not grant and exchange.kind != "unread":
        causes.append("No grant_type was in the form.")
    elif grant and grant != "client_credentials":
        causes.append("The grant_type is another one than client_credentials.")
    if exchange.kind == "json":
        causes.append("The body is JSON, and a form is wanted.")
    if exchange.headers.get(_KEY):
        causes.append("A subscription key was sent along.")
    if causes:
        return {"cause": " ".join(causes), "certain": True}
    return {
        "cause": "ID or secret is wrong, or they are merchant keys: management, accounting or Donations keys are "
        "wanted here.",
        "remedy": "Copy them again, and log in with their type: %vipps_login --key-type accounting.",
    }


def _userinfo(exchange: Exchange) -> Words:
    if not exchange.by_session and "authorization" not in exchange.headers:
        return {"cause": "No access token was sent.", "certain": True}
    of_a_login = exchange.path.lower().rstrip("/").endswith("/userinfo")
    if of_a_login and exchange.headers.get(_KEY):
        return {"cause": "A subscription key was sent along, which the Login variant refuses.", "certain": True}
    if of_a_login:
        return {
            "cause": "The person's token is older than ten minutes, or a merchant's token was used where a person's "
            "is wanted.",
            "remedy": "Log the person in again and use their own fresh token; without a login, read "
            "/vipps-userinfo-api/userinfo/{sub} with the merchant's.",
        }
    return {
        "cause": "A person's token was used where a merchant's is wanted, or the merchant's has expired.",
        "remedy": "With `vipps` leave Authorization out: it sends the merchant's token.",
    }


def _token(exchange: Exchange) -> Words:
    scheme = exchange.headers.get("authorization")
    if scheme is None and exchange.by_session:
        return {
            "cause": "`vipps` sent its token, and renewed it once: it belongs to another environment or sales unit, "
            "or these keys do not open this API.",
            "remedy": "Compare the MSN with the keys', then run %vipps_login --refresh; %vipps_doctor tells which one "
            "is off.",
        }
    if scheme is None:
        return {
            "what": "No access token was sent.",
            "cause": "The header Authorization is absent.",
            "remedy": "Send `Authorization: Bearer <token>`, or use `vipps`, which does that by itself.",
            "certain": True,
        }
    if scheme == "":
        return {
            "cause": "The header Authorization was set by hand, and does not begin with the word Bearer and a space "
            "before the token.",
            "remedy": "Send `Authorization: Bearer <token>`, or leave it to `vipps`, which does that by itself.",
            "certain": True,
        }
    if scheme.lower() != "bearer":
        return {
            "cause": f"Authorization was set by hand with the scheme {scheme}, and this API wants Bearer.",
            "remedy": "Send `Authorization: Bearer <token>`, or leave it to `vipps`, which does that by itself.",
            "certain": True,
        }
    small = "" if scheme == "Bearer" else f" (It is written {scheme}; most take that, a strict gateway does not.)"
    return {
        "cause": "The token that was set by hand has expired, was cut off, or belongs to another environment or sales "
        f"unit.{small}",
        "remedy": "Do not set Authorization yourself: `vipps` sends its own token and renews it."
        + ("" if scheme == "Bearer" else " Else write Bearer."),
    }


def _authorization(exchange: Exchange) -> Words:
    said = _token(exchange)
    if "authorization" not in exchange.headers and exchange.by_session:
        return {
            "cause": "“Something went wrong” with 401 usually means an Authorization header that was not understood; "
            "`vipps` wrote this one, so it is the token, or trouble at the gateway.",
            "remedy": "Run %vipps_login --refresh and try again; if it goes on, look at the status page.",
        }
    return {name: words for name, words in said.items() if name != "what"}


def _foreign_msn(exchange: Exchange) -> Words:
    if exchange.headers.get(MSN) or re.search(r"msn|supermerchant|sales unit", exchange.words, re.IGNORECASE):
        return {}
    return {
        "what": "The keys and the host do not fit together.",
        "cause": "Test and production mixed up, keys that were regenerated, or a token that is none; the request "
        "names no sales unit.",
        "remedy": "Take host and keys from one and the same place in the portal; %vipps_doctor tells what is off.",
    }


def _not_connected(exchange: Exchange) -> Words:
    if exchange.headers.get(MSN) or exchange.kind == "unread" or any(exchange.values(*_MSNS)):
        return {}
    return {
        "cause": "The request names no sales unit, and the merchant that it is about is not connected to these keys.",
        "remedy": 'Say for whom: vipps.as_merchant("123456"); the merchant connects you in the portal.',
    }


def _force_approve(exchange: Exchange) -> Words:
    if exchange.environment == "sandbox":
        return {
            "remedy": "In the sandbox, approve at its desk (%vipps_sandbox) instead; in test, approve one payment by "
            "hand in the Merchant Test app, and add a card there."
        }
    return {}


def _same_again(exchange: Exchange) -> Words:
    found = request_faults.advice(exchange)
    if not found:
        return {}
    return {
        "cause": f"A refusal stays bound to its idempotency key. {found['cause']}",
        "remedy": f"{found['remedy']} And take a new idempotency key.",
    }


def _amount_form(exchange: Exchange) -> Words:
    found = request_faults.advice(exchange, *_AMOUNTS, sure=False)
    if found:
        return found
    wrong = [value for value in exchange.amounts() if isinstance(value, bool) or not isinstance(value, int)]
    if all(isinstance(value, str) and value.isdecimal() for value in wrong):
        return {
            "what": "The request was refused, and an amount in it is text.",
            "cause": "Documents have a JSON integer there. Digits in quotes are often taken, and not everywhere.",
            "remedy": "Leave the quotes out: 49900.",
        }
    return {}


def _msn_form(exchange: Exchange) -> Words:
    number = next((value for value in exchange.values(*_MSNS) if isinstance(value, int)), None)
    return {} if number is None or isinstance(number, bool) else {"remedy": f'Put it in quotes: "{number}".'}


def _rate_limit(exchange: Exchange) -> Words:
    wait = exchange.answer_headers.get("retry-after")
    pause = f"Wait as long as Retry-After says ({wait[:40]})" if wait else "Wait a few seconds, longer each time"
    path = exchange.path.lower().rstrip("/")
    if exchange.method == "GET":
        return {
            "cause": "The limit is counted for each payment or agreement; a program that polls too eagerly fills it.",
            "remedy": f"{pause}, then go on slower: the first look after 5 s, then every 2 s, as vipps.poll() does.",
        }
    nameless = (
        path.endswith("/payments") and exchange.kind == "json" and not any(exchange.values("reference", "orderId"))
    )
    if nameless:
        return {
            "cause": "Without a reference, or with it misspelled, all payments of a sales unit share one limit.",
            "remedy": f"Add the field, then go on. {pause} first.",
        }
    return {
        "cause": "The limit is counted for each payment or agreement: five writes a minute for most.",
        "remedy": f"{pause}. vipps.map keeps to the documented limits by itself.",
    }


def _token_call_body(exchange: Exchange) -> Words:
    if exchange.kind == "form":
        return {"cause": "It should have none: the keys travel as headers, and no grant is asked for here."}
    return {}


def _trouble(exchange: Exchange) -> Words:
    again = f"{exchange.same_again} in a while; look at the status page (vipps.statuspage.io) when it goes on."
    wrong = request_faults.advice(exchange, sure=False) if exchange.status == _UNPROCESSABLE else {}
    if wrong:
        return {**wrong, "what": "The request was not processed."}
    if exchange.environment == "sandbox":
        return {"remedy": f"{exchange.same_again} in a while. In a sandbox: are faults on (%vipps_sandbox)?"}
    return {"remedy": again}


def _fields(exchange: Exchange) -> Words:
    found = request_faults.advice(exchange)
    if found:
        return found
    operation = exchange.operation
    if operation is None or operation.body is None:
        return {"remedy": "Correct the fields that the server names; they stand in the path, the query or a header."}
    # A check before sending would find nothing either: the document has no such rule.
    return {} if exchange.kind == "unread" else {"remedy": "Correct the fields as the server says."}


def _no_such_path(exchange: Exchange) -> Words:
    if unfilled := request_faults.placeholder(exchange):
        return {
            "cause": f"{unfilled} in the path was never filled in.",
            "remedy": 'In a magic {name} means the variable of that name; in code write f"/…/{name}".',
            "certain": True,
        }
    near = request_faults.nearest_path(exchange)
    return {"cause": "It is mistyped.", "remedy": f"Did you mean {near}?"} if near else {}


def _other_method(exchange: Exchange) -> Words:
    there = request_faults.methods(exchange)
    if not there:
        return {}
    words = " and ".join(filter(None, [", ".join(there[:-1]), there[-1]]))
    below = request_faults.readable_below(exchange) if exchange.method == "GET" else ""
    if below:  # whoever wanted to read is not told to write
        return {
            "what": "This path has no GET: nothing can be read or listed there.",
            "cause": f"It has {words}.",
            "remedy": f"One thing can be read by its name: GET {below}.",
        }
    return {
        "what": f"This path has no {exchange.method}.",
        "cause": f"It has {words}.",
        "remedy": f"Send {' or '.join(there)}. `%vipps_explore` shows what each does.",
    }


def _unknown_thing(exchange: Exchange) -> Words:
    if unfilled := request_faults.placeholder(exchange):
        return {
            "cause": f"{unfilled} in the path was never filled in.",
            "remedy": 'In a magic {name} means the variable of that name; in code write f"/…/{name}".',
            "certain": True,
        }
    name, _ = request_faults.named_thing(exchange)
    what = f"There is no {wording.thing(exchange)} for these keys."
    if name.lower() in ("msn", "merchantserialnumber"):
        return {
            "what": what,
            "cause": "A sales unit that is not active, or not connected to these keys; or a typo.",
            "remedy": "Compare the number with the list of sales units; in the portal, see whether it is active.",
        }
    return {"what": what}


SYMPTOMS = (
    Symptom(
        name="subscription-key-missing",
        what="The request carried no subscription key.",
        cause="The header Ocp-Apim-Subscription-Key is absent; keys in the body or the query are not looked at.",
        remedy="Send it as a header. `vipps` does that by itself: was the call made with something else?",
        page=f"{DOCS}/knowledge-base/http-headers/",
        statuses=frozenset({401}),
        words="missing subscription key",
        fit=_subscription_key,
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
        fit=_foreign_keys,
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
        fit=_unknown_client,
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
        fit=_wrong_secret,
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
        fit=_specialized,
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
        fit=_userinfo,
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
        fit=_token,
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
        fit=_authorization,
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
        fit=_not_connected,
    ),
    Symptom(
        name="msn-not-under-these-keys",
        what="Keys, merchant serial number and host do not fit together.",
        cause="Test and production mixed up, keys that were regenerated, or the MSN of another sales unit.",
        remedy="Take host, keys and MSN from one and the same sales unit; %vipps_doctor tells which one is off.",
        page=f"{DOCS}/knowledge-base/api-keys/",
        words=r"supermerchant|invalid msn|check your api keys|does not belong to the sales unit",
        certain=False,
        fit=_foreign_msn,
    ),
    Symptom(
        name="forced-outside-test",
        what="Force approve and force accept were refused here.",
        cause="They exist in the test environment (and in the sandbox) only.",
        remedy="Let the customer approve in the app; in production nobody else can.",
        statuses=frozenset({401, 403, 404, 405}),
        path=_FORCED,
        when=lambda exchange: exchange.environment == "production",
    ),
    Symptom(
        name="force-approve-failed",
        what="Force approve did not work.",
        cause="The test user has no valid card (they expire), or has never approved a payment by hand in the test app.",
        remedy="Approve one payment by hand in the Merchant Test app, add a card there, or make a new test user.",
        page=f"{DOCS}/APIs/epayment-api/api-guide/operations/force-approve/",
        path=_FORCED,
        when=lambda exchange: (
            exchange.environment != "production"
            and (
                exchange.status >= 500  # noqa: PLR2004 - the class of server errors
                or (exchange.problem is not None and exchange.problem.code in {"81", "99"})
            )
        ),
        certain=False,
        fit=_force_approve,
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
        fit=_same_again,
    ),
    Symptom(
        name="amount-is-no-integer",
        what="The request was refused, and an amount in it is no whole number.",
        cause="Amounts are integers in minor units: 49900 is 499.00. A decimal point, a float or a text is none.",
        remedy='Send an integer: 49900, not 499.0 and not "49900".',
        statuses=frozenset({400, 500}),
        certain=False,
        when=_amounts_are_no_integers,
        fit=_amount_form,
    ),
    Symptom(
        name="msn-is-no-text",
        what="The request was refused, and the merchant serial number in it is a JSON number.",
        cause="It must be a text of digits.",
        remedy='Put it in quotes: "123456".',
        statuses=frozenset({400, 500}),
        certain=False,
        when=_msn_is_a_number,
        fit=_msn_form,
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
        fit=wording.phone,
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
        fit=_rate_limit,
    ),
    Symptom(
        name="locked",
        what="It is locked this moment.",
        cause="Another operation on the same thing has not ended yet.",
        remedy="Send the same request with the same key again in a few seconds.",
        statuses=frozenset({423}),
        fit=wording.again,
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
        fit=_token_call_body,
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
        fit=_trouble,
    ),
    Symptom(
        name="production-only",
        what="The test environment does not have this API.",
        cause=f"{', '.join(_PRODUCTION_NAMES[:-1])} and {_PRODUCTION_NAMES[-1]} are for production only.",
        remedy="Practise in the sandbox (%vipps_login --env sandbox); the real data is in production.",
        statuses=frozenset({401, 403, 404}),
        path=f"^({_paths(_PRODUCTION)})/",
        when=lambda exchange: exchange.environment == "test",
    ),
    Symptom(
        name="called-from-a-page",
        what="The call carried the header Origin, as a web page's does, and was refused for that.",
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
        fit=wording.address,
    ),
    Symptom(
        name="fields-invalid",
        what="Fields of the request break a rule.",
        cause="The server names them and says why.",
        remedy="Correct the fields that the server names; `%%vipps METHOD PATH --dry-run` checks before sending.",
        statuses=frozenset({400, 422}),
        when=lambda exchange: exchange.problem is not None and bool(exchange.problem.field_errors),
        fit=_fields,
    ),
    Symptom(
        name="no-such-path",
        what="No API has this path.",
        cause="It is mistyped, or of an API that the catalogue does not know.",
        remedy="`%vipps_explore` shows every operation; vipps_nb.openapi(…) adds the document of a newer API.",
        statuses=frozenset({404}),
        when=request_faults.is_unknown,
        certain=False,
        fit=_no_such_path,
    ),
    Symptom(
        name="method-not-allowed",
        what="This path exists, with another method.",
        cause="Each operation has one method.",
        remedy="Take a method that the path has.",
        statuses=frozenset({404, 405}),
        when=lambda exchange: exchange.operation is None and not request_faults.is_unknown(exchange),
        fit=_other_method,
    ),
    Symptom(
        name="thing-unknown",
        what="There is nothing of the name that the path ends with.",
        cause="A typo (names are case-sensitive), or the keys or MSN of another sales unit or environment.",
        remedy="Check the name, then the MSN on the token's card.",
        statuses=frozenset({404}),
        when=lambda exchange: bool(request_faults.named_thing(exchange)[0]),
        certain=False,
        fit=_unknown_thing,
    ),
    Symptom(
        name="media-type-refused",
        what="The body's type is not accepted.",
        cause="Content-Type must be the documented one, application/json for most.",
        remedy="Use json=… instead of data=….",
        page=f"{DOCS}/knowledge-base/http-headers/",
        statuses=frozenset({415}),
        fit=wording.media_type,
    ),
    Symptom(
        name="body-does-not-fit",
        what="The request was refused, and its body is not what is documented.",
        cause="A field is missing, misspelled or of another type.",
        remedy="`%%vipps METHOD PATH --dry-run` checks a body before it is sent.",
        statuses=frozenset({400, 422}),
        when=lambda exchange: bool(request_faults.advice(exchange)),
        certain=False,
        fit=lambda exchange: request_faults.advice(exchange, sure=False),
    ),
)
