"""The scenario's types: what may be left away, and that nothing unknown is taken."""

import msgspec
import pytest

from companion.core.roleplay import MOMENTS, Cue, Line, Script

LEAST = {
    "id": "a",
    "title": "A",
    "caller": "Ann",
    "about": "it broke",
    "temper": 50,
    "moves": {"apologized": -5},
    "opening": [{"says": ["It broke."]}],
    "lines": [{"says": ["And now?"]}],
    "endings": [{"end": "settled", "below": 20, "says": ["Thanks."]}],
    "dialogues": [{"title": "well", "ends": "settled", "lines": ["Sorry."]}],
}


def test_the_least_there_must_be() -> None:
    script = msgspec.convert(LEAST, Script)
    assert (script.checklist, script.desk, script.patience) == ("complaint", (), 25.0)
    assert script.lines[0] == Line(says=("And now?",))
    assert (Cue().above, Cue().below) == (0, 101)


@pytest.mark.parametrize("name", [name for name in LEAST])
def test_nothing_of_it_may_be_missing(name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=name):
        msgspec.convert({key: value for key, value in LEAST.items() if key != name}, Script)


def test_moments_have_names_of_their_own() -> None:
    assert MOMENTS == ("interrupted", "silence", "nothing")
