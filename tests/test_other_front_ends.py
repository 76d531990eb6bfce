"""Front ends that are not IPython's: the cards as values, and HTML as what marimo and others take."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import vipps_nb
from vipps_nb import EnvironmentChoiceError, NotLoggedInError, login, logout
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.doctor import examine
from vipps_nb.webhooks import Delivery
from vipps_nb.widgets.login_form import FormChoices


@pytest.fixture
def vipps():
    return login(env="sandbox", quiet=True)


def test_html_is_a_plain_str_and_nothing_derived_from_it(vipps):
    """A subclass is shown as an object by front ends that look at the type."""
    answer = vipps.get("/epayment/v1/payments/none")
    answers = vipps.map("GET", ["/epayment/v1/payments/none"], quiet=True)

    shown = {
        "answer": answer,
        "history": vipps.history,
        "call": vipps.history[-1],
        "answers": answers,
        "failed": answers.failed,
        "doctor": examine(LoginOptions(env="sandbox")),
        "session": vipps,
        "token": vipps.token,
        "delivery": delivery(),
        "explanation": vipps_nb.webhooks.explain(b"{}", {"host": "x"}, "secret", path="/"),
    }
    drawn = {name: one._repr_html_() for name, one in shown.items()}

    assert {name: type(html) for name, html in drawn.items()} == dict.fromkeys(drawn, str)
    assert all("<" in html for html in drawn.values())
    # Each front end has its own question, and all get the same answer.
    assert {name: one._mime_()[0] for name, one in shown.items()} == dict.fromkeys(shown, "text/html")
    assert {name: list(one._repr_mimebundle_()) for name, one in shown.items()} == {key: ["text/html"] for key in shown}
    assert shown["token"]._mime_()[1] == drawn["token"]
    assert shown["delivery"]._repr_mimebundle_()["text/html"] == drawn["delivery"]
    assert vipps.token.reveal() not in str(drawn)


def test_where_html_would_not_be_true_the_text_stands(vipps):
    answers = vipps.map("GET", ["/epayment/v1/payments/none"], quiet=True)
    answers.append(answers[0])  # somebody has changed the list

    assert answers._repr_mimebundle_() is None
    assert answers._mime_() == ("text/plain", repr(answers))


def delivery():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    verdict = vipps_nb.webhooks.verify(b"{}", {}, "secret", path="/")
    facts = {"number": 1, "name": "CAPTURED", "body": b"{}", "headers": {}, "moment": moment, "verdict": verdict}
    return Delivery(**facts, attempt=1, duplicate=False, status=401)


def test_the_history_prints_as_a_table_and_stays_short_in_a_list(vipps):
    vipps.get("/epayment/v1/payments/none")

    assert type(str(vipps.history)) is str
    assert "/epayment/v1/payments/none" in str(vipps.history)
    assert repr(vipps.history) == "<1 call>"


def test_a_cell_that_runs_again_shows_the_card_that_there_is(vipps):
    assert vipps_nb.token_card() is vipps_nb.token_card(vipps)
    assert vipps_nb.desk() is vipps_nb.desk(vipps)
    assert vipps_nb.token_card().environment == "sandbox"
    assert vipps_nb.explorer("POST", "/epayment/v1/payments").chosen >= 0
    assert vipps_nb.explorer("POST /epayment/v1/payments").chosen >= 0

    logout()
    login(env="sandbox", quiet=True)
    assert vipps_nb.token_card().state == "ready"
    assert vipps_nb.desk().state == "live"


def test_without_a_login_or_a_sandbox_it_is_said(credentials, serve):
    for card in (vipps_nb.token_card, vipps_nb.desk):
        with pytest.raises(NotLoggedInError):
            card()
    elsewhere = vipps_nb.VippsSession(credentials, vipps_nb.TEST)
    with pytest.raises(EnvironmentChoiceError, match="the desk is the sandbox's"):
        vipps_nb.desk(elsewhere)


def test_the_form_hands_out_the_session_it_logged_in():
    sessions = []
    form = vipps_nb.login_form(env="sandbox", on_login=sessions.append)

    said = form._on_submit({}, FormChoices("sandbox", save=False, gitignore=False))

    assert said == "Logged in to sandbox."
    assert sessions == [vipps_nb.current_session()]
