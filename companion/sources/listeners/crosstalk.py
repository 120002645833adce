"""Whether both channels of a call say the same words at the same time: then each carries both voices, and what they tick is wrong."""

from companion.core.events import Channel, Utterance

LEAST = 5
"""Words that both say, of which it counts: a greeting may be said by both at once."""

NEAR = 1.0
"""Seconds between the two: connections of one call are a few hundredths of a second apart."""

OFTEN = 2
"""Times, after which it is certain. In the demo call, both voices mixed into both channels, its second sentence is."""


class Crosstalk:
    """One call's."""

    def __init__(self) -> None:
        self._said: dict[Channel, Utterance] = {}
        self._times = 0

    def hear(self, said: Utterance) -> bool:
        """Whether it is certain with these words; true once a call."""
        self._said[said.speaker] = said
        other = self._said.get("customer" if said.speaker == "agent" else "agent")
        if other is None or other.text != said.text or abs(other.start - said.start) > NEAR or said.text.count(" ") < LEAST - 1:
            return False
        self._times += 1
        return self._times == OFTEN
