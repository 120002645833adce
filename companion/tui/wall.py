"""`Wall`: the calls as rows, in which order, and which of them a person looks at. No terminal, and no clock: `now` is told, in seconds.

Rows go by heat, the hottest first, and never move under a person's hand:

- the row a person has put the cursor on keeps its line, whatever becomes of its heat; the others are sorted around it;
- for `STILL` seconds after a key nothing moves at all: rows change where they stand, new calls come in below;
- before that, and after `release`, the cursor is on the top line, and `choose` takes no row that has only just come there.
"""

from dataclasses import dataclass, field

from msgspec.structs import replace

from companion.core.events import CallStarted
from companion.core.record import Record
from companion.core.seen import Away, Clock, Here, Missed, Notice, Over
from companion.core.wall import WallRow
from companion.tui.feed import Closed, Overseen

SORTED = 2.0
"""Seconds between two sortings."""
STILL = 5.0
"""After a key nothing moves for so many seconds."""
SETTLED = 1.0
"""A row that has been on the top line for less is not taken by a key that was meant for the one before."""
LINGER = 60.0
"""An ended call stays for so many seconds."""
FRESH = 15.0
"""A new alert stands out, and a notice is shown, for so many seconds."""
UNHEARD = 10.0
"""A live call tells its time each second; of one that tells nothing for so many seconds it is not known how it stands."""
KEPT = 500
"""Ended calls kept in the history: the newest."""


@dataclass(slots=True, eq=False)
class Entry:
    """A call on the wall."""

    row: WallRow = field(default_factory=WallRow)
    now: int = 0
    """The call's time, ms."""
    seen: bool = False
    """It was on the wall while it was live."""
    ended: float | None = None
    """When it was seen to end, s."""
    alerted: float | None = None
    """When its last alert came, s."""
    heard: float = 0.0
    """When anything was heard of it, s."""
    gone: bool = False
    """It cannot be had again."""
    first: tuple[str | None, ...] = ()
    """By what its first record is told from that of another call with its name."""

    def unheard(self, now: float) -> int:
        """For how many ms nothing was heard of a call that should be heard of; 0 if that is not long."""
        silent = now - self.heard
        return round(silent * 1000) if silent >= UNHEARD and self.ended is None and not self.row.on_hold else 0


class Wall:
    """The calls, and a person's way of looking at them."""

    def __init__(self) -> None:
        self.live: dict[str, Entry] = {}
        """Live calls, and those that ended just now."""
        self.history: dict[str, Entry] = {}
        """Ended calls that have left the wall, the newest last."""
        self.looking_back = False
        """It is the history that is shown."""
        self.sought = ""
        """What rows are filtered by (`matches`)."""
        self.only_waiting = False
        """Only calls that wait for a supervisor are shown."""
        self.listed: list[Entry] = []
        """What is shown, in order."""
        self.held: Entry | None = None
        """The row a person has put the cursor on; None: the cursor is on the top line."""
        self.top = 0
        """The first of `listed` that is in view."""
        self.here: Here | None = None
        """Who we are, once the way to the calls was open."""
        self.away = ""
        """Why the way to the calls is broken, while it is."""
        self.closed: str | None = None
        """Why nothing more will come, once nothing will."""
        self.notice = ""
        self.alerts = 0
        """How many alerts came so far …"""
        self.alerted: Entry | None = None
        """… and which call the last one came from."""
        self.now = 0.0
        self._noticed = 0.0
        self._sorted: float | None = None
        self._touched: float | None = None
        self._topped = 0.0

    def take(self, item: Overseen, now: float) -> bool:
        """Take in one thing; False if it changes nothing that a wall shows."""
        match item:
            case Record():
                return self._record(item, now)
            case Clock(call=call, at=at):
                entry = self.live.get(call)
                if entry is None:
                    return False
                was_unheard, entry.heard = entry.unheard(now), now
                if at // 1000 <= entry.now // 1000:
                    return was_unheard > 0
                entry.now = at
            case Notice(text=text):
                self.notice, self._noticed = text, now
            case Missed(call=call, until=until):
                entry = self._entry(call)
                entry.row = replace(entry.row, call=call, seq=max(until, entry.row.seq))
            case Over(call=call):
                entry = self.live.get(call) or self.history.get(call)
                if entry is None:
                    return False
                entry.gone = True
                entry.ended = now if entry.ended is None else entry.ended
            case Away(reason=reason):
                self.away = reason
            case Here():
                self.here, self.away = item, ""
                for entry in self.live.values():  # silent by our own absence, not theirs
                    entry.heard = now
            case Closed(reason=reason):
                self.closed = reason
            case _:
                return False
        return True

    def settle(self, now: float) -> None:
        """Let time pass: ended calls go to the history, and the order is made anew."""
        self.now = now
        if now - self._noticed >= FRESH:
            self.notice = ""
        if self._sorted is not None and self._touched is not None and now - self._touched < STILL:
            known = set(map(id, self.listed))
            self.listed += [entry for entry in self._wanted() if id(entry) not in known]
        elif self._sorted is None or now - self._sorted >= SORTED:
            over = [call for call, entry in self.live.items() if entry.ended is not None and entry is not self.held]
            for call in over:
                entry = self.live[call]
                if not entry.seen or now - (entry.ended or 0.0) >= LINGER:
                    self._keep(call)
            self._arrange()
        for entry in self.listed:
            entry.seen = True

    @property
    def cursor(self) -> int:
        """Which of `listed` the cursor is on."""
        return 0 if self.held is None else self.listed.index(self.held)

    @property
    def chosen(self) -> Entry | None:
        """The row under the cursor, if there is one."""
        return self.listed[self.cursor] if self.listed else None

    def view(self, height: int) -> tuple[list[Entry], int]:
        """What is in view on so many lines, and the line the cursor is on."""
        cursor = self.cursor
        self.top = min(self.top, max(0, len(self.listed) - height))
        self.top = max(min(self.top, cursor), cursor - height + 1, 0)
        return self.listed[self.top : self.top + height], cursor - self.top

    def move(self, by: int) -> None:
        """The cursor so many rows down, or up."""
        self.hold(self.cursor + by)

    def hold(self, place: int) -> None:
        """The cursor on that one of `listed`, or the nearest there is."""
        self._touched = self.now
        if self.listed:
            self.held = self.listed[max(0, min(place, len(self.listed) - 1))]

    def choose(self) -> Entry | None:
        """The row under the cursor, to be looked into."""
        fleeting = self.held is None and self.now - self._topped < SETTLED
        self.hold(self.cursor)
        return None if fleeting else self.held

    def come_back(self) -> None:
        """Back from the call under the cursor; one that has ended meanwhile keeps no line among the live ones."""
        if self.held is not None and self.held.ended is not None and not self.looking_back:
            self.release()

    def release(self) -> None:
        """Let the cursor go to the top line again."""
        self.held = self._touched = None
        self._arrange()

    def seek(self, sought: str) -> None:
        """Show only rows that match."""
        self.sought = sought
        self._look_anew()

    def show_waiting(self) -> None:
        """Show only calls that wait for a supervisor, or all again."""
        self.only_waiting = not self.only_waiting
        self._look_anew()

    def look_back(self) -> None:
        """Show the history, or the live calls again."""
        self.looking_back = not self.looking_back
        self.held = None
        self._look_anew()

    def _record(self, record: Record, now: float) -> bool:
        entry = self._entry(record.call)
        if isinstance(record.event, CallStarted):
            first = (record.event.began, record.event.source, record.event.digest)
            if entry.gone or entry.first not in ((), first):  # the same one comes again when a call is looked into
                entry = self._begin_anew(record.call)
            entry.first = first
        if record.seq < entry.row.seq:
            return False
        entry.heard = now
        before, entry.row = entry.row, entry.row.fold(record)
        entry.now = max(entry.now, record.at)
        if entry.row.waiting > before.waiting:
            entry.alerted, self.alerted, self.alerts = now, entry, self.alerts + 1
        if entry.row.ended is not None and entry.ended is None:
            entry.ended = now
        return True

    def _entry(self, call: str) -> Entry:
        known = self.live.get(call) or self.history.get(call)
        if known is None:
            known = self.live[call] = Entry()
        return known

    def _begin_anew(self, call: str) -> Entry:
        """Another call has the name of one that is known."""
        before = self.live.pop(call, None) or self.history.pop(call)
        self.held = None if before is self.held else self.held
        self.listed = [entry for entry in self.listed if entry is not before]
        return self._entry(call)

    def _keep(self, call: str) -> None:
        self.history[call] = self.live.pop(call)
        if len(self.history) > KEPT:
            del self.history[next(iter(self.history))]

    def _look_anew(self) -> None:
        if self.held is not None and not self._matches(self.held):
            self.held = None
        self._arrange()
        self._topped = self.now - SETTLED  # by a person's own hand, who looks at it

    def _matches(self, entry: Entry) -> bool:
        waits = self.looking_back or not self.only_waiting or entry.row.waiting > 0
        return waits and (not self.sought or matches(entry.row, self.sought))

    def _wanted(self) -> list[Entry]:
        calls = reversed(self.history.values()) if self.looking_back else self.live.values()
        return [entry for entry in calls if entry is self.held or self._matches(entry)]

    def _arrange(self) -> None:
        before, wanted = self.listed, self._wanted()
        if not self.looking_back:
            places = {id(entry): place for place, entry in enumerate(before)}
            wanted.sort(key=lambda entry: places.get(id(entry), len(places)))  # of two equally hot ones neither moves
            wanted.sort(key=lambda entry: (entry.ended is not None, -entry.row.heat, -entry.row.waiting))
        if self.held is None:
            self.top = 0
            if wanted[:1] != before[:1]:
                self._topped = self.now
        elif self.held in before:
            line = before.index(self.held)
            if self.looking_back:
                self.top += wanted.index(self.held) - line
            else:
                wanted.remove(self.held)
                wanted.insert(line, self.held)
        self.listed = wanted
        self._sorted = self.now


def matches(row: WallRow, sought: str) -> bool:
    """Whether a row holds every word of `sought`: in `team:…` and `agent:…` those, in any other word whatever the row says."""
    for word in sought.casefold().split():
        field, _, wanted = word.partition(":")
        if wanted and field in ("team", "agent"):
            found = row.team if field == "team" else row.agent
        else:
            wanted, found = word, "\n".join((row.agent, row.customer, row.team, row.call, row.words))
        if wanted not in found.casefold():
            return False
    return True
