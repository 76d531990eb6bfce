"""Try examples/jupyterhub/jupyterhub_config.py with a real JupyterHub, two users and a kernel for each.

    python tools/try_jupyterhub.py [folder with configurable-http-proxy]

In an environment that has jupyterhub, jupyterlab and vipps_nb. Prints what each user found, and ends with an error if
one saw the other's payment.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import requests
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

CONFIG = Path(__file__).parents[1] / "examples" / "jupyterhub" / "jupyterhub_config.py"
HUB, TOKEN, USERS = "http://127.0.0.1:8900", uuid.uuid4().hex, ("alice", "bob")
AROUND = """
import os
c = get_config()
load_subconfig({config!r})
c.JupyterHub.bind_url = {hub!r}
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{{"name": "trial", "scopes": scopes, "services": ["trial"]}}]
c.JupyterHub.services.append({{"name": "trial", "api_token": os.environ["TRIAL_TOKEN"]}})
c.Spawner.args = ["--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 200  # the machine may be busy
"""
CELL = """
%load_ext vipps_nb
%vipps_login --quiet
order = {{"amount": {{"currency": "NOK", "value": 49900}}, "paymentMethod": {{"type": "WALLET"}},
         "reference": "order-of-{user}", "userFlow": "WEB_REDIRECT", "returnUrl": "https://example.com/"}}
made = vipps.post("/epayment/v1/payments", json=order).status_code
seen = [vipps.get(f"/epayment/v1/payments/order-of-{{name}}").status_code for name in {users!r}]
print(vipps.environment.name, vipps.credentials.merchant_serial_number, made, *seen)
"""


def ask(method: str, path: str, **more: Any) -> requests.Response:
    """Ask the hub, or through it somebody's server."""
    return requests.request(method, HUB + path, headers={"Authorization": f"token {TOKEN}"}, timeout=60, **more)


async def start_server(user: str) -> None:
    """Start somebody's server, and wait for it."""
    ask("POST", f"/hub/api/users/{user}").raise_for_status()
    ask("POST", f"/hub/api/users/{user}/server").raise_for_status()
    while not ask("GET", f"/hub/api/users/{user}").json()["servers"].get("", {}).get("ready"):
        await asyncio.sleep(0.5)


async def run_cell(user: str) -> str:
    """What a cell prints that logs in and pays, in a new kernel of somebody's."""
    kernel = ask("POST", f"/user/{user}/api/kernels").json()["id"]
    url = f"{HUB.replace('http', 'ws', 1)}/user/{user}/api/kernels/{kernel}/channels"
    socket = await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}))
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "version": "5.3",
        "username": "",
        "session": "",
    }
    content = {"code": CELL.format(user=user, users=USERS), "silent": False, "store_history": False}
    asked = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
    await socket.write_message(json.dumps(asked))
    said = ""
    while True:
        message = json.loads(str(await socket.read_message()))
        if message["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        if message["msg_type"] == "stream":
            said += message["content"]["text"]
        if message["msg_type"] == "error":
            said += "\n".join(message["content"]["traceback"])
        if message["msg_type"] == "execute_reply":
            return said.strip()


async def trial() -> list[str]:
    """What each user's cell printed."""
    while True:
        try:
            ask("GET", "/hub/api/").raise_for_status()
            break
        except requests.RequestException:
            await asyncio.sleep(0.5)
    for user in USERS:
        await start_server(user)
    return [await run_cell(user) for user in USERS]


def main(proxy: str = "") -> None:
    """Run a hub, and try it."""
    with tempfile.TemporaryDirectory() as folder:
        around = Path(folder) / "around.py"
        around.write_text(AROUND.format(config=str(CONFIG), hub=HUB), encoding="utf-8")
        places = [proxy, str(Path(sys.executable).parent), os.environ["PATH"]]
        environment = {**os.environ, "TRIAL_TOKEN": TOKEN, "PATH": os.pathsep.join(filter(None, places))}
        command = [sys.executable, "-m", "jupyterhub", "--config", str(around)]
        with (Path(folder) / "hub.log").open("w") as log:
            hub = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own
            try:
                said = asyncio.run(asyncio.wait_for(trial(), 500))
            except BaseException:
                print((Path(folder) / "hub.log").read_text(), file=sys.stderr)
                raise
            finally:
                hub.terminate()
                hub.wait(60)
    for user, line in zip(USERS, said, strict=True):
        print(f"{user}: {line}")
    (_, one, *of_one), (_, other, *of_other) = (line.split() for line in said)
    if one == other or of_one != ["201", "200", "404"] or of_other != ["201", "404", "200"]:
        sys.exit("They do not have a sales unit each.")


if __name__ == "__main__":
    main(*sys.argv[1:])
