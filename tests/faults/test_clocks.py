"""The clock on the wall jumps during a call: the call's own time does not, and promises stay due when they were promised for."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from websockets.sync.client import connect

from companion.core.call import Call
from companion.core.events import CallEnded, CallStarted, Utterance
from companion.core.record import Record
from companion.core.updates import Promised
from companion.wiring.parts import rules_of
from tests.faults.processes import Process, ended, whole
from tests.faults.size import times

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
PROMISE = "I am so sorry. I will call you back tomorrow by noon."
LASTS = 3.0
EVENING = "2026-10-24 18:00:00"
"""The clocks of Europe go back in the night that follows."""

needs_library = pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed (Debian: faketime)")


class Wall:
    """The clock on the wall of some processes.

    Args:
        folder: for what tells them the time.
        shows: what it shows now, local time, `YYYY-MM-DD hh:mm:ss`.
    """

    def __init__(self, folder: Path, shows: str) -> None:
        self._file = folder / "wall"
        self._off = datetime.fromisoformat(shows).timestamp() - time.time()
        self.jump(0)

    @property
    def environment(self) -> dict[str, str]:
        names = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_NO_CACHE": "1"}
        return {**names, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "Europe/Berlin"}

    def jump(self, seconds: float) -> None:
        self._off += seconds
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{self._off:+.3f}s\n")
        beside.replace(self._file)


@pytest.fixture(autouse=True)
def _in_berlin() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


def speak(port: int) -> None:
    """A silent call over vosk-server's protocol, in real time: its times are those of arrival."""
    with connect(f"ws://127.0.0.1:{port}") as peer:
        peer.send('{"config": {"sample_rate": 16000}}')
        for _ in range(round(LASTS / 0.2)):
            peer.send(bytes(6400))
            peer.recv(timeout=60)
            time.sleep(0.2)
        peer.send('{"eof": 1}')
        peer.recv(timeout=60)


def call_under(wall: Wall, jumps: list[float], folder: Path) -> dict[str, list[Record]]:
    """A call of words and one of sound, while the clock jumps: their journals."""
    lines = [{"call": "words", "speaker": "agent", "text": PROMISE, "start": at, "end": at + 0.2} for at in (0.0, 1.5, LASTS)]
    (folder / "words.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = ["serve", "--hub", "127.0.0.1:0", "--listen", folder / "words.jsonl", "--listen", "vosk://127.0.0.1:0"]
    process = Process(*command, "--journal", folder / "journals", environment=wall.environment)
    try:
        port = int(process.told(r"vosk://127\.0\.0\.1:(\d+)"))
        speaking = threading.Thread(target=speak, args=(port,))
        speaking.start()
        process.until(lambda: len(list((folder / "journals").glob("*"))) == 2)
        for jump in jumps:
            time.sleep(LASTS / 2 / len(jumps))
            wall.jump(jump)
        speaking.join(60)
        process.until(lambda: all(ended(list(whole(path))) for path in (folder / "journals").glob("*")))
        assert process.end(signal.SIGINT) == 130
    finally:
        process.end()
    return {"words" if path.stem == "words" else "sound": whole(path) for path in (folder / "journals").iterdir()}


@needs_library
def test_the_library_sets_the_clock_and_not_our_own(tmp_path: Path) -> None:
    wall = Wall(tmp_path, EVENING)
    code = "import time, datetime; print(datetime.datetime.now().isoformat(), time.monotonic())"
    told = subprocess.run([sys.executable, "-c", code], env={**os.environ, **wall.environment}, capture_output=True, text=True, check=True)
    shown, monotonic = told.stdout.split()
    assert shown.startswith("2026-10-24T18:00:")
    assert abs(float(monotonic) - time.monotonic()) < 60


@needs_library
@pytest.mark.parametrize(
    "jumps", [[3600.0, -7200.0], *times([], [[-3600.0], [3600.0], [86400.0, -86400.0], [9.5 * 3600], [0.5, -0.5] * 20])], ids=str
)
def test_a_calls_time_does_not_jump(jumps: list[float], tmp_path: Path) -> None:
    journals = call_under(Wall(tmp_path, EVENING), jumps, tmp_path)
    for records in journals.values():  # that they are monotone, and proved, `whole` has seen
        (end,) = [record for record in records if isinstance(record.event, CallEnded)]
        assert LASTS * 900 <= end.at < 60_000, jumps
    started, *_ = [record.event for record in journals["words"] if isinstance(record.event, CallStarted)]
    assert str(started.began).startswith("2026-10-24T18:00:")
    said = [record.event for record in journals["words"] if isinstance(record.event, Utterance)]
    assert [event.start for event in said] == [0.0, 1.5, LASTS]
    promised = {record.update.due for record in journals["words"] if isinstance(record.update, Promised)}
    assert promised == {"2026-10-25T12:00+02:00"}, jumps


@pytest.mark.parametrize(
    ("began", "words", "moment"),
    [
        ("2026-10-25T02:50:00+02:00", "in two hours", "2026-10-25T03:50:00+01:00"),
        ("2026-10-25T02:10:00+01:00", "in two hours", "2026-10-25T04:10:00+01:00"),
        ("2026-03-29T01:50:00+01:00", "in an hour", "2026-03-29T03:50:00+02:00"),
    ],
)
def test_an_hour_that_was_promised_lasts_an_hour_when_the_clocks_change(began: str, words: str, moment: str) -> None:
    rules = rules_of("complaint")
    call = Call("a", rules.started(source="-", began=began, timed=True, speech=None), rules)
    said = Utterance(speaker="agent", text=f"I am so sorry. I will call you back {words}.", start=0.0, end=2.0)
    (found,) = [record.update.due for record in call.receive(said, 2000) if isinstance(record.update, Promised)]
    assert found is not None
    assert datetime.fromisoformat(found) == datetime.fromisoformat(moment)
