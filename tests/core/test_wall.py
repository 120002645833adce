"""A row of the wall follows from records alone, agrees with the view, and stays small."""

from typing import Any

import pytest

from companion.core import events, updates
from companion.core.checklist import Checklist, Escalation, Flag, HeatRules, Step, by_value
from companion.core.record import Record, Unknown
from companion.core.view import CallView
from companion.core.wall import KEPT, POINTS, WORDS, Alert, WallRow

CHECKLIST = Checklist(
    id="tiny",
    title="Tiny",
    heat=HeatRules(warn=30, alert=60),
    flags=(
        Flag(id="legal", title="mentions a lawyer", speaker="customer", serious=True),
        Flag(id="repeat", title="called before", speaker="customer"),
        Flag(id="argue", title="arguing", speaker="agent"),
    ),
    steps=(
        Step(id="apologized", title="apologized"),
        Step(id="thanked", title="thanked", key=False),
        Step(id="timed", title="gave a time"),
    ),
    escalation=Escalation(settled_by="thanked"),
)


def started(checklist: Any) -> events.CallStarted:
    return events.CallStarted(
        began="2026-11-20T10:00:00Z",
        source="test",
        timed=True,
        speech=None,
        companion="0",
        rapidfuzz="0",
        checklist=checklist,
        digest="",
    )


def records(*happened: object, checklist: Any = None) -> list[Record]:
    """A call's records, one a second."""
    found = [Record(call="7", seq=0, at=0, event=started(by_value(CHECKLIST) if checklist is None else checklist))]
    for seq, what in enumerate(happened, 1):
        side = "update" if isinstance(what, updates.Update) else "event"
        found.append(Record(call="7", seq=seq, at=seq * 1000, **{side: what}))
    return found


def row_of(*happened: object, checklist: Any = None) -> WallRow:
    row = WallRow()
    for record in records(*happened, checklist=checklist):
        row = row.fold(record)
    return row


def said(speaker: events.Channel, text: str) -> events.Utterance:
    return events.Utterance(speaker=speaker, text=text, start=0.0, end=1.0)


def flagged(flag: str) -> updates.FlagRaised:
    return updates.FlagRaised(flag=flag, utterance=0, evidence=())


def heat(value: int) -> updates.HeatChanged:
    return updates.HeatChanged(heat=value, utterance=None)


def called(because: str, level: Any = "alert") -> updates.Escalated:
    return updates.Escalated(level=level, because=because, card={})


def changed(step: str, state: events.StepState, grade: int = 0) -> updates.StepChanged:
    return updates.StepChanged(step=step, state=state, grade=grade, because="")


def test_it_counts_records_and_keeps_the_time() -> None:
    row = row_of(events.HoldBegan(), events.HoldEnded())
    assert (row.call, row.seq, row.at, row.began) == ("7", 3, 2000, "2026-11-20T10:00:00Z")
    assert row.fold(Record(call="7", seq=9, at=1500, event=events.HoldBegan())).at == 2000
    assert row.fold(Record(call="7", seq=9, at=2500, event=Unknown({"type": "sneezed"}))).seq == 10


def test_it_takes_the_key_steps_and_the_limits_from_the_records_own_checklist() -> None:
    row = row_of()
    assert [(step.number, step.title, step.state) for step in row.steps] == [(1, "apologized", "open"), (2, "gave a time", "open")]
    assert (row.limits.warn, row.limits.alert) == (30, 60)


@pytest.mark.parametrize("checklist", [7, {"steps": [{"name": "x"}]}, {"digest": "ab"}])
def test_a_checklist_of_another_kind_leaves_a_row_without_steps(checklist: Any) -> None:
    row = row_of(heat(50), flagged("legal"), changed("apologized", "done", 2), checklist=checklist)
    assert (row.steps, row.flags, row.heat, row.seq) == ((), (), 50, 4)


def test_it_says_who_is_on_the_call() -> None:
    row = row_of(events.Introduced(agent="maria", team="billing"), events.Introduced(customer="Parker, S."))
    assert (row.agent, row.customer, row.team) == ("maria", "Parker, S.", "billing")


def test_it_quotes_the_customer_and_not_at_length() -> None:
    row = row_of(said("customer", "x" * 500), said("agent", "well"))
    assert row.words == "x" * WORDS


def test_steps_and_heat_are_those_of_the_view() -> None:
    happened = (heat(20), changed("apologized", "done", 1), heat(64), changed("timed", "overdue"), changed("thanked", "done", 2), heat(40))
    view, row = CallView(), row_of(*happened)
    for record in records(*happened):
        view = view.fold(record)
    assert [(step.id, step.number, step.state, step.grade) for step in row.steps] == [
        (step.id, step.number, step.state, step.grade) for step in view.steps if step.number is not None
    ]
    assert (row.heat, row.peak, row.curve, row.limits.alert) == (view.heat, view.peak, view.curve, view.checklist.heat.alert)


def test_flags_of_the_customers_words_each_once_and_the_newest_last() -> None:
    row = row_of(flagged("legal"), flagged("argue"), flagged("repeat"), flagged("legal"), flagged("unheard of"))
    assert [(flag.title, flag.serious) for flag in row.flags] == [("called before", False), ("mentions a lawyer", True)]


class TestAlerts:
    def test_what_the_agent_was_told_first_is_part_of_the_alert(self) -> None:
        row = row_of(called("wants a supervisor", "prompt"))
        assert (row.alerts, row.waiting) == ((Alert(1000, "wants a supervisor", False),), 0)
        row = row_of(called("wants a supervisor", "prompt"), called("wants a supervisor; mentions a lawyer"), called("harm"))
        assert [alert.because for alert in row.alerts] == ["wants a supervisor; mentions a lawyer", "harm"]
        assert row.waiting == 2

    def test_they_wait_until_a_supervisor_has_seen_them(self) -> None:
        assert row_of(called("heat"), events.Acknowledged(by="Sue")).alerts == ()
        row = row_of(called("heat"), events.Acknowledged(by="Sue"), called("harm"))
        assert [alert.because for alert in row.alerts] == ["harm"]

    def test_who_takes_over_has_seen_them(self) -> None:
        row = row_of(called("heat"), events.TakenOver(by="Sue"))
        assert (row.alerts, row.taken_over) == ((), "Sue")

    def test_the_agents_offer_settles_what_only_the_agent_was_told(self) -> None:
        row = row_of(called("harm"), called("heat", "prompt"), changed("thanked", "open"))
        assert len(row.alerts) == 2
        row = row_of(called("harm"), called("heat", "prompt"), changed("thanked", "done", 2))
        assert [alert.because for alert in row.alerts] == ["harm"]


def test_hold_and_loss_come_and_go() -> None:
    assert row_of(events.HoldBegan()).on_hold
    assert row_of(events.SourceLost(reason="gone")).lost
    row = row_of(events.HoldBegan(), events.SourceLost(reason="gone"), events.SourceBack(gap=1.0), events.HoldEnded())
    assert (row.on_hold, row.lost) == (False, False)


def test_nudges_and_promises_are_counted() -> None:
    promised = updates.Promised(what="a refund", by="Friday", due=None, utterance=0)
    row = row_of(events.Nudged(text="slow down", by="Sue"), promised, promised)
    assert (row.nudges, row.promises) == (1, 2)


def test_the_end_has_a_reason_where_there_is_one() -> None:
    closed = updates.CallClosed(summary={})
    assert row_of().ended is None
    assert row_of(events.CallEnded(reason="hung up"), closed).ended == "hung up"
    assert row_of(closed).ended == ""


def test_it_stays_small_however_long_the_call() -> None:
    many = [what for at in range(400) for what in (heat(at % 100), called(f"cause {at}"), said("customer", "so " * 400))]
    row = row_of(*many)
    assert (len(row.curve), len(row.alerts), len(row.words)) == (POINTS, KEPT, WORDS)
    assert row.curve[-1][1] == 99
