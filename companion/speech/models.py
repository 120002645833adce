"""Speech models on this machine: where they are looked for, in which order, and whether a folder is one.

A model is a folder in Vosk's layout. It is looked for by name or path where one is asked for; else the one chosen with `companion model
use`, then the newest English one that was fetched, then one in Vosk's own folders, and at last the starter model that comes with the
companion.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from companion.errors import ModelMissing, SpeechError

STARTER = Path(__file__).resolve().parent.parent / "data" / "starter"
STARTER_NAME = "vosk-model-companion-starter-en"
STARTER_LIMITS = "made for demo and tests: understands clear synthetic speech only"
RECOMMENDED = "vosk-model-small-en-us-0.15"
"""What to fetch for real calls: 40 MB, and real time on any machine."""

_LANGUAGE = re.compile(r"vosk-model(?:-small|-big)?-([a-z]{2,3})(?:-|$)")
_SLOWEST, _FASTEST = 8_000, 48_000  # samples a second a model may have been trained with

# What libvosk reads, for its two layouts (vosk-api, src/model.cc): the first of each group that is there is enough.
_NEW: tuple[tuple[str, ...], ...] = (
    ("am/final.mdl",),
    ("conf/mfcc.conf",),
    ("conf/model.conf",),
    ("graph/HCLG.fst", "graph/HCLr.fst"),
)
_OLD: tuple[tuple[str, ...], ...] = (("final.mdl",), ("mfcc.conf",), ("HCLG.fst", "HCLr.fst"))
_WITH_LOOKAHEAD = ("Gr.fst", "disambig_tid.int")
_PARTS = frozenset(("am", "graph", "conf", "ivector", "final.mdl", "mfcc.conf"))
"""What a model's folder holds: one that has any of it was meant to be a model."""
_IVECTOR = ("final.ie", "final.mat", "final.dubm", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A usable model."""

    name: str
    path: Path
    rate: int
    """Samples a second it must be fed."""
    language: str = ""
    """Two letters, or empty where the name does not tell."""
    bundled: bool = False
    found: str = ""
    """How it was found, in a few words."""


def inspect(path: Path | str, *, found: str = "", own: Path | None = None) -> Model:
    """The model in a folder.

    Args:
        found: how it was found, in a few words.
        own: the companion's own folder of models; what is broken in it can be fetched again.

    Raises:
        ModelMissing: there is none, or only a part of one; the text names the first thing that is missing.
        SpeechError: its rate cannot be used.
    """
    folder = Path(path).expanduser()
    ours = own is not None and folder.absolute().parent == own.expanduser().absolute()
    again = f"get it again with 'companion model get {folder.name}'" if ours else "name a whole model's folder"
    try:
        if not folder.exists():
            raise ModelMissing(f"{folder}: no such folder; 'companion model list' shows which models there are")
        if not folder.is_dir():
            raise ModelMissing(f"{folder}: a file, not a model's folder; unpack it first and name the folder")
        inside = sorted(folder.iterdir())
        if not inside:
            raise ModelMissing(f"{folder}: an empty folder; {again}")
        new = any((folder / part).exists() for part in ("am", "graph", "conf"))
        if not new and not any((folder / part).exists() for part in ("final.mdl", "mfcc.conf")):
            deeper = [sub for sub in inside if (sub / "am" / "final.mdl").is_file() or (sub / "final.mdl").is_file()]
            where = f"; it holds one, though: give {deeper[0]}" if deeper else "; 'companion model list' shows which models there are"
            raise ModelMissing(f"{folder}: not a speech model{where}")
        _check_files(folder, new, again)
        rate = _rate(folder / ("conf/mfcc.conf" if new else "mfcc.conf"))
    except OSError as error:
        raise ModelMissing(f"{folder}: cannot be read: {error.strerror or error}") from error
    bundled = folder.resolve() == STARTER
    language = _LANGUAGE.search(folder.name)
    return Model(
        name=STARTER_NAME if bundled else folder.resolve().name,
        path=folder,
        rate=rate,
        language="en" if bundled else language.group(1) if language else "",
        bundled=bundled,
        found=found,
    )


def _check_files(folder: Path, new: bool, again: str) -> None:
    wanted = list(_NEW if new else _OLD)
    graph = folder / "graph" if new else folder
    if not (graph / "HCLG.fst").exists():
        wanted += [(f"graph/{part}" if new else part,) for part in _WITH_LOOKAHEAD]
    if (folder / "ivector").exists():
        wanted += [(f"ivector/{part}",) for part in _IVECTOR]
    for group in wanted:
        there = [part for part in group if (folder / part).is_file()]
        if not there:
            raise ModelMissing(f"{folder}: half a model: {' or '.join(group)} is missing; {again}")
        if (folder / there[0]).stat().st_size == 0:
            raise ModelMissing(f"{folder}: half a model: {there[0]} is empty; {again}")


def _rate(conf: Path) -> int:
    """`--sample-frequency` of Kaldi's feature options; 16000 where it is not given."""
    rate = "16000"
    for line in conf.read_text("utf-8", "replace").splitlines():
        option, _, value = line.split("#")[0].strip().partition("=")
        if option.strip() == "--sample-frequency":
            rate = value.strip()
    try:
        number = float(rate)
    except ValueError:
        number = 0.0
    if not _SLOWEST <= number <= _FASTEST or number != int(number):
        raise SpeechError(f"{conf}: a rate of {rate} Hz cannot be used; a speech model has 8000 or 16000 Hz: get another one")
    return int(number)


def vosk_folders(environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Where Vosk itself keeps models (python/vosk/__init__.py)."""
    named = environ.get("VOSK_MODEL_PATH")
    folders = [Path(named)] if named else []
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home
        return [*folders, Path("/usr/share/vosk")]
    return [*folders, Path("/usr/share/vosk"), home / "AppData/Local/vosk", home / ".cache/vosk"]


def find(
    wanted: str | None, folder: Path, choice: Path | None = None, *, starter: Path = STARTER, others: Sequence[Path] | None = None
) -> Model:
    """The model to use.

    Args:
        wanted: a path or name, as the person gave it; None or empty for the usual order.
        folder: the companion's own folder of models, whether it is there or not.
        choice: the file in which `use` keeps its choice.
        starter: the model that comes with the companion.
        others: further folders of models; Vosk's own by default.

    Raises:
        ModelMissing: what was asked for, or chosen, is not there or not whole.
        SpeechError: its rate cannot be used.
    """
    others = vosk_folders() if others is None else others
    if wanted:
        return _named(wanted, folder, others, starter, "asked for")
    chosen = chosen_before(choice)
    if chosen:
        try:
            return _named(chosen, folder, others, starter, "chosen with 'companion model use'")
        except SpeechError as error:
            raise type(error)(f"{error}; or go back to the starter model with 'companion model use starter'") from None
    models, _ = installed(folder, starter=starter, others=others)
    return next(model for model in models if model.language == "en")


def chosen_before(choice: Path | None) -> str:
    """What `use` keeps in its file; empty if there is nothing."""
    try:
        return choice.read_text("utf-8").strip() if choice is not None else ""
    except (OSError, UnicodeDecodeError):
        return ""


def use(wanted: str, folder: Path, choice: Path, *, starter: Path = STARTER, others: Sequence[Path] | None = None) -> Model:
    """Remember a model, by path or name, as the one to use from now on; `starter` goes back to the bundled one.

    Raises:
        ModelMissing: it is not there, or not whole.
        SpeechError: its rate cannot be used, or the choice cannot be written.
    """
    model = find(wanted, folder, starter=starter, others=others)
    fresh = choice.with_name(choice.name + ".new")
    try:
        choice.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(f"{'starter' if model.bundled else model.path.resolve()}\n", "utf-8")
        os.replace(fresh, choice)
    except OSError as error:
        raise SpeechError(f"{choice}: cannot be written: {error.strerror or error}; name the model with --speech-model instead") from error
    return model


def installed(folder: Path, *, starter: Path = STARTER, others: Sequence[Path] | None = None) -> tuple[list[Model], list[str]]:
    """All models on this machine, in the order in which `find` takes them, the starter last; and a line for each that is not whole."""
    models, broken = _usable(folder, "fetched", own=folder)
    for other in vosk_folders() if others is None else others:
        more, wrong = _usable(other, f"in {other}")
        models += more
        broken += wrong
    return [*models, _starter(starter)], broken


def _starter(path: Path) -> Model:
    return inspect(path, found="comes with the companion")


def _named(wanted: str, own: Path, others: Iterable[Path], starter: Path, found: str) -> Model:
    if wanted in ("starter", STARTER_NAME):
        return _starter(starter)
    path = Path(wanted).expanduser()
    looked = []
    if path.name == wanted:  # a bare name
        for folder in (own, *others):
            looked.append(str(folder))
            if (folder / wanted).is_dir():
                return inspect(folder / wanted, found=found, own=own)
    if path.exists() or path.name != wanted:
        return inspect(path, found=found, own=own)
    raise ModelMissing(f"no speech model {wanted!r} here or in {', '.join(looked)}; get it with 'companion model get {wanted}'")


def _usable(folder: Path, found: str, own: Path | None = None) -> tuple[list[Model], list[str]]:
    """The models in a folder of models, newest first, and what is wrong with those that are not whole."""
    models, broken = [], []
    try:
        inside = sorted((sub for sub in folder.iterdir() if sub.is_dir() and not sub.name.startswith(".")), key=_age)
    except OSError:
        return [], []
    for sub in inside:
        try:
            models.append(inspect(sub, found=found, own=own))
        except SpeechError as error:
            if _meant(sub, emptied=own is not None):
                broken.append(str(error))
    return models, broken


def _meant(folder: Path, *, emptied: bool) -> bool:
    """Whether a folder that is no whole model was meant to be one; `emptied`: what an empty one counts as."""
    try:
        inside = {part.name for part in folder.iterdir()}
    except OSError:
        return True
    return folder.name.startswith("vosk-model") or bool(inside & _PARTS) or (emptied and not inside)


def _age(path: Path) -> tuple[float, str]:
    return -path.stat().st_mtime, path.name
