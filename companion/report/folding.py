"""One call's records folded into its digest.

What is said of a call when it ends (`call_closed`) is not enough for a report: how late a step was, what the heat did after an answer,
and where to listen again stand only in the records. A call that was cut off gives a digest too.
"""

import datetime
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, Literal

import msgspec

from companion.core import checklist as rules
from companion.core import events, updates
from companion.core.events import Channel
from companion.core.record import Record, encode
from companion.report.digest import Cause, Digest, Move, Raised, Said, Shown, Silence, TakenStep


class Folding:
    """Takes the records of one call, in order, and gives its digest at any time.

    Args:
        journal: where they come from.
    """

    def __init__(self, journal: str = "") -> None:
        self.journal = journal
        self.shared = False
        """There are other calls in there."""
        self.known = b""
        """The fingerprint of the first record: by it, not by its name, a call is known."""
        self.records = 0
        self._call = ""
        self._started: events.CallStarted | None = None
        self._rules = rules.Checklist(id="", title="")
        self._who: dict[str, str | None] = {"agent": None, "customer": None, "team": None}
        self._at = 0
        self._said: list[Said] = []
        self._steps: dict[str, dict[str, Any]] = {}
        self._flags: list[Raised] = []
        self._prompts: dict[int, Shown] = {}
        self._curve: list[tuple[int, int]] = []
        self._moves: list[Move] = []
        self._heat = _Answers()
        self._silences: list[Silence] = []
        self._talk_overs = 0
        self._escalated: list[tuple[int, str]] = []
        self._promises: list[updates.Promised] = []
        self._summary: dict[str, Any] = {}
        self._marked: str | None = None

    def take(self, record: Record) -> None:
        """One more record. Kinds that this version does not know only move the clock."""
        self.known = self.known or sha256(encode(record)).digest()
        self.records += 1
        self._call, self._at = record.call, max(self._at, record.at)
        if record.event is not None:
            self._event(record.at, record.event)
        else:
            self._update(record.at, record.update)

    def _event(self, at: int, event: object) -> None:
        self._marked = event.step if isinstance(event, events.Marked) else None
        match event:
            case events.CallStarted():
                self._started = event
                with suppress(msgspec.ValidationError):  # of a newer version: ids stand in for titles
                    self._rules = rules.from_value(event.checklist)
            case events.Introduced():
                named = {"agent": event.agent, "customer": event.customer, "team": event.team}
                self._who |= {role: plain(name) for role, name in named.items() if name}
            case events.Utterance(speaker=speaker):
                self._said.append(Said(at=min(at, max(0, round(event.start * 1000))), speaker=speaker, text=plain(event.text)))
                self._moves += self._heat.said(speaker, len(self._said) - 1, at)

    def _update(self, at: int, update: object) -> None:
        match update:
            case updates.StepHeard():
                self._heat.held("step", update.step)
                self._steps.setdefault(update.step, {})["words"] = _words(update.evidence)
            case updates.StepChanged():
                self._changed(at, update)
            case updates.FlagRaised():
                self._raised(at, update)
            case updates.HeatChanged(heat=heat):
                self._curve.append((at, heat))
                self._heat.now = heat
            case updates.TalkOver(channel="agent"):
                self._talk_overs += 1
            case updates.DeadAir():
                silence = Silence(at=round(update.start * 1000), seconds=round(update.end - update.start, 3), utterance=len(self._said) - 1)
                self._silences.append(silence)
            case updates.Prompted():
                title = plain(self._title(update.kind, update.text))
                self._prompts[update.id] = Shown(kind=plain(update.kind), title=title, at=at)
            case updates.PromptClosed(id=id, outcome=outcome) if id in self._prompts:
                self._prompts[id] = msgspec.structs.replace(self._prompts[id], outcome=outcome)
            case updates.Escalated():
                self._escalated.append((at, plain(update.because)))
            case updates.Promised():
                self._promises.append(msgspec.structs.replace(update, what=plain(update.what), by=plain(update.by)))
            case updates.CallClosed(summary=summary):
                self._summary = summary

    def _changed(self, at: int, update: updates.StepChanged) -> None:
        step = self._steps.setdefault(update.step, {})
        step |= {"state": update.state, "grade": update.grade}
        if update.state == "overdue":
            step["overdue"] = at
        elif update.state == "done":
            first = step.setdefault("at", at)
            step["by_hand"] = self._marked == update.step
            step["earned"] = "" if step["by_hand"] else step.get("words", "")
            if "overdue" in step:
                step.setdefault("late", (first - step["overdue"]) / 1000)

    def _raised(self, at: int, update: updates.FlagRaised) -> None:
        rule = next((flag for flag in self._rules.flags if flag.id == update.flag), None)
        speaker: Channel = rule.speaker if rule else "customer"
        if speaker == "agent":
            self._heat.held("flag", update.flag)
        self._flags.append(
            Raised(
                id=plain(update.flag), title=plain(rule.title if rule else _named(update.flag)), why=plain(rule.why if rule else ""),
                speaker=speaker, at=at, utterance=update.utterance, words=_words(update.evidence),
            )
        )  # fmt: skip

    def _title(self, kind: str, text: str) -> str:
        """What a kind of prompt is about, in words."""
        what, _, id = kind.partition(":")
        titles = {**{step.id: step.title for step in self._rules.steps}, **{flag.id: flag.title for flag in self._rules.flags}}
        title = titles.get(id, _named(id)) if id else text
        return f"{title}, more fully" if what == "thin" else title

    def digest(self) -> Digest:
        """The call, as far as its records tell."""
        started, heat, talk = self._started, self._told("heat"), self._told("talk")
        known = {step.id: step for step in self._rules.steps}
        return Digest(
            call=plain(self._call),
            journal=self.journal,
            shared=self.shared,
            began=moment(started.began if started else None),
            source=plain(started.source) if started else "",
            agent=self._who["agent"],
            customer=self._who["customer"],
            team=self._who["team"],
            checklist=plain(self._rules.title),
            language=plain(self._rules.language),
            warn=self._rules.heat.warn,
            alert=self._rules.heat.alert,
            timed=started.timed if started else False,
            whole=bool(self._summary),
            duration=self._at / 1000,
            steps=tuple(self._step(id, known.get(id)) for id in {**known, **self._steps}),
            flags=tuple(self._flags),
            start=round(heat.get("start", self._curve[0][1] if self._curve else 0)),
            peak=max((heat for _, heat in self._curve), default=0),
            end=round(heat.get("end", self._heat.now)),
            curve=tuple(self._curve),
            moves=tuple(self._moves + self._heat.settle()),
            share=talk.get("share"),
            talk_overs=self._talk_overs,
            silences=tuple(self._silences),
            prompts=tuple(self._prompts.values()),
            escalated=tuple(self._escalated),
            promises=tuple(self._promises),
            message=plain(str(self._summary.get("message") or ""), lines=True),
            well=plain(str(self._summary.get("well") or "")),
            to_try=plain(str(self._summary.get("try") or "")),
            said=tuple(self._said),
        )

    def _told(self, part: str) -> dict[str, float]:
        """The numbers in a part of the summary; what another version keeps there instead is let pass."""
        told = self._summary.get(part)
        return {key: value for key, value in told.items() if isinstance(value, int | float)} if isinstance(told, dict) else {}

    def _step(self, id: str, rule: rules.Step | None) -> TakenStep:
        taken = self._steps.get(id, {})
        return TakenStep(
            id=plain(id), title=plain(rule.title if rule else _named(id)), key=rule.key if rule else False,
            state=taken.get("state", "open"), grade=taken.get("grade", 0),
            at=taken.get("at"), late=taken.get("late"), words=taken.get("earned", ""), by_hand=taken.get("by_hand", False),
        )  # fmt: skip


class _Answers:
    """What the heat does from one turn of the customer's to the next, and what the agent answered in between."""

    def __init__(self) -> None:
        self.now = 0
        self._causes: list[Cause] = []
        self._before: int | None = None
        """What the customer's last words had made of it; None before they said a word."""
        self._answer: int | None = None
        self._open: Move | None = None
        self._last: Channel = "agent"

    def said(self, speaker: Channel, index: int, at: int) -> list[Move]:
        """Somebody spoke; the move that is settled by that, if any."""
        settled, self._open = self.settle(), None
        if self._last == "customer":
            self._before = self.now
        self._last = speaker
        if speaker == "agent":
            self._answer = index
        elif self._answer is not None:
            if self._before is not None:
                causes = tuple(dict.fromkeys(self._causes))
                self._open = Move(at=at, utterance=index, before=self._before, after=self.now, causes=causes, answer=self._answer)
            self._answer = None
            self._causes.clear()
        return settled

    def held(self, kind: Literal["step", "flag"], id: str) -> None:
        """The agent's answer held a step or a flag."""
        if self._answer is not None:
            self._causes.append((kind, plain(id)))

    def settle(self) -> list[Move]:
        """The move that is open, with the heat that it has come to."""
        return [msgspec.structs.replace(self._open, after=self.now)] if self._open else []


def folded(records: Iterable[Record], journal: str = "") -> list[Folding]:
    """The calls of a journal, in the order they begin. A name that is used again is another call."""
    calls: list[Folding] = []
    newest: dict[str, Folding] = {}
    for record in records:
        if record.call not in newest or not record.seq:
            newest[record.call] = Folding(journal)
            calls.append(newest[record.call])
        newest[record.call].take(record)
    for folding in calls:
        folding.shared = len(calls) > 1
    return calls


def moment(text: str | None) -> datetime.datetime | None:
    """A moment as journals write it; None where there is none, or it is no date of a call (and of no use in a calendar)."""
    try:
        found = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1970 <= found.year < 2200 else None


def plain(text: str, lines: bool = False) -> str:
    """The text without what could command a terminal or a page: journals may come from anywhere. `lines` keeps line ends."""
    return "".join(letter if letter.isprintable() or (lines and letter == "\n") else " " for letter in text)


def _words(evidence: Sequence[updates.Evidence]) -> str:
    return plain(" … ".join(piece.text for piece in evidence))


def _named(id: str) -> str:
    return id.replace("_", " ")
