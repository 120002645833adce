"""Times: promised by us, or only named."""

import pytest

from companion.core.language.en import ENGLISH
from companion.core.reading import Hit, Reader
from companion.core.times import LISTS, times

READER = Reader(
    {
        "will": ["will", "going to", "allow", "take*"],
        "past": ["was", "did", "last", "was taken"],
        "asks_when": ["how long"],
        "no_answer": ["nobody"],
        "asks": ["can you", "when did"],
        "fact": ["open"],
        "no_time": ["day today", "one moment please"],
        "soon": ["as soon as (we|i)"],
    },
    also=LISTS,
    language=ENGLISH,
)


def heard(said: str) -> list[tuple[int, str]]:
    """The grade and words of each time promised."""
    reading = READER.read(said)
    return [(hit.grade, reading.text.quote(hit.span)) for hit in times(reading, [])]


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("it will be there within 3-5 business days", "within 3-5 business days"),
        ("it will be there in twenty four to forty eight hours", "in twenty four to forty eight hours"),
        ("I will call you by Friday at noon", "by Friday at noon"),
        ("I will call you tomorrow morning", "tomorrow morning"),
        ("we are going to ring at half past three", "at half past three"),
        ("your card will come on the 4th of March", "on the 4th of March"),
        ("please allow 48 hours", "48 hours"),
        ("it takes two weeks", "two weeks"),
        ("by the end of the month you will have it", "by the end of the month"),
        ("she will be with you in half an hour", "in half an hour"),
        ("we will have it by 4pm", "by 4pm"),
        ("it will come within a week", "within a week"),
        ("he will come between 8 and 12", "between 8 and 12"),
        ("you will get it next Tuesday", "next Tuesday"),
    ],
)
def test_a_time_that_is_named_is_full(said: str, time: str) -> None:
    assert (2, time) in heard(said)


@pytest.mark.parametrize(
    "said",
    [
        "we will call you shortly",
        "it will be a few minutes",
        "I will ring as soon as I know",
        "we will send it in a couple of days",
        "it will take a while in a bit",
    ],
)
def test_a_vague_time_is_thin(said: str) -> None:
    assert [grade for grade, _ in heard(said)] == [1]


@pytest.mark.parametrize(
    "said",
    [
        "on Monday",
        "it was sent on Monday",
        "we will see when did it come on Monday",
        "we are open until five on Sunday",
        "have a lovely day today and I will see you",
        "one moment please I will look",
        "it will not work after 10 minutes",
        "that will have been two days ago",
        "can you call on Monday",
        "the team in your town will know this",
    ],
)
def test_a_time_of_something_else_is_none(said: str) -> None:
    assert heard(said) == []


def test_an_exact_time_takes_the_place_of_the_vague_one_in_it() -> None:
    assert heard("it will come within a few hours by Friday") == [(2, "by Friday"), (1, "within a few hours")]
    assert [grade for grade, _ in heard("we will ring tomorrow, as soon as we know")] == [2, 1]


def test_the_checklists_own_phrases_stand() -> None:
    own = Hit((0, 1), 1)
    assert times(READER.read("hello"), [own]) == [own]


def test_vague_words_inside_an_exact_time_are_not_counted_twice() -> None:
    reader = Reader({"will": ["will"], "soon": ["friday"]}, also=LISTS, language=ENGLISH)
    reading = reader.read("it will come on Friday")
    assert [hit.grade for hit in times(reading, [])] == [2]


def test_what_was_done_is_no_promise() -> None:
    assert heard("it was taken on Monday") == []


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("about an hour", True),
        ("about an hour or so. Is that all right?", True),
        ("is an hour fine?", False),
        ("nobody works on Monday", False),
    ],
)
def test_a_bare_time_answers_who_asked_for_one(said: str, answers: bool) -> None:
    assert bool(times(READER.read(said, [("how", "long")]), [])) == answers
    assert not times(READER.read("an hour " + " ".join("abcdefghjklnopqrstvwz"), [("how", "long")]), [])
