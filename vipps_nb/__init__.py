"""Log in once, watch the token tick, and talk to every Vipps MobilePay merchant API from a notebook.

In a notebook: ``%load_ext vipps_nb``, then ``%vipps_login``. In a script: ``vipps = vipps_nb.login()``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from vipps_nb.credentials import Credentials
from vipps_nb.environment import PRODUCTION, TEST, Environment
from vipps_nb.errors import (
    ApiError,
    CredentialsError,
    EnvironmentChoiceError,
    MissingKeysError,
    NotLoggedInError,
    ReadOnlyError,
    TokenRefusedError,
    UnreachableError,
    VippsNbError,
)
from vipps_nb.login import current_session, login, logout
from vipps_nb.problem import FieldError, Problem
from vipps_nb.secret import Secret
from vipps_nb.session import VippsSession
from vipps_nb.token_cache import TokenCache
from vipps_nb.tokens import AccessToken, TokenState, fetch_access_token

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from vipps_nb.catalogue.loading import openapi
    from vipps_nb.sandbox import Sandbox, SandboxError

__all__ = [
    "PRODUCTION",
    "TEST",
    "AccessToken",
    "ApiError",
    "Credentials",
    "CredentialsError",
    "Environment",
    "EnvironmentChoiceError",
    "FieldError",
    "MissingKeysError",
    "NotLoggedInError",
    "Problem",
    "ReadOnlyError",
    "Sandbox",
    "SandboxError",
    "Secret",
    "TokenCache",
    "TokenRefusedError",
    "TokenState",
    "UnreachableError",
    "VippsNbError",
    "VippsSession",
    "current_session",
    "fetch_access_token",
    "login",
    "logout",
    "openapi",
]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext vipps_nb`` does: registers magics and completion, silently."""
    from vipps_nb import magics  # noqa: PLC0415 - a script without IPython never gets here

    magics.register(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%unload_ext vipps_nb`` does: gives everything back and logs out."""
    from vipps_nb import magics  # noqa: PLC0415 - see above

    magics.unregister(shell)


def __getattr__(name: str) -> Any:
    # The sandbox and the webhooks are imported when somebody asks for them, not with the package.
    if name == "webhooks":
        return importlib.import_module("vipps_nb.webhooks")
    if name in ("Sandbox", "SandboxError"):
        from vipps_nb import sandbox  # noqa: PLC0415

        return getattr(sandbox, name)
    # The catalogue is read when somebody asks for it.
    if name == "openapi":
        from vipps_nb.catalogue.loading import openapi  # noqa: PLC0415

        return openapi
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
