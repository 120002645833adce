"""No secret gets where it does not belong: arguments and environments of processes, journals, databases, what is printed, crash dumps."""

import contextlib
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
import pytest
import soundfile
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from companion import web
from companion.broadcast.nats_link import _secrets as read_credentials
from companion.errors import ConfigError
from tests.faults.inside import run

HUSH = "hush1hush"
"""Stands in every secret."""

COMPANION = [sys.executable, "-X", "faulthandler", "-m", "companion"]
SAID = (
    '{"call": "7", "event": "start", "agent": "Anna"}\n'
    '{"call": "7", "speaker": "customer", "text": "I want your manager", "start": 0, "end": 0.4}\n'
    '{"call": "7", "speaker": "agent", "text": "well", "start": 500, "end": 501}\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own place with secrets in files, and one in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PGPASSWORD", f"pg-{HUSH}")
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "token").write_text(f"token-{HUSH}\n")
    (secrets / "slack").write_text(f"xapp-{HUSH}\nxoxb-{HUSH}\n")
    (secrets / "bus.toml").write_text(f'user = "eve"\npassword = "bus-{HUSH}"\n')
    (secrets / "broken.toml").write_text(f'user = "eve"\npassword = bus-{HUSH}\n')
    (secrets / "broken.seed").write_text(f"SU{HUSH}\n")
    (secrets / "broken.creds").write_text(f"-----BEGIN NATS USER JWT-----\n{HUSH}\n------END NATS USER JWT------\n{HUSH}\n")
    (secrets / "key.pem").write_text(f"-----BEGIN PRIVATE KEY-----\n{HUSH}\n-----END PRIVATE KEY-----\n")
    (tmp_path / "call.jsonl").write_text(SAID)
    return tmp_path


class Parrot:
    """A server that answers each request by all that it was told: in the reason, in a header, in the body."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.heard = b""
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection:
                    told = connection.recv(65536)
                    self.heard += told
                    words = b" ".join(told.split())[:2000]
                    head = b"HTTP/1.1 400 %b\r\nX-Told: %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b"
                    connection.sendall(head % (words, words, len(words), words))

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def parrot() -> Iterator[Parrot]:
    """One for a test."""
    found = Parrot()
    yield found
    found.close()


WRONG = {
    "hub refuses": "watch ws://127.0.0.1:1 --headless --broadcast-token-file secrets/token",
    "hub, password in URL": f"watch ws://eve:{HUSH}@127.0.0.1:1 --headless",
    "hub, token in URL": f"watch ws://127.0.0.1:1/?token={HUSH} --headless",
    "hub parrots": "watch ws://127.0.0.1:PARROT --headless --broadcast-token-file secrets/token",
    "bus refuses": "watch nats://127.0.0.1:1 --headless --bus-credentials secrets/bus.toml",
    "bus, password in URL": f"watch nats://eve:{HUSH}@127.0.0.1:1 --headless",
    "bus, broken TOML": "watch nats://127.0.0.1:1 --headless --bus-credentials secrets/broken.toml",
    "database, password in URL": f"log call.jsonl --database postgresql://eve:{HUSH}@127.0.0.1:1/calls",
    "database, password in query": f"log call.jsonl --database postgresql://eve@127.0.0.1:1/calls?password={HUSH}",
    "database, wrong kind": f"log call.jsonl --database mysql://eve:{HUSH}@127.0.0.1:1/calls",
    "database, no port": f"log call.jsonl --database postgresql://eve:{HUSH}@127.0.0.1:x/calls",
    "database refuses": "database info --database postgresql://eve@127.0.0.1:1/calls --database-password-file secrets/token",
    "database parrots": "database info --database postgresql://eve@127.0.0.1:PARROT/calls --database-password-file secrets/token",
    "stream, password in URL": f"log ws://eve:{HUSH}@127.0.0.1:1/calls?token={HUSH}",
    "stream parrots": f"log ws://eve:{HUSH}@127.0.0.1:PARROT/calls?token={HUSH}",
    "listener, password in URL": f"log vosk://eve:{HUSH}@127.0.0.1:x",
    "not understood": f"log http://eve:{HUSH}@127.0.0.1:x/calls?token={HUSH}",
    "chatwoot parrots": "log chatwoot+ws://127.0.0.1:PARROT?account=1 --chat-token-file secrets/token",
    "rocketchat parrots": "log rocketchat+ws://127.0.0.1:PARROT --chat-token-file secrets/token",
    "slack parrots": "log slack+ws://127.0.0.1:PARROT --chat-agents U1 --chat-token-file secrets/slack",
    "two tokens": "log rocketchat+ws://127.0.0.1:1 --chat-token-file secrets/slack",
    "recogniser, password in URL": f"log call.wav --speech vosk-server://eve:{HUSH}@127.0.0.1:1",
    "recogniser parrots": "log call.wav --speech vosk-server://127.0.0.1:PARROT --speech-token-file secrets/token",
    "no tokens' file": "serve --listen call.jsonl --hub 127.0.0.1:0 --hub-tokens secrets/token",
    "no tokens' list": "token list --file secrets/token",
    "no certificate": "serve --listen call.jsonl --hub 127.0.0.1:0 --hub-tls-cert secrets/token --hub-tls-key secrets/key.pem",
    "no settings": "--config secrets/broken.toml config",
    "settings": f"config --database postgresql://eve:{HUSH}@h/calls --bus nats://eve:{HUSH}@h --broadcast ws://e:{HUSH}@h?token={HUSH}",
    "no model": "model get nothing",
}


@pytest.mark.parametrize("case", WRONG)
def test_no_error_quotes_a_secret(
    case: str, folder: Path, parrot: Parrot, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMPANION_MODEL_LIST", f"http://eve:{HUSH}@127.0.0.1:{parrot.port}/list.json?key={HUSH}")
    soundfile.write(folder / "call.wav", numpy.zeros((8000, 2), "int16"), 16000)
    status = run(monkeypatch, *WRONG[case].replace("PARROT", str(parrot.port)).split())
    out, err = capfd.readouterr()
    assert status == 0 if case == "settings" else status in (2, 3, 4, 5), err
    assert HUSH not in out + err
    assert "Traceback" not in err
    if case in ("stream parrots", "chatwoot parrots", "slack parrots", "recogniser parrots", "no model"):
        assert HUSH.encode() in parrot.heard  # it was told, and so could have been quoted


@pytest.mark.parametrize("file", ["broken.toml", "token", "key.pem", "broken.seed", "broken.creds"])
def test_broken_credentials_are_not_quoted(folder: Path, file: str) -> None:
    with pytest.raises(ConfigError, match=r"no credentials|nkey's seed cannot be used") as caught:
        read_credentials(folder / "secrets" / file)
    assert HUSH not in str(caught.value)


def test_a_browsers_screens_are_told_files_and_no_secrets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(web, "serve", lambda command, port, title: told.extend(command))
    assert run(monkeypatch, *"watch --web --broadcast-token-file secrets/token --bus-credentials secrets/bus.toml".split()) == 0
    assert "secrets/token" in told
    assert HUSH not in str(told)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")
def test_a_gateway_that_takes_calls_and_crashes(folder: Path, certificate: tuple[Path, Path], until: Callable[..., None]) -> None:
    chain, key = certificate
    soundfile.write(folder / "sound.wav", numpy.zeros((16000 * 300, 2), "int16"), 16000)
    key_words = key.read_text().splitlines()[1]
    for name in ("tokens", "maria.token"):
        (folder / "secrets" / name).touch()
    made = [*COMPANION, "token", "new", "maria", "--role", "agent", "--file", "secrets/tokens"]
    token = subprocess.run(made, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    serve = [*COMPANION, "serve", "--listen", "sound.wav", "--listen", "call.jsonl", "--listen", "twilio://127.0.0.1:0"]
    serve += ["--listen", "intercom://127.0.0.1:0", "--listen", "rocketchat+ws://127.0.0.1:1", "--speech-model", "starter"]
    serve += ["--hub", "127.0.0.1:0", "--hub-tokens", "secrets/tokens", "--hub-tls-cert", str(chain), "--hub-tls-key", str(key)]
    serve += ["--listen-token-file", "secrets/token", "--chat-token-file", "secrets/token", "--journal", "journals"]
    serve += ["--database", "postgresql://eve@127.0.0.1:1/calls", "--database-password-file", "secrets/token"]
    serve += ["--keep-audio", "kept"]
    with (folder / "said").open("wb") as said:
        gateway = subprocess.Popen(serve, stdout=said, stderr=said)
    secrets = (HUSH, token, key_words)

    def printed() -> str:
        return (folder / "said").read_text()

    try:
        until(lambda: "twilio://127.0.0.1:" in printed() and "waits for calls" in printed() and len(_family(gateway.pid)) > 1)
        until(lambda: len(list((folder / "journals").glob("*.jsonl"))) == 2)
        port = re.search(r"twilio://127\.0\.0\.1:(\d+): waits", printed())
        assert port is not None
        for path in ("/", f"/?token={HUSH}x"):
            with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{port[1]}{path}"):
                pass
        until(lambda: "no token, or another one" in printed())
        for process in _family(gateway.pid):
            assert re.search(r"Max core file size +0 ", _told(process, "limits"))  # a core would hold them all
            assert not any(secret in _told(process, "cmdline") for secret in secrets)
            if process != gateway.pid:
                assert HUSH not in _told(process, "environ")
        assert HUSH in _told(gateway.pid, "environ")  # so that the one above means something
    finally:
        gateway.send_signal(signal.SIGABRT)
        gateway.wait(30)
    assert "Fatal Python error: Aborted" in printed()
    written = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "secrets"]
    assert {path.parent.name for path in written} >= {"journals", "kept"}
    found = {path.name: secret for path in written for secret in secrets if secret.encode() in path.read_bytes()}
    assert found == {}


def _family(parent: int) -> list[int]:
    """A process and those below it."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(one for child in children for one in _family(int(child)))]


def _told(process: int, what: str) -> str:
    return Path(f"/proc/{process}/{what}").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
