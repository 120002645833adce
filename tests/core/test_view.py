"""A view is folded from records alone; what it shows follows from them, whatever comes."""

from typing import Any

import pytest

from companion.core import events, updates
from companion.core.checklist import Checklist, Flag, Step, When, by_value
from companion.core.record import Record, Unknown
from companion.core.updates import Evidence
from companion.core.view import KEPT, POINTS, ROWS, CallView

CHECKLIST = Checklist(
    id="tiny",
    title="tiny call",
    flags=(Flag(id="legal_threat", title="mentions a lawyer", speaker="customer", serious=True),),
    steps=(
        Step(id="greeted", title="greeted", why="manners", due=20),
        Step(id="apologized", title="apologized", due=30, when=When(heat=40)),
        Step(id="escalated", title="named a supervisor", when=When(flags=("legal_threat",))),
        Step(id="timed", title="gave a time", due=10, when=When(steps=("apologized",))),
        Step(id="thanked", title="thanked", key=False, when=When(solution=True)),
    ),
)


def started(checklist: Any = None) -> events.CallStarted:
    return events.CallStarted(
        began="2026-11-20T10:00:00Z",
        source="test",
        timed=True,
        speech="starter",
        companion="0",
        rapidfuzz="0",
        checklist=by_value(CHECKLIST) if checklist is None else checklist,
        digest="",
    )


def folded(*happened: tuple[int, object], view: CallView | None = None) -> CallView:
    """The view after events and updates, each with its time in seconds."""
    view = view or CallView().fold(Record(call="7", seq=0, at=0, event=started()))
    for at, what in happened:
        side = "update" if isinstance(what, updates.Update) else "event"
        view = view.fold(Record(call="7", seq=0, at=at * 1000, **{side: what}))
    return view


def said(speaker: events.Channel, text: str = "we are so sorry", start: float = 1.0, end: float = 3.0) -> events.Utterance:
    return events.Utterance(speaker=speaker, text=text, start=start, end=end)


def heard(step: str, utterance: int = 0, *evidence: Evidence, grade: int = 2) -> updates.StepHeard:
    return updates.StepHeard(step=step, utterance=utterance, grade=grade, score=90, evidence=evidence)


def changed(step: str, state: events.StepState, grade: int = 0, because: str = "said") -> updates.StepChanged:
    return updates.StepChanged(step=step, state=state, grade=grade, because=because)


SORRY = Evidence(0, 7, 15, "so sorry")


class TestStart:
    def test_takes_titles_and_numbers_from_the_records_own_checklist(self) -> None:
        view = folded()
        assert (view.call, view.source, view.speech, view.began) == ("7", "test", "starter", "2026-11-20T10:00:00Z")
        assert [(step.title, step.number) for step in view.steps] == [
            ("greeted", 1),
            ("apologized", 2),
            ("named a supervisor", 3),
            ("gave a time", 4),
            ("thanked", None),
        ]

    def test_only_nine_steps_have_a_number_key(self) -> None:
        long = Checklist(id="long", title="long", steps=tuple(Step(id=f"s{at}", title="x") for at in range(11)))
        view = CallView().fold(Record(call="7", seq=0, at=0, event=started(by_value(long))))
        assert [step.number for step in view.steps][8:] == [9, None, None]

    def test_a_checklist_of_another_age_is_done_without(self) -> None:
        view = CallView().fold(Record(call="7", seq=0, at=0, event=started({"id": "new", "shape": "unheard of"})))
        assert view.steps == ()
        view = folded((1, said("agent")), (1, heard("took_a_breath")), (1, changed("took_a_breath", "done", 1)), view=view)
        view = folded((2, changed("sat_down", "overdue")), view=view)
        assert [(step.title, step.state, step.number) for step in view.steps] == [
            ("took a breath", "done", None),
            ("sat down", "overdue", None),
        ]

    def test_an_unknown_kind_only_moves_the_clock(self) -> None:
        before = folded()
        after = before.fold(Record(call="7", seq=1, at=5000, event=Unknown({"type": "sneezed"})))
        after = after.fold(Record(call="7", seq=2, at=6000, update=Unknown({"type": "blessed"})))
        assert after.at == 6000
        assert (after.rows, after.steps, after.flags) == (before.rows, before.steps, before.flags)


class TestTranscript:
    def test_rows_keep_who_said_what(self) -> None:
        view = folded((3, said("agent")), (5, said("customer", "thank you")))
        assert [(row.index, row.speaker, row.text, row.at) for row in view.rows] == [
            (0, "agent", "we are so sorry", 3000),
            (1, "customer", "thank you", 5000),
        ]

    def test_evidence_stands_at_the_words_and_the_step_at_its_utterance(self) -> None:
        echoed = Evidence(0, 0, 2, "we")
        view = folded((3, said("customer")), (5, said("agent")), (5, heard("greeted", 1, echoed, Evidence(1, 7, 15, "so sorry"))))
        assert [(span.start, span.end, span.step) for row in view.rows for span in row.spans] == [(0, 2, "greeted"), (7, 15, "greeted")]
        assert [row.steps for row in view.rows] == [(), ("greeted",)]

    def test_the_same_evidence_twice_is_kept_once(self) -> None:
        view = folded((3, said("agent")), (3, heard("greeted", 0, SORRY)), (3, heard("greeted", 0, SORRY)))
        assert len(view.rows[0].spans) == 1
        assert view.rows[0].steps == ("greeted",)

    def test_it_stays_bounded_and_still_finds_its_rows(self) -> None:
        view = folded(*[(at, said("agent")) for at in range(ROWS + 50)])
        assert len(view.rows) == ROWS
        assert view.rows[0].index == 50
        view = folded((500, heard("greeted", ROWS + 10)), (500, heard("greeted", 10)), view=view)
        assert [row.index for row in view.rows if row.steps] == [ROWS + 10]

    def test_a_step_heard_before_any_words_marks_nothing(self) -> None:
        assert folded((1, heard("greeted", 0, SORRY))).rows == ()

    def test_who_speaks(self) -> None:
        view = folded((1, events.SpeechBegan(channel="agent", start=1)), (2, events.SpeechBegan(channel="customer", start=2)))
        assert view.speaking == ("agent", "customer")
        assert folded((3, events.SpeechEnded(channel="agent", end=3)), view=view).speaking == ("customer",)
        assert folded((3, events.SourceLost(reason="gone")), view=view).speaking == ()


class TestSteps:
    def test_a_tick_shows_its_words_and_time(self) -> None:
        view = folded((3, said("agent")), (3, heard("apologized", 0, SORRY)), (3, changed("apologized", "done", 2)))
        step = view.step("apologized")
        assert step is not None
        assert (step.state, step.grade, step.at, step.because) == ("done", 2, 3000, "said")
        assert step.evidence == (SORRY,)

    def test_words_that_changed_nothing_do_not_stand_for_the_tick(self) -> None:
        view = folded((3, said("agent")), (3, heard("apologized", 0, SORRY)), (3, changed("apologized", "done", 2)))
        view = folded((9, said("agent")), (9, heard("apologized", 1, Evidence(1, 0, 2, "we"))), view=view)
        assert view.steps[1].evidence == (SORRY,)
        assert [(row.steps, row.ticks) for row in view.rows] == [(("apologized",), ("apologized",)), (("apologized",), ())]

    def test_a_persons_tick_shows_no_words_that_were_not_its_reason(self) -> None:
        view = folded((3, said("agent")), (3, heard("apologized", 0, SORRY)), (3, changed("apologized", "done", 1)))
        mark = events.Marked(step="apologized", state="done", by="agent")
        view = folded((9, mark), (9, changed("apologized", "done", 2, "marked by agent")), view=view)
        step = view.step("apologized")
        assert step is not None
        assert (step.evidence, step.because) == ((), "marked by agent")

    def test_a_mark_holds_for_its_own_consequence_only(self) -> None:
        view = folded((2, events.Marked(step="apologized", state="open", by="agent")), (3, said("agent")))
        view = folded((3, heard("apologized", 0, SORRY)), (3, changed("apologized", "done", 2)), view=view)
        assert view.steps[1].evidence == (SORRY,)

    def test_an_undone_step_loses_its_words(self) -> None:
        view = folded((3, said("agent")), (3, heard("apologized", 0, SORRY)), (3, changed("apologized", "done", 1)))
        assert folded((4, changed("apologized", "open")), view=view).steps[1].evidence == ()

    def test_no_such_step(self) -> None:
        assert folded().step("juggled") is None


class TestDue:
    def due(self, view: CallView, step: str) -> int | None:
        found = view.step(step)
        assert found is not None
        assert found.asked or found.due is None
        return found.due

    def test_a_step_without_a_when_is_asked_for_from_the_first_words(self) -> None:
        assert self.due(folded(), "greeted") is None
        assert self.due(folded((3, said("agent")), (5, said("agent"))), "greeted") == 23_000

    def test_heat_asks(self) -> None:
        assert self.due(folded((5, updates.HeatChanged(heat=39, utterance=0))), "apologized") is None
        view = folded((5, updates.HeatChanged(heat=40, utterance=0)), (9, updates.HeatChanged(heat=60, utterance=1)))
        assert self.due(view, "apologized") == 35_000

    def test_a_flag_asks_without_a_deadline(self) -> None:
        view = folded((5, said("customer")), (5, updates.FlagRaised(flag="legal_threat", utterance=0, evidence=())))
        assert view.steps[2].asked
        assert view.steps[2].due is None

    def test_another_step_asks(self) -> None:
        assert self.due(folded((5, said("agent")), (5, heard("apologized"))), "timed") == 15_000

    def test_holds_put_it_off(self) -> None:
        view = folded((3, said("agent")), (10, events.HoldBegan()))
        assert (view.hold_since, view.paused) == (10_000, 10_000)
        view = folded((25, events.HoldEnded()), view=view)
        assert (view.hold_since, view.paused) == (None, None)
        assert self.due(view, "greeted") == 38_000

    def test_what_is_asked_during_a_hold_counts_from_its_end(self) -> None:
        view = folded((10, events.HoldBegan()), (12, said("agent")), (30, events.HoldEnded()))
        assert self.due(view, "greeted") == 50_000

    def test_two_pauses_at_once_are_one(self) -> None:
        view = folded((3, said("agent")), (10, events.HoldBegan()), (12, events.SourceLost(reason="reset by peer")))
        assert (view.paused, view.lost, view.lost_since) == (10_000, "reset by peer", 12_000)
        view = folded((14, events.HoldEnded()), view=view)
        assert view.paused == 10_000
        view = folded((20, events.SourceBack(gap=8)), view=view)
        assert (view.paused, view.lost, view.lost_since) == (None, "", None)
        assert self.due(view, "greeted") == 33_000

    def test_the_end_of_a_hold_that_never_began(self) -> None:
        assert self.due(folded((3, said("agent")), (4, events.HoldEnded())), "greeted") == 23_000


class TestCustomer:
    def test_heat_and_its_peak(self) -> None:
        view = folded((1, updates.HeatChanged(heat=70, utterance=0)), (9, updates.HeatChanged(heat=39, utterance=None)))
        assert (view.heat, view.peak, view.curve) == (39, 70, ((1000, 70), (9000, 39)))

    def test_the_curve_stays_bounded_and_keeps_its_ends(self) -> None:
        view = folded(*[(at, updates.HeatChanged(heat=at % 100, utterance=0)) for at in range(2000)])
        assert len(view.curve) <= POINTS
        assert view.curve[0] == (0, 0)
        assert view.curve[-1] == (1_999_000, 99)

    def test_a_flag_takes_its_title_from_the_checklist(self) -> None:
        view = folded((5, said("customer")), (5, updates.FlagRaised(flag="legal_threat", utterance=0, evidence=(SORRY,))))
        assert [(flag.title, flag.serious, flag.at, flag.text) for flag in view.flags] == [("mentions a lawyer", True, 5000, "so sorry")]
        assert view.rows[0].flags == ("legal_threat",)
        assert view.rows[0].spans[0].flag == "legal_threat"

    def test_a_flag_stands_with_the_words_that_raised_it(self) -> None:
        earlier = updates.FlagRaised(flag="legal_threat", utterance=1, evidence=(SORRY,))
        view = folded((5, said("agent")), (6, said("customer")), (6, earlier))
        assert [row.flags for row in view.rows] == [("legal_threat",), ()]

    def test_an_unknown_flag_is_shown_by_its_id(self) -> None:
        view = folded((5, updates.FlagRaised(flag="sings_loudly", utterance=0, evidence=())))
        assert [(flag.title, flag.text) for flag in view.flags] == [("sings loudly", "")]

    def test_turns(self) -> None:
        view = folded((3, said("agent")), (3, updates.TalkOver(channel="agent", start=2, end=3)), (9, updates.DeadAir(start=3, end=9)))
        assert (view.floor.agent, view.floor.overs_agent, view.floor.dead_air) == (2.0, 1, 6.0)


class TestPrompts:
    PROMPT = updates.Prompted(id=0, kind="step:apologized", step="apologized", text="Apologize", say="I'm sorry.", also=("Sorry!",))

    def test_one_is_open_until_it_is_closed(self) -> None:
        view = folded((5, self.PROMPT))
        assert view.prompt is not None
        assert (view.prompt.text, view.prompt.at, view.prompts) == ("Apologize", 5000, 1)
        view = folded((9, updates.PromptClosed(id=0, outcome="acted")), view=view)
        assert view.prompt is None
        assert view.last_prompt is not None
        assert (view.last_prompt.outcome, view.last_prompt.closed) == ("acted", 9000)
        assert view.outcomes == {"acted": 1}

    def test_closing_another_leaves_it_open(self) -> None:
        view = folded((5, self.PROMPT), (6, updates.PromptClosed(id=8, outcome="expired")))
        assert view.prompt is not None
        assert view.outcomes == {"expired": 1}

    def test_closing_one_that_was_not_seen(self) -> None:
        assert folded((6, updates.PromptClosed(id=8, outcome="expired"))).outcomes == {"expired": 1}

    def test_waving_it_away_waits_for_the_sessions_word(self) -> None:
        assert folded((5, self.PROMPT), (6, events.PromptDismissed(id=0, by="agent"))).prompt is not None

    def test_quiet(self) -> None:
        view = folded((5, events.Quieted(on=True, by="agent")))
        assert view.quiet
        assert not folded((6, events.Quieted(on=False, by="agent")), view=view).quiet


class TestAround:
    def test_notes_are_kept_with_who_left_them(self) -> None:
        view = folded(
            (1, events.Nudged(text="offer the refund", by="Maria")),
            (2, events.Bookmarked(by="agent")),
            (3, events.SinkFailed(sink="journal", reason="disk full")),
            (4, events.LineRejected(line=3, reason="no 'text'")),
            (5, events.SoundKept()),
        )
        assert view.sound_kept
        assert [(note.at, note.by, note.text) for note in view.nudges] == [(1000, "Maria", "offer the refund")]
        assert [note.at for note in view.bookmarks] == [2000]
        assert [(note.by, note.text) for note in view.failures] == [("journal", "disk full")]
        assert view.rejected == 1

    def test_who_is_on_the_call_is_learnt_bit_by_bit(self) -> None:
        view = folded((0, events.Introduced(agent="Maria", team="billing")), (1, events.Introduced(customer="S. Parker")))
        assert (view.agent, view.customer, view.team) == ("Maria", "S. Parker", "billing")

    def test_a_supervisor_takes_over(self) -> None:
        taken = folded((4, events.TakenOver(by="Sue"))).taken_over
        assert taken is not None
        assert (taken.at, taken.by) == (4000, "Sue")

    def test_they_stay_bounded(self) -> None:
        view = folded(*[(at, events.Bookmarked(by="agent")) for at in range(KEPT + 5)])
        assert len(view.bookmarks) == KEPT
        assert view.bookmarks[-1].at == (KEPT + 4) * 1000

    def test_escalation_and_promises(self) -> None:
        alarm = updates.Escalated(level="alert", because="heat above 70 for 20 s", card={})
        promise = updates.Promised(what="a call", by="tomorrow", due=None, utterance=0)
        view = folded((1, alarm), (2, promise))
        assert view.escalated == ((1000, alarm),)
        assert view.promises == (promise,)

    @pytest.mark.parametrize("ended", [True, False])
    def test_the_end_puts_the_prompt_away(self, ended: bool) -> None:
        view = folded((5, TestPrompts.PROMPT))
        if ended:
            view = folded((9, events.CallEnded(reason="hung up")), view=view)
            assert (view.ended, view.prompt, view.summary) == ("hung up", None, None)
        view = folded((9, updates.CallClosed(summary={"call": "7"})), view=view)
        assert view.summary == {"call": "7"}
        assert view.ended == ("hung up" if ended else "")

    def test_a_fold_leaves_the_view_before_it_as_it_was(self) -> None:
        before = folded((3, said("agent")))
        copy = folded((3, said("agent")))
        folded((3, heard("apologized", 0, SORRY)), (3, changed("apologized", "done", 2)), view=before)
        assert before == copy
