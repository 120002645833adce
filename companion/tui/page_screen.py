"""A page of sentences to read before or after a rehearsal: what the desk shows, what the rehearsal came to."""

from collections.abc import Callable, Sequence

from textual import events as ui
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from companion.tui.lines import BLANK, Line, cut, width_of, wrap
from companion.tui.panel import inked
from companion.tui.summary_screen import LEAVING, LOOKING

STYLES = {"·": "$quiet", "+": "bold $good", "–": "bold $hot", "○": "$quiet", "→": "bold $bar"}


class PageScreen(Screen[None]):
    """One page that scrolls where it must.

    Args:
        sentences: a line each: first the most important one, then titles, and under them sentences that begin with a sign.
        footer: what the keys do.
        leave: called at Enter and Esc.
    """

    def __init__(self, sentences: Sequence[str], footer: str, leave: Callable[[], None]) -> None:
        super().__init__()
        self._sentences = sentences
        self._footer = footer
        self._leave = leave

    def compose(self) -> ComposeResult:
        """The page."""
        with VerticalScroll(can_focus=False):
            yield Static(id="page")
        yield Static(self._footer, id="leave", markup=False)

    def on_resize(self, event: ui.Resize) -> None:
        """Lay out anew."""
        self.query_one("#page", Static).update(inked(page(self._sentences, event.size.width - 4)))

    def on_key(self, event: ui.Key) -> None:
        """Scroll, or leave."""
        event.stop()
        view = self.query_one(VerticalScroll)
        if event.key in LOOKING:
            name = {"pageup": "page_up", "pagedown": "page_down"}.get(event.key, event.key)
            getattr(view, f"scroll_{name}")(animate=False)
        elif event.key in LEAVING and self.is_current:  # keys that were pressed before it went are still delivered
            self._leave()


def page(sentences: Sequence[str], width: int) -> list[Line]:
    """The page's lines, `width` cells wide."""
    first, *rest = sentences
    found: list[Line] = [((" ", ""), *line) for line in wrap([(first, "bold")], width - 1)]
    for sentence in rest:
        if sentence[:1] not in STYLES:
            rule: Line = (("─ ", "$line"), (sentence, "$quiet"), (" ", ""))
            found += [BLANK, cut((*rule, ("─" * max(0, width - width_of(rule)), "$line")), width)]
            continue
        for place, line in enumerate(wrap([(sentence[2:], "")], width - 3)):
            found.append(((f" {sentence[:1]} ", STYLES[sentence[:1]]) if place == 0 else ("   ", ""), *line))
    return found
