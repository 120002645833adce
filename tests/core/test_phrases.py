"""Templates: their marks, their faults, and that nothing is multiplied out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.language.en import ENGLISH
from companion.core.phrases import Grammar, read
from companion.core.words import normal
from companion.errors import ChecklistError


def found(template: str, said: str, **lists: list[str]) -> list[str]:
    """What the template covers, the longest from each word on."""
    words = normal(said, language=ENGLISH).words
    return [
        " ".join(words[one.span[0] : one.span[1]])
        for one in Grammar(lists, {"rule": [template]}, language=ENGLISH).find(words)
        if one.name == "rule"
    ]


@pytest.mark.parametrize(
    ("template", "said", "hits"),
    [
        ("i am sorry", "Well, I'm sorry!", ["i am sorry"]),
        ("i am [so|very] sorry", "i am so sorry", ["i am so sorry"]),
        ("i am [so|very] sorry", "i am sorry", ["i am sorry"]),
        ("(thank you|thanks) for", "thanks for that", ["thanks for"]),
        ("(thank you|thanks) for", "thank you for that", ["thank you for"]),
        ("(a|[very] good) day", "a very good day", ["very good day", "good day"]),
        ("frustrat*", "how frustrating", ["frustrating"]),
        ("understand .. pain", "i understand all of your pain", ["understand all of your pain"]),
        ("understand .. pain", "i understand one two three four pain", []),
        ("understand ... pain", "i understand one two three four pain", ["understand one two three four pain"]),
        ("understand .. pain", "i understand but no pain", []),
        ("so [..] sorry", "so sorry", ["so sorry"]),
        ("within two days", "win two days off", []),
        ("i am sorry", "i am told he is sorry", []),
        ("[so] sorry", "so", []),
        ("room @figure", "room 12", ["room 12"]),
        ("room @figure", "room twelve", []),
    ],
)
def test_marks(template: str, said: str, hits: list[str]) -> None:
    assert found(template, said) == hits


def test_lists_are_read_like_words_and_may_use_others() -> None:
    lists = {"very": ["so", "very", "really"], "sorry": ["[<very>] sorry", "apologies"], "unused": ["x"]}
    assert found("<sorry> for", "really sorry for it, apologies for that", **lists) == ["really sorry for", "sorry for", "apologies for"]
    assert found("(<sorry>|[<very>] sad)", "very sad", **lists) == ["very sad", "sad"]


def test_lists_may_be_found_for_their_own_sake() -> None:
    words = normal("how very kind", language=ENGLISH).words
    names = {one.name for one in Grammar({"very": ["very"], "other": ["how"]}, {}, also=["very", "missing"], language=ENGLISH).find(words)}
    assert names == {"very"}


def test_a_word_spelled_nearly_so_counts_and_is_marked() -> None:
    (hit,) = Grammar({}, {"rule": ["we received your letter"]}, language=ENGLISH).find(
        normal("we recieved your letter", language=ENGLISH).words
    )
    assert (hit.span, hit.unlike) == ((0, 4), 1)


def test_a_misheard_word_counts_within_a_phrase_but_not_alone() -> None:
    grammar = Grammar({}, {"rule": ["i apologize for", "apologize"]}, misheard=["apologize"], language=ENGLISH)
    assert [hit.span for hit in grammar.find(("i", "a", "policy", "for", "you"))] == [(0, 4)]
    assert [hit.span for hit in grammar.find(("a", "policy", "is"))] == []


def test_a_small_word_misheard_inside_a_phrase_is_forgiven() -> None:
    assert found("would you like me to send", "would you like met to send") == ["would you like met to send"]
    assert found("would you like me to send", "would you like my to send") == []
    assert found("would you like me to send", "would you like moonlight to send") == []
    assert found("you like", "young like") == []


@pytest.mark.parametrize("template", ["(a|b", "[a", "a)", "a]", "a|b", "[]", "()", "", "um", "a (um|b)", "(a]"])
def test_faulty_templates_say_what_to_do(template: str) -> None:
    with pytest.raises(ChecklistError, match=r"template .*; (add|write|take|open)"):
        read(template, ENGLISH)


def test_empty_brackets_alone_hold_no_words() -> None:
    with pytest.raises(ChecklistError, match="holds no words"):
        read(" ", ENGLISH)


def test_an_unknown_list_and_a_circle_are_named() -> None:
    with pytest.raises(ChecklistError, match="rule: no list is called <b>"):
        Grammar({}, {"rule": ["a <b>"]}, language=ENGLISH)
    with pytest.raises(ChecklistError, match="list <a>: no list is called <c>"):
        Grammar({"a": ["<c>"]}, {"rule": ["<a>"]}, language=ENGLISH)
    with pytest.raises(ChecklistError, match="circle: a > b > a"):
        Grammar({"a": ["x <b>"], "b": ["y [<a>]"]}, {"rule": ["<a>"]}, language=ENGLISH)


def test_what_would_be_a_million_sentences_stays_small() -> None:
    template = " ".join(f"(a{n}x|b{n}x|c d{n}x) [e{n}x|f{n}x]" for n in "qrstuvwpklmn")
    said = " ".join(f"a{n}x e{n}x" for n in "qrstuvwpklmn")
    assert found(template, said) == [normal(said, language=ENGLISH).original]


@given(st.lists(st.sampled_from("i am so very sorry for the wait not but and".split()), max_size=14))
def test_a_hit_is_never_lost_by_words_before_or_after(words: list[str]) -> None:
    grammar = Grammar({}, {"rule": ["i am [so|very] sorry for"]}, language=ENGLISH)
    inside = [*words, "stop", "i", "am", "so", "sorry", "for", "stop", *words]
    start = len(words) + 1
    assert (start, start + 5) in [hit.span for hit in grammar.find(inside)]


def test_templates_that_begin_alike_share_their_beginning() -> None:
    templates = ["thank you", "thank you for waiting", "thank you", "[dear] thank you", "(thank|bless) you so"]
    grammar = Grammar({}, {"one": templates, "other": ["thank you for calling", "[so]"]}, language=ENGLISH)
    hits = {(hit.name, hit.span) for hit in grammar.find(normal("thank you for waiting", language=ENGLISH).words)}
    assert hits == {("one", (0, 4))}
    hits = {(hit.name, hit.span) for hit in grammar.find(normal("so thank you for calling", language=ENGLISH).words)}
    assert hits == {("one", (1, 3)), ("other", (0, 1)), ("other", (1, 5))}


def test_gaps_that_meet_are_walked_once_and_the_exact_words_win() -> None:
    grammar = Grammar(
        {"calm": ["calm", "quiet"], "still": ["quite"]}, {"rule": ["be .. .. <calm>", "be .. .. <still> now"]}, language=ENGLISH
    )
    hits = [(hit.name, hit.span, hit.unlike) for hit in grammar.find(normal("be very very quite calm calm now", language=ENGLISH).words)]
    assert ("rule", (0, 5), 0) in hits or ("rule", (0, 4), 0) in hits


def test_too_many_unlike_words_are_no_phrase() -> None:
    grammar = Grammar({}, {"rule": ["received refund complaint supervisor"]}, language=ENGLISH)
    assert grammar.find(normal("received refund complaint supervisor", language=ENGLISH).words)
    assert grammar.find(normal("recieved refnd complant supervisor", language=ENGLISH).words)
    assert not grammar.find(normal("recieved refnd complant superviser", language=ENGLISH).words)
