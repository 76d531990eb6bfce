"""What somebody asked for at a login: where to, whose keys, which file.

One value, from the cell to the keys.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from vipps_nb.auth import sources
from vipps_nb.auth.credentials import KEY_TYPES, KeyType
from vipps_nb.core.near import did_you_mean
from vipps_nb.errors import CredentialsError

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, kw_only=True)
class LoginOptions:
    """The options that say which login is meant.

    They are those of ``%vipps_login``, ``%vipps_doctor`` and :func:`vipps_nb.login`.

    Attributes:
        env: ``sandbox``, ``test`` or ``production``; ``None`` leaves it to ``VIPPS_ENVIRONMENT``, and otherwise to
            ``test`` when there are keys.
        dotenv: A file to read instead of the nearest ``.env``.
        profile: Read ``.env.PROFILE`` instead.
        postman: A Postman environment exported as JSON.
        keyring: Look into the operating system's key store too, before ``.env``; nothing there is a mistake.
        key_type: ``merchant``, ``partner``, ``management``, ``accounting`` or ``donations``, in any case.
        folder: Where the notebook stands; the working folder by default.

    Raises:
        CredentialsError: There is no such type of keys.
    """

    env: str | None = None
    dotenv: PathLike | None = None
    profile: str | None = None
    postman: PathLike | None = None
    keyring: bool = False
    key_type: KeyType = "merchant"
    folder: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "key_type", parse_key_type(self.key_type))

    @property
    def names_a_file(self) -> bool:
        """Whether somebody said where the keys are, so that none there is a mistake."""
        return bool(self.dotenv or self.profile or self.postman or self.keyring)

    @property
    def place(self) -> Path:
        """The folder from which files are searched."""
        return self.folder or Path.cwd()

    def load_sources(self) -> list[sources.Source]:
        """Every place that keys may come from, in the order in which they count.

        Raises:
            CredentialsError: A file that was named, or found, cannot be read; or the key store cannot be.
            MissingKeysError: The key store was named, and has no keys for this environment.
        """
        found = sources.load_sources(folder=self.place, dotenv=self.dotenv, profile=self.profile, postman=self.postman)
        return sources.with_key_store(found, self.env, self.place) if self.keyring else found

    def dotenv_file(self) -> Path | None:
        """The ``.env`` that is read; None when there is none and none was named.

        Raises:
            CredentialsError: One was named, and is not there.
        """
        return sources.dotenv_file(self.place, self.dotenv, self.profile)


def parse_key_type(text: str) -> KeyType:
    """Read a key type.

    Raises:
        CredentialsError: It is none of the five.
    """
    word = str(text).strip().lower()
    for kind in KEY_TYPES:
        if word == kind:
            return kind
    hint = did_you_mean(word, KEY_TYPES)
    raise CredentialsError(f"{text!r} is no type of keys. Expected one of: {', '.join(KEY_TYPES)}.{hint}")
