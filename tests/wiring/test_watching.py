"""The wall's food: whatever is seen keeps its meaning on the way to the screen."""

import asyncio
import os
import pty
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from companion.broadcast import messages
from companion.broadcast.ways import Away, Here, Seen
from companion.core.events import HoldBegan, Partial
from companion.core.record import Record
from companion.errors import SourceError
from companion.tui import feed
from companion.wiring.lookouts import lookout
from companion.wiring.watching import _shown, _write

PARTIAL = Partial(channel="agent", text="so", start=0.0, end=0.1)


@pytest.mark.parametrize(
    ("seen", "shown"),
    [
        (messages.Glimpse(call="c", partial=PARTIAL), feed.Glimpse(call="c", partial=PARTIAL)),
        (messages.Level(call="c", channel="agent", level=0.5), feed.Level(call="c", channel="agent", level=0.5)),
        (messages.Clock(call="c", at=10), feed.Clock(call="c", at=10)),
        (messages.Notice(text="x"), feed.Notice(text="x")),
        (messages.Missed(call="c", since=1, until=3), feed.Missed(call="c", since=1, until=3)),
        (messages.Over(call="c"), feed.Over(call="c")),
        (Away("x"), feed.Away(reason="x")),
        (Here("reader", "x"), feed.Here(role="reader", name="x")),
        (Record(call="c", seq=0, at=0, event=HoldBegan()), Record(call="c", seq=0, at=0, event=HoldBegan())),
    ],
)
def test_what_is_seen_is_shown(seen: Seen, shown: feed.Seen) -> None:
    assert _shown(seen) == shown


def test_a_hub_that_is_not_there_is_one_line() -> None:
    with pytest.raises(SourceError, match=r"refuses the connection"):
        asyncio.run(_write(lookout({"hub": "ws://127.0.0.1:9"}, "reader", "")))


@pytest.mark.parametrize("command", [["watch", "ws://127.0.0.1:9"], ["attach", "c", "--hub", "ws://127.0.0.1:9"]])
def test_a_screen_that_finds_no_hub_goes_and_says_so(command: list[str]) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    process = subprocess.Popen([sys.executable, "-m", "companion", *command], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown, end = b"", time.monotonic() + 60
    with suppress(OSError):  # the terminal is gone with its last process
        while time.monotonic() < end and (piece := os.read(ours, 65536)):
            shown += piece
    os.close(ours)
    assert process.wait(20) == 3
    assert b"refuses the connection" in shown
    assert b"Traceback" not in shown
