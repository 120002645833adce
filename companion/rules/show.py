"""A checklist in plain words: what it listens for, when, and what it does about it. For `companion checklist show`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from companion.core.checklist import Checklist, Examples, Flag, Prompt, Step, When
from companion.rules.check import counted
from companion.rules.document import Line
from companion.rules.load import Place


def show(checklist: Checklist, places: Mapping[Place, Line] | None = None) -> list[str]:
    """The whole checklist, a line each; headings stand at the margin, what belongs to them is indented.

    Args:
        checklist: the rules.
        places: where they stand (`load_with_places`), to tell which come from a file that is included.
    """
    origin = _Origins(places or {})
    key = [step for step in checklist.steps if step.key]
    other = [step for step in checklist.steps if not step.key]
    out = [f"{checklist.title} ({checklist.id}, version {checklist.version}, {checklist.language})", ""]
    out += ["Steps on the screen"]
    for number, step in enumerate(key, 1):
        out += [f"{number}. {step.title} ({step.id}){origin.of('steps', checklist.steps.index(step))}", *_indented(_step(step))]
    if other:
        out += ["", "Steps that are only logged"]
    for step in other:
        out += [f"-  {step.title} ({step.id}){origin.of('steps', checklist.steps.index(step))}", *_indented(_step(step))]
    for speaker in ("customer", "agent"):
        flags = [flag for flag in checklist.flags if flag.speaker == speaker]
        out += ["", f"Flags in the {speaker}'s words"] if flags else []
        for flag in flags:
            out += [f"-  {flag.title} ({flag.id}){origin.of('flags', checklist.flags.index(flag))}", *_indented(_flag(flag))]
    out += ["", f"Measured{origin.of('heat')}", *_indented(_measured(checklist))]
    if checklist.lists:
        out += ["", "Lists"]
        out += [f"   <{name}>{origin.of('lists', name)}: {_few(entries, 6)}" for name, entries in checklist.lists.items()]
    return [*out, "", f"{counted(len(checklist.scenarios), 'scenario')}"]


class _Origins:
    """Which files the parts of a checklist come from."""

    def __init__(self, places: Mapping[Place, Line]) -> None:
        self._own = places[()].file if places else ""
        self._files: dict[Place, dict[str, Line]] = {}
        for place, line in places.items():
            for depth in (1, 2):
                first = self._files.setdefault(place[:depth], {})
                first[line.file] = min(first.get(line.file, line), line)

    def of(self, *place: str | int) -> str:
        """` – from complaint.yaml:351`, and whether the checklist changes it; nothing for what is all its own."""
        files = self._files.get(place, {})
        others = [f"{Path(file).name}:{line}" for file, line in files.items() if file != self._own]
        if not others:
            return ""
        return f" – from {' and '.join(others)}" + (f", changed in line {files[self._own]}" if self._own in files else "")


def _step(step: Step) -> Iterator[str]:
    if step.why:
        yield step.why
    if step.speaker != "agent":
        yield f"said by the {step.speaker}"
    if step.detector:
        yield f"heard by: the engine's '{step.detector}'"
    yield from _phrases("counts", step.says)
    yield from _phrases("counts fully", step.full)
    yield from _phrases("enough, though thin", step.enough)
    yield from _phrases("but not", step.unless)
    yield f"asked for: {_when(step.when)}" + (f"; best after {', '.join(step.after)}" if step.after else "")
    times = [f"reminds after {step.remind:g} s"] if step.remind is not None else []
    times += [f"overdue after {step.due:g} s"] if step.due is not None else []
    times += [f"overdue after {counted(step.turns, 'turn')} of the agent"] if step.turns is not None else []
    times += [f"missed {step.escalate:g} s later"] if step.escalate is not None else []
    if times:
        yield ", ".join(times)
    yield from _prompt("prompt", step.prompt)
    yield from _prompt("when thin", step.thin)
    yield _examples(step.examples)


def _flag(flag: Flag) -> Iterator[str]:
    if flag.why:
        yield flag.why
    if flag.order is not None:
        times = f" {counted(flag.order.times, 'time')}" if flag.order.times > 1 else ""
        heat = f", the heat being {flag.order.heat} or more" if flag.order.heat else ""
        yield f"raised by: {flag.order.done}{times} without {' or '.join(flag.order.without)}{heat}"
    elif flag.detector:
        yield f"raised by: the engine's '{flag.detector}'"
    yield from _phrases("raised by", flag.says)
    yield from _phrases("but not", flag.unless)
    if flag.serious:
        often = f", the {flag.repeated}. time" if flag.repeated > 1 else ""
        hot = f", or where the heat has reached {flag.hot}" if flag.hot is not None else ""
        yield f"goes to the supervisor{often}{hot}" + (", at once" if flag.now else "")
    yield from _prompt("prompt", flag.prompt)
    yield _examples(flag.examples)


def _measured(checklist: Checklist) -> Iterator[str]:
    watch, heat, prompting = checklist.watch, checklist.heat, checklist.prompting
    yield f"talk-over: both speak for {watch.talk_over:g} s; {counted(watch.talk_overs, 'talk-over')} call for a prompt"
    yield f"dead air: {watch.dead_air:g} s; handle time: {watch.handle_time:g} s"
    yield f"pace: {watch.pace} words a minute, {watch.hurry:g} times as fast as at first"
    words = len(heat.words) + len(heat.soothe)
    yield f"heat: {counted(words, 'phrase')}, halves in {heat.half_life:g} s; warns at {heat.warn}, alerts at {heat.alert}"
    yield (
        f"prompts: in a pause of {prompting.pause:g} s, {prompting.cooldown:g} s apart, at most {prompting.most}, "
        f"each for {prompting.lasts:g} s"
    )
    if prompting.closed_by:
        yield f"no step is asked for once {' or '.join(prompting.closed_by)} was heard, until the heat rises again"


def _when(when: When) -> str:
    causes = [f"the heat reaches {when.heat}"] if when.heat is not None else []
    causes += [f"{' or '.join(when.flags)} is raised"] if when.flags else []
    causes += [f"{' or '.join(when.steps)} was heard"] if when.steps else []
    causes += ["the agent moves on to solving"] if when.solution else []
    return f"once {', or '.join(causes)}" if causes else "always"


def _phrases(name: str, templates: tuple[str, ...]) -> Iterator[str]:
    if templates:
        yield f"{name}: {_few(templates, 3)}"


def _prompt(name: str, prompt: Prompt | None) -> Iterator[str]:
    if prompt is not None:
        met = f" (met by {' or '.join(prompt.met)})" if prompt.met else ""
        yield f"{name}: {prompt.text}" + "".join(f' – "{line}"' for line in prompt.say[:1]) + met


def _examples(examples: Examples) -> str:
    counts = {name: len(getattr(examples, name)) for name in ("hit", "thin", "full", "miss")}
    counts["todo"] = len(examples.todo.hit) + len(examples.todo.full) + len(examples.todo.miss)
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"examples: {told or 'none'}"


def _few(entries: tuple[str, ...], most: int) -> str:
    more = f" · and {len(entries) - most} more" if len(entries) > most else ""
    return " · ".join(entries[:most]) + more


def _indented(lines: Iterator[str]) -> list[str]:
    return [f"   {line}" for line in lines]
