"""Heat of the words: signs add up to 100 and no further."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.language.en import ENGLISH
from companion.core.reading import Reader
from companion.core.upset import CALM, added, insisted, soothed, telling, typed, upset

WORDS = {"awful": 50.0, "late": 10.0}
SOOTHE = {"thank you": 20.0}
READER = Reader({}, {f"heat:{one}": [one] for one in WORDS} | {f"soothe:{one}": [one] for one in SOOTHE}, language=ENGLISH)


@given(st.lists(st.floats(0, 1000)))
def test_weights_never_pass_a_hundred(weights: list[float]) -> None:
    assert 0 <= added(weights) <= 100


def test_each_weight_takes_its_share_of_the_rest() -> None:
    assert added([]) == 0
    assert added([50]) == pytest.approx(50)
    assert added([50, 50]) == pytest.approx(75)


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("where is it", []),
        ("WHERE IS MY PARCEL NOW", [45.0]),
        ("the BBC and the NHS said so", [14.0]),
        ("the BBC said so", [4.0]),
        ("it has been SIX hours", [14.0]),
        ("it has been SIX hours and NOTHING happened", [20.0]),
        ("where is it!", [5.0]),
        ("where is it!!", [15.0]),
        ("where?! when?!", [25.0]),
        ("where is it 😡", [30.0]),
    ],
)
def test_signs_of_typing(text: str, weights: list[float]) -> None:
    assert list(typed(text, language=ENGLISH)) == weights


def test_words_and_flags_add() -> None:
    assert upset(READER.read("awful"), WORDS, {}, []) == pytest.approx(50)
    assert upset(READER.read("awful and late"), WORDS, {"abuse": 50.0}, ["abuse", "other"]) == pytest.approx(77.5)
    assert upset(READER.read("awful awful x awful y awful"), WORDS, {}, []) == pytest.approx(75)


def test_of_spans_in_one_another_the_widest_counts_and_what_is_taken_back_does_not() -> None:
    words = {"[the] third": 50.0, "angry": 40.0}
    reader = Reader({}, {f"heat:{one}": [one] for one in words} | {CALM: ["not [at all] angry"]}, language=ENGLISH)
    assert upset(reader.read("the third"), words, {}, []) == pytest.approx(50)
    assert upset(reader.read("the third and a third"), words, {}, []) == pytest.approx(75)
    assert upset(reader.read("I am not at all angry"), words, {}, []) == 0
    assert upset(reader.read("I am angry"), words, {}, []) == pytest.approx(40)


def test_figures_tell_nothing() -> None:
    assert [telling(READER.read(text)) for text in ("yes it is", "oh four four seven 12345", "um")] == [3, 0, 0]


def test_saying_it_all_again_adds() -> None:
    told = ["the green kettle leaks on the carpet".split()]
    assert upset(READER.read("the green kettle leaks on the carpet", told), WORDS, {}, []) == pytest.approx(10)
    assert upset(READER.read("the green toaster burns my bread", told), WORDS, {}, []) == 0


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("four hours I have sat here, four hours", True),
        ("eight weeks eight weeks", True),
        ("it says closed, there is a sign and it says closed", True),
        ("I've got it, I've got it here", False),
        ("in the car and in the van and in the house", False),
        ("no no no no", False),
        ("45 12 and 45 12", False),
        ("my number is oh eight seven oh eight seven", False),
        ("nought two eight, nought two eight", False),
        ("b double t, b double t", False),
        ("the blue one", False),
        ("the lamp came on Monday and when I had it on the table I saw that the lamp was bent", False),
    ],
)
def test_words_said_twice_in_one_breath(text: str, twice: bool) -> None:
    assert insisted(READER.read(text)) is twice


def test_insisting_adds() -> None:
    once, twice = (upset(READER.read(text), WORDS, {}, []) for text in ("four hours late", "four hours late, four hours"))
    assert once < twice < once + 10


def test_thanks_soothe() -> None:
    assert soothed(READER.read("thank you that is late"), SOOTHE) == pytest.approx(20)
    assert soothed(READER.read("late"), SOOTHE) == 0
