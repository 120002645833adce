"""The tools around the calls: checklists for whoever writes them, speech models, and what works on this machine."""

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from companion import config
from companion.console import Console
from companion.core.detect import Judge
from companion.core.events import Channel
from companion.errors import ChecklistError, SpeechError
from companion.rules.check import check
from companion.rules.explain import explain
from companion.rules.load import find, load, load_with_places, shipped_folder
from companion.rules.new import Answers, identifier, text
from companion.rules.show import show
from companion.wiring.parts import DATA, Options


def check_checklists(names: Sequence[str]) -> tuple[list[str], bool]:
    """Run the examples and scenarios of these checklists, or of all shipped ones: the report's lines, and whether all is well.

    Raises:
        ChecklistError: one cannot be read; with several, only after the others were checked.
    """

    def one(path: Path) -> tuple[list[str], bool]:
        checklist, places = load_with_places(path)
        report = check(checklist, Judge(checklist), places)
        return report.lines(str(path)), report.ok

    return each([find(name) for name in names] or sorted(shipped_folder().glob("*.yaml")), one)


def each(paths: Sequence[Path], one: Callable[[Path], tuple[list[str], bool]]) -> tuple[list[str], bool]:
    """Check several files: all their lines, and whether all is well. One that cannot be read is a line like others, if it is not alone.

    Raises:
        ChecklistError: the only one cannot be read.
    """
    lines: list[str] = []
    good = True
    for path in paths:
        try:
            found, well = one(path)
        except ChecklistError as error:
            if len(paths) == 1:
                raise
            found, well = [str(error)], False
        lines += found
        good = good and well
    return lines, good


def try_words(words: str, speaker: Channel, after: Sequence[str], name: str) -> list[str]:
    """What these words would tick, how strongly, and by which words.

    Raises:
        ChecklistError: the checklist cannot be used.
    """
    checklist = load(find(name))
    return explain(words, speaker, after, checklist, Judge(checklist)).lines()


def show_checklist(name: str) -> Iterator[str]:
    """A checklist in plain words.

    Raises:
        ChecklistError: it cannot be used.
    """
    yield from show(*load_with_places(find(name)))


def ready_checklists() -> dict[str, str]:
    """The titles of the checklists that come along, by name."""
    return {path.stem: load(path).title for path in sorted(shipped_folder().glob("*.yaml"))}


def begun(answers: Options, folder: Path = Path()) -> str:
    """The text of a checklist in that folder, made of the answers of `companion.rules.new.Answers`.

    Raises:
        ChecklistError: one of them cannot be used.
    """
    told = Answers(**answers)
    start = find(told.start)
    if start.parent != shipped_folder():  # a path is taken from the new file's folder, not from here
        told = msgspec.structs.replace(told, start=os.path.relpath(start, folder))
    return text(told, load(start))


def new_checklist(file: Path | None, **answers: Any) -> tuple[list[str], bool]:
    """Write a checklist that goes on from a ready one, and run its tests: what to tell, and whether all is well.

    Args:
        file: where to; made of the title, in the working directory, if None.
        answers: as for `begun`.

    Raises:
        ChecklistError: an answer cannot be used, or there is a file of that name.
    """
    path = file or Path(f"{identifier(answers['title'])}.yaml")
    written = begun(answers, path.parent)
    if path.suffix not in (".yaml", ".yml"):
        raise ChecklistError("a checklist's name ends in .yaml", file=str(path))
    try:
        with path.open("x", encoding="utf-8") as opened:
            opened.write(written)
    except FileExistsError as error:
        raise ChecklistError("is there already, and nothing is overwritten; give another name", file=str(path)) from error
    except OSError as error:
        raise ChecklistError(f"cannot be written: {(error.strerror or str(error)).lower()}", file=str(path)) from error
    lines, good = check_checklists([str(path)])
    return [f"written: {path}", *lines, f"use it with: --checklist {path}"], good


# ── speech models ──


def list_models(everything: bool, wanted: str | None) -> Iterator[str]:
    """The models on this machine, the one in use marked ●, those that are not whole ✕; then what can be fetched, if that is wanted.

    Raises:
        SpeechError: the list of published models cannot be had.
    """
    from companion.speech import fetch, models

    folder = config.models_folder()
    here, broken = models.installed(folder)
    used = None
    try:
        used = models.find(wanted, folder, config.choice_file())
        if used.path not in [model.path for model in here]:
            here.insert(0, used)
    except SpeechError as error:  # the list is where to look for another
        broken = [str(error), *(line for line in broken if line not in str(error))]
    for model in here:
        mark = "●" if used is not None and model.path == used.path else "○"
        limits = f"; {models.STARTER_LIMITS}" if model.bundled else ""
        yield f"{mark} {model.name}  {model.rate} Hz, {model.found}{limits}"
    yield from (f"✕ {line}" for line in broken)
    yield f"looked in: {', '.join(str(place) for place in (folder, *models.vosk_folders()))}; ● is in use"
    if not everything:
        yield "what can be fetched: companion model list --all"
        return
    for found in fetch.published():
        if found.current:
            yield f"  {found.name}  {found.lang}, {found.size / 1e6:.0f} MB"


def get_model(name: str, use: bool) -> str:
    """Fetch a published model, with a progress bar, and use it from now on if wanted.

    Raises:
        ModelMissing: there is none of that name.
        SpeechError: it could not be fetched; what came stays for the next try.
    """
    from companion.speech import fetch, models

    folder = config.models_folder()
    with Console() as console:
        model = fetch.get(name, folder, progress=lambda done, total: console.progress(name, done / total if total else 0.0))
    if not use:
        return f"{model.name} is in {model.path}; use it with: companion model use {model.name}"
    models.use(model.name, folder, config.choice_file())
    return f"{model.name} is in {model.path}, and used from now on"


def use_model(wanted: str) -> str:
    """Remember a model as the one to use.

    Raises:
        ModelMissing: it is not there, or not whole.
        SpeechError: it cannot be used, or the choice cannot be kept.
    """
    from companion.speech import models

    model = models.use(wanted, config.models_folder(), config.choice_file())
    return f"{model.name} ({model.path}) is used from now on"


# ── this machine ──


def examine(options: Options) -> tuple[list[str], bool]:
    """What works here and what to do about the rest: a paragraph for each thing, and whether all that must work does."""
    from companion import doctor
    from companion.speech import models
    from companion.wiring.devices import which

    folder = config.models_folder()

    def checklist() -> str:
        found = load(find(options["checklist"]))
        return f"{found.title}: {len(found.steps)} steps, {len(found.flags)} flags"

    folders = {"speech models": folder, "settings": config.choice_file().parent}
    if options.get("journal"):
        folders["journals"] = Path(options["journal"])
    findings = doctor.examine(
        model=lambda: models.find(options["speech_model"], folder, config.choice_file()),
        demo=DATA / "demo" / "call4_everything.flac",
        checklist=checklist,
        folders=folders,
        devices=which,
    )
    lines = []
    for finding in findings:
        mark = {True: "● ok     ", None: "◐ limited", False: "✕ broken "}[finding.ok]
        lines += _wrapped(f"{mark}  {finding.subject}: {finding.detail}", 11)
        if finding.todo:
            lines += _wrapped(f"{'':11}→ {finding.todo}", 13)
    return lines, all(finding.ok is not False for finding in findings)


def _wrapped(line: str, indent: int) -> list[str]:
    """The line, broken between words to the terminal's width, where stdout is one; all but the first are indented."""
    if not sys.stdout.isatty():
        return [line]
    width = max(indent + 20, shutil.get_terminal_size().columns)
    return textwrap.wrap(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
