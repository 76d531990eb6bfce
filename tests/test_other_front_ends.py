"""Front ends that are not IPython's: the cards as values, and HTML as what marimo and others take."""

from __future__ import annotations

import pytest

import vipps_nb
from vipps_nb import EnvironmentChoiceError, NotLoggedInError, login, logout
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.doctor import examine
from vipps_nb.widgets.login_form import FormChoices


@pytest.fixture
def vipps():
    return login(env="sandbox", quiet=True)


def test_html_is_a_plain_str_and_nothing_derived_from_it(vipps):
    """A subclass is shown as an object by front ends that look at the type."""
    answer = vipps.get("/epayment/v1/payments/none")
    answers = vipps.map("GET", ["/epayment/v1/payments/none"], quiet=True)

    drawn = {
        "answer": answer._repr_html_(),
        "history": vipps.history._repr_html_(),
        "call": vipps.history[-1]._repr_html_(),
        "answers": answers._repr_html_(),
        "doctor": examine(LoginOptions(env="sandbox"))._repr_html_(),
        "marimo": answer._mime_()[1],
    }

    assert {name: type(html) for name, html in drawn.items()} == dict.fromkeys(drawn, str)
    assert all("<" in html for html in drawn.values())
    assert answer._mime_()[0] == "text/html"


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
