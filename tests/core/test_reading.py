"""An utterance as the detectors see it."""

from companion.core.language.en import ENGLISH
from companion.core.reading import Reader

READER = Reader(
    {
        "sorry": ["[so] sorry"],
        "vague": ["issue", "problems"],
        "topic": ["order"],
        "same-phone": ["phone", "mobile"],
        "misheard": ["apologize"],
    },
    {"rule": ["<sorry> for"]},
    also=["sorry"],
    language=ENGLISH,
)


def test_what_is_found_is_kept_by_name() -> None:
    reading = READER.read("so sorry for that, sorry")
    assert reading.spans("rule") == [(0, 3), (1, 3)]
    assert reading.spans("sorry", "nothing") == [(0, 2), (1, 2), (4, 5)]
    assert reading.near("sorry", 3, 5)
    assert not reading.near("sorry", 2, 4)
    assert not reading.near("nothing", 0, 5)
    assert reading.touches("rule", (2, 4))
    assert not reading.touches("rule", (3, 4))


def test_specific_words_are_neither_small_nor_vague() -> None:
    reading = READER.read("the problem with your broken phone")
    assert [reading.words[at] for at in reading.specific(0, 6)] == ["broken", "phone"]


def test_what_the_customer_said_is_known_by_its_sense() -> None:
    reading = READER.read("about your mobile and the lamp", [("my", "phones", "the")])
    assert [reading.given_back(at) for at in range(6)] == [False, False, True, False, False, False]


def test_a_sentence_ends_where_it_is_written_or_after_so_many_words() -> None:
    reading = READER.read("one two three. four five")
    assert reading.sentence(0, 9) == 3
    assert reading.sentence(0, 2) == 2
    assert reading.sentence(3, 9) == 5


def test_a_book_is_judged_by_its_beginning() -> None:
    reading = READER.read("one green bottle. Two brown jugs. " * 300)
    assert len(reading.words) == 1000
    assert max(reading.text.starts) < 1000


def test_no_words_no_findings() -> None:
    assert READER.read("…").found == {}


def test_words_of_two_sentences_take_nothing_back() -> None:
    assert READER.read("I am so. Sorry for that").touches("rule", (3, 5))
    assert not Reader({}, {"no": ["so sorry"]}, language=ENGLISH).read("I am so. Sorry for that").touches("no", (3, 4))
