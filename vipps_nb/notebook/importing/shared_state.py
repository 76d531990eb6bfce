"""What the scripts and requests of one notebook share.

And the two ways in which a statement has no Python.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vipps_nb.notebook.importing.secrets import Vault
from vipps_nb.notebook.importing.variables import Made, Names, Values


class UntranslatableError(Exception):
    """This statement has no Python here."""


class OfTheSessionError(Exception):
    """This statement does what the session does by itself."""


@dataclass
class SharedState:
    """What all scripts of a notebook share.

    Attributes:
        bare: Variables that stand outside of quotes in a body, where a number is a number.
        needs: Modules and names that cells use, for the first cell.
        once: Idempotency keys that only one request of all has.
        told: Statements that stand in some cell as a comment, by their script: of one that many requests share, once.
        kinds: What a script has last made of a variable.
        tested: Variables of which a script asks whether they have a value: they begin without one.
    """

    names: Names
    values: Values
    vault: Vault
    bare: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)
    kinds: dict[str, str] = field(default_factory=dict)
    once: set[str] = field(default_factory=set)
    told: set[tuple[int, str]] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)

    def name(self, name: str) -> str:
        """Python's name of a variable, which the first cell then has to set."""
        self.used.add(name)
        return self.names.of(name, self.vault.code(name))

    def made(self, made: Made) -> str:
        """The code of a made-up value, and what it needs."""
        for module in ("uuid", "time", "random", "datetime"):
            if re.search(rf"\b{module}\.", made.code):
                self.needs.add(module)
        return made.code
