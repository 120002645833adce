"""Lines keep their width and their words, whatever is written on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.tui.lines import Line, cut, cut_at, fit, harmless, spread, width_of, wrap

TEXTS = st.lists(st.tuples(st.text(alphabet="ab 漢é\u00a0", max_size=12), st.sampled_from(["", "bold"])), max_size=5)


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def test_wrap_breaks_at_spaces() -> None:
    lines = wrap([("one two three", "")], 8)
    assert [plain(line) for line in lines] == ["one two", "three"]


def test_wrap_keeps_styles_within_a_word() -> None:
    assert wrap([("an apo", ""), ("logy", "bold")], 7) == [(("an", ""),), (("apo", ""), ("logy", "bold"))]


def test_wrap_breaks_a_word_that_is_too_long() -> None:
    assert [plain(line) for line in wrap([("see abcdefghij", "")], 4)] == ["see", "abcd", "efgh", "ij"]


def test_a_no_break_space_holds_together() -> None:
    assert [plain(line) for line in wrap([("call two\u00a0words", "")], 10)] == ["call", "two\u00a0words"]


def test_nothing_is_one_empty_line() -> None:
    assert wrap([], 10) == [()]


@given(TEXTS, st.integers(min_value=2, max_value=20))
def test_wrap_loses_no_letter_and_keeps_within_the_width(pieces: list[tuple[str, str]], width: int) -> None:
    lines = wrap(pieces, width)
    assert all(width_of(line) <= width for line in lines)
    assert "".join(plain(line) for line in lines).replace(" ", "") == "".join(text for text, _ in pieces).replace(" ", "")


def test_cut_ends_with_an_ellipsis() -> None:
    assert plain(cut((("abc", ""), ("def", "bold")), 5)) == "abcd…"
    assert cut((("abc", ""),), 3) == (("abc", ""),)
    assert cut((("abc", ""),), 0) == ()


@given(TEXTS, st.integers(min_value=0, max_value=20))
def test_cut_keeps_within_the_width(pieces: list[tuple[str, str]], width: int) -> None:
    assert width_of(cut(tuple(pieces), width)) <= width


def test_cut_at_never_gives_an_empty_start() -> None:
    assert cut_at((("漢字", ""),), 1) == ((("漢", ""),), (("字", ""),))


def test_spread_fills_the_line() -> None:
    assert plain(spread((("left", ""),), (("right", ""),), 12)) == "left   right"
    assert plain(spread((("long left", ""),), (("right", ""),), 12)) == "long … right"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain", "plain"),
        ("a\x1b[31mb\x07\x9b", "a[31mb"),
        ("\u202egnp.exe\u2069", "gnp.exe"),
        ("hold\u00a0on – 困った ❤\ufe0f", "hold\u00a0on – 困った ❤"),
        ("👍🏽 👩\u200d👩\u200d👧", "👍 👩👩👧"),
    ],
)
def test_nothing_harmful_is_left(text: str, left: str) -> None:
    assert harmless(text) == left


def test_what_is_measured_is_what_is_drawn() -> None:
    family = "👩\u200d👩\u200d👧"
    assert width_of(((family, ""),)) == width_of(((harmless(family), ""),)) == 6
    assert [plain(line) for line in wrap([(f"{family} {family}", "")], 8)] == [family, family]


@pytest.mark.parametrize("text", ["", "short", "exactly ten", "much longer than that", "困った困った困った", "ok 👍 great"])
def test_fit_is_always_as_wide_as_asked(text: str) -> None:
    for width in (0, 1, 5, 10, 30):
        assert width_of(fit(((text, "bold"),), width)) == width
