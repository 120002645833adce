"""How much a fault test does: little in CI, much in `make torture`."""

import os
from typing import TypeVar

TORTURE = bool(os.environ.get("COMPANION_TORTURE"))
"""Whether there is time."""

_T = TypeVar("_T")


def times(few: _T, many: _T) -> _T:
    """`few` in CI, `many` in `make torture`."""
    return many if TORTURE else few
