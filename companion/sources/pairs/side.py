"""One channel of a call, from wherever its sound comes: what two of them, put together by `pair`, have in common."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Protocol, TypeAlias

import msgspec

from companion.core.feed import Complaint
from companion.speech.audio import Samples

if TYPE_CHECKING:  # a file is read without the libraries that dial
    from companion.net.dialling import Back, Lost


class Sound(msgspec.Struct, frozen=True):
    """A piece of sound, as it came."""

    samples: Samples
    """Shape (frames,)."""
    rate: int
    """Samples a second."""


Heard: TypeAlias = "Sound | Lost | Back | Complaint"


class Side(Protocol):
    """One channel's sound. The first thing that it gives, if only an empty `Sound`, says that it is there."""

    @property
    def name(self) -> str:
        """How it is called in journals and complaints."""
        ...

    @property
    def recorded(self) -> bool:
        """Whether its clock is its sound's own; else sound belongs where it arrives."""
        ...

    def __aiter__(self) -> AsyncIterator[Heard]:
        """Yield sound until it ends.

        Raises:
            SourceError: it cannot be opened.
        """
        ...

    async def close(self) -> None:
        """Stop early; the iteration ends soon."""
        ...
