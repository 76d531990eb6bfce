"""An answer of an API as a card, in HTML and in text, always both.

What was asked in words, how it went, what it means.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import responses as phrases
from typing import Any
from urllib.parse import parse_qsl

import requests

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue.documents import Operation
from vipps_nb.apis.questions import idempotency_header, idempotency_key
from vipps_nb.apis.test_amounts import named
from vipps_nb.auth.auth_scheme import SECRET_HEADERS
from vipps_nb.client.response import VippsResponse
from vipps_nb.core.addresses import cut_apart
from vipps_nb.core.bodies import body_of, is_whole, size
from vipps_nb.core.environment import is_loopback, official_environment
from vipps_nb.core.redaction import is_secret, is_traded, persons_in
from vipps_nb.core.view import DOTS, OF_THIS_MACHINE, View, shows_persons
from vipps_nb.core.visible import visible
from vipps_nb.display import tree
from vipps_nb.display.drawings import Drawing, draw, listing
from vipps_nb.display.frame import framed
from vipps_nb.display.markup import Markup, join, tag
from vipps_nb.explain import Exchange, Symptom, explain

_REFUSAL, _FAILURE = 400, 500
_SECRET_HEADERS = frozenset(name.lower() for name in SECRET_HEADERS)  # the client ID stays unsaid there as well
_CLOCK = "Vipps-Nb-Clock"  # our own sandbox says whether its clock is held
_TOLERATED = "Vipps-Nb-Tolerated"  # likewise, what it has taken although no document has it
_LONGEST_TEXT, _LONGEST_WORDS, _LONGEST_HEADER, _MOST_FIELDS = 4000, 1000, 500, 30
_LARGEST_PICTURE = 1 << 20
_MODIFICATIONS = ("/capture", "/refund", "/cancel")
# Over which nothing more happens: it was approved all the same, or it is at its end.
_OVER = ("AUTHORIZED", "CHARGED", "CANCELLED", "REFUNDED", "TERMINATED", "ABORTED", "EXPIRED", "STOPPED")
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_IN_WORDS = re.compile(r"json|xml|text|html|csv|javascript|x-www-form-urlencoded", re.IGNORECASE)
_TITLE_END = re.compile(r"[:,;(]")


@dataclass(frozen=True)
class AnswerCard:
    """A response, ready to be shown.

    Attributes:
        personal: Whether phone and identity numbers are shown in full.
    """

    response: requests.Response
    personal: bool = False

    @cached_property
    def view(self) -> View:
        """For whom, and whether it must be the same each time.

        The sandbox says when its clock is held; then it must.
        """
        persons = persons_in(self.exchange.sent) | persons_in(self.exchange.answer)
        held = self.response.headers.get(_CLOCK) == "held"
        unspeakable = self.response.unspeakable if isinstance(self.response, VippsResponse) else ()
        return View(self.personal or shows_persons(), still=held, persons=frozenset(persons), unspeakable=unspeakable)

    @cached_property
    def exchange(self) -> Exchange:
        """The request and what came back."""
        return Exchange.of(self.response)

    @cached_property
    def operation(self) -> Operation | None:
        """What was asked, if the catalogue knows it."""
        return catalogue.find(self.exchange.method, self.exchange.path) if self.environment != "elsewhere" else None

    @cached_property
    def explanation(self) -> Symptom | None:
        """What it means, if anybody knows."""
        return explain(self.exchange) if self.environment != "elsewhere" else None

    @property
    def advice(self) -> tuple[str, ...]:
        """What a refusal means and what to do, a line each; empty if not known."""
        return tuple(f"{label}: {words}" for label, words in self.explanation.sentences) if self.explanation else ()

    @property
    def title(self) -> str:
        """The operation in words."""
        if self.operation is None:
            return f"{self.exchange.method} {self.view.text(self.exchange.path)}"
        purpose = _TITLE_END.split(self.operation.purpose)[0].strip().rstrip(".")
        return f"{self.operation.api.replace(' API', '')} · {purpose}"

    @property
    def tone(self) -> str:
        """How it went: good, refused or failed.

        Refused by the request's fault, failed by the server's.
        """
        status = self.response.status_code
        return "good" if status < _REFUSAL else "refused" if status < _FAILURE else "failed"

    @property
    def status(self) -> str:
        """The status in number and words."""
        code = self.response.status_code
        reason = self.view.text(str(self.response.reason or phrases.get(code, "")))
        return visible(f"{code} {_cut(reason, _LONGEST_HEADER)}").strip()

    @cached_property
    def environment(self) -> str:
        """Who answered."""
        url = self.response.request.url or ""
        official = official_environment(url)
        if official is not None:
            return official.name
        return "sandbox" if _CLOCK in self.response.headers or is_loopback(url) else "elsewhere"

    @property
    def facts(self) -> list[str]:
        """What stands below the title: time, size, repeats."""
        facts = []
        if not self.view.still:
            facts.append(f"{self.response.elapsed.total_seconds() * 1000:.0f} ms")
        content = body_of(self.response)
        facts.append("not read yet" if content is None else size(len(content)) if content else "no body")
        retries = getattr(self.response, "retries", ())
        if retries:
            causes = ", ".join(str(retry.cause) for retry in retries)
            facts.append(f"{'1 retry' if len(retries) == 1 else f'{len(retries)} retries'} ({causes})")
        return facts

    @property
    def quotable(self) -> list[str]:
        """What one quotes to support, or sends again: trace id, idempotency key.

        It is seldom needed, so it is folded.
        """
        found = []
        problem = self.exchange.problem
        if problem is not None and problem.trace_id:
            found.append(f"trace id {self._words(problem.trace_id)}")
        url = self.response.request.url or ""
        key = idempotency_key(url, self.response.request.headers)
        if key:
            name = idempotency_header(url)
            found.append(f"{name} {self.view.masked(key, name)}")
        return found

    @property
    def tolerated(self) -> str:
        """What our own sandbox has taken although no document has it.

        Empty where the request had nothing of the kind, as mostly.
        """
        if self.environment != "sandbox" or _TOLERATED not in self.response.headers:
            return ""
        return f"Tolerated: {self.view.text(_as_text(self.response.headers[_TOLERATED]))}"

    @property
    def test_amount(self) -> str:
        """What is said of an amount that is documented to go wrong.

        Empty for other amounts, in production, and where the explanation of a refusal says it.
        """
        if self.environment not in ("sandbox", "test") or self.tone != "good" or self.operation is None:
            return ""
        exchange, answer = self.exchange, self.exchange.answer
        if exchange.method == "POST" and not exchange.route.endswith(_MODIFICATIONS):
            values = list(exchange.amounts())
        elif isinstance(answer, Mapping) and answer.get("state", answer.get("status")) not in _OVER:
            values = _amounts_of(answer)
        else:
            values = []
        met = next((words for value in values if (words := named(value))), "")
        return f"{met}. When it is approved or charged, this happens on purpose." if met else ""

    @property
    def target(self) -> str:
        """Method, path and query, and the host of a stranger."""
        parts = cut_apart(self.response.request.url or "")
        pairs = parse_qsl(parts.query[:_LONGEST_TEXT], keep_blank_values=True)
        traded = is_traded(name for name, _ in pairs)
        masked = [
            f"{name}={DOTS if traded and name == 'code' else self.view.masked(value, name)}" for name, value in pairs
        ]
        host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if self.environment == "elsewhere" else ""
        words = f"{self.exchange.method} {host}{parts.path}" + (f"?{'&'.join(masked)}" if masked else "")
        return _cut(self.view.text(words[: 2 * _LONGEST_TEXT]), _LONGEST_WORDS)

    @cached_property
    def text(self) -> str:
        """The card for terminals, and for whoever reads the notebook's file."""
        lines = [
            f"{self.status} · {self.title}",
            " · ".join([self.target, *self.facts]),
            self.tolerated,
            self.test_amount,
        ]
        problem = self.exchange.problem
        if problem is not None:
            lines.append(self.refusal)
            lines += [f"  {name}: {reason}" if name else reason for name, reason in self._fields]
        lines += self.advice
        if problem is None:
            drawn, body = self._drawing, self._body
            if drawn is not None:
                lines.append(drawn.text)
            elif isinstance(body, str):
                lines.append(_cut(body))
            elif body is not None:
                lines.append(tree.with_remarks(body, self.view))
        lines.append(" · ".join(self.quotable))
        return visible("\n".join(line for line in lines if line))

    @cached_property
    def meaning(self) -> Markup:
        """What it means, without what was sent and answered.

        The refusal with its explanation, or the drawing.
        """
        drawing = self._drawing.html if self._drawing is not None and self.exchange.problem is None else None
        return join(self._refusal(), self._explanation(), drawing, self._links())

    @cached_property
    def html(self) -> str:
        """The card for notebooks: HTML and CSS, no script."""
        parts = [
            tag(
                "header",
                tag("span", self.environment, class_="vipps-nb-badge"),
                " ",
                tag("strong", self.title, class_="vipps-nb-title"),
                " ",
                tag("span", self.status, class_="vipps-nb-status", data_tone=self.tone),
            ),
            tag(
                "p",
                tag("code", self.target),
                *(join(" · ", tag("span", fact)) for fact in self.facts),
                class_="vipps-nb-meta",
            ),
            tag("p", self.tolerated, class_="vipps-nb-tolerated") if self.tolerated else None,
            tag("p", self.test_amount, class_="vipps-nb-tolerated") if self.test_amount else None,
            self._refusal(),
            self._explanation(),
            self._drawing.html if self._drawing is not None else None,
            self._answer(),
            self._request(),
            self._links(getattr(self.response, "listed", "")),
        ]
        return framed(*parts, environment=self.environment, label=f"Answer: {self.title}, {self.status}")

    @cached_property
    def _kind(self) -> str:
        return self.response.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @cached_property
    def _body(self) -> Any:
        """What is shown of the answer: JSON without secrets, or text.

        None where there is nothing to read.
        """
        content = body_of(self.response)
        if not content or self._kind in _PICTURES:
            return None
        if isinstance(self.exchange.answer, str) and not _readable(content, self._kind):
            kind = _cut(self._kind, _LONGEST_HEADER) or "something that is no text"
            return f"{size(len(content))} of {kind}, not shown: .content has it"
        return self.view.masked(self.exchange.answer)

    def _words(self, text: str) -> str:
        """A server's words, as they may be shown."""
        return _cut(self.view.text(text[: 2 * _LONGEST_TEXT]), _LONGEST_WORDS)

    @property
    def _sentence(self) -> str:
        """What the server says about a refusal."""
        problem = self.exchange.problem
        return self._words(_sentence(problem.title, problem.detail)) if problem is not None else ""

    @property
    def refusal(self) -> str:
        """What the server says about a refusal, with its code; empty for what went well."""
        problem = self.exchange.problem
        return f"{self._words(_code(problem.code, problem.title))}{self._sentence}" if problem is not None else ""

    @cached_property
    def _fields(self) -> list[tuple[str, str]]:
        """The fields that were refused, and why."""
        errors = self.exchange.problem.field_errors if self.exchange.problem is not None else ()
        fields = [(self._words(field.name), self._words(field.reason)) for field in errors[:_MOST_FIELDS]]
        more = len(errors) - _MOST_FIELDS
        return [*fields, ("", f"… {more} more")] if more > 0 else fields

    def _refusal(self) -> Markup | None:
        problem = self.exchange.problem
        if problem is None:
            return None
        code = tag("b", f"{self._words(problem.code)} ") if _code(problem.code, problem.title) else None
        fields = [tag("li", tag("code", name) if name else None, f" {reason}") for name, reason in self._fields]
        words = tag("p", code, self._sentence, class_="vipps-nb-words")
        return join(words, tag("ul", *fields, class_="vipps-nb-fields") if fields else None)

    def _explanation(self) -> Markup | None:
        if self.explanation is None:
            return None
        rows = [
            item
            for label, words in self.explanation.sentences
            for item in (tag("dt", label), " ", tag("dd", code_marked(words)), " ")
        ]
        return tag("div", tag("dl", *rows), class_="vipps-nb-explanation", data_tone=self.tone)

    def _links(self, listed: str = "") -> Markup | None:
        """Where to read on, side by side.

        Args:
            listed: What the calls panel knows the call by; nothing where it is there already.
        """
        found: list[str | None] = []
        if self.explanation is not None:
            found.append(leaf_link("Read more", self.explanation.page))
        if self.operation is not None and self.operation.page:
            found.append(leaf_link("Official page", self.operation.page))
        if listed:
            # A panel that is open hears the click; anywhere else it leads nowhere, and does no harm.
            found.append(tag("a", "In the calls panel", href=f"#{listed}"))
        return tag("p", join(*found, between=" · "), class_="vipps-nb-source") if found else None

    @cached_property
    def _drawing(self) -> Drawing | None:
        if self._kind in _PICTURES:
            return self._picture()
        # Of what was cut no drawing is made, for its sums would be wrong; a long list is a table all the same.
        drawn = draw(self.exchange, self._body, self.view) if is_whole(self._body) else None
        return drawn or listing(self.exchange, self._body, self.view)

    def _picture(self) -> Drawing | None:
        content = body_of(self.response)
        if not content:
            return None
        words = f"A picture ({self._kind}, {size(len(content))})"
        if len(content) > _LARGEST_PICTURE:
            return Drawing(tag("p", f"{words}, too large to be shown here: .content has it"), words)
        data = base64.b64encode(content).decode()
        alt = f"Picture: {self.title}"
        return Drawing(tag("img", src=f"data:{self._kind};base64,{data}", alt=alt, class_="vipps-nb-picture"), words)

    def _answer(self) -> Markup | None:
        if self._body is None:
            return None
        shown = tag("pre", _cut(self._body)) if isinstance(self._body, str) else tree.as_html(self._body, self.view)
        in_full = self.exchange.problem is None and self._drawing is None
        return tag("details", tag("summary", "Answer"), shown, open=in_full)

    def _request(self) -> Markup:
        sent = self.view.masked(self.exchange.sent)
        content = None
        if sent is not None:
            content = tag("pre", _cut(sent)) if isinstance(sent, str) else tree.as_html(sent, self.view)
        return tag(
            "details",
            tag("summary", "Request and headers"),
            tag("p", join(*(tag("span", one) for one in self.quotable), between=" · "), class_="vipps-nb-meta")
            if self.quotable
            else None,
            content,
            self._headers("Sent", self.response.request.headers),
            self._headers("Received", self.response.headers),
        )

    def _headers(self, title: str, headers: Mapping[str, Any]) -> Markup:
        rows = [
            tag("tr", tag("th", name, scope="row"), " ", tag("td", self._header(name, value)))
            for name, value in headers.items()
            if not (self.view.still and name.lower() in OF_THIS_MACHINE)
        ]
        return tag("table", tag("caption", title), tag("tbody", *rows), class_="vipps-nb-headers")

    def _header(self, name: str, value: Any) -> str:
        if name.lower() in _SECRET_HEADERS or is_secret(name):
            return DOTS
        return _cut(str(self.view.masked(_as_text(value)[: 2 * _LONGEST_TEXT], name)), _LONGEST_HEADER)


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _amounts_of(node: Any) -> list[Any]:
    """The amount of a payment or a charge, as ePayment and as Recurring have it."""
    amount = _part(node, "amount")
    return [amount.get("value") if isinstance(amount, Mapping) else amount]


def _code(code: str, title: str) -> str:
    return f"{code} · " if code and code != title else ""


def _sentence(title: str, detail: str) -> str:
    return f"{title}: {detail}" if detail and detail != title else title


def code_marked(words: str) -> Markup:
    """Words in which `code` is marked as code."""
    pieces = words.split("`")
    return join(*(tag("code", piece) if place % 2 else piece for place, piece in enumerate(pieces)))


def leaf_link(words: str, page: str) -> Markup:
    """A link that leaves the notebook as it is."""
    return tag("a", words, href=page, target="_blank", rel="noopener noreferrer")


def _as_text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _cut(text: str, longest: int = _LONGEST_TEXT) -> str:
    if len(text) <= longest:
        return text
    return f"{text[:longest]} … the rest is not shown" + (": .text has it all" if longest == _LONGEST_TEXT else "")


def _readable(content: bytes, kind: str) -> bool:
    """Whether bytes are meant to be read; without a type, whether they can be."""
    if kind:
        return _IN_WORDS.search(kind) is not None
    return b"\0" not in content[:_LONGEST_TEXT]
