"""Times as chat systems write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.sources.protocols.room import when


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (1610241741, 1610241741.0),
        (1610241741.5, 1610241741.5),
        (1610241741500, 1610241741.5),
        ("1610241741.000200", 1610241741.0002),
        ("1610241741500", 1610241741.5),
        ({"$date": 1693045291715}, 1693045291.715),
        ("2023-08-26T10:21:31.715Z", 1693045291.715),
        ("2023-08-26T12:21:31+02:00", 1693045291.0),
        ("2023-08-26T10:21:31", 1693045291.0),
        ("yesterday", None),
        ("1111-11-11", None),
        ("1" * 400, None),
        (-1, None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ([1], None),
        ({"$date": {"$date": 1}}, None),
    ],
)
def test_times_are_seconds_since_1970(given: Any, seconds: float | None) -> None:
    assert when(given) == (seconds if seconds is None else pytest.approx(seconds))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda below: st.dictionaries(st.just("$date"), below)
    )
)
def test_anything_is_a_time_or_none(given: Any) -> None:
    found = when(given)
    assert found is None or 0 <= found < 1e15
