"""Kernels forked from one process that has imported everything already; a kernel of its own imports for seconds.

Run as a script: ``serve NUMBER MODULE …`` is that process; a listening socket has this number in it. ``ask ADDRESS
ARGUMENT …`` is what Jupyter starts as the kernel's process: it has a kernel forked, hands it its folder,
environment and output, and lives and dies with it. This file imports little, for it is run once per kernel.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
from typing import Any, NoReturn

LONGEST = 1 << 20  # bytes of a question: an environment and three names


class Server:
    """Forks kernels until whoever has started it is gone, and they with it."""

    def __init__(self, listener: socket.socket) -> None:
        self._waiting = selectors.DefaultSelector()
        self._listener = listener
        self._kernels: dict[int, socket.socket] = {}

    def serve(self) -> None:
        """Serve until nobody holds the other end of the standard input."""
        ended, tell = socket.socketpair()
        tell.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(tell.fileno())
        for one in (self._listener, ended, sys.stdin):
            self._waiting.register(one, selectors.EVENT_READ)
        print("ready", flush=True)
        while True:
            for key, _ in self._waiting.select():
                if key.fileobj is self._listener:
                    self._fork(self._listener.accept()[0])
                elif key.fileobj is ended:
                    ended.recv(1000)
                    self._bury()
                elif key.fileobj is sys.stdin:
                    for process in self._kernels:
                        os.kill(process, signal.SIGKILL)
                    return
                else:  # whoever asked for this kernel was killed, which is how Jupyter ends one that does not listen
                    os.kill(key.data, signal.SIGKILL)
                    self._waiting.unregister(key.fileobj)

    def _fork(self, asker: socket.socket) -> None:
        question, handed_over, _, _ = socket.recv_fds(asker, LONGEST, 3)
        while not question.endswith(b"\n") and (more := asker.recv(LONGEST)):
            question += more
        if not question.endswith(b"\n"):  # whoever asked is gone
            asker.close()
            return
        process = os.fork()
        if process:
            for number in handed_over:
                os.close(number)
            self._kernels[process] = asker
            self._waiting.register(asker, selectors.EVENT_READ, process)
            with contextlib.suppress(OSError):  # nobody is there any more, which is also read from the asker
                asker.sendall(f"{process}\n".encode())
            return
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, one in enumerate(handed_over):
            os.dup2(one, number)
        os.closerange(3, max(handed_over) + 1)  # what belongs to the server and to other kernels
        be_a_kernel(**json.loads(question))

    def _bury(self) -> None:
        while self._kernels:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            asker = self._kernels.pop(process)
            if asker in (key.fileobj for key in self._waiting.get_map().values()):
                self._waiting.unregister(asker)
            with contextlib.suppress(OSError):  # it was killed, and the kernel after it
                asker.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            asker.close()


def be_a_kernel(arguments: list[str], folder: str, environment: dict[str, str]) -> NoReturn:
    """What ``python -m ipykernel_launcher ARGUMENT …`` does."""
    from ipykernel import kernelapp

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [kernelapp.__file__, *arguments]
    kernelapp.launch_new_instance()
    sys.exit()


def serve(number: str, *modules: str) -> None:
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # read by ipykernel, once, when it is imported
    import gc
    import importlib

    for name in modules:
        importlib.import_module(name)
    gc.freeze()  # the collector would write to all of it, and so copy it into each kernel
    Server(socket.socket(fileno=int(number))).serve()


def ask(address: str, *arguments: str) -> int:
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        question: dict[str, Any] = {
            "arguments": arguments,  # nbclient has more than a connection file: it keeps no history
            "folder": os.getcwd(),  # noqa: PTH109 - pathlib is another twenty milliseconds
            "environment": dict(os.environ),
        }
        message = json.dumps(question).encode() + b"\n"
        socket.send_fds(server, [message], [0, 1, 2])
        answers = server.makefile()
        process = int(answers.readline())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.kill(process, number))
        return int(answers.readline() or 1)


if __name__ == "__main__":
    _, task, *arguments = sys.argv
    sys.exit({"serve": serve, "ask": ask}[task](*arguments))
