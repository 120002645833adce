"""A run's calls become things to show."""

from companion.core.events import HoldBegan, Partial
from companion.core.record import Record
from companion.core.seen import Clock, Glimpse, Level, Notice
from companion.tui.feed import Closed, Shown, Viewer


def test_each_call_pushes_one_thing() -> None:
    shown: list[Shown] = []
    viewer = Viewer(shown.append)
    record = Record(call="7", seq=0, at=0, event=HoldBegan())
    partial = Partial(channel="agent", text="hel", start=0, end=1)
    viewer.record(record)
    viewer.glimpse("7", partial, [])
    viewer.level("7", "agent", 0.5)
    viewer.clock("7", 400)
    viewer.notice("journal: disk full")
    viewer.progress("7", 0.5)
    viewer.closed("source ended")
    assert shown == [
        record,
        Glimpse(call="7", partial=partial),
        Level(call="7", channel="agent", level=0.5),
        Clock(call="7", at=400),
        Notice(text="journal: disk full"),
        Closed(reason="source ended"),
    ]
