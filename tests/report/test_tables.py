"""The report in a terminal."""

from companion.report.report import report
from companion.report.tables import drawn
from tests.report.week import digest, week


def test_it_fits_80_columns_and_says_all_without_colour() -> None:
    text = drawn(report(week(15), "agent"), width=80, colour=False)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text.split("What the heat did next")[0]
    for words in ("15 calls: too few", "2 Saw the feeling", "6 of 12", "█▁ ▁█", "Hides behind policy", "Listed by name, never by result"):
        assert words in text
    rows = text.split("By agent")[1].split("upset:")[0].splitlines()
    assert [row.split()[0] for row in rows if row.startswith(("dan", "maria", "noor"))] == ["dan", "maria", "noor"]
    assert "companion replay c-1.jsonl --from 01:15" in text


def test_44_columns_hold_whole_figures_and_fewer_of_them() -> None:
    text = drawn(report(week(15), "agent"), width=44, colour=False)
    lines = [line for line in text.splitlines() if "companion replay" not in line]
    assert max(map(len, lines)) <= 44
    assert "…" not in text.split("Worth listening to")[0].replace("answers with …", "")
    assert "6 of 12" in text
    assert "█▁ ▁█" not in text


def test_colour_is_for_terminals() -> None:
    assert "\x1b[1mSteps\x1b[0m" in drawn(report(week(5)), width=100, colour=True)


def test_lines_stay_readable_in_a_wide_terminal() -> None:
    assert max(map(len, drawn(report(week(15), "agent"), width=240, colour=False).splitlines())) <= 100


def test_words_are_never_markup() -> None:
    quoted = digest("1 customer: i am furious\n6 agent: [red]no[/red]\n9 customer: it is terrible and ridiculous\n14 end")
    assert "“[red]no[/red]”" in drawn(report([quoted]), width=80, colour=False)


def test_an_empty_call_has_its_tables_too() -> None:
    text = drawn(report([digest("1 end")]), width=20, colour=False)
    assert "Prompts" not in text
    assert "Worth listening to" not in text
