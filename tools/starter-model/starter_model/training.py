"""How the net learns: from evenly spread sounds, then from all ways that the words could lie in the sound, then against all other words.

The first two make a net of probabilities (cross-entropy on alignments; Rabiner 1989), the last one of scores (lattice-free MMI with a
bigram of sounds; Povey et al. 2016).
"""

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from .hmm import Anything, Chains, within
from .net import PRIOR_SHARE, SPARING, Net
from .phones import OUTPUT, Lexicon, outputs_of
from .speech import Piece

Told = Callable[[str], None]
OTHER_PRONUNCIATION = 0.15
"""How often a word is taken to be said in any of its ways rather than the commonest."""
GROUPED = 2000
"""Pieces among which those of like length go into one batch."""


@dataclass(frozen=True)
class Stage:
    """A part of the training."""

    kind: str
    """`even`, `words` or `against`."""
    updates: int
    rate: float
    """The highest learning rate; it rises over the first hundred updates and falls to a thirtieth along a cosine."""


class Training:
    """A net and the speech it learns from."""

    def __init__(self, net: Net, pieces: Sequence[Piece], lexicon: Lexicon, frames: int, tell: Told) -> None:
        """`frames` are those of a batch, 100 a second."""
        torch.set_num_threads(1)  # two wait for each other more than they work, wherever the machine does anything else
        torch.set_flush_denormal(True)  # as the scores sharpen, the smallest numbers would make it four times as slow
        self.net = net
        self._lexicon = lexicon
        self._ways = {word: [[OUTPUT[sound] for sound in way] for way in ways] for word, ways in lexicon.items()}
        self._pieces = [piece for piece in pieces if self._fits(piece)]
        self._frames = frames
        self._tell = tell
        self._chance = random.Random(2)
        self._anything = Anything([outputs_of(piece.words, lexicon) for piece in self._pieces])

    def _fits(self, piece: Piece) -> bool:
        """Whether all words are known, and have the time they need."""
        if not all(word in self._lexicon for word in piece.words):
            return False
        return max(30, SPARING / 0.9 * sum(len(self._lexicon[word][0]) for word in piece.words)) < len(piece.features)

    def measure_input(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation of the frames."""
        some = self._chance.sample(self._pieces, min(2000, len(self._pieces)))
        frames = np.concatenate([piece.features for piece in some]).astype(np.float32)
        return torch.tensor(frames.mean(0)), torch.tensor(frames.std(0))

    def measure_prior(self) -> None:
        """How frequent the outputs are, of a net whose scores have lost it: worked out from where they lie in the speech."""
        batches = itertools.islice(self._batches(), 20)
        shares = torch.zeros_like(self.net.prior)
        with torch.no_grad():
            for pieces in batches:
                rows, frames = _laid(pieces)
                chains = Chains.of([outputs_of(piece.words, self._lexicon) for piece in pieces])
                shares += chains.posteriors(self.net.eval()(rows), frames)[0].sum((0, 1))
        self.net.prior.copy_(torch.log(shares / shares.sum()))

    def go(self, stage: Stage) -> None:
        """Train by a stage."""
        if stage.kind == "against":
            self.net.fold_prior()
        optimizer = torch.optim.AdamW(self.net.parameters(), lr=stage.rate, weight_decay=1e-3)
        self.net.train()
        batches = self._batches()
        smooth: float | None = None
        for number in range(stage.updates):
            falling = 0.5 * (1 + math.cos(math.pi * number / stage.updates)) * 0.97 + 0.03
            for group in optimizer.param_groups:
                group["lr"] = stage.rate * min(1, (number + 1) / 100) * falling
            optimizer.zero_grad()
            loss, shown = self._loss(stage.kind, next(batches))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
            optimizer.step()
            smooth = shown if smooth is None else 0.98 * smooth + 0.02 * shown
            if (number + 1) % 20 == 0 or number + 1 == stage.updates:
                self._tell(f"{stage.kind}: update {number + 1} of {stage.updates}, loss {smooth:.3f}")
        self.net.eval()

    def _batches(self) -> Iterator[list[Piece]]:
        while True:
            order = self._chance.sample(self._pieces, len(self._pieces))
            for start in range(0, len(order), GROUPED):
                batches: list[list[Piece]] = [[]]
                for piece in sorted(order[start : start + GROUPED], key=lambda piece: len(piece.features)):
                    if len(piece.features) * (len(batches[-1]) + 1) > self._frames and batches[-1]:
                        batches.append([])
                    batches[-1].append(piece)
                self._chance.shuffle(batches)
                yield from batches

    def _loss(self, kind: str, pieces: list[Piece]) -> tuple[Tensor, float]:
        """What is to become smaller, and a figure to show."""
        rows, frames = _laid(pieces)
        out = self.net(rows)
        total = frames.sum()
        logs = functional.log_softmax(out + PRIOR_SHARE * self.net.prior if self.net.folded else out, 2)
        if kind == "even":
            loss = -(self._even(pieces, logs) * logs).sum() / total
            return loss, loss.item()
        chains = Chains.of([self._said(piece.words) for piece in pieces])
        with torch.no_grad():
            scores = out if self.net.folded else logs - PRIOR_SHARE * self.net.prior
            said, likelihoods = chains.posteriors(scores, frames)
            self._note_prior(torch.exp(logs)[within(frames, logs.shape[1])].mean(0))
        cross_entropy = -(said * logs).sum() / total
        if kind == "words":
            return cross_entropy, cross_entropy.item()
        with torch.no_grad():
            anything, most = self._anything.posteriors(scores, frames)
            anything = anything * (said.sum((1, 2)) > 0)[:, None, None]
        loss = ((anything - said) * out).sum() / total + 0.1 * cross_entropy + 2e-4 * (out**2).sum() / total
        return loss, ((most - likelihoods).sum() / total).item()

    def _note_prior(self, now: Tensor) -> None:
        """How frequent the outputs are. Once it is in the scores, it stays as it was."""
        if not self.net.folded:
            self.net.prior.copy_(torch.log(0.99 * torch.exp(self.net.prior) + 0.01 * now))

    def _said(self, words: list[str]) -> list[list[int]]:
        chance = self._chance
        return [chance.choice(self._ways[word]) if chance.random() < OTHER_PRONUNCIATION else self._ways[word][0] for word in words]

    def _even(self, pieces: list[Piece], like: Tensor) -> Tensor:
        """A first guess: silence where it is quiet, the sounds spread evenly over the rest."""
        guess = torch.zeros_like(like)
        for row, piece in zip(guess, pieces, strict=True):
            energy = piece.features[::SPARING, 0].astype(np.float32)
            low, high = np.percentile(energy, [5, 95])
            loud = np.flatnonzero(energy > low + 0.35 * (high - low))
            sounds = np.array([sound for word in outputs_of(piece.words, self._lexicon) for sound in word])
            outputs = np.zeros(len(energy), np.int64)
            if len(loud) >= len(sounds):
                outputs[loud] = sounds[np.arange(len(loud)) * len(sounds) // len(loud)]
            row[torch.arange(len(outputs)), torch.from_numpy(outputs)] = 1
        return guess


def _laid(pieces: Sequence[Piece]) -> tuple[Tensor, Tensor]:
    """Pieces as one block, their last frames repeated to the end, and how many outputs each has."""
    rows = np.zeros((len(pieces), max(len(piece.features) for piece in pieces), pieces[0].features.shape[1]), np.float32)
    for row, piece in zip(rows, pieces, strict=True):
        row[: len(piece.features)] = piece.features
        row[len(piece.features) :] = piece.features[-1]
    return torch.from_numpy(rows), torch.tensor([(len(piece.features) + SPARING - 1) // SPARING for piece in pieces])
