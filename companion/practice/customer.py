"""The scripted customer: hears what the rules heard in a turn, grows calmer or hotter by it, and answers.

Pure: the same scenario, the same words and the same seed give the same customer. Nothing is drawn by chance: which wording is taken
follows from the seed, the place of the line and how often it was said.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from companion.core.language.en import ENGLISH
from companion.core.language.pack import Language
from companion.core.roleplay import INTERRUPTED, MOMENTS, NOTHING, SILENCE, Cue, EndingKind, Line, Script
from companion.core.updates import FlagRaised, StepHeard
from companion.core.words import normal

_CALMED = 25
"""Points of temper that one turn can take away: nobody calms down in a sentence. What is over stays to be had by saying it again."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """The temper moved, or something was heard that did not move it."""

    turn: int
    """Counted from 1."""
    what: str
    """A step, a flag or a moment."""
    grade: int
    """Of a step: 1 thin, 2 full; 2 for all else."""
    points: int
    temper: int
    """After it."""
    words: str = ""
    """What was said that did it."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer says, and whether it was the last."""

    says: str = ""
    ending: EndingKind | None = None


class Customer:
    """One rehearsal's customer.

    Args:
        script: the scenario.
        seed: picks the wordings.
        language: of the scenario, and of the agent.
    """

    def __init__(self, script: Script, seed: int = 0, language: Language = ENGLISH) -> None:
        self.script = script
        self._language = language
        self.temper = script.temper
        self.moves: list[Move] = []
        """All that was heard so far, in order."""
        self.turns = 0
        """The agent's, so far."""
        self._seed = seed
        self._held: dict[str, tuple[int, str]] = {}
        self._given: dict[str, int] = {}
        self._heard: set[str] = set()
        self._said: dict[str, int] = {}

    def opening(self) -> list[str]:
        """What the customer says first, piece by piece."""
        return [self._wording(f"opening {number}", piece.says) for number, piece in enumerate(self.script.opening)]

    def notice(self, update: StepHeard | FlagRaised) -> None:
        """Take in what the rules made of the turn that is under way."""
        words = " … ".join(each.text for each in update.evidence)
        if isinstance(update, StepHeard):
            self._hold(update.step, update.grade, words)
        else:
            self._hold(update.flag, 2, words)

    def cut_off(self, words: str) -> None:
        """The turn under way began while the customer was speaking, with these words."""
        self._hold(INTERRUPTED, 2, words)

    def answer(self, words: str) -> Reply:
        """The agent's turn is over, in these words: the temper moves, and something is answered."""
        self.turns += 1
        held, self._held = self._held, {}
        moved = self._move({what: found for what, found in held.items() if what in self.script.moves})
        if not moved and not any(self._is_answered(what) for what in held):
            held[NOTHING] = 2, words
            self._move({NOTHING: held[NOTHING]})
        return self._reply(held, words)

    def wait(self) -> Reply:
        """Nobody answers the customer."""
        self._move({SILENCE: (2, "")})
        return self._reply({SILENCE: (2, "")}, "")

    def _hold(self, what: str, grade: int, words: str) -> None:
        before, _ = self._held.get(what, (0, ""))
        if grade > before:
            self._held[what] = grade, words

    def _is_answered(self, what: str) -> bool:
        return any(what in line.on for line in self.script.lines)

    def _move(self, held: dict[str, tuple[int, str]]) -> bool:
        """Whether any of it moved the temper."""
        calmed = 0
        before = len(self.moves)
        for what, (grade, words) in held.items():
            worth = self.script.moves.get(what, 0)
            if worth < 0 and INTERRUPTED in held:
                points = 0  # whoever cuts in is not listened to
            elif worth < 0:
                self._heard.add(what)
                owed = int(worth * grade / 2) - self._given.get(what, 0)
                points = max(min(owed, 0), -_CALMED - calmed)
                calmed += points
                self._given[what] = self._given.get(what, 0) + points
            else:
                points = worth
                self._heard |= {what} - set(MOMENTS)
            points = min(100, max(0, self.temper + points)) - self.temper
            self.temper += points
            self.moves.append(Move(turn=self.turns, what=what, grade=grade, points=points, temper=self.temper, words=words))
        return any(move.points for move in self.moves[before:])

    def _reply(self, held: dict[str, tuple[int, str]], words: str) -> Reply:
        for number, ending in enumerate(self.script.endings):
            if self.turns >= ending.turns and self._fits(ending):
                return Reply(says=self._wording(f"ending {number}", ending.says), ending=ending.end)
        spoken = " " + " ".join(normal(words, self._language).words)
        fitting = [(number, line) for number, line in enumerate(self.script.lines) if self._answers(line, held, spoken)]
        meant = [found for found in fitting if found[1].on or found[1].words]
        found = min(meant or fitting, key=lambda each: (self._said.get(f"line {each[0]}", 0), each[0]), default=None)
        if found is None or (SILENCE in held and not found[1].on):
            return Reply()
        return Reply(says=self._wording(f"line {found[0]}", found[1].says))

    def _answers(self, line: Line, held: dict[str, tuple[int, str]], spoken: str) -> bool:
        least = 2 if line.full else 1
        heard = not line.on or any(what in held and held[what][0] >= least for what in line.on)
        named = not line.words or any(" " + " ".join(normal(each, self._language).words) in spoken for each in line.words)
        return heard and named and self._fits(line)

    def _fits(self, cue: Cue) -> bool:
        return cue.above <= self.temper < cue.below and self._heard.issuperset(cue.after)

    def _wording(self, place: str, wordings: Sequence[str]) -> str:
        """The next wording for that place; over and over, all in turn, begun where the seed says."""
        times = self._said.get(place, 0)
        self._said[place] = times + 1
        return wordings[(self._picked(place) + times) % len(wordings)]

    def pause(self) -> float:
        """Seconds that the customer takes before speaking, this time."""
        return 0.7 + self._picked(f"pause {self.turns}") % 80 / 100

    def _picked(self, place: str) -> int:
        """A number that looks drawn by chance, and is the same each time."""
        return int.from_bytes(hashlib.sha256(f"{self.script.id} {self._seed} {place}".encode()).digest()[:4], "big")
