"""Recurring API."""

from tests.sandbox.official import Official, close_objects
from tests.sandbox.recurring_shop import AGREEMENTS, DAY, DRAFT

KINDS = ("Legacy", "Variable", "Flexible")


def agreement(sandbox, merchant, *, accepted=True, **changes):
    drafted = merchant.post(AGREEMENTS, DRAFT | changes).json()
    if accepted:
        sandbox.approve(agreement_id=drafted["agreementId"])
    return drafted["agreementId"]


def populate(sandbox, merchant):
    """One agreement with charges that are due, reserved and taken, for what acts on charges; and some more."""
    busy = agreement(sandbox, merchant)
    for order_id, kind in (("reserved-1", "RESERVE_CAPTURE"), ("taken-1", "DIRECT_CAPTURE")):
        charge = {"amount": 20000, "description": "January", "transactionType": kind, "orderId": order_id}
        merchant.post(f"{AGREEMENTS}/{busy}/charges", charge | {"due": "2026-01-02", "retryDays": 0})
    sandbox.advance(DAY)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    due = {"amount": 20000, "description": "January", "transactionType": "DIRECT_CAPTURE", "orderId": "due-1"}
    merchant.post(f"{AGREEMENTS}/{busy}/charges", due | {"due": "2026-01-20", "retryDays": 0})
    waiting = agreement(sandbox, merchant, accepted=False)
    return {"agreementId": [busy, busy, busy, waiting], "chargeId": ["reserved-1", "taken-1", "due-1"]}


def narrow(document):
    """What this sales unit can really be asked for; the document leaves to prose what a URL, a scope or a day is."""
    close_objects(document)
    schemas = document["components"]["schemas"]
    for kind in KINDS:
        properties = schemas[f"{kind}PricingRequestV3"]["properties"]
        properties["currency"] = {"type": "string", "enum": ["NOK"]}
    for schema, name in (
        ("LegacyPricingRequestV3", "amount"),
        ("VariablePricingRequestV3", "suggestedMaxAmount"),
        ("InitialChargeV3", "amount"),
        ("CreateChargeV3", "amount"),
        ("CreateChargeAsyncV3", "amount"),
    ):
        schemas[schema]["properties"][name] |= {"minimum": 100, "maximum": 2000}
    for request in ("CaptureRequestV3", "RefundRequest"):
        schemas[request]["properties"]["amount"] |= {"minimum": 1, "maximum": 200}
    draft = schemas["DraftAgreementV3"]
    draft["required"].append("merchantAgreementUrl")
    draft["properties"] |= {
        "merchantRedirectUrl": {"type": "string", "enum": ["https://example.com/done", "shop://done"]},
        "merchantAgreementUrl": {"type": "string", "enum": ["https://example.com/me"]},
        "phoneNumber": {"type": "string", "pattern": "^47[0-9]{8}$"},
        "scope": {"type": "string", "enum": ["name", "address name email birthDate phoneNumber"]},
        "skipLandingPage": {"type": "boolean", "enum": [False]},
    }
    del draft["properties"]["campaign"]  # goes with LEGACY only; the tests of the API have them all
    change = schemas["PatchAgreementV3"]["properties"]
    for special in ("status", "pricing", "interval"):
        del change[special]
    change["merchantAgreementUrl"] = {"type": "string", "enum": ["https://example.com/me"]}
    schemas["ForceAcceptAgreementV3"]["properties"]["phoneNumber"]["pattern"] = "^47[0-9]{8}$"
    for schema in ("CreateChargeV3", "CreateChargeAsyncV3"):
        properties = schemas[schema]["properties"]
        properties["due"] = {"type": "string", "enum": ["2026-01-20", "2026-03-31", "2027-06-01"]}
        del properties["processingMode"]
    schemas["CreateChargeAsyncV3"]["properties"]["agreementId"]["pattern"] = "^agr_[a-zA-Z0-9]{7}$"
    charge = schemas["CreateChargeV3"]
    charge["required"] += ["due", "retryDays"]
    charge["properties"]["type"] = {"type": "string", "enum": ["RECURRING"]}
    for schema in ("InitialChargeV3", "CreateChargeV3", "CreateChargeAsyncV3"):
        schemas[schema]["properties"]["orderId"]["pattern"] = r"^[a-zA-Z0-9-]+$"
    parameters = document["paths"]["/recurring/v3/agreements/{agreementId}/charges"]["get"]["parameters"]
    parameters[:] = [one for one in parameters if not one["$ref"].endswith("/Continuation-Token")]


def mend(document):
    schemas = document["components"]["schemas"]
    schemas["campaignResponseV3"]["anyOf"] = schemas["campaignResponseV3"].pop("oneOf")
    charge = schemas["ChargeResponseV3"]["properties"]
    del charge["id"]["maxLength"], schemas["ChargeReference"]["properties"]["chargeId"]["maxLength"]
    for way in ("Request", "Response"):
        names = {kind.upper(): f"{kind}Pricing{way}V3" for kind in KINDS}
        for kind, name in names.items():
            schemas[name]["properties"]["type"] = {"type": "string", "enum": [kind]}
        mapping = {kind: f"#/components/schemas/{name}" for kind, name in names.items()}
        schemas[f"Pricing{way}V3"]["discriminator"]["mapping"] = mapping
    operation = document["paths"]["/recurring/v3/agreements/{agreementId}/accept"]["patch"]
    del operation["responses"]["204"]["content"]


official = Official(
    name="recurring",
    shelf=["/recurring/"],
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=[
        "Has four campaigns of which an answer must match exactly one; a price campaign matches two of them.",
        "Tells pricings apart by a type that each of them may have, and that names none of the schemas.",
        "Lets a charge's id have 15 characters, and an orderId, which becomes the id, 64.",
        "Describes the body of an answer with 204, which has none.",
    ],
    may_be_null={
        ("ChargeResponseV3", "transactionId"): "Contains null until the status has reached DUE",
    },
    also_says=[
        {
            "type": "object",
            "required": ["type", "title", "status", "contextId"],
            "properties": {"type": {"pattern": "#[a-z-]+$"}, "contextId": {"type": "string"}},
        }
    ],
    days_of_examples=("2026-01-01T12:00:00Z", "2018-09-20T12:00:00Z", "2030-06-01T12:00:00Z"),
    examples_differ={
        ("POST", AGREEMENTS, "required fields"): "merchantAgreementUrl is mandatory in Norway, as the text says",
        ("PATCH", f"{AGREEMENTS}/{{agreementId}}", "fields"): "fields put together: STOPPED stands alone",
        ("POST", f"{AGREEMENTS}/{{agreementId}}/charges", "required fields"): "RECURRING needs due and retryDays",
    },
)
