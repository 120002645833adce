"""Runs a scenario's own dialogues: handled well it must end well, handled badly it must not, whatever the seed."""

from collections.abc import Mapping

import msgspec

from companion.core.call import Rules
from companion.core.roleplay import Script
from companion.practice.rehearsal import rehearse

SEEDS = range(4)


class Fault(msgspec.Struct, frozen=True):
    """A dialogue that does not end as it should."""

    line: int
    """In the scenario's file, counted from 1; 0 where it is not known."""
    text: str


def check(script: Script, rules: Rules, places: Mapping[tuple[str | int, ...], int] | None = None) -> list[Fault]:
    """Play every dialogue with several seeds; what is wrong with them.

    Args:
        script: the scenario.
        rules: what the agent is judged by.
        places: where its parts stand in the file.
    """
    faults = []
    for number, dialogue in enumerate(script.dialogues):
        for seed in SEEDS:
            done = rehearse(script, rules, dialogue.lines, seed=seed)
            if done.ending != dialogue.ends:
                ended = f"ends {done.ending}" if done.ending else "does not end"
                text = (
                    f"dialogue '{dialogue.title}', seed {seed}: {ended} after {done.customer.turns} turns at temper {done.customer.temper}"
                )
                faults.append(Fault((places or {}).get(("dialogues", number), 0), f"{text}; expected {dialogue.ends}"))
                break
    return faults
