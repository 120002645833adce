"""Frames as real peers send them, from tests/recordings, and what may become of them on the way to us."""

import contextlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols.room import Room, Said

Frame: TypeAlias = str | bytes

T = TypeVar("T")

FOLDER = Path(__file__).parents[2] / "recordings"

_JUNK: list[Any] = [
    None, True, -1, 0, 2**63, 1e308, "", "\0", "é\u2028", "\ud800", "9" * 400, "nan", "-0", "PT1S", "A" * 5000, [], [[]], {}, {"": {}},
]  # fmt: skip


def frames(name: str) -> list[Frame]:
    """A recorded conversation: one frame a line, `hex …` where it is binary."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [bytes.fromhex(line[4:]) if line.startswith("hex ") else line for line in lines]


def said(room: Room, conversation: list[Frame]) -> list[str]:
    """What a chat's dialect hears said in a conversation, whatever of it cannot be used."""
    texts = []
    for number, frame in enumerate(conversation):
        with contextlib.suppress(PeerError):
            texts += [act.text for act in room.receive(frame, float(number)) if isinstance(act, Said)]
    return texts


def spoiled(*names: str) -> st.SearchStrategy[list[Frame]]:
    """Conversations of which some frames are lost, doubled, swapped, cut, or changed somewhere inside."""
    recorded = [frames(name) for name in names]
    return seeded(lambda chance: _spoil(chance, recorded))


def seeded(make: Callable[[random.Random], T]) -> st.SearchStrategy[T]:
    """Things made by chance, of which one number is drawn: drawing each step would cost more than what is tested.

    `tests/fuzz.py` makes them without Hypothesis, ten times as fast.
    """
    strategy = st.integers(0, 2**64 - 1).map(lambda seed: make(random.Random(seed)))
    strategy.make = make  # type: ignore[attr-defined]
    return strategy


def _spoil(chance: random.Random, recorded: list[list[Frame]]) -> list[Frame]:
    sent = list(chance.choice(recorded))
    for _ in range(chance.randint(1, 6)):
        if not sent:
            break
        at = chance.randrange(len(sent))
        match chance.randrange(8):
            case 0:
                del sent[at]
            case 1:
                sent.insert(chance.randrange(len(sent)), sent[at])
            case 2:
                sent.insert(at, sent.pop())
            case 3:
                sent.insert(at, chance.choice(chance.choice(recorded)))
            case 4:
                sent[at] = _cut(chance, sent[at])
            case 5:
                sent[at] = _turned(sent[at])
            case _:
                sent[at] = changed(chance, sent[at])
    return sent


def _cut(chance: random.Random, frame: Frame) -> Frame:
    start, end = sorted(chance.randint(0, len(frame)) for _ in "ab")
    return frame[start:end] if chance.random() < 0.5 else frame[:start] + frame[end:]


def _turned(frame: Frame) -> Frame:
    """Text as binary, and the other way round."""
    return frame.encode("utf-8", "replace") if isinstance(frame, str) else frame.decode("latin-1")


def changed(chance: random.Random, frame: Frame) -> Frame:
    """Something inside a frame exchanged, put in or left out."""
    if isinstance(frame, bytes):
        place = chance.randint(0, len(frame))
        return frame[:place] + chance.randbytes(chance.randint(0, 5)) + frame[place + chance.randint(0, 3) :]
    try:
        return json.dumps(_bent(chance, json.loads(frame)))
    except ValueError:
        place = chance.randint(0, len(frame))
        return frame[:place] + chr(chance.choice([0, 10, 32, 58, 123, 0xE9, 0x1F600])) + frame[place:]


def _bent(chance: random.Random, value: Any) -> Any:
    """JSON with one thing in it exchanged for something else, left out, or nested."""
    if isinstance(value, dict | list) and value and chance.random() < 0.8:
        key: Any = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
        kept: Any = value.copy()
        if chance.random() < 0.15:
            del kept[key]
        else:
            kept[key] = _bent(chance, value[key])
        return kept
    return chance.choice(_JUNK) if chance.random() < 0.8 else {"a": [value]}
