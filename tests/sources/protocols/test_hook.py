"""A request's headers, and secrets compared."""

import pytest

from companion.sources.protocols.hook import Request, alike


def test_a_header_that_is_missing_is_empty() -> None:
    request = Request(path="/", headers={"host": "h"}, body=b"")
    assert (request.header("host"), request.header("origin")) == ("h", "")


@pytest.mark.parametrize(("given", "expected", "same"), [("a", "a", True), ("ä", "ä", True), ("a", "b", False), ("", "a", False)])
def test_secrets_are_the_same_or_not(given: str, expected: str, same: bool) -> None:
    assert alike(given, expected) is same


def test_half_a_surrogate_pair_is_no_secret() -> None:
    assert not alike("\ud800", "a")
