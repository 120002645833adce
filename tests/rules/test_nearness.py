"""How near words come to a phrase: what is kept, what is missing, and that whole matches cost nothing."""

import pytest

from companion.core.language.en import ENGLISH
from companion.rules.nearness import Nearness

LISTS = {"feeling": ("upset", "[so] <strong>"), "strong": ("very angry", "furious")}


def nearest(text: str, phrase: str) -> tuple[int, tuple[str, ...]] | None:
    way = Nearness(text, LISTS, ENGLISH).nearest(phrase)
    return None if way is None else (way.likeness, way.missing)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("I am sorry", "sorry"),
        ("I'm sorry!", "[i am] sorry"),
        ("we do apologise", "(sorry|apologize)"),
        ("you are so very angry", "you are <feeling>"),
        ("you were really rather upset", "you were .. <feeling>"),
        ("apologies", "apolog*"),
        ("it took 14 days", "took @figure days"),
        ("I am sorry about that", "sorry [about (this|that)]"),
    ],
)
def test_a_phrase_that_is_there_is_wholly_there(text: str, phrase: str) -> None:
    assert nearest(text, phrase) == (100, ())
    assert Nearness(text, LISTS, ENGLISH).holds(phrase)


@pytest.mark.parametrize(
    ("text", "phrase", "likeness", "missing"),
    [
        ("I understand you are cross", "you are <feeling>", 67, ("<feeling>",)),
        ("I was sorry", "i am sorry", 58, ("am",)),  # "was" stands between
        ("sorry, well, about that", "sorry about that", 92, ()),
        ("that about sorry", "sorry about that", 33, ("sorry", "about")),
        ("hello apology", "apolog* for", 50, ("for",)),
        ("we have been there", "we have (been|gone) (far|near)", 75, ("far",)),
        ("two words", "two ... words [and] more", 67, ("more",)),
    ],
)
def test_what_is_missing_is_named(text: str, phrase: str, likeness: int, missing: tuple[str, ...]) -> None:
    assert nearest(text, phrase) == (likeness, missing)
    assert not Nearness(text, LISTS, ENGLISH).holds(phrase)


def test_words_that_share_nothing_are_not_near() -> None:
    assert nearest("good morning", "i am sorry") is None
    assert nearest("", "sorry") is None
    assert not Nearness("", LISTS, ENGLISH).holds("sorry")


def test_a_list_that_is_not_known_is_missing() -> None:
    assert nearest("you are upset", "you are <unknown>") == (67, ("<unknown>",))
