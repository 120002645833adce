"""A supervisor's keys on a call, by pilot; the card and the line to type, by picture."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from companion.core.events import Acknowledged, AnyEvent, Bookmarked, CallEnded, Marked, Nudged, TakenOver
from companion.tui import words
from companion.tui.help_screen import HelpScreen
from companion.tui.paced import PacedApp
from companion.tui.shadow_screen import LONGEST, ShadowScreen
from companion.tui.widgets.transcript import Transcript
from tests.tui.test_call_screen import text_of

SIZES = [(120, 40), (80, 24), (44, 24)]


class Seat(PacedApp):
    """One call, as a supervisor has it."""

    def __init__(self, calls: Any, *more: AnyEvent, looks_on: bool = False) -> None:
        super().__init__("dark")
        book = calls.floor()[0]
        for event in more:
            book.event(event)
        records = [record for record in book.records]
        self.done: list[Any] = []
        self._screen = ShadowScreen(
            None if looks_on else lambda call, event: self.done.append((call, event)), lambda: self.done.append("back"), self.switch_theme
        )
        self._shown = calls.taken(*records, now=60.0)

    def on_mount(self) -> None:
        self._screen.snapshot = self._shown
        self.push_screen(self._screen)

    def give(self) -> None:
        return

    async def press(self, *keys: str) -> str:
        async with self.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            return text_of(pilot)


DONE: list[tuple[tuple[str, ...], list[Any]]] = [
    (("a",), [("c-17", Acknowledged(by=""))]),
    (("b",), [("c-17", Bookmarked(by=""))]),
    (("n", *"slow", "enter"), [("c-17", Nudged(text="slow", by=""))]),
    (("n", "space", "a", "b", "space", "enter", "b"), [("c-17", Nudged(text="ab", by="")), ("c-17", Bookmarked(by=""))]),
    (("n", "enter"), []),
    (("n", "x", "escape"), []),
    (("n", "x", "escape", "escape"), ["back"]),
    (("t", "enter"), [("c-17", TakenOver(by=""))]),
    (("t", "escape"), []),
    (("escape",), ["back"]),
    (("3",), [("c-17", Marked(step="acknowledged_feelings", state="done", by=""))]),
    (("d", "h", "q", "e", "w", "space", "enter", "up", "down"), []),
]


@pytest.mark.parametrize(("keys", "done"), DONE, ids=[" ".join(keys) for keys, _ in DONE])
async def test_a_key_does_one_thing(calls: Any, keys: tuple[str, ...], done: list[Any]) -> None:
    seat = Seat(calls)
    await seat.press(*keys)
    assert seat.done == done


async def test_a_nudge_has_an_end(calls: Any) -> None:
    seat = Seat(calls)
    async with seat.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        seat.screen.query_one("Asking").value = "x" * (LONGEST - 1)  # type: ignore[attr-defined]
        await pilot.press("end", "y", "z", "enter")
    assert seat.done == [("c-17", Nudged(text="x" * (LONGEST - 1) + "y", by=""))]


async def test_who_may_only_look_on_is_told_so(calls: Any) -> None:
    for key in ("3", "n", "a", "b"):
        seat = Seat(calls, looks_on=True)
        assert words.READ_ONLY in await seat.press(key)
        assert seat.done == []
    text = await Seat(calls, looks_on=True).press("t")
    assert "hand-over card" in text
    assert words.BACK in text


async def test_a_nudge_that_cannot_be_sent_now_is_not_lost(calls: Any) -> None:
    seat = Seat(calls)
    async with seat.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"slow")
        seat.screen.snapshot = replace(seat.screen.snapshot, away="hung up")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.pause()
        assert words.CUT_OFF in text_of(pilot)
        assert "slow" in text_of(pilot)
        seat.screen.snapshot = replace(seat.screen.snapshot, away="")  # type: ignore[attr-defined]
        await pilot.press("enter", "b")
    assert seat.done == [("c-17", Nudged(text="slow", by="")), ("c-17", Bookmarked(by=""))]


@pytest.mark.parametrize("key", ["n", "a", "b", "3"])
async def test_nothing_is_done_where_nothing_can_be(calls: Any, key: str) -> None:
    seat = Seat(calls)
    seat._shown = replace(seat._shown, away="hung up")
    assert words.CUT_OFF in await seat.press(key)
    assert seat.done == []


async def test_an_ended_call_is_left_alone(calls: Any) -> None:
    seat = Seat(calls, CallEnded(reason="hung up"))
    await seat.press("a", "b", "n", "x", "enter")
    assert seat.done == []


async def test_looking_back_and_help(calls: Any) -> None:
    seat = Seat(calls)
    async with seat.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("up")
        assert seat.screen.query_one(Transcript).back == 3
        await pilot.press("down", "question_mark")
        assert isinstance(seat.screen, HelpScreen)
        assert "acknowledge" in text_of(pilot)


PICTURES: dict[str, Callable[[Any], tuple[Seat, list[str]]]] = {
    "shadow": lambda calls: (Seat(calls), []),
    "nudging": lambda calls: (Seat(calls), ["n", *"two months free"]),
    "card": lambda calls: (Seat(calls), ["t"]),
    "help": lambda calls: (Seat(calls), ["question_mark"]),
    "reader": lambda calls: (Seat(calls, TakenOver(by="Sue"), looks_on=True), []),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("picture", PICTURES)
def test_picture(calls: Any, snap_compare: Any, picture: str, size: tuple[int, int]) -> None:
    seat, keys = PICTURES[picture](calls)
    assert snap_compare(seat, terminal_size=size, press=keys)
