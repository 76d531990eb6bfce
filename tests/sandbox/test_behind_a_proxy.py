"""A sandbox on a JupyterHub, reached by a browser through jupyter-server-proxy; and by nobody who only says so."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from tests.sandbox.conftest import Merchant
from vipps_nb import Sandbox
from vipps_nb.core.browser import reach

HUB = "https://hub.example.com"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> str:
    """What a kernel on a hub finds in its environment."""
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/kari/")
    return "/user/kari"


def port_of(sandbox: Sandbox) -> str:
    return sandbox.base_url.rpartition(":")[2]


def ask(sandbox: Sandbox, path: str = "/sandbox/health", *, prefix: str = "", **headers: str) -> requests.Response:
    """As the proxy asks: with the browser's own Host, and the path that it took away."""
    told = {"Host": "hub.example.com"} | ({"X-Forwarded-Prefix": prefix} if prefix else {}) | headers
    return requests.get(sandbox.base_url + path, headers=told, allow_redirects=False, timeout=10)


def test_the_hubs_own_path_leads_in(sandbox: Sandbox, hub: str) -> None:
    prefix = f"{hub}/proxy/{port_of(sandbox)}"

    assert ask(sandbox, prefix=prefix).status_code == 200
    assert ask(sandbox, prefix=prefix, Origin=HUB).status_code == 200
    assert ask(sandbox, prefix=prefix, Origin="https://evil.example").status_code == 403


@pytest.mark.parametrize(
    "prefix", ["", "/proxy/{port}", "/user/ola/proxy/{port}", "/user/kari/proxy/1", "//evil.example/proxy/{port}"]
)
def test_any_other_name_is_refused_as_ever(sandbox: Sandbox, hub: str, prefix: str) -> None:
    assert ask(sandbox, prefix=prefix.format(port=port_of(sandbox))).status_code == 421


def test_where_no_hub_is_a_header_changes_nothing(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)

    assert ask(sandbox, prefix=f"/proxy/{port_of(sandbox)}").status_code == 421
    assert ask(sandbox, prefix=f"/user/kari/proxy/{port_of(sandbox)}").status_code == 421


def test_redirects_stay_behind_the_proxy_and_the_browsers_cookies_out_of_the_log(
    sandbox: Sandbox, merchant: Merchant, hub: str
) -> None:
    made = merchant.create().json()
    [waiting] = sandbox.waiting()
    prefix = f"{hub}/proxy/{port_of(sandbox)}"
    page = f"/sandbox/customer/requests/{waiting['request']}/page"
    answer = ask(sandbox, page, prefix=prefix, Cookie="jupyterhub-user-kari=a-canary-of-the-hub")
    token = made["redirectUrl"].partition("token=")[2]

    assert (answer.status_code, answer.headers["Location"]) == (303, f"../../../../landing?token={token}")

    login = "/access-management-1.0/access/oauth2/auth"
    ask(sandbox, login, prefix=prefix, Cookie="jupyterhub-user-kari=a-canary-of-the-hub")

    assert sandbox.requests()[-1]["path"] == login
    assert "a-canary-of-the-hub" not in str(sandbox.requests())


class TestWhereTheBrowserIs:
    LOCAL = "http://127.0.0.1:8080"

    def test_on_ones_own_machine_an_address_is_an_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("JUPYTERHUB_SERVICE_PREFIX", "CODESPACES"):
            monkeypatch.delenv(name, raising=False)

        assert (reach(self.LOCAL).base, reach(self.LOCAL).words) == (self.LOCAL, "")

    def test_on_a_hub_the_proxy_leads_there(self, hub: str) -> None:
        assert reach(self.LOCAL).base == f"{hub}/proxy/8080"
        assert reach("https://sandbox.example.com").base == "https://sandbox.example.com"

    def test_where_nothing_leads_there_a_sentence_says_so(self, hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        found = reach(self.LOCAL)

        assert found.base == ""
        assert "jupyter-server-proxy" in found.words

    def test_colab_is_told_apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
        monkeypatch.setitem(sys.modules, "google.colab", sys)

        assert reach(self.LOCAL).base == ""
        assert "Colab" in reach(self.LOCAL).words


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Jupyter server with jupyter-server-proxy, under the path that a hub would give it."""
    home: Path = tmp_path_factory.mktemp("jupyter")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    command += ["--allow-root", "--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={home}"]
    command += ["--ServerApp.base_url=/user/kari/", "--ServerApp.allow_remote_access=True"]
    enabled = '--ServerApp.jpserver_extensions={"jupyter_server_proxy": True}'
    log = (home / "log").open("w", encoding="utf-8")
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "JUPYTER_PLATFORM_DIRS": "1"}
    process = subprocess.Popen([*command, enabled], stdout=log, stderr=log, cwd=home, env=env)
    base = f"http://127.0.0.1:{port}/user/kari"
    try:
        for _ in range(600):
            try:
                if requests.get(f"{base}/api", timeout=5).ok:
                    break
            except requests.ConnectionError:
                time.sleep(0.1)
        else:
            raise AssertionError((home / "log").read_text(encoding="utf-8"))
        yield base
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def test_a_real_proxy_leads_from_the_desks_link_to_a_paid_payment(
    sandbox: Sandbox, merchant: Merchant, jupyter: str, hub: str
) -> None:
    merchant.create()
    [waiting, *_] = sandbox.waiting()
    origin = jupyter.removesuffix(hub)
    browser = requests.Session()
    browser.headers["Host"] = "hub.example.com"
    browser.headers["Origin"] = "http://hub.example.com"
    page = origin + reach(sandbox.base_url).base + f"/sandbox/customer/requests/{waiting['request']}/page"
    moved = browser.get(page, allow_redirects=False, timeout=20)
    phone = browser.get(urljoin(page, moved.headers["Location"]), timeout=20)

    assert "One pair of socks" in phone.text

    decided = browser.post(phone.url, data={"decision": "approve"}, allow_redirects=False, timeout=20)

    assert decided.status_code == 303
    assert urljoin(phone.url, decided.headers["Location"]) in (phone.url, "https://example.com/return")
    assert merchant.payment()["state"] == "AUTHORIZED"
