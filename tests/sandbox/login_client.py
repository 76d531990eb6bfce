"""A merchant that lets customers log in, and the customer's browser: plain HTTP, nothing else."""

import base64
from urllib.parse import parse_qs, urlsplit

ACCESS = "/access-management-1.0/access"
CALLBACK = "https://example.com/callback"
MSISDN = "urn:msisdn:4712345678"
CIBA_GRANT = "urn:openid:params:grant-type:ciba"
REDIRECT_GRANT = "urn:vipps:params:grant-type:ciba-redirect"


def query(url):
    """What a URL says behind its question mark; each name occurs once."""
    return {name: value for name, [value] in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


def given(values):
    return {name: value for name, value in values.items() if value is not None}


class LoginClient:
    """One sales unit's login; a change to None leaves a parameter out."""

    def __init__(self, base_url, keys, http):
        self.base_url = base_url
        self.client_id = keys["client_id"]
        self.basic = (keys["client_id"], keys["client_secret"])
        self.http = http

    @property
    def basic_header(self):
        return "Basic " + base64.b64encode(":".join(self.basic).encode()).decode()

    def authorize(self, **changes):
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid name",
            "state": "some-state-1",
            **changes,
        }
        url = f"{self.base_url}{ACCESS}/oauth2/auth"
        return self.http.get(url, params=given(asked), allow_redirects=False)

    def press(self, phone, decision="approve"):
        """A thumb on the phone; where the browser goes then."""
        return self.http.post(phone, data={"decision": decision}, allow_redirects=False).headers["Location"]

    def approve(self, **changes):
        """From the merchant's page to the merchant's page: what comes back."""
        return query(self.press(self.authorize(**changes).headers["Location"]))

    def refused(self, **changes):
        """What comes back without a customer being asked."""
        answer = self.authorize(**changes)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(CALLBACK + "?")
        return query(answer.headers["Location"])

    def token(self, auth="basic", headers=None, **form):
        auth = self.basic if auth == "basic" else auth
        url = f"{self.base_url}{ACCESS}/oauth2/token"
        return self.http.post(url, data=given(form), auth=auth, headers=headers)

    def exchange(self, code, **changes):
        return self.token(**{"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **changes})

    def login(self, **changes):
        """The tokens of a whole login."""
        answer = self.exchange(self.approve(**changes)["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    def revoke(self, token):
        return self.http.post(f"{self.base_url}{ACCESS}/oauth2/revoke", data=given({"token": token}), auth=self.basic)

    def userinfo(self, token, **headers):
        bearer = {"Authorization": f"Bearer {token}", **headers}
        return self.http.get(f"{self.base_url}/vipps-userinfo-api/userinfo/", headers=bearer)

    def begin(self, **changes):
        """Ask somebody by phone number."""
        asked = {"scope": "openid name", "login_hint": MSISDN, **changes}
        url = f"{self.base_url}/vipps-login-ciba/api/backchannel/authentication"
        return self.http.post(url, data=given(asked), auth=self.basic)

    def poll(self, auth_req_id):
        return self.token(grant_type=CIBA_GRANT, auth_req_id=auth_req_id)

    def exists(self, login_hint=MSISDN):
        url = f"{self.base_url}/vipps-login-ciba/api/v1/user-exists"
        return self.http.post(url, data=given({"login_hint": login_hint}), auth=self.basic)

    def key_set(self):
        return self.http.get(f"{self.base_url}{ACCESS}/.well-known/jwks.json").json()


def oauth(answer):
    """Status and code of a refusal in OAuth's dialect."""
    body = answer.json()
    assert body["error_code"] == answer.status_code
    assert body["error_description"]
    return answer.status_code, body["error"]
