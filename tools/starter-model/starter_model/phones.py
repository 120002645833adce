"""The sounds of the model, and how Kaldi numbers them.

Silence is phone 1; each of the 39 sounds of the CMU dictionary follows in four copies, for its place in a word (begin, inside, end, alone),
which share one output of the net. A phone has one state with two transitions: stay, and go on.
"""

from collections.abc import Iterable
from pathlib import Path

SOUNDS = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
).split()  # ARPAbet without stress
OUTPUT = {sound: number for number, sound in enumerate(SOUNDS, start=1)}
"""The net's output for a sound; silence is 0."""
OUTPUTS = 1 + len(SOUNDS)
SILENCE = 1
"""Kaldi's number of silence."""
PLACES = ("begin", "internal", "end", "singleton")
"""Of a phone in its word, as Kaldi's `word_boundary.int` names them."""
PHONES = 1 + len(PLACES) * len(SOUNDS)

Lexicon = dict[str, list[list[str]]]
"""Words with their pronunciations, the commonest first, each a list of sounds."""


def phone(sound: str, place: str) -> int:
    """Kaldi's number of a sound at a place of its word."""
    return 2 + len(PLACES) * (OUTPUT[sound] - 1) + PLACES.index(place)


def output_of(number: int) -> int:
    """The net's output for one of Kaldi's phones."""
    return 0 if number == SILENCE else (number - 2) // len(PLACES) + 1


def place_of(number: int) -> str:
    """Where in its word one of Kaldi's phones stands; `nonword` for silence."""
    return "nonword" if number == SILENCE else PLACES[(number - 2) % len(PLACES)]


def phones_of(pronunciation: list[str]) -> list[int]:
    """Kaldi's phones of one word."""
    last = len(pronunciation) - 1
    places = ["singleton"] if last == 0 else ["begin", *["internal"] * (last - 1), "end"]
    return [phone(sound, place) for sound, place in zip(pronunciation, places, strict=True)]


def staying(number: int) -> int:
    """The transition of a phone that stays in its state."""
    return 2 * number - 1


def entering(number: int) -> int:
    """The transition of a phone that goes on. With Kaldi's reordering it stands on the way into the state."""
    return 2 * number


def write_lexicon(lexicon: Lexicon, path: Path) -> None:
    """One line for a pronunciation: word, tab, sounds."""
    path.write_text("".join(f"{word}\t{' '.join(said)}\n" for word in sorted(lexicon) for said in lexicon[word]), encoding="utf-8")


def read_lexicon(path: Path) -> Lexicon:
    """What `write_lexicon` wrote."""
    lexicon: Lexicon = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, said = line.split("\t")
        lexicon.setdefault(word, []).append(said.split())
    return lexicon


def outputs_of(words: Iterable[str], lexicon: Lexicon) -> list[list[int]]:
    """The net's outputs of a sentence, word by word, each word as it is commonly said."""
    return [[OUTPUT[sound] for sound in lexicon[word][0]] for word in words]
