"""Fixtures for pytest: a sandbox, its keys, a session, the webhooks that come.

pytest finds this by itself once vipps_nb is installed. Nothing of the sandbox is imported before a test asks for it.

- ``vipps_sandbox``: one sandbox for the session (with pytest-xdist one for each worker), a fresh world for each test.
- ``vipps``: a session logged in to it.
- ``vipps_keys``: its pretend keys.
- ``vipps_env``: the same in the process environment, for the code under test.
- ``vipps_webhooks``: receives every webhook; ``wait_for("CAPTURED")`` gives it.

``@pytest.mark.vipps(seed=2, at="2026-02-28T23:59:00Z", clock="running", strictness="strict", faults=[…])`` says how the
world of one test, class or module is. ``seed="coffee-bar"``, or a file of your own, is a world that is populated. The
report of a test that fails shows its requests, secrets masked.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vipps_nb.auth.token_cache import TokenCache
    from vipps_nb.client.session import VippsSession
    from vipps_nb.sandbox import Sandbox
    from vipps_nb.webhooks import Listener

SEED, NOON = 1, "2026-01-01T12:00:00Z"
NOW = "now"  # of this machine, for code under test that looks at its own clock
_CLOCKS = ("held", "running")
_SHOWN = 50
_OPTIONS = {"seed": SEED, "at": NOON, "clock": "", "strictness": "real", "faults": ()}
_SANDBOX = pytest.StashKey["Sandbox"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The clock, for all tests that do not say otherwise."""
    parser.addini("vipps_clock", f"The clock of the Vipps sandbox: {' or '.join(_CLOCKS)}.", default="held")


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers", "vipps(seed, at, clock, strictness, faults): how the world of the Vipps sandbox is in this test"
    )


@pytest.fixture(scope="session")
def _vipps_server() -> Iterator[Sandbox]:
    from vipps_nb.sandbox import Sandbox  # noqa: PLC0415 - costs an import that most tests need not pay for

    with Sandbox(seed=SEED, sales_units=3, door="both") as running:
        yield running


@pytest.fixture(scope="session")
def _vipps_tokens() -> TokenCache:
    from vipps_nb.auth.token_cache import TokenCache  # noqa: PLC0415 - as above

    return TokenCache()


@pytest.fixture
def vipps_sandbox(request: pytest.FixtureRequest, _vipps_server: Sandbox) -> Sandbox:
    """The sandbox, with a world that no other test has touched.

    Its clock is held at noon of 1 January 2026.

    A mark or a setting with a name or a value that there is not fails the test.
    """
    from vipps_nb.sandbox import SandboxError  # noqa: PLC0415 - as above

    options = _options(request)
    sandbox = _vipps_server
    wrong = ""
    try:
        if isinstance(options["seed"], int):
            sandbox.reset(options["seed"])
        else:
            sandbox.seed(options["seed"], seed=SEED)
        sandbox.clock(now=None if options["at"] == NOW else options["at"], held=options["clock"] == "held")
        if options["strictness"] != "real":
            sandbox.settings(strictness=options["strictness"])
        if options["faults"]:
            sandbox.faults(list(options["faults"]))
    except SandboxError as error:
        wrong = str(error)
    if wrong:  # said out here, for pytest would show the cause beneath as well
        pytest.fail(f"@pytest.mark.vipps: {wrong}", pytrace=False)
    request.node.stash[_SANDBOX] = sandbox
    return sandbox


@pytest.fixture
def vipps(vipps_sandbox: Sandbox, _vipps_tokens: TokenCache) -> Iterator[VippsSession]:
    """A session with the merchant keys of the first sales unit."""
    from vipps_nb.client.login import sandbox_session  # noqa: PLC0415 - as above

    with sandbox_session(vipps_sandbox, cache=_vipps_tokens) as session:
        yield session


@pytest.fixture
def vipps_keys(vipps_sandbox: Sandbox) -> dict[str, str]:
    """The pretend keys of the first sales unit.

    ``client_id``, ``client_secret``, ``subscription_key`` and ``merchant_serial_number``.
    """
    return vipps_sandbox.keys()


@pytest.fixture
def vipps_env(vipps_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Address and keys in the process environment, for the length of the test.

    ``VIPPS_BASE_URL``, ``VIPPS_CLIENT_ID`` and so on, as ``vipps-nb sandbox`` prints them.
    """
    lines = (line.partition("=") for line in vipps_sandbox.dotenv().splitlines())
    variables = {name: value for name, _, value in lines}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def vipps_webhooks(vipps: VippsSession) -> Iterator[Listener]:
    """A listener that is registered for every event of the first sales unit."""
    from vipps_nb.sandbox.apis.webhooks.schemas import EVENTS  # noqa: PLC0415 - as above
    from vipps_nb.webhooks import Listener  # noqa: PLC0415 - as above

    with Listener(vipps) as listener:
        registered = vipps.post("/webhooks/v1/webhooks", json={"url": listener.url, "events": sorted(EVENTS)})
        registered.raise_for_status()
        listener.trust(registered.json()["secret"])
        yield listener


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the requests of a test that fails."""
    report = yield
    sandbox = item.stash.get(_SANDBOX, None)
    if sandbox is not None and report.failed:  # a fixture of the project may pay before, or assert after
        report.sections.append(("requests to the Vipps sandbox", _told(sandbox)))
    return report


def _told(sandbox: Sandbox) -> str:
    from vipps_nb.sandbox import SandboxError  # noqa: PLC0415 - as above
    from vipps_nb.sandbox.control.journal import line  # noqa: PLC0415 - as above

    try:
        entries = sandbox.requests()
    except SandboxError as error:
        return str(error)
    earlier = [f"… {len(entries) - _SHOWN} earlier ones"] if len(entries) > _SHOWN else []
    return "\n".join(earlier + [line(one) for one in entries[-_SHOWN:]]) or "None."


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    from vipps_nb.core.configuration import setting  # noqa: PLC0415 - as above
    from vipps_nb.core.near import did_you_mean  # noqa: PLC0415 - as above
    from vipps_nb.errors import ConfigurationError  # noqa: PLC0415 - as above

    try:
        strictness = setting("strictness", request.config.rootpath)
    except ConfigurationError as error:
        pytest.fail(str(error), pytrace=False)
    options = {**_OPTIONS, "clock": request.config.getini("vipps_clock"), "strictness": strictness}
    for mark in reversed(list(request.node.iter_markers("vipps"))):  # the nearest one wins
        if mark.args:
            pytest.fail("@pytest.mark.vipps takes names only, such as seed=2.", pytrace=False)
        unknown = mark.kwargs.keys() - _OPTIONS.keys()
        if unknown:
            hints = "".join(did_you_mean(name, _OPTIONS) for name in sorted(unknown))
            pytest.fail(
                f"@pytest.mark.vipps has no {', '.join(sorted(unknown))}. Expected: {', '.join(_OPTIONS)}.{hints}",
                pytrace=False,
            )
        options |= mark.kwargs
    if not isinstance(options["seed"], int) and options["at"] is NOON:
        options["at"] = None  # where the scenario leaves the clock
    if options["clock"] not in _CLOCKS:
        pytest.fail(f"The clock is {' or '.join(_CLOCKS)}, not {options['clock']!r}.", pytrace=False)
    return options
