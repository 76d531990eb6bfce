"""Both cards alone in a page whose clock is held: every state, without a kernel and without waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from vipps_nb.widgets import login_form, token_status

pytestmark = pytest.mark.browser

NOW = 1_767_268_800_000  # 2026-01-01T12:00:00Z
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Picture = Callable[[Locator, str], None]

# JupyterLab's own colours, as in its two themes.
THEMES = {
    "light": {"--jp-layout-color1": "#fff", "--jp-ui-font-color0": "#000", "--jp-brand-color1": "#1976d2"},
    "dark": {"--jp-layout-color1": "#212121", "--jp-ui-font-color0": "#fff", "--jp-brand-color1": "#2196f3"},
}

# Stands in for anywidget's model. `kernelClock` is how far the kernel's clock is ahead; null: nobody answers.
SHOW = """
async ({ esm, traits, kernelClock }) => {
  const card = (await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })))).default;
  const listeners = [];
  const tell = (event, content) => {
    listeners.filter(([name]) => name === event).forEach(([, hear]) => hear(content));
  };
  window.sent = [];
  window.listeners = listeners;
  const model = {
    get: (name) => traits[name],
    set: (name, value) => (traits[name] = value),
    save_changes: () => {},
    on: (name, hear) => listeners.push([name, hear]),
    off: (name, hear) => {
      const index = listeners.findIndex(([n, h]) => n === name && h === hear);
      if (index >= 0) listeners.splice(index, 1);
    },
    send: (content) => {
      window.sent.push(content);
      if (content.ask && kernelClock !== null) {
        queueMicrotask(() => tell("msg:custom", { time: Date.now() + kernelClock, id: content.id }));
      }
    },
  };
  window.update = (changes) => {
    Object.assign(traits, changes);
    Object.keys(changes).forEach((name) => tell(`change:${name}`));
  };
  window.leave = card.render({ model, el: document.querySelector("main") });
}
"""


# All that the card says from now on to those who cannot see it.
HEAR = """
() => {
  window.heard = [];
  for (const voice of document.querySelectorAll("[role=status]")) {
    const hear = () => {
      if (voice.textContent && voice.textContent !== window.heard.at(-1)) window.heard.push(voice.textContent);
    };
    new MutationObserver(hear).observe(voice, { childList: true, characterData: true, subtree: true });
  }
}
"""


def life(left: int, *, length: int = HOUR) -> dict[str, int]:
    """A token's moments, `left` milliseconds before its end."""
    expires = NOW + left
    return {"issued_at": expires - length, "stale_at": expires - 5 * MINUTE, "expires_at": expires}


def token(left: int, **traits: Any) -> dict[str, Any]:
    labels = {
        "zone": [[0, 60, "CET"]],
        "environment": "test",
        "merchant_serial_number": "123456",
        "key_type": "merchant",
        "source": ".env",
        "state": "ready",
        "message": "",
        "writes_allowed": False,
    }
    return {**labels, **life(left), **traits}


NO_TOKEN = {"issued_at": 0, "stale_at": 0, "expires_at": 0}
REFUSED = "Vipps MobilePay refused the keys (401 Unauthorized). Check VIPPS_CLIENT_SECRET in .env."
NO_KEYS = "No keys found: this is the sandbox on your own machine. Nothing reaches Vipps MobilePay."

STATES = {
    "sandbox": token(59 * MINUTE + 12_000, environment="sandbox", source="the sandbox's pretend keys"),
    "welcome": token(59 * MINUTE, environment="sandbox", source="the sandbox's pretend keys", message=NO_KEYS),
    "stale": token(4 * MINUTE + 3_000),
    "production": token(0, environment="production") | life(23 * HOUR + 4 * MINUTE, length=DAY),
    "writing": token(0, environment="production", writes_allowed=True) | life(23 * HOUR + 4 * MINUTE, length=DAY),
    "expired": token(-2 * MINUTE, key_type="partner"),
    "renewing": token(4 * MINUTE, state="renewing"),
    "renewal_failed": token(31 * MINUTE, state="renewal_failed", message=REFUSED),
    "logged_out": token(0, state="logged_out") | NO_TOKEN,
}

# By state: what the clock says, and facts that stand beside it.
WORDS = {
    "sandbox": ("valid for 59 min 12 s", {"MSN 123456", "the sandbox's pretend keys", "until 13:59 CET"}),
    "stale": ("valid for 4 min 03 s", {"renews with the next request", "keys from .env"}),
    "production": ("valid for 23 h 04 min 00 s", {"until 2 Jan 12:04 CET", "read-only"}),
    "writing": ("valid for 23 h 04 min 00 s", {"writes allowed"}),
    "expired": ("expired 2 min ago", {"the next request fetches a new one", "partner keys"}),
    "renewing": ("valid for 4 min 00 s", {"renewing …"}),
    "renewal_failed": ("valid for 31 min 00 s", {"renewal failed, old token still valid"}),
    "logged_out": ("logged out", {"run %vipps_login to log in again"}),
}

FORM = {
    "fields": [
        {"name": "client_id", "label": "Client ID", "secret": False, "found_in": ".env", "hint": ""},
        {"name": "client_secret", "label": "Client secret", "secret": True, "found_in": "", "hint": ""},
        {"name": "msn", "label": "MSN", "secret": False, "found_in": "", "hint": "six or seven digits"},
    ],
    "environment": "test",
    "environments": ["test", "sandbox", "production"],
    "portal": "https://portal.vippsmobilepay.com",
    "keyless": ["sandbox"],
    "state": "asking",
    "faults": {},
    "message": "",
}


@pytest.fixture
def page(window: Page) -> Page:
    """The module's page as if it were a new one, with the clock held."""
    window.goto("about:blank")
    window.set_viewport_size({"width": 640, "height": 480})
    # Some seconds early: the clock runs until it is paused, and it cannot be paused in its past.
    window.clock.set_system_time(NOW / 1000 - 30)
    window.clock.pause_at(NOW / 1000)
    return window


@pytest.fixture
def show(page: Page) -> Callable[..., None]:
    """Render a card: `show(traits, theme="dark", kernel_clock=0, width=600)`."""

    def render(
        traits: dict[str, Any],
        theme: str = "light",
        kernel_clock: int | None = 0,
        width: int = 600,
        module: Any = token_status,
    ) -> None:
        widget = token_status.TokenStatus if module is token_status else login_form.LoginForm
        colours = ";".join(f"{name}:{value}" for name, value in THEMES[theme].items())
        is_light = str(theme == "light").lower()
        page.set_content(
            f"<style>{widget._css}</style><body data-jp-theme-light='{is_light}' style='{colours};"
            f"margin:0;background:var(--jp-layout-color1)'><main style='width:{width}px;padding:8px'></main>"
        )
        page.evaluate(SHOW, {"esm": widget._esm, "traits": dict(traits), "kernelClock": kernel_clock})

    return render


class TestTokenCard:
    def test_says_its_state_in_words(self, page: Page, show: Callable[..., None]) -> None:
        for state, (clock, facts) in WORDS.items():
            show(STATES[state])

            expect(page.get_by_role("timer")).to_have_text(clock)
            shown = page.locator(".vipps-nb-fact").all_inner_texts()
            assert facts <= set(shown), state

    def test_counts_down_to_the_end_and_on(self, page: Page, show: Callable[..., None]) -> None:
        show(token(MINUTE + 1_000))
        clock = page.get_by_role("timer")
        expect(clock).to_have_text("valid for 1 min 01 s")

        for words in ("valid for 1 min 00 s", "valid for 59 s"):
            page.clock.run_for(1000)
            expect(clock).to_have_text(words)
        page.clock.run_for(59_000)
        expect(clock).to_have_text("expired less than a minute ago")

    def test_is_right_after_a_sleep(self, page: Page, show: Callable[..., None]) -> None:
        """A throttled tab or a closed laptop loses ticks, never time."""
        show(token(30 * MINUTE))

        page.clock.fast_forward(20 * MINUTE)
        expect(page.get_by_role("timer")).to_have_text("valid for 10 min 00 s")
        page.clock.fast_forward(3 * DAY)
        expect(page.get_by_role("timer")).to_have_text("expired 2 days ago")

    @pytest.mark.parametrize("ahead", [-7 * MINUTE, 12 * MINUTE])
    def test_believes_the_kernels_clock(self, page: Page, show: Callable[..., None], ahead: int) -> None:
        show(token(30 * MINUTE + ahead), kernel_clock=ahead)

        expect(page.get_by_role("timer")).to_have_text("valid for 30 min 00 s")
        assert "until 13:30 CET" in page.locator(".vipps-nb-fact").all_inner_texts(), (
            "in the zone that the kernel tells"
        )

    def test_asks_at_the_start_and_then_is_quiet(self, page: Page, show: Callable[..., None]) -> None:
        show(token(30 * MINUTE))

        page.clock.run_for(5 * MINUTE)

        assert [message["ask"] for message in page.evaluate("sent")] == ["time"]

    def test_a_double_click_is_one_message(self, page: Page, show: Callable[..., None]) -> None:
        show(token(30 * MINUTE))

        page.get_by_role("button", name="Renew").dblclick()

        asked = [message for message in page.evaluate("sent") if "do" in message]
        assert asked == [{"do": "renew", "issued_at": life(30 * MINUTE)["issued_at"]}]

    def test_says_when_the_kernel_is_silent(self, page: Page, show: Callable[..., None]) -> None:
        show(token(-3 * DAY), kernel_clock=None)
        page.clock.run_for(4000)

        expect(page.locator(".vipps-nb-message")).to_have_text(
            "waiting for the kernel: a cell is running, or it is gone"
        )
        expect(page.get_by_role("button", name="Renew")).to_have_attribute("aria-disabled", "true")
        assert "the next request fetches a new one" not in page.locator(".vipps-nb-meta").inner_text()

    def test_speaks_at_changes_and_near_the_end_only(self, page: Page, show: Callable[..., None]) -> None:
        show(token(6 * MINUTE) | {"stale_at": NOW + 2 * MINUTE})
        page.evaluate(HEAR)

        page.clock.run_for(7 * MINUTE)

        assert page.evaluate("heard") == [
            "Access token: 5 minutes left.",
            "Access token valid for 4 min 00 s, renews with the next request.",
            "Access token: 1 minute left.",
            "Access token expired less than a minute ago, the next request fetches a new one.",
        ]
        assert page.get_by_role("timer").get_attribute("aria-live") == "off"

    def test_says_that_it_was_renewed(self, page: Page, show: Callable[..., None]) -> None:
        show(token(4 * MINUTE))

        page.evaluate("moments => update(moments)", life(HOUR))

        expect(page.get_by_role("timer")).to_have_text("valid for 1 h 00 min 00 s")
        expect(page.get_by_role("status")).to_have_text("Access token valid for 1 h 00 min 00 s.")

    def test_shows_text_as_text(self, page: Page, show: Callable[..., None]) -> None:
        hostile = "<img src=x onerror=alert(1)>"

        show(token(HOUR, source=hostile, message=hostile, environment=hostile))

        expect(page.locator("main img")).to_have_count(0)
        expect(page.locator(".vipps-nb-message")).to_have_text(hostile)

    def test_leaves_nothing_behind(self, page: Page, show: Callable[..., None]) -> None:
        show(token(30 * MINUTE))

        page.evaluate("leave()")
        page.clock.run_for(5000)

        assert page.evaluate("listeners.length") == 0
        expect(page.get_by_role("timer")).to_have_text("valid for 30 min 00 s")

    def test_buttons_work_by_keyboard(self, page: Page, show: Callable[..., None]) -> None:
        show(token(30 * MINUTE))

        for _ in ("Renew", "Switch …", "Log out"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        assert page.evaluate("sent.filter((one) => one.do).at(-1)") == {"do": "log_out"}
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"

    def test_production_is_opened_and_closed_by_a_switch(self, page: Page, show: Callable[..., None]) -> None:
        show(STATES["production"])
        switch = page.get_by_role("switch", name="Allow writes")
        expect(switch).to_have_attribute("aria-checked", "false")

        page.keyboard.press("Tab")
        expect(switch).to_be_focused()
        page.keyboard.press("Space")
        assert page.evaluate("sent.at(-1)") == {"do": "allow_writes", "on": True}
        expect(switch).to_have_attribute("aria-checked", "false")  # it shows what is so, not what was wished

        page.evaluate("update({ writes_allowed: true })")
        expect(switch).to_have_attribute("aria-checked", "true")
        expect(page.get_by_role("status")).to_have_text("Writes to production are allowed.")
        switch.click()
        assert page.evaluate("sent.at(-1)") == {"do": "allow_writes", "on": False}

    def test_elsewhere_there_is_no_switch(self, page: Page, show: Callable[..., None]) -> None:
        for state in ("sandbox", "stale", "logged_out"):
            show(STATES[state])

            expect(page.locator(".vipps-nb-token")).to_be_visible()
            expect(page.get_by_role("switch")).to_have_count(0)

    def test_fits_a_narrow_cell(self, page: Page, show: Callable[..., None], picture: Picture) -> None:
        for state, traits in STATES.items():
            show(traits, width=250)
            picture(page.locator("main"), f"card-{state}-narrow.png")

            assert page.evaluate("document.querySelector('main').scrollWidth") <= 250 + 16, state


class TestLoginForm:
    def test_empties_itself_and_sends_once(self, page: Page, show: Callable[..., None]) -> None:
        show(FORM, module=login_form)
        page.get_by_label("Client secret", exact=True).fill("s3cret")
        page.get_by_role("checkbox", name="Save to .env").check()
        page.get_by_role("checkbox", name="Add .env to .gitignore").check()

        page.get_by_role("button", name="Log in").dblclick()

        assert page.evaluate("[...document.querySelectorAll('input')].map(i => i.value).join('')").find("s3cret") < 0
        assert page.evaluate("sent") == [
            {
                "do": "submit",
                "values": {"client_secret": "s3cret"},
                "environment": "test",
                "save": True,
                "gitignore": True,
                "remember": False,
            }
        ]

    def test_sandbox_needs_no_keys(self, page: Page, show: Callable[..., None]) -> None:
        show(FORM, module=login_form)
        page.get_by_label("Client secret", exact=True).fill("s3cret")
        page.get_by_role("radio", name="sandbox").check()

        expect(page.get_by_label("Client secret", exact=True)).to_be_disabled()
        page.get_by_role("button", name="Log in").click()

        (message,) = page.evaluate("sent")
        assert (message["environment"], message["values"]) == ("sandbox", {})

    def test_a_sandbox_that_runs_elsewhere_is_asked_keys_for(self, page: Page, show: Callable[..., None]) -> None:
        show(FORM | {"environment": "sandbox", "keyless": []}, module=login_form)

        page.get_by_label("Client secret", exact=True).fill("s3cret")
        page.get_by_role("button", name="Log in").click()

        (message,) = page.evaluate("sent")
        assert message["values"] == {"client_secret": "s3cret"}
        expect(page.get_by_role("radio", name="sandbox")).to_have_accessible_name("sandbox")

    def test_refusal_is_announced_and_asks_again(self, page: Page, show: Callable[..., None]) -> None:
        show(FORM, module=login_form)
        page.get_by_role("button", name="Log in").click()
        page.evaluate("update({ state: 'checking' })")
        expect(page.get_by_role("status")).to_have_text("checking the keys …")

        page.evaluate("message => update({ state: 'asking', message })", REFUSED)

        expect(page.get_by_role("alert")).to_have_text(REFUSED)
        expect(page.get_by_label("Client secret", exact=True)).to_be_enabled()

    def test_says_when_the_kernel_is_silent(self, page: Page, show: Callable[..., None]) -> None:
        show(FORM, module=login_form)
        page.get_by_role("button", name="Log in").click()

        page.clock.run_for(4000)

        expect(page.get_by_role("status")).to_contain_text("waiting for the kernel")

    def test_clean_up_forgets_what_was_typed(self, page: Page, show: Callable[..., None]) -> None:
        show(FORM, module=login_form)
        page.get_by_label("Client secret", exact=True).fill("s3cret")

        page.evaluate("leave()")

        expect(page.get_by_label("Client secret", exact=True)).to_have_value("")
        assert page.evaluate("listeners.length") == 0

    def test_fits_a_narrow_cell(self, page: Page, show: Callable[..., None], picture: Picture) -> None:
        show(FORM, width=250, module=login_form)
        picture(page.locator("main"), "form-narrow.png")

        assert page.evaluate("document.querySelector('main').scrollWidth") <= 250 + 16
