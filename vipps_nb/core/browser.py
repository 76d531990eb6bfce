"""Where the browser is, and whether it reaches a server of this machine.

A kernel on somebody else's machine has a loopback that no browser reaches. On JupyterHub and Binder
jupyter-server-proxy leads there, under a path of the Jupyter server. Elsewhere nothing does, and whoever would show a
link says so.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

from vipps_nb.core import machine
from vipps_nb.core.environment import is_loopback

_PHONE = "%vipps_sandbox shows the customer's phone here."


@dataclass(frozen=True)
class Reach:
    """How a browser gets to a server.

    Attributes:
        base: What its pages' addresses begin with: a whole address, or a path on the host that the notebook comes
            from. Empty where nothing leads there.
        words: Why that is so, in a sentence; empty where an ordinary address does.
    """

    base: str
    words: str = ""


def reach(base_url: str) -> Reach:
    """How a browser gets to a server whose address this machine knows.

    Args:
        base_url: Scheme, host and port.
    """
    if machine.is_a_page():
        return Reach("", f"In a page there is no server, so the sandbox has no pages of its own. {_PHONE}")
    if not is_loopback(base_url):
        return Reach(base_url)
    if prefix := os.environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        return _through_hub(prefix, base_url)
    if "google.colab" in sys.modules:
        return Reach("", f"This kernel runs on Colab, where no browser reaches its sandbox. {_PHONE}")
    if os.environ.get("CODESPACES"):
        return Reach(base_url, f"In a codespace, forward port {urlsplit(base_url).port} in the Ports view first.")
    return Reach(base_url)


def _through_hub(prefix: str, base_url: str) -> Reach:
    if importlib.util.find_spec("jupyter_server_proxy") is None:
        return Reach(
            "",
            "This kernel runs on a hub, where no browser reaches its sandbox. With jupyter-server-proxy beside the "
            f"Jupyter server its pages could be opened. {_PHONE}",
        )
    way = f"{prefix.rstrip('/')}/proxy/{urlsplit(base_url).port}"
    return Reach(way, "Opened through jupyter-server-proxy, as this is a hub.")
