"""The worst that a stranger can answer, 1 MB each: how long until it is a card, a problem, a kept call.

    python benchmarks/worst_bodies.py

Beside each stands the time as a multiple of what ``json.loads`` takes for 1 MB of ordinary JSON in the same run.
"""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Callable

import requests

from vipps_nb.client.recorder.past_call import LARGEST_BODY, remember
from vipps_nb.client.response import VippsResponse
from vipps_nb.client.retries import retry_after
from vipps_nb.core.problem import Problem
from vipps_nb.core.redaction import Redactor
from vipps_nb.core.view import View
from vipps_nb.display.answer import AnswerCard
from vipps_nb.display.drawings.token import claims
from vipps_nb.errors import VippsNbError
from vipps_nb.notebook.calls.call import write_call
from vipps_nb.notebook.calls.cells import refuse_secrets
from vipps_nb.notebook.calls.json_cursor import lines

SIZE = 1_000_000
BAR, SHOWN = 0.2, 20  # seconds, rows
SECRETS = (
    "cAnArY7Qx/9pLm+2Zt5Rv8Wk1Yb4Nc6Jd3Hs0Fg==",
    "c4a9a27f0e6b3d815f92a7c0e4b8d163",
    "eyJhIjoxfQ." + "xY3z" * 300,
)
URL = "https://apitest.vipps.no/epayment/v1/payments/order-1"

TEXTS = {
    unit: unit
    for unit in (
        *("<title>", "<title", "</title", "eyJ", "eyJabcdefgh.", "%25", "%41", "\\", "\\u0041", "&#65;", "&amp;"),
        *("secret=", "secret:", '"secret":"', "code=", "a-", "-", " ", "\n", "{", "[", '{"a":', '"', "4712345678 "),
        *("token=a=%25", "2026-01-01T00:00:00", "http://", "\x1b[2J", "\u202e", "æ", "127.0.0.1:1", "VIPPS_KEY"),
    )
}
VALUES = {
    "numbers": [0] * (SIZE // 3),
    "empty lists": [[]] * (SIZE // 4),
    "empty objects": [{}] * (SIZE // 4),
    "short texts": ["ab"] * (SIZE // 6),
    "texts of escapes": ["%25\\u0041&#65;"] * (SIZE // 20),
    "names": {f"n{number:06}": 1 for number in range(SIZE // 13)},
    "one name": {"n" * SIZE: 1},
    "one text": {"detail": "x" * SIZE},
    "errors": {"errors": {f"f{number}": ["no"] * 10 for number in range(SIZE // 70)}},
    "customers": [{"phoneNumber": f"47{number:08}"} for number in range(SIZE // 30)],
    "amounts": [{"currency": "NOK", "value": 1}] * (SIZE // 32),
    "ledger": {"items": [{"entryType": "x", "amount": 1, "balanceBefore": 0, "balanceAfter": 1}] * (SIZE // 70)},
    "events": [{"name": "a", "timestamp": "b", "amount": {}, "pspReference": "c"}] * (SIZE // 60),
    "moments": ["2026-01-01T00:00:00Z"] * (SIZE // 24),
    "900 levels": json.loads("[" * 900 + "]" * 900),
}


def answer(content: bytes, kind: str, status: int) -> VippsResponse:
    """An answer as the session hands it back."""
    response = VippsResponse()
    response.request = requests.Request("POST", URL, json={"a": 1}).prepare()
    response.url, response.status_code = URL, status
    response.headers["Content-Type"] = kind
    response._content = content
    return response


def steps(content: bytes, kind: str) -> dict[str, Callable[[], object]]:
    """What is made of an answer."""
    good, bad = answer(content, kind, 200), answer(content, kind, 400)
    kept = answer(content[:LARGEST_BODY], kind, 200)  # of a larger one only its size is kept
    redactor = Redactor(SECRETS)

    def drawn(response: VippsResponse) -> None:
        card = AnswerCard(response)
        assert card.text
        assert card.html

    return {
        "card": lambda: drawn(good),
        "card of a refusal": lambda: drawn(bad),
        "problem": lambda: str(Problem.from_response(bad)),
        "history": lambda: remember(1, kept.request, kept, seconds=0, redactor=redactor, streamed=False),
    }


def took(work: Callable[[], object]) -> float:
    """Seconds of the processor, the best of three."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def cell(text: str) -> None:
    """What a cell's body goes through before it is sent."""
    for step in (lambda: refuse_secrets(text, {}), lambda: write_call("POST", "/x", text, {}), lambda: lines(text)):
        with contextlib.suppress(VippsNbError, RecursionError):
            step()


def main() -> None:
    """Print the table, the slowest first."""
    usual = json.dumps([{"reference": f"order-{number}", "amount": number} for number in range(25_000)])[:SIZE]
    usual = usual[: usual.rindex("}") + 1] + "]"
    yardstick = took(lambda: json.loads(usual))
    AnswerCard(answer(b"{}", "application/json", 400)).html  # noqa: B018 - reads the catalogue, once
    rows: dict[str, float] = {}
    for unit in TEXTS:
        content = (unit * (SIZE // len(unit.encode()))).encode()
        for kind in ("text/html", "application/json"):
            for step, work in steps(content, kind).items():
                rows[f"{step}: {unit!r} as {kind}"] = took(work)
    for name, value in VALUES.items():
        for step, work in steps(json.dumps(value).encode(), "application/json").items():
            rows[f"{step}: JSON of {name}"] = took(work)
    token = (
        "a."
        + base64.urlsafe_b64encode(json.dumps({"n" * 10: "x"} | {str(n): n for n in range(50_000)}).encode()).decode()
    )
    rows["claims of a token"] = took(lambda: claims(token + ".c", "Token", View()))
    late = answer(b"", "text/html", 429)
    for said in ("9", "Mon, ", "1 ", ":"):
        late.headers["Retry-After"] = said * (SIZE // len(said))
        rows[f"Retry-After of {said!r}"] = took(lambda: retry_after(late))
    for unit in ('"', '"\\"', "/*", "#", "//", "${", "-", "VIPPS_KEY", "--secret", "[", '{"a":'):
        rows[f"a cell of {unit!r}"] = took(lambda unit=unit: cell(unit * (100_000 // len(unit))))
    print(f"json.loads of 1 MB: {yardstick * 1000:.0f} ms; the bar is {BAR} s\n")
    print(f"{len(rows)} cases, {sum(each > BAR for each in rows.values())} over the bar; the slowest:\n")
    print("| what | seconds | json.loads of 1 MB |\n| --- | --- | --- |")
    ordered = sorted(rows.items(), key=lambda row: -row[1])
    for name, seconds in ordered[:SHOWN]:
        print(f"| {name} | {seconds:.3f} | {seconds / yardstick:.1f} |{'  <-- over the bar' if seconds > BAR else ''}")


if __name__ == "__main__":
    main()
