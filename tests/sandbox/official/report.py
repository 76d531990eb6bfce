"""Report API."""

from tests.sandbox.official import Official


def populate(sandbox, merchant):
    """Two days of sales that were paid out, and one that is open; the third ledger is a stranger's."""
    merchant.reserved("report-0001")
    merchant.modify("capture", 40000, "report-0001")
    sandbox.advance(86_400)
    merchant.modify("refund", 10000, "report-0001")
    merchant.modify("capture", 9900, "report-0001")
    sandbox.advance(86_400)
    token = merchant.token()  # an hour is over
    merchant.headers["Authorization"] = f"Bearer {token}"
    [ledger] = merchant.get("/settlement/v1/ledgers").json()["items"]
    here = ledger["ledgerId"]
    return {
        "ledgerId": [here, here, here, "111111"],
        "ledger_id": [here, here, here, "111111"],
        "topic": ["funds", "fees"],
        "ledgerDate": ["2026-01-01", "2026-01-02", "2026-01-03"],
        "ledger_date": ["2026-01-01", "2026-01-02", "2026-01-03"],
    }


def narrow(document):
    """Cursors are given out, never made up; and a ledger in the query must be one that exists."""
    for path in document["paths"].values():
        parameters = path["get"]["parameters"]
        parameters[:] = [item for item in parameters if item.get("name") != "cursor"]
        for item in parameters:
            if item.get("in") == "query" and "ate" in item["name"]:
                item["schema"] = {"enum": ["2026-01-01", "2026-01-02", "2026-01-03"]}
            if item.get("in") == "query" and "ayout" in item["name"]:
                item["schema"] = {"enum": ["2000001", "2000002"]}
            if item.get("name") == "ledgerId" and item["in"] == "query":
                item["schema"] = {"enum": [LEDGER]}


def mend(document):
    for responses in (
        document["components"]["responses"],
        *(operation["responses"] for path in document["paths"].values() for operation in path.values()),
    ):
        for status in [name for name in responses if isinstance(name, int)]:
            responses[str(status)] = responses.pop(status)
    for item in document["paths"]["/report/v1/ledgertransactions"]["get"]["parameters"]:
        item.get("schema", {}).pop("example", None)
    by_date = document["paths"]["/report/v2/ledgers/{ledgerId}/{topic}/dates/{ledgerDate}"]["get"]
    responses = document["paths"]["/report/v1/ledgertransactions"]["get"]["responses"]
    responses |= {status: by_date["responses"][status] for status in ("401", "default")}
    kinds = document["components"]["schemas"]["Transaction"]["properties"]["entryType"]["enum"]
    kinds += ["payout-scheduled", "credit-note", "service-fee"]


LEDGER = "839886"

official = Official(
    name="report",
    shelf=("/report/", "/settlement/"),
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=[
        "Spells statuses as numbers, and no reference can lead to a number.",
        "Leaves out how the old list refuses.",
        "Gives days and numbers as examples of texts.",
        "Is of 2023, when entries were called scheduled-for-payout instead of payout-scheduled and fewer were known.",
    ],
)
