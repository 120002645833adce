"""`Snapshot`: all that the screen shows at one moment, frozen. Pure: what comes in gives the next one."""

import msgspec
from msgspec.structs import replace

from companion.core.events import CallEnded, CallStarted, Channel, SourceLost, Utterance
from companion.core.record import Record
from companion.core.seen import Away, Clock, Glimpse, Here, Level, Notice
from companion.core.updates import StepHeard
from companion.core.view import CallView
from companion.tui.feed import Closed, Ready, Shown

METER = 6
"""Levels kept of each channel."""
AUDIBLE = 0.02
"""Levels below this are no sound (0–1)."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of one channel and not journaled."""

    glimpse: Glimpse | None = None
    levels: tuple[float, ...] = ()
    sounded: int | None = None
    """When sound was last there, or its meter began, ms."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The screen's food."""

    view: CallView = CallView()
    now: int = 0
    """The call's time, ms."""
    agent: Side = Side()
    customer: Side = Side()
    notice: str = ""
    noticed: int = 0
    """When `notice` came, ms."""
    away: str = ""
    """Why the way to the call is broken, while it is; what is shown then stands still."""
    unheard: int = 0
    """For how many ms nothing was heard of the call, where that is too long; told by whoever looks at a clock."""
    ready: str = ""
    """Where a call can come from, while none has come."""
    closed: str | None = None
    """Why nothing more will come, once nothing will."""
    asking: str = ""
    """A question to the person that the next key answers, or the answer to a key."""
    you: str = "you"
    """What the agent is called: `you`, or `the agent` for whoever looks on."""
    cursor: int | None = None
    """The step under the cursor, counted from 0; None while the cursor is not in use."""

    def side(self, channel: Channel) -> Side:
        """What is shown of that channel."""
        return self.agent if channel == "agent" else self.customer

    @property
    def glimpses(self) -> tuple[Glimpse, ...]:
        """The partials on show, the one that began first in front."""
        found = [side.glimpse for side in (self.agent, self.customer) if side.glimpse is not None]
        return tuple(sorted(found, key=lambda glimpse: glimpse.partial.start))

    @property
    def tentative(self) -> dict[str, StepHeard]:
        """Steps that the partials would meet."""
        marks = [mark for glimpse in self.glimpses for mark in glimpse.tentative]
        return {mark.step: mark for mark in marks if isinstance(mark, StepHeard)}

    @property
    def clock(self) -> int:
        """The time that countdowns go by, ms: it stands still while the call is paused."""
        return self.now if self.view.paused is None else self.view.paused

    def take(self, item: Shown) -> "Snapshot":
        """The snapshot after one more thing came in. It follows one call; once that has ended, the next that starts."""
        match item:
            case Record():
                return self._record(item)
            case Notice(text=text):
                return replace(self, notice=text, noticed=self.now)
            case Away(reason=reason):
                return replace(self, away=reason)._silenced()
            case Here():
                return replace(self, away="") if self.away else self
            case Ready(text=text):
                return replace(self, ready=text)
            case Closed(reason=reason):
                return replace(self, closed=reason)._silenced()
            case Clock() | Level() | Glimpse() if self.view.call not in ("", item.call) or self.view.ended is not None:
                return self
            case Clock(at=at):
                return replace(self, now=max(self.now, at))
            case Level(channel=channel, level=level):
                side = self.side(channel)
                sounded = self.now if level >= AUDIBLE or side.sounded is None else side.sounded
                return self._with(channel, replace(side, levels=(*side.levels, level)[-METER:], sounded=sounded))
            case Glimpse(partial=partial):
                glimpse = item if partial.text else None
                return self._with(partial.channel, replace(self.side(partial.channel), glimpse=glimpse))

    def _record(self, record: Record) -> "Snapshot":
        if self.view.call not in ("", record.call):
            if not isinstance(record.event, CallStarted):
                return self
            if self.view.ended is not None:
                return Snapshot(notice=self.notice, you=self.you)._record(record)
            return self.take(Notice(text=f"call {record.call} began; it is judged, but not shown here"))
        after = replace(self, view=self.view.fold(record), now=max(self.now, record.at))
        if isinstance(record.event, Utterance):
            speaker = record.event.speaker
            return after._with(speaker, replace(after.side(speaker), glimpse=None))
        if isinstance(record.event, CallEnded):
            return replace(after, agent=Side(), customer=Side())
        return after._silenced() if isinstance(record.event, SourceLost) else after

    def _silenced(self) -> "Snapshot":
        """Without partials: what they began will not be finished."""
        return replace(self, agent=replace(self.agent, glimpse=None), customer=replace(self.customer, glimpse=None))

    def _with(self, channel: Channel, side: Side) -> "Snapshot":
        return replace(self, agent=side) if channel == "agent" else replace(self, customer=side)
