"""The agent's attention is the budget: which prompt comes up, and when.

One at a time, the most useful first; never while the agent speaks, only at an opening (`opening.Openings`); a cooldown; a maximum per
call; the same prompt not twice unless its cause came anew, and then only after a while. After the cooldown, what is more useful or newer
may take the place of what is on the screen; what must not wait (`now`: threats of harm) does so at once, and cannot be muted.
Source: one prompt at a time and few of them, after what agents and planners say of such tools (docs/design.md).
"""

import msgspec

from companion.core.checklist import Prompt, Prompting
from companion.core.opening import Opening
from companion.core.updates import Grade, Outcome, PromptClosed, Prompted


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt that would like to come up."""

    kind: str
    rank: int
    """The lower, the more useful …"""
    cause: int
    """What it is about (an utterance): the same kind comes again only for another cause; of one rank, the newest comes first …"""
    place: int = 0
    """… and of one cause, the lower place."""
    until: int
    """It is stale after this running time, ms."""
    prompt: Prompt
    step: str | None = None
    flag: str | None = None
    topic: str = ""
    """What it asks of the agent; the same is not asked for again for a while, whatever kind of prompt asks."""
    met: frozenset[str] = frozenset()
    """Steps by which the agent acts on it."""
    now: bool = False


class _Open(msgspec.Struct):
    id: int
    wish: Wish
    until: int


class Counts(msgspec.Struct):
    """What became of one kind of prompt."""

    shown: int = 0
    acted: int = 0
    dismissed: int = 0
    expired: int = 0
    overridden: int = 0


class Prompter:
    """The prompts of one call. All times are running time in ms (`clock.RunningClock`)."""

    def __init__(self, rules: Prompting) -> None:
        self.quiet = False
        self.counts: dict[str, Counts] = {}
        self._rules = rules
        self._wishes: dict[str, Wish] = {}
        self._open: _Open | None = None
        self._shown = 0
        self._last: int | None = None
        self._causes: dict[str, int] = {}
        self._topics: dict[str, int] = {}

    @property
    def open(self) -> Wish | None:
        """The prompt on the screen."""
        return self._open.wish if self._open else None

    def wish(self, wish: Wish) -> None:
        """Ask for a prompt; it comes up when it is its turn, or never."""
        if self._causes.get(wish.kind) != wish.cause:
            self._wishes[wish.kind] = wish

    def forget(self, kind: str) -> None:
        """What asked for it is gone."""
        self._wishes.pop(kind, None)

    def deadline(self, time: int, opening: Opening | None) -> int | None:
        """When, from `time` on, something here happens by itself: a prompt goes, or comes up."""
        times = [self._open.until] if self._open else []
        times += [ready for wish in self._wishes.values() if (ready := self._ready(wish, opening, time)) is not None]
        return min(times, default=None)

    def tick(self, time: int, opening: Opening | None, fill: dict[str, str]) -> list[PromptClosed | Prompted]:
        """Let prompts go and come up; `fill` holds the customer's own words for the placeholders."""
        out: list[PromptClosed | Prompted] = []
        if self._open and time >= self._open.until:
            out.append(self._close("expired"))
        self._wishes = {kind: wish for kind, wish in self._wishes.items() if wish.now or time <= wish.until}
        ready = [wish for wish in self._wishes.values() if self._ready(wish, opening, time) == time]
        wish = min(ready, key=lambda wish: (not wish.now, *_order(wish), wish.place, wish.kind), default=None)
        if wish is None:
            return out
        if self._open:
            out.append(self._close("overridden"))
        out.append(self._show(wish, time, fill))
        return out

    def acted(self, *, step: str, grade: Grade = 2) -> list[PromptClosed]:
        """The agent said a step: prompts that ask for it are settled. A prompt for more than a thin tick wants grade 2."""
        self._wishes = {kind: wish for kind, wish in self._wishes.items() if not _met(wish, step, grade)}
        return [self._close("acted")] if self._open and _met(self._open.wish, step, grade) else []

    def dismiss(self, id: int) -> list[PromptClosed]:
        """The agent waved it away."""
        return [self._close("dismissed")] if self._open and self._open.id == id else []

    def mute(self, on: bool) -> list[PromptClosed]:
        """Quiet mode: what is on the screen goes, but for what cannot be muted."""
        self.quiet = on
        return [self._close("dismissed")] if on and self._open and not self._open.wish.now else []

    def end(self) -> list[PromptClosed]:
        """The call is over."""
        self._wishes.clear()
        return [self._close("expired")] if self._open else []

    def _ready(self, wish: Wish, opening: Opening | None, time: int) -> int | None:
        """When, from `time` on, that wish may come up if nothing else happens; None if not at all."""
        if wish.now:
            return time
        if opening is None or self.quiet or self._shown >= self._rules.most:
            return None
        times = [time]
        if self._last is not None:
            times.append(self._last + _ms(self._rules.cooldown))
        if wish.topic in self._topics:
            times.append(self._topics[wish.topic] + _ms(self._rules.again))
        if self._open and _order(self._open.wish) <= _order(wish):
            times.append(self._open.until)  # only what is more useful, or newer, takes its place
        ready = opening.after(max(times))
        return ready if ready <= wish.until else None

    def _show(self, wish: Wish, time: int, fill: dict[str, str]) -> Prompted:
        del self._wishes[wish.kind]
        self._causes[wish.kind] = wish.cause
        self._topics[wish.topic] = time
        lines = [line for line in (filled(line, fill) for line in wish.prompt.say) if line]
        prompted = Prompted(
            id=self._shown, kind=wish.kind, step=wish.step, flag=wish.flag, text=wish.prompt.text,
            say=lines[0] if lines else "", also=tuple(lines[1:3]),
        )  # fmt: skip
        lasts = self._rules.now_lasts if wish.now else self._rules.lasts
        self._open = _Open(self._shown, wish, time + _ms(lasts))
        self._shown += 1
        self._last = time
        self.counts.setdefault(wish.kind, Counts()).shown += 1
        return prompted

    def _close(self, outcome: Outcome) -> PromptClosed:
        assert self._open is not None
        closed, self._open = self._open, None
        counts = self.counts[closed.wish.kind]
        setattr(counts, outcome, getattr(counts, outcome) + 1)
        return PromptClosed(id=closed.id, outcome=outcome)


def filled(line: str, fill: dict[str, str]) -> str:
    """The line with its placeholders filled, or "" where one of them cannot be."""
    for name, words in fill.items():
        line = line.replace("{" + name + "}", words)
    return "" if "{" in line else line[:1].upper() + line[1:]


def _met(wish: Wish, step: str, grade: Grade) -> bool:
    return step in wish.met and (grade == 2 or not wish.kind.startswith("thin:"))


def _order(wish: Wish) -> tuple[int, int]:
    return wish.rank, -wish.cause


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
