"""What the words before a number call it."""

import pytest

from companion.speech.labels import birthday, label


@pytest.mark.parametrize(
    ("before", "called"),
    [
        ("my card is ", "card"),
        ("the last four digits: ", ""),
        ("the last four digits of my card are ", "card"),
        ("card ending in ", "card"),
        ("Visa, last four digits: ", "card"),
        ("account no. ", "account"),
        ("account number is #", "account"),
        ("my sort code is ", "account"),
        ("tel.: ", "phone"),
        ("my phone is +", "phone"),
        ("the PIN, uh, is ", "secret"),
        ("el código es ", "secret"),
        ("termina en ", ""),
        ("la tarjeta termina en ", "card"),
        ("my card was declined in ", ""),
        ("discard ", ""),
        ("", ""),
    ],
)
def test_a_number_is_called_by_the_words_before_it(before: str, called: str) -> None:
    assert label(before + "1234", len(before)) == called


@pytest.mark.parametrize(
    ("before", "is_one"),
    [
        ("born on the ", True),
        ("date of birth: ", True),
        ("nací el ", True),
        ("reborn in ", False),
        ("my birthday. It was ", False),
        ("", False),
    ],
)
def test_a_birthday_is_one_by_the_words_before_it(before: str, is_one: bool) -> None:
    assert birthday(before + "1984", len(before)) == is_one
