"""Every sentence of a report. Pure: what was counted goes in, plain text comes out; tables and the page use the same words."""

from collections.abc import Sequence
from datetime import date

from companion.report.report import Report, clock
from companion.report.tally import ANSWERS, FEW, By, MoveTally, StepTally, Tally, weekly

BLOCKS = "▁▂▃▄▅▆▇█"
BY: dict[By, str] = {"agent": "agent", "team": "team", "checklist": "checklist", "week": "week of"}
"""What stands above the groups' names."""
NOBODY: dict[By, str] = {"agent": "not named", "team": "no team", "checklist": "no checklist", "week": "not dated"}
TOO_FEW = (
    f"Under {FEW} calls, one call more or less moves a share by over three points: too few to compare. Listed by name, never by result."
)
HARD_ONES = "Listed by name, never by result: calls differ, and whoever takes the hard ones does not look better for it."
NOT_THE_CAUSE = "What went before is not yet what caused it; every tick was earned by words, and words can be recognised wrongly."


FACTS = (
    ("upset", "customers who were clearly upset"),
    ("heat", "typically, at the start, at its highest and at the end"),
    ("talk", "typically, the agent's share of the talk time"),
    ("over", "calls with talk-over by the agent"),
    ("silence", "dead air a call"),
    ("acted", "prompts that were acted on"),
    ("alerts", "calls in which a supervisor was offered or called"),
)
"""What is told of each group besides its steps: a heading, and what it stands for."""


def share(hits: int, of: int) -> str:
    """`82 %`; of few, `4 of 5`, so that nobody reads more into it than there is; of none, a dash."""
    if not of:
        return "–"
    return f"{hits} of {of}" if of < FEW else f"{100 * hits / of:.0f} %"


def of_calls(hits: int, of: int) -> str:
    """The same in a sentence: `82 % of calls`, `4 of 5 calls`."""
    return f"{hits} of {number(of, 'call')}" if of < FEW else f"{share(hits, of)} of calls"


def facts(group: Tally) -> list[str]:
    """The cells below `FACTS`."""
    heat, talk = group.heat, group.talk
    acted, shown = sum(prompt.acted for prompt in group.prompts), sum(prompt.shown for prompt in group.prompts)
    return [
        ratio(group.upset, group.calls, group.few),
        f"{heat.start:.0f} {heat.peak:.0f} {heat.end:.0f}",
        "–" if talk.share is None else f"{100 * talk.share:.0f} %",
        ratio(talk.over_calls, talk.calls, group.few),
        seconds(talk.silent / talk.calls if talk.calls else None),
        ratio(acted, shown, group.few),
        ratio(group.alerts, group.calls, group.few),
    ]


def brief(text: str, most: int = 140) -> str:
    """A quotation of bearable length."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def ratio(hits: int, of: int, few: bool) -> str:
    """A share in little room; of few calls, the counts: `18/20`."""
    return f"{hits}/{of}" if of and (few or of < FEW) else share(hits, of)


def some(count: int) -> str:
    """A count, and a dash for none: zeros would shout."""
    return f"{count:,}" if count else "–"


def number(count: int, one: str, many: str = "") -> str:
    """`1 call`, `3 calls`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def seconds(value: float | None) -> str:
    """`34 s`, `2:05`; a dash for none."""
    if value is None:
        return "–"
    return f"{value:.0f} s" if value < 100 else f"{int(value) // 60}:{int(value) % 60:02}"


def day(value: date) -> str:
    """`Mon 16 Nov`."""
    return f"{value:%a} {value.day} {value:%b}"


def span(report: Report) -> str:
    """From when to when, with the year."""
    first, last = report.first, report.last
    if first is None or last is None:
        return "calls without a date"
    if first == last:
        return f"{day(first)} {first.year}"
    return f"{day(first)}{f' {first.year}' if first.year != last.year else ''} to {day(last)} {last.year}"


def group(tally: Tally, by: By) -> str:
    """A group's name."""
    if by == "week" and tally.name:
        monday = date.fromisoformat(tally.name)
        return f"{monday.day} {monday:%b} {monday.year}"
    return tally.name or NOBODY[by]


def spark(values: Sequence[float | None], top: float = 100.0) -> str:
    """A line of blocks, 0 to `top`; a gap where there is no value."""
    return "".join(" " if value is None else BLOCKS[min(7, max(0, int(value / top * 8)))] for value in values)


def trend(report: Report, id: str) -> str:
    """A step's share of done, day by day or week by week."""
    days = [next((step for step in tally.steps if step.id == id), None) for _, tally in report.days]
    return spark([100 * step.done / step.calls if step and step.calls else None for step in days])


def main(tally: Tally) -> list[StepTally]:
    """The main steps, in the checklist's order."""
    return [step for step in tally.steps if step.key]


def also_heard(tally: Tally) -> str:
    """The further steps: nobody is asked for them, so that no share of them can be missed."""
    heard = [f"{step.title} {step.done:,}" for step in tally.steps if not step.key and step.done]
    return f"Also heard, in so many calls: {', '.join(heard)}." if heard else ""


def change(value: float) -> str:
    """A change of the heat, always with its sign."""
    return f"{round(value):+d}".replace("-", "−")


def give_or_take(move: MoveTally) -> str:
    """The mean change, and within what the true one lies."""
    return f"{change(move.mean)} ± {move.reach:.0f}"


def after(move: MoveTally) -> str:
    """What an answer held, in words."""
    if move.cause is None:
        return "an answer with none of these"
    return ("a slip: " if move.cause[0] == "flag" else "") + small(move.title)


def notable(tally: Tally) -> list[MoveTally]:
    """Moves that were seen often enough to be told, and answers that held nothing, to compare them with."""
    return [move for move in tally.moves if move.times >= ANSWERS]


def small(title: str) -> str:
    """A title in the middle of a sentence: `talks over the customer`; what is no capitalised word stays."""
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title


def summary(report: Report) -> list[str]:
    """What the calls say, in sentences for somebody who sees such a report for the first time."""
    total = report.total
    parts = (_steps, _late, _moved, _talk, _prompts, _supervisor)
    told = [_calls(report), _heat(total), *(sentence for part in parts if (sentence := part(total)))]
    if total.few:
        told.append(f"{number(total.calls, 'call')}: too few to draw conclusions from; take the figures as a list of what happened.")
    return told


def _calls(report: Report) -> str:
    total = report.total
    agents = {call.agent for call in report.calls if call.agent}
    by = f" of {number(len(agents), 'agent')}" if agents else ""
    cut = f" {number(total.cut_off, 'journal ends', 'journals end')} in the middle of the call." if total.cut_off else ""
    return (
        f"{number(total.calls, 'call')}{by}, {span(report)}; half of them took longer than {clock(round(total.seconds * 1000))}. "
        f"In {of_calls(total.upset, total.calls)} the customer was clearly upset at some time.{cut}"
    )


def _heat(total: Tally) -> str:
    heat = total.heat
    return (
        f"In a typical call the heat of the customer's words was {heat.start:.0f} at the start, {heat.peak:.0f} at its highest and "
        f"{heat.end:.0f} at the end (0 is calm, 100 as upset as words get)."
    )


def _steps(total: Tally) -> str:
    key = [step for step in main(total) if step.calls]
    if not key:
        return ""
    best, worst = max(key, key=_rate), min(key, key=_rate)
    if _rate(best) == _rate(worst):
        return f"Each of the main steps was done in {of_calls(best.done, best.calls)} that asked for it."
    return (
        f"Of the main steps, “{best.title}” was done most often (in {of_calls(best.done, best.calls)} that asked for it) and "
        f"“{worst.title}” least (in {of_calls(worst.done, worst.calls)}{_formula(worst)})."
    )


def _formula(step: StepTally) -> str:
    return f", {step.thin} of them only as a formula" if step.thin > step.full else ""


def _rate(step: StepTally) -> float:
    return step.done / step.calls


def _late(total: Tally) -> str:
    late = [step for step in total.steps if step.late and step.late_by is not None]
    if not late:
        return ""
    most = max(late, key=lambda step: step.late)
    return f"What came late most often was “{most.title}”: {number(most.late, 'time')}, typically {seconds(most.late_by)} after it was due."


def _moved(total: Tally) -> str:
    moves = [move for move in notable(total) if move.cause is not None and move.sure]
    if not moves:
        return ""
    down, up = moves[0], moves[-1]
    told = []
    if down.mean < 0:
        told.append(f"Customers cooled most after “{after(down)}” ({change(down.mean)} on average, {number(down.times, 'answer')})")
    if up.mean > 0:
        told.append(
            f"{'and' if told else 'Customers'} heated up most after “{after(up)}” ({change(up.mean)}, {number(up.times, 'answer')})"
        )
    return ", ".join(told) + "." if told else ""


def _talk(total: Tally) -> str:
    talk = total.talk
    if not talk.calls or talk.share is None:
        return ""
    over = f"talked over the customer in {of_calls(talk.over_calls, talk.calls)}" if talk.over_calls else "never talked over the customer"
    air = f"; there were {number(talk.silences, 'long silence')}, {seconds(talk.silent)} in all" if talk.silences else ""
    return f"Agents had {100 * talk.share:.0f} % of the talk time in a typical call and {over}{air}."


def _prompts(total: Tally) -> str:
    shown = sum(prompt.shown for prompt in total.prompts)
    if not shown:
        return ""
    acted = sum(prompt.acted for prompt in total.prompts)
    noisy = [f"“{small(prompt.title)}”" for prompt in total.prompts if prompt.noisy]
    more = f" and {len(noisy) - 4} more" if len(noisy) > 4 else ""
    told = f"{number(shown, 'prompt')} came up, {shown / total.calls:.1f} a call; {share(acted, shown)} were acted on."
    return told + (f" Seldom acted on, and worth quieting or changing: {', '.join(noisy[:4])}{more}." if noisy else "")


def _supervisor(total: Tally) -> str:
    return f"In {of_calls(total.alerts, total.calls)} a supervisor was offered or called." if total.alerts else ""


def period(report: Report) -> str:
    """What a place in a trend stands for."""
    return "by week" if weekly(report.calls) else "by day"
