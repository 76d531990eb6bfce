"""Stands before the package of this name in every process that tests start; `tests/lean.py` says why."""

raise ImportError("Left out in tests, where nobody needs it.")
