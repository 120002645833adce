"""When something may be put before the agent's eyes."""

from companion.core.checklist import Prompting, Watch
from companion.core.events import Utterance
from companion.core.floor import Floor
from companion.core.language.en import ENGLISH
from companion.core.opening import Opening, Openings

RULES = Prompting(pause=2.0)


def said(speaker: str, start: float, end: float) -> Utterance:
    return Utterance(speaker=speaker, text="so it goes", start=start, end=end)  # type: ignore[arg-type]


def opened() -> tuple[Floor, Openings]:
    floor = Floor(Watch(), timed=True, language=ENGLISH)
    return floor, Openings(RULES, floor)


def test_while_the_agent_speaks_there_is_none() -> None:
    floor, openings = opened()
    assert openings.now is None
    floor.began("agent", 1.0)
    openings.began(1600)
    assert openings.now is None
    floor.began("customer", 2.0)  # at the same time
    openings.began(2600)
    assert openings.now is None


def test_while_the_customer_speaks_the_agent_can_read() -> None:
    floor, openings = opened()
    floor.began("customer", 1.0)
    openings.began(1600)
    assert openings.now == Opening(1600)


def test_right_after_the_customer_the_agent_may_be_speaking_already() -> None:
    floor, openings = opened()
    floor.began("customer", 1.0)
    openings.began(1600)
    floor.ended("customer", 5.1)
    openings.ended(6000, 0.9)
    assert openings.now == Opening(7100)  # and never before the words are there
    floor.spoke(said("customer", 1.0, 5.1))
    openings.spoke(said("customer", 1.0, 5.1), 6000, 0.9)
    assert openings.now == Opening(7100)


def test_after_a_long_silence_it_is_open_at_once_but_for_the_words_to_come() -> None:
    _, openings = opened()
    openings.began(0)
    openings.ended(9000, 5.0)
    assert openings.now == Opening(9250)
    openings.spoke(said("agent", 1.0, 4.0), 9000, 5.0)
    assert openings.now == Opening(9000)


def test_typed_messages_leave_the_agent_free_to_read() -> None:
    _, openings = opened()
    openings.spoke(said("customer", 5.0, 5.0), 5000, 0.0)
    assert openings.now == Opening(5000)
    openings.spoke(said("agent", 9.0, 9.0), 9000, 0.0)
    assert openings.now == Opening(11_000)


def test_in_a_transcript_the_openings_lie_between_the_turns() -> None:
    _, openings = opened()
    openings.spoke(said("customer", 1.0, 5.0), 5000, 0.0)
    assert openings.now == Opening(5000, 5300, 95_000)
    openings.spoke(said("agent", 5.6, 9.0), 9000, 0.0)
    assert openings.now == Opening(9300, 9300, 99_000)


def test_when_it_is_open() -> None:
    opening = Opening(5000, 5300, 95_000)
    assert [opening.after(time) for time in (0, 5000, 5300, 5301, 98_000)] == [5000, 5000, 5300, 95_000, 98_000]
    assert [Opening(5000).after(time) for time in (0, 9000)] == [5000, 9000]


def test_after_a_hold_it_takes_a_pause() -> None:
    _, openings = opened()
    openings.resumed(4000)
    assert openings.now == Opening(6000)
