"""The answers to many calls as one card, in HTML and in text, always both.

How many went well, the refusals by what they say with what they mean, and how long it took.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any, NamedTuple, Protocol

import requests

from vipps_nb.apis import catalogue
from vipps_nb.client.retries import passing_cause
from vipps_nb.core.paths import path_of
from vipps_nb.core.redaction import without_tokens
from vipps_nb.core.view import View
from vipps_nb.core.visible import visible
from vipps_nb.display.answer import AnswerCard, code_marked, leaf_link
from vipps_nb.display.drawings.drawing import wide
from vipps_nb.display.frame import framed
from vipps_nb.display.markup import Markup, join, tag
from vipps_nb.display.tree import NAMING
from vipps_nb.errors import NotSentError

_MOST_GROUPS, _FIRST, _MOST_ROWS, _LONGEST = 12, 3, 50, 200
_LOOKED_AT = 20  # of a group, to see what is usual in it
_FAILURE = 500
_TONES = ("good", "refused", "failed")


class Row(Protocol):
    """One of the calls and what became of it."""

    @property
    def position(self) -> int:
        """Its place among the calls."""
        ...

    @property
    def call(self) -> Any:
        """Its path and options."""
        ...

    @property
    def outcome(self) -> requests.Response | Exception:
        """An answer, or the error instead of one."""
        ...


class _Kind(NamedTuple):
    """What some calls came to, the same for all of them."""

    tone: str
    status: str
    code: str


@dataclass(frozen=True)
class AnswersCard:
    """What came of many calls, ready to be shown.

    Attributes:
        method: The method of all calls.
        rows: What became of each, in order.
        seconds: How long all of it took; None if nobody took the time.
    """

    method: str
    rows: Sequence[Row]
    seconds: float | None = None

    @cached_property
    def _cards(self) -> dict[int, AnswerCard]:
        """One card for each answer, by its position."""
        return {
            row.position: AnswerCard(row.outcome) for row in self.rows if isinstance(row.outcome, requests.Response)
        }

    @cached_property
    def _groups(self) -> list[tuple[_Kind, list[Row]]]:
        """The calls that did not go well, by what they came to; the largest group first."""
        groups: dict[_Kind, list[Row]] = {}
        for row in self.rows:
            kind = self._kind(row)
            if kind.tone != "good":
                groups.setdefault(kind, []).append(row)
        return sorted(groups.items(), key=lambda item: -len(item[1]))

    def _kind(self, row: Row) -> _Kind:
        card = self._cards.get(row.position)
        if card is None:
            words = "not sent" if isinstance(row.outcome, NotSentError) else "no answer"
            return _Kind("failed", words, _said(row.outcome))
        problem = card.exchange.problem if card.tone != "good" else None
        return _Kind(card.tone, card.status, (problem.code or problem.title) if problem is not None else "")

    @cached_property
    def _view(self) -> View:
        return next(iter(self._cards.values())).view if self._cards else View()

    @property
    def _still(self) -> bool:
        return any(card.view.still for card in self._cards.values())

    @cached_property
    def title(self) -> str:
        """What was asked, in words, and how often."""
        titles = list(dict.fromkeys(card.title for card in self._cards.values()))
        what = titles[0] if len(titles) == 1 else self._operation()
        return f"{len(self.rows)} × {what}" if self.rows else "No calls"

    def _operation(self) -> str:
        paths = list(dict.fromkeys(_template(self.method, str(row.call.path)) for row in self.rows))
        return f"{self.method} {paths[0]}" if len(paths) == 1 else f"{self.method}, {len(paths)} kinds of calls"

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many went how.

        Ok, refused (4xx), failed (5xx), without an answer, not sent.
        """
        counted: dict[str, int] = {}
        for row in self.rows:
            kind = self._kind(row)
            answered = row.position in self._cards
            word = {"good": "ok", "refused": "refused", "failed": "failed"}[kind.tone] if answered else kind.status
            counted[word] = counted.get(word, 0) + 1
        order = ("ok", "refused", "failed", "no answer", "not sent")
        return {word: counted[word] for word in order if word in counted}

    @property
    def status(self) -> str:
        """The counts in words."""
        return ", ".join(f"{number} {word}" for word, number in self.counts.items()) or "nothing was asked"

    @property
    def tone(self) -> str:
        """How the worst of them went."""
        return max((kind.tone for kind, _ in self._groups), key=_TONES.index, default="good")

    @property
    def facts(self) -> list[str]:
        """Times and repeats; no times where a sandbox's clock is held."""
        facts = []
        took = [card.response.elapsed.total_seconds() * 1000 for card in self._cards.values()]
        if self.seconds is not None and not self._still:
            facts.append(f"{self.seconds:.1f} s in all")
        if took and not self._still:
            facts.append(f"median {median(took):.0f} ms, slowest {max(took):.0f} ms")
        retries = sum(len(getattr(row.outcome, "retries", ())) for row in self.rows)
        if retries:
            facts.append(f"{retries} {'retry' if retries == 1 else 'retries'}")
        return facts

    @property
    def advice(self) -> str:
        """How to send again what may go through the next time.

        Empty where nothing of the kind is.
        """
        passing = sum(len(rows) for _, rows in self._groups if _may_pass(rows[0].outcome))
        if not passing:
            return ""
        keys = " Each keeps its idempotency key." if self.method not in ("GET", "HEAD") else ""
        return (
            f"{passing} of them may go through the next time: "
            f'`vipps.map("{self.method}", [failure.call for failure in answers.failed])`.{keys}'
        )

    @cached_property
    def text(self) -> str:
        """The card for terminals, and for whoever reads the notebook's file."""
        lines = [f"{self.title} · {self.status}", " · ".join(self.facts)]
        for kind, rows in self._groups[:_MOST_GROUPS]:
            card = self._example(rows)
            lines.append(f"{len(rows)} × {self._heading(kind, rows)}")
            lines += [f"  {line}" for line in card.advice] if card is not None else []
            lines.append(f"  {self._references(rows)}")
        lines += [self._more_groups, self.advice.replace("`", "")]
        return visible("\n".join(line for line in lines if line.strip()))

    @cached_property
    def html(self) -> str:
        """The card for notebooks: HTML and CSS, no script."""
        environment = next((card.environment for card in self._cards.values()), None)
        parts = [
            tag(
                "header",
                join(tag("span", environment, class_="vipps-nb-badge"), " ") if environment else None,
                tag("strong", self.title, class_="vipps-nb-title"),
                " ",
                tag("span", self.status, class_="vipps-nb-status", data_tone=self.tone),
            ),
            tag("p", *_between(tag("span", fact) for fact in self.facts), class_="vipps-nb-meta"),
            self._bar(),
            *(self._group(kind, rows) for kind, rows in self._groups[:_MOST_GROUPS]),
            tag("p", self._more_groups, class_="vipps-nb-remark") if self._more_groups else None,
            tag("p", code_marked(self.advice), class_="vipps-nb-next") if self.advice else None,
            self._table(),
        ]
        return framed(*parts, environment=environment, label=f"Answers: {self.title}, {self.status}")

    def _bar(self) -> Markup | None:
        """How many went how, as shares of one bar."""
        if len(self.counts) <= 1:
            return None
        tones = {"ok": "good", "refused": "refused"}
        pieces = [
            tag("span", data_share=tones.get(word, "failed"), style=f"flex-grow:{number}")
            for word, number in self.counts.items()
        ]
        return tag("div", *pieces, class_="vipps-nb-bar", role="img", aria_label=self.status)

    def _group(self, kind: _Kind, rows: list[Row]) -> Markup:
        card = self._example(rows)
        explanation = card.explanation if card is not None else None
        status = tag("span", f"{len(rows)} × {kind.status}", class_="vipps-nb-status", data_tone=kind.tone)
        said = self._said(kind, rows)
        inner: list[Markup | None] = [
            tag("p", status, f" {said}" if said else None, class_="vipps-nb-words"),
            tag("p", self._references(rows), class_="vipps-nb-remark"),
        ]
        if explanation is not None:
            items = [
                item
                for label, words in explanation.sentences
                for item in (tag("dt", label), " ", tag("dd", code_marked(words)), " ")
            ]
            inner += [tag("dl", *items), tag("p", leaf_link("Read more", explanation.page), class_="vipps-nb-source")]
        return tag("div", *inner, class_="vipps-nb-explanation", data_tone=kind.tone)

    def _example(self, rows: list[Row]) -> AnswerCard | None:
        """An answer whose explanation is that of most of the first ones.

        None where no answer came.
        """
        cards = [self._cards[row.position] for row in rows[:_LOOKED_AT] if row.position in self._cards]
        names = [card.explanation.name if card.explanation is not None else "" for card in cards]
        usual = Counter(names).most_common(1)
        return cards[names.index(usual[0][0])] if usual else None

    def _said(self, kind: _Kind, rows: list[Row]) -> str:
        """The words that came with it, where they say more than the status."""
        card = self._example(rows)
        said = card.refusal if card is not None else kind.code
        return "" if kind.status.endswith(said) else said

    def _heading(self, kind: _Kind, rows: list[Row]) -> str:
        return " · ".join(filter(None, [kind.status, self._said(kind, rows)]))

    def _references(self, rows: list[Row]) -> str:
        """What the first of them were about."""
        first = list(dict.fromkeys(self._name(row) for row in rows))
        more = len(first) - _FIRST
        return ", ".join(first[:_FIRST]) + (f" and {more} more" if more > 0 else "")

    def _name(self, row: Row) -> str:
        """What one call is about.

        The last name in its path, or that of what its body makes.
        """
        path, options = str(row.call.path), row.call.options
        operation = catalogue.find(self.method, path)
        found = operation.pattern.fullmatch(path_of(path)) if operation is not None else None
        if found is not None and found.groups():
            return self._shown(found.groups()[-1])
        body = options.get("json") if isinstance(options, Mapping) else None
        if isinstance(body, Mapping):
            named = next((body[name] for name in NAMING if isinstance(body.get(name), str | int)), None)
            if named is not None:
                return self._shown(str(named))
        answer = self._cards[row.position].exchange.answer if row.position in self._cards else None
        if isinstance(answer, Mapping):
            made = next((answer[name] for name in NAMING if isinstance(answer.get(name), str)), None)
            if made is not None:
                return self._shown(made)
        return self._shown(f"{path} (call {row.position})")

    def _shown(self, text: str) -> str:
        text = self._view.text(text[:_LONGEST])
        return text if len(text) < _LONGEST else f"{text} …"

    @property
    def _more_groups(self) -> str:
        more = len(self._groups) - _MOST_GROUPS
        return f"… and {more} other kinds of refusal" if more > 0 else ""

    def _table(self) -> Markup | None:
        """The first calls, each with its outcome.

        Folded, for it is the card above that is read.
        """
        if not self.rows:
            return None
        shown = self.rows[:_MOST_ROWS]
        lines = []
        for row in shown:
            kind = self._kind(row)
            card = self._cards.get(row.position)
            took = f"{card.response.elapsed.total_seconds() * 1000:.0f} ms" if card is not None else ""
            lines.append(
                tag(
                    "tr",
                    tag("th", str(row.position), scope="row", class_="vipps-nb-number"),
                    tag("td", tag("span", kind.status, class_="vipps-nb-status", data_tone=kind.tone)),
                    None if self._still else tag("td", took, class_="vipps-nb-number"),
                    tag("td", self._name(row)),
                )
            )
        names = ("Answer", "About") if self._still else ("Answer", "Took", "About")
        head = tag("tr", tag("td"), *(tag("th", name, scope="col") for name in names))
        table = tag("table", tag("thead", head), tag("tbody", *lines), class_="vipps-nb-list")
        number = len(self.rows)
        title = f"All {number} calls" if number <= _MOST_ROWS else f"The first {_MOST_ROWS} of {number} calls"
        title = "The call" if number == 1 else title
        return tag("details", tag("summary", title), wide(table, title))


def _template(method: str, path: str) -> str:
    operation = catalogue.find(method, path)
    return operation.path if operation is not None else path_of(path)


def _may_pass(outcome: requests.Response | Exception) -> bool:
    stumbled = isinstance(outcome, requests.Response) and outcome.status_code >= _FAILURE
    return stumbled or isinstance(outcome, NotSentError) or bool(passing_cause(outcome))


def _said(error: requests.Response | Exception) -> str:
    """An error in one line."""
    words = without_tokens(str(error)).strip().splitlines()
    first = words[0][:_LONGEST] if words else ""
    return first if isinstance(error, NotSentError) else f"{type(error).__name__}: {first}".rstrip(": ")


def _between(pieces: Iterable[Markup]) -> list[str]:
    shown: list[str] = []
    for piece in pieces:
        shown += [" · ", piece] if shown else [piece]
    return shown
