"""Terminals and pipes that change, stop, or go away in the middle of a call: its journal is whole, the exit status right, nobody stays."""

import fcntl
import os
import pty
import random
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.faults.processes import COMPANION, PATIENCE, ended, gateway, transcript, until, whole
from tests.faults.size import TORTURE, times

pytestmark = pytest.mark.timeout(times(120, 1800))


class Terminal:
    """A companion whose terminal is its own, as a window's is: resized, stopped and closed, it is told by the system."""

    def __init__(self, *arguments: str | Path) -> None:
        self._ours, theirs = pty.openpty()
        self.resize(100, 30)
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")} | {"TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [*COMPANION, *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
            preexec_fn=partial(fcntl.ioctl, 0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.drawn = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with suppress(OSError):  # the terminal goes with its last process
            while piece := os.read(self._ours, 65536):
                self.drawn += piece

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def shows(self, what: bytes, since: int = 0) -> None:
        """Wait until it does."""
        until(lambda: self.drawn.find(what, since) >= 0, f"{what!r} on the screen")

    def close(self) -> None:
        """The window is closed."""
        if self._ours >= 0:
            ours, self._ours = self._ours, -1
            os.close(ours)

    def wait(self) -> int:
        """Its exit status, once it and all its children are gone."""
        status = self.process.wait(PATIENCE)
        with suppress(ProcessLookupError):
            until(lambda: os.killpg(self.process.pid, 0), "no process left behind")  # raises once there is none
        assert b"Traceback" not in self.drawn
        return status

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.close()


@pytest.fixture
def open_terminal() -> Iterator[Callable[..., Terminal]]:
    """Opens terminals, and closes those that are left."""
    opened: list[Terminal] = []

    def make(*arguments: str | Path) -> Terminal:
        opened.append(Terminal(*arguments))
        return opened[-1]

    yield make
    for terminal in opened:
        terminal.kill()


def complete(path: Path) -> None:
    """A journal is whole, and its call has come to its end."""
    assert ended(whole(path))


def test_a_screen_is_resized_a_thousand_times_during_its_call(open_terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    count, seed = times(60, 1000), random.randrange(1 << 30)
    chance = random.Random(seed)
    said = transcript(tmp_path / "7.jsonl", "7", times(20, 120), 0.1)
    shown = b"manager", b"Anna", b"manager"
    with gateway(f"--listen={transcript(tmp_path / '8.jsonl', '8', 9000, 0.1)}") as (_, hub):
        terminals = [open_terminal("live", said, "--journal", tmp_path / "journals")]
        if TORTURE:
            terminals += [open_terminal("watch", hub), open_terminal("attach", "8", "--hub", hub)]
        for terminal, what in zip(terminals, shown, strict=False):
            terminal.shows(what)
        for _ in range(count):
            for terminal in terminals:
                terminal.resize(chance.choice([1, 2, 3, chance.randint(1, 300)]), chance.choice([1, 2, 3, chance.randint(1, 100)]))
            time.sleep(chance.random() / 50)
        assert [terminal.process.poll() for terminal in terminals] == [None] * len(terminals), f"seed {seed}"
        drawn = [len(terminal.drawn) for terminal in terminals]
        for terminal in terminals:
            terminal.resize(100, 30)
        terminals[0].shows(b"promises", drawn[0])  # of the summary
        for terminal, what, since in zip(terminals[1:], shown[1:], drawn[1:], strict=False):
            terminal.shows(what, since)
        terminals[0].press("\r")
        assert terminals[0].wait() == 0, f"seed {seed}"
        complete(tmp_path / "journals" / "7.jsonl")


def hang_up(terminal: Terminal) -> None:
    """The window is closed."""
    terminal.close()


def twice(terminal: Terminal) -> None:
    """Somebody is impatient."""
    terminal.process.send_signal(signal.SIGINT)
    terminal.process.send_signal(signal.SIGINT)


def stop_and_go(terminal: Terminal) -> None:
    """Stopped by the shell, taken up again, then ended."""
    terminal.process.send_signal(signal.SIGTSTP)
    stat = Path(f"/proc/{terminal.process.pid}/stat")
    until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", "stopped")
    since = len(terminal.drawn)
    terminal.process.send_signal(signal.SIGCONT)
    until(lambda: len(terminal.drawn) > since, "it draws again")
    terminal.process.send_signal(signal.SIGTERM)


def killed_by(number: signal.Signals) -> Callable[[Terminal], None]:
    """Ended from outside."""
    return lambda terminal: terminal.process.send_signal(number)


FAULTS = {
    "closed": hang_up,
    "int twice": twice,
    "stopped": stop_and_go,
    "hup": killed_by(signal.SIGHUP),
    "term": killed_by(signal.SIGTERM),
}


@pytest.mark.parametrize("fault", times(["closed", "stopped"], list(FAULTS)))
def test_a_terminal_that_goes_leaves_a_whole_journal_and_nobody_behind(
    fault: str, open_terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    said = transcript(tmp_path / "7.jsonl", "7", 9000, 0.1)
    if not TORTURE:
        terminal = open_terminal("live", said, "--journal", tmp_path / "journals")
        terminal.shows(b"manager")
        FAULTS[fault](terminal)
        assert terminal.wait() == 130
        complete(tmp_path / "journals" / "7.jsonl")
        return
    with gateway(f"--listen={transcript(tmp_path / '8.jsonl', '8', 9000, 0.1)}") as (_, hub):
        for turn in range(10):
            live = open_terminal("live", said, "--journal", tmp_path / f"journals{turn}")
            practice = open_terminal("practice", "--seed", "3", "--journal", tmp_path / f"practice{turn}")
            terminals = [live, practice, open_terminal("watch", hub), open_terminal("attach", "8", "--hub", hub)]
            for terminal in terminals:
                terminal.shows(b"practice" if terminal is practice else b"manager")
            time.sleep(turn * 0.1)
            for terminal in terminals:
                FAULTS[fault](terminal)
            assert [terminal.wait() for terminal in terminals] == [130] * 4
            complete(tmp_path / f"journals{turn}" / "7.jsonl")
            complete(tmp_path / f"practice{turn}" / "practice-defective_product.jsonl")


# ── pipes ──


def shell(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """What a shell makes of it; its status is the first one of a pipeline that is not 0."""
    whole_command = f'set -o pipefail; companion() {{ {" ".join(COMPANION)} "$@"; }}; {command}'
    return subprocess.run(["bash", "-c", whole_command], capture_output=True, text=True, timeout=PATIENCE, cwd=folder)


PIPES = [
    ("companion log - <7.jsonl | head -c 10", 141, ""),
    ("companion log 7.jsonl --journal journals 2>/dev/full", 0, ""),
    ("companion log 7.jsonl >&-", 5, "journal stdout: bad file descriptor"),
    ("companion config >&-", 5, "output: Bad file descriptor"),
    ("companion log 7.jsonl --journal journals <&- >&- 2>&-", 0, ""),
]
MORE = [
    ("companion log 7.jsonl | head -n 1", 141, ""),
    ("companion replay whole.jsonl --headless | head -c 10", 141, ""),
    ("companion log 7.jsonl --journal journals >&-", 0, ""),
    ("companion log 7.jsonl --journal journals 2>&-", 0, ""),
    ("companion log 7.jsonl bad.jsonl --journal journals 2> >(exit)", 3, ""),
    ("companion log 7.jsonl --journal journals --summary >&-", 5, "Bad file descriptor"),
    ("companion log - <&-", 3, "stdin: cannot be read: Bad file descriptor"),
    ("companion live 7.jsonl <&-", 2, "needs a terminal"),
]


@pytest.mark.parametrize(("command", "status", "told"), times(PIPES, PIPES + MORE))
def test_pipes_that_are_closed(command: str, status: int, told: str, tmp_path: Path) -> None:
    transcript(tmp_path / "7.jsonl", "7", 40, 1.0)
    with (tmp_path / "7.jsonl").open("a") as file:
        file.write("nonsense\n" if "2>" in command else "")
    if "whole.jsonl" in command:
        shell("companion log 7.jsonl > whole.jsonl", tmp_path)
    done = shell(command, tmp_path)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert told in done.stderr if told else done.stderr == ""
    if "--journal" in command:
        complete(tmp_path / "journals" / "7.jsonl")
