"""A panel draws what its lines say, as plain text, and only when they change."""

from textual.app import App, ComposeResult

from companion.tui.lines import Line
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot


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
