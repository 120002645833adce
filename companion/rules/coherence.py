"""Do the parts of a checklist fit together: names that exist, no circles, brackets that close, thresholds in order?

Each fault is named with the line it stands in. What one part alone may hold is `load`'s business.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import NoReturn, TypeAlias

import msgspec

from companion.core import detect, phrases
from companion.core.checklist import Checklist, Flag, Prompt, Step
from companion.core.language.packs import pack_of
from companion.errors import ChecklistError
from companion.rules.document import Line

Places: TypeAlias = Mapping[tuple[str | int, ...], Line]

FLAG_DETECTORS = ("talk_over", "order", "pace")
"""What a flag's `detector` may be: the session raises it from who speaks when, and it needs no words."""

PLACEHOLDERS = ("problem", "name")
"""What `{…}` in a prompt may stand for."""

_EVENTS = ("hold", "unhold", "lost", "back", "end")
RESERVED = ("agent", "customer", "prompt", "prompts", "no", "not", "flag", "heat", "escalated", *_EVENTS)
"""Words that begin something else in a scenario, so that no step or flag may be called so."""

_PLACEHOLDER = r"\{([^{}]*)\}"
_NAME = re.compile(r"[^\W\d][\w-]*")
_CLOSES = {")": "(", "]": "[", ">": "<"}


def check(checklist: Checklist, places: Places, file: str, detectors: Iterable[str] | None) -> None:
    """Raise for the first thing that does not fit; the arguments are as in `load`.

    Raises:
        ChecklistError: with file and line.
    """
    _Check(checklist, places, file).all(detectors)


class _Check:
    def __init__(self, checklist: Checklist, places: Places, file: str) -> None:
        self._checklist = checklist
        self._places = places
        self._file = file
        self._language = pack_of(checklist.language)
        self._steps = [step.id for step in checklist.steps]
        self._flags = [flag.id for flag in checklist.flags]

    def all(self, detectors: Iterable[str] | None) -> None:
        exposed: Iterable[str] | None = getattr(detect, "DETECTORS", None)
        known = tuple(detectors) if detectors is not None else tuple(exposed) if exposed is not None else None
        self._ids()
        self._lists()
        self._heat()
        self._from_one(self._checklist.version, "version")
        for number, flag in enumerate(self._checklist.flags):
            self._words(flag, "flags", number)
            if flag.detector is not None:
                self._known(flag.detector, FLAG_DETECTORS, "detector", "flags", number, "detector")
            elif not flag.says:
                self._refuse(f"flag '{flag.id}' can never be raised; give it 'says' or a 'detector'", "flags", number)
            self._flag(flag, number)
        for number, step in enumerate(self._checklist.steps):
            self._words(step, "steps", number)
            self._step(step, number, known)
        self._circle()
        for field in ("prompting", "escalation"):
            for name, value in msgspec.structs.asdict(getattr(self._checklist, field)).items():
                if isinstance(value, int | float) and value < 0:
                    self._refuse(f"'{name}' cannot be negative", field, name)
        if ("escalation", "settled_by") in self._places:
            self._known(self._checklist.escalation.settled_by, self._steps, "step", "escalation", "settled_by")
        for id in self._checklist.prompting.closed_by:
            self._known(id, self._steps, "step", "prompting", "closed_by")
        self._prompt(self._checklist.escalation.prompt, "escalation", "prompt")
        for number, line in enumerate(self._checklist.escalation.first):
            self._line(line, "escalation", "first", number)

    def _ids(self) -> None:
        first: dict[str, str] = {}
        for kind, ids in (("steps", self._steps), ("flags", self._flags)):
            for number, id in enumerate(ids):
                if not re.fullmatch(r"[^\W\d]\w*", id):
                    self._refuse(f"id '{id}': letters, digits and _ only, beginning with a letter", kind, number, "id")
                if id in RESERVED:
                    self._refuse(f"id '{id}' means something else in scenarios; take another", kind, number, "id")
                if id in first:
                    self._refuse(f"id '{id}' stands twice, first among the {first[id]}", kind, number, "id")
                first[id] = kind
        for name in self._checklist.lists:
            if not _NAME.fullmatch(name):
                self._refuse(f"list '{name}': letters, digits, - and _ only, beginning with a letter", "lists", name)

    def _lists(self) -> None:
        for name, entries in self._checklist.lists.items():
            for number, entry in enumerate(entries):
                self._template(entry, "lists", name, number)
        lists = self._checklist.lists
        uses = {name: [use for entry in entries for use in _named(entry)] for name, entries in lists.items()}
        if circle := _first_circle(uses):
            self._refuse(f"list <{circle[0]}> holds itself: {' → '.join(circle)}", "lists", circle[0])

    def _heat(self) -> None:
        heat = self._checklist.heat
        for name in ("warn", "alert"):
            self._share(getattr(heat, name), f"'{name}'", "heat", name)
        if heat.warn > heat.alert:
            self._refuse(f"'warn' ({heat.warn}) lies above 'alert' ({heat.alert})", "heat", "warn")
        if heat.half_life <= 0:
            self._refuse("'half_life' must be longer than nothing", "heat", "half_life")
        for name in ("words", "soothe"):
            for template, weight in getattr(heat, name).items():
                self._template(template, "heat", name, template)
                self._share(weight, "a weight", "heat", name, template)
        for number, template in enumerate(heat.unless):
            self._template(template, "heat", "unless", number)
        for flag, weight in heat.flags.items():
            self._known(flag, self._flags, "flag", "heat", "flags", flag)
            self._share(weight, "a weight", "heat", "flags", flag)

    def _words(self, rule: Step | Flag, *path: str | int) -> None:
        """Every field of templates, whatever it is called: `says`, `unless`, `full`, …"""
        for field in msgspec.structs.fields(type(rule)):
            value = getattr(rule, field.name)
            if field.name != "after" and isinstance(value, tuple):
                for number, template in enumerate(value):
                    self._template(template, *path, field.name, number)

    def _flag(self, flag: Flag, number: int) -> None:
        path = ("flags", number)
        if (flag.detector == "order") != (flag.order is not None):
            self._refuse("the detector 'order' and the key 'order' go together", *path)
        if flag.order is not None:
            self._known(flag.order.done, (*self._steps, "solution"), "step", *path, "order", "done")
            for place, id in enumerate(flag.order.without):
                self._known(id, self._steps, "step", *path, "order", "without", place)
            self._share(flag.order.heat, "'heat'", *path, "order", "heat")
            self._from_one(flag.order.times, *path, "order", "times")
        if flag.hot is not None:
            self._share(flag.hot, "'hot'", *path, "hot")
        self._from_one(flag.repeated, *path, "repeated")
        self._prompt(flag.prompt, *path, "prompt")

    def _step(self, step: Step, number: int, detectors: Collection[str] | None) -> None:
        path = ("steps", number)
        for place, id in enumerate(step.after):
            self._known(id, self._steps, "step", *path, "after", place)
        for place, id in enumerate(step.when.steps):
            self._known(id, self._steps, "step", *path, "when", "steps", place)
        for place, id in enumerate(step.when.flags):
            self._known(id, self._flags, "flag", *path, "when", "flags", place)
        if step.when.heat is not None:
            self._share(step.when.heat, "'heat'", *path, "when", "heat")
        if step.detector is not None and detectors is not None:
            self._known(step.detector, detectors, "detector", *path, "detector")
        if not step.says and not step.full and step.detector is None:
            self._refuse(f"step '{step.id}' can never be met; give it 'says' or a 'detector'", *path)
        if step.remind is not None and step.due is not None and step.remind > step.due:
            self._refuse(f"'remind' comes after 'due' ({step.due:g} s)", *path, "remind")
        if step.escalate is not None and step.due is None and step.turns is None:
            self._refuse("'escalate' counts from 'due'; give that too", *path, "escalate")
        self._from_one(1 if step.turns is None else step.turns, *path, "turns")
        self._prompt(step.prompt, *path, "prompt")
        self._prompt(step.thin, *path, "thin")

    def _circle(self) -> None:
        if circle := _first_circle({step.id: list(step.after) for step in self._checklist.steps}):
            number = self._steps.index(circle[0])
            self._refuse(f"'after' goes in a circle: {' → '.join(circle)}", "steps", number, "after")

    def _prompt(self, prompt: Prompt | None, *path: str | int) -> None:
        if prompt is None:
            return
        for number, id in enumerate(prompt.met):
            self._known(id, self._steps, "step", *path, "met", number)
        if re.search(_PLACEHOLDER, prompt.text):
            self._refuse("{…} is filled in 'say' only; keep 'text' free of it", *path, "text")
        for number, line in enumerate(prompt.say):
            self._line(line, *path, "say", number)

    def _line(self, line: str, *path: str | int) -> None:
        """A line to say."""
        for word in re.findall(_PLACEHOLDER, line):
            self._known(word, PLACEHOLDERS, "placeholder", *path)
        if re.search(r"[{}]", re.sub(_PLACEHOLDER, "", line)):
            self._refuse("a brace { or } has no partner", *path)

    def _template(self, template: str, *path: str | int) -> None:
        opened: list[str] = []
        for mark in template:
            if mark in "([<":
                opened.append(mark)
            elif mark in _CLOSES and (not opened or opened.pop() != _CLOSES[mark]):
                self._refuse(f"'{mark}' has no '{_CLOSES[mark]}' before it in '{template}'", *path)
        if opened:
            self._refuse(f"'{opened[-1]}' is never closed in '{template}'", *path)
        for name in _named(template):
            if name not in self._language.times and name not in self._language.promises:
                self._known(name, self._checklist.lists, "list", *path)
        if re.search(r"[(\[|]\s*[|)\]]", template):
            self._refuse(f"a way is empty in '{template}'; put what may be left out in [ ]", *path)
        if not re.search(r"\w", template):
            self._refuse(f"'{template}' holds no words", *path)
        try:
            phrases.read(template, self._language)
        except ChecklistError as error:
            self._refuse(str(error), *path)

    def _known(self, name: str, known: Collection[str], kind: str, *path: str | int) -> None:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.6)
            there = f"; known: {', '.join(known)}" if known else "; none is defined"
            self._refuse(f"unknown {kind} '{name}'" + (f"; did you mean '{near[0]}'?" if near else there), *path)

    def _from_one(self, count: int, *path: str | int) -> None:
        if count < 1:
            self._refuse(f"'{path[-1]}' counts from 1", *path)

    def _share(self, value: float, name: str, *path: str | int) -> None:
        if not 0 <= value <= 100:
            self._refuse(f"{name} lies between 0 and 100, not {value:g}", *path)

    def _refuse(self, text: str, *path: str | int) -> NoReturn:
        """Blame the line of that part, or of the nearest part around it that is written down."""
        while path and path not in self._places:
            path = path[:-1]
        line = self._places.get(path, Line(0, self._file))
        raise ChecklistError(text, file=line.file, line=line)


def _named(template: str) -> Iterator[str]:
    """The lists a template names."""
    yield from (name.strip() for name in re.findall(r"<([^<>]*)>", template))


def _first_circle(leads_to: Mapping[str, list[str]]) -> list[str] | None:
    """The way round from a name back to itself, or None. Without recursion: a chain may be long."""
    done: set[str] = set()
    for start in leads_to:
        way: list[str] = []
        stack = [(start, iter(leads_to[start]))] if start not in done else []
        while stack:
            name, others = stack[-1]
            if len(way) < len(stack):
                way.append(name)
            following = next((other for other in others if other not in done), None)
            if following is None:
                done.add(way.pop())
                stack.pop()
            elif following in way:
                return [*way[way.index(following) :], following]
            else:
                stack.append((following, iter(leads_to.get(following, []))))
    return None
