"""Blocks from a real pipe: at once, bounded, and stoppable while nothing comes."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from companion.errors import SourceError
from companion.sources.blocks import AHEAD, SIZE, Blocks


async def test_what_is_written_comes_at_once(pipe: Any) -> None:
    blocks = aiter(Blocks(pipe.read, "stdin"))
    pipe.send(b"one\n")
    assert await anext(blocks) == b"one\n"
    pipe.send(b"two\n")
    assert await anext(blocks) == b"two\n"
    pipe.end()
    assert [block async for block in blocks] == []


async def test_no_more_is_read_ahead_than_agreed(pipe: Any) -> None:
    source = Blocks(pipe.read, "stdin")
    blocks = aiter(source)
    loop = asyncio.get_running_loop()
    size = 40 * SIZE
    sent = loop.run_in_executor(None, lambda: os.writev(pipe.write, [b"x" * size]))
    first = await anext(blocks)
    await asyncio.sleep(0.05)
    assert not sent.done()
    assert source._queue.qsize() <= AHEAD
    got = len(first)
    while got < size:
        got += len(await anext(blocks))
    assert await sent == size


async def test_stopped_while_nothing_comes(pipe: Any) -> None:
    source = Blocks(pipe.read, "stdin")
    asyncio.get_running_loop().call_soon(source.stop)
    assert [block async for block in source] == []


async def test_a_pipe_that_does_not_block(pipe: Any) -> None:
    os.set_blocking(pipe.read, False)
    blocks = aiter(Blocks(pipe.read, "stdin"))
    asyncio.get_running_loop().call_later(0.05, pipe.send, b"late")
    assert await anext(blocks) == b"late"


async def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="call: cannot be read: Is a directory; input ends here"):
        _ = [block async for block in Blocks(str(tmp_path), "call")]
    descriptor = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(SourceError, match="call: cannot be read: Is a directory; input ends here"):
        _ = [block async for block in Blocks(descriptor, "call")]
    os.close(descriptor)


async def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * (SIZE + 1))
    assert [len(block) async for block in Blocks(str(path), "a")] == [SIZE, 1]


async def test_a_named_pipe_waits_for_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    blocks = aiter(Blocks(str(path), "pipe"))
    writing = asyncio.get_running_loop().run_in_executor(None, path.write_bytes, b"hello")
    assert [block async for block in blocks] == [b"hello"]
    assert await writing == 5


async def test_a_descriptor_stays_open(pipe: Any) -> None:
    source = Blocks(pipe.read, "stdin")
    pipe.send(b"one")
    blocks = aiter(source)
    assert await anext(blocks) == b"one"
    source.stop()
    assert [block async for block in blocks] == []
    os.fstat(pipe.read)
