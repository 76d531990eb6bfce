"""The form that asks for keys: what `%vipps_login --form` shows.

What is typed travels to the kernel once, as a custom message, when Log in is pressed; the inputs of secrets are
emptied at that moment. It never becomes a trait, so no saved notebook can hold it, and it is never sent back. When the
form has to ask again, the reason stands at its field.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import anywidget
import ipywidgets  # type: ignore[import-untyped] # ships no types
import traitlets

from vipps_nb.widgets import card
from vipps_nb.widgets.token_status import TokenStatus

_LIVE_WORDS = (
    "In a running notebook a form stands here that asks for the keys. "
    "What is typed there never becomes part of the notebook."
)
ENVIRONMENTS = ("test", "sandbox", "production")
_LOGIN_FAILED = "Logging in failed unexpectedly. Run %vipps_login to see why."


@dataclass(frozen=True)
class FormField:
    """One line of the form: what is asked for, never its value.

    Attributes:
        name: Key of the typed text in what `on_submit` gets.
        label: What the person reads.
        secret: Whether the text is hidden while typing.
        found_in: Where a value was found already, e.g. ".env": the line may stay empty; "" for nowhere.
        hint: A few words under the line; "" for none.
        stays: What a typed text that is no secret looks like, as a regular expression: it stays when the form asks
            again. What looks otherwise may be a secret in the wrong line, and goes. "" keeps every text.
    """

    name: str
    label: str
    secret: bool = False
    found_in: str = ""
    hint: str = ""
    stays: str = ""


@dataclass(frozen=True)
class FormChoices:
    """What was chosen beside the keys.

    Attributes:
        environment: "sandbox", "test" or "production".
        save: Write what was typed to `.env`.
        gitignore: Name `.env` in `.gitignore` too; only ever true together with `save`.
        remember: Keep the keys in the operating system's store.
    """

    environment: str
    save: bool
    gitignore: bool
    remember: bool = False


class RefusedError(Exception):
    """Why the form asks again.

    Attributes:
        faults: By field name, what is wrong with it, as a sentence in the form's words. Never holds what was typed.
    """

    def __init__(self, message: str, faults: Mapping[str, str]) -> None:
        super().__init__(message)
        self.faults = dict(faults)


class LoginPlace(ipywidgets.VBox):  # type: ignore[misc] # as above
    """Where the form stands, and after a login the token's card, in the same place."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: LoginForm | TokenStatus | None = None

    def ask(self, form: LoginForm) -> None:
        """Show the form. Once it is done it is one line: how the login went."""
        self._shown = form
        self.children = [form]

    def become(self, card: TokenStatus) -> None:
        """Show the token's card from now on, below that line."""
        self._shown = card
        self.children = [*self.children[:1], card]

    def __repr__(self) -> str:
        """What stands there in one line, without an address: nbval compares it."""
        return repr(self._shown)

    # A widget of ipywidgets gives its data alone, without metadata.
    def _repr_mimebundle_(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, **kwargs: Any
    ) -> card.MimeBundle | None:
        shown = self._shown and self._shown._repr_mimebundle_()
        html = shown[0]["text/html"] if shown else ""
        own: Any = super()._repr_mimebundle_(**kwargs)
        return card.with_twins((own, {}), repr(self), html)


class LoginForm(anywidget.AnyWidget):
    """A form for the keys of one environment.

    Args:
        fields: What to ask for, in order.
        environment: The choice at the start.
        environments: All that can be chosen.
        keyless: Those of them that need no keys: the kernel's own sandbox, but not one that runs elsewhere.
        on_submit: Called with the typed texts (by field name, only those that were typed, without the spaces
            that copying adds) and the choices, on a thread of its own. Returns the sentence to show. An error
            of ours that it raises is shown whole, and the form asks again; see :class:`RefusedError`.
        on_done: Called with that sentence once the form is done.
        portal: The page where the keys are; empty for no link to it.
        remembers: Whether the operating system's store can be offered: ``no``, ``yes``, or ``ticked`` at the start.
    """

    _esm = card.script("login_form.js")
    _css = card.stylesheet("login_form.css")

    fields = traitlets.List(traitlets.Dict()).tag(sync=True)
    environment = traitlets.Unicode("test").tag(sync=True)
    environments = traitlets.List(traitlets.Unicode()).tag(sync=True)
    keyless = traitlets.List(traitlets.Unicode()).tag(sync=True)
    portal = traitlets.Unicode("").tag(sync=True)
    remembers = traitlets.Unicode("no").tag(sync=True)  # no | yes | ticked
    state = traitlets.Unicode("asking").tag(sync=True)  # asking | checking | done
    message = traitlets.Unicode("").tag(sync=True)  # why it asks again, or how it ended
    faults = traitlets.Dict().tag(sync=True)  # by field name, a sentence

    def __init__(
        self,
        *,
        fields: Sequence[FormField],
        environment: str,
        on_submit: Callable[[Mapping[str, str], FormChoices], str],
        environments: Sequence[str] = ENVIRONMENTS,
        keyless: Sequence[str] = ("sandbox",),
        on_done: Callable[[str], None] = lambda said: None,
        remembers: str = "no",
        portal: str = "",
    ) -> None:
        # Messages arrive on a subshell's thread with ipykernel 7.1 to 7.3, and on the main thread elsewhere.
        self._changing = threading.RLock()
        self._on_submit = on_submit
        self._on_done = on_done
        super().__init__(
            fields=[asdict(field) for field in fields],
            environment=environment,
            environments=list(environments),
            keyless=list(keyless),
            remembers=remembers,
            portal=portal,
        )
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        """The form in one line, without an address: nbval compares it."""
        return f"Vipps login form · {self.environment}"

    def _repr_mimebundle_(self, **kwargs: Any) -> card.MimeBundle | None:
        html = card.twin(["Vipps login form", self.environment], _LIVE_WORDS)
        return card.with_twins(super()._repr_mimebundle_(**kwargs), repr(self), html)

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        match content:
            case {"do": "submit", "values": dict() as values, "environment": str() as environment}:
                save = content.get("save") is True
                gitignore = save and content.get("gitignore") is True
                choices = FormChoices(environment, save, gitignore, content.get("remember") is True)
                typed = self._typed(values)
                # ipykernel keeps the last message it handled; it shall not keep the keys with it.
                values.clear()
                self._start_login(typed, choices)

    def _typed(self, values: Mapping[object, object]) -> dict[str, str]:
        names = {field["name"] for field in self.fields}
        return {
            str(name): text.strip()
            for name, text in values.items()
            if name in names and isinstance(text, str) and text.strip()
        }

    def _start_login(self, typed: dict[str, str], choices: FormChoices) -> None:
        with self._changing:
            if self.state != "asking" or choices.environment not in self.environments:
                return
            self._show(environment=choices.environment, state="checking", message="", faults={})
        card.in_background(lambda: self._log_in(typed, choices), "login")

    def _log_in(self, typed: dict[str, str], choices: FormChoices) -> None:
        try:
            said = self._on_submit(typed, choices)
        except Exception as error:
            faults = error.faults if isinstance(error, RefusedError) else {}
            self._show(state="asking", message=card.sentence_for(error, _LOGIN_FAILED, whole=True), faults=faults)
        else:
            self._show(state="done", message=said)
            self._on_done(said)

    def _show(self, **traits: object) -> None:
        # The lock, because two threads inside hold_sync would send each other's half of the state.
        with self._changing, self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)
