"""What the sandbox's logs never show.

Secrets, its own and those that people paste by mistake.

Masked is what stands under a secret's name, however that is spelled: in a header, a query, a form, JSON or broken
JSON, XML, or a text that quotes one of these. So is each of the sandbox's own keys, and what looks like a token,
wherever it stands. So is what was found under such a name, elsewhere in the same entry. Percent-encoding, Base64 and
hex hide nothing.

The client has a list of names of its own, on purpose; a test holds the two together.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote, unquote_plus

MASK = "***"
SHORTEST = 8  # characters; what is shorter is masked under its name only, for it stands in ordinary words too
LONGEST = 4096  # characters of a value that is looked for elsewhere
DEEPEST = 50  # levels of JSON that are shown
TRADED_WITH = frozenset({"grant_type", "state", "redirect_uri"})
OPENINGS = 3  # how often something may be percent-encoded

Words = tuple[str, ...]
# In words, so that client_secret, client-secret, clientSecret and CLIENTSECRET are one name. Also a name that ends so
# is one: VIPPS_CLIENT_SECRET, X-Authorization.
SECRET_NAMES: frozenset[Words] = frozenset(
    {
        ("secret",),
        ("password",),
        ("passwd",),
        ("passphrase",),
        ("authorization",),
        ("cookie",),
        ("access", "token"),
        ("id", "token"),
        ("id", "token", "hint"),
        ("refresh", "token"),
        ("auth", "token"),
        ("authorization", "token"),  # Checkout's callbackAuthorizationToken, eCom's authToken
        ("make", "payment", "token"),  # PSP
        ("auth", "req", "id"),  # Login by phone: who has it can fetch the person's tokens
        ("assertion",),
        ("code", "verifier"),
        ("subscription", "key"),
        ("api", "key"),
        ("apim", "key"),
        ("private", "key"),
    }
)
_SPELLED = re.compile(r"[^a-z0-9]+")
_COMPACT = tuple("".join(words) for words in SECRET_NAMES)
_ANY_NAME = "|".join(r"[-_. ]?".join(words) for words in sorted(SECRET_NAMES, key=lambda words: (-len(words), words)))
# A name, what stands between, and the value: in quotes, in quotes that are escaped, or without.
_NAMED = re.compile(
    rf"((?:{_ANY_NAME})\\*[\"']?(?:\s*(=>?|:|>)\s*|\r?\n\r?\n))"
    r"(?:\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|(\\+[\"'])(?:(?!\3).)*(?:\3)?"
    r"|((?:bearer|basic)\s+)?([^\s\"'&;,<>\\)}\]]+))",
    re.IGNORECASE | re.DOTALL,
)
# Wherever somebody puts a token, it is not for the log: a JSON Web Token, an opaque one of Login, what follows the
# word Bearer or Basic. Each run of letters is looked at once, from its beginning.
_DOTTED = re.compile(r"(?<![\w.-])[\w-]++(?:\.[\w-]*+)++")
_WEB_TOKEN = re.compile(r"eyJ[\w-]{8,}+\.")
_OPAQUE = re.compile(r"(?<![\w-])[\w-]{43}\.[\w-]{43}(?![\w-])")
_CALLED = re.compile(
    r"(?:(?<=[Bb]earer )|(?<=BEARER )|(?<=[Bb]asic )|(?<=BASIC ))(?=[a-z.~+/_-]*+[A-Z0-9=])[\w.~+/-]{8,}+=*"
)
_CALLS = ("earer ", "EARER ", "asic ", "ASIC ")
_OPAQUE_LENGTH = 87
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"[0-9A-Fa-f]{16,}")  # two letters for each of the shortest that is looked for
_ESCAPED = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|/)")
_LIKE_A_KEY, _LIKE_NO_WORD = 8, 20  # characters
_FORM = re.compile(r"[^\s{}<>\"=&]*=[^\s{}<>\"]*")
_CODE = re.compile(r"\bcode\b")
_HALF = re.compile(r"[\ud800-\udfff]")


def is_secret(name: str) -> bool:
    """Whether what has this name opens doors, in any spelling of the name."""
    return _SPELLED.sub("", name.lower()).endswith(_COMPACT)


def writable(text: str) -> str:
    """The text with half characters written as what they are.

    With one in it, no log could be shown.
    """
    return text.encode("utf-8", "backslashreplace").decode() if _HALF.search(text) else text


class Masker:
    """Replaces secrets in what is shown.

    Args:
        known: Secrets that are masked wherever they stand.
    """

    def __init__(self, known: Iterable[str]) -> None:
        # A client secret is Base64, and whoever cuts a pair at each = has it without its end.
        forms = {form for one in known for form in (one, one.rstrip("=")) if len(form) >= SHORTEST}
        self._known = tuple(sorted(forms, key=len, reverse=True))

    def knowing(self, more: Iterable[str]) -> Masker:
        """One that knows these as well."""
        found = {one for one in more if SHORTEST <= len(one) <= LONGEST}.difference(self._known)
        return Masker((*self._known, *found)) if found else self

    def innocent(self, text: str) -> bool:
        """Whether there is nothing to mask in a text, opened or not.

        One look at much costs less than many.
        """
        return self._is_plain(text) and all(self._is_plain(opened) for opened in _openings(text))

    def text(self, text: str) -> str:
        """The text with every secret in it masked. It is opened where that shows one."""
        if len(text) < SHORTEST:
            return writable(text)
        shown = opened = self._plain(text)
        for _ in range(OPENINGS):
            deeper = _opened(opened)
            if deeper == opened:
                break
            opened = self._plain(deeper)
            if opened != deeper:
                shown = opened
        return writable(shown)

    def path(self, path: str) -> str:
        """A path, each of its parts by itself as well.

        The slash is one of Base64's characters.
        """
        return self.text("/".join(self.text(part) for part in path.split("/")))

    def pairs(self, text: str) -> str:
        """A query or a form, for people: decoded, what has a secret's name masked."""
        parts = [part.partition("=") for part in text.split("&")]
        secret = _secrets_of({unquote_plus(name): "" for name, _, _ in parts})
        return self.text("&".join(_pair(name, equals, value, secret) for name, equals, value in parts))

    def headers(self, headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
        """Headers by name, secret ones masked whole."""
        shown: dict[str, str] = {}
        for raw_name, raw_value in headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            masked = MASK if is_secret(name) else self.text(value)
            name = self.text(name)
            shown[name] = f"{shown[name]}, {masked}" if name in shown else masked
        return shown

    def body(self, raw: bytes) -> Any:
        """A body as JSON if it is JSON, else as text; None where there is none."""
        if not raw:
            return None
        try:
            content = json.loads(raw, parse_constant=str)
        except (ValueError, RecursionError):
            text = raw.decode(errors="replace")
            return self.pairs(text) if _FORM.fullmatch(text) else self.text(text)
        return self.value(content, innocent=self.innocent(raw.decode(errors="replace")))

    def value(self, value: Any, *, innocent: bool = False, depth: int = 0) -> Any:
        """JSON, masked by names and by values.

        Args:
            value: What was parsed.
            innocent: There is no secret in it; only what no log can show is left out.
            depth: How deep in the JSON it stands.
        """
        if isinstance(value, str):
            return writable(value) if innocent else self._string(value)
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        if not isinstance(value, list | dict):
            return value if innocent else self._number(value)
        if depth == DEEPEST:
            return "… nested deeper than is shown"
        if isinstance(value, list):
            return [self.value(item, innocent=innocent, depth=depth + 1) for item in value]
        secret: Callable[[str], bool] = _never if innocent else _secrets_of(value)
        return {
            (writable(name) if innocent else self.text(name)): MASK
            if item is not None and secret(name)
            else self.value(item, innocent=innocent, depth=depth + 1)
            for name, item in value.items()
        }

    def _number(self, value: Any) -> Any:
        """A key in hex may be a number: all of its digits may be."""
        text = str(value)
        return value if self.text(text) == text else MASK

    def _string(self, text: str) -> str:
        if text[:1] in ("{", "["):  # JSON in a string of JSON
            try:
                inner = json.loads(text, parse_constant=str)
            except (ValueError, RecursionError):
                return self.text(text)
            masked = self.value(inner)
            return self.text(text) if masked == inner else json.dumps(masked, ensure_ascii=False)
        return self.text(text)

    def _plain(self, text: str) -> str:
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, MASK)
        text = _without_tokens(text)
        if _has_name(text):
            text = _NAMED.sub(_unless_spoken, text)
        return _BASE64.sub(self._unless_encoded, text)

    def _is_plain(self, text: str) -> bool:
        if _has_name(text) or (_CODE.search(text) and any(name in text for name in TRADED_WITH)):
            return False  # in JSON a name and its value may stand apart
        return self._plain(text) == text

    def _unless_encoded(self, run: re.Match[str]) -> str:
        """What looks like Base64 or hex, masked if there is a secret anywhere in it."""
        for decoded in _decoded(run[0]):
            # OAuth has both halves of HTTP Basic percent-encoded before they are joined (RFC 6749, 2.3.1).
            opened = unquote_plus(decoded) if "%" in decoded else ""
            if any(secret in decoded or secret in opened for secret in self._known):
                return MASK
            if _without_tokens(decoded) != decoded:
                return MASK
            if _has_name(decoded) and _NAMED.search(decoded):
                return MASK
        return run[0]


_STANDARD = str.maketrans("-_", "+/")
_WITHOUT_SEPARATORS = str.maketrans("", "", "-_. ")


def _decoded(run: str) -> Iterator[str]:
    text = run.rstrip("=").translate(_STANDARD)
    for start in range(4):
        part = text[start:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        try:
            yield base64.b64decode(part + "=" * (-len(part) % 4)).decode("latin-1")
        except binascii.Error:
            continue
    for found in _HEX.finditer(run):
        for start in range(2):
            part = found[0][start:]
            yield bytes.fromhex(part[: len(part) - len(part) % 2]).decode("latin-1")


def _openings(text: str) -> Iterator[str]:
    for _ in range(OPENINGS):
        opened = _opened(text)
        if opened == text:
            return
        yield opened
        text = opened


def _opened(text: str) -> str:
    """A text with one layer of escapes taken off, of URLs, JSON or HTML."""
    if not any(sign in text for sign in "%\\&"):
        return text
    return unescape(_ESCAPED.sub(_character, unquote(text)))


def _has_name(text: str) -> bool:
    """Whether a secret's name is in a text.

    Quicker than the pattern that finds what belongs to it.
    """
    compact = text.lower().translate(_WITHOUT_SEPARATORS)
    return any(name in compact for name in _COMPACT)


def found_in(headers: Iterable[tuple[bytes, bytes]], *texts: bytes) -> set[str]:
    """Values under a secret's name in headers, queries, forms or JSON.

    To be masked elsewhere too.
    """
    found: set[str] = set()
    for name, value in headers:
        if is_secret(name.decode("latin-1")):
            found |= _parts_of(value.decode("latin-1"))
    for raw in texts:
        if not raw:
            continue
        try:
            content = json.loads(raw)
        except (ValueError, RecursionError):
            text = raw.decode(errors="replace")
            pairs = (part.partition("=") for part in text.split("&"))
            found |= {unquote_plus(value) for name, _, value in pairs if is_secret(unquote_plus(name))}
        else:
            found.update(_under_names(content))
    return found


def _parts_of(value: str) -> set[str]:
    """A header's value, and what it is made of: scheme and token, name and password."""
    _, _, rest = value.partition(" ")
    found = {value, rest.strip()}
    try:
        _, _, password = base64.b64decode(rest.strip()).decode("latin-1").partition(":")
    except (ValueError, binascii.Error):
        return found
    return {*found, password, unquote(password)}


def _under_names(content: Any) -> Iterator[str]:
    waiting = [content]
    while waiting:  # and no recursion: it may be deep
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            secret = _secrets_of(one)
            waiting += one.values()
            yield from (item for name, item in one.items() if isinstance(item, str) and secret(name))


def _secrets_of(content: dict[str, Any]) -> Callable[[str], bool]:
    """Which names of an object are secrets'."""
    # As lists of headers and variables have it: {"name": "client_secret", "value": …}.
    labelled = any(is_secret(one) for one in (content.get("name"), content.get("key")) if isinstance(one, str))
    # Elsewhere a code is what went wrong; with one of these it is traded for a person's tokens.
    code = not TRADED_WITH.isdisjoint(content)
    return lambda name: is_secret(name) or (labelled and name == "value") or (code and name == "code")


def _never(name: str) -> bool:
    return False


def _pair(name: str, equals: str, value: str, secret: Callable[[str], bool]) -> str:
    name = unquote_plus(name)
    return f"{name}={MASK}" if value and secret(name) else f"{name}{equals}{unquote_plus(value)}"


def _unless_spoken(found: re.Match[str]) -> str:
    """A name with its value masked.

    After a colon without quotes it may be a sentence: "client_secret: missing".
    """
    lead, sign, _, scheme, value = found.groups()
    if value and sign == ":" and not scheme:
        like_a_key = len(value) >= _LIKE_A_KEY and any(map(str.isdigit, value))
        if not like_a_key and len(value) < _LIKE_NO_WORD:
            return found[0]
    return f"{lead}{MASK}"


def _without_tokens(text: str) -> str:
    if "eyJ" in text:
        text = _DOTTED.sub(_without_web_token, text)
    if len(text) >= _OPAQUE_LENGTH and "." in text:
        text = _OPAQUE.sub(MASK, text)
    return _CALLED.sub(MASK, text) if any(word in text for word in _CALLS) else text


def _without_web_token(run: re.Match[str]) -> str:
    found = _WEB_TOKEN.search(run[0])
    return run[0][: found.start()] + MASK if found else run[0]


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else "/"
