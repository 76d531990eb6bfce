"""The customer's phone as a page: calm, without script, and safe against what a merchant writes."""

import re

import pytest


@pytest.fixture
def open_page(http):
    return lambda created: http.get(created.json()["redirectUrl"])


def press(http, created, decision):
    return http.post(created.json()["redirectUrl"], data={"decision": decision})


def test_the_page_says_who_asks_how_much_and_what_for(merchant, open_page):
    page = open_page(merchant.create())

    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    for text in ("Sandbox Shop", "499.00 NOK", "One pair of socks", ">Approve<", ">Abort<", 'lang="en"'):
        assert text in page.text


def test_the_page_works_without_script_and_without_the_network(merchant, open_page):
    page = open_page(merchant.create())

    assert "<script" not in page.text
    assert not re.findall(r"(?:src|href)=\"?https?://", page.text)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "prefers-color-scheme: dark" in page.text


def test_approve_reserves_and_shows_the_way_back(merchant, http):
    after = press(http, merchant.create(), "approve")

    assert after.history[0].status_code == 303
    assert "You approved this payment." in after.text
    assert 'href="https://example.com/return"' in after.text
    assert "<form" not in after.text
    assert merchant.payment()["state"] == "AUTHORIZED"


def test_abort_aborts(merchant, http):
    assert "You aborted this payment." in press(http, merchant.create(), "abort").text
    assert merchant.payment()["state"] == "ABORTED"


def test_a_second_thumb_changes_nothing(merchant, http):
    created = merchant.create()
    press(http, created, "approve")

    assert "You approved this payment." in press(http, created, "abort").text
    assert merchant.payment()["state"] == "AUTHORIZED"


def test_a_card_that_is_refused_leaves_the_choice_open(merchant, http):
    page = press(http, merchant.create(amount={"currency": "NOK", "value": 151}), "approve")

    assert page.status_code == 200
    assert "not enough funds" in page.text
    assert "<form" in page.text


def test_a_bank_that_does_not_answer_is_shown(merchant, http):
    page = press(http, merchant.create(amount={"currency": "NOK", "value": 201}), "approve")

    assert "not answered yet" in page.text
    assert "<form" not in page.text


def test_an_expired_payment_says_so(merchant, sandbox, open_page):
    created = merchant.create()
    sandbox.advance(600)

    assert "This payment has expired." in open_page(created).text


def test_a_merchants_words_are_only_words(merchant, open_page):
    page = open_page(merchant.create(paymentDescription="<script>alert(1)</script>", returnUrl='shop://x?"><b>'))

    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_payment_without_description_shows_its_reference(merchant, open_page):
    assert "order-0001" in open_page(merchant.create(paymentDescription=None)).text


def test_an_unknown_link_is_a_page_too(sandbox, http):
    page = http.get(f"{sandbox.base_url}/landing", params={"token": "nonsense"})

    assert page.status_code == 404
    assert page.headers["Content-Type"].startswith("text/html")


def test_only_the_two_buttons_count(merchant, http):
    assert press(http, merchant.create(), "perhaps").status_code == 400
    assert merchant.payment()["state"] == "CREATED"


def test_a_form_on_another_site_cannot_press_them(merchant, http):
    url = merchant.create().json()["redirectUrl"]

    answer = http.post(url, data={"decision": "approve"}, headers={"Origin": "https://example.com"})

    assert answer.status_code == 403
    assert merchant.payment()["state"] == "CREATED"


def test_the_page_itself_is_the_right_origin(merchant, http):
    created = merchant.create()

    press_headers = {"Origin": merchant.base_url}
    http.post(created.json()["redirectUrl"], data={"decision": "approve"}, headers=press_headers)

    assert merchant.payment()["state"] == "AUTHORIZED"
