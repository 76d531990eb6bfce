"""Logging in and out: the only state that a kernel keeps.

Finds the keys, decides where they belong, starts a sandbox when there are none, and hands out the session.
Usable in a plain script; the magics of a notebook call the same functions.
"""

from __future__ import annotations

import getpass
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from vipps_nb.auth import key_names, key_store
from vipps_nb.auth import sources as key_sources
from vipps_nb.auth.credentials import Credentials, KeyType
from vipps_nb.auth.login_options import LoginOptions, PathLike
from vipps_nb.auth.token_cache import TokenCache
from vipps_nb.client.session import Settings, VippsSession
from vipps_nb.core import machine, page_network
from vipps_nb.core.configuration import setting
from vipps_nb.core.environment import (
    Environment,
    EnvironmentName,
    environment_at,
    is_loopback,
    official_environment,
    parse_environment_name,
)
from vipps_nb.core.near import with_named_options
from vipps_nb.core.secret import Secret
from vipps_nb.core.tracebacks import leaves_no_locals
from vipps_nb.errors import (
    CredentialsError,
    EnvironmentChoiceError,
    MissingKeysError,
    NotLoggedInError,
    VippsNbError,
)

if TYPE_CHECKING:
    from vipps_nb.client.sandbox_gate import Sandbox

SKEW_WORTH_MENTIONING = timedelta(minutes=2)
SALES_UNITS = 3  # of the sandbox in the kernel, so that partner keys have somebody to act for


@dataclass(frozen=True)
class WayIn:
    """How a session was logged in.

    Another process can do the same with it, from its own environment.
    """

    environment: Environment
    options: LoginOptions  # without a folder: another process has its own

    def __call__(self, settings: Settings) -> VippsSession:
        """Log in, once per process, to exactly the same place.

        Raises:
            VippsNbError: As :func:`login`; also when this process's environment leads to another place.
        """
        known = _kernel.rejoined.get((self, settings))
        if known is None:
            logouts = _kernel.logouts
            session = next((session for session in logged_in() if session.way_in == self), None)
            known = _alike(session or self._log_in(), settings)
            with _kernel.lock:
                _refuse_after_logout(logouts)
                known = _kernel.rejoined.setdefault((self, settings), known)
        return known

    def _log_in(self) -> VippsSession:
        place = self.environment
        sources = self.options.load_sources()
        base_url = key_sources.base_url_setting(sources)
        if place.name == "sandbox" and not (base_url and place.owns(base_url)):
            raise EnvironmentChoiceError(
                f"The session talks to the sandbox at {place.host}, and this process's environment does not lead "
                f"there. Expected VIPPS_BASE_URL={place.base_url} and the sandbox's pretend keys; give them to the "
                "workers."
            )
        session = connect(self.options).session
        if session.environment != place:
            raise EnvironmentChoiceError(
                f"The session talks to {place.host}, and this process's environment leads to "
                f"{session.environment.host}. Nothing was sent. Give the workers the same VIPPS_… settings."
            )
        return session


@dataclass
class _Kernel:
    """What stays between two cells.

    Changed with the lock held, which nobody holds while waiting for a server.
    """

    lock: threading.RLock = field(default_factory=threading.RLock)
    logouts: int = 0  # so that a login knows whether it has met one
    arriving: list[VippsSession] = field(default_factory=list)  # logins under way; each is here once for each caller
    cache: TokenCache = field(default_factory=TokenCache)
    sessions: list[VippsSession] = field(default_factory=list)  # the last one is the current one
    sandbox: Sandbox | None = None
    rejoined: dict[tuple[WayIn, Settings], VippsSession] = field(default_factory=dict)
    at_logout: list[Callable[[], None]] = field(default_factory=list)
    told: set[Path] = field(default_factory=set)  # the .env files about which something was said


_kernel = _Kernel()


@dataclass(frozen=True)
class Login:
    """A session, and what should be said aloud about how it came to be."""

    session: VippsSession
    notices: tuple[str, ...]


@leaves_no_locals
@with_named_options
def login(
    *,
    env: str | None = None,
    dotenv: PathLike | None = None,
    profile: str | None = None,
    postman: PathLike | None = None,
    keyring: bool = False,
    form: bool = False,
    key_type: str = "merchant",
    refresh: bool = False,
    init: bool = False,
    strip_outputs: bool = False,
    quiet: bool | None = None,
) -> VippsSession:
    """Find the keys, fetch an access token, and return a session ready to use.

    The keys come from the form, the process environment, the nearest ``.env`` upwards from the working
    folder, or a Postman environment file: first hit wins. With no keys at all and no environment chosen, a
    sandbox starts on this machine, and that is said on standard error.

    Args:
        env: ``sandbox``, ``test`` or ``production``; ``None`` leaves it to ``VIPPS_ENVIRONMENT``, then to the
            setting ``environment``, and otherwise to ``test`` when there are keys.
        dotenv: A file to read instead of the nearest ``.env``.
        profile: Read ``.env.PROFILE`` instead.
        postman: A Postman environment exported as JSON.
        keyring: Take the keys from the operating system's store, which needs ``vipps-nb[keyring]``. With ``form``
            keep there what was typed.
        form: Ask for the missing keys in the terminal (in a notebook use ``%vipps_login --form``).
        key_type: ``merchant``, ``partner``, ``management``, ``accounting`` or ``donations``.
        refresh: Fetch a new token even if the cached one is still good.
        init: First make the working folder a safe place for keys: ``.env.example`` with the names, lines in
            ``.gitignore``, a ``.env`` that only its owner can read. Nothing is overwritten.
        strip_outputs: As ``init``, and git stores notebooks without their outputs from now on (nbstripout).
        quiet: Say nothing; as the setting ``quiet`` says unless given.

    Raises:
        CredentialsError: Keys are missing, unreadable or cannot be right. Nothing was sent.
        EnvironmentChoiceError: The environment or ``VIPPS_BASE_URL`` cannot be meant. Nothing was sent.
        ConfigurationError: A setting cannot be meant. Nothing was sent.
        TokenRefusedError: The server refused the keys.
        UnreachableError: No usable answer came.
    """
    # The type of the keys may be spelled in any case, and is looked at there.
    options = LoginOptions(
        env=env,
        dotenv=dotenv,
        profile=profile,
        postman=postman,
        keyring=keyring and not form,
        key_type=cast("KeyType", key_type),
    )
    if keyring:
        key_store.check()
    quiet = setting("quiet", options.place) if quiet is None else quiet
    if init or strip_outputs:
        from vipps_nb.auth.dotenv_init import prepare  # noqa: PLC0415 - once in the life of a folder

        said = prepare(options.place, key_type=options.key_type, strip_outputs=strip_outputs)
        if not quiet:
            print(said, file=sys.stderr)
    typed = None
    if form:
        if no_place_for_keys() and env != "sandbox":
            raise CredentialsError(refusal_of_keys("test"))
        found = key_sources.where_found(options.load_sources(), options.key_type)
        typed = _ask_in_terminal(options.key_type, found)
    outcome = connect(options, refresh=refresh, typed=typed)
    remembered = (remember(outcome.session),) if form and keyring else ()
    outcome = replace(outcome, notices=(*outcome.notices, *remembered))
    if not quiet:
        for notice in outcome.notices:
            print(notice, file=sys.stderr)
    return outcome.session


@leaves_no_locals
def remember(session: VippsSession) -> str:
    """Keep a session's keys in the operating system's store.

    Gives back where they are, as a sentence.

    Raises:
        CredentialsError: They could not be kept. The session goes on.
    """
    keys = session.keys.held()
    values = {
        "client_id": keys.client_id,
        "client_secret": keys.client_secret.reveal(),
        "subscription_key": keys.subscription_key.reveal() if keys.subscription_key else "",
        "merchant_serial_number": keys.merchant_serial_number or "",
    }
    names = key_names.names_for(keys.key_type)
    return key_store.remember(session.environment.name, {names[what]: value for what, value in values.items() if value})


@leaves_no_locals
def connect(options: LoginOptions, *, refresh: bool = False, typed: Mapping[str, str] | None = None) -> Login:
    """What :func:`login` and ``%vipps_login`` share; says nothing by itself.

    Args:
        options: Which login is meant.
        refresh: Fetch a new token even if the cached one is still good.
        typed: Values from a form, by the names they have in a ``.env``; they count before all others.

    Raises:
        VippsNbError: As :func:`login`. The earlier login, if any, is as it was.
    """
    logouts = _kernel.logouts
    sources = options.load_sources()
    if typed:
        sources.insert(0, key_sources.Source("the form", dict(typed)))
    notices: list[str] = []
    with _kernel.lock:
        _refuse_after_logout(logouts)
        credentials, environment, sandbox = _decide(
            options, sources, notices, may_start_one=not (options.names_a_file or typed)
        )
        session = _same_session(credentials, environment) or VippsSession(credentials, environment, cache=_kernel.cache)
        session.sandbox = sandbox
        session.keys.credentials = credentials  # the same keys, perhaps found in another place this time
        if not typed:
            session.way_in = WayIn(environment, replace(options, env=environment.name, folder=None))
        _kernel.arriving.append(session)
    try:
        token = session.keys.renewed(session.keys.peek()) if refresh else session.token
        if abs(token.clock_skew) >= SKEW_WORTH_MENTIONING and not _has_a_clock_of_its_own(sandbox):
            notices.append(skew_sentence(token.clock_skew))
        if environment.name != "sandbox":
            notices += _hygiene_notice(options.dotenv_file(), credentials)
        with _kernel.lock:
            _refuse_after_logout(logouts)
            _kernel.sessions = [other for other in _kernel.sessions if other is not session] + [session]
    except VippsNbError:
        # Whatever went wrong, such as a sandbox that was gone: it was the logout.
        _refuse_after_logout(logouts)
        raise
    finally:
        with _kernel.lock:
            if session in _kernel.arriving:
                _kernel.arriving.remove(session)
    return Login(session, tuple(notices))


@leaves_no_locals
def move(session: VippsSession, options: LoginOptions) -> Login:
    """Log in elsewhere, and have a session talk there from now on.

    Whoever holds it holds it still.

    It is the current session afterwards. What it talked with before is forgotten at the next logout.

    Raises:
        VippsNbError: As :func:`login`. The session talks to where it talked.
    """
    known, left = logged_in(), session.keys
    outcome = connect(options)
    if outcome.session is not session:
        with _kernel.lock:
            session.move_to(outcome.session)
            rest = [other for other in _kernel.sessions if other in known and other is not session]
            _kernel.sessions = [*rest, session]
            _kernel.rejoined = {}
            _kernel.at_logout.append(left.forget)
    return Login(session, outcome.notices)


def _refuse_after_logout(logouts: int) -> None:
    if _kernel.logouts != logouts:
        raise NotLoggedInError(
            "A logout came while this login was under way, so there is no session, and the keys were forgotten. Log in "
            "again: run %vipps_login (or vipps_nb.login())."
        ) from None


def logout() -> None:
    """Forget every token and key of this kernel.

    The sandbox and the webhook listeners that were started are stopped.

    Does nothing without a login.
    """
    with _kernel.lock:
        _kernel.logouts += 1
        sandbox, others = _kernel.sandbox, _kernel.at_logout
        sessions = [*_kernel.sessions, *_kernel.arriving]
        _kernel.sessions, _kernel.arriving, _kernel.rejoined = [], [], {}
        _kernel.sandbox, _kernel.at_logout = None, []
    for stop in others:
        stop()
    for session in sessions:
        session.keys.forget()
        session.close()
    if sandbox is not None:
        sandbox.stop()


def at_logout(stop: Callable[[], None]) -> None:
    """Have something stopped at the next logout.

    For what this kernel has started and no session knows of.
    """
    with _kernel.lock:
        _kernel.at_logout.append(stop)


def logged_in() -> tuple[VippsSession, ...]:
    """The sessions of this kernel's logins, the latest last."""
    return tuple(_kernel.sessions)


def current_session() -> VippsSession:
    """The session of the last login.

    Raises:
        NotLoggedInError: There is none.
    """
    sessions = _kernel.sessions  # once: a logout may come in between
    if not sessions:
        raise NotLoggedInError("Not logged in. Expected a login first: run %vipps_login.")
    return sessions[-1]


def own_sandbox() -> Sandbox | None:
    """The sandbox that a login has started in this process, if it has."""
    return _kernel.sandbox


def _decide(
    options: LoginOptions, sources: Sequence[key_sources.Source], notices: list[str], *, may_start_one: bool
) -> tuple[Credentials, Environment, Sandbox | None]:
    """Which keys, where to, and whose desk.

    Args:
        options: Which login is meant.
        sources: What was read.
        notices: What is to be said goes here.
        may_start_one: Whether no keys and no chosen environment mean that a sandbox is wanted.
    """
    key_type = options.key_type
    base_url = key_sources.base_url_setting(sources)
    name = chosen_environment(options, sources, base_url)
    if name == "sandbox":
        return _sandbox(base_url, sources, options)
    credentials = key_sources.find_credentials(sources, key_type)
    if credentials is None:
        if name is None and may_start_one:
            notices.append(
                f"No keys found ({_looked_at(sources)}), so this is the sandbox: an imitation "
                f"{'in this page' if machine.is_a_page() else 'on your own machine'}, with pretend keys and pretend "
                "money."
            )
            return _sandbox(None, sources, options)
        if no_place_for_keys():
            raise CredentialsError(refusal_of_keys(name or "test"))  # not told to bring some
        raise MissingKeysError(_no_keys_sentence(name or "test", sources, key_type))
    environment = environment_at(name or "test", base_url, stands_in=key_sources.base_url_place(sources))
    if no_place_for_keys():
        raise CredentialsError(refusal_of_keys(environment.name))
    return credentials, environment, None


def chosen_environment(
    options: LoginOptions, sources: Sequence[key_sources.Source], base_url: str | None
) -> EnvironmentName | None:
    """The environment that was asked for, in whichever way; None when nobody said.

    Raises:
        EnvironmentChoiceError: It is none of the three, or a setting's name is misspelled.
        ConfigurationError: The setting ``environment`` cannot be meant.
    """
    if options.env:
        chosen = parse_environment_name(options.env, said_by="--env")
    elif said := key_sources.environment_setting(sources):
        place = key_sources.environment_place(sources)
        chosen = parse_environment_name(said, said_by=f"VIPPS_ENVIRONMENT (in {place})")
    else:
        _refuse_misspelled(key_sources.near_misses_of_settings(sources, base_url=False))
        chosen = None
    if chosen not in ("test", "production"):
        _refuse_misspelled(key_sources.near_misses_of_settings(sources, base_url=True))
    if chosen:
        return chosen
    # An address on this very machine can only be a sandbox.
    return "sandbox" if base_url and is_loopback(base_url) else setting("environment", options.place) or None


def _refuse_misspelled(hints: Iterator[str]) -> None:
    if hint := next(hints, None):
        raise EnvironmentChoiceError(f"{hint} Nothing was sent, and no environment was chosen instead.")


def _sandbox(
    base_url: str | None, sources: Sequence[key_sources.Source], options: LoginOptions
) -> tuple[Credentials, Environment, Sandbox]:
    key_type = options.key_type
    # The only crossing of the wall between client and sandbox; late, because a sandbox costs an import.
    from vipps_nb.client.sandbox_gate import Sandbox  # noqa: PLC0415

    # Some projects keep VIPPS_BASE_URL=https://apitest.vipps.no in their .env: that is no sandbox to join.
    if base_url and official_environment(base_url) is None:
        environment = environment_at("sandbox", base_url, stands_in=key_sources.base_url_place(sources))
        if machine.is_a_page():
            raise EnvironmentChoiceError(
                f"VIPPS_BASE_URL joins the sandbox at {environment.host}, which a page in a browser cannot reach. "
                "Nothing was sent. Remove VIPPS_BASE_URL to have a sandbox in this page, or run the notebook on a "
                "machine, with JupyterLab."
            )
        credentials = key_sources.find_credentials(sources, key_type)
        if credentials is None:
            raise MissingKeysError(
                f"VIPPS_BASE_URL joins the sandbox at {environment.host}, but its pretend keys are missing. "
                "Copy the lines that `vipps-nb sandbox` printed into .env, or remove VIPPS_BASE_URL to start a "
                "sandbox in this kernel."
            )
        return credentials, environment, Sandbox.join(environment.base_url)
    if _kernel.sandbox is None:
        _kernel.sandbox = start_sandbox(setting("strictness", options.place))
    sandbox = _kernel.sandbox
    return pretend_credentials(sandbox, key_type), _environment_of(sandbox), sandbox


def pretend_credentials(sandbox: Sandbox, key_type: KeyType) -> Credentials:
    """The keys that a sandbox of this process accepts."""
    pretend = sandbox.keys(key_type)
    key = pretend.get("subscription_key")
    return Credentials(
        client_id=pretend["client_id"],
        client_secret=Secret(pretend["client_secret"]),
        subscription_key=Secret(key) if key else None,
        merchant_serial_number=pretend.get("merchant_serial_number"),
        key_type=key_type,
        source="the sandbox's pretend keys",
    )


def sandbox_session(
    sandbox: Sandbox, key_type: KeyType = "merchant", *, cache: TokenCache | None = None
) -> VippsSession:
    """A session for a sandbox of this process, whichever door it has.

    It is no login of this kernel.

    Args:
        sandbox: Started.
        key_type: Whose pretend keys it sends with.
        cache: Where access tokens are kept; shared by sessions that should share them.

    Raises:
        SandboxError: It is not running.
    """
    session = VippsSession(pretend_credentials(sandbox, key_type), _environment_of(sandbox), cache=cache)
    session.sandbox = sandbox
    return session


def start_sandbox(strictness: str = "real") -> Sandbox:
    """A sandbox as a login starts it.

    In a page without a port, and plain ``requests`` finds it all the same.
    """
    from vipps_nb.client.sandbox_gate import Sandbox  # noqa: PLC0415 - as in _sandbox

    sandbox = Sandbox(sales_units=SALES_UNITS, strictness=strictness).start()
    if zone := setting("zone"):
        sandbox.settings(zone=zone)
    if machine.is_a_page():
        page_network.answer_at(sandbox.base_url, sandbox.adapter())
    return sandbox


def _environment_of(sandbox: Sandbox) -> Environment:
    # The plain door is not asked for an adapter; the others are quicker.
    return Environment("sandbox", sandbox.base_url, sandbox.adapter() if sandbox.door != "loopback" else None)


def _has_a_clock_of_its_own(sandbox: Sandbox | None) -> bool:
    """Whether that is a sandbox, whose clock says nothing about this computer's.

    It is held and moved on purpose.
    """
    from vipps_nb.client.sandbox_gate import SandboxError  # noqa: PLC0415 - as in _sandbox

    try:
        return sandbox is not None and "now" in sandbox.clock()
    except (SandboxError, ValueError):
        return False


def _alike(session: VippsSession, settings: Settings) -> VippsSession:
    """This session, or one beside it that behaves as asked."""
    if session.settings == settings:
        return session
    other = session.as_merchant(settings.merchant_serial_number or "")
    other.behave(settings)
    return other


def _same_session(credentials: Credentials, environment: Environment) -> VippsSession | None:
    return next(
        (
            session
            for session in [*_kernel.sessions, *_kernel.arriving]
            if session.credentials == credentials and session.environment == environment
        ),
        None,
    )


def no_place_for_keys() -> str:
    """What makes this a place where real keys are refused; empty where they are not.

    ``a public Binder`` is a machine of strangers; BinderHub sets a variable in every server it starts. ``a page in a
    browser`` keeps what is typed and saved with whoever serves it, and could not ask the real hosts anyway: they allow
    no page to.
    """
    if machine.is_a_page():
        return "a page in a browser"
    return "a public Binder" if os.environ.get("BINDER_LAUNCH_HOST") else ""


def refusal_of_keys(place: EnvironmentName) -> str:
    """Why real keys are refused here, and what to do."""
    if machine.is_a_page():
        return (
            f"This notebook runs in a page of a browser. The {place} environment answers to no page, and keys of a "
            "real sales unit do not belong into one, so they are refused. Nothing was sent. Use --env sandbox here, or "
            "JupyterLab on your own computer; if the keys were typed or uploaded here, make new ones in the portal."
        )
    return (
        f"This notebook runs on a public Binder, a machine of strangers, so keys for the {place} environment are "
        "refused. Nothing was sent. Use --env sandbox here, or your own computer; if the keys were typed or uploaded "
        "here, make new ones in the portal."
    )


def _hygiene_notice(file: Path | None, credentials: Credentials) -> list[str]:
    """What to say about how the file with the keys is kept: once per kernel and file."""
    if file is None or file.name not in credentials.source.split(" + ") or file.resolve() in _kernel.told:
        return []
    from vipps_nb.auth import dotenv_audit as hygiene  # noqa: PLC0415 - brings subprocess, and is needed once per kernel and file

    _kernel.told.add(file.resolve())
    said = hygiene.sentence(file)
    return [said] if said else []


def _ask_in_terminal(key_type: KeyType, found: Mapping[str, str]) -> dict[str, str]:
    typed = {}
    for what, name in key_names.names_for(key_type).items():
        if what not in key_names.required_fields(key_type):
            continue
        known = f" (set, from {found[what]}; Enter keeps it)" if what in found else ""
        secret = what in ("client_secret", "subscription_key")
        value = (getpass.getpass if secret else input)(f"{name}{known}: ")
        if value.strip():
            typed[name] = value.strip()
    return typed


def _looked_at(sources: Sequence[key_sources.Source]) -> str:
    names = [source.name for source in sources]
    has_file = any(name.startswith(".env") for name in names)
    return f"looked in {', '.join(names)}" + ("" if has_file else "; no .env from this folder upwards")


def _no_keys_sentence(name: EnvironmentName, sources: Sequence[key_sources.Source], key_type: KeyType) -> str:
    names = key_names.names_for(key_type)
    needed = ", ".join(names[what] for what in key_names.required_fields(key_type))
    return (
        f"No keys found for the {name} environment ({_looked_at(sources)}). Expected: {needed}.\n"
        "Put them into a .env beside the notebook (see .env.example), or run %vipps_login --form to type them "
        "in. No keys yet? %vipps_login --env sandbox needs none."
    )


def skew_sentence(skew: timedelta) -> str:
    """Say how wrong this computer's clock is, and what that does."""
    seconds = abs(skew.total_seconds())
    amount = f"{seconds:.0f} seconds"
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        # Half a minute of grace: a clock that is a day off shall not be called 24 hours off.
        if seconds + 30 >= length:
            count = round(seconds / length)
            amount = f"{count} {unit}{'s' if count > 1 else ''}"
            break
    direction = "behind" if skew > timedelta(0) else "ahead of"
    return (
        f"This computer's clock is about {amount} {direction} the server's. The token's life is counted by the "
        "server's clock, so the countdown is right; set the computer's clock to make other things right too."
    )


def _after_fork() -> None:
    """Go on in a forked process.

    Whoever held the lock, or was logging in, is not here.
    """
    _kernel.lock = threading.RLock()
    _kernel.arriving = []


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_after_fork)
