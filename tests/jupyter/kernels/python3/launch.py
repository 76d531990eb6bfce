"""The usual kernel, in which `tests/lean.py` has been first."""

import runpy
import sys
from pathlib import Path

sys.path.pop(0)  # this folder; `ipykernel_launcher` takes the place of the folder it is started in away as well
runpy.run_path(str(Path(__file__).parents[3] / "lean.py"))

from ipykernel import kernelapp  # noqa: E402 - afterwards is the point

kernelapp.launch_new_instance()
