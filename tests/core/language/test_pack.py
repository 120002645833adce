"""No word of any language stands in the engine: in an invented tongue it hears all that it hears in English.

The tongue is English with each vowel and each consonant put for another. Its pack is the English one, put over word by word, and so are the
whole checklist `complaint`, its examples and its scenarios. One English word left anywhere in the engine would be heard in one tongue and
not in the other.
"""

import re
from typing import Any

import msgspec
import pytest

from companion.core.checklist import Checklist, Step
from companion.core.detect import Judge, Judgement, Memory
from companion.core.events import CallEnded, Channel, Utterance
from companion.core.language.en import ENGLISH
from companion.core.language.pack import Language, Part
from companion.core.naming import name
from companion.core.session import Session
from companion.core.updates import CallClosed
from companion.rules.check import check
from companion.rules.load import find, load

VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"
PUT = {**dict(zip(VOWELS, VOWELS[1:] + VOWELS[:1], strict=True)), **dict(zip(CONSONANTS, CONSONANTS[4:] + CONSONANTS[:4], strict=True))}
TURNED = str.maketrans(PUT | {one.upper(): other.upper() for one, other in PUT.items()})
KEPT = re.compile(r"(<[^<>]*>|\{[^{}]*\}|@\w+|https?://\S+|www\.\S+)")
SPOKEN = re.compile(r"((?:\S+ )?(?:agent|customer): )(.*)", re.DOTALL)
BEGAN = "2026-11-20T10:00:00+00:00"


def turned(text: str) -> str:
    """A text in the invented tongue; names of lists and places to be filled stay."""
    return "".join(piece if KEPT.fullmatch(piece) else piece.translate(TURNED) for piece in KEPT.split(text))


def other(value: Any, field: str = "") -> Any:
    """A part of a pack in the invented tongue."""
    if isinstance(value, Part):
        return type(value)(**{each: other(inner, each) for each, inner in msgspec.structs.asdict(value).items()})
    if isinstance(value, str):
        return turned(value)
    if isinstance(value, dict):
        return {turned(key): inner if field == "dates" else other(inner) for key, inner in value.items()}
    if isinstance(value, (tuple, frozenset)):
        return type(value)(other(each) for each in value)
    return value


def spoken(line: str) -> str:
    """A line of a scenario, or a turn before an example."""
    said = SPOKEN.fullmatch(line)
    return said[1] + turned(said[2]) if said else line


WORDS = {"says", "unless", "full", "thin", "hit", "miss", "say", "first", "text", "lists", "words", "soothe", "back_channels", "go_on"}
LINES = {"lines", "after"}


def written(value: Any, key: str = "") -> Any:
    """A part of a checklist in the invented tongue, as builtins."""
    if isinstance(value, dict):
        if key in ("words", "soothe"):
            return {turned(template): weight for template, weight in value.items()}
        inner = {each: key if key == "lists" else each for each in value}
        return {each: written(part, inner[each]) for each, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [written(each, key) for each in value]
    if isinstance(value, str):
        return turned(value) if key in WORDS else spoken(value) if key in LINES else value
    return value


@pytest.fixture(scope="module")
def complaint() -> Checklist:
    return load(find("complaint"))


@pytest.fixture(scope="module")
def tongue() -> Language:
    return other(ENGLISH)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def foreign(complaint: Checklist) -> Checklist:
    kept = {step["id"]: step["after"] for step in msgspec.to_builtins(complaint)["steps"]}
    tree = written(msgspec.to_builtins(complaint))
    for step in tree["steps"]:
        step["after"] = kept[step["id"]]
    return msgspec.convert(tree, Checklist)


def judged(judge: Judge, speaker: Channel, turns: list[tuple[Channel, str]]) -> Judgement:
    memory = Memory(BEGAN, language=judge.language)
    for number, (by, text) in enumerate(turns[:-1]):
        memory.add(number, Utterance(speaker=by, text=text, start=0.0, end=1.0))
    return judge.judge(Utterance(speaker=speaker, text=turns[-1][1], start=0.0, end=1.0), len(turns) - 1, memory)


def test_every_example_and_scenario_comes_out_in_an_invented_tongue(foreign: Checklist, tongue: Language, complaint: Checklist) -> None:
    report = check(foreign, Judge(foreign, tongue))
    assert [fault.text for fault in report.faults] == []
    assert (report.examples, report.scenarios) == (
        sum(len(getattr(rule.examples, side)) for rule in (*complaint.steps, *complaint.flags) for side in ("hit", "thin", "full", "miss")),
        len(complaint.scenarios),
    )


def test_every_judgement_is_the_same_in_an_invented_tongue(foreign: Checklist, tongue: Language, complaint: Checklist) -> None:
    here, there = Judge(complaint), Judge(foreign, tongue)
    told = "customer: I was charged twice for my parcel and nobody ever called me back, it is the third time this week"
    said = 0
    for rule in (*complaint.steps, *complaint.flags):
        for example in (*rule.examples.hit, *rule.examples.full, *rule.examples.thin, *rule.examples.miss):
            before: list[tuple[Channel, str]] = [("customer", line.partition(": ")[2]) for line in (told, *example.after)]
            turns = [*before, (rule.speaker, example.text)]
            one = judged(here, rule.speaker, turns)
            two = judged(there, rule.speaker, [(by, turned(text)) for by, text in turns])
            plain = msgspec.to_builtins(one)
            for each in (*plain["steps"], *plain["flags"]):
                for evidence in each["evidence"]:
                    evidence["text"] = turned(evidence["text"])
            for promise in plain["promises"]:
                promise["what"], promise["by"] = turned(promise["what"]), turned(promise["by"])
            plain["problem"] = tuple(turned(words) for words in plain["problem"])
            assert msgspec.to_builtins(two) == plain, example.text
            said += 1
    assert said > 300


@pytest.mark.parametrize(
    ("speaker", "text"), [("customer", "My name is Tom"), ("agent", "Thank you, Mrs Parker"), ("customer", "i'm doctor watson")]
)
def test_names_are_found_in_an_invented_tongue(speaker: Channel, text: str, tongue: Language) -> None:
    found = name(Utterance(speaker=speaker, text=text, start=0.0, end=1.0), ENGLISH)
    assert found
    assert name(Utterance(speaker=speaker, text=turned(text), start=0.0, end=1.0), tongue) == turned(found)


def test_a_call_is_summed_up_in_an_invented_tongue(foreign: Checklist, tongue: Language, complaint: Checklist) -> None:
    def summed(checklist: Checklist, language: Language | None) -> dict[str, Any]:
        session = Session(checklist, Judge(checklist, language), call="7", began=BEGAN)
        lines: list[tuple[Channel, str]] = [
            ("customer", "My name is Tom, I was charged twice for my parcel and I am absolutely furious about it"),
            ("agent", "I'm so sorry we charged you twice, Tom. I will refund it by Friday at five."),
            ("customer", "thank you that helps a lot"),
        ]
        for number, (speaker, text) in enumerate(lines):
            said = text if language is None else turned(text)
            session.receive(Utterance(speaker=speaker, text=said, start=number * 10.0, end=number * 10.0 + 6), number * 10_000 + 7000)
        (closed,) = [update for _, update in session.receive(CallEnded(reason="ended"), 40_000) if isinstance(update, CallClosed)]
        return closed.summary

    plain, strange = summed(complaint, None), summed(foreign, tongue)
    assert plain["promises"][0]["due"] == strange["promises"][0]["due"] == "2026-11-27T17:00+00:00"
    assert plain["heat"] == strange["heat"]
    assert turned(plain["message"]) == strange["message"]
    assert "Tom" in plain["message"]


def test_a_language_without_a_pack_counts_phrases_as_they_are_written() -> None:
    sorry = Step(id="apologized", title="Sorry", says=("ne haragudj", "bocs*"), detector="apologies")
    judge = Judge(Checklist(id="x", title="x", language="hu", steps=(sorry,)))
    said = "Ne haragudjon, BOCSÁNAT a késésért!"
    (hit,) = judge.judge(Utterance(speaker="agent", text=said, start=0.0, end=1.0), 0, Memory(language=judge.language)).steps
    assert [evidence.text for evidence in hit.evidence] == ["BOCSÁNAT"]
