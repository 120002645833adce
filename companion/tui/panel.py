"""`Panel`: a thing on the screen whose lines follow from the snapshot and its size alone, and which redraws only when they change."""

from textual.content import Content
from textual.widget import Widget

from companion.tui.lines import Line
from companion.tui.snapshot import Snapshot


class Panel(Widget):
    """Shows `lines(...)`. A widget of ours is one pure method; what it did not change is not drawn again."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.snapshot = Snapshot()
        self._drawn: list[Line] | None = None
        self._titled = ""

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """What to show in `width` × `height` cells, from the top; more lines than fit are cut off."""
        raise NotImplementedError

    def title(self, snapshot: Snapshot) -> str:
        """The panel's title, in plain text; shown where the layout gives the panel a border."""
        return ""

    def show(self, snapshot: Snapshot) -> None:
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
            self._drawn = lines
            self.refresh()
        if title != self._titled:
            self._titled = title
            self.border_title = Content(title)

    def render(self) -> Content:
        """The lines drawn last."""
        return Content("\n").join(Content.assemble(*line) for line in self._drawn or [])
