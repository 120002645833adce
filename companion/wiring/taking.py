"""The run behind the agent's screen, put together: rules, recogniser, source, and where records go.

It is loaded while the screen already stands there (`onscreen`): most of what is imported here is of no use to a first frame.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

from companion import sources
from companion.core.call import Rules
from companion.core.events import AnyEvent
from companion.core.feed import Sink, Viewer
from companion.run import Run, act
from companion.sinks.journal import JournalFolder
from companion.sources.uri import Given
from companion.wiring.database import stored
from companion.wiring.named import named
from companion.wiring.outlets import Spread, prefix, published
from companion.wiring.parts import Options, began, masking, open_source, recognisers
from companion.wiring.privacy import expire
from companion.wiring.taping import taped

Show: TypeAlias = Callable[[Viewer], None]
"""Gives a run another screen; those who look on from elsewhere stay."""


@asynccontextmanager
async def taken(uri: Given, rules: Rules, options: Options, notices: Callable[[str], None]) -> AsyncIterator[tuple[Run, Show]]:
    """A run that takes the calls of a source as soon as it goes.

    Args:
        uri: the source.
        rules: what the calls are judged by.
        options: the command's.
        notices: takes one line for a person, where there is no screen to show it.

    Raises:
        CompanionError: something that the run needs cannot be used, or records could not be kept.
    """
    run: Run | None = None

    async def acted(call: str, event: AnyEvent) -> str:
        return await act([run] if run is not None else [], call, event)

    def tell(text: str) -> None:
        if run is not None and run.viewer is not None:
            run.viewer.notice(text)
        else:
            notices(text)

    hiding = masking(options)
    await asyncio.to_thread(expire, options, notices)  # the screen is quick to answer meanwhile
    with stored(options, notices) as database:  # an agent is not told of it in the middle of a call
        sinks: list[Sink] = [JournalFolder(Path(options["journal"]), notices)] if options.get("journal") else []
        async with recognisers([uri], options) as recogniser, published(options, acted, tell) as outlets:
            hearing, sound_kept = taped(recogniser, options, tell)
            run = Run(
                named(open_source(uri, hearing, options, speed=options.get("speed", 1.0)), options),
                rules,
                [*sinks, *database, *outlets],
                mask=hiding.said,
                mask_text=hiding.text,
                began=began(options) or ("now" if sources.is_live(uri) or outlets else None),
                prefix=prefix(options) if outlets else "",
                sound_kept=sound_kept,
            )

            def show(viewer: Viewer) -> None:
                run.viewer = Spread(viewer, outlets)

            yield run, show
            run.viewer = None
