"""The signature of one delivery, step by step.

For people who want to see how it comes about.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from vipps_nb.core.displayed import Displayed
from vipps_nb.core.secret import Secret
from vipps_nb.core.visible import visible
from vipps_nb.webhooks import headers as header_objects
from vipps_nb.webhooks import parts

YES, NO = "✓ the same", "✗ different"

# Inline, because nbconvert and e-mail keep a style attribute where they drop a style sheet.
_CODE = "font-family:monospace;white-space:pre-wrap;overflow-wrap:anywhere"


@dataclass(frozen=True)
class Step:
    """One step: what is done, what comes out, and what the sender wrote."""

    title: str
    result: str
    sent: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether the sender came to the same result; true where the sender wrote none."""
        return self.sent is None or self.sent == self.result


@dataclass(frozen=True, repr=False)
class Explanation(Displayed):
    """How a signature comes about. Shows hashes and headers, and the secret nowhere."""

    steps: tuple[Step, ...]

    @property
    def agrees(self) -> bool:
        """Whether every step does."""
        return all(step.agrees for step in self.steps)

    def __repr__(self) -> str:
        lines = []
        for number, step in enumerate(self.steps, 1):
            lines += [f"{number}. {step.title}", *(f"     {line}" for line in step.result.split("\n"))]
            if step.sent is not None:
                lines.append(f"   sent: {step.sent or 'nothing'}  {YES if step.agrees else NO}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return "<ol>" + "".join(_as_html(step) for step in self.steps) + "</ol>"


def explain(
    body: bytes | bytearray | memoryview | str,
    headers: Any,
    secret: Secret | str,
    *,
    method: str = "POST",
    url: str | None = None,
    path: str | None = None,
    host: str | None = None,
) -> Explanation:
    """Work a signature out, step by step, beside what the sender wrote.

    Arguments as for `verify`. Raises nothing: where an argument cannot be right, the one step says so.
    """
    try:
        given = header_objects.read(headers)
        hashed = parts.content_hash(parts.raw(body))
        address = parts.Address.of(url, path, host, given)
        key = parts.key_of(secret)
        text = parts.string_to_sign(parts.as_text(method, "method"), address, given.get(parts.DATE, ""), hashed)
    except header_objects.UnreadableError as error:
        return Explanation((Step("It cannot be worked out", str(error), ""),))
    return Explanation(
        (
            Step(
                "Hash the raw body with SHA-256, write it in Base64",
                hashed,
                visible(given.get(parts.CONTENT_HASH, "")),
            ),
            Step("Put the string to sign together: method, path and query, then date;host;hash", visible(text)),
            Step(
                "Sign it: HMAC-SHA256 with the secret's characters as the key, written in Base64",
                parts.signature(key, text),
                visible(given.get(parts.AUTHORIZATION, "").rpartition("Signature=")[2]),
            ),
        )
    )


def _as_html(step: Step) -> str:
    lines = f'<div style="{_CODE}">{escape(step.result)}</div>'
    if step.sent is not None:
        mark = YES if step.agrees else NO
        lines += f'<div style="{_CODE}">{escape(step.sent or "nothing")}  <strong>sent: {mark}</strong></div>'
    return f'<li style="margin-bottom:8px"><strong>{escape(step.title)}</strong>{lines}</li>'
