"""JSON Lines through a real pipe or file, at once or played."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import LineRejected, Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Opened, Passed
from companion.errors import SourceError
from companion.sources.blocks import Blocks
from companion.sources.jsonl import LONGEST_LINE, Splitter, Transcript


def line(speaker: str = "customer", text: str = "two words", **keys: Any) -> bytes:
    return json.dumps({"speaker": speaker, "text": text, **keys}).encode() + b"\n"


def transcript(path: Path, *lines: bytes, **keys: Any) -> Transcript:
    path.write_bytes(b"".join(lines))
    return Transcript(Blocks(str(path), str(path)), name=str(path), source=path.name, **keys)


def kinds(items: list[Item]) -> list[str]:
    return [type(item).__name__ for item in items]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.jsonl"


class TestSplitter:
    @given(st.lists(st.binary(max_size=6)), st.integers(1, 5))
    def test_cuts_do_not_matter(self, lines: list[bytes], size: int) -> None:
        whole = b"\n".join(lines)
        splitter = Splitter()
        found: list[bytes | None] = []
        for start in range(0, len(whole), size):
            found += splitter.feed(whole[start : start + size])
        found += splitter.finish()
        expected = whole.split(b"\n")
        assert found == (expected if expected[-1] else expected[:-1])

    def test_a_line_without_end_is_not_kept(self) -> None:
        splitter = Splitter(limit=10)
        for _ in range(1000):
            assert list(splitter.feed(b"x" * 100)) == []
        assert sum(map(len, splitter._parts)) == 0
        assert list(splitter.feed(b"x\nok\n")) == [None, b"ok"]


class TestAtOnce:
    async def test_lines_to_items(self, path: Path) -> None:
        items = [item async for item in transcript(path, line(start=0, end=4.0), b"oops\n", line("agent", start=5, end=6))]
        assert kinds(items) == ["Opened", "Happened", "Complaint", "Happened", "Happened", "Closed"]
        assert items[0] == Opened(call="call-1", source="chat.jsonl", timed=True)
        assert items[2].text.startswith(f"{path}:2: not JSON")
        assert items[-1] == Closed(call="call-1", reason="end of input", at=6000)

    async def test_an_input_without_a_usable_line_is_an_error(self, path: Path) -> None:
        with pytest.raises(SourceError, match=r"chat\.jsonl: no line of it can be used"):
            _ = [item async for item in transcript(path, b"Hello.\n", b"\n", b"{}\n")]
        assert [item async for item in transcript(path, b"\n")] == []

    async def test_the_last_line_needs_no_end(self, path: Path) -> None:
        items = [item async for item in transcript(path, line()[:-1])]
        assert kinds(items) == ["Opened", "Happened", "Closed"]

    async def test_ten_megabytes_of_line_and_one_of_text(self, path: Path) -> None:
        source = transcript(path, line(), b"x" * 10_000_000 + b"\n", line(text="x" * 1_000_000), line())
        items = [item async for item in source]
        rejected = [item.event for item in items if isinstance(item, Happened) and isinstance(item.event, LineRejected)]
        assert rejected == [
            LineRejected(line=2, reason=f"a line of more than {LONGEST_LINE:,} bytes"),
            LineRejected(line=3, reason="a text of 1,000,000 characters, more than 100,000"),
        ]
        assert sum(isinstance(item, Happened) and isinstance(item.event, Utterance) for item in items) == 2

    async def test_a_pipe_flows_line_by_line(self, pipe: Any) -> None:
        source = Transcript(Blocks(pipe.read, "stdin"), name="stdin", source="stdin")
        items = aiter(source)
        pipe.send(line())
        assert kinds([await anext(items), await anext(items)]) == ["Opened", "Happened"]
        pipe.send(line()[:5])
        pipe.send(line()[5:])
        assert kinds([await anext(items)]) == ["Happened"]
        await source.close()
        assert [item async for item in items] == [Closed(call="call-1", reason="stopped", at=2200)]

    async def test_strict(self, path: Path) -> None:
        items = aiter(transcript(path, line(), b'{"text": "x"}\n', line(), strict=True))
        assert kinds([await anext(items), await anext(items)]) == ["Opened", "Happened"]
        with pytest.raises(SourceError, match=":2: no 'speaker'"):
            await anext(items)

    async def test_a_journal(self, path: Path) -> None:
        journal = transcript(path, b'{"call":"7","seq":0,"at":0,"event":{"type":"call_started"}}\n')
        with pytest.raises(SourceError, match="is a journal; play it with: companion replay"):
            _ = [item async for item in journal]


class TestPlayed:
    async def test_times_pass_at_the_speed_asked_for(self, path: Path) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        source = transcript(path, line(start=0, end=1.0), line("agent", start=2, end=8.0), speed=10)
        seen = [(item, (loop.time() - began) * 10) async for item in source]
        played = [(item.at / 1000, when) for item, when in seen if isinstance(item, Happened | Passed)]
        assert all(when >= at - 1e-6 for at, when in played)
        assert [at for at, _ in played] == sorted(at for at, _ in played)
        assert any(isinstance(item, Passed) for item, _ in seen)

    async def test_without_times_nothing_is_waited_for(self, path: Path) -> None:
        source = transcript(path, *[line(text="word " * 100)] * 50, speed=0.001)
        assert kinds([item async for item in source])[-1] == "Closed"

    async def test_a_call_that_ends_in_the_input(self, path: Path) -> None:
        end = b'{"event": "end", "start": 2}\n'
        items = [item async for item in transcript(path, line(start=0, end=1), end, line(), speed=50)]
        assert [item for item in items if isinstance(item, Closed)] == [Closed(call="call-1", reason="ended", at=2000)]
        assert isinstance(items[-1], Complaint)

    async def test_a_pipe_begins_now(self, path: Path) -> None:
        source = transcript(path, line(start=0, end=1000.0), speed=1, from_now=True)
        items = [item async for item in source]
        assert kinds(items) == ["Opened", "Happened", "Closed"]

    async def test_stopped_it_ends_where_it_was_played(self, path: Path) -> None:
        source = transcript(path, line(start=0, end=0.2), line(start=1, end=2000.0), line(call="later"), speed=1)
        items = []
        async for item in source:
            items.append(item)
            if isinstance(item, Passed) and item.at > 200:
                await source.close()
        assert [item.at for item in items if isinstance(item, Happened)] == [200]
        assert isinstance(items[-1], Closed)
        assert items[-1].at < 2000
        assert kinds(items).count("Opened") == kinds(items).count("Closed") == 1
        assert not [item for item in items if isinstance(item, Complaint)]
