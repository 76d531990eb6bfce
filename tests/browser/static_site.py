"""Serves a folder on 127.0.0.1 as web hosts do: text and WebAssembly are compressed, and may be kept for a while.

And a stand-in for the rest of the world: a proxy to which a browser brings whatever is for another host.
"""

from __future__ import annotations

import gzip
import mimetypes
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMPRESSED = {".css", ".html", ".ipynb", ".js", ".json", ".mjs", ".svg", ".wasm"}
mimetypes.add_type("application/wasm", ".wasm")
mimetypes.add_type("text/javascript", ".mjs")


class Site:
    """A folder that is served.

    Attributes:
        address: Without a slash at the end.
        sent: How many bytes were sent, by path.
        answers: Whether it is there; if not, every connection is closed at once.
    """

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder.resolve()
        self.address = address
        self.sent: dict[str, int] = {}
        self.answers = True

    def body(self, path: str) -> tuple[bytes, Path] | None:
        file = (self.folder / unquote(urlsplit(path).path).lstrip("/")).resolve()
        if file.is_dir():
            file /= "index.html"
        if self.folder not in file.parents or not file.is_file():
            return None
        return _packed(file), file


@cache
def _packed(file: Path) -> bytes:
    content = file.read_bytes()
    return gzip.compress(content, 6) if file.suffix in COMPRESSED else content


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serve a folder as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if not site.answers:
                self.close_connection = True
                return
            found = site.body(self.path)
            if found is None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body, file = found
            tag = f'"{file.stat().st_mtime_ns:x}"'
            known = self.headers.get("If-None-Match") == tag
            self.send_response(304 if known else 200)
            self.send_header("ETag", tag)
            self.send_header("Cache-Control", "max-age=600")  # as GitHub Pages has it
            if not known:
                self.send_header("Content-Type", mimetypes.guess_type(file.name)[0] or "application/octet-stream")
                self.send_header("Content-Length", str(len(body)))
                if file.suffix in COMPRESSED:
                    self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            if not known:
                path = urlsplit(self.path).path
                site.sent[path] = site.sent.get(path, 0) + len(body)
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(folder, f"http://127.0.0.1:{server.server_address[1]}")
    with _running(server):
        yield site


@contextmanager
def rest_of_the_world() -> Iterator[tuple[str, list[str]]]:
    """A proxy that notes what it is asked for, and answers nothing. Gives its address, and the notes."""
    notes: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            notes.append(self.rfile.readline(2000).decode("latin-1").strip())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    with _running(server):
        yield f"http://127.0.0.1:{server.server_address[1]}", notes


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
