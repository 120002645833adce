"""The closing summary's lines: steps, the heat over the call with the agent's steps on it, promises, turns, and two remarks."""

from companion.tui import words
from companion.tui.lines import Line
from companion.tui.snapshot import Snapshot


def summary(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """The page, `width` cells wide; it may be longer than `height`."""
    return [((words.progress(snapshot.view), "bold"),), ((words.LEAVE, "$quiet"),)]
