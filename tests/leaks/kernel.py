"""A real kernel in a home of its own, and every message it sends on any channel."""

from __future__ import annotations

import json
import os
import queue
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_core.paths import jupyter_path

from tests.leaks.api import SOURCES

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0  # seconds; a busy machine takes its time


class Kernel:
    """Runs cells; gives back all messages that a cell caused, on the shell's channel and on iopub's, as bytes."""

    def __init__(self, folder: Path, kernels: Mapping[str, str]) -> None:
        self.folder = folder
        home = folder / "home"
        home.mkdir()
        own = {name: value for name, value in os.environ.items() if not name.startswith(("VIPPS", "JUPYTER", "PYTEST"))}
        environ = {**own, "HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "PYTHONPATH": str(ROOT)}
        self._log = (folder / "kernel.log").open("wb")
        places = [f"{place}/kernels" for place in kernels.values()] or jupyter_path("kernels")
        self._manager = KernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=places))
        self._manager.start_kernel(cwd=str(folder), env=environ, stdout=self._log, stderr=self._log)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE)
        self.comms: list[str] = []

    def run(self, code: str) -> bytes:
        """Run one cell, which may fail."""
        asked = self._client.execute(code, allow_stdin=False, stop_on_error=False)
        return _as_bytes([*self._until_idle(asked), self._reply_to(asked)])

    def interrupt(self, code: str) -> bytes:
        """Run one cell, and interrupt it when it has printed something."""
        asked = self._client.execute(code, allow_stdin=False, stop_on_error=False)
        while self._client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "stream":
            pass
        self._manager.interrupt_kernel()
        return _as_bytes([*self._until_idle(asked), self._reply_to(asked)])

    def ask(self, kind: str, **content: Any) -> bytes:
        """What a front end asks beside cells: `inspect`, `complete`, `history`."""
        asked = getattr(self._client, kind)(**content)
        return _as_bytes([self._reply_to(asked), *self._until_idle(asked)])

    def tell_widget(self, comm: str, content: dict[str, Any]) -> bytes:
        """What a view in the browser does: a custom message to a widget; and all that is said within a while."""
        data = {"comm_id": comm, "data": {"method": "custom", "content": content}}
        self._client.shell_channel.send(self._client.session.msg("comm_msg", data))
        said, until = [], time.monotonic() + 3
        while time.monotonic() < until:
            try:
                said.append(self._client.get_iopub_msg(timeout=0.3))
            except queue.Empty:
                continue
        return _as_bytes(said)

    def kill(self) -> None:
        """End the process that Jupyter has started, as it does with one that does not listen."""
        self._manager.signal_kernel(signal.SIGKILL)

    def stop(self) -> None:
        """Shut down as a front end does, so that what is kept for later is written."""
        self._client.shutdown()
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=False)
        self._log.close()

    def files(self, *patterns: str) -> bytes:
        """What is in the files of these names, under the folder; without those that keys are read from."""
        written = [file for pattern in patterns for file in self.folder.rglob(pattern) if file.is_file()]
        kept = [file for file in written if not any(file.match(source) for source in SOURCES)]
        return b"\n".join(str(file).encode() + file.read_bytes() for file in sorted(set(kept)))

    def _reply_to(self, asked: str) -> dict[str, Any]:
        """The reply to one question; a kernel that is slow to start is asked several times whether it is there."""
        while (reply := self._client.get_shell_msg(timeout=PATIENCE))["parent_header"].get("msg_id") != asked:
            pass
        return reply

    def _until_idle(self, asked: str) -> list[dict[str, Any]]:
        said = []
        while True:
            message = self._client.get_iopub_msg(timeout=PATIENCE)
            said.append(message)
            if message["msg_type"] == "comm_open" and "fields" in message["content"]["data"].get("state", {}):
                self.comms.append(message["content"]["comm_id"])
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            if idle and message["parent_header"].get("msg_id") == asked:
                return said


def _as_bytes(messages: list[dict[str, Any]]) -> bytes:
    return json.dumps(messages, default=str, ensure_ascii=False).encode()
