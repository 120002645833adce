"""The footer names every key at every width."""

from typing import Any

import pytest

from companion.tui.lines import width_of
from companion.tui.widgets.keys import AGENT, READER, SUPERVISOR, WALL, Keyboard, Keys


@pytest.mark.parametrize("width", [42, 78, 120])
@pytest.mark.parametrize("keyboard", [AGENT, SUPERVISOR, READER, WALL])
def test_it_fits(calls: Any, keyboard: Keyboard, width: int) -> None:
    (line,) = Keys(keyboard).lines(calls.taken(), width, 1)
    assert width_of(line) <= width
    keys = {text for text, style in line if style == "bold $bar"}
    assert {key for key, _ in keyboard.narrow} <= keys


def test_words_are_spelled_out_where_there_is_room(calls: Any) -> None:
    assert calls.plain(Keys().lines(calls.taken(), 80, 1)) == ["1-6 tick/undo   d dismiss   h hold   b bookmark   q quiet   e end   ? help"]
