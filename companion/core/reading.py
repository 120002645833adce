"""One utterance as the detectors see it: its words, what the grammar found in them, and what the customer had told."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

import msgspec

from companion.core.content import Content
from companion.core.language.pack import Language
from companion.core.phrases import Grammar
from companion.core.updates import Grade
from companion.core.words import Span, Text, normal

_MOST = 1000
"""Words of one utterance that are judged; nobody says more in one breath, and a pasted book must not hold up the call."""


class Hit(msgspec.Struct, frozen=True):
    """Words that meet a rule: from, up to but not including; how fully; and how sure, 0–100."""

    span: Span
    grade: Grade
    score: int = 100


class Reading(msgspec.Struct, frozen=True):
    """An utterance, read."""

    text: Text
    language: Language
    found: dict[str, list[Span]]
    """Where each list and rule stands, by name."""
    content: Content
    told: frozenset[str]
    """Keys of the content words that the customer used in the turns before."""
    before: frozenset[str]
    """All the words that the customer used in the turns before."""
    last: tuple[str, ...]
    """The words of the customer's last turn."""
    misfortune: bool
    """Does the customer's last turn tell of a misfortune (the list `misfortune`) without a word to the company?"""
    troubled: bool
    """Did the customer tell of anything that went wrong (the list `grievance`, where there is one)?"""
    asked_when: bool
    """Does the customer's last turn ask when, or how long (the list `asks_when`)? Only looked at where the utterance names a time."""
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
        """Does that list share a word with the span? Not where it runs on into another sentence: then it was never said."""
        return any(
            first < span[1] and span[0] < last and not any(first < start < last for start in self.text.starts)
            for first, last in self.found.get(name, ())
        )

    def specific(self, start: int, end: int) -> list[int]:
        """The words between that say something about this case."""
        keys = self.content.keys(self.words[start:end])
        return [start + at for at, key in enumerate(keys) if key and key not in self.vague]

    def sentence(self, at: int, most: int) -> int:
        """The end of the sentence that the word at that place belongs to, as far as punctuation shows it, at most so many words on."""
        end = min(len(self.words), at + most)
        return min((start for start in self.text.starts if at < start < end), default=end)

    def given_back(self, at: int) -> bool:
        """Is the word at that place a content word that the customer used before?"""
        return self.content.key(self.words[at]) in self.told


class Reader:
    """Reads utterances for one channel.

    Args:
        lists: name → templates. Some names mean something: `same-…` are words that mean the same, `vague` and `topic` are words that
            name no case, `misheard` are words that a recogniser may take for several, `misfortune` words of what is nobody's fault,
            `grievance` words of what went wrong (without it, any talk may be a complaint), `asks_when` what a customer says who asks
            for a time.
        rules: name → templates.
        language: of the templates, and of what is read. Its own lists are there too, where `lists` does not name them.
        also: lists to be found for their own sake.

    Raises:
        ChecklistError: as `Grammar`.
    """

    def __init__(
        self,
        lists: Mapping[str, Iterable[str]],
        rules: Mapping[str, Iterable[str]] | None = None,
        *,
        language: Language,
        also: Iterable[str] = (),
    ) -> None:
        lists = {**language.times, **language.promises, **language.wrong, **lists}

        def entries(name: str) -> list[str]:
            return [" ".join(normal(entry, language).words) for entry in lists.get(name, ())]

        def words(name: str) -> list[str]:
            return [word for entry in entries(name) for word in entry.split()]

        self._content = Content({name: entries(name) for name in lists if name.startswith("same-")}, language)
        self._language = language
        self._vague = self._content.folded(words("vague"))
        self._topic = frozenset(words("topic"))
        self._misfortune = frozenset(words("misfortune"))
        self._grievance = frozenset(words("grievance"))
        self._asking = Grammar(lists, {"asks_when": lists.get("asks_when", ())}, language=language)
        self._grammar = Grammar(lists, rules or {}, language=language, also=also, misheard=words("misheard"))

    def read(self, said: str, told: Iterable[Iterable[str]] = ()) -> Reading:
        """Read an utterance; `told` are the words of the customer's turns before, in normal form."""
        text = normal(said, self._language)
        if len(text.words) > _MOST:
            text = Text(text.original, text.words[:_MOST], text.spans[:_MOST], frozenset(at for at in text.starts if at < _MOST))
        found: dict[str, list[Span]] = {}
        for one in self._grammar.find(text.words):
            found.setdefault(one.name, []).append(one.span)
        turns = [tuple(words) for words in told]
        keys = frozenset(key for words in turns for key in self._content.folded(words))
        before = frozenset(word for words in turns for word in words)
        last = turns[-1] if turns else ()
        troubled = not self._grievance or not self._grievance.isdisjoint(before)
        mishap = not self._misfortune.isdisjoint(last) and self._language.apologies.company.isdisjoint(last)
        asked = not found.keys().isdisjoint(("@when", "@ahead")) and any(
            one.name == "asks_when" and not one.unlike for one in self._asking.find(last)
        )
        return Reading(text, self._language, found, self._content, keys, before, last, mishap, troubled, asked, self._vague, self._topic)


Detector: TypeAlias = Callable[[Reading, list[Hit]], list[Hit]]
"""Takes what a step's templates found and gives back what counts, with grades; may find more, or take back."""
