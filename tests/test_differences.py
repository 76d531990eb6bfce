"""What differs between two answers: named by path, whatever the order of the fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vipps_nb.display.differences import NOTHING, Difference, differences

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab/~0", max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~0", max_size=3), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1, "b": {"c": 2}}, {"b": {"c": 2}, "a": 1}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("/a/b", 1, 2, "changed")]),
        ({"a": 1}, {"a": 1, "b": None}, [("/b", NOTHING, None, "added")]),
        ({"a": 1}, {}, [("/a", 1, NOTHING, "removed")]),
        ({"a": True}, {"a": 1}, [("/a", True, 1, "changed")]),
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": [1]}, {"a": {"0": 1}}, [("/a", [1], {"0": 1}, "changed")]),
        ({"a/b~": 1}, {"a/b~": 2}, [("/a~1b~0", 1, 2, "changed")]),
        ("words", "other words", [("", "words", "other words", "changed")]),
        (NOTHING, {"a": 1}, [("", NOTHING, {"a": 1}, "added")]),
    ],
)
def test_fields_are_named_and_their_order_says_nothing(before, after, found):
    assert [(one.path, one.before, one.after, one.kind) for one in differences(before, after)] == found


def test_an_entry_that_came_first_is_one_difference_and_not_one_for_each_behind_it():
    events = [{"name": name, "amount": {"value": 100, "currency": "NOK"}} for name in ("CAPTURED", "CREATED")]
    turned = [{"amount": {"currency": "NOK", "value": 100}, "name": one["name"]} for one in events]

    assert differences(events, [{"name": "REFUNDED"}, *turned]) == [
        Difference("/0", NOTHING, {"name": "REFUNDED"}),
    ]


def test_an_entry_that_was_changed_is_named_by_what_changed_in_it():
    assert [one.path for one in differences([{"a": 1, "b": 1}, 2], [{"a": 1, "b": 3}, 2])] == ["/0/b"]


def test_the_nearest_name_tells_what_a_value_is():
    assert Difference("/charges/3", 1, 2).field == "charges"
    assert Difference("/a~1b", 1, 2).field == "a/b"
    assert Difference("", 1, 2).field == ""


@given(JSON, JSON)
def test_there_are_none_exactly_where_both_are_the_same(one, other):
    def plain(value):
        if isinstance(value, dict):
            return ("object", frozenset((name, plain(item)) for name, item in value.items()))
        return ("list", *map(plain, value)) if isinstance(value, list) else (type(value).__name__, value)

    assert (differences(one, other) == []) == (plain(one) == plain(other))
    assert differences(one, one) == []
