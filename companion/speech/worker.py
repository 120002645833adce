"""The child process in which libvosk runs, because it can abort or hang the whole process it is in.

It is started by its path, so that it loads nothing of ours, and speaks frames over its standard input and output:

    request   kind (1 byte), stream (4), length of the payload (4), payload
    answer    kind (1 byte), stream (4), length of the payload (4), payload

Numbers are little-endian. A stream is one channel of one call; it exists from its first sound to its end, and has a thread, since
libvosk works without Python's lock. Each request of a stream is answered once, in order. The end of the input, which is also what the
parent's death looks like, ends this process at once, even where libvosk hangs.
"""

import os
import signal
import struct
import sys
import threading
from queue import SimpleQueue
from types import ModuleType
from typing import Any

HEAD = struct.Struct("<cII")

# Requests.
SOUND = b"s"  # payload: 16-bit mono at the model's rate
SETTLE = b"f"  # settle what was heard; the stream goes on
END = b"e"  # settle what was heard; the stream is over
DROP = b"d"  # the stream is over, and nobody waits for its last words; not answered

# Answers.
READY = b"r"  # the model is loaded; stream 0
NOTHING = b"n"  # heard nothing new
PARTIAL = b"p"  # payload: Vosk's JSON of a partial result
FINAL = b"F"  # payload: Vosk's JSON of a result
FAILED = b"x"  # payload: why, in words; the stream is over

_Request = tuple[bytes, bytes]


def main(path: str, rate: float) -> None:
    """Load the model at `path` and answer requests until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle: it wants the last words first
    asked = sys.stdin.buffer
    answers = _Answers(os.fdopen(os.dup(1), "wb", buffering=0))
    os.dup2(2, 1)  # whatever libvosk may print must not fall between our frames
    loaded = _Model(path, rate, answers)
    threading.Thread(target=loaded.load, daemon=True).start()  # so that the input's end is seen meanwhile
    streams: dict[int, SimpleQueue[_Request]] = {}
    while len(head := asked.read(HEAD.size)) == HEAD.size:
        kind, stream, length = HEAD.unpack(head)
        payload = asked.read(length) if length else b""
        if stream not in streams:
            if kind == DROP:
                continue
            streams[stream] = SimpleQueue()
            threading.Thread(target=_recognise, args=(stream, streams[stream], loaded, answers), daemon=True).start()
        streams[stream].put((kind, payload))
        if kind in (END, DROP):
            del streams[stream]
    os._exit(0)


class _Answers:
    """The way back, shared by the threads."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def give(self, kind: bytes, stream: int, payload: bytes = b"") -> None:
        frame = memoryview(HEAD.pack(kind, stream, len(payload)) + payload)
        try:
            with self._lock:
                while frame:
                    frame = frame[self._pipe.write(frame) :]
        except OSError:
            os._exit(0)  # nobody listens any more


class _Model:
    """The model, loaded once, in its own thread."""

    def __init__(self, path: str, rate: float, answers: _Answers) -> None:
        self._path = path
        self._rate = rate
        self._answers = answers
        self._done = threading.Event()
        self._vosk: Any = None
        self._model: Any = None

    def load(self) -> None:
        try:
            self._vosk = _import_vosk()
            self._vosk.SetLogLevel(-1)
            self._model = self._vosk.Model(self._path)
        except Exception as error:  # the room's outer edge: whatever it is, the parent must hear of it
            self._answers.give(FAILED, 0, _in_words(error))
            os._exit(1)
        self._done.set()
        self._answers.give(READY, 0)

    def recogniser(self) -> Any:
        self._done.wait()
        recogniser = self._vosk.KaldiRecognizer(self._model, self._rate)
        recogniser.SetWords(True)
        return recogniser


def _recognise(stream: int, requests: "SimpleQueue[_Request]", loaded: _Model, answers: _Answers) -> None:
    """Serve one stream to its end."""
    try:
        recogniser = loaded.recogniser()
        before = ""
        while True:
            kind, payload = requests.get()
            if kind == DROP:
                return
            if kind != SOUND:
                answers.give(FINAL, stream, recogniser.FinalResult().encode())
                before = ""
                if kind == END:
                    return
            elif recogniser.AcceptWaveform(payload):
                answers.give(FINAL, stream, recogniser.Result().encode())
                before = ""
            # Without SetPartialWords: with it, 0.3.45 takes partials from the pruned lattice, which lags by 1.4 s instead of 0.4 s.
            elif (partial := recogniser.PartialResult()) != before:
                before = partial
                answers.give(PARTIAL, stream, partial.encode())
            else:
                answers.give(NOTHING, stream)
    except Exception as error:  # the room's outer edge: whatever it is, the parent must hear of it
        answers.give(FAILED, stream, _in_words(error))


def _in_words(error: Exception) -> bytes:
    """Vosk raises bare exceptions, whose kind tells nothing."""
    if type(error) is not Exception:
        return f"{type(error).__name__}: {error}".encode()
    words = str(error)
    return (words[:1].lower() + words[1:]).encode()


def _import_vosk() -> Any:
    """Import vosk without what only its downloader and subtitle writer need: these take longer to load than libvosk does."""
    unneeded = [name for name in ("requests", "srt", "tqdm") if name not in sys.modules]
    for name in unneeded:
        sys.modules[name] = ModuleType(name)
        setattr(sys.modules[name], name, None)
    try:
        import vosk
    except Exception:  # a version of vosk that does need them
        for name in unneeded:
            del sys.modules[name]
        import vosk
    return vosk


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
