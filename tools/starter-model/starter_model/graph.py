"""The recogniser's graph: sounds to words (HCLr, with look-ahead), and which words follow each other (Gr), joined as Vosk listens.

Two graphs are a fifth of the size of one that holds both, and only so can words be given at run time. Made with OpenFst: pynini's
bindings, and Debian's `fstconvert` for the look-ahead, which pynini cannot write.
"""

import ctypes.util
import math
import os
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pywrapfst as fst

from .language import BEGIN, END, Language
from .phones import PHONES, SILENCE, Lexicon, entering, phones_of, place_of, staying
from .sources import RecipeError

SECOND_BEST = 0.4
"""What each less common pronunciation of a word costs."""
PAUSE = math.log(2)
"""After a word, a pause and no pause are alike."""
FREE = 0.0


def build(lexicon: Lexicon, language: Language, out: Path) -> None:
    """Write the `graph` folder of a model.

    Raises:
        RecipeError: OpenFst's programs are not installed, or fail.
    """
    (out / "phones").mkdir(parents=True, exist_ok=True)
    numbers = {word: number for number, word in enumerate(sorted(lexicon), start=1)}
    plain, pairs = out / "HCL.fst", out / "relabelled.txt"
    _sounds_to_words(lexicon, numbers).write(str(plain))
    _with_look_ahead(plain, out / "HCLr.fst", pairs)
    moved = dict(_pairs(pairs))
    numbers = {word: moved[number] for word, number in numbers.items()}
    fst.convert(_words_in_order(language, numbers), "const").write(str(out / "Gr.fst"))
    ordered = sorted((number, word) for word, number in numbers.items())
    (out / "words.txt").write_text("<eps> 0\n" + "".join(f"{word} {number}\n" for number, word in ordered), encoding="utf-8")
    # Back-off arcs are plain epsilons, so that one unused number does.
    (out / "disambig_tid.int").write_text(f"{2 * PHONES + 1}\n", encoding="ascii")
    places = "".join(f"{number} {place_of(number)}\n" for number in range(1, PHONES + 1))
    (out / "phones" / "word_boundary.int").write_text(places, encoding="ascii")
    plain.unlink()
    pairs.unlink()


def _pairs(path: Path) -> Iterator[tuple[int, int]]:
    for line in path.read_text(encoding="ascii").splitlines():
        old, new = line.split()
        yield int(old), int(new)


def _with_look_ahead(plain: Path, out: Path, pairs: Path) -> None:
    """Turn a graph into one that looks ahead at the words; it renumbers the words."""
    library = ctypes.util.find_library("fstlookahead")
    program = shutil.which("fstconvert")
    if library is None or program is None:
        raise RecipeError("fstconvert: OpenFst with its look-ahead extension is not installed; apt install libfst-tools")
    command = [program, "--fst_type=olabel_lookahead", f"--save_relabel_opairs={pairs}", str(plain), str(out)]
    done = subprocess.run(command, env={**os.environ, "LD_PRELOAD": library}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RecipeError(f"fstconvert: {done.stderr.strip()}; is libfst-tools whole?")


def _weight(cost: float) -> fst.Weight:
    return fst.Weight("tropical", cost)


def _sounds_to_words(lexicon: Lexicon, numbers: dict[str, int]) -> fst.MutableFst:
    """Transitions in, words out."""
    every, marks = _lexicon(lexicon, numbers)
    every.arcsort("ilabel")
    words = fst.determinize(every)
    words.minimize(allow_nondet=False)
    words.relabel_pairs(ipairs=[(mark, 0) for mark in marks])
    states = _states(words)
    states.connect()
    states.arcsort("olabel")
    return states


def _lexicon(lexicon: Lexicon, numbers: dict[str, int]) -> tuple[fst.VectorFst, range]:
    """Phones in, words out, with a pause between words or none; words that sound alike end in marks, so that it can be determinised."""
    graph = fst.VectorFst()
    start, between, paused = graph.add_state(), graph.add_state(), graph.add_state()
    graph.set_start(start)
    graph.set_final(between)
    graph.add_arc(start, fst.Arc(0, 0, _weight(PAUSE), between))
    graph.add_arc(start, fst.Arc(SILENCE, 0, _weight(PAUSE), between))
    graph.add_arc(paused, fst.Arc(SILENCE, 0, _weight(FREE), between))
    alike: Counter[tuple[int, ...]] = Counter()
    first_mark = PHONES + 2
    for word in sorted(lexicon):
        for rank, pronunciation in enumerate(lexicon[word]):
            labels = phones_of(pronunciation)
            if seen := alike[key := tuple(labels)]:
                labels = [*labels, first_mark + seen - 1]
            alike[key] += 1
            state, output, cost = between, numbers[word], SECOND_BEST * rank
            for label in labels[:-1]:
                after = graph.add_state()
                graph.add_arc(state, fst.Arc(label, output, _weight(cost), after))
                state, output, cost = after, 0, FREE
            for after in (between, paused):
                graph.add_arc(state, fst.Arc(labels[-1], output, _weight(cost + PAUSE), after))
    return graph, range(first_mark, first_mark + max(alike.values()))


def _states(words: fst.MutableFst) -> fst.VectorFst:
    """Phones become states of the hidden Markov model: one enters a state and may stay there. Neither costs anything, as in training."""
    graph = fst.VectorFst()
    into: list[set[int]] = [set() for _ in range(words.num_states())]
    for state in words.states():
        for arc in words.arcs(state):
            into[arc.nextstate].add(arc.ilabel)
    into[words.start()].add(0)
    bases, entries = [], {}
    for state, labels in enumerate(into):
        base = graph.add_state()
        bases.append(base)
        # A state that several phones lead into gets one entry for each, as each stays in its own way.
        for label in labels:
            entries[state, label] = base if label == 0 or len(labels) == 1 else graph.add_state()
            if entries[state, label] != base:
                graph.add_arc(entries[state, label], fst.Arc(0, 0, _weight(FREE), base))
            if label:
                graph.add_arc(entries[state, label], fst.Arc(staying(label), 0, _weight(FREE), entries[state, label]))
    graph.set_start(bases[words.start()])
    for state, base in enumerate(bases):
        for arc in words.arcs(state):
            label = entering(arc.ilabel) if arc.ilabel else 0
            graph.add_arc(base, fst.Arc(label, arc.olabel, arc.weight, entries[arc.nextstate, arc.ilabel]))
        if float(words.final(state)) != math.inf:
            graph.set_final(base, words.final(state))
    return graph


def _words_in_order(language: Language, numbers: dict[str, int]) -> fst.VectorFst:
    """The language model as a graph: a state for each history."""
    graph = fst.VectorFst()
    states: defaultdict[tuple[str, ...], int] = defaultdict(graph.add_state)

    def after(*history: str) -> int:
        """The state of the longest history that is known."""
        if len(history) == 2 and history in language.three:
            return states[history]
        return states[history[-1:]] if history[-1:] and history[-1] in language.two else states[()]

    def add(history: tuple[str, ...], following: dict[str, float], back: tuple[float, int] | None) -> None:
        state = states[history]
        arcs = []
        for word, p in following.items():
            if word == END:
                graph.set_final(state, _weight(-math.log(p)))
            else:
                arcs.append((numbers[word], p, after(*history[-1:], word)))
        if back is not None:
            arcs.append((0, *back))
        for label, p, target in sorted(arcs):
            graph.add_arc(state, fst.Arc(label, label, _weight(-math.log(p)), target))

    graph.set_start(states[(BEGIN,)])
    add((), language.one, None)
    for word, following in language.two.items():
        add((word,), following, (language.back_from_two[word], states[()]))
    for history, following in language.three.items():
        add(history, following, (language.back_from_three[history], after(history[1])))
    graph.arcsort("ilabel")
    return graph
