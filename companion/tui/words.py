"""Every sentence and mark that a screen shows. Pure: what is to be said goes in, plain text comes out."""

from datetime import datetime

from companion.core.checklist import HeatRules
from companion.core.events import Channel
from companion.core.shown import Floor, Noted, ShownFlag, ShownStep
from companion.core.updates import Promised
from companion.core.view import CallView
from companion.tui.curve import Trend
from companion.tui.snapshot import Snapshot

LISTEN = "Nothing to say now – listen."
QUIET = "Prompts are off."
ON_HOLD = "The customer is on hold. All clocks stand still."
LOST = "The stream is lost and nothing can be heard. Clocks stand still; tick by hand."
WAITING = "Waiting for the call to begin …"
END = "End the call? e: yes · any other key: no"
READ_ONLY = "Nothing done: you may only look on."
CUT_OFF = "Nothing done: the way to the call is broken. Try again when it is open."
OVER = "Nothing more will come. Any key leaves."
COPIED_DRAFT = "the draft is on the clipboard, if this terminal has one · Enter closes"
COPIED_PAGE = "the page is on the clipboard, if this terminal has one · Enter closes"
NEXT = "The next call has begun: Enter shows it."
CARD = "Enter takes over · other keys go back"
BACK = "any key goes back"
SILENT = 5_000
"""After so many ms without sound a channel's meter says so."""
DEAF = 30_000
"""After so many ms without sound something may be wrong."""

MARKS = {"open": "○", "done": "●", "overdue": "!", "missed": "✕", "waived": "–", "unknown": "?"}
THIN = "◐"
TENTATIVE = "◌"
FLAG = {"agent": "⚠", "customer": "⚑"}
BOOKMARK = "⚐"
CALLED = "▲"
TAKEN = "⇄"
TRENDS = {"rising": "▲ rising", "falling": "▼ falling", "steady": "steady"}


def clock(at: int) -> str:
    """`at` ms as a call's time: 04:12, 1:04:12."""
    minutes, seconds = divmod(max(0, at) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def span(duration: int) -> str:
    """A duration in ms: 0:08, 1:30. A countdown's part of a second counts as a whole one."""
    minutes, seconds = divmod(-(-max(0, duration) // 1000), 60)
    return f"{minutes}:{seconds:02}"


def mark(step: ShownStep, tentative: bool = False) -> str:
    """The step's mark: ● full, ◐ thin, ○ open, ◌ as it seems while the words are still spoken, ! overdue, ✕ missed."""
    if step.state == "done":
        return THIN if step.grade == 1 else MARKS["done"]
    return TENTATIVE if tentative else MARKS[step.state]


def standing(step: ShownStep, now: int, tentative: bool = False) -> str:
    """The word or time beside a step."""
    if step.state == "done":
        return clock(step.at or 0)
    if tentative:
        return "hearing …"
    if step.state == "overdue":
        return f"overdue {span(now - (step.at or 0))}"
    if step.state != "open":
        return step.state
    if step.due is None or not step.asked:
        return ""
    return f"due {span(step.due - now)}"


def evidence(step: ShownStep) -> str:
    """The words that ticked the step, or who ticked it."""
    if step.state != "done":
        return ""
    spoken = " … ".join(piece.text for piece in step.evidence)
    return f"“{spoken}”" if spoken else step.because


def progress(view: CallView) -> str:
    """The checklist's title line."""
    steps = [step for step in view.steps if step.number is not None]
    done = sum(step.state == "done" for step in steps)
    return f"checklist {done} of {len(steps)}" if steps else "checklist"


def temper(heat: int, rules: HeatRules) -> str:
    """A heat in a word, by the checklist's thresholds."""
    if heat >= rules.alert:
        return "very upset"
    if heat >= rules.warn:
        return "upset"
    return "uneasy" if heat >= rules.warn // 2 else "calm"


def going(trend: Trend, heat: int, rules: HeatRules) -> str:
    """A trend, with its arrow; a calm customer has none worth looking at."""
    return "" if temper(heat, rules) == "calm" and trend == "rising" else TRENDS[trend]


def flag(raised: ShownFlag) -> str:
    """A flag in the customer's panel."""
    return f"{FLAG[raised.speaker]} {small(raised.title)} {clock(raised.at)}"


def flagged(speaker: Channel, title: str) -> str:
    """A flag beside the words that raised it, held together by no-break spaces."""
    return f"{FLAG[speaker]} {small(title)}".replace("_", " ").replace(" ", "\u00a0")


def talk_overs(floor: Floor, you: str = "you") -> str:
    """How often somebody was talked over, and by whom; empty while nobody was. `you` is what the agent is called."""
    mine, theirs = floor.overs_agent, floor.overs_customer
    if mine and theirs:
        return f"talk-overs: {you} {mine}×, they {theirs}×"
    return f"{you} talked over them {mine}×" if mine else f"they talked over {you} {theirs}×" if theirs else ""


def dead_air(floor: Floor) -> str:
    """How long nobody spoke; empty while there was no dead air."""
    return f"dead air {span(round(floor.dead_air * 1000))}" if floor.dead_airs else ""


def heat_line(view: CallView) -> str:
    """The heat of a whole call, in figures."""
    return f"heat: {view.peak} at most, {view.heat} at the end" if view.curve else "heat: calm throughout"


def closing(step: ShownStep) -> str:
    """How a step stands that is not done when the call is over."""
    return "not said" if step.state == "open" and step.asked else "" if step.state == "open" else step.state


def due(promise: Promised) -> str:
    """When a promise is due: the words, and the day and hour where they are known."""
    if promise.due is None:
        return f"“{promise.by}”"
    day = datetime.fromisoformat(promise.due)
    hour = f", {day:%H:%M}" if "T" in promise.due else ""
    return f"“{promise.by}” – {day:%a} {day.day} {day:%b}{hour}"


def turns(view: CallView, you: str = "you") -> tuple[str, ...]:
    """Talk shares, talk-overs, dead air, prompts, flags on the agent's words, bookmarks; what there is none of is empty."""
    floor = view.floor
    talk = floor.agent + floor.customer
    shares = f"{you} spoke {round(100 * floor.agent / talk)} % of the time" if view.timed and talk else ""
    answered = ", ".join(f"{count} {outcome}" for outcome, count in view.outcomes.items())
    prompts = f"prompts {view.prompts} ({answered})" if answered else ""
    slips = sum(flag.speaker == "agent" for flag in view.flags)
    marks = len(view.bookmarks)
    whose = "your" if you == "you" else f"{you}'s"
    return (
        shares or f"{view.utterances} utterance{'' if view.utterances == 1 else 's'}",
        talk_overs(floor, you) or ("nobody was talked over" if view.timed and talk else ""),
        dead_air(floor),
        prompts,
        f"{slips} of {whose} phrases flagged" if slips else "",
        f"{marks} bookmark{'s' if marks > 1 else ''}" if marks else "",
    )


def state(snapshot: Snapshot) -> str:
    """The call's state, in a mark and a word."""
    view = snapshot.view
    if view.ended is not None or snapshot.closed is not None:
        return "■ ended" if view.call else "■ no call"
    if snapshot.away:
        return "✕ away"
    if snapshot.unheard:
        return f"✕ unheard {span(snapshot.unheard)}"
    if view.lost_since is not None:
        return f"✕ lost {span(snapshot.now - view.lost_since)}"
    if view.hold_since is not None:
        return f"‖ on hold {span(snapshot.now - view.hold_since)}"
    return "● live" if view.checklist.id or view.utterances else "○ waiting"


def silence(snapshot: Snapshot, channel: Channel) -> str:
    """How long a channel that has a meter has been silent; empty while it sounds."""
    side = snapshot.side(channel)
    quiet = snapshot.now - (side.sounded or 0)
    return f"silent {span(quiet)}" if side.levels and quiet >= SILENT else ""


def too_silent(snapshot: Snapshot, channel: Channel) -> bool:
    """Whether a channel has been silent for longer than listening lasts: something may be unplugged."""
    return snapshot.now - (snapshot.side(channel).sounded or 0) >= DEAF


def idle(snapshot: Snapshot) -> str:
    """What stands in the prompt's place while there is none."""
    view = snapshot.view
    if view.ended is not None or snapshot.closed is not None:
        over = "The call has ended" if view.ended is not None else "The call breaks off" if view.call else "No call began"
        return f"{over}: {snapshot.closed}" if snapshot.closed else f"{over}."
    if view.hold_since is not None:
        return ON_HOLD + _by_key(snapshot, " h takes the call back.")
    if view.lost_since is not None:
        return LOST
    if view.quiet:
        return QUIET + _by_key(snapshot, " q turns them on again.")
    if not view.checklist.id and not view.utterances:
        return f"{snapshot.ready} …" if snapshot.ready else WAITING
    last = view.last_prompt
    if last is not None and last.outcome == "acted" and last.closed is not None and snapshot.now - last.closed < 6_000:
        return f"Done: {small(last.text).rstrip(':. ')}"
    return LISTEN


def not_up_to_date(why: str) -> str:
    """What is shown stands still, because the way to it is broken."""
    return f"✕ not up to date: {why}; trying again"


def unheard(silent: int) -> str:
    """For how many ms nothing came from whoever has the call."""
    return f"✕ not up to date: nothing was heard of this call for {span(silent)}"


def notices(snapshot: Snapshot) -> list[tuple[str, str]]:
    """What happens around the call, each with its weight: the weightiest, and below it what supervisors wrote just now, newest first."""
    first = notice(snapshot)
    nudges = [(f"✉ {nudge.by}: {nudge.text}", "nudge") for nudge in _nudges(snapshot)]
    return [first, *nudges] if first[1] in ("alert", "nudge") or not nudges else nudges


def notice(snapshot: Snapshot) -> tuple[str, str]:
    """The weightiest thing that happens around the call, and its weight: alert, nudge, plain or nothing."""
    view, now = snapshot.view, snapshot.now
    if snapshot.closed is not None:
        why = snapshot.closed if view.call else snapshot.closed and "no call began"
        return (f"✕ {why} – any key leaves", "alert") if why else (OVER, "plain")
    if snapshot.asking:
        return snapshot.asking, "nudge"
    if snapshot.away:
        return not_up_to_date(snapshot.away), "alert"
    taken = view.taken_over
    if taken is not None and now - taken.at < 20_000:
        return f"{TAKEN} {taken.by} has taken this call over", "nudge"
    if view.lost_since is not None:
        return f"✕ nothing heard since {clock(view.lost_since)}: {view.lost}", "alert"
    if snapshot.notice and now - snapshot.noticed < 15_000:
        return f"! {snapshot.notice}", "alert"
    if snapshot.unheard:
        return unheard(snapshot.unheard), "alert"
    called = [(at, update.because) for at, update in view.escalated if update.level == "alert" and now - at < 45_000]
    if called and not _nudges(snapshot):  # who was called has answered
        return f"{CALLED} supervisor called: {because(called[-1][1])}", "alert"
    if view.failures and now - view.failures[-1].at < 15_000:
        return f"! {view.failures[-1].by}: {view.failures[-1].text}; the call goes on", "alert"
    if view.bookmarks and now - view.bookmarks[-1].at < 4_000:
        return f"{BOOKMARK} bookmarked {clock(view.bookmarks[-1].at)}", "plain"
    if view.hold_since is not None:
        return f"‖ on hold since {clock(view.hold_since)}" + _by_key(snapshot, " – h takes the call back"), "plain"
    if view.quiet:
        return "quiet: prompts are off" + _by_key(snapshot, " – q turns them on"), "plain"
    if taken is not None:
        return f"{TAKEN} taken over by {taken.by} at {clock(taken.at)}", "plain"
    return "", "nothing"


def _nudges(snapshot: Snapshot) -> list[Noted]:
    """The nudges that still stand on the agent's screen, newest first."""
    nudges = snapshot.view.nudges if snapshot.closed is None else ()
    return [nudge for nudge in reversed(nudges) if snapshot.now - nudge.at < 45_000]


def _by_key(snapshot: Snapshot, text: str) -> str:
    """What a key of the agent's does; nothing to whoever looks on, and has other keys."""
    return text if snapshot.you == "you" else ""


def nudge_to(view: CallView) -> str:
    """What a supervisor is asked to type."""
    return f"a line to {view.agent or 'the agent'} – Enter sends it, Esc does not"


def card_title(view: CallView) -> str:
    """The hand-over card's title."""
    return f"hand-over card · {view.customer or view.call} · {clock(view.at)}"


def small(text: str) -> str:
    """A title within a line: without its capital, unless it begins with an abbreviation or a name such as "I"."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[:2] == "A " else text


def because(text: str) -> str:
    """The causes of an alert, each within a line."""
    return "; ".join(map(small, text.split("; ")))


def leave(*, saves: bool) -> str:
    """The closing summary's keys."""
    return "Enter closes · ↑↓ scroll · c copy" + (" · s save" if saves else "")
