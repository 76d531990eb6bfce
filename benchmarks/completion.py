"""How long Tab takes with the whole catalogue, through IPython's own completer.

python benchmarks/completion.py
"""

from __future__ import annotations

import statistics
import time

from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

ROUNDS = 50
BODY = "%%vipps POST /checkout/v3/session\n"
TYPED = [
    "%vipps ",
    "%vipps GET /",
    "%vipps GET /recurring/v3/agreements/",
    "%vipps GET /x --",
    f"{BODY}{{",
    f'{BODY}{{"logistics": {{"fixedOptions": [{{"brand": "POSTEN", "',
    '%%vipps POST /epayment/v1/payments\n{"amount": {"currency": "',
]


def main() -> None:
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "vipps_nb")

    def complete(typed: str) -> float:
        start = time.perf_counter()
        with provisionalcompleter():
            found = list(shell.Completer.completions(typed, len(typed)))
        assert found or typed.endswith("agreements/"), typed
        return (time.perf_counter() - start) * 1000

    print(f"{complete(TYPED[1]):8.2f} ms  the first time, when the catalogue is read")
    everything = []
    for typed in TYPED:
        times = [complete(typed) for _ in range(ROUNDS)]
        everything += times
        print(f"{statistics.median(times):8.2f} ms  {typed!r}")
    print(f"{statistics.median(everything):8.2f} ms  median of all, {max(everything):.2f} ms at most")


if __name__ == "__main__":
    main()
