"""Events: their names in the journal, what must be there, and that they never change."""

from typing import get_args

import msgspec
import pytest

from companion.core.events import AnyEvent, CallStarted, Event, HoldBegan, Utterance, snake_case

EVERY = get_args(AnyEvent)


def test_every_event_there_is_can_be_read() -> None:
    assert set(EVERY) == set(Event.__subclasses__())


@pytest.mark.parametrize(("name", "tag"), [("SpeechBegan", "speech_began"), ("Marked", "marked"), ("CallEnded", "call_ended")])
def test_names_in_the_journal(name: str, tag: str) -> None:
    assert snake_case(name) == tag


def test_the_promised_types() -> None:
    promised = (
        "call_started introduced speech_began speech_ended utterance marked nudged bookmarked prompt_dismissed quieted acknowledged "
        "taken_over hold_began hold_ended source_lost source_back sink_failed sound_kept line_rejected call_ended"
    )
    assert sorted(kind.__struct_config__.tag for kind in EVERY) == sorted(promised.split())


def test_an_utterance_in_the_journal() -> None:
    said = Utterance(speaker="agent", text="hello there", start=0.5, end=1.3, words=(("hello", 0.5, 0.9, 0.98), ("there", 0.9, 1.3, 1.0)))
    line = (
        b'{"type":"utterance","speaker":"agent","text":"hello there","start":0.5,"end":1.3,'
        b'"words":[["hello",0.5,0.9,0.98],["there",0.9,1.3,1.0]]}'
    )
    assert msgspec.json.encode(said) == line
    assert msgspec.json.decode(line, type=AnyEvent) == said


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"utterance","speaker":"caller","text":"x","start":0,"end":1}',
        b'{"type":"utterance","speaker":"agent","start":0,"end":1}',
        b'{"type":"marked","step":"a","state":"perhaps","by":"agent"}',
        b'{"type":"speech_began","channel":"agent"}',
    ],
)
def test_what_is_no_event(line: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(line, type=AnyEvent)


def test_events_never_change() -> None:
    for kind in EVERY:
        assert kind.__struct_config__.frozen
    with pytest.raises(AttributeError):
        Utterance(speaker="agent", text="x", start=0.0, end=1.0).text = "y"  # type: ignore[misc]
    assert HoldBegan() == HoldBegan()


def test_a_call_begins_with_its_format() -> None:
    started = CallStarted(
        began=None, source="-", timed=True, speech=None, companion="0.1", rapidfuzz="3", checklist={"id": "c"}, digest="0"
    )
    assert list(msgspec.to_builtins(started)) == [
        "type", "format", "began", "source", "timed", "speech", "companion", "rapidfuzz", "checklist", "digest",
    ]  # fmt: skip
    assert started.format == 1
