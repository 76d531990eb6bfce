"""What importing has found and done, in sentences. Holds no secret."""

from __future__ import annotations

from dataclasses import dataclass, field

from vipps_nb.notebook.importing.secrets import Found

_MOST = 40  # lines of one kind; the rest is counted


@dataclass
class Report:
    """The outcome of an import.

    Attributes:
        sources: What was read: kind and name of each file.
        requests: How many requests there are.
        logins: How many of them fetch a token, which the session does by itself.
        statements: How many statements of scripts became Python.
        left: What stayed as a comment: the request, and the first line.
        own: How many statements do what the session does by itself.
        secrets: What was left out.
        hosts: Foreign hosts, and how many requests go there.
        empty: Variables that no file has a value for.
        forced: Requests whose bodies the catalogue finds wrong; they are sent all the same.
        notes: Everything else, in sentences.
    """

    sources: list[str] = field(default_factory=list)
    requests: int = 0
    logins: int = 0
    statements: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)
    own: int = 0
    secrets: list[Found] = field(default_factory=list)
    hosts: dict[str, int] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    forced: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Say something once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """All of it, a sentence or a list in each."""
        said = [f"Read: {', '.join(self.sources)}."] if self.sources else []
        logins = f", {self.logins} of them logins, which %vipps_login does" if self.logins else ""
        said.append(f"{_count(self.requests, 'request')}{logins}.")
        if self.statements or self.left or self.own:
            left = "1 stayed as a comment" if len(self.left) == 1 else f"{len(self.left)} stayed as comments"
            said.append(
                f"Scripts: {_count(self.statements, 'statement')} became Python, {left}, and {self.own} were left out, "
                "because the session does that by itself."
            )
            said += _listed([f"  {where}: {line}" for where, line in self.left])
        if self.secrets:
            count = len(self.secrets)
            said.append(f"{_count(count, 'secret')} {'was' if count == 1 else 'were'} found and left out:")
            said += _listed([_where(one) for one in self.secrets])
        for host, count in self.hosts.items():
            said.append(
                f"{_count(count, 'request')} {'goes' if count == 1 else 'go'} to {host}, which is no host of Vipps "
                "MobilePay: kept as it is, and sent without your keys."
            )
        if self.empty:
            said.append(f"No value in these files, to be filled in in the first cell: {', '.join(self.empty)}.")
        if self.forced:
            said.append("The catalogue finds these bodies wrong; they are sent all the same (--force):")
            said += _listed([f"  {name}" for name in self.forced])
        return said + self.notes


def _where(one: Found) -> str:
    belongs = f"belongs into .env as {one.env_name}" if one.env_name else "%vipps_login fetches a new one"
    return f"  {one.name} (in {one.where}): {belongs}"


def _listed(rows: list[str]) -> list[str]:
    rows = list(dict.fromkeys(rows))
    return rows if len(rows) <= _MOST else [*rows[:_MOST], f"  … and {len(rows) - _MOST} more"]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
