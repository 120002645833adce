"""The customer's name, only where somebody states it plainly."""

import pytest

from companion.core.events import Channel, Utterance
from companion.core.language.en import ENGLISH
from companion.core.naming import name


def stated(speaker: Channel, text: str) -> str:
    return name(Utterance(speaker=speaker, text=text, start=0.0, end=1.0), language=ENGLISH)


@pytest.mark.parametrize(
    ("speaker", "text", "found"),
    [
        ("customer", "hello my name is ada and i have a question", "Ada"),
        ("customer", "My name's Ada Byron", "Ada"),
        ("customer", "this is mister parker", "Mr Parker"),
        ("customer", "Good morning, I'm Mrs. O'Neill", "Mrs O'Neill"),
        ("agent", "thank you doctor watson one moment", "Dr Watson"),
        ("agent", "Hi Tom, I'm sorry about that", "Tom"),
        ("agent", "Thank you Priya!", "Priya"),
        ("agent", "@tom_k Hello Tom, we're sorry", "Tom"),
    ],
)
def test_names(speaker: Channel, text: str, found: str) -> None:
    assert stated(speaker, text) == found


@pytest.mark.parametrize(
    ("speaker", "text"),
    [
        ("customer", "this is ridiculous"),
        ("customer", "my name is on the account"),
        ("customer", "My name is spelled wrong on every letter"),
        ("customer", "My name is misspelt, LOOK at it"),  # typed, and no capital where a name has one
        ("customer", "I spoke to Mr Parker yesterday"),  # somebody else
        ("customer", "Hi Tom, where is my parcel"),  # the agent
        ("agent", "my name is anna how can i help"),
        ("agent", "Hi there, how can I help?"),
        ("agent", "Thanks for waiting"),
        ("agent", "hi tom"),  # nothing says that this is a name
        ("agent", "the miss was ours"),
        ("agent", "okay missus uh how can i help"),
    ],
)
def test_no_name_rather_than_a_wrong_one(speaker: Channel, text: str) -> None:
    assert stated(speaker, text) == ""
