"""Several sources side by side: what a person does reaches the right call, and one that fails does not end the others."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from companion.console import Console
from companion.core.call import Rules
from companion.core.checklist import Checklist, Step
from companion.core.events import Bookmarked, CallEnded, Introduced, Utterance
from companion.core.record import Record
from companion.errors import SourceError
from companion.wiring.gateway import Gateway

RULES = Rules.of(Checklist(id="tiny", title="Tiny", steps=(Step(id="apologized", title="a", says=("sorry",)),)))


class Kept:
    """A sink that keeps records."""

    name = "kept"

    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, record: Record) -> None:
        self.records.append(record)

    def close(self) -> None:
        pass

    def of(self, call: str) -> list[Any]:
        return [record.what for record in self.records if record.call == call]


def transcript(path: Path, call: str, lasts: float) -> str:
    lines = [{"call": call, "speaker": "agent", "text": "I am sorry", "start": 0.0, "end": 0.1}]
    lines.append({"call": call, "speaker": "agent", "text": "really", "start": lasts - 0.1, "end": lasts})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


async def test_what_a_person_does_reaches_the_call_that_is_meant(tmp_path: Path) -> None:
    kept = Kept()
    gateway = Gateway(RULES, [kept], Console(), {"agent_name": "Maria", "agent_team": None}, speed=1.0)
    uris = [transcript(tmp_path / f"{name}.jsonl", name, 60.0) for name in ("a", "b")]
    going = asyncio.create_task(gateway.go(uris, together=True))
    while sum(isinstance(record.event, Utterance) for record in kept.records) < 2:
        await asyncio.sleep(0.01)
    assert await gateway.act("b", Bookmarked(by="Sue")) == ""
    assert await gateway.act("c", Bookmarked(by="Sue")) == "call c is not live here"
    assert await gateway.act("a", CallEnded(reason="enough")) == ""
    while CallEnded(reason="enough") not in kept.of("a"):
        await asyncio.sleep(0.01)
    await gateway.stop()
    await going
    assert Bookmarked(by="Sue") in kept.of("b")
    assert Bookmarked(by="Sue") not in kept.of("a")
    assert CallEnded(reason="interrupted") in kept.of("b")
    assert Introduced(agent="Maria") in kept.of("a")


async def test_one_that_fails_is_named_and_the_others_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Kept()
    gateway = Gateway(RULES, [kept], Console(), {})
    with pytest.raises(SourceError, match=r"^1 of 2 sources failed, as said above$"):
        await gateway.go([str(tmp_path / "gone.jsonl"), transcript(tmp_path / "a.jsonl", "a", 1.0)], together=False)
    assert "gone.jsonl: no such file" in capsys.readouterr().err
    assert CallEnded(reason="end of input") in kept.of("a")


async def test_the_only_one_that_fails_says_so_itself(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no such file"):
        await Gateway(RULES, [], Console(), {}).go([str(tmp_path / "gone.jsonl")], together=False)
