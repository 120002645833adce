"""The hand-over card's lines: what a supervisor must know before the first word to the customer."""

from typing import Any

from companion.core.view import CallView
from companion.tui import words
from companion.tui.lines import Line, Piece, wrap

HEAD = 11
"""Cells before the texts."""
QUOTES = 3
"""The customer's last turns that are quoted."""


def card(view: CallView, width: int) -> list[Line]:
    """The card that came with the last escalation, brought up to date; or one drawn up from the call as it stands."""
    given = view.escalated[-1][1].card if view.escalated else {}
    last = [row.text for row in view.rows if row.speaker == "customer"][-QUOTES:]
    unmet = [words.small(step.title) for step in view.steps if step.number is not None and step.state not in ("done", "waived")]
    flags = dict.fromkeys(words.small(flag.title) for flag in reversed(view.flags) if flag.speaker == "customer")
    upset = f"upset since {words.clock(since)}" if isinstance(since := given.get("upset_since"), int) else ""
    peak = f", {view.peak} at most" if view.peak > view.heat else ""
    now = f"heat {view.heat}{peak}, {words.temper(view.heat, view.checklist.heat)}"
    parts: list[tuple[str, list[str], str]] = [
        ("because", [words.because(text) for text in _texts(given.get("because"))], "bold $hot"),
        ("customer", [" · ".join(part for part in (view.customer or _text(given.get("who")) or view.call, now, upset) if part)], "bold"),
        ("problem", _texts(given.get("problem")), ""),
        ("told us", [f"“{text}”" for text in _texts(given.get("told"))], ""),
        ("flagged", [", ".join(flags)] if flags else [], "$warm"),
        ("said last", [f"“{text}”" for text in last], "$customer"),
        ("promised", [f"{promise.what} – {words.due(promise)}" for promise in view.promises] or ["nothing"], ""),
        ("not done", [", ".join(unmet)] if unmet else [], ""),
        ("say first", [f"“{text}”" for text in _texts(given.get("first"))], "bold $say on $say-back"),
    ]
    if view.taken_over is not None:
        parts.insert(0, ("taken over", [f"by {view.taken_over.by} at {words.clock(view.taken_over.at)}"], "bold $warm"))
    return [line for name, texts, style in parts for line in _part(name, texts, style, width)]


def _part(name: str, texts: list[str], style: str, width: int) -> list[Line]:
    found: list[Line] = []
    for text in texts:
        for line in wrap([(text, style)], max(8, width - HEAD)):
            head: Piece = (f"{'' if found else name:<{HEAD}}", "$quiet")
            found.append((head, *line))
    return found


def _texts(value: Any) -> list[str]:
    """A card comes over the wire: whatever is no text is none."""
    return [value] if isinstance(value, str) and value else []


def _text(value: Any) -> str:
    return "".join(_texts(value))
