"""A call's records, folded: the golden calls, made anew."""

from datetime import timedelta
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from companion.core.events import CallStarted, Introduced
from companion.core.record import Record, Unknown
from companion.core.updates import CallClosed
from companion.report.digest import Move
from companion.report.folding import Folding, folded, moment, plain
from companion.report.followups import followups, listed, ordered
from companion.report.report import report
from companion.report.tables import drawn
from tests.report.promised import NOW
from tests.report.week import digest, records


def test_a_step_that_came_late_says_by_how_much_and_by_which_words() -> None:
    steps = {step.id: step for step in digest("chat").steps}
    assert (steps["apologized"].state, steps["apologized"].late, steps["apologized"].at) == ("done", 4.0, 44_000)
    assert steps["apologized"].words == "sorry"
    assert (steps["feelings"].state, steps["feelings"].late) == ("missed", None)
    assert (steps["choices"].late, steps["choices"].words) == (None, "or we can … would you prefer")


def test_what_a_person_ticked_has_no_words() -> None:
    steps = {step.id: step for step in digest("harm").steps}
    assert (steps["feelings"].state, steps["feelings"].by_hand, steps["feelings"].words) == ("done", True, "")
    assert not steps["heard"].by_hand


def test_a_move_is_the_heat_over_one_answer() -> None:
    moves = digest("furious").moves
    assert moves[0] == Move(at=15_900, utterance=3, before=82, after=96, causes=(("step", "heard"), ("flag", "policy")), answer=2)
    assert [(move.before, move.after) for move in moves] == [(82, 96), (96, 82), (82, 66), (66, 21)]


def test_a_greeting_moves_nothing() -> None:
    assert digest("1 agent: hello\n3 customer: i am furious\n9 end").moves == ()
    assert digest("1 customer: i am furious\n5 customer: it is ridiculous\n9 end").moves == ()


def test_prompts_have_their_titles_and_what_became_of_them() -> None:
    prompts = {prompt.kind: prompt for prompt in digest("chat").prompts}
    assert (prompts["step:feelings"].title, prompts["step:feelings"].outcome) == ("Saw the feeling", "expired")
    assert prompts["flag:leaving"].outcome == "overridden"
    assert digest("furious").prompts[1].title == "Offer the supervisor: it is no defeat"


def test_who_took_the_call_and_when_it_began() -> None:
    call = digest("paused", began="2026-11-16T09:00:00+01:00", who=Introduced(agent="dan\x1b[2J", team="billing", customer="Ada"))
    assert (call.agent, call.team, call.customer) == ("dan [2J", "billing", "Ada")
    assert call.began is not None
    assert call.began.utcoffset() == timedelta(hours=1)
    assert [moment("tomorrow"), moment("0001-01-01"), moment(None)] == [None, None, None]


def test_a_call_that_was_cut_off_gives_a_digest_too() -> None:
    kept = records("furious")
    call = folded(kept[: len(kept) // 2])[0].digest()
    assert not call.whole
    assert (call.start, call.peak, call.share) == (82, 96, None)
    assert Folding().digest().said == ()


def test_a_checklist_of_another_version_leaves_ids_for_titles() -> None:
    first, *rest = records("furious")
    assert isinstance(first.event, CallStarted)
    newer = replace(first, event=replace(first.event, checklist={"new": True}))
    strange = Record(call="c-1", seq=99, at=99_000, event=Unknown({"type": "later"}))
    call = folded([newer, *rest, strange])[0].digest()
    assert {flag.title for flag in call.flags} == {"leaving", "policy", "supervisor", "fix first"}
    assert [step.title for step in call.steps][:2] == ["heard", "feelings"]
    assert call.duration == 99.0


def test_calls_in_one_journal_are_told_apart() -> None:
    mixed = chain(*zip(records("chat", "a"), records("chat", "b"), strict=True))
    calls = [folding.digest() for folding in folded(mixed)]
    assert [(call.call, call.shared, call.peak) for call in calls] == [("a", True, 70), ("b", True, 70)]
    assert not digest("chat").shared


def test_a_summary_of_another_version_is_let_pass() -> None:
    *kept, last = records("furious")
    for strange in ({"heat": [1, 2], "talk": {"share": "half"}, "well": 3}, {"heat": {"start": None}}):
        call = folded([*kept, replace(last, update=CallClosed(summary=strange))])[0].digest()
        assert (call.start, call.end, call.share) == (82, 21, None)


KEPT = [record for script in ("furious", "chat", "harm") for record in records(script)]


@given(st.lists(st.sampled_from(KEPT), max_size=60))
def test_whatever_of_a_journal_is_left_can_be_reported_on(some: list[Record]) -> None:
    calls = [folding.digest() for folding in folded(some)]
    if calls:
        assert drawn(report(calls, "agent"), width=80, colour=False)
        assert listed(ordered(followups(calls), NOW), NOW)


def test_texts_command_nothing() -> None:
    assert plain("a\x1b[31m\u2028b\nc") == "a [31m b c"
    assert plain("a\nb", lines=True) == "a\nb"
