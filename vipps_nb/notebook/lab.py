"""The example notebooks: where they are, and how they are run.

Copying them, opening JupyterLab there, running them headless.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from vipps_nb.core.stopping import when_told_to_stop
from vipps_nb.errors import VippsNbError

CELL_TIMEOUT = 120  # seconds
PATIENCE = 20.0  # seconds that JupyterLab gets to shut down its kernels
LOOPBACK = "127.0.0.1"
FIRST_TO_SEE = "00_start_here.ipynb"  # what is where, and which lesson answers which question


def shipped_notebooks() -> list[Path]:
    """The lessons, in order.

    Inside the installed package, or beside it in a source tree.
    """
    package = Path(__file__).parents[1]
    inside, beside = package / "notebooks", package.parent / "notebooks"
    return sorted((inside if inside.is_dir() else beside).glob("*.ipynb"))


def copy_notebooks(folder: Path) -> tuple[list[Path], list[Path]]:
    """Copy the lessons into a folder.

    A lesson that is there already is yours and stays.

    Returns:
        The copied files and the kept ones.

    Raises:
        VippsNbError: The folder cannot be written to.
    """
    copied, kept = [], []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for lesson in shipped_notebooks():
            target = folder / lesson.name
            if target.exists():
                kept.append(target)
            else:
                shutil.copyfile(lesson, target)
                copied.append(target)
    except OSError as error:
        raise VippsNbError(
            f"The notebooks could not be copied to {folder} ({error.strerror}). Expected a folder that you may "
            "write to: choose another one with --folder."
        ) from error
    return copied, kept


def open_lab(folder: Path, *, browser: bool, port: int | None) -> None:
    """Run JupyterLab in a folder until it is stopped.

    It ends with this process, whatever ends this process. It prints its address and how to stop it, and of its own log
    errors only.

    Raises:
        VippsNbError: JupyterLab is not installed, the port cannot be used, or JupyterLab failed.
    """
    if find_spec("jupyterlab") is None:
        raise VippsNbError(
            "JupyterLab is not installed beside vipps_nb. Expected it for this command: pip install 'vipps-nb[lab]'. "
            "In an editor that opens notebooks, open the copied folder there instead."
        )
    if port is not None:
        _check_port(port)
    command = [
        sys.executable,
        "-c",
        "from vipps_nb.notebook.lab import serve; serve()",
        *_options(folder, browser, port),
    ]
    # A session of its own: Ctrl-C in the terminal reaches us alone, and JupyterLab is ended in order.
    server = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own interpreter, no shell
    patience = threading.Timer(PATIENCE, server.kill)
    told = False

    def stop(_number: int) -> None:
        nonlocal told
        if told:  # whoever says it twice does not want to wait
            server.kill()
            return
        told = True
        patience.start()
        if server.stdin is not None:
            server.stdin.close()  # see serve()

    with server, when_told_to_stop(stop):
        code = server.wait()
    patience.cancel()
    if code != 0 and not told:
        raise VippsNbError(
            f"JupyterLab ended with code {code}; what it said stands above. Expected it to run until it is stopped: "
            f"try `{Path(sys.executable).name} -m jupyterlab`, which says more."
        )


def _check_port(port: int) -> None:
    """JupyterLab would say it in its log, between two screens of other things."""
    with socket.socket() as probe:
        if sys.platform != "win32":  # there the option would let two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise VippsNbError(
                f"Port {port} cannot be used ({error.strerror}). Expected a free one: choose another one with --port, "
                "or leave it out to get the first free one from 8888."
            ) from error


def _options(folder: Path, browser: bool, port: int | None) -> list[str]:
    options = [f"--ServerApp.ip={LOOPBACK}", f"--ServerApp.root_dir={folder}", "--Application.log_level=ERROR"]
    if (folder / FIRST_TO_SEE).exists():
        options.append(f"--LabApp.default_url=/lab/tree/{FIRST_TO_SEE}")
    options += [] if browser else ["--no-browser"]
    options += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port else []
    if _can_encrypt():
        options.append("--KernelManager.transport_encryption=auto")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container everybody is root. The server still listens on 127.0.0.1 only and asks for its token.
        options.append("--allow-root")
    return options


def _can_encrypt() -> bool:
    """Whether what is said to a kernel can be encrypted.

    A kernel that could, and is not asked to, warns of it.
    """
    import zmq  # noqa: PLC0415 - slow, and only needed where a kernel is started
    from jupyter_client.manager import KernelManager  # noqa: PLC0415

    return zmq.has("curve") and "transport_encryption" in KernelManager.class_trait_names()


def serve() -> None:
    """Be the JupyterLab that ``open_lab`` starts, until standard input ends.

    With the command line's options. It ends when the one who started us ends, even if that was killed and could say
    nothing.
    """
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]  # noqa: PLC0415 - only this process needs it

    with suppress(ValueError):  # outside the main thread
        # A background job ignores interrupts; its kernels would inherit that, and could not be interrupted.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    server = LabApp.initialize_server(argv=sys.argv[1:])
    token = server.identity_provider.token
    server.identity_provider.token_generated = False  # or the server would say its address as well, in its own words

    def announce() -> None:
        address = urljoin(server.connection_url, server.default_url) + (f"?token={token}" if token else "")
        print(f"JupyterLab: {address}\nStop it with Ctrl-C.", flush=True)

    def stop_with_parent() -> None:
        sys.stdin.buffer.read()
        server.io_loop.add_callback(server.stop)

    threading.Thread(target=stop_with_parent, name="vipps-nb until the parent ends", daemon=True).start()
    server.io_loop.add_callback(announce)
    server.start()


def execute(notebooks: list[Path], report: Callable[[str], None]) -> bool:
    """Run notebooks top to bottom without a browser; their files stay as they are.

    Args:
        notebooks: What to run, in order.
        report: Gets one line per notebook, and for one that failed the reason.

    Returns:
        Whether all ran to the end.

    Raises:
        KeyboardInterrupt: Ctrl-C; the kernel has been ended.
        SystemExit: The same after SIGTERM or SIGHUP, with 128 and the signal's number.
    """
    well = True
    for file in notebooks:
        started = time.monotonic()
        reason = _run(file)
        well = well and reason is None
        report(f"{'ok    ' if reason is None else 'FAILED'} {file.name}  {time.monotonic() - started:.1f} s")
        if reason is not None:
            report("       " + reason.replace("\n", "\n       "))
    return well


def _run(file: Path) -> str | None:
    """Run one notebook; gives back why it failed."""
    import nbformat  # noqa: PLC0415 - slow to import where JupyterLab is installed
    from nbclient import NotebookClient  # noqa: PLC0415
    from nbclient.exceptions import CellExecutionError  # noqa: PLC0415
    from traitlets.config import Config  # noqa: PLC0415

    try:
        notebook = nbformat.read(file, as_version=4)
    except Exception as error:
        return f"It cannot be read as a notebook ({type(error).__name__}). Move it away to get the lesson anew."
    config = Config({"KernelManager": {"transport_encryption": "auto"}}) if _can_encrypt() else Config()
    client = NotebookClient(
        notebook, timeout=CELL_TIMEOUT, resources={"metadata": {"path": str(file.parent)}}, config=config
    )
    try:
        _Headless(client).run()
    except CellExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    except Exception as error:  # a kernel that does not start, dies, or takes too long: the next notebook may run
        return f"{type(error).__name__}: {error}"
    return None


class _Headless:
    """A notebook's run that can be stopped, with nothing left of it.

    In a thread of its own, since nbclient takes Ctrl-C for itself where it can, and goes on with a dead kernel.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._told: int | None = None
        self._error: Exception | None = None

    def run(self) -> None:
        thread = threading.Thread(target=self._work, name="vipps-nb runs a notebook")
        with when_told_to_stop(self._stop):
            thread.start()
            while thread.is_alive():
                thread.join(1)  # where a wait cannot be interrupted (Windows), Ctrl-C is heard in between
        if self._told is not None:
            raise KeyboardInterrupt if self._told == signal.SIGINT else SystemExit(128 + self._told)
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        # The kernel's sockets need this loop; on Windows the usual one is another.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            try:
                runner.run(self._execute())
            except asyncio.CancelledError:
                pass
            except Exception as error:
                self._error = error

    async def _execute(self) -> None:
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        if self._told is None:
            await self._client.async_execute()

    def _stop(self, number: int) -> None:
        self._told = number
        self._client.shutdown_kernel = "immediate"  # a kernel that is asked politely first finishes its cell
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # it has just come to its end
                self._loop.call_soon_threadsafe(self._task.cancel)
