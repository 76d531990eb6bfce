"""An answer as a card: what it says, what it keeps to itself, and that only our own answers are drawn."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
import requests
from IPython.core.interactiveshell import InteractiveShell

import vipps_nb
from tests.answers import TEST_HOST, answer
from vipps_nb.client.response import VippsResponse
from vipps_nb.display.answer import AnswerCard
from vipps_nb.display.styling import worn
from vipps_nb.notebook.show import Registration
from vipps_nb.widgets import card as widget

PAYMENTS = f"{TEST_HOST}/epayment/v1/payments"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJhcHBpZCI6ImYifQ.c2lnbmF0dXJl"
RESERVED = {
    "reference": "order-1",
    "state": "AUTHORIZED",
    "amount": {"currency": "NOK", "value": 49900},
    "aggregate": {
        "authorizedAmount": {"currency": "NOK", "value": 49900},
        "capturedAmount": {"currency": "NOK", "value": 20000},
        "cancelledAmount": {"currency": "NOK", "value": 0},
        "refundedAmount": {"currency": "NOK", "value": 5000},
    },
}


def both(response, **options):
    card = AnswerCard(response, **options)
    return card.text, card.html


class Words(HTMLParser):
    """The words that are left of a page when its style sheets are taken away, as GitHub does."""

    def __init__(self, html):
        super().__init__()
        self.words, self.silent = "", False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.silent = tag == "style"

    def handle_endtag(self, tag):
        self.silent = False

    def handle_data(self, data):
        self.words += "" if self.silent else data


def test_a_card_says_what_was_asked_how_it_went_and_what_came():
    response = answer({"reference": "order-1"}, method="POST", url=PAYMENTS, status=201, sent={"reference": "order-1"})
    response.request.headers["Idempotency-Key"] = "order-1-create"

    for said in both(response):
        for words in ("ePayment · Create payment", "201 Created", "POST /epayment/v1/payments", "12 ms", "24 B"):
            assert words in said
        assert "order-1-create" in said
    assert 'href="https://developer.vippsmobilepay.com/docs/APIs/epayment-api/' in both(response)[1]


def test_a_refusal_shows_the_servers_words_then_ours():
    problem = {
        "title": "Capture amount too high",
        "traceId": "00-abc-01",
        "extraDetails": [{"name": "ErrorCode", "reason": "6090"}, {"name": "modificationAmount", "reason": "too much"}],
    }
    text, html = both(answer(problem, method="POST", url=f"{PAYMENTS}/order-1/capture", status=400))

    assert text.index("6090 · Capture amount too high") < text.index("What happened: More was to be captured")
    for said in (text, Words(html).words):
        assert "trace id 00-abc-01" in said
        assert "modificationAmount" in said
        assert "too much" in said


def test_an_unknown_refusal_is_shown_in_the_servers_words_without_a_guess():
    text, html = both(answer({"title": "Teapot", "detail": "Short and stout"}, status=418))

    assert "Teapot: Short and stout" in text
    assert "What happened" not in text + html


def test_money_and_moments_are_told_to_people(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Oslo")
    time.tzset()
    body = {"amount": {"currency": "NOK", "value": 123456789}, "created": "2026-01-01T12:00:00Z", "price": 100}
    text, html = both(answer(body, url=f"{TEST_HOST}/unknown"))

    for said in (text, html):
        assert "1\u202f234\u202f567.89 NOK" in said
        assert "1 Jan 2026, 13:00:00 CET" in said
        assert "1.00" not in said  # a price whose currency nobody said
    monkeypatch.undo()
    time.tzset()


def test_a_payment_is_a_bar_whose_parts_are_named():
    text, html = both(answer(RESERVED))

    for part in ("kept", "refunded", "reserved"):
        assert part in text
        assert f'data-part="{part}"' in html
    assert "150.00 NOK" in text
    assert 'aria-label="kept 150.00 NOK, refunded 50.00 NOK, reserved 299.00 NOK"' in html


@pytest.mark.parametrize("field", ["access_token", "secret", "client_secret", "id_token", "authToken"])
def test_secrets_in_bodies_are_never_shown(field):
    said = "".join(both(answer({field: "hush-hush", "deep": [{field: "hush-hush"}]}, sent={field: "hush-hush"})))

    assert "hush-hush" not in said


@pytest.mark.parametrize(
    "header", ["Authorization", "Ocp-Apim-Subscription-Key", "client_id", "client_secret", "Cookie", "Set-Cookie"]
)
def test_secrets_in_headers_are_never_shown(header):
    said = "".join(both(answer({}, request_headers={header: "hush-hush"}, headers={header: "hush-hush"})))

    assert "hush-hush" not in said


def test_a_token_that_stands_where_nobody_expects_it_is_masked():
    said = "".join(
        both(answer(f"cannot read {TOKEN}", status=500, headers={"X-Echo": TOKEN, "Content-Type": "text/x"}))
    )

    assert "eyJ" not in said


def test_a_token_is_shown_by_its_claims():
    response = answer({"access_token": TOKEN, "expires_in": "3599"}, method="POST", url=f"{TEST_HOST}/accesstoken/get")

    for said in both(response):
        assert "Client" in said
        assert "eyJ" not in said
        assert "c2lnbmF0dXJl" not in said


def test_numbers_of_persons_are_masked_until_asked_for():
    sent = {"customer": {"phoneNumber": "4799887778"}}
    body = {"title": "Customer not found", "detail": "Nobody has 4799887778.", "nin": "09057517287"}
    refusal = answer(body, method="POST", url=PAYMENTS, status=400, sent=sent)
    profile = answer({"phone_number": "4799887778", "nin": "09057517287", "name": "Kari"})

    for response in (refusal, profile):
        for said in both(response):
            assert not re.search("4799887778|09057517287", said)
            assert "••••••••78" in said
    assert all("4799887778" in said and "09057517287" in said for said in both(profile, personal=True))


def test_while_the_sandboxes_clock_is_held_nothing_differs_from_run_to_run(monkeypatch):
    said = set()
    for zone, port, key, elapsed in (
        ("Europe/Oslo", 41234, "7f9c24e8-3b12-4fef-91e0-56a2d5a52fa1", 3),
        ("Asia/Tokyo", 51234, "1b4e28ba-2fa1-41d2-883f-0016d3cca427", 900),
    ):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        response = answer(
            {
                "redirectUrl": f"http://127.0.0.1:{port}/landing?token=x",
                "idempotencyKey": key,
                "at": "2026-01-01T12:00Z",
            },
            method="POST",
            url=f"http://127.0.0.1:{port}/epayment/v1/payments",
            headers={"Vipps-Nb-Clock": "held", "Date": "Thu, 01 Jan 2026 12:00:00 GMT"},
            request_headers={"Idempotency-Key": key, "User-Agent": f"python-requests/{port}"},
        )
        response.elapsed *= elapsed
        said.add(both(response))
    monkeypatch.undo()
    time.tzset()

    assert len(said) == 1
    assert " ms" not in said.pop()[0]


def test_the_card_says_what_the_sandbox_has_tolerated(vipps):
    clean = vipps.get("/epayment/v1/payments/none")
    tolerated = vipps.get("/epayment/v1/payments/none?colour=red&markup=<b>")
    words = "Tolerated: query parameter colour: no document knows this parameter"

    assert all(words in said for said in both(tolerated))
    assert not any("Tolerated" in said for said in both(clean))
    assert not any("Tolerated:" in said for said in both(answer({}, headers={"Vipps-Nb-Tolerated": "a stranger's"})))


def test_the_sandbox_says_whether_its_clock_is_held(vipps):
    running = vipps.get("/epayment/v1/payments/none")
    vipps.sandbox.hold("2026-01-01T12:00:00Z")
    held = vipps.get("/epayment/v1/payments/none")

    assert " ms" in AnswerCard(running).text
    assert " ms" not in AnswerCard(held).text


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (answer(None, status=204), "no body"),
        (answer("plain words", headers={"Content-Type": "text/plain"}), "plain words"),
        (answer("<html><title>Bad gateway</title>", status=502), "an HTML page titled “Bad gateway”"),
        (
            answer(b"\0\1\2" * 1000, headers={"Content-Type": "application/pdf"}),
            "2.9 KiB of application/pdf, not shown",
        ),
        (answer(b"\0\1\2"), "something that is no text"),
        (answer('{"cut": '), '{"cut": '),
        (answer([]), "[]"),
        (answer({"long": "x" * 9000}), "(9000 characters)"),
        (answer([{"n": n} for n in range(5000)]), "the rest is not shown"),
        (answer("x" * (5 << 20)), "the rest is not shown"),
        (answer(b"\x89PNG" + bytes(100), headers={"Content-Type": "image/png"}), "A picture (image/png, 104 B)"),
    ],
    ids=["empty", "text", "html", "binary", "untyped", "broken", "nothing", "long", "many", "huge", "picture"],
)
def test_whatever_comes_is_shown_or_said(response, words):
    text, html = both(response)

    assert words in text
    assert len(text) < 6000
    assert len(html) < 400_000


def test_a_body_that_is_still_being_streamed_is_left_to_whoever_streams_it(serve):
    from tests.conftest import Answer

    server = serve(lambda seen: Answer(body=b'{"all": "of it"}'))
    response = requests.get(server.base_url, stream=True)

    assert "not read yet" in AnswerCard(response).text
    assert response.json() == {"all": "of it"}


def test_repeats_are_told_with_their_causes():
    @dataclass
    class Retry:
        cause: str

    response = answer({})
    response.retries = (Retry("503 Service Unavailable"), Retry("ReadTimeout"))

    assert "2 retries (503 Service Unavailable, ReadTimeout)" in AnswerCard(response).text


def test_hostile_words_are_words():
    evil = "<script>alert(1)</script>"
    response = answer({evil: evil}, status=400, headers={"X": evil}, sent={evil: evil})

    assert "<script" not in AnswerCard(response).html


def test_a_card_runs_nothing_and_fetches_nothing():
    html = AnswerCard(answer(RESERVED)).html

    assert not re.search(r"<script|\son\w+=|url\(|@import|src=\"http|<link|<iframe", html)


def test_without_its_style_sheet_the_card_still_reads():
    words = Words(AnswerCard(answer(RESERVED)).html).words

    assert "test ePayment · Get payment 200 OK" in words
    assert "kept 150.00 NOK" in words


@pytest.fixture
def shell():
    shell = InteractiveShell()
    yield shell
    shell.history_manager.end_session()


def formatted(shell, thing):
    return shell.display_formatter.format(thing)[0]


def test_an_answer_of_the_session_is_drawn_and_one_of_requests_is_left_alone(shell):
    Registration(shell)
    ours = answer(RESERVED)
    theirs = requests.Response()
    theirs.status_code = 200

    assert formatted(shell, ours)["text/plain"].startswith("200 OK · ePayment · Get payment")
    assert "vipps-nb-answer" in formatted(shell, ours)["text/html"]
    assert formatted(shell, theirs) == {"text/plain": "<Response [200]>"}


def test_inside_a_list_an_answer_stays_short(shell):
    Registration(shell)

    assert formatted(shell, [answer({}), {"a": answer({})}]) == {
        "text/plain": "[<Response [200]>, {'a': <Response [200]>}]",
    }
    assert repr(answer({})) == str(answer({})) == "<Response [200]>"


def test_what_was_there_before_is_given_back(shell):
    formatters = shell.display_formatter.formatters
    formatters["text/html"].for_type(VippsResponse, lambda response: "theirs")
    before = [(dict(one.type_printers), dict(one.deferred_printers)) for one in formatters.values()]

    registration = Registration(shell)
    assert "vipps-nb-answer" in formatted(shell, answer({}))["text/html"]
    registration.give_back()

    assert [(dict(one.type_printers), dict(one.deferred_printers)) for one in formatters.values()] == before
    assert formatted(shell, answer({}))["text/html"] == "theirs"


def test_what_somebody_registered_since_stays(shell):
    registration = Registration(shell)
    formatters = shell.display_formatter.formatters
    formatters["text/html"].for_type(VippsResponse, lambda response: "newer")
    registration.give_back()

    assert formatted(shell, answer({}))["text/html"] == "newer"


def test_the_token_of_a_session_is_drawn_by_its_claims(shell, vipps):
    Registration(shell)
    drawn = formatted(shell, vipps.token)

    assert "Issued" in drawn["text/plain"]
    assert vipps.token.reveal() not in "".join(drawn.values())
    assert formatted(shell, [vipps.token])["text/plain"].startswith("[<AccessToken")


def test_show_prints_where_there_is_no_notebook(capsys):
    vipps_nb.show(answer({"phoneNumber": "4712345678"}), personal=True)

    assert "4712345678" in capsys.readouterr().out


def test_a_card_carries_only_the_style_that_it_needs():
    html = AnswerCard(answer(RESERVED)).html
    sheet = (Path(vipps_nb.__file__).parent / "display" / "answer.css").read_text() + widget.stylesheet("explorer.css")

    assert "<style>.vipps-nb{" in html
    for needed in (".vipps-nb-bar{", '[data-part="refunded"]{', '[data-tone="failed"]{', ".vscode-dark"):
        assert needed in html
    for needless in ("vipps-nb-calendar", "vipps-nb-timeline", "vipps-nb button", "data-mark", "figcaption"):
        assert needless in sheet
        assert needless not in html


def test_the_style_that_is_left_out_chooses_nothing_in_the_card():
    rules = (
        ".a{x:1}.vipps-nb-a,.vipps-nb-b>li{x:2}@media (m){.vipps-nb-b{x:3}.vipps-nb-a{x:4}}.vipps-nb-b:is(p,li){x:5}"
    )

    assert worn(rules, '<p class="vipps-nb-a"></p>') == ".a{x:1}.vipps-nb-a{x:2}@media (m){.vipps-nb-a{x:4}}"
    assert worn(rules, '<ul class="vipps-nb-b"><li></ul>') == (
        ".a{x:1}.vipps-nb-b>li{x:2}@media (m){.vipps-nb-b{x:3}}.vipps-nb-b:is(p,li){x:5}"
    )
    assert worn(rules, "<p>no class of ours</p>") == ".a{x:1}"


def test_a_word_in_a_number_s_place_names_nobody():
    faded = answer({"name": "[Expired]", "phone_number": "[Expired]", "family_name": "Nordmann"})

    for card in both(faded):
        assert card.count("[Expired]") >= 2
    for card in both(answer({"phone_number": "4712345678"})):
        assert "4712345678" not in card


def test_what_buys_a_person_s_token_is_not_shown():
    form = "grant_type=authorization_code&code=one-time-code"
    asked = answer({"error": "invalid_grant"}, method="POST", status=400)
    asked.request.body, asked.request.headers["Content-Type"] = form, "application/x-www-form-urlencoded"

    assert "authorization_code" in AnswerCard(asked).html
    assert "one-time-code" not in AnswerCard(asked).html


def test_what_differs_from_run_to_run_is_left_out_while_the_clock_is_held():
    random = "5103b9ec-5b45-4fdf-a0fe-44a5e7a8ffe6"
    asked = {"Vipps-System-Plugin-Version": "9.9.9", "X-Request-Id": random}
    url = f"http://127.0.0.1:54321/epayment/v1/payments/lesson-2-{random}"
    body = {
        "reference": f"lesson-2-{random}",
        "redirectUrl": "http://127.0.0.1:54321/landing?token=x1-y2",
        "sub": random,
    }
    response = answer(body, url=url, headers={"Vipps-Nb-Clock": "held"}, request_headers=asked)

    for card in both(response):
        assert "lesson-2-…" in card
        assert "127.0.0.1:…/landing?token=…" in card
        assert card.count(random) == 1  # the sandbox's own ids are the same each time
        assert "9.9.9" not in card
    response.headers["Vipps-Nb-Clock"] = "running"
    assert "9.9.9" in AnswerCard(response).html
    assert f"lesson-2-{random}" in AnswerCard(response).html
