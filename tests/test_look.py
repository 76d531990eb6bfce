"""One hand's look: every colour and width stands once, and what is seldom needed is folded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import vipps_nb
from tests.answers import answer
from vipps_nb.display.answer import AnswerCard
from vipps_nb.display.markup import tag
from vipps_nb.sandbox.server.html import PALETTE

PACKAGE = Path(vipps_nb.__file__).parent
TOKENS = (PACKAGE / "widgets" / "tokens.css").read_text(encoding="utf-8")
SHEETS = sorted(file for file in PACKAGE.rglob("*.css") if file.name != "tokens.css")
# A code is read by cameras, which want it on white; the phone's case is a thing and no state.
OTHER_COLOURS = {"answer.css": ["#fff"], "sandbox_desk.css": ["#24212f", "#45414f"]}
REFUSED = {"title": "Capture amount too high", "extraDetails": [{"name": "ErrorCode", "reason": "6090"}]}
TRACE = "00-1dd16ef922afa99b7bfd3f8e77ec8b66-6db6df4b73113313-01"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_colours_and_widths_of_cards_stand_in_one_sheet(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")

    assert re.findall(r"#[0-9a-f]{3,8}\b", text, re.IGNORECASE) == OTHER_COLOURS.get(sheet.name, [])
    root = re.search(r"^(?:section)?\.vipps-nb(?:\.vipps-nb-\w+)? \{(.*?)\}", text, re.DOTALL | re.MULTILINE)
    assert root is not None
    assert re.findall(r"max-width: ([^;]+);", root[1]) in ([], ["var(--vnb-wide)"], ["var(--vnb-narrow)"])


def test_a_method_has_no_colour_of_an_outcome() -> None:
    for sheet in SHEETS:
        for selector, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet.read_text(encoding="utf-8")):
            if "vipps-nb-method" in selector:
                assert not re.search(r"--vnb-(good|warn|bad)", rule), selector


@pytest.mark.parametrize(("ours", "sandbox"), [("good", "good"), ("warn", "refused"), ("bad", "failed")])
def test_the_sandboxs_pages_have_the_colours_of_the_cards(ours: str, sandbox: str) -> None:
    """They share no code, as strangers do; so this holds them together."""
    pair = re.search(rf"--vnb-{ours}: light-dark\((#\w+), (#\w+)\)", TOKENS)

    assert pair is not None
    assert re.findall(rf"--{sandbox}: (#\w+);", PALETTE) == list(pair.groups())


def test_what_is_quoted_to_support_is_folded_and_where_to_read_on_is_one_line() -> None:
    response = answer(
        {**REFUSED, "traceId": TRACE},
        method="POST",
        url="https://apitest.vipps.no/epayment/v1/payments/order-1/capture",
        status=400,
        request_headers={"Idempotency-Key": "key-0001"},
    )
    card = AnswerCard(response)
    before, _, folded = card.html.partition("<summary>Request and headers</summary>")
    seen = before.partition("<summary>")[0]

    assert TRACE not in seen
    assert "key-0001" not in seen
    assert f"trace id {TRACE}" in folded
    assert "Idempotency-Key key-0001" in folded
    assert re.search(r'<p class="vipps-nb-source"><a [^>]+>Read more</a> · <a [^>]+>Official page</a></p>', folded)
    assert card.text.splitlines()[-1] == f"trace id {TRACE} · Idempotency-Key key-0001"


@pytest.mark.parametrize("words", ["זוג גרביים (כחול)", "زوج من الجوارب", "ޖޯޑު"])
def test_text_from_right_to_left_turns_nothing_around(words: str) -> None:
    assert tag("td", words) == f"<td><bdi>{words}</bdi></td>"
    assert tag("b", f"{words} · ACTIVE") == f"<b><bdi>{words}</bdi> · ACTIVE</b>"
    assert tag("td", "Socks, 42") == "<td>Socks, 42</td>"
