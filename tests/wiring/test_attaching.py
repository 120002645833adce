"""The agent's screen on a call that is owned elsewhere: a real hub, a real screen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

from companion.broadcast import tokens
from companion.broadcast.hub import Hub
from companion.broadcast.lookout import HubLookout
from companion.core.call import Call, Rules
from companion.core.checklist import Checklist, Step
from companion.core.events import AnyEvent, Bookmarked, CallEnded, Introduced, Marked, Partial, Utterance
from companion.core.seen import Over
from companion.tui.app import CallApp
from companion.wiring.attaching import Seat

RULES = Rules.of(Checklist(id="tiny", title="Tiny", steps=(Step(id="apologized", title="a", says=("sorry",)),)))


class Owner:
    """A gateway with calls of which it decides everything."""

    def __init__(self) -> None:
        self.hub = Hub("", 0, acts=self.act)
        self.calls: dict[str, Call] = {}
        self.acts: list[tuple[str, AnyEvent]] = []

    def begin(self, name: str, agent: str) -> None:
        call = self.calls[name] = Call(name, RULES.started(source="x", began=None, timed=True, speech=None), RULES)
        self.hub.write(call.begin())
        self.happen(name, Introduced(agent=agent))

    def say(self, name: str, text: str) -> None:
        self.happen(name, Utterance(speaker="customer", text=text, start=0.0, end=1.0))

    def happen(self, name: str, event: AnyEvent) -> None:
        for record in self.calls[name].receive(event, self.calls[name].at + 1000):
            self.hub.write(record)

    async def tick(self) -> None:
        """Each live call tells its time, as all do."""
        for second in cycle(range(9)):
            for name, call in self.calls.items():
                if not call.ended:
                    self.hub.clock(name, second * 1000)
            await asyncio.sleep(0.02)

    async def act(self, call: str, event: AnyEvent) -> str:
        self.acts.append((call, event))
        self.happen(call, event)
        return ""


@asynccontextmanager
async def seated(owner: Owner, call: str | None, agent: str | None, token: str = "") -> AsyncIterator[tuple[Seat, CallApp]]:
    async with owner.hub:
        seat = Seat(HubLookout(f"ws://127.0.0.1:{owner.hub.port}", role="agent", name=agent or "", token=lambda: token), call, agent)
        watching, ticking = asyncio.create_task(seat.watch()), asyncio.create_task(owner.tick())
        app = CallApp(act=seat.act, end=seat.end)
        await seat.sit(app)
        async with app.run_test():
            yield seat, app
        ticking.cancel()
        seat.leaving = True
        await seat.lookout.close()
        await watching


async def shows(app: CallApp, call: str) -> None:
    """Wait until this call is on the screen."""
    while app.snapshot.view.call != call:
        await asyncio.sleep(0.01)


async def until(app: CallApp, texts: list[str]) -> None:
    async with asyncio.timeout(10):
        while [row.text for row in app.snapshot.view.rows] != texts:
            await asyncio.sleep(0.01)


async def test_an_agent_who_comes_late_sees_all_of_the_own_call_and_nothing_of_others() -> None:
    owner = Owner()
    owner.begin("b", "Dan")
    owner.begin("a", "anna")
    owner.say("a", "hello")
    owner.say("b", "not for you")
    async with seated(owner, None, "Anna") as (_, app):
        await until(app, ["hello"])
        owner.say("a", "again")
        await until(app, ["hello", "again"])
        owner.hub.glimpse("a", Partial(channel="agent", text="I am", start=0.0, end=0.2), [])
        async with asyncio.timeout(10):
            while not app.snapshot.glimpses or app.snapshot.now != 60_000:
                owner.hub.clock("a", 60_000)  # again and again: of two that were not sent yet, only the newer is, and `tick` tells it too
                await asyncio.sleep(0.01)


async def test_what_the_agent_does_is_done_and_signed() -> None:
    owner = Owner()
    owner.begin("a", "Anna")
    async with seated(owner, "a", None) as (seat, app):
        await shows(app, "a")
        seat.act("a", Marked(step="apologized", state="done", by="agent"))
        async with asyncio.timeout(10):
            while not owner.acts or app.snapshot.view.steps[0].state != "done":
                await asyncio.sleep(0.01)
        assert owner.acts == [("a", Marked(step="apologized", state="done", by="agent"))]
        seat.act("nobody's", Bookmarked(by="agent"))
        async with asyncio.timeout(10):
            while "not here" not in app.snapshot.notice:
                await asyncio.sleep(0.01)
        seat.end()
        async with asyncio.timeout(10):
            while app.snapshot.view.ended is None:
                await asyncio.sleep(0.01)


async def test_what_is_awaited_is_said() -> None:
    async with seated(Owner(), None, "Anna") as (_, app):
        assert app.snapshot.ready == "Waiting for Anna's next call"
    async with seated(Owner(), "a", None) as (_, app):
        assert app.snapshot.ready == "Waiting for call a to begin, or to be yours"


async def test_who_comes_late_is_shown_the_call_that_is_live_and_none_that_was() -> None:
    owner = Owner()
    for name in ("a", "a2"):
        owner.begin(name, "Anna")
        owner.say(name, f"this is {name}")
        if name == "a":
            owner.happen(name, CallEnded(reason="over"))
    async with seated(owner, None, "Anna") as (_, app):
        await until(app, ["this is a2"])
        assert app.snapshot.view.summary is None


async def test_the_next_call_takes_the_screen_of_one_that_is_over() -> None:
    owner = Owner()
    owner.begin("a", "Anna")
    async with seated(owner, None, "Anna") as (seat, app):
        await shows(app, "a")
        owner.happen("a", CallEnded(reason="over"))
        while app.snapshot.view.summary is None:
            await asyncio.sleep(0.01)
        owner.begin("a2", "Anna")
        owner.say("a2", "hello")
        await until(app, ["hello"])
        assert app.snapshot.view.call == "a2"
        assert seat.lookout._followed == {"a2"}  # type: ignore[attr-defined]


async def test_a_second_call_at_the_same_time_is_told() -> None:
    owner = Owner()
    owner.begin("a", "Anna")
    async with seated(owner, None, "Anna") as (_, app):
        await shows(app, "a")
        owner.begin("b", "Anna")
        async with asyncio.timeout(10):
            while app.snapshot.notice != "call b is yours too, and not shown here; companion attach b shows it":
                await asyncio.sleep(0.01)


async def test_a_token_of_somebody_else_is_told(tmp_path: Path) -> None:
    owner = Owner()
    token = tokens.new(tmp_path / "tokens", "maria", "agent", "")
    owner.hub = Hub("", 0, tokens=tmp_path / "tokens")
    async with seated(owner, None, "Anna", token) as (_, app), asyncio.timeout(10):
        while "but you are maria here: give --agent maria, or come in as Anna" not in app.snapshot.ready:
            await asyncio.sleep(0.01)


async def test_a_call_that_the_gateway_lost_makes_room_for_the_next() -> None:
    owner = Owner()
    owner.begin("a", "Anna")
    async with seated(owner, None, "Anna") as (seat, app):
        await shows(app, "a")
        await seat._take(Over(call="a"))
        assert app.snapshot.closed == "the gateway has lost this call"
        assert not seat.is_done(app)
        owner.begin("a2", "Anna")
        after = CallApp(act=seat.act, end=seat.end)
        await seat.sit(after)
        async with after.run_test(), asyncio.timeout(10):
            await shows(after, "a2")


async def test_the_next_call_is_shown_on_the_next_screen() -> None:
    owner = Owner()
    owner.begin("a", "Anna")
    async with seated(owner, None, "Anna") as (seat, app):
        await shows(app, "a")
        owner.happen("a", CallEnded(reason="over"))
        async with asyncio.timeout(10):
            while app.snapshot.view.summary is None:
                await asyncio.sleep(0.01)
        assert not seat.is_done(app)
        owner.begin("a2", "Anna")
        after = CallApp(act=seat.act, end=seat.end)
        await seat.sit(after)
        async with after.run_test():
            async with asyncio.timeout(10):
                await shows(after, "a2")
