"""curl's command lines, in the quotes of bash, PowerShell and cmd.

None of them is ever run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote_plus

from vipps_nb.notebook.importing.record import Auth, Body, Collection, CollectionError, Folder, Pair, Request

MOST = 2000  # commands
_LONGEST = 4 << 20  # characters of one command
_START = re.compile(r"^[ \t]*(?:[$>][ \t]+)?(?:PS[^>\n]*>[ \t]*)?curl(?:\.exe)?(?=[ \t\n\\^`]|$)", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?:#|//|::|REM\b)[ \t]*(.*)$", re.IGNORECASE)
Shell = Literal["bash", "PowerShell", "cmd"]

# fmt: off
_IGNORED = (
    "-A", "--user-agent", "-e", "--referer", "-b", "--cookie", "-c", "--cookie-jar", "-o", "--output", "-w",
    "--write-out", "-m", "--max-time", "--connect-timeout", "-x", "--proxy", "--proxy-user", "-U", "--retry",
    "--retry-delay", "--retry-max-time", "--cacert", "--capath", "-E", "--cert", "--key", "--cert-type",
    "--key-type", "--pass", "--ciphers", "--resolve", "--interface", "--limit-rate", "-D", "--dump-header",
    "--max-redirs", "-K", "--config", "--noproxy", "--tls-max", "--stderr", "--trace", "--trace-ascii", "-r",
    "--range", "-z", "--time-cond", "-y", "-Y", "-C", "--continue-at", "--connect-to", "--aws-sigv4",
    "--output-dir", "--rate", "--unix-socket", "--url-query", "--variable", "--request-target", "-t", "-Q", "-P",
)
# Of these, what the answer may depend on; the others only say how curl itself behaves.
_MATTER = frozenset((
    "-b", "--cookie", "-x", "--proxy", "-E", "--cert", "--key", "-K", "--config", "--aws-sigv4", "-r", "--range", "-z",
    "--time-cond", "--resolve", "--connect-to", "--url-query", "--variable", "--request-target", "--unix-socket",
))
# fmt: on
# Options that are followed by a value, by what becomes of it; all others stand alone.
_WITH_VALUE = {
    **dict.fromkeys(("-X", "--request"), "method"),
    **dict.fromkeys(("-H", "--header"), "header"),
    **dict.fromkeys(("-d", "--data", "--data-ascii"), "data"),
    **dict.fromkeys(("--data-raw",), "raw"),
    **dict.fromkeys(("--data-binary",), "data"),
    **dict.fromkeys(("--data-urlencode",), "encoded"),
    "--json": "json",
    **dict.fromkeys(("-F", "--form"), "form"),
    "--form-string": "text",
    **dict.fromkeys(("-u", "--user"), "user"),
    "--oauth2-bearer": "bearer",
    "--url": "url",
    **dict.fromkeys(("-T", "--upload-file"), "upload"),
    **{name: "matters" if name in _MATTER else "nothing" for name in _IGNORED},
}
_ALONE = {"-G": "get", "--get": "get", "-I": "head", "--head": "head", "-g": "plain", "--globoff": "plain"}
_LETTERS_WITH_VALUE = {name[1] for name in _WITH_VALUE if not name.startswith("--")}


def begins(text: str) -> bool:
    """Whether a text begins with a curl command."""
    found = _START.match(text.lstrip("\n"))
    return found is not None


def read(text: str, source: str) -> Collection:
    """All commands of a text; a comment above one is its name.

    Raises:
        CollectionError: There is none, or one that cannot be read.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CAT.sub(r"@- <<\1\2\1\4\n\3\n\2", text)
    requests: list[Request] = []
    notes: list[str] = []
    elsewhere: list[str] = []
    name = ""
    for kind, part in _pieces(text):
        if kind == "comment":
            name = part
            continue
        if kind == "elsewhere":
            elsewhere.append(part)
            continue
        found, said = requests_of(part, name, source)
        requests += found
        notes += [sentence for sentence in said if sentence not in notes]
        if len(requests) > MOST:
            raise CollectionError(f"{source} has more than {MOST:,} curl commands. Expected fewer in one notebook.")
        name = ""
    if elsewhere and requests:
        lines = f"line{'' if len(elsewhere) == 1 else 's'} {', '.join(elsewhere[:20])}"
        notes.append(
            f"{source} calls curl within something else, at {lines}: that was not read. Expected a command at the "
            "beginning of its line."
        )
    if not requests:
        raise CollectionError(
            f"{source} is no JSON, and no line of it begins with curl. Expected a Postman collection or environment "
            "(JSON), a HAR file, or a text with curl commands."
        )
    root = Folder(name=source, items=tuple(requests))
    return Collection(kind="curl commands", source=source, root=root, notes=tuple(notes))


def request_of(command: str, name: str = "", source: str = "The cell") -> tuple[Request, list[str]]:
    """One command as a request, and what was left out of it, in sentences.

    Args:
        command: From ``curl`` to its end, in whatever shell's quotes.
        name: What it is called; empty for its method and path.
        source: Where it stands, for messages.

    Raises:
        CollectionError: A quotation mark has no partner, there is no address, or more than one request.
    """
    found, notes = requests_of(command, name, source)
    if len(found) > 1:
        raise CollectionError(
            f"{source} has {len(found)} curl requests. Expected one; vipps-nb import takes them all from a file."
        )
    return found[0], notes


def requests_of(command: str, name: str = "", source: str = "The cell") -> tuple[list[Request], list[str]]:
    """All requests of a line.

    curl asks each address and goes on after ``--next``, a shell after ``&&``.

    Returns:
        The requests, and what was left out of them, in sentences.

    Raises:
        CollectionError: A quotation mark has no partner, or there is no address.
    """
    if len(command) > _LONGEST:
        raise CollectionError(f"A curl command in {source} is longer than {_LONGEST:,} characters. Expected one call.")
    shell = shell_of(command)
    command, stdin = _without_document(command)
    requests: list[Request] = []
    notes: list[str] = []
    waiting: str | None = command
    while waiting is not None:
        words, rest = _words(waiting, shell, source)
        for group in _groups(words):
            said = _Said(stdin=stdin)
            _read_options(group, said)
            if not said.urls:
                raise CollectionError(f"A curl command in {source} names no address. Expected curl [options] https://…")
            made = said.requests(name if not requests else "")
            requests += made
            notes += [f"{made[0].name[:80]}: {sentence}" for sentence in said.notes]
        following = re.match(r"\s*(?:&&|\|\||;|&)\s*(curl(?:\.exe)?\s.*)", rest, re.DOTALL)
        waiting = following[1] if following else None
    return requests, notes


def _groups(words: Sequence[str]) -> Iterator[list[str]]:
    """The words between ``--next`` and ``--next``, each with a request of its own."""
    group: list[str] = []
    for word in words:
        if word in ("--next", "-:"):
            yield group
            group = []
        else:
            group.append(word)
    yield group


_CAT = re.compile(r"\"\$\(cat <<-?[ \t]*(['\"]?)(\w+)\1[ \t]*\n(.*?)\n[ \t]*\2[ \t]*\n?[ \t]*\)\"([^\n]*)", re.DOTALL)
_DOCUMENT = re.compile(r"<<-?[ \t]*(['\"]?)(\w+)\1([^\n]*)\n(.*?)(?:\n[ \t]*\2[ \t]*(?=\n|$)|\Z)", re.DOTALL)


def _without_document(command: str) -> tuple[str, str | None]:
    """A command, and what is handed to it as ``<<EOF``.

    Variables of the shell are ``{{name}}``.
    """
    found = _DOCUMENT.search(command)
    if found is None:
        return command, None
    text = found[4]
    if not found[1]:
        text = _SHELL_VARIABLE.sub(lambda one: "{{" + (one[1] or one[2]) + "}}" if one[1] or one[2] else one[0], text)
    return f"{command[: found.start()]} {found[3]}{command[found.end() :]}", text


def shell_of(command: str) -> Shell:
    """Whose quotes a command is written in.

    By how its lines go on and how its quotes are escaped.
    """
    if re.search(r"\^[ \t]*\n|\^[\"%&{]", command):
        return "cmd"
    if re.search(r"`[ \t]*\n|`\"|\$env:", command) or command.lstrip().startswith("PS "):
        return "PowerShell"
    # A doubled quotation mark within quotes; an empty argument stands alone.
    return "cmd" if re.search(r"(?<![\s\\=])\"\"(?!\s|$)", command) and "'" not in command else "bash"


@dataclass
class _Said:
    """What a command's options have said so far."""

    method: str = ""
    urls: list[str] = field(default_factory=list)
    headers: list[Pair] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    file: str = ""
    user: str = ""
    stdin: str | None = None
    notes: list[str] = field(default_factory=list)
    get: bool = False
    is_form: bool = False
    is_json: bool = False
    has_data: bool = False
    plain: bool = False

    def take(self, what: str, value: str) -> None:  # noqa: PLR0912 - one case for each option
        """One option."""
        self.has_data |= what in ("data", "raw", "json", "encoded", "form", "text")
        match what:
            case "method":
                self.method = re.sub(r"[^A-Z-]", "", value.upper())
            case "header" if value.startswith("@"):
                self.notes.append(f"the headers in {_short(value[1:])} were left out: only that file has them.")
            case "header":
                name, colon, rest = value.partition(":")
                if colon and rest.strip():
                    self.headers.append(Pair(name.strip(), rest.strip()))
            case "data" | "json" if value == "@-" and self.stdin is not None:
                self.data.append(self.stdin)
                self.is_json |= what == "json"
            case "data" | "json" if value.startswith("@"):
                self.file = value[1:]
                self.is_json |= what == "json"
            case "data" | "raw" | "json":
                self.data.append(value)
                self.is_json |= what == "json"
            case "encoded":
                self._take_encoded(value)
            case "form" | "text":
                name, _, rest = value.partition("=")
                is_file = what == "form" and rest.startswith(("@", "<"))
                rest = rest[1:].partition(";")[0] if is_file else rest
                self.pairs.append(Pair(name, rest, is_file))
            case "user":
                self.user = value
            case "bearer":
                self.headers.append(Pair("Authorization", f"Bearer {value}"))
            case "url":
                self.urls.append(value)
            case "upload":
                self.file, self.method = value, self.method or "PUT"
            case "get":
                self.get = True
            case "plain":
                self.plain = True
            case "head":
                self.method = self.method or "HEAD"
            case "matters":
                self.notes.append(f"{value} was left out.")

    def _take_encoded(self, value: str) -> None:
        """``name=text``, ``=text``, ``text``, ``name@file`` or ``@file``."""
        found = re.search("[=@]", value)
        name, sign, rest = value.partition(found[0] if found else "=")
        if sign == "@":
            stem = re.sub(r"\W+", "_", re.split(r"[/\\]", rest)[-1]) or "file"
            self.notes.append(f"{_short(rest)} was not read: fill in {stem} in the first cell with what stands in it.")
            rest = "{{" + stem + "}}"
        self.is_form = True
        if name and sign:
            self.pairs.append(Pair(name, rest))
        else:
            self.data.append(_percent(rest if sign else value))

    def requests(self, name: str) -> list[Request]:
        """All of it, once for each address."""
        globbed = [url for url in self.urls if re.search(r"\[\w+-\w+(?::\d+)?\]|(?<!\{)\{[^{}]*,[^{}]*\}(?!\})", url)]
        if globbed and not self.plain:
            self.notes.append("curl asks many addresses where brackets stand in this one; one request was written.")
        return [self._request(url, name if number == 0 else "") for number, url in enumerate(self.urls)]

    def _request(self, url: str, name: str) -> Request:
        url = url.partition("#")[0]
        body = self._body()
        if self.get:
            query = [*self.data, *(f"{pair.name}={_percent(pair.value)}" for pair in self.pairs)]
            url += ("&" if "?" in url else "?") + "&".join(query) if query else ""
            body = Body()
        method = self.method or ("POST" if self.has_data and not self.get else "GET")
        found = re.match(r"(\w+://)?([^/?]*)([^?]*)", url)
        assert found is not None  # noqa: S101 - it fits every text
        scheme, host, path = found.groups()
        given, user = self.user, re.match(r"([^@/]*:[^@/]*)@", host)
        if user:
            given, url = given or user[1], (scheme or "") + host[user.end() :] + url.partition(host)[2]
        proof = None
        if given:
            who, _, password = given.partition(":")
            proof = Auth("basic", (Pair("username", who), Pair("password", password)))
        return Request(
            name=name or f"{method} {path or '/'}"[:80],
            method=method,
            url=url,
            headers=tuple(self.headers),
            body=body,
            auth=proof,
        )

    def _body(self) -> Body:
        given = next((one.value for one in self.headers if one.name.lower() == "content-type"), "")
        media_type = given.partition(";")[0].strip().lower() or ("application/json" if self.is_json else "")
        if self.file:
            return Body("file", self.file, media_type=media_type)
        if self.pairs and not self.is_form:
            return Body("multipart", pairs=tuple(self.pairs))
        text = ("" if self.is_json else "&").join(self.data)
        if not text.strip() and not self.pairs:
            return Body()
        unescaped = text.replace('\\"', '"')
        if not _is_json(text) and _is_json(unescaped):  # PowerShell takes a level of quotes away before curl sees them
            text = unescaped
        if media_type not in ("", "application/x-www-form-urlencoded") or text.lstrip()[:1] in ("{", "["):
            return Body("raw", text, media_type=media_type)
        fields = [part.partition("=") for part in text.split("&") if part]
        return Body("form", pairs=(*(Pair(unquote_plus(a), unquote_plus(b)) for a, _, b in fields), *self.pairs))


def _percent(text: str) -> str:
    """A text as it stands in a query, with its variables as they are."""
    return "".join(
        part if place % 2 else quote(part, safe="") for place, part in enumerate(re.split(r"(\{\{[^{}]+\}\})", text))
    )


def _short(path: str) -> str:
    """The name of a file, without its folder."""
    return re.split(r"[/\\]", path)[-1][:80] or "a file"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _read_options(words: Sequence[str], said: _Said) -> None:
    waiting = list(reversed(_without_input(words, said)))
    while waiting:
        word = waiting.pop()
        if not word.startswith("-") or word == "-":
            said.take("url", word)
            continue
        if word.startswith("--"):
            name, sign, value = word.partition("=")
            if name in _WITH_VALUE:
                given = value if sign else waiting.pop() if waiting else ""
                said.take(_WITH_VALUE[name], name if _WITH_VALUE[name] == "matters" else given)
            elif name in _ALONE:
                said.take(_ALONE[name], "")
            continue
        _read_letters(word, waiting, said)


def _without_input(words: Sequence[str], said: _Said) -> list[str]:
    """The words but for ``<<< text`` and ``< file``, which are what ``@-`` means."""
    for place, word in enumerate(words):
        if word.startswith("<<<"):
            glued = word[3:]
            said.stdin = glued or next(iter(words[place + 1 : place + 2]), "")
            return [*words[:place], *words[place + (1 if glued else 2) :]]
        if word == "<" and place + 1 < len(words):
            file = words[place + 1]
            kept = [*words[:place], *words[place + 2 :]]
            return [f"@{file}" if one == "@-" else one for one in kept]
    return list(words)


def _read_letters(word: str, waiting: list[str], said: _Said) -> None:
    """``-sSL``, ``-XPOST``: letters in a row, of which the last may have a value."""
    for place, letter in enumerate(word[1:], 1):
        if f"-{letter}" in _ALONE:
            said.take(_ALONE[f"-{letter}"], "")
        if letter in _LETTERS_WITH_VALUE:
            rest = word[place + 1 :]
            given = rest or (waiting.pop() if waiting else "")
            said.take(_WITH_VALUE[f"-{letter}"], f"-{letter}" if _WITH_VALUE[f"-{letter}"] == "matters" else given)
            return


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Commands, comments between them, and lines that call curl elsewhere.

    The last by their number.
    """
    starts = [found.start() for found in _START.finditer(text)]
    # A line that begins with curl within the quotes of a command is a part of it.
    end = 0
    for number, start in enumerate(starts):
        if start < end:
            continue
        between = [found[1].strip() for line in text[end:start].splitlines() if (found := _COMMENT.match(line))]
        yield from _elsewhere(text, end, start)
        if between and between[-1]:
            yield "comment", between[-1][:120]
        stop = starts[number + 1] if number + 1 < len(starts) else len(text)
        end = start + _length(text[start:stop])
        document = re.search(r"<<-?[ \t]*(['\"]?)(\w+)\1[^\n]*$", text[start:end])
        if document and (last := re.compile(rf"^[ \t]*{document[2]}[ \t]*$", re.MULTILINE).search(text, end)):
            end = last.end()
        yield "command", text[start:end]
    yield from _elsewhere(text, end, len(text))


_CALLED = re.compile(r"\bcurl(?:\.exe)?[ \t]+(?:-|[\"']?https?:)")


def _elsewhere(text: str, start: int, stop: int) -> Iterator[tuple[str, str]]:
    """Lines that call curl, though not at their beginning.

    In ``$(…)``, say, or in a loop on one line.
    """
    first = text.count("\n", 0, start) + 1
    for number, line in enumerate(text[start:stop].splitlines(), first):
        if _CALLED.search(line) and not _COMMENT.match(line):
            yield "elsewhere", str(number)


def _length(text: str) -> int:
    """Where a command ends: at the first line end that nothing carries on.

    Outside of quotes.
    """
    quote = ""
    place = 0
    while place < len(text):
        letter = text[place]
        if letter in "\\`^" and quote != "'" and text[place + 1 : place + 2]:
            skipped = re.compile(r"[ \t]*\n").match(text, place + 1)
            place = skipped.end() if skipped else place + 2
            continue
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "\n":
            return place
        place += 1
    return place


def _words(command: str, shell: Shell, source: str) -> tuple[list[str], str]:
    """The words after ``curl``, quotes resolved, and what comes behind the command.

    Variables of the shell are ``{{name}}``.
    """
    found = _START.match(command)
    text = command[found.end() :] if found else command
    if shell == "cmd":
        text = re.sub(r"\^[ \t]*\n[ \t]*", " ", text)
        text = re.sub(r"\^(.)", r"\1", text, flags=re.DOTALL)
        text = re.sub(r"%([A-Za-z_]\w*)%", r"{{\1}}", text)
    elif shell == "PowerShell":
        text = re.sub(r"`[ \t]*\n[ \t]*", " ", text)
    else:
        text = re.sub(r"\\[ \t]*\n", " ", text)
    words, place = [], 0
    while (place := _after_blanks(text, place)) < len(text):
        if redirected := re.compile(r"\d?>>?&?[ \t]*[^\s|;&]+").match(text, place):
            place = redirected.end()
            continue
        if text[place] in "|;&>" or (text[place] == "#" and shell != "cmd"):
            break  # what comes then is another command
        word, place = _word(text, place, shell)
        if place < 0:
            raise CollectionError(
                f"A curl command in {source} has a quotation mark without a partner, as {shell} reads it."
            )
        words.append(word)
    return words, text[place:]


def _after_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _word(text: str, place: int, shell: Shell) -> tuple[str, int]:
    """One word and where it ends; a negative place when its quotes have no end."""
    pieces: list[str] = []
    while place < len(text) and not text[place].isspace():
        letter = text[place]
        if letter in "|;>" or (letter == "&" and shell != "cmd"):
            break
        if letter == "$" and shell == "bash" and text[place + 1 : place + 2] == "'":
            piece, place = _ansi(text, place + 2)
        elif letter == '"' or (letter == "'" and shell != "cmd"):
            piece, place = _quoted(text, place + 1, letter, shell)
        elif (letter == "\\" and shell == "bash") or (letter == "`" and shell == "PowerShell"):
            piece, place = text[place + 1 : place + 2], place + 2
        elif letter == "$" and shell != "cmd":
            piece, place = _variable(text, place)
        else:
            piece, place = letter, place + 1
        if place < 0:
            return "", -1
        pieces.append(piece)
    return "".join(pieces), place


def _quoted(text: str, place: int, quote: str, shell: Shell) -> tuple[str, int]:
    pieces: list[str] = []
    while place < len(text):
        letter, after = text[place], text[place + 1 : place + 2]
        doubled = shell != "bash" and letter == quote == after
        if doubled:
            pieces.append(quote)
            place += 2
        elif letter == quote:
            return "".join(pieces), place + 1
        elif quote == '"' and letter == {"bash": "\\", "cmd": "\\", "PowerShell": "`"}[shell] and after:
            kept = letter if shell != "PowerShell" and after not in '"\\$`' else ""
            pieces.append(kept + after)
            place += 2
        elif quote == '"' and letter == "\\" and shell == "PowerShell" and after == '"':
            pieces.append('"')  # what the older PowerShell wants before it calls a program
            place += 2
        elif quote == '"' and letter == "$" and shell != "cmd":
            piece, place = _variable(text, place)
            pieces.append(piece)
        else:
            pieces.append(letter)
            place += 1
    return "", -1


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def _ansi(text: str, place: int) -> tuple[str, int]:
    """What stands in ``$'…'``.

    Chrome's "copy as cURL" writes every body with a quotation mark so.
    """
    pieces: list[str] = []
    while place < len(text):
        letter = text[place]
        if letter == "'":
            return "".join(pieces), place + 1
        if letter == "\\" and (
            found := re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL).match(text, place)
        ):
            pieces.append(
                chr(int(found[1] or found[2], 16)) if found[1] or found[2] else _ESCAPES.get(found[3], found[3])
            )
            place = found.end()
        else:
            pieces.append(letter)
            place += 1
    return "", -1


_SHELL_VARIABLE = re.compile(r"\$(?:env:)?(?:\{(?:env:)?(\w+)[^}]*\}|([A-Za-z_]\w*)|\(([^()]*)\))")


def _variable(text: str, place: int) -> tuple[str, int]:
    """A variable of the shell as ``{{name}}``.

    A command in it as what it usually is there for.
    """
    found = _SHELL_VARIABLE.match(text, place)
    if found is None:
        return "$", place + 1
    if found[3] is not None:
        command = found[3].lower()
        known = {"uuid": "$guid", "guid": "$guid", "date": "$timestamp"}
        return "{{" + next((name for word, name in known.items() if word in command), "command") + "}}", found.end()
    return "{{" + (found[1] or found[2]) + "}}", found.end()
