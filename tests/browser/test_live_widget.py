"""A person logs in, watches the countdown, renews, reloads and logs out, in a real JupyterLab."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import barriers
from vipps_nb import Sandbox

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

PANEL = "window.jupyterapp.shell.currentWidget"
LOGIN = "%load_ext vipps_nb\n%vipps_login --env sandbox"

# One C call that keeps the interpreter lock until somebody opens the other end: no thread of the kernel can run
# meanwhile. A library loaded as PyDLL is called without giving the lock away.
HOLD_THE_LOCK = """\
import ctypes, os
ctypes.PyDLL(None).open({pipe!r}, os.O_RDONLY)
print("free again")"""

WIDGET_STATE = """\
import json
from ipywidgets.widgets.widget import _instances
print(json.dumps([widget.get_state() for widget in _instances.values()], default=str))"""

# What must be found nowhere, handed to the test through a file that JupyterLab knows nothing of.
SECRETS = """\
import pathlib
known = [vipps.credentials.client_secret, vipps.credentials.subscription_key, vipps.keys.peek().access_token]
_ = pathlib.Path({file!r}).write_text("\\n".join(secret.reveal() for secret in known))"""

# Of the right shape; nothing is sent with them.
KEYS_FOR_PRODUCTION = """\
VIPPS_ENVIRONMENT=production
VIPPS_CLIENT_ID=f47ac10b-58cc-4372-a567-0e02b2c3d479
VIPPS_CLIENT_SECRET=c2VjcmV0LXRoYXQtbXVzdA==
VIPPS_SUBSCRIPTION_KEY=0123456789abcdef0123456789abcdef
VIPPS_MSN=654321
"""

A_TOKEN = re.compile(r"eyJ[\w-]{8,}")


def seconds_left(clock: Locator) -> int:
    words = clock.inner_text()
    units = {"h": 3600, "min": 60, "s": 1}
    found = re.findall(r"(\d+)\s*(h|min|s)\b", words)
    assert found, words
    return sum(int(number) * units[unit] for number, unit in found)


def wait_until_left(clock: Locator, seconds: int) -> None:
    """Wait until a person reads that at most so many seconds are left."""
    deadline = time.monotonic() + 60
    while seconds_left(clock) > seconds:
        assert time.monotonic() < deadline, f"the countdown stands still at {clock.inner_text()}"
        clock.page.wait_for_timeout(50)


def deadline_by(clock: Locator) -> float:
    """The moment the token expires, going by what a person reads now."""
    return time.time() + seconds_left(clock)


def assert_nothing_holds(secrets: list[str], lab: Lab, widget_states: str) -> None:
    assert len(secrets) == 3
    for text in (widget_states, lab.page.content()):
        assert not A_TOKEN.search(text)
        assert not [secret for secret in secrets if secret in text]
    assert [lab.files_holding(secret) for secret in secrets] == [[], [], []]


def take_pictures(lab: Lab, card: Locator, theme: str, artifacts: Path) -> None:
    card.screenshot(path=artifacts / f"token-{theme}.png")
    lab.page.screenshot(path=artifacts / f"lab-{theme}.png")


def test_one_hour_of_a_token(lab: Lab, artifacts: Path, tmp_path: Path) -> None:
    known, pipe = tmp_path / "known.txt", tmp_path / "pipe"
    os.mkfifo(pipe)
    hold = HOLD_THE_LOCK.format(pipe=os.fsencode(pipe))
    notebook = lab.write("story.ipynb", LOGIN, hold, WIDGET_STATE, SECRETS.format(file=str(known)))
    lab.open("story.ipynb")
    page = lab.page

    # Logs in and sees what is true.
    lab.run(0)
    card, clock = page.locator(".vipps-nb-token"), page.locator(".vipps-nb-clock")
    expect(card).to_have_attribute("data-phase", "valid")
    expect(card.locator(".vipps-nb-badge")).to_have_text("sandbox")
    assert 3500 < seconds_left(clock) <= 3600

    # The kernel computes; the countdown goes on.
    lab.run(1, wait=False)
    deadline = deadline_by(clock)
    wait_until_left(clock, seconds_left(clock) - 2)
    assert lab.is_running(1)
    assert deadline_by(clock) == pytest.approx(deadline, abs=1.5)

    # A click meanwhile is answered with words, and acted on when the kernel is free.
    page.get_by_role("button", name="Renew").dblclick()
    expect(card).to_contain_text("waiting for the kernel: a cell is running")
    assert lab.is_running(1)
    pipe.write_text("")
    expect(page.get_by_role("button", name="Renew")).to_have_attribute("aria-disabled", "false", timeout=30_000)
    assert deadline_by(clock) > deadline + 2

    # Nobody does anything, and nothing is sent.
    wait_until_left(clock, seconds_left(clock) - 1)
    sent_before = len(lab.sent)
    wait_until_left(clock, seconds_left(clock) - 3)
    assert len(lab.sent) == sent_before

    take_pictures(lab, card, "light", artifacts)
    lab.use_theme("JupyterLab Dark")
    take_pictures(lab, card, "dark", artifacts)

    # A reloaded page shows the same deadline.
    deadline = deadline_by(clock)
    lab.save()
    page.reload()
    lab.wait_for_kernel()
    expect(card).to_have_attribute("data-phase", "valid", timeout=30_000)
    assert deadline_by(clock) == pytest.approx(deadline, abs=2)

    # Nowhere is there a secret: not in the page, not in any widget's state, not in a file.
    lab.run(2)
    lab.run(3)
    states = lab.text_of(2)
    assert len(json.loads(states)) >= 1
    lab.save()
    saved = notebook.read_text(encoding="utf-8")
    assert "expires_at" in saved, "the widget state was not saved, so its absence of secrets shows nothing"
    assert_nothing_holds(known.read_text(encoding="utf-8").split(), lab, states)

    # The buttons work after the reload too.
    page.get_by_role("button", name="Log out").click()
    expect(clock).to_have_text("logged out")
    expect(page.get_by_role("button", name="Renew")).to_have_count(0)
    assert lab.blocked == []


@pytest.fixture(scope="module")
def notebook(make_lab: Callable[..., Lab]) -> Lab:
    """A notebook beside keys for several places, with one login."""
    lab = make_lab()
    lab.page.set_default_navigation_timeout(90_000)
    (lab.notebooks / ".env.live").write_text(KEYS_FOR_PRODUCTION, encoding="utf-8")
    (lab.notebooks / ".env.half").write_text(
        "VIPPS_ENVIRONMENT=test\nVIPPS_CLIENT_SECRET=c2VjcmV0LXRoYXQtbXVzdA==\n", encoding="utf-8"
    )
    lab.write("one.ipynb", LOGIN, "held = vipps", "print(held.base_url, held is vipps)", "import os\nos._exit(1)")
    lab.open("one.ipynb")
    return lab


def test_the_card_switches_the_session_to_another_place(notebook: Lab, artifacts: Path) -> None:
    lab, page = notebook, notebook.page
    with Sandbox(seed=7) as elsewhere:
        (lab.notebooks / ".env.class").write_text(elsewhere.dotenv(), encoding="utf-8")
        lab.run(0)
        lab.run(1)
        card = page.locator(".vipps-nb-token")
        card.get_by_role("button", name="Switch …").press("Enter")

        # What was found, each with its source; what cannot be used says why.
        there = card.get_by_role("radio", name="sandbox · keys from .env.class")
        expect(there).to_be_focused(timeout=20_000)
        expect(card.get_by_role("radio", name="sandbox · the sandbox's pretend keys · now")).to_be_disabled()
        expect(card.get_by_text("keys from .env.half · Some keys are missing")).to_be_visible()

        # Production wants its name.
        live = card.get_by_role("radio", name="PRODUCTION · keys from .env.live · MSN 654321")
        live.check()
        go = card.get_by_role("button", name="Switch to PRODUCTION")
        expect(go).to_have_attribute("aria-disabled", "true")
        card.get_by_label("Type production to confirm").press_sequentially("production")
        expect(go).to_have_attribute("aria-disabled", "false")
        expect(card).to_contain_text("That is real money")
        for theme in ("Dark", "Light"):
            lab.use_theme(f"JupyterLab {theme}")
            card.screenshot(path=artifacts / f"token-switch-{theme.lower()}.png")
        assert barriers(page, ".vipps-nb-token") == []

        # Elsewhere it is one click more, and the object stays.
        there.check()
        expect(card.get_by_label("Type production to confirm")).to_be_hidden()
        card.get_by_role("button", name="Switch to sandbox").click()
        expect(card).to_contain_text("Switched to the sandbox, with keys from .env.class.", timeout=20_000)
        expect(card.get_by_role("button", name="Switch …")).to_be_focused()
        lab.run(2)
        assert lab.text_of(2) == f"{elsewhere.base_url} True\n"
        card.screenshot(path=artifacts / "token-switched.png")


LOSSES = {
    "restarted": "() => {PANEL}.sessionContext.restartKernel()",
    "killed": "() => window.jupyterapp.commands.execute('notebook:run-cell')",
    "shut down": "() => {PANEL}.sessionContext.shutdown()",
}


def test_the_card_says_by_itself_that_its_kernel_is_gone(notebook: Lab, artifacts: Path) -> None:
    lab, card = notebook, notebook.page.locator(".vipps-nb-token")
    for loss, command in LOSSES.items():
        lab.run(0)
        expect(card).to_have_attribute("data-phase", "valid", timeout=20_000)
        lab.page.evaluate(f"{PANEL}.content.activeCellIndex = 3")
        lab.page.evaluate(command.replace("{PANEL}", PANEL))
        expect(card).to_have_attribute("data-phase", "gone", timeout=20_000)
        expect(card.locator(".vipps-nb-clock")).to_have_text("the kernel is gone")
        expect(card).to_contain_text("and the token with it: run this cell to log in again")
        expect(card.get_by_role("button")).to_have_count(0)
        card.screenshot(path=artifacts / "token-gone.png")
        if loss == "killed":
            lab.page.get_by_role("dialog").get_by_role("button", name="Ok").click(timeout=30_000)
        if loss != "shut down":
            lab.wait_for_kernel()


def test_saved_card_is_honest_without_its_kernel(lab: Lab) -> None:
    """The file is opened again, later, with another kernel."""
    notebook = lab.write("week.ipynb", LOGIN)
    lab.open("week.ipynb")
    lab.run(0)
    expect(lab.page.locator(".vipps-nb-token")).to_be_visible()
    lab.save()

    three_days_later = notebook.read_text(encoding="utf-8")
    for name in ("issued_at", "stale_at", "expires_at"):
        three_days_later = re.sub(
            rf'("{name}": )(\d+)',
            lambda found: f"{found[1]}{int(found[2]) - 3 * 86_400_000 - 3_600_000}",
            three_days_later,
        )
    later = lab.notebooks / "later.ipynb"
    later.write_text(three_days_later, encoding="utf-8")

    # A file from elsewhere is not trusted, and its widgets are not run: the static twin stands there.
    lab.open("later.ipynb")
    expect(lab.page.locator(".jp-OutputArea")).to_contain_text("A saved copy cannot know")

    # One's own file is trusted: the saved moments tell the truth.
    lab.trust(later)
    lab.open("later.ipynb")
    card = lab.page.locator(".vipps-nb-token")
    expect(card.locator(".vipps-nb-clock")).to_have_text("expired 3 days ago", timeout=30_000)
    expect(card).to_contain_text("kernel", timeout=10_000)
    expect(card.get_by_role("button", name="Renew")).to_have_attribute("aria-disabled", "true")
