"""The help fits beside a softphone too, and names what the footer names."""

from typing import Any

import pytest

from companion.tui.app import CallApp
from companion.tui.help_screen import KEYS, MARKS
from companion.tui.widgets.keys import KEYS as FOOTER
from companion.tui.words import MARKS as STATES
from companion.tui.words import TENTATIVE, THIN


def test_it_explains_every_key_of_the_footer_and_every_mark() -> None:
    assert {key for key, _ in FOOTER} - {"?"} <= {key for key, _ in KEYS}
    assert {*STATES.values(), THIN, TENTATIVE} <= {mark for mark, _ in MARKS}


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (44, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_picture(calls: Any, snap_compare: Any, size: tuple[int, int]) -> None:
    app = CallApp()
    for record in calls.heated().records:
        app.show(record)
    assert snap_compare(app, terminal_size=size, press=["question_mark"])
