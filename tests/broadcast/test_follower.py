"""However frames are cut, connections break and people change their minds: each record comes once, in order."""

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.broadcast import follower as followers
from companion.broadcast.follower import Follower
from companion.broadcast.ledger import Entry, Ledger
from companion.broadcast.messages import Checklist, Line, Place, Subscribe, Unsubscribe, from_hub
from companion.core.events import Channel, HoldBegan, Introduced, Partial
from companion.core.record import Record, decode
from companion.core.seen import Clock, Glimpse, Message, Missed, Notice, Over

Calls = Callable[..., Iterator[Record]]
ME = object()


def everybody(entry: Entry) -> bool:
    return True


def following(ledger: Ledger, sees: Callable[[Entry], bool] = everybody, **options: Any) -> Follower:
    follower = Follower(ledger, sees, wake=lambda: None, **options)
    ledger.watchers[follower] = None
    return follower


def told(follower: Follower, room: int = 10_000) -> list[Message]:
    messages: list[Message] = []
    while frame := follower.frame(room):
        messages += from_hub(frame)
    assert not follower.pending
    return messages


def short(messages: list[Message]) -> list[str]:
    """What was told, in a word each."""
    names = []
    for message in messages:
        match message:
            case Line():
                record = decode(bytes(message.record))
                names.append(f"{record.call}:{record.seq}")
            case Glimpse():
                names.append(f"partial {message.partial.text}")
            case Clock():
                names.append(f"clock {message.at}")
            case Missed():
                names.append(f"missed {message.call}:{message.since}-{message.until}")
            case Over():
                names.append(f"over {message.call}")
            case Checklist():
                names.append("checklist")
            case _:
                names.append(type(message).__name__.lower())
    return names


def put(ledger: Ledger, records: Iterator[Record] | list[Record], now: float = 0.0) -> None:
    for record in records:
        ledger.take("gw", ME, record, now)


class Screen:
    """A looker-on as simple as can be: it takes what comes next, and asks from there when it was cut off."""

    def __init__(self) -> None:
        self.seen: dict[str, list[int]] = {}
        self.firsts: dict[str, int] = {}

    def take(self, messages: list[Message]) -> None:
        for message in messages:
            if isinstance(message, Line):
                record = decode(bytes(message.record))
                seen = self.seen.setdefault(record.call, [])
                assert record.seq == len(seen), "a hole, or a double"
                seen.append(record.seq)
                if not record.seq:
                    self.firsts[record.call] = zlib.crc32(bytes(message.record))
            else:
                assert isinstance(message, Checklist | Glimpse | Clock)

    @property
    def places(self) -> dict[str, Place]:
        return {call: Place(len(seen), self.firsts[call]) for call, seen in self.seen.items()}


STEPS = st.lists(
    st.sampled_from(["begin", "record", "record", "record", "partial", "clock", "frame", "frame", "lost frame", "cut"]), max_size=60
)


@given(STEPS, st.integers(0, 2**32), st.data())
def test_every_record_comes_once_and_in_order(steps: list[str], seed: int, data: st.DataObject) -> None:
    ledger, screen = Ledger(), Screen()
    lengths: dict[str, int] = {}
    follower = following(ledger)
    follower.subscribe(Subscribe(partials=True))
    checklist = {"id": "t"}
    for step in steps:
        some = data.draw(st.sampled_from(sorted(lengths))) if lengths else None
        if step == "begin":
            call = f"call-{len(lengths)}"
            ledger.take("gw", ME, started(call, checklist), 0.0)
            lengths[call] = 1
        elif step == "frame":
            frame = follower.frame(data.draw(st.integers(1, 900)))
            screen.take(from_hub(frame) if frame else [])
        elif step == "cut":
            if data.draw(st.booleans()):
                follower.frame(data.draw(st.integers(1, 900)))  # on its way, and lost
            follower.leave()
            del ledger.watchers[follower]
            follower = following(ledger)
            follower.subscribe(Subscribe(resume=screen.places, partials=True))
        elif some is not None and step == "record":
            ledger.take("gw", ME, Record(call=some, seq=lengths[some], at=0, event=HoldBegan()), 0.0)
            lengths[some] += 1
        elif some is not None and step in ("partial", "clock"):
            entry = ledger.find(some)
            assert entry is not None
            entry.show(glimpse(some, "x") if step == "partial" else Clock(call=some, at=data.draw(st.integers(0, 10_000))))
    screen.take(told(follower))
    assert {call: len(seen) for call, seen in screen.seen.items()} == lengths


def started(call: str, checklist: Any) -> Record:
    from companion.core.checklist import fingerprint
    from companion.core.events import CallStarted

    event = CallStarted(
        began=call, source="", timed=True, speech=None, companion="", rapidfuzz="", checklist=checklist, digest=fingerprint(checklist)
    )
    return Record(call=call, seq=0, at=0, event=event)


def glimpse(call: str, text: str, channel: Channel = "agent") -> Glimpse:
    return Glimpse(call=call, partial=Partial(channel=channel, text=text, start=0.0, end=1.0))


class TestWishes:
    """What is followed, from where."""

    def test_the_checklist_comes_once(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7", "a"))
        put(ledger, call("8"))
        follower = following(ledger)
        follower.subscribe(Subscribe())
        assert short(told(follower)) == ["checklist", "7:0", "7:1", "8:0"]
        follower.subscribe(Subscribe(call="7"))
        assert short(told(follower)) == ["7:0", "7:1"]

    def test_calls_to_come(self, call: Calls) -> None:
        ledger = Ledger()
        follower = following(ledger)
        follower.subscribe(Subscribe())
        put(ledger, call("7"))
        assert short(told(follower)) == ["checklist", "7:0"]

    def test_one_call_only(self, call: Calls) -> None:
        ledger = Ledger()
        follower = following(ledger)
        follower.subscribe(Subscribe(call="7"))
        [notice] = told(follower)
        assert notice == Notice(text="call 7: is not here, or not for you; it is shown as soon as it is")
        put(ledger, call("7"))
        put(ledger, call("8"))
        assert short(told(follower)) == ["checklist", "7:0"]
        follower.unsubscribe(Unsubscribe(call="7"))
        put(ledger, list(call("7", "a")))
        assert told(follower) == []

    def test_what_every_call_brings_still_comes(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7"))
        put(ledger, call("8"))
        follower = following(ledger)
        follower.subscribe(Subscribe())
        follower.subscribe(Subscribe(call="7", partials=True))
        told(follower)
        follower.unsubscribe(Unsubscribe(call="7"))
        put(ledger, list(call("7", "a")))
        assert short(told(follower)) == ["7:1"]
        follower.subscribe(Subscribe(call="8"))
        follower.unsubscribe(Unsubscribe())
        put(ledger, list(call("7", "a", "b")))
        put(ledger, list(call("8", "a")))
        assert short(told(follower)) == ["8:0", "8:1"]

    def test_another_call_of_that_name_begins_anew(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7", "a", "b"))
        follower = following(ledger)
        entry = ledger.find("7")
        assert entry is not None
        follower.subscribe(Subscribe(resume={"7": Place(2, entry.first), "gone": Place(9, 9)}))
        assert short(told(follower)) == ["over gone", "7:2"]
        follower.subscribe(Subscribe(resume={"7": Place(2, entry.first ^ 1)}))
        assert short(told(follower)) == ["over 7", "checklist", "7:0", "7:1", "7:2"]

    def test_a_place_that_is_not_reached_yet(self, call: Calls) -> None:
        ledger = Ledger()
        records = list(call("7", "a", "b", "c"))
        put(ledger, records[:2])
        follower = following(ledger)
        entry = ledger.find("7")
        assert entry is not None
        follower.subscribe(Subscribe(resume={"7": Place(3, entry.first)}))
        put(ledger, records[2:3])
        assert told(follower) == []
        put(ledger, records[3:])
        assert short(told(follower)) == ["7:3"]

    def test_so_many_by_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(followers, "MOST_WANTED", 1)
        follower = following(Ledger())
        for name in ("7", "7", "8"):
            follower.subscribe(Subscribe(call=name))
        assert [message.text[:40] for message in told(follower) if isinstance(message, Notice)] == [
            "call 7: is not here, or not for you; it ",
            "call 7: is not here, or not for you; it ",
            "call 8: you follow 1 calls by name alrea",
        ]


class TestSight:
    """Who sees a call, and when."""

    def test_a_call_comes_when_it_is_known_whose_it_is(self, call: Calls) -> None:
        ledger = Ledger()
        follower = following(ledger, lambda entry: entry.agent == "maria")
        follower.subscribe(Subscribe())
        records = list(call("7", "a", Introduced(agent="maria"), "b", Introduced(agent="dan"), "c"))
        put(ledger, records[:2])
        assert told(follower) == []
        put(ledger, records[2:4])
        assert short(told(follower)) == ["checklist", "7:0", "7:1", "7:2", "7:3"]
        put(ledger, records[4:])
        assert short(told(follower)) == ["missed 7:4-5", "over 7"]

    def test_one_by_name_that_is_not_for_them(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7"))
        follower = following(ledger, lambda entry: False)
        follower.subscribe(Subscribe(call="7"))
        follower.subscribe(Subscribe(resume={"7": Place(0, 0)}))
        assert short(told(follower)) == ["notice", "over 7"]

    def test_blanked(self, call: Calls) -> None:
        ledger = Ledger(words=False)
        put(ledger, call("7", "secret words"))
        entry = ledger.find("7")
        assert entry is not None
        for words, said in ((True, "secret words"), (False, "······ ·····")):
            follower = following(ledger, words=words)
            follower.subscribe(Subscribe(partials=True))
            entry.show(glimpse("7", "secret words"))
            *_, line, partial = told(follower)
            assert isinstance(line, Line)
            assert decode(bytes(line.record)).event.text == said  # type: ignore[union-attr]
            assert isinstance(partial, Glimpse)
            assert partial.partial.text == said


class TestWhatPasses:
    """Partials, levels, clocks: the newest, in their place among the records."""

    def test_the_newest_in_its_place(self, call: Calls) -> None:
        ledger = Ledger()
        records = list(call("7", "a", "b"))
        put(ledger, records[:1])
        follower = following(ledger)
        follower.subscribe(Subscribe(partials=True))
        told(follower)
        entry = ledger.find("7")
        assert entry is not None
        entry.show(glimpse("7", "old"))
        entry.show(glimpse("7", "other", "customer"))
        entry.show(Clock(call="7", at=1000))
        entry.show(Clock(call="7", at=1999))
        put(ledger, records[1:2])
        entry.show(glimpse("7", "new"))
        put(ledger, records[2:])
        assert short(told(follower)) == ["partial other", "clock 1000", "7:1", "partial new", "7:2"]

    def test_not_without_asking(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7"))
        follower = following(ledger)
        entry = ledger.find("7")
        assert entry is not None
        entry.show(glimpse("7", "nobody is here"))
        follower.subscribe(Subscribe())
        entry.show(glimpse("7", "nobody asked"))
        entry.show(Clock(call="7", at=2000))
        assert short(told(follower)) == ["checklist", "7:0", "clock 2000"]

    def test_who_lags_is_given_the_newest_only(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7", *["x" * 100] * 20))
        follower = following(ledger)
        follower.subscribe(Subscribe(partials=True))
        entry = ledger.find("7")
        assert entry is not None
        for number in range(100):
            entry.show(glimpse("7", str(number)))
            follower.frame(300) if number % 30 == 0 else None
        assert [name for name in short(told(follower, 300)) if "partial" in name] == ["partial 99"]


class TestBounds:
    """What somebody costs who does not read."""

    def test_lines_that_are_no_longer_here(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7", *["x"] * 99))
        late, slow = following(ledger), following(ledger)
        slow.subscribe(Subscribe())
        while not (frame := slow.frame(2000)).count(b"utterance"):
            pass
        read = frame.count(b'"record":')
        entry = ledger.find("7")
        assert entry is not None
        entry.halve()
        since = entry.lines(True).since
        late.subscribe(Subscribe())
        assert short(told(late))[:4] == ["checklist", "7:0", f"missed 7:1-{since}", f"7:{since}"]
        assert short(told(slow))[:2] == [f"missed 7:{read}-{since}", f"7:{since}"]

    def test_a_call_that_goes(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7", "a", ended=True))
        quick, slow = following(ledger), following(ledger)
        quick.subscribe(Subscribe())
        told(quick)
        slow.subscribe(Subscribe())
        ledger.tidy(1e6)
        assert short(told(quick)) == ["over 7"]
        assert short(told(slow)) == ["missed 7:0-4", "over 7"]

    def test_the_others_first(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("long", *["x" * 100] * 50))
        put(ledger, call("short"))
        follower = following(ledger)
        follower.subscribe(Subscribe())
        follower.frame(3000)
        assert short(from_hub(follower.frame(500)))[0] == "short:0"

    def test_whoever_never_reads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(followers, "MOST_UNSAID", 3)
        follower = following(Ledger())
        for _ in range(3):
            follower.say(Notice(text="x"))
        assert not follower.overrun
        follower.say(Notice(text="x"))
        assert follower.overrun
        assert len(told(follower)) == 3
