"""The in-process server as a transport of requests, and of httpx."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from vipps_nb.sandbox.errors import SandboxError
from vipps_nb.sandbox.server.in_process import DroppedError, InProcess, RawAnswer, TooSlowError

LOST = "The connection was closed without an answer, as the sandbox was told to."


class SandboxAdapter(BaseAdapter):
    """For ``requests``: mount it on any session."""

    def __init__(self, server: InProcess) -> None:
        super().__init__()
        self._server = server
        self._builder = HTTPAdapter()

    def send(  # noqa: PLR0917 - requests' own signature
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Answer a prepared request.

        Raises:
            requests.ConnectionError: A fault lost the answer, or the sandbox is not running.
            requests.ReadTimeout: There was none in time.
        """
        headers = [(name, _text(value)) for name, value in (request.headers or {}).items()]
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        try:
            answer = self._server.ask(
                str(request.method), str(request.url), headers, _whole(request.body), patience=patience
            )
        except (DroppedError, SandboxError) as error:
            raise requests.ConnectionError(str(error) or LOST, request=request) from None
        except TooSlowError:
            raise requests.ReadTimeout(f"No answer within {patience} seconds.", request=request) from None
        return self._builder.build_response(request, _raw(answer, str(request.method)))

    def close(self) -> None:
        """Nothing is open."""


def httpx_transport(server: InProcess) -> Any:
    """For ``httpx``, plain and asynchronous: ``httpx.Client(transport=…)``.

    Raises:
        SandboxError: httpx is not installed.
    """
    try:
        import httpx  # noqa: PLC0415 - for whoever has it
    except ImportError:
        raise SandboxError("httpx is not installed here. Install it, or use the adapter for requests.") from None

    class SandboxTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return self._answer(request, request.read())

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self._answer(request, await request.aread())

        def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
            patience = request.extensions.get("timeout", {}).get("read")
            try:
                answer = server.ask(
                    request.method, str(request.url), request.headers.multi_items(), body, patience=patience
                )
            except DroppedError:
                raise httpx.RemoteProtocolError(LOST, request=request) from None
            except SandboxError as error:
                raise httpx.ConnectError(str(error), request=request) from None
            except TooSlowError:
                raise httpx.ReadTimeout(f"No answer within {patience} seconds.", request=request) from None
            return httpx.Response(answer.status, headers=answer.headers, content=answer.body, request=request)

    return SandboxTransport()


def _raw(answer: RawAnswer, method: str) -> HTTPResponse:
    return HTTPResponse(
        body=io.BytesIO(answer.body),
        headers=HTTPHeaderDict(answer.headers),
        status=answer.status,
        reason=HTTPStatus(answer.status).phrase if answer.status in HTTPStatus._value2member_map_ else "",
        preload_content=False,
        request_method=method,  # the length of an answer to HEAD is not that of its body
        decode_content=False,
    )


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _whole(body: Any) -> bytes:
    """The body as it would travel: text as UTF-8, a file or a generator to its end."""
    if body is None:
        return b""
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return _whole(body.read())
    if isinstance(body, Iterable):
        return b"".join(_whole(part) for part in body)
    raise TypeError(f"A body of type {type(body).__name__} cannot be sent.")
