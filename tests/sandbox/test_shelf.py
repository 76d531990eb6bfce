"""The shelf as a whole: every API says how it differs from the real thing, in its docstring and in the docs."""

from tests.sandbox import shelf_page
from vipps_nb.sandbox.apis import PAGES


def test_every_api_says_how_it_differs():
    told = {shelf_page.title(module) for module in shelf_page.modules()}

    # An API may stand on several pages, such as "QR API, exchange".
    assert {page.title.partition(",")[0] for page in PAGES} == told


def test_the_page_of_the_docs_says_the_same_as_the_code():
    assert shelf_page.FILE.read_text(encoding="utf-8") == shelf_page.text()
