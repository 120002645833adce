"""The acoustic net: a time-delay network of six layers that looks at 0.27 s on either side and gives scores every 30 ms."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from .features import SIZE
from .phones import OUTPUTS

OFFSETS = (tuple(range(-3, 4)), (-3, 0, 3), (-3, 0, 3), (-6, 0, 6), (-6, 0, 6), (-6, 0, 6))
"""The frames that each layer looks at, from the one it is about. All but the first add their input to what they make of it."""
SPARING = 3
"""One output for so many frames."""
BEFORE, AFTER = -sum(offsets[0] for offsets in OFFSETS), sum(offsets[-1] for offsets in OFFSETS)
PRIOR_SHARE = 0.3
"""How much of the outputs' own frequency is taken out of their probabilities."""
Matrix = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Layer:
    """An affine layer with everything folded in; all but the last are followed by a rectifier."""

    weights: Matrix
    bias: Matrix
    offsets: tuple[int, ...]
    added: bool
    """Whether its input is added to what comes out."""


class Net(nn.Module):
    """Frames in, scores of the outputs out.

    Frames are laid side by side and multiplied, which is several times as fast on a processor as a convolution.
    """

    mean: Tensor
    std: Tensor
    prior: Tensor
    folded: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        sizes = [(SIZE if number == 0 else width) * len(offsets) for number, offsets in enumerate(OFFSETS)]
        self.affine = nn.ModuleList([nn.Linear(size, width, bias=False) for size in sizes])
        self.norm = nn.ModuleList([nn.BatchNorm1d(width) for _ in OFFSETS])
        self.out = nn.Linear(width, OUTPUTS)
        self.still = False
        """Whether the norms stay as they are, which makes them plain factors."""
        self.register_buffer("mean", torch.zeros(SIZE))
        self.register_buffer("std", torch.ones(SIZE))
        self.register_buffer("prior", torch.full((OUTPUTS,), -float(np.log(OUTPUTS))))
        self.register_buffer("folded", torch.tensor(False))

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        if self.still:
            self.norm.eval()
        return self

    def forward(self, frames: Tensor) -> Tensor:
        """[pieces, frames, 40] → [pieces, a third as many, outputs]; the edges are repeated, as Kaldi does."""
        pieces, length, _ = frames.shape
        wanted = (length + SPARING - 1) // SPARING
        scaled = (frames - self.mean) / self.std
        scaled = torch.cat([scaled[:, :1].expand(-1, BEFORE, -1), scaled, scaled[:, -1:].expand(-1, AFTER + SPARING - 1, -1)], 1)
        first = OFFSETS[0]
        rows = wanted + (BEFORE + AFTER + first[0] - first[-1]) // SPARING
        spliced = torch.cat([scaled[:, at : at + SPARING * (rows - 1) + 1 : SPARING] for at in range(len(first))], 2)
        hidden = spliced
        for number, (affine, norm, offsets) in enumerate(zip(self.affine, self.norm, OFFSETS, strict=True)):
            middle = hidden
            if number:
                step = offsets[-1] // SPARING
                middle = hidden[:, step:-step]
                spliced = torch.cat([hidden[:, : -2 * step], middle, hidden[:, 2 * step :]], 2)
            with torch.autocast("cpu", torch.bfloat16, enabled=self.training):
                product = affine(spliced)
            made = torch.relu(norm(product.float().view(-1, self.width)).view(pieces, -1, self.width))
            hidden = made + middle if number else made
        scores: Tensor = self.out(hidden)
        return scores

    def _norms(self) -> list[nn.BatchNorm1d]:
        return [norm for norm in self.norm if isinstance(norm, nn.BatchNorm1d)]

    def fold_prior(self) -> None:
        """Make scores of the logarithms of probabilities; once and for all."""
        if not self.folded:
            self.out.bias.data -= PRIOR_SHARE * self.prior
            self.folded.fill_(True)

    def layers(self) -> list[Layer]:
        """The same net as affine layers: scaling of the input and norms are folded in."""
        layers = []
        for number, (affine, norm, offsets) in enumerate(zip(self.affine, self._norms(), OFFSETS, strict=True)):
            factor = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
            weights = _array(affine.weight) * factor[:, None]
            bias = _array(norm.bias) - factor * _array(norm.running_mean)
            if number == 0:
                weights = weights / np.tile(_array(self.std), len(offsets))
                bias = bias - weights @ np.tile(_array(self.mean), len(offsets))
            layers.append(Layer(weights, bias, offsets, added=number > 0))
        return [*layers, Layer(_array(self.out.weight), _array(self.out.bias), (0,), added=False)]

    @classmethod
    def of(cls, layers: list[Layer], mean: Tensor, std: Tensor) -> Self:
        """A net of folded layers, which can be trained further; its norms stay still. `mean` and `std` are of the frames."""
        net = cls(len(layers[0].bias))
        net.still = True
        net.mean.copy_(mean)
        net.std.copy_(std)
        for number, (affine, norm, layer) in enumerate(zip(net.affine, net._norms(), layers, strict=False)):
            weights, bias = layer.weights, layer.bias
            if number == 0:
                bias = bias + weights @ np.tile(_array(mean), len(layer.offsets))
                weights = weights * np.tile(_array(std), len(layer.offsets))
            affine.weight.data = torch.from_numpy(weights).float()
            norm.bias.data.copy_(torch.from_numpy(bias))
            if norm.running_var is not None:
                norm.running_var.fill_(1 - norm.eps)
        net.out.weight.data.copy_(torch.from_numpy(layers[-1].weights))
        net.out.bias.data.copy_(torch.from_numpy(layers[-1].bias))
        net.folded.fill_(True)
        return net

    def save(self, path: Path) -> None:
        """Keep the net."""
        torch.save({"width": self.width, "still": self.still, "state": self.state_dict()}, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The net that was kept."""
        kept = torch.load(path, weights_only=True)
        net = cls(kept["width"])
        net.still = kept["still"]
        net.load_state_dict(kept["state"])
        return net


def _array(tensor: Any) -> Matrix:
    return np.asarray(tensor.detach().numpy(), np.float64)


def scores_of(layers: list[Layer], frames: Matrix) -> Matrix:
    """What the layers give for a piece of speech, worked out one by one as Vosk does: slow, and a check of all that is quick."""
    known: dict[tuple[int, int], Matrix] = {}

    def value(number: int, time: int) -> Matrix:
        if number < 0:
            return frames[min(max(time, 0), len(frames) - 1)]
        if (number, time) not in known:
            layer = layers[number]
            made = layer.weights @ np.concatenate([value(number - 1, time + offset) for offset in layer.offsets]) + layer.bias
            if number < len(layers) - 1:
                made = np.maximum(made, 0) + (value(number - 1, time) if layer.added else 0)
            known[number, time] = made
        return known[number, time]

    return np.stack([value(len(layers) - 1, time) for time in range(0, len(frames), SPARING)])
