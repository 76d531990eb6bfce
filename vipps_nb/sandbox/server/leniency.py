"""What the sandbox takes beyond the documents, as the real APIs do.

Published clients live by it.

What no document has and a published client sends is put right, served, and noted: as ``tolerated`` in the request log
(``GET /sandbox/requests``, and the desk in a notebook), in the header ``Vipps-Nb-Tolerated`` of the answer, and on the
answer's card. A note names fields, never values. With ``strictness="strict"`` each of these is refused, by the API
that was asked and in its own way. ``vipps-nb sandbox --strict`` and a setting at the desk do that.

| Tolerated | For example |
| --- | --- |
| the word before a token or a password in any case, and more than one space after it | ``Authorization: bearer …`` |
| a whole number for text: all its digits; in a map of texts, any number | ``"phoneNumber": 4712345678`` |
| text for a number, if it is ASCII digits, with a minus sign or without | ``"amount": "49900"`` |
| a word of a list in another case | ``"paymentMethod": "klarna"`` |
| a required field left out, where the document gives a default; the default counts | Recurring's ``pricing.type`` |
| a field, a form field or a query parameter that no document knows; it is ignored | ``"mcc": "5411"`` |
| ``null`` for an optional field that the document does not call nullable: it counts as absent | ``"scope": null`` |
| a path's fixed parts in any case, and one slash at its end; ids and references are exact | ``/Ecomm/v2/payments/`` |
| a body where none is documented, whatever it is | ``[]`` to ``/accesstoken/get`` |
| JSON by another name | ``Content-Type: text/json`` |
| a picture's Base64 in lines | ``base64 logo.png`` |

Refused as ever: for a whole number an empty text, blanks, ``"1e3"``, ``1.5``, ``100.0``, ``true``, ``"0x1"`` or more
than 19 digits; ``null`` for what is required; a body without a ``Content-Type``. The desk's own bodies (``/sandbox/…``)
are read to the letter, so that no misspelled setting is lost. The same idempotency key with another unknown field is
another request.
"""

from __future__ import annotations

import unicodedata
from contextvars import ContextVar
from dataclasses import dataclass, field

HEADER = "Vipps-Nb-Tolerated"
MOST = 20  # notes that are kept of one request
LONGEST_NAME = 60  # characters; a name may be anything that somebody has typed
LONGEST_HEADER = 1000  # characters


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that the documents do not have.

    Attributes:
        place: A field's path, or a header's name.
        words: What was tolerated there; never a value.
        kind: What a validation would have called it.
    """

    place: str
    words: str
    kind: str

    def __str__(self) -> str:
        return f"{self.place}: {self.words}" if self.place else self.words


@dataclass(slots=True)
class Leniency:
    """What one request was forgiven.

    Attributes:
        strict: Whether nothing is forgiven.
        notes: The first of them, in the order in which they were met.
        more: How many there were beyond those.
    """

    strict: bool = False
    notes: list[Note] = field(default_factory=list)
    more: int = 0

    @property
    def full(self) -> bool:
        """Whether further notes are only counted."""
        return len(self.notes) >= MOST

    def add(self, place: str, words: str, kind: str) -> None:
        """Note it."""
        note = Note(place, words, kind)
        if self.full:
            self.more += 1
        elif note not in self.notes:
            self.notes.append(note)

    def lines(self) -> list[str]:
        """The notes as sentences."""
        return [str(note) for note in self.notes] + ([f"and {self.more} more"] if self.more else [])


_present: ContextVar[Leniency] = ContextVar("leniency")


def begin(strict: bool) -> Leniency:
    """A new request: what it is forgiven from now on."""
    leniency = Leniency(strict)
    _present.set(leniency)
    return leniency


def present() -> Leniency:
    """That of the request that is being served."""
    return _present.get()


def tolerate(place: str, words: str, kind: str = "other") -> bool:
    """Whether this may pass; then it is noted.

    Nothing may where the setting is ``strict``.
    """
    leniency = present()
    if leniency.strict:
        return False
    leniency.add(place, words, kind)
    return True


def says_scheme(expected: str, sent: str) -> bool:
    """Whether an Authorization header begins with this word, in whatever case.

    Source: RFC 9110 leaves it open.
    """
    if sent == expected:
        return True
    if not sent.isascii() or sent.lower() != expected.lower():
        return False
    case = "lower" if sent.islower() else "upper" if sent.isupper() else "another"
    return tolerate("Authorization", f"scheme {sent} in {case} case")


def scheme_and_rest(authorization: str) -> tuple[str, str]:
    """An Authorization header's scheme, and what follows it.

    However much blank space is between. Source: RFC 9110 has one space or more there.
    """
    scheme, *rest = authorization.split(maxsplit=1)[:2] or [""]
    if not rest:
        return scheme, ""
    said = f"{scheme} {rest[0]}" == authorization or tolerate("Authorization", "more than one space after the scheme")
    return scheme, rest[0] if said else ""


def printable(name: str, longest: int = LONGEST_NAME) -> str:
    """A name that somebody else has chosen, shortened, every character visible."""
    shown = "".join(one if _visible(one) else "\N{REPLACEMENT CHARACTER}" for one in name[:longest])
    return shown if len(name) <= longest else f"{shown}…"


def in_header(lines: list[str]) -> str:
    """Notes as the value of a header.

    ASCII, no blank at its ends, and not too long for any client.
    """
    text = "; ".join(line.replace(";", ",") for line in lines).encode("ascii", "backslashreplace").decode().strip()
    return text if len(text) <= LONGEST_HEADER else f"{text[: LONGEST_HEADER - 4]} ..."


def _visible(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] not in "CZ"
