"""Partner API."""

from tests.sandbox.official import Official, close_objects
from vipps_nb.sandbox.world.organisations import organisation

TOKENS = {}  # of the partner keys, by the address of the sandbox that issued them


def headers(sandbox, merchant, path):
    keys = sandbox.keys("partner")
    if sandbox.base_url not in TOKENS:
        names = {
            "client_id": keys["client_id"],
            "client_secret": keys["client_secret"],
            "Ocp-Apim-Subscription-Key": keys["subscription_key"],
        }
        answer = merchant.http.post(f"{sandbox.base_url}/accesstoken/get", headers=names)
        TOKENS[sandbox.base_url] = answer.json()["access_token"]
    return {
        "Authorization": f"Bearer {TOKENS[sandbox.base_url]}",
        "Ocp-Apim-Subscription-Key": keys["subscription_key"],
    }


def populate(sandbox, merchant):
    units = [unit["merchantSerialNumber"] for unit in sandbox.overview()["salesUnits"]]
    return {"msn": units, "orgno": [organisation(msn, "NO").id for msn in units]}


def narrow(document):
    """What its prose says of prices; its pattern for names is not one that JSON Schema knows."""
    close_objects(document)
    order = document["components"]["schemas"]["ProductOrderRequest"]
    order["additionalProperties"] = False
    order["type"] = "object"
    properties = order["properties"]
    properties["salesUnitName"] = {"enum": ["Fitness", None], "nullable": True, "type": "string"}
    properties["productType"]["enum"] = ["VIPPS_PA_NETT", "VIPPS_I_KASSA"]
    del properties["complianceData"]["properties"]["course"]
    site = properties["website"]["properties"]
    for name in ("url", "termsUrl", "testWebsiteUrl"):
        site[name] = {"enum": ["https://example.com"]}


def mend(document):
    properties = document["components"]["schemas"]["ProductOrderRequest"]["properties"]
    del properties["salesUnitName"]["pattern"]
    document["components"]["schemas"]["SalesUnit"]["properties"]["orgno"]["example"] = "987654321"


official = Official(
    name="partner",
    shelf=["/partner-api/"],
    headers=headers,
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=["The pattern of a sales unit's name is no JSON Schema pattern: it has Unicode properties."],
)
