"""Two one-channel SOURCEs that a person put together, one for each channel, as one call."""

from collections.abc import Callable
from pathlib import Path

from companion.core.feed import Source
from companion.errors import ConfigError
from companion.sources.blocks import blocks_of
from companion.sources.pairs.side import Side
from companion.sources.uri import UNDERSTOOD_ALONE, Address, Two, is_recorded, parse
from companion.speech.recogniser import Recogniser


def pair(two: Two, recogniser: Callable[[str], Recogniser], *, call: str | None, speed: float | None, stdin: int) -> Source:
    """The call that two sides make.

    Args:
        two: what a person wrote.
        recogniser: makes the recogniser of the call.
        call: its id; made of the files' names where not given.
        speed: plays recordings so many times as fast as life; None takes them as fast as they can be heard.
        stdin: the file descriptor that is meant by `-`.

    Raises:
        ConfigError: one side cannot be used for one channel.
        SourceError: there is no such file, or it is not what it should be.
    """
    addresses = [parse(uri) for uri in (two.agent, two.customer)]
    if addresses[0].where == addresses[1].where and addresses[0].kind == addresses[1].kind:
        shown = "standard input" if addresses[0].where == "-" else addresses[0].name
        raise ConfigError(f"--agent and --customer: both are {shown}; give another source to one of them")
    agent, customer = (_side(address, stdin) for address in addresses)
    if is_recorded(two):
        from companion.sources.pairs.pair import Pair

        name = "+".join(address.name.rpartition(".")[0] or address.name for address in addresses)
        return Pair(agent, customer, call=call or name, recogniser=recogniser, speed=speed)
    from companion.sources.pairs.live_pair import LivePair

    return LivePair(agent, customer, call=call or "call-1", recogniser=recogniser)


def alone(uri: str, recogniser: Callable[[str], Recogniser], *, call: str) -> Source:
    """The agent's side of a call that has no other, from a microphone or the like.

    Raises:
        ConfigError: it cannot be used for one channel.
    """
    from companion.sources.pairs.alone import Alone

    return Alone(_side(parse(uri), 0), call=call, recogniser=recogniser)


def _side(address: Address, stdin: int) -> Side:
    if address.kind == "sound":
        from companion.sources.files import FileSide

        return FileSide(Path(address.where))
    if address.kind in ("mic", "loopback"):
        from companion.sources.devices.capture import Capture
        from companion.sources.devices.system import sound_server

        return Capture(sound_server(), "mic" if address.kind == "mic" else "loopback", address.where, name=address.name)
    if address.rate is None:
        raise ConfigError(f"{address.name}: cannot be one channel of a call; give {UNDERSTOOD_ALONE}")
    if address.channels != 1:
        raise ConfigError(f"{address.name}: has {address.channels} channels; give one with --agent or --customer, or it alone as SOURCE")
    if address.kind == "stream":
        from companion.sources.websocket import StreamSide

        return StreamSide(address.where, name=address.name, rate=address.rate, encoding=address.encoding)
    from companion.sources.pcm import PcmSide

    return PcmSide(blocks_of(address.where, stdin), name=address.name, rate=address.rate, encoding=address.encoding)
