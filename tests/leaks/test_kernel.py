"""Everything a user does in a notebook, in a real kernel: afterwards no message and no file holds a secret."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.leaks.api import Home, Stranger
from tests.leaks.canaries import CANARIES, CLIENT_ID, MSN
from tests.leaks.kernel import Kernel
from tests.leaks.rows import FILES, FORM
from tests.leaks.sinks import CELLS, PLANT, SET_UP, Sink
from tests.leaks.table import Look


def submission() -> dict[str, object]:
    """What the form sends when Log in is pressed."""
    keys = {"client_id": CLIENT_ID, "merchant_serial_number": MSN}
    secrets = {name.replace(" ", "_"): CANARIES[name] for name in ("client secret", "subscription key")}
    return {"do": "submit", "values": {**keys, **secrets}, "environment": "sandbox", "save": True, "gitignore": True}


def distinct_lines(messages: bytes) -> bytes:
    """What was said, each line once: the same objects are looked at again and again. Lines end as JSON writes it."""
    return b"\n".join(dict.fromkeys(messages.split(rb"\n")))


def do(kernel: Kernel, sink: Sink, leaking: bool) -> Iterator[tuple[str, bytes]]:
    """What a sink's cells showed, and those of other sinks that come after each of them."""
    cells = (sink.leaks.replace("{PLANTED}", repr([*CANARIES.values()])),) if leaking else sink.does
    followers = [other for other in CELLS if other.after == sink.name]
    for cell in cells:
        yield sink.name, kernel.run(cell)
        for other in followers:
            yield from do(kernel, other, leaking)


def live(folder: Path, home: Home, leaking: bool, kernels: dict[str, str]) -> dict[str, bytes]:
    """A kernel's life, from the first cell to its files: by sink, what could be seen there."""
    folder.mkdir()
    home.furnish(folder)
    kernel = Kernel(folder, kernels)
    shown: defaultdict[str, list[bytes]] = defaultdict(list)
    try:
        begun = kernel.run(SET_UP)
        assert b'"status": "ok"' in begun, begun.decode()[-3000:]
        if leaking:
            kernel.run(PLANT)
        for sink in CELLS:
            for name, messages in () if sink.after else do(kernel, sink, leaking):
                shown[name].append(messages)
        seen = {name: distinct_lines(b"".join(messages)) for name, messages in shown.items()}
        seen[INSPECTED] += kernel.ask("inspect", code="planted" if leaking else "secret", cursor_pos=3, detail_level=1)
        seen[INSPECTED] += kernel.ask("complete", code="vipps.credentials.", cursor_pos=18)
        seen[FORM] = kernel.run("%vipps_login --form --as typed")
        seen[FORM] += kernel.tell_widget(kernel.comms[-1], submission())
        seen[FORM] += kernel.run("typed, vars(typed), print(planted)" if leaking else "typed, vars(typed)")
        kernel.run("get_ipython().history_manager.writeout_cache(); listener.stop()")
        if leaking:
            kernel.run("_ = open('saved.py', 'w').write(str(planted)), open('any.txt', 'w').write(str(planted))")
    finally:
        kernel.stop()
    return seen | {name: kernel.files(*patterns) for name, patterns in FILES.items()}


INSPECTED = next(sink.name for sink in CELLS if sink.name.startswith("inspecting"))


@pytest.fixture(scope="module")
def lives(
    tmp_path_factory: pytest.TempPathFactory, forked_kernels: dict[str, str]
) -> Iterator[tuple[dict[str, bytes], dict[str, bytes], Stranger]]:
    folder = tmp_path_factory.mktemp("lives")
    strangers = Stranger(), Stranger()
    homes = [Home(stranger) for stranger in strangers]
    yield (
        live(folder / "honest", homes[0], leaking=False, kernels=forked_kernels),
        live(folder / "leaking", homes[1], leaking=True, kernels=forked_kernels),
        strangers[0],
    )
    for server in (*homes, *strangers):
        server.close()


def test_what_was_done_was_done(lives):
    """A cell that failed for another reason would have shown nothing, and proved nothing."""
    honest, _, stranger = lives
    text = {name: honest[name].decode() for name in (*(sink.name for sink in CELLS), FORM)}

    for words in (
        "TokenRefusedError",
        "MissingKeysError",
        "UnreachableError",
        "has quotes in it",
        "no header can carry",
    ):
        assert words in text["logins that fail"], words
    for words in ("ConnectionError", "ReadTimeout", "TooManyRedirects", "KeyboardInterrupt", "ZeroDivisionError"):
        assert words in text["%xmode Verbose tracebacks, %tb"], words
        assert words in text["sys.last_traceback: locals of every frame, exceptions inside exceptions"], words
    assert "Logged in to sandbox" in text[FORM]
    assert "NameError" not in "".join(text.values())
    assert "SyntaxError" not in "".join(text.values())
    assert stranger.seen


@pytest.mark.parametrize("name", [*(sink.name for sink in CELLS), FORM, *FILES])
def test_no_secret_is_in(name, lives, look: Look):
    honest, leaking, _ = lives

    look(name, honest[name], leaking[name])
