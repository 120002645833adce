"""What does the recognising for an `Ear`: libvosk in a child process here, or a server elsewhere. Asked and answered alike.

The requests and answers are those of `worker`; an answer's payload is Vosk's own JSON.
"""

from typing import Protocol

from companion.errors import SpeechError


class EngineLost(SpeechError):
    """Raised to whoever waits for an engine that ended, had to be ended, or cannot be had.

    Attributes:
        loading: it never came to listen.
        advice: what to do about one that is lost again and again.
    """

    def __init__(self, text: str, *, loading: bool, advice: str = "try another model (companion model list)") -> None:
        super().__init__(text)
        self.loading = loading
        self.advice = advice


class Listener(Protocol):
    """Whoever waits for the answers of a stream. Called by the event loop; must not wait for anything."""

    def answered(self, kind: bytes, payload: bytes) -> None:
        """The oldest request still open was answered."""
        ...

    def lost(self, lost: EngineLost) -> None:
        """The engine is gone, and the stream with it; open requests will not be answered."""
        ...


class Engine(Protocol):
    """Carries streams, each a channel of a call from its first sound to its last words."""

    @property
    def lost(self) -> EngineLost | None:
        """Why it is of no use any more; None while it is. One accident is one object, however many engines it took."""
        ...

    def open(self, listener: Listener) -> int:
        """A number for a new stream, whose answers go to `listener`."""
        ...

    def ask(self, stream: int, kind: bytes, payload: bytes = b"") -> None:
        """Send a request. Several may be open; the answers come in their order. Does nothing after a loss."""
        ...

    def forget(self, stream: int) -> None:
        """The stream was ended and its last request answered."""
        ...
