"""What in a file opens doors.

Found, named, and kept out of everything that is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vipps_nb.auth.key_names import meant_by, preferred
from vipps_nb.core.redaction import Redactor, is_secret, plain_name, without_named, without_tokens
from vipps_nb.core.secret import MASK
from vipps_nb.notebook.importing.record import Collection, CollectionError, Folder, Request, Variable
from vipps_nb.notebook.importing.variables import TEMPLATE, is_placeholder

# The keys of a login, by what people call them; the session has them, so no cell needs them.
_OWN = {
    "clientid": "client_id",
    "clientsecret": "client_secret",
    "ocpapimsubscriptionkey": "subscription_key",
    "subscriptionkey": "subscription_key",
    "apimkey": "subscription_key",
    "merchantserialnumber": "merchant_serial_number",
    "msn": "merchant_serial_number",
}
_ENV = {
    "client_id": "VIPPS_CLIENT_ID",
    "client_secret": "VIPPS_CLIENT_SECRET",
    "subscription_key": "VIPPS_SUBSCRIPTION_KEY",
    "merchant_serial_number": "VIPPS_MSN",
}
_SHAPES = re.compile(
    r"""(?<![0-9a-zA-Z])[0-9a-f]{32}(?![0-9a-zA-Z-])      # a subscription key
      | (?<![\w/+])eyJ[\w-]{8,}(?:\.[\w-]+){0,2}          # a token
      | (?<![\w/.+-])(?=[\w+/]*[0-9+])[\w+/]{16,88}={1,2}(?![\w=]) # a client secret
      | \bPMAK-[0-9a-f-]{20,}                              # Postman's own
    """,
    re.VERBOSE,
)
_IN_SCRIPT = re.compile(
    r"""["']?(?P<name>[\w$-]{2,60})["']?\s*(?:,|:|=(?!=)|\]\s*=(?!=))\s*(?P<quote>["'`])(?P<value>[^"'`\n{}]{4,400})(?P=quote)"""
)
_DOTS = re.compile(rf'"(\w+)"(\s*:\s*)"{MASK}\d*"')  # what vipps_nb itself has masked in a file
_SCHEME = re.compile(r"^\s*(?:bearer|basic)\b", re.IGNORECASE)
MOST = 1000  # secrets
_SHORTEST = 6  # characters; what is shorter stands in ordinary words


@dataclass(frozen=True)
class Found:
    """A secret that was left out. Its value is nowhere in here.

    Attributes:
        name: What it stood under.
        where: The file, or the request.
        env_name: The name it belongs under in a ``.env``; empty for a token, which nobody keeps.
    """

    name: str
    where: str
    env_name: str = ""


def own_key(name: str) -> str:
    """Which key of a login a name means: ``client_id`` …; empty for none."""
    return _OWN.get(plain_name(name).removeprefix("vipps"), "")


def opens_doors(name: str) -> bool:
    """Whether a value is left out, by the name it stands under."""
    return is_secret(name) or own_key(name) in ("client_id", "client_secret", "subscription_key")


class Vault:
    """Every secret of the files that are brought along.

    It holds their values; nothing that it gives back does.
    """

    def __init__(self) -> None:
        self._values: dict[str, str] = {}  # the value, and the name it was found under first
        self._known: Redactor | None = None
        self.found: list[Found] = []

    def note(self, name: str, value: str, where: str) -> None:
        """Remember a secret, if the value is one."""
        value = _SCHEME.sub("", TEMPLATE.sub("", value)).strip()
        if is_placeholder(value) or len(value) < _SHORTEST or value in self._values:
            return
        if len(self._values) == MOST:
            raise CollectionError(f"More than {MOST:,} secrets stand in these files. Expected fewer in one notebook.")
        self._values[value] = name
        self._known = None
        self.found.append(Found(name, where, env_name(name)))

    @property
    def _redactor(self) -> Redactor:
        if self._known is None:
            self._known = Redactor(self._values)
        return self._known

    def note_shapes(self, text: str, where: str) -> None:
        """Remember what looks like a key or a token, wherever it stands."""
        for found in _SHAPES.finditer(text):
            token = found[0].startswith("eyJ")
            self.note("access_token" if token else "something like a key", found[0], where)

    def open(self, text: str) -> str:
        """A text of a request with ``{{name}}`` where a secret stood.

        So the request still has its place.
        """
        text = _DOTS.sub(r'"\1"\2"{{\1}}"', text)
        for value, name in sorted(self._values.items(), key=lambda pair: len(pair[0]), reverse=True):
            if value in text:
                text = text.replace(value, "{{" + name + "}}")
        return text

    def holds(self, text: str) -> bool:
        """Whether a secret is in a text, in whatever form."""
        return self._redactor.finds(text) or _SHAPES.search(text) is not None

    def code(self, text: str) -> str:
        """Code without what is known or looks like a secret."""
        return _SHAPES.sub(MASK, without_tokens(self._redactor.text(text)))

    def text(self, text: str) -> str:
        """Words, or a comment, without secrets.

        And without what stands under the name of one.
        """
        return without_named(self.code(text))


def env_name(name: str) -> str:
    """Where a secret belongs in a ``.env``; empty for an access token."""
    if own := own_key(name):
        return _ENV[own]
    if plain_name(name) in ("accesstoken", "authorization", "clientauthorization", "token", "bearer"):
        return ""
    if known := meant_by(name):
        return preferred(known)
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"\W+", "_", snake).strip("_").upper() or "SECRET"


def fill(vault: Vault, collections: Iterable[Collection], variables: Iterable[Variable]) -> None:
    """Look through everything, before anything is written."""
    for one in variables:
        if one.secret or opens_doors(one.name):
            vault.note(one.name, one.value, one.source)
        vault.note_shapes(one.value, one.source)
    for collection in collections:
        for item in _everything(collection.root):
            where = item.name
            for script in item.scripts:
                for found in _IN_SCRIPT.finditer(script.source):
                    if opens_doors(found["name"]):
                        vault.note(found["name"], found["value"], where)
                vault.note_shapes(script.source, where)
            vault.note_shapes(item.description, where)
            if isinstance(item, Request):
                _look_into(vault, item)


def _look_into(vault: Vault, request: Request) -> None:
    where = request.name
    for pair in request.headers:
        if opens_doors(pair.name):
            vault.note(pair.name, pair.value, where)
    for pair in request.auth.values if request.auth else ():
        if pair.name in ("token", "password", "value", "clientSecret", "secretKey", "secret", "accessToken"):
            name = request.auth.value("key") if request.auth and pair.name == "value" else pair.name
            vault.note("access_token" if pair.name == "token" else name, pair.value, where)
    body = request.body
    for name, value in [*_query(request.url), *((pair.name, pair.value) for pair in body.pairs if not pair.is_file)]:
        if opens_doors(name):
            vault.note(name, value, where)
    for text in (body.text, *(example.text for example in request.examples)):
        for name, value in _named_values(text):
            vault.note(name, value, where)
    vault.note_shapes(request.url, where)
    for pair in (*request.headers, *body.pairs):
        vault.note_shapes(pair.value, where)
    for example in request.examples:
        vault.note_shapes(example.text, where)
        for pair in example.headers:
            if opens_doors(pair.name):
                vault.note(pair.name, pair.value, where)
    vault.note_shapes(body.text, where)


def _query(url: str) -> Iterator[tuple[str, str]]:
    for part in url.partition("?")[2].split("&"):
        name, sign, value = part.partition("=")
        if sign:
            yield name, value


def _named_values(text: str) -> Iterator[tuple[str, str]]:
    """What stands in JSON under the name of a secret.

    In other texts, and in JSON that is none, what looks like it.
    """
    if not text.strip():
        return
    try:
        waiting: list[Any] = [json.loads(TEMPLATE.sub("0", text))]
    except (ValueError, RecursionError):
        for found in _IN_SCRIPT.finditer(text):
            if opens_doors(found["name"]):
                yield found["name"], found["value"]
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            for name, value in node.items():
                if isinstance(value, str) and opens_doors(str(name)):
                    yield str(name), value
                else:
                    waiting.append(value)
        elif isinstance(node, list):
            waiting += node


def _everything(folder: Folder) -> Iterator[Folder | Request]:
    waiting: list[Folder | Request] = [folder]
    while waiting:
        item = waiting.pop()
        yield item
        if isinstance(item, Folder):
            waiting += reversed(item.items)
