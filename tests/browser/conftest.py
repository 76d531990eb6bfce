"""A real Chromium, and a real JupyterLab that shares nothing with the one of the person running the tests."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import playwright.sync_api
import pytest
from nbformat.sign import NotebookNotary
from playwright.sync_api import (
    Browser,
    BrowserType,
    Locator,
    Page,
    Request,
    ViewportSize,
    WebSocket,
    sync_playwright,
)

from tests.kernels import ForkServer

REPOSITORY = Path(__file__).parents[2]
# Hundreds of pictures, for people to look at; nothing is checked by them, and they take a fifth of the time.
PICTURES_WANTED = bool(os.environ.get("VIPPS_NB_PICTURES"))

QUIET_CHROMIUM = [
    "--no-sandbox",  # containers seldom allow Chromium's own sandbox; every page here is ours
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",  # Debian asks for one, and an imitated one draws slowly
    "--no-first-run",
    # Nothing is to be had from beyond this machine. (Intercepting requests would switch the browser's cache off.)
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]

# The panel in front of everything; `expose_app_in_browser` puts the application into the page.
PANEL = "window.jupyterapp?.shell?.currentWidget"
JUPYTERLAB = "lab/tree"
USUAL_SIZE: ViewportSize = {"width": 1000, "height": 900}

# Open a notebook as new, and close all else. A launcher comes by itself where nothing is left.
SHOW_NOTEBOOK = """
async (path) => {
  const { commands, shell } = window.jupyterapp;
  const others = (panel) => [...shell.widgets("main")].filter((one) => one !== panel);
  others().forEach((one) => one.dispose());
  const panel = await commands.execute("docmanager:open", { path });
  while (others(panel).length || shell.currentWidget !== panel) {
    others(panel).forEach((one) => one.dispose());
    shell.activateById(panel.id);
    await new Promise(requestAnimationFrame);
  }
  await panel.context.ready;
}
"""

# Close everything that stands in JupyterLab; nothing to do in another application's page.
LEAVE = """
() => {
  const lab = window.jupyterapp?.commands.hasCommand("apputils:change-theme") && location.pathname.startsWith("/lab");
  if (!lab || document.querySelector(".jp-Dialog, .lm-Menu")) return false;
  [...window.jupyterapp.shell.widgets("main")].forEach((one) => one.dispose());
  return true;
}
"""

SAVE_WIDGET_STATE = """
async (wanted) => {
  const name = "@jupyter-widgets/jupyterlab-manager:saveWidgetState";
  const { commands } = window.jupyterapp;
  if (commands.isToggled(name) !== wanted) await commands.execute(name);
  while (commands.isToggled(name) !== wanted) await new Promise(requestAnimationFrame);
}
"""


def find_chromium(kind: BrowserType) -> str | None:
    named = os.environ.get("VIPPS_NB_CHROMIUM")
    if named:
        return named
    for command in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(command):
            return found
    own = kind.executable_path
    return own if Path(own).exists() else None


class PlaywrightsLoop:
    """The event loop that Playwright keeps running in this thread, also between its calls.

    A thread has one running loop. Where the same process then runs another folder's test that starts a loop of its own,
    that test must find none, so Playwright's is put aside until the next browser test.
    """

    kept: asyncio.AbstractEventLoop | None = None

    @classmethod
    def take_out(cls) -> None:
        if cls.kept:  # it may be out already: where the first browser test is the last test of all
            asyncio._set_running_loop(cls.kept)
            cls.kept = None

    @classmethod
    def put_aside(cls) -> None:
        cls.kept = asyncio._get_running_loop()
        asyncio._set_running_loop(None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test in this folder runs with Playwright's loop, those in others (pytest asks here for them too) without."""
    if Path(__file__).parent not in item.path.parents:
        return (yield)
    PlaywrightsLoop.take_out()
    try:
        return (yield)
    finally:
        PlaywrightsLoop.put_aside()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        executable = find_chromium(playwright.chromium)
        if executable is None:
            sentence = (
                "No Chromium found: install one (`apt-get install chromium` or "
                "`playwright install chromium`) or name it in VIPPS_NB_CHROMIUM."
            )
            # A missing browser must not turn the suite green where nobody reads the list of skipped tests.
            (pytest.fail if os.environ.get("CI") else pytest.skip)(sentence)
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET_CHROMIUM)
        yield browser
        PlaywrightsLoop.take_out()  # whichever test was the last
        browser.close()
    PlaywrightsLoop.put_aside()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where screenshots go, for people to look at."""
    folder = REPOSITORY / "test-artifacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def picture(artifacts: Path) -> Callable[[Locator, str], None]:
    """`picture(locator, "gallery/name.png")`: into the artifacts, where somebody has asked for pictures."""

    def take(locator: Locator, name: str) -> None:
        if PICTURES_WANTED:
            locator.screenshot(path=artifacts / name, animations="disabled")

    return take


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Page]:
    """A page for one card at a time; go to about:blank first. Its clock can be set and held."""
    context = chromium.new_context(timezone_id="Europe/Oslo", device_scale_factor=2)
    page = context.new_page()
    page.clock.install(time=0)
    yield page
    context.close()


class LabServer:
    """A JupyterLab that shares nothing with the one of the person running the tests.

    It takes seconds to start, and so do a browser's first looks at it: the tests of one process share it. Each gets a
    folder and a page of its own (see ``Lab``).

    Attributes:
        folder: Everything that JupyterLab, its kernels and IPython write down.
        root: Where the notebooks are.
        address: Where it listens.
        token: What opens it.
        context: The browser's; what it has loaded once it need not load again.
    """

    def __init__(self, folder: Path, browser: Browser, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._added = environment or {}
        self.root = folder / "notebooks"
        self.root.mkdir(parents=True)
        self.token = secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self.context = browser.new_context()
        self.context.set_default_navigation_timeout(90_000)
        self._at_rest: list[Page] = []  # those that show JupyterLab
        self._process = self._start()

    def write_settings(self, theme: str, save_widget_state: bool) -> None:
        """What a page finds that is loaded from now on."""
        settings: dict[str, dict[str, Any]] = {
            "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
            "@jupyterlab/apputils-extension/themes": {"theme": theme},
            # Cells outside the window stay in the page, where the tests look for them.
            "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
            "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": save_widget_state},
        }
        for name, values in settings.items():
            file = self.folder / "settings" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values), encoding="utf-8")

    def _start(self) -> subprocess.Popen[bytes]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("VIPPS_", "JUPYTER"))}
        folders = {
            "HOME": "home",
            "IPYTHONDIR": "ipython",
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }
        environment = {
            **own,
            **{name: str(self.folder / folder) for name, folder in folders.items()},
            # Not an argument: every user of the machine can read arguments.
            "JUPYTER_TOKEN": self.token,
            # The kernel imports the package that is being tested, installed or not.
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path[1:]]),
            **self._added,
        }
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser"),
            *(["--allow-root"] if os.geteuid() == 0 else []),
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self.address.rpartition(':')[2]}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.root}",
            "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",  # Notebook 7, where it is installed
            "--LabApp.extension_manager=readonly",
            "--LabApp.news_url=None",
        ]
        with (self.folder / "server.log").open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 240  # a busy machine's
        while time.monotonic() < deadline and process.poll() is None:
            try:
                self.ask("GET", "api")
                return process
            except (urllib.error.URLError, TimeoutError):
                time.sleep(0.1)
        process.kill()
        process.wait()
        pytest.fail("JupyterLab did not start:\n" + (self.folder / "server.log").read_text()[-3000:])

    def ask(self, method: str, path: str) -> bytes:
        """A request to the server itself."""
        request = urllib.request.Request(f"{self.address}/{path}?token={self.token}", method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read()

    def take_page(self, app: str) -> Page:
        """A page for a notebook: one that JupyterLab has been loaded into already, or a new one."""
        page = self._at_rest.pop() if app == JUPYTERLAB and self._at_rest else self.context.new_page()
        page.set_viewport_size(USUAL_SIZE)
        page.set_default_timeout(30_000)
        page.set_default_navigation_timeout(90_000)
        return page

    def give_back(self, page: Page) -> None:
        """Loading JupyterLab takes a processor five seconds: where it is at rest, the next test goes on with it."""
        try:
            at_rest = page.evaluate(LEAVE)
        except playwright.sync_api.Error:  # it shows nothing, or hangs
            at_rest = False
        if at_rest:
            self._at_rest.append(page)
        else:
            page.close()

    def end_kernels_below(self, folder: str) -> None:
        """End the kernels of all notebooks in a folder."""
        for session in json.loads(self.ask("GET", "api/sessions")):
            if session["path"].startswith(f"{folder}/"):
                self.ask("DELETE", f"api/sessions/{session['id']}")

    def close(self) -> None:
        self.context.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Lab:
    """One page of a browser that looks at notebooks in a folder of JupyterLab.

    Attributes:
        notebooks: The folder.
        page: The browser's page. It gets nothing from beyond this machine.
        blocked: Addresses beyond it that were asked for.
        sent: Messages the page has sent to kernels.
    """

    def __init__(self, server: LabServer, theme: str, save_widget_state: bool) -> None:
        self._server = server
        self._name = f"folder{len(list(server.root.iterdir()))}"
        self.notebooks = server.root / self._name
        self.notebooks.mkdir()
        self.blocked: list[str] = []
        self.sent: list[bytes | str] = []
        self._theme, self._save_widget_state = theme, save_widget_state
        server.write_settings(theme, save_widget_state)
        self._app = JUPYTERLAB
        self.page: Page = self._take_page()

    def _take_page(self) -> Page:
        page = self._server.take_page(self._app)
        page.on("request", self._look_where)
        page.on("websocket", self._listen)
        return page

    def _give_page_back(self) -> None:
        self.page.remove_listener("request", self._look_where)
        self.page.remove_listener("websocket", self._listen)
        self._server.give_back(self.page)

    def _look_where(self, request: Request) -> None:
        if not request.url.startswith((self._server.address, "data:", "blob:")):
            self.blocked.append(request.url)

    def _listen(self, websocket: WebSocket) -> None:
        if "/channels" in websocket.url:
            websocket.on("framesent", self._keep)

    def _keep(self, frame: bytes | str) -> None:
        self.sent.append(frame)

    def write(self, name: str, *cells: str) -> Path:
        """A notebook of code cells."""
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata={"kernelspec": kernel}
        )
        nbformat.write(notebook, self.notebooks / name)
        return self.notebooks / name

    def address_of(self, name: str, *, app: str = "lab/tree") -> str:
        """Where an application, such as Notebook 7 (`notebooks`), shows a notebook."""
        return f"{self._server.address}/{app}/{self._name}/{name}?token={self._server.token}&reset"

    def open(self, name: str, *, app: str = JUPYTERLAB) -> None:
        """Open a notebook and wait for its kernel. Another one that is open is closed; its kernel goes on."""
        if app != self._app:
            size = self.page.viewport_size
            self._give_page_back()
            self._app = app
            self.page = self._take_page()
            self.page.set_viewport_size(size or USUAL_SIZE)
        self.show(name)
        self.wait_for_kernel()

    def show(self, name: str) -> None:
        """Open a notebook that may have no kernel, in the application that is there."""
        if self._app == JUPYTERLAB and self.page.evaluate("() => 'jupyterapp' in window"):
            self._set(self._theme, self._save_widget_state)
            self.page.evaluate(SHOW_NOTEBOOK, f"{self._name}/{name}")
        else:
            self.page.goto(self.address_of(name, app=self._app))

    def _set(self, theme: str, save_widget_state: bool) -> None:
        """What `write_settings` does, for a page that is loaded already."""
        self.page.evaluate(SAVE_WIDGET_STATE, save_widget_state)
        self.use_theme(theme)

    def wait_for_kernel(self) -> None:
        self.page.wait_for_function(
            f"() => {PANEL}?.sessionContext?.session?.kernel?.status === 'idle'", timeout=90_000
        )

    def run(self, index: int, *, wait: bool = True) -> None:
        """Run a cell; with `wait`, until it has finished."""
        self.page.evaluate(
            f"""index => {{
                const notebook = {PANEL}.content;
                notebook.deselectAll();
                notebook.activeCellIndex = index;
                window.jupyterapp.commands.execute('notebook:run-cell');
            }}""",
            index,
        )
        if wait:
            self.page.wait_for_function(
                f"index => {{ const cell = {PANEL}.content.widgets[index];"
                "return cell.model.executionCount !== null && !cell.promptNode.textContent.includes('*') }",
                arg=index,
                timeout=60_000,
            )

    def is_running(self, index: int) -> bool:
        return self.page.evaluate(
            f"index => {PANEL}.content.widgets[index].promptNode.textContent.includes('*')", index
        )

    def text_of(self, index: int) -> str:
        """What a cell printed."""
        return self.page.evaluate(
            f"index => {PANEL}.content.widgets[index].model.outputs.toJSON()"
            ".filter(output => output.output_type === 'stream').map(output => output.text).flat().join('')",
            index,
        )

    def sources(self) -> list[str]:
        """What stands in the cells, from top to bottom."""
        return self.page.evaluate(f"() => {PANEL}.content.widgets.map(cell => cell.model.sharedModel.getSource())")

    def output_of(self, index: int) -> Locator:
        """What a cell shows below itself."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-Cell-outputWrapper")

    def cell_count(self) -> int:
        return self.page.evaluate(f"() => {PANEL}.content.widgets.length")

    def use_theme(self, theme: str) -> None:
        light = str("Light" in theme).lower()
        if self.page.locator(f"body[data-jp-theme-light='{light}']").count():
            return
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        self.page.wait_for_selector(f"body[data-jp-theme-light='{light}']", state="attached")
        # A curtain hangs before the page while the theme changes.
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def save(self) -> None:
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        self.page.wait_for_function(f"() => !{PANEL}.context.model.dirty")

    def shut_kernel_down(self) -> None:
        self.page.evaluate(f"() => {PANEL}.sessionContext.shutdown()")

    def trust(self, notebook: Path) -> None:
        """Sign a notebook, as JupyterLab does for those a person has run and saved."""
        notary = NotebookNotary(data_dir=str(self._server.folder / "data"))
        notary.sign(nbformat.read(notebook, as_version=4))
        notary.store.close()

    def files(self) -> list[Path]:
        """All that the server, its kernels and IPython have written: notebooks, checkpoints, history, log.

        But for the notebooks of other tests, which the server has had before.
        """
        own, everybodys = self.notebooks, self._server.root
        return [
            file
            for file in self._server.folder.rglob("*")
            # JupyterLab's own key to sign notebooks with is random: it holds any three letters now and then.
            if file.is_file()
            and file.name != "notebook_secret"
            and (own in file.parents or everybodys not in file.parents)
        ]

    def files_holding(self, text: str) -> list[str]:
        """Those of these files in which a text stands."""
        needle = text.encode()
        return [str(file.relative_to(self._server.folder)) for file in self.files() if needle in file.read_bytes()]

    def close(self) -> None:
        self._give_page_back()
        self._server.end_kernels_below(self._name)


@pytest.fixture(scope="session")
def lab_server(
    tmp_path_factory: pytest.TempPathFactory,
    chromium: Browser,
    fork_server: ForkServer | None,
    request: pytest.FixtureRequest,
) -> Iterator[LabServer]:
    environment = fork_server.environment if fork_server else {}
    server = LabServer(tmp_path_factory.mktemp("lab"), chromium, environment)
    request.getfixturevalue("forked_kernels")  # both start at the same time
    yield server
    PlaywrightsLoop.take_out()  # whichever test was the last
    server.close()
    PlaywrightsLoop.put_aside()


@contextmanager
def labs(server: LabServer) -> Iterator[Callable[..., Lab]]:
    """Opens pages: `start(theme="JupyterLab Dark", save_widget_state=True)`; all are closed at the end."""
    open_ones: list[Lab] = []

    def start(theme: str = "JupyterLab Light", save_widget_state: bool = False) -> Lab:
        open_ones.append(Lab(server, theme, save_widget_state))
        return open_ones[-1]

    yield start
    for lab in open_ones:
        lab.close()


@pytest.fixture(scope="module")
def make_lab(lab_server: LabServer) -> Iterator[Callable[..., Lab]]:
    """Opens pages that a whole module shares."""
    with labs(lab_server) as start:
        yield start


@pytest.fixture
def lab(lab_server: LabServer) -> Iterator[Lab]:
    """A JupyterLab that saves widget state: the setting under which a leak would be written down."""
    with labs(lab_server) as start:
        yield start(save_widget_state=True)
