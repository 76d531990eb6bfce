"""What a cell costs beside its request: a ``%vipps`` line up to its answer's card, and the cards of large answers.

    python benchmarks/cell.py

Bars: a line takes at most 2 ms more than ``vipps.get``; the card of a ledger of 1,000 lines at most 50 ms, that of an
answer of 1 MB at most 100 ms, as HTML and as text together. All of it is processor time, the least of many runs: what a
busy machine adds is not the cell's.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from statistics import median

import requests
from clients import PATH, versions
from IPython.core.interactiveshell import InteractiveShell
from raw_server import running
from surroundings import small

from vipps_nb.display.answer import AnswerCard

ROUNDS = 60


def milliseconds(act: Callable[[], object]) -> float:
    """Of the processor: a busy machine has a cell wait, and that is not the cell's."""
    began = time.process_time()
    act()
    return 1000 * (time.process_time() - began)


def answer(path: str, content: object) -> requests.Response:
    made = requests.Response()
    made.status_code, made.reason, made.url = 200, "OK", f"https://apitest.vipps.no{path}"
    made.headers["Content-Type"] = "application/json"
    made.request = requests.Request("GET", made.url).prepare()
    made._content = json.dumps(content).encode()
    return made


def ledger(lines: int) -> object:
    return {
        "items": [
            {
                "pspReference": f"{place:010}",
                "time": "2026-01-01T12:00:00Z",
                "ledgerDate": "2026-01-01",
                "entryType": "capture" if place % 10 else "refund",
                "reference": f"order-{place:06}",
                "currency": "NOK",
                "amount": 49900,
                "recipientHandle": "NO:123456",
                "balanceBefore": 49900 * place,
                "balanceAfter": 49900 * (place + 1),
            }
            for place in range(lines)
        ],
        "cursor": "abc",
        "tryLater": False,
    }


def line(base_url: str) -> None:
    os.environ |= {"VIPPS_ENVIRONMENT": "sandbox", "VIPPS_BASE_URL": base_url, "VIPPS_MSN": "123456"}
    os.environ |= {"VIPPS_CLIENT_ID": "f47ac10b-58cc-4372-a567-0e02b2c3d479", "VIPPS_CLIENT_SECRET": "pretend-secret"}
    os.environ["VIPPS_SUBSCRIPTION_KEY"] = "0123456789abcdef" * 2
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "vipps_nb")
    shell.run_line_magic("vipps_login", "--quiet")
    vipps = shell.user_ns["vipps"]
    shown = shell.display_formatter.format
    lines, alone, both = [], [], []
    for _ in range(ROUNDS):
        alone.append(milliseconds(lambda: vipps.get(PATH)))
        lines.append(milliseconds(lambda: shell.run_line_magic("vipps", f"GET {PATH}")))
        both.append(milliseconds(lambda: shown(shell.run_line_magic("vipps", f"GET {PATH}"))))
    print(f"%vipps line over vipps.get: {min(lines) - min(alone):.2f} ms, ", end="")
    print(f"with its card drawn {min(both) - min(alone):.2f} ms (vipps.get: {min(alone):.2f} ms)")


def card(title: str, made: requests.Response) -> None:
    """Drawn as a notebook has it drawn: one card, as HTML and as text."""

    def both() -> None:
        drawn = AnswerCard(made)
        assert drawn.html
        assert drawn.text

    both()
    took = [milliseconds(both) for _ in range(15)]
    parsing = min(milliseconds(lambda: json.loads(made.content)) for _ in range(15))
    print(f"card of {title} ({len(made.content) / 1e6:.2f} MB): {min(took):.0f} ms at least, ", end="")
    print(f"{median(took):.0f} ms in the median (json.loads of it: {parsing:.0f} ms)")


def main() -> None:
    small()
    print(versions())
    with running() as base_url:
        line(base_url)
    card("a ledger of 1,000 lines", answer("/report/v2/ledgers/1/funds/feed", ledger(1_000)))
    card("a large answer", answer("/report/v2/ledgers/1/funds/feed", ledger(3_800)))
    records = [{"name": f"record {place}", "value": place, "parts": ["a", "b"]} for place in range(17_000)]
    card("a large answer of another kind", answer("/management/v1/sales-units", records))


if __name__ == "__main__":
    main()
