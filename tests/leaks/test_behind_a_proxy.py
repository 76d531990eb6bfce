"""A hub's proxy hands on what the browser has sent to the hub; none of it is kept by the sandbox, or shown."""

from __future__ import annotations

import json

import pytest
import requests

from tests.leaks.canaries import CANARIES
from tests.leaks.rows import PROXIED
from tests.leaks.table import Look
from vipps_nb import Sandbox
from vipps_nb.notebook.desk import LiveDesk
from vipps_nb.widgets.sandbox_desk import SandboxDesk

ONE, TWO, THREE, FOUR = CANARIES.values()
PATHS = (
    "/access-management-1.0/access/oauth2/auth",
    "/epayment/v1/payments/abc",
    "/landing?token=x",
    "/sandbox/board",
    "/sandbox/nothing",
)


def test_what_a_proxy_hands_on(monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/kari/")
    told: list[object] = []
    monkeypatch.setattr(SandboxDesk, "send", lambda self, content, buffers=None: told.append(content))
    headers = {
        "Cookie": f"jupyterhub-user-kari={ONE}; _xsrf={TWO}; jupyterhub-session-id={THREE}; own={FOUR}",
        "Authorization": f"token {THREE}",
        "X-XSRFToken": TWO,
    }
    with Sandbox() as sandbox:
        port = sandbox.base_url.rpartition(":")[2]
        prefix = f"/user/kari/proxy/{port}"
        proxy = {"Host": "hub.example.com", "X-Forwarded-Prefix": prefix, **headers}
        said = [
            requests.get(sandbox.base_url + path, headers=proxy, allow_redirects=False, timeout=30) for path in PATHS
        ]
        desk = LiveDesk(sandbox)
        for number in range(1, 4):
            desk.widget._handle_custom_msg({"look": number, "id": number}, [])
        desk.widget._handle_custom_msg({"ask": "pages", "id": 9}, [])
        seen = [sandbox.requests(), sandbox.overview(), desk.widget.get_state(), desk.widget._repr_mimebundle_(), told]
        seen += [(one.status_code, dict(one.headers), one.text) for one in said]
        desk.close()

    assert not {421, 403} & {one.status_code for one in said}, "nothing came in, so nothing was looked at"
    look(PROXIED, repr(seen).encode(), json.dumps(headers).encode())
