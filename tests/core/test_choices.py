"""Choices: two ways forward, or only the word "or"."""

import pytest

from companion.core.choices import LISTS, alternatives
from companion.core.language.en import ENGLISH
from companion.core.reading import Hit, Reader

READER = Reader(
    {
        "remedy": ["refund*", "replac*", "send"],
        "offer": ["we can", "would you"],
        "asks_wish": ["would you like"],
        "way": ["give you"],
        "press": ["click"],
        "options_follow": ["two ways"],
    },
    {"says": ["would you like", "if you wish"]},
    also=LISTS,
    language=ENGLISH,
)


def grades(said: str) -> list[int]:
    reading = READER.read(said)
    return sorted(hit.grade for hit in alternatives(reading, [Hit(span, 1) for span in reading.spans("says")]))


def test_remedies_on_both_sides_of_or_are_a_choice() -> None:
    assert grades("we can refund it or send a new one") == [2]


@pytest.mark.parametrize(
    "said",
    [
        "we can refund it",
        "refund it or replace it",
        "we can see if it is red or green",
        "we can refund it or go",
        "or we can refund it",
        "we can see about refund and or replacement",
    ],
)
def test_or_alone_is_none(said: str) -> None:
    assert grades(said) == []


def test_a_wish_asked_for_with_an_or_is_a_choice() -> None:
    assert grades("would you like the red or the green") == [1, 2]
    assert grades("this or that if you wish") == [1]
    assert grades("I can if you wish this or that") == [1]


def test_what_is_full_by_the_checklist_stays_so() -> None:
    full = Hit((0, 2), 2)
    assert alternatives(READER.read("red or green"), [full]) == [full]


def test_a_way_forward_after_or_is_a_choice_and_a_button_is_none() -> None:
    assert grades("we can have it done by noon or give you the money") == [2]
    assert grades("we can see if you click here or give you the money") == []
    assert grades("it is red or give you the money") == []


def test_an_or_after_ways_announced_is_a_choice_with_a_way_or_a_remedy_behind_it() -> None:
    assert grades("there are two ways. You stay or give you the money") == [2]
    assert grades("two ways, you stay or a refund") == [2]
    assert grades("two ways to find it, on the back or under the lid") == []
    assert grades("two ways, click here or give you the money") == []
    assert grades("two ways. It is late. You stay or give you the money") == []
