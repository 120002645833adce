"""Programs that are run beside us."""

import asyncio
import os
import sys

import pytest

from companion.errors import DeviceError
from companion.sources.devices.program import running


async def test_it_is_gone_when_it_is_no_longer_wanted() -> None:
    async with asyncio.timeout(60):
        async with running(sys.executable, "-c", "print('there', flush=True); input()", todo="", stdin=asyncio.subprocess.PIPE) as program:
            assert program.stdout is not None
            assert await program.stdout.readline() == b"there\n"
            assert os.getsid(program.pid) == program.pid  # Ctrl-C is not for it
        assert program.returncode == -9


async def test_one_that_ends_by_itself_ends_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    """Killed in that moment, it is missed by asyncio's own look-out, which says so on the screen."""
    async with asyncio.timeout(60):
        for _ in range(10):
            async with running(sys.executable, "-c", "print('there')", todo="") as program:
                assert program.stdout is not None
                assert await program.stdout.read() == b"there\n"
            assert program.returncode == 0
    assert caplog.messages == []


async def test_what_cannot_be_run_is_one_line() -> None:
    with pytest.raises(DeviceError, match=r"^no-such-program: cannot be run \(no such file or directory\); install it$"):
        async with running("no-such-program", todo="install it"):
            pass
