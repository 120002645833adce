"""How fast the agent speaks, in words a minute – over the call, just now, and at first, before the customer's mood could wear off on them.

Nobody is compared with anybody else: people differ more than moods do. Conversational English runs at 150–190 words a minute; the
checklist's `watch.pace` and `watch.hurry` say from when on it is too fast for an upset customer.
"""

from companion.core.checklist import Watch

_FIRST = 12.0
"""Seconds of speech that make the agent's own baseline."""
_LATELY = 12.0
"""Seconds of speech that "just now" looks back over."""
_ENOUGH = 5.0
"""Seconds of speech before anything is said."""


class Pace:
    """One agent's speaking rate in one call."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._words = 0
        self._seconds = 0.0
        self._first: float | None = None
        self._lately: list[tuple[int, float]] = []

    def add(self, words: int, seconds: float) -> None:
        """So many words took so long to say, pauses left out."""
        self._words += words
        self._seconds += seconds
        if self._first is None and self._seconds >= _FIRST:
            self._first = self.overall
        self._lately.append((words, seconds))
        while sum(time for _, time in self._lately[1:]) >= _LATELY:
            self._lately.pop(0)

    @property
    def overall(self) -> float | None:
        """Over the whole call; None before there is enough to say."""
        return round(self._words * 60 / self._seconds, 1) if self._seconds >= _ENOUGH else None

    @property
    def baseline(self) -> float | None:
        """At first; None until the agent has spoken for a while."""
        return self._first

    @property
    def lately(self) -> float | None:
        """Just now; None as long as that would be the baseline itself."""
        seconds = sum(time for _, time in self._lately)
        if self._first is None or seconds < _LATELY or self._seconds < _FIRST + _LATELY:
            return None
        return round(sum(words for words, _ in self._lately) * 60 / seconds, 1)

    @property
    def hurried(self) -> bool:
        """Too fast for an upset customer, and faster than this agent is wont to speak."""
        now, first = self.lately, self._first
        return now is not None and first is not None and now > self._watch.pace and now >= self._watch.hurry * first
