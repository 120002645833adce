"""The transcript: sides, partials, marked words, and looking back."""

from typing import Any

from companion.tui.widgets.transcript import LONGEST, Transcript


def test_agent_left_customer_right(calls: Any) -> None:
    assert calls.plain(Transcript().lines(calls.taken(*calls.opening().records), 60, 10)) == [
        "00:03 A▸ good afternoon you are through to support",
        "         my name is dana how can i help",
        "00:09           hello yes my router has been dropping out ◂C",
        "                every evening for two weeks now",
    ]


def test_a_high_one_has_air_between(calls: Any) -> None:
    lines = calls.plain(Transcript().lines(calls.taken(*calls.opening().records), 60, 20))
    assert lines[2] == ""


def test_a_narrow_column_indents(calls: Any) -> None:
    lines = calls.plain(Transcript().lines(calls.taken(*calls.opening().records), 40, 10))
    assert lines[0] == "A▸ good afternoon you are through to"
    assert lines[1:5] == [
        "   support my name is dana how can i",
        "   help",
        "  C▸ hello yes my router has been",
        "     dropping out every evening for two",
    ]


def test_the_words_that_ticked_are_marked_with_the_steps_number(calls: Any) -> None:
    lines = Transcript().lines(calls.taken(*calls.settled().records), 100, 40)
    said = next(line for line in lines if "engineer" in calls.plain([line])[0] and "send" in calls.plain([line])[0])
    assert ("router", "bold underline $good") in said
    assert ("send", "") in said
    assert ("\u00a05\u00a0", "bold $chip on $chip-back") in said


def test_what_meets_a_step_again_is_only_underlined(calls: Any) -> None:
    book = calls.opening().say(15, "agent", "so sorry").hears("apologized", 2, "so sorry").say(20, "agent", "yes really sorry")
    book.update(calls.StepHeard(step="apologized", utterance=3, grade=1, score=100, evidence=book.evidence("really sorry")))
    glimpse = calls.glimpse(book, "agent", "sorry again", {"apologized": "sorry"})
    lines = Transcript().lines(calls.taken(*book.records, glimpse), 100, 12)
    assert calls.plain(lines)[-3:] == ["00:15 A▸ so sorry  4", "00:20 A▸ yes really sorry", "  ··· A▸ sorry again …"]
    assert ("sorry", "underline") in lines[-2]


def test_where_evidence_overlaps_the_tick_stands_out_before_the_flag(calls: Any) -> None:
    book = calls.opening().say(15, "agent", "so sorry but").hears("thanked", 1, "so sorry but").hears("apologized", 1, "so sorry")
    book.flags("argue", "sorry but")
    line = Transcript().lines(calls.taken(*book.records), 100, 12)[-1]
    styles = {text: style for text, style in line}
    assert (styles["so"], styles["sorry"], styles["but"]) == ("bold underline $good", "bold underline $good", "bold underline $warm")


def test_a_flag_on_all_that_was_said_marks_no_words(calls: Any) -> None:
    book = calls.opening().say(15, "agent", "okay hold on").flags("argue", "okay hold on")
    lines = Transcript().lines(calls.taken(*book.records), 100, 12)
    assert calls.plain(lines)[-1] == "00:15 A▸ okay hold on ⚠ arguing"
    assert ("okay", "") in lines[-1]


def test_the_customers_words_that_a_step_goes_back_to_are_underlined(calls: Any) -> None:
    book = calls.opening().say(15, "agent", "it drops out every evening")
    echoed = calls.Evidence(1, 9, 42, "my router has been dropping out e")
    book.update(calls.StepHeard(step="paraphrased", utterance=2, grade=2, score=100, evidence=(echoed,)))
    lines = Transcript().lines(calls.taken(*book.records), 100, 40)
    assert ("router", "underline") in [piece for line in lines for piece in line]


def test_flags_stand_behind_the_words_that_raised_them(calls: Any) -> None:
    lines = Transcript().lines(calls.taken(*calls.heated().records), 100, 40)
    text = "\n".join(calls.plain(lines))
    assert "tuesday ⚠ arguing" in text
    assert text.endswith("⚑ wants a supervisor")
    assert ("⚑\u00a0wants\u00a0a\u00a0supervisor", "bold $hot") in [piece for line in lines for piece in line]


def test_a_partial_is_dim_and_its_marks_are_tentative(calls: Any) -> None:
    book = calls.heated()
    glimpse = calls.glimpse(book, "agent", "calm down i am sorry for", {"apologized": "i am sorry"}, {"argue": "calm down"})
    lines = Transcript().lines(calls.taken(*book.records, glimpse), 100, 40)
    assert calls.plain(lines)[-1] == "  ··· A▸ calm down i am sorry  4  for … ⚠ arguing …"
    assert ("for", "italic $quiet") in lines[-1]
    assert ("\u00a04\u00a0", "bold reverse $warm") in lines[-1]


def test_a_step_and_a_flag_that_the_checklist_does_not_name(calls: Any) -> None:
    book = calls.opening()
    glimpse = calls.glimpse(book, "agent", "la la", {"sang": "la"}, {"sings_loudly": "la"})
    book.say(15, "agent", "well well")
    book.hears("sighed", 1, "well").flags("moans_a_lot", "well")
    lines = calls.plain(Transcript().lines(calls.taken(*book.records, glimpse), 100, 40))
    assert lines[-3:] == ["00:15 A▸ well well ⚠ moans a lot", "", "  ··· A▸ la la … ⚠ sings loudly …"]


def test_a_flag_carries_its_own_speakers_mark(calls: Any) -> None:
    book = calls.opening().flags("argue", "my router")
    glimpse = calls.glimpse(book, "customer", "what", {}, {"argue": "what"})
    text = "\n".join(calls.plain(Transcript().lines(calls.taken(*book.records, glimpse), 100, 40)))
    assert "⚠ arguing" in text
    assert "⚠ arguing …" in text
    assert "⚑" not in text


def test_customers_text_is_never_markup(calls: Any) -> None:
    book = calls.opening().say(15, "customer", "[bold red]i[/] am [link=x]angry")
    assert "[bold red]i[/] am [link=x]angry ◂C" in calls.plain(Transcript().lines(calls.taken(*book.records), 100, 40))[-1]


def test_a_very_long_text_is_cut(calls: Any) -> None:
    book = calls.opening().say(15, "customer", "x" * 100_000)
    lines = calls.plain(Transcript().lines(calls.taken(*book.records), 100, 400))
    assert sum(line.count("x") for line in lines) == LONGEST
    assert lines[-1].strip().endswith("…")


def test_the_newest_words_are_at_the_bottom_until_one_looks_back(calls: Any) -> None:
    snapshot = calls.taken(*calls.settled().records)
    transcript = Transcript()
    newest = calls.plain(transcript.lines(snapshot, 60, 6))
    assert newest[-1].strip().endswith("for your patience")
    transcript.scroll_back(4)
    back = calls.plain(transcript.lines(snapshot, 60, 6))
    assert back[-2:] == newest[:2]
    assert transcript.title(snapshot) == "transcript – 4 lines back, page down returns"
    transcript.scroll_back(900)
    oldest = calls.plain(transcript.lines(snapshot, 60, 6))
    assert oldest[0].startswith("00:03 A▸ good afternoon")
    transcript.scroll_back(-900)
    assert calls.plain(transcript.lines(snapshot, 60, 6)) == newest
    assert transcript.title(snapshot) == "transcript"
