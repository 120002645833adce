"""Who may see which calls, and do what to them; and who did it."""

from collections.abc import Callable

from msgspec.structs import replace

from companion.broadcast.ledger import Entry
from companion.broadcast.messages import Role
from companion.core import events
from companion.core.events import AnyEvent
from companion.speech.redact import clean

LONGEST_NUDGE = 500
"""Characters of a line to the agent, and of whatever else a person writes."""

_AGENTS = (
    events.Marked,
    events.PromptDismissed,
    events.Quieted,
    events.HoldBegan,
    events.HoldEnded,
    events.Bookmarked,
    events.CallEnded,
)
_SUPERVISORS = (events.Nudged, events.Acknowledged, events.TakenOver, events.Bookmarked, events.Marked, events.Quieted)
MAY: dict[Role, tuple[type, ...]] = {"agent": _AGENTS, "supervisor": _SUPERVISORS, "reader": (), "gateway": ()}
"""What each role may do to the calls that it sees."""


def sees(role: Role, name: str) -> Callable[[Entry], bool]:
    """Whether somebody may see a call: agents their own, by the name that the call was introduced with, or any if nobody named them;
    gateways none."""
    if role in ("supervisor", "reader"):
        return lambda entry: True
    if role == "gateway":
        return lambda entry: False
    own = name.casefold()
    if not own:
        return lambda entry: True
    return lambda entry: entry.agent is not None and entry.agent.casefold() == own


def signed(role: Role, name: str, event: AnyEvent) -> AnyEvent | str:
    """The event as it goes to the call's owner, with who does it and harmless texts; or why it does not."""
    if not isinstance(event, MAY[role]):
        return f"{_article(role)} {role} may not do that"
    match event:
        case events.Nudged():
            text = clean(event.text).strip()
            if not text or len(text) > LONGEST_NUDGE:
                return f"a nudge has 1 to {LONGEST_NUDGE} characters, not {len(text)}"
            return replace(event, text=text, by=name)
        case events.Marked():
            return replace(event, step=clean(event.step)[:LONGEST_NUDGE], by=name)
        case events.CallEnded():
            return replace(event, reason=f"ended by {name}")
        case events.HoldBegan() | events.HoldEnded():
            return event
    return replace(event, by=name)


def _article(role: str) -> str:
    return "an" if role == "agent" else "a"
