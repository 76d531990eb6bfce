"""The lessons in a page of a browser, sandbox and all, with no network but the site that holds them.

The site is made by ``python tools/make_lab.py site/lab``, as docs/this_site.md says and `.ci/run` does.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .conftest import PANEL, QUIET_CHROMIUM, REPOSITORY, find_chromium
from .static_site import Site, rest_of_the_world, serving

pytestmark = pytest.mark.browser

SITE = REPOSITORY / "site"
PATIENCE = 300_000  # milliseconds; a page compiles and starts a Python first

LESSONS = ["00_start_here.ipynb", "01_access_token.ipynb", "02_epayment.ipynb"]

# What a lesson says in a page, with what it says on a machine.
SAID_HERE = {
    "in this page": "on this machine",
    "in-process.localhost": "127.0.0.1:…",
}


# Where Chromium itself knocks, whatever the page: updates, accounts, hints. No page of ours has a reason to.
CHROMIUMS_OWN = {
    "accounts.google.com",
    "android.clients.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "optimizationguide-pa.googleapis.com",
    "redirector.gvt1.com",
    "safebrowsingohttpgateway.googleapis.com",
    "update.googleapis.com",
}


def _left(notes: list[str]) -> list[str]:
    """What the page has asked of other hosts, as their proxy notes it: ``CONNECT host:443`` or ``GET http://host/``."""
    asked = [note.split()[1] for note in notes if len(note.split()) > 1]
    hosts = {urlsplit(one if "://" in one else f"//{one}").hostname or one for one in asked}
    return sorted(hosts - CHROMIUMS_OWN)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    if not (SITE / "lab" / "jupyter-lite.json").exists():
        sentence = "There is no site/lab here: make it with `python tools/make_lab.py site/lab`, see docs/this_site.md."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(sentence)
    with serving(SITE) as served:
        yield served


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[str, list[str]]]:
    with rest_of_the_world() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def context(chromium: Browser, world: tuple[str, list[str]]) -> Iterator[BrowserContext]:
    """A Chromium that brings whatever is for another host to a proxy, the requests of workers included.

    One for all tests: what a visit has loaded is there for the next one.
    """
    kind = chromium.browser_type
    own = kind.launch(executable_path=find_chromium(kind), args=[*QUIET_CHROMIUM, f"--proxy-server={world[0]}"])
    yield own.new_context(viewport={"width": 1000, "height": 900})
    own.close()


@pytest.fixture(scope="module")
def tab(context: BrowserContext, site: Site) -> Iterator[Tab]:
    """The first visit. To start a Python is most of its time, so the lessons share one."""
    page = context.new_page()
    yield Tab(page, site, LESSONS[0])
    page.close()


@pytest.fixture(autouse=True)
def nothing_leaves_the_machine(world: tuple[str, list[str]]) -> Iterator[None]:
    """Whatever a test asks of another host fails it."""
    world[1].clear()
    yield
    assert _left(world[1]) == [], "something was asked of another host"


class Tab:
    """A lesson in a tab."""

    def __init__(self, page: Page, site: Site, lesson: str) -> None:
        self.page = page
        self.lesson = lesson
        page.goto(f"{site.address}/lab/lab/index.html?path={lesson}")
        self._wait_for_kernel()

    def go_on_to(self, lesson: str) -> None:
        """Open another lesson with the same Python."""
        if lesson == self.lesson:
            return
        self.page.evaluate(
            f"""path => {{
                const kernel = {{ id: {PANEL}.sessionContext.session.kernel.id }};
                window.jupyterapp.commands.execute('docmanager:open', {{ path, kernel }});
            }}""",
            lesson,
        )
        self.lesson = lesson
        self.page.wait_for_function(f"path => {PANEL}?.context?.path === path", arg=lesson, timeout=PATIENCE)
        self._wait_for_kernel()

    def _wait_for_kernel(self) -> None:
        self._wait(f"() => {PANEL}?.sessionContext?.session?.kernel?.status === 'idle'")

    def _wait(self, condition: str) -> None:
        # A look with every frame, as is usual, would keep the browser painting.
        self.page.wait_for_function(condition, timeout=PATIENCE, polling=100)

    def run_all(self) -> None:
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        self._wait(
            f"""() => {{
                const code = {PANEL}.content.widgets.filter(cell => cell.model.type === 'code');
                const idle = {PANEL}.sessionContext.session.kernel.status === 'idle';
                const failed = code.some(cell => cell.model.outputs.toJSON().some(one => one.output_type === 'error'));
                const done = code.every(cell => cell.model.executionState !== 'running' && cell.model.executionCount > 0
                    && !cell.promptNode?.textContent.includes('*'));
                return idle && (failed || done);
            }}"""
        )

    def run_more(self, code: str) -> str:
        """Add a cell, run it; gives what it says as text."""
        self.page.evaluate(
            f"""code => {{
                const notebook = {PANEL}.content;
                const cells = notebook.model.sharedModel;
                cells.insertCell(cells.cells.length, {{ cell_type: 'code', source: code }});
                notebook.deselectAll();
                notebook.activeCellIndex = notebook.widgets.length - 1;
                window.jupyterapp.commands.execute('notebook:run-cell');
            }}""",
            code,
        )
        last = f"{PANEL}.content.widgets[{PANEL}.content.widgets.length - 1]"
        self._wait(f"() => {last}.model.executionCount > 0 && !{last}.promptNode?.textContent.includes('*')")
        return _text(self.page.evaluate(f"() => {last}.model.outputs.toJSON()"))

    def differences(self) -> list[str]:
        """What came out otherwise than in the committed lesson."""
        stored_cells = json.loads((REPOSITORY / "notebooks" / self.lesson).read_text(encoding="utf-8"))["cells"]
        came = self.page.evaluate(f"() => {PANEL}.content.widgets.map(cell => cell.model.outputs?.toJSON() ?? [])")
        return [
            f"{''.join(cell['source'])[:80]!r}\n   stored: {stored}\n   here:   {here}"
            for cell, outputs in zip(stored_cells, came, strict=True)
            if cell["cell_type"] == "code"
            # The doctor tells of the machine that it is on.
            and not "".join(cell["source"]).startswith("%vipps_doctor")
            and (stored := _alike(_text(cell["outputs"]))) != (here := _alike(_text(outputs)))
        ]


def _text(outputs: list[dict[str, Any]]) -> str:
    parts = []
    for output in outputs:
        if output["output_type"] == "error":
            parts.append(f"{output['ename']}: {output['evalue']}")
        else:
            said = output.get("text") or output["data"].get("text/plain", "")
            parts.append("".join(said))
    return "".join(parts)


def _alike(text: str) -> str:
    """Without what depends on the sandbox's address: its name, and how many bytes an answer with it has."""
    for here, there in SAID_HERE.items():
        text = text.replace(here, there)
    return re.sub(r"· \d+ B\b", "· … B", text)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_whole_and_says_what_it_says_on_a_machine(tab: Tab, artifacts: Path, lesson: str) -> None:
    tab.go_on_to(lesson)

    tab.run_all()

    tab.page.screenshot(path=artifacts / f"page_{lesson.partition('.')[0]}.png")
    assert not (found := tab.differences()), "\n\n".join(found)


def test_the_countdown_moves_and_a_thumb_authorises_a_payment(tab: Tab, artifacts: Path) -> None:
    page = tab.page
    tab.run_more("%load_ext vipps_nb\n%vipps_login")
    clock = page.locator(".vipps-nb-clock").last
    expect(clock).to_contain_text("59", timeout=PATIENCE)
    before = clock.text_content()
    expect(clock).not_to_have_text(before or "", timeout=30_000)

    order = {
        "amount": {"currency": "NOK", "value": 49900},
        "paymentMethod": {"type": "WALLET"},
        "reference": "in-a-page-0001",
        "userFlow": "WEB_REDIRECT",
        "returnUrl": "https://example.com/thanks",
    }
    tab.run_more("%vipps_sandbox")
    assert "201" in tab.run_more(f"vipps.post('/epayment/v1/payments', json={order!r})")
    page.get_by_role("button", name="Approve").click(timeout=PATIENCE)
    expect(page.get_by_text("Approved. in-a-page-0001 is AUTHORIZED now.").first).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=artifacts / "page_phone.png")

    assert tab.run_more("vipps.get('/epayment/v1/payments/in-a-page-0001').json()['state']") == "'AUTHORIZED'"


def test_what_a_page_cannot_do_it_says_in_a_sentence(tab: Tab, world: tuple[str, list[str]]) -> None:
    refused = tab.run_more("%vipps_login --env production")
    assert "page of a browser" in refused
    assert "Nothing was sent" in refused
    assert "cannot start programs" in tab.run_more("!vipps-nb doctor")

    assert "could not be reached from this page" in tab.run_more("import requests\nrequests.get('https://example.com')")
    # The one request that was asked for; the proxy that has it is the rest of the world.
    assert _left(world[1]) in (["example.com"], [])
    world[1].clear()


def test_a_file_that_was_saved_is_in_the_list_of_files(tab: Tab) -> None:
    tab.run_more("vipps.sandbox.save('world.json')\nvipps.history.save('calls.json')")

    assert "payments" in tab.run_more("vipps.sandbox.load('world.json')['counts']")
    there = (
        "() => window.jupyterapp.serviceManager.contents.get('').then(folder => folder.content.map(one => one.name))"
    )
    assert {"world.json", "calls.json"} <= set(tab.page.evaluate(there))


def test_the_next_visit_needs_no_network(tab: Tab, context: BrowserContext, site: Site) -> None:
    tab.page.close()
    site.answers = False
    site.sent.clear()

    again = Tab(context.new_page(), site, LESSONS[0])

    assert "200 OK" in again.run_more("%load_ext vipps_nb\n%vipps_login --quiet\nvipps.get('/webhooks/v1/webhooks')")
    assert site.sent == {}
