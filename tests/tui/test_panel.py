"""A panel draws what its lines say, as plain text, and only when they change."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from companion.tui.lines import Line, width_of
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot
from companion.tui.widgets.checklist import Steps
from companion.tui.widgets.customer import Customer
from companion.tui.widgets.keys import Keys
from companion.tui.widgets.notice import NoticeLine
from companion.tui.widgets.prompt import Say
from companion.tui.widgets.status import Status
from companion.tui.widgets.summary import summary
from companion.tui.widgets.transcript import Transcript

LEAST: dict[type[Panel], int] = {Keys: 36, Status: 24, Steps: 16, Customer: 32, Transcript: 12, Say: 4}
"""Below these widths lines may be wider than the panel, which cuts them; nothing narrower is asked of a terminal."""


class Note(Panel):
    DEFAULT_CSS = "Note { border: round white; height: 4; }"

    def title(self, snapshot: Snapshot) -> str:
        return f"[b]{snapshot.notice}[/b]"

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        return [((f"[red]{snapshot.notice}[/red]", "bold"), (f" {width}×{height}", "")), (), (("below the edge", ""),)]


class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Note()


async def test_text_is_never_markup() -> None:
    app = Bare()
    async with app.run_test(size=(40, 10)) as pilot:
        note = app.query_one(Note)
        note.show(Snapshot(notice="x"))
        assert note.render().plain == "[red]x[/red] 38×2\n"
        await pilot.pause()
        top = "".join(segment.text for segment in app.screen._compositor.render_strips()[0])
        assert " [b]x[/b] " in top


async def test_it_is_drawn_again_only_when_its_lines_change() -> None:
    app = Bare()
    async with app.run_test(size=(40, 10)) as pilot:
        note = app.query_one(Note)
        note.show(Snapshot(notice="x"))
        await pilot.pause()
        drawn = note._drawn
        note.show(Snapshot(notice="x", now=9))
        assert note._drawn is drawn
        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert "58×2" in note.render().plain


@pytest.mark.parametrize("panel", [Status, Say, Steps, Customer, Transcript, NoticeLine, Keys], ids=lambda panel: panel.__name__)
@given(
    width=st.integers(min_value=1, max_value=140),
    height=st.integers(min_value=1, max_value=45),
    moment=st.integers(min_value=1, max_value=60),
)
@settings(max_examples=40, deadline=None)
def test_no_size_is_too_small_at_any_moment(calls: Any, panel: type[Panel], width: int, height: int, moment: int) -> None:
    book = calls.settled()
    words = "so sorry that you lost that meeting"
    glimpse = calls.glimpse(calls.opening(), "agent", f"i am {words} and", {"apologized": words}, {"argue": "i am"})
    snapshot = calls.taken(*book.records[:moment], glimpse)
    lines = panel().lines(snapshot, width, height)
    assert all(width_of(line) <= max(width, LEAST.get(panel, 1)) for line in lines)


@given(
    width=st.integers(min_value=24, max_value=140),
    height=st.integers(min_value=1, max_value=45),
    moment=st.integers(min_value=1, max_value=60),
)
@settings(max_examples=40, deadline=None)
def test_nor_for_the_summary(calls: Any, width: int, height: int, moment: int) -> None:
    lines = summary(calls.taken(*calls.settled().records[:moment]), width, height)
    assert all(width_of(line) <= width for line in lines)


async def test_what_others_wrote_never_reaches_the_terminal_as_more_than_text() -> None:
    app = Bare()
    async with app.run_test() as pilot:
        note = app.query_one(Note)
        note.show(Snapshot(notice="a\x1b]0;owned\x07b\u202ec"))
        await pilot.pause()
        assert note.render().plain.startswith("[red]a]0;ownedbc[/red]")
        assert "\x1b" not in str(note.border_title)


async def test_lines_that_changed_are_drawn_and_no_others() -> None:
    app = Bare()
    async with app.run_test(size=(40, 10)) as pilot:
        note = app.query_one(Note)
        note.show(Snapshot(notice="one"))
        await pilot.pause()
        drawn: list[tuple[Region, ...]] = []
        note.refresh = lambda *regions, **_: drawn.append(regions)  # type: ignore[method-assign,assignment,return-value]
        note.show(Snapshot(notice="two"))
        note.show(Snapshot(notice="two"))
    assert [regions for regions in drawn if regions] == [(Region(0, 0, 38, 1),)]  # the title's change is another matter
