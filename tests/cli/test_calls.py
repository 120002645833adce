"""demo, live, log and replay as a person runs them: real processes, real pipes, a real terminal."""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

import companion as companion_package

COMPANION = [sys.executable, "-m", "companion"]
CALL = [
    {"call": "7", "speaker": "customer", "text": "Third time I call about this. I want your manager!", "start": 0.5, "end": 4.0},
    {"call": "7", "speaker": "agent", "text": "I'm so sorry we let you down three times.", "start": 4.6, "end": 7.1},
    {"call": "7", "event": "end"},
]
DEMO = Path(companion_package.__file__).parent / "data" / "demo" / "call4_everything.flac"
STEPS = ("heard_fully", "paraphrased", "acknowledged_feelings", "apologized", "offered_choices", "gave_timeline")


def companion(*arguments: str, given: str = "", **kwargs: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMPANION, *arguments], input=given, capture_output=True, text=True, timeout=100, **kwargs)


def lines(*items: dict[str, Any] | str) -> str:
    return "".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in items)


def records(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def kinds(output: str) -> list[str]:
    return [(record.get("event") or record["update"])["type"] for record in records(output)]


# ── log ──


def test_a_transcript_on_stdin_becomes_journal_records_on_stdout() -> None:
    done = companion("log", "-", given=lines(*CALL))
    assert (done.returncode, done.stderr) == (0, "")
    found = kinds(done.stdout)
    assert found[:2] == ["call_started", "utterance"]
    assert found[-2:] == ["call_ended", "call_closed"]
    assert [record["at"] for record in records(done.stdout) if record.get("event", {}).get("type") == "utterance"] == [4000, 7100]
    flags = {record["update"]["flag"] for record in records(done.stdout) if record.get("update", {}).get("type") == "flag_raised"}
    assert {"repeat_contact", "supervisor_request"} <= flags


def test_calls_may_be_interleaved() -> None:
    other = [{**line, "call": "8"} for line in CALL]
    done = companion("log", "-", given=lines(*(line for pair in zip(CALL, other, strict=True) for line in pair)))
    alone = companion("log", "-", given=lines(*CALL))
    mine = [line for line in done.stdout.splitlines() if line.startswith('{"call":"7"')]
    assert mine == alone.stdout.splitlines()


def test_a_bad_line_is_named_and_the_rest_goes_on() -> None:
    done = companion("log", "-", given=lines(CALL[0], "not json", {"call": "7", "speaker": "agent"}, *CALL[1:]))
    assert done.returncode == 0
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["stdin:2", "stdin:3"]
    assert kinds(done.stdout).count("line_rejected") == 1
    strict = companion("log", "-", "--strict", given=lines(CALL[0], "not json", *CALL[1:]))
    assert strict.returncode == 3
    assert kinds(strict.stdout)[-1] == "call_closed"


def test_digits_are_masked() -> None:
    text = "my card is 4111 1111 1111 1111 and the pin is one two three four"
    done = companion("log", "-", given=lines({"speaker": "customer", "text": text}))
    assert "4111" not in done.stdout
    assert "one two three four" not in done.stdout


def test_summaries_and_journals(tmp_path: Path) -> None:
    done = companion("log", "-", "--summary", "--journal", str(tmp_path / "journals"), given=lines(*CALL))
    assert done.returncode == 0
    (summary,) = records(done.stdout)
    assert summary["call"] == "7"
    assert summary["steps"]["apologized"]["state"] == "done"
    assert kinds((tmp_path / "journals" / "7.jsonl").read_text())[-1] == "call_closed"
    silent = companion("log", "-", "--journal", str(tmp_path / "more"), given=lines(*CALL))
    assert silent.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "given", "status", "message"),
    [
        (["log"], "", 2, "companion log: missing SOURCE: name one, or give --agent and --customer; see 'companion log --help'"),
        (["demo", "--theme", "blue"], "", 2, "'blue' is not one of 'dark', 'light'"),
        (["log", "-", "--speech-watchdog", "0"], "", 2, "0.0 is not in the range x>0"),
        (["log", "nothing.wav"], "", 3, "nothing.wav: no such file"),
        (["log", "-", "--checklist", "nosuch"], "", 2, "nosuch"),
        (["log", "-", "--began", "yesterday"], "", 2, "--began yesterday: no ISO 8601 time"),
        (["log", "gopher://x"], "", 2, "gopher"),
        (["live", "-"], "", 2, "the screen needs a terminal"),
        (["demo"], "", 2, "the screen needs a terminal"),
        (["replay", "nothing.jsonl"], "", 6, "nothing.jsonl"),
        (["replay", "x.jsonl", "--check", "--checklist", "complaint"], "", 2, "--check"),
        (["replay", "x.jsonl", "--from", "a minute"], "", 2, "is no time of a call"),
        (["--config", "none.toml", "doctor"], "", 2, "none.toml: no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_the_world_did_wrong_is_one_line_and_a_status(
    arguments: list[str], given: str, status: int, message: str, tmp_path: Path
) -> None:
    done = companion(*arguments, given=given, cwd=tmp_path)
    assert done.returncode == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_whose_a_recorded_call_is_can_be_said() -> None:
    done = companion("log", "-", "--agent-name", "maria", "--agent-team", "north", given=lines(*CALL))
    introduced = next(record["event"] for record in records(done.stdout) if record.get("event", {}).get("type") == "introduced")
    assert (introduced["agent"], introduced["team"]) == ("maria", "north")


def test_of_several_sources_the_good_ones_are_judged(tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text(lines(*CALL))
    done = companion("log", "none.wav", "good.jsonl", cwd=tmp_path)
    assert done.returncode == 3
    assert kinds(done.stdout)[-1] == "call_closed"
    assert "none.wav: no such file" in done.stderr


def test_a_reader_that_has_enough_ends_it_quietly() -> None:
    process = subprocess.Popen([*COMPANION, "log", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(lines(CALL[0]).encode())
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(lines(*CALL[1:]).encode())
    process.stdin.close()
    assert process.wait(30) == 141
    assert process.stderr.read() == b""


def test_ctrl_c_loses_nothing(tmp_path: Path) -> None:
    command = [*COMPANION, "log", "-", "--journal", str(tmp_path), "--summary"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(lines(CALL[0]).encode())
    process.stdin.flush()
    until(lambda: (tmp_path / "7.jsonl").exists() and "utterance" in (tmp_path / "7.jsonl").read_text())
    process.send_signal(signal.SIGINT)
    output = process.stdout.read()
    assert process.wait(30) == 130
    process.stdin.close()
    (summary,) = records(output.decode())
    assert summary["call"] == "7"
    kept = records((tmp_path / "7.jsonl").read_text())
    assert kept[-2]["event"] == {"type": "call_ended", "reason": "interrupted"}


def test_two_ctrl_c_end_it_at_once_and_quietly() -> None:
    process = subprocess.Popen([*COMPANION, "demo", "--headless"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors.strip()) == (130, b"")  # click ends the line on which ^C stands


@pytest.mark.parametrize("command", [["config"], ["--help"], ["checklist", "show"]], ids=" ".join)
def test_a_full_disk_behind_stdout_is_one_line(command: list[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full on this system")
    with open("/dev/full", "w") as full:
        done = subprocess.run([*COMPANION, *command], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (5, "companion: output: No space left on device; make room, or send it elsewhere\n")


# ── demo and replay ──


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's journal."""
    done = companion("demo", "--headless")
    assert done.returncode == 0, done.stderr
    path = tmp_path_factory.mktemp("demo") / "call.jsonl"
    path.write_text(done.stdout)
    return path


def test_the_demo_hears_all_six_steps_the_interruption_and_the_threat(spoken: Path) -> None:
    kept = records(spoken.read_text())
    summary = kept[-1]["update"]["summary"]
    assert {step: summary["steps"][step]["state"] for step in STEPS} == dict.fromkeys(STEPS, "done")
    assert summary["talk_overs"]["agent"] == 1
    assert summary["flags"]["churn_threat"] >= 1
    assert summary["heat"]["peak"] > 50 > summary["heat"]["end"]
    assert any(record.get("update", {}).get("type") == "prompted" for record in kept)


def test_the_same_file_gives_the_same_journal_byte_for_byte() -> None:
    first, second = (companion("log", str(DEMO)) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout


def test_replay_proves_a_journal_and_finds_an_edit(spoken: Path, tmp_path: Path) -> None:
    done = companion("replay", str(spoken), "--check")
    assert done.returncode == 0, done.stderr
    edited = tmp_path / "edited.jsonl"
    edited.write_text(spoken.read_text().replace('"heat_changed","heat":', '"heat_changed","heat":1', 1))
    found = companion("replay", str(edited), "--check")
    assert found.returncode == 6
    assert "the same events give another record" in found.stderr
    assert "heat" in found.stderr


def test_replay_headless_gives_the_records_again_and_asks_what_if(spoken: Path, tmp_path: Path) -> None:
    assert companion("replay", str(spoken), "--headless").stdout == spoken.read_text()
    other = tmp_path / "other.yaml"
    other.write_text("id: other\ntitle: Other\nsteps:\n  - id: router\n    title: named the router\n    says: [router]\n")
    done = companion("replay", str(spoken), "--checklist", str(other), "--headless")
    assert done.returncode == 0, done.stderr
    heard = [record["update"]["step"] for record in records(done.stdout) if record.get("update", {}).get("type") == "step_heard"]
    assert set(heard) == {"router"}


# ── in a real terminal ──


def until(true: Any, seconds: float = 30) -> None:
    """Wait for the world: a process, a terminal."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


class Terminal:
    """A tmux session of our own."""

    def __init__(self, width: int, height: int, home: Path) -> None:
        self._socket = str(home / "tmux")
        size = ["-x", str(width), "-y", str(height)]
        self._run("-f", "/dev/null", "new-session", "-d", *size, "sh", env={**os.environ, "LC_ALL": "C.UTF-8"})
        self._run("set-option", "-g", "remain-on-exit", "on")

    def type(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def close(self) -> None:
        self._run("kill-server")

    def _run(self, *arguments: str, **kwargs: Any) -> str:
        return subprocess.run(["tmux", "-S", self._socket, *arguments], capture_output=True, text=True, timeout=20, **kwargs).stdout


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed: the screens are not opened in a real terminal")
    opened = Terminal(80, 24, tmp_path)
    yield opened
    opened.close()


def test_the_demo_plays_in_a_real_terminal_and_its_summary_stays_until_enter(terminal: Terminal) -> None:
    terminal.type(f"{shlex.join(COMPANION)} demo --chat --speed 30; echo status $?", "Enter")
    until(lambda: "gave a timeline" in terminal.screen().lower())
    until(lambda: "Enter closes" in terminal.screen())
    terminal.type("Enter")
    until(lambda: "status 0" in terminal.screen())
    assert "Traceback" not in terminal.screen()


def test_a_replay_begins_where_one_wants_to_listen(terminal: Terminal, tmp_path: Path) -> None:
    said = [{"speaker": "customer", "text": text, "start": at, "end": at + 2} for at, text in ((1, "one"), (601, "two"), (640, "three"))]
    (tmp_path / "call.jsonl").write_text(companion("log", "-", given=lines(*said)).stdout)
    terminal.type(f"{shlex.join(COMPANION)} replay {tmp_path}/call.jsonl --from 10:02", "Enter")
    until(lambda: "two" in terminal.screen())
    assert "one" in terminal.screen()
    assert "three" not in terminal.screen()


def test_ctrl_c_leaves_the_screen_with_the_terminal_whole(terminal: Terminal) -> None:
    terminal.type(f"{shlex.join(COMPANION)} demo; echo status $?", "Enter")
    until(lambda: "apologized" in terminal.screen().lower())
    terminal.type("C-c")
    until(lambda: "Enter closes" in terminal.screen())
    terminal.type("Enter")
    until(lambda: "status 0" in terminal.screen())
    assert "Traceback" not in terminal.screen()


def test_a_screen_may_be_left_while_its_recogniser_is_waited_for(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        recogniser = f"ws://127.0.0.1:{silent.getsockname()[1]}"
        terminal.type(f"{shlex.join(COMPANION)} live {shlex.quote(str(DEMO))} --speech-recogniser {recogniser}; echo status $?", "Enter")
        until(lambda: "waiting" in terminal.screen())
        terminal.type("C-c")
        until(lambda: "status 0" in terminal.screen())
        assert "Traceback" not in terminal.screen()


def test_what_cannot_be_loaded_is_said_when_the_screen_is_gone(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("id: [\n")
    source = f"{shlex.quote(str(DEMO))} --checklist {shlex.quote(str(tmp_path / 'bad.yaml'))}"
    terminal.type(f"{shlex.join(COMPANION)} live {source}; echo status $?", "Enter")
    until(lambda: "status 2" in terminal.screen())
    assert "bad.yaml:" in terminal.screen().replace("\n", "")
    assert "Traceback" not in terminal.screen()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_screen_that_is_ended_from_outside_leaves_a_whole_journal(number: signal.Signals, terminal: Terminal, tmp_path: Path) -> None:
    source = f"{shlex.quote(str(DEMO))} --journal {shlex.quote(str(tmp_path / 'journals'))}"
    terminal.type(f"{shlex.join(COMPANION)} live {source} & echo $! > {tmp_path}/pid; fg; echo status $?", "Enter")
    until(lambda: "apologized" in terminal.screen().lower())
    path = tmp_path / "journals" / f"{DEMO.stem}.jsonl"
    until(lambda: path.exists() and "speech_began" in path.read_text())
    os.kill(int((tmp_path / "pid").read_text()), number)
    until(lambda: "status 130" in terminal.screen())
    assert kinds(path.read_text())[-2:] == ["call_ended", "call_closed"]


def test_a_screen_whose_terminal_is_closed_leaves_a_whole_journal_and_no_process(terminal: Terminal, tmp_path: Path) -> None:
    source = f"{shlex.quote(str(DEMO))} --journal {shlex.quote(str(tmp_path / 'journals'))}"
    terminal.type(f"{shlex.join(COMPANION)} live {source} & echo $! > {tmp_path}/pid; fg", "Enter")
    path = tmp_path / "journals" / f"{DEMO.stem}.jsonl"
    until(lambda: path.exists() and "speech_began" in path.read_text())
    pid = int((tmp_path / "pid").read_text())
    terminal.close()
    until(lambda: not Path(f"/proc/{pid}").exists())
    assert kinds(path.read_text())[-2:] == ["call_ended", "call_closed"]


def test_live_listens_beside_a_softphone(sound_server: Any, terminal: Terminal, tmp_path: Path) -> None:
    """Without a SOURCE: the microphone and what is played. A sound server that is gone is said on the screen, and ends nothing."""
    sound, rate = soundfile.read(DEMO, frames=5 * 16000, dtype="int16")
    soundfile.write(tmp_path / "agent.wav", sound[:, 0], rate)
    terminal.type(f"{shlex.join(COMPANION)} live; echo status $?", "Enter")
    until(lambda: "0:02" in terminal.screen())
    sound_server.play("mouth", tmp_path / "agent.wav")
    until(lambda: "anna" in terminal.screen())
    sound_server.kill()
    until(lambda: "nothing heard since" in terminal.screen())
    sound_server.start()
    until(lambda: "nothing heard since" not in terminal.screen())
    terminal.type("C-c")
    until(lambda: "Enter closes" in terminal.screen())
    terminal.type("Enter")
    until(lambda: "status 0" in terminal.screen())
    assert "Traceback" not in terminal.screen()


def test_two_channels_from_two_files(tmp_path: Path) -> None:
    sound, rate = soundfile.read(DEMO, frames=5 * 16000, dtype="int16")
    for column, name in enumerate(("agent", "customer")):
        soundfile.write(tmp_path / f"{name}.wav", sound[:, column], rate)
    done = companion("log", "--agent", str(tmp_path / "agent.wav"), "--customer", str(tmp_path / "customer.wav"))
    assert (done.returncode, done.stderr) == (0, "")
    assert records(done.stdout)[0]["event"]["source"] == "agent agent.wav, customer customer.wav"
    assert "utterance" in kinds(done.stdout)
    alone = companion("log", "--agent", str(tmp_path / "agent.wav"))
    assert alone.returncode == 2
    assert alone.stderr.startswith("companion log: --agent without --customer: a call has two channels; add --customer loopback:, say")
    nothing = companion("log")
    assert nothing.returncode == 2
    assert nothing.stderr.startswith("companion log: missing SOURCE: name one, or give --agent and --customer")
