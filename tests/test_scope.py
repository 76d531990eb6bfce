"""Whose variable a name in a magic means, in cells as people write them, in a real IPython shell."""

from __future__ import annotations

import textwrap

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from vipps_nb.errors import VippsNbError

CALL = "get_ipython().run_line_magic('vipps', 'GET /x/{reference} --as curl')"


@pytest.fixture(scope="module")
def one_shell() -> InteractiveShell:
    return start_ipython() or InteractiveShell.instance()


@pytest.fixture
def run(one_shell, capsys):
    """Run a cell in a notebook that has a ``reference`` of its own; whose was used, or the error."""
    one_shell.run_line_magic("load_ext", "vipps_nb")
    one_shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    before = set(one_shell.user_ns)
    one_shell.user_ns |= {"reference": "the-notebooks", "said": []}

    def run(cell):
        cell = textwrap.dedent(cell).strip("\n").replace("CALL", CALL)
        result = one_shell.run_cell(cell, store_history=True)
        found = result.error_before_exec or result.error_in_exec
        if found is not None:
            return found
        return capsys.readouterr().out.rpartition("/x/")[2].split()[0].strip("'")

    yield run
    one_shell.run_line_magic("unload_ext", "vipps_nb")
    for name in set(one_shell.user_ns) - before:
        one_shell.user_ns.pop(name, None)


FOUND = {
    "the cell itself": ("%vipps GET /x/{reference} --as curl", "the-notebooks"),
    "a function's parameter": (
        """
        def cancel(reference):
            %vipps GET /x/{reference} --as curl
        cancel("mine")
        """,
        "mine",
    ),
    "a function that has none": ("def look():\n    CALL\nlook()", "the-notebooks"),
    "a function's default": ("def look(reference='mine'):\n    CALL\nlook()", "mine"),
    "a coroutine": (
        """
        async def cancel(reference):
            %vipps GET /x/{reference} --as curl
        await cancel("mine")
        """,
        "mine",
    ),
    "a coroutine in a task": (
        """
        import asyncio
        async def cancel(reference):
            await asyncio.sleep(0)
            CALL
        await asyncio.gather(cancel("mine"))
        """,
        "mine",
    ),
    "a lambda": ("(lambda reference: CALL)('mine')", "mine"),
    "a list comprehension's own": ("[CALL for reference in ['mine']]", "mine"),
    "a dict comprehension's own": ("{reference: CALL for reference in ['mine']}", "mine"),
    "a generator expression's own": ("list(CALL for reference in ['mine'])", "mine"),
    "a comprehension in a function": ("def f(reference):\n    return [CALL for _ in 'x']\nf('mine')", "mine"),
    "a comprehension in a comprehension": (
        "def f(reference):\n    return [[CALL for _ in 'x'] for _ in 'x']\nf('mine')",
        "mine",
    ),
    "a comprehension in a class in a function": (
        "def f(reference):\n    class Shop:\n        answers = [CALL for _ in 'x']\nf('mine')",
        "mine",
    ),
    "a class body": ("class Shop:\n    reference = 'mine'\n    CALL", "mine"),
    "a class body in a function": ("def f(reference):\n    class Shop:\n        CALL\nf('mine')", "mine"),
    "a class body that uses it": (
        "def f(reference):\n    class Shop:\n        reference\n        CALL\nf('mine')",
        "mine",
    ),
    "a method, not its class": (
        "class Shop:\n    reference = 'its'\n    def f(self):\n        CALL\nShop().f()",
        "the-notebooks",
    ),
    "a class in a class": ("class A:\n    reference = 'its'\n    class B:\n        CALL", "the-notebooks"),
    "a class in a class in a function": (
        "def h(reference):\n    class A:\n        reference = 'its'\n        class B:\n            CALL\nh('mine')",
        "mine",
    ),
    "a comprehension in a class": ("class A:\n    reference = 'its'\n    [CALL for _ in 'x']", "the-notebooks"),
    "a comprehension's own in a class": ("class A:\n    [CALL for reference in ['mine']]", "mine"),
    "a generator expression in a class": (
        "class A:\n    reference = 'its'\n    list(CALL for _ in 'x')",
        "the-notebooks",
    ),
    "a lambda in a class": ("class A:\n    reference = 'its'\n    (lambda: CALL)()", "the-notebooks"),
    "a class that has a comprehension": ("class A:\n    reference = 'mine'\n    [_ for _ in 'x']\n    CALL", "mine"),
    "a class that says global": (
        "def f(reference):\n    class A:\n        global reference\n        reference = 'new'\n        CALL\nf('its')",
        "new",
    ),
    "exec in a class": ("class A:\n    reference = 'mine'\n    exec(\"CALL\")", "mine"),
    "a comprehension in an exec": (
        'def f(reference):\n    exec("[CALL for _ in (1,)]")\nf("its")',
        "the-notebooks",
    ),
    "a line that is put together": (
        "def f(reference, how):\n"
        "    get_ipython().run_line_magic('vipps', f'GET /x/{{reference}} --as {how}')\nf('mine', 'curl')",
        "mine",
    ),
    "a line in a variable of its own": (
        "def f(reference):\n    line = 'GET /x/{reference} --as curl'\n"
        "    get_ipython().run_line_magic('vipps', line)\nf('mine')",
        "mine",
    ),
    "a nested function's own": (
        "def f(reference):\n    def g(reference):\n        CALL\n    g('mine')\nf('its')",
        "mine",
    ),
    "a nested function that uses it": (
        "def f(reference):\n    def g():\n        reference\n        CALL\n    return g\nf('mine')()",
        "mine",
    ),
    "a nested function around which is none": ("def f():\n    def g():\n        CALL\n    g()\nf()", "the-notebooks"),
    "a nested function that says global": (
        "def f(reference):\n    def g():\n        global reference\n        reference\n        CALL\n    g()\nf('its')",
        "the-notebooks",
    ),
    "a function that says global": ("def f():\n    global reference\n    reference = 'new'\n    CALL\nf()", "new"),
    "the caller of another function": (
        "def look():\n    CALL\ndef f(reference):\n    look()\nf('its')",
        "the-notebooks",
    ),
    "a generator": ("def f(reference):\n    yield CALL\nlist(f('mine'))", "mine"),
    "a decorated function": (
        """
        import functools
        def logged(function):
            @functools.wraps(function)
            def wrapper(*args, reference="its"):
                return function(*args)
            return wrapper
        @logged
        def cancel(reference):
            CALL
        cancel("mine")
        """,
        "mine",
    ),
    "a thread": (
        """
        import threading
        def cancel(reference):
            CALL
        thread = threading.Thread(target=cancel, args=("mine",))
        thread.start()
        thread.join()
        """,
        "mine",
    ),
    "a cell's body": (
        """
        def create(reference):
            get_ipython().run_cell_magic("vipps", "GET /x/{reference} --as curl --force", "{}")
        create("mine")
        """,
        "mine",
    ),
    "exec in a function": ('def f(reference):\n    exec("CALL")\nf("mine")', "mine"),
    "eval in a function": ('def f(reference):\n    eval("CALL")\nf("mine")', "mine"),
    "exec with variables of its own": ('exec("CALL", globals(), {"reference": "mine"})', "mine"),
    "exec in a function with other variables": (
        'def f(reference):\n    exec("CALL", globals(), {})\nf("its")',
        "the-notebooks",
    ),
    "a namespace of its own": ('exec("CALL", {"reference": "mine", "get_ipython": get_ipython})', "mine"),
    "%time": ("def f(reference):\n    %time CALL\nf('mine')", "mine"),
    "%%time": ("%%time\nCALL", "the-notebooks"),
    "%timeit": ("def f(reference):\n    %timeit -n1 -r1 CALL\nf('mine')", "mine"),
    "dollar and braces in a path": ("def f(reference):\n    %vipps GET /x/${reference} --as curl\nf('mine')", "mine"),
}


@pytest.mark.parametrize(("cell", "whose"), FOUND.values(), ids=FOUND)
def test_the_variable_that_python_would_find_is_meant(run, cell, whose):
    assert run(cell) == whose


REFUSED = {
    "a closure that is not captured": "def f(reference):\n    def g():\n        CALL\n    g()\nf('its')",
    "a closure two functions away": (
        "def f(reference):\n    def g():\n        def h():\n            CALL\n        h()\n    g()\nf('its')"
    ),
    "a closure after its function": "def f(reference):\n    def g():\n        CALL\n    return g\nf('its')()",
    "a lambda in a function": "def f(reference):\n    return lambda: CALL\nf('its')()",
    "a method of a class in a function": (
        "def f(reference):\n    class Shop:\n        def g(self):\n            CALL\n    Shop().g()\nf('its')"
    ),
    "a generator expression in a function": "def f(reference):\n    return list(CALL for _ in 'x')\nf('its')",
    "a comprehension in a closure": (
        "def f(reference):\n    def g():\n        return [CALL for _ in 'x']\n    g()\nf('its')"
    ),
    "%time in a closure": "def f(reference):\n    def g():\n        %time CALL\n    g()\nf('its')",
    "exec in a closure": 'def f(reference):\n    def g():\n        exec("CALL")\n    g()\nf("its")',
    "a closure without a source": 'exec("def f(reference):\\n  def g():\\n    CALL\\n  return g")\nf("its")()',
    "a variable that comes later": "def f():\n    CALL\n    reference = 'mine'\nf()",
    "a variable that is deleted": "def f(reference):\n    del reference\n    CALL\nf('mine')",
    "a variable handed on that is not yet there": (
        "def f():\n    def g():\n        reference\n    CALL\n    reference = 1\nf()"
    ),
    "a text that somebody else wrote": (
        "def call(line):\n    get_ipython().run_line_magic('vipps', line)\n"
        "def f(reference):\n    call('GET /x/{reference} --as curl')\nf('its')"
    ),
    "a magic that somebody is given": (
        "import functools\ndef call(fn, reference):\n    return fn()\n"
        "call(functools.partial(get_ipython().run_line_magic, 'vipps', 'GET /x/{reference} --as curl'), 'its')"
    ),
    "a line that somebody is given": (
        "def send(line):\n    reference = 'its'\n    get_ipython().run_line_magic('vipps', line)\n"
        "send('GET /x/{reference} --as curl')"
    ),
    "a thread that calls the magic itself": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def f(reference):\n    with ThreadPoolExecutor(1) as threads:\n        "
        "threads.submit(get_ipython().run_line_magic, 'vipps', 'GET /x/{reference} --as curl').result()\nf('its')"
    ),
}


@pytest.mark.parametrize("cell", REFUSED.values(), ids=REFUSED)
def test_where_it_cannot_be_told_it_says_how_and_takes_nobody_elses(run, cell):
    found = run(cell)

    assert isinstance(found, VippsNbError), found
    assert "reference" in str(found)
    assert any(
        way in str(found)
        for way in ("Pass it as an argument", "Expected it to be set", "Fill it in", "fill the value in")
    )


def test_a_name_without_a_variable_is_named_and_builtins_are_none(run):
    assert "no variable id" in str(run("def f():\n    %vipps GET /x/{id}\nf()"))
    assert "Did you mean reference?" in str(run("def f(reference):\n    %vipps GET /x/{referenc}\nf(1)"))


def test_a_function_of_a_module_sees_its_module_before_the_notebook(run, tmp_path, monkeypatch):
    (tmp_path / "shop_of_mine.py").write_text(
        "from IPython import get_ipython\n"
        "reference = 'the-modules'\n"
        f"def look():\n    {CALL}\n"
        f"def cancel(reference):\n    {CALL}\n"
        f"def around(reference):\n    def inner():\n        {CALL}\n    inner()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    assert run("import shop_of_mine\nshop_of_mine.look()") == "the-modules"
    assert run("shop_of_mine.cancel('mine')") == "mine"
    assert isinstance(run("shop_of_mine.around('its')"), VippsNbError)


def test_a_callback_of_a_widget_uses_its_own_variables(run):
    cell = """
        import ipywidgets
        button = ipywidgets.Button()
        def shop(reference):
            def clicked(_, reference=reference):
                CALL
            button.on_click(clicked)
        shop("mine")
        button.click()
        """
    assert run(cell) == "mine"


def test_headers_body_and_session_follow_the_same_rule(run, one_shell, capsys):
    cell = """
        def create(reference, shop):
            line = "POST /epayment/v1/payments --dry-run --force --header 'X-Mine: {reference}' --session shop"
            get_ipython().run_cell_magic("vipps", line, '{"reference": ${reference}, "note": "a ${reference}"}')
        create("mine", vipps)
        """
    one_shell.run_cell(textwrap.dedent(cell)).raise_error()

    shown = capsys.readouterr().out
    assert "X-Mine: mine" in shown
    assert '"note": "a mine"' in shown.replace("\n", "")
    assert "the-notebooks" not in shown


def test_options_of_other_magics_follow_the_same_rule(run, tmp_path):
    folder = tmp_path / "my keys"
    cell = f"""
        def log_in(reference):
            folder = {str(folder)!r}
            %vipps_login --dotenv {{folder}}/${{reference}}.env --quiet
        log_in("mine")
        """
    assert "There is no file mine.env" in str(run(cell))
    inner = "def f(reference):\n    def g():\n        %vipps_login --profile {reference} --quiet\n    g()\nf('its')"
    assert "Pass it as an argument" in str(run(inner))


def test_an_answer_goes_to_the_notebooks_variable_or_nowhere(run, one_shell):
    assert "payment = %vipps" in str(run("def f(payment):\n    %vipps GET /x/1 -o payment\nf(1)"))
    assert "payment = %vipps" in str(
        run("def f(payment):\n    def g():\n        %vipps GET /x/1 -o payment\n    g()\nf(1)")
    )
    one_shell.run_cell("def f():\n    %vipps GET /x/1 -o payment\n    return payment\nfound = f()").raise_error()
    assert one_shell.user_ns["found"].status_code == 404
    one_shell.run_cell("def f():\n    payment = %vipps GET /x/1\n    return payment\nfound = f()").raise_error()
    assert one_shell.user_ns["found"].status_code == 404


def test_in_a_kernel_it_is_the_same(tmp_path):
    """Cells of a kernel are files of their own, and run in a loop: what is found out from them must be found there."""
    import nbformat
    from nbclient import NotebookClient

    cells = [
        "%load_ext vipps_nb\n%vipps_login --env sandbox --quiet\nreference = 'the-notebooks'",
        FOUND["a coroutine"][0],
        FOUND["a nested function around which is none"][0],
        REFUSED["a closure after its function"],
        "import threading, ipywidgets\nbutton = ipywidgets.Button()\n"
        "button.on_click(lambda _, reference='mine': CALL)\nbutton.click()",
    ]
    cells = [textwrap.dedent(cell).strip("\n").replace("CALL", CALL) for cell in cells]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": tmp_path}}).execute()
    said = [str([(one.get("text"), one.get("evalue")) for one in cell.outputs]) for cell in notebook.cells]

    assert "/x/mine" in said[1]
    assert "/x/the-notebooks" in said[2]
    assert "Pass it as an argument" in said[3]
    assert "/x/mine" in said[4]
