"""A secret that is known is found in whatever form it travels, and what is one by its name is masked by its name."""

from __future__ import annotations

import base64
import html
import itertools
import json
import re
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from IPython.lib.pretty import pretty

from tests.answers import answer
from tests.conftest import Answer
from tests.each import for_each
from vipps_nb import Problem, Secret, VippsSession
from vipps_nb.core.redaction import SECRET_NAMES, Redactor, is_secret, without_named
from vipps_nb.core.secret import MASK
from vipps_nb.core.view import View
from vipps_nb.display.answer import AnswerCard
from vipps_nb.notebook.calls.cells import Order, carry_out

SECRET = "cAnArY7Qx/9pLm+2Zt5Rv8Wk1Yb4Nc6Jd3Hs0Fg=="


def percent(text):
    return "".join(f"%{byte:02x}" for byte in text.encode())


def json_escaped(text):
    return "".join(f"\\u{ord(letter):04X}" for letter in text)


def within_base64(before, encode=base64.b64encode):
    return encode(f"{'i' * before}:{SECRET}!".encode()).decode()


DISGUISES = {
    "as it is": SECRET,
    "without its padding": SECRET.rstrip("="),
    "in a form": quote_plus(SECRET),
    "in a path": quote(SECRET, safe=""),
    "with small digits": re.sub("%..", lambda found: found[0].lower(), quote(SECRET, safe="")),
    "every letter as an escape": percent(SECRET),
    "encoded twice": quote(quote(SECRET, safe=""), safe=""),
    "encoded four times": quote(quote(quote(quote(SECRET, safe=""), safe=""), safe=""), safe=""),
    "a form read as text": SECRET.replace("+", " "),
    "JSON of PHP": SECRET.replace("/", "\\/"),
    "JSON in escapes": json_escaped(SECRET),
    "JSON in JSON": json.dumps(json.dumps(json_escaped(SECRET)))[1:-1],
    "JSON in a form": quote_plus(json.dumps({"x": SECRET.replace("/", "\\/")})),
    "HTML": html.escape(SECRET.replace("=", "&#x3d;"), quote=False).replace("&amp;", "&"),
    "HTML by name": SECRET.replace("+", "&plus;").replace("/", "&sol;").replace("=", "&equals;"),
    "HTML by number": "".join(f"&#{ord(letter)};" for letter in SECRET),
    "hexadecimal": SECRET.encode().hex(),
    "HEXADECIMAL": SECRET.encode().hex().upper(),
    **{f"Base64 behind {before}": within_base64(before) for before in range(6)},
    **{f"base64url behind {before}": within_base64(before, base64.urlsafe_b64encode) for before in range(3)},
    "Base64 in a path": quote(within_base64(1), safe=""),
    "Basic as OAuth has it": base64.b64encode(f"id:{quote_plus(SECRET)}".encode()).decode(),
}


@for_each("disguise", DISGUISES)
def test_a_known_secret_is_found_in_every_disguise(disguise):
    worn = DISGUISES[disguise]

    masked = Redactor([SECRET, "another-secret"]).text(f"before%20{worn}&after=%41")

    assert MASK in masked
    assert worn not in masked
    assert (masked[:9], masked[-10:]) == ("before%20", "&after=%41")


@pytest.mark.parametrize(
    "strange", ["per%25cent%2541inside", "back\\slash\\u0041inside", "ampers&amp;and-inside", "æøå-in-a-secret"]
)
def test_a_secret_that_looks_like_an_escape_is_found_too(strange):
    redactor = Redactor([strange])

    for worn in (strange, quote(strange, safe=""), quote(quote(strange, safe=""), safe=""), json.dumps(strange)):
        assert redactor.text(f"[{worn}]").strip('"[]') == MASK


def test_what_holds_no_secret_stays_as_it_is():
    for text in ("", "%41%42", "\\\\\\u0041", "&amp;#65;", "half \ud800 of one", SECRET[:-9], SECRET[::-1]):
        assert Redactor([SECRET]).text(text) == text


@pytest.mark.parametrize(
    "spelled", ["clientSecret", "client-secret", "CLIENT_SECRET", "Client Secret", "x_client_secret"]
)
def test_a_name_is_the_same_in_every_spelling(spelled):
    assert is_secret(spelled)


def test_names_that_look_like_secrets_and_are_none_stay():
    for name in (
        "Continuation-Token",
        "token_type",
        "token",
        "authorizedAmount",
        "code",
        "tokenEndpoint",
        "publicToken",
    ):
        assert not is_secret(name)


@pytest.mark.parametrize("name", ["client_secret", "authReqId", "make-payment-token", "Ocp-Apim-Subscription-Key"])
@pytest.mark.parametrize(
    "text",
    [
        "{}=wxyz1234&b=1",
        "https://example.com/?a=1&{}=wxyz1234",
        'cut off: {{"a": {{"{}": "wxyz1234", "b',
        '"{{\\"{}\\":\\"wxyz1234\\"}}"',
        "next=%2Fback%3F{}%3Dwxyz1234%26b%3D1",
        "%7B%22{}%22%3A%22wxyz1234%22%7D",
        "{}: wxyz1234\n",
        "{}='wxyz1234'",
    ],
)
def test_a_value_under_the_name_of_a_secret_is_masked_in_any_text(name, text):
    masked = without_named(text.format(name))

    assert "wxyz1234" not in masked
    assert masked.replace(MASK, "wxyz1234") == text.format(name)


def test_a_sentence_about_a_secret_stays_a_sentence():
    for words in ("client_secret: missing.", "Authorization: required", "error?code=700016", "password must be longer"):
        assert without_named(words) == words


@pytest.fixture
def session(serve, credentials):
    """A session whose server says back what it was told, in every way it was told it."""

    def say(seen):
        if seen.path.startswith("/accesstoken"):
            return Answer(body=b'{"access_token": "a-token-of-the-session", "expires_in": "3599"}')
        words = {"title": "No", "detail": f"You said {seen.body.decode()} at {seen.path}", "clientSecret": "wxyz-1234"}
        status = 400 if "refuse" in seen.path else 200
        return Answer(status, json.dumps(words).encode(), {"X-Echo": seen.path, "Location": seen.path})

    server = serve(say)
    keys = type(credentials)(
        client_id=credentials.client_id,
        client_secret=Secret(SECRET),
        subscription_key=credentials.subscription_key,
        merchant_serial_number="123456",
    )
    return VippsSession(keys, server.environment)


def everything(session, response, folder):
    """All that shows, keeps or writes down a call."""
    history = session.history
    yield "card", AnswerCard(response).text + AnswerCard(response).html
    yield "table", pretty(history) + history._repr_html_()
    yield "kept", "".join(repr(vars(call)) for call in history)
    yield "repr", repr(list(history)) + repr(Problem.from_response(response))
    yield "archive", history.save(folder / "calls.har").read_text()
    yield "script", history.save(folder / "calls.py").read_text()
    if not response.ok:
        with pytest.raises(Exception, match="No") as caught:
            response.raise_for_status()
        yield "error", str(caught.value) + repr(caught.value.problem)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_in_no_disguise_does_it_stand_in_what_is_shown_kept_or_written(disguise, session, tmp_path):
    worn = DISGUISES[disguise]
    safe = worn if worn.isascii() and not set(worn) & set(' \\"<>') else quote(worn, safe="")
    for response in (
        session.get(f"/echo/{quote(worn, safe='')}"),
        session.get(f"/refuse?q={safe}"),
        session.post("/echo", data={"field": worn}),
        session.post("/refuse", json={"deep": [{"field": worn}], worn: 1}, headers={"X-Note": safe}),
        session.post("/echo", data=f"not JSON: {worn}".encode()),
    ):
        for where, shown in everything(session, response, tmp_path):
            assert worn not in shown, where
            assert SECRET not in html.unescape(shown), where
            assert "wxyz-1234" not in shown, where


@pytest.mark.parametrize("name", [*SECRET_NAMES, "Client-Secret", "X-Authorization", "auth_req_id", "makePaymentToken"])
def test_a_secret_nobody_knew_is_masked_by_its_name(name, session, tmp_path):
    value = "unknown-wxyz5678"
    for response in (
        session.get("/echo", params={name: value}),
        session.post("/refuse", data={name: value, "b": "1"}),
        session.post("/echo", json={"a": [{name: value}]}),
        session.post("/echo", data=f"a=1\n{name}={value}".encode()),
        session.post("/echo", json={"text": json.dumps({name: value})}),
    ):
        for where, shown in everything(session, response, tmp_path):
            assert value not in shown, (where, response.request.url)


def test_a_dry_run_shows_none_of_them(session):
    for disguise, worn in DISGUISES.items():
        shown = carry_out(
            Order(
                method="POST",
                path=f"/echo/{quote(worn, safe='')}?client_secret=wxyz5678",
                dry_run=True,
                headers=(),
                force=True,
                session="vipps",
            ),
            json.dumps({"field": worn}),
            {"vipps": session},
        )

        assert worn not in shown, disguise
        assert SECRET not in shown, disguise
        assert "wxyz5678" not in shown, disguise


def test_a_code_that_buys_a_person_s_tokens_is_masked_in_the_address_it_comes_back_to(session):
    code = "RkVyljMpecv-2Yxc2dzAh8lEtXvkhJAcHNfbkf8CEh4.pt5pTqDgWk8lik-LHuAE2yQGBganPsSa04JkNnSbsaN"
    response = answer(
        {},
        url=f"https://apitest.vipps.no/x?code={code}&state=12345678",
        headers={"Location": f"https://example.com/back?state=1&code={code[:20]}"},
    )

    assert code[:20] not in AnswerCard(response).text + AnswerCard(response).html


def test_a_saved_history_is_its_owner_s_alone_and_follows_no_link(session, tmp_path):
    session.get("/echo")
    for name in ("calls.har", "calls.py"):
        (tmp_path / name).touch(mode=0o644)
        assert session.history.save(tmp_path / name).stat().st_mode & 0o777 == 0o600
    (tmp_path / "link.har").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(Exception, match=r"link\.har was not written: it is a symbolic link"):
        session.history.save(tmp_path / "link.har")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["calls.har", "calls.py", "link.har"]


def test_the_page_names_what_counts_as_a_secret():
    page = (Path(__file__).parent.parent / "docs" / "security.md").read_text(encoding="utf-8")

    assert "\n".join(f"| `{name}` | {what} |" for name, what in SECRET_NAMES.items()) in page


SAYINGS = [
    "order-0001",
    'client_secret="abc',
    "client_secret='a b c",
    "code=short",
    "token",
    "=abcdefghijklmnop",
    "phone: 4712345678",
    "eyJ" + "a" * 40,
    "-" + "b" * 43,
    "." + "c" * 43,
    "4712345678",
]


@pytest.mark.parametrize("still", [False, True])
@pytest.mark.parametrize("personal", [False, True])
def test_what_is_taken_out_of_a_text_does_not_depend_on_its_neighbours(personal, still):
    """One look at all texts together tells whether each has to be looked at."""
    view = View(personal, still=still, persons=frozenset({"4712345678"}), unspeakable=(Secret("order-0002"),))
    for one, other in itertools.product(SAYINGS, repeat=2):
        masked = view.masked([{"a": one}, {"a": other}, {"a": "order-0001"}])

        assert masked == [{"a": view.text(one)}, {"a": view.text(other)}, {"a": "order-0001"}]
