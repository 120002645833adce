"""Real voices: coffee orders that come without their words. Of all that the orders' grammar allows, the net picks what was said."""

import hashlib
import io
import itertools
import json
import random
from dataclasses import dataclass

import numpy as np
import soundfile
import torch
import torch.nn.functional as functional

from .acoustics import Surroundings
from .features import Features, features
from .hmm import Chains
from .net import PRIOR_SHARE, Net
from .phones import Lexicon, outputs_of
from .sources import PICOVOICE, Mirrors
from .speech import Piece
from .voices import RATE, Sound

CARRIERS = ["brew", "can i get", "can i have", "i want", "get me", "give me", "i'd like", "make me", "may i have"]
COPIES = 3
"""Of each clip for training: as it is, and changed by other surroundings."""
SOUND_COST = 2.6
"""Taken from a score for each sound: scores of unlike lengths cannot be compared without, and the longest sentence would win."""


@dataclass(frozen=True)
class Clip:
    """A recording, and what it may say."""

    name: str
    sound: Sound
    candidates: list[str]

    @property
    def kept(self) -> bool:
        """A tenth is for judging only; which, its name decides."""
        return int(hashlib.md5(self.name.encode()).hexdigest(), 16) % 10 == 0


def gather(mirrors: Mirrors, words: set[str]) -> list[Clip]:
    """The recordings of the source, with the sentences of known words that their labels allow."""
    repository = mirrors.open(PICOVOICE)
    labels = json.loads(repository.read("data/label/label.json"))
    found = []
    for path, content in repository.files("data/speech"):
        name = path.rsplit("/", 1)[-1]
        if name not in labels:
            continue
        sound, rate = soundfile.read(io.BytesIO(content), dtype="float32")
        slots = {slot: str(value).strip().lower() for slot, value in labels[name].get("slots", labels[name]).items()}
        candidates = [said for said in _orders(slots) if all(word in words for word in said.split())]
        if candidates and rate == RATE:
            found.append(Clip(name, sound, candidates))
    return sorted(found, key=lambda clip: clip.name)


def _orders(slots: dict[str, str]) -> list[str]:
    """All ways to order what the slots say."""
    before = [slots[slot] for slot in ("size", "roast", "numberOfShots") if slots.get(slot)]
    after = [slots[slot] for slot in ("milkAmount", "sugarAmount") if slots.get(slot)]
    drink = slots.get("coffeeDrink", "")
    orders = set()
    for carrier, first, last in itertools.product(CARRIERS, itertools.permutations(before), itertools.permutations(after)):
        ordered = " ".join([*first, drink]).strip()
        wish = f" with {' and '.join(last)}" if last else ""
        orders.add(f"{carrier} a {ordered}{wish}")
        if ordered[:1] in ("a", "e", "i"):
            orders.add(f"{carrier} an {ordered}{wish}")
    return sorted(orders)


def said(clip: Clip, heard: Features, net: Net, lexicon: Lexicon) -> str:
    """The candidate that fits a clip best."""
    with torch.no_grad():
        out = net(torch.from_numpy(heard)[None].float())
        scores = out if net.folded else functional.log_softmax(out, 2) - PRIOR_SHARE * net.prior
        best: list[tuple[float, str]] = []
        for start in range(0, len(clip.candidates), 128):
            some = clip.candidates[start : start + 128]
            outputs = [outputs_of(candidate.split(), lexicon) for candidate in some]
            frames = torch.full((len(some),), scores.shape[1])
            fits = Chains.of(outputs).likelihoods(scores.expand(len(some), -1, -1), frames)
            if net.folded:
                fits = fits - SOUND_COST * torch.tensor([float(sum(map(len, words))) for words in outputs])
            best.append((float(fits.max()), some[int(fits.argmax())]))
    return max(best)[1]


def transcribed(clips: list[Clip], net: Net, lexicon: Lexicon) -> tuple[list[Piece], list[tuple[Sound, str]]]:
    """Pieces to train on, and sounds with their words to judge by."""
    net.eval()
    around = Surroundings(random.Random(4))
    pieces: list[Piece] = []
    kept: list[tuple[Sound, str]] = []
    for clip in clips:
        plain = features(clip.sound)
        words = said(clip, plain, net, lexicon)
        if clip.kept:
            kept.append((clip.sound, words))
            continue
        for heard in [plain, *(features(around.changed(clip.sound)) for _ in range(COPIES - 1))]:
            pieces.append(Piece(heard.astype(np.float16), words.split(), "real"))
    return pieces, kept
