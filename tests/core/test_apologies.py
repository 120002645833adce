"""Apologies: for what?"""

import pytest

from companion.core.apologies import account, apologies
from companion.core.language.en import ENGLISH
from companion.core.reading import Hit, Reader

READER = Reader(
    {
        "sorry": ["[i am|we are] [so|very] sorry", "[i|we] apologize", "apologies"],
        "vague": ["inconvenience", "delay", "trouble", "wait"],
        "topic": ["order"],
        "misfortune": ["stolen"],
    },
    also=["sorry"],
    language=ENGLISH,
)


def graded(said: str, told: str = "") -> list[tuple[int, str]]:
    """The grade and words of each apology, the longest first."""
    reading = READER.read(said, [told.split()])
    hits = apologies(reading, [Hit(span, 1) for span in reading.spans("sorry")])
    return sorted({(hit.grade, reading.text.quote(hit.span)) for hit in hits}, key=lambda one: -len(one[1]))


@pytest.mark.parametrize(
    "said",
    [
        "I'm sorry we charged you twice",
        "I'm sorry that nobody rang you",
        "sorry your kettle leaks",
        "sorry dinner was cold",
        "sorry that dinner was cold",
        "sorry this has torn the curtain",
        "I apologise for losing your suitcase",
        "apologies about the torn curtain",
        "I'm sorry, Mr Baker, that your kettle leaks",
        "I'm sorry, sir, that your kettle leaks",
        "I'm sorry Robin we charged you twice",
        "sorry to hear that your kettle leaks on the carpet",
        "sorry it broke the mirror",
        "sorry about that kettle",
        "I am sorry for the trouble the leaking kettle caused",
        "sorry if we scratched the kettle",
    ],
)
def test_an_apology_that_names_what_went_wrong_is_full(said: str) -> None:
    assert graded(said, "my kettle leaks")[0][0] == 2


@pytest.mark.parametrize(
    "said",
    [
        "Sorry",
        "I'm so sorry about that",
        "I'm so sorry about that Robin",
        "sorry for the inconvenience",
        "apologies for the delay with your order",
        "sorry to hear that",
        "sorry to hear about the kettle",
        "sorry about this I have sent a kettle",
        "I'm very sorry. The kettle is on its way",
        "we apologize our kettle team is working on it",
        "we're sorry for the wait and the kettle is here",
        "I'm sorry for the delay we will send the kettle",
        "I'm sorry for the delay our kettle is here",
        "I'm sorry I will send a kettle",
        "sorry for the inconvenience please send the kettle",
        "sorry sir",
        "sorry Mrs",
        "sorry that kettle",
        "sorry when the kettle is here it leaks",
    ],
)
def test_an_apology_that_names_nothing_is_thin(said: str) -> None:
    assert graded(said)[0][0] == 1


@pytest.mark.parametrize("said", ["Sorry?", "that is on Monday sorry Tuesday", "is it this one sorry", "the blue one sorry yes"])
def test_sorry_that_mends_the_own_sentence_is_none(said: str) -> None:
    assert graded(said) == []


@pytest.mark.parametrize("said", ["oh right sorry about that", "the bus was late sorry we left", "It is blue. Sorry", "oh sorry"])
def test_a_bare_sorry_with_something_to_be_sorry_for_counts(said: str) -> None:
    assert graded(said)


def test_what_is_full_by_the_checklist_stays_full() -> None:
    reading = READER.read("sorry")
    assert apologies(reading, [Hit((0, 1), 2)]) == [Hit((0, 1), 2)]


def test_the_account_is_the_words_after_the_apology() -> None:
    reading = READER.read("sorry we broke the green lamp and went home")
    assert account(reading, (0, 1)) == (1, 6, False)
    assert account(READER.read("sorry to see the lamp"), (0, 1)) == (3, 5, True)


def test_sorry_to_hear_of_a_misfortune_is_sympathy() -> None:
    assert graded("I am so sorry to hear that", "my purse was stolen in the market") == []
    assert graded("I am so sorry we lost it", "my purse was stolen in the market") != []


def test_sorry_to_hear_of_what_the_company_did_is_an_apology() -> None:
    assert graded("I am so sorry to hear that", "your driver has stolen my purse") != []
    assert graded("I am so sorry to hear that", "the lamp came in pieces") != []
