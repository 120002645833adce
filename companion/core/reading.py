"""One utterance as the detectors see it: its words, what the grammar found in them, and the turns before."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import msgspec

from companion.core.content import Content
from companion.core.events import Channel
from companion.core.updates import Grade
from companion.core.words import Span, Text


class Turn(msgspec.Struct, frozen=True):
    """A turn that came before: who said it, its words in normal form, and their content keys."""

    speaker: Channel
    words: tuple[str, ...]
    keys: frozenset[str]


class Hit(msgspec.Struct, frozen=True):
    """Words that meet a rule: from, up to but not including; how fully; and how sure, 0–100."""

    span: Span
    grade: Grade
    score: int = 100


class Reading(msgspec.Struct, frozen=True):
    """An utterance, read."""

    text: Text
    found: dict[str, list[Span]]
    """Where each list and rule stands, by name."""
    content: Content
    before: Sequence[Turn]
    """The turns before, oldest first."""
    vague: Collection[str]
    """Keys of content words that name no case in particular ("issue", "inconvenience")."""
    topic: Collection[str]
    """Words that name what the call is about, but nothing that went wrong ("order", "account")."""

    @property
    def words(self) -> tuple[str, ...]:
        return self.text.words

    def spans(self, *names: str) -> list[Span]:
        """Where any of these lists stands."""
        return [span for name in names for span in self.found.get(name, ())]

    def near(self, name: str, start: int, end: int) -> bool:
        """Does that list stand wholly between two words?"""
        return any(start <= first and last <= end for first, last in self.found.get(name, ()))

    def touches(self, name: str, span: Span) -> bool:
        """Does that list share a word with the span?"""
        return any(first < span[1] and span[0] < last for first, last in self.found.get(name, ()))

    def specific(self, start: int, end: int) -> list[int]:
        """The words between that say something about this case."""
        keys = self.content.keys(self.words[start:end])
        return [start + at for at, key in enumerate(keys) if key and key not in self.vague]

    def sentence(self, at: int, most: int) -> int:
        """The end of the sentence that the word at that place belongs to, as far as punctuation shows it, at most so many words on."""
        end = min(len(self.words), at + most)
        return min((start for start in self.text.starts if at < start < end), default=end)

    def told(self, at: int) -> bool:
        """Is the word at that place a content word that the customer used before?"""
        key = self.content.key(self.words[at])
        return bool(key) and any(key in turn.keys for turn in self.before if turn.speaker == "customer")


Detector: TypeAlias = Callable[[Reading, list[Hit]], list[Hit]]
"""Takes what a step's templates found and gives back what counts, with grades; may find more, or take back."""
