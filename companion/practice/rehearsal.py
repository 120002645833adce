"""A rehearsal without a clock or a screen: the agent's turns are known, the customer answers, the very same rules judge. Pure."""

from collections.abc import Iterable

import msgspec

from companion.core.call import Call, Rules
from companion.core.events import CallEnded, Channel, Introduced, Utterance
from companion.core.record import Record
from companion.core.roleplay import EndingKind, Script
from companion.core.updates import FlagRaised, HeatChanged, StepHeard
from companion.practice.customer import Customer

INTERRUPTS, SILENCE = "[interrupts]", "[silence]"
"""Marks of a turn in a scenario's dialogues."""

_PER_WORD = 0.4
_BETWEEN = 0.6
"""Seconds, as in transcripts without times (docs/journal.md)."""


class Sounded(msgspec.Struct, frozen=True):
    """How upset the customer was when speaking, and how upset that sounded. Both 0–100."""

    temper: int
    heat: int


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a rehearsal."""

    ending: EndingKind | None
    """None where the agent had no more to say before the customer was done."""
    customer: Customer
    """As it was left: its temper, and what moved it."""
    sounded: list[Sounded]
    """For each answer of the customer's."""
    records: list[Record]
    """The journal."""


def source(script: Script, seed: int) -> str:
    """How a rehearsal is called in journals: no real call is ever mistaken for one."""
    return f"practice:{script.id}?seed={seed}"


def rehearse(script: Script, rules: Rules, lines: Iterable[str], *, seed: int = 0, call: str = "practice") -> Rehearsed:
    """Play the agent's turns against the customer, until one of them is done."""
    return _Rehearsal(script, rules, seed, call).play(lines)


class _Rehearsal:
    def __init__(self, script: Script, rules: Rules, seed: int, call: str) -> None:
        self._customer = Customer(script, seed, rules.judge.language)
        self._script = script
        self._call = Call(call, rules.started(source=source(script, seed), began=None, timed=False, speech=None), rules)
        self._records = [self._call.begin()]
        self._heat = 0

    def play(self, lines: Iterable[str]) -> Rehearsed:
        self._records += self._call.receive(Introduced(customer=self._script.caller), 0)
        for words in self._customer.opening():
            self._say("customer", words)
        sounded = [Sounded(self._customer.temper, self._heat)]
        ending: EndingKind | None = None
        for line in lines:
            if line == SILENCE:
                reply = self._customer.wait()
            else:
                words = line.removeprefix(INTERRUPTS).strip()
                if line.startswith(INTERRUPTS):
                    self._customer.cut_off(words)
                self._say("agent", words)
                reply = self._customer.answer(words)
            if reply.says:
                self._say("customer", reply.says)
                sounded.append(Sounded(self._customer.temper, self._heat))
            if reply.ending:
                ending = reply.ending
                break
        self._records += self._call.receive(CallEnded(reason=ending or "stopped"), self._call.at)
        return Rehearsed(ending=ending, customer=self._customer, sounded=sounded, records=self._records)

    def _say(self, speaker: Channel, words: str) -> None:
        start = round(self._call.at / 1000 + _BETWEEN, 3)
        end = round(start + _PER_WORD * len(words.split()), 3)
        for record in self._call.receive(Utterance(speaker=speaker, text=words, start=start, end=end), round(end * 1000)):
            self._records.append(record)
            if isinstance(record.update, HeatChanged):
                self._heat = record.update.heat
            if isinstance(record.update, StepHeard | FlagRaised):
                self._customer.notice(record.update)
