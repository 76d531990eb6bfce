"""The Python side of both cards: what they hold, what they say where nothing runs, how they take clicks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import pytest

from tests.waiting import eventually
from vipps_nb.widgets.card import sentence_for
from vipps_nb.widgets.login_form import FormChoices, FormField, LoginForm
from vipps_nb.widgets.token_status import TokenStatus

LIFE = {"issued_at": 1_000, "stale_at": 3_300_000, "expires_at": 3_601_000}
LATER = {"issued_at": 60_000, "stale_at": 3_360_000, "expires_at": 3_660_000}
SECRET = "c2VjcmV0LXRoYXQtbXVzdC1ub3QtdHJhdmVs"


class OurError(Exception):
    """Stands in for the package's own errors, which are recognised by where they are defined."""

    __module__ = "vipps_nb.errors"


def receive(widget: TokenStatus | LoginForm, content: object) -> None:
    """What ipywidgets does when a message arrives from the browser."""
    widget._handle_custom_msg(content, [])


def token_card(
    on_renew: Callable[[int], None] = lambda seen: None,
    on_logout: Callable[[], None] = lambda: None,
    **traits: object,
) -> TokenStatus:
    labels = {"environment": "test", "merchant_serial_number": "123456", "source": ".env"}
    return TokenStatus(on_renew=on_renew, on_logout=on_logout, **{**labels, **LIFE, **traits})


def login_form(on_submit: Callable[..., str] = lambda values, choices: "Logged in.") -> LoginForm:
    fields = [
        FormField("client_id", "Client ID", secret=False, found_in=".env"),
        FormField("client_secret", "Client secret", secret=True),
    ]
    return LoginForm(fields=fields, environment="test", on_submit=on_submit)


def submission(**changes: object) -> dict[str, object]:
    values = {"client_secret": f"  {SECRET}\n", "client_id": "", "not_asked_for": "x"}
    message = {"do": "submit", "values": values, "environment": "test", "save": False, "gitignore": False}
    return {**message, **changes}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Custom messages that a card sends to the browser."""
    messages: list[object] = []
    monkeypatch.setattr(TokenStatus, "send", lambda self, content, buffers=None: messages.append(content))
    return messages


class TestTokenStatus:
    def test_state_holds_moments_and_labels_only(self) -> None:
        state = token_card().get_state()

        public = {name for name in state if not name.startswith("_")}
        assert public - {"layout", "tabbable", "tooltip"} == {
            "issued_at", "stale_at", "expires_at", "environment", "merchant_serial_number",
            "key_type", "source", "state", "message", "writes_allowed", "zone",
        }  # fmt: skip

    def test_plain_text_has_no_seconds_and_no_address(self) -> None:
        assert repr(token_card()) == "Vipps token · test · MSN 123456 · keys from .env"
        assert repr(token_card(environment="production", key_type="partner")) == (
            "Vipps token · PRODUCTION · MSN 123456 · partner keys · keys from .env"
        )
        assert repr(token_card(merchant_serial_number="", source="")) == "Vipps token · test"

    def test_twins_do_not_depend_on_the_moment(self) -> None:
        data, _ = token_card()._repr_mimebundle_()
        later, _ = token_card(**LATER, state="renewing")._repr_mimebundle_()

        assert data["text/plain"] == later["text/plain"]
        assert data["text/html"] == later["text/html"]
        assert "cannot know whether the token is still valid" in data["text/html"]
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"]

    def test_twin_escapes_what_it_shows(self) -> None:
        data, _ = token_card(source="<script>alert(1)</script>")._repr_mimebundle_()

        assert "<script>" not in data["text/html"]
        assert "&lt;script&gt;" in data["text/html"]

    def test_new_token_clears_an_old_failure(self) -> None:
        card = token_card(state="renewal_failed", message="No answer came.")

        card.show_token(**LATER)

        assert (card.expires_at, card.state, card.message) == (LATER["expires_at"], "ready", "")

    def test_tells_the_time_when_asked(self, sent: list[object]) -> None:
        before = time.time_ns() // 1_000_000

        receive(token_card(), {"ask": "time", "id": 7})

        (answer,) = sent
        assert answer["id"] == 7
        assert before <= answer["time"] <= time.time_ns() // 1_000_000

    @pytest.mark.parametrize(
        "nonsense",
        [None, "renew", [], {}, {"do": "renew"}, {"do": "renew", "issued_at": "1"}, {"ask": "time"}],
    )
    def test_nonsense_is_ignored(self, nonsense: object, sent: list[object]) -> None:
        card = token_card(on_renew=lambda seen: pytest.fail("renewed"))

        receive(card, nonsense)

        assert card.state == "ready"
        assert sent == []

    def test_renew_hands_over_what_the_person_saw(self) -> None:
        seen = []
        card = token_card(on_renew=lambda issued_at: (seen.append(issued_at), card.show_token(**LATER)))

        receive(card, {"do": "renew", "issued_at": LIFE["issued_at"]})

        eventually(lambda: card.expires_at == LATER["expires_at"])
        assert seen == [LIFE["issued_at"]]
        assert card.state == "ready"

    def test_kernel_goes_on_while_renewing(self) -> None:
        answer = threading.Event()
        card = token_card(on_renew=lambda seen: answer.wait(5))

        receive(card, {"do": "renew", "issued_at": LIFE["issued_at"]})

        assert card.state == "renewing"
        answer.set()
        eventually(lambda: card.state == "ready")

    def test_clicks_from_many_threads_are_one_renewal(self) -> None:
        answer, renewals = threading.Event(), []
        card = token_card(on_renew=lambda seen: (renewals.append(seen), answer.wait(5)))
        click = {"do": "renew", "issued_at": LIFE["issued_at"]}
        clicks = [threading.Thread(target=receive, args=(card, click)) for _ in range(20)]

        for thread in clicks:
            thread.start()
        for thread in clicks:
            thread.join()
        answer.set()

        eventually(lambda: card.state == "ready")
        assert renewals == [LIFE["issued_at"]]

    def test_click_about_a_replaced_token_is_ignored(self) -> None:
        card = token_card(on_renew=lambda seen: pytest.fail("renewed"))
        card.show_token(**LATER)

        receive(card, {"do": "renew", "issued_at": LIFE["issued_at"]})

        assert card.state == "ready"

    def test_our_error_becomes_its_first_line(self) -> None:
        def refuse(seen: int) -> None:
            raise OurError("Vipps MobilePay refused the keys.\nDetails follow.")

        card = token_card(on_renew=refuse)
        receive(card, {"do": "renew", "issued_at": LIFE["issued_at"]})

        eventually(lambda: card.state == "renewal_failed")
        assert card.message == "Vipps MobilePay refused the keys."
        assert card.expires_at == LIFE["expires_at"]

    def test_foreign_error_is_never_quoted(self, caplog: pytest.LogCaptureFixture) -> None:
        def stumble(seen: int) -> None:
            raise ValueError(f"bad header {SECRET}")

        card = token_card(on_renew=stumble)
        receive(card, {"do": "renew", "issued_at": LIFE["issued_at"]})

        eventually(lambda: card.state == "renewal_failed")
        assert "unexpectedly" in card.message
        assert SECRET not in json.dumps(card.get_state(["message", "state"]))
        assert SECRET not in caplog.text
        assert "ValueError" in caplog.text

    def test_log_out_forgets_the_moments(self) -> None:
        card = token_card()

        receive(card, {"do": "log_out"})

        eventually(lambda: card.state == "logged_out")
        assert (card.issued_at, card.stale_at, card.expires_at) == (0, 0, 0)

    def test_failed_log_out_is_said(self) -> None:
        def refuse() -> None:
            raise OurError("The sandbox would not stop.")

        card = token_card(on_logout=refuse)
        receive(card, {"do": "log_out"})

        eventually(lambda: card.message == "The sandbox would not stop.")
        assert card.state == "ready"

    def test_renewal_that_ends_after_logging_out_stays_silent(self) -> None:
        answer = threading.Event()

        def fail_late(seen: int) -> None:
            answer.wait(5)
            raise OurError("Not logged in.")

        card = token_card(on_renew=fail_late)
        receive(card, {"do": "renew", "issued_at": LIFE["issued_at"]})
        card.show_logged_out()
        answer.set()

        eventually(lambda: not card._renewing)
        assert (card.state, card.message) == ("logged_out", "")


class TestLoginForm:
    def test_hands_over_what_was_typed_once(self) -> None:
        got = []
        form = login_form(lambda values, choices: got.append((values, choices)) or "Logged in.")

        receive(form, submission(save=True, gitignore=True))

        eventually(lambda: form.state == "done")
        assert got == [({"client_secret": SECRET}, FormChoices("test", save=True, gitignore=True))]
        assert form.message == "Logged in."

    def test_typed_text_never_becomes_state(self) -> None:
        form = login_form()

        receive(form, submission())

        eventually(lambda: form.state == "done")
        assert SECRET not in repr(form.get_state())
        assert SECRET not in repr(vars(form))

    def test_the_message_is_emptied_in_the_kernel(self) -> None:
        """Ipykernel keeps the last message it handled, so the keys are taken out of it."""
        message = submission()

        receive(login_form(), message)

        assert message["values"] == {}

    def test_gitignore_needs_save(self) -> None:
        got = []
        form = login_form(lambda values, choices: got.append(choices) or "")

        receive(form, submission(save=False, gitignore=True))

        eventually(lambda: form.state == "done")
        assert got == [FormChoices("test", save=False, gitignore=False)]

    def test_refusal_asks_again(self) -> None:
        def refuse(values: object, choices: object) -> str:
            raise OurError("VIPPS_CLIENT_ID is missing.")

        form = login_form(refuse)
        receive(form, submission())

        eventually(lambda: form.message != "")
        assert (form.state, form.message) == ("asking", "VIPPS_CLIENT_ID is missing.")

    def test_foreign_error_is_never_quoted(self, caplog: pytest.LogCaptureFixture) -> None:
        def stumble(values: dict[str, str], choices: object) -> str:
            raise ValueError(values["client_secret"])

        form = login_form(stumble)
        receive(form, submission())

        eventually(lambda: form.message != "")
        assert SECRET not in form.message + caplog.text

    def test_second_submission_while_checking_is_ignored(self) -> None:
        answer, submissions = threading.Event(), []
        form = login_form(lambda values, choices: submissions.append(1) or str(answer.wait(5)))

        receive(form, submission())
        receive(form, submission())
        answer.set()

        eventually(lambda: form.state == "done")
        assert submissions == [1]

    def test_unknown_environment_is_ignored(self) -> None:
        form = login_form(lambda values, choices: pytest.fail("logged in"))

        receive(form, submission(environment="https://evil.example"))

        assert (form.state, form.environment) == ("asking", "test")

    def test_twins_are_stable_and_honest(self) -> None:
        data, _ = login_form()._repr_mimebundle_()

        assert data["text/plain"] == repr(login_form()) == "Vipps login form · test"
        assert "never becomes part of the notebook" in data["text/html"]


def test_error_without_words_gets_a_sentence() -> None:
    assert sentence_for(OurError(), "It failed.") == "It failed."


@pytest.mark.parametrize("widget", [TokenStatus, LoginForm])
def test_nothing_is_fetched_from_elsewhere(widget: type) -> None:
    """No address, import or inline handler: the cards work offline and under a strict content policy."""
    script, style = widget._esm, widget._css

    assert "://" not in script + style
    assert "url(" not in style
    assert "import" not in script.replace("important", "")
    assert "innerHTML" not in script
