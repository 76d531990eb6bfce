"""The magics: arguments in; the modules they name do it."""

from __future__ import annotations

import keyword
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    line_magic,
    magics_class,
    no_var_expand,
)
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from vipps_nb.auth.credentials import KEY_TYPES
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.core.configuration import setting
from vipps_nb.core.environment import ENVIRONMENT_NAMES, parse_environment_name
from vipps_nb.errors import EnvironmentChoiceError, MissingKeysError, NotLoggedInError
from vipps_nb.notebook import completion, page_shell
from vipps_nb.notebook.configuration import VippsNb
from vipps_nb.notebook.options import OptionError, in_our_words, is_silent, option_names, strange_words, words
from vipps_nb.notebook.scope import Scope, filled
from vipps_nb.notebook.show import Registration

if TYPE_CHECKING:
    import requests

    from vipps_nb.client.login import Login
    from vipps_nb.client.session import VippsSession
    from vipps_nb.doctor import Report
    from vipps_nb.notebook.desk import LiveDesk
    from vipps_nb.notebook.live_token import LiveToken

_MAGICS = (
    *("vipps", "vipps_calls", "vipps_doctor", "vipps_explore", "vipps_login", "vipps_logout", "vipps_sandbox"),
    "vipps_status",
)
_VALUES: dict[str, Callable[[], Iterable[str]]] = {"--env": lambda: ENVIRONMENT_NAMES, "--key-type": lambda: KEY_TYPES}
_SECRET_SHAPES = re.compile(
    r"""--?[\w-]*(secret|key(?!-t)|token|password)\b   # an option that sounds like one
      | (?<!\w)(?=\w*?(secret|key|token|password))\w+\s*=  # NAME=value
      | \b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b   # a client ID
      | \b[0-9a-f]{32}\b                                  # a subscription key
      | \beyJ[\w-]{8,}                                    # an access token
      | (?<![\w/.+-])(?=[\w+/]*[0-9+])[\w+/]{16,}={1,2}   # a client secret
    """,
    re.IGNORECASE | re.VERBOSE,
)


_CURL = re.compile(r"\s*(?:[$>]\s+)?curl(?:\.exe)?\s")  # a command that was copied from somewhere


def _current_session() -> VippsSession:
    from vipps_nb.client.login import current_session  # noqa: PLC0415 - as in _connect

    return current_session()


def register(shell: InteractiveShell) -> None:
    """Register magics, completion and displays with a shell; a second time, nothing."""
    if "VippsMagics" in shell.magics_manager.registry:
        return
    settings = VippsNb(shell, lambda: _notebook_folder(shell))
    shell.register_magics(VippsMagics)
    cast("list[Any]", shell.configurables).append(settings)  # for %config; annotated as a list of shells
    magics = shell.magics_manager.registry["VippsMagics"]
    if isinstance(magics, VippsMagics):
        shell.Completer.custom_matchers.append(magics.matcher)
        magics.displays = Registration(shell)
        magics.load_again = _loads_again_in_silence(shell)
        page_shell.answer_for_programs(shell)


def unregister(shell: InteractiveShell) -> None:
    """Give back what :func:`register` took, log out, and remove the session's name."""
    magics = shell.magics_manager.registry.pop("VippsMagics", None)
    if isinstance(magics, VippsMagics):
        magics.log_out()
        manager: Any = shell.extension_manager
        if manager.load_extension is magics.load_again:
            del manager.load_extension
        shell.Completer.custom_matchers.remove(magics.matcher)
        if magics.displays is not None:
            magics.displays.give_back()
        page_shell.give_back(shell)
    for settings in [one for one in shell.configurables if isinstance(one, VippsNb)]:
        shell.configurables.remove(settings)
        settings.give_back()
    for name in _MAGICS:
        for kind in ("line", "cell"):
            shell.magics_manager.magics[kind].pop(name, None)


def _loads_again_in_silence(shell: InteractiveShell) -> Callable[[str], str | None]:
    """A cell with ``%load_ext vipps_nb`` may be run twice.

    IPython would tell of it each time.
    """
    manager: Any = shell.extension_manager
    load = manager.load_extension

    def load_extension(name: str) -> str | None:
        said: str | None = load(name)
        return None if name == "vipps_nb" and said == "already loaded" else said

    manager.load_extension = load_extension
    return load_extension


@magics_class
class VippsMagics(Magics):
    """The magics, and what they have put onto the screen and into the namespace."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell = shell  # Magics.shell is the same one, typed as perhaps absent
        self._live: list[LiveToken] = []  # one per session that was shown
        self._desk: LiveDesk | None = None
        self._options: LoginOptions | None = None  # of the last login
        self.displays: Registration | None = None
        self.load_again: Callable[[str], str | None] | None = None
        options = {name: option_names(getattr(self, name).parser) for name in _MAGICS}
        self.matcher = completion.matcher(options, lambda: _notebook_folder(shell), shell.user_ns)

    @magic_arguments()
    @argument("-h", "--help", action="store_true", help="Show this and do nothing.")
    @argument("--env", help="sandbox, test or production. Default: VIPPS_ENVIRONMENT; test when there are keys.")
    @argument("--dotenv", metavar="PATH", help="Read this file instead of the nearest .env.")
    @argument("--profile", metavar="NAME", help="Read .env.NAME instead of .env.")
    @argument("--postman", metavar="FILE", help="Also look into this Postman environment file.")
    @argument(
        "--keyring", action="store_true", help="Take the keys from the system's key store; with --form keep them there."
    )
    @argument("--form", action="store_true", help="Ask for the keys in a form. Never type one into a cell.")
    @argument("--as", dest="name", default="vipps", metavar="NAME", help="Name of the session. Default: vipps.")
    @argument("--key-type", default="merchant", help=f"One of: {', '.join(KEY_TYPES)}. Default: merchant.")
    @argument("--refresh", action="store_true", help="Fetch a new token now.")
    @argument("--init", action="store_true", help="First make this folder safe for keys: .env.example, .gitignore, …")
    @argument("--strip-outputs", action="store_true", help="As --init, and git stores notebooks without outputs.")
    @argument("--quiet", action="store_true", default=None, help="Show nothing.")
    @no_var_expand  # see _parse
    @line_magic
    def vipps_login(self, line: str) -> None:
        """Log in: find the keys, fetch the token, make the session.

        The token is cached, and the session put into the namespace. No option takes a secret: what stands in a cell is
        in the notebook file and in IPython's history.
        """
        options = self._parse(self.vipps_login, line)
        if options is None:
            return
        if not options.name.isidentifier() or keyword.iskeyword(options.name):
            raise UsageError(f"--as {options.name} is no name for a variable. Expected something like vipps.")
        if options.env:
            _usage(lambda: parse_environment_name(options.env, said_by="--env"))
        if options.init or options.strip_outputs:
            self._prepare(options)
        if options.form:
            self._ask(options)
            return
        try:
            outcome = self._connect(options)
        except MissingKeysError:
            if _has_front_end(self._shell) and not _is_quiet(options):
                self._show_form(options)
            raise
        self._welcome(outcome, options)
        if not _is_quiet(options):
            self._show(outcome.notices)

    @magic_arguments()
    @argument("method", metavar="METHOD", nargs="?", help="GET, POST, PUT, PATCH or DELETE.")
    @argument("path", metavar="PATH", nargs="?", help="From the host's root. {name} is filled in from a variable.")
    @argument("-h", "--help", action="store_true", help="Show this and do nothing.")
    @argument("-o", "--out", metavar="NAME", help="Also keep the answer in this variable.")
    @argument("--header", action="append", default=[], metavar="'NAME: VALUE'", help="One header more; {name} works.")
    @argument("--session", metavar="NAME", help="Send with this session. Default: the one of the last login.")
    @argument("--dry-run", action="store_true", help="Print the request, secrets masked, and send nothing.")
    @argument(
        "--as", dest="language", metavar="LANGUAGE", help="Print it as python, magic, curl or httpie; send nothing."
    )
    @argument("--force", action="store_true", help="Send a body even if the catalogue finds it wrong.")
    @no_var_expand  # {name} is filled in where a value can be escaped and a missing one be named
    @line_cell_magic
    def vipps(self, line: str, cell: str = "") -> requests.Response | None:
        """Send one request through the session; the result is the response, also in _.

        Below `%%vipps` stands a JSON body. ${name} in it is filled in from a variable, comments are allowed, and it is
        checked before anything is sent. In a path and a header {name} will do. A curl command that is pasted below
        `%%vipps` alone is the same call: the session leaves out what it sends by itself. In a function, names mean the
        function's own variables first, then the notebook's; -o keeps the answer in the notebook's variable, so there
        write `payment = %vipps ...`. The session is the one of the last %vipps_login, whatever its name, unless
        --session says otherwise. Tab completes methods, paths, fields, values, and references seen in this kernel.
        In production a write needs Python: `with vipps.allow_writes(): ...`, and --as python writes the rest of it.

        Examples:
            %vipps GET /webhooks/v1/webhooks

            reference = "coffee-0001"

            %%vipps POST /epayment/v1/payments -o payment
            {
              "amount": {"currency": "NOK", "value": 4900},  // in øre
              "paymentMethod": {"type": "WALLET"},
              "reference": ${reference},
              "userFlow": "WEB_REDIRECT",
              "returnUrl": "https://example.com/thanks?order=${reference}",
              "paymentDescription": "A cup of coffee"
            }

            %vipps GET /epayment/v1/payments/{reference}

            %vipps GET /epayment/v1/payments/{reference}/events --as curl

            %%vipps POST /epayment/v1/payments/{reference}/cancel --header "Idempotency-Key: {reference}-x" --dry-run
            {}

            %%vipps --as magic
            curl https://apitest.vipps.no/webhooks/v1/webhooks -H "Authorization: Bearer $TOKEN"
        """
        from vipps_nb.notebook.calls import cells  # noqa: PLC0415 - reads the catalogue, which not everybody needs

        magic = cast("Any", self.vipps)  # the decorator has put a parser on it
        scope = Scope(self._shell.user_ns, (line, cell))
        pasted = _CURL.match(cell) is not None
        cells.refuse_secrets(line if pasted else f"{line}\n{cell}", scope)
        options = _read(magic, line)
        if options.help:
            print(magic.parser.format_help())
            return None
        if (options.method is None or options.path is None) and not (pasted and options.method is None):
            raise UsageError(
                "Expected a method and a path: %vipps GET /epayment/v1/payments/{reference}. More: %vipps -h"
            )
        if options.out is not None and (not options.out.isidentifier() or keyword.iskeyword(options.out)):
            raise UsageError(f"-o {options.out} is no name for a variable. Expected something like payment.")
        if options.out is not None and not scope.is_the_notebooks(options.out):
            raise UsageError(
                f"-o {options.out} keeps the answer in the notebook's variable, and the code around has one of its own "
                f"by that name, which Python lets nobody else set. Write {options.out} = %vipps … instead."
            )
        order = cells.Order(
            method=options.method or "",
            path=options.path or "",
            headers=options.header,
            language=options.language,
            session=options.session,
            dry_run=options.dry_run,
            force=options.force,
        )
        body = cell.rstrip().removesuffix(";")
        silent = is_silent(line) or cell.rstrip().endswith(";")
        if pasted:
            from vipps_nb.notebook.importing.pasted import order_of  # noqa: PLC0415 - for whoever brings such a thing

            order, body = order_of(body, order, scope)
        answer = cells.carry_out(order, body, scope)
        if isinstance(answer, str):
            print(answer)
            return None
        if options.out is not None:
            self._shell.user_ns[options.out] = answer
        return None if silent else answer

    @magic_arguments()
    @argument("words", metavar="WORD", nargs="*", help="An API, a method and path, or words to look for.")
    @argument("-h", "--help", action="store_true", help="Show this and do nothing.")
    @no_var_expand  # see _parse
    @line_magic
    def vipps_explore(self, line: str) -> None:
        """Find an operation, fill in its form, send it, see the answer.

        The call can be taken along as code. In a terminal the operations are listed. A document that
        vipps_nb.openapi(...) has read is found by its title.

        Examples:
            %vipps_explore

            %vipps_explore capture

            %vipps_explore recurring charges

            %vipps_explore POST /epayment/v1/payments
        """
        # Not filled in: {reference} is a part of an operation's own name.
        options = self._parse(self.vipps_explore, line, fill=False)
        if options is None:
            return
        from vipps_nb.notebook import explorer  # noqa: PLC0415 - reads the catalogue, which not everybody needs

        words = options.words
        if _has_front_end(self._shell):
            display(explorer.explore(words, self._shell.user_ns))
        else:
            print(explorer.listing(words))

    @magic_arguments()
    @argument("-h", "--help", action="store_true", help="Show this and do nothing.")
    @argument("--text", action="store_true", help="As text: a table for each session, the newest calls first.")
    @no_var_expand  # see _parse
    @line_magic
    def vipps_calls(self, line: str) -> None:
        """Show the calls of this kernel, live, the newest first.

        Search them, look into one, compare two, copy one as code, edit it and send it again. In a terminal they are
        listed. vipps.history has those of one session for code.
        """
        options = self._parse(self.vipps_calls, line)
        if options is None:
            return
        from vipps_nb.notebook import calls_panel  # noqa: PLC0415 - reads the catalogue, which not everybody needs

        if options.text or not _has_front_end(self._shell):
            print(calls_panel.text())
        else:
            display(calls_panel.panel_for(self._shell.user_ns))

    @magic_arguments()
    @argument("-h", "--help", action="store_true", help="Show this and do nothing.")
    @no_var_expand  # see _parse
    @line_magic
    def vipps_status(self, line: str) -> None:
        """Show the live token widget again; one line of text in a terminal."""
        if self._parse(self.vipps_status, line) is None:
            return
        _current_session()
        self._show(())

    @magic_arguments()
    @argument("-h", "--help", action="store_true", help="Show this and do nothing.")
    @no_var_expand  # see _parse
    @line_magic
    def vipps_logout(self, line: str) -> None:
        """Forget token and keys, remove the session from the namespace, stop the sandbox."""
        if self._parse(self.vipps_logout, line) is None:
            return
        try:
            _current_session()
        except NotLoggedInError:
            print("Not logged in: there is nothing to forget.")
            return
        self.log_out()
        print("Logged out. Token and keys are forgotten.")

    @magic_arguments()
    @argument("-h", "--help", action="store_true", help="Show this and do nothing.")
    @argument("--text", action="store_true", help="As text: the time, what waits on the phone, the last requests.")
    @no_var_expand  # see _parse
    @line_magic
    def vipps_sandbox(self, line: str) -> None:
        """Show the sandbox's desk.

        The customer's phone, the clock, faults, a new world, the request log.
        """
        options = self._parse(self.vipps_sandbox, line)
        if options is None:
            return
        session = _current_session()
        if session.sandbox is None:
            place = session.environment.name
            print(
                f"This session is with the {place} environment. The desk is the sandbox's: %vipps_login --env sandbox"
            )
        elif options.text or not _has_front_end(self._shell):
            from vipps_nb.notebook.desk_words import text  # noqa: PLC0415 - as in _show

            print(text(session.sandbox))
        else:
            from vipps_nb.notebook.desk import LiveDesk  # noqa: PLC0415 - as in _show

            if self._desk is None or not self._desk.shows(session.sandbox):
                self._desk = LiveDesk(session.sandbox)
            display(self._desk.widget)

    @magic_arguments()
    @argument("-h", "--help", action="store_true", help="Show this and do nothing.")
    @argument("--env", help="sandbox, test or production. Default: as %%vipps_login would choose.")
    @argument("--dotenv", metavar="PATH", help="Read this file instead of the nearest .env.")
    @argument("--profile", metavar="NAME", help="Read .env.NAME instead of .env.")
    @argument("--postman", metavar="FILE", help="Also look into this Postman environment file.")
    @argument("--keyring", action="store_true", help="Look into the system's key store too, before .env.")
    @argument("--key-type", default="merchant", help=f"One of: {', '.join(KEY_TYPES)}. Default: merchant.")
    @argument("--report", action="store_true", help="As text for a bug report: no key, no path, no machine's name.")
    @no_var_expand  # see _parse
    @line_magic
    def vipps_doctor(self, line: str) -> Report | None:
        """Check keys, host, clock, token, products and the .env, step by step.

        Each finding comes with its remedy. Works without a login, and when a login fails. Sends the keys to their own
        host only, and changes nothing.
        """
        options = self._parse(self.vipps_doctor, line)
        if options is None:
            return None
        from vipps_nb.doctor import examine  # noqa: PLC0415 - whoever is well does not need it

        report = examine(_login_options(self._shell, options))
        if not options.report:
            return report
        print(report.block)
        return None

    def log_out(self) -> None:
        """What ``%vipps_logout`` and the widget's button do, without a word."""
        from vipps_nb.client.login import logout  # noqa: PLC0415 - as in _connect
        from vipps_nb.client.session import VippsSession  # noqa: PLC0415 - as in _connect
        from vipps_nb.notebook.calls.references import SEEN  # noqa: PLC0415 - knows the catalogue, which loading should not wait for

        SEEN.forget()
        logout()
        namespace = self._shell.user_ns
        for name in [name for name, value in namespace.items() if isinstance(value, VippsSession)]:
            del namespace[name]
        # Each card heard of the logout from the token cache; now there is nothing more to hear.
        for live in self._live:
            live.close()
        self._live = []

    def _parse(self, magic: Any, line: str, *, fill: bool = True) -> Namespace | None:
        """The options, or ``None`` after help was shown.

        Names in their values are filled in here and not by IPython: it does not know the variables of a function
        around, and takes a value with a blank apart.
        """
        _refuse_secrets(line)
        options = _read(magic, line)
        given = {name: value for name, value in vars(options).items() if isinstance(value, str)}
        if fill and any("{" in value or "$" in value for value in given.values()):
            scope = Scope(self._shell.user_ns, (line,))
            vars(options).update({name: filled(value, scope) for name, value in given.items()})
            _refuse_secrets("\n".join(value for value in vars(options).values() if isinstance(value, str)))
        if options.help:
            print(magic.parser.format_help())
            return None
        return options

    def _prepare(self, options: Namespace) -> None:
        from vipps_nb.auth.dotenv_init import prepare  # noqa: PLC0415 - once in the life of a folder

        asked = _login_options(self._shell, options)
        said = prepare(asked.place, key_type=asked.key_type, strip_outputs=options.strip_outputs)
        if not _is_quiet(options):
            print(said)

    def _connect(self, options: Namespace) -> Login:
        # Logging in brings requests, which costs more than all the rest: not before somebody does it.
        from vipps_nb.client.login import connect  # noqa: PLC0415

        return connect(_login_options(self._shell, options), refresh=options.refresh)

    def _welcome(self, outcome: Login, options: Namespace) -> None:
        self._shell.user_ns[options.name] = outcome.session
        self._options = _login_options(self._shell, options)

    def _show(self, notices: tuple[str, ...]) -> None:
        # The widgets cost a third of a second to import; loading the extension should not.
        from vipps_nb.notebook.live_token import status_text  # noqa: PLC0415

        session = _current_session()
        if not _has_front_end(self._shell):
            print(*notices, status_text(session), sep="\n")
            return
        display(self._card(notices).widget)

    def _card(self, notices: tuple[str, ...]) -> LiveToken:
        """The live card of the last login's token."""
        from vipps_nb.notebook.live_token import LiveToken  # noqa: PLC0415 - as in _show

        session = _current_session()
        live = next((live for live in self._live if live.shows(session)), None)
        if live is None:
            live = LiveToken(session, self.log_out, notices, self._options)
            self._live.append(live)
        live.restate()
        return live

    def _ask(self, options: Namespace) -> None:
        if _has_front_end(self._shell):
            self._show_form(options)
            return
        from vipps_nb.client.login import login  # noqa: PLC0415 - as in _connect

        session = login(
            env=options.env,
            form=True,
            key_type=options.key_type,
            refresh=options.refresh,
            **_files(options),
        )
        self._shell.user_ns[options.name] = session
        if not _is_quiet(options):
            self._show(())

    def _show_form(self, options: Namespace) -> None:
        from vipps_nb.notebook.login_form import login_dialog  # noqa: PLC0415 - as in _show
        from vipps_nb.widgets.login_form import LoginPlace  # noqa: PLC0415 - as in _show

        def welcome(outcome: Login) -> str:
            self._welcome(outcome, options)
            place = outcome.session.environment.name
            return " ".join([f"Logged in to {place}. `{options.name}` is ready.", *outcome.notices])

        where = LoginPlace()
        form = login_dialog(
            _login_options(self._shell, options),
            on_login=welcome,
            on_done=lambda said: where.become(self._card(()).widget),
        )
        where.ask(form)
        display(where)


def _read(magic: Any, line: str) -> Namespace:
    """The options of a magic's line.

    Raises:
        UsageError: There is no such option, or it has no value.
    """
    parser: ArgumentParser = magic.parser
    try:
        options, rest = parser.parse_known_intermixed_args(words(line))
    except (OptionError, UsageError) as error:
        raise UsageError(in_our_words(str(error), parser)) from None
    if rest:
        raise UsageError(strange_words(magic.__name__, rest, parser, _VALUES))
    return options


def _refuse_secrets(text: str) -> None:
    if _SECRET_SHAPES.search(text):
        raise UsageError(
            "Something on this line looks like a key, so nothing was done and nothing was sent. No option takes "
            "a secret: a cell is saved in the notebook and in IPython's history. Put keys into .env or use "
            "%vipps_login --form; delete what you typed, and if it was real make a new one in the portal."
        )


def _files(options: Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in ("dotenv", "profile", "postman", "keyring")}


def _login_options(shell: InteractiveShell, options: Namespace) -> LoginOptions:
    return LoginOptions(env=options.env, key_type=options.key_type, folder=_notebook_folder(shell), **_files(options))


def _usage(check: Callable[[], object]) -> None:
    try:
        check()
    except EnvironmentChoiceError as error:
        raise UsageError(str(error)) from None


def _is_quiet(options: Namespace) -> bool:
    return bool(options.quiet or setting("quiet"))


def _has_front_end(shell: InteractiveShell) -> bool:
    """Whether somebody draws what is displayed.

    A kernel has a front end, a terminal has none.
    """
    return hasattr(shell, "kernel")


def _notebook_folder(shell: InteractiveShell) -> Path:
    # VS Code starts kernels in the workspace's folder and says in a variable where the notebook is.
    notebook = shell.user_ns.get("__vsc_ipynb_file__")
    return Path(notebook).parent if isinstance(notebook, str) else Path.cwd()
