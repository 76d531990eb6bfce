"""How long the lessons take to begin in a page, and what they load: a first visit, and the next one.

Needs Chromium, and ``site/lab`` (docs/this_site.md says how it is made). The site is served on 127.0.0.1,
compressed as web hosts do, so these are the times of Python and JupyterLab, without those of a network. On a machine
that has other work, look at the processor's seconds: all of the browser's processes together.

    python benchmarks/in_a_page.py
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import PANEL, QUIET_CHROMIUM, find_chromium  # noqa: E402
from tests.browser.static_site import Site, serving  # noqa: E402

PATIENCE = 600_000
POLLING = 50  # milliseconds; a look with every frame would keep the browser painting, and the processor busy
MEGA = 1_000_000
# Only the page's own clock is kept free of this machine's other work: what is asked is the card's first appearance.
FIRST_CELL = f"""() => {{
    const notebook = {PANEL}.content;
    notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.type === 'code');
    window.jupyterapp.commands.execute('notebook:run-cell');
}}"""
CLEAR = f"() => {PANEL}.content.widgets.forEach(cell => cell.model.outputs?.clear())"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=ROOT / "site")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as profile, serving(asked.site) as site, sync_playwright() as playwright:
        columns = f"{'visit':8} {'notebook':>9} {'Python':>9} {'first output':>13}"
        print(f"{columns} {'processor':>10} {'loaded':>9} {'load':>6}")
        for visit in ("first", "second", "third"):
            # A browser that was closed in between: nothing is left but what it has stored.
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=find_chromium(playwright.chromium), args=QUIET_CHROMIUM
            )
            print(f"{visit:8} {_visit(context, site)}", flush=True)
            context.close()


def _visit(context: BrowserContext, site: Site) -> str:
    site.sent.clear()
    page = context.new_page()
    began = time.monotonic()
    page.goto(f"{site.address}/lab/lab/index.html?path=00_start_here.ipynb")
    page.wait_for_function(f"() => {PANEL}?.content?.widgets?.length > 5", timeout=PATIENCE, polling=POLLING)
    notebook = time.monotonic() - began
    page.evaluate(CLEAR)
    ready = f"() => {PANEL}?.sessionContext?.session?.kernel?.status === 'idle'"
    page.wait_for_function(ready, timeout=PATIENCE, polling=POLLING)
    python = time.monotonic() - began
    page.evaluate(FIRST_CELL)
    page.wait_for_selector(".vipps-nb-token .vipps-nb-clock", state="attached", timeout=PATIENCE)
    output = time.monotonic() - began
    loaded = sum(site.sent.values()) / MEGA
    worked = _worked()
    page.close()
    load = os.getloadavg()[0]
    return f"{notebook:8.1f}s {python:8.1f}s {output:12.1f}s {worked:9.1f}s {loaded:6.1f} MB {load:6.1f}"


def _worked() -> float:
    """Seconds that the browser has kept a processor busy, all of its processes together."""
    browsers = (one for one in psutil.Process().children(recursive=True) if "chrom" in one.name())
    return sum(times.user + times.system for times in (one.cpu_times() for one in browsers))


if __name__ == "__main__":
    main()
