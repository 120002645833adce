"""FreeSWITCH's mod_audio_fork and mod_audio_stream, and jambonz' `listen`: a text that says what comes, then raw samples. Sans I/O.

Sources: mod_audio_fork of drachtio/drachtio-freeswitch-modules at 88e1465 and amigniter/mod_audio_stream at ec2a781, in FreeSWITCH 1.10.12;
docs.jambonz.org/verbs/verbs/listen, and what jambonz/jambonz-feature-server at 389c65e does for it (lib/tasks/listen.js, dial.js). Neither
rate nor channels are on the wire: the URL that is dialled, or the text, has to tell them.
"""

import contextlib
from typing import Literal, TypeAlias
from urllib.parse import parse_qsl

from companion.core.events import Channel
from companion.errors import PeerError
from companion.sources.protocols.dialect import Act, Begun, Sound, about, number, people, plain, read
from companion.speech.audio import checked_rate

Side: TypeAlias = Literal["left", "right"]

_CALL = ("call", "uuid", "callsid", "callid", "calluuid")
_RATE = ("rate", "samplerate", "samplingrate")
_CHANNELS = {"mono": 1, "stereo": 2, "1": 1, "2": 2}
_NAMES: dict[str, Channel] = {"agent": "agent", "customer": "customer"}


class Fork:
    """One connection.

    Args:
        path: of the request, with its query; its keys count where the first text tells nothing.
        rate: samples a second, where nobody tells.
        channels: interleaved, where nobody tells.
        agent: the agent's side of stereo, where nobody tells; the caller is left.
        alone: who speaks in a mono stream, where nobody tells.
    """

    def __init__(self, path: str, *, rate: int = 8000, channels: int = 2, agent: Side = "right", alone: Channel = "customer") -> None:
        self._told: dict[str, str] = {"rate": str(rate), "channels": str(channels), "agent": agent, "channel": alone}
        self._told.update(plain(dict(parse_qsl(path.partition("?")[2]))))
        self._columns: tuple[Channel, ...] = ()
        self._byte_rate = 0
        self._bytes = 0

    def receive(self, message: str | bytes) -> list[Act]:
        """What a message means. Text that is no JSON object, or comes after the sound began, is the sender's own affair.

        Raises:
            PeerError: a mixed stream, in which nobody can be told from anybody, or channels that cannot be.
            AudioFormatError: a rate that cannot be used.
        """
        if isinstance(message, str):
            if not self._columns:
                with contextlib.suppress(PeerError):
                    self._told.update(plain(read(message)))
            return []
        acts: list[Act] = [] if self._columns else [self._begin()]
        if message:
            acts.append(Sound(columns=self._columns, data=message, at=self._bytes / self._byte_rate))
            self._bytes += len(message)
        return acts

    def finish(self) -> list[Act]:
        """Nothing is held back."""
        return []

    def _begin(self) -> Begun:
        told = self._told
        mix = told.get("mixtype") or told["channels"]
        if mix == "mixed":
            raise PeerError("a mixed stream, in which nobody can tell who speaks; start it with stereo")
        if mix not in _CHANNELS:
            raise PeerError(f"{mix[:20]!r} channels; a call has 1 or 2")
        rate = checked_rate(number(next(told[key] for key in reversed(_RATE) if key in told).replace("k", "000")) or 0.0, "sound")
        if _CHANNELS[mix] == 2:
            self._columns = ("agent", "customer") if told["agent"] == "left" else ("customer", "agent")
        else:
            self._columns = (_NAMES.get(told["channel"], "customer"),)
        self._byte_rate = rate * 2 * len(self._columns)
        call = next((told[key] for key in _CALL if told.get(key)), None)
        if told.get("parentcallsid"):
            # jambonz tells of the leg that `dial` made, which is always outbound; who is heard on the left has called.
            told["direction"] = "inbound" if told["agent"] == "right" else "outbound"
        known = about("FreeSWITCH", **{key: told.get(key, "") for key in ("from", "to")})
        return Begun(call=call, about=known, who=people(told), rate=rate, clocked=False)
