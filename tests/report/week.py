"""A week of calls: the golden calls' scripts, judged anew with other days, agents and teams."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from companion.core.call import Call, Rules
from companion.core.events import Introduced
from companion.core.record import Record
from companion.report.digest import Digest
from companion.report.folding import folded
from companion.rules.load import load
from tests.calls.__main__ import CALLS, HERE, happened

MONDAY = datetime.fromisoformat("2026-11-16T09:00:00+01:00")
AGENTS = (("maria", "billing"), ("dan", "billing"), ("noor", "parcels"))


@cache
def rules() -> Rules:
    """The golden calls' rules."""
    return Rules.of(load(HERE / "rules.yaml"))


def records(script: str, call: str = "c-1", began: str | None = None, who: Introduced | None = None) -> list[Record]:
    """The records of one call after a script of `tests.calls`, or after lines of one."""
    live = Call(call, rules().started(source="script", began=began, timed=True, speech=None), rules())
    out = [live.begin(), *(live.receive(who, 0) if who else ())]
    for at, event in happened(CALLS.get(script, script)):
        out += live.receive(event, round(at * 1000))
    return out


def digest(script: str, call: str = "c-1", began: str | None = None, who: Introduced | None = None) -> Digest:
    """The same, as a digest."""
    return folded(records(script, call, began, who), f"{call}.jsonl")[0].digest()


def journals(calls: int = 15) -> Iterator[list[Record]]:
    """So many calls from Monday to Friday, of three agents in turn; every script comes up with every agent."""
    scripts = list(CALLS)
    for place in range(calls):
        agent, team = AGENTS[place % len(AGENTS)]
        began = MONDAY + timedelta(days=place % 5, minutes=7 * place)
        yield records(scripts[place % len(scripts)], f"c-{place}", began.isoformat(), Introduced(agent=agent, team=team, customer="Ada"))


def week(calls: int = 15) -> list[Digest]:
    """The same, as digests."""
    return [folding.digest() for kept in journals(calls) for folding in folded(kept, f"{kept[0].call}.jsonl")]
