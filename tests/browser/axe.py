"""What axe-core finds that keeps people out."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# The page around our cards is JupyterLab's or a test's; what is asked here is whether the cards are in order. Whatever
# is in order need not be told.
RUN = """
async (root) => {
  const found = await axe.run({ include: [[root]] }, { resultTypes: ["violations"] });
  return found.violations
    .filter((finding) => ["serious", "critical"].includes(finding.impact))
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id} (${help}): ${node.html.slice(0, 200)} ${node.failureSummary}`));
}
"""


def barriers(page: Page, root: str) -> list[str]:
    """Serious and critical findings inside all elements that fit a selector, each with the place where it is."""
    assert page.locator(root).count(), f"nothing fits {root}, so nothing would be looked at"
    if not page.evaluate("'axe' in window"):  # half a megabyte, once per page
        page.evaluate(Axe().axe_script)
    findings: list[str] = page.evaluate(RUN, root)
    return findings
