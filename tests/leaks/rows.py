"""The rows of the table: all places that are searched."""

from __future__ import annotations

from tests.leaks.sinks import CELLS

FORM = "login form: what is typed, as its message to the kernel"
FILES = {
    "IPython's history database": ("history.sqlite*",),
    "%store's files": ("db/*", "autorestore/*"),
    "log files": ("debug.log", "typed.log*"),
    "%save's file": ("saved.py",),
    "the kernel's own output, and every other file": ("*",),
}
NBCLIENT = "the notebook as nbclient saves it, widget state kept"
HTML = "its HTML export"
PAPERMILL = "the notebook as papermill saves it"
BROWSER = "JupyterLab: keys typed into the form, widget state saved, checkpoints, page"
ANOTHER_HOST = "another host: redirects, chains, absolute URLs"
LOCAL_PROXY = "a proxy of the environment, for what is on this machine"
PROXY = "a proxy on the way to the real APIs"
IMPORTED = "vipps-nb import: notebooks of collections, HAR files and curl commands with keys in them; the report"
FORMS = "vipps_nb.collection: forms, card, repr"
KEY_STORE = "--keyring: the store's entries said, shown, raised; the form that keeps them"
SWITCHING = "the token's card: places found, messages to the browser, states after each switch"
PROXIED = "a hub's proxy: cookies and tokens that it hands on, in the sandbox's log, desk and pages"
MOUNTED = "Session.mount for another host, and hooks"

ROWS = (
    *(sink.name for sink in CELLS),
    *(FORM, *FILES, NBCLIENT, HTML, PAPERMILL, BROWSER, ANOTHER_HOST, LOCAL_PROXY, PROXY, MOUNTED),
    *(IMPORTED, FORMS, KEY_STORE, SWITCHING, PROXIED),
)
