"""Rehearsals: `companion practice`, typed, spoken, or without a screen; and the scenarios, for whoever chooses or writes them."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from companion.core.call import Rules
from companion.core.feed import Sink, Source
from companion.core.roleplay import Script
from companion.practice import check as dialogues
from companion.practice.debrief import briefing, debrief
from companion.practice.desk import Desk
from companion.practice.rehearsal import rehearse
from companion.rules import practice as scenes
from companion.rules.load import Places
from companion.run import Run
from companion.sinks.journal import JournalFolder
from companion.tui.practice_app import PracticeApp
from companion.wiring import headless
from companion.wiring.onscreen import keyboard, saving
from companion.wiring.parts import Options, interruptible, masking, recognisers, rules_of, together
from companion.wiring.tools import each

FIRST = "defective_product"
"""The scenario for whoever names none."""

_SEEDS = 1000


def scenarios() -> Iterator[str]:
    """The shipped scenarios, a line each.

    Raises:
        ChecklistError: one cannot be read.
    """
    found = [(name, scenes.load(path)[0]) for name, path in scenes.shipped().items()]
    width = max((len(name) for name, _ in found), default=0)
    for name, script in sorted(found, key=lambda each: each[1].temper):
        yield f"{name:{width}}  temper {script.temper}  {script.title}: {script.about}"


def check_scenarios(names: Sequence[str]) -> tuple[list[str], bool]:
    """Play the dialogues of these scenarios, or of all shipped ones: the report's lines, and whether all is well.

    Raises:
        ChecklistError: one cannot be read; with several, only after the others were checked.
    """

    def one(path: Path) -> tuple[list[str], bool]:
        script, places, rules = _read(path)
        faults = dialogues.check(script, rules, places)
        lines = [f"{path}:{fault.line}: {fault.text}" for fault in faults]
        lines.append(f"{path}: {len(script.dialogues)} dialogues: {len(faults)} fault{'' if len(faults) == 1 else 's'}")
        return lines, not faults

    return each([scenes.find(name) for name in names] or list(scenes.shipped().values()), one)


def recite(name: str, turns: Iterable[str], options: Options) -> None:
    """Rehearse without a screen: the agent's turns are given, the journal goes to stdout.

    Raises:
        ChecklistError: there is no such scenario, or it cannot be used.
    """
    script, _, rules = _read(scenes.find(name))
    done = rehearse(script, rules, (turn.strip() for turn in turns if turn.strip()), seed=options.get("seed") or 0, call=_call(script))
    headless.write(done.records)
    print("\n".join(debrief(done.customer, done.ending, rules.checklist).lines()), file=sys.stderr)


def practice(name: str, options: Options) -> None:
    """Rehearse in the call screen.

    Raises:
        CompanionError: the scenario, the microphone or the speech model cannot be used, or records could not be kept.
        ConfigError: there is no terminal.
    """
    script, _, rules = _read(scenes.find(name))
    keyboard("companion practice --headless")
    together(lambda: _practice(script, rules, options))


def _read(path: Path) -> tuple[Script, Places, Rules]:
    script, places = scenes.load(path)
    rules = rules_of(script.checklist)
    scenes.agree(script, places, str(path), rules.checklist)
    return script, places, rules


def _call(script: Script) -> str:
    return f"practice-{script.id}"


async def _practice(script: Script, rules: Rules, options: Options) -> None:
    notices: list[str] = []
    hiding = masking(options)
    seed = options["seed"] if options.get("seed") is not None else secrets.randbelow(_SEEDS)
    sinks: list[Sink] = [JournalFolder(Path(options["journal"]), notices.append)] if options.get("journal") else []
    async with _microphone(script, options) as agent:
        desk = Desk(script, seed, rules.checklist, call=_call(script), agent=agent)
        run = Run(desk, rules, [*sinks, desk.hearing], mask=hiding.said, mask_text=hiding.text, began="now")
        told = await _beside(run, desk, options, lambda: debrief(desk.customer, desk.ending, rules.checklist).lines())
    for line in [*notices, *told, f"again, the same: companion practice {script.id} --seed {seed}"]:
        print(line, file=sys.stderr)


@asynccontextmanager
async def _microphone(script: Script, options: Options) -> AsyncIterator[Source | None]:
    """What hears the agent where they speak; None where they type."""
    if not options.get("voice"):
        yield None
        return
    from companion.sources.pairs.pairing import alone
    from companion.sources.uri import Two

    async with recognisers([Two("mic:", "loopback:")], options) as recogniser:
        assert recogniser is not None
        yield alone("mic:", recogniser, call=_call(script))


async def _beside(run: Run, desk: Desk, options: Options, told: Callable[[], list[str]]) -> list[str]:
    """Run the rehearsal beside its screen; what is said at the end of it."""
    tasks: set[asyncio.Task[None]] = set()

    def later(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    typed = None if options.get("voice") else desk.say
    theme = options.get("theme", "dark")
    app = PracticeApp(
        act=lambda call, event: later(run.act(call, event)),
        end=lambda: later(run.stop("ended by the agent")),
        say=typed,
        typing=desk.typing,
        briefing=briefing(desk.customer.script),
        pick_up=desk.pick_up,
        debrief=told,
        save=saving(options),
        theme=theme,
    )
    run.viewer = app.viewer
    going = asyncio.create_task(run.go())
    going.add_done_callback(lambda task: app.viewer.closed("" if task.cancelled() else str(task.exception() or "")))

    async def end() -> None:
        await run.stop("interrupted")
        await asyncio.wait([going])
        app.exit()

    with interruptible(end):
        await app.run_async()
        await run.stop("the screen was closed")
        await going
    run.viewer = None
    return told()
