"""Who is on the calls, where the calls themselves do not say: from the settings `agent.name` and `agent.team`, or made up for the demo."""

from collections.abc import AsyncIterator

from msgspec.structs import replace

from companion.core.feed import Item, Opened, Source
from companion.wiring.parts import Options


class Named:
    """A source whose calls have an agent and a team.

    Args:
        source: whose calls they are.
        agent: who takes those that name nobody.
        team: the team of those that name none.
        customer: who calls in those that name nobody.
    """

    def __init__(self, source: Source, agent: str | None, team: str | None, customer: str | None = None) -> None:
        self._source = source
        self._agent = agent
        self._team = team
        self._customer = customer

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Yield what the source yields.

        Raises:
            SourceError: as the source does.
            SpeechError: as the source does.
        """
        async for item in self._source:
            if isinstance(item, Opened):
                who = {"agent": item.agent or self._agent, "team": item.team or self._team, "customer": item.customer or self._customer}
                yield replace(item, **who)
            else:
                yield item

    async def close(self) -> None:
        """Stop early, as the source does."""
        await self._source.close()


def named(source: Source, options: Options) -> Source:
    """The source, with the settings' agent and team."""
    agent, team = options.get("agent_name"), options.get("agent_team")
    return Named(source, agent, team) if agent or team else source
