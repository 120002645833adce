"""Was the customer heard fully? Judged from who speaks when, never from a phrase (step detector `listens`).

The customer explains: their words are counted, over as many turns as it takes, while the agent only gives back-channels or asks them to go
on. When the agent then takes a turn of their own, the explanation is over: it was *heard* if it had `watch.explanation` words, and heard
*fully* if it had three times as many. An agent who talks over the customer sets the count back to nothing.
Source: "let the customer finish" in the HEARD and LEAPS models; turn-taking after Sacks, Schegloff & Jefferson (1974).
"""

from companion.core.checklist import Watch
from companion.core.detect import StepHit
from companion.core.events import Utterance
from companion.core.floor import Floor
from companion.core.language.pack import Language
from companion.core.updates import Evidence
from companion.core.words import folded

_FULLY = 3


class Listening:
    """The customer's explanation so far, for one call."""

    def __init__(self, step: str, watch: Watch, floor: Floor, language: Language) -> None:
        self._step = step
        self._watch = watch
        self._floor = floor
        self._language = language
        self._go_on = [folded(phrase, language) for phrase in watch.go_on]
        self._words = 0
        self._last: tuple[int, str] | None = None
        self._since = 0.0

    def interrupted(self, start: float) -> None:
        """The agent talked over the customer from `start`, seconds of audio time; what was said before counts no longer."""
        self._forget()
        self._since = start

    def hear(self, index: int, utterance: Utterance) -> StepHit | None:
        """Take in a turn; a hit when it is the agent's, and the customer had finished."""
        if utterance.speaker == "customer":
            if not self._floor.is_back_channel(utterance.text):
                times = utterance.words
                said = [word for word in times if word[1] >= self._since] if times else utterance.text.split()
                self._words += len(said)
                self._last = (index, utterance.text)
            return None
        if self._floor.is_back_channel(utterance.text) or self._asks_for_more(utterance.text):
            return None
        words, last = self._words, self._last
        self._forget()
        if last is None or words < self._watch.explanation:
            return None
        grade = 2 if words >= _FULLY * self._watch.explanation else 1
        score = min(100, round(100 * words / (_FULLY * self._watch.explanation)))
        evidence = (Evidence(last[0], 0, len(last[1]), last[1]),)
        return StepHit(step=self._step, grade=grade, score=score, evidence=evidence)

    def _forget(self) -> None:
        self._words = 0
        self._last = None

    def _asks_for_more(self, text: str) -> bool:
        said = " ".join(word.strip(".,!?…–-¡¿") for word in folded(text, self._language).replace("’", "'").split())
        return len(said.split()) <= 12 and any(phrase in said for phrase in self._go_on)
