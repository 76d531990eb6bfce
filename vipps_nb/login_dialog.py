"""Introduces the login form and the login to each other: which fields to ask for, what Log in does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vipps_nb import key_names, key_sources
from vipps_nb.credentials import KeyType
from vipps_nb.dotenv_file import Change, with_keys, with_lines
from vipps_nb.environment import official_environment
from vipps_nb.login import Login, connect, on_public_binder
from vipps_nb.widget.login_form import ENVIRONMENTS, FormChoices, FormField, LoginForm

_LABELS = {
    "client_id": "Client ID",
    "client_secret": "Client secret",
    "subscription_key": "Subscription key",
    "merchant_serial_number": "Merchant serial number",
}
_HINTS = {"subscription_key": "primary or secondary"}
_SECRETS = ("client_secret", "subscription_key")
_BINDER = "This is a public Binder, a machine of strangers: only the sandbox is offered. Type no real key here."


def login_dialog(
    *,
    folder: Path,
    env: str | None,
    key_type: KeyType,
    options: Mapping[str, Any],
    on_login: Callable[[Login], str],
) -> LoginForm:
    """A form that logs in with what is typed, and writes it to a ``.env`` when asked.

    Args:
        folder: Where the notebook stands.
        env: The environment to propose; ``None`` proposes the sandbox that ``VIPPS_BASE_URL`` names, or else ``test``.
        key_type: Whose keys to ask for.
        options: ``dotenv``, ``profile`` and ``postman``, as for :func:`vipps_nb.login`.
        on_login: Called after a successful login; returns the sentence that the form shows.
    """
    names = key_names.names_for(key_type)
    sources = key_sources.load_sources(folder=folder, **options)
    found = key_sources.where_found(sources, key_type)

    def submit(values: Mapping[str, str], choices: FormChoices) -> str:
        typed = {names[what]: value for what, value in values.items()}
        # What cannot be saved is said before anything is sent.
        saving = _planned(folder, typed, choices) if choices.save and typed else ()
        outcome = connect(
            env=choices.environment,
            key_type=key_type,
            folder=folder,
            typed=typed,
            **options,
        )
        said = on_login(outcome)
        for change in saving:
            change.carry_out()
        if saving:
            said += " Saved to .env, readable only by you" + (" and ignored by git." if len(saving) > 1 else ".")
        return said

    binder = on_public_binder()
    base_url = key_sources.base_url_setting(sources)
    # A sandbox that runs elsewhere, such as the teacher's, has keys of its own.
    joins = base_url is not None and official_environment(base_url) is None and not binder
    form = LoginForm(
        fields=[
            FormField(
                what, _LABELS[what], secret=what in _SECRETS, found_in=found.get(what, ""), hint=_HINTS.get(what, "")
            )
            for what in key_names.required_fields(key_type)
        ],
        environment="sandbox" if binder else env or ("sandbox" if joins else "test"),
        # What must not be used here is not asked for.
        environments=("sandbox",) if binder else ENVIRONMENTS,
        keyless=() if joins else ("sandbox",),
        on_submit=submit,
    )
    form.message = _BINDER if binder else ""
    return form


def _planned(folder: Path, typed: Mapping[str, str], choices: FormChoices) -> Sequence[Change]:
    """What saving will write: first the line that keeps git from the keys, then the keys."""
    file = key_sources.nearest(folder, ".env") or folder / ".env"
    keys = with_keys(file, {**typed, "VIPPS_ENVIRONMENT": choices.environment})
    ignored = with_lines(file.parent / ".gitignore", [file.name]) if choices.gitignore else None
    return (ignored, keys) if ignored is not None and ignored.added else (keys,)
