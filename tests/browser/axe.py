"""What axe-core finds that keeps people out."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# The page around our cards is JupyterLab's or a test's; what is asked here is whether the cards are in order.
_GRAVE = ("serious", "critical")


def barriers(page: Page, root: str) -> list[str]:
    """Serious and critical findings inside all elements that fit a selector, each with the place where it is."""
    assert page.locator(root).count(), f"nothing fits {root}, so nothing would be looked at"
    found = Axe().run(page, context={"include": [[root]]}, options={"resultTypes": ["violations"]})
    return [
        f"{finding['id']} ({finding['help']}): {node['html'][:200]} {node['failureSummary']}"
        for finding in found.response["violations"]
        if finding["impact"] in _GRAVE
        for node in finding["nodes"]
    ]
