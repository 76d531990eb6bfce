"""What becomes of a variable's value in a call: the right JSON, the right text, or a sentence."""

from __future__ import annotations

import enum
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import numpy
import pandas
import pytest

from vipps_nb import CallError, Secret
from vipps_nb.notebook.calls import meant_as_variables, write_call


class Currency(enum.Enum):
    NOK = "NOK"


class Flow(enum.StrEnum):
    WEB = "WEB_REDIRECT"


class Flavour(str, enum.Enum):  # noqa: UP042 - how it was written before there was StrEnum
    DARK = "dark"


class Size(enum.IntEnum):
    LARGE = 3


ID = UUID("11111111-2222-4333-8444-555555555555")
ROUND = []
ROUND.append(ROUND)


def sent(value):
    """The JSON that is sent for a variable alone in a body."""
    call = write_call("POST", "/x", '{"it": ${it}}', {"it": value})
    return json.dumps(call.body["it"])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (4900, "4900"),
        (Decimal(4900), "4900"),
        (Decimal("4900.00"), "4900"),
        (Decimal("4.9E+3"), "4900"),
        (Decimal(-0), "0"),
        (Decimal("59.91"), "59.91"),
        (Fraction(9800, 2), "4900"),
        (numpy.int64(4900), "4900"),
        (numpy.uint8(49), "49"),
        (numpy.array(4900), "4900"),
        (numpy.float64(1.5), "1.5"),
        (numpy.bool_(True), "true"),
        (pandas.Series([4900])[0], "4900"),
        (True, "true"),
        (None, "null"),
        (Currency.NOK, '"NOK"'),
        (Flow.WEB, '"WEB_REDIRECT"'),
        (Flavour.DARK, '"dark"'),
        (Size.LARGE, "3"),
        (date(2026, 1, 31), '"2026-01-31"'),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), '"2026-01-31T12:00:00+00:00"'),
        (pandas.Timestamp("2026-01-31T12:00:00Z"), '"2026-01-31T12:00:00+00:00"'),
        (ID, f'"{ID}"'),
        (numpy.str_("a"), '"a"'),
        (
            {"amount": {"value": Decimal("4900.0"), "currency": Currency.NOK}},
            '{"amount": {"value": 4900, "currency": "NOK"}}',
        ),
        ((numpy.int32(1), [ID]), f'[1, ["{ID}"]]'),
        ({Currency.NOK: 1, 2: date(2026, 1, 1)}, '{"NOK": 1, "2": "2026-01-01"}'),
    ],
    ids=repr,
)
def test_a_value_is_the_json_that_is_meant(value, written):
    assert sent(value) == written


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (float("nan"), "a float with the value nan, which JSON has no word for"),
        (float("inf"), "no word for"),
        (numpy.float64("nan"), "no word for"),
        (Decimal("NaN"), "a Decimal with the value NaN"),
        (Decimal("sNaN"), "a Decimal with the value sNaN"),
        (Decimal("Infinity"), "no word for"),
        (Decimal("1E+999999"), "thousands of digits"),
        (10**5000, "thousands of digits"),
        (Decimal("0.1234567890123456789"), "cannot hold exactly"),
        (Fraction(1, 3), "cannot hold exactly"),
        (pandas.NaT, "no word for"),
        (timedelta(1), "a timedelta, which JSON has no word for"),
        (b"a", "a bytes"),
        ({1, 2}, "a set"),
        (numpy.array([1]), "an ndarray|a ndarray"),
        ([object()], "an object"),
        ({(1, 2): 3}, "a dict with a tuple for a name"),
        ([Secret("hidden")], "with a Secret in it"),
        (ROUND, "contains itself"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_without_a_place_in_json_is_named(value, said):
    with pytest.raises(CallError, match=f"The variable it is .*({said})"):
        sent(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a b/c", "a%20b%2Fc"),
        (Decimal("4900.50"), "4900.50"),
        (Decimal("1E+3"), "1000"),
        (numpy.int64(7), "7"),
        (Currency.NOK, "NOK"),
        (Flavour.DARK, "dark"),
        (Size.LARGE, "3"),
        (date(2026, 1, 31), "2026-01-31"),
        (ID, str(ID)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("braces", ["{it}", "${it}"])
def test_a_value_in_a_path_is_its_text_with_a_dollar_or_without(value, written, braces):
    assert write_call("GET", f"/x/{braces}/y", "", {"it": value}).path == f"/x/{written}/y"
    assert write_call("GET", "/x", "", {"it": "a"}, {"X-Mine": braces}).headers["X-Mine"] == "a"


@pytest.mark.parametrize("value", [True, None, [], Decimal("NaN"), float("inf"), b"a", pandas.NaT], ids=repr)
def test_a_value_without_a_place_in_a_text_is_named(value):
    with pytest.raises(CallError, match=r"The variable it is .*no place within a text"):
        write_call("GET", "/x/{it}", "", {"it": value})


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_make_the_path_name_something_else_is_refused(value):
    with pytest.raises(CallError, match=r"The variable it is .*the path would name something else"):
        write_call("DELETE", "/webhooks/v1/webhooks/{it}", "", {"it": value})
    assert write_call("GET", "/x/a{it}b?c={it}", "", {"it": ""}).path == "/x/ab?c="


def test_braces_that_a_body_keeps_are_noticed_where_a_variable_has_that_name():
    body = '{"a": "{it}", "b": "${it}", "c": "{other}", "d": "{it} {it}", "e": "{ it }"} // "{it2}"'

    assert meant_as_variables(body, {"it": 1, "it2": 2}) == ["it"]
