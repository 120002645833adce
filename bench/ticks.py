#!/usr/bin/env python3
"""How true the ticks are: precision, recall and F1 of `companion log -` on labelled turns.

    python bench/ticks.py [--language es] [--errors apologized] [--by source]
    python bench/ticks.py --data turns.jsonl --command "companion log -"

The turns of `bench/turns.jsonl` (English) were made up and labelled by the authors of this project, without sight of the rules, the
detectors or their examples. They are for measuring only: no rule may be tuned to single turns of the set. When it shows a weakness, name
the kind of sentence, write fresh examples of it into the checklist, and leave the set as it is; a label may only change because it was
wrong.
Those of `bench/turns.es.jsonl` (Spanish) are by the author of the Spanish rules: `seen` and `blind` were written and labelled before the
rules, and the errors in `blind` were not looked at while these were written; `late` was written after them, and of it the customers'
errors were looked at.

Each item is one turn with up to four before it as `context`. Grades in `gold`: 0 absent, 1 thin, 2 full, 1.5 present but thin or full is
a matter of taste, null not to be scored; `unsure` names the flags (or `missteps`) not to be scored. Anger runs from 0 calm to 3
furious; 1.5 where readers would differ whether it is anger yet, and is not scored.
Every item becomes a little call of its own; judged are the updates that name its last utterance, and for heat the call's last value.
"""

import argparse
import json
import shlex
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STEPS = ("paraphrased", "acknowledged_feelings", "apologized", "offered_choices", "gave_timeline")
WITHOUT_GRADE = ("took_ownership", "clarifying_question")
MISSTEPS = ("defensive", "blame", "dismissive", "negative_language", "non_apology", "argue")
TRIGGERS = (
    "supervisor_request",
    "churn_threat",
    "legal_threat",
    "public_threat",
    "abuse",
    "repeat_contact",
    "ultimatum",
    "harm_threat",
)
SETS = {"en": ("turns.jsonl", "complaint"), "es": ("turns.es.jsonl", "queja")}
"""By language: the turns, and the checklist that they are judged by."""
Item = dict[str, Any]


@dataclass
class Heard:
    """What the judged program said of one item's last utterance."""

    grades: dict[str, int] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    heat: int = 0


@dataclass(frozen=True)
class Measure:
    """One row of the table: who speaks, what is true (None: not to be scored), and what was said of it."""

    name: str
    speaker: str
    truth: Callable[[Item], bool | None]
    guess: Callable[[Heard], bool]


def present(step: str) -> Measure:
    """Was the step said at all, thinly or fully?"""

    def truth(gold: Item) -> bool | None:
        return None if gold[step] is None else gold[step] >= 1

    return Measure(step, "agent", truth, lambda heard: heard.grades.get(step, 0) >= 1)


def fully(step: str) -> Measure:
    """Was it said fully, for this customer's case?"""

    def truth(gold: Item) -> bool | None:
        return None if gold[step] in (None, 1.5) else gold[step] == 2

    return Measure(f"{step}:full", "agent", truth, lambda heard: heard.grades.get(step, 0) == 2)


def flagged(kind: str, name: str, speaker: str) -> Measure:
    """Was this one flag raised?"""

    def truth(gold: Item) -> bool | None:
        unsure = gold.get("unsure", ())
        return None if name in unsure or kind in unsure else name in gold[kind]

    return Measure(name, speaker, truth, lambda heard: name in heard.flags)


def misstepped() -> Measure:
    """Was any misstep of the agent flagged, whichever of the six it was?"""

    def truth(gold: Item) -> bool | None:
        return None if "missteps" in gold.get("unsure", ()) else bool(gold["missteps"])

    return Measure("misstep (any)", "agent", truth, lambda heard: bool(heard.flags & set(MISSTEPS)))


def measures() -> Iterator[Measure]:
    for step in STEPS:
        yield present(step)
        yield fully(step)
    for step in WITHOUT_GRADE:
        yield present(step)
    yield misstepped()
    for name in MISSTEPS:
        yield flagged("missteps", name, "agent")
    for name in TRIGGERS:
        yield flagged("triggers", name, "customer")


def judge(items: list[Item], command: str) -> dict[str, Heard]:
    """Run the command once over all items; what it said of each, by id."""
    last = {item["id"]: len(item["context"]) for item in items}
    lines = []
    for item in items:
        for turn in [*item["context"], item]:
            lines.append(json.dumps({"call": item["id"], "speaker": turn["speaker"], "text": turn["text"]}))
        lines.append(json.dumps({"call": item["id"], "event": "end"}))
    done = subprocess.run(shlex.split(command), input="\n".join(lines) + "\n", capture_output=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"{command}: exit status {done.returncode}; it said: {done.stderr.strip()[-500:]}")
    said: dict[str, Heard] = defaultdict(Heard)
    for line in done.stdout.split("\n"):
        record: dict[str, Any] = json.loads(line) if line else {}
        update, call = record.get("update"), record.get("call", "")
        if not update or call not in last:
            continue
        heard, here = said[call], update.get("utterance") == last[call]
        if update["type"] == "heat_changed":
            heard.heat = update["heat"]
        elif update["type"] == "step_heard" and here:
            heard.grades[update["step"]] = max(update["grade"], heard.grades.get(update["step"], 0))
        elif update["type"] == "flag_raised" and here:
            heard.flags.add(update["flag"])
    return said


def separation(upset: list[int], others: list[int]) -> float:
    """Area under the ROC curve: how often an upset turn is hotter than another one, ties counting half."""
    wins = sum((hot > cool) + 0.5 * (hot == cool) for hot in upset for cool in others)
    return wins / (len(upset) * len(others)) if upset and others else float("nan")


def table(title: str, items: list[Item], said: dict[str, Heard], errors: str | None) -> None:
    """Print one table; with `errors`, also the turns that this measure got wrong."""
    print(f"{title:24}{'n':>5}{'prec':>8}{'recall':>8}{'F1':>8}")
    scores: dict[str, float] = {}
    for measure in measures():
        hit = false = missed = 0
        for item in items:
            truth = measure.truth(item["gold"]) if item["speaker"] == measure.speaker else None
            if truth is None:
                continue
            guess = measure.guess(said[item["id"]])
            hit, false, missed = hit + (truth and guess), false + (guess and not truth), missed + (truth and not guess)
            if errors == measure.name and truth != guess:
                before = item["context"][-1]["text"][-100:] if item["context"] else ""
                print(f"  {'missed' if truth else 'false '} {item['id']}: [{before}] {item['text']}")
        if not hit + false + missed:
            continue
        precision, recall = hit / ((hit + false) or 1), hit / ((hit + missed) or 1)
        scores[measure.name] = f1 = 2 * hit / (2 * hit + false + missed)
        print(f"{measure.name:24}{hit + missed:5}{precision:8.3f}{recall:8.3f}{f1:8.3f}")
    tempers = [(said[i["id"]].heat, i["gold"]["anger"]) for i in items if i["speaker"] == "customer" and i["gold"]["anger"] != 1.5]
    upset, others = [heat for heat, anger in tempers if anger >= 2], [heat for heat, anger in tempers if anger < 2]
    print(f"{'heat: AUC of upset':24}{len(upset):5}{separation(upset, others):24.3f}")
    for name, rows in (("mean F1 of the steps", STEPS), ("mean F1 said fully", [f"{step}:full" for step in STEPS])):
        print(f"{name:24}{sum(scores.get(row, 0.0) for row in rows) / len(rows):29.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--language", choices=tuple(SETS), default="en", help="whose turns and checklist, unless --data and --command say so"
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--command")
    parser.add_argument("--errors", metavar="NAME", help="list the turns misjudged by this row of the table")
    parser.add_argument("--by", choices=("source",), help="one table for each source of turns")
    args = parser.parse_args()
    turns, checklist = SETS[args.language]
    data = args.data or Path(__file__).with_name(turns)
    items: list[Item] = [json.loads(line) for line in data.read_text(encoding="utf-8").split("\n") if line]
    said = judge(items, args.command or f"{shlex.quote(sys.executable)} -m companion log - --checklist {checklist}")
    groups = sorted({item[args.by] for item in items}) if args.by else ["all turns"]
    for group in groups:
        table(group, [item for item in items if not args.by or item[args.by] == group], said, args.errors)


if __name__ == "__main__":
    main()
