"""For whom something is shown, and what is taken out for them.

Secrets always, people's numbers unless they are asked for.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

from vipps_nb.core.bodies import LeftOut, cut_like
from vipps_nb.core.configuration import setting
from vipps_nb.core.redaction import (
    Redactor,
    hints_at_secrets,
    is_personal,
    is_secret,
    is_traded,
    masked_person,
    redactor,
    without_named,
    without_tokens,
)
from vipps_nb.core.secret import MASK, Secret
from vipps_nb.core.zone import moment_in, time_in, zone

DOTS = MASK
# Headers that differ between two installations, and say nothing about the call.
OF_THIS_MACHINE = frozenset(
    {"user-agent", "accept-encoding", "vipps-system-version", "vipps-system-plugin-version", "server", "via"}
)
_LOOPBACK_PORT = re.compile(r"(?<=\b127\.0\.0\.1:)\d+")
_RANDOM_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# The random end of a name that a lesson made up, such as lesson-2-….
_RANDOM_END = re.compile(rf"(?<=\w-){_RANDOM_UUID.pattern}")
# What opens a customer's page; whoever runs the notebook follows the link itself, not its stored copy.
_LANDING_TOKEN = re.compile(r"(?<=[?&]token=)[\w-]+")
_KEY_FIELDS = frozenset({"idempotency-key", "idempotencykey", "x-request-id"})
_NUMBER, _MANY = re.compile(r"\d{8,}"), 20


@dataclass(frozen=True)
class View:
    """For whom something is shown, and where.

    Attributes:
        personal: Whether phone and identity numbers are shown in full.
        still: Whether nothing may be shown that differs from run to run or from machine to machine: the sandbox's
            clock is held, and what a lesson shows is stored and compared.
        persons: Numbers that stand for people; they are taken out of sentences as well.
        unspeakable: Secrets that could be in what is shown, under whatever name.
    """

    personal: bool = False
    still: bool = False
    persons: frozenset[str] = frozenset()
    unspeakable: tuple[Secret, ...] = ()

    def moment(self, moment: datetime) -> str:
        """A moment in the reader's time zone, with its day.

        Raises:
            ConfigurationError: The setting ``zone`` cannot be meant.
        """
        return moment_in(moment, self._zone)

    def time(self, moment: datetime) -> str:
        """The same without its day.

        Raises:
            ConfigurationError: The setting ``zone`` cannot be meant.
        """
        return time_in(moment, self._zone)

    def masked(self, value: Any, field: str = "") -> Any:
        """A copy without secrets, and without personal numbers unless asked for.

        Args:
            value: What :func:`~vipps_nb.core.bodies.parsed` gives, or a part of it: nothing deeper.
            field: The name it stands under.
        """
        if not isinstance(value, Mapping | list):
            return self._masked(value, field, plain=False)
        names, texts = _words(value)
        if self.unspeakable and not self._redactor.finds("\0".join([*names, *texts])):
            # Most hold no secret, which one look at all of it together tells.
            return dataclasses.replace(self, unspeakable=()).masked(value, field)
        # What looks like a secret is looked for in all texts at once, too: no secret goes over a line break.
        together = "\n".join(texts)
        plain = not hints_at_secrets(together) and self.text(together) == together
        return self._masked(value, field, plain=plain)

    @cached_property
    def _redactor(self) -> Redactor:
        return redactor(self.unspeakable)

    @cached_property
    def _zone(self) -> tzinfo | None:
        return zone(still=self.still)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Names as they may be shown; a long list has the same ones many times."""
        return {}

    def _name(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            self._names[name] = known = self.text(name)
        return known

    def _masked(self, value: Any, field: str, *, plain: bool) -> Any:
        """A copy without what may not be seen.

        Args:
            value: What is copied.
            field: The name it stands under.
            plain: Whether there is nothing in its texts that has to be taken out.
        """
        if isinstance(value, dict):
            masked = {
                self._name(name) if isinstance(name, str) else name: self._masked(item, str(name), plain=plain)
                for name, item in value.items()
            }
            # Elsewhere a code is what went wrong; here it is traded for a person's tokens.
            masked |= {"code": DOTS} if is_traded(masked) else {}
            return cut_like(value, masked)
        if isinstance(value, list):
            return cut_like(value, [self._masked(item, field, plain=plain) for item in value])
        shown = value
        if value is None or isinstance(value, LeftOut):
            pass
        elif is_secret(field):
            shown = DOTS
        elif not self.personal and is_personal(field, value):
            shown = masked_person(value)
        elif isinstance(value, str) and (self.still or not plain):
            shown = cut_like(value, self._text(value, field))
        return shown

    def text(self, text: str) -> str:
        """Words without secrets, persons and what differs from run to run.

        What looks like a token is taken for one. Persons stay where they were asked for, and what differs where the
        view is not still.
        """
        text = without_tokens(text)
        text = self._redactor.text(text) if self.unspeakable else text
        text = without_named(text, None if self.personal else _masked_number)
        text = self._without_persons(text) if self.persons and not self.personal else text
        if not self.still:
            return text
        for varying in (_LOOPBACK_PORT, _RANDOM_END, _LANDING_TOKEN):
            text = varying.sub("…", text)
        return text

    def _without_persons(self, text: str) -> str:
        if len(self.persons) > _MANY:  # a list of customers: one look at each number, not one for each customer
            return _NUMBER.sub(lambda found: masked_person(found[0]) if found[0] in self.persons else found[0], text)
        for number in self.persons:
            text = text.replace(number, masked_person(number))
        return text

    def _text(self, value: str, field: str) -> str:
        if self.still and field.lower() in _KEY_FIELDS and _RANDOM_UUID.fullmatch(value):
            return "(a random UUID)"
        return self.text(value)


def shows_persons() -> bool:
    """Whether cards show phone and identity numbers, by the setting ``masking``.

    Raises:
        ConfigurationError: It cannot be meant.
    """
    return bool(setting("masking") == "secrets")


def _words(value: Any) -> tuple[set[str], list[str]]:
    """The names of all fields in a body, and all texts."""
    names: set[str] = set()
    texts: list[str] = []
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, dict):
            names.update(map(str, each))
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return names, texts


def _masked_number(field: str, value: str) -> str | None:
    """What stands in a text instead of a number that stands for a person.

    The field's name tells which does; None leaves the value.
    """
    return masked_person(value) if is_personal(field, value) else None
