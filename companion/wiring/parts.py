"""The parts that a run is put together from: rules, the recogniser, sources, and what Ctrl-C does."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from companion import config, sources
from companion.core.call import Rules
from companion.core.feed import Source
from companion.errors import ConfigError
from companion.rules.load import find, load
from companion.run import Run

DATA = Path(__file__).parents[1] / "data"
"""What ships inside the package: the starter model and the demo."""

Options: TypeAlias = dict[str, Any]
"""A command's options, by parameter name."""

Recognisers: TypeAlias = Callable[[str], Any] | None
"""Makes the recogniser of a call, given its id; None where no sound is expected."""


def rules_of(checklist: str) -> Rules:
    """A checklist by name or path, compiled.

    Raises:
        ChecklistError: it cannot be used.
    """
    return Rules.of(load(find(checklist)))


@asynccontextmanager
async def recognisers(uris: Sequence[str], options: Options) -> AsyncIterator[Recognisers]:
    """The recogniser that these sources want, its model loaded; nothing where none of them sends sound.

    Raises:
        ModelMissing: there is no usable speech model.
        SpeechError: it cannot be started.
    """
    if not any(sources.needs_speech(uri) for uri in uris):
        yield None
        return
    from companion.speech import models
    from companion.speech.vosk import Vosk

    model = models.find(options.get("speech_model"), config.models_folder(), config.choice_file())
    async with Vosk(model.path, name=model.name, rate=model.rate, patience=options.get("speech_watchdog") or 10.0) as vosk:
        yield vosk.call


def open_source(uri: str, recogniser: Recognisers, options: Options, *, call: str | None = None, speed: float | None = None) -> Source:
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
        token=config.read_secret(options.get("listen_token_file"), "the token"),
        certificate=Path(certificate) if certificate else None,
        key=Path(key) if key else None,
        stdin=options.get("stdin", 0),
    )


def names(uris: Sequence[str]) -> Iterator[str | None]:
    """A call's name for each source: a file's own, made different where two files have the same; None for what names its calls itself."""
    seen: dict[str, int] = {}
    for uri in uris:
        name = Path(uri).stem if "://" not in uri and not uri.startswith(("-", "pcm:")) else None
        if name is None:
            yield None
            continue
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}-{seen[name]}"


def began(options: Options) -> str | None:
    """When the call began, as the person gave it.

    Raises:
        ConfigError: it is no time.
    """
    text: str | None = options.get("began")
    if text is None or text == "now":
        return text
    try:
        return datetime.fromisoformat(text).astimezone().isoformat() if "+" not in text and "Z" not in text else _checked(text)
    except ValueError as error:
        raise ConfigError(f"--began {text}: no ISO 8601 time; write it like 2026-11-21T10:00:00+01:00") from error


def _checked(text: str) -> str:
    return datetime.fromisoformat(text).isoformat()


@contextmanager
def interruptible(runs: Sequence[Run]) -> Iterator[asyncio.Event]:
    """Ctrl-C and SIGTERM end the calls of these runs, and of those added meanwhile, in good order; a second one ends them at once.

    Yields:
        An event that is set once that was asked for: then nothing new should be begun.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    asked = asyncio.Event()
    stops: list[asyncio.Task[None]] = []

    async def stop_all() -> None:
        for run in runs:
            await run.stop("interrupted")

    def stop() -> None:
        if asked.is_set():
            assert task is not None
            task.cancel()
        else:
            asked.set()
            stops.append(loop.create_task(stop_all()))  # held, so that it is not collected half-way

    signals = [number for number in (signal.SIGINT, signal.SIGTERM) if _handled(loop, number, stop)]
    try:
        yield asked
        if asked.is_set():
            raise KeyboardInterrupt
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _handled(loop: asyncio.AbstractEventLoop, number: signal.Signals, stop: Callable[[], None]) -> bool:
    try:
        loop.add_signal_handler(number, stop)
    except NotImplementedError:  # Windows: KeyboardInterrupt cancels the task instead, which ends the calls too
        return False
    return True


def together(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end, in an event loop of its own."""
    asyncio.run(main())
