"""The doctor's card: in every theme and width readable, and in a real JupyterLab, where a login has failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from vipps_nb import Sandbox
from vipps_nb.doctor import Report, examine

from .conftest import Lab
from .test_cards import LEAST_CONTRAST, THEMES

pytestmark = pytest.mark.browser


@pytest.fixture
def reports(nowhere: Path) -> dict[str, Report]:
    """One for each way a visit may end."""
    found = {"well": examine(env="sandbox")}
    with Sandbox() as running:
        lines = running.dotenv().replace(running.keys()["client_secret"], "bm90LXRoZS1zZWNyZXQ=")
        (nowhere / ".env").write_text(lines, encoding="utf-8")
        found["wrong_secret"] = examine()
        (nowhere / ".env").write_text(running.dotenv(), encoding="utf-8")
        running.sales_unit(running.keys()["merchant_serial_number"], recurringAllowed=False)
        found["product_off"] = examine()
    (nowhere / ".env").write_text("VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL=ftp://x\n", encoding="utf-8")
    return {**found, "no_environment": examine()}


def test_is_readable(chromium: Browser, reports: dict[str, Report], artifacts: Path) -> None:
    for width in (860, 320):
        page = chromium.new_page(viewport={"width": width, "height": 700}, device_scale_factor=2)
        for theme, colours in THEMES.items():
            style = ";".join(f"{name}:{value}" for name, value in colours.items())
            light = str(theme == "light").lower()
            for name, report in reports.items():
                page.set_content(
                    f"<body data-jp-theme-light='{light}' style='{style};margin:0;background:var(--jp-layout-color1)'>"
                    f"<main>{report._repr_html_()}</main>"
                )
                page.locator("main").screenshot(path=artifacts / f"doctor-{name}-{theme}-{width}.png")

                contrast, text = page.evaluate(LEAST_CONTRAST)
                assert contrast >= 4.5, (name, theme, text)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        page.close()


def test_in_jupyterlab_after_a_login_that_failed(start_lab: Callable[..., Lab], artifacts: Path) -> None:
    lab = start_lab()
    lab.write("ill.ipynb", "%load_ext vipps_nb\n%vipps_login --env test --quiet", "%vipps_doctor --env test")
    (lab.notebooks / ".env").write_text("VIPPS_CLIENT_ID=your-client-id\nVIPPS_MSN=123456\n", encoding="utf-8")
    lab.open("ill.ipynb")
    lab.run(0)
    lab.run(1)

    card = lab.page.get_by_role("region", name="Doctor")
    expect(card).to_contain_text("VIPPS_CLIENT_ID is still a placeholder")
    expect(card).to_contain_text("Missing: VIPPS_CLIENT_SECRET, VIPPS_SUBSCRIPTION_KEY")
    expect(card.get_by_role("img", name="failed").first).to_be_visible()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        lab.use_theme(theme)
        card.scroll_into_view_if_needed()
        lab.page.screenshot(path=artifacts / f"doctor-lab-{theme.rpartition(' ')[2].lower()}.png")
