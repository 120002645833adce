"""Messages survive the wire, and what is none is refused in one line."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.broadcast.messages import (
    LONGEST_FRAME,
    VERSION,
    Act,
    Bye,
    Checklist,
    Done,
    FromHub,
    FromPeer,
    Hello,
    Line,
    Place,
    Subscribe,
    Unsubscribe,
    Welcome,
    encode,
    from_hub,
    from_peer,
)
from companion.core.events import Nudged, Partial
from companion.core.record import decode
from companion.core.seen import Clock, Glimpse, Level, Message, Missed, Notice, Over
from companion.errors import PeerError

EITHER: list[Message] = [
    Line(record=msgspec.Raw(b'{"call":"7","seq":3,"at":10,"event":{"type":"hold_began"}}')),
    Checklist(digest="abc", value=msgspec.Raw(b'{"id":"tiny"}')),
    Glimpse(call="7", partial=Partial(channel="agent", text="so", start=1.0, end=1.2)),
    Level(call="7", channel="agent", level=0.4),
    Clock(call="7", at=1000),
    Act(id=1, call="7", event=Nudged(text="offer the refund", by="")),
    Done(id=1, refused="call 7 is over"),
    Missed(call="7", since=0, until=4),
    Over(call="7"),
    Bye(reason="the gateway stops"),
]


def test_what_a_peer_says_arrives() -> None:
    said = [
        Hello(version=1, role="agent", name="Maria"),
        Subscribe(resume={"7": Place(3, 77)}, partials=True),
        Unsubscribe(call="7"),
        *EITHER,
    ]
    assert from_peer(encode(said)) == said
    assert from_peer(encode(said).decode()) == said


def test_what_the_hub_says_arrives() -> None:
    said = [Welcome(version=1, role="gateway", name="x", have={"7": Place(3, 77)}), Notice(text="a"), *EITHER]
    assert from_hub(encode(said)) == said


def test_a_records_line_travels_as_it_stands() -> None:
    line = b'{"call":"7","seq":3,"at":10,"event":{"type":"unheard_of","x":[1,2]}}'
    [found] = from_hub(encode([Line(record=msgspec.Raw(line))]))
    assert isinstance(found, Line)
    assert bytes(found.record) == line
    assert decode(bytes(found.record)).seq == 3


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "\n",
        "nonsense",
        "[]",
        "1",
        '{"type":"sneeze"}',
        '{"type":"hello"}',
        '{"type":"hello","version":"1","role":"king"}',
        "[" * 100_000,
    ],
)
def test_what_is_no_message_is_refused(frame: str) -> None:
    with pytest.raises(PeerError, match=r"^not a message of this protocol"):
        from_peer(frame)
    with pytest.raises(PeerError):
        from_hub(frame)


def test_a_long_frame_is_refused() -> None:
    with pytest.raises(PeerError, match=r"^a frame of"):
        from_peer("x" * (LONGEST_FRAME + 1))


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything_else_is_refused(frame: str | bytes) -> None:
    with suppress(PeerError):
        from_peer(frame)


DOCUMENT = Path(__file__).parents[2] / "docs" / "broadcast.md"


@pytest.mark.parametrize("kind", sorted({*get_args(FromPeer), *get_args(FromHub)}, key=str), ids=lambda kind: kind.__name__)
def test_every_message_is_told_with_all_its_fields(kind: Any) -> None:
    tag = kind.__struct_config__.tag
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{tag}` |")]
    assert len(rows) == (2 if kind is Act else 1)
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", rows[0]))))
    assert [field.encode_name for field in msgspec.structs.fields(kind) if field.encode_name not in told] == []


def test_the_limits_are_told() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert f"protocol {VERSION}" in text
    assert f"at most {LONGEST_FRAME // 1024 // 1024} MiB" in text


def test_the_messages_shown_are_messages() -> None:
    shown = re.findall(r"^([→←]) (.*)$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(shown) > 5
    for side, line in shown:
        whole = line.replace("{…}", "{}").replace(",…", "").replace("…", "")
        assert (from_peer if side == "→" else from_hub)(whole)
