"""The parts of a run: names of calls, when they began, which sources want a recogniser, what Ctrl-C does."""

import asyncio
import contextlib
import gc
import os
import pty
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from companion.config import setting
from companion.core.feed import Item, Opened
from companion.core.record import decode
from companion.core.updates import CallClosed
from companion.errors import ChecklistError, ConfigError, ModelMissing, SpeechError
from companion.run import Run
from companion.speech.masking import KINDS
from companion.wiring.parts import DATA, began, interruptible, masking, open_source, recognisers, rules_of, together


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, None),
        ("now", "now"),
        ("2026-11-21T10:00:00+01:00", "2026-11-21T10:00:00+01:00"),
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00+00:00"),
        ("2026-11-21T10:00:00-05:00", "2026-11-21T10:00:00-05:00"),
    ],
)
def test_when_a_call_began(given: str | None, expected: str | None) -> None:
    assert began({"began": given}) == expected


def test_a_time_without_an_offset_is_of_this_place() -> None:
    assert (began({"began": "2026-11-21T10:00"}) or "").startswith("2026-11-21T10:00:00")


@pytest.mark.parametrize("checklist", ["complaint", "there-is-none"])
def test_garbage_is_looked_for_again_once_a_checklist_is_read(checklist: str) -> None:
    with contextlib.suppress(ChecklistError):
        rules_of(checklist)
    assert gc.isenabled()


def test_no_time_at_all_is_refused() -> None:
    with pytest.raises(ConfigError, match="--began soon: no ISO 8601 time"):
        began({"began": "soon"})


def test_what_is_masked_is_a_setting() -> None:
    said = "my pin is 1234, call 212-555-0142"
    assert masking({}).text(said) == "my pin is ####, call ###-###-####"
    assert masking({"privacy_mask": "phone"}).text(said) == "my pin is 1234, call ###-###-####"
    assert masking({"privacy_mask": "none"}).text(said) == said
    assert masking({"privacy_mask": setting("privacy.mask").default}).text(said) == masking({}).text(said)
    assert set(setting("privacy.mask").default.split(",")) == set(KINDS)
    with pytest.raises(ConfigError, match="did you mean 'phone'"):
        masking({"privacy_mask": "fone"})


async def test_text_wants_no_recogniser_and_sound_does() -> None:
    async with recognisers(["-"], {}) as none:
        assert none is None
    async with recognisers(["-", "call.wav"], {"speech_model": str(DATA / "starter")}) as some:
        assert some is not None
        assert some("call").rate == 16000


async def test_a_server_may_recognise_instead() -> None:
    with pytest.raises(ConfigError, match="is not understood; give vosk-server://host:2700"):
        async with recognisers(["call.wav"], {"speech_recogniser": "localhost"}):
            pass
    with pytest.raises(SpeechError, match=r"^vosk-server://127\.0\.0\.1:1: refuses the connection; check the address"):
        async with recognisers(["call.wav"], {"speech_recogniser": "vosk-server://127.0.0.1:1", "speech_model": "vosk-model-none"}):
            pass


async def test_a_missing_model_is_said_before_anything_is_opened() -> None:
    with pytest.raises(ModelMissing):
        async with recognisers(["call.wav"], {"speech_model": "vosk-model-none"}):
            pass


def test_options_reach_the_source(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("t") / "token"
    empty.touch()
    with pytest.raises(ConfigError, match="the token is empty"):
        open_source("vosk://:0", lambda call: None, {"listen_token_file": str(empty)})


class Endless:
    """A source that goes on until it is closed."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Item]:
        yield Opened(call="c", source="endless")
        os.kill(os.getpid(), signal.SIGINT)
        await self.closed.wait()

    async def close(self) -> None:
        self.closed.set()


async def test_ctrl_c_ends_the_calls_in_good_order_and_is_passed_on() -> None:
    run = Run(Endless(), rules_of("complaint"), [])

    async def interrupted() -> None:
        with interruptible(lambda: run.stop("interrupted")) as asked:
            await run.go()
            assert asked.is_set()

    with pytest.raises(KeyboardInterrupt):
        await interrupted()


def test_a_second_ctrl_c_ends_at_once() -> None:
    async def stubborn() -> None:
        with interruptible(lambda: asyncio.sleep(3600)):
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(0.05)
            await asyncio.sleep(3600)

    with pytest.raises(KeyboardInterrupt):
        together(stubborn)


def test_what_was_started_with_nohup_outlives_its_terminal() -> None:
    async def outlive() -> None:
        with interruptible(lambda: asyncio.sleep(3600)) as asked:
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0)
            assert not asked.is_set()

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        together(outlive)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_terminal_that_goes_away_without_a_signal_is_noticed(tmp_path: Path) -> None:
    transcript = tmp_path / "1.jsonl"
    transcript.write_text(
        "".join(f'{{"speaker": "customer", "text": "number {at}", "start": {at}, "end": {at + 1}}}\n' for at in range(900))
    )
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "companion", "live", str(transcript), "--journal", str(tmp_path / "journals")]
    # the leader of a session that has no terminal
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    try:
        os.close(theirs)
        drawn = b""
        while b"number 0" not in drawn:
            drawn += os.read(ours, 65536)
        os.close(ours)
        assert process.wait(60) == 130
    finally:
        process.kill()
    (journal,) = (tmp_path / "journals").glob("*.jsonl")
    assert isinstance(decode(journal.read_text().splitlines()[-1]).update, CallClosed)
