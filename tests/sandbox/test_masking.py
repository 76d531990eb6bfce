"""What no log of the sandbox shows: secrets under their name in any spelling and form, its own keys, pasted ones."""

from __future__ import annotations

import base64
import json
import logging
import time
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest

from tests.each import for_each
from vipps_nb.core import redaction
from vipps_nb.sandbox.world.masking import SECRET_NAMES, Masker, is_secret

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
REAL = "Zq8~pasted/by+mistake=="  # nobody's key here
KEY = "0123456789abcdef0123456789abcdef"
CLIENTS = sorted({*redaction.SECRET_NAMES, *redaction._ENDINGS})


def spellings(words):
    snake = "_".join(words)
    camel = words[0] + "".join(word.title() for word in words[1:])
    return {
        snake,
        snake.upper(),
        "-".join(words).title(),
        camel,
        camel[0].upper() + camel[1:],
        f"VIPPS_{snake.upper()}",
    }


ALL_SPELLINGS = sorted({name for words in SECRET_NAMES for name in spellings(words)} | set(CLIENTS))
SAMPLES = ["client_secret", "clientSecret", "Client-Secret", "VIPPS_SUBSCRIPTION_KEY", "access_token", "authReqId"]


def shown(sandbox):
    return json.dumps(sandbox.requests(), ensure_ascii=False)


def test_the_client_masks_the_same_names():
    """Neither knows the other's list; what one of them masks, the other has to mask as well."""
    assert [name for name in CLIENTS if not is_secret(name)] == []
    ours = [name for name in ALL_SPELLINGS if not name.startswith("VIPPS_")]
    assert [name for name in ours if not redaction.is_secret(name)] == []


@for_each("name", ALL_SPELLINGS)
def test_a_value_under_a_secrets_name_is_masked_wherever_that_stands(name):
    mask = Masker([])
    places = [
        json.dumps({"a": [{name: REAL}]}),
        json.dumps({"a": json.dumps({name: REAL})}),
        json.dumps({"headers": [{"name": name, "value": REAL}]}),
        json.dumps({name: REAL})[:-3],  # cut off in the middle
        json.dumps({name: REAL}) + ",",
        json.dumps({"quoted": json.dumps({name: REAL}) + "!"}),
        f"grant_type=x&{quote(name)}={quote_plus(REAL)}&b=c",
        f"{name}={REAL}",
        f"<a><{name}>{REAL}</{name}></a>",
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{REAL}\r\n--x--',
        f"{name}: {REAL}1\r\nAccept: */*",
        base64.b64encode(f'{{"{name}":"{REAL}"}}'.encode()).decode(),
    ]

    for place in places:
        assert REAL not in json.dumps(mask.body(place.encode())), place
    assert REAL not in mask.pairs(f"a=b&{quote(name)}={quote_plus(REAL)}")
    assert REAL not in mask.text(f"https://example.com/?{name}={REAL}")
    assert REAL not in mask.text(quote(f"https://example.com/?{name}={quote(REAL)}", safe=""))
    assert REAL not in str(mask.headers([(name.encode(), REAL.encode())]))


@pytest.mark.parametrize("name", ["reference", "amount", "idempotencyKey", "token_type", "secretary", "cookies", "key"])
def test_what_only_sounds_like_a_secret_stays(name):
    body = json.dumps({name: "something long enough"})

    assert Masker([]).body(body.encode()) == {name: "something long enough"}


@pytest.mark.parametrize(
    "place",
    [
        lambda secret: secret,
        lambda secret: secret.rstrip("="),
        lambda secret: base64.b64encode(f"an id:{quote_plus(secret)}".encode()).decode(),
        lambda secret: quote(secret, safe=""),
        lambda secret: quote(quote(secret, safe=""), safe=""),
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: base64.b64encode(f"an id:{secret}".encode()).decode(),
        lambda secret: base64.urlsafe_b64encode(f"é?>:{secret}".encode()).decode().rstrip("="),
        lambda secret: f"x-{base64.b64encode(secret.encode()).decode()}",
        lambda secret: secret.encode().hex(),
        lambda secret: secret.encode().hex().upper(),
        lambda secret: f"0x7{b'an id:'.hex()}{secret.encode().hex()}",
        lambda secret: json.dumps(secret).replace("/", "\\/"),
        lambda secret: '{"' + "".join(f"\\u{ord(one):04x}" for one in secret),
        lambda secret: "<" + "".join(f"&#{ord(one)};" for one in secret),
    ],
)
def test_its_own_keys_are_masked_in_whatever_form_they_come(merchant, sandbox, place):
    keys = sandbox.keys()
    for secret in (keys["client_secret"], keys["subscription_key"]):
        sent = place(secret)
        merchant.post(f"/epayment/v1/payments/{quote(sent, safe='')}/cancel", {"note": sent, sent: 1})
        merchant.http.get(f"{merchant.base_url}/{sent}?q={sent}", headers={"X-Note": sent})
        merchant.http.post(f"{merchant.base_url}/miami/v1/token", data=sent, headers={"Content-Type": "text/plain"})

        log = shown(sandbox)
        assert secret not in log
        assert sent.strip('"') not in log


@pytest.mark.parametrize("name", SAMPLES)
def test_a_key_of_the_real_thing_that_was_pasted_by_mistake_is_nowhere_in_the_log(merchant, sandbox, name):
    merchant.http.post(
        f"{merchant.base_url}/accesstoken/get/{KEY}?again={KEY}",
        headers={name: KEY, "X-Note": f"it is {KEY}", "Authorization": f"Bearer {REAL}"},
        json={name: REAL, "description": f"I sent {REAL} and {KEY}"},
    )

    log = shown(sandbox)
    assert KEY not in log
    assert REAL not in log
    assert "I sent" in log


@pytest.mark.parametrize(
    "header",
    ["Authorization", "X-Authorization", "Proxy-Authorization", "client-secret", "Cookie", "Set-Cookie", "X-Api-Key"],
)
def test_a_header_that_opens_doors_is_masked_whole(merchant, sandbox, header):
    merchant.http.get(f"{merchant.base_url}/epayment", headers={header: f"one {REAL}; two"})

    assert sandbox.requests()[-1]["headers"][header.lower()] == "***"


def test_a_code_is_masked_where_it_is_traded_for_tokens(merchant, sandbox):
    merchant.http.post(
        f"{merchant.base_url}/access-management-1.0/access/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "code": "a-code-of-login",
            "redirect_uri": "https://a.example/?code=x",
        },
    )

    assert "a-code-of-login" not in shown(sandbox)
    assert Masker([]).body(b'{"code":"41"}') == {"code": "41"}


def test_a_sentence_about_a_secret_stays_a_sentence():
    said = "client_secret: missing. The word Bearer, a space and the token; Bearer authentication is used."

    assert Masker([]).text(said) == said


def test_letters_to_merchants_are_masked_the_same_way(sandbox):
    from vipps_nb.sandbox.webhook_delivery.delivery_log import DeliveryLog
    from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest

    log = DeliveryLog(Masker([KEY]))
    body = json.dumps({"clientSecret": REAL, "note": f"{REAL} {KEY}"}).encode()
    log.set_out(
        OutgoingRequest(url=f"http://127.0.0.1/?client_secret={REAL}", body=body, headers={"X-Authorization": KEY}),
        NOON,
    )

    text = json.dumps(log.entries())
    assert KEY not in text
    assert REAL not in text


def test_a_failure_is_logged_without_what_was_sent(merchant, sandbox, monkeypatch, caplog):
    from vipps_nb.sandbox.apis.webhooks import api

    def fail(*args):
        raise KeyError(f"client_secret={REAL} {sandbox.keys()['client_secret']}")

    monkeypatch.setattr(api, "complaint", fail)
    with caplog.at_level(logging.DEBUG):
        answer = merchant.post("/webhooks/v1/webhooks", {"url": "https://a.example", "events": ["x"]})

    assert answer.status_code == 500
    assert "KeyError" in caplog.text
    assert "api.py" in caplog.text
    assert REAL not in caplog.text
    assert sandbox.keys()["client_secret"] not in caplog.text


def test_documents_and_pages_show_no_key(merchant, sandbox, http):
    secrets = [
        sandbox.keys(kind).get(name)
        for kind in ("merchant", "partner")
        for name in ("client_secret", "subscription_key")
    ]
    for path in ("/sandbox/openapi.json", "/sandbox/docs", "/sandbox", "/sandbox/sales-units"):
        text = http.get(sandbox.base_url + path).text
        assert not [secret for secret in secrets if secret in text], path


def test_a_key_in_what_a_merchant_writes_is_on_no_page_and_not_on_the_phone(merchant, sandbox, http):
    key = sandbox.keys()["subscription_key"]
    page = merchant.create(paymentDescription=f"socks {key} client_secret={REAL}").json()["redirectUrl"]

    for text in (http.get(page).text, json.dumps(http.get(f"{sandbox.base_url}/sandbox/customer/requests").json())):
        assert "socks ***" in text
        assert REAL not in text


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":"\\ud800","\\udfff":1}',
        b'{"a":NaN,"b":-Infinity,"c":1e999}',
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b"[" * 900 + b"]" * 900,
        b"[" * 20_000,
        b'{"a":%s}' % (b"9" * 5000),
        b'{"a":"\\u202e\\u0000"}',
        b"\xff\xfe\x00",
        b"\xed\xa0\x80",
        b'{"grant_type":1,"code":null,"secret":null,"name":7,"value":8}',
    ],
)
def test_whatever_was_sent_the_log_can_be_read(merchant, sandbox, http, body):
    headers = {**merchant.headers, "Content-Type": "application/json", "Idempotency-Key": "one"}
    sent = http.post(f"{merchant.base_url}/epayment/v1/payments", data=body, headers=headers)

    answer = http.get(f"{sandbox.base_url}/sandbox/requests")
    assert answer.status_code == 200
    assert answer.json()[-1]["status"] == sent.status_code
    answer.text.encode()


def test_a_log_full_of_large_bodies_grows_no_further_and_says_what_was_cut(merchant, sandbox):
    from vipps_nb.sandbox.world import request_log

    large = {"reference": "x" * 3_000_000}
    merchant.post("/epayment/v1/payments", large)

    entry = sandbox.requests()[-1]
    assert len(json.dumps(entry)) < 40_000
    (note,) = entry["cut"]
    assert note.startswith("body: the first 16,384 of 3,000,0")
    log = request_log.RequestLog(Masker([]))
    for _ in range(3000):
        log.add(
            request_log.Entry(
                time="",
                milliseconds=1,
                method="POST",
                path="/",
                query=b"",
                headers=[],
                body=b"x" * 100_000,
                response=b"y" * 10_000,
            )
        )
    kept = sum(len(one.body) + len(one.response) for one in log._entries)
    assert 7 << 20 < kept <= 8 << 20
    assert log.total == 3000


def test_a_cut_body_is_masked_like_a_whole_one():
    from vipps_nb.sandbox.world.request_log import Entry

    body = json.dumps({"pad": "x" * 16_340, "client_secret": REAL * 3, "rest": "y" * 1000}).encode()
    entry = Entry(time="", milliseconds=1, method="POST", path="/", query=b"", headers=[], body=body)
    entry.trim()

    assert "Zq8" not in json.dumps(entry.shown(Masker([])))


@pytest.mark.parametrize(
    "unit",
    [
        "secret",
        'secret="',
        'secret=\\"',
        "Bearer ",
        "eyJ",
        "eyJaaaaaaaa.",
        "a%25",
        "A",
        "a=b&",
        "<",
        "\\/",
        "x.",
        "'\\\\",
    ],
)
def test_masking_takes_its_time_in_proportion_to_what_is_masked(unit):
    mask = Masker([KEY])

    def seconds(size):
        began = time.perf_counter()
        mask.body((unit * size)[:size].encode())
        return time.perf_counter() - began

    seconds(1000)
    assert seconds(200_000) < 5, "in proportion it is below one; in its square it would be minutes"
