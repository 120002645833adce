"""The footer names every key at every width."""

from typing import Any

import pytest
from msgspec.structs import replace

from companion.core.shown import ShownStep
from companion.tui.lines import width_of
from companion.tui.widgets.keys import AGENT, READER, STEPS, SUPERVISOR, WALL, Keyboard, Keys


@pytest.mark.parametrize("width", [42, 78, 120])
@pytest.mark.parametrize("keyboard", [AGENT, SUPERVISOR, READER, WALL])
def test_it_fits(calls: Any, keyboard: Keyboard, width: int) -> None:
    (line,) = Keys(keyboard).lines(calls.taken(), width, 1)
    assert width_of(line) <= width
    keys = {text for text, style in line if style == "bold $bar"}
    assert {key.replace(STEPS, "1-6") for key, _ in keyboard.narrow} <= keys
    assert (STEPS in dict(keyboard.words)) == (STEPS in dict(keyboard.narrow))


def test_words_are_spelled_out_where_there_is_room(calls: Any) -> None:
    assert calls.plain(Keys().lines(calls.taken(), 80, 1)) == ["1-6 tick/undo   d dismiss   h hold   b bookmark   q quiet   e end   ? help"]
    (supervisor,) = calls.plain(Keys(SUPERVISOR).lines(calls.taken(), 78, 1))
    assert supervisor == "n nudge  a acknowledge  t take over  1-6 tick  b bookmark  Esc back  ? help"


def test_as_many_numbers_are_named_as_the_call_has_steps(calls: Any) -> None:
    snapshot = calls.taken()
    eight = tuple(ShownStep(id=str(number), title="a step", number=number) for number in range(1, 9))
    shown = calls.plain(Keys().lines(replace(snapshot, view=replace(snapshot.view, steps=eight)), 80, 1))
    assert shown[0].startswith("1-8 tick/undo ")
