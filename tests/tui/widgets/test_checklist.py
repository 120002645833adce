"""The checklist: each step in its place, whatever happens to it."""

from typing import Any

from msgspec.structs import replace

from companion.tui.widgets.checklist import Steps


def heated(calls: Any) -> Any:
    book = calls.heated()
    words = "so sorry that you lost that meeting"
    glimpse = calls.glimpse(book, "agent", f"i am {words} and", {"apologized": words})
    return calls.taken(*book.records, glimpse, now=56.4)


def test_one_line_a_step_with_its_words_where_it_is_wide(calls: Any) -> None:
    assert calls.plain(Steps().lines(heated(calls), 78, 6)) == [
        " 1 ● heard fully              “because of this thing”                    00:40",
        " 2 ○ paraphrased                                                      due 0:07",
        " 3 ! acknowledged feelings                                        overdue 0:05",
        " 4 ◌ apologized               “so sorry that you lost that meetin…   hearing …",
        " 5 ○ offered choices",
        " 6 ○ gave a timeline",
    ]


def test_two_lines_a_step_where_it_is_high(calls: Any) -> None:
    lines = calls.plain(Steps().lines(heated(calls), 40, 20))
    assert lines[:2] == [" 1 ● heard fully                   00:40", "     “because of this thing”"]
    assert lines[2:4] == [" 2 ○ paraphrased                due 0:07", ""]
    assert lines[12:] == ["   ○ took ownership", "   ○ thanked"]


def test_six_lines_are_enough(calls: Any) -> None:
    lines = calls.plain(Steps().lines(heated(calls), 42, 6))
    assert [line[1] for line in lines] == list("123456")


def test_the_cursor_is_seen_where_there_are_more_steps_than_lines(calls: Any) -> None:
    lines = Steps().lines(replace(heated(calls), cursor=7), 42, 6)
    assert calls.plain(lines)[-1] == "›  ○ thanked"
    assert all("on $cursor" in style for _, style in lines[-1])


def test_a_step_that_presses_stands_out(calls: Any) -> None:
    line = Steps().lines(heated(calls), 42, 6)[1]
    assert line[-1] == ("due 0:07", "bold $warm")


def test_before_the_call_there_is_nothing(calls: Any) -> None:
    assert Steps().lines(calls.taken(), 42, 6) == []
    assert Steps().title(calls.taken()) == "checklist"
