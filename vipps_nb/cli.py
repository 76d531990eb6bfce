"""The command ``vipps-nb``: lab, import, sandbox, doctor."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from vipps_nb.core import machine
from vipps_nb.core.configuration import setting
from vipps_nb.core.private_file import write_private
from vipps_nb.core.stopping import when_told_to_stop
from vipps_nb.core.visible import visible
from vipps_nb.errors import VippsNbError

if TYPE_CHECKING:
    from vipps_nb.sandbox import Sandbox

# How a standard stream refuses: nobody reads it, no room, a full quota, no such stream, a terminal that is gone.
_UNWRITABLE = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF, errno.EIO}


class _Group(click.Group):
    """Ends one of our own errors in a sentence instead of a traceback.

    A standard output that cannot be written to as well.
    """

    def main(self, *args: Any, **extra: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a locale without our letters is no reason to fail
        if sys.stdout is None:
            _end_unheard("it is closed")
        try:
            return super().main(*args, **extra)
        except OSError as error:  # from click's own help and version
            _end_if_unheard(error)
            raise

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except VippsNbError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            _end_if_unheard(error)
            raise


def _end_if_unheard(error: OSError) -> None:
    if error.errno in _UNWRITABLE and error.filename is None:
        _end_unheard(error.strerror or "for an unknown reason")


def _end_unheard(reason: str) -> NoReturn:
    with suppress(OSError):  # where standard error is full as well, the exit code has to do
        click.echo(
            f"Error: Standard output cannot be written to ({reason}), so nothing goes on. Expected a terminal, a file "
            "with room, or a program that reads to the end.",
            err=True,
        )
    # Python tries once more to write what is left when it ends, and would say so with a traceback.
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in filter(None, (sys.stdout, sys.stderr)):
            os.dup2(nowhere, stream.fileno())
    sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vipps-nb")
def main() -> None:
    """A Jupyter toolkit for the Vipps MobilePay merchant APIs."""


@main.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("vipps-notebooks"),
    show_default=True,
    help="Where to copy the example notebooks. Notebooks that are there already stay as they are.",
)
@click.option("--execute", is_flag=True, help="Run the notebooks headless and report, instead of opening them.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser; print the address only.")
@click.option("--port", type=click.IntRange(1, 65535), help="JupyterLab's port. Default: the first free one from 8888.")
def lab(folder: Path, execute: bool, no_browser: bool, port: int | None) -> None:
    """Copy the example notebooks to a folder and open JupyterLab there."""
    _expect_a_machine("JupyterLab", "This page is one: its lessons are in the list of files")
    from vipps_nb.notebook import lab as notebooks  # noqa: PLC0415 - `vipps-nb sandbox` does not need it

    folder = folder.resolve()
    copied, kept = notebooks.copy_notebooks(folder)
    click.echo(f"Example notebooks: {folder} ({len(copied)} copied, {len(kept)} kept as they were)")
    if not execute:
        notebooks.open_lab(folder, browser=not no_browser, port=port)
        return
    try:
        well = notebooks.execute(sorted(copied + kept), click.echo)
    except KeyboardInterrupt:
        click.echo("Stopped by Ctrl-C before every notebook had run.", err=True)
        sys.exit(128 + signal.SIGINT)
    if not well:
        raise click.ClickException("Not every notebook ran to its end; see above.")


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on. Default: any free one.")
@click.option("--seed", type=int, default=1, show_default=True, help="Fixes the pretend keys and all ids.")
@click.option(
    "--token-lifetime",
    type=click.IntRange(1, 86400),
    default=3600,
    show_default=True,
    help="Life of an access token in seconds.",
)
@click.option(
    "--sales-units",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="How many sales units, each with keys of its own: one for everybody in a class.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Keep the world in this file: after a restart, or a SIGKILL, it goes on as it was, settings included.",
)
@click.option(
    "--calls-per-minute",
    type=click.IntRange(1, 100_000),
    help="How many calls each sales unit has in a minute; beyond it is 429. Default: no limit.",
)
@click.option(
    "--scenario",
    metavar="NAME|FILE",
    help="Begin with a populated world: coffee-bar, subscriptions or charity, or a TOML or JSON file of your own.",
)
@click.option("--strict", is_flag=True, help="Refuse what no document has, although published clients send it.")
@click.option(
    "--write-env",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder to write one .env for each sales unit to, to be handed out: unit-01/.env and so on.",
)
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the .env there once requests are answered, for a script that waits; taken away at the end.",
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="IPv4 address to listen on; others need --let-others-in."
)
@click.option(
    "--let-others-in",
    metavar="[CODE]",
    is_flag=False,
    flag_value="",
    help="With --host: other machines may do all that you can, once they have said a join code. One is made and "
    "printed unless you name your own.",
)
def sandbox(  # noqa: PLR0917 - click gives them by name
    port: int,
    seed: int,
    token_lifetime: int,
    sales_units: int,
    state: Path | None,
    scenario: str | None,
    calls_per_minute: int | None,
    strict: bool,
    write_env: Path | None,
    ready_file: Path | None,
    host: str,
    let_others_in: str | None,
) -> None:
    """Run the sandbox by itself and print a .env to paste; stop it with Ctrl-C."""
    _expect_a_machine("A sandbox that others connect to", "%vipps_login has a sandbox of its own here")
    _expect_no_other(ready_file)
    stopped = threading.Event()
    with when_told_to_stop(lambda _number: stopped.set()):
        from vipps_nb.sandbox import Sandbox, SandboxError  # noqa: PLC0415 - costs an import of FastAPI

        try:
            with Sandbox(
                port=port,
                seed=seed,
                token_lifetime=token_lifetime,
                sales_units=sales_units,
                strictness="strict" if strict else setting("strictness", Path.cwd()),
                state=state,
                calls_per_minute=calls_per_minute,
                host=host,
                let_others_in=False if let_others_in is None else let_others_in or True,
            ) as running:
                if zone := setting("zone", Path.cwd()):
                    running.settings(zone=zone)
                if scenario is not None:
                    _populate(running, scenario)
                handed_out = running.write_dotenvs(write_env) if write_env is not None else []
                # Standard output is the .env and nothing else, so that it can be piped into a file.
                click.echo(running.dotenv(), nl=False)
                click.echo(
                    f"\nThe sandbox listens on {running.base_url}. Docs: {running.base_url}/sandbox/docs\n"
                    "Paste the lines above into .env, or point any client there. Ctrl-C stops it.",
                    err=True,
                )
                if running.join_code is not None:
                    click.echo(_how_to_join(running, host), err=True)
                if handed_out:
                    click.echo(
                        f"{len(handed_out)} .env files to hand out: {handed_out[0]} … {handed_out[-1]}", err=True
                    )
                with _standing_there(ready_file, running.dotenv()):
                    stopped.wait()
        except SandboxError as error:
            raise click.ClickException(str(error)) from error


def _how_to_join(running: Sandbox, host: str) -> str:
    """What to tell those who work on other machines."""
    address = running.base_url
    if host == "0.0.0.0":  # noqa: S104 - said by whoever started it
        address = f"http://ADDRESS-OF-THIS-MACHINE:{running.base_url.rpartition(':')[2]}"
    return (
        f"Join code: {running.join_code}\n"
        f"Tell everybody: open {address}/sandbox/join in a browser and type {running.join_code}. Once for each "
        "machine; then any client of it may use that address."
    )


def _expect_a_machine(what: str, instead: str) -> None:
    """See to it that there are ports and processes.

    Raises:
        click.ClickException: This is a page in a browser, which has neither.
    """
    if machine.is_a_page():
        raise click.ClickException(f"{what} wants a machine, and this is a page in a browser. {instead}.")


def _populate(running: Sandbox, scenario: str) -> None:
    """Put a scenario into a new world; one that was kept stays as it is, said aloud."""
    if running.resumed:
        click.echo(
            "The state file has a world already, so the scenario was not made. Name a new file for it.", err=True
        )
    else:
        running.seed(scenario)


def _expect_no_other(ready_file: Path | None) -> None:
    """See to it that nobody's file is replaced.

    One that an earlier run has left behind may go.

    Raises:
        click.ClickException: Something else is there.
    """
    if ready_file is not None and ready_file.exists():
        text = ready_file.read_text(encoding="utf-8", errors="replace")
        if not text.startswith("VIPPS_ENVIRONMENT=sandbox"):
            raise click.ClickException(f"{ready_file.name} is there already and is no ready file. Choose another name.")


@contextmanager
def _standing_there(file: Path | None, text: str) -> Iterator[None]:
    """Have a file stand there for as long as the block runs.

    It is whole from its first moment, and for its owner only.

    Raises:
        click.ClickException: It cannot be written.
    """
    if file is None:
        yield
        return
    try:
        write_private(file, text)
    except OSError as error:
        raise click.ClickException(
            f"The ready file {file.name} cannot be written ({error.strerror}). Choose another place."
        ) from None
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


@main.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="NOTEBOOK",
    type=click.Path(path_type=Path),
    help="Where to. Default: the first file's name with .ipynb, here.",
)
@click.option(
    "--as",
    "style",
    type=click.Choice(["magic", "python"]),
    default="magic",
    show_default=True,
    help="Requests as %%vipps cells, or as Python.",
)
@click.option("--force", is_flag=True, help="Replace the notebook if it is there already.")
@click.option("--no-environment", is_flag=True, help="Take no environment file that was not named.")
def import_(files: tuple[Path, ...], output: Path | None, style: str, force: bool, no_environment: bool) -> None:
    """Make a notebook of Postman collections, HAR files or curl commands.

    A collection's environment file is named as well; the only one that lies beside it is taken without.

    Nothing of them is run, and no secret is taken along; what was left out is said.
    """
    from vipps_nb.notebook.importing.convert import bring  # noqa: PLC0415 - `vipps-nb sandbox` does not need it

    notebook, report = bring(files, output, style=style, force=force, beside=not no_environment)
    # Where to is said: click would look for a better stream, and takes that of a page's kernel for one of bytes.
    click.echo(f"Written: {visible(str(notebook))}\n{visible(str(report))}", file=sys.stdout)


@main.command()
@click.option("--env", help="sandbox, test or production. Default: as a login would choose.")
@click.option("--dotenv", metavar="PATH", help="Read this file instead of the nearest .env.")
@click.option("--profile", metavar="NAME", help="Read .env.NAME instead of .env.")
@click.option("--postman", metavar="FILE", help="Also look into this Postman environment file.")
@click.option("--keyring", is_flag=True, help="Look into the system's key store too, before .env.")
@click.option("--key-type", default="merchant", show_default=True, help="Whose keys: merchant, partner, …")
@click.option("--report", is_flag=True, help="As text for a bug report: no key, no path, no machine's name.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def doctor(context: click.Context, /, report: bool, as_json: bool, **options: Any) -> None:
    """Check keys, host, clock, token, products and the .env, step by step.

    Each finding comes with its remedy. Sends the keys to their own host only, and changes nothing. Ends with 1 when a
    check has failed.
    """
    from vipps_nb.auth.login_options import LoginOptions  # noqa: PLC0415 - as the next one
    from vipps_nb.doctor import examine  # noqa: PLC0415 - `vipps-nb sandbox` does not need it

    found = examine(LoginOptions(**options))
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False), file=sys.stdout)
    else:
        click.echo(found.block if report else repr(found), file=sys.stdout)
    context.exit(0 if found.ok else 1)


if __name__ == "__main__":
    main()
