"""The parent's end of the pipes: the watchdog, and words for how a process was lost."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.speech import models, worker
from companion.speech.child import Child, hangs
from companion.speech.engine import EngineLost

pytestmark = pytest.mark.usefixtures("no_process_left")


class Ledger:
    """Keeps what a stream is told."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.why: EngineLost | None = None
        self.news = asyncio.Event()

    def answered(self, kind: bytes, payload: bytes) -> None:
        self.answers.append(kind)
        self.news.set()

    def lost(self, lost: EngineLost) -> None:
        self.why = lost
        self.news.set()

    async def next(self) -> None:
        await asyncio.wait_for(self.news.wait(), 20)
        self.news.clear()


async def start(path: Path = models.STARTER, patience: float = 10.0, load_patience: float = 60.0) -> Child:
    return await Child.start(path, 16000, patience=patience, load_patience=load_patience)


async def test_answers_go_to_their_own_stream() -> None:
    child = await start()
    one, two = Ledger(), Ledger()
    streams = [child.open(one), child.open(two)]
    child.ask(streams[1], worker.SETTLE)
    await two.next()
    assert (one.answers, two.answers) == ([], [worker.FINAL])
    await child.close()
    assert isinstance(one.why, EngineLost)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")
async def test_the_process_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "hush-hush")
    monkeypatch.setenv("LC_TIME", "C.UTF-8")
    child = await start()
    given = await asyncio.to_thread(Path(f"/proc/{child.pid}/environ").read_text)
    assert "LC_TIME=C.UTF-8" in given
    assert "hush-hush" not in given
    await child.close()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")
async def test_how_it_gets_its_memory_is_ours_to_say_unless_somebody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for set_by_somebody, told in (("", "GLIBC_TUNABLES=glibc.malloc.arena_max=1024"), ("glibc.malloc.perturb=1",) * 2):
        if set_by_somebody:
            monkeypatch.setenv("GLIBC_TUNABLES", set_by_somebody)
        child = await start()
        assert told in await asyncio.to_thread(Path(f"/proc/{child.pid}/environ").read_text)
        await child.close()


async def test_loading_does_not_hold_the_loop_up() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    counting = asyncio.ensure_future(count())
    child = await start()
    counting.cancel()
    assert turns > 10
    await child.close()


async def test_a_killed_process_is_known_by_its_signal() -> None:
    child = await start()
    ledger = Ledger()
    child.open(ledger)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    await ledger.next()
    assert str(ledger.why) == "the recogniser was ended by signal 9"
    assert ledger.why is not None
    assert not ledger.why.loading
    child.ask(1, worker.SETTLE)  # does nothing
    await child.close()


async def test_a_process_that_does_not_answer_is_ended() -> None:
    child = await start(patience=0.4)
    ledger = Ledger()
    stream = child.open(ledger)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    child.ask(stream, worker.SETTLE)
    await ledger.next()
    assert str(ledger.why) == "the recogniser gave no answer for 0.4 s"
    await child.close()


@pytest.mark.parametrize(
    ("waiting", "answered", "hung"),
    [
        ([90.0], 90.0, True),
        ([90.1, 95.0], 90.1, False),
        ([60.0, 99.5], 99.5, False),
        ([40.0, 99.5], 99.5, True),
        ([60.0, 90.0], 90.0, True),
        ([], 0.0, False),
    ],
)
def test_a_process_that_answers_some_is_slow_and_not_hung(waiting: list[float], answered: float, hung: bool) -> None:
    assert hangs(waiting, answered, now=100.0, patience=10.0) is hung


async def test_a_process_that_is_asked_nothing_is_left_in_peace() -> None:
    child = await start(patience=0.1)
    ledger = Ledger()
    stream = child.open(ledger)
    await asyncio.sleep(0.3)
    child.ask(stream, worker.SETTLE)
    await ledger.next()
    assert ledger.answers == [worker.FINAL]
    await child.close()


async def test_a_stopped_process_is_closed_by_force() -> None:
    child = await start(patience=0.3)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    await child.close()
    await child.close()  # once more does no harm


async def test_libvosks_own_complaint_is_given(tmp_path: Path) -> None:
    with pytest.raises(EngineLost, match=r"failed to create a model") as caught:
        await start(tmp_path)
    assert caught.value.loading


Spoil = Callable[[str, Callable[[bytes], bytes]], Path]


async def test_a_model_cut_short_is_told_with_libvosks_reason(spoiled: Spoil) -> None:
    """It passes the look at its files, and then brings libvosk down or makes it refuse."""
    with pytest.raises(EngineLost, match=r"failed to create a model \(.+\)$") as caught:
        await start(spoiled("am/final.mdl", lambda net: net[:100_000]))
    assert caught.value.loading
    assert "VoskAPI" not in str(caught.value)


async def test_a_model_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(EngineLost, match=r"the model was not loaded within 0 s"):
        await start(load_patience=0)


async def test_being_stopped_while_loading_leaves_nothing_behind() -> None:
    loading = asyncio.ensure_future(start())
    await asyncio.sleep(0.02)
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    await asyncio.sleep(0.2)
