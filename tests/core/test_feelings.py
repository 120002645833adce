"""Feelings: tied to the case, or only named."""

import pytest

from companion.core.feelings import LISTS, feelings
from companion.core.language.en import ENGLISH
from companion.core.reading import Hit, Reader

READER = Reader(
    {
        "feeling_adj": ["frustrating", "upset"],
        "turns_away": ["please"],
        "vague": ["issue"],
        "sorry": ["sorry"],
        "misfortune": ["burgled"],
    },
    {"says": ["how frustrating", "i would be upset", "made you upset"]},
    also=LISTS,
    language=ENGLISH,
)


def grade(said: str, told: str = "") -> int:
    reading = READER.read(said, [told.split()])
    (hit,) = feelings(reading, [Hit(reading.spans("says")[0], 1)])
    return hit.grade


@pytest.mark.parametrize(
    "said",
    [
        "how frustrating to sit at the gate with a crying toddler",
        "how frustrating when the plane leaves without the suitcase",
        "three weeks without a phone – I'd be upset",
        "being sent from desk to counter made you upset",
        "the plane left with the suitcase and a toddler that is how frustrating",
    ],
)
def test_a_feeling_with_its_case_is_full(said: str) -> None:
    assert grade(said, "my phone is dead") == 2


@pytest.mark.parametrize(
    "said",
    [
        "how frustrating",
        "how frustrating this issue is",
        "how frustrating that the plane left",
        "the update runs on the console and how frustrating",
        "how frustrating please unplug the plane, the suitcase and the toddler",
        "The plane left the gate with a toddler. How frustrating. The suitcase is on the belt.",
    ],
)
def test_a_feeling_by_itself_is_thin(said: str) -> None:
    assert grade(said) == 1


def test_everyday_words_that_were_the_customers_are_a_case_too() -> None:
    told = "i took the whole morning off for nothing"
    assert grade("how frustrating you took the whole morning for nothing", told) == 2
    assert grade("how frustrating you took the morning", told) == 1


def test_sorry_to_hear_of_a_misfortune_is_a_feeling_seen() -> None:
    (hit,) = feelings(READER.read("sorry to hear that", ["we were burgled at night".split()]), [])
    assert hit.grade == 1
    assert feelings(READER.read("sorry to hear that", ["the lamp came in pieces".split()]), []) == []
