"""`Shadow`: one call that is looked into from the wall, whole from its first record. Pure: what comes in gives the next one."""

import msgspec
from msgspec.structs import replace

from companion.core.events import CallStarted
from companion.core.record import Record
from companion.core.seen import Away, Clock, Glimpse, Here, Level, Missed, Notice, Over
from companion.tui.feed import Closed, Overseen
from companion.tui.snapshot import Snapshot

GONE = "that call cannot be had any more; its journal is with whoever took it"


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """The call and what its screen shows."""

    call: str
    wants: int = 0
    """The number of the next record. What was under way when the call was asked for anew, and what comes twice, is let go."""
    snapshot: Snapshot = Snapshot(you="the agent")

    def take(self, item: Overseen) -> "Shadow":
        """The shadow after one more thing came in; the same one if that is of no concern to it."""
        match item:
            case Record():
                if item.call != self.call:
                    return self
                if self.wants and self._another(item):
                    return Shadow(call=self.call).take(item)
                if item.seq != self.wants:
                    return self
                return replace(self, wants=item.seq + 1, snapshot=self.snapshot.take(item))
            case Missed():
                if item.call != self.call or not item.since <= self.wants < item.until:
                    return self
                text = f"records {item.since} to {item.until - 1} of this call cannot be had any more"
                return replace(self, wants=item.until, snapshot=self.snapshot.take(Notice(text=text)))
            case Clock() | Level() | Glimpse() if item.call == self.call:
                return self._with(item)
            case Over() if item.call == self.call and self.snapshot.view.summary is None:
                return self._with(Closed(reason=GONE))
            case Notice() | Away() | Here() | Closed():
                return self._with(item)
            case _:
                return self

    def _another(self, record: Record) -> bool:
        """Whether a call of the same name begins."""
        event, view = record.event, self.snapshot.view
        return isinstance(event, CallStarted) and (event.began, event.source) != (view.began, view.source)

    def _with(self, item: Clock | Level | Glimpse | Notice | Away | Here | Closed) -> "Shadow":
        after = self.snapshot.take(item)
        return self if after is self.snapshot else replace(self, snapshot=after)
