"""What is said before and after a rehearsal: what worked and by which words, what cost, what was missed, one thing to try. Pure."""

from collections.abc import Sequence

import msgspec

from companion.core.checklist import Checklist, Flag, Step
from companion.core.roleplay import INTERRUPTED, NOTHING, SILENCE, EndingKind, Script
from companion.practice.customer import Customer, Move

_ENDINGS: dict[EndingKind | None, str] = {
    "settled": "{caller} is content",
    "manager": "{caller} wants a manager",
    "hung_up": "{caller} hung up",
    None: "{caller} was not done",
}
_MOMENTS = {
    INTERRUPTED: "cut {caller} off",
    SILENCE: "left {caller} waiting",
    NOTHING: "said nothing of what helps",
}
_TRY = {
    INTERRUPTED: "Let them finish: count to two before you answer.",
    SILENCE: "Say what you are doing while you look something up.",
    NOTHING: "Let every turn give back what they said, name how they feel, or move things on.",
}
_MOST = 6
"""Moves told of each kind."""


class Debrief(msgspec.Struct, frozen=True, kw_only=True):
    """A debrief, in sentences."""

    outcome: str
    worked: tuple[str, ...]
    cost: tuple[str, ...]
    missed: tuple[str, ...]
    advice: str
    """One thing to try; empty where nothing was missed."""

    def lines(self) -> list[str]:
        """A line for each sentence, with a sign before it; titles have none."""
        found = [self.outcome]
        for title, sign, sentences in (("what worked", "+", self.worked), ("what cost", "–", self.cost), ("not heard", "○", self.missed)):
            if sentences:
                found += [title, *(f"{sign} {sentence}" for sentence in sentences)]
        return [*found, "one thing to try", f"→ {self.advice}"] if self.advice else found


def briefing(script: Script) -> list[str]:
    """What whoever takes the call can know beforehand, in the lines of a page."""
    found = [f"{script.title}: {script.caller} is calling."]
    return [*found, "your desk shows", *(f"· {line}" for line in script.desk)] if script.desk else found


def debrief(customer: Customer, ending: EndingKind | None, checklist: Checklist) -> Debrief:
    """What there is to say about a rehearsal with this customer, judged by that checklist."""
    script, moves = customer.script, customer.moves
    outcome = _ENDINGS[ending].format(caller=script.caller)
    outcome += f". Temper {script.temper} → {customer.temper} in {customer.turns} turn{'' if customer.turns == 1 else 's'}."
    good = sorted((move for move in moves if move.points < 0), key=lambda move: move.points)[:_MOST]
    bad = sorted((move for move in moves if move.points > 0), key=lambda move: -move.points)[:_MOST]
    heard = {move.what for move in moves if move.points < 0}
    missed = sorted((points, what) for what, points in script.moves.items() if points < 0 and what not in heard)
    return Debrief(
        outcome=outcome,
        worked=tuple(_told(move, script, checklist) for move in moves if move in good),
        cost=tuple(_told(move, script, checklist) for move in moves if move in bad),
        missed=tuple(_missing(what, points, customer, checklist) for points, what in missed[:_MOST]),
        advice=_advice(bad, missed, moves, checklist),
    )


def _told(move: Move, script: Script, checklist: Checklist) -> str:
    thin = ", thinly" if move.grade == 1 else ""
    words = f": “{move.words}”" if move.words else ""
    return f"turn {move.turn}, {_title(move.what, script, checklist)}{thin}: {move.points:+d} to {move.temper}{words}"


def _missing(what: str, points: int, customer: Customer, checklist: Checklist) -> str:
    cut_in = any(move.what == what for move in customer.moves)
    said = f" (said while {customer.script.caller} spoke)" if cut_in else ""
    return f"{_title(what, customer.script, checklist)}{said}: up to {points}"


def _title(what: str, script: Script, checklist: Checklist) -> str:
    if what in _MOMENTS:
        return _MOMENTS[what].format(caller=script.caller)
    return _rule(what, checklist).title


def _advice(bad: Sequence[Move], missed: Sequence[tuple[int, str]], moves: Sequence[Move], checklist: Checklist) -> str:
    """About what cost most in all, or else would have helped most, or else was said thinly.

    What cost counts double: to leave something away is the easier thing to try.
    """
    totals: dict[str, int] = {}
    for move in bad:
        totals[move.what] = totals.get(move.what, 0) + move.points
    worst = max(totals, key=lambda what: totals[what], default=None)
    if worst is not None and 2 * totals[worst] >= -min((points for points, _ in missed), default=0):
        return _TRY.get(worst) or _say(worst, checklist)
    if missed:
        return _say(missed[0][1], checklist)
    full = {move.what for move in moves if move.grade == 2}
    thin = next((move.what for move in moves if move.grade == 1 and move.points < 0 and move.what not in full), None)
    return _say(thin, checklist, thin=True) if thin is not None else ""


def _say(what: str, checklist: Checklist, *, thin: bool = False) -> str:
    rule = _rule(what, checklist)
    prompt = rule.thin if thin and isinstance(rule, Step) else rule.prompt
    text = prompt.text if prompt is not None else rule.title
    say = next((f" “{line}”" for line in (prompt.say if prompt is not None else ()) if "{" not in line), "")
    return f"{text[:1].upper()}{text[1:]}. {rule.why}{f' Say:{say}' if say else ''}".replace("  ", " ").strip()


def _rule(what: str, checklist: Checklist) -> Step | Flag:
    rules: tuple[Step | Flag, ...] = (*checklist.steps, *checklist.flags)
    return next(rule for rule in rules if rule.id == what)
