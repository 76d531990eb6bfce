"""Run requests' own tests against our session.

    python tools/requests_own_tests.py

They come from the source distribution of the very version that is installed, by pip, and are run in an environment of
their own (``.venv-requests``), for they need httpbin. What does not apply stands in ``tests/requests_own/``, each
with its reason. Where the distribution cannot be fetched this says so in one line and ends well; in CI (where the
variable ``CI`` is set) it ends badly, for what must be checked may not be skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / ".venv-requests"
# What the tests themselves need; requests' requirements-dev.txt names the same.
NEEDS = ("pytest>=8.2", "pytest-httpbin~=2.1", "httpbin~=0.10", "trustme>=1.1")


def main() -> int:
    """Fetch, make an environment, run; arguments go to pytest."""
    requests = f"requests=={version('requests')}"
    with tempfile.TemporaryDirectory() as folder:
        try:
            tests = _fetched(requests, Path(folder))
            python = _environment(requests)
        except (subprocess.CalledProcessError, OSError, LookupError) as error:
            print(f"requests' own tests were not run: {_reason(error)}.", file=sys.stderr)
            return 1 if os.environ.get("CI") else 0
        options = ("-q", "-rs", "-W", "ignore", "-p", "no:cacheprovider", "-p", "no:vipps_nb")
        return subprocess.run(  # noqa: S603 - our own words, and those of whoever runs this
            [python, "-m", "pytest", *options, "-p", "session_for_requests", "tests", *sys.argv[1:]],
            cwd=tests,
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests/requests_own")},
            check=False,
        ).returncode


def _fetched(requests: str, folder: Path) -> Path:
    """The folder that the source distribution unfolds to."""
    _pip("download", "--no-deps", "--no-binary", "requests", "-d", str(folder), requests)
    packed = next(folder.glob("requests-*.tar.gz"), None)
    if packed is None:
        raise LookupError(f"the index has no source distribution of {requests}")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / packed.name.removesuffix(".tar.gz")


def _environment(requests: str) -> str:
    if not PLACE.exists():
        subprocess.run([sys.executable, "-m", "venv", PLACE], check=True, capture_output=True)  # noqa: S603 - our own
    python = next(path for path in (PLACE / "bin/python", PLACE / "Scripts/python.exe") if path.exists())
    same = [f"{name}=={version(name)}" for name in ("urllib3", "certifi", "idna", "charset-normalizer")]
    _pip("install", "-e", str(ROOT), f"{requests}", "PySocks>=1.7", *NEEDS, *same, python=str(python))
    return str(python)


def _pip(*words: str, python: str = sys.executable) -> None:
    command = [python, "-m", "pip", "-q", "--disable-pip-version-check", *words]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own words


def _reason(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error).encode()
    return (said.decode(errors="replace").strip().splitlines() or ["no reason was given"])[-1].rstrip(".")


if __name__ == "__main__":
    sys.exit(main())
