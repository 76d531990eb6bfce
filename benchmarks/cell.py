"""What a cell costs beside its request: a ``%vipps`` line up to its answer's card, and the cards of large answers.

    python benchmarks/cell.py

Bars: a line takes at most 2 ms more than ``vipps.get``; the card of a ledger of 1,000 lines at most 50 ms, that of an
answer of 1 MB at most 100 ms, as HTML and as text together.
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
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


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
    print(f"%vipps line over vipps.get: {median(lines) - median(alone):.2f} ms, ", end="")
    print(f"with its card drawn {median(both) - median(alone):.2f} ms (vipps.get: {median(alone):.2f} ms)")


def card(title: str, made: requests.Response) -> None:
    html = median(milliseconds(lambda: AnswerCard(made).html) for _ in range(9))
    text = median(milliseconds(lambda: AnswerCard(made).text) for _ in range(9))
    print(f"card of {title} ({len(made.content) / 1e6:.2f} MB): HTML {html:.0f} ms, text {text:.0f} ms")


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
