"""The two remarks of the closing summary: one thing that went well, one to try. Said from what the records show, nothing else."""

from companion.core.shown import ShownStep
from companion.core.view import CallView
from companion.tui.words import clock, small

FELL = 20
"""By so much must the heat have fallen from its peak to be worth a remark."""
WORDS = 10
"""More words than these are not quoted."""
BEFORE = 30_000
"""A step said so many ms before the heat fell came just before it."""


def went_well(view: CallView) -> str:
    """The strongest of what went well, or that nothing was heard."""
    done = [step for step in view.steps if step.number is not None and step.state == "done"]
    fell = _fall(view)
    if fell is not None:
        at, heat = fell
        near = [(step.at, own) for step in done if step.at is not None and 0 <= at - step.at <= BEFORE and (own := _own(view, step))]
        before = f", just after “{max(near)[1]}”" if near else ""
        return f"The heat came down from {view.peak} to {heat}{before}."
    full = [(step.title, own) for step in done if step.grade == 2 and (own := _own(view, step))]
    if full:
        return f"{_capital(full[-1][0])}, for this customer's case: “{full[-1][1]}”."
    turns = sum(row.speaker == "customer" for row in view.rows)
    if view.timed and not view.floor.overs_agent and turns >= 3 and not any(_lacking(step) for step in _listening(view)):
        return "You let the customer finish every time."
    if done:
        return f"{_capital(done[0].title)}, at {clock(done[0].at or 0)}."
    return "No step of the checklist was heard in this call."


def to_try(view: CallView) -> str:
    """The one thing most worth trying next time."""
    key = [step for step in view.steps if step.number is not None]
    for step in sorted(key, key=_weight):
        if _lacking(step):
            return f"{_capital(step.title)} was not heard. {step.why}".strip()
    if view.floor.overs_agent >= 2:
        return f"You came in {view.floor.overs_agent} times while the customer spoke: count to two before you answer."
    slips = [flag for flag in view.flags if flag.speaker == "agent" and flag.text]
    if slips:
        return f"“{_short(slips[-1].text)}” at {clock(slips[-1].at)} ({small(slips[-1].title)}): say what you can do instead."
    thin = [step for step in key if step.state == "done" and step.grade == 1]
    if thin:
        return f"{_capital(thin[0].title)} was thin: say it for this customer's own case. {thin[0].why}".strip()
    return "Nothing is missing from the checklist. Do it the same way again."


def _fall(view: CallView) -> tuple[int, int] | None:
    """When (ms) the heat first fell clearly below its peak, and where it ended; None if it did not."""
    peaks = [at for at, heat in view.curve if heat == view.peak]
    if view.peak < view.checklist.heat.warn or not peaks or view.heat > view.peak - FELL:
        return None
    fallen = [at for at, heat in view.curve if at > peaks[-1] and heat < view.peak]
    return fallen[0], view.heat


def _own(view: CallView, step: ShownStep) -> str:
    """The agent's own words behind a step; empty where only the customer's are, or none are kept."""
    first = view.rows[0].index if view.rows else 0
    for piece in step.evidence:
        place = piece.utterance - first
        if 0 <= place < len(view.rows) and view.rows[place].speaker == "agent":
            return _short(piece.text)
    return ""


def _short(text: str) -> str:
    words = text.split()
    return text if len(words) <= WORDS else " ".join(words[:WORDS]) + " …"


def _lacking(step: ShownStep) -> bool:
    return step.state in ("missed", "overdue") or (step.state == "open" and step.asked)


def _listening(view: CallView) -> list[ShownStep]:
    """The steps that are met by letting the customer finish."""
    listening = {step.id for step in view.checklist.steps if step.detector == "listens"}
    return [step for step in view.steps if step.id in listening]


def _weight(step: ShownStep) -> int:
    return ("missed", "overdue").index(step.state) if step.state in ("missed", "overdue") else 2


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
