"""The summary of a call, in the form that docs/journal.md promises."""

from companion.core.checklist import Checklist, Prompting, Step, Watch
from companion.core.detect import StepHit
from companion.core.events import Utterance
from companion.core.floor import Floor
from companion.core.language.en import ENGLISH
from companion.core.prompting import Prompter
from companion.core.steps import Steps
from companion.core.summary import Story, summarise
from companion.core.temper import Curve
from companion.core.updates import Evidence

CHECKLIST = Checklist(id="c", title="C", steps=(Step(id="saw", title="Saw"), Step(id="sorry", title="Sorry")))


def test_a_call_in_which_nothing_happened() -> None:
    summary = summarise(
        Story(call="7"), checklist=CHECKLIST, at=1500, heat=0, curve=Curve(), steps=Steps(CHECKLIST), floor=Floor(Watch(), timed=True,
        language=ENGLISH),
        prompter=Prompter(Prompting()), fill={}, told="", language=ENGLISH)  # fmt: skip
    nothing = {"state": "open", "grade": 0, "at": None, "heard": 0, "evidence": []}
    assert summary == {
        "call": "7", "began": None, "duration": 1.5, "steps": {"saw": nothing, "sorry": nothing}, "flags": {},
        "heat": {"start": 0, "peak": 0, "end": 0, "curve": []},
        "talk": {"agent": 0.0, "customer": 0.0, "over": 0.0, "dead_air": 0.0, "share": None}, "talk_overs": {"agent": 0, "customer": 0},
        "pace": {"agent": None, "baseline": None, "lately": None}, "prompts": {}, "promises": [], "escalated": [],
        "well": "", "try": "", "message": "",
    }  # fmt: skip


def test_what_happened_stands_in_it() -> None:
    steps = Steps(CHECKLIST)
    steps.heard(StepHit(step="saw", grade=2, score=100, evidence=(Evidence(3, 0, 5, "i see"),)), 4000)
    floor = Floor(Watch(), timed=True, language=ENGLISH)
    floor.spoke(Utterance(speaker="agent", text="so it goes", start=0.0, end=2.125))
    curve = Curve()
    curve.start = 5
    curve.add(1000, 60)
    curve.add(2000, 80)
    story = Story(call="7", began="2026-11-20T10:00:00Z", flags={"lawyer": 2})
    summary = summarise(
        story, checklist=CHECKLIST, at=9000, heat=10, curve=curve, steps=steps, floor=floor, prompter=Prompter(Prompting()),
        fill={"problem": "your lamp"}, told="the lamp broke", language=ENGLISH)  # fmt: skip
    assert summary["steps"]["saw"] == {
        "state": "done", "grade": 2, "at": 4000, "heard": 1, "evidence": [{"utterance": 3, "from": 0, "to": 5, "text": "i see"}],
    }  # fmt: skip
    assert summary["heat"] == {"start": 5, "peak": 80, "end": 10, "curve": [[1000, 60], [2000, 80]]}
    assert summary["talk"]["agent"] == 2.12
    assert summary["talk"]["share"] == 1.0
    assert summary["flags"] == {"lawyer": 2}
    assert summary["well"] == "The heat came down from 80 to 10."
    assert "your lamp" in summary["message"]
    assert "“The lamp broke”" in summary["message"]
