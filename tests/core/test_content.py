"""Content words: folded where they are one word, never where they are two."""

import pytest

from companion.core import content
from companion.core.content import Content, figure, stem
from companion.core.language.en import ENGLISH


@pytest.mark.parametrize(
    "family",
    [
        "charge charges charged charging",
        "cancel cancels cancelled canceled cancelling cancellation",
        "deliver delivered delivery deliveries",
        "break broke broken breaking",
        "buy bought purchase purchased",
        "try tries tried",
        "stop stopped stopping",
        "box boxes",
        "glass glasses",
        "lose lost",
        "drive drove driven",
        "replace replaced replacement",
        "care cares caring",
    ],
)
def test_inflections_are_one_word(family: str) -> None:
    assert len({stem(word, language=ENGLISH) for word in family.split()}) == 1


@pytest.mark.parametrize("pair", ["bus business", "news new", "house horse", "this thin", "ring rin", "car care"])
def test_other_words_stay_apart(pair: str) -> None:
    one, other = pair.split()
    assert stem(one, language=ENGLISH) != stem(other, language=ENGLISH)


def test_small_words_and_figures_are_no_content() -> None:
    assert Content({}, language=ENGLISH).keys(["the", "sofa", "is", "42", "at", "broken"]) == ["", "sofa", "", "", "", "break"]


def test_lists_of_the_same_fold_different_words() -> None:
    same = Content({"same-parcel": ["parcel", "packages"]}, language=ENGLISH)
    assert same.key("parcels") == same.key("package") != same.key("letter")


def test_what_was_keyed_is_forgotten_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_KEPT", 2)
    some = Content({}, language=ENGLISH)
    assert [some.key(word) for word in ("sofa", "lamp", "lamp", "chair", "sofa")] == ["sofa", "lamp", "lamp", "chair", "sofa"]
    assert len(some._known) <= 2


def test_two_words_may_mean_the_same_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_KEPT", 2)
    some = Content({"same-refund": ["refund", "money back"], "same-cut": ["hang up", "call over now"]}, language=ENGLISH)
    assert some.folded(["refund"]) == {"=same-refund"}
    assert some.keys("my money back and money on my back".split()) == ["", "money", "=same-refund", "", "money", "", "", ""]
    assert some.keys("she hung up".split())[1:] == ["hang", "=same-cut"]
    assert some.keys("the call is over now".split()) == ["", "call", "", "", ""]
    assert len(some._closing) <= 2


def test_a_number_and_its_unit_are_one_key() -> None:
    some = Content({}, language=ENGLISH)
    assert some.keys("three whole weeks".split())[2] == some.keys("3 week".split())[1] == "3 week"
    assert some.keys("an hour".split()) == ["", "1 hour"]
    assert some.keys("those hours".split()) == ["", ""]
    assert some.folded("a week of rain".split()) == {"1 week", "rain"}


@pytest.mark.parametrize(
    ("word", "number"), [("3", "3"), ("three", "3"), ("third", "3"), ("twice", "2"), ("one", ""), ("a", ""), ("sofa", "")]
)
def test_a_figure_is_how_many_or_which_one(word: str, number: str) -> None:
    assert figure(word, language=ENGLISH) == number
