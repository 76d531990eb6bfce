"""Keys typed into the form of a real JupyterLab that saves widget state: afterwards nothing that it wrote holds one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.leaks.api import SOURCES, Home, Stranger
from tests.leaks.canaries import CANARIES, CLIENT_ID, MSN
from tests.leaks.rows import BROWSER
from tests.leaks.table import Look

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

USE = """\
import vipps_nb
secret = vipps_nb.Secret(vipps.post("/webhooks/v1/webhooks", json={}).json()["secret"])
print(vipps.get("/epayment/v1/payments/abc"), secret)
vipps, vipps.token, secret"""


@pytest.fixture
def home() -> Iterator[Home]:
    stranger = Stranger()
    home = Home(stranger)
    yield home
    home.close()
    stranger.close()


def written(lab: Lab) -> bytes:
    """All that JupyterLab, its kernels and IPython have written; without what keys are read from."""
    kept = [file for file in lab.files() if not any(file.match(source) for source in (*SOURCES, "planted.txt"))]
    return b"\n".join(file.read_bytes() for file in kept)


def test_what_is_typed_stays_nowhere(lab: Lab, home: Home, look: Look) -> None:
    place = f"VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL={home.base_url}\n"
    (lab.notebooks / ".env").write_text(place, encoding="utf-8")
    lab.write("typed.ipynb", "%load_ext vipps_nb\n%vipps_login --env sandbox --form", USE, "%vipps_status")
    lab.open("typed.ipynb")
    lab.run(0)
    form = lab.page.locator(".vipps-nb-form")
    # Keys of a sandbox are not asked for; these are typed for the test environment and sent on to the sandbox below.
    form.get_by_role("radio", name="test").check()
    form.get_by_label("Client ID").fill(CLIENT_ID)
    form.get_by_label("Client secret", exact=True).press_sequentially(CANARIES["client secret"])
    form.get_by_label("Subscription key", exact=True).fill(CANARIES["subscription key"])
    form.get_by_label("Merchant serial number").fill(MSN)
    lab.save()
    typed = written(lab)
    form.get_by_role("button", name="Log in").click()
    expect(form.get_by_role("alert")).to_contain_text("VIPPS_BASE_URL points at")
    lab.save()

    # The same keys from a file, so that there is a login to use.
    lines = "".join(f"{name}={value}\n" for name, value in home.settings().items())
    (lab.notebooks / ".env").write_text(lines, encoding="utf-8")
    lab.write("used.ipynb", "%load_ext vipps_nb\n%vipps_login", USE, "%vipps_status")
    lab.open("used.ipynb")
    for cell in range(3):
        lab.run(cell)
    assert "200" in lab.text_of(1)
    lab.save()
    page = lab.page.content().encode()
    honest = typed + written(lab) + page

    (lab.notebooks / "planted.txt").write_text(" ".join(CANARIES.values()), encoding="utf-8")
    lab.write("leak.ipynb", "import ipywidgets\nipywidgets.Password(value=open('planted.txt').read())")
    lab.open("leak.ipynb")
    lab.run(0)
    lab.save()

    assert Path(lab.notebooks / "used.ipynb").read_text(encoding="utf-8").count("widget-state")
    look(BROWSER, honest, written(lab))
