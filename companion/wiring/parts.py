"""The parts that a run is put together from: rules, the recogniser, sources, and what Ctrl-C does.

What a part needs is imported where it is made: a screen, which needs none of them, then stands there the sooner.
"""

import asyncio
import gc
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from companion import config, sources
from companion.core.feed import Source
from companion.errors import ConfigError
from companion.sources.uri import Given

if TYPE_CHECKING:
    from companion.core.call import Rules
    from companion.speech.masking import Masking

DATA = Path(__file__).parents[1] / "data"
"""What ships inside the package: the starter model and the demo."""

_OFTEN = 2000
"""New objects after which Python looks for garbage while calls are taken."""

_LOOK = 1.0
"""Seconds between two looks whether the terminal is still there."""

Options: TypeAlias = dict[str, Any]
"""A command's options, by parameter name."""

Recognisers: TypeAlias = Callable[[str], Any] | None
"""Makes the recogniser of a call, given its id; None where no sound is expected."""


def rules_of(checklist: str) -> "Rules":
    """A checklist by name or path, compiled.

    Raises:
        ChecklistError: it cannot be used.
    """
    from companion.core.call import Rules
    from companion.rules.load import find, load

    collecting = gc.isenabled()
    gc.disable()  # nearly all that is made here stays: to look for garbage in it takes a third of the time
    try:
        return Rules.of(load(find(checklist)))
    finally:
        if collecting:
            gc.enable()


def masking(options: Options) -> "Masking":
    """What hides numbers and addresses in what people say.

    Raises:
        ConfigError: the options name a kind that there is not.
    """
    from companion.speech.masking import KINDS, Masking, kinds

    named: str | None = options.get("privacy_mask")
    return Masking(KINDS if named is None else kinds(named))


@asynccontextmanager
async def recognisers(uris: Sequence[Given], options: Options) -> AsyncIterator[Recognisers]:
    """The recogniser that these sources want, its model loaded; nothing where none of them sends sound.

    Raises:
        ConfigError: the recogniser's address is none, or its token cannot be read.
        ModelMissing: there is no usable speech model.
        SpeechError: it cannot be started, or reached.
    """
    if not any(sources.needs_speech(uri) for uri in uris):
        yield None
        return
    patience = options.get("speech_watchdog", 10.0)
    if options.get("speech_recogniser"):
        from companion.net.connection import dial
        from companion.speech.server import Server, address

        name, uri = address(options["speech_recogniser"])
        token = config.secret(options.get("speech_token_file"), "the token")
        async with Server(name, partial(dial, uri, token), patience=patience) as server:
            yield server.call
        return
    from companion.speech import models
    from companion.speech.vosk import Vosk

    model = models.find(options.get("speech_model"), config.models_folder(), config.choice_file())
    async with Vosk(model.path, name=model.name, rate=model.rate, workers=options.get("speech_workers", 1), patience=patience) as vosk:
        yield vosk.call


def open_source(uri: Given, recogniser: Recognisers, options: Options, *, call: str | None = None, speed: float | None = None) -> Source:
    """The source that a person named.

    Raises:
        ConfigError: it is none, or its options do not fit.
        SourceError: it cannot be used.
    """
    certificate, key = options.get("listen_tls_cert"), options.get("listen_tls_key")
    return sources.open(
        uri,
        recogniser=recogniser,
        call=call,
        speed=speed,
        strict=options.get("strict", False),
        agent_channel=options.get("agent_channel", "left"),
        mono_as=options.get("mono_as"),
        token=config.secret(options.get("listen_token_file"), "the token"),
        certificate=Path(certificate) if certificate else None,
        key=Path(key) if key else None,
        chat={key: options.get(f"chat_{key}") for key in ("agents", "text", "speaker", "call", "time", "ignore")},
        chat_token=config.secret(options.get("chat_token_file"), "the chat system's token"),
        stdin=options.get("stdin", 0),
    )


def began(options: Options) -> str | None:
    """When the call began, as the person gave it.

    Raises:
        ConfigError: it is no time.
    """
    text: str | None = options.get("began")
    if text is None or text == "now":
        return text
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--began {text}: no ISO 8601 time; write it like 2026-11-21T10:00:00+01:00") from error
    return (time if time.tzinfo else time.astimezone()).isoformat()


@contextmanager
def interruptible(end: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[asyncio.Event]:
    """Ctrl-C, SIGTERM, and the terminal going away, end the calls in good order, by `end`; a second time ends them at once.

    What was started with `nohup` outlives its terminal.

    Yields:
        An event that is set once that was asked for: then nothing new should be begun.

    Raises:
        KeyboardInterrupt: on leaving, if it was asked for.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    asked = asyncio.Event()
    ends: list[asyncio.Task[None]] = []

    def stop() -> None:
        if asked.is_set():
            assert task is not None
            task.cancel()
        else:
            asked.set()
            ends.append(loop.create_task(end()))  # held, so that it is not collected half-way

    async def stay() -> None:
        await _terminal_gone()
        if not asked.is_set():  # by SIGHUP already
            stop()

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if outlives := hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # `nohup` asks for it
        numbers.remove(signal.SIGHUP)
    handled = [number for number in numbers if _handled(loop, number, stop)]
    staying = None if outlives else loop.create_task(stay())
    try:
        yield asked
        if asked.is_set():
            raise KeyboardInterrupt
    finally:
        if staying is not None:
            staying.cancel()
        for number in handled:
            loop.remove_signal_handler(number)


async def _terminal_gone(stdin: int = 0) -> None:
    """Until the terminal is closed: only the leader of its session is sent SIGHUP, others (`setsid`, some containers) are told nothing."""
    if sys.platform != "win32" and os.isatty(stdin):
        terminal = select.poll()
        terminal.register(stdin, 0)  # its being closed is told unasked; so is, by macOS, that it cannot be looked at (POLLNVAL)
        while not any(told & (select.POLLHUP | select.POLLERR) for _, told in terminal.poll(0)):  # noqa: ASYNC110 – the system tells nobody
            await asyncio.sleep(_LOOK)
    else:
        await asyncio.Event().wait()


def _handled(loop: asyncio.AbstractEventLoop, number: signal.Signals, stop: Callable[[], None]) -> bool:
    try:
        loop.add_signal_handler(number, stop)
    except NotImplementedError:  # Windows: KeyboardInterrupt cancels the task instead, which ends the calls too
        return False
    return True


def together(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end, in an event loop of its own.

    Raises:
        KeyboardInterrupt: a person ended it.
    """
    gc.freeze()  # what is loaded stays: it is not looked through for garbage again
    gc.set_threshold(_OFTEN, *gc.get_threshold()[1:])
    try:
        asyncio.run(main())
    except asyncio.CancelledError:  # by the second Ctrl-C
        raise KeyboardInterrupt from None
