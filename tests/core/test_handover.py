"""The hand-over card."""

from companion.core.checklist import Checklist, Escalation, Step
from companion.core.handover import card
from companion.core.steps import Steps

CHECKLIST = Checklist(
    id="c",
    title="C",
    steps=(Step(id="a", title="Step A"), Step(id="b", title="Step B"), Step(id="c", title="Step C", key=False)),
    escalation=Escalation(first=("Hello {name}, about {problem}.", "About {problem}.", "Hello.")),
)


def test_what_a_supervisor_must_know() -> None:
    steps = Steps(CHECKLIST)
    steps.mark("a", "waived", "ann", 0)
    promised = [
        {"what": "call back", "by": "by noon", "due": None, "utterance": 1},
        {"what": "send it by Friday", "by": "by Friday", "due": None, "utterance": 2},
        {"what": "look into it", "by": "", "due": None, "utterance": 3},
    ]
    assert card(
        because="Lawyer", at=9000, upset_since=4000, heat=71.6, fill={"problem": "your lamp"}, told="it broke", words=["1", "2", "3", "4"],
        promised=promised, flags={"lawyer": 1}, steps=steps, checklist=CHECKLIST,
    ) == {
        "because": "Lawyer", "who": None, "at": 9000, "upset_since": 4000, "heat": 72, "problem": "your lamp", "told": "it broke",
        "customer": ["2", "3", "4"],
        "promised": ["call back (by noon)", "send it by Friday", "look into it"], "steps": {"a": "waived", "b": "open"}, "open": ["Step B"],
        "flags": {"lawyer": 1}, "first": "About your lamp.",
    }  # fmt: skip


def test_where_nothing_is_known_nothing_is_made_up() -> None:
    empty = Checklist(id="c", title="C", escalation=Escalation(first=("About {problem}.",)))
    told = card(
        because="x", at=0, upset_since=None, heat=0, fill={}, told="", words=[], promised=[], flags={}, steps=Steps(empty), checklist=empty
    )  # fmt: skip
    assert (told["who"], told["problem"], told["first"], told["customer"]) == (None, None, "", [])
