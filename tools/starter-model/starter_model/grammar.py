"""Sentences of our own, drawn from a small grammar of nested choices.

In a line, `{a|b|}` picks one of its parts (an empty one allowed), and `{day}` one of those that `wording/choices.txt` has under that name.
"""

import random
from pathlib import Path

WORDING = Path(__file__).resolve().parent.parent / "wording"


class Grammar:
    """The lines of agents and customers, and the named choices in them."""

    def __init__(self, folder: Path = WORDING) -> None:
        choices = (line.partition(": ") for line in (folder / "choices.txt").read_text(encoding="utf-8").splitlines())
        self._choices = {name: _parts(body) for name, _, body in choices}
        self._lines = [line for name in ("agent", "customer") for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()]

    def sentences(self, count: int, seed: int) -> list[str]:
        """That many sentences, the same for the same seed."""
        chance = random.Random(seed)
        return [" ".join(self._drawn(chance.choice(self._lines), chance).split()) for _ in range(count)]

    def _drawn(self, text: str, chance: random.Random) -> str:
        drawn, at = "", 0
        while at < len(text):
            if text[at] != "{":
                drawn, at = drawn + text[at], at + 1
                continue
            end = _closing(text, at)
            body = text[at + 1 : end]
            drawn += self._drawn(chance.choice(self._choices.get(body) or _parts(body)), chance)
            at = end + 1
        return drawn


def _closing(text: str, opening: int) -> int:
    """Where the brace that opens there is closed."""
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return at
    raise ValueError(f"wording: a brace is not closed in «{text}»; close it")


def _parts(body: str) -> list[str]:
    """The alternatives of a choice, split at the bars outside inner braces."""
    parts, depth = [""], 0
    for letter in body:
        depth += (letter == "{") - (letter == "}")
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
