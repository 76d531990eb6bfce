"""Login API."""

from tests.sandbox.login_client import CALLBACK, LoginClient
from tests.sandbox.official import Official
from vipps_nb.sandbox.apis.login.errors import LOGIN
from vipps_nb.sandbox.world.sales_unit import KeyStore, KeyType

AUTH = "/access-management-1.0/access/oauth2/auth"
TOKEN = "/access-management-1.0/access/oauth2/token"
CIBA = "/vipps-login-ciba/api/backchannel/authentication"
EXISTS = "/vipps-login-ciba/api/v1/user-exists"
USERINFO = "/vipps-userinfo-api/userinfo/"
HINTS = ["urn:msisdn:4712345678", "urn:customer-token:a-token"]
FORM = "application/x-www-form-urlencoded"
BROWSER = {
    "response_type": ["code"],
    "client_id": [KeyStore(1, 1).sets[KeyType.MERCHANT].client_id],  # the seed of every test
    "redirect_uri": [CALLBACK, "http://localhost:8000/callback"],
    "scope": ["openid", "openid name address"],
    "state": ["some-state-1"],
}


def client(sandbox, merchant):
    return LoginClient(sandbox.base_url, merchant.keys, merchant.http)


def introduction(sandbox, merchant, path):
    if path == USERINFO:
        return {"Authorization": f"Bearer {client(sandbox, merchant).login()['access_token']}"}
    if path.startswith("/access-management-1.0/access/.well-known/") or path == AUTH:
        return {}
    return {"Authorization": client(sandbox, merchant).basic_header}


def form(document, path):
    return document["paths"][path]["post"]["requestBody"]["content"][FORM]["schema"]


def mend(document):
    """The real forms are flat, and spelled as the standard spells them; a browser brings parameters."""
    document["paths"][AUTH]["get"]["parameters"] = [
        {"name": name, "in": "query", "required": True, "schema": {"type": "string"}} for name in BROWSER
    ]
    schemas = document["components"]["schemas"]
    for path, nested in ((CIBA, "AuthenticationRequestPayload"), (EXISTS, "UserExistsRequestPayload")):
        flat = schemas[nested]
        names = {"loginHint": "login_hint", "bindingMessage": "binding_message"}
        flat["properties"] = {names.get(name, name): schema for name, schema in flat["properties"].items()}
        flat["required"] = [names.get(name, name) for name in flat["required"]]
        document["paths"][path]["post"]["requestBody"]["content"][FORM]["schema"] = flat
    schemas["Userinfo"]["properties"]["phone_number"]["pattern"] = r"^\d{9,15}$"


def narrow(document):
    """What means something to the sandbox; the document leaves it to prose what a hint, a scope or a browser brings."""
    for parameter in document["paths"][AUTH]["get"]["parameters"]:
        parameter["schema"]["enum"] = BROWSER[parameter["name"]]
    ciba = form(document, CIBA)
    ciba["properties"]["login_hint"]["enum"] = HINTS
    ciba["properties"]["binding_message"]["pattern"] = "^[A-Z0-9-]{5,8}$"
    ciba["properties"]["scope"]["enum"] = ["openid", "openid name address"]
    form(document, EXISTS)["properties"]["login_hint"]["enum"] = HINTS


official = Official(
    name="login",
    shelf=("/access-management-1.0/", "/vipps-login-ciba/"),
    headers=introduction,
    narrow=narrow,
    mend=mend,
    broken=[
        "Does not say what parameters authorize has.",
        "Nests the forms of merchant-initiated login one level too deep, and spells their fields in camelCase.",
        "Wants phone numbers of 14 or 15 digits, while its own example has 10.",
    ],
    also_says=[LOGIN.schema],  # declared for some operations only
    hopeless={("POST", TOKEN): "a code is given to a browser after a customer's approval; see test_login.py"},
    examples_differ={
        ("POST", TOKEN, name): "a code is given to a browser after a customer's approval"
        for name in ("fields", "required fields")
    },
)
