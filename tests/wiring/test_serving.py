"""A real gateway, with whoever looks on at it: processes as a person would start them."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.core.record import Record, decode
from companion.core.replay import check
from companion.core.updates import CallClosed

COMPANION = [sys.executable, "-m", "companion"]


def transcript(path: Path, call: str, agent: str, lasts: float) -> str:
    """A call that goes on for so many seconds."""
    lines: list[dict[str, object]] = [{"call": call, "event": "start", "agent": agent, "team": "billing"}]
    lines.append({"call": call, "speaker": "customer", "text": "I want your manager", "start": 0.0, "end": 0.4})
    lines.append({"call": call, "speaker": "agent", "text": "well then", "start": lasts - 0.5, "end": lasts})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def begun(*command: str) -> tuple["subprocess.Popen[str]", str]:
    """A gateway, and where its hub is."""
    server = subprocess.Popen([*COMPANION, "serve", "--hub", "127.0.0.1:0", *command], stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    for line in server.stderr:
        if found := re.search(r"hub (wss?://\S+): look on", line):
            return server, found[1]
    raise AssertionError("it did not begin")


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A gateway with two calls that go on for a minute."""
    listens = [f"--listen={transcript(tmp_path / f'{name}.jsonl', name, agent, 60.0)}" for name, agent in (("a", "Anna"), ("b", "Dan"))]
    server, hub = begun(*listens, "--journal", str(tmp_path / "journals"))
    yield server, hub
    server.kill()
    server.wait()


def test_who_looks_on_late_has_it_all_and_the_journals_are_complete(gateway: tuple["subprocess.Popen[str]", str], tmp_path: Path) -> None:
    server, hub = gateway
    time.sleep(1.5)
    looking = subprocess.Popen([*COMPANION, "watch", hub, "--headless"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert looking.stdout is not None
    seen: list[Record] = []
    for line in looking.stdout:
        seen.append(decode(line))
        if len({record.call for record in seen}) == 2 and sum(record.seq > 2 for record in seen) >= 4:
            break
    server.send_signal(signal.SIGINT)
    for line in looking.stdout:
        seen.append(decode(line))
        if sum(isinstance(record.update, CallClosed) for record in seen) == 2:
            break
    assert server.wait(20) == 130
    looking.terminate()
    for name in ("a", "b"):
        journal = [decode(line) for line in (tmp_path / "journals" / f"{name}.jsonl").read_text().splitlines()]
        assert check(journal) == len(journal)
        assert [record for record in seen if record.call == name] == journal


def test_a_gateway_wants_to_know_where_calls_come_from() -> None:
    done = subprocess.run([*COMPANION, "serve"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "companion serve: say where calls come from: --listen SOURCE, or --demo; see 'companion serve --help'\n"


@pytest.mark.parametrize(
    ("hub", "message"),
    [
        ("here", "--hub here: is no address; give host:port, such as 127.0.0.1:2750"),
        (
            "0.0.0.0:2750",
            "hub ws://0.0.0.0:2750: reaches beyond this machine without tokens; make some with 'companion token new', for --hub-tokens",
        ),
    ],
)
def test_a_hub_that_cannot_be_is_one_line(hub: str, message: str) -> None:
    done = subprocess.run([*COMPANION, "serve", "--demo", "--hub", hub], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == f"companion: {message}\n"
