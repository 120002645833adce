"""The line one types in, and the keys beside it."""

from typing import Any

from companion.core import events
from companion.tui.help_screen import HelpScreen
from companion.tui.practice_app import PracticeApp
from companion.tui.widgets.asking import Asking


class Room:
    """An app on a rehearsal that has begun, and what the agent did."""

    def __init__(self, calls: Any) -> None:
        self.said: list[str] = []
        self.typing: list[bool] = []
        self.done: list[events.AnyEvent] = []
        self.picked_up = 0
        self.ended = 0
        self.app = PracticeApp(
            act=lambda call, event: self.done.append(event),
            end=self._end,
            say=self.said.append,
            typing=self.typing.append,
            briefing=["The kettle: Ann Lee is calling.", "your desk shows", "· A new kettle is there by Friday."],
            pick_up=self._pick_up,
            debrief=lambda: ["Ann Lee is content.", "what worked", "+ turn 1, apologized: -20 to 40"],
        )
        for record in calls.heated().records:
            self.app.show(record)

    def _pick_up(self) -> None:
        self.picked_up += 1

    def _end(self) -> None:
        self.ended += 1


async def test_a_turn_is_typed_and_said(calls: Any) -> None:
    room = Room(calls)
    async with room.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("s", "o", "r", "r", "y", "space", "2", "enter", "enter")
        await pilot.pause()
        assert room.said == ["sorry 2"]
        assert (room.typing[0], room.typing[-1]) == (True, False)
        assert room.done == []


async def test_escape_gives_the_keys_and_t_the_line_again(calls: Any) -> None:
    room = Room(calls)
    async with room.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("escape", "2", "i")
        await pilot.pause()
        assert room.done == [events.Marked(step="paraphrased", state="done", by="agent")]
        await pilot.press("enter")
        await pilot.pause()
        assert not room.app.screen.query_one(Asking).display
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(room.app.screen, HelpScreen)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("t", "h", "i", "enter")
        await pilot.pause()
        assert room.said == ["hi"]
