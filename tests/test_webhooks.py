"""Verifying a delivery, explaining its signature, and receiving deliveries inside a process."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import io
import json
import logging
import socket
import subprocess
import sys
import threading
import time
import wsgiref.headers
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPMessage
from types import MappingProxyType

import pytest
import requests
from hypothesis import given, settings, strategies
from requests.structures import CaseInsensitiveDict
from starlette.datastructures import Headers as StarletteHeaders
from urllib3 import HTTPHeaderDict

import vipps_nb
from tests.waiting import eventually
from vipps_nb import Secret
from vipps_nb.webhooks import Listener, ListenerError, NothingHeardError, explain, kept, receiver, verify

# The official sample as it was published in 2023.
SECRET = "A0+AeKBRG2KRGvnNwJpQlb6IJFk48CKXCIcrLoHncVJKDILsQSxS6NWCccwWm6r6FhGKhiHTBsG2wo/xU6FY/A=="
URL = "https://webhook.site/e2cee29b-012e-4f1d-8ef4-e95fd74a7a63"
BODY = b'{"some-unique-content":"ee6e441b-cc4a-46f8-895d-a5af79bcc233/hello-world"}'
HEADERS = {
    "X-Ms-Date": "Thu, 30 Mar 2023 08:38:32 GMT",
    "X-Ms-Content-Sha256": "lNlsp1XA03N34HrQsVzPgJKtC+r7l/RBF4V3JQUWMj4=",
    "Host": "webhook.site",
    "Authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256"
    "&Signature=agAiSyogQbDHpeucoNwYz+yAr5nJ+v+zasdkSbqzv+U=",
}
THEN = datetime(2023, 3, 30, 8, 38, 32, tzinfo=UTC)
GIVEN = {"body": BODY, "headers": HEADERS, "secret": SECRET}
PATH = "/e2cee29b-012e-4f1d-8ef4-e95fd74a7a63"


def judge(body=BODY, headers=HEADERS, secret=SECRET, *, url=URL, now=THEN, **more):
    return verify(body, headers, secret, url=url, now=now, **more)


def signed(url, body, secret, moment=None):
    """Headers as the guide says, in a few lines that share nothing with the package."""
    date = format_datetime(moment or datetime.now(UTC), usegmt=True)
    host, _, path = url.partition("//")[2].partition("/")
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = f"POST\n/{path}\n{date};{host};{digest}"
    mac = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
    return {
        "x-ms-date": date,
        "x-ms-content-sha256": digest,
        "Host": host,
        "Authorization": f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={mac}",
    }


# verify


@pytest.mark.parametrize("secret", [SECRET, Secret(SECRET)])
@pytest.mark.parametrize("spell", [str, str.lower, str.upper, str.title])
def test_the_official_sample_is_genuine(secret, spell):
    verdict = judge(headers={spell(name): value for name, value in HEADERS.items()}, secret=secret)

    assert verdict
    assert verdict.reason == "valid"


@pytest.mark.parametrize("body", [BODY.decode(), bytearray(BODY), memoryview(BODY)])
def test_the_body_may_be_any_kind_of_raw(body):
    assert judge(body)


def test_a_path_and_the_host_header_are_an_address_too():
    assert verify(BODY, HEADERS, SECRET, path=PATH, now=THEN)
    assert verify(BODY, {**HEADERS, "Host": "10.0.0.7"}, SECRET, path=PATH, host="webhook.site", now=THEN)


def test_the_usual_port_is_left_out_and_another_one_is_signed():
    assert judge(url=URL.replace("webhook.site", "webhook.site:443"))
    here = "http://127.0.0.1:8000/hook?shop=1"
    assert verify(b"{}", signed(here, b"{}", "a"), "a", url=here)


def without(name):
    return {key: value for key, value in HEADERS.items() if key != name}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": BODY.replace(b"hello", b"hallo")}, "body-changed"),
        ({"body": b""}, "body-changed"),
        ({"body": json.dumps(json.loads(BODY)).encode()}, "body-reserialised"),
        ({"headers": without("X-Ms-Date")}, "missing-header"),
        ({"headers": without("X-Ms-Content-Sha256")}, "missing-header"),
        ({"headers": without("Authorization")}, "missing-header"),
        ({"headers": HEADERS | {"X-Ms-Date": "yesterday"}}, "malformed-header"),
        ({"headers": HEADERS | {"Authorization": "Bearer eyJhbGciOi"}}, "malformed-header"),
        ({"headers": HEADERS | {"X-Ms-Date": "Thu, 30 Mar 2023 08:38:33 GMT"}}, "wrong-signature"),
        ({"headers": HEADERS | {"Authorization": HEADERS["Authorization"] + "é"}}, "wrong-signature"),
        ({"secret": "another"}, "wrong-signature"),
        ({"secret": base64.b64decode(SECRET).decode("latin-1")}, "wrong-signature"),
        ({"secret": ""}, "no-secret"),
        ({"method": "PUT"}, "wrong-signature"),
        ({"url": URL + "/"}, "wrong-signature"),
        ({"url": URL.replace("webhook.site", "shop.example.com")}, "other-address"),
        ({"now": THEN + timedelta(seconds=301)}, "too-old"),
        ({"now": THEN - timedelta(seconds=301)}, "from-the-future"),
    ],
)
def test_what_is_not_genuine_gets_a_reason(changes, reason):
    verdict = judge(**changes)

    assert not verdict
    assert verdict.reason == reason
    assert verdict.sentence.endswith((".", "?"))


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_are_tolerated_in_either_direction(seconds):
    assert judge(now=THEN + timedelta(seconds=seconds))


def test_the_tolerance_can_be_another_or_none():
    assert not judge(now=THEN + timedelta(seconds=11), tolerance=timedelta(seconds=10))
    assert judge(now=datetime.now(UTC), tolerance=None)
    assert judge(now=None).reason == "too-old"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": json.loads(BODY)}, "the bytes as they arrived, not a dict"),
        ({"body": None}, "the bytes as they arrived"),
        ({"headers": "X-Ms-Date: now"}, "headers= has to be"),
        ({"headers": ["X-Ms-Date", "now", "Host"]}, "headers= has to be"),
        ({"headers": object()}, "headers= has to be"),
        ({"secret": 7}, "The secret has to be the text"),
        ({"secret": base64.b64decode(SECRET)}, "not decoded"),
        ({"url": None}, "Expected url="),
        ({"url": "shop.example.com/hook"}, "whole, such as https://"),
        ({"url": "https://[shop"}, "whole, such as https://"),
        ({"url": "https://\u2100.com/hook"}, "whole, such as https://"),
        ({"url": 7}, "url= has to be text"),
        ({"method": None}, "method= has to be text"),
        ({"url": None, "path": 7}, "path= has to be text"),
        ({"url": None, "path": PATH, "host": ["webhook.site"]}, "host= has to be text"),
        ({"now": THEN.replace(tzinfo=None)}, "has no time zone"),
        ({"now": THEN.timestamp()}, "now= has to be a datetime"),
        ({"tolerance": 300}, "tolerance= has to be a timedelta"),
    ],
)
def test_an_argument_that_cannot_be_right_is_told_in_a_sentence(changes, words):
    verdict = judge(**changes)

    assert (bool(verdict), verdict.reason) == (False, "unreadable")
    assert words in verdict.sentence

    if not changes.keys() & {"now", "tolerance"}:
        explanation = explain(**(GIVEN | {"url": URL} | changes))
        assert words in repr(explanation)
        assert not explanation.agrees


def multi(headers):
    message = HTTPMessage()
    for name, value in headers.items():
        message[name] = value
    return message


def environment(headers):
    """As WSGI servers make it, and Django's request.META hands it on."""
    cgi = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json", "wsgi.input": io.BytesIO(), **cgi}


def asgi(headers):
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


@pytest.mark.parametrize(
    "as_framework",
    [
        dict,
        environment,
        asgi,
        lambda headers: tuple(asgi(headers)),
        lambda headers: iter(headers.items()),
        lambda headers: dict(asgi(headers)),
        lambda headers: {name: [value] for name, value in headers.items()},
        lambda headers: {name: (value.encode(), None) for name, value in headers.items()},
        lambda headers: {**headers, **{name.lower(): value for name, value in headers.items()}},
        lambda headers: {**headers, "X-Empty": None, "Content-Length": 75, 7: "x"},
        multi,
        CaseInsensitiveDict,
        HTTPHeaderDict,
        lambda headers: StarletteHeaders(raw=asgi(headers)),
        lambda headers: wsgiref.headers.Headers(list(headers.items())),
        MappingProxyType,
        lambda headers: {"type": "http", "headers": asgi(headers)},
        lambda headers: {"httpMethod": "POST", "headers": headers, "body": "{}"},
        lambda headers: [{"name": name, "value": value} for name, value in headers.items()],
        lambda headers: ({"key": name, "value": value} for name, value in headers.items()),
        lambda headers: {name: f" {value}\r\n" for name, value in headers.items()},
    ],
)
def test_headers_are_read_as_any_framework_has_them(as_framework):
    assert judge(headers=as_framework(HEADERS))
    assert explain(BODY, as_framework(HEADERS), SECRET, url=URL).agrees
    assert verify(BODY, as_framework(HEADERS), SECRET, path=PATH, now=THEN), "the host is a header too"


@pytest.mark.parametrize("around", ["{}\n", " {}", '"{}"', "'{}'\r\n"])
def test_a_secret_with_something_around_it_is_named_as_the_cause(around):
    verdict = judge(secret=around.format(SECRET))

    assert not verdict
    assert "has blank space or quotes around it" in verdict.sentence


@pytest.mark.parametrize("name", ["X-Ms-Date", "X-Ms-Content-Sha256", "Authorization"])
def test_a_header_that_comes_twice_with_different_values_is_not_believed(name):
    assert not judge(headers=[*HEADERS.items(), (name, "something else")])
    assert not judge(headers=[(name.lower(), "something else"), *HEADERS.items()])
    assert (
        "more than once" in judge(headers=[*HEADERS.items(), ("x-ms-date", "Thu, 30 Mar 2023 08:38:33 GMT")]).sentence
    )


@pytest.mark.parametrize(
    ("headers", "place"),
    [
        ({"Host": "127.0.0.1:8000", "X-Forwarded-Host": "webhook.site"}, "X-Forwarded-Host"),
        ({"Host": "10.0.0.7", "X-Forwarded-Host": "webhook.site, proxy.internal"}, "number 1 of a list"),
        ({"Host": "10.0.0.7", "X-Forwarded-Host": "a.internal,webhook.site"}, "number 2 of a list"),
        ({"Host": "10.0.0.7", "X-Forwarded-Host": "Webhook.Site:443"}, "without its port"),
        ({"Host": "10.0.0.7", "X-Original-Host": "webhook.site"}, "X-Original-Host"),
        ({"Host": "webhook.site:443"}, "without its port"),
        ({"Host": "WEBHOOK.site"}, "Host"),
        ({"Host": "10.0.0.7", "Forwarded": "for=192.0.2.60;proto=https;host=webhook.site;by=203.0.113.4"}, "Forwarded"),
        ({"Host": "10.0.0.7", "Forwarded": 'For="[2001:db8::1]:4711"; Host="webhook.site:443"'}, "Forwarded"),
        ({"Host": "10.0.0.7", "Forwarded": 'host="a.b", for=1.2.3.4;host="webhook.s\\ite"'}, "number 2 of a list"),
    ],
)
def test_a_host_that_a_proxy_has_changed_is_named_as_the_cause(headers, place):
    verdict = verify(BODY, HEADERS | headers, SECRET, path=PATH, now=THEN)

    assert verdict.reason == "other-address"
    assert "for the host webhook.site" in verdict.sentence
    assert place in verdict.sentence


def test_where_a_proxy_was_on_the_way_it_is_a_probable_cause():
    proxied = HEADERS | {"Host": "10.0.0.7", "Forwarded": "for=192.0.2.60", "X-Forwarded-For": "192.0.2.60"}

    sentence = verify(BODY, proxied, SECRET, path="/changed", now=THEN).sentence
    assert "passed on by a proxy (Forwarded, X-Forwarded-For)" in sentence
    assert "proxy" not in judge(headers=proxied, url=URL + "/changed").sentence, "an address that is given is sure"


def test_a_list_as_long_as_a_header_can_be_takes_no_longer():
    long = HEADERS | {"X-Forwarded-Host": "a," * 500_000, "Forwarded": 'host="\\";' * 100_000}
    began = time.perf_counter()

    assert not judge(headers=long, url="https://other.example/")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "date",
    [
        "Thu, 30 Mar 99999 08:38:32 GMT",
        "Thu, 30 Mar 2023 08:38:32 +99999999999",
        "Thu, 30 Mar 2023 99:99:99 GMT",
        "Thu, 99 Mar 2023 08:38:32 GMT",
        "1" * 5000,
        "Thu, 30 Mar " + "9" * 60,
        "Mon, \ud800",
        ",",
        " ",
    ],
)
def test_a_date_that_is_none_is_malformed(date):
    assert judge(headers=HEADERS | {"X-Ms-Date": date}).reason == "malformed-header"


@pytest.mark.parametrize("date", ["Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_a_date_at_the_end_of_all_dates_is_judged(date):
    assert judge(headers=HEADERS | {"X-Ms-Date": date}, tolerance=None).reason == "wrong-signature"


anything = strategies.one_of(
    strategies.none(),
    strategies.text(strategies.characters(codec=None)),  # half characters too
    strategies.sampled_from(
        ["\ud800", "\udcff", "Thu, 30 Mar 2023 08:38:32 GMT", "https://[", "https://a.b:99999/", *HEADERS]
    ),
    strategies.binary(),
    strategies.integers(),
    strategies.floats(),
    strategies.datetimes(timezones=strategies.none() | strategies.timezones()),
    strategies.timedeltas(),
    strategies.lists(strategies.text() | strategies.tuples(strategies.text(), strategies.binary())),
    strategies.dictionaries(
        strategies.text() | strategies.binary(), strategies.none() | strategies.lists(strategies.text())
    ),
    strategies.builds(object),
    strategies.builds(Secret, strategies.text(strategies.characters(codec=None))),
)
signed_headers = strategies.fixed_dictionaries(
    {}, optional={name: strategies.just(value) | anything for name, value in HEADERS.items()}
)


@settings(max_examples=500)
@given(
    body=strategies.just(BODY) | strategies.just(b'"\\ud800"') | anything,
    headers=signed_headers | anything,
    secret=strategies.just(SECRET) | anything,
    options=strategies.fixed_dictionaries(
        {"url": strategies.just(URL) | anything}, optional=dict.fromkeys(("method", "path", "host"), anything)
    ),
    when=strategies.fixed_dictionaries({}, optional=dict.fromkeys(("now", "tolerance"), anything)),
)
def test_whatever_comes_there_is_a_verdict_that_can_be_written_down(body, headers, secret, options, when):
    verdict = verify(body, headers, secret, **options, **when)
    explanation = explain(body, headers, secret, **options)

    assert verdict.sentence.endswith((".", "?"))
    for shown in (repr(verdict), verdict.sentence, repr(explanation), explanation._repr_html_()):
        shown.encode()


def test_no_secret_is_in_a_verdict_or_an_explanation():
    verdicts = [judge(), judge(secret="wrong-" + SECRET), judge(b""), judge(now=None)]
    explanation = explain(BODY, HEADERS, SECRET, url=URL)

    shown = repr(verdicts) + repr(explanation) + explanation._repr_html_() + repr(explanation.steps)
    assert SECRET not in shown


def test_comparing_takes_the_same_time_wherever_the_difference_is(monkeypatch):
    compared = []
    monkeypatch.setattr(hmac, "compare_digest", lambda *pair: compared.append(pair) or pair[0] == pair[1])

    assert judge()
    assert len(compared) == 2, "the hash and the signature"


@given(data=strategies.data())
def test_no_changed_byte_goes_unnoticed(data):
    """Of the body, of each signed header, of the path: change any one character, and it is no longer genuine."""
    what = data.draw(strategies.sampled_from([*HEADERS, "body", "path"]))
    text = {**HEADERS, "body": BODY.decode(), "path": PATH}[what]
    place = data.draw(strategies.integers(0, len(text) - 1))
    letter = data.draw(
        strategies.characters(min_codepoint=33, max_codepoint=126).filter(lambda one: one != text[place])
    )
    changed = text[:place] + letter + text[place + 1 :]

    verdict = verify(
        changed if what == "body" else BODY,
        HEADERS | ({what: changed} if what in HEADERS else {}),
        SECRET,
        path=changed if what == "path" else PATH,
        now=THEN,
    )

    # Signed is the text of the date, so another spelling of the same moment is another signature.
    assert not verdict


# explain


def test_the_steps_of_the_official_sample():
    hashing, joining, signing = explain(BODY, HEADERS, SECRET, url=URL).steps

    assert hashing.result == HEADERS["X-Ms-Content-Sha256"]
    assert joining.result.split("\n") == [
        "POST",
        PATH,
        "Thu, 30 Mar 2023 08:38:32 GMT;webhook.site;lNlsp1XA03N34HrQsVzPgJKtC+r7l/RBF4V3JQUWMj4=",
    ]
    assert signing.result == "agAiSyogQbDHpeucoNwYz+yAr5nJ+v+zasdkSbqzv+U="


def test_an_explanation_shows_which_step_differs():
    good = explain(BODY, HEADERS, SECRET, url=URL)
    bad = explain(BODY + b" ", HEADERS, SECRET, url=URL)

    assert good.agrees
    assert repr(good).count("✓") == 2
    assert [step.agrees for step in bad.steps] == [False, True, False]
    assert "✗ different" in bad._repr_html_()


def test_an_explanation_is_text_and_never_markup():
    page = explain(BODY, HEADERS | {"X-Ms-Date": "<script>"}, SECRET, url=URL)._repr_html_()

    assert "<script>" not in page


# Listener


@pytest.fixture
def listener():
    with Listener(secrets=["a secret"]) as listener:
        yield listener


def send(listener, body=b'{"name":"CAPTURED"}', secret="a secret", headers=None, timeout=10):
    with requests.Session() as http:
        http.trust_env = False
        headers = signed(listener.url, body, secret) | (headers or {})
        return http.post(listener.local_url, data=body, headers=headers, timeout=timeout).status_code


def test_a_genuine_delivery_is_answered_with_200_and_kept(listener):
    assert send(listener) == 200

    (delivery,) = listener.deliveries
    assert delivery.verdict
    assert (delivery.name, delivery.number, delivery.attempt, delivery.duplicate) == ("CAPTURED", 1, 1, False)
    assert delivery.json() == {"name": "CAPTURED"}
    assert repr(delivery) == "<Delivery 1: CAPTURED · genuine · answered 200>"


def test_a_false_delivery_is_answered_with_401(listener):
    assert send(listener, secret="a stranger's") == 401
    assert repr(listener.deliveries[0]) == "<Delivery 1: CAPTURED · wrong-signature · answered 401>"


def test_without_a_secret_nothing_is_checked():
    with Listener() as listener:
        assert send(listener) == 200
        assert listener.deliveries[0].verdict.reason == "no-secret"
        assert listener.wait_for("CAPTURED").number == 1

        listener.trust(Secret("a secret"))
        send(listener)
        assert listener.deliveries[-1].verdict


def test_any_of_several_secrets_will_do(listener):
    listener.trust("another")

    assert [send(listener, secret=secret) for secret in ("a secret", "another", "a third")] == [200, 200, 401]


def test_a_duplicate_is_marked(listener):
    send(listener)
    send(listener)
    send(listener, b'{"name":"REFUNDED"}')

    assert [(one.duplicate, one.attempt) for one in listener.deliveries] == [(False, 1), (True, 2), (False, 1)]
    assert "attempt 2 · duplicate" in repr(listener.deliveries[1])


def test_two_registrations_deliver_the_same_event_each_for_the_first_time(listener):
    send(listener, headers={"Webhook-Id": "one"})
    send(listener, headers={"Webhook-Id": "two"})

    assert [(one.duplicate, one.attempt) for one in listener.deliveries] == [(False, 1), (True, 1)]


def test_what_was_refused_comes_again_and_is_no_duplicate(listener):
    listener.drill(status=500)
    send(listener)
    send(listener)

    assert [(one.status, one.duplicate, one.attempt) for one in listener.deliveries] == [
        (500, False, 1),
        (200, False, 2),
    ]


def test_a_drill_lasts_for_the_next_few(listener):
    listener.drill(status=503, times=2)

    assert [send(listener) for _ in range(3)] == [503, 503, 200]


def test_a_drill_can_be_ended(listener):
    listener.drill(status=503, times=100)
    listener.drill(times=0)

    assert send(listener) == 200


def test_a_slow_answer_still_comes(listener):
    listener.drill(delay=0.2)
    began = time.monotonic()

    assert send(listener) == 200
    assert time.monotonic() - began >= 0.2


def test_stopping_does_not_wait_for_a_slow_answer():
    listener = Listener()
    listener.drill(delay=60)
    sender = threading.Thread(target=send, args=(listener,), daemon=True)
    sender.start()
    listener.wait_for()

    began = time.monotonic()
    listener.stop()
    listener.stop()

    assert time.monotonic() - began < 5
    assert not listener.listening
    assert len(listener.deliveries) == 1
    sender.join(5)


def test_waiting_for_a_name_or_for_whatever_a_function_likes(listener):
    threading.Timer(0.1, send, (listener,)).start()

    assert listener.wait_for("CAPTURED").number == 1
    assert listener.wait_for(lambda delivery: delivery.status == 200).number == 1


def test_waiting_in_vain_says_what_to_check(listener):
    send(listener, secret="a stranger's")

    with pytest.raises(NothingHeardError, match="among those you registered"):
        listener.wait_for("CAPTURED", timeout=0)
    assert listener.wait_for(lambda delivery: not delivery.verdict, timeout=0)


def test_a_tunnels_public_address_is_what_is_verified():
    with Listener(secrets=["a secret"], public_url="https://abc.tunnel.example/webhooks") as listener:
        assert listener.url == "https://abc.tunnel.example/webhooks"
        assert send(listener, headers={"Host": "127.0.0.1"}) == 200


def test_followers_are_told_until_they_unfollow(listener):
    told = []
    unfollow = listener.follow(lambda: told.append(len(listener.deliveries)))
    send(listener)
    listener.clear()
    unfollow()
    unfollow()
    send(listener)

    assert told == [1, 0]


def test_a_follower_that_fails_costs_no_answer(listener, caplog):
    listener.follow(lambda: {}["a secret"])

    assert send(listener) == 200
    assert "KeyError" in caplog.text
    assert "a secret" not in caplog.text


def test_a_sender_that_hangs_up_is_no_news(listener, capfd):
    listener.drill(delay=0.3)
    body = b'{"name":"CAPTURED"}'
    with pytest.raises(requests.ReadTimeout):
        send(listener, body, timeout=0.1)
    listener.drill(times=0)

    assert send(listener) == 200
    assert (listener.deliveries[-1].attempt, listener.deliveries[-1].duplicate) == (2, True)
    eventually(lambda: not attending())  # the first answer is on its way to nobody
    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken_is_explained(listener):
    port = int(listener.local_url.split(":")[2].split("/")[0])

    with pytest.raises(ListenerError, match="an earlier listener still has it"):
        Listener(port=port)


def port_of(listener):
    return int(listener.local_url.split(":")[2].split("/")[0])


def say(listener, *lines, body=b"", timeout=8):
    """Send a request as it stands; gives the status, or None for a connection that was closed without a word."""
    with socket.create_connection(("127.0.0.1", port_of(listener)), timeout=timeout) as sock:
        with contextlib.suppress(ConnectionError):  # hung up on in the middle, and yet the answer may be there
            sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            sock.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            first = sock.makefile("rb").readline().decode("latin-1")
            return int(first.split(" ")[1]) if first else None


HERE = "Host: 127.0.0.1"
POST = ("POST /webhooks HTTP/1.1", HERE)


@pytest.mark.parametrize(
    ("lengths", "status"),
    [
        ([], 411),
        (["Transfer-Encoding: chunked"], 411),
        (["Transfer-Encoding: chunked", "Content-Length: 4"], 400),
        (["Content-Length: -1"], 400),
        (["Content-Length: +4"], 400),
        (["Content-Length: four"], 400),
        (["Content-Length:"], 400),
        (["Content-Length: 4, 4"], 400),
        (["Content-Length: 4", "Content-Length: 4"], 400),
        (["Content-Length: 4", "content-length: 5"], 400),
        (["Content-Length: 0x4"], 400),
        (["Content-Length: 4.0"], 400),
        (["Content-Length: \xb2"], 400),
        (["Content-Length: 99999999"], 413),
        ([f"Content-Length: {'9' * 6000}"], 413),
        (["Content-Length: 5"], 400),  # of which only four come
        (["Content-Length: 1048576"], 400),
    ],
)
def test_a_body_without_a_reasonable_length_is_answered_and_not_kept(listener, lengths, status):
    assert say(listener, *POST, *lengths, body=b"null") == status
    assert listener.deliveries == []
    assert send(listener) == 200


def test_a_length_with_zeros_before_it_is_one(listener):
    assert say(listener, *POST, f"Content-Length: {'0' * 5000}4", body=b"null") == 401
    assert listener.deliveries[0].body == b"null"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["GET /webhooks HTTP/1.1", HERE], 405),
        (["DELETE /webhooks HTTP/1.1", HERE], 405),
        (["NONSENSE"], 400),
        (["POST /webhooks HTTP/9.9", HERE], 505),
        (["POST /webhooks HTTP/1.1", HERE, *[f"X-{number}: 1" for number in range(200)]], 431),
        (["POST /webhooks HTTP/1.1", HERE, *[f"X-{number}: {'x' * 1000}" for number in range(50)]], 431),
        (["POST /webhooks HTTP/1.1", HERE, f"X: {'x' * 70_000}"], 431),
        ([f"POST /{'x' * 70_000} HTTP/1.1", HERE], 414),
        (["\x16\x03\x01\x02"], 400),
    ],
)
def test_what_is_no_delivery_is_answered_without_a_page(listener, lines, status):
    assert say(listener, *lines) == status
    assert listener.deliveries == []


def test_a_body_that_is_too_large_is_refused_so_that_its_sender_hears_it(listener):
    assert send(listener, b"x" * (8 << 20)) == 413
    assert listener.deliveries == []


@pytest.mark.parametrize("part", [b"PO", b"POST /webhooks HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ", b"body"])
def test_a_sender_that_drips_is_heard_no_longer_than_the_rest(monkeypatch, part):
    monkeypatch.setattr(receiver, "PATIENCE", 0.6)
    head = b"POST /webhooks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n"
    with Listener() as listener, socket.create_connection(("127.0.0.1", port_of(listener)), timeout=5) as sock:
        sock.sendall(head if part == b"body" else part)
        began = time.monotonic()
        sock.settimeout(0.1)
        heard = None
        while heard is None and time.monotonic() - began < 5:
            with contextlib.suppress(TimeoutError):
                heard = sock.recv(100)
            if heard is None:
                sock.sendall(b"x")

        assert b" 408 " in heard
        assert time.monotonic() - began < 3
        assert listener.deliveries == []


def attending() -> list[threading.Thread]:
    """Those who hear a sender out."""
    return [thread for thread in threading.enumerate() if thread.name == "vipps-nb delivery"]


def test_many_slow_senders_take_a_bounded_number_of_threads_and_give_them_back(monkeypatch):
    monkeypatch.setattr(receiver, "MOST_SENDERS", 3)
    monkeypatch.setattr(receiver, "PATIENCE", 0.6)
    with Listener() as listener, contextlib.ExitStack() as slow:
        for _ in range(10):
            slow.enter_context(socket.create_connection(("127.0.0.1", port_of(listener)), timeout=5))
        eventually(lambda: len(attending()) == 3)

        assert send(listener) == 503
        assert len(attending()) == 3
        eventually(lambda: not attending())
        assert send(listener) == 200


def test_stopping_leaves_no_thread_and_no_socket_whoever_is_connected():
    before = set(threading.enumerate())
    listener = Listener()
    port = port_of(listener)
    head = b"POST /webhooks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n"
    with contextlib.ExitStack() as slow:
        for said in (b"", b"PO", head, head + b"half"):
            slow.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5)).sendall(said)
        eventually(lambda: len(attending()) == 4)

        began = time.monotonic()
        listener.stop()

        assert time.monotonic() - began < 1.5
        assert set(threading.enumerate()) <= before
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=2)
    assert listener.deliveries == []
    Listener(port=port).stop()


def test_a_follower_may_stop_the_listener():
    listener = Listener()
    listener.follow(listener.stop)

    assert send(listener) == 200
    assert not listener.listening


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Host: 127.0.0.1:{port}"], 200),
        (["Host: LOCALHOST:{port}"], 200),
        (["Host: [::1]:{port}"], 200),
        (["Host: 127.0.0.1:{port}", "Origin: http://127.0.0.1:{port}"], 200),
        (["Host: rebound.example"], 421),
        (["Host: rebound.example:{port}"], 421),
        (["Host: 127.0.0.1.example"], 421),
        (["Host: rebound.example@127.0.0.1"], 421),
        (["Host:"], 421),
        ([], 400),
        (["Host: 127.0.0.1", "Host: 127.0.0.1"], 400),
        (["Host: 127.0.0.1:{port}", "Origin: https://rebound.example"], 403),
        (["Host: 127.0.0.1:{port}", "Origin: null"], 403),
        (["Host: 127.0.0.1:{port}", "Origin: http://127.0.0.1:1"], 403),
    ],
)
def test_another_host_and_the_page_of_another_site_are_turned_away(headers, status):
    with Listener() as listener:
        lines = [line.format(port=port_of(listener)) for line in headers]

        assert say(listener, "POST /webhooks HTTP/1.1", *lines, "Content-Length: 4", body=b"null") == status
        assert len(listener.deliveries) == (status == 200)


def test_a_tunnel_is_let_in_by_the_host_it_was_said_to_have():
    def status(listener, host):
        return say(listener, "POST /webhooks HTTP/1.1", f"Host: {host}", "Content-Length: 4", body=b"null")

    with Listener(public_url="https://ABC.tunnel.example/hook", hosts=["edge.internal"]) as listener:
        hosts = ["abc.tunnel.example", "abc.tunnel.example:443", "EDGE.internal", "127.0.0.1:80", "other.example"]
        assert [status(listener, host) for host in hosts] == [200, 200, 200, 200, 421]
        with pytest.raises(NothingHeardError, match=r"for the host other\.example and was turned away"):
            listener.wait_for("CAPTURED", timeout=0)


@pytest.mark.parametrize("url", ["", "abc.tunnel.example", "https://", "ftp://a.b/c", "https://[", 7])
def test_a_public_address_that_is_none_is_said_at_once(url):
    with pytest.raises(ListenerError, match="public_url is the whole address"):
        Listener(public_url=url)


def test_one_secret_is_one_and_not_its_letters():
    with Listener(secrets="a secret") as listener:
        assert send(listener) == 200
        for wrong in ("", None, 7, Secret("")):
            with pytest.raises(ListenerError, match="the text that the registration's answer gave"):
                listener.trust(wrong)
        assert send(listener) == 200


def test_what_is_kept_has_a_number_and_noise_never_pushes_out_what_is_genuine(listener, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 6)
    for _ in range(2):
        send(listener)
    for _ in range(10):
        send(listener, secret="a stranger's")
    send(listener, b'{"name":"REFUNDED"}')

    assert [one.number for one in listener.deliveries] == [1, 2, 10, 11, 12, 13]
    assert [bool(one.verdict) for one in listener.deliveries] == [True, True, False, False, False, True]
    assert listener.total == 13
    for _ in range(6):
        send(listener)
    assert [one.number for one in listener.deliveries] == [14, 15, 16, 17, 18, 19]
    assert send(listener, secret="a stranger's") == 401
    assert all(one.verdict for one in listener.deliveries)


def test_what_is_kept_has_a_size_however_large_each_is(listener):
    send(listener)
    for number in range(40):
        send(listener, b"%d" % number + b"x" * (1 << 20 >> 1), secret="a stranger's")

    assert listener.deliveries[0].verdict
    assert sum(len(one.body) for one in listener.deliveries) <= 16 << 20
    assert listener.deliveries[-1].number == listener.total == 41


@pytest.mark.parametrize("body", [b'{"name":"\\ud800\\u202ex"}', b'{"name":"%s"}' % (b"x" * 10_000)])
def test_a_name_that_cannot_be_shown_is_written_as_what_it_is(listener, body):
    send(listener, body)

    repr(listener.deliveries).encode()
    assert len(listener.deliveries[0].name) <= 120
    assert listener.deliveries[0].name.isprintable()


def test_a_body_nested_without_end_is_a_delivery_like_any_other(listener):
    send(listener, b"[" * 100_000)

    with pytest.raises(ValueError, match=r"nested|Expecting"):
        listener.deliveries[0].json()


def test_a_body_that_is_no_json_has_no_name(listener):
    send(listener, b"eyJhbGciOiJub25lIn0.e30.")

    assert listener.deliveries[0].name == ""


def test_no_secret_is_shown_or_logged(listener, caplog):
    with caplog.at_level(logging.DEBUG):
        send(listener)

    shown = repr(listener) + repr(vars(listener)) + repr(listener.deliveries) + caplog.text
    assert "a secret" not in shown
    assert repr(listener) == "Vipps webhook listener"


def test_logging_out_stops_listening(vipps):
    listener = Listener(vipps)

    vipps_nb.logout()

    assert not listener.listening


def test_the_module_is_an_attribute_and_costs_nothing_until_used():
    code = (
        "import sys, vipps_nb; print('vipps_nb.webhooks' in sys.modules); vipps_nb.webhooks.verify;"
        "print([name for name in ('IPython', 'anywidget') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.split() == ["False", "[]"]


# The sandbox delivers, the toolkit verifies; they share no code


EVENTS = [f"epayments.payment.{what}.v1" for what in ("created", "authorized", "captured")]


@pytest.fixture
def shop(vipps):
    """A listener registered for what happens to payments, time held."""
    vipps.sandbox.hold("2026-01-01T12:00:00Z")
    vipps.keys.renewed(vipps.keys.peek())
    listener = Listener(vipps)
    answer = vipps.post("/webhooks/v1/webhooks", json={"url": listener.url, "events": EVENTS})
    assert answer.status_code == 201, answer.text
    listener.trust(answer.json()["secret"])
    return listener


def order(vipps, reference="order-0001"):
    body = {
        "amount": {"currency": "NOK", "value": 49900},
        "paymentMethod": {"type": "WALLET"},
        "reference": reference,
        "userFlow": "WEB_REDIRECT",
        "returnUrl": "https://example.com/return",
    }
    assert vipps.post("/epayment/v1/payments", json=body).status_code == 201
    return reference


def test_the_sandboxs_deliveries_are_genuine(vipps, shop):
    vipps.sandbox.approve(reference=order(vipps))

    assert shop.wait_for("AUTHORIZED").json()["success"] is True
    assert [one.name for one in shop.deliveries] == ["CREATED", "AUTHORIZED"]
    assert all(one.verdict for one in shop.deliveries)
    assert shop.deliveries[0].moment == datetime(2026, 1, 1, 12, tzinfo=UTC), "judged by the sandbox's clock"


def test_a_drill_is_met_with_the_platforms_retries(vipps, shop):
    shop.drill(status=500, times=3)

    order(vipps)
    vipps.sandbox.advance(6)

    assert [(one.attempt, one.status) for one in shop.deliveries] == [(1, 500), (2, 500), (3, 500), (4, 200)]
    assert [one.moment.second for one in shop.deliveries] == [0, 2, 4, 6]
    assert all(one.verdict for one in shop.deliveries)


def test_a_replay_is_found_out(vipps, shop):
    order(vipps)
    recorded = shop.wait_for("CREATED")
    vipps.sandbox.advance(301)

    with requests.Session() as http:
        http.trust_env = False
        status = http.post(shop.url, data=recorded.body, headers=recorded.headers, timeout=10).status_code

    assert status == 401
    assert (shop.deliveries[-1].verdict.reason, shop.deliveries[-1].duplicate) == ("too-old", True)
