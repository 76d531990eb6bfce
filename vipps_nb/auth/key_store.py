"""Keys in the operating system's own store.

macOS' Keychain, the Windows Credential Manager, the Secret Service of Linux desktops: whatever the keyring library
finds. It is an extra: ``pip install 'vipps-nb[keyring]'``. One entry for each environment, under the service
``vipps_nb``. It holds the names and values that a ``.env`` would. Read when somebody asks for it, never by itself: a
store may ask for a password.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeVar

from vipps_nb.core import machine
from vipps_nb.errors import CredentialsError, MissingKeysError

NAME = "the system's key store"
SERVICE = "vipps_nb"
_SECURE = 1  # what a store's own makers call the lowest priority of a recommended one

_NONE = (
    "This machine has no key store that could be used. Expected macOS' Keychain, the Windows Credential Manager or a "
    "Secret Service such as GNOME Keyring or KWallet; a server or a container often has none. Put the keys into .env, "
    "or type them in with %vipps_login --form."
)

Result = TypeVar("Result")


def is_installed() -> bool:
    """Whether the library for such stores is there; it is not imported for that."""
    return find_spec("keyring") is not None


def check() -> None:
    """See whether there is a store, before anything depends on it.

    Raises:
        CredentialsError: There is none, or the library for it is missing.
    """
    keyring = _library()
    backend = keyring.get_keyring()
    if getattr(backend, "priority", 1) <= 0:  # keyring's own stand-ins for "none"
        raise CredentialsError(_NONE)


def read(environment: str) -> dict[str, str] | None:
    """What is stored for an environment; None for nothing.

    By the names of a ``.env``.

    Raises:
        CredentialsError: The store is not there, is locked, or holds something else under our name.
    """
    stored = _asked(lambda keyring: keyring.get_password(SERVICE, environment), "read")
    if stored is None:
        return None
    try:
        values: Any = json.loads(stored)
    except ValueError:
        values = None  # not raised in here: what json says holds the whole entry
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
        raise CredentialsError(
            f"The entry {environment} of {NAME} is none of ours. Expected what %vipps_login --form keeps there; "
            f"remove it (keyring del {SERVICE} {environment}) and log in with the form again."
        )
    return values


def remember(environment: str, values: Mapping[str, str]) -> str:
    """Keep keys for an environment; what is stored under other names stays.

    Args:
        environment: ``sandbox``, ``test`` or ``production``.
        values: By the names of a ``.env``.

    Returns:
        Where they are now, as a sentence.

    Raises:
        CredentialsError: They could not be kept.
    """
    before = read(environment) or {}
    text = json.dumps({**before, **values})
    _asked(lambda keyring: keyring.set_password(SERVICE, environment, text), "written to")
    if read(environment) != {**before, **values}:
        raise CredentialsError(f"{NAME.capitalize()} did not keep the keys. Save them to .env instead.")
    backend = _library().get_keyring()
    warning = (
        "" if getattr(backend, "priority", _SECURE) >= _SECURE else f" Its makers do not recommend {backend.name}."
    )
    return f"Remembered in {NAME}: %vipps_login --keyring finds them.{warning}"


def nothing_stored(environment: str, others: list[str]) -> MissingKeysError:
    """What to say where the store has nothing for an environment."""
    there = f" It has keys for {' and '.join(others)}: choose with --env." if others else ""
    return MissingKeysError(
        f"{NAME.capitalize()} has no keys for the {environment} environment.{there} Expected keys that "
        "%vipps_login --form has kept there, with a tick at “Remember in the system's key store”."
    )


def _library() -> ModuleType:
    if machine.is_a_page():
        raise CredentialsError(
            "A page in a browser has no key store, and is no place for keys. Use --env sandbox here, or JupyterLab on "
            "your own computer."
        )
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow: only for whoever asks for it
    except ImportError:
        raise CredentialsError(
            f"Keys from {NAME} need the keyring library, which is not installed. Expected: "
            "pip install 'vipps-nb[keyring]'. A .env and %vipps_login --form work without it."
        ) from None
    return keyring


def _asked(ask: Callable[[Any], Result], what: str) -> Result:
    """Ask the store.

    Whatever goes wrong is said in our words, for a store's own may quote what it holds.
    """
    keyring = _library()
    from keyring import errors  # noqa: PLC0415 - as above

    try:
        return ask(keyring)
    except errors.NoKeyringError:
        said = _NONE
    except errors.KeyringLocked:
        said = (
            f"{NAME.capitalize()} is locked, so it was not {what}. Unlock it (log in to the desktop, or open its "
            "application) and run this again."
        )
    except errors.PasswordSetError:
        said = f"{NAME.capitalize()} refused to keep the keys. Look into its application, or save them to .env."
    except Exception as error:  # a back end raises what its system does
        said = (
            f"{NAME.capitalize()} could not be {what} ({type(error).__name__}). `keyring --list-backends` says which "
            "one is used; a .env and %vipps_login --form work without it."
        )
    raise CredentialsError(said)
