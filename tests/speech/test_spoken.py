"""Numbers in words: which are a run, and which are only said."""

import pytest

from companion.speech.spoken import mask_spoken

RUNS = {
    "four one one one": "# # # #",
    "double seven oh five": "# # # #",
    "One triple nine two": "# # # #",
    "it is four five dash six seven okay": "it is # # dash # # okay",
    "Four, one, one, one.": "#, #, #, #.",
    "oh seven nine four six double five": "# # # # # # #",
    "forty five thirty two sixteen eleven": "# # # # # #",
    "forty-five thirty-two sixteen-eleven": "#-# #-# #-#",
    "number four five six twenty": "number # # # #",
    "five five five": "# # #",
    "cvv one two three": "cvv # # #",
    "pin number twelve thirty four": "pin number # # #",
    "account nineteen eighty four": "account # # #",
    "born nineteen eighty four": "born # # #",
    "treinta y cuatro, cincuenta y seis, setenta y ocho, once": "# y #, # y #, # y #, #",
    "seis doble siete cero cinco": "# # # # #",
}


@pytest.mark.parametrize(("text", "masked"), RUNS.items())
def test_runs_are_masked(text: str, masked: str) -> None:
    assert mask_spoken(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "one two three and four",
        "pin number two four",
        "three oh",
        "the nineteen eighty four one",
        "on the one hand, two on the other",
        "o'clock o'brien o'neill o'hara",
        "treinta y cuatro",
        "dos o tres",
        "once upon a time, twenty one",
    ],
)
def test_a_few_numbers_stay(text: str) -> None:
    assert mask_spoken(text) == text
