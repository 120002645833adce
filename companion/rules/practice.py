"""From a practice scenario's file to a `Script`, as strictly as a checklist is read: what is not understood is named with its line."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from companion.core.checklist import Checklist
from companion.core.roleplay import MOMENTS, Script
from companion.errors import ChecklistError
from companion.rules import document
from companion.rules.load import Place, Places, meant, shipped_folder, structured


def shipped() -> dict[str, Path]:
    """The scenarios that come along, by name."""
    return {path.stem: path for path in sorted((shipped_folder() / "practice").glob("*.yaml"))}


def find(name_or_path: str) -> Path:
    """The file of a scenario: a shipped one by its name, or any path.

    Raises:
        ChecklistError: there is none; the text names the nearest.
    """
    if re.search(r"[/\\]|\.ya?ml$", name_or_path, re.IGNORECASE):
        path = Path(name_or_path).expanduser()
        if not path.is_file():
            raise ChecklistError("no such file", file=name_or_path)
        return path
    known = shipped()
    if name_or_path not in known:
        raise ChecklistError(f"no such scenario{meant(name_or_path, known)}; or give a path that ends in .yaml", file=name_or_path)
    return known[name_or_path]


def load(path: Path | str) -> tuple[Script, Places]:
    """Read a scenario, and where in the file each part of it stands; its names are checked by `agree`.

    Raises:
        ChecklistError: `file:line: what is wrong; what to do`.
    """
    return structured(document.read(Path(path)), Script, str(path))


def agree(script: Script, places: Places, file: str, checklist: Checklist) -> None:
    """See that a scenario makes sense, and that what it names is known to the checklist that it is judged by.

    Raises:
        ChecklistError: as `load`.
    """
    _Agreement(script, places, file, checklist).check()


class _Agreement:
    def __init__(self, script: Script, places: Places, file: str, checklist: Checklist) -> None:
        self._script = script
        self._places = places
        self._file = file
        self._steps = [step.id for step in checklist.steps]
        self._known = [*self._steps, *(flag.id for flag in checklist.flags if flag.speaker == "agent"), *MOMENTS]

    def check(self) -> None:
        script = self._script
        if not 0 <= script.temper <= 100:
            self._refuse(("temper",), f"'temper' is {script.temper}; give 0 to 100")
        for name in script.moves:
            self._is_known(name, self._known, ("moves", name))
        for name in ("opening", "lines", "endings", "dialogues"):
            self._refuse_if(not getattr(script, name), (name,), f"'{name}' is empty; give at least one")
        for number, line in enumerate(script.lines):
            self._all_known(line.on, self._known, ("lines", number, "on"))
        for kind in ("lines", "endings"):
            for number, cue in enumerate(getattr(script, kind)):
                self._all_known(cue.after, self._steps, (kind, number, "after"))
                self._refuse_if(cue.above >= cue.below, (kind, number), f"'above' {cue.above} is not less than 'below' {cue.below}")
        for kind in ("opening", "lines", "endings"):
            for number, said in enumerate(getattr(script, kind)):
                self._refuse_if(not said.says, (kind, number), "'says' is empty; give at least one wording")
        always = [line for line in script.lines if not (line.on or line.words or line.after)]
        for temper in range(101):
            if not any(line.above <= temper < line.below for line in always):
                text = f"nothing is said at temper {temper} to a turn that nothing else fits; add a line without 'on'"
                self._refuse(("lines",), text)
        ends = {dialogue.ends for dialogue in script.dialogues}
        self._refuse_if("settled" not in ends, ("dialogues",), "no dialogue ends settled; show that it can be handled well")
        self._refuse_if(ends == {"settled"}, ("dialogues",), "every dialogue ends settled; show what comes of handling it badly")

    def _all_known(self, names: Iterable[str], known: list[str], place: Place) -> None:
        for number, name in enumerate(names):
            self._is_known(name, known, (*place, number))

    def _is_known(self, name: str, known: list[str], place: Place) -> None:
        self._refuse_if(name not in known, place, f"there is no '{name}'{meant(name, known)}")

    def _refuse_if(self, wrong: bool, place: Place, text: str) -> None:
        if wrong:
            self._refuse(place, text)

    def _refuse(self, place: Place, text: str) -> NoReturn:
        raise ChecklistError(text, file=self._file, line=self._places.get(place, 0))
