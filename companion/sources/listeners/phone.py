"""A listener that phone systems dial by WebSocket. What they say is read by a dialect of `protocols`; all else is the same."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK
from websockets.typing import Subprotocol

from companion.errors import AudioFormatError, PeerError, SpeechError
from companion.sources.listeners.door import Door
from companion.sources.listeners.exchange import LINGER
from companion.sources.listeners.stream import Stream
from companion.sources.listeners.websocket_listener import CLOSE, WebSocketListener, turn_away
from companion.sources.protocols.dialect import Dialect
from companion.speech.recogniser import Recogniser

LONGEST_MESSAGE = 128 * 1024
"""Bytes of a message: 100 KB is the most that any of these systems writes into one (Exotel); the others send 20 ms at a time."""

FIRST = 10.0
"""Seconds within which a stream has to begin."""

IDLE = 60.0
"""Seconds without a message, after which a stream is given up: most send sound or signs of life every few seconds."""

HOLD = 3600.0
"""The same for peers that send nothing of a call on hold, muted, or still ringing: Asterisk, FreeSWITCH, Vonage. One that is gone is
noticed sooner."""

Speaks: TypeAlias = Callable[[str, Headers], Dialect]
"""The dialect of one connection, given its path (with the query) and headers."""


class PhoneListener(WebSocketListener):
    """A source of any number of calls. What is not named here is as in `WebSocketListener`.

    Args:
        speaks: makes the dialect of one connection.
        idle: seconds without a message, after which a stream is given up.
        first: seconds within which a stream has to begin.
        silent_end: whether peers hang up without a close frame: then a connection that just ends is no loss, one that is reset is.

    Raises:
        ConfigError: an open door beyond this machine, or a certificate that cannot be used.
    """

    longest_message = LONGEST_MESSAGE

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int,
        *,
        speaks: Speaks,
        idle: float = IDLE,
        first: float = FIRST,
        silent_end: bool = False,
        recogniser: Callable[[str], Recogniser],
        door: Door,
        certificate: Path | None = None,
        key: Path | None = None,
        linger: float = LINGER,
    ) -> None:
        super().__init__(scheme, host, port, recogniser=recogniser, door=door, certificate=certificate, key=key, linger=linger)
        self._speaks = speaks
        self._idle = idle
        self._first = first
        self._silent_end = silent_end

    def _select(self, connection: ServerConnection, asked: Sequence[Subprotocol]) -> Subprotocol | None:
        """Whatever a peer asks for first, such as FreeSWITCH's `audio.drachtio.org`: some hang up on who does not agree."""
        return next(iter(asked), None)

    async def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        stream = Stream(self._exchange, self._speaks(connection.request.path, connection.request.headers))
        lost, code = "", 1000
        loop = asyncio.get_running_loop()
        first = loop.time() + self._first
        try:
            while not stream.ended:
                async with asyncio.timeout_at(loop.time() + self._idle if stream.begun else first):
                    message = await connection.recv()
                for reply in stream.take(message):
                    await connection.send(reply)
        except ConnectionClosedOK:
            pass
        except ConnectionClosed as error:
            ended = self._silent_end and error.sent is None and isinstance(error.__cause__, EOFError)
            lost = "" if ended or self._exchange.stop.is_set() else "the connection broke"
        except TimeoutError:
            lost, code = f"nothing came for {self._idle:g} s" if stream.begun else f"no stream began within {self._first:g} s", 1008
        except (PeerError, AudioFormatError) as error:
            lost, code = str(error), 1008
        except SpeechError as error:
            lost, code = str(error), 1011
        if code != 1000 or (lost and stream.call):
            self._exchange.complain(stream.call, lost)
        if code != 1000:
            await turn_away(connection, code, lost)
        await stream.part(lost)
        if stream.ended:
            # Whoever says good-bye hangs up: to do it first is an error to some (AudioHook).
            with contextlib.suppress(TimeoutError, ConnectionClosed):
                async with asyncio.timeout(CLOSE):
                    while True:
                        await connection.recv()
