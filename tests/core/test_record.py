"""A journal line: written, read back, and kept as it is where this version does not know its kind."""

import json
import math
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import AnyEvent, Utterance
from companion.core.record import Record, Unknown, decode, encode
from companion.core.updates import AnyUpdate, HeatChanged
from companion.errors import JournalError

plain = st.floats(0, 1e6) | st.integers(0, 1000) | st.text(max_size=20) | st.none()
loose = st.dictionaries(st.sampled_from("ab"), plain)
FREE = {"checklist": plain, "card": loose, "summary": loose}


def finite(value: Any) -> Any:
    """The same with 0.5 for every number that JSON cannot hold."""
    if isinstance(value, float):
        return value if math.isfinite(value) else 0.5
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    return [finite(inner) for inner in value] if isinstance(value, list) else value


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any record of any known kind."""
    side, kinds = draw(st.sampled_from([("event", AnyEvent), ("update", AnyUpdate)]))
    kind = draw(st.sampled_from(get_args(kinds)))
    fields = {field.name: draw(FREE.get(field.name, st.from_type(field.type))) for field in msgspec.structs.fields(kind)}
    what = msgspec.convert(finite(msgspec.to_builtins(kind(**fields))), kind)
    return Record(call=draw(st.sampled_from(["7", "é", ""])), seq=draw(st.integers(0, 9)), at=draw(st.integers(0, 10**9)), **{side: what})


@given(records())
def test_every_record_comes_back_as_it_was(record: Record) -> None:
    line = encode(record)
    assert b"\n" not in line
    assert decode(line) == record
    assert encode(decode(line)) == line


def test_the_keys_stand_in_their_order() -> None:
    record = Record(call="7", seq=3, at=4000, event=Utterance(speaker="agent", text="hi", start=3.6, end=4.0))
    assert encode(record) == (
        b'{"call":"7","seq":3,"at":4000,"event":{"type":"utterance","speaker":"agent","text":"hi","start":3.6,"end":4.0,"words":null}}'
    )
    assert encode(Record(call="7", seq=4, at=4000, update=HeatChanged(heat=5, utterance=0))) == (
        b'{"call":"7","seq":4,"at":4000,"update":{"type":"heat_changed","heat":5,"utterance":0}}'
    )


@pytest.mark.parametrize("side", ["event", "update"])
def test_a_kind_of_a_later_version_is_kept(side: str) -> None:
    line = json.dumps({"call": "7", "seq": 0, "at": 0, side: {"type": "sneezed", "loud": [1, {"a": None}]}}, separators=(",", ":"))
    record = decode(line)
    assert record.what == Unknown({"type": "sneezed", "loud": [1, {"a": None}]})
    assert encode(record).decode() == line


def test_a_key_of_a_later_version_is_let_pass() -> None:
    record = decode('{"call":"7","seq":0,"at":0,"station":3,"event":{"type":"bookmarked","by":"agent","mood":1}}')
    assert encode(record) == b'{"call":"7","seq":0,"at":0,"event":{"type":"bookmarked","by":"agent"}}'


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not a journal record"),
        (b"not json", "not a journal record"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"call":"7","at":0,"event":{"type":"hold_began"}}', "missing required field `seq`"),
        (b'{"call":"7","seq":0,"at":1.5,"event":{"type":"hold_began"}}', "Expected `int`, got `float`"),
        (b'{"call":"7","seq":0,"at":0}', "a record holds either an event or an update"),
        (b'{"call":"7","seq":0,"at":0,"event":{"type":"hold_began"},"update":{"type":"x"}}', "either an event or an update"),
        (b'{"call":"7","seq":0,"at":0,"event":{"by":"agent"}}', "missing required field `type`"),
        (b'{"call":"7","seq":0,"at":0,"event":{"type":"bookmarked"}}', "missing required field `by`"),
        (b'{"call":"7","seq":0,"at":0,"update":{"type":"heat_changed","heat":"x","utterance":null}}', "Expected `int`, got `str`"),
        (b'{"call":"\xff","seq":0}', "not a journal record"),
        (b'{"call":"7","seq":0,"at":0,"event":{"type":"x","a":' + b"[" * 100_000, "not a journal record: nested too deeply"),
    ],
)
def test_what_is_no_record_is_said(line: bytes, why: str) -> None:
    with pytest.raises(JournalError, match=why.replace("`", ".")):
        decode(line)
