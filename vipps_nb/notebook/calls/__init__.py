"""A call as somebody types it, until it is sent.

It is read, completed, checked, sent, and written down again as code:

- ``call`` reads and checks it.
- ``cells`` is what ``%vipps`` and ``%%vipps`` do with it.
- ``snippets`` writes it down.
- ``suggestions`` says what could come next, from the catalogue and from the ``references`` that this kernel has seen.
"""

from __future__ import annotations

from vipps_nb.notebook.calls.call import (
    FORM,
    METHODS,
    Call,
    CallError,
    Text,
    Variable,
    check,
    check_body,
    meant_as_variables,
    write_call,
)

__all__ = [
    "FORM",
    "METHODS",
    "Call",
    "CallError",
    "Text",
    "Variable",
    "check",
    "check_body",
    "meant_as_variables",
    "write_call",
]
