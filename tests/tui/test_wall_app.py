"""The wall and the calls it leads to: what is pushed is seen soon, and what a supervisor does comes out."""

import asyncio
from typing import Any

from companion.core.events import CallEnded, Nudged
from companion.core.record import Record
from companion.core.seen import Away, Clock, Here, Level, Over
from companion.core.updates import CallClosed, Escalated
from companion.tui.feed import Closed
from companion.tui.shadow import GONE
from companion.tui.shadow_screen import ShadowScreen
from companion.tui.summary_screen import SummaryScreen
from companion.tui.wall import SETTLED, UNHEARD
from companion.tui.wall_app import WALL_PACE, WallApp
from companion.tui.wall_screen import WallScreen
from tests.tui.test_call_screen import text_of


class Hub:
    """Gives calls to a wall, as whoever carries them does, and hears what is done to them."""

    def __init__(self, calls: Any, *, role: str = "supervisor", bell: bool = False) -> None:
        self.books = {book.call: book for book in calls.floor()}
        self.done: list[Any] = []
        self.now = 100.0
        self.app = WallApp(follow=self._follow, leave=lambda call: self.done.append(("leave", call)), act=self._act, bell=bell,
                           clock=lambda: self.now)  # fmt: skip
        self.app.show(Here(role=role, name="Sue"))
        for call in self.books:
            self._give(call)

    def happens(self, call: str, what: Any) -> None:
        book = self.books[call]
        if isinstance(what, Escalated | CallClosed):
            book.update(what)
        else:
            book.event(what)
        self.app.show(book.records[-1])

    def draw(self, seconds: float = 0.0) -> None:
        """Some seconds later, at once."""
        self.now += seconds
        self.app.give()

    def _give(self, call: str) -> None:
        for record in self.books[call].records:
            self.app.show(record)
        self.app.show(Clock(call=call, at=self.books[call].at))

    def _follow(self, call: str) -> None:
        self.done.append(("follow", call))
        self._give(call)

    def _act(self, call: str, event: Any) -> None:
        self.done.append((call, event))


async def test_enter_looks_into_a_call_and_esc_comes_back(calls: Any) -> None:
    hub = Hub(calls)
    async with hub.app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        hub.draw(SETTLED)
        await pilot.press("enter")
        await pilot.pause()
        hub.draw()
        await pilot.pause()
        assert isinstance(hub.app.screen, ShadowScreen)
        assert "then your system is wrong" in text_of(pilot)
        assert "dana · Moss, A. · complaint" in text_of(pilot)
        await pilot.press("escape")
        assert isinstance(hub.app.screen, WallScreen)
    assert hub.done == [("follow", "c-17"), ("leave", "c-17")]
    assert hub.app.shadow is None


async def test_what_comes_while_looking_into_a_call_is_seen_there(calls: Any) -> None:
    hub = Hub(calls)
    async with hub.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        hub.draw(SETTLED)
        await pilot.press("enter")
        hub.happens("c-17", Nudged(text="two months free", by="Sue"))
        hub.draw()
        await pilot.pause()
        assert "✉ Sue: two months free" in text_of(pilot)
        hub.books["c-17"].until(120)
        hub.app.show(Clock(call="c-17", at=120_000))
        hub.happens("c-18", Escalated(level="alert", because="Threatens to leave", card={}))
        hub.draw()
        await pilot.pause()
        assert "! maria (Parker, S.): threatens to leave" in text_of(pilot)


async def test_a_call_whose_gateway_is_silent_is_said_to_stand_still(calls: Any) -> None:
    hub = Hub(calls)
    async with hub.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        hub.draw(SETTLED)
        await pilot.press("enter")
        hub.draw()
        await pilot.pause()
        assert "● live" in text_of(pilot)
        hub.draw(UNHEARD)
        await pilot.pause()
        assert "✕ unheard 0:10" in text_of(pilot)
        hub.app.show(Clock(call="c-17", at=70_000))
        hub.draw()
        await pilot.pause()
        assert "● live" in text_of(pilot)


async def test_the_end_of_a_call_is_its_summary_and_a_key_comes_back(calls: Any) -> None:
    hub = Hub(calls)
    async with hub.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        hub.draw(SETTLED)
        await pilot.press("enter", "question_mark")
        hub.draw()
        hub.happens("c-17", CallEnded(reason="hung up"))
        hub.happens("c-17", CallClosed(summary={"well": "it ended"}))
        hub.draw()
        await pilot.pause()
        assert isinstance(hub.app.screen, SummaryScreen)
        assert "it ended" in text_of(pilot)
        hub.draw()
        await pilot.press("enter")
        assert isinstance(hub.app.screen, WallScreen)
        await pilot.press("escape")
        hub.draw(60)
        assert list(hub.app.wall.history) == ["c-24", "c-17"]


async def test_the_history_leads_to_summaries(calls: Any) -> None:
    hub = Hub(calls)
    async with hub.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        hub.draw(SETTLED)
        await pilot.press("y")
        await pilot.pause()
        assert "history: 1 ended" in text_of(pilot)
        assert "agent hung up" in text_of(pilot)
        await pilot.press("enter")
        hub.draw()
        await pilot.pause()
        assert isinstance(hub.app.screen, SummaryScreen)
        await pilot.press("escape")
        assert isinstance(hub.app.screen, WallScreen)
        hub.app.show(Over(call="c-24"))
        await pilot.press("enter")
        assert isinstance(hub.app.screen, WallScreen)
        assert hub.app.wall.notice == GONE


async def test_a_reader_does_nothing(calls: Any) -> None:
    hub = Hub(calls, role="reader")
    async with hub.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        hub.draw(SETTLED)
        await pilot.press("enter", "n", "a", "b", "t", "enter", "5")
        await pilot.pause()
    assert hub.done == [("follow", "c-17")]


async def test_no_more_calls_leads_back_by_any_key(calls: Any) -> None:
    hub = Hub(calls)
    async with hub.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        hub.draw(SETTLED)
        await pilot.press("enter")
        hub.app.show(Away(reason="ws://hub: refused"))
        hub.app.show(Closed(reason="the hub has stopped"))
        hub.draw()
        await pilot.press("enter")
        assert isinstance(hub.app.screen, WallScreen)
        hub.draw()
        await pilot.pause()
        assert "✕ the hub has stopped – q leaves" in text_of(pilot)
        await pilot.press("q")
    assert hub.app.return_code == 0


async def test_the_bell_rings_once_for_what_is_new_and_only_if_wanted(calls: Any, monkeypatch: Any) -> None:
    for bell, rung in ((True, 2), (False, 0)):
        rings: list[int] = []
        hub = Hub(calls, bell=bell)
        monkeypatch.setattr(hub.app, "bell", lambda rings=rings: rings.append(1))
        async with hub.app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            hub.draw()
            hub.happens("c-18", Escalated(level="alert", because="x", card={}))
            hub.happens("c-18", Escalated(level="alert", because="y", card={}))
            hub.draw()
            hub.draw()
        assert len(rings) == rung


async def test_ten_thousand_records_are_a_handful_of_refreshes(calls: Any) -> None:
    hub = Hub(calls)
    async with hub.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = hub.app.refreshes
        for at in range(10_000):
            hub.app.show(Record(call=f"n-{at % 500}", seq=at // 500, at=at, event=Nudged(text="", by="")))
            if at % 2_500 == 0:
                await pilot.pause()
        async with asyncio.timeout(20):
            while hub.app.refreshes == before:
                await asyncio.sleep(WALL_PACE)
        assert hub.app.refreshes - before <= 20
        assert len(hub.app.wall.live) >= 510


async def test_what_changes_nothing_is_not_drawn(calls: Any, monkeypatch: Any) -> None:
    hub = Hub(calls)
    touched: list[bool] = []
    monkeypatch.setattr(hub.app, "touch", lambda: touched.append(True))
    hub.app.show(Level(call="c-17", channel="agent", level=0.5))
    assert touched == []
    hub.app.show(hub.books["c-17"].records[3])
    assert touched == []
