"""Turns a wheel of sources into one of bytecode; run by compile.mjs inside of Pyodide."""

import importlib.util
import io
import re
import zipfile

SITE = "/lib/python3.14/site-packages"  # where Pyodide puts what it loads

# What no page needs: tests, type stubs, the sources of what is compiled, and stubs that jedi has for other libraries.
# Of pygments' five hundred languages a notebook shows a few.
LANGUAGES = "_mapping|css|data|diff|html|javascript|markup|python|shell|special|sql|text|textfmts"
UNNEEDED = re.compile(
    r"(^|/)tests?/|\.(pyi|pyx|c|h|rst)$|^jedi/third_party/(django-stubs|typeshed/stubs)/"
    rf"|^pygments/lexers/(?!__init__|({LANGUAGES})\.py)"
)
# Finds in its own source what it need not import yet, and without would import what no page has.
READS_ITSELF = re.compile(r"anyio/(\w+/)*__init__\.py$")
# Whose docstrings somebody reads, or a program does: magics make their options' help of them.
SAID_ALOUD = ("IPython", "anywidget", "comm", "ipywidgets", "piplite", "pyodide_kernel", "traitlets", "vipps_nb")


def compiled(wheel) -> bytes:
    """The wheel with ``x.pyc`` where ``x.py`` was."""
    source = zipfile.ZipFile(io.BytesIO(wheel.to_bytes()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name in source.namelist():
            content, packed_as = source.read(name), name
            if name.endswith("/") or UNNEEDED.search(name):
                continue
            if name.endswith(".dist-info/RECORD"):
                content = b""  # of other files than these; nobody uninstalls anything here
            elif name.endswith(".py") and not READS_ITSELF.match(name):
                level = 0 if name.startswith(SAID_ALOUD) else 2
                try:
                    # The whole name: a traceback seeks the source of a relative one in every folder.
                    code = compile(content, f"{SITE}/{name}", "exec", dont_inherit=True, optimize=level)
                except SyntaxError:
                    continue  # a template, or written for another Python
                content = importlib._bootstrap_external._code_to_hash_pyc(code, bytes(8), checked=False)
                packed_as = f"{name}c"
            target.writestr(zipfile.ZipInfo(packed_as), content, zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()
