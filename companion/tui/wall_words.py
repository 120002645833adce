"""Every sentence and mark of the wall. Pure: what is to be said goes in, plain text comes out."""

from companion.core.wall import WallRow
from companion.tui import words
from companion.tui.curve import drawn, sampled
from companion.tui.wall import Entry, Wall

RECENT = 180_000
"""The trend is that of the last so many ms."""
TOLD = "△"
NUDGE = "✉"

CONNECTING = "Looking for calls …"
NONE_LIVE = "No call is live. Calls come here as they begin."
NONE_FOUND = "No call matches. Esc shows all."
NONE_WAITING = "No call waits for a supervisor. w shows all."
NONE_ENDED = "No call has ended since you are here. y goes back to the live calls."
FILTER = "show only … (team:billing agent:maria, or any word) – Enter keeps it, Esc shows all"


def time(at: int) -> str:
    """`at` ms as a call's time in five cells: 04:12, 1h04."""
    minutes = max(0, at) // 60_000
    return f"{minutes // 60}h{minutes % 60:02}" if minutes >= 60 else words.clock(at)


def mark(entry: Entry, now: float) -> str:
    """The call's state in a mark; nothing while it is simply live."""
    if entry.ended is not None:
        return "■"
    return "✕" if entry.row.lost or entry.unheard(now) else "‖" if entry.row.on_hold else " "


def customer(row: WallRow) -> str:
    """Who calls: their name, or else the call's."""
    return row.customer or row.call


def spark(entry: Entry, cells: int) -> list[int]:
    """The heat of the last minutes in so many slices."""
    return sampled(entry.row.curve, max(0, entry.now - RECENT), max(entry.now, 1), cells)


def blocks(heats: list[int]) -> str:
    """Heats as blocks."""
    return drawn(heats)[0]


def flags(row: WallRow) -> str:
    """How many kinds of things were flagged in what the customer said."""
    return f"{words.FLAG['customer']}{len(row.flags)}" if row.flags else ""


def serious(row: WallRow) -> bool:
    """Whether one of them is serious."""
    return any(flag.serious for flag in row.flags)


def steps(row: WallRow) -> str:
    """The key steps as marks."""
    return "".join(words.mark(step) for step in row.steps)


def progress(row: WallRow) -> str:
    """The key steps in figures."""
    return f"{sum(step.state == 'done' for step in row.steps)}/{len(row.steps)}" if row.steps else ""


def said(entry: Entry) -> str:
    """What the customer said last; of an ended call, what came of it."""
    return result(entry) if entry.ended is not None else f"“{entry.row.words}”" if entry.row.words else ""


def result(entry: Entry) -> str:
    """What came of an ended call, in a line."""
    row = entry.row
    why = "no longer heard of" if row.ended is None else row.ended or "ended"
    heat = f"heat {row.peak} at most, {row.heat} at the end" if row.curve else "calm throughout"
    promises = f"{row.promises} promise{'' if row.promises == 1 else 's'}" if row.promises else ""
    taken = f"taken over by {row.taken_over}" if row.taken_over else ""
    return " · ".join(part for part in (why, heat, promises, taken) if part)


def waiting(row: WallRow, wide: bool) -> str:
    """What waits for a supervisor, or what one did; in two or three cells where room is short."""
    if row.waiting:
        return f"{words.CALLED} {row.waiting} alert{'' if row.waiting == 1 else 's'}" if wide else f"{words.CALLED}{row.waiting}"
    if row.alerts:
        return f"{TOLD} told" if wide else TOLD
    if row.taken_over:
        return f"{words.TAKEN} {row.taken_over}" if wide else words.TAKEN
    if row.nudges:
        return f"{NUDGE} {row.nudges}" if wide else f"{NUDGE}{row.nudges}"
    return ""


def elsewhere(row: WallRow) -> str:
    """A new alert, to who looks into another call."""
    return f"{row.agent or 'call'} ({customer(row)}): {words.because(row.alerts[-1].because)}"


def causes(entry: Entry) -> str:
    """Why a call waits for a supervisor, the newest cause first."""
    return " · ".join(dict.fromkeys(words.because(alert.because) for alert in reversed(entry.row.alerts)))


def counts(wall: Wall) -> tuple[str, str]:
    """How many calls there are, and how many of them wait for a supervisor."""
    live = [entry.row for entry in wall.live.values() if entry.ended is None]
    waits = sum(row.waiting > 0 for row in live)
    listed = sum(entry.ended is None for entry in wall.listed)
    shown = f"{listed} of " if wall.sought or wall.only_waiting else ""
    if wall.looking_back:
        return f"history: {len(wall.history)} ended", f"{words.CALLED} {waits} waiting" if waits else ""
    return f"{shown}{len(live)} live", f"{words.CALLED} {waits} waiting" if waits else ""


def way(wall: Wall) -> tuple[str, str]:
    """Whether the way to the calls is open, in a mark and words, and who we are there."""
    if wall.closed is not None:
        return "■ closed", ""
    if wall.away:
        return "✕ away", ""
    if wall.here is None:
        return "○ connecting", ""
    return "● connected", " ".join(part for part in (wall.here.name, f"({wall.here.role})") if part)


def empty(wall: Wall) -> str:
    """What stands there while there is no row."""
    if wall.closed:
        return wall.closed
    if wall.looking_back:
        return NONE_FOUND if wall.sought else NONE_ENDED
    if wall.sought:
        return NONE_FOUND
    if wall.only_waiting:
        return NONE_WAITING
    return NONE_LIVE if wall.here is not None else CONNECTING


def notice(wall: Wall, width: int) -> tuple[str, str]:
    """The line below the rows, and its weight: alert, nudge, plain or nothing. The weightiest wins.

    Where the rows have no room for it, the line tells more of the one under the cursor.
    """
    if wall.closed is not None:
        return f"✕ {wall.closed or 'nothing more will come'} – q leaves", "alert"
    if wall.away:
        return words.not_up_to_date(wall.away), "alert"
    if wall.notice:
        return f"! {wall.notice}", "nudge"
    if wall.sought:
        return f"/{wall.sought} – Esc shows all", "plain"
    if wall.only_waiting and not wall.looking_back:
        return "only calls that wait for a supervisor – w shows all", "plain"
    entry = wall.chosen
    if entry is not None and (silent := entry.unheard(wall.now)):
        return words.unheard(silent), "alert"
    if entry is not None and entry.ended is None and entry.row.alerts:
        return f"{words.CALLED if entry.row.waiting else TOLD} {causes(entry)}", "plain"
    if entry is not None and (width < 60 or entry.ended is not None):
        return said(entry), "plain"
    return "", "nothing"
