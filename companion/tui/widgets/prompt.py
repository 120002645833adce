"""The prompt: what to say next, large, one at a time, in a place that never changes its size."""

from companion.tui import words
from companion.tui.lines import Line, held, wrap
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot

NARROW = 60
"""Below this width, what to do may take two lines."""


class Say(Panel):
    """What to do in one line, then the words to say. While there is no prompt, a quiet line."""

    def title(self, snapshot: Snapshot) -> str:
        """The same, prompt or not."""
        return "say next"

    def show(self, snapshot: Snapshot) -> None:
        """An open prompt has a ground of its own."""
        self.set_class(snapshot.view.prompt is not None, "-open")
        super().show(snapshot)

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """What to do (one line, or two in a narrow column), what to say, and another way to say it if there is room."""
        prompt = snapshot.view.prompt
        if prompt is None:
            style = "bold $hot" if snapshot.closed else "$quiet"
            lines = held(wrap([(words.idle(snapshot), style)], width - 2), height, width - 2)
            return [(("  ", ""), ("".join(text for text, _ in line), style)) for line in lines]
        room = width - 3
        found = held(wrap([(prompt.text, "bold $bar")], room), 2 if width < NARROW else 1, room)
        if prompt.say:
            found += held(wrap([(f"“{prompt.say}”", "bold $say")], room), height - len(found), room)
        for other in prompt.also:
            lines = wrap(((f"or “{other}”", "$quiet"),), room)
            if len(found) + len(lines) <= height:
                found += lines
        found += [()] * (height - len(found))
        return [(("▌ ", "bold $bar"), *line) for line in found]
