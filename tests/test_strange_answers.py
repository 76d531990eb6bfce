"""Whatever a stranger answers is shown, kept and written down: of any size and depth, of any characters."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter

import nbformat
import pytest
import requests
from IPython.lib.pretty import pretty

from tests.answers import answer
from tests.conftest import Answer
from tests.each import for_each
from vipps_nb import ApiError, Problem, VippsSession
from vipps_nb.client.retries import moment_of_header, retry_after
from vipps_nb.core.bodies import outline
from vipps_nb.core.visible import visible
from vipps_nb.display.answer import AnswerCard


def nested(depth, opening, closing, core="1"):
    return opening * depth + core + closing * depth


DEEP = {
    "arrays": ("[", "]", ""),
    "objects": ('{"a":', "}", "1"),
    "objects in arrays": ('[{"a":', "}]", "1"),
    "beside other things": ('{"title":"No","a":', "}", '"x"'),
}


@pytest.fixture
def told(serve, credentials):
    """A session to a server that says one thing only."""

    def start(status, content, headers=None):
        def say(seen):
            if seen.path.startswith("/accesstoken"):
                return Answer(body=b'{"access_token": "a-token-of-the-session", "expires_in": "3599"}')
            return Answer(status, content, headers or {"Content-Type": "application/json"})

        return VippsSession(credentials, serve(say).environment)

    return start


def show_everything(session, response, folder):
    """All forms of a call, as text that can be written to a file."""
    card = AnswerCard(response)
    shown = [card.text, card.html, pretty(session.history), session.history._repr_html_(), repr(list(session.history))]
    shown += [session.history.save(folder / name).read_text("utf-8") for name in ("calls.har", "calls.py")]
    shown += [json.dumps(session.history.as_har()), str(Problem.from_response(response))]
    if not response.ok:
        with pytest.raises(ApiError) as caught:
            response.raise_for_status()
        shown.append("\n".join([str(caught.value), *getattr(caught.value, "__notes__", ())]))
    return shown


@pytest.mark.parametrize("shape", DEEP)
@pytest.mark.parametrize("depth", [10, 64, 65, 300, 900, 990, 10_000, 200_000])
@pytest.mark.parametrize("status", [200, 400])
def test_json_of_any_depth_gets_a_card(shape, depth, status, told, tmp_path):
    content = nested(depth, *DEEP[shape][:2], DEEP[shape][2]).encode()
    session = told(status, content)

    response = session.post("/deep", data=content, headers={"Content-Type": "application/json"})

    for shown in show_everything(session, response, tmp_path):
        assert shown
        shown.encode()


def test_of_deep_json_the_upper_levels_are_shown_and_the_rest_is_said():
    text = AnswerCard(answer(nested(900, '{"a":', "}").encode(), headers={"Content-Type": "application/json"})).text
    html = AnswerCard(answer(nested(900, '{"a":', "}").encode(), headers={"Content-Type": "application/json"})).html

    assert text.count('"a":') == 59  # lines are counted as well
    assert "deeper than 64 levels" in html


def test_a_refusal_keeps_its_words_however_deep_something_beside_them_is():
    body = {"title": "No such thing", "detail": "Look elsewhere.", "errors": {"a": json.loads(nested(700, "[", "]"))}}

    problem = Problem.from_body(body, 400)

    assert (problem.title, problem.detail) == ("No such thing", "Look elsewhere.")
    assert repr(problem)


def test_of_a_large_answer_a_part_is_taken_and_told():
    """Counted in values, for a clock would say how busy the machine is."""
    for large in ([0] * 500_000, [[]] * 300_000, {str(n): "x" for n in range(100_000)}, [{"a": "b" * 50}] * 20_000):
        count = Counter()
        waiting = [outline(large)]
        while waiting:
            one = waiting.pop()
            count["values"] += 1
            count["letters"] += len(one) if isinstance(one, str) else 0
            waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        assert count["values"] <= 15_001
        assert count["letters"] <= 512 << 10
        more = len(large) - (100 if isinstance(large, list) else 15_000)
        assert f"… {more} more" in AnswerCard(answer(large)).html


def test_fifty_megabytes_are_a_card_of_a_few_lines():
    for content, kind in (
        (b'{"a": "' + b"x" * (50 << 20) + b'"}', "application/json"),
        (b"<title>" * (7 << 20), "text/html"),
        (b"[" * (50 << 20), "application/json"),
    ):
        response = answer(content, headers={"Content-Type": kind}, status=400)
        card = AnswerCard(response)

        assert len(card.text) < 50_000
        assert len(card.html) < 100_000


WORST = {
    "titles that do not end": "<title>",
    "titles of one": "<title",
    "ends without beginnings": "</title>",
    "half a token": "eyJ",
    "tokens": "eyJabcdefgh.",
    "escapes": "%25",
    "backslashes": "\\",
    "escaped letters": "\\u0041",
    "entities": "&#65;",
    "names": "secret=",
    "names of names": "secret:",
    "quotes": '"secret":"',
    "blanks": " ",
    "dashes": "-a",
    "numbers": "4712345678 ",
    "brackets": "[",
    "empty objects": "{},",
    "moments": "2026-01-01T00:00:00",
}


READ_TO_ITS_END = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))  # seconds; one pattern that starts anew from each place takes hours
from tests.answers import answer
from tests.test_strange_answers import WORST
from vipps_nb.core.bodies import parsed
from vipps_nb.display.answer import AnswerCard
for unit in WORST.values():
    content = (unit * ((1 << 20) // len(unit))).encode()
    for kind in ("text/html", "application/json"):
        card = AnswerCard(answer(content, headers={"Content-Type": kind}, status=400))
        assert card.text and card.html and parsed(content, form=True)
    print(unit)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes there have no limit to be ended by")
def test_no_pattern_that_reads_an_answer_looks_at_a_text_again_and_again():
    done = subprocess.run([sys.executable, "-c", READ_TO_ITS_END], capture_output=True, check=False)

    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr)
    assert len(done.stdout.split(b"\n")) > len(WORST)


CONTROLS = [chr(number) for number in (*range(0, 9), *range(11, 32), *range(0x7F, 0xA0))]
BIDI = [
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
    "\u200e",
    "\u200f",
    "\u061c",
]
UNSEEN = [*CONTROLS, *BIDI, "\u200b", "\ufeff", "\u2028", "\u2029", "\U000e0041"]
HALVES = ["\ud800", "\udbff", "\udc00", "\udfff"]


@for_each("character", [*UNSEEN, *HALVES])
def test_a_character_that_nobody_sees_is_named(character):
    shown = visible(f"a{character}b")

    assert character not in shown
    assert shown[0] + shown[-1] == "ab"
    assert all(unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for each in shown)


def test_what_people_write_stays_as_it_is():
    for words in ("Blåbærsyltetøy 5 €", "👩\u200d🚀", "می\u200cخواهم", "line\n\tand line", "•• · …"):
        assert visible(words) == words
    assert visible("two\r\nlines") == "two\nlines"
    assert visible("\x1b[2J \u202e") == "␛[2J <U+202E>"


@pytest.mark.parametrize("character", ["\x1b", "\x07", "\u202e", "\x9b", "\ud800", "\r"], ids=ascii)
@pytest.mark.parametrize("status", [200, 400])
def test_no_form_of_a_call_lets_a_server_steer_its_reader(character, status, told, tmp_path):
    said = f"a{character}[2Jb"
    body = {"title": said, "detail": said, "traceId": said, "code": said, said: said, "list": [said]}
    body |= {"extraDetails": [{"name": said, "reason": said}]}
    session = told(status, json.dumps(body).encode())

    response = session.post("/said", json={said: [said]})

    for shown in show_everything(session, response, tmp_path):
        assert character not in shown
        shown.encode()
    nbformat.writes(
        nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_code_cell(
                    outputs=[
                        nbformat.v4.new_output(
                            "display_data",
                            {"text/html": AnswerCard(response).html, "text/plain": AnswerCard(response).text},
                        )
                    ]
                )
            ]
        )
    ).encode()


def test_a_script_is_only_what_was_meant(told, tmp_path):
    session = told(200, b"{}")
    session.post("/x", json={"a": "\u202e\ud800\r\nimport os", "b": True, "c": None, 'd"': ["\\"]})

    code = session.history.save(tmp_path / "calls.py").read_text("utf-8")

    names = {}
    exec(
        re.sub("import vipps_nb\n", "", code),
        {
            "vipps_nb": type(
                "Stand-in",
                (),
                {
                    "login": staticmethod(
                        lambda **_: type(
                            "Session", (), {"post": staticmethod(lambda path, **given: names.update(given))}
                        )
                    )
                },
            )
        },
    )
    assert names["json"] == {"a": "\u202e\ud800\r\nimport os", "b": True, "c": None, 'd"': ["\\"]}


@pytest.mark.parametrize(
    "attempt",
    [
        {"url": "/epayment/v1/payments/\ud800"},
        {"url": "/x", "params": {"q": "\udfff"}},
        {"url": "/x", "data": "half \ud800"},
        {"url": "/x", "data": {"a": "half \ud800"}},
        {"url": "/x", "headers": {"Idempotency-Key": "half \ud800"}},
        {"url": "/x", "headers": {"X-Note": "no Latin letter: –"}},
    ],
    ids=ascii,
)
def test_half_a_character_is_refused_in_a_sentence_before_anything_is_sent(attempt, told):
    session = told(200, b"{}")

    with pytest.raises(requests.RequestException, match=r"cannot be sent: .* Nothing was sent") as caught:
        session.post(**attempt)

    assert str(caught.value).isprintable()
    assert len(session.history) == 0


NO_ADDRESSES = [
    "https://\u2100.com",
    "http://[",
    "http://a:99999/",
    "http://[::1",
    "//[",
    "https://a:b/",
    "http://\ud800/",
]


@pytest.mark.parametrize("address", NO_ADDRESSES, ids=ascii)
def test_an_address_that_is_none_breaks_nothing(address, told, tmp_path):
    body = {
        "url": address,
        "redirectUrl": address,
        "qrContent": address,
        "type": f"{address}#code",
        "instance": address,
    }
    for status in (200, 400):
        session = told(status, json.dumps(body).encode())
        response = session.post("/qr/v1", json={"url": address}, headers={"Accept": "text/targetUrl"})
        show_everything(session, response, tmp_path)
    card = AnswerCard(answer({"webhooks": [{"url": address}]}, url="https://apitest.vipps.no/webhooks/v1/webhooks"))
    assert card.text
    assert card.html
    response = answer(body)
    response.request.url = response.url = address
    assert AnswerCard(response).html
    if not address.startswith("//"):  # what starts with a slash is a path
        with pytest.raises(requests.RequestException):
            told(200, b"{}").get(address)


@pytest.mark.parametrize("address", ["http://[", "https://\u2100.com/x", "http://a:99999/", "//["], ids=ascii)
def test_a_redirect_to_no_address_is_an_error_of_requests_with_the_answer(address, told):
    session = told(302, b"", {"Location": address.encode().decode("latin-1")})

    with pytest.raises(requests.exceptions.InvalidURL) as caught:
        session.get("/away")

    assert "no address" in str(caught.value) or "Failed to parse" in str(caught.value)
    assert session.get("/away", allow_redirects=False).status_code == 302


@pytest.mark.parametrize(
    "said",
    ["9" * 60_000, "Thu, 30 Mar 99999 08:38:32 GMT", "Thu, 30 Mar 2023 08:38:32 +999999999", "Mon", ",", "0001", "-1",
     "1e9", "Thu, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359", "x" * 60_000,
     "\u0661", "1 " * 30_000],
    ids=lambda said: said[:30],
)  # fmt: skip
def test_a_strange_retry_after_is_no_error(said):
    seconds = retry_after(answer({}, status=429, headers={"Retry-After": said, "Date": said}))

    assert seconds is None or 0 <= seconds < 1e10
    assert moment_of_header(said) is None or moment_of_header(said).tzinfo is not None


@pytest.mark.parametrize(
    "how", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_show_works_where_only_ascii_can_be_written(how):
    said = {"name": "Blåbær 👩 \x1b \ud800", "clientSecret": "wxyz", "amount": {"currency": "NOK", "value": 1}}
    code = f"import vipps_nb\nfrom tests.answers import answer\nvipps_nb.show(answer({said!a}))"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **how}, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
    assert b"0.01 NOK" in done.stdout
    assert b"Traceback" not in done.stderr
