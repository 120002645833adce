"""The child process by itself: its frames, and how it ends."""

import ast
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.speech import models, worker

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(path: Path = models.STARTER, rate: int = 16000) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-P", worker.__file__, str(path), str(rate)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()


def ask(process: "subprocess.Popen[bytes]", kind: bytes, stream: int, payload: bytes = b"") -> None:
    assert process.stdin is not None
    process.stdin.write(worker.HEAD.pack(kind, stream, len(payload)) + payload)
    process.stdin.flush()


def answer(process: "subprocess.Popen[bytes]") -> tuple[bytes, int, bytes]:
    assert process.stdout is not None
    kind, stream, length = worker.HEAD.unpack(process.stdout.read(worker.HEAD.size))
    return kind, stream, process.stdout.read(length)


def gone(pid: int) -> bool:
    """Whether a process that is not our child has ended, or does within ten seconds."""
    for _ in range(1000):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def test_it_stands_alone() -> None:
    tree = ast.parse(Path(worker.__file__).read_text(encoding="utf-8"))
    imports = [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    imports += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in imports} <= set(sys.stdlib_module_names) | {"vosk"}


def test_it_answers_each_request_once_and_in_order(start: Start, demo: NDArray[np.int16]) -> None:
    process = start()
    assert answer(process) == (worker.READY, 0, b"")
    sound = np.ascontiguousarray(demo[: 6 * 16000, 0]).tobytes()
    pieces = [sound[at : at + 6400] for at in range(0, len(sound), 6400)]
    for piece in pieces:
        ask(process, worker.SOUND, 5, piece)
    ask(process, worker.END, 5)
    answers = [answer(process) for _ in range(len(pieces) + 1)]
    assert {stream for _, stream, _ in answers} == {5}
    kinds = [kind for kind, _, _ in answers]
    assert set(kinds) == {worker.NOTHING, worker.PARTIAL, worker.FINAL}
    final = next(payload for kind, _, payload in answers if kind == worker.FINAL)
    assert b"thank you for calling" in final
    assert kinds[-1] == worker.FINAL


def test_the_same_partial_is_sent_once(start: Start) -> None:
    process = start()
    answer(process)
    for _ in range(3):
        ask(process, worker.SOUND, 1, bytes(6400))
    assert [answer(process)[0] for _ in range(3)] == [worker.PARTIAL, worker.NOTHING, worker.NOTHING]


def test_a_dropped_stream_says_nothing_more(start: Start) -> None:
    process = start()
    answer(process)
    ask(process, worker.DROP, 1)  # never begun
    ask(process, worker.SOUND, 2, bytes(6400))
    assert answer(process)[:2] == (worker.PARTIAL, 2)
    ask(process, worker.DROP, 2)
    ask(process, worker.SETTLE, 3)
    assert answer(process)[:2] == (worker.FINAL, 3)


def test_the_end_of_the_input_ends_it(start: Start) -> None:
    process = start()
    answer(process)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(10) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_leaves_ctrl_c_to_its_parent(start: Start) -> None:
    process = start()
    answer(process)
    process.send_signal(signal.SIGINT)
    ask(process, worker.SETTLE, 1)
    assert answer(process)[0] == worker.FINAL


def test_a_folder_without_a_model_is_a_failure_in_words(start: Start, tmp_path: Path) -> None:
    process = start(tmp_path)
    kind, stream, why = answer(process)
    assert (kind, stream) == (worker.FAILED, 0)
    assert b"failed to create a model" in why
    assert process.wait(10) == 1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_it_ends_with_its_parent_however_that_dies() -> None:
    code = (
        "import asyncio, pathlib, time\n"
        "from companion.speech.child import Child\n"
        "from companion.speech import models\n"
        "async def main():\n"
        "    child = await Child.start(models.STARTER, 16000, patience=10, load_patience=60)\n"
        "    print(child.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
    assert gone(pid)
