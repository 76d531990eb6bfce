"""What people set again and again.

For a person it stands in IPython's configuration, for a project in ``pyproject.toml``. What counts first is the option
of a call. Then come the process environment, ``ipython_config.py`` and ``%config``, and last ``[tool.vipps_nb]`` of the
nearest ``pyproject.toml`` that has such a table. A secret is no setting.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vipps_nb.core.near import did_you_mean
from vipps_nb.errors import ConfigurationError

TABLE = "[tool.vipps_nb]"
FILE = "pyproject.toml"
IN_PROJECT = f"{TABLE} of {FILE}"
IN_IPYTHON = "IPython's configuration (VippsNb)"
_LARGEST_FILE = 1 << 20  # bytes
_SECRET = re.compile(r"secret|token|password|client.?id|(subscription|api|ocp).*key|^key$", re.IGNORECASE)
_SHOWABLE = re.compile(r"[\w/+:. -]{0,24}", re.ASCII)  # longer values may be a key in the wrong place
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: In all places but the process environment.
        default: Where nobody says anything; of the type that all values have.
        variable: Its name in the process environment.
        values: The words that it may be; any where there are none.
        meaning: One sentence for ``%config VippsNb``.
        expected: What else than words it may be, in words.
        fits: Whether a value can be meant.
    """

    name: str
    default: bool | int | str
    variable: str
    meaning: str
    values: tuple[str, ...] = ()
    expected: str = ""
    fits: Callable[[Any], bool] = field(default=lambda _: True)

    def read(self, value: object, place: str) -> bool | int | str:
        """A value as it was written somewhere.

        Args:
            value: As it stands there; from the process environment a text.
            place: Where, in words.

        Raises:
            ConfigurationError: It is none that this setting can have.
        """
        kind = type(self.default)
        if kind is str and isinstance(value, str) and (not self.values or value.strip().lower() in self.values):
            value = value.strip().lower() if self.values else value.strip()
        if type(value) is kind and (not self.values or value in self.values) and self.fits(value):
            return value
        said = repr(value) if _SHOWABLE.fullmatch(str(value)) else "what stands there"
        expected = " or ".join(filter(None, self.values)) or self.expected
        hint = did_you_mean(str(value), filter(None, self.values))
        raise ConfigurationError(f"{self.name} in {place}: {said} cannot be meant. Expected {expected}.{hint}")

    def read_text(self, text: str, place: str) -> bool | int | str:
        """A value from where there are only texts, such as the process environment.

        Raises:
            ConfigurationError: As :meth:`read`.
        """
        value: object = text
        if isinstance(self.default, bool):
            value = {word: word in _TRUE for word in (*_TRUE, *_FALSE)}.get(text.strip().lower(), text)
        elif isinstance(self.default, int) and text.strip().isdecimal():
            value = int(text)
        return self.read(value, place)


def _is_zone(name: str) -> bool:
    try:
        return not name or bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last for names of folders
        return False


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        one.name: one
        for one in (
            Setting(
                "environment",
                "",
                "VIPPS_ENVIRONMENT",
                "Where a login leads that does not say: sandbox, test or production. "
                "Empty leaves it to VIPPS_ENVIRONMENT and to which keys there are.",
                values=("", "sandbox", "test", "production"),
            ),
            Setting(
                "quiet",
                False,
                "VIPPS_NB_QUIET",
                "Whether logins, vipps.map and vipps.poll show nothing.",
                expected="true or false",
            ),
            Setting(
                "zone",
                "",
                "VIPPS_NB_ZONE",
                "The time zone in which all moments are shown, such as Europe/Oslo. Empty is that of this machine.",
                expected="a name such as Europe/Oslo or UTC",
                fits=_is_zone,
            ),
            Setting(
                "masking",
                "persons",
                "VIPPS_NB_MASKING",
                "What cards mask: persons is secrets, and phone and identity numbers; secrets is secrets alone.",
                values=("persons", "secrets"),
            ),
            Setting(
                "strictness",
                "real",
                "VIPPS_NB_STRICTNESS",
                "What a sandbox refuses that a login, a test or `vipps-nb sandbox` starts: real is as the real APIs, "
                "strict is to the letter of the documents.",
                values=("real", "strict"),
            ),
            Setting(
                "at_once",
                16,
                "VIPPS_NB_AT_ONCE",
                "How many requests of vipps.map are under way at the same time.",
                expected="a whole number from 1 to 1000",
                fits=range(1, 1001).__contains__,
            ),
        )
    }
)


class _Notebook:
    """What the notebook's side has said, if there is one."""

    def __init__(self) -> None:
        self.said: dict[str, bool | int | str] = {}
        """By IPython's configuration and by ``%config``."""
        self.folder: Callable[[], Path] = Path.cwd


notebook = _Notebook()
_read_files: dict[Path, tuple[tuple[int, int], Mapping[str, Any] | None]] = {}


def setting(name: str, folder: Path | None = None) -> Any:
    """What a setting is now, for a call that does not say.

    Args:
        name: One of :data:`SETTINGS`.
        folder: From where ``pyproject.toml`` is searched upwards; the notebook's own unless given.

    Raises:
        ConfigurationError: A value cannot be meant, a name is none, or the file cannot be read.
    """
    return in_force(name, folder)[0]


def in_force(name: str, folder: Path | None = None) -> tuple[Any, str]:
    """As :func:`setting`, with the place in words that said so.

    No place where nobody did.
    """
    one = SETTINGS[name]
    text = os.environ.get(one.variable, "")
    if text and name != "environment":  # a login reads that one itself, for it may stand in .env as well
        place = f"the process environment ({one.variable})"
        return one.read_text(text, place), place
    if name in notebook.said:
        return notebook.said[name], IN_IPYTHON
    project = of_project(folder or notebook.folder())
    return (project[name], IN_PROJECT) if name in project else (one.default, "")


def of_project(folder: Path) -> dict[str, bool | int | str]:
    """The settings of the nearest ``pyproject.toml`` with some, in a folder or above.

    Raises:
        ConfigurationError: As :func:`setting`.
    """
    here = folder.absolute()
    for file in (place / FILE for place in (here, *here.parents)):
        table = _table(file)
        if table is not None:
            return checked(table, IN_PROJECT)
    return {}


def checked(table: Mapping[str, Any], place: str) -> dict[str, bool | int | str]:
    """Settings as they stand somewhere.

    Raises:
        ConfigurationError: A name is none, or a value cannot be meant.
    """
    for name in table:
        known(name, place)
    return {name: SETTINGS[name].read(value, place) for name, value in table.items()}


def known(name: str, place: str) -> Setting:
    """The setting of this name.

    Raises:
        ConfigurationError: There is none.
    """
    if name in SETTINGS:
        return SETTINGS[name]
    if _SECRET.search(name):
        raise ConfigurationError(
            f"{name} in {place}: keys are no settings, and nothing was read. Such a file is shared, copied and "
            "committed. Take it out of there and put it into .env; if others have seen it, make a new one."
        )
    raise ConfigurationError(
        f"{place} has no setting {name}. Expected one of: {', '.join(SETTINGS)}.{did_you_mean(name, SETTINGS)}"
    )


def _table(file: Path) -> Mapping[str, Any] | None:
    """The table of one file, read again when the file has changed.

    None where there is none.
    """
    try:
        stat = file.stat()
    except OSError:
        return None
    mark = (stat.st_mtime_ns, stat.st_size)
    if _read_files.get(file, (None, None))[0] != mark:
        _read_files[file] = mark, _read(file, stat.st_size)
    return _read_files[file][1]


def _read(file: Path, size: int) -> Mapping[str, Any] | None:
    import tomllib  # noqa: PLC0415 - most folders have no such file

    fail = partial("{0} cannot be read: {1}. Expected a TOML file; settings of vipps_nb stand under {2}.".format, FILE)
    if size > _LARGEST_FILE:
        raise ConfigurationError(fail("it is larger than a megabyte", TABLE))
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("vipps_nb")
    except OSError as error:
        raise ConfigurationError(fail(error.strerror or "no access", TABLE)) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line \d+", str(error))
        raise ConfigurationError(fail(f"it is no TOML ({found[0] if found else 'at its end'})", TABLE)) from None
    except (UnicodeDecodeError, AttributeError):
        raise ConfigurationError(fail("it is no TOML of the usual kind", TABLE)) from None
    if table is not None and not isinstance(table, dict):
        raise ConfigurationError(fail("tool.vipps_nb is no table", TABLE))
    return table
