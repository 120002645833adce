"""What is masked, what is not, and that text from outside cannot drive a terminal."""

import re
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Partial, Utterance
from companion.speech.redact import clean, mask, mask_text

MASKED = {
    "4111 1111 1111 1111": "#### #### #### ####",
    "4111111111111111": "################",
    "4111-1111-1111-1111": "####-####-####-####",
    "4111,1111,1111,1111": "####,####,####,####",
    "555-1234": "###-####",
    "555.123.4567": "###.###.####",
    "(020) 7946 0958": "(###) #### ####",
    "+44 20 7946 0958": "+## ## #### ####",
    "01.23.45.67.89": "##.##.##.##.##",
    "12-34-56": "##-##-##",
    "call 1-800-555-1212 now": "call #-###-###-#### now",
    "my order is AB12345": "my order is AB#####",
    "my pin is 1234.": "my pin is ####.",
    "born in 1999": "born in ####",
    "on 2026-11-21": "on ####-##-##",
    "that is 20.00 1234": "that is ##.## ####",
    "$4111111111111111": "$################",
    "four one one one": "# # # #",
    "double seven oh five": "# # # #",
    "One triple nine": "# # #",
    "it is four five dash six seven okay": "it is # # dash # # okay",
    "Four, one, one, one.": "#, #, #, #.",
    "oh seven nine four six double five": "# # # # # # #",
    "forty five thirty two sixteen eleven": "# # # # # #",
    "forty-five thirty-two sixteen-eleven": "#-# #-# #-#",
    "number four five six twenty": "number # # # #",
}

KEPT = """
it costs $1,299.00
1,299 people
1299 euros
€ 2500
it was 49.90
1234.56
at 10:30
10:30-11:30
10.30-11.30
9.30 - 11.00 tomorrow
in 10-14 days
24-48 hours
in 30 40 minutes
1500 minutes
on 21/11
I paid 50. 30 days ago
number 123
1, 2, 3 and 4
nine to eleven
in three to five days
between nine and eleven
nineteen ninety nine
twenty twenty six
nine thirty five
twenty four seven
one two three
double seven
triple nine
one two three o'clock
two hundred and fifty three
someone will call one of you
for one thing, two of them
""".strip().splitlines()


@pytest.mark.parametrize(("text", "masked"), MASKED.items())
def test_runs_of_four_and_more_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize("text", KEPT)
def test_prices_times_and_short_numbers_stay(text: str) -> None:
    assert mask_text(text) == text


DIGITS = "zero one two three four five six seven eight nine".split()


@given(st.lists(st.integers(0, 9), min_size=4, max_size=20), st.sampled_from(["", " ", "-", "."]))
def test_no_run_of_figures_survives(digits: list[int], between: str) -> None:
    figures = between.join(map(str, digits))
    masked = mask_text(f"it is {figures}")
    assert masked == "it is " + re.sub(r"\d", "#", figures)


@given(st.lists(st.integers(0, 9), min_size=4, max_size=20), st.sampled_from([" ", ", ", " - ", "  "]))
def test_no_run_of_spoken_digits_survives(digits: list[int], between: str) -> None:
    spoken = between.join(DIGITS[digit] for digit in digits)
    assert mask_text(f"it is {spoken} okay") == f"it is {between.join('#' * len(digits))} okay"


WORDY = st.lists(
    st.sampled_from([*DIGITS, *"oh double triple twenty nineteen and uh to 12 1234 5 $5 10:30 3-4 is , . ( )".split()]), max_size=20
).map(" ".join)


@given(st.text(max_size=60) | WORDY | st.text(alphabet="0123456789 -.,()$:", max_size=30))
def test_masking_changes_digits_only_and_is_done_in_one_go(text: str) -> None:
    masked = mask_text(text)
    assert mask_text(masked) == masked
    assert len(masked.split(" ")) == len(text.split(" "))
    if not re.search("[a-zA-Z]", text):
        assert len(masked) == len(text)
        assert all(new in (old, "#") for old, new in zip(text, masked, strict=True))


@given(WORDY)
def test_words_are_masked_as_the_text_is(text: str) -> None:
    tokens = text.split()
    words = tuple((token, number / 2, number / 2 + 0.4, 1.0) for number, token in enumerate(tokens))
    said = Utterance(speaker="customer", text=" ".join(tokens), start=0.0, end=1.0, words=words)
    masked = mask(said)
    assert masked.words is not None
    assert " ".join(word for word, *_ in masked.words) == masked.text
    assert [times for _, *times in masked.words] == [times for _, *times in words]
    partial = Partial(channel="customer", text=" ".join(tokens), start=0.0, end=1.0)
    assert mask(partial).text == masked.text


def test_what_holds_no_digits_is_the_same_object_and_costs_little() -> None:
    line = "i can hear how frustrating that is and i am very sorry that nobody called you that was our mistake"
    said = Utterance(speaker="agent", text=line, start=0.0, end=1.0)
    assert mask(said) is said
    best = min(timeit.repeat(lambda: (mask_text(line), clean(line)), number=200, repeat=5)) / 200
    assert best < 100e-6  # it takes about 7 µs; a pattern that runs wild takes milliseconds


@pytest.mark.parametrize("part", ["1 ", "1-", "1,000", "(1", "one ", "twenty ", "double ", "\x1b]"])
def test_long_texts_take_no_more_than_their_length(part: str) -> None:
    text = part * 20000
    assert timeit.timeit(lambda: (mask_text(text), clean(text)), number=1) < 2.0


DIRTY = {
    "a \x1b[1;31mred\x1b[0m word": "a red word",
    "\x1b]0;own3d\x07title": "title",
    "\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\": "link",
    "\x1bP1$r0m\x1b\\dcs": "dcs",
    "\x9b31mc1": "c1",
    "\x9d0;title\x9cosc": "osc",
    "\x1b(Bset": "set",
    "open \x1b]0;never ends": "open 0;never ends",
    "alone \x1b": "alone \ufffd",
    "line\nend\r\ttab\x0b\x0c": "line end  tab  ",
    "u\u2028v\u2029w\x85": "u v w ",
    "nul\x00bell\x07del\x7f": "nul\ufffdbell\ufffddel\ufffd",
    "half\ud83dpair": "half\ufffdpair",
    "right\u202eleft\u2066\u200f": "rightleft",
}


@pytest.mark.parametrize(("text", "harmless"), DIRTY.items())
def test_escapes_and_controls_are_replaced(text: str, harmless: str) -> None:
    assert clean(text) == harmless


@pytest.mark.parametrize("text", ["plain", "Grüße, 我很抱歉 – “quoted” €5", "👩‍👧 family", "non\u00a0breaking"])
def test_ordinary_text_stays(text: str) -> None:
    assert clean(text) == text


@given(st.text(alphabet=st.characters() | st.sampled_from("\x1b\x9b\x9d[]0;m\x07\\\ud800\u202e"), max_size=60))
def test_nothing_that_drives_a_terminal_survives(text: str) -> None:
    harmless = clean(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", harmless)
    assert clean(harmless) == harmless
    harmless.encode("utf-8")
