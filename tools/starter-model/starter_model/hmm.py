"""Which output belongs to which frame: forward and backward over the words that were said, and over all that could have been said.

Going on and staying cost nothing, in the sentences here as in the graph. Scores are logarithms, of any constant for each frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .phones import OUTPUTS

NEVER = -1e30


@dataclass(frozen=True)
class Chains:
    """The outputs that sentences go through, one after the other, with a pause that may be left out around each word."""

    outputs: Tensor
    """[sentences, states]"""
    used: Tensor
    """Whether there is such a state."""
    leap: Tensor
    """0 where a state may be entered from the one before the last, which leaves a pause out; else `NEVER`."""
    ends: Tensor
    """How many states each has."""

    @classmethod
    def of(cls, sentences: Sequence[Sequence[Sequence[int]]]) -> "Chains":
        """Chains of sentences, each a list of words, each a list of outputs."""
        rows = [[0] + [output for word in words for output in (*word, 0)] for words in sentences]
        pauses = [[True] + [pause for word in words for pause in (*[False] * len(word), True)] for words in sentences]
        ends = torch.tensor([len(row) for row in rows])
        outputs = torch.zeros(len(rows), int(ends.max()), dtype=torch.long)
        leap = torch.full(outputs.shape, NEVER)
        for number, (row, pause) in enumerate(zip(rows, pauses, strict=True)):
            outputs[number, : len(row)] = torch.tensor(row)
            leap[number, 2 : len(row)][torch.tensor(pause)[1:-1]] = 0
        return cls(outputs, torch.arange(outputs.shape[1]) < ends[:, None], leap, ends)

    def emissions(self, scores: Tensor) -> Tensor:
        """[sentences, frames, states]: the score of each state's output."""
        wide = self.outputs[:, None, :].expand(-1, scores.shape[1], -1)
        return torch.gather(scores, 2, wide).masked_fill(~self.used[:, None, :], NEVER)

    def forward(self, emissions: Tensor) -> Tensor:
        """[sentences, frames, states]: all ways that lead there."""
        sentences, frames, states = emissions.shape
        ways = torch.full((sentences, frames, states), NEVER)
        ways[:, 0, :2] = emissions[:, 0, :2]
        one, two = torch.full((sentences, states), NEVER), torch.full((sentences, states), NEVER)
        for frame in range(1, frames):
            stay = ways[:, frame - 1]
            one[:, 1:], two[:, 2:] = stay[:, :-1], stay[:, :-2]
            ways[:, frame] = torch.logaddexp(torch.logaddexp(stay, one), two + self.leap) + emissions[:, frame]
        return ways

    def backward(self, emissions: Tensor, frames: Tensor) -> Tensor:
        """[sentences, frames, states]: all ways from there to the end, which each sentence has at its own last frame."""
        sentences, longest, states = emissions.shape
        ways = torch.full((sentences, longest, states), NEVER)
        final = self.final()
        leap = torch.full((sentences, states), NEVER)
        leap[:, :-2] = self.leap[:, 2:]
        one, two = torch.full((sentences, states), NEVER), torch.full((sentences, states), NEVER)
        going = torch.full((sentences, states), NEVER)
        for frame in range(longest - 1, -1, -1):
            if frame < longest - 1:
                stay = ways[:, frame + 1] + emissions[:, frame + 1]
                one[:, :-1], two[:, :-2] = stay[:, 1:], stay[:, 2:]
                going = torch.logaddexp(torch.logaddexp(stay, one), two + leap)
            ways[:, frame] = torch.where((frames - 1 == frame)[:, None], final, going)
        return ways

    def final(self) -> Tensor:
        """A sentence ends in its last word or the pause after it."""
        final = torch.full(self.outputs.shape, NEVER)
        final[torch.arange(len(final)), self.ends - 1] = 0
        final[torch.arange(len(final)), self.ends - 2] = 0
        return final

    def likelihoods(self, scores: Tensor, frames: Tensor) -> Tensor:
        """[sentences]: the logarithm of all ways through each sentence."""
        ways = self.forward(self.emissions(scores))[torch.arange(len(frames)), frames - 1]
        return torch.logsumexp(ways + self.final(), 1)

    def posteriors(self, scores: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """How likely each output is at each frame if the sentence was said, and the sentences' likelihoods; 0 where it does not fit."""
        emissions = self.emissions(scores)
        ahead = self.forward(emissions)
        likelihoods = torch.logsumexp(ahead[torch.arange(len(frames)), frames - 1] + self.final(), 1)
        share = torch.exp((ahead + self.backward(emissions, frames) - likelihoods[:, None, None]).clamp(max=0))
        share = share * (within(frames, scores.shape[1]) & (likelihoods > NEVER / 1e20)[:, None])[:, :, None] * self.used[:, None, :]
        found = torch.zeros_like(scores)
        return found.scatter_add_(2, self.outputs[:, None, :].expand(-1, scores.shape[1], -1), share), likelihoods


def within(frames: Tensor, longest: int) -> Tensor:
    """[sentences, longest]: which frames belong to the sentence."""
    return torch.arange(longest)[None] < frames[:, None]


class Anything:
    """All that could have been said: outputs follow each other as pairs do in the training's sentences."""

    PAUSED = 0.15
    """How often a pause stands between two words."""
    UNSEEN = 0.02
    """The count of a pair that does not occur."""

    def __init__(self, sentences: Sequence[Sequence[Sequence[int]]]) -> None:
        counts = np.full((OUTPUTS, OUTPUTS), self.UNSEEN)
        for words in sentences:
            last = 0
            for number, word in enumerate(words):
                for output in word:
                    counts[last, output] += 1
                    last = output
                if number < len(words) - 1:
                    counts[last, 0] += self.PAUSED
                    counts[0, words[number + 1][0]] += self.PAUSED
            counts[last, 0] += 1
        follows = counts / counts.sum(1, keepdims=True)
        self._follows = torch.tensor(follows, dtype=torch.float32) + torch.eye(OUTPUTS)
        self._first = torch.tensor(follows[0] / 2, dtype=torch.float32)
        self._first[0] = 0.5

    def posteriors(self, scores: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """How likely each output is at each frame, whatever was said, and the likelihoods of it all."""
        sentences, longest, _ = scores.shape
        highest = scores.max(2, keepdim=True)[0]
        emissions = torch.exp(scores - highest)  # as numbers, not logarithms: matrix products do the rest
        ahead, norms = torch.zeros_like(scores), torch.zeros(sentences, longest)
        for frame in range(longest):
            now = (self._first if frame == 0 else ahead[:, frame - 1] @ self._follows) * emissions[:, frame]
            sums = now.sum(1)
            norms[:, frame] = torch.log(sums)
            ahead[:, frame] = now / sums[:, None]
        after = torch.ones_like(scores)
        for frame in range(longest - 2, -1, -1):
            now = (after[:, frame + 1] * emissions[:, frame + 1]) @ self._follows.t()
            inside = (frames - 1 > frame)[:, None]
            after[:, frame] = torch.where(inside, now / now.sum(1, keepdim=True), torch.ones(OUTPUTS))
        share = ahead * after
        mask = within(frames, longest)
        return share / share.sum(2, keepdim=True) * mask[:, :, None], ((norms + highest[:, :, 0]) * mask).sum(1)
