"""Who may do what, and who did it."""

from typing import Any, get_args

import pytest

from companion.broadcast.ledger import Entry
from companion.broadcast.messages import Role
from companion.broadcast.rights import LONGEST_NUDGE, MAY, sees, signed
from companion.core import events
from companion.core.events import AnyEvent

ACTS: list[Any] = [
    events.Marked(step="apologized", state="done", by="somebody else"),
    events.PromptDismissed(id=1, by="somebody else"),
    events.Quieted(on=True, by=""),
    events.HoldBegan(),
    events.HoldEnded(),
    events.Bookmarked(by=""),
    events.CallEnded(reason="I say so"),
    events.Nudged(text="offer a refund", by="somebody else"),
    events.Acknowledged(by=""),
    events.TakenOver(by=""),
]


@pytest.mark.parametrize("role", get_args(Role))
def test_each_role_does_what_it_may(role: Role) -> None:
    for act in ACTS:
        done = signed(role, "maria", act)
        if isinstance(act, MAY[role]):
            assert type(done) is type(act)
            assert getattr(done, "by", "maria") == "maria"
        else:
            assert done == f"{'an' if role == 'agent' else 'a'} {role} may not do that"


def test_nobody_may_do_what_only_happens() -> None:
    by_people = {type(act) for act in ACTS}
    assert {kind for kinds in MAY.values() for kind in kinds} == by_people
    assert len(by_people) < len(get_args(AnyEvent))


def test_texts_are_harmless_and_short() -> None:
    assert signed("supervisor", "sue", events.Nudged(text=" calm\x1b[2J\ndown ", by="")) == events.Nudged(text="calm down", by="sue")
    for text in ("", " \n", "x" * (LONGEST_NUDGE + 1)):
        assert "1 to 500 characters" in str(signed("supervisor", "sue", events.Nudged(text=text, by="")))
    assert signed("agent", "maria", events.CallEnded(reason="\x1b[2J")) == events.CallEnded(reason="ended by maria")


def test_who_sees_what() -> None:
    entry = Entry("7", "", "digest", 0, words=True)
    assert [sees(role, "Maria")(entry) for role in get_args(Role)] == [False, True, True, False]
    entry.agent = "mARIA"
    assert [sees(role, "Maria")(entry) for role in get_args(Role)] == [True, True, True, False]
    assert not sees("agent", "dan")(entry)
    assert sees("agent", "")(entry)
