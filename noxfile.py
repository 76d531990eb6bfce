"""Runs of the tests for whoever works on them; `python -m pytest` runs everything.

`.venv/bin/python -m nox -s unit` is the inner loop: what needs no browser, no kernel and no process of its own, in
this very environment, on one core. `-s sandbox` is the same for the sandbox, which has far more tests. `-s lowest`
and `-s newest` make environments of their own: with the lowest versions of everything that pyproject.toml names, and
with the newest. `-s js` is for the widgets' JavaScript, and needs Node. Arguments after `--` go to pytest.
"""

import shutil
import sys

import nox

# Without the plug-ins that take seconds to import, and that no such test uses.
LEAN = "-q --strict-markers --strict-config --import-mode=importlib -p no:nbval -p no:schemathesis"
PYTHONS = ["3.14", "3.13", "3.12", "3.11"]

nox.options.sessions = ["unit"]


@nox.session(venv_backend="none")
def unit(session: nox.Session) -> None:
    """The inner loop."""
    asked = session.posargs or ["tests", "--ignore=tests/sandbox"]
    session.run(sys.executable, "-m", "pytest", "-o", f"addopts={LEAN}", "-m", "not slow", *asked)


@nox.session(venv_backend="none")
def sandbox(session: nox.Session) -> None:
    """The inner loop of whoever works on the sandbox."""
    asked = session.posargs or ["tests/sandbox"]
    session.run(sys.executable, "-m", "pytest", "-o", f"addopts={LEAN}", "-m", "not slow", *asked)


@nox.session(venv_backend="none")
def js(session: nox.Session) -> None:
    """The widgets' JavaScript: types, lint, format, tests."""
    session.run("npm", "ci", "--loglevel=error", external=True)
    session.run("npm", "run", "--silent", "check", external=True)


@nox.session(venv_backend="none")
def requests(session: nox.Session) -> None:
    """The tests of requests itself, with our session in the place of its."""
    session.run(sys.executable, "tools/requests_own_tests.py", *session.posargs)


@nox.session(venv_backend="uv", python="3.11")
def lowest(session: nox.Session) -> None:
    """The inner loop's tests and the lessons with the lowest versions of all that is named, in the oldest Python."""
    session.install("--resolution", "lowest-direct", "-e", ".[test]")
    session.run("python", "-m", "pytest", "-o", f"addopts={LEAN}", "-m", "not slow", *session.posargs)
    session.run("python", "-m", "pytest", "-q", "notebooks", *session.posargs, env={"TEST_KERNELS": "usual"})


@nox.session(venv_backend="uv", python=next((one for one in PYTHONS if shutil.which(f"python{one}")), None))
def newest(session: nox.Session) -> None:
    """Everything with the newest versions, in the newest Python that is here."""
    session.install("--upgrade", "-e", ".[test]")
    session.run("python", "-m", "pytest", *session.posargs)
