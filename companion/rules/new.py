"""A checklist of one's own, begun: a file that goes on from a ready one and holds what a few answers make different, and tests of that."""

import json
import re

import msgspec

from companion.core.checklist import Checklist
from companion.errors import ChecklistError
from companion.rules.load import seconds


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What makes the new checklist different."""

    title: str
    start: str
    """The checklist to go on from: a ready one's name, or a path from the new file's folder."""
    supervisors: tuple[str, ...] = ()
    """What supervisors are called in this house."""
    dead_air: str = ""
    """A length of time as written, such as `10s`; as in the ready checklist, if empty."""
    handle_time: str = ""
    """Likewise."""
    due: tuple[str, ...] = ()
    """`STEP=TIME`: so long after it is asked for, the step is overdue."""


def identifier(title: str) -> str:
    """An id for a title: `Acme – billing` → `acme_billing`."""
    words = re.findall(r"\w+", title.lower())
    id = re.sub(r"_+", "_", "_".join(words)).strip("_")
    return id if re.match(r"[^\W\d]", id) else f"checklist_{id}".rstrip("_")


def text(answers: Answers, base: Checklist) -> str:
    """The file's text.

    Args:
        answers: what is different.
        base: the checklist that `start` names.

    Raises:
        ChecklistError: an answer cannot be used; says which.
    """
    parts = [_head(answers, base), _watch(answers), _supervisors(answers, base), _steps(answers, base), _scenario(base)]
    return "\n".join(part for part in parts if part)


def _head(answers: Answers, base: Checklist) -> str:
    if not answers.title.strip():
        raise ChecklistError("the title is empty; say what the checklist is for")
    start = answers.start if re.fullmatch(r"[\w./-]+", answers.start) else _quoted(answers.start)
    return f"""\
# What is different from the checklist '{answers.start}', which holds all the rest: `companion checklist show {answers.start}`.
# How to go on: docs/checklists.md. After a change: `companion checklist check` with this file's name.

include: {start}

id: {identifier(answers.title)}
version: 1
title: {_quoted(answers.title.strip())}
language: {base.language}
"""


def _watch(answers: Answers) -> str:
    given = {"dead_air": answers.dead_air, "handle_time": answers.handle_time}
    told = ", ".join(f"{name}: {_time(value, name)}" for name, value in given.items() if value)
    return f"watch: {{{told}}}\n" if told else ""


def _supervisors(answers: Answers, base: Checklist) -> str:
    if not answers.supervisors:
        return ""
    names = [" ".join(name.lower().split()) for name in answers.supervisors]
    for name in names:
        if not re.fullmatch(r"[^\W_]+([ '-][^\W_]+)*", name):
            raise ChecklistError(f"'{name}': a name for supervisors is letters, and spaces between words")
    said = _asking(base)
    if said is None:
        raise ChecklistError(f"'{answers.start}' has no list 'boss' that its flag 'supervisor_request' is tried on; leave the names out")
    asked = "".join(f"\n        - {_quoted(said[0] + name + said[1])}" for name in names)
    return f"""\
lists:
  boss: [<included>, {", ".join(names)}]

flags:
  - id: supervisor_request
    examples:
      hit:
        - <included>{asked}
"""


def _asking(base: Checklist) -> tuple[str, str] | None:
    """An example of somebody who asks for the supervisor: what stands before and behind the word for one."""
    for flag in base.flags:
        for example in flag.examples.hit if flag.id == "supervisor_request" else ():
            for name in base.lists.get("boss", ()):
                if found := re.search(rf"\b{re.escape(name)}\b", example.text):
                    return example.text[: found.start()], example.text[found.end() :]
    return None


def _scenario(base: Checklist) -> str:
    """A first scenario: one of the ready checklist's that brings no prompts, whatever is different."""
    calm = next((each for each in base.scenarios if any(line.endswith("no prompts") for line in each.lines)), None)
    if calm is None:
        return ""
    lines = "\n".join(f"      {line}" for line in calm.lines)
    timed = "" if calm.timed else "    timed: no\n"
    return f"""\
# Little calls that show what must come of it; add one for each thing that must never go wrong.
scenarios:
  - title: {_quoted(calm.title)}
{timed}    lines: |
{lines}
"""


def _steps(answers: Answers, base: Checklist) -> str:
    lines = []
    for given in answers.due:
        id, _, written = (part.strip() for part in given.partition("="))
        step = next((step for step in base.steps if step.id == id), None)
        if step is None or step.due is None:
            known = ", ".join(step.id for step in base.steps if step.due is not None)
            raise ChecklistError(f"'{id}': no step that falls due in '{answers.start}'; such are {known or 'none'}")
        due = seconds(_time(written, id)) or 0.0
        lines += [f"  - id: {id}", f"    due: {written}"]
        if step.remind is not None and step.remind > due:
            lines.append(f"    remind: {due / 2:g}")
    return "\n".join(["steps:", *lines, ""]) if lines else ""


def _time(written: str, name: str) -> str:
    value = seconds(written)
    if value is None or not 0 < value < float("inf"):
        raise ChecklistError(f"{name}: found '{written}', expected a length of time such as 90s, 1m30s or 1:30")
    return written.strip()


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
