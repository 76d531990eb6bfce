"""Every widget and every card in each of its states, hung in a plain page that wears JupyterLab's colours."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.answers import TEST_HOST, answer
from tests.browser.test_cards import FORM, NOW, REFUSED, SHOW, THEMES
from tests.browser.test_cards import STATES as TOKENS
from tests.browser.test_deliveries_card import STATES as DELIVERIES
from tests.browser.test_sandbox_desk import STATES as DESKS
from tests.browser.test_sandbox_desk import row
from tests.test_webhooks import send
from vipps_nb import Credentials, Environment, Sandbox, Secret, VippsSession
from vipps_nb.apis import catalogue
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.display.answer import AnswerCard
from vipps_nb.display.token import TokenCard
from vipps_nb.doctor import examine
from vipps_nb.notebook.calls_panel.live import LiveCalls
from vipps_nb.notebook.explorer import Explorer
from vipps_nb.notebook.login_form import login_dialog
from vipps_nb.webhooks import Listener
from vipps_nb.webhooks.card import DeliveryCard
from vipps_nb.widgets import card

NOON = "2026-01-01T12:00:00Z"
DAY = 24 * 3600
WIDE = 900  # CSS pixels

# What JupyterLab and Notebook 7 say about every HTML output, as specific as they say it.
HOST = """
.jp-RenderedHTMLCommon { color: var(--jp-ui-font-color0); font: 14px/1.6 system-ui, sans-serif; padding-right: 20px; }
.jp-RenderedHTMLCommon a:link { text-decoration: none; color: #1565c0; }
.jp-RenderedHTMLCommon :is(ul, ol):not(.list-inline) { padding-left: 2em; }
.jp-RenderedHTMLCommon ul { list-style: disc; margin-bottom: 1em; }
.jp-RenderedHTMLCommon ul ul { list-style: square; }
.jp-RenderedHTMLCommon ol { list-style: decimal; margin-bottom: 1em; }
.jp-ThemedContainer .jp-RenderedHTMLCommon :is(pre, code) { border: 0; background: #fff; line-height: 1.3; padding: 0; }
.jp-ThemedContainer .jp-RenderedHTMLCommon :not(pre) > code { background: #eee; padding: 1px 5px; }
.jp-RenderedHTMLCommon table { border: 0; margin: 0 auto 1em; table-layout: fixed; font-size: 13px; color: #111; }
.jp-RenderedHTMLCommon thead { border-bottom: 1px solid #bdbdbd; vertical-align: bottom; }
.jp-RenderedHTMLCommon :is(td, th, tr) { vertical-align: middle; padding: 0.5em; line-height: normal; }
:not(.jp-RenderedMarkdown).jp-RenderedHTMLCommon :is(td, th, tr) { text-align: right; }
.jp-RenderedHTMLCommon th { font-weight: bold; }
.jp-RenderedHTMLCommon tbody tr:nth-child(even) { background: #f5f5f5; }
.jp-RenderedHTMLCommon p { text-align: left; margin: 0 0 1em; }
.jp-OutputArea-output dl { display: block; width: 100%; overflow: hidden; }
.jp-OutputArea-output dt { display: block; float: left; width: 20%; font-weight: bold; }
.jp-OutputArea-output dd { display: block; float: left; width: 80%; }
.jp-RenderedHTMLCommon svg { max-width: 100%; height: auto; }
"""
# A page may show all widgets at once; none may touch another.
OF_ALL = ("tokens.css", "card.css")
OWN = [file.name for file in sorted(card.HERE.glob("*.css")) if file.name not in OF_ALL]
SHEETS = [HOST, *map(card.stylesheet, OWN)]

# Instead of SHOW's stand-in for a kernel: whoever hung the widget answers.
ASKING = SHOW.replace(
    "window.sent.push(content);",
    "window.sent.push(content); window.kernel(content).then((said) => said && tell('msg:custom', said));",
).replace("kernelClock !== null", "false")
# And a notebook, into which cells can be inserted.
IN_A_NOTEBOOK = ASKING.replace(
    "const model = {", "const model = { widget_manager: { context: { model: { sharedModel: { insertCell() {} } } } },"
)


# Colours that change slowly are there at once. In between, the cards look what they stand on.
WEAR = """
async ([isLight, style]) => {
  document.body.dataset.jpThemeLight = isLight;
  document.body.style.cssText = style;
  await null;
  void document.body.offsetWidth;
  document.getAnimations().filter((one) => one instanceof CSSTransition).forEach((one) => one.finish());
}
"""


def answers_time(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a kernel says that has nothing else to say."""
    return {"time": NOW, "alive": content["id"], "id": content["id"]} if "ask" in content else None


@dataclass
class Exhibit:
    """A card that is only HTML, or a widget with its state and a kernel to ask.

    Attributes:
        prepare: What a person has done with it before it is looked at.
    """

    html: str = ""
    widget: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)
    kernel: Callable[[Mapping[str, Any]], Mapping[str, Any] | None] = answers_time
    prepare: Callable[[Page], None] = lambda page: None


class Wall:
    """A page on which one exhibit hangs at a time."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._kernel: Callable[[Mapping[str, Any]], Mapping[str, Any] | None] = answers_time
        page.expose_function("kernel", self._ask)

    @staticmethod
    def _as_output(exhibit: Exhibit) -> str:
        kind = "jp-RenderedHTMLCommon jp-OutputArea-output"
        return f"<div class='{kind}' style='padding:0'>{exhibit.html}</div>" if exhibit.html else ""

    def _ask(self, content: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return self._kernel(content)

    def hang(self, exhibit: Exhibit, theme: str = "light", width: int = WIDE) -> None:
        """Show an exhibit, and nothing of the one before."""
        self._kernel = exhibit.kernel
        self.page.goto("about:blank")
        self.page.clock.set_system_time(NOW / 1000)
        self.page.set_viewport_size({"width": width, "height": 1300})
        is_light, style = clothes(theme)
        self.page.set_content(
            f"<!doctype html><html lang='en'><title>Gallery</title><style>{''.join(SHEETS)}</style>"
            f"<body data-jp-theme-light='{is_light}' style='{style}'>"
            f"<main class='jp-ThemedContainer' style='padding:8px'>{self._as_output(exhibit)}</main>"
        )
        if exhibit.widget:
            esm = card.script(f"{exhibit.widget}.js")
            self.page.evaluate(IN_A_NOTEBOOK, {"esm": esm, "traits": dict(exhibit.traits), "kernelClock": None})
        exhibit.prepare(self.page)

    def wear(self, theme: str) -> None:
        """Change the theme around what hangs there, as a person does in JupyterLab's menu."""
        self.page.evaluate(WEAR, clothes(theme))

    def widen(self, width: int) -> None:
        """Make the window wider or narrower around what hangs there; comes back when that has taken its place."""
        self.page.set_viewport_size({"width": width, "height": 1300})
        self.page.evaluate("new Promise((seen) => new ResizeObserver(seen).observe(document.body))")


def clothes(theme: str) -> tuple[str, str]:
    """What a page's body says of a theme: whether it is light, and its colours."""
    colours = ";".join(f"{name}:{value}" for name, value in THEMES[theme].items())
    return str(theme == "light").lower(), f"{colours};margin:0;background:var(--jp-layout-color1)"


class Shop:
    """A shop with a sandbox whose clock stands still: its answers look the same each time."""

    def __init__(self, sandbox: Sandbox) -> None:
        keys = sandbox.keys()
        credentials = Credentials(
            keys["client_id"],
            Secret(keys["client_secret"]),
            Secret(keys["subscription_key"]),
            keys["merchant_serial_number"],
        )
        self.sandbox = sandbox
        self.vipps = VippsSession(credentials, Environment("sandbox", sandbox.base_url))
        self.sandbox.hold(NOON)

    def sell(self, reference: str, value: int) -> Any:
        order = {
            "amount": {"currency": "NOK", "value": value},
            "paymentMethod": {"type": "WALLET"},
            "reference": reference,
            "userFlow": "WEB_REDIRECT",
            "returnUrl": "https://example.com/return",
            "paymentDescription": "One pair of socks",
        }
        created = self.vipps.post("/epayment/v1/payments", json=order)
        self.sandbox.approve(reference=reference)
        return created

    def move(self, verb: str, reference: str, value: int) -> Any:
        amount = {"modificationAmount": {"currency": "NOK", "value": value}}
        return self.vipps.post(f"/epayment/v1/payments/{reference}/{verb}", json=amount)

    def payment(self) -> dict[str, Any]:
        """One payment's life, with all that can be asked about it."""
        created = self.sell("order-0001", 49900)
        self.sandbox.advance(600)
        self.move("capture", "order-0001", 30000)
        refused = self.move("capture", "order-0001", 99900)
        self.sandbox.advance(3600)
        self.move("refund", "order-0001", 10000)
        place = "/epayment/v1/payments"
        return {
            "created": created,
            "refusal": refused,
            "payment": self.vipps.get(f"{place}/order-0001"),
            "events": self.vipps.get(f"{place}/order-0001/events"),
            "unknown": self.vipps.get(f"{place}/order-0002"),
            "fields": self.vipps.post(place, json={"reference": "x"}),
        }

    def subscription(self) -> dict[str, Any]:
        """An agreement and its charges, of which some are taken and one fails."""
        place = "/recurring/v3/agreements"
        draft = {
            "pricing": {"type": "LEGACY", "amount": 29900, "currency": "NOK"},
            "interval": {"unit": "MONTH", "count": 1},
            "productName": "Socks every month",
            "merchantRedirectUrl": "https://example.com/return",
            "merchantAgreementUrl": "https://example.com/agreement",
        }
        name = self.vipps.post(place, json=draft).json()["agreementId"]
        self.sandbox.approve(agreement_id=name)
        charges = f"{place}/{name}/charges"

        def charge(due: str, month: str) -> str:
            body = {"amount": 29900, "transactionType": "DIRECT_CAPTURE", "description": f"Socks for {month}"}
            made = self.vipps.post(charges, json={**body, "due": due, "retryDays": 0})
            return str(made.json()["chargeId"])

        charge("2026-01-15", "January")
        back = charge("2026-01-22", "a friend")
        self.sandbox.hold("2026-01-23T12:00:00Z")
        self.vipps.post(f"{charges}/{back}/refund", json={"amount": 29900, "description": "Wrong size"})
        self.sandbox.card(working=False)
        charge("2026-02-13", "February")
        self.sandbox.hold("2026-02-15T12:00:00Z")
        self.sandbox.card(working=True)
        gone = charge("2026-03-06", "nobody")
        self.vipps.delete(f"{charges}/{gone}")
        charge("2026-03-13", "March")
        return {"agreement": self.vipps.get(f"{place}/{name}"), "charges": self.vipps.get(charges)}

    def ledger(self) -> dict[str, Any]:
        """Some days of sales, and what became of the money."""
        for day, sales in enumerate([(49900, 89900), (34900,), (), (129000,)]):
            for number, value in enumerate(sales):
                self.sell(f"sale-{day}-{number}", value)
                self.move("capture", f"sale-{day}-{number}", value)
            if day == 1:
                self.move("refund", "sale-0-1", 89900)
            self.sandbox.advance(DAY)
        [books] = self.vipps.get("/settlement/v1/ledgers").json()["items"]
        return {"ledger": self.vipps.get(f"/report/v2/ledgers/{books['ledgerId']}/funds/feed")}

    def rest(self) -> dict[str, Any]:
        """Everything else that is drawn as what it is."""
        hook = {"url": "https://example.com/hook", "events": ["epayments.payment.created.v1"]}
        redirect = {"id": "till-1", "redirectUrl": "https://example.com/menu"}
        asks = {"Accept": "text/targetUrl"}
        return {
            "webhook": self.vipps.post("/webhooks/v1/webhooks", json=hook),
            "webhooks": self.vipps.get("/webhooks/v1/webhooks"),
            "qr": self.vipps.post("/qr/v1/merchant-redirect", json=redirect, headers=asks),
            "picture": self.vipps.get("/qr/v1/merchant-redirect/till-1", headers={"Accept": "image/png"}),
        }


def both(one: str, other: str) -> str:
    return f"{one}<div style='height:10px'></div>{other}"


def answered(shop: Shop, other: Sandbox) -> dict[str, str]:
    """The cards of all answers, by name; the ledger is another shop's."""
    answers = shop.payment()
    history = shop.vipps.history._repr_html_()
    answers |= {**shop.subscription(), **shop.rest(), **Shop(other).ledger()}
    answers["failed"] = answer("<html><title>Bad gateway</title>", status=502)
    answers["empty"] = answer(None, status=204)
    answers["list"] = answer([{"deep": [{"a": True}]}, None, "words"], url=f"{TEST_HOST}/unknown")
    drawn = {name: AnswerCard(one).html for name, one in answers.items()}
    return {
        **drawn,
        **delivered(),
        "payment and events": both(drawn["payment"], drawn["events"]),
        "agreement and charges": both(drawn["agreement"], drawn["charges"]),
        "token's claims": TokenCard(shop.vipps.token).html,
        "history": history,
        "no history": VippsSession(shop.vipps.credentials, shop.vipps.environment).history._repr_html_(),
    }


def delivered() -> dict[str, str]:
    """The cards of deliveries, by what was found out about them."""
    with Listener(secrets=["a secret"]) as trusting, Listener() as careless:
        send(trusting)
        send(trusting, b'{"name":"CAPTURED","reference":"order-0001"}', secret="a stranger's")
        send(careless)
        genuine, false = trusting.deliveries
        [unchecked] = careless.deliveries
    found = {"genuine": genuine, "false": false, "not checked": unchecked}
    return {f"delivery, {name}": DeliveryCard(one).html for name, one in found.items()}


def visited(folder: Path) -> dict[str, str]:
    """What the doctor says, for each way a visit may end. Looks into the folder and the process environment."""
    settings = folder / ".env"
    found = {"well": examine(LoginOptions(env="sandbox"))}
    with Sandbox() as running:
        keys = running.keys()
        settings.write_text(running.dotenv().replace(keys["client_secret"], "bm90LXRoZS1zZWNyZXQ="), encoding="utf-8")
        found["wrong secret"] = examine()
        settings.write_text(running.dotenv(), encoding="utf-8")
        running.sales_unit(keys["merchant_serial_number"], recurringAllowed=False)
        found["product off"] = examine()
    settings.write_text("VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL=ftp://x\n", encoding="utf-8")
    found["no environment"] = examine()
    settings.unlink()
    return {name: report._repr_html_() for name, report in found.items()}


def explorer(prepare: Callable[[Page], None], chosen: str = "") -> Exhibit:
    """The explorer with its real guide."""
    operations = tuple(one for one in catalogue.operations() if not one.deprecated)
    guide = Explorer(operations, None, {})

    def kernel(content: Mapping[str, Any]) -> Mapping[str, Any]:
        question, number = content["id"], content["operation"]
        if content.get("ask") == "form":
            return {"id": question, "form": guide.form(number), "model": "m"}
        ask = guide.judge if content.get("ask") == "judge" else guide.send
        return {"id": question, **ask(number, content["values"])}

    state = guide.card(subject="every API").get_state(["operations", "subject", "query", "recent", "place"])
    place = next((place for place, one in enumerate(operations) if str(one) == chosen), -1)
    return Exhibit(widget="explorer", traits={**state, "chosen": place}, kernel=kernel, prepare=prepare)


def calls(shop: Shop, prepare: Callable[[Page], None]) -> Exhibit:
    """The calls panel with its real kernel's side."""
    live = LiveCalls({"vipps": shop.vipps})
    said: list[dict[str, Any]] = []
    live.widget.send = said.append  # type: ignore[method-assign]  # the page is no front end that could hear it

    def kernel(content: Mapping[str, Any]) -> Mapping[str, Any] | None:
        live.widget._receive(None, dict(content), None)
        return said.pop() if said else None

    return Exhibit(widget="calls", kernel=kernel, prepare=prepare)


def look_into(words: str, tab: str = "") -> Callable[[Page], None]:
    """The newest call with these words, and one of its tabs."""

    def prepare(page: Page) -> None:
        search = page.get_by_role("searchbox", name="Search the calls")
        search.fill(words)
        page.locator(".vipps-nb-row").first.click()
        search.fill("")
        page.locator(".vipps-nb-tabpanel > *").first.wait_for()
        if tab:
            page.get_by_role("tab", name=tab).click()
        if tab == "Compare":
            page.locator(".vipps-nb-differences").first.wait_for()
        page.mouse.move(0, 0)

    return prepare


def ask_again(page: Page) -> None:
    look_into("capture 300")(page)
    page.get_by_role("button", name="Send again …").click()


def whole_form(folder: Path) -> Exhibit:
    """The form as `%vipps_login --form` shows it where there are no keys yet."""
    form = login_dialog(LoginOptions(folder=folder, env="test"), on_login=str)
    names = ["fields", "environment", "environments", "keyless", "state", "message", "faults", "portal"]
    return Exhibit(widget="login_form", traits=form.get_state(names))


def search(page: Page) -> None:
    page.get_by_role("combobox", name="Find an operation").fill("payment")
    page.get_by_role("option").first.wait_for()


def formed(page: Page) -> None:
    page.locator(".vipps-nb-code:not(:empty)", has_text="vipps.").wait_for()


def faulty(page: Page) -> None:
    formed(page)
    page.locator("[data-at='/amount/value'] input").fill("much")
    page.locator("[data-at='/amount/value'] .vipps-nb-fault").wait_for()


def sent(page: Page) -> None:
    formed(page)
    page.locator("[data-at='/userFlow'] select").select_option("PUSH_MESSAGE")
    page.locator(".vipps-nb-code", has_text="PUSH_MESSAGE").wait_for()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("region", name="Answer", exact=True).wait_for()
    page.mouse.move(0, 0)


def ask_to_reset(page: Page) -> None:
    page.get_by_role("button", name="Reset …").click()


def open_log(page: Page) -> None:
    page.get_by_role("button", name="/accesstoken/get").click()
    page.locator(".vipps-nb-entry").wait_for()


def unfold(page: Page) -> None:
    """Everything that can be folded, open."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def desk_kernel(content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    entry = {"headers": {"authorization": "***"}, "body": {"a": 1}}
    return {"entry": entry, "id": content["id"]} if "look" in content else answers_time(content)


CALLS = [
    row(1, "POST", "/accesstoken/get"),
    row(9, "POST", "/epayment/v1/payments", 201),
    row(12, "GET", "/epayment/v1/payments/order-0002", 404),
    row(15, "POST", "/recurring/v3/agreements", 201),
    row(21, "GET", "/epayment/v1/payments/order-0001"),
]
CREATE = "POST /epayment/v1/payments"
ANSWERS = (
    *("created", "refusal", "payment", "events", "unknown", "fields", "agreement", "charges", "ledger"),
    *("webhook", "webhooks", "qr", "picture", "failed", "empty", "list", "token's claims", "history", "no history"),
    *("delivery, genuine", "delivery, false", "delivery, not checked"),
)
VISITS = ("well", "wrong secret", "product off", "no environment")
WIDGETS = (
    *(f"token: {state}" for state in TOKENS),
    *("form: test", "form: production", "form: sandbox", "form: whole", "form: refused"),
    *(f"deliveries: {state}" for state in DELIVERIES),
    *(f"desk: {state}" for state in DESKS),
    *("desk: shop", "desk: reset asked", "desk: log opened"),
    *("calls: none", "calls: list", "calls: answer", "calls: refusal", "calls: compared", "calls: again"),
    *("explorer: start", "explorer: search", "explorer: form", "explorer: fault", "explorer: sent"),
)
NAMES = (*(f"answer: {name}" for name in ANSWERS), *(f"doctor: {name}" for name in VISITS), *WIDGETS)


def collect(answers: Mapping[str, str], visits: Mapping[str, str], form: Exhibit, shop: Shop) -> dict[str, Exhibit]:
    """All exhibits by name."""
    found = {f"answer: {name}": Exhibit(html, prepare=unfold) for name, html in answers.items()}
    found |= {f"doctor: {name}": Exhibit(html) for name, html in visits.items()}
    found |= {f"token: {name}": Exhibit(widget="token_status", traits=traits) for name, traits in TOKENS.items()}
    for name in ("test", "production", "sandbox"):
        found[f"form: {name}"] = Exhibit(widget="login_form", traits=FORM | {"environment": name})
    found["form: whole"] = form
    found["form: refused"] = Exhibit(widget="login_form", traits=FORM | {"message": REFUSED})
    found |= {f"deliveries: {name}": Exhibit(widget="deliveries", traits=traits) for name, traits in DELIVERIES.items()}
    desks = {**DESKS, "shop": DESKS["payment"] | {"rows": CALLS, "total": len(CALLS)}}
    for name, traits in desks.items():
        found[f"desk: {name}"] = Exhibit(widget="sandbox_desk", traits=traits, kernel=desk_kernel)
    for name, prepare in (("reset asked", ask_to_reset), ("log opened", open_log)):
        found[f"desk: {name}"] = Exhibit(
            widget="sandbox_desk", traits=DESKS["payment"], kernel=desk_kernel, prepare=prepare
        )
    found["calls: none"] = Exhibit(
        widget="calls",
        kernel=lambda content: {"id": content["id"], "all": [], "place": None, "mark": "m", "model": "m"},
    )
    found["calls: list"] = calls(shop, lambda page: page.locator(".vipps-nb-row").first.wait_for())
    found["calls: answer"] = calls(shop, look_into("get payment order-0001 200"))
    found["calls: refusal"] = calls(shop, look_into("capture 999", "Explained"))
    found["calls: compared"] = calls(shop, look_into("capture 999", "Compare"))
    found["calls: again"] = calls(shop, ask_again)
    found["explorer: start"] = explorer(lambda page: page.get_by_role("option").first.wait_for())
    found["explorer: search"] = explorer(search)
    for name, prepare in (("form", formed), ("fault", faulty), ("sent", sent)):
        found[f"explorer: {name}"] = explorer(prepare, CREATE)
    return found


@contextmanager
def opened(folder: Path) -> Iterator[dict[str, Exhibit]]:
    """The gallery, made in an empty folder and without keys or proxies in the process environment."""
    with pytest.MonkeyPatch.context() as patch, Sandbox() as sandbox, Sandbox(seed=2) as other:
        patch.chdir(folder)
        for name in list(os.environ):
            if "VIPPS" in name.upper() or name.upper() in ("CLIENT_ID", "CLIENT_SECRET", "HTTP_PROXY", "HTTPS_PROXY"):
                patch.delenv(name)
        shop = Shop(sandbox)
        patch.setattr("vipps_nb.notebook.explorer.current_session", lambda: shop.vipps)
        patch.setattr("vipps_nb.notebook.calls_panel.live.current_session", lambda: shop.vipps)
        # Of this process's sessions only the shop's.
        patch.setattr("vipps_nb.notebook.calls_panel.live.histories", lambda: [shop.vipps.history])
        answers = answered(shop, other)
        yield collect(answers, visited(folder), whole_form(folder), shop)
