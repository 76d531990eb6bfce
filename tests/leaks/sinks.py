"""Everything a user does in a notebook that could write a secret down, and beside it the same thing with a leak.

`vipps`, `answer`, `secret`, `listener` and `things` (all of them, and what hangs on them) are there; in the kernel that
leaks so is `planted`, the four secrets as plain strings.
"""

from __future__ import annotations

from dataclasses import dataclass

SET_UP = """
import copy, dataclasses, http.client, json, logging, os, pickle, pprint, requests, signal, subprocess, sys, vipps_nb
import vipps_nb.webhooks
from vipps_nb.webhooks import Listener, explain, verify
from tests.leaks import prying
%load_ext vipps_nb
%vipps_login
answer = vipps.get("/epayment/v1/payments/abc")
secret = vipps_nb.Secret(vipps.post("/webhooks/v1/webhooks", json={"url": "https://example.com"}).json()["secret"])
listener = Listener(vipps, secrets=[secret])
verdict = verify(b"{}", {"x-ms-date": "1"}, secret, path="/webhooks")
things = [vipps, vipps.keys, vipps.keys.cache, vipps.credentials, vipps.credentials.client_secret, vipps.environment,
          vipps.credentials.subscription_key, vipps.token, vipps.token.access_token, secret, answer, answer.request,
          answer.raw, answer.connection, vipps.headers, listener, verdict, vipps.as_merchant("123456")]
"""
PLANT = """
planted = [vipps.credentials.client_secret.reveal(), vipps.credentials.subscription_key.reveal(),
           vipps.token.reveal(), secret.reveal()]
one, two, three, four = planted
"""


@dataclass(frozen=True)
class Sink:
    """One place where a secret could turn up.

    Attributes:
        name: Its row in the table.
        does: What a user does.
        leaks: The same, done wrongly.
        after: The sink after each of whose cells this is done.
    """

    name: str
    does: tuple[str, ...]
    leaks: str
    after: str = ""


def sink(name: str, *does: str, leaks: str, after: str = "") -> Sink:
    """A sink."""
    return Sink(name, does, leaks, after)


LOGINS = (
    sink(
        "login: process environment, .env, profile, Postman file, Python",
        "%vipps_login",
        "%vipps_login --refresh",
        "%vipps_login --profile shop",
        "%vipps_login --postman postman.json",
        "%vipps_login --dotenv .env.shop --as other",
        "os.environ.update(json.load(open('process.json')))\n%vipps_login --as third",
        "for name in json.load(open('process.json')): os.environ.pop(name, None)",
        "vipps_nb.login()",
        "%vipps_status",
        leaks="print(*planted)",
    ),
    sink(
        "logins that fail",
        *(
            f"%vipps_login --profile {name}"
            for name in ("refused", "half", "quoted", "dash", "gone", "latin", "nowhere")
        ),
        "vipps_nb.login(profile='refused')",
        "%vipps_login --env tset",
        leaks="raise vipps_nb.CredentialsError(str(planted))",
    ),
)

LOOKS = (
    sink(
        "repr, str, format, f-strings",
        "for x in things: print(repr(x), str(x), f'{x} {x!r} {x:>50}' if isinstance(x, vipps_nb.Secret) else f'{x}')",
        leaks="print(f'{planted}')",
    ),
    sink(
        "display of a cell's last value, Out, _",
        *("vipps", "vipps.token", "vipps.credentials", "secret", "answer", "things", "listener", "_", "Out"),
        "explain(b'{}', {'host': 'x'}, secret, path='/')",
        # Answers that hand secrets out: shown, but not kept, for whoever keeps one keeps what is in it.
        "display(vipps.post('/webhooks/v1/webhooks', json={}), vipps.post('/accesstoken/get'))",
        leaks="planted",
    ),
    sink(
        "cards: vipps.map and its refusals, the check of a body, map's progress",
        "display(vipps.map('POST', ['/webhooks/v1/webhooks'] * 3 + ['/accesstoken/get'], json={}, retries=0))",
        "display(vipps.map('GET', ['/status/400', '/status/503', '/html'], retries=0).failed)",
        '%%vipps POST /webhooks/v1/webhooks\n{"url": ${secret}, "evnets": [${secret}]}',
        leaks="display({'answers': planted})",
    ),
    sink(
        "%vipps_calls: rows, details, comparison, code, the widget's state",
        "%vipps_calls\npanel = vipps_nb.calls()\npanel._calls.rows()",
        "vipps.post('/webhooks/v1/webhooks', json={}).ok",
        "keys = [row['key'] for row in panel._calls.rows()['all']]\nfor key in keys: print(panel._calls.details(key))",
        "for key in keys: print(panel._calls.compared(keys[0], key))",
        "print(panel.get_state(), panel, vars(panel._calls))",
        leaks="%vipps_calls\nvipps_nb.calls().send({'rows': planted, 'place': None})",
    ),
    sink(
        "vars, dir, getmembers, every attribute of every object",
        "prying.look(*things)",
        "for x in things: print(dir(x), getattr(x, '__dict__', ''))",
        leaks="import types; prying.look(types.SimpleNamespace(hidden=planted))",
    ),
    sink(
        "json, dataclasses.asdict, pprint, pickle, copy",
        "prying.write_down(*things)",
        "for x in (vipps.credentials, vipps.token): print(dataclasses.asdict(x), dataclasses.astuple(x))",
        "pprint.pprint([vars(x) for x in things if hasattr(x, '__dict__')])",
        leaks="import types; prying.write_down(planted)",
    ),
    sink(
        "response.request.headers, response.history, vars(response)",
        "print(answer.request.headers, vars(answer.request), answer.history, vars(answer), answer.headers)",
        "print(*[vars(a.request) for a in vipps.get('/chain').history], vars(vipps.get('/away/302').request))",
        "print(vipps.headers, vipps.params, vipps.cookies, vipps.auth, vipps.proxies, vipps.adapters, vipps.hooks)",
        "vipps.get('/epayment/v1/payments/abc', hooks={'response': lambda r, **k: prying.look(r, k)})",
        leaks="print(requests.get(vipps.base_url + '/x', headers=dict(zip('abcd', planted))).request.headers)",
    ),
    sink("%whos", "%whos", leaks="%whos"),
    sink("%who_ls, %who", "print(get_ipython().run_line_magic('who_ls', ''))\n%who", leaks="print(globals())"),
    sink(
        "inspecting and completing: secret?, Tab, Shift-Tab",
        "secret?",
        "vipps??",
        "vipps.credentials?",
        "%pinfo2 secret",
        leaks="one?\n",
    ),
    sink("%config", "%config", "%config VippsMagics", "%config Application", leaks="print(planted)"),
    sink(
        "%env, os.environ",
        "%env",
        "print(dict(os.environ))",
        leaks="os.environ.update(zip('abcd', planted))\n%env",
    ),
    sink(
        "child processes",
        "!env",
        "print(subprocess.run([sys.executable, '-c', 'import os, sys; print(os.environ, sys.argv)'],"
        " capture_output=True).stdout)\nprint(open('/proc/self/cmdline').read())",
        leaks="os.environ.update(zip('abcd', planted))\n!env",
    ),
    sink("In, _ih, %history, %recall", "In", "_ih", "%history -n", leaks="typed = {PLANTED}\n%history"),
)

LOGS = (
    sink(
        "logging at DEBUG, urllib3's included",
        "logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, force=True)\n"
        "logging.getLogger().addHandler(logging.FileHandler('debug.log'))\n"
        "for name in ('urllib3', 'requests', 'vipps_nb', 'asyncio'): logging.getLogger(name).setLevel(logging.DEBUG)",
        "%vipps_login --refresh",
        "vipps.get('/epayment/v1/payments/abc'); vipps.post('/checkout/v3/session', json={})",
        "vipps.get('/status/503', retries=1)",
        "vipps.get('/reset', retries=1)",
        "vipps.get('/status/401')",
        leaks="logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, force=True)\n"
        "logging.getLogger().addHandler(logging.FileHandler('debug.log'))\nlogging.debug(planted)",
    ),
    sink(
        "http.client's debug level",
        "logging.getLogger().setLevel(logging.WARNING); http.client.HTTPConnection.debuglevel = 1",
        "%vipps_login --refresh",
        "vipps.get('/epayment/v1/payments/abc'); vipps.post('/access-management-1.0/access/oauth2/token', data={})",
        "vipps.mount('http://', requests.adapters.HTTPAdapter(max_retries=1)); vipps.get('/checkout/v3/session/abc')",
        "http.client.HTTPConnection.debuglevel = 0",
        leaks="http.client.HTTPConnection.debuglevel = 1\n"
        "requests.get(vipps.base_url, headers=dict(zip('abcd', planted)))\nhttp.client.HTTPConnection.debuglevel = 0",
    ),
)

ALARM = "signal.signal(signal.SIGALRM, signal.default_int_handler); signal.setitimer(signal.ITIMER_REAL, 0.4)\n"
FAILURES = (
    "vipps.get('/reset', retries=0)",
    "vipps.get('/reset', retries=1)",
    "vipps.get('/slow', timeout=0.2, retries=0)",
    "vipps.get('/loop')",
    "vipps.get('http://127.0.0.1:9/x', retries=0)",
    "vipps.get('nothing://x')",
    "vipps.get('http://[')",
    "vipps.get('/status/400').raise_for_status()",
    "vipps.get('/html').json()",
    "vipps.largest_answer = 1\nvipps.get('/epayment/v1/payments/abc')",
    "vipps.largest_answer = 1 << 20\nvipps.get('/epayment/v1/payments/abc', headers={'x': 'a\\nb'})",
    "vipps.get('/epayment/v1/payments/abc', headers={'x': 'a–b'})",
    "vipps.get('/epayment/v1/payments/abc', hooks={'response': lambda r, **k: 1 / 0})",
    "vipps.post('/checkout/v3/session', data=(1 / 0 for _ in '1'))",
    "vipps.get('/checkout/v3/session/abc', verify='/no/such/file', retries=0)",
    "vipps.get('/epayment/v1/payments/abc', proxies={'http': 'http://127.0.0.1:9'}, retries=0)",
    ALARM + "vipps.get('/slow')",
    ALARM + "vipps_nb.login(profile='slow')",
    *(f"vipps_nb.login(profile={name!r})" for name in ("refused", "half", "quoted", "dash", "gone", "latin")),
    "vipps_nb.login(env='production')",
    "vipps_nb.login(postman='.env')",
    "vipps_nb.login(dotenv='no-such-file')",
    "vipps_nb.login(key_type='x')",
    "vipps_nb.fetch_access_token(vipps_nb.Credentials('x', vipps.credentials.client_secret), vipps_nb.Environment("
    "'test', 'http://127.0.0.1:9'))",
    "vipps_nb.VippsSession(dataclasses.replace(vipps.credentials, client_secret=vipps_nb.Secret("
    "vipps.credentials.client_secret.reveal() + chr(10))), vipps.environment).get('/checkout/v3/session/abc')",
    "vipps_nb.VippsSession(vipps.credentials, vipps_nb.Environment('production', vipps.base_url)).post('/x')",
    "%%vipps POST /reset --header 'X-Mine: {secret}'\n{\"reference\": ${secret}}",
    "guide.send(calls['POST /webhooks/v1/webhooks'], {'parameters': {}, 'force': True, "
    "'body': '{\"url\": ${secret}}'})",
    "vipps.poll('/nothing/known')",
    "vipps.poll('/epayment/v1/payments/abc', until=lambda answer: 1 / 0)",
    "vipps.map('GET', ['/reset', '/status/400'], retries=0, quiet=True)[0].x",
    "vipps.keys.cache.renew(vipps.credentials, vipps_nb.Environment('test', 'http://127.0.0.1:9'))",
    "verify({}, {}, secret, path='/')",
    "verify(b'', {}, secret)",
    "explain({}, {}, secret, path='/')",
    "listener.wait_for('NOTHING', timeout=0)",
    "pickle.dumps(secret)",
    "pickle.dumps(vipps.keys)",
    "copy.copy(vipps)",
    "json.dumps(vipps.credentials)",
    "secret + 'x'",
    "vipps_nb.Sandbox.join('nothing')",
)
VERBOSE = "%xmode Verbose tracebacks, %tb"
TRACEBACKS = (
    sink(
        VERBOSE,
        "%xmode Verbose",
        *FAILURES,
        "%tb",
        leaks="%xmode Verbose\ndef careless(a, b, c, d): raise ValueError\ncareless(*planted)",
    ),
    sink(
        "sys.last_traceback: locals of every frame, exceptions inside exceptions",
        "prying.last()",
        leaks="prying.last()",
        after=VERBOSE,
    ),
)

MEMORY = (
    sink(
        "%store",
        *(f"%store {name}" for name in ("vipps", "answer", "secret", "listener", "verdict", "things")),
        "%store",
        leaks="%store one two three four planted\n%store",
    ),
    sink(
        "%logstart, %save",
        "%logstart -o -t typed.log\nvipps\n%save saved 1-40",
        leaks="%logstart -o typed.log\nplanted",
    ),
)
WIDGETS = (
    sink(
        "widgets: state and messages",
        "%vipps_status",
        "from ipywidgets.widgets.widget import _instances\n"
        "print([w.get_state() for w in _instances.values()], [vars(w) for w in _instances.values()])",
        leaks="import ipywidgets; ipywidgets.Password(value=str(planted))",
    ),
)

TOOLS = (
    sink(
        "cards: answers, refusals, tokens, vipps_nb.show",
        "vipps.token",
        "vipps_nb.show(answer, personal=True)\nvipps_nb.show(vipps.get('/status/400'))",
        "for path in ('/webhooks/v1/webhooks', '/accesstoken/get'):\n"
        "    vipps_nb.show(vipps.post(path, json={}), personal=True)",
        leaks="from IPython.display import HTML; HTML(f'<p>{planted}</p>')",
    ),
    sink(
        "%vipps, %%vipps, --dry-run, copying as Python, magic, curl, httpie",
        "%vipps GET /epayment/v1/payments/abc",
        # Shown and not kept, as above.
        """display(get_ipython().run_cell_magic("vipps", "POST /webhooks/v1/webhooks --force", '{"url": "x"}'))""",
        *(
            f"%%vipps POST /epayment/v1/payments --force --header 'Authorization: {{secret}}' {option}\n"
            '{"reference": ${secret}}'
            for option in ("--dry-run", "--as python", "--as magic", "--as curl", "--as httpie", "")
        ),
        leaks="print('curl --header', planted)",
    ),
    sink(
        "exploring: forms, code, answers",
        "%vipps_explore webhooks",
        "from vipps_nb.apis import catalogue; from vipps_nb.notebook.explorer import Explorer\n"
        "guide = Explorer(catalogue.operations(), None, globals())\n"
        "print([guide.form(number) for number in range(len(guide.operations))])",
        "calls = {str(one): number for number, one in enumerate(guide.operations)}\n"
        "typed = {'parameters': {}, 'body': json.dumps({'url': '${secret}', 'events': []}), 'force': True}\n"
        "for ask in (guide.judge, guide.send): print(ask(calls['POST /webhooks/v1/webhooks'], typed))",
        leaks="print({'form': planted})",
    ),
    sink(
        "vipps.history: table, cards, HAR, script, Postman collection",
        "vipps.history",
        "display(*vipps.history)",
        "print(vipps.history.as_har(personal=True), vipps.history.as_python(personal=True))",
        "vipps.history.save('calls.har', personal=True), vipps.history.save('calls.py')",
        "print(vipps.history.as_postman(personal=True))\nvipps.history.save('calls.json', personal=True)",
        "prying.look(*vipps.history)\nprint([vars(call) for call in vipps.history])",
        leaks="print({'log': planted})",
    ),
    sink(
        "%vipps_doctor and its report, %vipps_sandbox, --init",
        "%vipps_doctor",
        "%vipps_doctor --report",
        "%vipps_doctor --profile refused --report",
        "%vipps_sandbox --text",
        "%vipps_login --init --quiet",
        leaks="print('report', planted)",
    ),
)

CELLS = (*LOGINS, *LOOKS, *TOOLS, *LOGS, *TRACEBACKS, *MEMORY, *WIDGETS)
