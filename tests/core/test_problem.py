"""What went wrong, in words that an agent can say."""

import pytest

from companion.core.language.en import ENGLISH
from companion.core.problem import LISTS, problem
from companion.core.reading import Reader

READER = Reader({"trouble": ["never", "charged", "leak*", "rude", "left"], "vague": ["issue"]}, also=LISTS, language=ENGLISH)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("My parcel never arrived", ("your parcel",)),
        ("the kitchen sink leaks", ("the kitchen sink",)),
        ("I was charged twice", ("being charged twice",)),
        ("we were left standing on the platform", ("being left standing on", "the platform")),
        ("I was charged and my card is blocked", ("being charged", "your card")),
        ("your driver was rude", ("our driver",)),
        ("my parcel never came and my parcel is lost", ("your parcel",)),
        ("my big green garden hose leaks", ("your big green garden",)),
        ("I was so sad", ()),
        ("my issue never ends", ()),
        ("my lamp is very nice and bright and warm and it never leaks", ()),
        ("leaks. my", ()),
        ("hello", ()),
        ("I was so very sad and blue and it never works", ()),
        ("I was never", ("being never",)),
        ("my rude driver", ("your rude driver",)),
        ("my lamp. It never works", ("your lamp",)),
    ],
)
def test_the_customers_words_turned(said: str, words: tuple[str, ...]) -> None:
    assert problem(READER.read(said)) == words
