"""The keys of one sales unit (or partner, …), and whether they can be real.

Where they come from is told in :mod:`vipps_nb.auth.sources`. Nothing here goes over the network: a key with
a blank at its end is found before the server says "invalid" about it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from vipps_nb.core.secret import Secret
from vipps_nb.errors import CredentialsError

KeyType = Literal["merchant", "partner", "management", "accounting", "donations"]
KEY_TYPES: tuple[KeyType, ...] = get_args(KeyType)

# Access Token API, "Specialized authentication": these trade id and secret alone at /miami/v1/token.
SPECIALIZED_KEY_TYPES: frozenset[KeyType] = frozenset({"management", "accounting", "donations"})

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HEX_KEY = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
# What is left around a value that was copied out of a program, a list or a page. No key begins or ends with one.
_AROUND = ",;{}<>()[]|"
_NOT_SEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
# Letters, marks and symbols by their category, and nothing to see all the same.
_BLANKS_BY_LOOK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
_QUOTES = "\"'`“”‘’„«»"
_PLACEHOLDER = re.compile(
    r"(your|my|insert|enter|paste|change)[ _-]?.*|<.*>|\{\{.*\}\}|\$\{?\w+\}?|x{4,}|\.{3}|…|todo|replace.*|"
    r"(client|subscription)[ _-]?(id|secret|key)|[0-]+|a+=*",
    re.IGNORECASE,
)

# Keys of others say whose they are by their first letters. Sent here, they would be known to one more stranger.
_FOREIGN = {
    owner: re.compile(pattern)
    for owner, pattern in (
        ("a key of Stripe", r"(sk|pk|rk)_(test|live)_|whsec_"),
        ("a key of AWS", r"(AKIA|ASIA)[0-9A-Z]{16}$"),
        ("a token of GitHub", r"gh[oprsu]_|github_pat_"),
        ("a token of Slack", r"xox[a-z]-"),
        ("an access token", r"eyJ[\w-]{8,}"),
        ("a private key", r"-----BEGIN"),
    )
}


@dataclass(frozen=True, init=False)
class Credentials:
    """One set of keys. Its repr shows no secret.

    Attributes:
        client_id: A GUID; names the sales unit to the Access Token API. Not secret, but not for show either.
        client_secret: The other half. Given as text it becomes a ``Secret``.
        subscription_key: ``Ocp-Apim-Subscription-Key``, likewise; ``None`` for the specialized key types.
        merchant_serial_number: The MSN, digits; ``None`` where there is none.
        key_type: ``merchant``, ``partner``, ``management``, ``accounting`` or ``donations``.
        source: Where the keys came from, in words fit for a widget: ``.env``, ``process environment`` …
    """

    client_id: str
    client_secret: Secret
    subscription_key: Secret | None = None
    merchant_serial_number: str | None = None
    key_type: KeyType = "merchant"
    source: str = field(default="your code", compare=False)

    # In the order of the fields, which may be given by position.
    def __init__(  # noqa: PLR0917
        self,
        client_id: str,
        client_secret: Secret | str,
        subscription_key: Secret | str | None = None,
        merchant_serial_number: str | None = None,
        key_type: KeyType = "merchant",
        source: str = "your code",
    ) -> None:
        fields = {
            "client_id": client_id,
            "client_secret": Secret(client_secret),
            "subscription_key": None if subscription_key is None else Secret(subscription_key),
            "merchant_serial_number": merchant_serial_number,
            "key_type": key_type,
            "source": source,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)  # frozen for everybody else

    @property
    def specialized(self) -> bool:
        """Whether these trade at ``/miami/v1/token``.

        They go there with neither subscription key nor MSN header.
        """
        return self.key_type in SPECIALIZED_KEY_TYPES

    def __repr__(self) -> str:
        msn = f" MSN {self.merchant_serial_number}" if self.merchant_serial_number else ""
        return f"<Credentials {self.key_type}{msn} from {self.source}>"


def check_shapes(values: Mapping[str, str], names: Mapping[str, str], *, source: str) -> None:
    """Refuse values that cannot be right, all at once, without showing any of them.

    Args:
        values: By field: ``client_id``, ``client_secret``, ``subscription_key``, ``merchant_serial_number``.
        names: By field, the name the user knows it under (``VIPPS_CLIENT_ID`` …), for the message.
        source: Where the values came from, for the message.

    Raises:
        CredentialsError: One line per finding. Nothing was sent.
    """
    findings = [
        f"  {names.get(what, what)} {finding}"
        for what, value in values.items()
        for finding in shape_findings(what, value)
    ]
    if findings:
        raise CredentialsError(
            f"The keys from {source} cannot be right, so nothing was sent:\n"
            + "\n".join(findings)
            + "\nCopy them again from portal.vippsmobilepay.com → For developers, then run the cell again."
        )


def shape_findings(what: str, value: str) -> Iterator[str]:
    """Why a value cannot be what it should be, as ends of sentences.

    None of them shows the value.
    """
    bare = value.strip()
    if "\n" in bare or "\r" in bare:
        yield "has a line break inside: it was probably pasted together with the line after it."
    elif fault := unseen(value):
        yield f"has {fault} in it, which one does not see: type that part by hand, or copy it from another place."
    elif bare != value or re.search(r"\s", bare):
        yield "has blanks in it: keys contain none."
    bare = _seen(bare)
    if any(quote in value for quote in _QUOTES):
        yield "has quotes in it: write the bare value."
        bare = bare.strip(_QUOTES)
    if _PLACEHOLDER.fullmatch(bare):
        yield "is still a placeholder: put your own value there."
        return
    if owner := next((owner for owner, pattern in _FOREIGN.items() if pattern.match(bare)), None):
        yield f"is {owner}: that belongs elsewhere."
        return
    if odd := next((letter for letter in bare if not letter.isascii()), None):
        yield (
            f"has a letter in it that no header can carry ({unicodedata.name(odd, 'nameless').lower()}): keys are "
            "made of plain letters, digits and signs. Copy it again."
        )
        return
    around = [sign for sign in _AROUND if bare.startswith(sign) or bare.endswith(sign)]
    if around or bare.startswith(("=", ":")):
        sign = around[0] if around else bare[0]
        yield f"has a {sign} at its {'beginning' if bare.startswith(sign) else 'end'}: write the bare value."
        bare = bare.strip(_AROUND + "=:" if bare.startswith(("=", ":")) else _AROUND)
    yield from _misplaced(what, bare)


def unseen(text: str) -> str | None:
    """What stands in a text and is not seen; None for a plain text.

    Such as "a zero width space (U+200B)".
    """
    for letter in text:
        if letter in " \t\r\n":
            continue
        if unicodedata.category(letter) in _NOT_SEEN or letter in _BLANKS_BY_LOOK:
            names = {"\0": "NUL character", "\ufeff": "byte order mark"}
            unnamed = "broken letter" if unicodedata.category(letter) == "Cs" else "control character"
            word = names.get(letter) or unicodedata.name(letter, unnamed).lower()
            return f"{'an' if word[0] in 'aeiou' else 'a'} {word} (U+{ord(letter):04X})"
    return None


def _seen(text: str) -> str:
    return "".join(letter for letter in text if letter in " \t\r\n" or not unseen(letter))


def _misplaced(what: str, bare: str) -> Iterator[str]:
    if what == "merchant_serial_number":
        if not (bare.isascii() and bare.isdigit()):
            yield "must be digits only, like 123456: it is the sales unit's number, not a key."
    elif what == "client_id":
        if _HEX_KEY.fullmatch(bare):
            yield "looks like a subscription key (32 hexadecimal digits): are two values swapped?"
        elif bare.endswith("=") or "+" in bare or "/" in bare:
            yield "looks like a client secret: are two values swapped? A client ID is a GUID."
    elif _GUID.fullmatch(bare):
        yield "is a GUID, and a GUID is a client ID: are two values swapped?"
    elif what == "client_secret" and _HEX_KEY.fullmatch(bare):
        yield "looks like a subscription key (32 hexadecimal digits): are two values swapped?"
    elif what == "subscription_key" and bare.endswith("="):
        yield "looks like a client secret: are two values swapped? A subscription key is 32 hexadecimal digits."
