"""The live cards as values: for marimo, for layouts, for whoever wants no magic.

The magics of IPython show the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from vipps_nb.auth.login_options import LoginOptions, PathLike
from vipps_nb.client.login import Login, current_session, logout
from vipps_nb.errors import EnvironmentChoiceError
from vipps_nb.notebook.desk import LiveDesk
from vipps_nb.notebook.live_token import LiveToken
from vipps_nb.notebook.login_form import login_dialog

if TYPE_CHECKING:
    from vipps_nb.auth.credentials import KeyType
    from vipps_nb.client.session import VippsSession
    from vipps_nb.widgets.explorer import ExplorerCard
    from vipps_nb.widgets.login_form import LoginForm
    from vipps_nb.widgets.sandbox_desk import SandboxDesk
    from vipps_nb.widgets.token_status import TokenStatus

# A cell that runs again shows the card that there is.
_tokens: list[LiveToken] = []
_desks: list[LiveDesk] = []


def token_card(session: VippsSession | None = None) -> TokenStatus:
    """The live card of an access token, as ``%vipps_status`` shows it.

    Args:
        session: Whose token; by default that of the last login.

    Returns:
        A widget: a cell's last value, ``mo.ui.anywidget(…)`` in marimo, or a part of a layout.

    Raises:
        NotLoggedInError: There was no login.
    """
    session = session or current_session()
    live = next((live for live in _tokens if live.shows(session) and live.widget.state != "logged_out"), None)
    if live is None:
        live = LiveToken(session, logout)
        _tokens[:] = [*(one for one in _tokens if one.widget.state != "logged_out"), live]
    live.restate()
    return live.widget


def desk(session: VippsSession | None = None) -> SandboxDesk:
    """The sandbox's desk, as ``%vipps_sandbox`` shows it.

    The customer's phone, the clock, faults, the request log.

    Args:
        session: Whose sandbox; by default that of the last login.

    Raises:
        NotLoggedInError: There was no login.
        EnvironmentChoiceError: The session talks to the test environment or to production, which have no desk.
    """
    session = session or current_session()
    if session.sandbox is None:
        raise EnvironmentChoiceError(
            f"This session is with the {session.environment.name} environment, and the desk is the sandbox's. "
            'Expected a session of vipps_nb.login(env="sandbox").'
        )
    sandbox = session.sandbox
    live = next((live for live in _desks if live.shows(sandbox)), None)
    if live is None:
        live = LiveDesk(sandbox)
        _desks[:] = [live]
    return live.widget


def explorer(*words: str) -> ExplorerCard:
    """Find an operation, fill in its form, send it.

    As ``%vipps_explore`` shows it.

    Args:
        words: An API, a method and a path, or words to look for.
    """
    from vipps_nb.notebook.explorer import explore  # noqa: PLC0415 - reads the catalogue

    return explore(" ".join(words).split())


def login_form(
    *,
    env: str | None = None,
    dotenv: PathLike | None = None,
    profile: str | None = None,
    postman: PathLike | None = None,
    keyring: bool = False,
    key_type: str = "merchant",
    on_login: Callable[[VippsSession], object] | None = None,
) -> LoginForm:
    """The form that asks for keys, as ``%vipps_login --form`` shows it.

    What is typed travels to the kernel once and is part of no notebook. Afterwards ``vipps_nb.current_session()`` is
    the new session.

    Args:
        env: What is proposed: ``sandbox``, ``test`` or ``production``.
        dotenv: A file to read instead of the nearest ``.env``.
        profile: Read ``.env.PROFILE`` instead.
        postman: A Postman environment exported as JSON.
        keyring: Whether the box for the operating system's key store is ticked at the start.
        key_type: ``merchant``, ``partner``, ``management``, ``accounting`` or ``donations``.
        on_login: Called with the session after a login, on a thread of its own.

    Raises:
        CredentialsError: A file that was named cannot be read.
    """
    options = LoginOptions(
        env=env,
        dotenv=dotenv,
        profile=profile,
        postman=postman,
        keyring=keyring,
        key_type=cast("KeyType", key_type),  # looked at there
    )

    def welcome(outcome: Login) -> str:
        if on_login is not None:
            on_login(outcome.session)
        said = f"Logged in to {outcome.session.environment.name}."
        return " ".join([said, *outcome.notices])

    return login_dialog(options, on_login=welcome)
