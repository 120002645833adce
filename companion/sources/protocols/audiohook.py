"""Genesys AudioHook, version 2, as the server that Genesys Cloud dials: it sends both sides of a call and wants to be answered. Sans I/O.

Source: purecloudlabs/audiohook-reference-implementation (app/audiohook/src: protocol/message.ts, client/clientsessionimpl.ts).
"""

import json
import re
from typing import Any

from companion.core.events import Channel
from companion.errors import PeerError
from companion.sources.protocols.dialect import Act, Begun, Ended, Paused, Reply, Sound, about, inner, number, people, plain, read, word

_NOBODY = "00000000-0000-0000-0000-000000000000"  # the conversation of a probe, which only asks whether we are there

_COLUMNS: dict[str, Channel] = {"external": "customer", "internal": "agent"}

_ENCODINGS = {"PCMU": "mulaw", "L16": "s16le"}

_DURATION = re.compile(r"PT(\d{1,12}(?:\.\d{1,12})?)S")


class AudioHook:
    """One session.

    Args:
        organization: the organisation that the request's header names, empty where it names none; a session of another one is sent away.
    """

    def __init__(self, organization: str = "") -> None:
        self._organization = organization
        self._id = ""
        self._sent = 0
        self._heard = 0
        self._columns: tuple[Channel, ...] = ()
        self._byte_rate = 0
        self._at = 0.0

    def receive(self, message: str | bytes) -> list[Act]:
        """What a message means, and the answer that is due: `opened` at once, so that nobody waits for a model to load.

        Raises:
            PeerError: no JSON, another version, sound before `open`, or a second `open`.
        """
        if isinstance(message, bytes):
            return self._sound(message)
        found = read(message)
        if found.get("version") != "2":
            raise PeerError(f"AudioHook version {word(found.get('version'))[:20]!r}; only version 2 is spoken")
        self._id = word(found.get("id"))
        self._heard = int(number(found.get("seq")) or 0)
        told = inner(found, "parameters")
        match found.get("type"):
            case "open":
                return self._open(told)
            case "ping":
                return [self._reply("pong")]
            case "update":
                return [self._reply("updated")]
            case "close":
                return [self._reply("closed"), Ended()]
            case "paused":
                return [Paused("paused by Genesys")]
            case "discarded" | "resumed":
                self._skip(told)
        return []

    def finish(self) -> list[Act]:
        """Nothing is held back."""
        return []

    def _open(self, told: dict[str, Any]) -> list[Act]:
        if self._columns:
            raise PeerError("a second 'open' in one session")
        if self._organization and word(told.get("organizationId")) != self._organization:
            return [self._reply("disconnect", reason="unauthorized", info="the organization is not that of the request")]
        offer = self._choose(told.get("media"))
        if offer is None:
            return [self._reply("disconnect", reason="error", info="no media that is understood was offered: PCMU or L16, 8000 Hz")]
        opened = self._reply("opened", startPaused=False, media=[offer])
        call = word(told.get("conversationId"))
        if call == _NOBODY:
            return [opened]
        who = inner(told, "participant")
        known = about("Genesys", **{"from": word(who.get("ani")), "to": word(who.get("dnis"))})
        # The participant is the customer, whichever way the call went.
        names = {"customername": word(who.get("aniName")) or word(who.get("ani")), **plain(inner(told, "customConfig"))}
        return [opened, Begun(call=call or None, about=known, who=people(names), rate=8000, encoding=_ENCODINGS[offer["format"]])]

    def _choose(self, media: object) -> dict[str, Any] | None:
        """The best of what is offered: both sides before one, and for the rest the peer's own order."""
        best: dict[str, Any] | None = None
        for offer in media if isinstance(media, list) else []:
            if not isinstance(offer, dict) or offer.get("type") != "audio" or offer.get("format") not in ("PCMU", "L16"):
                continue
            channels = offer.get("channels")
            if offer.get("rate") != 8000 or channels not in (["external", "internal"], ["external"], ["internal"]):
                continue
            if best is None or len(channels) > len(best["channels"]):
                best = offer
        if best is not None:
            self._columns = tuple(_COLUMNS[channel] for channel in best["channels"])
            self._byte_rate = 8000 * len(self._columns) * (2 if best["format"] == "L16" else 1)
        return best

    def _sound(self, data: bytes) -> list[Act]:
        if not self._columns:
            raise PeerError("sound before 'open'")
        at = self._at
        self._at += len(data) / self._byte_rate
        return [Sound(columns=self._columns, data=data, at=at)] if data else []

    def _skip(self, told: dict[str, Any]) -> None:
        start, lost = (_DURATION.fullmatch(word(told.get(key))) for key in ("start", "discarded"))
        if start and lost:
            self._at = max(self._at, float(start[1]) + float(lost[1]))

    def _reply(self, kind: str, **told: Any) -> Reply:
        self._sent += 1
        message = {"version": "2", "id": self._id, "type": kind, "seq": self._sent, "clientseq": self._heard, "parameters": told}
        return Reply(json.dumps(message))
