"""The normal form: what changes nothing, and what keeps its characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core import words
from companion.core.language.en import ENGLISH
from companion.core.words import normal


@pytest.mark.parametrize(
    ("said", "also"),
    [
        ("I'm sorry", "i am sorry"),
        ("I’M SORRY!!", "i am sorry"),
        ("im so sorry", "i am so sorry"),
        ("we'll call u asap", "we will call you as soon as possible"),
        ("we're gonna, um, we're gonna fix it", "we are going to fix it"),
        ("i m sorry it s late", "i am sorry it is late"),
        ("i don t know, won t pay and can t wait", "i do not know will not pay and can not wait"),
        ("I can't. I shan't. It ain't.", "i can not i shall not it is not"),
        ("he isn't here", "he is not here"),
        ("it is, you know, broken", "it is broken"),
        ("let me know if you know", "let me know if you know"),
        ("you know that", "that"),
        ("apologise, organising, realised", "apologize organizing realized"),
        ("the colour of your neighbour", "the color of your neighbor"),
        ("the customer's bill, John's", "the customer bill john"),
        ("that's what's wrong", "that is what is wrong"),
        ("sooo sorry, whyyyy", "so sorry why"),
        ("i i i am am sorry", "i am sorry"),
        ("it's it's late", "it is late"),
        ("over there. There is one", "over there there is one"),
        ("9am, 3-5 days", "9 am 3 5 days"),
        ("22 22", "22 22"),
        ("see https://a.example/b?c and www.x.org @bob <url> ^JRA ok", "see and okay"),
        ("order <number> <name>", "order 0"),
        ("Uh oh!", "uhoh"),
        ("we could of course refund you", "we could of course refund you"),
        ("rock'n'roll", "rocknroll"),
        ("what the f*** is this b*****ks", "what the fuck is this bollocks"),
        ("F**king sh*t, f*ing d***!", "fucking shit fucking damn"),
        ("an A**, three A*s, s*t.pdf and s**t", "an a three a s t pdf and shit"),
        ("Mr J**** has t*e **bold** key 5*2, M*A*S*H", "mr j has t e bold key 5 2 m a s h"),
        ("", ""),
        ("?!…", ""),
    ],
)
def test_one_normal_form(said: str, also: str) -> None:
    assert " ".join(normal(said, language=ENGLISH).words) == also


def test_words_keep_their_characters() -> None:
    text = normal("Oh – I'm sorry, we'll call.", language=ENGLISH)
    assert text.words == ("oh", "i", "am", "sorry", "we", "will", "call")
    assert [text.quote((at, at + 1)) for at in range(7)] == ["Oh", "I'm", "I'm", "sorry", "we'll", "we'll", "call"]
    assert text.quote((1, 4)) == "I'm sorry"
    assert text.characters((0, 1)) == (0, 2)


@pytest.mark.parametrize(
    ("said", "starts"),
    [
        ("so sorry. what happened", {2}),
        ("so sorry! What", {2}),
        ("one\ntwo", {1}),
        ("one, two – three", set()),
        ("it costs 3.50 today", set()),
        ("(So sorry.) What", {2}),
        ("the end.", set()),
        ("?! the beginning", set()),
    ],
)
def test_sentences_begin_where_it_is_written(said: str, starts: set[int]) -> None:
    assert normal(said, language=ENGLISH).starts == starts


def test_what_was_spelled_once_is_forgotten_before_it_fills_the_memory() -> None:
    assert words._spelled.cache_info().maxsize == 50_000


@given(st.text())
def test_any_text_has_words_in_order_within_it(text: str) -> None:
    read = normal(text, language=ENGLISH)
    assert len(read.words) == len(read.spans)
    assert all(word == word.strip() and word for word in read.words)
    assert all(0 <= start < end <= len(text) for start, end in read.spans)
    assert list(read.spans) == sorted(read.spans)


@given(
    st.lists(st.sampled_from(["sorry", "I'm", "late", "3", "don't", "we"]), max_size=8), st.sampled_from([", ", "; ", " – ", "  ", ": "])
)
def test_punctuation_and_case_change_no_word(said: list[str], between: str) -> None:
    assert normal(between.join(said).upper(), language=ENGLISH).words == normal(" ".join(said), language=ENGLISH).words
