"""What all tests share: the machine's own settings and models play no part, chance is repeatable, and CI may not skip."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.ports import free_port

# A time limit for each example says more about the machine than about the code; a fixed seed makes a failure come again.
settings.register_profile("companion", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("long", deadline=None, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "companion"))

if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # by `nohup`: whatever a test starts would ignore it too
    signal.signal(signal.SIGHUP, lambda *_: None)


NO_SKIPS = bool(os.environ.get("COMPANION_NO_SKIPS"))
"""Where everything that a test may need is installed, a skip is a fault of the installation."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that was skipped failed, where nothing may be skipped."""
    report = yield
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file."""
    report = yield
    if NO_SKIPS and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings and models of whoever runs the tests are neither read nor written."""
    home = tmp_path_factory.mktemp("home", numbered=True)
    for name in [name for name in os.environ if name.startswith("COMPANION_")] + ["VOSK_MODEL_PATH"]:
        monkeypatch.delenv(name, raising=False)
    for name, folder in (("HOME", ""), ("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache")):
        monkeypatch.setenv(name, str(home / folder))
    return home


class OwnSoundServer:
    """A PulseAudio server of a test's own, with an output for the headset and one that is no more than a microphone's other end.

    `headset` is the default output; what is played to `mouth` comes out of the default microphone, `mic`.
    """

    PROGRAMS = ("pulseaudio", "pactl", "parec", "paplay")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        self._playing: list[subprocess.Popen[bytes]] = []
        self.address = f"unix:{folder}/socket"

    def start(self) -> None:
        modules = (
            f"module-native-protocol-unix socket={self._folder}/socket",
            self.output("headset", "Head set Größe 4"),
            self.output("mouth", "Mouth"),
            "module-remap-source master=mouth.monitor source_name=mic source_properties=device.description=Capsule",
        )
        options = ["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--log-target=file:" + str(self._folder / "log")]
        self._server = subprocess.Popen(["pulseaudio", *options, *(f"--load={module}" for module in modules)])
        _until(lambda: self.pactl("set-default-source", "mic", check=False).returncode == 0)
        self.pactl("set-default-sink", "headset")

    def kill(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def end(self) -> None:
        for playing in self._playing:
            playing.kill()
            playing.wait()
        self.kill()

    @staticmethod
    def output(name: str, description: str) -> str:
        """The module that is an output. Without rewinds it is as quick as a real one; with them it begins with two seconds of delay."""
        return f"module-null-sink sink_name={name} norewinds=1 sink_properties=\"device.description='{description}'\""

    def pactl(self, *command: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(["pactl", *command], capture_output=True, text=True, check=check, timeout=20)

    def load(self, module: str) -> str:
        """Load a module; what it is unloaded by."""
        return self.pactl("load-module", *module.split(" ", 1)).stdout.strip()

    def play(self, output: str, sound: Path) -> "subprocess.Popen[bytes]":
        self._playing.append(subprocess.Popen(["paplay", "--latency-msec=50", "-d", output, str(sound)]))
        return self._playing[-1]


def _until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for another program."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.02)


@pytest.fixture
def unused_tcp_port() -> int:
    """Instead of pytest-asyncio's, which the system chooses: see tests/ports.py."""
    return free_port()


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits for another program."""
    return _until


@pytest.fixture
def sound_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnSoundServer]:
    """A running PulseAudio server, which all sound programs of the test talk to."""
    if missing := [program for program in OwnSoundServer.PROGRAMS if shutil.which(program) is None]:
        pytest.skip(f"needs {', '.join(missing)}: apt install pulseaudio pulseaudio-utils")
    with tempfile.TemporaryDirectory(prefix="sound-") as folder:  # a socket's path must be short
        server = OwnSoundServer(Path(folder))
        monkeypatch.setenv("PULSE_SERVER", server.address)
        monkeypatch.setenv("PULSE_RUNTIME_PATH", folder)
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        try:
            server.start()
            yield server
        finally:
            server.end()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is needed to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    chain, key = folder / "certificate.pem", folder / "key.pem"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1".split()
    subprocess.run([*make, "-keyout", key, "-out", chain], check=True, capture_output=True)
    return chain, key
