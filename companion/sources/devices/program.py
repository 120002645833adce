"""A program that is asked something, or listened to, for a while: the sound server's own, or ours with a sound library in it."""

import asyncio
import contextlib
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator

from companion.errors import DeviceError

PATIENCE = 10.0
"""Seconds in which such a program must have answered, where it is asked for a list."""

BLOCK = 65536
"""Bytes of sound read at once, at most."""

_ENDING = 1.0  # seconds in which a program that says no more must have ended


@contextlib.asynccontextmanager
async def running(*command: str, todo: str, stdin: int = DEVNULL, stderr: int = DEVNULL) -> AsyncIterator[Process]:
    """A program, for as long as it is wanted; then it is killed. Ctrl-C is ours, so it has a session of its own.

    Args:
        command: the program and its arguments.
        todo: what to do where it cannot be run.
        stdin: what it reads; nothing by default.
        stderr: where its complaints go; nowhere by default.

    Raises:
        DeviceError: it cannot be run.
    """
    spoken = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        program = await asyncio.create_subprocess_exec(
            *command, stdin=stdin, stdout=PIPE, stderr=stderr, env=spoken, start_new_session=True
        )
    except OSError as error:
        raise DeviceError(f"{command[0]}: cannot be run ({(error.strerror or str(error)).lower()}); {todo}") from error
    try:
        yield program
    finally:
        if program.returncode is None:
            assert program.stdout is not None
            try:
                if program.stdout.at_eof():  # it ends by itself; asyncio complains where `kill` is the first to find that out
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_ENDING):
                            await program.wait()
            finally:
                with contextlib.suppress(ProcessLookupError):
                    program.kill()
                # What it still had to say must be read, or its end is never noticed.
                await program.communicate()
