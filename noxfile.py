"""Runs of the tests for whoever works on them; `python -m pytest` runs everything.

`.venv/bin/python -m nox -s unit` is the inner loop: what needs no browser, no kernel and no process of its own, in this
very environment, on one core. Arguments after `--` go to pytest. `nox -s js` is the same for the widgets' JavaScript,
and needs Node.
"""

import sys

import nox

# Without the plug-ins that take seconds to import, and that no such test uses.
LEAN = "-q --strict-markers --strict-config --import-mode=importlib -p no:nbval -p no:schemathesis"

nox.options.sessions = ["unit"]


@nox.session(venv_backend="none")
def unit(session: nox.Session) -> None:
    """The inner loop."""
    session.run(sys.executable, "-m", "pytest", "-o", f"addopts={LEAN}", "-m", "not slow", *session.posargs)


@nox.session(venv_backend="none")
def js(session: nox.Session) -> None:
    """The widgets' JavaScript: types, lint, format, tests."""
    session.run("npm", "ci", "--loglevel=error", external=True)
    session.run("npm", "run", "--silent", "check", external=True)
