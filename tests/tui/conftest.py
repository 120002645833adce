"""A made-up call about a router, as records, and a player that pushes it into a screen."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version

import pytest
from msgspec.structs import replace

from companion.core import events, updates
from companion.core.checklist import Checklist, Flag, HeatRules, Step, When, by_value
from companion.core.events import Channel, Partial
from companion.core.record import Record
from companion.core.seen import Glimpse
from companion.core.updates import Evidence, FlagRaised, StepHeard
from companion.tui.feed import Shown
from companion.tui.lines import Line
from companion.tui.snapshot import Snapshot

PICTURED = "8.2.8"
"""The Textual version whose rendering the pictures show."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pictures change with Textual's rendering: on another version they prove nothing."""
    if version("textual") != PICTURED:
        skip = pytest.mark.skip(reason=f"the pictures were taken with Textual {PICTURED}, this is {version('textual')}")
        for item in items:
            if "snap_compare" in getattr(item, "fixturenames", ()):
                item.add_marker(skip)


CHECKLIST = Checklist(
    id="complaint",
    title="complaint",
    heat=HeatRules(warn=40, alert=70),
    flags=(
        Flag(id="repeat_contact", title="called before", speaker="customer"),
        Flag(id="supervisor_request", title="wants a supervisor", speaker="customer", serious=True),
        Flag(id="churn_threat", title="threatens to leave", speaker="customer"),
        Flag(id="argue", title="arguing", speaker="agent"),
    ),
    steps=(
        Step(id="heard_fully", title="heard fully", why="Nobody calms down before they were heard."),
        Step(id="paraphrased", title="paraphrased", due=60, why="Their own words, given back, show that you listened."),
        Step(id="acknowledged_feelings", title="acknowledged feelings", due=30, when=When(heat=40), why="A named feeling weighs less."),
        Step(id="apologized", title="apologized", due=45, when=When(heat=40), why="For the thing that happened, without a but."),
        Step(
            id="offered_choices", title="offered choices", due=40, when=When(steps=("paraphrased",)), why="Who may choose is not helpless."
        ),
        Step(
            id="gave_timeline", title="gave a timeline", due=60, when=When(steps=("offered_choices",)), why="A clear time ends the waiting."
        ),
        Step(id="took_ownership", title="took ownership", key=False),
        Step(id="thanked", title="thanked", key=False),
    ),
)


CARD = {
    "because": "wants a supervisor, and the heat stays above 70",
    "who": None,
    "at": 58_000,
    "upset_since": 21_400,
    "heat": 74,
    "problem": "your router dropping out every evening",
    "told": "hello yes my router has been dropping out every evening for two weeks now",
    "customer": ["then your system is wrong i want to speak to a supervisor"],
    "promised": [],
    "steps": {},
    "open": [],
    "flags": {"supervisor_request": 1},
    "first": "I've just been told what happened: your router dropping out every evening. Let me take it from here.",
}
"""What a session draws up for the supervisor who is called."""

CLOSING = {
    "well": "The heat came down from 74 to 24, most of it after “so sorry that you lost that meeting”.",
    "try": "Let them finish. Someone cut off begins again, louder.",
}
"""What a session says of a call that is over, as far as the page shows it."""


@dataclass
class Playbook:
    """Writes a call down, record by record. Evidence is given as the words themselves."""

    call: str = "Moss, A."
    records: list[Record] = field(default_factory=list)
    at: int = 0
    said: list[str] = field(default_factory=list)

    def event(self, event: events.AnyEvent) -> "Playbook":
        self.records.append(Record(call=self.call, seq=len(self.records), at=self.at, event=event))
        return self

    def update(self, update: updates.AnyUpdate) -> "Playbook":
        self.records.append(Record(call=self.call, seq=len(self.records), at=self.at, update=update))
        return self

    def start(self, checklist: Checklist = CHECKLIST) -> "Playbook":
        return self.event(
            events.CallStarted(
                began="2026-11-20T14:00:00Z",
                source="desk:4",
                timed=True,
                speech="starter",
                companion="0",
                rapidfuzz="0",
                checklist=by_value(checklist),
                digest="",
            )
        )

    def say(self, at: float, speaker: Channel, text: str, lasts: float = 4.0) -> "Playbook":
        self.at = round(at * 1000)
        self.said.append(text)
        return self.event(events.Utterance(speaker=speaker, text=text, start=at - lasts, end=at))

    def evidence(self, *words: str) -> tuple[Evidence, ...]:
        last = len(self.said) - 1
        found = [(self.said[last].index(piece), piece) for piece in words]
        return tuple(Evidence(last, start, start + len(piece), piece) for start, piece in found)

    def hears(self, step: str, grade: int, *words: str) -> "Playbook":
        """The last utterance meets the step, and that changes its state."""
        self.update(StepHeard(step=step, utterance=len(self.said) - 1, grade=grade, score=100, evidence=self.evidence(*words)))
        return self.changes(step, "done", grade, "heard")

    def changes(self, step: str, state: events.StepState, grade: int = 0, because: str = "") -> "Playbook":
        return self.update(updates.StepChanged(step=step, state=state, grade=grade, because=because))

    def listens(self, *words: str) -> "Playbook":
        """The customer's explanation ended before the agent moved on."""
        self.update(StepHeard(step="heard_fully", utterance=len(self.said) - 1, grade=2, score=100, evidence=self.evidence(*words)))
        return self.changes("heard_fully", "done", 2, "let them finish")

    def flags(self, flag: str, *words: str) -> "Playbook":
        return self.update(FlagRaised(flag=flag, utterance=len(self.said) - 1, evidence=self.evidence(*words)))

    def heats(self, heat: int) -> "Playbook":
        return self.update(updates.HeatChanged(heat=heat, utterance=len(self.said) - 1))

    def prompts(self, at: float, id: int, step: str, text: str, say: str, *also: str) -> "Playbook":
        self.at = round(at * 1000)
        return self.update(updates.Prompted(id=id, kind=f"step:{step}", step=step, text=text, say=say, also=also))

    def closes(self, id: int, outcome: updates.Outcome) -> "Playbook":
        return self.update(updates.PromptClosed(id=id, outcome=outcome))

    def until(self, at: float) -> "Playbook":
        self.at = round(at * 1000)
        return self

    def ends(self, at: float) -> "Playbook":
        self.until(at).event(events.CallEnded(reason="agent hung up"))
        return self.update(updates.CallClosed(summary=dict(CLOSING)))


def glimpse(playbook: Playbook, channel: Channel, text: str, steps: dict[str, str] = {}, flags: dict[str, str] = {}) -> Glimpse:  # noqa: B006
    """A partial that seems to meet steps and raise flags, each with its words."""
    index = len(playbook.said)
    marks: list[StepHeard | FlagRaised] = []
    for step, piece in steps.items():
        start = text.index(piece)
        marks.append(
            StepHeard(step=step, utterance=index, grade=1, score=90, evidence=(Evidence(index, start, start + len(piece), piece),))
        )
    for flag, piece in flags.items():
        start = text.index(piece)
        marks.append(FlagRaised(flag=flag, utterance=index, evidence=(Evidence(index, start, start + len(piece), piece),)))
    began = playbook.at / 1000 + 0.5
    return Glimpse(call=playbook.call, partial=Partial(channel=channel, text=text, start=began, end=began + 2), tentative=tuple(marks))


def opening() -> Playbook:
    """The first half minute: calm, nothing due but the paraphrase."""
    book = Playbook().start()
    book.say(3.2, "agent", "good afternoon you are through to support my name is dana how can i help", 3)
    book.say(9.8, "customer", "hello yes my router has been dropping out every evening for two weeks now", 5.5)
    return book.heats(18)


def heated() -> Playbook:
    """Two minutes in: hot, talked over, an argument, one prompt acted on."""
    book = opening()
    book.say(21.4, "customer", "and this is the fourth time i call and every time somebody tells me to switch it off and on", 7)
    book.flags("repeat_contact", "fourth time i call").heats(46)
    book.say(24.0, "agent", "okay", 0.4)
    book.say(38.5, "customer", "i work from home and i lost a whole client meeting on tuesday because of this thing", 6)
    book.heats(55).until(40.2).listens("because of this thing")
    book.say(44.9, "agent", "well the system shows that the line was fine on tuesday", 3.5).flags("argue", "the system shows")
    book.update(updates.TalkOver(channel="agent", start=41.2, end=42.4))
    book.until(51.4).changes("acknowledged_feelings", "overdue", 0, "30 s since the customer got upset")
    book.say(52.3, "customer", "then your system is wrong i want to speak to a supervisor", 5)
    book.flags("supervisor_request", "speak to a supervisor").heats(74)
    book.prompts(
        53.1, 0, "acknowledged_feelings", "Name the feeling, with their case",
        "You lost a client meeting over this, on your own time – of course you are angry.",
        "Four calls and still no evening without a break: that would wear anybody out.",
    )  # fmt: skip
    return book


def settled() -> Playbook:
    """The whole call: said late but well, and what came of it."""
    book = heated()
    book.say(62.0, "agent", "i am so sorry that you lost that meeting and that it took four calls", 6)
    book.hears("apologized", 2, "so sorry that you lost that meeting", "took four calls").heats(74)
    book.say(68.4, "agent", "working from home with a line that breaks every evening of course you are angry", 5)
    book.hears("acknowledged_feelings", 2, "of course you are angry").closes(0, "acted")
    book.say(75.0, "customer", "well yes exactly thank you", 2).heats(52)
    book.say(88.2, "agent", "so it drops out every evening and restarting it never helped is that right", 6)
    book.hears("paraphrased", 2, "drops out every evening and restarting it never helped")
    book.say(91.0, "customer", "that is right", 1).heats(41)
    book.say(104.5, "agent", "i can send a new router or book an engineer for you which would you prefer", 7)
    book.hears("offered_choices", 2, "new router or book an engineer")
    book.say(110.3, "customer", "the engineer please", 1.5).heats(24)
    book.say(118.8, "agent", "then he comes tomorrow morning thank you for your patience", 6)
    book.hears("gave_timeline", 1, "tomorrow morning").hears("thanked", 1, "thank you for your patience")
    book.update(
        updates.Promised(what="engineer's visit", by="tomorrow morning", due="2026-11-21T12:00:00+00:00", utterance=len(book.said) - 1)
    )
    book.event(events.Bookmarked(by="agent"))
    return book.ends(124.0)


def floor() -> list[Playbook]:
    """A supervisor's afternoon: ten calls, and one that has ended."""
    hot = heated()
    hot.call = "c-17"
    hot.event(events.Introduced(agent="dana", customer="Moss, A.", team="internet"))
    hot.update(updates.Escalated(level="prompt", because="wants a supervisor", card={}))
    hot.until(58.0).update(updates.Escalated(level="alert", because="wants a supervisor, and the heat stays above 70", card=CARD))
    lawyer = Playbook("c-18").start().event(events.Introduced(agent="maria", customer="Parker, S.", team="billing"))
    lawyer.say(210.0, "customer", "i never made these calls and i will not pay for them", 5).heats(48)
    lawyer.say(300.0, "agent", "so you were billed for calls that you did not make", 4).hears("paraphrased", 1, "billed for calls")
    lawyer.say(402.0, "customer", "or i will call my lawyer", 3).flags("churn_threat", "lawyer").heats(64).heats(68)
    lawyer.update(updates.Escalated(level="prompt", because="threatens to leave", card={}))
    third = Playbook("c-19").start().event(events.Introduced(agent="dan", customer="+44 … 0192", team="billing"))
    third.say(150.0, "customer", "this is the third time i call", 3).flags("repeat_contact", "third time i call").heats(44).listens(
        "third time"
    )
    third.event(events.Nudged(text="offer the call back", by="Sue"))
    held = Playbook("c-20").start().event(events.Introduced(agent="priya", customer="Lee", team="moves"))
    held.say(61.0, "customer", "i'd like to change my address", 3).heats(8).until(70).event(events.HoldBegan())
    lost = Playbook("c-21").start().event(events.Introduced(agent="tom", customer="Ökçe, B.", team="moves"))
    lost.say(30.0, "customer", "hello can you hear me", 3).until(44).event(events.SourceLost(reason="connection reset"))
    taken_over = Playbook("c-22").start().event(events.Introduced(agent="ines", customer="山田 太郎", team="internet"))
    taken_over.say(95.0, "customer", "もう三回も電話しています 👍🏽 なんとかしてください", 6).heats(57).event(events.TakenOver(by="Sue"))
    long = (
        Playbook("c-23")
        .start()
        .event(events.Introduced(agent="maximiliane", customer="Featherstonehaugh-Cholmondeley, J.", team="complaints"))
    )
    long.say(
        3900.0, "customer", "as i have said before and say again with all the patience i have left in me today it does not work", 9
    ).heats(31)
    unknown = Playbook("twilio-CA5f3e9d").start().say(12.0, "agent", "good afternoon how can i help", 3)
    over = settled()
    over.call = "c-24"
    calm = [Playbook(f"c-{at}").start().event(events.Introduced(agent="noor", customer=f"Caller {at}")) for at in (25, 26)]
    books = [hot, lawyer, third, held, lost, taken_over, long, unknown, over, *calm]
    for book in books:
        book.records = [replace(record, call=book.call) for record in book.records]
    return books


def taken(*items: Shown, now: float | None = None) -> Snapshot:
    """The snapshot after these items, at `now` seconds."""
    snapshot = Snapshot()
    for item in items:
        snapshot = snapshot.take(item)
    return snapshot if now is None else replace(snapshot, now=round(now * 1000))


def plain(lines: Iterable[Line]) -> list[str]:
    """The lines without their styles."""
    return ["".join(text for text, _ in line).replace("\u00a0", " ").rstrip() for line in lines]


@pytest.fixture(scope="session")
def calls() -> object:
    """This module: `calls.heated()`, `calls.glimpse(…)`."""
    return sys.modules[__name__]
