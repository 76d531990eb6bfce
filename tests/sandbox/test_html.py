"""Tags escape what they hold."""

from vipps_nb.sandbox.server.html import Html, document, join, tag

EVIL = """<script>alert("it's")</script>&"""
TAME = "&lt;script&gt;alert(&quot;it&#x27;s&quot;)&lt;/script&gt;&amp;"


def test_text_is_escaped_wherever_it_stands():
    assert tag("p", EVIL, title=EVIL) == f'<p title="{TAME}">{TAME}</p>'
    assert join([EVIL, [EVIL]]) == TAME * 2


def test_markup_stays_markup_until_text_is_joined_to_it():
    inner = tag("b", "bold")

    assert tag("p", inner) == "<p><b>bold</b></p>"
    assert not isinstance(inner + EVIL, Html)
    assert tag("p", f"{inner}") == "<p>&lt;b&gt;bold&lt;/b&gt;</p>"


def test_what_is_not_there_is_not_written():
    assert tag("p", None, [], class_=None, hidden=False) == "<p></p>"
    assert tag("input", type="radio", checked=True) == '<input type="radio" checked>'


def test_a_page_has_its_title_escaped():
    assert f"<title>{TAME}</title>" in document(EVIL, "p > b {}", "text")
