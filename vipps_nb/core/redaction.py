"""Every mask, and every shape of a secret.

Of keys, of tokens, and of the numbers of people.

Three questions, one answer each. *Is it a secret by the name it stands under?* :data:`SECRET_NAMES` is the list, each
with its source. *Is a secret that we know in this text?* :class:`Redactor` finds it in whatever form it travelled: as
it is, percent-encoded (also twice), escaped for JSON or HTML, in hexadecimal digits, in Base64 alone or in the middle
of something longer. *Does it name a person?* :data:`PERSONAL_FIELDS` is the list, :func:`masked_person` the mask. Who
is shown what, is decided in ``view``.
"""

from __future__ import annotations

import base64
import functools
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from html.entities import html5
from typing import Any
from urllib.parse import quote_plus, unquote

from vipps_nb.core.secret import MASK, Secret
from vipps_nb.core.tracebacks import leaves_no_locals

# What is secret, by the name of its field, header or parameter: official documents first. Written without
# case and signs, so that client_secret, clientSecret, client-secret and CLIENT_SECRET are one.
SECRET_NAMES = {
    # Access Token API and the headers of all APIs
    "clientsecret": "access-token.yaml: client_secret, the password of a sales unit",
    "accesstoken": "access-token.yaml, login.yaml: access_token",
    "ocpapimsubscriptionkey": "every document: Ocp-Apim-Subscription-Key",
    "subscriptionkey": "the official SDKs' name for it",
    "apimkey": "psp-signup.yaml: the same key under another name",
    "authorization": "every document: the access token, or ID and secret as HTTP Basic",
    "clientauthorization": "the official Postman environment: ID and secret as HTTP Basic",
    # Login
    "idtoken": "login.yaml: id_token",
    "refreshtoken": "RFC 6749, 1.5",
    "codeverifier": "RFC 7636, 4.1: proves who asked for the code",
    "clientassertion": "RFC 7521, 4.2: stands for the client's secret",
    "assertion": "RFC 7521, 4.1",
    "idtokenhint": "OpenID Connect, 3.1.2.1: an ID token",
    "authreqid": "login.yaml: auth_req_id is traded for a person's tokens (CIBA)",
    # What merchants give to Vipps MobilePay, to be recognised by
    "callbackauthorizationtoken": "checkout.yaml, epayment.yaml: the Authorization of callbacks",
    "authtoken": "ecom.yaml: the Authorization of callbacks",
    "makepaymenttoken": "psp.yaml: the Authorization of the card callback",
    "secret": "webhooks.yaml: the key that deliveries are signed with",
    "apikey": "checkout.yaml: the key of a parcel service",
    "password": "RFC 6749, 4.3",
    "testwebsitepassword": "management.yaml",
    # HTTP
    "cookie": "RFC 6265: a session",
    "setcookie": "RFC 6265: a session",
}
# With something before it, it is the same: VIPPS_CLIENT_SECRET, X-Authorization, Proxy-Authorization, person_id_token.
_ENDINGS = (
    *("secret", "password", "passwd", "passphrase", "authorization", "authorizationtoken"),
    *("subscriptionkey", "apikey", "privatekey", "accesstoken", "idtoken", "refreshtoken", "authtoken", "cookie"),
)
# Not secrets, though they look like some. `token` of ePayment, eCom and Checkout is a part of the link that the
# customer is sent to, and that a cell has to show; `customerToken` and `personalQr` stand for a person, and open
# nothing without the keys; `publicToken` is public; `Continuation-Token` is a page's number; `code` is an error's code,
# except where it is traded for tokens (is_traded); `state` and `nonce` say which answer belongs to which question.

# An access token, an ID token: three parts, the first two of which are JSON objects in Base64. Or one of Login's, by
# the point in its middle.
_TOKEN = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}")
_OPAQUE = re.compile(r"\.(?<=(?<![\w-])[\w-]{43}\.)[\w-]{43}(?![\w-])")
_HALF, _SHORTEST_TOKEN = 43, 11  # characters

# A name and what leads to its value: in a query or a form, also one within the other, in a header, in JSON that was cut
# off or stands in a text. Each name is looked at once, from its beginning.
_NAMED = re.compile(
    r"(?<![\w.-])(?P<name>[\w.-](?:[\w.-]|%(?:25){0,3}(?:5F|2D)){1,80})"
    r"(?P<between>\\{0,8}(?:[\"']|%(?:25){0,3}22)?\s{0,3}(?P<sign>[=:]|%(?:25){0,3}3[AD])\s{0,3})"
    r"(?P<scheme>(?:(?:bearer|basic)\s{1,3})?)(?P<quote>\\{0,8}[\"']|%(?:25){0,3}22|)",
    re.IGNORECASE,
)
_UNTIL = {
    "": re.compile(r"(?:[^\s\"'&<>,;\\%]|%(?!(?:25){0,3}(?:26|22|2C|7D)))*", re.IGNORECASE),
    '"': re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL),
    "'": re.compile(r"(?:[^'\\]|\\.)*", re.DOTALL),
    "\\": re.compile(r"[^\\\"']*"),  # within a text that is JSON itself
}
# Without any of these there is nothing to look for. (One pattern of them all would take ten times as long.)
_HINTS = (
    *("secret", "token", "passw", "passphrase", "auth", "key", "cookie", "assertion", "verifier", "code", "%5f", "%2d"),
    *("phone", "msisdn", "hint", "mobile", "nin", "ssn", "national", "personal"),
)
_LIKE_A_KEY, _LIKE_A_CODE, _GLANCE = 8, 16, 24  # characters

_SIGNS = re.compile(r"[^a-z0-9]")
_SHORTEST = 8  # characters; what is shorter stands in many a text by chance, so it is only found as it is


PERSONAL_FIELDS = frozenset(  # without case and signs
    {"phonenumber", "customerphonenumber", "msisdn", "loginhint"}
    | {"mobilenumber", "usermobilenumber", "customermobilenumber"}
    | {"nin", "nnin", "nationalidentitynumber", "ssn", "personalidentificationnumber"}
)
_EIGHT_DIGITS, _SHOWN = 8, 2


def plain_name(name: str) -> str:
    """A name without case and signs."""
    return _SIGNS.sub("", name[:200].lower())


@functools.lru_cache(4096)
def is_secret(name: str) -> bool:
    """Whether a value is secret, by the name it stands under.

    That is the name of a field, a header or a parameter.
    """
    plain = plain_name(name)
    return plain in SECRET_NAMES or plain.endswith(_ENDINGS)


def is_traded(names: Iterable[str]) -> bool:
    """Whether the ``code`` among these names is traded for a person's tokens.

    The names are those of a form or a query.
    """
    found = set(names)
    return "code" in found and not found.isdisjoint({"grant_type", "state", "redirect_uri"})


def without_tokens(text: str) -> str:
    """A text without what looks like an access or ID token, whoever's it is."""
    if len(text) < _SHORTEST_TOKEN:
        return text
    if "eyJ" in text:
        text = _TOKEN.sub(MASK, text)
    if len(text) <= 2 * _HALF or not _OPAQUE.search(text):
        return text
    pieces, end = [], 0
    for found in _OPAQUE.finditer(text):
        pieces += [text[end : found.start() - _HALF], MASK]
        end = found.end()
    return "".join([*pieces, text[end:]])


def hints_at_secrets(text: str) -> bool:
    """Whether the name of a secret, or of a person's number, may stand in a text."""
    small = text.lower()
    for hint in _HINTS:  # noqa: SIM110 - any() takes twice as long
        if hint in small:
            return True
    return False


def without_named(text: str, personal: Callable[[str, str], str | None] | None = None) -> str:
    """A text without the values that stand in it under the name of a secret.

    Such as ``client_secret=…`` and ``"secret": "…"``.

    Args:
        text: Any text.
        personal: What stands instead of a value that names a person, by name and value; None to leave it.
    """
    if not hints_at_secrets(text):
        return text
    pieces, end = [], 0
    for found in _NAMED.finditer(text):
        start = found.end()
        if found.start() < end:
            continue  # within a value that is masked
        until = _UNTIL.get(found["quote"][:1], _UNTIL[""])
        # Only its beginning as long as it may stay: a text of names alone would be read to its end for each.
        beginning = until.match(text, start, start + _GLANCE)
        instead = _instead(found, beginning[0] if beginning else "", personal)
        if instead is not None:
            pieces += [text[end:start], instead]
            value = until.match(text, start)
            end = value.end() if value else start
    return "".join([*pieces, text[end:]])


def _instead(found: re.Match[str], value: str, personal: Callable[[str, str], str | None] | None) -> str | None:
    """What stands instead of a value, by its beginning; None to leave it."""
    name = unquote(found["name"].replace("%25", "%")) if "%" in found["name"] else found["name"]
    if found.start() and found.string[found.start() - 1] == "%":
        name = name[2:]  # two digits of an escape
    is_pair = found["sign"] != ":"
    if is_secret(name):
        # After a colon without quotes it may be a sentence about it: "client_secret: missing".
        spoken = not (is_pair or found["quote"] or found["scheme"]) and not _is_key_like(value)
        return None if spoken else MASK
    if name == "code":  # in the address that a login comes back to
        return MASK if is_pair and len(value) >= _LIKE_A_CODE else None
    return personal(name, value) if personal else None


def _is_key_like(value: str) -> bool:
    return len(value) >= _LIKE_A_KEY and any(map(str.isdigit, value))


class Redactor:
    """Puts dots wherever a known secret stands in a text, in whatever form.

    Takes time in proportion to the text.

    Args:
        secrets: The values. Of one with fewer than 8 characters only the value itself is found.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        short = tuple(secret for secret in known if len(secret) < _SHORTEST)
        long = [secret for secret in known if len(secret) >= _SHORTEST]
        forms = tuple(dict.fromkeys(form for secret in long for form in _forms(secret)))
        # In a closure, as in a Secret: whoever walks over attributes meets a function.
        self.__known: Callable[[], tuple[tuple[str, ...], tuple[bytes, ...]]] = lambda: (short, forms)

    @leaves_no_locals
    def finds(self, text: str) -> bool:
        """Whether one of them is in a text.

        One look at all that belongs together costs less than many.
        """
        short, forms = self.__known()
        if any(secret in text for secret in short):
            return True
        raw = text.encode("utf-8", "surrogatepass") if forms else b""
        for _ in range(_ROUNDS + 1):
            folded = raw.translate(_FOLD)
            for form in forms:
                if form in folded:
                    return True
            if not _ESCAPE.search(raw):
                break
            raw = _ESCAPE.sub(_character, raw)
        return False

    @leaves_no_locals
    def text(self, text: str) -> str:
        """The text without the secrets."""
        if not self.finds(text):
            return text
        for secret in self.__known()[0]:
            text = text.replace(secret, MASK)
        raw = text.encode("utf-8", "surrogatepass")
        places = sorted(self._places(raw))
        if not places:
            return text
        pieces, end = [], 0
        for start, stop in places:
            if start >= end:
                pieces += [raw[end:start], MASK.encode()]
            end = max(end, stop)
        return b"".join([*pieces, raw[end:]]).decode("utf-8", "surrogatepass")

    def _places(self, raw: bytes) -> Iterator[tuple[int, int]]:
        """Where a secret begins and ends."""
        decodings: list[_Decoding] = []
        while True:
            folded = raw.translate(_FOLD)
            for form in self.__known()[1]:
                start = folded.find(form)
                while start >= 0:
                    stop = start + len(form)
                    yield _original(decodings, start), _original(decodings, stop)
                    start = folded.find(form, stop)
            if len(decodings) == _ROUNDS or not _ESCAPE.search(raw):
                return
            decoding = _Decoding(raw)
            if decoding.raw == raw:
                return
            raw = decoding.raw
            decodings.append(decoding)


@leaves_no_locals
def redactor(secrets: Iterable[Secret]) -> Redactor:
    """The redactor for some secrets.

    It holds their values; keep it no longer than them.
    """
    return Redactor([secret.reveal() for secret in secrets])


# How many times something may have been encoded on top of the other: JSON in a form in a query in JSON.
_ROUNDS = 5
_ESCAPE = re.compile(
    rb"%(?:25)*[0-9A-Fa-f]{2}"  # a percent sign that was encoded again, and a backslash that was escaped again, at once
    rb"|\\+(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[\"'/])?"
    rb"|&#[0-9]{1,7};|&#[xX][0-9A-Fa-f]{1,6};|&[A-Za-z]{2,6};"
)
# Letters without case; "+" is a blank of a form; the two signs of base64url are those of Base64.
_FOLD = bytes(range(256)).lower().translate(bytes.maketrans(b" -_", b"++/"))


class _Decoding:
    """Bytes with their escapes resolved once, that remembers what came from where."""

    def __init__(self, raw: bytes) -> None:
        pieces: list[bytes] = []
        self._here, self._there = [0], [0]
        length = end = 0
        for found in _ESCAPE.finditer(raw):
            start = found.start()
            character = _resolved(found[0])
            pieces += (raw[end:start], character)
            length += start - end
            self._here.append(length)
            self._there.append(start)
            end = found.end()
            length += len(character)
            self._here.append(length)
            self._there.append(end)
        pieces.append(raw[end:])
        self.raw = b"".join(pieces)

    def original(self, place: int) -> int:
        """Where it stood before."""
        known = bisect_right(self._here, place) - 1
        return self._there[known] + place - self._here[known]


def _original(decodings: list[_Decoding], place: int) -> int:
    for decoding in reversed(decodings):
        place = decoding.original(place)
    return place


@functools.lru_cache(4096)
def _resolved(escape: bytes) -> bytes:
    """What an escape stands for; itself where it stands for nothing."""
    text = escape.decode()
    if text[0] == "%":
        return bytes.fromhex(text[-2:])
    if text[0] == "\\":
        bare = text.lstrip("\\")
        return _utf8(int(bare[1:], 16)) if bare[:1] in ("u", "x") else bare.encode() or b"\\"
    if text[1] != "#":
        return html5.get(text[1:], text).encode()
    number = int(text[3:-1], 16) if text[2] in "xX" else int(text[2:-1])
    return _utf8(number) if number <= sys.maxunicode else escape


def _character(escape: re.Match[bytes]) -> bytes:
    return _resolved(escape[0])


def _decoded(raw: bytes) -> bytes:
    for _ in range(_ROUNDS):
        raw = _ESCAPE.sub(_character, raw)
    return raw


def _utf8(number: int) -> bytes:
    return chr(number).encode("utf-8", "surrogatepass")


def _forms(secret: str) -> Iterator[bytes]:
    """A secret as it is, in hexadecimal digits, and in the middle of Base64, folded."""
    raw = secret.encode("utf-8", "surrogatepass")
    yield raw.translate(_FOLD)
    bare = raw.rstrip(b"=")  # a client secret is Base64, and whoever cuts a pair at each = has it without its end
    if _SHORTEST <= len(bare) < len(raw):
        yield bare.translate(_FOLD)
    yield _decoded(raw).translate(_FOLD)  # one that looks like an escape itself
    yield raw.hex().encode().translate(_FOLD)
    # Before HTTP Basic puts ID and secret into Base64, OAuth has them encoded as in a form (RFC 6749, 2.3.1).
    for written in {raw, quote_plus(raw, safe="").encode()}:
        for before in range(3):  # what stands before it moves it within the groups of three bytes
            whole = base64.b64encode(b"\0" * before + written).rstrip(b"=")
            # The first and the last digits hold bits of the neighbours as well.
            start = (0, 2, 3)[before]
            stop = len(whole) if (before + len(written)) % 3 == 0 else len(whole) - 1
            if stop - start >= _SHORTEST:
                yield whole[start:stop].translate(_FOLD)


def is_personal(field: str, value: Any) -> bool:
    """Whether a field names a person by a number.

    A word in its place, such as [Expired], names nobody.
    """
    if not _names_a_person(field) or isinstance(value, bool) or not isinstance(value, int | str):
        return False
    return isinstance(value, int) or (isinstance(value, str) and any(map(str.isdigit, value)))


@functools.lru_cache(4096)
def _names_a_person(name: str) -> bool:
    return plain_name(name) in PERSONAL_FIELDS


def masked_person(value: Any) -> str:
    """A phone or identity number of which only the end is shown.

    That is enough to tell two apart.
    """
    text = str(value)
    return "•" * (len(text) - _SHOWN) + text[-_SHOWN:] if len(text) >= _EIGHT_DIGITS else MASK


def persons_in(value: Any) -> set[str]:
    """The personal numbers in a body, as text.

    So that they can be taken out of sentences about it.
    """
    found: set[str] = set()
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        field, each = waiting.pop()
        if isinstance(each, dict):
            items: Iterable[tuple[Any, Any]] = each.items()
        else:
            items = ((field, item) for item in each) if isinstance(each, list) else ((field, each),)
        for name, item in items:
            if isinstance(item, dict | list):
                waiting.append((str(name), item))
            elif is_personal(str(name), item) and len(str(item)) >= _EIGHT_DIGITS:
                found.add(str(item))
    return found
