"""Do the parts of a checklist fit together? Each fault is told with the line it stands in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.checklist import Checklist
from companion.core.detect import Judge
from companion.errors import ChecklistError
from companion.rules import coherence, document
from companion.rules.load import parse

DETECTORS = ("echoes", "listens")

WHOLE = """\
id: whole
title: Whole
lists:
  feeling: [upset, (so|very) <strong>]
  strong: [angry]
heat:
  words: {"[so] <feeling>": 20}
  flags: {leaving: 15}
  soothe: {"thank you": 10}
flags:
  - {id: leaving, title: Leaving, speaker: customer, says: [i am leaving]}
  - {id: interrupting, title: Interrupting, speaker: agent, detector: talk_over}
steps:
  - id: heard
    title: Heard
    detector: listens
  - id: apologized
    title: Apologized
    says: ["[i am] sorry you are <feeling>"]
    after: [heard]
    when: {heat: 30, flags: [leaving], steps: [heard]}
    remind: 10
    due: 20
    escalate: 20
    turns: 2
    prompt: {text: "Say sorry", say: ["Sorry about {problem}!"]}
"""


def read(text: str, detectors: tuple[str, ...] | None = DETECTORS) -> Checklist:
    return parse(document.parse(text, "a.yaml"), "a.yaml", detectors=detectors)[0]


def test_what_fits_is_let_through() -> None:
    assert read(WHOLE).step("apologized").after == ("heard",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: apologized", "id: heard", "17: id 'heard' stands twice, first among the steps"),
        ("id: apologized", "id: leaving", "11: id 'leaving' stands twice, first among the steps"),
        ("id: apologized", "id: two words", "17: id 'two words': letters, digits and _ only"),
        ("id: apologized", "id: prompt", "17: id 'prompt' means something else in scenarios"),
        ("after: [heard]", "after: [herd]", "20: unknown step 'herd'; did you mean 'heard'?"),
        ("after: [heard]", "after: [apologized]", "20: 'after' goes in a circle: apologized → apologized"),
        ("detector: listens", "detector: listens\n    after: [apologized]", "17: 'after' goes in a circle: heard → "),
        ("steps: [heard]", "steps: [zzz]", "21: unknown step 'zzz'; known: heard, apologized"),
        ("flags: [leaving]", "flags: [leavin]", "21: unknown flag 'leavin'; did you mean 'leaving'?"),
        ("flags: {leaving", "flags: {leafing", "8: unknown flag 'leafing'; did you mean 'leaving'?"),
        ("you are <feeling>", "you are <feelings>", "19: unknown list 'feelings'; did you mean 'feeling'?"),
        ("very) <strong>", "very) <string>", "4: unknown list 'string'; did you mean 'strong'?"),
        ("strong: [angry]", "strong: [<feeling>]", "4: list <feeling> holds itself: feeling → strong → feeling"),
        ("feeling: [upset", "1st: [upset", "4: list '1st': letters, digits, - and _ only"),
        ("[i am] sorry", "[i am sorry", "19: '[' is never closed in '[i am sorry you are <feeling>'"),
        ("[i am] sorry", "i am] sorry", "19: ']' has no '[' before it"),
        ("[i am] sorry", "(i [am) ] sorry", "19: ')' has no '(' before it"),
        ("[i am] sorry", "i am|was sorry", "19: template 'i am|was sorry you are <feeling>': '|' outside brackets"),
        ("says: [i am leaving]", "says: ['...']", "11: '...' holds no words"),
        ('"thank you": 10', '"thank (you": 10', "9: '(' is never closed"),
        ("leaving: 15", "leaving: 150", "8: a weight lies between 0 and 100, not 150"),
        ("heat: 30", "heat: 101", "21: 'heat' lies between 0 and 100, not 101"),
        ("  soothe", "  warn: 80\n  soothe", "9: 'warn' (80) lies above 'alert' (70)"),
        ("  soothe", "  alert: 101\n  soothe", "9: 'alert' lies between 0 and 100, not 101"),
        ("  soothe", "  half_life: 0\n  soothe", "9: 'half_life' must be longer than nothing"),
        ("detector: listens", "detector: listen", "16: unknown detector 'listen'; did you mean 'listens'?"),
        ("detector: listens", "why: because", "14: step 'heard' can never be met; give it 'says' or a 'detector'"),
        ("says: [i am leaving]", "why: x", "11: flag 'leaving' can never be raised; give it 'says' or a 'detector'"),
        ("detector: talk_over", "detector: talkover", "12: unknown detector 'talkover'; did you mean 'talk_over'?"),
        ("says: [i am leaving]", "says: ['i (am|) leaving']", "11: a way is empty in 'i (am|) leaving'"),
        ("title: Whole", "title: Whole\nescalation: {settled_by: herd}", "3: unknown step 'herd'; did you mean 'heard'?"),
        ("title: Whole", "title: Whole\nprompting: {closed_by: [herd]}", "3: unknown step 'herd'; did you mean 'heard'?"),
        ("remind: 10", "remind: 30", "22: 'remind' comes after 'due'"),
        ("    due: 20\n    escalate: 20\n    turns: 2\n", "    escalate: 20\n", "23: 'escalate' counts from 'due'"),
        ("turns: 2", "turns: 0", "25: 'turns' counts from 1"),
        ("about {problem}!", "about {problm}!", "26: unknown placeholder 'problm'; did you mean 'problem'?"),
        ("Say sorry", "Say {problem}", "26: {…} is filled in 'say' only; keep 'text' free of it"),
        ("about {problem}!", "about {problem!", "26: a brace { or } has no partner"),
        ("title: Whole", "title: Whole\nversion: 0", "3: 'version' counts from 1"),
        ("title: Whole", "title: Whole\nprompting: {most: -1}", "3: 'most' cannot be negative"),
        ("title: Whole", "title: Whole\nescalation: {prompt: {text: x, say: ['{x}']}}", "3: unknown placeholder 'x'; known: "),
        ("title: Whole", "title: Whole\nescalation: {first: ['{nam}']}", "3: unknown placeholder 'nam'; did you mean 'name'?"),
        ("detector: talk_over", "detector: order", "12: the detector 'order' and the key 'order' go together"),
        ("detector: talk_over", "detector: talk_over, order: {done: heard, without: []}", "12: the detector 'order' and"),
        ("detector: talk_over", "detector: order, order: {done: hear, without: []}", "12: unknown step 'hear'; did you mean 'heard'?"),
        ("detector: talk_over", "detector: order, order: {done: solution, without: [hear]}", "12: unknown step 'hear'; did you mean"),
        ("detector: talk_over", "detector: order, order: {done: heard, without: [], heat: 200}", "12: 'heat' lies between 0 and 100"),
        ("detector: talk_over", "detector: order, order: {done: heard, without: [], times: 0}", "12: 'times' counts from 1"),
        ("detector: talk_over", "detector: talk_over, hot: 101", "12: 'hot' lies between 0 and 100, not 101"),
        ("detector: talk_over", "detector: talk_over, repeated: 0", "12: 'repeated' counts from 1"),
        ('text: "Say sorry"', 'text: "Say sorry", met: [herd]', "26: unknown step 'herd'; did you mean 'heard'?"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(old: str, new: str, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(ChecklistError) as caught:
        read(WHOLE.replace(old, new, 1))
    assert str(caught.value).startswith(f"a.yaml:{said}")


def test_a_long_chain_of_steps_is_no_circle_and_no_trouble() -> None:
    steps = "\n".join(f"  - {{id: s{n}, title: S, says: [x], after: [{f's{n - 1}' if n else ''}]}}" for n in range(3000))
    assert len(read(f"id: a\ntitle: A\nsteps:\n{steps}\n").steps) == 3000


def test_the_engines_detectors_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coherence.detect, "DETECTORS", {"hums": None}, raising=False)
    assert read(WHOLE.replace("listens", "hums"), None).step("heard").detector == "hums"
    with pytest.raises(ChecklistError, match="unknown detector 'listens'; known: hums"):
        read(WHOLE, None)


MARKS = [*"[]()<>|*.{}:,-#'\"& \n", "heard", "apologized", "feeling", "x", "0", "-1", "no", "<feeling>", "..", "..."]


@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 8), st.sampled_from(MARKS)), min_size=1, max_size=3))
def test_a_slip_of_the_keyboard_is_one_clear_line_or_a_checklist_that_works(slips: list[tuple[int, int, str]]) -> None:
    text = WHOLE
    for at, lost, written in slips:
        text = text[:at] + written + text[at + lost :]
    said = ""
    try:
        Judge(read(text))
    except ChecklistError as error:
        said = str(error)
    assert not said or (said.startswith("a.yaml:") and "\n" not in said)
