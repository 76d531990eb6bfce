"""The settings as traits of IPython.

``c.VippsNb.quiet = True`` in ipython_config.py sets one, ``%config VippsNb`` shows all. What they mean, and what
counts before and after them, stands in ``core.configuration``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import TraitType
from traitlets.config import Configurable

from vipps_nb.core import configuration
from vipps_nb.core.configuration import IN_IPYTHON, SETTINGS

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config


class Setting(TraitType[Any, Any]):
    """One setting as a trait, which refuses in our words.

    Args:
        name: Its name in ``core.configuration``.
    """

    def __init__(self, name: str) -> None:
        self.setting = SETTINGS[name]
        super().__init__(self.setting.default, help=self.setting.meaning)
        self.tag(config=True)

    def validate(self, obj: Any, value: Any) -> Any:
        """The value, if it can be meant."""
        return self.setting.read(value, IN_IPYTHON)

    def from_string(self, s: str) -> Any:
        """The value of an option of the ``ipython`` command."""
        return self.setting.read_text(s, IN_IPYTHON)


class VippsNb(Configurable):
    """What people set again and again with vipps_nb.

    Args:
        shell: Whose configuration it is.
        folder: Where the notebook stands.

    Raises:
        ConfigurationError: A setting's name or value cannot be meant.
    """

    environment = Setting("environment")
    quiet = Setting("quiet")
    zone = Setting("zone")
    masking = Setting("masking")
    strictness = Setting("strictness")
    at_once = Setting("at_once")

    def __init__(self, shell: InteractiveShell, folder: Callable[[], Path]) -> None:
        _check_names(shell.config)
        super().__init__(config=shell.config)
        said = shell.config.get("VippsNb", {})
        configuration.notebook.said = {name: getattr(self, name) for name in SETTINGS if name in said}
        configuration.notebook.folder = folder
        self._showing = False
        self.show_project()
        self.observe(self._say, list(SETTINGS))

    def update_config(self, config: Config) -> None:
        """What ``%config VippsNb.quiet = True`` does."""
        _check_names(config)
        super().update_config(config)

    def show_project(self) -> None:
        """Have the traits show what the project says.

        Only those of which IPython's configuration says nothing.
        """
        project = configuration.of_project(configuration.notebook.folder())
        self._showing = True
        try:
            for name in SETTINGS.keys() - configuration.notebook.said.keys():
                setattr(self, name, project.get(name, SETTINGS[name].default))
        finally:
            self._showing = False

    def give_back(self) -> None:
        """Forget what IPython's configuration said."""
        configuration.notebook.said = {}
        configuration.notebook.folder = Path.cwd

    @classmethod
    def class_get_help(cls, inst: Any = None) -> str:
        """What ``%config VippsNb`` prints: every setting, its value, and who says so."""
        if inst is not None:
            inst.show_project()
        lines = ["VippsNb: counts after an option of a call and the process environment, before pyproject.toml", ""]
        for name, setting in SETTINGS.items():
            value, place = configuration.in_force(name)
            if name == "environment" and (said := os.environ.get(setting.variable)):
                value, place = said, f"the process environment ({setting.variable})"
            lines += [f"VippsNb.{name} = {value!r}", f"    {setting.meaning}"]
            lines.append(f"    From {place}; the default is {setting.default!r}." if place else "    The default.")
        return "\n".join(lines)

    def _say(self, change: Any) -> None:
        if self._showing:
            return
        setting = SETTINGS[change["name"]]
        configuration.notebook.said[setting.name] = change["new"]
        if os.environ.get(setting.variable):
            print(f"{setting.variable} is set in the process environment, and counts before this.")


def _check_names(config: Config) -> None:
    for name in config.get("VippsNb", {}):
        configuration.known(name, IN_IPYTHON)
