"""For every test and every lesson: which environment they run in, and which of them share a process."""

from __future__ import annotations

import os
import re

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# A developer's own .env must never be used, so all kernels start in the sandbox.
os.environ["VIPPS_ENVIRONMENT"] = "sandbox"


class SharedThings(LoadScopeScheduling):
    """Tests run one by one wherever there is room, except those that share something costly."""

    def _split_scope(self, nodeid: str) -> str:
        """What a test shares: a lesson's cells their kernel, the browser's tests one JupyterLab, canaries two kernels."""
        place = nodeid.partition("::")[0]
        if place.endswith(".ipynb") or place.startswith(("tests/browser/", "tests/leaks/test_kernel")):
            return place
        published = re.fullmatch(r"tests/test_lessons\.py::.+\[(.+)\]", nodeid)
        return published[1] if published else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedThings:
    """Hand the tests out this way."""
    return SharedThings(config, log)
