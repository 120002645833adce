"""What a looker-on is given can be told apart, and never changes."""

from typing import get_args

import msgspec

from companion.core.events import Partial
from companion.core.seen import Away, Glimpse, Here, Message, Over, Seen


def test_what_is_seen_is_told_apart_by_its_kind() -> None:
    kinds = get_args(Seen)
    assert {kind.__name__ for kind in kinds} == {"Record", "Glimpse", "Level", "Clock", "Missed", "Over", "Notice", "Away", "Here"}
    assert all(kind.__struct_config__.frozen for kind in kinds)
    assert Here("reader", "x") != Away("x")


def test_what_goes_over_the_wire_says_what_it_is() -> None:
    assert {kind.__struct_config__.tag for kind in Message.__subclasses__() if kind.__module__ == Message.__module__} == {
        "partial",
        "level",
        "clock",
        "missed",
        "over",
        "notice",
    }
    assert msgspec.json.encode(Over(call="7")) == b'{"type":"over","call":"7"}'
    glimpse = Glimpse(call="7", partial=Partial(channel="agent", text="so", start=0.0, end=0.1))
    assert msgspec.json.decode(msgspec.json.encode(glimpse), type=Glimpse) == glimpse
