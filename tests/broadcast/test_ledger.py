"""Calls are kept in order, by whom they belong to, and in bounds."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.broadcast import ledger as ledgers
from companion.broadcast.ledger import LINGER, MOST_ENDED, Entry, Ledger, Lines
from companion.broadcast.messages import Place
from companion.core.events import HoldBegan
from companion.core.record import Record
from companion.errors import PeerError

Calls = Callable[..., Iterator[Record]]
ME, OTHER = object(), object()


def kept(ledger: Ledger) -> list[str]:
    return [entry.call for entry in ledger]


def found(ledger: Ledger, call: str) -> Entry:
    entry = ledger.find(call)
    assert entry is not None
    return entry


def put(ledger: Ledger, records: Iterator[Record] | list[Record], by: str = "gw", owner: object = ME, now: float = 0.0) -> None:
    for record in records:
        ledger.take(by, owner, record, now)


class TestLines:
    """The lines of one call."""

    @given(st.lists(st.integers(1, 30), min_size=1, max_size=40), st.lists(st.integers(0, 2), max_size=6), st.data())
    def test_what_is_here_is_read_in_order(self, sizes: list[int], halvings: list[int], data: st.DataObject) -> None:
        lines, whole = Lines(), [b"%03d" % number + b"x" * size + b"\n" for number, size in enumerate(sizes)]
        for number, line in enumerate(whole):
            lines.append(line)
            if number in halvings:
                lines.halve()
        lines.halve()
        assert lines.count == len(whole)
        assert lines.read(0, len(whole), 1) == (whole[0], 1)
        place = lines.since
        while place < len(whole):
            room = data.draw(st.integers(1, 100))
            text, after = lines.read(place, len(whole), room)
            assert text == b"".join(whole[place:after])
            assert after == place + 1 or len(text) <= room
            place = after

    def test_halving_halves(self) -> None:
        lines = Lines()
        for _ in range(1001):
            lines.append(b"1234567890")
        lines.halve()
        assert lines.since in (501, 502)
        assert 4990 <= lines.size <= 5010
        for _ in range(20):
            lines.halve()
        assert lines.since == lines.count == 1001
        assert lines.size == 10


class TestOrder:
    """One record after the other, from one owner."""

    def test_a_record_comes_once(self, call: Calls) -> None:
        ledger = Ledger()
        records = list(call("7", "a", "b"))
        put(ledger, records)
        put(ledger, records)
        assert found(ledger, "7").count == 3

    def test_what_does_not_go_on(self, call: Calls) -> None:
        ledger = Ledger()
        records = list(call("7", "a", "b", "c", ended=True))
        with pytest.raises(PeerError, match="call 7: record 2 comes without those before it"):
            ledger.take("gw", ME, records[2], 0.0)
        with pytest.raises(PeerError, match="call 7: begins without call_started"):
            ledger.take("gw", ME, Record(call="7", seq=0, at=0, event=HoldBegan()), 0.0)
        put(ledger, records[:2])
        with pytest.raises(PeerError, match="call 7: record 3 comes where 2 is missing"):
            ledger.take("gw", ME, records[3], 0.0)
        with pytest.raises(PeerError, match="comes without"):
            ledger.take("other", OTHER, records[2], 0.0)
        put(ledger, records[2:])
        with pytest.raises(PeerError, match="comes after its last one"):
            ledger.take("gw", ME, Record(call="7", seq=6, at=0, event=HoldBegan()), 0.0)

    @pytest.mark.parametrize("name", ["", "x" * 201])
    def test_names(self, name: str, call: Calls) -> None:
        with pytest.raises(PeerError, match="a call's name of"):
            put(Ledger(), call(name))

    def test_a_name_belongs_to_who_has_it(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7", "a"))
        for by in ("gw", "other"):
            with pytest.raises(PeerError, match="call 7: another gateway has a call of that name; it is not shown here"):
                put(ledger, call("7", began="2026-11-21T11:00:00Z"), by, OTHER)
        assert found(ledger, "7").owner is ME

    def test_an_ended_calls_name_is_free(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7", "a", ended=True))
        put(ledger, call("7", began="2026-11-21T11:00:00Z"), "other", OTHER)
        assert (found(ledger, "7").by, found(ledger, "7").count) == ("other", 1)

    def test_who_comes_back_goes_on(self, call: Calls) -> None:
        ledger = Ledger()
        records = list(call("7", "a", "b"))
        put(ledger, records[:2])
        first = found(ledger, "7").first
        [entry] = ledger.orphan(ME, 5.0)
        assert (entry.owner, entry.idle) == (None, 5.0)
        assert ledger.adopt("other", OTHER) == {}
        again = object()
        assert ledger.adopt("gw", again) == {"7": Place(2, first)}
        assert (entry.owner, entry.idle) == (again, None)
        put(ledger, records, owner=again)
        assert entry.count == 3

    def test_who_comes_back_without_a_call_gives_it_up(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7"))
        put(ledger, call("8", ended=True))
        ledger.abandon("gw", OTHER, "7")  # another connection of that name
        ledger.abandon("gw", ME, "8")
        ledger.abandon("gw", ME, "9")
        assert kept(ledger) == ["7", "8"]
        ledger.abandon("gw", ME, "7")
        assert kept(ledger) == ["8"]

    def test_who_comes_back_with_another_call_of_that_name_begins_it(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7", "a"))
        ledger.orphan(ME, 0.0)
        put(ledger, call("7", began="2026-11-21T11:00:00Z"), owner=OTHER)
        assert (found(ledger, "7").owner, found(ledger, "7").count) == (OTHER, 1)


class TestChecklists:
    """Once for all calls that have the same."""

    def test_once(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7"))
        put(ledger, call("8"))
        [(digest, line)] = ledger.checklists.items()
        assert line.startswith(b'{"type":"checklist","digest":"' + digest.encode())
        text, _ = found(ledger, "7").lines(True).read(0, 1, 1)
        assert b'"checklist":{"digest":"' + digest.encode() + b'"}' in text

    def test_a_wrong_digest(self) -> None:
        with pytest.raises(PeerError, match="a checklist that is not of its digest"):
            Ledger().learn("0" * 64, {"id": "x"})

    def test_one_that_is_not_here(self, call: Calls) -> None:
        ledger, other = Ledger(), Ledger()
        [record] = call("7")
        put(ledger, [record])
        event = record.event
        short = type(event)(**{**{name: getattr(event, name) for name in event.__struct_fields__}, "checklist": {"digest": event.digest}})  # type: ignore[union-attr]
        with pytest.raises(PeerError, match="comes before its checklist"):
            other.take("gw", ME, Record(call="7", seq=0, at=0, event=short), 0.0)
        ledger.take("gw", ME, Record(call="8", seq=0, at=0, event=short), 0.0)

    def test_many(self, call: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledgers, "_CHECKLISTS", 2)
        ledger = Ledger()
        put(ledger, call("7"))
        for number in range(3):  # nobody uses them
            ledger.learn(ledgers.fingerprint({"id": str(number)}), {"id": str(number)})
        assert len(ledger.checklists) == 2
        monkeypatch.setattr(ledgers, "_CHECKLISTS", 1)
        with pytest.raises(PeerError, match="too many different checklists"):
            ledger.learn(ledgers.fingerprint({"id": "x"}), {"id": "x"})


class TestBounds:
    """What goes, and when."""

    def test_ended_calls_stay_for_a_while(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("old", ended=True), now=0.0)
        put(ledger, call("live"), now=0.0)
        put(ledger, call("new", ended=True), now=60.0)
        ledger.tidy(LINGER - 1)
        assert kept(ledger) == ["old", "live", "new"]
        ledger.tidy(LINGER)
        assert kept(ledger) == ["live", "new"]

    def test_only_so_many(self, call: Calls) -> None:
        ledger = Ledger()
        for number in range(MOST_ENDED + 2):
            put(ledger, call(str(number), ended=True), now=number / 1000)
        ledger.tidy(1.0)
        assert kept(ledger) == [str(number) for number in range(2, MOST_ENDED + 2)]

    def test_calls_without_an_owner(self, call: Calls) -> None:
        ledger = Ledger()
        put(ledger, call("7"))
        ledger.orphan(ME, 10.0)
        ledger.tidy(LINGER)
        assert kept(ledger) == ["7"]
        ledger.tidy(LINGER + 10)
        assert kept(ledger) == []

    def test_memory(self, call: Calls) -> None:
        ledger = Ledger(memory=40_000, words=False)
        put(ledger, call("ended", "x" * 8000, ended=True))
        put(ledger, call("short", "x" * 200))
        put(ledger, call("long", *["x" * 100] * 100))
        assert kept(ledger) == ["short", "long"]
        assert found(ledger, "short").count == 2
        assert found(ledger, "long").count == 101
        assert found(ledger, "long").lines(True).since == found(ledger, "long").lines(False).since > 1
        assert sum(entry.size for entry in ledger) <= 40_000

    def test_many_calls(self, call: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledgers, "MOST_CALLS", 2)
        ledger = Ledger()
        put(ledger, call("7"))
        put(ledger, call("8"))
        with pytest.raises(PeerError, match="there are 2 calls here already"):
            put(ledger, call("9"))
