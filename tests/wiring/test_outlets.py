"""Calls are shown where the settings say, and to all alike."""

from collections.abc import Sequence
from typing import Any

import pytest

from companion.broadcast.hub import Hub
from companion.broadcast.lookout import HubLookout
from companion.broadcast.outlet import HubOutlet
from companion.core.call import Call, Rules
from companion.core.checklist import Checklist, Step
from companion.core.events import AnyEvent, Partial
from companion.core.record import Record
from companion.errors import ConfigError
from companion.wiring.outlets import Spread, is_bus, offered, prefix, published

RULES = Rules.of(Checklist(id="tiny", title="Tiny", steps=(Step(id="apologized", title="a", says=("sorry",)),)))


class Taker:
    """A viewer or an outlet that keeps the names of what it is given."""

    name = "taker"

    def __init__(self, *wanted: str) -> None:
        self.taken: list[str] = []
        self._wanted = wanted

    def wants_partials(self, call: str) -> bool:
        return call in self._wanted

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.taken.append(name)


async def act(call: str, event: AnyEvent) -> str:
    return ""


async def test_everybody_is_shown_the_same_but_records_reach_outlets_as_sinks() -> None:
    viewer, outlet = Taker(), Taker("c")
    spread = Spread(viewer, [outlet])
    assert spread.wants_partials("c")
    assert not spread.wants_partials("d")
    spread.record(Call("c", RULES.started(source="x", began=None, timed=True, speech=None), RULES).begin())
    spread.glimpse("c", Partial(channel="agent", text="so", start=0.0, end=0.1), [])
    spread.level("c", "agent", 0.5)
    spread.clock("c", 10)
    spread.notice("well")
    spread.progress("c", 0.5)
    assert viewer.taken == ["record", "glimpse", "level", "clock", "notice", "progress"]
    assert outlet.taken == ["glimpse", "level", "clock"]


async def test_a_gateway_offers_a_hub_of_its_own() -> None:
    async with offered({"hub_listen": "127.0.0.1:0", "broadcast_words": False}, act, print) as (outlets, recall):
        assert recall is None
        [hub] = outlets
        assert isinstance(hub, Hub)
        assert not hub.words
        hub.write(Call("c", RULES.started(source="x", began=None, timed=True, speech=None), RULES).begin())
        lookout = HubLookout(f"ws://127.0.0.1:{hub.port}")
        async for item in lookout:
            if isinstance(item, Record):
                await lookout.close()
        assert isinstance(item, Record)


async def test_a_screen_shows_its_calls_at_a_hub_only_if_it_is_told_to() -> None:
    shown: Sequence[object]
    async with published({}, act, print) as shown:
        assert list(shown) == []
    async with Hub("", 0) as hub, published({"broadcast_url": f"ws://127.0.0.1:{hub.port}"}, act, print) as shown:
        assert [type(outlet) for outlet in shown] == [HubOutlet]


@pytest.mark.parametrize("address", ["2750", "host", "host:", "host:70000", "host:x"])
async def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=r"is no address; give host:port"):
        async with offered({"hub_listen": address}, act, print):
            pass


def test_names_of_numbered_calls_tell_whose_they_are() -> None:
    assert prefix({"agent_name": "Maria"}).startswith("Maria-2")
    assert prefix({}).endswith("-")


def test_a_bus_is_told_from_a_hub() -> None:
    assert is_bus("nats://x")
    assert is_bus("tls://x:4222")
    assert not is_bus("wss://x")
