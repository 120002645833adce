"""The steps from text and voices to a model, in their order. Each leaves a file or folder in the work folder and is not done again."""

import itertools
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from . import clips, graph, kaldi, language, sets, speech, texts, training, vocabulary, voices
from .grammar import WORDING
from .net import OFFSETS, Net
from .phones import Lexicon, read_lexicon, write_lexicon
from .sources import Mirrors, RecipeError
from .training import Stage

ACOUSTIC_SCALE = 0.85
"""How much the sound counts against the language model."""


@dataclass(frozen=True)
class Size:
    """How much is done."""

    own: int
    """Sentences drawn from our own wording."""
    files: int
    """Of speech, each with so many pieces, of 5.5 s on average."""
    pieces: int
    telephone: float
    """The share of the speech that comes over a telephone line."""
    width: int
    """Of the net."""
    frames: int
    """Of a batch."""
    first: Sequence[Stage]
    """On synthetic voices, from nothing."""
    then: Sequence[Stage]
    """After each look at the real voices, which a better net understands better."""
    further: Sequence[Stage]
    """Instead of both, from a model that there is."""
    least_pair: float = 2.5
    least_triple: float = 3.2
    """What an n-gram must gain to stay, in nats."""
    kept: int = 120
    """Sentences of kept dialogues to judge by."""
    speaker: speech.Speaker = field(default=voices.anybody)


FULL = Size(
    own=120_000,
    files=8,
    pieces=1400,
    telephone=0.5,
    width=320,
    frames=7000,
    first=[Stage("even", 250, 3e-3), Stage("words", 750, 3e-3)],
    then=[Stage("against", 650, 1e-3), Stage("against", 1000, 8e-4), Stage("against", 700, 5e-4)],
    further=[Stage("against", 1200, 4e-4)],
)
TOY = Size(
    own=0,
    files=1,
    pieces=400,
    telephone=0.2,
    width=96,
    frames=3000,
    first=[Stage("even", 60, 5e-3), Stage("words", 120, 4e-3)],
    then=[Stage("against", 100, 2e-3)],
    further=[],
    kept=0,
    speaker=voices.somebody,
)


class Recipe:
    """One run of the recipe in a work folder."""

    def __init__(self, size: Size, work: Path, mirrors: Mirrors | None, start: Path | None, tell: Callable[[str], None]) -> None:
        """Without `mirrors` only the toy's sentences are used; `start` is a model whose net is trained further."""
        self._size, self._work, self._mirrors, self._start = size, work, mirrors, start
        self._began = time.monotonic()
        self._out = tell
        work.mkdir(parents=True, exist_ok=True)

    def make(self, out: Path) -> None:
        """All steps; the model stands in `out` in the end.

        Raises:
            RecipeError: a source, a program or the model to begin with is not as it should be.
        """
        if self._start is not None:
            kaldi.read_model(self._start / "am" / "final.mdl", OFFSETS)  # better refused now than hours later
        self._done("texts", self._gather)
        self._done("graph", self._build)
        (self._work / "speech").mkdir(exist_ok=True)
        for number in range(self._size.files):
            self._done(f"speech/{number:02}.npz", partial(self._speak, seed=number))
        self._done("first.pt", self._begin)
        for number, stage in enumerate(self._size.further if self._start else self._size.then, start=1):
            self._done(f"net{number}.pt", partial(self._go_on, number=number, stage=stage))
        self._done("sets", self._make_sets)
        self._export(out)

    def measure(self, models: Sequence[Path]) -> None:
        """Print the word errors of models on the sets.

        Raises:
            RecipeError: there are no sets yet, or Vosk cannot load a model.
        """
        folders = [str(folder) for name in ("sets", "clips") if (folder := self._work / name).exists()]
        if not folders:
            raise RecipeError(f"{self._work}: there is nothing to judge by yet; make a model first (--out)")
        command = [sys.executable, "-m", f"{__package__}.judging", *folders, "--models", *map(str, models)]
        if subprocess.run(command, check=False).returncode:
            raise RecipeError(f"{', '.join(map(str, models))}: judging failed, as said above; is each a model of Vosk's?")

    def _tell(self, text: str) -> None:
        self._out(f"{time.monotonic() - self._began:6.0f} s  {text}")

    def _done(self, name: str, step: Callable[[Path], None]) -> None:
        """Do a step, unless it was done. What it leaves appears whole or not at all."""
        path = self._work / name
        if path.exists():
            return
        self._tell(name)
        half = path.with_name(f"half-{path.name}")
        if half.is_dir():
            shutil.rmtree(half)
        step(half)
        half.rename(path)

    def _lexicon(self) -> Lexicon:
        return read_lexicon(self._work / "texts" / "lexicon.txt")

    def _lines(self, name: str) -> list[str]:
        return (self._work / "texts" / f"{name}.txt").read_text(encoding="utf-8").splitlines()

    def _gather(self, out: Path) -> None:
        """Sentences for the language model, for the voices, and for judging; and how their words are said."""
        out.mkdir()
        if self._mirrors is None:
            own = (WORDING / "toy.txt").read_text(encoding="utf-8").splitlines()
            lexicon = vocabulary.lexicon_of({word for line in own for word in line.split()})
            often = own * 20  # what is said once would be pruned
            kinds = {"language": often, "public": own, "own": own, "kept": []}
        else:
            found = texts.gather(self._mirrors, self._size.own)
            lexicon = vocabulary.lexicon_of(vocabulary.vocabulary(found, texts.own_words()))
            words = set(lexicon)
            public = vocabulary.within(found.public, words, 2, 16)
            trained = set(public) | set(found.own)
            kept = [line for line in vocabulary.within(found.kept, words, 4, 14) if line not in trained]
            kinds = {
                "language": vocabulary.for_language(found, words),
                "public": public,
                "own": vocabulary.within(found.own, words, 1, 22),
                "kept": random.Random(5).sample(kept, self._size.kept),
            }
        write_lexicon(lexicon, out / "lexicon.txt")
        for kind, lines in kinds.items():
            (out / f"{kind}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def _build(self, out: Path) -> None:
        lexicon = self._lexicon()
        found = language.estimate(self._lines("language"), set(lexicon), self._size.least_pair, self._size.least_triple)
        self._tell("n-grams of one, two and three words: {}, {}, {}".format(*found.sizes))
        graph.build(lexicon, found, out)

    def _speak(self, out: Path, seed: int) -> None:
        """One file of speech, half of other people's wording and half of ours."""
        public, own = self._lines("public"), self._lines("own")

        def draw(chance: random.Random) -> str:
            return chance.choice(public if chance.random() < 0.5 else own)

        said = speech.pieces(draw, self._size.speaker, seed, self._size.telephone)
        speech.write(list(itertools.islice(said, self._size.pieces)), out.with_suffix(".npz"))

    def _spoken(self) -> list[speech.Piece]:
        return [piece for path in sorted((self._work / "speech").glob("[0-9]*.npz")) for piece in speech.read(path)]

    def _begin(self, out: Path) -> None:
        """The net on synthetic voices alone."""
        net = Net(self._size.width)
        learning = training.Training(net, self._spoken(), self._lexicon(), self._size.frames, self._tell)
        mean, std = learning.measure_input()
        if self._start is not None:
            learning.net = net = Net.of(kaldi.read_model(self._start / "am" / "final.mdl", OFFSETS), mean, std)
            learning.measure_prior()
        else:
            net.mean.copy_(mean)
            net.std.copy_(std)
            for stage in self._size.first:
                learning.go(stage)
        net.save(out)

    def _go_on(self, out: Path, number: int, stage: Stage) -> None:
        """Listen to the real voices with the net there is, and train on all."""
        lexicon = self._lexicon()
        net = Net.load(self._work / ("first.pt" if number == 1 else f"net{number - 1}.pt"))
        pieces = self._spoken()
        if self._mirrors is not None:
            real, kept = clips.transcribed(clips.gather(self._mirrors, set(lexicon)), net, lexicon)
            sets.keep_clips(kept, self._work / "clips")
            pieces += real * (2 if stage is self._size.then[-1] else 1)
        learning = training.Training(net, pieces, lexicon, self._size.frames, self._tell)
        learning.go(stage)
        net.save(out)

    def _make_sets(self, out: Path) -> None:
        """Sounds to judge by. A toy is judged by what it was trained on."""
        if self._mirrors is None:
            sets.make_sets({"toy": (self._lines("own"), voices.FEW)}, out)
            return
        kept, own = self._lines("kept"), texts.own_kept()
        half = len(kept) // 2
        star = {"star_heard": (kept[:half], voices.HEARD), "star_kept": (kept[half:], voices.KEPT)}
        sets.make_sets(star | {"own_heard": (own, voices.HEARD), "own_kept": (own, voices.KEPT)}, out)

    def _export(self, out: Path) -> None:
        last = max(self._work.glob("net[0-9]*.pt"), key=lambda path: int(path.stem[3:]))
        net = Net.load(last)
        net.fold_prior()
        kaldi.write_model(net.layers(), out / "am" / "final.mdl")
        kaldi.write_settings(out / "conf", ACOUSTIC_SCALE)
        shutil.copytree(self._work / "graph", out / "graph", dirs_exist_ok=True)
        self._tell(f"{out}: {sum(path.stat().st_size for path in out.rglob('*')) / 1e6:.1f} MB")
