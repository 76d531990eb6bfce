"""Userinfo API."""

from tests.sandbox.login_client import LoginClient
from tests.sandbox.official import Official

LOGINS = "/vipps-userinfo-api/userinfo/"


def introduction(sandbox, merchant, path):
    if path != LOGINS:
        return merchant.headers
    token = LoginClient(sandbox.base_url, merchant.keys, merchant.http).login(scope="openid name address")
    return {"Authorization": f"Bearer {token['access_token']}"}


def populate(sandbox, merchant):
    merchant.reserved("shared-0001", profile={"scope": "name phoneNumber email address birthDate"})
    return {"sub": [merchant.payment("shared-0001")["profile"]["sub"]]}


def narrow(document):
    """After a login, the subscription key that the document wants there is refused (Login API guide, user info)."""
    parameters = document["paths"][LOGINS]["get"]["parameters"]
    parameters[:] = [item for item in parameters if not item["$ref"].endswith("Ocp-Apim-Subscription-Key")]


def mend(document):
    properties = document["components"]["schemas"]["Userinfo"]["properties"]
    properties["phone_number"]["pattern"] = r"^\d{9,15}$"


official = Official(
    name="userinfo",
    shelf=("/vipps-userinfo-api/",),
    headers=introduction,
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=["Wants phone numbers of 15 digits, while its own example has 10."],
)
