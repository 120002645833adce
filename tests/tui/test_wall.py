"""Hottest first, and nothing moves under a person's hand."""

from typing import Any

import pytest

from companion.core.events import Acknowledged, CallEnded, CallStarted, Introduced
from companion.core.record import Record
from companion.core.seen import Away, Clock, Here, Level, Missed, Notice, Over
from companion.core.updates import Escalated, HeatChanged
from companion.core.wall import WallRow
from companion.tui.feed import Closed, Overseen
from companion.tui.wall import FRESH, KEPT, LINGER, SETTLED, SORTED, STILL, UNHEARD, Wall, matches


class Floor:
    """A wall, and calls that do as they are told."""

    def __init__(self, **heats: int) -> None:
        self.wall = Wall()
        self.now = 100.0
        self.seqs: dict[str, int] = {}
        for call, heat in heats.items():
            self.begin(call, heat)
        self.wait(0)

    def begin(self, call: str, heat: int = 0, began: str | None = None, **who: str) -> None:
        self.seqs[call] = 0
        started = CallStarted(began=began, source="", timed=True, speech=None, companion="", rapidfuzz="", checklist={}, digest="")
        self.happens(call, started)
        self.happens(call, Introduced(**who))
        self.heat(call, heat)

    def happens(self, call: str, what: Any, at: int = 1000) -> bool:
        side = "update" if isinstance(what, HeatChanged | Escalated) else "event"
        seq = self.seqs[call]
        self.seqs[call] += 1
        return self.take(Record(call=call, seq=seq, at=at, **{side: what}))

    def heat(self, call: str, heat: int) -> None:
        self.happens(call, HeatChanged(heat=heat, utterance=None))

    def take(self, item: Overseen) -> bool:
        return self.wall.take(item, self.now)

    def wait(self, seconds: float) -> list[str]:
        self.now += seconds
        self.wall.settle(self.now)
        return self.rows

    @property
    def rows(self) -> list[str]:
        return [entry.row.call for entry in self.wall.listed]

    @property
    def chosen(self) -> str:
        assert self.wall.chosen is not None
        return self.wall.chosen.row.call


class TestOrder:
    def test_the_hottest_is_first_and_of_two_equally_hot_ones_neither_moves(self) -> None:
        floor = Floor(a=10, b=60, c=10)
        assert floor.rows == ["b", "a", "c"]
        floor.heat("c", 20)
        assert floor.wait(SORTED) == ["b", "c", "a"]
        floor.heat("a", 20)
        assert floor.wait(SORTED) == ["b", "c", "a"]

    def test_of_two_equally_hot_ones_the_one_that_waits_is_first(self) -> None:
        floor = Floor(a=50, b=50)
        floor.happens("b", Escalated(level="alert", because="harm", card={}))
        assert floor.wait(SORTED) == ["b", "a"]

    def test_it_is_not_sorted_all_the_time(self) -> None:
        floor = Floor(a=10, b=5)
        floor.heat("b", 20)
        assert floor.wait(SORTED / 2) == ["a", "b"]
        assert floor.wait(SORTED / 2) == ["b", "a"]

    def test_the_row_under_the_cursor_keeps_its_line(self) -> None:
        floor = Floor(a=50, b=40, c=30, d=20)
        floor.wall.move(2)
        assert floor.chosen == "c"
        for call, heat in (("c", 90), ("d", 60), ("a", 1)):
            floor.heat(call, heat)
        assert floor.wait(STILL) == ["d", "b", "c", "a"]
        assert (floor.chosen, floor.wall.cursor) == ("c", 2)
        floor.wall.release()
        assert floor.rows == ["c", "d", "b", "a"]

    def test_after_a_key_nothing_moves_and_new_calls_come_below(self) -> None:
        floor = Floor(a=50, b=40)
        floor.wait(60)
        floor.wall.move(1)
        floor.heat("b", 90)
        floor.begin("new", 99)
        assert floor.wait(STILL - 1) == ["a", "b", "new"]
        assert floor.wait(1) == ["new", "b", "a"]

    def test_the_cursor_stays_on_the_top_line_until_it_is_moved(self) -> None:
        floor = Floor(a=50, b=40)
        floor.heat("b", 90)
        floor.wait(SORTED)
        assert (floor.chosen, floor.wall.held) == ("b", None)

    def test_a_key_does_not_take_a_row_that_has_only_just_come_to_the_top(self) -> None:
        floor = Floor(a=50, b=40)
        assert floor.wall.choose() is None
        floor = Floor(a=50, b=40)
        floor.wait(SETTLED)
        entry = floor.wall.choose()
        assert entry is not None
        assert entry.row.call == "a"

    def test_a_second_key_takes_what_the_first_one_held(self) -> None:
        floor = Floor(a=50, b=40)
        assert floor.wall.choose() is None
        floor.heat("b", 90)
        floor.wait(SORTED)
        assert floor.wall.choose() is floor.wall.live["a"]

    def test_a_filter_is_a_person_s_own_doing_and_its_first_row_may_be_taken_at_once(self) -> None:
        floor = Floor(a=50, b=30)
        floor.wait(9)
        floor.wall.seek("b")
        assert floor.wall.choose() is floor.wall.live["b"]

    def test_without_rows_there_is_nothing_to_choose(self) -> None:
        wall = Wall()
        wall.move(1)
        assert (wall.chosen, wall.choose(), wall.view(10)) == (None, None, ([], 0))


class TestView:
    def test_only_what_fits_and_always_the_cursor(self) -> None:
        floor = Floor(**{f"c{at:02}": 90 - at for at in range(30)})

        def view() -> tuple[list[str], int]:
            entries, cursor = floor.wall.view(10)
            return [entry.row.call for entry in entries], cursor

        assert view() == ([f"c{at:02}" for at in range(10)], 0)
        floor.wall.move(12)
        assert view() == ([f"c{at:02}" for at in range(3, 13)], 9)
        floor.wall.move(-2)
        assert view() == ([f"c{at:02}" for at in range(3, 13)], 7)
        floor.wall.move(-9)
        assert view() == ([f"c{at:02}" for at in range(1, 11)], 0)
        floor.wall.hold(99)
        assert view() == ([f"c{at:02}" for at in range(20, 30)], 9)
        floor.wall.seek("c0")
        assert view()[0] == [f"c{at:02}" for at in range(10)]


class TestEnds:
    def test_an_ended_call_lingers_below_and_then_is_history(self) -> None:
        floor = Floor(a=50, b=40)
        floor.happens("a", CallEnded(reason="hung up"))
        assert floor.wait(SORTED) == ["b", "a"]
        assert floor.wait(LINGER) == ["b"]
        assert list(floor.wall.history) == ["a"]

    def test_what_was_over_before_we_came_goes_to_the_history_at_once(self) -> None:
        floor = Floor(a=50)
        floor.begin("old")
        floor.happens("old", CallEnded(reason="hung up"))
        assert floor.wait(SORTED) == ["a"]
        assert list(floor.wall.history) == ["old"]

    def test_it_does_not_leave_from_under_the_cursor(self) -> None:
        floor = Floor(a=50, b=40)
        floor.wall.move(1)
        floor.happens("b", CallEnded(reason="hung up"))
        assert floor.wait(2 * LINGER) == ["a", "b"]
        floor.wall.release()
        assert floor.wait(SORTED) == ["a"]

    def test_who_comes_back_from_a_call_that_has_ended_is_on_the_top_line(self) -> None:
        floor = Floor(a=50, b=30)
        floor.wall.hold(0)
        floor.happens("a", CallEnded(reason="hung up"))
        floor.wait(9)
        assert floor.rows == ["a", "b"]
        floor.wall.come_back()
        assert (floor.rows, floor.chosen) == (["b", "a"], "b")

    def test_who_comes_back_from_one_that_goes_on_or_was_in_the_history_is_where_they_were(self) -> None:
        floor = Floor(a=50, b=30)
        floor.wall.hold(1)
        floor.wall.come_back()
        assert floor.chosen == "b"
        for call in ("a", "b"):
            floor.happens(call, CallEnded(reason="hung up"))
        floor.wall.release()
        floor.wait(LINGER)
        floor.wall.look_back()
        floor.wall.hold(1)
        floor.wall.come_back()
        assert (floor.rows, floor.chosen) == (["b", "a"], "a")

    def test_the_history_is_bounded_and_newest_first(self) -> None:
        floor = Floor()
        for at in range(KEPT + 10):
            floor.begin(f"c{at}")
            floor.happens(f"c{at}", CallEnded(reason=""))
        floor.wait(SORTED)
        floor.wall.look_back()
        assert len(floor.rows) == KEPT
        assert floor.rows[:2] == [f"c{KEPT + 9}", f"c{KEPT + 8}"]
        floor.wall.look_back()
        assert floor.rows == []

    def test_a_new_end_leaves_the_cursor_of_the_history_on_its_line(self) -> None:
        floor = Floor()
        for call in "abc":
            floor.begin(call)
            floor.happens(call, CallEnded(reason=""))
        floor.wait(SORTED)
        floor.wall.look_back()
        floor.wall.move(1)
        assert (floor.chosen, floor.wall.view(2)[1]) == ("b", 1)
        floor.begin("d")
        floor.happens("d", CallEnded(reason=""))
        assert floor.wait(STILL - 1) == ["c", "b", "a"]
        assert floor.wait(1) == ["d", "c", "b", "a"]
        assert (floor.chosen, floor.wall.view(2)[1]) == ("b", 1)

    def test_a_call_that_cannot_be_had_again_has_ended(self) -> None:
        floor = Floor(a=50)
        assert floor.take(Over(call="a"))
        assert (floor.wall.live["a"].gone, floor.wall.live["a"].ended) == (True, floor.now)
        floor.now += 1
        floor.take(Over(call="a"))
        assert floor.wall.live["a"].ended == floor.now - 1

    @pytest.mark.parametrize("over", [True, False])
    def test_a_name_may_come_again(self, over: bool) -> None:
        floor = Floor(a=50, b=60)
        floor.wall.move(1)
        if over:
            floor.happens("a", CallEnded(reason=""))
        floor.begin("a", 70, began="2026-11-20T16:00:00Z")
        assert (floor.wall.live["a"].row.ended, floor.wall.live["a"].row.heat, floor.wall.held) == (None, 70, None)
        assert floor.wait(STILL) == ["a", "b"]

    def test_what_comes_after_all_is_over_is_another_call(self) -> None:
        floor = Floor(a=50)
        floor.take(Over(call="a"))
        floor.begin("a", 7)
        assert (floor.wall.live["a"].gone, floor.wall.live["a"].row.heat) == (False, 7)
        assert not floor.take(Over(call="nobody knows"))

    def test_a_name_may_come_again_from_the_history(self) -> None:
        floor = Floor()
        floor.begin("a")
        floor.happens("a", CallEnded(reason=""))
        floor.wait(SORTED)
        floor.begin("a", 7, began="2026-11-20T16:00:00Z")
        assert (floor.wait(SORTED), floor.wall.history) == (["a"], {})

    def test_a_call_that_is_looked_into_is_no_new_one(self) -> None:
        floor = Floor(a=50)
        floor.happens("a", CallEnded(reason="hung up"))
        floor.begin("a", 7)
        assert (floor.wall.live["a"].row.ended, floor.wall.live["a"].row.heat) == ("hung up", 50)


class TestTaking:
    def test_records_count_once(self) -> None:
        floor = Floor(a=50)
        floor.seqs["a"] = 0
        assert not floor.happens("a", HeatChanged(heat=9, utterance=None))
        assert floor.wall.live["a"].row.heat == 50

    def test_the_time_is_told_and_a_part_of_a_second_changes_nothing(self) -> None:
        floor = Floor(a=50)
        assert floor.take(Clock(call="a", at=65_400))
        assert not floor.take(Clock(call="a", at=65_900))
        assert not floor.take(Clock(call="b", at=1))
        assert floor.wall.live["a"].now == 65_400

    def test_a_live_call_is_heard_of_each_second_or_nobody_knows_how_it_stands(self) -> None:
        floor = Floor(a=50)
        entry = floor.wall.live["a"]
        floor.take(Clock(call="a", at=65_000))
        floor.wait(UNHEARD - 1)
        assert entry.unheard(floor.now) == 0
        floor.wait(1)
        assert entry.unheard(floor.now) == UNHEARD * 1000
        assert floor.take(Clock(call="a", at=65_000))
        assert entry.unheard(floor.now) == 0
        floor.wait(99)
        floor.happens("a", CallEnded(reason="hung up"))
        assert entry.unheard(floor.now + 99) == 0

    def test_what_a_wall_does_not_show_changes_nothing(self) -> None:
        assert not Floor(a=50).take(Level(call="a", channel="agent", level=0.5))

    def test_records_that_cannot_be_had_are_not_waited_for(self) -> None:
        floor = Floor()
        floor.take(Missed(call="z", since=0, until=57))
        assert (floor.wall.live["z"].row.call, floor.wall.live["z"].row.seq) == ("z", 57)

    def test_alerts_are_counted_and_wait(self) -> None:
        floor = Floor(a=50, b=40)
        floor.happens("b", Escalated(level="alert", because="harm", card={}))
        assert (floor.wall.alerts, floor.wall.alerted, floor.wall.live["b"].alerted) == (1, floor.wall.live["b"], floor.now)
        floor.wall.show_waiting()
        assert floor.rows == ["b"]
        floor.wall.move(0)
        floor.happens("b", Acknowledged(by="Sue"))
        assert floor.wait(STILL) == ["b"]
        floor.wall.release()
        assert floor.rows == []
        floor.wall.show_waiting()
        assert floor.rows == ["a", "b"]

    def test_the_way_comes_and_goes(self) -> None:
        floor = Floor()
        here = Here(role="reader", name="Kim")
        floor.take(Away(reason="ws://hub: refused"))
        assert (floor.wall.away, floor.wall.here) == ("ws://hub: refused", None)
        floor.take(here)
        assert (floor.wall.away, floor.wall.here) == ("", here)
        floor.take(Closed(reason="the hub has stopped"))
        assert floor.wall.closed == "the hub has stopped"

    def test_a_notice_goes_away(self) -> None:
        floor = Floor()
        floor.take(Notice(text="nudge refused: too many"))
        floor.wait(FRESH - 1)
        assert floor.wall.notice == "nudge refused: too many"
        floor.wait(1)
        assert floor.wall.notice == ""


class TestFilter:
    ROW = WallRow(call="c-7", agent="Maria", customer="Parker, S.", team="Billing north", words="I will call my lawyer")

    @pytest.mark.parametrize(
        "sought", ["maria", "park", "c-7", "LAWYER", "team:bill", "agent:mar lawyer", "team:north agent:maria", "", "team:", "my law"]
    )
    def test_every_word_must_be_found(self, sought: str) -> None:
        assert matches(self.ROW, sought) is (sought != "team:")

    @pytest.mark.parametrize("sought", ["dan", "maria dan", "team:maria", "agent:billing", "agent:x lawyer"])
    def test_one_that_is_not_there_is_enough(self, sought: str) -> None:
        assert not matches(self.ROW, sought)

    def test_it_filters_at_once_and_takes_the_cursor_off_what_is_gone(self) -> None:
        floor = Floor()
        floor.begin("a", 10, agent="maria")
        floor.begin("b", 20, agent="dan")
        floor.wait(SORTED)
        floor.wall.move(0)
        assert floor.chosen == "b"
        floor.wall.seek("agent:maria")
        assert (floor.rows, floor.wall.held) == (["a"], None)
        floor.wall.move(0)
        floor.wall.seek("mar")
        assert floor.chosen == "a"
        floor.wall.seek("")
        assert floor.rows == ["a", "b"]
