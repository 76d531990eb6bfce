"""Donations API; without an official document."""

from tests.sandbox.official import Official
from tests.sandbox.test_report import Reader


def headers(sandbox, merchant, path):
    return Reader(sandbox, merchant.http, sandbox.keys("donations")).headers()


def populate(sandbox, merchant):
    sandbox.donate(5000, reference="spring", message="Good luck!")
    return {"agreementId": [sandbox.donate(10000, withdrawal_day=10)["agreementId"] for _ in range(3)]}


official = Official(name="donations", base="/donations", published=False, headers=headers, populate=populate)
