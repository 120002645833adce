"""The help fits beside a softphone too, and names what the footer names."""

from typing import Any

import pytest

from companion.tui import help_screen as explained
from companion.tui.app import CallApp
from companion.tui.help_screen import MARKS, ROWS
from companion.tui.wall_words import NUDGE, TOLD
from companion.tui.widgets import keys
from companion.tui.words import CALLED, TAKEN, TENTATIVE, THIN
from companion.tui.words import MARKS as STATES


def test_it_explains_every_key_of_the_footer_and_every_mark() -> None:
    for footer, told in ((keys.AGENT, explained.AGENT), (keys.SUPERVISOR, explained.SUPERVISOR), (keys.WALL, explained.WALL)):
        assert {key for key, _ in footer.words} - {"?"} <= {key.replace("↑ ↓", "↑↓") for key, _ in told}
    assert {*STATES.values(), THIN, TENTATIVE} <= {mark for mark, _ in MARKS}
    assert {CALLED, TOLD, TAKEN, NUDGE} <= {sign[0] for sign, _ in ROWS}


def test_each_fits_on_a_line_beside_a_softphone() -> None:
    for told in (explained.AGENT, explained.SUPERVISOR, explained.WALL, MARKS, ROWS):
        assert [text for sign, text in told if len(sign) > 9 or len(text) > 28] == []


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (44, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_picture(calls: Any, snap_compare: Any, size: tuple[int, int]) -> None:
    app = CallApp()
    for record in calls.heated().records:
        app.show(record)
    assert snap_compare(app, terminal_size=size, press=["question_mark"])
