"""Whether the two channels of a call are what they should be: neither of them dead, and not the same sound in both."""

from collections.abc import Mapping

from companion.core.events import Channel
from companion.speech.audio import Samples


class Soundcheck:
    """Listens along.

    Args:
        names: how each channel's source is called.
    """

    def __init__(self, names: Mapping[Channel, str]) -> None:
        self._names = names

    def hear(self, samples: Samples, rate: int) -> list[str]:
        """What to say after this piece.

        Args:
            samples: shape (frames, 2), agent first.
            rate: samples a second.
        """
        return []
