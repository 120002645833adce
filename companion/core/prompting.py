"""The agent's attention is the budget: which prompt comes up, and when.

One at a time, the most useful first; never while anybody speaks, and only at a pause; a cooldown; a maximum per call; the same prompt not
twice unless its cause came anew. What must not wait (`now`: threats of harm) takes the place of any other and cannot be muted.
Source: one prompt at a time and few of them, after what agents and planners say of such tools (docs/design.md).
"""

import msgspec

from companion.core.checklist import Prompt, Prompting
from companion.core.updates import Grade, Outcome, PromptClosed, Prompted


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt that would like to come up."""

    kind: str
    rank: int
    """The lower, the more useful."""
    cause: int
    """What it is about (an utterance, a due time): the same kind comes again only for another cause."""
    until: int
    """It is stale after this running time, ms."""
    prompt: Prompt
    step: str | None = None
    flag: str | None = None
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

    def deadline(self, quiet_from: int | None) -> int | None:
        """When something here happens by itself: a prompt goes, or comes up.

        Args:
            quiet_from: since or from when there is a pause to speak into, or None while somebody is speaking.
        """
        times = [self._open.until] if self._open else []
        ready = self._ready(quiet_from)
        if self._next(ready) is not None:
            times.append(0 if any(wish.now for wish in self._wishes.values()) or ready is None else ready)
        return min(times, default=None)

    def tick(self, at: int, quiet_from: int | None, fill: dict[str, str]) -> list[PromptClosed | Prompted]:
        """Let prompts go and come up at `at`; `fill` holds the customer's own words for the placeholders."""
        out: list[PromptClosed | Prompted] = []
        if self._open and at >= self._open.until:
            out.append(self._close("expired"))
        wish = self._next(self._ready(quiet_from), at)
        if wish is None:
            return out
        if self._open:
            out.append(self._close("overridden"))
        out.append(self._show(wish, at, fill))
        return out

    def acted(self, *, step: str = "", grade: Grade = 2, kind: str = "") -> list[PromptClosed]:
        """The agent did what the open prompt asks: said the step (fully, where it asks for more), or met this kind."""
        wish = self.open
        if wish is None or not (wish.kind == kind or (wish.step == step and (grade == 2 or not wish.kind.startswith("thin:")))):
            return []
        return [self._close("acted")]

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

    def _next(self, ready: int | None, at: int | None = None) -> Wish | None:
        """The most useful wish that the budget allows: at `at`, or ever, if nothing else happens."""
        spent = self.quiet or self._shown >= self._rules.most
        fresh = [
            wish for wish in self._wishes.values()
            if wish.now or (not spent and ready is not None and ready <= wish.until and (at is None or ready <= at <= wish.until))
        ]  # fmt: skip
        return min(fresh, key=lambda wish: (not wish.now, wish.rank, wish.cause, wish.kind), default=None)

    def _ready(self, quiet_from: int | None) -> int | None:
        """When the next prompt that can wait may come up; None while somebody is speaking."""
        if quiet_from is None:
            return None
        times = [quiet_from]
        if self._last is not None:
            times.append(self._last + round(self._rules.cooldown * 1000))
        if self._open:
            times.append(self._open.until)
        return max(times)

    def _show(self, wish: Wish, at: int, fill: dict[str, str]) -> Prompted:
        del self._wishes[wish.kind]
        self._causes[wish.kind] = wish.cause
        lines = [line for line in (filled(line, fill) for line in wish.prompt.say) if line]
        prompted = Prompted(
            id=self._shown, kind=wish.kind, step=wish.step, flag=wish.flag, text=wish.prompt.text,
            say=lines[0] if lines else "", also=tuple(lines[1:3]),
        )  # fmt: skip
        self._open = _Open(self._shown, wish, at + round(self._rules.lasts * 1000))
        self._shown += 1
        self._last = at
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
    return "" if "{" in line else line
