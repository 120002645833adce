"""Who has the floor? Turns, talk time, talk-over, dead air and speaking rate, from the times of words alone.

Only speech of the last `_REACH` seconds can still overlap with what comes; older stretches live on as sums, so that a long call costs no
more than a short one.
"""

import msgspec

from companion.core.checklist import Watch
from companion.core.events import Channel, Utterance
from companion.core.language.pack import Language
from companion.core.pace import Pace
from companion.core.updates import DeadAir, TalkOver
from companion.core.words import folded

_REACH = 60.0
"""Seconds that a stretch of speech is kept for finding overlaps; a recogniser's final is never later than this."""

_BREATH = 0.35
"""Seconds of silence between two words of one speaker that part two stretches of speech."""

_SAME = 1.0
"""Two overlaps of the same two turns less than this many seconds apart are one talk-over."""


class Stretch(msgspec.Struct, frozen=True):
    """One speaker talking without a break, in seconds of audio time."""

    channel: Channel
    start: float
    end: float
    back_channel: bool


class Talk(msgspec.Struct):
    """Seconds of the call so far."""

    agent: float = 0.0
    customer: float = 0.0
    over: float = 0.0
    dead_air: float = 0.0


class Floor:
    """The floor of one call.

    Args:
        watch: the checklist's limits.
        timed: False where times are made up: then nothing is ever reported.
        language: of the back-channels.
    """

    def __init__(self, watch: Watch, timed: bool, language: Language) -> None:
        self.talk = Talk()
        self.over = {"agent": 0, "customer": 0}
        """Talk-overs charged to each."""
        self.pace = Pace(watch)
        """The agent's."""
        self._watch = watch
        self._timed = timed
        self._language = language
        self._back_channels = frozenset(folded(word, language) for word in watch.back_channels)
        self._stretches: list[Stretch] = []
        self._speaking: dict[Channel, bool] = {"agent": False, "customer": False}
        self._silent_since: float | None = None
        self._last_over: TalkOver | None = None

    @property
    def silent_since(self) -> float:
        """When the last known word ended, seconds of audio time."""
        return self._silent_since or 0.0

    @property
    def share(self) -> float | None:
        """The agent's share of the talk time, 0–1; None before anything was said."""
        both = self.talk.agent + self.talk.customer
        return round(self.talk.agent / both, 2) if both else None

    def speaking(self, channel: Channel) -> bool:
        """Somebody is in the middle of an utterance, as far as the recogniser has told."""
        return self._speaking[channel]

    def began(self, channel: Channel, start: float) -> list[DeadAir]:
        """Somebody started to speak; ends a silence, if there was one."""
        silent = not any(self._speaking.values())
        self._speaking[channel] = True
        return self._end_of_silence(start) if silent else []

    def ended(self, channel: Channel, end: float) -> None:
        """The recogniser settled what they said until `end`, or took it back."""
        self._speaking[channel] = False
        self._silent_since = max(self.silent_since, end)

    def hush(self) -> None:
        """The stream broke off or the customer is on hold: nobody speaks, and this silence is nobody's."""
        self._speaking = {"agent": False, "customer": False}
        self._silent_since = None

    def spoke(self, utterance: Utterance) -> list[TalkOver | DeadAir]:
        """Take in what was said, and report the talk-overs it completes and the silence it ends."""
        self._speaking[utterance.speaker] = False
        if not self._timed:
            return []
        other: Channel = "customer" if utterance.speaker == "agent" else "agent"
        typed = utterance.end <= utterance.start
        found: list[TalkOver | DeadAir] = [] if typed or self._speaking[other] else list(self._end_of_silence(utterance.start))
        spoken = 0.0
        back_channel = self.is_back_channel(utterance.text)
        for start, end in _stretches(utterance):
            stretch = Stretch(utterance.speaker, start, end, back_channel)
            found.extend(self._overlaps(stretch))
            self._stretches.append(stretch)
            spoken += end - start
        if utterance.speaker == "agent":
            self.talk.agent += spoken
            self.pace.add(len(utterance.text.split()), spoken)
        else:
            self.talk.customer += spoken
        self._silent_since = max(self.silent_since, utterance.end)
        self._stretches = [old for old in self._stretches if old.end > self._silent_since - _REACH]
        return found

    def is_back_channel(self, text: str) -> bool:
        """Whether this only says "I am listening": short, and nothing but the checklist's back-channel words."""
        words = [word.strip(".,!?…–¡¿") for word in folded(text, self._language).replace("-", " ").split()]
        return 0 < len(words) <= 4 and all(word in self._back_channels for word in words)

    def _end_of_silence(self, start: float) -> list[DeadAir]:
        since, self._silent_since = self._silent_since, max(self.silent_since, start)
        if not self._timed or since is None or start - since < self._watch.dead_air:
            return []
        self.talk.dead_air += start - since
        return [DeadAir(start=round(since, 3), end=round(start, 3))]

    def _overlaps(self, new: Stretch) -> list[TalkOver]:
        found = []
        for old in self._stretches:
            start, end = max(old.start, new.start), min(old.end, new.end)
            if old.channel == new.channel or end - start < self._watch.talk_over:
                continue
            self.talk.over += end - start
            second = max(old, new, key=lambda stretch: stretch.start)
            if second.back_channel or self._same(start):
                continue
            self.over[second.channel] += 1
            self._last_over = TalkOver(channel=second.channel, start=round(start, 3), end=round(end, 3))
            found.append(self._last_over)
        return found

    def _same(self, start: float) -> bool:
        last = self._last_over
        return last is not None and last.start - _SAME < start < last.end + _SAME


def _stretches(utterance: Utterance) -> list[tuple[float, float]]:
    """The utterance's time, cut where its speaker paused."""
    if not utterance.words:
        return [(utterance.start, utterance.end)]
    stretches = [(utterance.words[0][1], utterance.words[0][2])]
    for _, start, end, _ in utterance.words[1:]:
        if start - stretches[-1][1] > _BREATH:
            stretches.append((start, end))
        else:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
    return stretches
