"""What fuzzing found out about each reader, tried again: nothing but the reader's own refusals comes out."""

import pytest

from tests.faults.fuzz import seeds
from tests.faults.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_kept_is_read_or_refused(name: str) -> None:
    kept = seeds(name)
    assert kept
    for path in kept:
        try:
            TARGETS[name](path.read_bytes())
        except Exception as error:
            raise AssertionError(f"{path}: {error!r}") from error
