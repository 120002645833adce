"""What works on this machine, and what to do about what does not: one finding for each thing a call needs.

It looks and reports; it never raises. It takes plain values and callables, so that it knows no settings and no rules.
"""

import asyncio
import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from companion import __version__
from companion.core.events import Utterance
from companion.errors import CompanionError
from companion.speech import models

VOSK_PORT = 2700
"""Where vosk-server's clients connect unless told otherwise."""

_NARROW, _LOW = 44, 20  # columns and rows that the smallest screen needs: the strip beside a softphone
_SECONDS = 6.0  # of the demo call that are recognised
_EXPECTED = "thank you for calling"  # its first words


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    subject: str
    ok: bool | None
    """None: it works, with a limit that should be known."""
    detail: str
    todo: str = ""
    """What to do about it; empty where there is nothing to do."""


def examine(
    *,
    model: Callable[[], models.Model],
    demo: Path,
    checklist: Callable[[], str],
    folders: Mapping[str, Path],
    devices: Callable[[], str],
    port: int = VOSK_PORT,
    output: TextIO | None = None,
    environ: Mapping[str, str] = os.environ,
) -> list[Finding]:
    """Look at everything a call needs. Takes a second or two; longer with a large speech model.

    Args:
        model: finds the speech model in use (`models.find`).
        demo: the bundled two-channel call, 16 kHz, agent left.
        checklist: loads the checklist in use and says in a few words what it is.
        folders: what is written where: a word for it, and the folder.
        devices: says which sound devices a call beside a softphone would be heard on.
        port: for vosk-server's clients.
        output: where the screen would be; standard output by default.
        environ: the environment.
    """
    looks: list[tuple[str, Callable[[], Sequence[Finding]]]] = [
        ("companion", _versions),
        ("terminal", lambda: _terminal(output or sys.stdout, environ)),
        ("speech model", lambda: _speech(model, demo)),
        ("sound files", _formats),
        ("checklist", lambda: [Finding(subject="checklist", ok=True, detail=checklist())]),
        ("sound devices", lambda: [_devices(devices)]),
        ("port", lambda: [_port(port)]),
        *[(what, lambda what=what, path=path: [_folder(what, path)]) for what, path in folders.items()],
    ]
    findings: list[Finding] = []
    for subject, look in looks:
        try:
            findings += look()
        except CompanionError as error:
            findings.append(Finding(subject=subject, ok=False, detail=str(error)))
        except Exception as error:  # the room's outer edge: a doctor that falls over is of no help
            findings.append(Finding(subject=subject, ok=False, detail=f"{type(error).__name__}: {error}", todo="please report this"))
    return findings


def _versions() -> list[Finding]:
    python = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return [Finding(subject="companion", ok=True, detail=f"{__version__}, {python}")]


def _terminal(output: TextIO, environ: Mapping[str, str]) -> list[Finding]:
    if not output.isatty():
        return [Finding(subject="terminal", ok=None, detail="none here: the output goes to a file or pipe", todo="screens need a terminal")]
    columns, rows = shutil.get_terminal_size()
    encoding = (output.encoding or "").lower().replace("-", "")
    dumb = environ.get("TERM", "") in ("dumb", "unknown")
    if environ.get("NO_COLOR"):
        colour = "no colour (NO_COLOR)"
    elif environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        colour = "16 million colours"
    elif "256" in environ.get("TERM", ""):
        colour = "256 colours"
    else:
        colour = "16 colours"
    detail = f"{columns}×{rows}, {colour}, {output.encoding}"
    if dumb:
        return [Finding(subject="terminal", ok=False, detail=f"{detail}, TERM={environ['TERM']}", todo="use a terminal that can draw")]
    if encoding != "utf8":
        return [Finding(subject="terminal", ok=False, detail=detail, todo="set a UTF-8 locale, such as LANG=C.UTF-8")]
    if columns < _NARROW or rows < _LOW:
        return [Finding(subject="terminal", ok=False, detail=detail, todo=f"make it at least {_NARROW}×{_LOW}")]
    return [Finding(subject="terminal", ok=True, detail=detail)]


def _speech(find: Callable[[], models.Model], demo: Path) -> list[Finding]:
    """The model, and that it recognises: the demo's first words, in the child process, as in a call."""
    model = find()
    detail = f"{model.name} ({model.found or model.path}), {model.rate} Hz"
    if model.bundled:
        what = Finding(
            subject="speech model",
            ok=None,
            detail=f"{detail}: {models.STARTER_LIMITS}",
            todo=f"for real calls: companion model get {models.RECOMMENDED}",
        )
    else:
        what = Finding(subject="speech model", ok=True, detail=detail)
    heard, seconds = asyncio.run(_recognised(model, demo))
    if model.bundled and not heard.startswith(_EXPECTED):
        recognition = Finding(
            subject="recognition", ok=False, detail=f"heard “{heard}” instead of “{_EXPECTED} …”", todo="install companion again"
        )
    elif not heard:
        recognition = Finding(
            subject="recognition", ok=False, detail="nothing heard in the demo call", todo="try another model: companion model list"
        )
    elif seconds > _SECONDS / 2:
        recognition = Finding(
            subject="recognition",
            ok=None,
            detail=f"“{heard}”; {seconds / _SECONDS:.1f} s of work for each second of one channel",
            todo=f"two live channels need less than half a second each: a smaller model, such as {models.RECOMMENDED}",
        )
    else:
        recognition = Finding(subject="recognition", ok=True, detail=f"“{heard}”, {_SECONDS / max(seconds, 1e-3):.0f}× real time")
    return [what, recognition]


async def _recognised(model: models.Model, demo: Path) -> tuple[str, float]:
    """The words of the demo's first seconds, agent's channel, and how many seconds that took once the model was loaded."""
    import soundfile

    from companion.speech.audio import Rechunker
    from companion.speech.recogniser import ahead
    from companion.speech.vosk import Vosk

    with soundfile.SoundFile(demo) as file:
        rate = file.samplerate
        samples = file.read(round(_SECONDS * rate), dtype="int16", always_2d=True)[:, 0]
    chunks = Rechunker("agent", rate, model.rate)
    async with Vosk(model.path, name=model.name, rate=model.rate) as vosk:
        call = vosk.call()
        loop = asyncio.get_running_loop()
        began = loop.time()
        heard = [said async for _, hearings in ahead(call.hear, [*chunks.feed(samples), *chunks.flush()]) for said in hearings]
        heard += await call.finish("agent")
        return " ".join(said.text for said in heard if isinstance(said, Utterance)), loop.time() - began


def _formats() -> list[Finding]:
    import soundfile

    there = soundfile.available_formats()
    names = [name for name in ("WAV", "FLAC", "OGG", "MP3") if name in there]
    library = f"libsndfile {soundfile.__libsndfile_version__}"
    if len(names) == 4:
        return [Finding(subject="sound files", ok=True, detail=f"{', '.join(names)}, and others ({library})")]
    missing = ", ".join(name for name in ("WAV", "FLAC", "OGG", "MP3") if name not in there)
    return [Finding(subject="sound files", ok=None, detail=f"no {missing} with {library}", todo="pip install --upgrade soundfile")]


def _devices(devices: Callable[[], str]) -> Finding:
    """Without them, files and streams are heard all the same."""
    try:
        return Finding(subject="sound devices", ok=True, detail=devices())
    except CompanionError as error:
        what, _, todo = str(error).partition("; ")
        return Finding(subject="sound devices", ok=None, detail=what, todo=f"to listen beside a softphone: {todo}" if todo else "")


def _port(port: int) -> Finding:
    subject = f"port {port}"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            other = f"listen on another one: companion live vosk://:{port + 1 if port < 65535 else port - 1}"
            return Finding(subject=subject, ok=False, detail=f"cannot be listened on: {error.strerror or error}", todo=other)
    return Finding(subject=subject, ok=True, detail="free for vosk-server clients (vosk://)")


def _folder(what: str, path: Path) -> Finding:
    """Whether files can be written there; a folder that is not there yet is judged by the nearest one that is."""
    there = next((folder for folder in (path, *path.parents) if folder.exists()), path)
    try:
        if not there.is_dir():
            raise NotADirectoryError(0, "is not a folder")
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return Finding(subject=what, ok=False, detail=f"{path}: {error.strerror or error}", todo="make it writable, or set another place")
    free = shutil.disk_usage(there).free
    yet = "" if there == path else ", made when it is needed"
    if free < 100_000_000:
        return Finding(
            subject=what, ok=None, detail=f"{path}: {free / 1e6:.0f} MB free{yet}", todo="make room: a model needs 100 MB and more"
        )
    return Finding(subject=what, ok=True, detail=f"{path} ({free / 1e9:.0f} GB free{yet})")
