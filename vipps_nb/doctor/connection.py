"""Checks of the way to the host. No key is sent.

Its name, the line, the certificate, a proxy, an answer, its clock.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from datetime import timedelta
from pathlib import Path

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy

from vipps_nb.client.login import SKEW_WORTH_MENTIONING, skew_sentence
from vipps_nb.core import machine
from vipps_nb.core.addresses import cut_apart
from vipps_nb.doctor.asking import NoAnswer, ask, skew_of
from vipps_nb.doctor.case import Case
from vipps_nb.doctor.findings import Finding, Result

# Public on every environment, and asked by every Login client once an hour: nothing is more harmless.
_OPEN_PATH = "/access-management-1.0/access/.well-known/openid-configuration"
_STATUS_PAGE = "https://vippsmobilepay.statuspage.io"
_NAME = "host"
_REDIRECTS = range(300, 400)
_SERVER_ERRORS = range(500, 600)
_NOT_IN_THIS_SANDBOX = 501
_PROXY_PASSWORD = 407


def host(case: Case) -> Finding:
    """Whether the host can be reached, step by step: name, line, certificate, answer."""
    url = case.place.base_url
    proxy = select_proxy(url, get_environ_proxies(url))
    # A page has no line of its own to try; what it asks is carried by the browser, or stays in the page.
    if proxy is None and not machine.is_a_page() and (failure := _line(case)) is not None:
        return failure
    asked = time.time()
    answer = ask(case, _OPEN_PATH, with_keys=False)
    if isinstance(answer, NoAnswer):
        return _unanswered(case, proxy, answer)
    case.answers = True
    case.skew = skew_of(answer, asked)
    return _judged(case, answer, _way(case, proxy))


def clock(case: Case) -> Finding:
    """How far this computer's clock is from the host's."""
    name = "clock"
    if case.place.name == "sandbox":
        return Finding(name, Result.SKIPPED, "Not compared: a sandbox keeps its own time.")
    if case.skew is None:
        return Finding(name, Result.SKIPPED, "The host did not tell the time.")
    if abs(case.skew) < SKEW_WORTH_MENTIONING:
        seconds = max(1, round(abs(case.skew) / timedelta(seconds=1)))
        return Finding(name, Result.OK, f"Within {seconds} s of the host's.")
    return Finding(
        name,
        Result.ATTENTION,
        skew_sentence(case.skew).partition(". ")[0] + ".",
        "Let the system set its clock by itself (NTP). Tokens are counted by the server's clock and keep working; "
        "signatures of webhooks and times in your own records do not.",
        "clock",
    )


def _line(case: Case) -> Finding | None:
    """Walk to the host by hand, to say which step fails.

    None when all of them succeed.
    """
    parts = cut_apart(case.place.base_url)
    name, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except OSError:
        return Finding(
            _NAME,
            Result.FAILED,
            f"The name {name} could not be looked up (DNS).",
            "Check the network: is there a VPN to connect, a firewall, a proxy that has to be named in HTTPS_PROXY? "
            "Without any network, %vipps_login --env sandbox works.",
            "network",
        )
    try:
        line = socket.create_connection((name, port), timeout=case.timeout[0])
    except TimeoutError:
        return _no_line(case, "Nobody answered at its address: a firewall swallows the connection, or it is down.")
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else type(error).__name__
        return _no_line(case, f"The connection was not accepted ({said}).")
    with line:
        return _certificate(case, line, name) if parts.scheme == "https" else None


def _no_line(case: Case, found: str) -> Finding:
    if case.place.name == "sandbox":
        remedy = "Is it running? Start it (`vipps-nb sandbox`), or remove VIPPS_BASE_URL to have one in the kernel."
    else:
        remedy = f"Check VPN, firewall and proxy (HTTPS_PROXY); {_STATUS_PAGE} tells of outages."
    return Finding(_NAME, Result.FAILED, f"{case.where}: {found}", remedy, "network")


def _certificate(case: Case, line: socket.socket, name: str) -> Finding | None:
    # The same bundle that requests will use.
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    try:
        is_folder = Path(bundle).is_dir()
        trust = ssl.create_default_context(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)
    except OSError:
        return Finding(
            _NAME,
            Result.FAILED,
            "The file that REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE) names cannot be read.",
            "Correct the path, or remove the variable.",
            "certificate",
        )
    try:
        with trust.wrap_socket(line, server_hostname=name):
            return None
    except ssl.SSLCertVerificationError as error:
        return Finding(
            _NAME,
            Result.FAILED,
            f"{name}: its certificate is not trusted ({error.verify_message}).",
            "Something on the way opens TLS, usually a proxy of your organisation: point REQUESTS_CA_BUNDLE to its "
            "certificate. Never switch verification off; the keys would be readable on the way.",
            "certificate",
        )
    except OSError:
        return Finding(
            _NAME,
            Result.FAILED,
            f"{name} was reached, but what answers there does not speak TLS.",
            "A firewall or sign-in page of the network answers instead: open any web page to sign in, or use another "
            "network.",
            "network",
        )


def _unanswered(case: Case, proxy: str | None, answer: NoAnswer) -> Finding:
    what, _, remedy = answer.why.partition(". ")
    remedy = remedy.removesuffix(" The keys were not judged.").removesuffix(" Nothing was sent.")
    if proxy is None:
        return Finding(_NAME, Result.FAILED, what + ".", remedy, "network")
    where = _keep_private(case, proxy)
    return Finding(
        _NAME,
        Result.FAILED,
        f"The way leads through the proxy {where} ({_proxy_variable()}), and no answer came back through it: {what}.",
        "Check the proxy's address and password, or name the host in NO_PROXY if it can be reached without.",
        "proxy",
    )


def _judged(case: Case, answer: requests.Response, way: str) -> Finding:
    status = answer.status_code
    kind = answer.headers.get("Content-Type", "").partition(";")[0].lower()
    if status in _SERVER_ERRORS and status != _NOT_IN_THIS_SANDBOX:
        return Finding(
            _NAME,
            Result.ATTENTION,
            f"{case.where} is reached ({way}), and answers {status}: an outage, or a gateway in trouble.",
            f"Wait a little and try again; {_STATUS_PAGE} tells of outages.",
            "outage",
        )
    if status in _REDIRECTS or "html" in kind or status == _PROXY_PASSWORD:
        case.stranger = True
        return Finding(
            _NAME,
            Result.ATTENTION,
            f"{case.where} is reached ({way}), but something else seems to answer for it: {status}, "
            f"{kind or 'no content'}.",
            "A sign-in page of the network or a proxy: open any web page to sign in, then try again.",
            "network",
        )
    return Finding(_NAME, Result.OK, f"{case.where[0].upper()}{case.where[1:]} answers ({way}).")


def _way(case: Case, proxy: str | None) -> str:
    if proxy is not None:
        return f"through the proxy {_keep_private(case, proxy)}, which {_proxy_variable()} names"
    return "TLS, no proxy" if case.place.base_url.startswith("https:") else "no proxy"


def _keep_private(case: Case, proxy: str) -> str:
    """The proxy's address without user and password.

    The report for others does without it.
    """
    address = cut_apart(proxy).netloc.rpartition("@")[2] or proxy.rpartition("@")[2]
    case.private[address] = "‹a proxy›"
    return address


def _proxy_variable() -> str:
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    return next((name for name in names if os.environ.get(name)), "the system's settings")
