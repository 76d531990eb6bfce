"""What ``!command`` says in a page of a browser, which cannot start programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from IPython.core.error import UsageError

from vipps_nb.core import machine

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# What each of our own commands is in a page.
INSTEAD = {
    "doctor": "%vipps_doctor does the same here",
    "import": ("Here it is `from vipps_nb.cli import main`, and main(['import', 'FILE'], standalone_mode=False)"),
    "lab": "This page is a JupyterLab, with the lessons in its list of files",
    "sandbox": "%vipps_login has a sandbox of its own here",
}
_OURS = re.compile(r"\s*(?:\S*python\S*\s+-m\s+vipps_nb(?:\.cli)?|vipps-nb)\b\s*(\w*)")


def answer_for_programs(shell: InteractiveShell) -> None:
    """In a page, answer ``!command`` with a sentence; on a machine do nothing."""
    if machine.is_a_page():
        own: Any = shell
        own.system = own.getoutput = _refuse


def give_back(shell: InteractiveShell) -> None:
    """Let the shell answer again as it would by itself."""
    for name in ("system", "getoutput"):
        if vars(shell).get(name) is _refuse:
            delattr(shell, name)


def _refuse(command: str, *_args: Any, **_kwargs: Any) -> NoReturn:
    ours = _OURS.match(command)
    instead = INSTEAD.get(ours[1], "%vipps_login has a sandbox of its own here") if ours else "Use Python instead"
    raise UsageError(f"A page in a browser cannot start programs, so `{command.strip()}` was not run. {instead}.")
