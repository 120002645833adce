"""The tools around the calls: checklists for whoever writes them, speech models, and what works on this machine."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from companion.core.detect import Judge
from companion.core.events import Channel
from companion.errors import ChecklistError
from companion.rules.check import check
from companion.rules.explain import explain
from companion.rules.load import find, load, load_with_places, shipped_folder
from companion.rules.show import show


def check_checklists(names: Sequence[str]) -> tuple[list[str], bool]:
    """Run the examples and scenarios of these checklists, or of all shipped ones: the report's lines, and whether all is well.

    Raises:
        ChecklistError: one cannot be read; with several, only after the others were checked.
    """
    paths = [find(name) for name in names] or sorted(shipped_folder().glob("*.yaml"))
    lines: list[str] = []
    good = True
    for path in paths:
        try:
            checklist, places = load_with_places(path)
        except ChecklistError as error:
            if len(paths) == 1:
                raise
            lines.append(str(error))
            good = False
            continue
        report = check(checklist, Judge(checklist), places)
        lines += report.lines(str(path))
        good = good and report.ok
    return lines, good


def try_words(words: str, speaker: Channel, after: Sequence[str], name: str) -> list[str]:
    """What these words would tick, how strongly, and by which words.

    Raises:
        ChecklistError: the checklist cannot be used, or a turn before it has no speaker.
    """
    checklist = load(find(name))
    return explain(words, speaker, after, checklist, Judge(checklist)).lines()


def show_checklist(name: str) -> Iterator[str]:
    """A checklist in plain words.

    Raises:
        ChecklistError: it cannot be used.
    """
    path: Path = find(name)
    yield from show(load(path))
