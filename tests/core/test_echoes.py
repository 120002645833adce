"""Paraphrase: the customer's own words given back."""

import pytest

from companion.core.echoes import LISTS, echoes
from companion.core.language.en import ENGLISH
from companion.core.reading import Hit, Reader

READER = Reader(
    {
        "back_cue": ["do you mean", "you mean"],
        "back_full": ["so (you|it) (have|are|is)", "if i understand"],
        "sums_up": ["that is now (two|three) calls"],
        "got_it": ["got it"],
        "explains": ["because"],
        "general": ["is", "are"],
        "went_wrong": ["wrong", "cracked", "it will not", "nothing"],
        "slight": ["nothing"],
        "of_us": ["i", "will"],
        "back_maybe": ["i see that"],
        "about_you": ["your ..", "you"],
        "begins_you": ["they"],
        "sorry": ["sorry"],
        "no_apology": ["sorry but"],
        "tag": ["correct", "right", "is that right"],
        "glad_that": ["glad it works"],
        "turns_away": ["please", "you can"],
        "supposes": ["if", "did", "when"],
        "vague": ["issue", "problem"],
        "topic": ["order"],
        "news": ["has been booked"],
        "befell": ["you (waited|were told)"],
        "weighs": ["(a joke|awful)"],
        "so_wrong": ["so the ... gone"],
        "grievance": ["leaks", "cracked"],
        "asking": ["whose"],
    },
    also=LISTS,
    language=ENGLISH,
)
TOLD = "my kettle leaks on the carpet and the lid is cracked since sunday about order seven and i rang three times".split()


def grade(said: str) -> int:
    reading = READER.read(said, [TOLD])
    return max((hit.grade for hit in echoes(reading, [])), default=0)


@pytest.mark.parametrize(
    "said",
    [
        "so you have a leaking kettle",
        "if I understand, the thing drips everywhere",
        "your kettle is leaking",
        "you leaks kettle",
        "do you mean the lid of the kettle",
        "sorry your kettle leaks",
        "The kettle drips, is that right?",
        "See. They crack the lid.",
        "They crack the lid.",
        "Good. The kettle drips, correct? Then we go on.",
        "I see that the lid leaks",
    ],
)
def test_the_case_named_is_full(said: str) -> None:
    assert grade(said) == 2


@pytest.mark.parametrize(
    "said",
    [
        "you mean the lid",
        "the lid do you mean",
        "do you mean the toaster",
        "sorry about the kettle",
        "sorry to hear the kettle leaks",
        "glad it works",
        "I see that the lid goes",
        "I see that order is here",
        "the lid, got it",
    ],
)
def test_a_part_of_it_is_thin(said: str) -> None:
    assert grade(said) == 1


@pytest.mark.parametrize(
    "said",
    [
        "I understand",
        "what do you mean the lid",
        "so you have a problem",
        "if you boil the kettle on the carpet",
        "did you boil the kettle on the carpet",
        "I see that please boil the kettle",
        "you can boil the kettle on the carpet",
        "your kettle comes with a cable, a manual and a warranty",
        "sorry but the kettle leaks",
        "sorry",
        "order seven, correct?",
        "so you have eighty one double nine twelve",
        "correct",
        "the kettle is all right",
        "is the kettle right here",
        "the toaster drips, correct?",
        "see they crack the lid",
        "I see. That lid",
        "when I see that kettle",
        "so it is a gasket because of wear",
        "The gasket has worn. So it is gone because of wear.",
        "See. The warranty lasts years so you are insured.",
        "A kettle with a lid on the carpet is normal",
        "you can find the kettle, the lid and the carpet",
        "Got it. The lid.",
        "I bought three wrong lids",
        "the wrong lid at three then",
        "a wrong lid, three",
        "a wrong lid, three two then",
        "a wrong lid, eighty three then",
        "four wrong lids bought",
        "three lids bought",
        "wrong lid",
        "the lid of the kettle",
        "wrong manual, plug, socket, fuse, cable and a kettle lid",
        "the gasket got it",
        "the lid got it on",
        "that in the end they gave us for the long old way home was the lid, got it",
    ],
)
def test_anything_else_is_no_paraphrase(said: str) -> None:
    assert grade(said) == 0


@pytest.mark.parametrize(
    "said",
    [
        "A lid cracked, a kettle on the carpet.",
        "three wrong lids bought",
        "a wrong lid on Sunday",
        "wrong kettle, wrong lid",
        "that is now three calls about one kettle",
        "so it is the kettle because the lid is cracked",
        "The warranty lasts years so you are without a lid and a kettle.",
        "Can you hold? A kettle, a lid, and they leak.",
    ],
)
def test_a_list_or_a_sum_of_what_happened_is_full(said: str) -> None:
    assert grade(said) == 2


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("you waited about with that kettle", 2),
        ("and you were told about the lid and the kettle", 2),
        ("my cousin says you were told about the lid", 0),
        ("So the gasket and the plug have gone.", 1),
        ("I think so the gasket and the plug have gone.", 0),
        ("a kettle and a lid, awful", 2),
        ("A joke. The kettle.", 0),
        ("awful kettle", 0),
        ("awful, a kettle and a lid has been booked", 0),
        ("your kettle leaks as the lid has been booked", 0),
        ("a kettle, a lid, a carpet has been booked", 0),
        ("your kettle leaks because of wear", 0),
        ("wrong kettle there then", 1),
        ("a wrong kettle there at ten", 0),
        ("sorry i left the kettle on", 0),
        ("it will not go on the carpet", 1),
        ("will go wrong on the carpet", 0),
        ("nothing here about kettles", 0),
        ("wrong kettle, nothing there", 1),
        ("So the gasket will not have gone", 0),
        ("So the gasket you can lift has gone", 0),
        ("so it is leaking", 2),
        ("if i understand the lid", 2),
    ],
)
def test_what_befell_the_customer_is_told_or_called_bad(said: str, expected: int) -> None:
    assert grade(said) == expected


@pytest.mark.parametrize(
    ("told", "said", "expected"),
    [
        ("there is somebody in my kettle and it leaks", "There's somebody in your kettle? Now?", 1),
        ("the kettle leaks and cracked the lid", "The kettle leaks, and the lid? Goodness.", 2),
        ("it leaks but i asked for the order on sunday", "On Sunday?", 1),
        ("it leaks and i want my order seven", "Order seven?", 0),
        ("it leaks and i want four lids", "Three lids?", 0),
        ("leaks the lid", "The lid?", 0),
        ("it leaks and i want a lid", "What, a lid?", 1),
        ("it leaks and i want a lid", "If a lid?", 1),
        ("it leaks and i want a lid", "A lid please?", 0),
        ("it leaks and i want a lid", "Whose is it, a lid?", 0),
        ("it leaks and i want a lid", "A lid.", 0),
        ("it leaks and i want a lid", "Do or die at any of these as they are, a lid?", 0),
        ("it is fine and i want a lid", "A lid?", 0),
        ("my kettle and my lid and my carpet are here", "your kettle and lid and carpet", 0),
        ("my kettle and my lid and my carpet are here", "a kettle and a lid, awful", 0),
        ("my kettle and my lid and my carpet are here", "you waited for a kettle", 0),
    ],
)
def test_the_customers_last_words_are_taken_up_where_something_went_wrong(told: str, said: str, expected: int) -> None:
    reading = READER.read(said, [told.split()])
    assert max((hit.grade for hit in echoes(reading, [])), default=0) == expected


def test_a_new_sentence_supposes_nothing() -> None:
    assert grade("See when. Your kettle leaks.") == 2


@pytest.mark.parametrize("told", [[], ["hello good morning".split()]])
def test_before_the_customer_has_told_anything_nothing_is_given_back(told: list[list[str]]) -> None:
    reading = READER.read("so you have a leaking kettle", told)
    assert echoes(reading, [Hit((0, 1), 1)]) == []


def test_what_the_templates_found_stays() -> None:
    assert Hit((0, 1), 1) in echoes(READER.read("yes", [TOLD]), [Hit((0, 1), 1)])
