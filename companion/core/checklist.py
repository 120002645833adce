"""The rule types: what a checklist file says, once read and checked by `companion.rules.load`.

Times are seconds. Everything has a default, so that a checklist of three lines is a checklist. Templates (`says`, `unless`, …) are kept as
written, with their marks `[optional]`, `(this|that)` and `<list>`; `phrases` reads them.
"""

import hashlib
from typing import Any, Literal, TypeAlias

import msgspec

from companion.core.events import Channel

Templates: TypeAlias = tuple[str, ...]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a checklist have in common: they never change, and an unknown key is an error."""


class Example(Rule, frozen=True, kw_only=True):
    """A turn to try a rule on: its words, and the turns before it (`agent: …`, `customer: …`)."""

    text: str
    after: tuple[str, ...] = ()


class Todo(Rule, frozen=True, kw_only=True):
    """Examples known to fail. When one begins to pass, `companion checklist check` asks to move it up."""

    hit: tuple[Example, ...] = ()
    full: tuple[Example, ...] = ()
    miss: tuple[Example, ...] = ()


class Examples(Rule, frozen=True, kw_only=True):
    """What must and must not meet a rule. `hit` at any grade, `thin` at exactly grade 1, `full` at grade 2, `miss` not at all."""

    hit: tuple[Example, ...] = ()
    thin: tuple[Example, ...] = ()
    full: tuple[Example, ...] = ()
    miss: tuple[Example, ...] = ()
    todo: Todo = Todo()


class Prompt(Rule, frozen=True, kw_only=True):
    """What the agent is told: `text` what to do, `say` lines to choose from.

    `{problem}` stands for the customer's own words for what went wrong, `{name}` for the customer's name.
    """

    text: str
    say: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    """Steps by which the agent acts on it; a step's own prompt is always met by that step."""


class Watch(Rule, frozen=True, kw_only=True):
    """What is measured from timing."""

    talk_over: float = 0.5
    """Both speaking for this long is a talk-over; less is a back-channel."""
    talk_overs: int = 3
    """So many of the agent's talk-overs call for a prompt."""
    dead_air: float = 8.0
    handle_time: float = 900.0
    pace: int = 190
    """Words a minute above which the agent is too fast for an upset customer …"""
    hurry: float = 1.25
    """… if that is also so many times as fast as the agent spoke at first."""
    back_channels: tuple[str, ...] = ("mm", "mhm", "hmm", "uh", "huh", "yeah", "yes", "okay", "ok", "right", "sure", "i", "see")
    """Words that, alone and few, only say "I am listening": never a talk-over, never a turn."""
    go_on: tuple[str, ...] = ("go on", "go ahead", "please continue", "tell me", "i am listening", "i'm listening")
    """Phrases that ask the customer to say more: such a turn does not end the customer's explanation."""
    explanation: int = 12
    """Words of the customer's that make an explanation worth the name; three times as many, uninterrupted, are heard fully."""


class HeatRules(Rule, frozen=True, kw_only=True):
    """How the customer's words add up to a heat of 0–100, and how it cools."""

    words: dict[str, float] = {}
    """Templates and the weight each adds. The detectors for shouting, repetition and sarcasm are in the engine."""
    unless: tuple[str, ...] = ()
    """Templates in which `words` are not meant: what shares a word with one adds nothing ("not angry")."""
    flags: dict[str, float] = {}
    """What each flag adds."""
    half_life: float = 120.0
    """Heat halves in so many seconds of the customer not adding any."""
    soothe: dict[str, float] = {}
    """Templates in the customer's words and by how much they lower the heat ("thank you, that helps")."""
    warn: int = 40
    alert: int = 70


class Order(Rule, frozen=True, kw_only=True):
    """The wrong order of things: one done while others, which should have come before, are not."""

    done: str
    """A step, or `solution`: the agent moves on to solving."""
    times: int = 1
    """So many times."""
    without: tuple[str, ...]
    """Steps of which none was heard so far."""
    heat: int = 0
    """Only while the customer's heat is this or more …"""
    peak: int = 0
    """… or only in a call in which it has been this high."""


class Flag(Rule, frozen=True, kw_only=True):
    """Something to be warned of in what a speaker says."""

    id: str
    title: str
    speaker: Channel
    why: str = ""
    says: Templates = ()
    unless: Templates = ()
    detector: str | None = None
    """A structural detector of the engine instead of words: `talk_over`, `order`, `pace`."""
    order: Order | None = None
    """What the detector `order` looks for."""
    serious: bool = False
    """Raises the call to the supervisor by itself …"""
    repeated: int = 1
    """… when it is raised for the so-manieth time …"""
    hot: int | None = None
    """… or at once, where the customer's heat had reached this before."""
    now: bool = False
    """Cannot be muted, waits for no pause (threats of harm)."""
    heat: int = 0
    """Its prompt comes up only where the customer's heat is this or more."""
    prompt: Prompt | None = None
    examples: Examples = Examples()


class When(Rule, frozen=True, kw_only=True):
    """When a step is asked for at all. Any one of `heat`, `flags`, `steps` and `solution` is enough; none given means always."""

    heat: int | None = None
    """The customer's heat has reached this."""
    flags: tuple[str, ...] = ()
    """One of these flags was raised."""
    steps: tuple[str, ...] = ()
    """One of these steps was heard."""
    solution: bool = False
    """The agent has moved on to solving."""
    peak: int = 0
    """And only in a call in which the customer's heat has been this high: a calm one needs no de-escalating."""


class Step(Rule, frozen=True, kw_only=True):
    """One thing a good agent does."""

    id: str
    title: str
    speaker: Channel = "agent"
    why: str = ""
    key: bool = True
    """One of the main steps, on the number keys and the screen; the others are only logged."""
    says: Templates = ()
    unless: Templates = ()
    full: Templates = ()
    """What lifts a thin hit to a full one."""
    detector: str | None = None
    """A structural detector of the engine (docs/detectors.md): `echoes`, `listens`, `alternatives`, `times`, …"""
    after: tuple[str, ...] = ()
    """Steps that should come first: heard before them, it is still a tick, and the agent is told."""
    when: When = When()
    remind: float | None = None
    """Seconds after `when` came true at which the agent is prompted, if the step is still open."""
    due: float | None = None
    """Seconds after `when` came true at which the step is overdue."""
    turns: int | None = None
    """Agent turns after `when` came true, each ended by the customer's, at which the step is overdue, whichever comes first."""
    escalate: float | None = None
    """Seconds after `due` at which the step is missed."""
    urgent: bool = False
    """Once overdue, its prompt comes before any about what was just said."""
    prompt: Prompt | None = None
    thin: Prompt | None = None
    """What would make a thin tick full …"""
    enough: Templates = ()
    """… which is not asked for where one of these was said: it stays thin, and need not be more."""
    examples: Examples = Examples()

    @property
    def wanted(self) -> bool:
        """Whether the agent is ever asked for it; otherwise it is only listened for."""
        return self.remind is not None or self.due is not None or self.turns is not None


class Prompting(Rule, frozen=True, kw_only=True):
    """The agent's attention is the budget."""

    pause: float = 2.0
    """Only while the agent listens to the customer, or when nobody has spoken for so long."""
    cooldown: float = 15.0
    """Seconds between two prompts."""
    most: int = 8
    """Prompts in one call."""
    lasts: float = 20.0
    """A prompt expires after so many seconds …"""
    now_lasts: float = 60.0
    """… and one that could not wait after so many, in which no other comes up."""
    again: float = 60.0
    """Seconds before the same thing is asked for again, and then only if its cause came anew."""
    closed_by: tuple[str, ...] = ()
    """Steps of either side by which the talk is being closed: from there on no step is asked for, until the customer gets hotter again."""


class Escalation(Rule, frozen=True, kw_only=True):
    """When a supervisor is called."""

    hot: float = 45.0
    """Seconds, and two customer turns or more, above `heat.alert` …"""
    rising: int = 4
    """… or so many customer turns in a row, each hotter than the last, ending above `heat.warn` …"""
    talk_overs: int = 5
    refusals: int = 2
    """Offers the customer turned down."""
    missed: int = 3
    """Steps missed, while the heat is above `heat.warn`."""
    patience: float = 20.0
    """Seconds that the agent has to act on the prompt before the supervisor is called; twice as long if they say nothing meanwhile."""
    again: float = 120.0
    """Seconds before the same cause may raise another alert."""
    settled_by: str = "offered_supervisor"
    """The step that settles it: the agent offered the supervisor."""
    first: tuple[str, ...] = (
        "Hello {name}, I've just been told what happened: {problem}. Let me take it from here.",
        "I've just been told what happened: {problem}. Let me take it from here, so that you need not tell it again.",
        "I've just been told what happened. Let me take it from here – and tell me if I have anything wrong.",
    )
    """What the supervisor may say first, on the hand-over card; placeholders as in prompts."""
    prompt: Prompt = Prompt(
        text="Offer the supervisor: it is no defeat",
        say=(
            "I'd like to bring in my supervisor, so that we settle this for you today.",
            "My supervisor can decide more than I can. Shall I bring them in?",
        ),
    )


class Scenario(Rule, frozen=True, kw_only=True):
    """A little call with a pretend clock: lines `0:09 agent: …`, expectations `0:25 apologized done`, `0:40 prompt apologized`."""

    title: str
    timed: bool = True
    lines: tuple[str, ...]


class Checklist(Rule, frozen=True, kw_only=True):
    """A whole checklist."""

    id: str
    version: int = 1
    title: str
    language: str = "en"
    lists: dict[str, Templates] = {}
    watch: Watch = Watch()
    heat: HeatRules = HeatRules()
    flags: tuple[Flag, ...] = ()
    steps: tuple[Step, ...] = ()
    prompting: Prompting = Prompting()
    escalation: Escalation = Escalation()
    scenarios: tuple[Scenario, ...] = ()

    def step(self, id: str) -> Step:
        """The step of that id; KeyError if there is none."""
        for step in self.steps:
            if step.id == id:
                return step
        raise KeyError(id)

    def flag(self, id: str) -> Flag:
        """The flag of that id; KeyError if there is none."""
        for flag in self.flags:
            if flag.id == id:
                return flag
        raise KeyError(id)


Side: TypeAlias = Literal["hit", "thin", "full", "miss"]


def by_value(checklist: Checklist) -> Any:
    """The checklist as plain dicts and lists, as it stands in `call_started`."""
    return msgspec.to_builtins(checklist)


def from_value(value: Any) -> Checklist:
    """The checklist of a `call_started`.

    Raises:
        msgspec.ValidationError: it is none that this version can use.
    """
    return msgspec.convert(value, Checklist)


def fingerprint(value: Any) -> str:
    """SHA-256 of a value's canonical JSON (keys sorted, no spaces), in hex."""
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()


def digest(checklist: Checklist) -> str:
    """The checklist's fingerprint: the same rules have the same one."""
    return fingerprint(by_value(checklist))
