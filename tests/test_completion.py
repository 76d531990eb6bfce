"""Completion of calls, through IPython's own completer. A `|` is the cursor."""

from __future__ import annotations

import inspect

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

import vipps_nb

PAYMENTS = "%%vipps POST /epayment/v1/payments\n"


@pytest.fixture(scope="module")
def shell():
    shell = start_ipython() or InteractiveShell.instance()
    shell.run_line_magic("load_ext", "vipps_nb")
    shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    shell.user_ns["agreement_id"] = "agr_5kSeqz"
    yield shell
    shell.user_ns.pop("agreement_id")
    shell.run_line_magic("unload_ext", "vipps_nb")


def complete(shell, typed):
    offset = typed.index("|") if "|" in typed else len(typed)
    with provisionalcompleter():
        return [found.text for found in shell.Completer.completions(typed.replace("|", ""), offset)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("%vipps ", ["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ("%vipps pa", ["PATCH"]),
        ("%vipps GET /epay", ["/epayment/v1/payments/"]),
        ("x = %vipps GET /webh", ["/webhooks/v1/webhooks"]),
        ("import os\n%vipps GET /webh", ["/webhooks/v1/webhooks"]),
        ("%vipps GET /recurring/v3/agreements/", ["/recurring/v3/agreements/{agreement_id}"]),
        ("%vipps GET /epayment/v1/payments/abc/", ["/epayment/v1/payments/abc/events"]),
        ("%vipps GET /epayment/v1/payments/${agr", ["/epayment/v1/payments/${agreement_id}"]),
        ("%vipps GET /epayment/v1/payments/{agr", ["/epayment/v1/payments/{agreement_id}"]),
        ("%vipps GET /order-management/v2/", ["/order-management/v2/ECOM", "/order-management/v2/RECURRING"]),
        ("%vipps GET /recurring/v3/agreements?st", ["status="]),
        ("%vipps GET /recurring/v3/agreements?status=P", ["PENDING"]),
        ("%vipps GET /x --as ", ["python", "magic", "curl", "httpie"]),
        ("%vipps GET /x --session ", ["vipps"]),
        ("%vipps GET /x --dry", ["--dry-run"]),
        ('%vipps GET /qr/v1/merchant-redirect --header "Acc', ['"Accept: ']),
        (PAYMENTS + '{"am', ['amount": ']),
        (PAYMENTS + '{"am|"', ["amount"]),
        (PAYMENTS + '{"amount": {"', ['currency": ', 'value": ']),
        (PAYMENTS + '{"amount": {"|": "NOK", "value": 1}}', ["currency"]),
        (PAYMENTS + '{"amount": {"currency": "N', ['NOK"']),
        (PAYMENTS + '{ // a comment\n "paymentMethod": {"type": ', ['"WALLET"', '"CARD"', '"CARD_PASSTHROUGH"']),
        (PAYMENTS + '{"reference": ${', ["${agreement_id}"]),
        (PAYMENTS + '{"receipt": {"orderLines": [{"isR', ['isReturn": ']),
        # Outside of magics: paths, bodies, queries, headers, faults.
        ('vipps.get("/epay', ["/epayment/v1/payments/"]),
        ("vipps.get('/webh", ["/webhooks/v1/webhooks"]),
        ('answer = vipps.request("GET", "/webh', ["/webhooks/v1/webhooks"]),
        ('vipps.map("GET", ["/webh', ["/webhooks/v1/webhooks"]),
        ('vipps.get(f"/epayment/v1/payments/{agr', ["/epayment/v1/payments/{agreement_id}"]),
        ('vipps.get("/epayment/v1/payments/{agr', []),
        ('vipps.get("/recurring/v3/agreements?st', ["status="]),
        ('vipps.get("/recurring/v3/agreements", params={"st', ['status": ']),
        ("vipps.get('/recurring/v3/agreements', params={'status': 'P", ["PENDING'"]),
        ('vipps.post("/epayment/v1/payments", json={"am', ['amount": ']),
        ("vipps.post('/epayment/v1/payments',\n    json={'amount': {'cur", ["currency': "]),
        ('vipps.post("/epayment/v1/payments", json={"amount": {"value": 1, "|": "NOK"}})', ["currency"]),
        ('vipps.post(f"/epayment/v1/payments/{x}/capture", json={"', ['modificationAmount": ']),
        ('vipps.post("/epayment/v1/payments", json={"receipt": {"orderLines": [{"isReturn": ', ["True", "False"]),
        ('vipps.get("/x/y", json={"am', []),
        ('requests.get("/epay', []),
        ('vipps.sandbox.faults([{"lat', ['latencyMs": ']),
        ('vipps.sandbox.faults([{"path": "/epa', ['/epayment/*"']),
        ("vipps.sandbox.settings(rateL", ["rateLimits="]),
        ("%vipps_explore order", ["order_management"]),
        ("%vipps_explore GET /webh", ["/webhooks/v1/webhooks"]),
        ("%vipps_explore epayment refu", ["refund"]),
    ],
)
def test_what_could_be_typed_is_offered(shell, typed, expected):
    assert complete(shell, typed) == expected


def test_a_field_that_is_there_is_not_offered_again(shell):
    offered = complete(shell, PAYMENTS + '{"amount": 1, "|", "userFlow": "QR"}')

    assert "reference" in offered
    assert not {"amount", "userFlow"} & set(offered)


@pytest.mark.parametrize("typed", ["%vipps GET /nothing-like-it/", PAYMENTS + '{"amount" ', PAYMENTS + "{ // pri"])
def test_where_there_is_nothing_to_say_nothing_else_mixes_in(shell, typed):
    assert complete(shell, typed) == []


def test_references_seen_in_this_kernel_are_offered_the_newest_first_whoever_sent_the_call(shell):
    shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    vipps = shell.user_ns["vipps"]
    for reference in ("seen-order-1", "seen-order-2"):
        shell.run_cell(
            PAYMENTS + '{"amount": {"currency": "NOK", "value": 4900}, "paymentMethod": {"type": "WALLET"}, '
            f'"reference": "{reference}", "userFlow": "WEB_REDIRECT", "returnUrl": "https://example.com"}}'
        )
    hook = {"url": "https://example.com/hook", "events": ["epayments.payment.created.v1"]}
    registered = vipps.post("/webhooks/v1/webhooks", json=hook).json()["id"]

    base = "/epayment/v1/payments/"
    assert complete(shell, f"%vipps GET {base}seen") == [f"{base}seen-order-2", f"{base}seen-order-1"]
    assert f"/webhooks/v1/webhooks/{registered}" in complete(shell, "%vipps DELETE /webhooks/v1/webhooks/")
    shell.run_line_magic("vipps_logout", "")
    assert complete(shell, f"%vipps GET {base}seen") == []


def test_a_path_stands_with_the_words_of_its_operation(shell):
    with provisionalcompleter():
        typed = "%vipps POST /epayment/v1/payments/abc/"
        words = {found.text.rpartition("/")[2]: found.type for found in shell.Completer.completions(typed, len(typed))}

    assert words["capture"] == "Capture payment"
    assert words["refund"] == "Refund payment"


def test_what_is_ours_stands_first_in_a_session_and_nothing_else_in_the_package(shell):
    shell.run_line_magic("vipps_login", "--env sandbox --quiet")
    shell.user_ns["package"] = vipps_nb

    names = complete(shell, "answer = vipps.")

    ours = ["get", "post", "poll", "map", "history", "sandbox"]
    assert max(names.index(name) for name in ours) < min(names.index(name) for name in ("adapters", "close", "verify"))
    assert not any(name.startswith("_") for name in names)
    assert complete(shell, "vipps.hist") == ["history"]
    assert complete(shell, "package.") == sorted(vipps_nb.__all__)
    shell.run_line_magic("vipps_logout", "")


def test_the_package_shows_its_public_names_and_nothing_else():
    assert dir(vipps_nb) == sorted(vipps_nb.__all__)


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete"])
def test_what_a_session_s_verbs_say_speaks_of_paths_with_an_example(verb):
    said = inspect.getdoc(getattr(vipps_nb.VippsSession, verb))

    assert f'vipps.{verb}("/' in said
    assert "idempotency key" in said or verb == "get"
