"""Kaldi's files: `am/final.mdl` (binary: transitions and an nnet3 net), written and read, and Vosk's settings beside it.

The format is that of Kaldi's own readers (hmm/transition-model.cc, nnet3/nnet-nnet.cc, matrix/compressed-matrix.cc), proved against the
vosk wheel.
"""

import math
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np

from .features import HIGHEST, LOWEST, SIZE
from .net import Layer, Matrix
from .phones import PHONES, output_of
from .sources import RecipeError
from .voices import RATE

COMPRESSED_FROM = 64
"""Rows from which a matrix is kept in 16 bits a weight: half the size, and no word is heard differently."""


class _Writer:
    """Kaldi's binary tokens and numbers."""

    def __init__(self) -> None:
        self.bytes = bytearray(b"\0B")

    def token(self, *tokens: str) -> None:
        for token in tokens:
            self.bytes += token.encode() + b" "

    def whole(self, *values: int) -> None:
        for value in values:
            self.bytes += b"\4" + struct.pack("<i", value)

    def real(self, value: float) -> None:
        self.bytes += b"\4" + struct.pack("<f", value)

    def wholes(self, values: list[int]) -> None:
        self.whole(len(values))
        self.bytes += np.asarray(values, "<i4").tobytes()

    def vector(self, values: Any) -> None:
        self.token("FV")
        self.whole(len(values))
        self.bytes += np.asarray(values, "<f4").tobytes()

    def matrix(self, values: Matrix) -> None:
        rows, columns = values.shape
        if rows < COMPRESSED_FROM:
            self.token("FM")
            self.whole(rows, columns)
            self.bytes += np.ascontiguousarray(values, "<f4").tobytes()
            return
        low, span = float(values.min()), float(np.ptp(values))
        self.token("CM2")
        self.bytes += struct.pack("<ffii", low, span, rows, columns) + np.round((values - low) / span * 65535).astype("<u2").tobytes()


def write_model(layers: list[Layer], path: Path) -> None:
    """Write the acoustic model."""
    writer = _Writer()
    _transitions(writer)
    _net(writer, layers)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(writer.bytes)


def _transitions(writer: _Writer) -> None:
    """Every phone has one state, which stays or goes on with equal chance."""
    half = 0.5
    writer.token("<TransitionModel>", "<Topology>")
    writer.wholes(list(range(1, PHONES + 1)))
    writer.wholes([-1] + [0] * PHONES)
    writer.whole(1, 2, 0, 2, 0)  # one kind of phone, two states; the first: its class of outputs, two ways, to itself …
    writer.real(half)
    writer.whole(1)  # … and on
    writer.real(half)
    writer.whole(-1, 0)  # the last state: no output, no ways
    writer.token("</Topology>", "<Triples>")
    writer.whole(PHONES)
    for phone in range(1, PHONES + 1):
        writer.whole(phone, 0, output_of(phone))
    writer.token("</Triples>", "<LogProbs>")
    writer.vector([0.0] + [math.log(half)] * (2 * PHONES))
    writer.token("</LogProbs>", "</TransitionModel>")


def _net(writer: _Writer, layers: list[Layer]) -> None:
    config = [f"input-node name=input dim={SIZE}"]
    components: list[tuple[str, Layer | str, int]] = []
    before = "input"

    def node(name: str, what: Layer | str, size: int, given: str) -> None:
        components.append((name, what, size))
        config.append(f"component-node name={name} component={name} input={given}")

    for number, layer in enumerate(layers, start=1):
        size = len(layer.bias)
        parts = [before if offset == 0 else f"Offset({before}, {offset})" for offset in layer.offsets]
        node(f"l{number}.affine", layer, size, parts[0] if len(parts) == 1 else f"Append({', '.join(parts)})")
        if number == len(layers):
            config.append(f"output-node name=output input=l{number}.affine objective=linear")
            break
        node(f"l{number}.relu", "relu", size, f"l{number}.affine")
        if layer.added:
            node(f"l{number}.sum", "sum", size, f"Sum({before}, l{number}.relu)")
        before = f"l{number}.sum" if layer.added else f"l{number}.relu"
    writer.token("<Nnet3>")
    writer.bytes += ("\n" + "\n".join(config) + "\n\n").encode()
    writer.token("<NumComponents>")
    writer.whole(len(components))
    for name, what, size in components:
        writer.token("<ComponentName>", name)
        _component(writer, what, size)
    writer.token("</Nnet3>", "<LeftContext>")
    writer.whole(-sum(min(layer.offsets) for layer in layers))
    writer.token("<RightContext>")
    writer.whole(sum(max(layer.offsets) for layer in layers))
    writer.token("<Priors>")
    writer.vector([])


def _component(writer: _Writer, what: Layer | str, size: int) -> None:
    if isinstance(what, Layer):
        writer.token("<FixedAffineComponent>", "<LinearParams>")
        writer.matrix(what.weights)
        writer.token("<BiasParams>")
        writer.vector(what.bias)
        writer.token("</FixedAffineComponent>")
    elif what == "relu":
        writer.token("<RectifiedLinearComponent>", "<Dim>")
        writer.whole(size)
        for name in ("<ValueAvg>", "<DerivAvg>"):
            writer.token(name)
            writer.vector([])
        writer.token("<Count>")
        writer.real(0)
        writer.token("</RectifiedLinearComponent>")
    else:
        writer.token("<NoOpComponent>", "<Dim>")
        writer.whole(size)
        writer.token("<BackpropScale>")
        writer.real(1.0)
        writer.token("</NoOpComponent>")


def read_model(path: Path, offsets: tuple[tuple[int, ...], ...]) -> list[Layer]:
    """The layers of a model that `write_model` wrote, to go on from; their `offsets` are not read but told.

    Raises:
        RecipeError: it is not such a model.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecipeError(f"{path}: {error.strerror}; give the folder of a model that this recipe made") from error
    layers = []
    for number, found in enumerate(re.finditer(rb"<FixedAffineComponent> <LinearParams> (CM2|FM) ", content)):
        at = found.end()
        if found[1] == b"CM2":
            low, span, rows, columns = struct.unpack_from("<ffii", content, at)
            at += 16
            weights = np.frombuffer(content, "<u2", rows * columns, at).astype(np.float64) / 65535 * span + low
            at += 2 * rows * columns
        else:
            rows, columns = struct.unpack_from("<xixi", content, at)
            at += 10
            weights = np.frombuffer(content, "<f4", rows * columns, at).astype(np.float64)
            at += 4 * rows * columns
        at += len(b"<BiasParams> FV ")
        (size,) = struct.unpack_from("<xi", content, at)
        bias = np.frombuffer(content, "<f4", size, at + 5).astype(np.float64)
        layer_offsets = offsets[number] if number < len(offsets) else (0,)
        layers.append(Layer(weights.reshape(rows, columns), bias, layer_offsets, added=0 < number < len(offsets)))
    if len(layers) != len(offsets) + 1:
        raise RecipeError(f"{path}: {len(layers)} layers instead of {len(offsets) + 1}; give a model that this recipe made")
    return layers


def write_settings(folder: Path, acoustic_scale: float) -> None:
    """Write Vosk's `conf` folder. The pauses at which it ends a sentence suit talk on the phone."""
    folder.mkdir(parents=True, exist_ok=True)
    model = {
        "min-active": 200,
        "max-active": 3000,
        "beam": 11.0,
        "lattice-beam": 4.0,
        "acoustic-scale": acoustic_scale,
        "frame-subsampling-factor": 3,
        "endpoint.silence-phones": 1,
        "endpoint.rule2.min-trailing-silence": 0.4,
        "endpoint.rule3.min-trailing-silence": 0.65,
        "endpoint.rule4.min-trailing-silence": 1.0,
    }
    mfcc = {
        "use-energy": "false",
        "sample-frequency": RATE,
        "num-mel-bins": SIZE,
        "num-ceps": SIZE,
        "low-freq": LOWEST,
        "high-freq": HIGHEST,
        "dither": 0.0,
        "allow-upsample": "true",
    }
    for name, settings in (("model.conf", model), ("mfcc.conf", mfcc)):
        (folder / name).write_text("".join(f"--{key}={value}\n" for key, value in settings.items()), encoding="ascii")
