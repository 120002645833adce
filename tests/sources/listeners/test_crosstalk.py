"""The same words in both channels, and what only looks like it."""

import pytest

from companion.core.events import Channel, Utterance
from companion.sources.listeners.crosstalk import Crosstalk


def said(speaker: Channel, text: str, start: float = 0.0) -> Utterance:
    return Utterance(speaker=speaker, text=text, start=start, end=start + 1)


BOTH: tuple[Channel, ...] = ("agent", "customer")
SORRY = "that was our mistake entirely"


def test_it_is_certain_with_the_second_time_and_told_once() -> None:
    crosstalk = Crosstalk()
    heard = [crosstalk.hear(said(speaker, SORRY, at)) for at in (0, 5, 10) for speaker in BOTH]
    assert heard == [False, False, False, True, False, False]


@pytest.mark.parametrize(
    "one",
    [
        (said("agent", SORRY), said("customer", "that was your mistake entirely")),
        (said("agent", SORRY), said("customer", SORRY, 1.1)),
        (said("agent", "yes that is right"), said("customer", "yes that is right")),
        (said("agent", SORRY), said("agent", SORRY)),
    ],
    ids=["other words", "repeated", "short", "one voice"],
)
def test_what_only_looks_like_it(one: tuple[Utterance, Utterance]) -> None:
    crosstalk = Crosstalk()
    assert not any(crosstalk.hear(utterance) for utterance in one * 5)
