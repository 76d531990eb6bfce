"""Access Token API."""

import base64

from tests.sandbox.official import Official


def introduction(sandbox, merchant, path):
    if path == "/accesstoken/get":
        keys = sandbox.keys()
        names = ("client_id", "client_secret")
        return {name: keys[name] for name in names} | {"Ocp-Apim-Subscription-Key": keys["subscription_key"]}
    keys = sandbox.keys("accounting")
    pair = base64.b64encode(f"{keys['client_id']}:{keys['client_secret']}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


OAUTH = {
    "type": "object",
    "required": ["error", "error_description"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}
official = Official(name="access-token", shelf=("/accesstoken/", "/miami/"), headers=introduction, also_says=[OAUTH])
