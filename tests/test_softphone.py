"""Beside a real softphone: baresip in a call on this machine, playing to a real PulseAudio server, with `companion log` listening.

Everything between the customer's file and our recogniser is real: SIP, RTP with G.711, jitter buffer, ALSA, the sound server. The agent
speaks into the microphone, which the softphone hears as well.
"""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr

from tests.ports import free_port

DEMO = Path(str(files("companion"))) / "data" / "demo" / "call4_everything.flac"
COMPANION = [sys.executable, "-m", "companion", "log"]
FROM, TO = 40.8, 60.0  # seconds of the demo
EXPECTED = {"acknowledged_feelings", "apologized"}  # the steps in them

CONFIG = """
poll_method epoll
sip_listen 127.0.0.1:{port}
audio_player {player}
audio_source {source}
audio_alert alsa,null
module_path {modules}
module g711.so
module alsa.so
module aufile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
"""


class Softphone:
    """One baresip, ready to be called."""

    def __init__(self, folder: Path, name: str, *, player: str, source: str) -> None:
        self.port = free_port()
        self.address = f"sip:{name}@127.0.0.1:{self.port}"
        self._folder = folder / name
        self._folder.mkdir()
        (modules,) = list(Path("/usr/lib").glob("**/baresip/modules"))
        (self._folder / "config").write_text(CONFIG.format(port=self.port, player=player, source=source, modules=modules))
        (self._folder / "accounts").write_text(f"<{self.address}>;regint=0;answermode=auto\n")
        self._log = self._folder / "log"
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, *commands: str) -> None:
        options = [option for command in commands for option in ("-e", command)]
        with self._log.open("wb") as log:
            # line by line: its log tells how far it is
            arguments = ["stdbuf", "-oL", "baresip", "-f", str(self._folder), *options]
            self._running = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def says(self, words: str) -> bool:
        said = self._log.read_text(errors="replace")
        assert self._running is not None
        assert self._running.poll() is None, said
        return words in said

    def end(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()


@pytest.fixture
def phones(tmp_path: Path, sound_server: Any) -> Iterator[tuple[Softphone, Softphone]]:
    """The agent's softphone, on the default devices, and the customer's, which says what is in customer.wav."""
    if shutil.which("baresip") is None:
        pytest.skip("needs baresip with its ALSA module: apt install baresip-core libasound2-plugins")
    agent = Softphone(tmp_path, "agent", player="alsa,pulse", source="alsa,pulse")
    customer = Softphone(tmp_path, "customer", player="alsa,null", source=f"aufile,{tmp_path}/customer.wav")
    yield agent, customer
    customer.end()
    agent.end()


def told(output: str) -> tuple[set[str], str]:
    """The steps that were ticked, and the customer's words."""
    events = [record.get("event") or record["update"] for record in map(json.loads, output.splitlines())]
    ticked = {event["step"] for event in events if event["type"] == "step_changed" and event["state"] == "done"}
    return ticked, " ".join(event["text"] for event in events if event["type"] == "utterance" and event["speaker"] == "customer")


def test_the_same_ticks_as_from_the_file(phones: tuple[Softphone, Softphone], sound_server: Any, until: Any, tmp_path: Path) -> None:
    sound, rate = soundfile.read(DEMO, start=round(FROM * 16000), stop=round(TO * 16000), dtype="int16")
    soundfile.write(tmp_path / "agent.wav", sound[:, 0], rate)
    # baresip plays a file over and over: silence after it
    spoken = np.concatenate([soxr.resample(sound[:, 1], rate, 8000).astype(np.int16), np.zeros(8000 * 30, np.int16)])
    soundfile.write(tmp_path / "customer.wav", spoken, 8000)
    files = ["--agent", str(tmp_path / "agent.wav"), "--customer", str(tmp_path / "customer.wav")]
    direct, said = told(subprocess.run([*COMPANION, *files], capture_output=True, text=True, timeout=60, check=True).stdout)
    assert direct >= EXPECTED
    assert "thank you finally someone" in said

    agent, customer = phones
    agent.start()
    until(lambda: agent.says("baresip is ready"))
    with (tmp_path / "journal").open("w") as journal:
        beside = subprocess.Popen([*COMPANION, "--agent", "mic:", "--customer", "loopback:headset"], stdout=journal, stderr=subprocess.PIPE)
    try:
        until(lambda: "call_started" in (tmp_path / "journal").read_text())
        customer.start(f"/dial {agent.address}")
        until(lambda: customer.says("Call established"))
        sound_server.play("mouth", tmp_path / "agent.wav").wait(60)
        until(lambda: "finally" in (tmp_path / "journal").read_text())
    finally:
        beside.send_signal(signal.SIGINT)
        _, complaints = beside.communicate(timeout=30)
    ticked, heard = told((tmp_path / "journal").read_text())
    assert complaints.strip() == b""
    assert ticked >= EXPECTED
    assert "that is right" in heard
    assert "thank you finally" in heard  # the signal came in the middle of the next word
