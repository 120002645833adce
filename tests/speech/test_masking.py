"""What is hidden, kind by kind, what stays, and that words and text are hidden alike."""

import re
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Partial, Utterance
from companion.errors import ConfigError
from companion.speech.masking import KINDS, Masking, kinds
from tests.speech.numbers import HIDDEN, STAYS, shows

mask_text = Masking().text
ALL = [(kind, text) for kind, texts in HIDDEN.items() for text in texts.values()]


def test_the_table_knows_every_kind() -> None:
    assert tuple(HIDDEN) == KINDS


@pytest.mark.parametrize(("kind", "text"), ALL)
def test_numbers_and_addresses_are_hidden_by_their_kind(kind: str, text: str) -> None:
    assert not shows(Masking([kind]).text(text))
    for sentence in ("it's {} thanks", "okay: {}", "{}, and please hurry."):
        masked = mask_text(sentence.format(text))
        assert not shows(masked) or kind == "spoken"
        assert len(masked.split(" ")) == len(sentence.format(text).split(" "))


@pytest.mark.parametrize(("kind", "text"), ALL)
def test_a_kind_that_is_left_out_hides_nothing(kind: str, text: str) -> None:
    assert Masking([]).text(text) == text


def test_phone_numbers_can_be_left_to_be_called() -> None:
    masking = Masking(set(KINDS) - {"phone"})
    assert [text for text in HIDDEN["phone"].values() if masking.text(text) != text] == []
    assert masking.text("not my pin 1234, call 212-555-0142") == "not my pin ####, call 212-555-0142"


@pytest.mark.parametrize("text", STAYS)
def test_prices_times_dates_and_amounts_stay(text: str) -> None:
    assert mask_text(text) == text
    assert mask_text(f"yes, {text}, and I am not happy") == f"yes, {text}, and I am not happy"


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


@given(st.from_regex(r"[a-z]{1,8}([._+-][a-z0-9]{1,6})?@[a-z]{2,8}(\.[a-z]{2,4}){1,2}", fullmatch=True))
def test_no_address_survives(address: str) -> None:
    assert not re.search("[a-z0-9]", mask_text(f"{address}"))


@given(st.lists(st.integers(0, 9), min_size=15, max_size=15))
def test_every_card_number_is_a_card(digits: list[int]) -> None:
    total = sum((value * 2 - 9 if value > 4 else value * 2) if place % 2 == 0 else value for place, value in enumerate(reversed(digits)))
    number = "".join(map(str, digits)) + str(-total % 10)
    assert Masking(["card"]).text(number) == "#" * 16
    assert Masking(["card"]).text(" ".join(re.findall("....", number))) == "#### #### #### ####"


MIXED = (
    "oh double triple twenty nineteen and uh to 12 1234 5 $5 10:30 3-4 is , . ( ) pin card 2019 in since march born john @ at dot gmail "
    "com j@x.com once doce dos treinta y doble # DE89 3704 0044 x"
)
WORDY = st.lists(st.sampled_from([*DIGITS, *MIXED.split()]), max_size=20).map(" ".join)


@given(st.text(max_size=60) | WORDY | st.text(alphabet="0123456789 -.,()$:@", max_size=30))
def test_masking_hides_words_where_they_stood_and_is_done_in_one_go(text: str) -> None:
    masked = mask_text(text)
    assert len(masked.split(" ")) == len(text.split(" "))
    assert mask_text(masked) == masked
    if not re.search("[a-zA-Z]", text):
        assert len(masked) == len(text)
        assert all(new in (old, "#") for old, new in zip(text, masked, strict=True))


@given(WORDY)
def test_words_are_masked_as_the_text_is(text: str) -> None:
    tokens = text.split()
    words = tuple((token, number / 2, number / 2 + 0.4, 1.0) for number, token in enumerate(tokens))
    said = Utterance(speaker="customer", text=" ".join(tokens), start=0.0, end=1.0, words=words)
    masked = Masking().said(said)
    assert masked.words is not None
    assert " ".join(word for word, *_ in masked.words) == masked.text
    assert [times for _, *times in masked.words] == [times for _, *times in words]
    partial = Partial(channel="customer", text=" ".join(tokens), start=0.0, end=1.0)
    assert Masking().said(partial).text == masked.text


def test_what_holds_no_digits_is_the_same_object_and_costs_little() -> None:
    line = "i can hear how frustrating that is and i am very sorry that nobody called you that was our mistake"
    said = Utterance(speaker="agent", text=line, start=0.0, end=1.0)
    masking = Masking()
    assert masking.said(said) is said
    best = min(timeit.repeat(lambda: masking.text(line), number=200, repeat=5)) / 200
    assert best < 200e-6  # it takes about 15 µs; a pattern that runs wild takes milliseconds


PARTS = [
    "1 ",
    "1-",
    "1,000",
    "(1",
    "one ",
    "twenty ",
    "double ",
    "dos y ",
    "a.",
    "a@",
    "@a.",
    "at ",
    "at a ",
    "dot ",
    "a dot ",
    "pin ",
    "my ",
]


@pytest.mark.parametrize("part", [*PARTS, "card number is ", "since ", "20-11-", "DE89 ", "march ", "in 2019 ", "x 1 ", "at a dot com "])
def test_long_texts_take_no_more_than_their_length(part: str) -> None:
    text = part * (100_000 // len(part))
    assert timeit.timeit(lambda: mask_text(text), number=1) < 4.0


@pytest.mark.parametrize(
    ("named", "found"),
    [("card, phone", {"card", "phone"}), ("Card,email,", {"card", "email"}), ("none", set()), (",".join(KINDS), set(KINDS))],
)
def test_kinds_are_named_with_commas(named: str, found: set[str]) -> None:
    assert kinds(named) == found


@pytest.mark.parametrize(("named", "hint"), [("cards", "did you mean 'card'"), ("zzz", "known are card, account, phone")])
def test_a_kind_that_is_none_is_said(named: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=rf"privacy\.mask: unknown kind '{named}'; {hint}"):
        kinds(named)
