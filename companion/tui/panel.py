"""`Panel`: a thing on the screen whose lines follow from what it shows and its size alone; only lines that changed are drawn again."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from companion.tui.lines import Line, harmless
from companion.tui.snapshot import Snapshot

T = TypeVar("T")


def inked(lines: Iterable[Line]) -> Content:
    """The lines as Textual draws them; nothing in them can move a terminal's cursor or turn the text around."""
    return Content("\n").join(Content.assemble(*((harmless(text), style) for text, style in line)) for line in lines)


def _changed(before: list[Line] | None, lines: list[Line], width: int) -> list[Region]:
    """What to draw again: the lines that changed, or, by an empty list, everything."""
    if before is None or len(before) != len(lines):
        return []
    pairs = zip(before, lines, strict=True)
    return [Region(0, at, width, 1) for at, (old, new) in enumerate(pairs) if old != new]


class Drawn(Widget, Generic[T]):
    """Shows `lines(...)`. A widget of ours is one pure method; what it did not change is not drawn again.

    Args:
        shown: what is to be shown at first.
    """

    def __init__(self, shown: T, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.snapshot = shown
        self._drawn: list[Line] | None = None
        self._titled = ""

    def lines(self, snapshot: T, width: int, height: int) -> list[Line]:
        """What to show in `width` × `height` cells, from the top; more lines than fit are cut off."""
        raise NotImplementedError

    def title(self, snapshot: T) -> str:
        """The panel's title, in plain text; shown where the layout gives the panel a border."""
        return ""

    def show(self, snapshot: T) -> None:
        """Take the next snapshot."""
        self.snapshot = snapshot
        self._draw()

    def on_resize(self) -> None:
        """Lines depend on the size."""
        self._draw()

    def _draw(self) -> None:
        width, height = self.content_size
        if not width or not height:
            return
        lines = self.lines(self.snapshot, width, height)[:height]
        title = self.title(self.snapshot)
        if lines != self._drawn:
            before, self._drawn = self._drawn, lines
            self.refresh(*_changed(before, lines, width))
        if title != self._titled:
            self._titled = title
            self.border_title = Content(harmless(title))

    def render(self) -> Content:
        """The lines drawn last."""
        return inked(self._drawn or [])


class Panel(Drawn[Snapshot]):
    """A part of a call's screen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(Snapshot(), id=id)
