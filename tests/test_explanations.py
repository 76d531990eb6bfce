"""The error table: each row and each code is provoked, and its explanation is seen on the answer's card."""

from __future__ import annotations

import itertools
import re
from html import unescape

import pytest

from tests.answers import TEST_HOST, answer
from tests.each import for_each
from tests.errors import page
from tests.errors.bench import NOON, PAYMENTS, Bench
from tests.errors.case import Case
from tests.errors.codes import EPAYMENT, RECURRING
from tests.errors.denials import DENIALS, ORDER, SAYS_NOTHING_OF_A_REQUEST
from tests.errors.requests import REQUESTS
from tests.errors.rows import ROWS
from vipps_nb.display.answer import AnswerCard
from vipps_nb.explain import SYMPTOMS, Exchange, explain
from vipps_nb.sandbox import Sandbox

# What the fact sheet's tables have: the rows of section 8, the codes of 6.1, the problem ids of 6.2.
NUMBERS = [str(number) for number in range(1, 46)]
CODES = [
    *("3010", "4010", "4020", "4040", "4050", "4060", "4070", "4080"),
    *("4090", "4100", "4110", "4120", "4130", "4140", "4150", "4160"),
    *("5010", "5020", "5030", "5040", "5050", "5060", "5070", "5080"),
    *("5090", "5100", "6010", "6020", "6030", "6040", "6050", "6060"),
    *("6070", "6080", "6090", "6100", "6110", "6120", "6130", "6140"),
    *("6150", "6160", "6170", "6180", "6190", "6200", "6210", "6220"),
    *("6230", "6250", "6260", "6280", "7010", "10010", "10020", "10030"),
    *("10040", "10050", "10060", "10070"),
]
PROBLEM_IDS = [
    *(
        "validation-error",
        "invalid-agreement-id",
        "invalid-json",
        "unsupported-media-type",
        "not-authorized",
        "idempotency-key-header",
        "charge-amount-too-high",
        "charge-due-too-soon",
    ),
    *(
        "charge-due-in-too-long",
        "unsupported-feature",
        "illegal-agreement-update",
        "invalid-suggested-max-amount",
        "cancel-charge-failed",
        "charge-creation-failed",
        "charge-capture-failed",
        "missing-request-header",
    ),
    *("invalid-sale-unit", "resource-not-found", "operation-failed", "conflict", "idempotency-conflict"),
]
NAMED = {symptom.name: symptom for symptom in SYMPTOMS}
CASES = (*ROWS, *EPAYMENT, *RECURRING, *REQUESTS)


@pytest.fixture(scope="module")
def running():
    with Sandbox(seed=1, sales_units=2) as sandbox:
        yield sandbox


@pytest.fixture
def bench(running, serve, nowhere):
    running.reset(seed=1)
    running.hold(NOON)
    (nowhere / ".env").write_text(running.dotenv())
    (nowhere / ".env").chmod(0o600)
    return Bench(running, serve)


def both(response):
    card = AnswerCard(response)
    return card.text, card.html


@pytest.mark.parametrize("case", CASES, ids=[f"{number:03} {case.id}" for number, case in enumerate(CASES)])
def test_what_is_provoked_is_explained(bench, case: Case):
    answered = case.provoke(bench)

    if isinstance(answered, str):
        assert all(words in answered for words in case.words)
        return
    text, html = both(answered)
    explanation = AnswerCard(answered).explanation
    assert explanation.name == case.symptom
    words = unescape(re.sub(r"<[^>]+>", "", html))
    for label, sentence in explanation.sentences:
        assert f"{label}: {sentence}" in text
        assert f"{label} {sentence.replace('`', '')}" in words
    assert f'href="{explanation.page}"' in html
    if case in (*EPAYMENT, *RECURRING):  # then it must have met that code
        assert AnswerCard(answered).exchange.problem.code == case.row


@pytest.mark.parametrize(
    ("cases", "complete"),
    [(ROWS, NUMBERS), (EPAYMENT, CODES), (RECURRING, PROBLEM_IDS)],
    ids=["rows", "codes of ePayment", "problem ids of Recurring"],
)
def test_no_row_and_no_code_is_left_out(cases, complete):
    assert [row for row, _ in itertools.groupby(case.row for case in cases)] == complete


def test_every_symptom_is_met_by_some_case():
    assert {case.symptom for case in CASES if case.symptom} == set(NAMED)


def test_the_page_of_the_docs_says_what_the_data_say():
    assert page.FILE.read_text(encoding="utf-8") == page.text()


# What nobody knows is not guessed at.


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/epayment/v1/payments/a", 418, {"title": "Teapot", "detail": "Short and stout"}),
        (
            "GET",
            "/epayment/v1/payments/a",
            400,
            {"title": "No", "extraDetails": [{"name": "ErrorCode", "reason": "9"}]},
        ),
        ("GET", "/recurring/v3/agreements", 400, {"type": "https://x/problems#no-such-id", "detail": "Not today"}),
        ("POST", "/ecomm/v2/payments", 402, [{"errorCode": "1082", "errorMessage": "Who knows", "errorGroup": "x"}]),
        ("POST", "/accesstoken/get", 401, {"error": "something_new", "error_description": "Never seen before"}),
        ("POST", "/checkout/v3/session", 401, {"title": "Unauthorized", "detail": "Nobody knows you"}),
        ("GET", "/epayment/v1/payments/a", 500, {"responseInfo": {"responseMessage": "Something went wrong"}}),
        ("GET", "/epayment/v1/payments/a", 403, {"title": "Forbidden", "detail": "Not with this"}),
    ],
    ids=["status", "code", "problem id", "eCom code", "token", "checkout", "500", "403"],
)
def test_an_unknown_refusal_is_told_in_the_servers_words_alone(method, path, status, body):
    headers = {"Merchant-Serial-Number": "123456"}
    response = answer(body, method=method, url=TEST_HOST + path, status=status, request_headers=headers)

    for said in both(response):
        for heading in ("What happened", "Probably", "Why", "What to do"):
            assert heading not in said
    words = AnswerCard(response).exchange.problem
    assert words.detail in AnswerCard(response).text
    assert words.title in AnswerCard(response).text


@pytest.mark.parametrize("value", ["blue", "1.5", "4712345678"])
def test_what_is_right_is_not_suspected(value):
    sent = ORDER | {"metadata": {"value": value}}
    response = answer({"title": "No"}, method="POST", url=f"{TEST_HOST}{PAYMENTS}", status=400, sent=sent)

    assert AnswerCard(response).explanation is None


@pytest.mark.parametrize(
    ("field", "symptom"), [("amount.value", "amount-is-no-integer"), ("orderId", "fields-invalid")]
)
def test_the_field_that_the_server_names_decides(field, symptom):
    body = {"title": "No", "extraDetails": [{"name": field, "reason": "wrong"}]}
    sent = {"amount": {"currency": "NOK", "value": 499.5}, "orderId": "x"}
    response = answer(body, method="POST", url=f"{TEST_HOST}/sales/v1", status=400, sent=sent)

    assert AnswerCard(response).explanation.name == symptom


def test_force_approve_that_a_sandbox_does_not_find_is_no_matter_of_production():
    url = "http://127.0.0.1:8080/epayment/v1/test/payments/none/approve"
    response = answer({"title": "Not here"}, method="POST", url=url, status=404)

    assert AnswerCard(response).explanation.name == "thing-unknown"


@for_each("symptom", SYMPTOMS)
def test_an_explanation_is_short_and_whole(symptom):
    for sentence in (symptom.what, symptom.cause, symptom.remedy):
        assert sentence.endswith((".", "?", ")"))
        assert len(sentence) < 260
    assert symptom.page.startswith("https://developer.vippsmobilepay.com/")


# An explanation never contradicts what was sent.


@for_each("denial", DENIALS)
def test_what_the_request_disproves_is_not_said(denial):
    explanation = explain(denial.response())

    assert explanation.name == denial.symptom
    said = [sentence for _, sentence in explanation.sentences]
    assert not [sentence for sentence in said if re.search(denial.never, sentence)]
    assert re.search(denial.said, " ".join(said))


@for_each("denial", DENIALS)
def test_of_a_body_that_cannot_be_looked_at_nothing_is_said(denial):
    """A file or a stream is gone when the answer is there."""
    response = denial.response()
    response.request.body = iter([b"{}"])
    explanation = explain(response)

    claims = (
        r"has no (body|such field|field)|`\w+` (is|are) missing|right form|in the request\.|names nobody|form has no"
    )
    for symptom in filter(None, (explanation, NAMED[denial.symptom].fitted(Exchange.of(response)))):
        assert not [sentence for _, sentence in symptom.sentences if re.search(claims, sentence)]


def test_what_is_denied_would_be_said_without_that_request():
    """Else the table above proves nothing: each pattern meets the explanation's own words, or those for others."""
    general = {name: " ".join((symptom.what, symptom.cause, symptom.remedy)) for name, symptom in NAMED.items()}
    others = {denial.symptom: [] for denial in DENIALS}
    for denial in DENIALS:
        others[denial.symptom] += [sentence for _, sentence in explain(denial.response()).sentences]

    empty = [
        denial.id
        for denial in DENIALS
        if not any(
            re.search(denial.never.replace("^", ""), text)
            for text in (general[denial.symptom], *others[denial.symptom])
        )
    ]
    assert empty == []


def test_every_explanation_was_held_against_requests_or_says_nothing_of_them():
    silent = {name for names in SAYS_NOTHING_OF_A_REQUEST.values() for name in names.split()}

    assert {denial.symptom for denial in DENIALS} | silent == set(NAMED)


def test_sentences_are_whole_whatever_was_sent():
    for denial in DENIALS:
        explanation = explain(denial.response())
        for sentence in (explanation.what, explanation.cause, explanation.remedy):
            assert sentence.endswith((".", "?", ")", "}")), f"{denial.id}: {sentence}"
            assert len(sentence) < 320, f"{denial.id}: {sentence}"
