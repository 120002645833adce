"""What a looker-on is given can be told apart, and never changes."""

from typing import get_args

from companion.broadcast.ways import Away, Here, Seen


def test_what_is_seen_is_told_apart_by_its_kind() -> None:
    kinds = get_args(Seen)
    assert {kind.__name__ for kind in kinds} == {"Record", "Glimpse", "Level", "Clock", "Missed", "Over", "Notice", "Away", "Here"}
    assert all(kind.__struct_config__.frozen for kind in kinds)
    assert Here("reader", "x") != Away("x")
