"""The keys, by pilot; the layouts and states, by picture."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from companion.core import events
from companion.core.seen import Clock, Level
from companion.core.updates import Escalated
from companion.tui import words
from companion.tui.app import CallApp
from companion.tui.feed import Closed, Shown
from companion.tui.help_screen import HelpScreen
from companion.tui.widgets.transcript import Transcript

SIZES = [(120, 40), (80, 24), (44, 24)]


class Desk:
    """An app on a call, and what the agent did."""

    def __init__(self, *items: Shown, look_on: bool = False) -> None:
        self.done: list[events.AnyEvent] = []
        self.calls: set[str] = set()
        self.ended = 0
        self.app = CallApp(act=None if look_on else self._act, end=self._end)
        for item in items:
            self.app.show(item)

    def _act(self, call: str, event: events.AnyEvent) -> None:
        self.calls.add(call)
        self.done.append(event)

    def _end(self) -> None:
        self.ended += 1

    async def press(self, *keys: str) -> str:
        """Press keys; the screen's text after the last."""
        async with self.app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            return text_of(pilot)


def text_of(pilot: Pilot[None]) -> str:
    return "\n".join("".join(segment.text for segment in strip) for strip in pilot.app.screen._compositor.render_strips())


MARKS: list[tuple[tuple[str, ...], events.AnyEvent]] = [
    (("2",), events.Marked(step="paraphrased", state="done", by="agent")),
    (("3",), events.Marked(step="acknowledged_feelings", state="done", by="agent")),
    (("1",), events.Marked(step="heard_fully", state="open", by="agent")),
    (("d",), events.PromptDismissed(id=0, by="agent")),
    (("h",), events.HoldBegan()),
    (("b",), events.Bookmarked(by="agent")),
    (("q",), events.Quieted(on=True, by="agent")),
    (("down", "space"), events.Marked(step="heard_fully", state="open", by="agent")),
    (("up", "enter"), events.Marked(step="thanked", state="done", by="agent")),
    (("up", "up", "down", "down", "down", "w"), events.Marked(step="paraphrased", state="waived", by="agent")),
]


@pytest.mark.parametrize(("keys", "event"), MARKS, ids=[" ".join(keys) for keys, _ in MARKS])
async def test_a_key_does_one_thing(calls: Any, keys: tuple[str, ...], event: events.AnyEvent) -> None:
    desk = Desk(*calls.heated().records)
    await desk.press(*keys)
    assert desk.done == [event]
    assert desk.calls == {"Moss, A."}


async def test_keys_that_take_back(calls: Any) -> None:
    book = calls.heated().event(events.HoldBegan()).event(events.Quieted(on=True, by="agent")).changes("apologized", "waived")
    desk = Desk(*book.records)
    await desk.press("h", "q", "4")
    assert desk.done == [
        events.HoldEnded(),
        events.Quieted(on=False, by="agent"),
        events.Marked(step="apologized", state="open", by="agent"),
    ]


@pytest.mark.parametrize("keys", [("9",), ("x",), ("space",), ("w",), ("up", "escape", "space"), ("e", "2"), ("question_mark", "2")])
async def test_keys_that_do_nothing(calls: Any, keys: tuple[str, ...]) -> None:
    desk = Desk(*calls.heated().records)
    await desk.press(*keys)
    assert (desk.done, desk.ended) == ([], 0)


async def test_dismiss_without_a_prompt_and_cursor_without_steps(calls: Any) -> None:
    assert Desk(*calls.opening().records).done == []
    desk = Desk()
    await desk.press("d", "down", "space", "h")
    assert desk.done == [events.HoldBegan()]


async def test_end_asks_first(calls: Any) -> None:
    desk = Desk(*calls.heated().records)
    assert words.END in await desk.press("e")
    assert desk.ended == 0
    again = Desk(*calls.heated().records)
    assert words.END not in await again.press("e", "e")
    assert again.ended == 1


async def test_looking_on_marks_nothing(calls: Any) -> None:
    desk = Desk(*calls.heated().records, look_on=True)
    assert words.READ_ONLY in await desk.press("2")


async def test_looking_on_may_leave_without_being_asked(calls: Any) -> None:
    desk = Desk(*calls.heated().records, look_on=True)
    await desk.press("e")
    assert desk.ended == 1


async def test_a_question_nobody_answers_goes_away(calls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.tui.call_screen.ASKING", 0.05)
    desk = Desk(*calls.heated().records)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await pilot.pause(0.3)
        assert words.END not in text_of(pilot)
        await pilot.press("e")
        assert desk.ended == 0


async def test_nothing_is_marked_after_the_end(calls: Any) -> None:
    book = calls.heated().event(events.CallEnded(reason="hung up"))
    desk = Desk(*book.records)
    await desk.press("2", "b")
    assert desk.done == []


async def test_a_feed_that_broke_off_says_why_and_any_key_leaves(calls: Any) -> None:
    desk = Desk(*calls.heated().records, Closed(reason="ws://desk:4: connection reset"))
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "✕ ws://desk:4: connection reset – any key leaves" in text_of(pilot)
        await pilot.press("x")
        await pilot.pause()
        assert not desk.app.is_running or desk.app._exit


async def test_help_comes_and_goes(calls: Any) -> None:
    desk = Desk(*calls.heated().records)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        assert isinstance(desk.app.screen, HelpScreen)
        await pilot.press("h")
        assert not isinstance(desk.app.screen, HelpScreen)
    assert desk.done == []


async def test_themes_switch(calls: Any) -> None:
    desk = Desk(*calls.heated().records)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        assert desk.app.theme == "companion-light"
        await pilot.press("l")
        assert desk.app.theme == "companion-dark"


async def test_looking_back(calls: Any) -> None:
    desk = Desk(*calls.heated().records)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        transcript = desk.app.screen.query_one(Transcript)
        await pilot.press("pageup")
        await pilot.pause()
        page = transcript.content_size.height - 1
        assert transcript.back == page
        assert f"transcript – {page} lines back" in text_of(pilot)
        await pilot.press("pagedown")
        assert transcript.back == 0
        desk.app.screen.on_mouse_scroll_up()  # type: ignore[attr-defined]
        assert transcript.back == 3
        desk.app.screen.on_mouse_scroll_down()  # type: ignore[attr-defined]
        assert transcript.back == 0


async def test_the_layout_follows_the_size(calls: Any) -> None:
    desk = Desk(*calls.heated().records)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        wide = text_of(pilot).splitlines()
        assert any("transcript" in line and "checklist" in line for line in wide)
        await pilot.resize_terminal(44, 24)
        await pilot.pause()
        strip = text_of(pilot).splitlines()
        assert "say next" in strip[1]
        assert [line[2] for line in strip[7:13]] == list("123456")


@pytest.mark.parametrize("size", [(120, 16), (100, 17), (80, 17), (44, 17), (110, 20), (120, 23)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_six_steps_are_seen_in_a_low_terminal_too(calls: Any, size: tuple[int, int]) -> None:
    desk = Desk(*calls.heated().records)
    async with desk.app.run_test(size=size) as pilot:
        await pilot.pause()
        text = text_of(pilot)
    for number, step in enumerate(calls.CHECKLIST.steps[:6], 1):
        assert any(f"{number} {mark} {step.title}" in text for mark in "●○!"), step.title


async def test_an_open_prompt_moves_nothing(calls: Any) -> None:
    desk = Desk(*calls.opening().records)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = {widget: widget.region for widget in desk.app.screen.walk_children()}
        for record in calls.heated().records[4:]:
            desk.app.show(record)
        desk.app._give()
        await pilot.pause()
        assert desk.app.snapshot.view.prompt is not None
        assert {widget: widget.region for widget in desk.app.screen.walk_children()} == before


def live(calls: Any) -> list[Shown]:
    """Mid-call: a prompt, a tentative tick in the words being spoken, both meters moving."""
    book = calls.heated()
    words_ = "so sorry that you lost that meeting"
    levels = {"agent": (0.1, 0.5, 0.7, 0.6, 0.4, 0.8), "customer": (0.4, 0.2, 0.1, 0.1, 0.1, 0.1)}
    return [
        *book.records,
        Clock(call=book.call, at=56_400),
        *[Level(call=book.call, channel=channel, level=level) for channel, each in levels.items() for level in each],
        calls.glimpse(book, "agent", f"i am {words_} and", {"apologized": words_}),
    ]


def escalated(calls: Any) -> list[Shown]:
    book = calls.heated()
    book.update(Escalated(level="alert", because="wants a supervisor, and the heat stays above 70", card={}))
    return [*book.records, Clock(call=book.call, at=60_000)]


def nudged(calls: Any) -> list[Shown]:
    book = calls.heated().event(events.Nudged(text="you may offer two months free", by="Maria"))
    return [*book.records]


def on_hold(calls: Any) -> list[Shown]:
    book = calls.opening().until(14).event(events.HoldBegan())
    return [*book.records, Clock(call=book.call, at=41_000)]


def lost(calls: Any) -> list[Shown]:
    book = calls.opening().until(14).event(events.SourceLost(reason="ws://desk:4: connection reset"))
    return [*book.records, Clock(call=book.call, at=21_000)]


def quiet(calls: Any) -> list[Shown]:
    return [*calls.opening().event(events.Quieted(on=True, by="agent")).records]


STATES: dict[str, Callable[[Any], list[Shown]]] = {
    "waiting": lambda calls: [],
    "opening": lambda calls: [*calls.opening().records],
    "live": live,
    "hold": on_hold,
    "lost": lost,
    "escalated": escalated,
    "nudged": nudged,
    "quiet": quiet,
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES)
def test_picture(calls: Any, snap_compare: Any, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(Desk(*STATES[state](calls)).app, terminal_size=size)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_picture_light(calls: Any, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(Desk(*live(calls)).app, terminal_size=size, press=["l"])


def test_picture_without_colour(calls: Any, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(Desk(*live(calls)).app, terminal_size=(80, 24))


def test_picture_cursor(calls: Any, snap_compare: Any) -> None:
    assert snap_compare(Desk(*live(calls)).app, terminal_size=(80, 24), press=["up", "up"])


async def test_everything_is_said_without_colour(calls: Any) -> None:
    """Marks and words alone tell open from done from tentative from overdue, the heat, and who speaks."""
    text = await Desk(*live(calls)).press()
    for part in ("1 ● heard fully", "2 ○ paraphrased", "due 0:07", "3 ! acknowledged feelings", "overdue", "4 ◌ apologized", "hearing …"):
        assert part in text
    for part in ("heat 74 very upset", "▲ rising", "⚑ wants a supervisor", "you talked over them 1×", "A▸", "◂C"):
        assert part in text
