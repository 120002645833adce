"""Asterisk's AudioSocket, as the server that Asterisk dials: a byte stream in, one channel's sound out. Nothing is ever sent. Sans I/O.

Sources: docs.asterisk.org/Configuration/Channel-Drivers/AudioSocket; asterisk include/asterisk/res_audiosocket.h; what Asterisk sent
(f0c1c1a). It hangs up by closing the connection; the frame for that is its peers'.
"""

import contextlib
import uuid

from companion.core.events import Channel
from companion.errors import PeerError
from companion.sources.protocols.dialect import Act, Begun, Ended, Sound, about

_HANGUP, _UUID, _ERROR = 0x00, 0x01, 0xFF

_RATES = {
    0x10: 8_000, 0x11: 12_000, 0x12: 16_000, 0x13: 24_000, 0x14: 32_000, 0x15: 44_100, 0x16: 48_000, 0x17: 96_000, 0x18: 192_000,
}  # fmt: skip

_HEADER = 3  # bytes: the kind, and the payload's length, big-endian


class AudioSocket:
    """One connection.

    Args:
        channel: whose sound it carries; the protocol has no word for it.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel: Channel = channel
        self._rest = b""
        self._call: str | None = None
        self._kind = 0
        self._samples = 0

    @property
    def named(self) -> bool:
        """Whether the UUID has come, so that this is Asterisk indeed."""
        return self._call is not None

    @property
    def call(self) -> str | None:
        """The UUID, once it has come."""
        return self._call

    def pass_over(self, data: bytes) -> None:
        """Take bytes in that nobody hears; the sound after them is a stream's first."""
        with contextlib.suppress(PeerError):
            self.receive(data)
        self._kind = self._samples = 0

    def receive(self, message: str | bytes) -> list[Act]:
        """Take bytes in, as they come; frames cut in two wait for their rest.

        Raises:
            PeerError: the first frame is no UUID, or the rate changes.
        """
        data = self._rest + (message if isinstance(message, bytes) else message.encode())
        acts: list[Act] = []
        at = 0
        while len(data) - at >= _HEADER:
            kind, length = data[at], int.from_bytes(data[at + 1 : at + _HEADER], "big")
            if self._call is None and (kind, length) != (_UUID, 16):
                raise PeerError("the first frame is no UUID, so this is no AudioSocket")
            if len(data) - at - _HEADER < length:
                break
            acts += self._frame(kind, data[at + _HEADER : at + _HEADER + length])
            at += _HEADER + length
        self._rest = data[at:]
        return acts

    def finish(self) -> list[Act]:
        """Nothing is held back."""
        return []

    def _frame(self, kind: int, payload: bytes) -> list[Act]:
        if kind == _HANGUP:
            return [Ended()]
        if self._call is None:
            self._call = str(uuid.UUID(bytes=payload))
        if kind not in _RATES:
            return []  # a digit, an error of Asterisk's own after which it hangs up, or what a later version may bring
        acts: list[Act] = []
        if not self._kind:
            self._kind = kind
            acts.append(Begun(call=self._call, about=about("Asterisk"), rate=_RATES[kind], clocked=False))
        if kind != self._kind:
            raise PeerError(f"the rate changes from {_RATES[self._kind]} to {_RATES[kind]} Hz in the middle")
        whole = payload[: len(payload) & ~1]
        if whole:
            acts.append(Sound(columns=(self._channel,), data=whole, at=self._samples / _RATES[kind]))
            self._samples += len(whole) // 2
        return acts
