"""Log in once, and talk to every Vipps MobilePay merchant API.

From a notebook, where you watch the token tick: ``%load_ext vipps_nb``, then ``%vipps_login``. In a script:
``vipps = vipps_nb.login()``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from vipps_nb import wiring

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from vipps_nb import webhooks as webhooks  # reached by its own name
    from vipps_nb.apis.catalogue.documents import DocumentError
    from vipps_nb.apis.catalogue.loading import openapi
    from vipps_nb.auth.access_token import AccessToken, TokenState, fetch_access_token
    from vipps_nb.auth.credentials import Credentials
    from vipps_nb.auth.token_cache import TokenCache
    from vipps_nb.client.login import current_session, login, logout
    from vipps_nb.client.recorder import HistoryError
    from vipps_nb.client.response import ApiError, OversizedAnswerError, Retry, VippsResponse
    from vipps_nb.client.retries import Retries
    from vipps_nb.client.session import VippsSession
    from vipps_nb.core.environment import PRODUCTION, TEST, Environment
    from vipps_nb.core.problem import FieldError, Problem
    from vipps_nb.core.secret import Secret
    from vipps_nb.errors import (
        ConfigurationError,
        CredentialsError,
        EnvironmentChoiceError,
        MissingKeysError,
        NotLoggedInError,
        NotSentError,
        ReadOnlyError,
        StillWaitingError,
        TokenRefusedError,
        UnreachableError,
        VippsNbError,
    )
    from vipps_nb.notebook.calls import CallError
    from vipps_nb.notebook.calls_panel import calls
    from vipps_nb.notebook.cards import desk, explorer, login_form, token_card
    from vipps_nb.notebook.importing.collection import collection
    from vipps_nb.notebook.importing.record import CollectionError
    from vipps_nb.notebook.options import OptionError
    from vipps_nb.notebook.scope import ScopeError
    from vipps_nb.notebook.show import show
    from vipps_nb.sandbox import Sandbox, SandboxError

__all__ = [
    "PRODUCTION",
    "TEST",
    "AccessToken",
    "ApiError",
    "CallError",
    "CollectionError",
    "ConfigurationError",
    "Credentials",
    "CredentialsError",
    "DocumentError",
    "Environment",
    "EnvironmentChoiceError",
    "FieldError",
    "HistoryError",
    "MissingKeysError",
    "NotLoggedInError",
    "NotSentError",
    "OptionError",
    "OversizedAnswerError",
    "Problem",
    "ReadOnlyError",
    "Retries",
    "Retry",
    "Sandbox",
    "SandboxError",
    "ScopeError",
    "Secret",
    "StillWaitingError",
    "TokenCache",
    "TokenRefusedError",
    "TokenState",
    "UnreachableError",
    "VippsNbError",
    "VippsResponse",
    "VippsSession",
    "calls",
    "collection",
    "current_session",
    "desk",
    "explorer",
    "fetch_access_token",
    "login",
    "login_form",
    "logout",
    "openapi",
    "show",
    "token_card",
    "webhooks",
]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext vipps_nb`` does: registers magics and completion, silently."""
    from vipps_nb.notebook import magics  # noqa: PLC0415 - a script without IPython never gets here

    magics.register(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%unload_ext vipps_nb`` does: gives everything back and logs out."""
    from vipps_nb.notebook import magics  # noqa: PLC0415 - see above

    magics.unregister(shell)


# Where each name comes from. It is fetched when somebody asks for it: a notebook that only loads the extension, or a
# script that only wants an error's name, does not wait for the rest.
_WHERE = {
    "apis.catalogue.documents": "DocumentError",
    "apis.catalogue.loading": "openapi",
    "auth.access_token": "AccessToken TokenState fetch_access_token",
    "auth.credentials": "Credentials",
    "auth.token_cache": "TokenCache",
    "client.login": "current_session login logout",
    "client.recorder": "HistoryError",
    "client.response": "ApiError OversizedAnswerError Retry VippsResponse",
    "client.retries": "Retries",
    "client.session": "VippsSession",
    "core.environment": "PRODUCTION TEST Environment",
    "core.problem": "FieldError Problem",
    "core.secret": "Secret",
    "errors": "ConfigurationError CredentialsError EnvironmentChoiceError MissingKeysError NotLoggedInError "
    "NotSentError ReadOnlyError StillWaitingError TokenRefusedError UnreachableError VippsNbError",
    "notebook.calls": "CallError",
    "notebook.calls_panel": "calls",
    "notebook.cards": "desk explorer login_form token_card",
    "notebook.importing.collection": "collection",
    "notebook.importing.record": "CollectionError",
    "notebook.options": "OptionError",
    "notebook.scope": "ScopeError",
    "notebook.show": "show",
    "sandbox": "Sandbox SandboxError",
}
_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names.split()}
_PACKAGES = ("webhooks",)  # reached by their own name

if not TYPE_CHECKING:  # so that a type checker calls a name that is not there an error

    def __getattr__(name: str) -> Any:
        if name in _PACKAGES:
            return importlib.import_module(f"{__name__}.{name}")
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        return value


def __dir__() -> list[str]:
    """What is meant for others, and nothing of how it is put together."""
    return list(__all__)


wiring.connect()
