"""Connects the login form with the login.

Which fields to ask for, what Log in does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vipps_nb.auth import key_names, key_store
from vipps_nb.auth import sources as key_sources
from vipps_nb.auth.credentials import shape_findings
from vipps_nb.auth.dotenv_file import Change, with_keys, with_lines
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.client.login import Login, connect, no_place_for_keys, remember
from vipps_nb.core.environment import official_environment
from vipps_nb.errors import CredentialsError, TokenRefusedError, VippsNbError
from vipps_nb.widgets.login_form import ENVIRONMENTS, FormChoices, FormField, LoginForm, RefusedError

PORTAL = "https://portal.vippsmobilepay.com"
"""Where a merchant finds the keys, under "For developers"."""
_LABELS = {
    "client_id": "Client ID",
    "client_secret": "Client secret",
    "subscription_key": "Subscription key",
    "merchant_serial_number": "Merchant serial number",
}
_HINTS = {"subscription_key": "primary or secondary"}
# A client ID is hexadecimal digits with hyphens, and what is short is no secret; the rest may be one.
_STAYS = {"client_id": r"\W*[0-9a-f]+(-[0-9a-f]+)+\W*|.{0,19}", "merchant_serial_number": ".{0,19}"}
_FORM = "the form"
_SECRETS = ("client_secret", "subscription_key")
_NO_PLACE = {
    "a public Binder": "This is a public Binder, a machine of strangers: only the sandbox is offered. "
    "Type no real key here.",
    "a page in a browser": "This is a page in a browser: only the sandbox is offered. Type no real key here.",
}


def login_dialog(
    options: LoginOptions,
    *,
    on_login: Callable[[Login], str],
    on_done: Callable[[str], None] = lambda said: None,
) -> LoginForm:
    """A form that logs in with what is typed, and writes it to a ``.env`` when asked.

    Args:
        options: Which login is meant. ``env`` is what is proposed; ``None`` proposes the sandbox that
            ``VIPPS_BASE_URL`` names, or else ``test``.
        on_login: Called after a successful login; returns the sentence that the form shows.
        on_done: Called with all that is to be said, when the form is done.
    """
    names = key_names.names_for(options.key_type)
    ticked, options = options.keyring, replace(options, keyring=False)  # what is typed counts before what is stored
    sources = options.load_sources()
    found = key_sources.where_found(sources, options.key_type)
    no_place = no_place_for_keys()
    base_url = key_sources.base_url_setting(sources)
    # A sandbox that runs elsewhere, such as the teacher's, has keys of its own.
    joins = base_url is not None and official_environment(base_url) is None and not no_place
    keyless = () if joins else ("sandbox",)

    def submit(values: Mapping[str, str], choices: FormChoices) -> str:
        typed = {names[what]: value for what, value in values.items()}
        if choices.environment not in keyless:
            _refuse_faults(typed, options)
        try:
            # What cannot be saved is said before anything is sent.
            saving = _planned(options.place, typed, choices) if choices.save and typed else ()
            if choices.remember:
                key_store.check()
            outcome = connect(replace(options, env=choices.environment), typed=typed)
        except VippsNbError as error:
            raise _refused(error, names) from None
        said = on_login(outcome)
        try:
            for change in saving:
                change.carry_out()
        except CredentialsError as error:
            return f"{said} But nothing was saved: {error}"
        if choices.remember and choices.environment not in keyless:
            try:
                said += f" {remember(outcome.session)}"
            except CredentialsError as error:
                said += f" But they were not remembered: {error}"
        if saving:
            said += " Saved to .env, readable only by you" + (" and ignored by git." if len(saving) > 1 else ".")
        return said

    form = LoginForm(
        fields=[
            FormField(
                what,
                _LABELS[what],
                secret=what in _SECRETS,
                found_in=found.get(what, ""),
                hint=_HINTS.get(what, ""),
                stays=_STAYS.get(what, ""),
            )
            for what in key_names.required_fields(options.key_type)
        ],
        environment="sandbox" if no_place else options.env or ("sandbox" if joins else "test"),
        # What must not be used here is not asked for.
        environments=("sandbox",) if no_place else ENVIRONMENTS,
        keyless=keyless,
        on_submit=submit,
        on_done=on_done,
        remembers=_remembers(ticked, no_place),
        portal="" if no_place else PORTAL,
    )
    form.message = _NO_PLACE.get(no_place, "")
    return form


def _remembers(ticked: bool, no_place: str) -> str:
    if no_place or not key_store.is_installed():
        return "no"
    return "ticked" if ticked else "yes"


def _refuse_faults(typed: Mapping[str, str], options: LoginOptions) -> None:
    """Say at each field what cannot be right about it, before anything is sent.

    Raises:
        RefusedError: Something cannot.
    """
    sources = [key_sources.Source(_FORM, typed), *options.load_sources()]
    hits = dict(key_sources.hits(sources, options.key_type))
    faults = {}
    for what in key_names.required_fields(options.key_type):
        hit = hits.get(what)
        if hit is None:
            faults[what] = "Missing. Copy it from portal.vippsmobilepay.com → For developers."
        elif findings := [_plain(finding) for finding in shape_findings(what, hit.value)]:
            where = "This" if hit.source == _FORM else f"The value from {hit.source}"
            faults[what] = " ".join(_ended(f"{where} {finding}") for finding in findings)
    if faults:
        labels = [_LABELS[what] for what in faults]
        several = f"{', '.join(labels[:-1])} and " if labels[1:] else ""
        raise RefusedError(f"Nothing was sent. Look again at: {several}{labels[-1]}.", faults)


def _refused(error: VippsNbError, names: Mapping[str, str]) -> RefusedError:
    """The same refusal in the form's words, at its field if it has one."""
    words = str(error).replace("choose --env ", "choose ").replace(" from the form", "")
    for what, name in sorted(names.items(), key=lambda pair: -len(pair[1])):
        words = words.replace(name, f"the {_LABELS[what][0].lower()}{_LABELS[what][1:]}")
    if not isinstance(error, TokenRefusedError) or not error.field:
        return RefusedError(words, {})
    cause, _, server = words.partition("\n")
    # What Azure adds below its sentence is for a support case; the cell's own error has it whole.
    said = server.partition("\n")[0]
    return RefusedError(f"Not logged in: see {_LABELS[error.field]}. {said}", {error.field: cause})


def _plain(finding: str) -> str:
    """A finding in words of the form, where nobody has heard of headers."""
    return finding.replace("that no header can carry", "that no key has")


def _ended(words: str) -> str:
    return words if words.endswith((".", "?")) else words + "."


def _planned(folder: Path, typed: Mapping[str, str], choices: FormChoices) -> Sequence[Change]:
    """What saving will write.

    First the line that keeps git from the keys, then the keys.
    """
    file = key_sources.nearest(folder, ".env") or folder / ".env"
    keys = with_keys(file, {**typed, "VIPPS_ENVIRONMENT": choices.environment})
    ignored = with_lines(file.parent / ".gitignore", [file.name]) if choices.gitignore else None
    return (ignored, keys) if ignored is not None and ignored.added else (keys,)
