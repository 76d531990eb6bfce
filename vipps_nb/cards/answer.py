"""An answer of an API as a card: what was asked in words, how it went, what it means. HTML and text, always both."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from vipps_nb import catalogue
from vipps_nb.cards import tree
from vipps_nb.cards.markup import Markup, join, tag
from vipps_nb.cards.resources import draw
from vipps_nb.cards.values import DOTS
from vipps_nb.documents import Operation
from vipps_nb.environment import is_loopback, official_environment
from vipps_nb.explanations import Exchange, Symptom, explain
from vipps_nb.introduction import SECRET_HEADERS

_REFUSAL, _FAILURE = 400, 500
_SECRET_HEADERS = frozenset(name.lower() for name in (*SECRET_HEADERS, "Cookie", "Set-Cookie"))
_CLOCK_HEADER = "Vipps-Nb-Clock"
_LONGEST_TEXT = 4000
_KIBIBYTE = 1024
_PICTURES = ("image/png", "image/jpeg", "image/svg+xml")


@dataclass(frozen=True)
class AnswerCard:
    """A response, ready to be shown.

    Attributes:
        personal: Whether phone and identity numbers are shown in full.
    """

    response: requests.Response
    personal: bool = False

    @cached_property
    def exchange(self) -> Exchange:
        """The request and what came back."""
        return Exchange.of(self.response)

    @cached_property
    def operation(self) -> Operation | None:
        """What was asked, if the catalogue knows it."""
        return catalogue.find(self.exchange.method, self.exchange.path)

    @cached_property
    def explanation(self) -> Symptom | None:
        """What it means, if anybody knows."""
        return explain(self.exchange)

    @property
    def title(self) -> str:
        """The operation in words."""
        if self.operation is None:
            return f"{self.exchange.method} {self.exchange.path}"
        api = self.operation.api.removesuffix(" API")
        return f"{api} · {self.operation.purpose.partition(':')[0].partition(',')[0].rstrip('.')}"

    @property
    def tone(self) -> str:
        """How it went: good, refused (by the request's fault) or failed (by the server's)."""
        status = self.response.status_code
        return "good" if status < _REFUSAL else "refused" if status < _FAILURE else "failed"

    @property
    def status(self) -> str:
        """The status in number and words."""
        return f"{self.response.status_code} {self.response.reason or ''}".strip()

    @property
    def environment(self) -> str:
        """Who answered."""
        url = self.response.request.url or ""
        official = official_environment(url)
        return official.name if official is not None else "sandbox" if is_loopback(url) else self.exchange.host

    @property
    def facts(self) -> list[str]:
        """What stands below the title: time, size, repeats, trace id."""
        facts = []
        if self.response.headers.get(_CLOCK_HEADER) != "held":
            facts.append(f"{self.response.elapsed.total_seconds() * 1000:.0f} ms")
        size = len(self.response.content)
        facts.append(f"{size} B" if size < _KIBIBYTE else f"{size / _KIBIBYTE:.1f} KiB")
        problem = self.exchange.problem
        if problem is not None and problem.trace_id:
            facts.append(f"trace id {problem.trace_id}")
        return facts

    @property
    def target(self) -> str:
        """Method, path and query."""
        parts = urlsplit(self.response.request.url or "")
        return f"{self.exchange.method} {parts.path}" + (f"?{parts.query}" if parts.query else "")

    @cached_property
    def text(self) -> str:
        """The card for terminals, and for whoever reads the notebook's file."""
        lines = [f"{self.status} · {self.title}", " · ".join([self.target, *self.facts])]
        problem = self.exchange.problem
        if problem is not None:
            code = f"{problem.code} · " if problem.code and problem.code != problem.title else ""
            lines.append(f"{code}{problem.title}" + (f": {problem.detail}" if problem.detail else ""))
            lines += [f"  {field.name}: {field.reason}" for field in problem.field_errors]
        if self.explanation is not None:
            lines += [f"{label}: {words}" for label, words in _sentences(self.explanation)]
        body = self._body
        if problem is None and body not in (None, ""):
            shown = body if isinstance(body, str) else tree.as_text(body)
            lines.append(shown[:_LONGEST_TEXT] + (" …" if len(shown) > _LONGEST_TEXT else ""))
        return "\n".join(lines)

    @cached_property
    def html(self) -> str:
        """The card for notebooks: HTML and CSS, no script."""
        page = self.operation.page if self.operation is not None else None
        parts = [
            tag("style", Markup(stylesheet())),
            tag(
                "header",
                tag("span", self.environment, class_="vipps-nb-badge"),
                tag("strong", self.title, class_="vipps-nb-title"),
                tag("span", self.status, class_="vipps-nb-status", data_tone=self.tone),
            ),
            tag("p", tag("code", self.target), *(join(" · ", fact) for fact in self.facts), class_="vipps-nb-meta"),
            self._refusal(),
            self._explanation(),
            self._drawing(),
            self._answer(),
            self._request(),
            tag("footer", tag("a", "Official page", href=page, target="_blank", rel="noopener")) if page else None,
        ]
        return tag(
            "section",
            *parts,
            class_="vipps-nb vipps-nb-answer",
            data_environment=self.environment,
            aria_label=f"Answer: {self.title}, {self.status}",
        )

    @cached_property
    def _body(self) -> Any:
        kind = self.response.headers.get("Content-Type", "").partition(";")[0]
        if kind in _PICTURES:
            return None
        return tree.masked(self.exchange.answer, personal=self.personal)

    def _refusal(self) -> Markup | None:
        problem = self.exchange.problem
        if problem is None:
            return None
        code = tag("b", problem.code, " ") if problem.code and problem.code != problem.title else None
        detail = f": {problem.detail}" if problem.detail and problem.detail != problem.title else None
        fields = [tag("li", tag("code", field.name), f" {field.reason}") for field in problem.field_errors]
        words = tag("p", code, problem.title, detail, class_="vipps-nb-words")
        return join(words, tag("ul", *fields, class_="vipps-nb-fields") if fields else None)

    def _explanation(self) -> Markup | None:
        if self.explanation is None:
            return None
        rows = [item for label, words in _sentences(self.explanation) for item in (tag("dt", label), tag("dd", words))]
        link = tag("a", "Read more", href=self.explanation.page, target="_blank", rel="noopener")
        return tag("div", tag("dl", *rows), link, class_="vipps-nb-explanation")

    def _drawing(self) -> Markup | None:
        kind = self.response.headers.get("Content-Type", "").partition(";")[0]
        if kind in _PICTURES:
            data = base64.b64encode(self.response.content).decode()
            return tag("img", src=f"data:{kind};base64,{data}", alt=f"Picture: {self.title}", class_="vipps-nb-picture")
        return draw(self._body)

    def _answer(self) -> Markup | None:
        if self._body in (None, ""):
            return None
        shown = tag("pre", self._body[:_LONGEST_TEXT]) if isinstance(self._body, str) else tree.as_html(self._body)
        in_full = self.exchange.problem is None and self._drawing() is None
        return tag("details", tag("summary", "Answer"), shown, open=in_full)

    def _request(self) -> Markup:
        sent = tree.masked(self.exchange.sent, personal=self.personal)
        content = None
        if sent is not None:
            content = tag("pre", sent[:_LONGEST_TEXT]) if isinstance(sent, str) else tree.as_html(sent)
        return tag(
            "details",
            tag("summary", "Request and headers"),
            content,
            _headers("Sent", self.response.request.headers),
            _headers("Received", self.response.headers),
        )


def _sentences(symptom: Symptom) -> list[tuple[str, str]]:
    cause = "Why" if symptom.certain else "Probably"
    return [("What happened", symptom.what), (cause, symptom.cause), ("What to do", symptom.remedy)]


def _headers(title: str, headers: Mapping[str, Any]) -> Markup:
    rows = [
        tag("tr", tag("th", name, scope="row"), tag("td", DOTS if name.lower() in _SECRET_HEADERS else str(value)))
        for name, value in headers.items()
    ]
    return tag("table", tag("caption", title), *rows)


@lru_cache
def stylesheet() -> str:
    """The sheet that each card carries along, without comments and needless blanks."""
    here = Path(__file__).parent
    sheets = (here.parent / "widget" / "card.css", here / "answer.css")
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()
