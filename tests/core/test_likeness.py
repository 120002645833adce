"""What a word may stand for, and what it may not."""

import pytest

from companion.core import likeness
from companion.core.language.en import ENGLISH
from companion.core.likeness import Vocabulary, skeleton, sound

KNOWN = Vocabulary(
    ["received", "refund", "wait", "apologize", "win", "frustrating", "delivery"],
    ["apolog", "frustrat"],
    ["apologize", "inconvenience"],
    language=ENGLISH,
)


def read_as(word: str) -> set[str]:
    return {symbol for symbol, _ in KNOWN.symbols(word)}


def test_a_known_word_is_itself_and_its_beginning() -> None:
    assert KNOWN.symbols("apologize") == (("apologize", 0), ("apolog*", 0))
    assert KNOWN.symbols("apologetic") == (("apolog*", 0),)


@pytest.mark.parametrize(
    ("slip", "meant"), [("recieved", "received"), ("refnd", "refund"), ("refunds", "refund"), ("frustating", "frustrating")]
)
def test_slips_of_the_finger_are_read_as_what_was_meant(slip: str, meant: str) -> None:
    assert meant in read_as(slip)
    assert all(unlike == 1 for _, unlike in KNOWN.symbols(slip))


@pytest.mark.parametrize("word", ["relieved", "went", "want", "win", "wine", "reused", "about", "x1y2z3", "waiter", "zebra"])
def test_other_words_are_not_bent(word: str) -> None:
    assert read_as(word) <= {word}


def test_a_long_word_is_heard_in_several_short_ones() -> None:
    assert ("apologize", 3) in KNOWN.heard(("a", "policy"))
    assert ("apolog*", 3) in KNOWN.heard(("a", "policy"))


@pytest.mark.parametrize(
    "window", [("to", "be"), ("the", "policy"), ("a", "great", "day"), ("in", "the", "convenience", "store"), ("a", "b")]
)
def test_windows_that_sound_otherwise_are_nothing(window: tuple[str, ...]) -> None:
    assert KNOWN.heard(window) == ()


def test_nearly_the_sound_of_a_long_word_is_enough() -> None:
    assert sound("inconvenience", ENGLISH.sounds) == sound("inkonveniens", ENGLISH.sounds)
    far = Vocabulary(["inconvenience"], [], ["inconvenience"], language=ENGLISH)
    assert far.heard(("in", "convenients")) == (("inconvenience", 3),)


def test_a_misheard_word_must_stand_in_a_template_to_matter() -> None:
    assert Vocabulary([], [], ["apologize"], language=ENGLISH).heard(("a", "policy")) == ()


@pytest.mark.parametrize(("one", "other"), [("phone", "fone"), ("ease", "ees")])
def test_the_same_sound(one: str, other: str) -> None:
    assert sound(one, ENGLISH.sounds) == sound(other.replace(" ", ""), ENGLISH.sounds)


def test_the_skeleton_is_the_consonants() -> None:
    assert skeleton("committed", ENGLISH.sounds) == skeleton("comited", ENGLISH.sounds) == "cmtd"


def test_what_was_worked_out_is_forgotten_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "_KEPT", 2)
    some = Vocabulary(["refund"], [], ["apologize"], language=ENGLISH)
    for word in ("alpha", "refnd", "charlie", "delta"):
        some.symbols(word)
        some.heard((word, "policy"))
    assert len(some._read) <= 2
    assert len(some._heard) <= 2
    assert some.symbols("refund") == (("refund", 0),)
