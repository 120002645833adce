"""A request's headers, and secrets compared."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from companion.sources.protocols.hook import Request, alike


def test_a_header_that_is_missing_is_empty() -> None:
    request = Request(path="/", headers={"host": "h"}, body=b"")
    assert (request.header("host"), request.header("origin")) == ("h", "")


@pytest.mark.parametrize(("given", "expected", "same"), [("a", "a", True), ("ä", "ä", True), ("a", "b", False), ("", "a", False)])
def test_secrets_are_the_same_or_not(given: str, expected: str, same: bool) -> None:
    assert alike(given, expected) is same


@given(st.text(max_size=8), st.text(max_size=8))
@example("\ud800", "a")
def test_any_two_texts(given: str, expected: str) -> None:
    assert alike(given, expected) is (given == expected)
