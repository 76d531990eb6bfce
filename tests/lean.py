"""Leaves out, in all processes that a run starts, what takes seconds to import.

Where JupyterLab is installed, jsonschema finds `rfc3987_syntax`, and importing that builds 38 grammars: 2 s for each
process that reads a notebook or checks a body. It is for formats such as `iri` alone, which no notebook and no document
of ours has, and where it is not installed, jsonschema does without.

What is compiled is kept, even where the process environment says otherwise, as it does in many containers: a run starts
hundreds of processes, and each would compile four hundred files of ours again.
"""

import os
import sys
from pathlib import Path

ABSENT = str(Path(__file__).with_name("absent"))

if ABSENT not in sys.path:
    sys.path.insert(1, ABSENT)
if ABSENT not in os.environ.get("PYTHONPATH", "").split(os.pathsep):
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [ABSENT, os.environ.get("PYTHONPATH")]))

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
