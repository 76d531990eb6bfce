"""Looks at the cards in marimo, in a real Chromium: ``python tools/try_marimo.py run`` or ``edit``.

marimo is as large as JupyterLab, so it is no part of the test environment: install it beside this package first
(``pip install marimo``). Ends with 1 where something that should be there is not.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

NOTEBOOK = Path(__file__).parents[1] / "examples" / "marimo_cards.py"
DUE = 120_000  # milliseconds


def main(mode: str, picture: str | None) -> None:
    """Open the example in marimo, and use it as a person would."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "marimo", mode, "--headless", "--no-token", "-p", str(port), str(NOTEBOOK)]
    with subprocess.Popen(command) as server:  # noqa: S603 - our own interpreter, no shell
        try:
            _wait_for(f"http://127.0.0.1:{port}/health")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
                )
                page = browser.new_page(viewport={"width": 1000, "height": 2400})
                page.set_default_navigation_timeout(DUE)
                page.goto(f"http://127.0.0.1:{port}/")
                if mode == "edit":
                    page.locator(".cm-content").first.click(timeout=DUE)
                    page.keyboard.press("Control+Enter")
                _use(page, whole=mode == "run")  # an editor runs the cell that it is told to
                if picture:
                    page.screenshot(path=picture)
                browser.close()
        finally:
            server.terminate()
    print(f"marimo {mode}: the cards are there, and answer.")


def _use(page: Page, *, whole: bool) -> None:
    card = page.locator(".vipps-nb-token")
    expect(card).to_have_attribute("data-phase", "valid", timeout=DUE)
    card.get_by_role("button", name="Switch …").click()
    expect(card.get_by_role("radio", name="the sandbox's pretend keys · now")).to_be_visible(timeout=DUE)
    if not whole:
        return
    for name in ("answer", "desk", "explorer", "form"):
        expect(page.locator(f".vipps-nb-{name}").first).to_be_visible(timeout=DUE)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("order-0001 is AUTHORIZED now.").first).to_be_visible(timeout=DUE)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + DUE / 1000
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own server
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run", sys.argv[2] if len(sys.argv) > 2 else None)  # noqa: PLR2004
