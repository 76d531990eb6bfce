"""Verifying a delivery, explaining its signature, and receiving deliveries inside a process."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import logging
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
from vipps_nb import Secret
from vipps_nb.webhooks import Listener, ListenerError, NothingHeardError, explain, verify

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
    ],
)
def test_headers_are_read_as_any_framework_has_them(as_framework):
    assert judge(headers=as_framework(HEADERS))
    assert explain(BODY, as_framework(HEADERS), SECRET, url=URL).agrees
    assert verify(BODY, as_framework(HEADERS), SECRET, path=PATH, now=THEN), "the host is a header too"


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
    time.sleep(0.3)  # until the first answer is on its way to nobody
    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken_is_explained(listener):
    port = int(listener.local_url.split(":")[2].split("/")[0])

    with pytest.raises(ListenerError, match="an earlier listener still has it"):
        Listener(port=port)


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 411), ({"Content-Length": "-1"}, 411), ({"Content-Length": "99999999"}, 413)]
)
def test_bodies_without_a_reasonable_length_are_not_read(listener, headers, status):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", int(listener.local_url.split(":")[2].split("/")[0]), timeout=5)
    connection.putrequest("POST", "/webhooks")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()

    assert connection.getresponse().status == status
    connection.close()
    assert listener.deliveries == []


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
