"""Who has the floor, from the times of words alone."""

from companion.core.checklist import Watch
from companion.core.events import Channel, Utterance, Word
from companion.core.floor import Floor
from companion.core.language.en import ENGLISH
from companion.core.updates import DeadAir, TalkOver


def said(speaker: Channel, start: float, end: float, text: str = "well so it goes on", words: tuple[Word, ...] | None = None) -> Utterance:
    return Utterance(speaker=speaker, text=text, start=start, end=end, words=words)


def floor(*, timed: bool = True) -> Floor:
    return Floor(Watch(talk_over=0.5, dead_air=8.0), timed, language=ENGLISH)


def test_whoever_came_second_talked_over() -> None:
    one = floor()
    assert one.spoke(said("customer", 1.0, 6.0)) == []
    assert one.spoke(said("agent", 5.0, 8.0)) == [TalkOver(channel="agent", start=5.0, end=6.0)]
    assert one.over == {"agent": 1, "customer": 0}
    assert one.talk.over == 1.0


def test_it_does_not_matter_whose_words_arrive_first() -> None:
    one = floor()
    one.spoke(said("agent", 5.0, 6.0))
    assert one.spoke(said("customer", 1.0, 6.0)) == [TalkOver(channel="agent", start=5.0, end=6.0)]


def test_a_short_overlap_is_none() -> None:
    one = floor()
    one.spoke(said("customer", 1.0, 6.0))
    assert one.spoke(said("agent", 5.6, 8.0)) == []


def test_a_back_channel_is_none_but_both_did_speak() -> None:
    one = floor()
    one.spoke(said("customer", 1.0, 6.0))
    assert one.spoke(said("agent", 4.0, 4.6, "mm, right.")) == []
    assert one.over["agent"] == 0
    assert round(one.talk.over, 3) == 0.6


def test_what_only_says_that_one_listens() -> None:
    one = floor()
    assert all(map(one.is_back_channel, ("mm", "Uh-huh.", "right, I see", "ok")))
    assert not any(map(one.is_back_channel, ("", "…", "right away", "I see what you mean", "yes yes yes yes yes")))


def test_one_interruption_in_two_pieces_is_one() -> None:
    one = floor()
    one.spoke(said("customer", 1.0, 20.0))
    words = (("wait", 5.0, 6.0, 1.0), ("a", 6.5, 6.6, 1.0), ("moment", 6.6, 7.4, 1.0))
    assert len(one.spoke(said("agent", 5.0, 7.4, "wait a moment", words))) == 1
    assert one.spoke(said("agent", 12.0, 13.0)) == [TalkOver(channel="agent", start=12.0, end=13.0)]


def test_a_pause_between_words_is_no_speech() -> None:
    one = floor()
    words = (("one", 1.0, 1.5, 1.0), ("two", 5.0, 5.5, 1.0), ("three", 5.5, 6.0, 1.0))
    one.spoke(said("customer", 1.0, 6.0, "one two three", words))
    assert one.spoke(said("agent", 2.0, 4.0)) == []
    assert round(one.talk.customer, 3) == 1.5


def test_silence_that_lasts_is_dead_air() -> None:
    one = floor()
    assert one.silent_since == 0.0
    one.spoke(said("agent", 1.0, 2.0))
    assert one.silent_since == 2.0
    assert one.began("customer", 12.0) == [DeadAir(start=2.0, end=12.0)]
    assert one.spoke(said("customer", 12.0, 14.0)) == []
    assert one.began("agent", 21.0) == []
    assert one.talk.dead_air == 10.0


def test_without_word_of_a_beginning_the_words_end_the_silence() -> None:
    one = floor()
    one.spoke(said("agent", 1.0, 2.0))
    assert one.spoke(said("customer", 12.0, 14.0)) == [DeadAir(start=2.0, end=12.0)]


def test_while_somebody_speaks_there_is_no_silence() -> None:
    one = floor()
    one.spoke(said("agent", 1.0, 2.0))
    one.began("customer", 3.0)
    assert one.began("agent", 15.0) == []
    assert one.spoke(said("agent", 15.0, 16.0)) == []
    assert one.speaking("customer")
    one.ended("customer", 17.0)
    assert not one.speaking("customer")
    assert one.silent_since == 17.0


def test_typing_is_no_speech() -> None:
    one = floor()
    one.spoke(said("agent", 1.0, 1.0))
    assert one.spoke(said("customer", 40.0, 40.0)) == []


def test_the_silence_of_a_hold_is_nobodys() -> None:
    one = floor()
    one.spoke(said("agent", 1.0, 2.0))
    one.began("customer", 3.0)
    one.hush()
    assert not one.speaking("customer")
    assert one.began("customer", 60.0) == []


def test_where_times_are_made_up_nothing_is_reported() -> None:
    one = floor(timed=False)
    one.spoke(said("customer", 1.0, 6.0))
    assert one.spoke(said("agent", 2.0, 40.0)) == []
    assert one.began("customer", 90.0) == []
    assert one.share is None
    assert one.pace.overall is None


def test_shares_and_pace() -> None:
    one = floor()
    one.spoke(said("agent", 0.0, 6.0, " ".join(["word"] * 18)))
    one.spoke(said("customer", 6.0, 8.0))
    assert one.share == 0.75
    assert one.pace.overall == 180.0


def test_a_long_call_costs_no_more_than_a_short_one() -> None:
    one = floor()
    for turn in range(200):
        one.spoke(said("agent" if turn % 2 else "customer", turn * 2.0, turn * 2.0 + 1.5))
    assert len(one._stretches) < 50
