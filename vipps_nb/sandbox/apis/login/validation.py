"""What may be asked of Login, and by whom: redirect URIs, scopes, PKCE.

Source: Login API guide, core concepts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from vipps_nb.sandbox.apis.login.errors import SentBack
from vipps_nb.sandbox.apis.login.models import Challenge
from vipps_nb.sandbox.apis.login.schemas import APP_AUTHENTICATION, FLOWS, MARKETS
from vipps_nb.sandbox.server.urls import parts_of
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

SHORTEST_STATE = 8
BASIC_PLAN = frozenset({"openid", "name", "phoneNumber", "email", "address"})
BEYOND = frozenset({"birthDate", "customFlow", "delegatedConsents", "gender", "nin", "paymentSourceReferences"})
LEGACY = frozenset({"api_version_2"})
"""Older clients still send it; it changes nothing any more."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
NO_APPS = frozenset({"http", "https", "javascript", "data", "file", "vbscript", "blob", "about"})
PRINTABLE = re.compile(r"[!-~]+")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""Both halves of PKCE (RFC 7636)."""


def is_registered(uri: str, switches: Switches) -> bool:
    """Whether the browser may be sent there.

    Exactly what the portal has, character by character.
    """
    if switches.login_redirect_uris:
        return uri in switches.login_redirect_uris and is_fit(uri)
    return is_fit(uri)


def is_fit(uri: str) -> bool:
    """Whether a redirect URI could be registered.

    Https, loopback, or an app's scheme with a path; no fragment.
    """
    if not PRINTABLE.fullmatch(uri) or "#" in uri:
        return False
    parts = parts_of(uri)
    if parts is None:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK
    return bool(SCHEME.fullmatch(parts.scheme)) and parts.scheme not in NO_APPS and bool(parts.netloc or parts.path)


def granted_scope(asked: str | None, switches: Switches, world: World) -> list[str]:
    """What the customer will be asked to share, in the order of the request.

    Raises:
        SentBack: ``openid`` is missing, or a scope is unknown; or out of plan, if the settings say so.
    """
    names = list(dict.fromkeys((asked or "").split()))
    if "openid" not in names:
        raise SentBack("invalid_scope", "The scope must have openid in it.")
    unknown = [name for name in names if name not in BASIC_PLAN | BEYOND | LEGACY]
    if unknown:
        raise SentBack("invalid_scope", f"There is no scope {unknown[0]}.")
    plan = BASIC_PLAN | LEGACY | frozenset(switches.login_scopes)
    if switches.national_identity_number_allowed:
        plan |= {"nin"}
    missing = [name for name in names if name not in plan]
    if missing and world.settings.login_scopes_out_of_plan == "invalid_scope":
        raise SentBack("invalid_scope", f"The sales unit's plan does not have the scope {missing[0]}.")
    return [name for name in names if name in plan]


def challenge(value: str | None, method: str | None) -> Challenge | None:
    """The PKCE challenge of a request, if it has one.

    Raises:
        SentBack: It is malformed, or its method is unknown.
    """
    if value is None:
        if method is not None:
            raise SentBack("invalid_request", "There is a code_challenge_method without a code_challenge.")
        return None
    if method not in (None, "plain", "S256"):
        raise SentBack("invalid_request", "The code_challenge_method must be S256.")
    if not UNRESERVED.fullmatch(value):
        raise SentBack("invalid_request", "A code_challenge has 43 to 128 letters, digits, and - . _ ~")
    return Challenge(value, method or "plain")


def fits(verifier: str | None, asked: Challenge | None) -> bool:
    """Whether a code verifier is the one behind the challenge.

    Without a challenge there must be none.
    """
    if asked is None:
        return verifier is None
    if verifier is None or not UNRESERVED.fullmatch(verifier):
        return False
    value = verifier
    if asked.method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        value = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(value, asked.value)


def check_parameters(asked: Mapping[str, str | None], switches: Switches) -> None:
    """Look at everything about a browser's request but its scope and challenge.

    Raises:
        SentBack: With the first thing that is wrong.
    """
    for name in ("request", "request_uri"):
        if asked.get(name):
            raise SentBack(f"{name}_not_supported", f"The parameter {name} is not supported.")
    if asked.get("response_type") != "code":
        raise SentBack("unsupported_response_type", "The response_type must be code.")
    if asked.get("response_mode") not in (None, "query"):
        raise SentBack("invalid_request", "The response_mode can only be query.")
    if len(asked.get("state") or "") < SHORTEST_STATE:
        raise SentBack("invalid_state", f"The state must have at least {SHORTEST_STATE} characters.")
    if asked.get("market") not in (None, *MARKETS):
        raise SentBack("invalid_request", "The market must be NO, DK, FI or SE.")
    if asked.get("acr_values") not in (None, APP_AUTHENTICATION):
        raise SentBack("invalid_request", f"The acr_values can only be {APP_AUTHENTICATION}.")
    _check_app(asked.get("requested_flow"), asked.get("app_callback_uri"), switches)
    if "none" in (asked.get("prompt") or "").split():
        raise SentBack("login_required", "The customer must log in, and that needs a screen.")


def _check_app(flow: str | None, callback: str | None, switches: Switches) -> None:
    if flow not in (None, *FLOWS):
        raise SentBack("invalid_request", "This requested_flow is not for browsers, or does not exist.")
    if callback is None:
        return
    if flow is None:
        raise SentBack("invalid_request", "An app_callback_uri needs a requested_flow.")
    if not is_fit(callback):
        raise SentBack("invalid_app_callback_uri", "The app_callback_uri is malformed.")
    if not is_registered(callback, switches):
        raise SentBack("app_callback_uri_not_registered", "The app_callback_uri is not registered as a redirect URI.")
