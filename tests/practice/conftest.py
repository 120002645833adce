"""A small scenario, whose customer says few things."""

from typing import Any

import pytest

from companion.core.call import Rules
from companion.core.roleplay import Dialogue, Ending, Line, Piece, Script
from companion.wiring.parts import rules_of

SCRIPT = Script(
    id="kettle",
    title="The kettle",
    caller="Ann Lee",
    about="Her kettle is broken.",
    temper=60,
    moves={"apologized": -20, "offered_choices": -40, "blame": 15, "interrupted": 10, "silence": 5, "nothing": 3},
    opening=(Piece(says=("My kettle broke and I'm angry.",)), Piece(says=("It was the second one.", "It's my second kettle."))),
    lines=(
        Line(on=("interrupted",), says=("Let me finish!",)),
        Line(on=("offered_choices",), words=("refund", "money"), says=("The money, please.",)),
        Line(on=("apologized",), full=True, says=("Thank you.",)),
        Line(on=("apologized",), says=("Sorry for what?",)),
        Line(on=("silence",), says=("Hello?",)),
        Line(above=70, says=("This is ridiculous, I'm furious!",)),
        Line(says=("And now?", "So what now?", "What happens now?")),
    ),
    endings=(
        Ending(end="hung_up", above=95, says=("I have had enough. Goodbye.",)),
        Ending(end="settled", below=25, after=("apologized", "offered_choices"), says=("Fine.",)),
        Ending(end="manager", turns=6, says=("I want your manager.",)),
    ),
    dialogues=(
        Dialogue(
            title="well",
            ends="settled",
            lines=("I'm so sorry your kettle broke.", "I can send a new kettle or refund you. Which would you prefer?"),
        ),
        Dialogue(
            title="badly",
            ends="hung_up",
            lines=("That's your own fault.", "You must have dropped it.", "[interrupts] That's your fault."),
        ),
    ),
)  # fmt: skip


@pytest.fixture(scope="session")
def script() -> Script:
    return SCRIPT


@pytest.fixture(scope="session")
def rules() -> Any:
    found: Rules = rules_of("complaint")
    return found
