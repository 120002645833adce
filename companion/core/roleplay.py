"""What a practice scenario says: the rule types of `checklists/practice/*.yaml`, once read and checked by `companion.rules.practice`.

Temper is how upset the scripted customer *is*, 0–100. The heat is what companion *hears* in their words. A scenario's lines must sound like
the temper they are said at.
"""

from typing import Literal, TypeAlias

from companion.core.checklist import Rule

EndingKind: TypeAlias = Literal["settled", "manager", "hung_up"]
"""How a call ends: the customer agrees to something, wants nobody but a manager any more, or hangs up."""

INTERRUPTED, SILENCE, NOTHING = MOMENTS = ("interrupted", "silence", "nothing")
"""What a turn can hold besides the checklist's steps and flags: it cut the customer off, it never came, it held nothing of what counts."""


class Cue(Rule, frozen=True, kw_only=True):
    """When something is said. All that is given must be so."""

    above: int = 0
    """The temper is this or more …"""
    below: int = 101
    """… and less than this."""
    after: tuple[str, ...] = ()
    """All these steps were heard in the call so far."""


class Piece(Rule, frozen=True, kw_only=True):
    """Something the customer says, in one wording or several, of which the seed picks."""

    says: tuple[str, ...]


class Line(Cue, frozen=True, kw_only=True):
    """What the customer answers to a turn."""

    on: tuple[str, ...] = ()
    """The turn held one of these: a step, a flag or a moment; none given answers any turn to which nothing else is said."""
    full: bool = False
    """The step was heard in full, not thinly."""
    words: tuple[str, ...] = ()
    """The turn had one of these words, or a word that begins so."""
    says: tuple[str, ...]


class Ending(Cue, frozen=True, kw_only=True):
    """How the call ends, and when."""

    end: EndingKind
    turns: int = 1
    """Not before so many turns of the agent's."""
    says: tuple[str, ...]


class Dialogue(Rule, frozen=True, kw_only=True):
    """A scenario's own test: what an agent says, turn by turn, and what comes of it."""

    title: str
    ends: EndingKind
    lines: tuple[str, ...]
    """A turn each; `[interrupts]` before one cuts the customer off, `[silence]` is one that never comes."""


class Script(Rule, frozen=True, kw_only=True):
    """One scenario to rehearse."""

    id: str
    title: str
    caller: str
    """The customer's name."""
    about: str
    """What happened to them, for whoever chooses a scenario."""
    desk: tuple[str, ...] = ()
    """What the agent's own systems tell, and what may be offered."""
    checklist: str = "complaint"
    """By name or path: what the agent is judged by."""
    temper: int
    """At the start."""
    moves: dict[str, int]
    """By how many points a step, a flag or a moment moves the temper; a thin step by half of it, and none twice."""
    patience: float = 25.0
    """Seconds without an answer after which the customer asks whether anybody is there."""
    opening: tuple[Piece, ...]
    """What the customer says first, one after the other."""
    lines: tuple[Line, ...]
    """The first that fits and was said least is the answer."""
    endings: tuple[Ending, ...]
    """Looked at before any line, after each turn; the first that fits ends the call."""
    dialogues: tuple[Dialogue, ...]
