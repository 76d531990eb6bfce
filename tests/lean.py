"""Loaded before anything else, here and in the kernels of tests: leaves out what takes seconds and nobody uses.

Where JupyterLab is installed, jsonschema finds `rfc3987_syntax`, and importing that builds 38 grammars: 2 s for each
process that reads a notebook or checks a body. It is for the formats `iri` and `idn-email` alone, which no notebook and
no document of ours has, and jsonschema does without where it is not installed.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] - so an import of it fails
