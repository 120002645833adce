"""What a digest says of itself."""

from msgspec.structs import replace

from companion.report.digest import TakenStep
from tests.report.week import digest


def test_a_step_counts_where_it_was_asked_for_or_done() -> None:
    step = TakenStep(id="a", title="A", key=True, state="open", grade=0)
    states = ("open", "done", "overdue", "missed", "waived", "unknown")
    assert [state for state in states if replace(step, state=state).wanted] == ["done", "overdue", "missed"]


def test_upset_is_by_the_checklists_threshold() -> None:
    call = digest("furious")
    assert call.upset
    assert not replace(call, peak=call.warn - 1).upset
