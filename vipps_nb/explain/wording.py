"""What an explanation says about one request instead of its general words.

For what several APIs have in common. Each function here takes an exchange and gives the sentences that replace a
symptom's own; none of them where nothing in the request speaks against those.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from vipps_nb.client.recorder.money import Money
from vipps_nb.explain import request_faults
from vipps_nb.explain.exchange import Exchange
from vipps_nb.explain.request_faults import Words, money

Fit = Callable[[Exchange], Words]

# The smallest payment of a market (ePayment API guide, amounts), in minor units.
LEAST = {"NOK": 100, "SEK": 100, "DKK": 1, "EUR": 1, "USD": 1, "GBP": 1}
PHONES = ("phoneNumber", "mobileNumber")
_LARGEST = 65_000_000  # minor units
_MODIFICATION = re.compile(r"/(capture|refund|cancel)/?$", re.IGNORECASE)
_PAYMENT_CURRENCY = re.compile(r"payment is in ([A-Z]{3})")
_CAN_BE = re.compile(r"(\d+) can be (?:captured|refunded)")
_BLANK = "has a blank in it, which an address writes as %20"
_URL = re.compile(r"[A-Za-z][\w+.-]*:")
_LOCAL_NAMES = ("localhost", ".local", ".localhost", ".internal", ".test")


def shape(*about: str) -> Fit:
    """For a refusal of a request's form: what is wrong with it.

    As far as the catalogue sees it.
    """
    return lambda exchange: request_faults.advice(exchange, *about)


def field(*names: str, then: Fit | None = None) -> Fit:
    """For a refusal that speaks of a field.

    It is not there, its form is wrong, or something else is.
    """

    def fit(exchange: Exchange) -> Words:
        found = request_faults.missing_field(exchange, *names, before={}) or request_faults.advice(exchange, *names)
        return found or (then(exchange) if then is not None else {})

    return fit


def modification(exchange: Exchange) -> str:
    """Whether this captures, refunds or cancels: the verb, else empty."""
    found = _MODIFICATION.search(exchange.path)
    return found[1].lower() if found else ""


def amount(exchange: Exchange) -> Words:  # noqa: PLR0911 - one reading, one return
    """An amount that will not do: its form, its limits, its currency."""
    if exchange.kind == "unread":
        return {}
    if wrong := request_faults.advice(exchange, "amount", "modificationAmount", sure=True):
        value = _only_value(exchange)
        return wrong if value is None or value > 0 else _too_small(exchange, value)
    currencies = {str(each) for each in exchange.values("currency") if isinstance(each, str)}
    known = _payment_currency(exchange)
    if known and currencies and known not in currencies:
        return _of_another_currency(exchange, currencies, known)
    value = _only_value(exchange)
    if value is None:
        return {
            "cause": "The refusal is about an amount, and none stands in the request where one is looked for.",
            "remedy": 'Send it as the document has it, such as {"currency": "NOK", "value": 49900} for 499.00.',
            "certain": False,
        }
    least = _least(exchange)
    if value < least:
        return _too_small(exchange, value)
    if value > _LARGEST:
        return {
            "cause": f"{value} is {money(value)}; the largest amount is {_LARGEST} ({money(_LARGEST)}).",
            "remedy": "Amounts are in minor units: 49900 is 499.00.",
        }
    return {
        "cause": f"The amount sent is a whole number above zero, {value}, or {money(value, *sorted(currencies)[:1])}. "
        "So it is its currency, or a limit that the request does not show.",
        "remedy": "Read the server's words; compare the currency and what is left with the payment.",
        "certain": False,
    }


def too_small(exchange: Exchange) -> Words:
    """Less than the least: that of this request's currency."""
    value = _only_value(exchange)
    if value is None:
        return amount(exchange)
    if value >= _least(exchange):
        return {
            "what": "The amount was refused as too small.",
            "cause": f"The amount sent is {value}, {money(value, *_currencies(exchange)[:1])}, which no documented "
            "limit refuses; this sales unit has one of its own.",
            "remedy": "Read the server's words; amounts are in minor units, so 49900 is 499.00.",
            "certain": False,
        }
    return _too_small(exchange, value)


def currency(exchange: Exchange) -> Words:
    """A currency that is not the payment's, or not the sales unit's."""
    sent = _currencies(exchange)
    known = _payment_currency(exchange)
    if not sent:
        return request_faults.missing_field(exchange, "currency", before={})
    if known and known not in sent:
        return _of_another_currency(exchange, set(sent), known)
    if modification(exchange):
        return {
            "what": "The currency is not the payment's.",
            "cause": f"The amount is in {' and '.join(sent)}, and the payment was made in another currency.",
            "remedy": f"Read the payment (GET {_payment_path(exchange)}): its amount names the currency to send.",
        }
    if len(sent) > 1:
        return {
            "cause": f"The request has amounts in {' and '.join(sent)}; all of one payment are in the market's.",
            "remedy": "Send every amount, shipping too, in one currency.",
            "certain": False,
        }
    named = next(iter(sent), "")
    return {
        "cause": f"The amount is in {named}. A sales unit takes its own market's currency: NOK in Norway, DKK in "
        "Denmark, EUR in Finland."
    }


def left(verb: str) -> Fit:
    """More than is left to capture or to refund.

    Says what is left, if this kernel has seen it.
    """

    def fit(exchange: Exchange) -> Words:
        wanted = _only_value(exchange)
        if wanted is None and exchange.kind != "unread":
            return request_faults.advice(exchange)
        seen = exchange.seen
        done = f"{verb}{'d' if verb.endswith('e') else 'ed'}"
        known = _told_left(exchange)
        if known is None and seen is not None:
            known = seen.capturable if verb == "capture" else seen.refundable
        name = (seen.currency if seen else "") or next(iter(_currencies(exchange)), "")
        if known is None or wanted is None:
            return _how_to_see(exchange, wanted, name, done)
        if wanted <= known:
            return {
                "cause": f"{wanted} ({money(wanted, name)}) was to be {done}, and this kernel last saw {known} "
                f"({money(known, name)}) left; something was {done} or released since.",
                "remedy": f"Read the payment again: GET {_payment_path(exchange)}.",
                "certain": False,
            }
        parts = f": {_sum(verb, seen, name)}" if seen is not None and _told_left(exchange) is None else ""
        remedy = (
            f"Send at most {known}: {_body_of(exchange, known, name)}."
            if known
            else f"Nothing can be {done} any more; the payment's aggregate says where its money is."
        )
        return {
            "cause": f"{wanted} ({money(wanted, name)}) was to be {done}, and {known} ({money(known, name)}) is left"
            f"{parts}.",
            "remedy": remedy,
        }

    return fit


def phone(exchange: Exchange) -> Words:
    """A phone number that will not do.

    The number itself is a person's, so it is not repeated.
    """
    if exchange.kind == "unread":
        return {}
    if missing := request_faults.missing_field(exchange, *PHONES, "msisdn", "login_hint", before={}):
        return missing
    short = exchange.path.lower().startswith("/ecomm/")
    expected = "eight digits, without 47" if short else "country code and number, digits only"
    example = "Write 12345678, not +47 123 45 678." if short else "Write 4712345678, not +47 123 45 678."
    wrong = [reason for number in exchange.values(*PHONES) if (reason := phone_fault(number, short=short))]
    if not wrong:
        return {
            "cause": f"The number has the right form ({expected}), so it is one that cannot be: of a country without "
            "the service, or one that nobody has.",
            "remedy": "Compare it digit by digit; in test, take a test user's number.",
            "certain": False,
        }
    return {"cause": f"The number {wrong[0]}; it must be {expected}.", "remedy": example}


def phone_fault(number: Any, *, short: bool) -> str:
    """What is wrong with a phone number, as the words after it; empty for a good one."""
    if isinstance(number, bool) or not isinstance(number, str | int):
        return "is no text of digits"
    text = str(number)
    if re.search(r"[^\d]", text, re.ASCII):
        return "has something else than digits in it"
    if text.startswith("0"):
        return "begins with 0"
    if short:
        return "" if len(text) == 8 else f"has {len(text)} digits"  # noqa: PLR2004 - Norwegian numbers
    if len(text) == 8:  # noqa: PLR2004 - as above
        return "has eight digits, so its country code is missing"
    return "" if 9 <= len(text) <= 15 else f"has {len(text)} digits"  # noqa: PLR2004 - ITU E.164


def address(exchange: Exchange) -> Words:
    """Addresses that the platform or the customer cannot be sent to."""
    found = list(addresses(exchange))
    if not found:
        return (
            {}
            if exchange.kind == "unread"
            else {
                "cause": "The refusal is about an address, and none stands in the request.",
                "remedy": "Add the field that the server names; it may call it by another name than the document does.",
                "certain": False,
            }
        )
    wrong = [(name, reason) for name, url in found if (reason := _address_fault(url))]
    if not wrong:
        return {
            "cause": f"Nothing speaks against {_names([name for name, _ in found])} as written. The host's name may be "
            "too new to be found, or lead to a private address.",
            "remedy": "Open the address from outside your network; if the name is new, try again in a few minutes.",
            "certain": False,
        }
    told = " ".join(f"`{name}` {reason}." for name, reason in wrong[:3])
    if all(reason == _BLANK for _, reason in wrong):
        return {"cause": told, "remedy": "Percent-encode what an address may not hold: urllib.parse.quote does."}
    own = " (returnUrl may have an app's own scheme)" if any(name == "returnUrl" for name, _ in wrong) else ""
    return {"cause": f"{told} Addresses must be public and https{own}."}


def addresses(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """The addresses of a request, each under its field's name."""
    for each in exchange.objects():
        for name, value in each.items():
            if isinstance(value, str) and re.search(r"(url|uri|fallback|prefix)$", name, re.IGNORECASE) and value:
                yield name, value


def scope(exchange: Exchange, known: frozenset[str]) -> Words:
    """Scopes that do not exist."""
    if missing := request_faults.missing_field(exchange, "scope", before={}):
        return missing
    said = next((text for text in exchange.values("scope") if isinstance(text, str)), None)
    if said is None:
        return request_faults.advice(exchange, "scope")
    strangers = [word for word in re.split(r"[\s,;]+", said) if word and word not in known]
    if "," in said or ";" in said:
        return {"cause": "The scopes are separated by commas; blanks belong between them."}
    if strangers:
        return {"cause": f"Nobody knows the scope {', '.join(map(word, strangers[:3]))}."}
    return {
        "cause": "Every scope in the request exists, so it is one that this sales unit, or this kind of payment, may "
        "not ask for (Express needs address).",
        "remedy": "Read the server's words; some scopes need an approval.",
        "certain": False,
    }


def key(exchange: Exchange, longest: int) -> Words:
    """An idempotency key that will not do."""
    name = exchange.key_header
    sent = exchange.headers.get(name.lower())
    if not sent:
        return {
            "cause": f"Every write needs the header {name}, and the request had none.",
            "remedy": "`vipps` sends a UUID by itself; elsewhere add the header, with a new UUID for each operation.",
        }
    if len(sent) > longest:
        return {"cause": f"The {name} has {len(sent)} characters; at most {longest} are allowed."}
    odd = sorted(set(re.findall(r"[^A-Za-z0-9-]", sent)))
    if odd:
        shown = " ".join(letter if letter.isprintable() and letter != " " else "blank" for letter in odd)
        return {"cause": f"The {name} has characters other than letters, digits and hyphens: {shown}"[:200] + "."}
    return {
        "cause": f"The {name} that was sent has a good form, so the refusal is about something else of it.",
        "remedy": "Take a UUID: leave the header out and `vipps` sends one.",
        "certain": False,
    }


def again(exchange: Exchange) -> Words:
    """To be sent again: with the same key where there was one."""
    return {"remedy": f"{exchange.same_again} in a few seconds."}


def media_type(exchange: Exchange) -> Words:
    """A body of a type that the operation does not take."""
    operation = exchange.operation
    wanted = operation.body.media_type if operation is not None and operation.body is not None else ""
    sent = exchange.headers.get("content-type", "").partition(";")[0].strip()
    if exchange.kind == "none":
        return {
            "cause": f"The request has no body{f', and {wanted} is expected' if wanted else ''}.",
            "remedy": "Send one: json=… with `vipps`." if wanted.endswith("json") else "Send what the document has.",
            "certain": False,
        }
    if not wanted:
        return {"cause": f"The body was sent as {sent or 'no type at all'}, and this operation documents no body."}
    if sent.lower() != wanted:
        said = f"is {sent}" if sent else "is missing"
        how = "Use json=… instead of data=…." if wanted.endswith("json") else "Use data={…}, a form."
        return {"cause": f"The Content-Type {said}, and this operation wants {wanted}.", "remedy": how}
    if wanted.endswith("json") and exchange.kind in ("form", "text"):
        return {
            "cause": f"The Content-Type is {wanted}, and the body is no JSON.",
            "remedy": "Use json=… and let it be written.",
        }
    return {
        "cause": f"The Content-Type {sent} is the documented one, so it is its details (a charset, an encoding).",
        "remedy": f"Send plain {wanted} in UTF-8, without Content-Encoding.",
        "certain": False,
    }


def not_json(exchange: Exchange) -> Words:
    """A body that is no JSON."""
    if exchange.kind == "json":
        return {
            "what": "The body could not be read.",
            "cause": "The body is JSON as Python reads it, so it is about something in it: "
            "a number too large, a character, a name twice, or its Content-Type.",
            "remedy": "Compare it with the document: `%%vipps … --dry-run` checks before sending.",
            "certain": False,
            **request_faults.advice(exchange, sure=False),
        }
    if exchange.kind == "none":
        return {"what": "There is no body to be read.", **request_faults.advice(exchange)}
    return request_faults.advice(exchange)


def _only_value(exchange: Exchange) -> int | None:
    """The amount that was sent, if it is one.

    The modification's, or the payment's own.
    """
    sent = exchange.sent
    if not isinstance(sent, dict):
        return None
    transaction = sent.get("transaction")
    order = transaction if isinstance(transaction, dict) else sent
    value = order.get("modificationAmount", order.get("amount"))
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value, re.ASCII):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _currencies(exchange: Exchange) -> list[str]:
    found = (each for each in exchange.values("currency") if isinstance(each, str))
    return list(dict.fromkeys(word(each) for each in found))


def _payment_currency(exchange: Exchange) -> str:
    """The currency of the payment that is changed, if somebody has told."""
    if not modification(exchange):
        return ""
    detail = exchange.problem.detail if exchange.problem is not None else ""
    found = _PAYMENT_CURRENCY.search(detail)
    return found[1] if found else exchange.seen.currency if exchange.seen is not None else ""


def _of_another_currency(exchange: Exchange, sent: set[str], known: str) -> Words:
    value = _only_value(exchange)
    return {
        "what": "The currency is not the payment's.",
        "cause": f"The amount is in {' and '.join(sorted(sent))}, and the payment is in {known}.",
        "remedy": f"Send {_body_of(exchange, value, known)}." if value else f"Send the amount in {known}.",
    }


def _least(exchange: Exchange) -> int:
    if modification(exchange):
        return 1
    return LEAST.get(next(iter(_currencies(exchange)), ""), 1)


def _too_small(exchange: Exchange, value: int) -> Words:
    named = next(iter(_currencies(exchange)), "")
    least = _least(exchange)
    verb = modification(exchange)
    what = f"a {verb}" if verb else f"a payment in {named}" if named in LEAST else "a payment"
    return {
        "cause": f"The amount sent is {value}{f', {money(value, named)}' if value else ''}; the least of {what} is "
        f"{least}, {money(least, named)}.",
        "remedy": f"Send at least {least}. Amounts are in minor units: 49900 is 499.00.",
    }


def _told_left(exchange: Exchange) -> int | None:
    """What the refusal itself says is left."""
    found = _CAN_BE.search(exchange.problem.detail) if exchange.problem is not None else None
    return int(found[1][:15]) if found else None


def _sum(verb: str, seen: Money, name: str) -> str:
    if seen.captured is None:
        return f"the payment was made over {money(seen.amount, name)}"
    if verb == "refund":
        return f"captured {money(seen.captured)}, refunded {money(seen.refunded or 0)}"
    return f"authorised {money(seen.amount)}, captured {money(seen.captured)}, released {money(seen.cancelled or 0)}"


def _how_to_see(exchange: Exchange, wanted: int | None, name: str, done: str) -> Words:
    what = f"{wanted} ({money(wanted, name)})" if wanted is not None else "The amount sent"
    formula = "captured minus refunded" if done == "refunded" else "authorised minus captured minus cancelled"
    return {
        "cause": f"{what} is more than is left, which is {formula}. This kernel has not seen how much that is.",
        "remedy": f"Read the payment (GET {_payment_path(exchange)}) and send at most the rest.",
    }


def _payment_path(exchange: Exchange) -> str:
    """Where the payment that is changed can be read."""
    base = _MODIFICATION.sub("", exchange.path.rstrip("/"))
    return f"{base}/details" if base.lower().startswith("/ecomm/") else base


def _body_of(exchange: Exchange, value: int, name: str) -> str:
    """The body with another amount, in the names of the API that was asked."""
    sent = exchange.sent if isinstance(exchange.sent, dict) else {}
    if isinstance(sent.get("transaction"), dict):
        return json.dumps({"amount": value})[1:-1]
    field_name = "modificationAmount" if "modificationAmount" in sent else "amount"
    if isinstance(sent.get(field_name), dict):
        return json.dumps({field_name: {"currency": name or "NOK", "value": value}})
    return json.dumps({field_name: value})


def _address_fault(url: str) -> str:  # noqa: PLR0911 - one rule, one line
    """What is wrong with an address; empty for a good one.

    In the words after its field's name.
    """
    if not _URL.match(url):
        return "has no scheme, such as https:"
    if re.search(r"\s", url):
        return _BLANK
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return "is no address"
    if parts.scheme.lower() == "http":
        return "is http"
    if parts.scheme.lower() != "https":
        return ""  # an app's own
    if not host:
        return "names no host"
    if any(host == name or host.endswith(name if name.startswith(".") else f".{name}") for name in _LOCAL_NAMES):
        return "is a name that only this machine or network knows"
    try:
        return "" if ip_address(host).is_global else "is a private address"
    except ValueError:
        return "" if "." in host else "is a name that only this machine or network knows"


def _names(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in dict.fromkeys(names[:3]))


def word(text: str) -> str:
    """A word of the request, such as a currency's or a scope's.

    Whatever else somebody wrote there is theirs.
    """
    return text if re.fullmatch(r"[A-Za-z_]{1,20}", text) else "…"


def thing(exchange: Exchange) -> str:
    """What a path names, as people say it: `reference` order-0001."""
    name, value = request_faults.named_thing(exchange)
    text = unquote(value)
    # A number of this length may be somebody's, and whoever wants to know what was asked finds it in the path.
    shown = "" if re.fullmatch(r"\d{8,15}", text, re.ASCII) or not text.isprintable() else f" {text[:64]}"
    return f"`{name}`{shown}" if name else ""
